"""Sums are whole fen: what is shared out adds up, what is written can be read again."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxin.kernel import money
from anxin.kernel.errors import BadInput

SUMS = st.integers(-money.MOST, money.MOST)


@given(SUMS)
def test_what_is_written_can_be_read_again(fen: int) -> None:
    assert money.fen(money.yuan(fen)) == fen


@given(SUMS, st.lists(st.integers(0, 10**6), min_size=1, max_size=40).filter(any))
def test_nothing_is_left_and_nothing_is_missing(total: int, weights: list[int]) -> None:
    given_out = money.share(total, weights)
    assert sum(given_out) == total
    exact = [Fraction(total * each, sum(weights)) for each in weights]
    assert all(abs(each - wanted) < 1 for each, wanted in zip(given_out, exact, strict=True))


@pytest.mark.parametrize(
    ("fen", "share", "expected"),
    [
        (100, Fraction(1, 3), 33), (5, Fraction(1, 2), 3), (-5, Fraction(1, 2), -3), (5, Fraction(-1, 2), -3),
        (-5, Fraction(-1, 2), 3), (0, Fraction(7, 9), 0),
    ],
)  # fmt: skip
def test_a_part_is_rounded_half_away_from_nothing(fen: int, share: Fraction, expected: int) -> None:
    assert money.part(fen, share) == expected


@pytest.mark.parametrize("text", ["", "一百", "1.234", "1,23", "1e5", "12 34", "NaN", "9" * 30, "１２３"])
def test_what_is_no_sum_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        money.fen(text)


@pytest.mark.parametrize("text", ["1234.5", "1,234.50", "￥1234.50", "1，234.5元"])
def test_a_sum_is_read_as_people_write_it(text: str) -> None:
    assert money.fen(text) == 123450


@pytest.mark.parametrize("weights", [[], [0, 0], [3, -1]])
def test_without_shares_nothing_is_given_out(weights: list[int]) -> None:
    with pytest.raises(BadInput):
        money.share(100, weights)
