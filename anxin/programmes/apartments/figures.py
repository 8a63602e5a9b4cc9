"""What is counted: occupancy and the excess over the rule, vacancy, rent, registration, hazards, a year's ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db import connection
from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q, Sum

from anxin.kernel import areas, clock, money, registry
from anxin.kernel.norms import Norm
from anxin.programmes.apartments import rules
from anxin.programmes.apartments.models import (
    Bill,
    Building,
    Entrustment,
    Hazard,
    House,
    Lease,
    Line,
    Paper,
    Quarrel,
    Renovation,
    Room,
    Stay,
    Visit,
)  # fmt: skip


def late_at(moment: datetime) -> Q:
    """Stays whose beginning or end the police should have been told by a moment and were not."""
    return Q(reported_at=None, due_at__lt=moment) | Q(left_reported_at=None, left_due_at__lt=moment)


@dataclass(frozen=True, slots=True)
class Crowding:
    """How a set of rooms stands to a capacity norm: `over` are the stays that must move, `free` the places left."""

    norm: Norm
    bedrooms: int
    capacity: int
    people: int
    over: tuple[int, ...]
    free: int

    @property
    def excess(self) -> int:
        """How many more persons there are than places."""
        return max(0, self.people - self.capacity)

    @property
    def rooms_needed(self) -> int:
        """How many further bedrooms of the same sort those would need who find no place, at two or by area a room."""
        each = max(1, self.capacity // self.bedrooms) if self.bedrooms else 1
        return -(-max(0, len(self.over) - self.free) // each)


def crowding(rows: Collection[int], norm: Norm, day: date) -> Crowding:
    """Reckon who lives in some buildings on a day against a norm: those who came last in a full room are over.

    A family exception keeps its place; a register taken over as found does not.
    """
    return _crowding(norm, *_gathered(rows, day))


def _gathered(rows: Collection[int], day: date) -> tuple[dict[int, Room], list[tuple[int, int, str]]]:
    """The bedrooms, and who lives in them on a day, in the order in which they came: (stay, room, exception)."""
    rooms = {room.pk: room for room in Room.objects.filter(building__in=rows, use="bedroom")}
    stays = Stay.objects.filter(room__building__in=rows, room__use="bedroom", begins__lte=day).exclude(until__lte=day)
    return rooms, list(stays.order_by("begins", "pk").values_list("pk", "room", "exception"))


def _crowding(norm: Norm, rooms: dict[int, Room], stays: list[tuple[int, int, str]]) -> Crowding:
    by_room: dict[int, list[int]] = defaultdict(list)
    kept: dict[int, int] = defaultdict(int)
    for pk, room, exception in stays:
        if exception == "family":
            kept[room] += 1
        else:
            by_room[room].append(pk)
    over, free, capacity = list[int](), 0, 0
    for pk, each in rooms.items():
        most = rules.capacity(each, norm)
        capacity += most
        over += by_room[pk][max(0, most - kept[pk]) :]
        free += max(0, most - kept[pk] - len(by_room[pk]))
    return Crowding(norm, len(rooms), capacity, len(stays), tuple(sorted(over)), free)


def compare(rows: Collection[int], day: date) -> list[Crowding]:
    """The same rooms and people under each rule set known to the house."""
    sets = sorted(code for code in registry.norms() if code.startswith("apartments.capacity."))
    rooms, stays = _gathered(rows, day)
    return [_crowding(registry.norm(code, day), rooms, stays) for code in sets]


def living(rows: Collection[int], day: date) -> dict[int, tuple[int, int]]:
    """Persons and beds by building on a day."""
    beds = dict(Room.objects.filter(building__in=rows).values_list("building").annotate(Sum("beds")))
    here = Stay.objects.filter(room__building__in=rows, begins__lte=day).exclude(until__lte=day)
    people = dict(here.values_list("room__building").annotate(Count("pk")))
    return {pk: (people.get(pk, 0), beds.get(pk) or 0) for pk in rows}


def vacancies(rows: Sequence[int], spans: Sequence[tuple[date, date]]) -> list[tuple[int, int]]:
    """Room-days empty and room-days available of the bedrooms in each span of days (the second day not counted)."""
    rooms = Room.objects.filter(building__in=rows, use="bedroom").count()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT since, sum(upper(lived) - lower(lived)) FROM (SELECT m.since,"
            " unnest(range_agg(daterange(s.begins, s.until) * daterange(m.since, m.until))) AS lived"
            " FROM unnest(%s::date[], %s::date[]) AS m (since, until)"
            " JOIN apartments_stay s ON daterange(s.begins, s.until) && daterange(m.since, m.until)"
            " JOIN apartments_room r ON r.id = s.room_id WHERE r.building_id = ANY(%s) AND r.use = 'bedroom'"
            " GROUP BY m.since, s.room_id) AS x GROUP BY since",
            [[since for since, _until in spans], [until for _since, until in spans], list(rows)],
        )
        lived = {since: int(days) for since, days in cursor.fetchall()}
    all_days = [(since, rooms * max(0, (until - since).days)) for since, until in spans]
    return [(days - lived.get(since, 0), days) for since, days in all_days]


def months_back(day: date, count: int = 12) -> list[date]:
    """The first days of the last months, this one included, the oldest first."""
    number = day.year * 12 + day.month - 1
    return [date(each // 12, each % 12 + 1, 1) for each in range(number - count + 1, number + 1)]


def rent_by_month(rows: Collection[int], day: date) -> list[tuple[date, int, int]]:
    """Month, rent due in it and paid of that, in fen, of the last twelve months."""
    months = months_back(day)
    due = Bill.objects.filter(lease__building__in=rows, sort="rent", month__gte=months[0], month__lte=months[-1])
    sums = {
        row["month"]: (row["all"], row["paid"] or 0)
        for row in due.values("month").annotate(all=Sum("amount"), paid=Sum("amount", filter=Q(paid_on__isnull=False)))
    }
    return [(month, *sums.get(month, (0, 0))) for month in months]


def vacancy_by_month(rows: Sequence[int], day: date) -> list[tuple[date, int, int]]:
    """Month, room-days empty, room-days available, of the last twelve months (this one up to today)."""
    spans = list(pairwise([*months_back(day), day + timedelta(days=1)]))
    return [(since, *found) for (since, _until), found in zip(spans, vacancies(rows, spans), strict=True)]


def kpi(rows: Sequence[int], day: date) -> dict[str, Any]:
    """The figures of guide 4.4, each with its denominator: occupancy, overdue rent, registration, hazards, response."""
    now, year = clock.now(), day - timedelta(days=365)
    people = living(rows, day)
    stays = Stay.objects.filter(room__building__in=rows, begins__gt=year)
    told = Q(reported_at__lte=F("due_at"))
    fallen = stays.filter(Q(due_at__lt=now) | Q(reported_at__isnull=False))
    registration = fallen.aggregate(all=Count("pk"), timely=Count("pk", filter=told))
    waiting = Stay.objects.filter(room__building__in=rows)
    hazards = Hazard.objects.filter(building__in=rows)
    took = ExpressionWrapper(F("fixed_at") - F("found_at"), output_field=DurationField())
    late = Bill.objects.filter(lease__building__in=rows, sort="rent", paid_on=None, due_on__lt=day)
    ((empty, available),) = vacancies(rows, [(day - timedelta(days=30), day)])
    return {
        "buildings": len(rows), "rooms": Room.objects.filter(building__in=rows, use="bedroom").count(),
        "people": sum(count for count, _beds in people.values()), "beds": sum(beds for _count, beds in people.values()),
        "empty": empty, "available": available, "late": late.aggregate(n=Count("pk"), sum=Sum("amount")),
        "timely": registration["timely"], "registrations": registration["all"],
        "to_report": waiting.filter(reported_at=None).count()
        + waiting.filter(left_due_at__isnull=False, left_reported_at=None).count(),
        "overdue": waiting.filter(late_at(now)).count(),
        "open": dict(hazards.filter(closed_at=None).order_by().values_list("grade").annotate(Count("pk"))),
        "response": hazards.filter(found_at__gt=now - timedelta(days=365), fixed_at__isnull=False).aggregate(
            a=Avg(took)
        )["a"],
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Yearly:
    """A year's counts and what they are divided by."""

    year: int
    hazards: int
    visits: int
    quarrels: int
    person_days: int


def yearly(rows: Sequence[int], year: int) -> Yearly:
    """Hazards found in how many visits, quarrels among how many person-days, in a year (Shanghai)."""
    since, until = date(year, 1, 1), date(year + 1, 1, 1)
    span = [datetime(day.year, 1, 1, tzinfo=clock.TZ) for day in (since, until)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(upper(d) - lower(d)), 0) FROM"
            " (SELECT daterange(s.begins, s.until) * daterange(%s, %s) d"
            " FROM apartments_stay s JOIN apartments_room r ON r.id = s.room_id WHERE r.building_id = ANY(%s)) x"
            " WHERE NOT isempty(d)",
            [since, until, list(rows)],
        )
        days = int(cursor.fetchone()[0])
    return Yearly(
        year,
        Hazard.objects.filter(building__in=rows, found_at__gte=span[0], found_at__lt=span[1]).count(),
        Visit.objects.filter(building__in=rows, finished_at__gte=span[0], finished_at__lt=span[1]).count(),
        Quarrel.objects.filter(building__in=rows, at__gte=span[0], at__lt=span[1]).count(),
        days,
    )


def change(before: float, after: float) -> float | None:
    """By how many per cent something changed, to one decimal; None where there was nothing before."""
    return round(100 * (after - before) / before, 1) if before else None


def expiring(rows: Collection[int], day: date) -> list[tuple[Building, str, date]]:
    """Papers and contracts that end soon or are over without a newer one: building, what, last day; the first first."""
    ahead = day + timedelta(days=registry.norm("apartments.expiring", day).value)
    found: list[tuple[Building, str, date]] = []
    newest = Paper.objects.filter(building__in=rows).order_by("building", "sort", "-issued_on", "-pk")
    for paper in newest.distinct("building", "sort").select_related("building"):
        if paper.valid_until is not None and paper.valid_until <= ahead:
            found.append((paper.building, paper.sort, paper.valid_until))
    for what, model in (("entrustment", Entrustment), ("lease", Lease)):
        ending = model.objects.filter(building__in=rows, until__gt=day - timedelta(days=60), until__lte=ahead)
        found += [(each.building, what, each.until) for each in ending.select_related("building")]
    return sorted(found, key=lambda each: (each[2], each[0].code))


def owner_rent(entrustment: Entrustment, year: int) -> int:
    """The guaranteed rent of the contract year that begins in a calendar year, with its yearly step, in fen."""
    rent = entrustment.rent
    for _turn in range(max(0, year - entrustment.begins.year)):
        rent = money.part(rent, 1 + _mille(entrustment.step))
    return rent


def _mille(step: int) -> Any:
    from fractions import Fraction

    return Fraction(step, 1000)


def ledger(company: int, year: int) -> dict[str, Any]:
    """A company's year: sums by sort, gross, owners, costs, net, in fen. Gross - Owner - Cost = Net (guide 4.4).

    Written-off renovations are reckoned from their cost and years, exactly to the fen over all years.
    """
    lines = Line.objects.filter(company=company, year=year)
    sorts: dict[str, int] = dict(lines.order_by().values_list("sort").annotate(Sum("amount")))
    written_off = sum(
        _written_off(Renovation.objects.filter(building__company=company, accepted_on__isnull=False), year)
    )
    if written_off:
        sorts["renovation"] = sorts.get("renovation", 0) + written_off
    gross, owner = sorts.get("rent", 0), sorts.get("owner", 0)
    cost = sum(sorts.values()) - gross - owner
    return {"sorts": sorts, "gross": gross, "owner": owner, "cost": cost, "net": gross - owner - cost}


def _written_off(rows: Iterable[Renovation], year: int) -> Iterable[int]:
    for row in rows:
        first = row.accepted_on.year if row.accepted_on else year
        if first <= year < first + row.years:
            yield money.share(row.cost, [1] * row.years)[year - first]


def owners_gain(company: int, year: int) -> tuple[int, int]:
    """What the owners got more than by scattered letting in a year, in fen, and how many households."""
    rows = House.objects.filter(building__company=company).prefetch_related("building__entrustments")
    gains = [
        owner_rent(contract, year) - house.former_rent
        for house in rows for contract in house.building.entrustments.all()
        if contract.begins.year <= year and contract.until > date(year, 1, 1)
    ]  # fmt: skip
    return sum(gains), len(gains)


def today_norm(village: int) -> Norm:
    """The capacity norm that holds in a village today."""
    return rules.capacity_norm(village, areas.today())
