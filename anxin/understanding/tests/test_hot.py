"""Hot issues told by people of 南湖: a concrete plant by an estate, the same trouble elsewhere, days that go by."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from anxin.kernel.clock import TZ
from anxin.understanding import hot, tables
from anxin.understanding.hot import Message

START = datetime(2026, 10, 12, 9, 0, tzinfo=TZ)

PLANT = (
    (
        "湘南公寓旁边的搅拌站日夜不停",
        "湘南公寓东墙外新建了一座搅拌站，半夜还在打料，噪音很大，粉尘飘进家里，老人睡不着。",
    ),
    ("投诉湘南公寓附近搅拌站噪音扰民", "搅拌站离湘南公寓不到八十米，罐车凌晨进出，噪音和粉尘都受不了，请环保来查。"),
    ("湘南小区搅拌站粉尘大", "我们湘南小区，也就是湘南公寓，窗台上每天一层灰，是墙外那座搅拌站的粉尘，罐车声音也大。"),
    ("搅拌站噪音扰民，请管一管", "湘南公寓北侧搅拌站夜里打料，噪音吵得孩子不能写作业，粉尘呛人。"),
    ("湘南公寓居民要求搬走搅拌站", "搅拌站建在湘南公寓边上，粉尘污染，噪音扰民，没有看到环评公示。"),
    ("湘南公寓搅拌站半夜施工", "湘南公寓墙外搅拌站昨夜两点还在打料，罐车排队鸣笛，噪音太大，粉尘也重。"),
    ("再次反映湘南公寓旁搅拌站污染", "上次说整改，可是湘南公寓旁边的搅拌站照样半夜开工，粉尘噪音一点没有少。"),
    ("搅拌站罐车噪音粉尘何时治理", "住湘南小区三年，自从有了搅拌站，罐车昼夜进出，噪音粉尘不断，盼环保部门处理。"),
)
ELSEWHERE = (
    ("秀湖花园对面搅拌站噪音扰民", "秀湖花园对面的搅拌站夜里打料，噪音很大，粉尘飘到阳台上，请环保部门处理。"),
    ("秀湖花园搅拌站粉尘污染严重", "秀湖花园居民投诉对面搅拌站，罐车进出粉尘大，噪音吵人，老人咳嗽。"),
)
OTHERS = (
    ("中山路路灯不亮", "中山路文昌桥一段路灯坏了三天，晚上走路看不见。"),
    ("公交21路等车时间太长", "早高峰21路公交要等四十分钟，请增加班次。"),
    ("咨询居住证办理", "请问外地人在南湖区办理居住证需要什么材料，几天可以拿到？"),
    ("幼儿园什么时候招生", "想问实验幼儿园今年什么时候报名，户口不在这里可以吗？"),
    ("湘南公寓电梯经常停运", "湘南公寓5幢电梯这个月停了六次，物业说等配件，老人下不了楼。"),
    ("健身房关门不退卡", "飞扬健身房突然关门，会员卡里的钱不退，老板电话打不通。"),
    ("河道里漂着死鱼", "长水塘河面上漂着很多死鱼，味道难闻，请来看看是谁排的污水。"),
    ("退休金迟发", "退休金这个月到现在没有到账，请问是什么原因？"),
)

PLACES = (
    "长水花园",
    "梅湾公寓",
    "枫桥新苑",
    "东塔家园",
    "锦绣江南",
    "凤桥小区",
    "穆湖森林小区",
    "白领公寓",
    "运河人家小区",
    "栖霞苑",
    "绿城春晓苑",
    "金都佳苑",
    "百墅花园",
    "城南花苑",
    "烟雨苑",
    "菱塘新村",
    "余贤公寓",
    "文昌花苑",
    "越秀花园",
    "府南花园",
)
TROUBLES = (
    ("{}电梯又停了", "{}的电梯这个月停了好几次，物业说等配件，老人下不了楼，电梯维保记录也不公开。"),
    ("{}路灯不亮", "{}门口的路灯坏了三天，晚上走路看不见，照明一直没有人修。"),
    ("{}停车位被占", "{}的停车位被外来车辆占满，车位收费又涨，业主回家没有地方停车。"),
    ("{}楼下饭店油烟大", "{}楼下饭店油烟直排，厨房烟道对着窗户，味道呛人。"),
    ("{}物业费乱涨", "{}物业费没有开业主大会就涨了，保洁保安都减少了，账目不公开。"),
    ("{}自来水发黄", "{}自来水这几天发黄，水压也低，自来水公司说在查。"),
    ("{}垃圾没人清运", "{}垃圾桶满了三天没有清运，夏天臭味很重，苍蝇多。"),
    ("{}孩子上学划片", "请问{}的孩子今年划片到哪一所小学，户口没有迁来可以报名吗？"),
    ("{}公交车太少", "{}门口早高峰公交要等四十分钟，请增加班次，站台也没有雨棚。"),
    ("{}外墙瓷砖掉落", "{}外墙瓷砖掉落，砸坏了楼下的车，维修资金一直用不了。"),
    ("{}有人养鸡", "{}一楼住户在绿化带养鸡，清早打鸣，鸡粪没有人打扫。"),
    ("{}宽带不让装", "{}只能装一家宽带，价格高网速慢，别的运营商进不来。"),
)


def around() -> list[Message]:
    """What else the city speaks of: 120 messages, each about a trouble that only its writer has there."""
    found = []
    for number in range(120):
        place, (subject, detail) = PLACES[number % 20], TROUBLES[(number // 20 * 2 + number % 20) % 12]
        found.append(
            Message(
                ident=f"b{number:03}",
                at=START + timedelta(hours=4 * number),
                text=f"{subject.format(place)}\n{detail.format(place)}",
                person=f"b{number}",
            )
        )
    return found


def told(
    stories: tuple[tuple[str, str], ...], name: str, *, every: int = 3, area: str = "", begin: datetime = START
) -> list[Message]:
    return [
        Message(
            ident=f"{name}{number}",
            at=begin + timedelta(days=every * number),
            text=f"{subject}\n{detail}",
            areas=("南湖区", area) if area else (),
            person=f"{name}-{number}",
        )
        for number, (subject, detail) in enumerate(stories)
    ]


@pytest.fixture
def city() -> list[Message]:
    """Three weeks: eight people about the plant by 湘南公寓, two about another one, all others about other things."""
    stories = told(PLANT, "p", area="七星街道") + told(ELSEWHERE, "e", area="东栅街道") + told(OTHERS, "o", every=2)
    return stories + around()


def test_eight_people_tell_of_one_plant_under_two_names(city: list[Message]) -> None:
    first = hot.issues(city)[0]
    assert set(first.members) == {f"p{number}" for number in range(8)}
    assert first.people == 8
    assert "搅拌站" in first.name
    assert "湘南" in first.name
    assert (first.first, first.last) == (START, START + timedelta(days=21))


def test_the_same_trouble_at_another_estate_stays_apart(city: list[Message]) -> None:
    for found in hot.issues(city):
        assert len({ident[0] for ident in found.members}) == 1
    elsewhere = [each for each in hot.issues(city) if "e0" in each.members]
    assert [set(each.members) for each in elsewhere] in ([], [{"e0", "e1"}])


def test_another_trouble_at_the_same_estate_stays_apart(city: list[Message]) -> None:
    assert not any("o4" in each.members for each in hot.issues(city) if each.members[0].startswith("p"))


def test_an_issue_keeps_its_number_while_messages_join(city: list[Message]) -> None:
    before: list[hot.Issue] = []
    numbers: set[str] = set()
    for day in range(9, 24):
        before = hot.issues(city, before=before, now=START + timedelta(days=day))
        numbers.update(each.number for each in before if sum(ident.startswith("p") for ident in each.members) >= 3)
    assert len(numbers) == 1
    assert len({each.number for each in before}) == len(before)


def test_of_two_that_merge_and_of_one_that_splits_the_larger_keeps_the_number(city: list[Message]) -> None:
    whole = next(each for each in hot.issues(city) if "p0" in each.members)
    small, large = (
        replace(whole, number="H1", members=("p0", "p1")),
        replace(whole, number="H2", members=tuple(f"p{number}" for number in range(2, 8))),
    )
    merged = next(each for each in hot.issues(city, before=[small, large]) if "p0" in each.members)
    assert merged.number == "H2"
    parts = [replace(whole, number="", members=("p0", "p1")), replace(large, number="")]
    named = hot._numbered(parts, [replace(whole, number="H3")])
    assert named[1].number == "H3"
    assert named[0].number not in ("", "H3")


def test_one_person_writing_twenty_times_does_not_top_the_list(city: list[Message]) -> None:
    flood = [
        Message(
            ident=f"f{number}",
            at=START + timedelta(days=number),
            text=f"飞扬健身房不退卡第{number}次\n飞扬健身房关门，会员卡不退钱，我第{number}次写信，请市场监管处理飞扬健身房。",
            person="one",
        )
        for number in range(20)
    ]
    found = hot.issues(city + flood)
    assert "p0" in found[0].members
    loud = next(each for each in found if "f0" in each.members)
    assert loud.people <= 2
    assert loud.heat < found[0].heat / 2


def test_heat_is_told_with_its_figures(city: list[Message]) -> None:
    first = hot.issues(city)[0]
    assert f"{first.heat:.2f}" in first.why
    assert "8人" in first.why
    for word in ("声音", "重复", "赞同", "新近", "增长"):
        assert word in first.why
        assert word in hot.HEAT


def test_heat_cools_and_the_trend_turns(city: list[Message]) -> None:
    young = next(each for each in hot.issues(city, now=START + timedelta(days=9)) if "p0" in each.members)
    old = next(each for each in hot.issues(city, now=START + timedelta(days=200)) if "p0" in each.members)
    assert young.trend == "rising"
    assert old.trend == "falling"
    assert (old.recent, old.earlier) == (0, 0)
    assert old.heat < 8 / 2


def test_only_messages_of_the_window_count(city: list[Message]) -> None:
    found = hot.issues(city, window=timedelta(days=10))
    latest = max(each.at for each in city)
    assert all(each.first > latest - timedelta(days=10) for each in found)


def test_the_order_of_messages_does_not_matter(city: list[Message]) -> None:
    assert hot.issues(city) == hot.issues(city[::-1])


@pytest.mark.parametrize(
    "text", ["", "\n", "😀😀", "\ud800", "\u202e\u202d\n\x00", "1", "路" * 20_000, "a,b\n" * 3_000]
)
def test_nonsense_makes_no_noise(city: list[Message], text: str) -> None:
    assert hot.issues([]) == []
    assert hot.issues([Message(ident="1", at=START, text=text)]) == []
    odd = [Message(ident=f"x{number}", at=START, text=text) for number in range(3)]
    hot.issues(odd)
    assert "p0" in hot.issues(city + odd)[0].members


def test_a_table_is_read_by_the_names_of_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = (
        '留言编号,留言用户,留言主题,留言时间,留言详情,反对数,点赞数\n7,u1,井盖,2026/3/1 8:05:09,"第一行\n第二行",1,5\n'
    )
    for encoding in ("utf-8-sig", "gbk"):
        path.write_text(lines, encoding=encoding)
        (one,) = hot.read(path)
        assert (one.ident, one.person, one.agree, one.disagree) == ("7", "u1", 5, 1)
        assert one.at == datetime(2026, 3, 1, 8, 5, 9, tzinfo=TZ)
        assert one.text == "井盖\n第一行\n第二行"
    path.write_text("id,title,text,created\n8,Lamp,dark,2026-03-01T08:05:09+00:00\n\n")
    assert hot.read(path)[0].at.utcoffset() == timedelta(0)
    path.write_text("")
    assert hot.read(path) == []


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ("编号,主题,时间\n1,灯,2026-1-1\n2,灯,昨天\n", "第 3 行"),
        ('编号,主题,时间\n1,"a\nb",2026-1-1\n1,灯,2026-1-1\n', "第 4 行"),
        ("编号,主题,时间\n,灯,2026-1-1\n", "第 2 行"),
        ("编号,主题,时间,点赞数\n1,灯,2026-1-1,很多\n", "第 2 行"),
        ("甲,乙\n1,2\n", "第 1 行"),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path: Path, rows: str, line: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(rows, "utf-8")
    with pytest.raises(tables.BadTable, match=line):
        hot.read(path)


def test_issues_as_plain_data(city: list[Message]) -> None:
    said = hot.as_json(hot.issues(city))
    first = said["issues"][0]
    assert first["members"] == [f"p{number}" for number in range(8)]
    assert first["from"] == "2026-10-12T09:00:00+08:00"
    assert said["formula"] == hot.HEAT
    assert said["skipped"] == []
