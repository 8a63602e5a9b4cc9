"""Capacity, reserve and shares as tables of cases and as what always holds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxin.kernel import money, registry
from anxin.programmes.apartments import rules, seeds
from anxin.programmes.apartments.actions.books import instalments
from anxin.programmes.apartments.models import Lease, Room

DAY = date(2026, 11, 24)
A, B = (registry.norm(f"apartments.capacity.{code}", DAY) for code in "AB")


@pytest.mark.parametrize(
    ("usable", "beds", "use", "by_a", "by_b"),
    [
        ("12.00", 4, "bedroom", 2, 2), ("11.99", 4, "bedroom", 1, 1), ("5.99", 4, "bedroom", 0, 0),
        ("18.00", 3, "bedroom", 2, 3), ("18.00", 2, "bedroom", 2, 2), ("30.00", 8, "bedroom", 2, 5),
        ("30.00", 0, "kitchen", 0, 0),
    ],
)  # fmt: skip
def test_capacity(usable: str, beds: int, use: str, by_a: int, by_b: int) -> None:
    room = Room(usable=Decimal(usable), beds=beds, use=use)
    assert (rules.capacity(room, A), rules.capacity(room, B)) == (by_a, by_b)


def test_every_norm_names_its_paper() -> None:
    for norm in rules.NORMS:
        assert norm.source, norm.code
        assert norm.provenance.split("@")[0] in {"LAW", "S20", "S64", "BK", "INF"}, norm.code
    assert A.provenance == "S20"
    assert B.provenance == "INF"


@given(st.integers(0, 10**12))
def test_the_reserve_is_never_below_the_share(net: int) -> None:
    kept = rules.least_reserve(net, registry.norm("apartments.reserve", DAY))
    assert 10 * kept >= 3 * net
    assert 10 * (kept - 1) < 3 * net or kept == 0


@given(st.integers(0, 10**11), st.lists(st.integers(1, 50), min_size=1, max_size=60))
def test_the_dividend_is_shared_out_to_the_fen(total: int, counts: list[int]) -> None:
    given_ = money.share(total, counts)
    assert sum(given_) == total
    assert all(
        abs(amount - total * count / sum(counts)) < 1 + total * 1e-9
        for amount, count in zip(given_, counts, strict=True)
    )


@given(st.sampled_from([1, 3, 6, 12]), st.integers(1, 10**9), st.integers(1, 6))
def test_the_instalments_of_whole_years_sum_to_the_rent(months: int, rent: int, years: int) -> None:
    begins = date(2024, 3, 31)
    lease = Lease(begins=begins, until=date(2024 + years, 3, 28), rent=rent, months=months)
    found = instalments(lease)
    assert sum(amount for _day, amount in found) == rent * years
    assert len({day for day, _amount in found}) == len(found)


def test_rooms_are_spread_exactly() -> None:
    spread = seeds.rooms_of(41, 608)
    assert (sum(spread), len(spread), spread.count(15), spread.count(14)) == (608, 41, 34, 7)
