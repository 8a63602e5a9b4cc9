"""What is counted of the markets: quarrels by market, sort, step, community; their share in a town's disputes.

A matter keeps the community of its own day, so a market that moved is counted where it lay then. A dispute that came
out of another one (raised by the ladder) is counted once, where it began.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from django.db.models import Count, F, Q
from django.db.models.functions import TruncMonth

from anxin.kernel import areas, clock, registry, rights
from anxin.kernel.bodies import Actor
from anxin.kernel.matters import Matter
from anxin.programmes.markets.models import Belonging, Market, Merchant, Quarrel, Rung, Stall, Tenancy, Zone


@dataclass(frozen=True, slots=True)
class Share:
    """Disputes of a town in a span: all, and those that arose in markets."""

    all: int
    markets: int

    @property
    def percent(self) -> float:
        """The share in per cent, one place, half up."""
        return float(Fraction(self.markets * 1000, self.all or 1) + Fraction(1, 2)) // 1 / 10

    def at_least(self, percent: int) -> bool:
        """Whether the share reaches so many per cent, exactly."""
        return self.all > 0 and self.markets * 100 >= percent * self.all


def span(first: date, last: date) -> tuple[datetime, datetime]:
    """From the beginning of a day to the end of another, in Shanghai."""
    begin = datetime.combine(first, time(), clock.TZ)
    return begin, datetime.combine(last + timedelta(days=1), time(), clock.TZ)


def _disputes(town: int, first: date, last: date) -> Q:
    begin, until = span(first, last)
    kinds = registry.norm("markets.disputes", last).value
    came_out = Q(of__isnull=False, of__kind__in=kinds)
    return Q(town=town, reported_at__gte=begin, reported_at__lt=until, kind__in=kinds) & ~came_out


def share(town: int, first: date, last: date) -> Share:
    """How many disputes of a town (its id) arose in markets from a day to a day, both included."""
    rows = Matter.objects.filter(_disputes(town, first, last)).order_by()
    found = rows.aggregate(all=Count("pk"), markets=Count("pk", filter=Q(pk__in=_of_markets())))
    return Share(found["all"], found["markets"])


def _of_markets() -> object:
    return Quarrel.objects.values("matter")


def by_month(town: int, first: date, last: date) -> list[tuple[date, Share]]:
    """The same for each month."""
    rows = (
        Matter.objects.filter(_disputes(town, first, last))
        .order_by()
        .annotate(month=TruncMonth("reported_at", tzinfo=clock.TZ))
        .values("month")
        .annotate(all=Count("pk"), markets=Count("pk", filter=Q(pk__in=_of_markets())))
        .order_by("month")
    )
    return [(row["month"].astimezone(clock.TZ).date(), Share(row["all"], row["markets"])) for row in rows]


def by_community(markets: Sequence[int], first: date, last: date) -> dict[tuple[int | None, int], int]:
    """Quarrels by (community of the day of the report, market), from a day to a day."""
    begin, until = span(first, last)
    rows = (
        Quarrel.objects.filter(market__in=markets, opened_at__gte=begin, opened_at__lt=until)
        .values_list("matter__village", "market")
        .annotate(count=Count("pk"))
    )
    return {(village, market): count for village, market, count in rows}


def by_sort(markets: Sequence[int], first: date, last: date) -> list[tuple[str, int]]:
    """Quarrels by sort, most first."""
    begin, until = span(first, last)
    rows = Quarrel.objects.filter(market__in=markets, opened_at__gte=begin, opened_at__lt=until)
    return [(row["sort"], row["n"]) for row in rows.values("sort").annotate(n=Count("pk")).order_by("-n", "sort")]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the ladder in a span: begun, settled there, in time, lapsed, still open."""

    level: int
    begun: int
    settled: int
    in_time: int
    lapsed: int
    open: int


def steps(markets: Sequence[int], first: date, last: date) -> list[Step]:
    """How the steps of the ladder did."""
    begin, until = span(first, last)
    rows = (
        Rung.objects.filter(quarrel__market__in=markets, began_at__gte=begin, began_at__lt=until)
        .order_by()
        .values("level")
        .annotate(
            begun=Count("pk"), settled=Count("pk", filter=Q(how="settled")), lapsed=Count("pk", filter=Q(how="lapsed")),
            in_time=Count("pk", filter=Q(how="settled", ended_at__lte=F("due_at"))),
            open=Count("pk", filter=Q(ended_at=None)),
        )
    )  # fmt: skip
    return [Step(**row) for row in sorted(rows, key=lambda each: each["level"])]


@dataclass(slots=True)
class Line:
    """A market with what the list says of it."""

    market: Market
    area: str
    area_code: str = ""
    zones: int = 0
    stalls: int = 0
    let: int = 0
    open: int = 0
    late: int = 0


def reached(by: Actor) -> dict[int, Line]:
    """The markets a post may look at, by their keys, each with its community of today; nothing is counted."""
    day, reach = areas.today(), rights.reach(by)
    belongs = Belonging.objects.filter(valid_from__lte=day).exclude(valid_to__lte=day)
    place = dict(belongs.values_list("market", "area"))
    rows = Market.objects.select_related("organiser").order_by("code")
    return {
        each.pk: Line(each, *_named(place.get(each.pk)))
        for each in rows
        if reach is None or place.get(each.pk) in reach or each.organiser_id == by.body
    }


def lines(by: Actor) -> list[Line]:
    """The markets a post may look at, with their counts, in a fixed number of questions."""
    day, found = areas.today(), reached(by)
    for market, count in Zone.objects.values_list("market").annotate(Count("pk")):
        if market in found:
            found[market].zones = count
    for market, count in Stall.objects.filter(closed_on=None).values_list("market").annotate(Count("pk")):
        if market in found:
            found[market].stalls = count
    held = Tenancy.objects.filter(begins__lte=day).exclude(ends__lte=day)
    for market, count in held.values_list("stall__market").annotate(Count("stall", distinct=True)):
        if market in found:
            found[market].let = count
    now = clock.now()
    open_ = Rung.objects.filter(ended_at=None, quarrel__market__in=list(found))
    for market, count, late in open_.values_list("quarrel__market").annotate(
        count=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now))
    ):
        found[market].open, found[market].late = count, late
    return list(found.values())


def _named(area: int | None) -> tuple[str, str]:
    found = areas.tree().areas.get(area or 0)
    return (found.name, found.code) if found else ("", "")


def merchants() -> int:
    """How many merchants the book knows."""
    return Merchant.objects.count()


def lacking(market: Market) -> int:
    """Standing agreements that do not name breach liability or a way of settling (law: art. 16)."""
    day = areas.today()
    rows = Tenancy.objects.filter(stall__market=market, begins__lte=day).exclude(ends__lte=day)
    return rows.filter(Q(breach=False) | Q(settling=False)).count()
