"""The diversion list: every row owns up to what it is, danger comes first, and refusals name the right way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from anxin.kernel import registry
from anxin.kernel.errors import UnknownRule
from anxin.programmes.onekey import diversion
from anxin.programmes.onekey.diversion import TO_110, TO_12345, UNDECIDED, divert

TODAY = date(2026, 7, 6)


def test_every_row_is_complete_and_does_not_pass_for_the_citys_list() -> None:
    rows = diversion.items()
    assert {row.side for row in rows} == {TO_12345, TO_110}
    for row in rows:
        assert all((row.group, row.group_en, row.title, row.title_en, row.taker, row.words, row.source)), row
        assert "非嘉兴清单" in row.provenance
        assert not row.kind or row.kind in registry.kinds(), row.kind
        assert row.side == TO_110 or row.kind, f"{row.title}: 12345 needs a kind"
    assert len({(row.side, row.title, row.version) for row in rows}) == len(rows)


@pytest.mark.parametrize(
    ("said", "side", "rule"),
    [
        ("楼下广场舞太吵，天天到十点", TO_12345, "R1"),
        ("健身卡充值后商家不退款", TO_12345, "R1"),
        ("老板拖欠工资三个月", TO_12345, "R1"),
        ("邻居在楼道堆物，说了不听，吵架好几回", TO_12345, "R1"),
        ("湘南公寓车库被淹，配电间进水", TO_12345, "R1"),
        ("有人在小区门口持刀砍人", TO_110, "R4"),
        ("隔壁家暴，孩子在哭", TO_110, "R7"),
        ("楼上装修声吵得睡不着，现在两家人打架了", TO_110, "R7"),
        ("闻到煤气，楼道里很浓", TO_110, "R4"),
        ("电梯困人，里面有老人", TO_110, "R4"),
        ("我想说一件事", UNDECIDED, "R2"),
        ("", UNDECIDED, "R2"),
    ],
)
def test_who_takes_what_is_told(said: str, side: str, rule: str) -> None:
    decision = divert(said, TODAY)
    assert (decision.side, decision.rule) == (side, rule)
    assert decision.why
    assert (decision.item is None) == (side == UNDECIDED)


def test_a_kind_is_for_12345_and_says_that_danger_comes_first() -> None:
    decision = divert("onekey.noise", TODAY)
    assert (decision.side, decision.item and decision.item.kind) == (TO_12345, "onekey.noise")
    assert "R4" in decision.why


def test_the_list_of_the_day_counts() -> None:
    old = next(row for row in diversion.items() if row.title.startswith("生活噪声"))
    listed = (
        replace(old, until=date(2026, 8, 1)),
        replace(old, version="2", effective=date(2026, 8, 1), side=TO_110),
    )
    assert divert("广场舞", date(2026, 7, 31), listed).side == TO_12345
    assert divert("广场舞", date(2026, 8, 1), listed).side == TO_110
    assert divert("广场舞", date(1999, 1, 1), listed).side == UNDECIDED


def test_what_is_not_taken_has_its_reason_and_the_right_way() -> None:
    """Guide 2.3, [LAW:WF 19]."""
    rows = {row.code: row for row in diversion.not_taken(TODAY)}
    assert {
        "litigation",
        "arbitration",
        "discipline",
        "reconsideration",
        "disclosure",
        "petition",
        "secret",
        "concluded",
        "other",
    } <= set(rows)
    assert all(row.reason and row.route and row.reason_en and row.route_en and row.source for row in rows.values())
    assert "12388" in diversion.route("discipline", TODAY).route
    with pytest.raises(UnknownRule):
        diversion.route("weather", TODAY)
