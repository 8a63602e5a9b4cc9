"""The acceptance scenarios on a small scale: the same plays, a few buildings."""

from __future__ import annotations

import pytest

from anxin.kernel.acceptance import Stage
from anxin.programmes.apartments.tests import acceptance
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def _holds(stage: Stage) -> None:
    assert stage.passed, [line for line in stage.shown if not line.holds]


def test_f9_shows_the_excess(cast: Cast) -> None:
    stage = Stage()
    acceptance.f9(stage, buildings=3, rooms=16, people=42)
    _holds(stage)


def test_f10_refuses_by_persons_and_admits_by_area(cast: Cast) -> None:
    stage = Stage()
    acceptance.f10(stage, buildings=2, rooms=9, people=24)
    _holds(stage)


def test_f11_shares_out_to_the_fen_and_locks(cast: Cast) -> None:
    stage = Stage()
    acceptance.f11(stage, buildings=3, rooms=45, staff=15_000_00, tax=5_000_01)
    _holds(stage)


def test_f12_reckons_both_years_with_their_denominators(cast: Cast) -> None:
    stage = Stage()
    acceptance.f12(stage, buildings=2, rooms=6, found=(18, 4), quarrels=(10, 9))
    _holds(stage)
