"""What stands in a town now: the top row, the platforms' queues, grids, clocks that run out, who is on duty.

Every question reads what is open (a small part of a city's matters, with its own index) or one narrow stretch of time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Min, Q, QuerySet

from anxin.kernel import areas
from anxin.kernel.areas import Area
from anxin.kernel.matters import FINISHED, OPEN, REPLIED, REPORTED, Matter
from anxin.kernel.orders import SENT, SIGNED, Clock, Order
from anxin.programmes.situation.figures import arrivals
from anxin.programmes.situation.figures.arrivals import Arrived
from anxin.programmes.situation.figures.kept import kept
from anxin.programmes.situation.models import Alarm, Drill, HandOver, Pulse, Shift
from anxin.programmes.situation.rules import platforms
from anxin.programmes.situation.rules.platforms import Platform

SOON, UNSIGNED = timedelta(hours=1), timedelta(minutes=1)
"""Due within an hour counts as soon [INF]; an order is signed within one minute (guide 2.7, S33)."""
ASKED = timedelta(days=14)
"""Of the matters reported in this time: how many persons said it was solved [INF]."""
POINTS, CLOCKS = 1000, 12
"""Matters on the map, and clocks in the list, at most."""


def of(area: Area) -> dict[str, int]:
    """What all matters of an area have in common, for a queryset."""
    return {area.level: area.pk} if area.level in arrivals.COLUMNS else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The top row. `asked`: persons asked whether it is solved, `solved`: who said yes."""

    arrived: Arrived
    open: int
    soon: int
    overdue: int
    unsigned: int
    emergencies: int
    asked: int
    solved: int


def counts(area: Area, moment: datetime) -> dict[str, int]:
    """Open, soon due, overdue, emergencies; and orders nobody has signed for over a minute."""
    rows = Matter.objects.filter(state__in=OPEN, **of(area)).order_by()
    found: dict[str, int] = rows.aggregate(
        open=Count("pk"),
        soon=Count("pk", filter=Q(due_at__gte=moment, due_at__lt=moment + SOON)),
        overdue=Count("pk", filter=Q(due_at__lt=moment)),
        emergencies=Count("pk", filter=Q(urgency="emergency")),
    )
    found["unsigned"] = waiting_to_be_signed(area, moment).count()
    return found


def waiting_to_be_signed(area: Area, moment: datetime) -> QuerySet[Order]:
    """Orders of an area's open matters that nobody has signed for over a minute, the oldest first."""
    within = {f"matter__{name}": value for name, value in of(area).items()}
    return Order.objects.filter(state=SENT, sent_at__lt=moment - UNSIGNED, matter__state__in=OPEN, **within).order_by(
        "sent_at"
    )


def standing(area: Area, moment: datetime) -> Standing:
    """The top row of an area at this moment; counted anew every few seconds, arrivals of past weeks every minute."""

    def make() -> Standing:
        said = Matter.objects.filter(reported_at__gte=moment - ASKED, solved__isnull=False, **of(area)).order_by()
        word = kept(
            ("word", area.pk), 60, lambda: said.aggregate(asked=Count("pk"), solved=Count("pk", filter=Q(solved=True)))
        )
        now = counts(area, moment)
        came = kept(("arrived", area.pk), 10, lambda: arrivals.today(area, moment))
        return Standing(arrived=came, asked=word["asked"], solved=word["solved"], **now)

    return kept(("standing", area.pk), 2, make)


# ---- queues of the platforms -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A platform's matters by state, the oldest that waits for somebody, and how many are overdue."""

    platform: Platform
    states: Mapping[str, int]
    oldest: datetime | None
    overdue: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.states.values())


def queues(area: Area, moment: datetime) -> list[Queue]:
    """The queue of each platform: how many are in which state. "unsigned" are at work with nobody having signed."""
    plan = platforms.plan()
    rows = (
        Matter.objects.filter(state__in=OPEN, **of(area))
        .order_by()
        .values("kind", "state")
        .annotate(count=Count("pk"), oldest=Min("reported_at"), overdue=Count("pk", filter=Q(due_at__lt=moment)))
    )
    within = {f"matter__{name}": value for name, value in of(area).items()}
    unsigned = (
        Order.objects.filter(state=SENT, role="lead", matter__state__in=OPEN, **within)
        .order_by()
        .values("matter__kind")
        .annotate(count=Count("pk"))
    )
    waits = {each["matter__kind"]: each["count"] for each in unsigned}
    states: dict[str, Counter[str]] = {each.code: Counter() for each in plan.platforms}
    late: Counter[str] = Counter()
    oldest: dict[str, datetime] = {}
    for row in rows:
        code = plan.of(row["kind"])
        states[code][row["state"]] += row["count"]
        late[code] += row["overdue"]
        if row["state"] in (REPORTED, "working"):
            oldest[code] = min(oldest.get(code, row["oldest"]), row["oldest"])
    for kind, count in waits.items():
        code = plan.of(kind)
        moved = min(count, states[code]["working"])
        states[code]["unsigned"] += moved
        states[code]["working"] -= moved
    shown = (REPORTED, "unsigned", "working", FINISHED, REPLIED)
    return [
        Queue(
            platform=each,
            states={state: states[each.code][state] for state in shown},
            oldest=oldest.get(each.code),
            overdue=late[each.code],
        )
        for each in plan.platforms
    ]


# ---- places --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid of a town with what is open in it."""

    area: Area
    open: int
    overdue: int


def grids(town: Area, moment: datetime) -> list[Grid]:
    """The grids of a town as they stand today, with their open matters, the fullest first."""
    rows = (
        Matter.objects.filter(state__in=OPEN, grid__isnull=False, **of(town))
        .order_by()
        .values("grid")
        .annotate(open=Count("pk"), overdue=Count("pk", filter=Q(due_at__lt=moment)))
    )
    found = {row["grid"]: (row["open"], row["overdue"]) for row in rows}
    return sorted(
        (Grid(each, *found.get(each.pk, (0, 0))) for each in grids_of(town)),
        key=lambda each: (-each.open, each.area.code),
    )


def grids_of(town: Area) -> list[Area]:
    """The grids of a town as they stand today, by code."""
    tree, day = areas.tree(), areas.today()
    return sorted(
        (
            each for each in tree.areas.values()
            if each.level == "grid" and each.valid_to is None and each.valid_from <= day
            and tree.place(each.pk, day).town == town.pk
        ),
        key=lambda each: each.code,
    )  # fmt: skip


def below(area: Area, moment: datetime) -> dict[int, dict[str, int]]:
    """For each county of a city or town of a county: open, overdue, emergencies."""
    level = "county" if area.level not in ("county", "town") else "town"
    rows = (
        Matter.objects.filter(state__in=OPEN, **of(area))
        .order_by()
        .values(level)
        .annotate(
            open=Count("pk"),
            overdue=Count("pk", filter=Q(due_at__lt=moment)),
            emergencies=Count("pk", filter=Q(urgency="emergency")),
        )
    )
    return {row[level]: row for row in rows if row[level] is not None}


# ---- clocks ----------------------------------------------------------------------------------------------------


def pressing(area: Area, moment: datetime, most: int = CLOCKS) -> list[Clock]:
    """The clocks of an area's open matters that run out first, those already over first of all; one for a matter."""
    within = {f"matter__{name}": value for name, value in of(area).items()}
    rows = (
        Clock.objects.filter(stopped_at=None, paused_until=None, matter__state__in=OPEN, **within)
        .select_related("matter")
        .order_by("due_at")
    )
    found: dict[int, Clock] = {}
    for each in rows.filter(due_at__gte=moment)[: most * 3]:
        found.setdefault(each.matter_id, each)
    over = list(rows.filter(due_at__lt=moment).order_by("-due_at")[: most * 3])
    late = {each.matter_id: each for each in reversed(over)}
    first = sorted(late.values(), key=lambda each: each.due_at)[:most]
    rest = [each for each in found.values() if each.matter_id not in late]
    return [*first[: max(most // 2, most - len(rest))], *rest][:most]


def open_points(town: Area) -> list[Matter]:
    """Open matters that have a point, the newest first."""
    rows = Matter.objects.filter(state__in=OPEN, lat__isnull=False, **of(town)).select_related("grid", "lead")
    return list(rows.order_by("-reported_at").defer("narrative", "address", "follow_code")[:POINTS])


# ---- who is there, what is on -------------------------------------------------------------------------------------


def on_duty(town: Area, begin: datetime, end: datetime, *, asof: datetime | None = None) -> list[Shift]:
    """Shifts of a town that touch a stretch of time, as planned now (or as planned at a past moment)."""
    rows = Shift.objects.filter(town=town, begins__lt=end, ends__gt=begin).select_related("post__body", "account")
    if asof is None:
        rows = rows.filter(withdrawn_at=None)
    else:
        rows = rows.filter(made_at__lte=asof).exclude(withdrawn_at__lte=asof)
    order = {"leader": 0, "dispatcher": 1, "platform": 2, "field": 3}
    return sorted(rows, key=lambda each: (order.get(each.duty, 9), each.begins, each.pk))


def alarms(town: Area) -> list[Alarm]:
    """The standing warnings of a town: those nobody has taken note of first, then the newest."""
    rows = Alarm.objects.filter(town=town, ended_at=None).order_by(F("noted_at").desc(nulls_first=True), "-grown_at")
    return list(rows[:60])


def handed_over(town: Area) -> list[HandOver]:
    """The last notes from shift to shift."""
    return list(HandOver.objects.filter(town=town).exclude(text="").order_by("-at")[:6])


def drill(town: Area) -> Drill | None:
    """The drill that runs in a town, if any."""
    return Drill.objects.filter(town=town, ended_at=None).first()


def pulse(town: Area, moment: datetime, hours: int = 24) -> Sequence[Pulse]:
    """What stood in a town in the last hours, quarter by quarter."""
    return list(Pulse.objects.filter(town=town, at__gt=moment - timedelta(hours=hours), at__lte=moment).order_by("at"))


def signed_within(area: Area, moment: datetime) -> tuple[int, int]:
    """Of the orders of the last day that were signed: how many within a minute, and how many at all."""
    within = {f"matter__{name}": value for name, value in of(area).items()}
    rows = Order.objects.filter(
        matter__reported_at__gte=moment - timedelta(days=1), signed_at__isnull=False, **within
    ).exclude(state=SIGNED, signed_at=None)
    found = rows.order_by().aggregate(
        all=Count("pk"), good=Count("pk", filter=Q(signed_at__lte=F("sent_at") + UNSIGNED))
    )
    return found["good"], found["all"]
