"""Forms made from a table: what is typed is told as it is wanted."""

from __future__ import annotations

from datetime import date

import pytest

from anxin.kernel.errors import BadInput
from anxin.kernel.people import Particulars
from anxin.web.declared import DeclaredForm

FIELDS = (
    "sum money? 金额|Amount", "who person 姓名|Name", "day day 日期|Day", "side choice:sides 哪方|Side",
    "rows picks:rows? 行|Rows", "ok tick? 同意|Agreed", "terms terms 事项|Terms",
)  # fmt: skip
TYPED = {"name": "王某", "day": "2026-11-24", "side": "a", "rows": ["3"], "what0": "付款", "fen0": "12.50"}
LISTS = {"sides": [("a", "甲方")], "rows": [("3", "三")]}


def form(**typed: object) -> DeclaredForm:
    return DeclaredForm(FIELDS, LISTS.__getitem__, {**TYPED, **typed})


def test_what_is_typed_is_told() -> None:
    made = form(sum="1,234.5")
    assert made.is_valid(), made.errors
    said = made.said()
    assert said["sum"] == 123_450
    assert said["who"] == Particulars(name="王某")
    assert (said["day"], said["side"], said["rows"], said["ok"]) == (date(2026, 11, 24), "a", [3], False)
    assert said["terms"][0] == ("付款", 1250, None)


def test_what_is_wrong_is_said_at_its_field() -> None:
    assert set(form(name="", side="x").errors) == {"name", "side"}
    made = form(sum="zwölf")
    assert made.is_valid()
    with pytest.raises(BadInput) as refused:
        made.said()
    assert set(refused.value.fields) == {"sum"}
