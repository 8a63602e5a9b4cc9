"""The scenarios of the guide at a small scale, the demo's seeds, and what is invented for them."""

from __future__ import annotations

from datetime import datetime

import pytest

from anxin.kernel import areas, clock
from anxin.kernel.acceptance import Stage
from anxin.kernel.errors import OutsideTheCity
from anxin.programmes.sixsystems import figures, seeds
from anxin.programmes.sixsystems.models import Meeting
from anxin.programmes.sixsystems.tests import acceptance
from anxin.programmes.sixsystems.tests.conftest import Street
from tests.cast import Cast


def played(stage: Stage) -> None:
    assert stage.passed, [line for line in stage.shown if not line.holds]


def test_grids(cast: Cast) -> None:
    stage = Stage()
    acceptance.grids_and_doors(stage, doors=2)
    played(stage)


def test_a_year_is_listed_and_reckoned(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acceptance, "SHARE_OPEN", 0.04)
    stage = Stage()
    acceptance.what_is_open(stage, 300)
    wrong = [line for line in stage.shown if not line.holds]
    assert [line.title for line in wrong] == ["办结率为 99.9%"], wrong  # of so few, four in a hundred are open


def test_a_year_at_a_small_scale(cast: Cast, tuesday: clock.Travel) -> None:
    until = datetime(2026, 11, 24, tzinfo=clock.TZ)
    told = list(acceptance.lives(5000, until))
    assert sum(each.closed is None for each in told) == 5
    assert told == list(acceptance.lives(5000, until))
    assert len({clock.local_day(each.at) for each in told}) == acceptance.DAYS
    assert all(each.at < (each.closed or until) < until or each.closed is None for each in told)


def test_parking(cast: Cast) -> None:
    stage = Stage()
    acceptance.parking(stage)
    played(stage)


def test_the_demo_is_planted_once(tuesday: clock.Travel, street: Street) -> None:
    seeds.plant()
    seeds.plant()
    assert Meeting.objects.filter(area=street.grid).count() == 2
    assert figures.still_open(street.grid).count() >= 4
    with pytest.raises(OutsideTheCity):
        areas.tree().grid_at(31.2304, 121.4737)
