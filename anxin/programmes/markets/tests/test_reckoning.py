"""What is owed, to the fen: cases reckoned by hand, and what must hold for any sum and any day."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from anxin.kernel import norms, registry
from anxin.kernel.errors import UnknownRule
from anxin.kernel.norms import Norm
from anxin.programmes.markets.rules.declared import NORMS
from anxin.programmes.markets.rules.reckoning import NotReckoned, deposit, late_interest, reduction

DAY = date(2025, 6, 1)


def ask(code: str, day: date) -> Norm:
    """The declared norm of a day, without an installation's own."""
    return norms.norm_on(NORMS, code, day)


@pytest.mark.parametrize(
    ("principal", "due", "until", "more", "fen"),
    [
        # the rate when the breach began, although a lower one came on the twentieth of May:
        # 100,000.00 x 3.10 % x 1.3 x 31 / 365 = 342.27
        (10_000_000, date(2025, 4, 29), date(2025, 5, 30), {}, 34_227),
        (10_000_000, date(2025, 5, 31), date(2025, 6, 30), {}, 32_055),
        (10_000_000, date(2025, 5, 31), date(2025, 6, 30), {"added": Fraction(50)}, 36_986),
        (10_000_000, date(2025, 5, 31), date(2025, 6, 30), {"agreed": Fraction(12)}, 98_630),
        # half paid on the tenth: ten days of the whole, twenty of the half
        (10_000_000, date(2025, 5, 31), date(2025, 6, 30), {"paid": [(date(2025, 6, 10), 5_000_000)]}, 10_685 + 10_685),
        (10_000_000, date(2025, 5, 31), date(2025, 6, 30), {"paid": [(date(2025, 6, 10), 10_000_000)]}, 10_685),
    ],
)  # fmt: skip
def test_late_interest(principal: int, due: date, until: date, more: dict[str, object], fen: int) -> None:
    found = late_interest(principal, due, until, ask, **more)  # type: ignore[arg-type]
    assert found.fen == fen


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"added": Fraction(29)}, "added"), ({"added": Fraction(51)}, "added"), ({"agreed": Fraction(0)}, "agreed"),
        ({"paid": [(date(2025, 1, 1), 1)]}, "paid"), ({"paid": [(date(2025, 6, 10), 2_000_000_000)]}, "paid"),
        ({"paid": [(date(2025, 6, 10), 0)]}, "paid"),
    ],
)  # fmt: skip
def test_what_late_interest_refuses(more: dict[str, object], field: str) -> None:
    with pytest.raises(NotReckoned) as caught:
        late_interest(1_000_000_000, date(2025, 5, 31), date(2025, 6, 30), ask, **more)  # type: ignore[arg-type]
    assert field in caught.value.fields
    with pytest.raises(NotReckoned):
        late_interest(100, DAY, DAY, ask)
    with pytest.raises(UnknownRule):  # before the first LPR there is none
        late_interest(100, date(2018, 1, 1), date(2018, 2, 1), ask)


@settings(max_examples=60, deadline=None)
@given(
    principal=some.integers(1, 10**12),
    begin=some.integers(0, 1500),
    days=some.integers(1, 1500),
    cut=some.integers(1, 1500),
)
def test_any_late_interest_is_the_sum_of_its_lines_and_may_be_cut(
    principal: int, begin: int, days: int, cut: int
) -> None:
    due = date(2019, 8, 20) + timedelta(days=begin)
    until = due + timedelta(days=days)
    whole = late_interest(principal, due, until, ask)
    parts = [each.fen for each in whole.lines[1:] if each.fen is not None]
    assert whole.fen == sum(parts)
    assert all(part >= 0 for part in parts)
    middle = due + timedelta(days=cut)
    begun, later = (ask("markets.lpr", day + timedelta(days=1)).stamp for day in (due, middle))
    assert [each for each in whole.stamps if "lpr" in each] == [begun]
    if cut < days and begun == later:  # reckoned in two pieces it differs by rounding only
        both = late_interest(principal, due, middle, ask).fen + late_interest(principal, middle, until, ask).fen
        assert abs(both - whole.fen) <= len(parts) + 2


@pytest.mark.parametrize(
    ("price", "paid", "broke", "undone", "fen"),
    [
        (100_000, 20_000, "giver", None, 0),
        (100_000, 20_000, "taker", None, 40_000),
        (100_000, 30_000, "giver", None, 10_000),
        (100_000, 30_000, "taker", None, 50_000),
        (100_000, 20_000, "giver", 50_000, 10_000),
        (100_000, 20_000, "taker", 50_000, 30_000),
        (99_999, 99_999, "giver", None, 80_000),
        (4, 1, "giver", None, 1),  # a fifth of four fen is no whole fen: nothing counts as deposit
    ],
)
def test_deposit(price: int, paid: int, broke: str, undone: int | None, fen: int) -> None:
    assert deposit(price, paid, broke, DAY, ask, undone=undone).fen == fen


@given(price=some.integers(1, 10**10), paid=some.integers(1, 10**10), part=some.fractions(0, 1))
def test_any_deposit(price: int, paid: int, part: Fraction) -> None:
    undone = max(int(price * part), 1)
    giver, taker = (deposit(price, paid, broke, DAY, ask, undone=undone).fen for broke in ("giver", "taker"))
    assert giver + taker == 2 * paid
    assert 0 <= giver <= paid <= taker <= paid + price // 5


@pytest.mark.parametrize(
    ("price", "quantity", "good", "actual", "fen"),
    [
        (5_000, 10, 5_000, 3_000, 20_000),
        (5_000, 10, 6_000, 3_000, 30_000),
        (5_000, 10, 9_000, 0, 50_000),
        (1, 1, 1, 1, 0),
    ],
)
def test_reduction(price: int, quantity: int, good: int, actual: int, fen: int) -> None:
    found = reduction(price, quantity, good, actual, DAY, ask)
    assert found.fen == fen
    assert found.stamps == ["markets.reduction@1"]


@pytest.mark.parametrize(
    ("price", "quantity", "good", "actual"), [(0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 1, 2), (1, 1, 0, 0)]
)
def test_what_a_reduction_refuses(price: int, quantity: int, good: int, actual: int) -> None:
    with pytest.raises(NotReckoned):
        reduction(price, quantity, good, actual, DAY, ask)


def test_every_day_since_the_first_has_one_rate() -> None:
    day = date(2019, 8, 20)
    rates = [each for each in NORMS if each.code == "markets.lpr"]
    while day < date(2026, 12, 31):
        fit = [each for each in rates if each.effective <= day and (each.until is None or day < each.until)]
        assert len(fit) == 1, day
        day += timedelta(days=1)
    assert registry.norms()["markets.lpr"]
