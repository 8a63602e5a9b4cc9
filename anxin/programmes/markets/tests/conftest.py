"""What the stories of the markets need: a market with two zones, stalls and merchants, on a working morning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import pytest

from anxin.kernel import clock, uscc
from anxin.kernel.bodies import Actor
from anxin.programmes.markets.actions import register
from anxin.programmes.markets.actions.register import Planned
from anxin.programmes.markets.models import Market, Merchant, Stall, Zone
from tests.cast import Cast, actor

TUESDAY = datetime(2026, 11, 24, 9, 30, tzinfo=clock.TZ)
COMMUNITY, OTHER = "330483101025", "330483101021"


@pytest.fixture
def tuesday() -> Iterator[clock.Travel]:
    """The clock stands at half past nine on a Tuesday until the story moves it."""
    with clock.at(TUESDAY) as travel:
        yield travel


@pytest.fixture
def supervisor(cast: Cast) -> Actor:
    """Who oversees the markets of 桐乡市."""
    return actor("330483.centre.supervisor")


@pytest.fixture
def gujun(cast: Cast) -> Actor:
    """顾军, manager of the organiser."""
    return actor("330483101.market.manager")


@pytest.fixture
def luping(cast: Cast) -> Actor:
    """陆平, mediator of 濮凤社区."""
    return actor("330483101025.mediation.mediator-1")


@pytest.fixture
def market(tuesday: clock.Travel, supervisor: Actor) -> Market:
    """濮院羊毛衫交易中心 in 濮凤社区, with two zones of three stalls each, all let."""
    made = register.set_up(
        Planned(
            code="PY-T1", title="濮院羊毛衫交易中心", organiser="330483101.market", area=COMMUNITY, lat=30.6802,
            lon=120.6291, sectors="毛衫", complaint_point="一楼服务台", opened_on=date(2015, 5, 1),
        ),
        supervisor,
    )  # fmt: skip
    for place in range(2):
        zone = register.add_zone(made, f"{'AB'[place]}区", supervisor, plan=(place * 60, 0, 50, 40))
        for number in range(3):
            stall = Stall.objects.create(market=made, zone=zone, number=f"{'AB'[place]}{number + 1:02d}")
            code = f"92330483MA{place * 10 + number:07d}"
            merchant = Merchant.objects.create(
                uscc=code + uscc.letter(code), title=f"毛衫行{place}{number}", entered_on=date(2024, 1, 1)
            )
            register.let(stall, merchant, date(2024, 1, 1), supervisor, breach=number > 0, settling=True)
    return made


@pytest.fixture
def zone(market: Market) -> Zone:
    """A区."""
    return Zone.objects.get(market=market, title="A区")
