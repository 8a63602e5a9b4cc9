"""The audit of the committees: composition, terms, five haves, roster told; in a fixed number of questions for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Min, Q, QuerySet

from anxin.kernel import areas, clock, rights
from anxin.kernel.bodies import Actor
from anxin.programmes.committees import rules
from anxin.programmes.committees.models import Committee, GoldRoom, Member, Review, RoomYear, Sweep, Telling


@dataclass(slots=True)
class Audited:
    """A committee with its seats of today, its review of the year and what is wrong (codes of rules.FAULTS)."""

    committee: Committee
    town: str
    seats: rules.Seats = field(default_factory=rules.Seats)
    review: Review | None = None
    telling: Telling | None = None
    faults: list[str] = field(default_factory=list)


def reached(by: Actor) -> QuerySet[Committee]:
    """The committees a post may look at, by code."""
    reach = rights.reach(by)
    rows = Committee.objects.select_related("body").order_by("body__code")
    return rows if reach is None else rows.filter(Q(body__area__in=reach) | Q(body=by.body))


def audit(committees: Sequence[Committee], day: date | None = None) -> list[Audited]:
    """What is right and wrong with committees on a day (today), the review being that of the day's year."""
    on, now = day or areas.today(), clock.now()
    pks = [each.pk for each in committees]
    found = {each.pk: Audited(each, _town(each.body.area_id, on)) for each in committees}
    sitting = Member.objects.filter(committee__in=pks, elected_on__lte=on).exclude(left_on__lte=on)
    counts = sitting.order_by().values_list("committee").annotate(
        n=Count("pk"), chairs=Count("pk", filter=Q(chair=True)), women=Count("pk", filter=Q(woman=True)),
        others=Count("pk", filter=Q(minority=True)), first=Min("term_ends"),
    )  # fmt: skip
    for pk, *seats in counts:
        found[pk].seats = rules.Seats(*seats)
    for review in Review.objects.filter(committee__in=pks, year=on.year):
        found[review.committee_id].review = review
    for telling in Telling.objects.filter(committee__in=pks, told_at=None):
        found[telling.committee_id].telling = telling
    for each in found.values():
        each.faults = rules.composition(each.seats, each.committee.minority, on)
        if each.review is None:
            each.faults.append("unreviewed")
        elif not all(each.review.found.values()):
            each.faults.append("lacking")
        if each.telling is not None and each.telling.due_at < now:
            each.faults.append("untold")
    return list(found.values())


def _town(area: int, day: date) -> str:
    tree = areas.tree()
    town = tree.place(area, day).town
    return tree.areas[town].name if town else ""


def counted(found: Sequence[Audited]) -> dict[str, int]:
    """How many committees each fault was found in."""
    return dict(Counter(fault for each in found for fault in each.faults))


def expiring(by: Actor, day: date | None = None) -> list[Member]:
    """Members whose term is over or ends within the days of the norm, earliest first (at most 500)."""
    on = day or areas.today()
    until = on + timedelta(days=int(rules.value("expiring_days", on)))
    rows = Member.objects.filter(left_on=None, term_ends__lte=until, committee__in=reached(by).values("pk"))
    return list(rows.select_related("committee__body", "person").order_by("term_ends", "pk")[:500])


@dataclass(frozen=True, slots=True)
class Due:
    """A committee and its sweep: when it last went round, and whether one is due now."""

    committee: Committee
    last: date | None
    due: bool


def sweeps_due(by: Actor, day: date | None = None) -> list[Due]:
    """Which committees have not gone round as the season asks: today in a peak, else in the last seven days."""
    on = day or areas.today()
    since = on if rules.peak_on(on) else on - timedelta(days=6)
    last: dict[int, date] = {}
    for committee, at in Sweep.objects.filter(on__gte=on - timedelta(days=400)).values_list("committee", "on"):
        last[committee] = max(last.get(committee, at), at)
    village = reached(by).filter(field="")
    return [Due(each, last.get(each.pk), last.get(each.pk, date.min) < since) for each in village]


@dataclass(frozen=True, slots=True)
class Room:
    """A gold room with its last look, and whether one is due: none for the year before."""

    room: GoldRoom
    last: RoomYear | None
    due: bool


def rooms(by: Actor, day: date | None = None) -> list[Room]:
    """The gold rooms; a look at a year is due from January of the next."""
    on = day or areas.today()
    rows = GoldRoom.objects.select_related("committee__body", "person").filter(committee__in=reached(by).values("pk"))
    last: dict[int, RoomYear] = {}
    for each in RoomYear.objects.order_by("year"):
        last[each.room_id] = each
    return [
        Room(
            row, last.get(row.pk),
            row.ended_on is None and row.named_on.year < on.year
            and (row.pk not in last or last[row.pk].year < on.year - 1),
        )
        for row in rows.order_by("code")
    ]  # fmt: skip


def seats(committees: Sequence[int]) -> int:
    """How many members sit in some committees now."""
    return Member.objects.filter(committee__in=committees, left_on=None).count()


def by_town(found: Sequence[Audited]) -> list[tuple[str, int, int]]:
    """Towns with how many committees they have and how many of them have no fault."""
    all_, good = Counter(each.town for each in found), Counter(each.town for each in found if not each.faults)
    return [(town, count, good[town]) for town, count in sorted(all_.items())]
