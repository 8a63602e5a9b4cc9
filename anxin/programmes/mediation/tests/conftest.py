"""What the stories of mediation need: a Tuesday, 陆平 and 施慧 of 濮凤社区, a dispute taken in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from anxin.kernel import clock
from anxin.kernel.bodies import Actor
from tests.cast import Cast, actor

TUESDAY = datetime(2026, 11, 24, 9, 30, tzinfo=clock.TZ)


@pytest.fixture(autouse=True)
def _nobody_listens_for_danger(settings: pytest.FixtureRequest) -> None:
    """These stories set their urgency themselves."""
    settings.DANGER = "show"  # type: ignore[attr-defined]


@pytest.fixture
def now() -> Iterator[clock.Travel]:
    """The clock stands at half past nine on a Tuesday until the story moves it."""
    with clock.at(TUESDAY) as travel:
        yield travel


@pytest.fixture
def luping(cast: Cast) -> Actor:
    """陆平, mediator of 濮凤社区."""
    return actor("330483101025.mediation.mediator-1")


@pytest.fixture
def shihui(cast: Cast) -> Actor:
    """施慧, mediator of 濮凤社区."""
    return actor("330483101025.mediation.mediator-2")
