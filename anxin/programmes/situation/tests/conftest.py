"""What the stories of the room need: a Tuesday morning, the town, and reports at will."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from anxin.kernel import areas, clock, flow
from anxin.kernel.areas import Area
from anxin.kernel.journal import Change
from anxin.programmes.situation.models import Alarm
from tests.cast import RESIDENT, Cast, garage

TUESDAY = datetime(2026, 11, 24, 9, 30, tzinfo=clock.TZ)
Tell = Callable[..., Change]


@pytest.fixture(autouse=True)
def _nobody_listens_for_danger(settings: pytest.FixtureRequest) -> None:
    """These stories set their urgency themselves."""
    settings.DANGER = "show"  # type: ignore[attr-defined]


@pytest.fixture
def tuesday() -> Iterator[clock.Travel]:
    """The clock stands at half past nine on a Tuesday until the story moves it."""
    with clock.at(TUESDAY) as travel:
        yield travel


@pytest.fixture
def town(cast: Cast) -> Area:
    """七星街道; what a worker beside other stories has warned of there is not of this one."""
    Alarm.objects.all().delete()
    return areas.tree().by_code["330402015"]


@pytest.fixture
def tell(cast: Cast) -> Tell:
    """Report something in the town, so long ago."""

    def report(ago: timedelta = timedelta(0), **more: object) -> Change:
        with clock.at(clock.now() - ago):
            return flow.report(garage(**more), RESIDENT)

    return report
