"""What the stories of the grid need: a Tuesday morning in 罗星街道, its cast, and a photo for proof."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime

import pytest
from PIL import Image

from anxin.kernel import areas, clock, files, telling
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor
from tests.cast import Cast, actor

assert telling.__name__  # whoever drains the jobs wants them handed over
TUESDAY = datetime(2026, 11, 24, 9, 30, tzinfo=clock.TZ)
TOWN = "330421002"
VILLAGE = "330421002001"
GRID = "330421002001001"


class Street:
    """Who works in the first village of 罗星街道."""

    def __init__(self) -> None:
        self.head = actor(f"{GRID}.head")
        self.worker = actor(f"{GRID}.worker")
        self.auxiliary = actor(f"{GRID}.auxiliary")
        self.neighbour = actor(f"{VILLAGE}002.worker")
        self.village = actor(f"{VILLAGE}.committee.village")
        self.clerk = actor(f"{VILLAGE}.committee.clerk")
        self.dispatcher = actor(f"{TOWN}.command.dispatcher-1")
        self.town_supervisor = actor(f"{TOWN}.command.supervisor")
        self.supervisor = actor("330421.centre.supervisor")
        self.leader = actor("330421.centre.leader")
        self.grid: Area = areas.tree().by_code[GRID]
        self.other: Area = areas.tree().by_code[f"{VILLAGE}002"]
        self.town: Area = areas.tree().by_code[TOWN]

    def point(self) -> tuple[float, float]:
        """A point in the grid."""
        inside = areas.geometry(self.grid).representative_point()
        return inside.y, inside.x


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
def street(cast: Cast) -> Street:
    """The people of the grid."""
    return Street()


@pytest.fixture
def photo(cast: Cast) -> str:
    """A stored photo."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "green").save(out, "PNG")
    return files.keep(out.getvalue()).sha256


def stranger() -> Actor:
    """A clerk who has nothing to do with grids."""
    return actor("330402.water.clerk")
