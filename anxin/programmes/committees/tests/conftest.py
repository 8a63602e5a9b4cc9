"""What the stories of the committees need: the committee of 濮凤社区 with three members, on a working morning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import pytest

from anxin.kernel import clock
from anxin.kernel.bodies import Actor, Body
from anxin.kernel.people import Particulars
from anxin.programmes.committees.actions import members
from anxin.programmes.committees.models import Committee
from tests.cast import Cast, actor

TUESDAY = datetime(2026, 11, 24, 9, 30, tzinfo=clock.TZ)
STORY = "330483101025.mediation"


@pytest.fixture
def tuesday() -> Iterator[clock.Travel]:
    """The clock stands at half past nine on a Tuesday until the story moves it."""
    with clock.at(TUESDAY) as travel:
        yield travel


@pytest.fixture
def supervisor(cast: Cast) -> Actor:
    """Who oversees the committees of 桐乡市."""
    return actor("330483.centre.supervisor")


@pytest.fixture
def zhuangyan(cast: Cast) -> Actor:
    """庄严 of the justice bureau."""
    return actor("330483.justice.clerk")


@pytest.fixture
def luping(cast: Cast) -> Actor:
    """陆平, mediator of 濮凤社区."""
    return actor(f"{STORY}.mediator-1")


@pytest.fixture
def committee(tuesday: clock.Travel, supervisor: Actor) -> Committee:
    """The committee of 濮凤社区: a chair and two members, one of them a woman, elected in 2025."""
    row = members.set_up(Body.objects.get(code=STORY), date(2023, 4, 1), supervisor)
    for number in range(3):
        who = Particulars(name=("陆平", "施慧", "沈明")[number], phone=f"0000000{number:04d}")
        members.elect(row, who, date(2025, 3, 1), supervisor, chair=number == 0, woman=number == 1, adult=True)
    return row
