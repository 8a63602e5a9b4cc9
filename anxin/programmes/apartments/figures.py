"""What is counted: occupancy and the excess over the rule, vacancy, rent, registration, hazards, a year's ledger."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from django.db import connection
from django.db.models import Count, F, Q, Sum

from anxin.kernel import clock, money, registry
from anxin.kernel.calendar import months_after
from anxin.kernel.norms import Norm
from anxin.programmes.apartments import rules
from anxin.programmes.apartments.models import (
    Bill,
    Entrustment,
    Hazard,
    House,
    Line,
    Renovation,
    Room,
    Stay,
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
    return reckoned(norm, *_gathered(rows, day))


Bedrooms = dict[int, tuple[Decimal, int]]
"""Usable m2 and beds of bedrooms."""


def _gathered(rows: Collection[int], day: date) -> tuple[Bedrooms, list[tuple[int, int, str]]]:
    """The bedrooms, and who lives in them on a day, in the order in which they came: (stay, room, exception)."""
    found = Room.objects.filter(building__in=rows, use="bedroom").order_by("pk").values_list("pk", "usable", "beds")
    rooms = {pk: (usable, beds) for pk, usable, beds in found}
    stays = Stay.objects.filter(room__building__in=rows, room__use="bedroom", begins__lte=day).exclude(until__lte=day)
    return rooms, list(stays.order_by("begins", "pk").values_list("pk", "room", "exception"))


def reckoned(norm: Norm, rooms: Bedrooms, stays: list[tuple[int, int, str]]) -> Crowding:
    """The same by what was gathered: bedrooms, and stays (key, room, exception) in the order in which they came."""
    by_room: dict[int, list[int]] = defaultdict(list)
    kept: dict[int, int] = defaultdict(int)
    for pk, room, exception in stays:
        if exception == "family":
            kept[room] += 1
        else:
            by_room[room].append(pk)
    over, free, capacity = list[int](), 0, 0
    known = {each: rules.places(*each, norm) for each in set(rooms.values())}
    for pk, each in rooms.items():
        most = known[each]
        capacity += most
        over += by_room[pk][max(0, most - kept[pk]) :]
        free += max(0, most - kept[pk] - len(by_room[pk]))
    return Crowding(norm, len(rooms), capacity, len(stays), tuple(sorted(over)), free)


def compare(rows: Collection[int], day: date) -> list[Crowding]:
    """The same rooms and people under each rule set known to the house."""
    sets = sorted(code for code in registry.norms() if code.startswith("apartments.capacity."))
    rooms, stays = _gathered(rows, day)
    return [reckoned(registry.norm(code, day), rooms, stays) for code in sets]


@dataclass(frozen=True, slots=True)
class Living:
    """Some buildings on a day: persons and beds of each, bedrooms of all."""

    held: dict[int, tuple[int, int]]
    bedrooms: int


def living(rows: Collection[int], day: date) -> Living:
    """Who lives in some buildings on a day, in two questions."""
    rooms = Room.objects.filter(building__in=rows).values_list("building")
    counted = list(rooms.annotate(all=Sum("beds"), n=Count("pk", filter=Q(use="bedroom"))))
    here = Stay.objects.filter(room__building__in=rows, begins__lte=day).exclude(until__lte=day)
    people = dict(here.values_list("room__building").annotate(Count("pk")))
    beds = {pk: found for pk, found, _bedrooms in counted}
    return Living({pk: (people.get(pk, 0), beds.get(pk) or 0) for pk in rows}, sum(each[2] for each in counted))


def vacancies(rows: Sequence[int], spans: Sequence[tuple[date, date]], rooms: int) -> list[tuple[int, int]]:
    """Room-days empty and available of the bedrooms (so many) in each span of days (the second day not counted)."""
    begins, ends = [since for since, _until in spans], [until for _since, until in spans]
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH lived AS (SELECT unnest(range_agg(daterange(s.begins, s.until))) AS d"
            " FROM apartments_stay s JOIN apartments_room r ON r.id = s.room_id"
            " WHERE r.building_id = ANY(%s) AND r.use = 'bedroom' AND s.begins < %s"
            " AND (s.until IS NULL OR s.until > %s) GROUP BY s.room_id),"
            " counted AS (SELECT lower(d) AS a, upper(d) AS b, count(*) AS n FROM lived GROUP BY 1, 2)"
            " SELECT m.place, sum(c.n * (least(c.b, m.until) - greatest(c.a, m.since)))"
            " FROM unnest(%s::date[], %s::date[]) WITH ORDINALITY AS m (since, until, place)"
            " JOIN counted c ON c.a < m.until AND (c.b IS NULL OR c.b > m.since) GROUP BY m.place",
            [list(rows), max(ends), min(begins), begins, ends],
        )
        lived = {place: int(days) for place, days in cursor.fetchall()}
    all_days = [rooms * max(0, (until - since).days) for since, until in spans]
    return [(days - lived.get(place, 0), days) for place, days in enumerate(all_days, 1)]


def months_back(day: date, count: int = 12) -> list[date]:
    """The first days of the last months, this one included, the oldest first."""
    return [months_after(day.replace(day=1), -before) for before in reversed(range(count))]


def rent_by_month(rows: Collection[int], day: date) -> list[tuple[date, int, int]]:
    """Month, rent due in it and paid of that, in fen, of the last twelve months."""
    months = months_back(day)
    due = Bill.objects.filter(lease__building__in=rows, sort="rent", month__gte=months[0], month__lte=months[-1])
    sums = {
        row["month"]: (row["all"], row["paid"] or 0)
        for row in due.values("month").annotate(all=Sum("amount"), paid=Sum("amount", filter=Q(paid_on__isnull=False)))
    }
    return [(month, *sums.get(month, (0, 0))) for month in months]


Empty = tuple[int, int]
"""Room-days empty, room-days available."""


def vacancy(rows: Sequence[int], day: date, rooms: int) -> tuple[Empty, list[tuple[date, int, int]]]:
    """Of the last thirty days, and of each of the last twelve months (this one up to today), in one question."""
    months = list(pairwise([*months_back(day), day + timedelta(days=1)]))
    thirty, *found = vacancies(rows, [(day - timedelta(days=30), day), *months], rooms)
    return thirty, [(since, *each) for (since, _until), each in zip(months, found, strict=True)]


def kpi(rows: Sequence[int], day: date) -> dict[str, Any]:
    """The figures of guide 4.4 that are late or open, each with its denominator: rent, registration, hazards by grade.

    `serious`: the buildings with a serious hazard.
    """
    now, year = clock.now(), day - timedelta(days=365)
    fallen = Q(begins__gt=year) & (Q(due_at__lt=now) | Q(reported_at__isnull=False))
    told = Stay.objects.filter(room__building__in=rows).aggregate(
        registrations=Count("pk", filter=fallen), timely=Count("pk", filter=fallen & Q(reported_at__lte=F("due_at"))),
        to_report=Count("pk", filter=Q(reported_at=None)) + Count("pk", filter=Q(left_due_at__isnull=False,
                                                                                left_reported_at=None)),
        overdue=Count("pk", filter=late_at(now)),
    )  # fmt: skip
    late = Bill.objects.filter(lease__building__in=rows, sort="rent", paid_on=None, due_on__lt=day)
    hazards = list(Hazard.objects.filter(building__in=rows, closed_at=None).values_list("building", "grade"))
    return {
        **told, "late": late.count(), "open": Counter(grade for _building, grade in hazards),
        "serious": {building for building, grade in hazards if grade == "serious"},
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
    return years(rows, [year])[0]


def years(rows: Sequence[int], wanted: Sequence[int]) -> list[Yearly]:
    """The same for some years that follow each other."""
    starts = [date(year, 1, 1) for year in (*wanted, wanted[-1] + 1)]
    moments = [datetime(day.year, 1, 1, tzinfo=clock.TZ) for day in starts]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM apartments_hazard h WHERE h.building_id = ANY(%(rows)s)"
            " AND h.found_at >= m.since_at AND h.found_at < m.until_at),"
            " (SELECT count(*) FROM apartments_visit v WHERE v.building_id = ANY(%(rows)s)"
            " AND v.finished_at >= m.since_at AND v.finished_at < m.until_at),"
            " (SELECT count(*) FROM apartments_quarrel q WHERE q.building_id = ANY(%(rows)s)"
            " AND q.at >= m.since_at AND q.at < m.until_at),"
            " (SELECT coalesce(sum(least(s.until, m.until) - greatest(s.begins, m.since)), 0) FROM apartments_stay s"
            " JOIN apartments_room r ON r.id = s.room_id WHERE r.building_id = ANY(%(rows)s) AND s.begins < m.until"
            " AND (s.until IS NULL OR s.until > greatest(m.since, s.begins)))"
            " FROM unnest(%(since)s::date[], %(until)s::date[], %(since_at)s::timestamptz[],"
            " %(until_at)s::timestamptz[]) WITH ORDINALITY AS m (since, until, since_at, until_at, place)"
            " ORDER BY m.place",
            {
                "rows": list(rows), "since": starts[:-1], "until": starts[1:], "since_at": moments[:-1],
                "until_at": moments[1:],
            },
        )  # fmt: skip
        return [Yearly(year, *map(int, found)) for year, found in zip(wanted, cursor.fetchall(), strict=True)]


def change(before: float, after: float) -> float | None:
    """By how many per cent something changed, to one decimal; None where there was nothing before."""
    return round(100 * (after - before) / before, 1) if before else None


def expiring(rows: Collection[int], day: date) -> list[tuple[str, str, date]]:
    """Papers and contracts that end soon or are over without a newer one: code of the building, what, last day; the
    first first."""
    ahead = day + timedelta(days=registry.norm("apartments.expiring", day).value)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH ending AS (SELECT * FROM (SELECT DISTINCT ON (building_id, sort) building_id, sort, valid_until"
            "   FROM apartments_paper WHERE building_id = ANY(%(rows)s)"
            "   ORDER BY building_id, sort, issued_on DESC, id DESC) p WHERE valid_until <= %(ahead)s"
            "  UNION ALL SELECT building_id, 'entrustment', until FROM apartments_entrustment"
            "   WHERE building_id = ANY(%(rows)s) AND until > %(past)s AND until <= %(ahead)s"
            "  UNION ALL SELECT building_id, 'lease', until FROM apartments_lease"
            "   WHERE building_id = ANY(%(rows)s) AND until > %(past)s AND until <= %(ahead)s)"
            " SELECT b.code, e.sort, e.valid_until FROM ending e JOIN apartments_building b ON b.id = e.building_id"
            " ORDER BY e.valid_until, b.code, e.sort",
            {"rows": list(rows), "ahead": ahead, "past": day - timedelta(days=60)},
        )
        return list(cursor.fetchall())


def owner_rent(entrustment: Entrustment, year: int) -> int:
    """The guaranteed rent of the contract year that begins in a calendar year, with its yearly step, in fen."""
    rent = entrustment.rent
    for _turn in range(max(0, year - entrustment.begins.year)):
        rent = money.part(rent, 1 + Fraction(entrustment.step, 1000))
    return rent


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
