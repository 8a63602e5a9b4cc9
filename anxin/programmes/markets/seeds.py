"""A believable book for the demo: twenty markets with zones, stalls, merchants, and a few quarrels on the ladder."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from django.db import transaction

from anxin.kernel import areas, bodies, clock, uscc
from anxin.kernel.bodies import Post
from anxin.kernel.people import Particulars
from anxin.programmes.markets.actions import ladder, register, sheets
from anxin.programmes.markets.models import Market, Merchant, Stall, Tenancy, Zone
from anxin.programmes.markets.rules.declared import SORTS

COMMUNITY = "330483101025"
KEEPER = "330483101.market.manager"
"""The post from which the demo looks at what is planted here."""
POSTS = ("330483.centre.supervisor", KEEPER)


@transaction.atomic
def plant() -> None:
    """Put the markets of 濮院镇 into the demo city; harmless when repeated."""
    if COMMUNITY not in areas.tree().by_code or Market.objects.exists():
        return
    supervisor, manager = (bodies.at_post(code) for code in POSTS)
    table = Path(__file__).parent / "examples.csv"
    sheets.take_in("markets", table.name, table.read_bytes(), supervisor)
    keeper = Post.objects.get(code=KEEPER)
    markets = list(Market.objects.select_related("organiser").order_by("code"))
    for number, market in enumerate(markets):
        register.move(market, COMMUNITY, date(2023, 3, 1), "濮凤社区成立，市场划入", supervisor)
        for place in range(3 + number % 2):
            plan = (place % 2 * 62, place // 2 * 44, 56, 38)
            added = register.add_zone(market, f"{'ABCD'[place]}区", manager, plan=plan, keeper=keeper)
            _stalls(added, number * 4 + place)
    for number, (sort, said) in enumerate(QUARRELS):
        with clock.at(clock.now() - timedelta(hours=(number * 7) % 40)):
            market = markets[number * 3 % 20]
            zone = Zone.objects.filter(market=market).order_by("title").first()
            row = ladder.report(
                market, sort, said, f"{said}，请市场先调解。", manager, zone=zone,
                person=Particulars(name="王建国", phone="00000000001"),
            )  # fmt: skip
        if number % 4 == 0:
            ladder.show(row, SORTS[sort]["kit"][0], manager)
        if number % 3 == 0:
            ladder.settle(row, "双方当场对账，当日付清。", manager)
    ladder.lapse(clock.now())


QUARRELS = (
    ("arrears", "拖欠毛衫货款两个月"), ("quality", "毛衫色差，收货方要求退货"), ("loss", "加工损耗超过约定"),
    ("deposit", "定金是否退还"), ("late", "延期交货五天"), ("stall", "摊位转租租金"), ("design", "款式被邻摊抄版"),
    ("logistics", "托运途中淋湿"), ("labour", "打样工工资"), ("consumer", "起球要求退货"),
)  # fmt: skip


def _stalls(zone: Zone, first: int) -> None:
    stalls = Stall.objects.bulk_create(
        [Stall(market=zone.market, zone=zone, number=f"{zone.title[0]}{n + 1:02d}") for n in range(12)]
    )
    rows = []
    for number, stall in enumerate(stalls[: 7 + first % 5]):
        code, title = f"92330483MA{first * 12 + number:07d}", f"{zone.market.title}{stall.number}号"
        rows.append(Merchant(uscc=code + uscc.letter(code), title=title, entered_on=areas.today()))
    Merchant.objects.bulk_create(rows)
    Tenancy.objects.bulk_create(
        Tenancy(stall=stall, merchant=row, begins=date(2024, 1, 1), breach=number % 9 > 0, settling=True)
        for number, (stall, row) in enumerate(zip(stalls, rows, strict=False))
    )
