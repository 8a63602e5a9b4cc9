"""The formula by itself: to the fen, the caps, the floor, the limit of deductions; the same inputs, the same pay."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anxin.kernel.clock import TZ
from anxin.programmes.gridpay.rules import formula
from anxin.programmes.gridpay.rules.entry import BadFormula
from anxin.programmes.gridpay.rules.formula import Formula, Terms

DAY = date(2026, 7, 1)
TERMS = Terms("star1", 2, 3, "assistant", "330421002", 31, 31)
FULL: dict[str, Any] = {
    **copy.deepcopy(dict(formula.NOTHING)),
    "patrol": list(range(20)), "learning": [[1, 4]], "clocks": {"met": 3, "missed": 0, "late": []},
    "calls": {"satisfied": 2, "fairly": 0, "dissatisfied": 0, "of": []},
}  # fmt: skip


def event(grade: str = "II", fate: str = "counted", solved: bool = False) -> dict[str, Any]:
    """An event as it is read."""
    return {"id": 1, "number": "JX1", "grade": grade, "fate": fate, "solved": solved}


def declared() -> Formula:
    """The formula of the house."""
    assert TZ
    return formula.declared(DAY)


def test_a_full_month_by_hand() -> None:
    told = {**FULL, "events": [event("III", solved=True), event(), event("I")]}
    found = formula.reckon(TERMS, told, declared())
    assert found.score == 10_000
    assert found.sums == {
        "base": 302_000, "performance": 150_000, "bonus": 1_500 + 500 + 200, "seniority": 15_000, "certificate": 20_000,
        "adjust": 0, "deduct": 0, "floor": 0,
    }  # fmt: skip
    assert found.pay == 489_200


def test_points_are_rounded_to_the_hundredth_and_pay_to_the_fen() -> None:
    told = {**FULL, "clocks": {"met": 1, "missed": 2, "late": []}}
    found = formula.reckon(TERMS, told, declared())
    points = {each.code: each.points for each in found.lines if each.points is not None}
    assert points == {"patrol": 3000, "quality": 2000, "timeliness": 667, "satisfaction": 1500, "learning": 1000}
    assert found.sums["performance"] == 122_505  # 1500.00 x 81.67 %


@pytest.mark.parametrize(
    ("events", "bonus"),
    [
        ([], 0),
        ([event("I")] * 30, 20 * 200),
        ([event("I")] * 15 + [event("II")] * 15, 15 * 200 + 5 * 500),
        ([event("IV")] * 40, 60_000),
        ([event(fate="duplicate")] * 9, 0),
        ([event(fate="open"), event(fate="unverified"), event(fate="refused")], 0),
        ([event("III"), event(fate="false")], 1_000 - 500),
        ([event(fate="false")] * 5, 0),
    ],
)
def test_counting_games_do_not_pay(events: list[dict[str, Any]], bonus: int) -> None:
    assert formula.reckon(TERMS, {**FULL, "events": events}, declared()).sums["bonus"] == bonus


def test_duplicates_and_made_up_events_cost_quality() -> None:
    found = formula.reckon(
        TERMS, {**FULL, "events": [event(), event(fate="duplicate"), event(fate="false")]}, declared()
    )
    assert next(each.points for each in found.lines if each.code == "quality") == 833


def test_a_deduction_keeps_to_the_fifth_and_to_the_minimum_wage() -> None:
    told = {**FULL, "traced": [["JX1", "unreported"]] * 9}
    found = formula.reckon(TERMS, told, declared())
    assert -found.sums["deduct"] == found.gross * 20 // 100
    trainee = Terms("trainee", 1, 0, "", "330421002", 31, 31)
    nothing = {**copy.deepcopy(dict(formula.NOTHING)), "traced": [["JX1", "unreported"]] * 9}
    poor = formula.reckon(trainee, nothing, declared().but({"performance": 0}))
    assert (poor.pay, -poor.sums["deduct"]) == (226_000, 260_000 - 226_000)


def test_half_a_month_is_paid_by_its_days_and_a_second_post_not_at_all() -> None:
    half = formula.reckon(Terms("star1", 2, 3, "", "330421002", 16, 31), FULL, declared())
    assert half.sums["base"] == 155_871  # 3020.00 x 16 / 31
    second = formula.reckon(Terms("star1", 2, 3, "", "330421002", 31, 31, paid=False), FULL, declared())
    assert (second.pay, second.gross, second.score > 0) == (0, 0, True)


counts = st.integers(0, 60)
events = st.lists(
    st.builds(
        event,
        st.sampled_from(["I", "II", "III", "IV", "E"]),
        st.sampled_from(["counted", "duplicate", "false", "open", "unverified", "refused"]),
        st.booleans(),
    ),
    max_size=30,
)
months = st.builds(
    lambda patrol, hours, some, met, missed, calls, traced, adjust: {
        "patrol": list(range(patrol)), "learning": [[1, hours]] if hours else [], "events": some,
        "clocks": {"met": met, "missed": missed, "late": []},
        "calls": {"satisfied": calls[0], "fairly": calls[1], "dissatisfied": calls[2], "of": []},
        "traced": [["JX1", each] for each in traced], "adjust": [[1, adjust]] if adjust else [],
    },
    counts, st.integers(0, 24), events, counts, counts, st.tuples(counts, counts, counts),
    st.lists(st.sampled_from(["unseen", "unreported", "unhandled", "diligent"]), max_size=12), st.integers(0, 10**6),
)  # fmt: skip
terms = st.builds(
    Terms, st.sampled_from(["trainee", "star1", "star5"]), st.integers(1, 3), st.integers(0, 40),
    st.sampled_from(["", "assistant", "senior"]), st.just("330421002"), st.integers(1, 31), st.just(31),
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(terms, months, st.integers(0, 400_000))
def test_whatever_a_month_holds(t: Terms, told: dict[str, Any], performance: int) -> None:
    f = declared().but({"performance": performance})
    found = formula.reckon(t, told, f)
    floor = next(each.how["floor"] for each in found.lines if each.code == "floor" and each.how)
    assert found.pay >= floor
    assert 0 <= -found.sums["deduct"] <= found.gross * 20 // 100
    assert 0 <= found.sums["bonus"] <= f["cap"]
    assert 0 <= found.score <= 10_000
    assert all(0 <= (each.points or 0) <= (each.most or 0) for each in found.lines if each.most)
    assert found.pay == sum(found.sums.values())
    again = formula.reckon(t, copy.deepcopy(told), f)
    assert again == found
    lines = [each.code for each in found.lines]
    assert formula.digest(told, lines) == formula.digest(copy.deepcopy(told), lines)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(terms, months, st.sampled_from(["I", "II"]))
def test_one_more_low_grade_event_never_pays_beyond_its_number(t: Terms, told: dict[str, Any], grade: str) -> None:
    f = declared()
    many = {**told, "events": [event("I")] * 20 + told["events"]}
    more = {**told, "events": [*many["events"], event(grade)]}
    assert formula.reckon(t, more, f).sums["bonus"] == formula.reckon(t, many, f).sums["bonus"]


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("weights", {"patrol": 50, "quality": 25, "timeliness": 20, "satisfaction": 15, "learning": 10}),
        ("weights", {"patrol": 100}), ("limit", 21), ("cap", -1), ("cap", "1"), ("rates", {"I": 1}), ("neutral", 101),
        ("targets", {"patrol": 0, "learning": 4}), ("nothing", 1), ("exit", {}), ("performance", {"a": 1}),
    ],
)  # fmt: skip
def test_what_the_formula_may_not_be(code: str, value: Any) -> None:
    with pytest.raises(BadFormula):
        formula.check(code, value)


def test_levels_go_by_score_alone() -> None:
    f = declared()
    assert [formula.level_of(score, f) for score in (9000, 8999, 7500, 6000, 5999)] == ["A", "B", "B", "C", "D"]
