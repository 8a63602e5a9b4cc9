"""Acceptance F9 to F12: the figures of the apartments of 新义村, replayed with the book's own deeds."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db import IntegrityError, InternalError, transaction
from django.db.models import F

from anxin.kernel import areas, clock, money, people
from anxin.kernel.acceptance import Scenario, Stage
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import AnxinError, NotAllowed
from anxin.kernel.people import Particulars
from anxin.programmes.apartments import figures, rules
from anxin.programmes.apartments.actions import books, houses, importing, letting, visits
from anxin.programmes.apartments.models import Building, Hazard, Line, Portion, Room, Share, Stay, Visit, Year
from anxin.programmes.apartments.seeds import COMPANY, VILLAGE, Cast, bring_to_letting, cast, move_in, register, worker

BUILDINGS, ROOMS, PEOPLE = 41, 608, 1600
RENT, OWNER, STAFF, TAX = 4_800_00, 42_000_00, 180_000_00, 72_000_00
MAINTENANCE, INSURANCE, WRITTEN_OFF = 2_000_00, 400_00, 6_000_00
"""Assumed, fen a year: rent of a bedroom, guaranteed rent of a house (S62), three people at 5,000 a month, taxes; a
building's upkeep and insurance, and a fifth of its renovation of 30,000. The income is reckoned from them."""


def _at(year: int, month: int, day: int, hour: int = 9) -> datetime:
    return datetime(year, month, day, hour, tzinfo=clock.TZ)


def village(stage: Stage, *, buildings: int, rooms: int, begins: date, usable: Decimal = Decimal("12.00")) -> Cast:
    """A village with its register taken in and every building let from a day on; to be called at that day."""
    who = cast(stage.by)
    landed, wrong = importing.rooms(
        COMPANY, who.manager, "登记册.xlsx", register(buildings, rooms, usable, 3), whole=True
    )
    stage.figure("登记册导入：行数（房间、厨房、卫生间）", landed, rooms + 6 * buildings)
    stage.figure("登记册导入：错误行", len(wrong), 0)
    rows = Building.objects.order_by("code")
    for number, row in enumerate(stage.track(list(rows), "托管、鉴定、改造、验收、整租")):
        count = Room.objects.filter(building=row, use="bedroom").count()
        bring_to_letting(row, who, begins, begins.replace(year=begins.year + 5), RENT * count, number)
    return who


def f9(stage: Stage, *, buildings: int = BUILDINGS, rooms: int = ROOMS, people: int = PEOPLE) -> None:
    """41 buildings, 608 rooms, 1,600 people as found; the engine shows the excess over two a bedroom and what to do."""
    with clock.at(_at(2023, 5, 8)):
        who = village(stage, buildings=buildings, rooms=rooms, begins=date(2023, 5, 8))
        stage.say("接收既有入住人员；楼栋、房间、人数取自公开报道，每间12平方米、3床为设定，容量和超出由规则算出")
        move_in(list(Building.objects.order_by("code")), who, people, date(2023, 5, 8), found=True)
        rows = list(Building.objects.values_list("pk", flat=True))
        stage.figure("楼栋", len(rows), buildings)
        stage.figure("房间", Room.objects.filter(use="bedroom").count(), rooms)
        a, b = figures.compare(rows, areas.today())
        stage.figure("居住人数", a.people, people)
        stage.figure("规则A容量（每间2人且人均6平方米）", a.capacity, 2 * rooms)
        stage.figure("超出人数", a.excess, people - 2 * rooms)
        stage.figure("须搬离名单人数", len(a.over), people - 2 * rooms)
        stage.figure("同样房间在规则B下的容量", b.capacity, 2 * rooms)
        stage.figure("为超出人员另需卧室", a.rooms_needed, -(-(people - 2 * rooms) // 2))
        excepted = Stay.objects.filter(exception="register", approver__isnull=False).count()
        stage.figure("已记为登记册例外、有批准岗位的居住记录", excepted, people - 2 * rooms)


def f10(stage: Stage, *, buildings: int = BUILDINGS, rooms: int = ROOMS, people: int = PEOPLE) -> None:
    """Check-in and check-out with the three-working-day clock; A refuses the next one, B with rooms of 18 m2 admits."""
    with clock.at(_at(2023, 5, 8)) as travel:
        who = village(stage, buildings=buildings, rooms=rooms, begins=date(2023, 5, 8), usable=Decimal("18.00"))
        day, room_rows = (
            areas.today(),
            list(Room.objects.filter(use="bedroom").select_related("building").order_by("pk")),
        )
        beds = [(room, bed) for bed in (1, 2, 3) for room in room_rows]
        refused, left = "", list[int]()
        for number in stage.track(range(1, people + 1), "规则A：入住"):
            room, bed = beds[number - 1]
            try:
                letting.check_in(
                    room.building.code, who.manager, room=room.number, bed=bed, worker=worker(number), begins=day
                )
            except rules.RoomFull as error:
                refused = refused or f"第 {number} 人：{error.message}"
                left.append(number)
        stage.figure("规则A：入住人数", Stay.objects.count(), 2 * rooms)
        stage.figure("规则A：第一个被拒绝的", left[0] if left else None, 2 * rooms + 1)
        stage.figure("规则A：另行安置名单人数", len(left), people - 2 * rooms)
        stage.holds("拒绝时写明规则和出处", "apartments.capacity.A@" in refused and "S20" in refused, refused)
        due = Stay.objects.order_by("pk")[0].due_at
        stage.figure("周一入住，三个工作日届满日", clock.last_day(due), date(2023, 5, 11))
        houses.adopt(
            areas.tree().by_code[VILLAGE], who.fire, rule_set="B", effective=day, source="有权部门书面同意（示例）"
        )
        for number in stage.track(left, "规则B：入住"):
            room, bed = beds[number - 1]
            letting.check_in(
                room.building.code, who.manager, room=room.number, bed=bed, worker=worker(number), begins=day
            )
        stage.figure("规则B（每间18平方米）：入住人数", Stay.objects.count(), people)
        norm = rules.capacity_norm(areas.tree().by_code[VILLAGE].pk, day)
        b = figures.crowding([row.pk for row in Building.objects.all()], norm, day)
        stage.figure("规则B容量", b.capacity, 3 * rooms)
        stage.figure("每条居住记录的规则版本", sorted(set(Stay.objects.values_list("norm", flat=True))),
                     ["apartments.capacity.A@2022-draft", "apartments.capacity.B@1"])  # fmt: skip
        travel.advance(timedelta(days=2))
        late = set(Stay.objects.order_by("-pk").values_list("pk", flat=True)[: people // 100])
        stays = list(Stay.objects.select_related("room__building"))
        for stay in stage.track([each for each in stays if each.pk not in late], "报送居住登记"):
            letting.registered(stay.room.building.code, who.manager, pk=stay.pk)
        travel.advance(timedelta(days=5))
        for stay in (each for each in stays if each.pk in late):
            letting.registered(stay.room.building.code, who.manager, pk=stay.pk)
        told = figures.kpi([row.pk for row in Building.objects.all()], areas.today())
        stage.figure("按时报送 / 应报送", (told["timely"], told["registrations"]), (people - len(late), people))
        for stay in stage.track(stays, "退宿"):
            letting.check_out(stay.room.building.code, who.manager, pk=stay.pk, until=areas.today())
        stage.figure("仍在住", Stay.objects.filter(until=None).count(), 0)
        stage.figure(
            "退宿待报送", Stay.objects.filter(left_due_at__isnull=False, left_reported_at=None).count(), people
        )


def f11(
    stage: Stage, *, buildings: int = BUILDINGS, rooms: int = ROOMS, staff: int = STAFF, tax: int = TAX
) -> None:  # fmt: skip
    """A full year's ledger of 41 leases: net, at least 30 % reserve, dividend to the fen; then the year is locked."""
    building = OWNER + WRITTEN_OFF + MAINTENANCE + INSURANCE
    net = RENT * rooms - building * buildings - staff - tax
    stage.say(
        "设定的输入（非公开数据，取整数）：每间年租4,800元，每户保底42,000元（S62）、原散租17,500元，每栋改造30,000元分5年摊销、"
        f"维修2,000元、保险400元，人员{money.yuan(staff)}元，税费{money.yuan(tax)}元，383户的份额"
    )
    stage.say("计算的：账目各项、净收益、公积金公益金和每户分红；农户增收只是设定的保底与原散租之差")
    with clock.at(_at(2024, 1, 1)) as travel:
        who = village(stage, buildings=buildings, rooms=rooms, begins=date(2024, 1, 1))
        body = Building.objects.all()[0].company
        for number in range(1, 384):
            holder = people.keep(Particulars(name=f"户{number}"))
            Share.objects.create(company=body, holder=holder, count=1 + number % 5, begins=date(2024, 1, 1))
        travel.advance(timedelta(days=365))
        stage.figure("整租合同", sum(row.leases.count() for row in Building.objects.all()), buildings)
        for row in stage.track(list(Building.objects.order_by("code")), "账单、收款、农户租金"):
            books.bill_rent(row.code, who.manager, until=date(2024, 12, 31))
            for bill in row.leases.get().bills.order_by("due_on"):
                books.pay(row.code, who.manager, pk=bill.pk, paid_on=bill.due_on)
            owed = figures.owner_rent(row.entrustments.get(), 2024)
            books.enter_line(COMPANY, who.manager, day=date(2024, 12, 20), sort="owner", amount=owed, house=row.code)
        costs = {"maintenance": MAINTENANCE * buildings, "insurance": INSURANCE * buildings, "tax": tax, "staff": staff}
        for sort, amount in costs.items():
            books.enter_line(COMPANY, who.manager, day=date(2024, 12, 31), sort=sort, amount=amount, text="全年合计")
        told = figures.ledger(body.pk, 2024)
        for name, title in (("gross", "企业整租租金"), ("owner", "农户保底租金"), ("cost", "成本（含改造摊销）")):
            stage.figure(title, money.yuan(told[name]))
        stage.figure("净收益（账目），应与按输入手算的相同", money.yuan(told["net"]), money.yuan(net))
        if (buildings, rooms) == (BUILDINGS, ROOMS):
            stage.holds("与公开的“60余万元”相符（60万至61万）", 600_000_00 <= told["net"] < 610_000_00)
        gain, households = figures.owners_gain(body.pk, 2024)
        stage.holds(
            "农户增收每户2万至3万元", 20_000_00 <= gain // households <= 30_000_00, money.yuan(gain // households)
        )
    with clock.at(_at(2025, 2, 20)):

        def lock(by: Actor, in_favour: int, reserve: int | None = None) -> Year | None:
            return books.lock_year(
                COMPANY, by, year=2024, noticed_on=date(2025, 1, 25), decided_on=date(2025, 2, 15), voters=60,
                in_favour=in_favour, reserve=reserve,
            )  # fmt: skip

        _refused(stage, "未达三分之二不得锁定", rules.VoteNeeded, lambda: lock(who.village, 39))
        _refused(stage, "公积金公益金不足30%不得锁定", rules.ReserveTooSmall, lambda: lock(who.village, 41, net // 4))
        _refused(stage, "公司管理员无权锁定", NotAllowed, lambda: lock(who.manager, 41))
        year = lock(who.village, 41)
        assert year is not None
        stage.figure("公积金、公益金（净收益的30%，进到分）", money.yuan(year.reserve), money.yuan(-(-net * 3 // 10)))
        held = list(Portion.objects.filter(year=year).values_list("amount", "share__count"))
        portions, shares = [amount for amount, _count in held], sum(count for _amount, count in held)
        fair = all(abs(amount * shares - year.dividend * count) < shares for amount, count in held)
        stage.holds("每户分红与份额相符，相差不到1分", fair, f"{shares} 份")
        stage.figure("分红户数", len(portions), 383)
        stage.figure("分红合计（分）", sum(portions), year.dividend)
        stage.figure("公积金公益金 + 分红 = 净收益（分）", year.reserve + sum(portions), told["net"])
        _refused(stage, "锁定后记账被拒绝", rules.YearLocked, lambda: books.enter_line(
            COMPANY, who.manager, day=date(2024, 12, 30), sort="tax", amount=1))  # fmt: skip
        _refused(stage, "无关岗位记账被拒绝", AnxinError, lambda: books.enter_line(
            COMPANY, stage.by("330402.water.clerk"), day=date(2025, 1, 30), sort="tax", amount=1))  # fmt: skip
        for title, change in (
            ("改一笔", lambda: Line.objects.filter(year=2024).update(amount=1)),
            ("删一笔", lambda: Line.objects.filter(year=2024).delete()),
            ("改分红", lambda: Portion.objects.update(amount=0)), ("解锁", lambda: Year.objects.update(locked_at=None)),
        ):  # fmt: skip
            _refused(stage, f"锁定后绕过程序直接{title}，数据库拒绝", (IntegrityError, InternalError), change)


def _refused(
    stage: Stage, title: str, error: type[Exception] | tuple[type[Exception], ...], do: Callable[[], object]
) -> None:
    try:
        with transaction.atomic():
            do()
    except Exception as raised:  # another refusal than the named one is shown, and does not hold
        stage.holds(title, isinstance(raised, error), type(raised).__name__)
    else:
        stage.holds(title, False)


def f12(
    stage: Stage, *, buildings: int = BUILDINGS, rooms: int = ROOMS,
    found: tuple[int, int] = (400, 88), quarrels: tuple[int, int] = (98, 88),
) -> None:  # fmt: skip
    """Two years of visits at their rhythms; hazards fall by 78 %, disputes by 10.2 %, both with their denominators."""
    drawn = random.Random(12)
    stage.say(f"设定的输入：两年隐患{found}件、纠纷{quarrels}件，随机分到日、楼栋和检查项；这只检验从检查记录和纠纷登记算出的次数、"
              "分母和同比，不是降幅的证据")  # fmt: skip
    with clock.at(_at(2024, 1, 1, 8)):
        who = village(stage, buildings=buildings, rooms=rooms, begins=date(2024, 1, 1))
        move_in(list(Building.objects.order_by("code")), who, 2 * rooms, date(2024, 1, 1))
    codes = list(Building.objects.values_list("code", flat=True))
    by = {"daily": who.manager, "weekly": who.manager, "monthly": who.village, "quarterly": who.fire}
    for year, hazards, disputes in ((2024, found[0], quarrels[0]), (2025, found[1], quarrels[1])):
        length = (date(year + 1, 1, 1) - date(year, 1, 1)).days
        span = [date(year, 1, 1) + timedelta(days=number) for number in range(length)]
        when: dict[date, list[tuple[str, str]]] = {}
        spots = [(day, code, item) for day in span for code in codes for item in ("route", "wires", "stove")]
        for day, code, item in drawn.sample(spots, hazards):
            when.setdefault(day, []).append((code, item))
        fights = [drawn.choice(span) for _fight in range(disputes)]
        for day in stage.track(span, f"{year} 年检查"):
            with _day(day):
                for rhythm in visits.falls_due(day):
                    bad: dict[str, list[str]] = {}
                    for code, item in when.get(day, []) if rhythm == "daily" else []:
                        bad.setdefault(code, []).append(item)
                    visits.round_done(COMPANY, by[rhythm], rhythm=rhythm, day=day, bad=bad)
                for _fight in range(fights.count(day)):
                    letting.quarrel(drawn.choice(codes), who.manager, title="宿舍噪声引起的争吵")
    rows = list(Building.objects.values_list("pk", flat=True))
    a, b = figures.yearly(rows, 2024), figures.yearly(rows, 2025)
    stage.figure("检查次数 2024（日366＋周53＋月12＋季4，每栋）", a.visits, (366 + 53 + 12 + 4) * buildings)
    stage.figure("检查次数 2025（日365＋周52＋月12＋季4，每栋）", b.visits, (365 + 52 + 12 + 4) * buildings)
    stage.figure("检查总数与台账一致", Visit.objects.filter(finished_at__isnull=False).count(), a.visits + b.visits)
    stage.figure("隐患 2024 → 2025", (a.hazards, b.hazards), found)
    stage.figure("隐患同比 %", figures.change(a.hazards, b.hazards), round(100 * (found[1] / found[0] - 1), 1))
    stage.figure(
        "每百次检查隐患 2024 → 2025", (round(100 * a.hazards / a.visits, 2), round(100 * b.hazards / b.visits, 2))
    )
    stage.figure("纠纷 2024 → 2025", (a.quarrels, b.quarrels), quarrels)
    stage.figure("纠纷同比 %", figures.change(a.quarrels, b.quarrels), round(100 * (quarrels[1] / quarrels[0] - 1), 1))
    stage.figure("人日（分母）2024、2025", (a.person_days, b.person_days), (2 * rooms * 366, 2 * rooms * 365))
    stage.figure("每万人日纠纷 2024 → 2025",
                 (round(1e4 * a.quarrels / a.person_days, 2), round(1e4 * b.quarrels / b.person_days, 2)))  # fmt: skip
    seventh = F("found_at") + timedelta(days=7, hours=8)
    kept = Hazard.objects.filter(grade="general", due_at__gte=seventh, due_at__lte=seventh + timedelta(days=9)).count()
    stage.figure("16时发现的一般隐患，期限为第7日终了或其后的首个工作日", kept, sum(found))


def _check_in(who: Cast, room: Room, bed: int, number: int, day: date) -> None:
    letting.check_in(
        room.building.code, who.manager, room=room.number, bed=bed, worker=worker(number), begins=day
    )  # fmt: skip


@contextmanager
def _day(day: date) -> Iterator[None]:
    with clock.at(datetime.combine(day, time(16), clock.TZ)):
        yield


SCENARIOS = (
    Scenario(
        code="F9", title="41栋608间1600余人：容量引擎显示超出", title_en="41 buildings, 608 rooms: the excess", run=f9
    ),
    Scenario(
        code="F10", title="1600人入住退宿与三个工作日", title_en="1,600 check-ins and outs with the clock", run=f10
    ),
    Scenario(code="F11", title="全年账目60万元与分配", title_en="The year's ledger and its distribution", run=f11),
    Scenario(code="F12", title="隐患降78%、纠纷降10.2%（附分母）", title_en="Hazards -78 %, quarrels -10.2 %", run=f12),
)
