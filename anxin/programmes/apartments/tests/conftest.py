"""What the stories of the apartments need: a Tuesday, 徐强 (company), 费明 (village), 金丽 (enterprise)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import pytest

from anxin.kernel import clock
from anxin.kernel.bodies import Actor
from anxin.kernel.people import Particulars
from anxin.programmes.apartments import seeds
from anxin.programmes.apartments.actions import houses
from anxin.programmes.apartments.models import Building
from tests.cast import Cast, actor

TUESDAY = datetime(2026, 11, 24, 9, 30, tzinfo=clock.TZ)
DAY, ENDS = date(2026, 11, 24), date(2029, 11, 24)
OWNER = Particulars(name="褚某房东", phone="00000000011")


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
def who(cast: Cast) -> seeds.Cast:
    """徐强 (company), 费明 (village), 龚亮 (fire brigade)."""
    return seeds.cast(actor)


@pytest.fixture
def jinli(cast: Cast) -> Actor:
    """金丽, who answers for the dormitory of the first enterprise."""
    return actor(f"{seeds.VILLAGE}.enterprise-1.employer")


def house(who: seeds.Cast, code: str = "T-1", rooms: int = 4, beds: int = 3, usable: str = "12.50") -> Building:
    """An idle farmhouse with bedrooms and a kitchen."""
    made = houses.register(
        seeds.COMPANY, who.manager, number=code, place=f"新义村3组{code}", owner=OWNER, built=2008, permit=False,
        floors=2, former_rent=30_000_00,
    )  # fmt: skip
    assert made is not None
    for number in range(rooms):
        floor, title = number % 2 + 1, f"{number % 2 + 1}0{number // 2 + 1}"
        houses.room(code, who.manager, number=title, floor=floor, use="bedroom", usable=Decimal(usable), beds=beds)
    houses.room(code, who.manager, number="1K", floor=1, use="kitchen", usable=Decimal("8"), beds=0)
    return Building.objects.select_related("house", "company").get(pk=made.pk)


@pytest.fixture
def idle(now: clock.Travel, who: seeds.Cast) -> Building:
    """An idle house."""
    return house(who)


@pytest.fixture
def let(now: clock.Travel, who: seeds.Cast) -> Building:
    """A building let to 嘉禾纺织."""
    row = house(who)
    seeds.bring_to_letting(row, who, DAY, ENDS, 48_000_00, 0)
    row.refresh_from_db()
    return row
