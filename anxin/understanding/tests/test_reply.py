"""A reply is read with the eyes of the one who asked: hints, never a block."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anxin.understanding.reply import asked, check

TODAY = date(2026, 11, 24)
GARAGE = "湘南公寓地下车库又进水了，投诉物业不作为。请问排水泵什么时候修好？进水的车由谁赔偿？"
GOOD = (
    "王建国您好：南湖区水利局11月20日到湘南公寓现场核实，排水泵已更换，11月22日试运行正常。车辆损失的赔偿，"
    "依据《中华人民共和国民法典》第九百四十二条由物业服务人承担，可联系七星街道司法所，电话0573-80000001。2026年11月23日"
)


def codes(question: str, reply: str, today: date | None = TODAY) -> set[str]:
    return {each.code for each in check(question, reply, today=today)}


def test_a_good_reply_has_nothing_to_add() -> None:
    assert codes(GARAGE.replace("投诉物业不作为。", ""), GOOD) <= {"other_person"}


@pytest.mark.parametrize(
    ("question", "reply", "code"),
    [
        (GARAGE, "您好，您反映的问题已收悉，我们高度重视，已转相关部门尽快处理，感谢您的理解。", "empty"),
        (GARAGE, "水利局已到现场查看，更换了三个井盖，清理了周边的落叶和淤泥，道路畅通。", "unanswered"),
        (
            "请问我母亲能不能享受低保？",
            "经七星街道核实，您母亲的收入情况不符合低保的条件，特此说明，请您知悉并谅解。",
            "no_basis",
        ),
        (
            "路灯坏了",
            "街道已到现场核实，我们将安排施工单位更换全部灯具并重新布线，请耐心等候通知。",
            "no_date",
        ),
        (
            "投诉夜间施工扰民",
            "夜间施工是工程需要，噪声属于正常范围，居民可以关上窗户休息，施工结束以后自然安静。",
            "no_action",
        ),
        (
            "投诉夜间施工扰民",
            "已现场核实并要求停工整改，已告知施工负责人夜里不再施工，请继续留意，多多包涵。",
            "no_actor",
        ),
        (
            "停车位太少",
            "停车位的规划不归我们管，请您向规划单位咨询这件事情的具体进展和以后的安排。",
            "no_contact",
        ),
        (
            "我叫王建国，路灯坏了",
            "王建国您好，七星街道11月20日已更换路灯，恢复照明，欢迎继续监督我们的工作。",
            "particulars",
        ),
        (
            "邻居漏水",
            "经七星街道调查，楼上住户身份证330402199001320011，已修好水管，11月20日恢复正常。",
            "other_person",
        ),
        ("路灯坏了", "七星街道已于2027年11月20日更换路灯，恢复照明，欢迎继续监督我们的工作。", "wrong_date"),
        ("路灯坏了", "七星街道已更换路灯，恢复照明，欢迎继续监督我们的工作。2025年11月23日", "wrong_date"),
        ("路灯坏了", "七星街道2026年2月30日更换路灯，恢复照明，欢迎继续监督我们的工作。", "wrong_date"),
    ],
)
def test_each_hint_has_its_reply(question: str, reply: str, code: str) -> None:
    hints = {each.code: each for each in check(question, reply, today=TODAY)}
    assert code in hints
    assert hints[code].sentence.endswith("。")


def test_a_phrase_beside_something_said_is_no_fault() -> None:
    assert "empty" not in codes(GARAGE, "我们高度重视。" + GOOD)


def test_what_is_asked_is_taken_apart() -> None:
    found = asked("您好。请问排水泵什么时候修好？进水的车由谁赔偿？1、请求更换水泵。2、请求赔偿损失。")
    assert [any(word in each for each in found) for word in ("排水泵", "赔偿", "更换水泵")] == [
        True,
        True,
        True,
    ]
    assert asked("投诉物业。难道没有王法了吗？") == ()


def test_without_today_only_dates_that_cannot_be_are_seen() -> None:
    assert "wrong_date" not in codes("路灯坏了", "七星街道已于2027年11月20日更换路灯。", None)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_any_texts_have_an_answer(question: str, reply: str) -> None:
    for each in check(question, reply, today=TODAY):
        assert each.sentence


@pytest.mark.parametrize("text", ["", "\ud800", "？" * 3_000, "1、" * 3_000, "《" * 3_000])
def test_strange_texts_are_bounded(text: str) -> None:
    check(text, text, today=TODAY)
