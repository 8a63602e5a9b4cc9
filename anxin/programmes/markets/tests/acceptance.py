"""F28: Puyuan at its size, and the share of its disputes that arises in markets. F29: markets that moved."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from anxin.kernel import areas, clock, flow, uscc
from anxin.kernel.acceptance import Scenario, Stage
from anxin.kernel.bodies import Actor
from anxin.kernel.matters import Report
from anxin.programmes.markets import figures
from anxin.programmes.markets.actions import ladder, register, sheets
from anxin.programmes.markets.models import Belonging, Market, Merchant, Quarrel, Stall, Tenancy, Zone
from anxin.programmes.markets.rules.declared import MEDIATION, SORTS

TOWN, COMMUNITY, SINCE = "330483101", "330483101025", date(2023, 3, 1)
FLOATING, LOCAL, KM2 = 156_000, 51_000, 60
SUPERVISOR, MANAGER = "330483.centre.supervisor", "330483101.market.manager"
EXAMPLES = Path(__file__).parent.parent / "examples.csv"


def planted(by: Actor) -> list[Market]:
    """The twenty markets of the town, in the communities they lay in before 2023."""
    if not Market.objects.exists():
        sheets.take_in("markets", EXAMPLES.name, EXAMPLES.read_bytes(), by)
    return list(Market.objects.select_related("organiser").order_by("code"))


def fill(stage: Stage, markets: list[Market], merchants: int) -> None:
    """Zones, stalls and merchants, shared out evenly; unified codes with a right check letter, invented."""
    day, each = date(2022, 1, 1), merchants // len(markets)
    for place, market in enumerate(stage.track(markets, "摊位和商户")):
        zones = [
            Zone.objects.create(
                market=market, code=f"{market.code}-{n}", title=f"{'ABCD'[n]}区", x=n % 2 * 50, y=n // 2 * 40
            )
            for n in range(4)
        ]
        numbers = range(each + (place < merchants % len(markets)))
        stalls = Stall.objects.bulk_create(
            [Stall(market=market, zone=zones[n % 4], number=f"{n + 1:04d}", m2=Decimal("12.50")) for n in numbers]
        )
        codes = [f"92330483MA{place:02d}{n:05d}"[:17] for n in numbers]
        rows = Merchant.objects.bulk_create(
            [
                Merchant(uscc=code + uscc.letter(code), title=f"{market.title}{n + 1}号", entered_on=day)
                for n, code in enumerate(codes)
            ]
        )
        Tenancy.objects.bulk_create(
            [
                Tenancy(stall=s, merchant=m, begins=day, breach=True, settling=True)
                for s, m in zip(stalls, rows, strict=True)
            ]
        )


def f28(stage: Stage, *, merchants: int = 10_000, disputes: int = 1_000) -> None:
    """Puyuan at its size; the share is computed from the matters, exactly."""
    dice, supervisor, manager = random.Random(28), stage.by(SUPERVISOR), stage.by(MANAGER)
    markets = planted(supervisor)
    fill(stage, markets, merchants)
    people, density = FLOATING + LOCAL, (FLOATING + LOCAL) // KM2
    stage.say(
        f"公开报道的规模（本册不登记居民）：流动15.6万、本地5.1万，共 {people:,} 人，{KM2} km²，每km² {density:,} 人"
    )
    stage.say(f"设定的输入：{disputes} 件纠纷中每百件83件在市场内；占比由登记的事项算出")
    stage.figure("市场", len(figures.lines(supervisor)), 20)
    stage.figure("商户", figures.merchants(), merchants)
    in_markets, first = 0, areas.today()
    for number in stage.track(range(disputes), "一个月的纠纷"):
        if number % 100 < 83:
            market = markets[dice.randrange(20)]
            ladder.report(market, dice.choice(list(SORTS)), f"货款纠纷{number}", "合成", manager)
            in_markets += 1
        else:
            what = Report(kind="onekey.quarrel", title=f"邻里纠纷{number}", area="330483101021", channel="grid")
            flow.report(what, supervisor)
    found = figures.share(areas.tree().by_code[TOWN].pk, first, first)
    stage.figure("全镇纠纷", found.all, disputes)
    stage.figure("市场内纠纷", found.markets, in_markets)
    stage.holds("市场纠纷占比不低于80%", found.at_least(80), f"{found.percent}%")
    with clock.at(clock.now() + timedelta(hours=3)):
        lapsed = 0
        while moved := ladder.lapse(clock.now()):
            lapsed += moved
    stage.figure("两小时未解决、自动上交社区调解员", lapsed, in_markets)
    again = figures.share(areas.tree().by_code[TOWN].pk, first, first)
    stage.holds("台阶上的移交不重复计数", (again.all, again.markets) == (found.all, found.markets), str(again.all))


def f29(stage: Stage, *, each: int = 6) -> None:
    """The decision is entered before its day; what was reported before stays with the old communities."""
    with clock.at(datetime(2023, 2, 10, 9, tzinfo=clock.TZ)):
        supervisor, manager = stage.by(SUPERVISOR), stage.by(MANAGER)
        markets = planted(supervisor)
        old = {market.pk: _village(market.pk, areas.today()) for market in markets}
        _tell(markets, each, manager)
        for market in markets:
            if not Belonging.objects.filter(market=market, area__code=COMMUNITY).exists():
                register.move(market, COMMUNITY, SINCE, "濮凤社区成立", supervisor)
    with clock.at(datetime(2023, 3, 20, 9, tzinfo=clock.TZ)):
        _tell(markets, each * 2, manager)
    pks = [market.pk for market in markets]
    new = areas.tree().by_code[COMMUNITY].pk
    before = figures.by_community(pks, date(2023, 1, 1), date(2023, 2, 28))
    after = figures.by_community(pks, date(2023, 3, 1), date(2023, 3, 31))
    stage.figure("改属的市场", Belonging.objects.filter(area=new, valid_from=SINCE).count(), 20)
    stage.figure("2月底前的纠纷", sum(before.values()), 20 * each)
    stage.holds(
        "2月底前的纠纷全部留在原社区",
        all(v == old[m] for v, m in before),
        f"{len({v for v, _m in before})} 个社区",
    )
    stage.figure("3月起的纠纷", sum(after.values()), 20 * each * 2)
    stage.figure("3月起的纠纷属濮凤社区", sum(n for (village, _m), n in after.items() if village == new), 20 * each * 2)
    whole = figures.by_community(pks, date(2023, 1, 1), date(2023, 3, 31))
    stage.holds("分段之和等于全段", sum(whole.values()) == sum(before.values()) + sum(after.values()))
    stage.figure("改属前最后一天的社区未变", sum(_village(pk, date(2023, 2, 28)) == old[pk] for pk in pks), 20)
    stage.say(f"三级台阶与 {MEDIATION} 只计一次；共 {Quarrel.objects.count()} 件。")


def _village(market: int, day: date) -> int:
    found = register.community(market, day)
    return found.pk if found else 0


def _tell(markets: list[Market], each: int, by: Actor) -> None:
    for market in markets:
        for number in range(each):
            ladder.report(market, "arrears", f"拖欠货款{number}", "合成", by)


SCENARIOS = (
    Scenario(code="F28", title="濮院的规模与市场纠纷占比", title_en="Puyuan at its size", run=f28),
    Scenario(code="F29", title="二十个市场改属濮凤社区", title_en="Twenty markets under a new community", run=f29),
)
