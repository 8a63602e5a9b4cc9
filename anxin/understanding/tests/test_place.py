"""Where a message says something is: names as people write them, questions, errors, and the phone beside them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anxin.city.gazetteer import spots
from anxin.kernel import areas
from anxin.understanding import likeness
from anxin.understanding.gazetteer import number
from anxin.understanding.place import Found, Gazetteer, Spot, of_tree
from anxin.understanding.text import HEAD
from tests.cast import Cast

QIXING, HEXING, WEITANG = "330402015", "330402016", "330421001"
BOTH_PINGSHAN = {"330402007029", "330421002015"}


@pytest.fixture(scope="module")
def city() -> Gazetteer:
    return Gazetteer(spots())


def name(city: Gazetteer, code: str | None) -> str:
    return city.spots[city.at[code]].name if code else ""


def named(city: Gazetteer, found: Found) -> str:
    """The most precise name found: of the landmark, else of the area."""
    return name(city, found.spot or found.area)


def test_wangs_garage_is_found_whole_in_parts_and_without_its_street(city: Gazetteer) -> None:
    for text in ("七星街道湘南公寓车库", "湘南公寓3幢进水", "南湖区七星街道湘南社区湘南公寓"):
        found = city.find(text)
        assert (name(city, found.spot), name(city, found.area)) == ("湘南公寓", "湘南网格"), text
        assert found.reason.endswith("。")
        assert "湘南公寓" in found.words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("嘉善魏塘", "魏塘街道"),
        ("南湖七星那边的路灯", "七星街道"),
        ("乌镇那边大会期间", "乌镇镇"),
        ("七星街道湘南小区", "湘南社区"),
        ("七星菜场的鱼摊", "七星农贸市场"),
        ("余新中心小学", "余新镇中心小学"),
        ("独山港那个码头", "独山港码头"),
        ("王店镇塘桥社区小家电园区", "王店小家电园区"),
        ("请问嘉善居住证怎么办", "嘉善县"),
    ],
)
def test_partial_and_nested_names(city: Gazetteer, text: str, expected: str) -> None:
    assert named(city, city.find(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("新嘉街道的路灯", "禾兴街道"),
        ("建设街道老房子漏雨", "禾兴街道"),
        ("七星镇", "七星街道"),
        ("秀城区余新镇", "余新镇"),
        ("嘉兴郊区王店镇", "王店镇"),
        ("黄姑镇的卫生院", "独山港镇"),
    ],
)
def test_old_names_lead_to_what_took_their_place(city: Gazetteer, text: str, expected: str) -> None:
    assert named(city, city.find(text)) == expected


def test_the_clerk_is_told_that_a_name_is_old(city: Gazetteer) -> None:
    assert "“新嘉街道”是旧称" in city.find("新嘉街道的路灯").reason


def test_a_name_of_two_towns_is_a_question(city: Gazetteer) -> None:
    found = city.find("瓶山社区门口路灯不亮")
    assert (found.area, found.spot, set(found.candidates)) == (None, None, BOTH_PINGSHAN)
    assert "请选定" in found.reason
    assert "禾兴街道" in found.reason
    assert "罗星街道" in found.reason


def test_another_place_named_decides_but_not_a_home_and_not_the_phone(city: Gazetteer) -> None:
    assert city.find("嘉善县瓶山社区门口").area == "330421002015"
    assert city.find("禾兴街道的路坏了，就在瓶山社区").area == "330402007029"
    assert set(city.find("我是嘉善人，今天路过瓶山社区").candidates) == BOTH_PINGSHAN
    there = city.find("瓶山社区门口路灯不亮", grid="330421002015001")
    assert there.area is None
    assert there.candidates == ("330421002015", "330402007029")


def test_a_name_that_contradicts_its_town_is_a_question(city: Gazetteer) -> None:
    found = city.find("凤桥镇湘南公寓车库")
    assert {name(city, each) for each in found.candidates} == {"凤桥镇", "湘南公寓"}
    assert found.area == "330402"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "你好，在吗？",
        "城市建设很好，解放思想，生活幸福",
        "新兴产业补贴",
        "也许村里的人不知道",
        "由于城市施工",
        "湖南湖北来的货车",
        "上海盐业公司",
        "长安汽车不给修",
        "嘉善大道堵车",
        "平湖塘水发黑",
        "新农村建设",
        "王店长骂人",
        "中心村规划",
        "上海浦东高桥镇的房子",
        "南湖晚报没收到",
        "希望和平湖水一样清",
    ],
)
def test_everyday_words_and_other_cities_are_no_places(city: Gazetteer, text: str) -> None:
    found = city.find(text)
    assert (found.area, found.spot, found.candidates, found.words) == (None, None, (), ())


@pytest.mark.parametrize(
    ("text", "expected", "meant"),
    [
        ("香兰公寓漏水", "湘南公寓", "湘南公寓"),
        ("奇兴街道垃圾没人收", "七星街道", "七星街道"),
        ("渭塘街道路灯", "魏塘街道", "魏塘街道"),
        ("凤乔镇联丰村", "联丰村", "凤桥镇"),
        ("王江径镇有人偷鱼", "王江泾镇", "王江泾镇"),
        ("新滕镇卫生院", "新塍镇", "新塍镇"),
        ("Qixing jiedao Xiangnan gongyu", "湘南公寓", "湘南公寓"),
        ("Nánhú Qū Fèngqiáo Zhèn", "凤桥镇", "凤桥镇"),
        ("no light in Qixing Subdistrict", "七星街道", "七星街道"),
    ],
)
def test_typing_errors_and_pinyin_are_understood_and_shown(
    city: Gazetteer, text: str, expected: str, meant: str
) -> None:
    found = city.find(text)
    assert named(city, found) == expected
    assert meant in {understood for _, understood in found.guessed}
    assert all(written in text for written, _ in found.guessed)


def test_a_right_name_is_never_taken_for_another_that_sounds_like_it(city: Gazetteer) -> None:
    for spot in city.spots:
        if spot.level == "town":
            found = city.find(f"{spot.name}的路灯")
            assert (found.area, found.guessed) == (spot.code, ()), spot.name


def test_traditional_characters(city: Gazetteer) -> None:
    assert named(city, city.find("七星街道湘南公寓門口積水，車子開不過去")) == "湘南公寓"


@pytest.mark.parametrize(
    ("text", "direction", "metres"),
    [
        ("湘南公寓东门往北200米", "北", 200),
        ("湘南公寓以东约三百米", "东", 300),
        ("距湘南公寓约500米处", "", 500),
        ("湘南公寓北门", "北", None),
        ("湘南公寓往西南走1.5公里", "西南", 1500),
        ("湘南公寓水深30厘米", "", None),
        ("湘南公寓楼下", "", None),
    ],
)
def test_distance_and_direction(city: Gazetteer, text: str, direction: str, metres: int | None) -> None:
    found = city.find(text)
    assert (named(city, found), found.direction, found.metres) == ("湘南公寓", direction, metres)


def test_the_place_of_the_thing_is_not_the_home_of_the_caller(city: Gazetteer) -> None:
    found = city.find("我家住湘南公寓，可我要反映的是三家浜花苑门口的大坑")
    assert named(city, found) == "三家浜花苑"
    assert [name(city, each) for each in found.others] == ["湘南公寓"]
    assert named(city, city.find("不是七星街道，是凤桥镇")) == "凤桥镇"
    assert city.find("不是七星街道").area is None


def test_from_here_to_there_and_lists_are_questions(city: Gazetteer) -> None:
    for text in ("从七星街道到凤桥镇的公交", "七星街道和凤桥镇都停水"):
        found = city.find(text)
        assert found.area == "330402", text
        assert set(found.candidates) == {QIXING, "330402100"}, text


def test_the_title_says_what_a_long_message_is_about(city: Gazetteer) -> None:
    found = city.find("凤桥镇的公交\n余新镇的公交半小时一班，凤桥镇要等两小时。")
    assert named(city, found) == "凤桥镇"
    assert [name(city, each) for each in found.others] == ["余新镇"]


def test_the_phone_adds_what_the_text_leaves_open(city: Gazetteer) -> None:
    grid = next(each for each in city.spots if each.name == "湘南网格")
    for text in ("这里的井盖没了", "七星街道井盖没了"):
        found = city.find(text, lat=grid.lat, lon=grid.lon, grid=grid.code)
        assert (found.area, found.apart) == (grid.code, None)
        assert "手机定位" in found.reason


def test_the_phone_does_not_overrule_the_text(city: Gazetteer) -> None:
    grid = next(each for each in city.spots if each.name == "湘南网格")
    found = city.find("西塘古镇太吵了", lat=grid.lat, lon=grid.lon, grid=grid.code)
    assert name(city, found.spot) == "西塘古镇"
    assert found.apart is not None
    assert 5_000 < found.apart < 50_000
    assert f"{found.apart}米" in found.reason


def test_numbered_grids(city: Gazetteer) -> None:
    for text in ("湘南第一网格", "湘南社区第1网格", "湘南社区1号网格"):
        assert named(city, city.find(text)) == "湘南第一网格", text
    assert len(city.find("瓶山第一网格").candidates) == 2
    assert [number(each) for each in ("十", "十二", "二十", "九", "7", "十十", "x")] == [10, 12, 20, 9, 7, None, None]


def test_small_gazetteers_with_gaps_and_circles_hold() -> None:
    odd = [
        Spot(code="a", level="county", name="甲县", within="b"),
        Spot(code="b", level="town", name="乙镇", within="a"),
        Spot(code="c", level="road", name="丙丁路", within="gone"),
    ]
    assert Gazetteer([]).find("七星街道", lat=30.7, lon=120.8, grid="x").area is None
    assert Gazetteer(odd).find("甲县乙镇丙丁路").reason


@pytest.mark.django_db
def test_the_names_of_an_installation_with_its_dissolved_streets(cast: Cast) -> None:
    installed = of_tree(areas.tree())
    assert installed.find("七星街道湘南公寓车库进水").area == installed.find("湘南网格").area
    assert installed.find("新嘉街道的路灯").area == HEXING
    assert set(installed.find("瓶山社区").candidates) == BOTH_PINGSHAN


PIECES = ["七星街道", "瓶山社区", "湘南公寓", "到", "住在", "200米", "往北", "qixing"]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.one_of(st.text(max_size=30), st.sampled_from(PIECES))),
    st.one_of(st.none(), st.floats()),
    st.one_of(st.none(), st.floats()),
)
def test_any_text_and_any_position_gets_an_answer(
    city: Gazetteer, parts: list[str], lat: float | None, lon: float | None
) -> None:
    found = city.find("".join(parts), lat=lat, lon=lon)
    assert found.reason.endswith("。")
    assert found.area is None or found.area in city.at
    assert len(found.candidates) != 1
    assert len(found.candidates) <= 12


@pytest.mark.parametrize(
    "piece", ["瓶山社区新民村", "湘", "qixing ", "\ud800", "🔥", "1", "从七星街道到", "\n", "往北"]
)
def test_hostile_lengths_are_cut(city: Gazetteer, piece: str) -> None:
    text = piece * (20_000 // len(piece))
    assert city.find(text).reason
    assert city.find("。" * (HEAD + 5_000) + "湘南公寓").spot == city.find("湘南公寓").spot


def test_sounds_and_shapes() -> None:
    assert likeness.heard("香兰公寓") == likeness.heard("湘南公寓")
    assert likeness.heard("心") == likeness.heard("星")
    assert likeness.heard("abc，1") == "abc，1"
    assert "新滕镇" in set(likeness.misshapen("新塍镇"))
    run, starts, ends = likeness.letters("Qi1xing1 jie dao, Xiangnan")
    assert likeness.spelled("七星街道") in run
    assert starts[0] == 0
    assert max(ends.values()) == len("Qi1xing1 jie dao, Xiangnan")
