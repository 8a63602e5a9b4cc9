"""What the installation has decided for itself, on top of what is declared: limits, days, kinds, routes, channels.

Decisions are rows, so that every process sees them within two seconds; none is ever deleted, and who took it stands in
the book of changes. A clock keeps the limit and the calendar it began under, whatever is decided later.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce

from anxin.kernel import areas, calendar, registry
from anxin.kernel.areas import Copy, Place
from anxin.kernel.bodies import Directory
from anxin.kernel.calendar import Calendar, Override
from anxin.kernel.limits import Limit, Rule, Unit


class LimitVersion(models.Model):
    """One version of a time limit, in force from a day on. Taken back (`withdrawn_at`) only before that day."""

    code = models.TextField()
    version = models.TextField()
    amount = models.IntegerField()
    unit = models.TextField()
    effective = models.DateField()
    until = models.DateField(null=True)
    pause_amount = models.IntegerField(null=True)
    pause_unit = models.TextField(default="")
    source = models.TextField()
    provenance = models.TextField()
    decided_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["code", "version"], name="limit_version_once")]

    def rule(self) -> Rule:
        """The version as the clocks read it. Raises BadLimit, BadRule."""
        pause = Limit(amount=self.pause_amount, unit=Unit(self.pause_unit)) if self.pause_amount else None
        return Rule(
            code=self.code,
            version=self.version,
            limit=Limit(amount=self.amount, unit=Unit(self.unit)),
            effective=self.effective,
            until=self.until,
            source=self.source,
            provenance=self.provenance,
            max_pause=pause,
        )


class CalendarMark(models.Model):
    """One day as an official paper sets it (worked or not), or, without a day, that a year's arrangement is published.

    A mark that is replaced or taken back ends (`ended_at`); clocks that began meanwhile keep it.
    """

    year = models.IntegerField()
    day = models.DateField(null=True)
    works = models.BooleanField(null=True)
    name = models.TextField(default="")
    source = models.TextField()
    decided_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["year", "day"], condition=Q(ended_at=None), name="one_mark_a_day"),
            models.UniqueConstraint(fields=["year"], condition=Q(ended_at=None, day=None), name="one_mark_a_year"),
        ]


class KindDecision(models.Model):
    """What is decided of a kind: another title, or closed for new reports from a day on, which then go to `instead`."""

    kind = models.TextField(primary_key=True)
    title = models.TextField(default="")
    title_en = models.TextField(default="")
    closed_from = models.DateField(null=True)
    instead = models.TextField(default="")


class Routing(models.Model):
    """Who leads and helps for a kind in an area (none: the whole city) from a day on, in place of the declared rule.

    `lead` empty: the declared lead. `helpers` null: the declared ones, else a list of [id of a body, its part].
    """

    kind = models.TextField()
    area = models.ForeignKey("kernel.Area", models.PROTECT, null=True, related_name="+")
    lead = models.ForeignKey("kernel.Body", models.PROTECT, null=True, related_name="+")
    helpers = models.JSONField(null=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="one_routing_a_day",
                expressions=[
                    (
                        Func(F("valid_from"), F("valid_to"), function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                    ("kind", RangeOperators.EQUAL),
                    (Coalesce("area", 0), RangeOperators.EQUAL),
                ],
            )
        ]


class ChannelSwitch(models.Model):
    """Whether what is queued for a channel goes out (`on`) or waits."""

    channel = models.TextField(primary_key=True)
    on = models.BooleanField(default=True)
    since = models.DateTimeField()


@dataclass(frozen=True, eq=False)
class Decided:
    """All decisions, as this process knows them."""

    rules: tuple[Rule, ...] = ()
    moments: tuple[datetime, ...] = ()
    marks: tuple[CalendarMark, ...] = ()
    kinds: Mapping[str, KindDecision] = field(default_factory=dict)
    routings: Mapping[str, tuple[Routing, ...]] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()
    calendars: dict[int, Calendar] = field(default_factory=dict)


def _load() -> Decided:
    marks = tuple(CalendarMark.objects.order_by("decided_at", "pk"))
    routings: dict[str, list[Routing]] = {}
    for each in Routing.objects.order_by("valid_from", "pk"):
        routings.setdefault(each.kind, []).append(each)
    moments = {moment for mark in marks for moment in (mark.decided_at, mark.ended_at) if moment is not None}
    return Decided(
        rules=tuple(row.rule() for row in LimitVersion.objects.filter(withdrawn_at=None).order_by("pk")),
        moments=tuple(sorted(moments)),
        marks=marks,
        kinds={row.kind: row for row in KindDecision.objects.all()},
        routings={kind: tuple(rows) for kind, rows in routings.items()},
        silent=frozenset(ChannelSwitch.objects.filter(on=False).values_list("channel", flat=True)),
    )


HOUSE: Copy[Decided] = Copy("house", _load)
_none: list[Decided] = []


def decided() -> Decided:
    """The decisions as they are now."""
    return _none[-1] if _none else HOUSE.get()


@contextmanager
def undecided() -> Iterator[None]:
    """Inside, nothing is decided and the database is not asked: for reckoning without an installation."""
    _none.append(Decided())
    try:
        yield
    finally:
        _none.pop()


# ---- limits and days --------------------------------------------------------------------------------------------


def calendar_at(moment: datetime | None) -> Calendar | None:
    """The calendar as it was decided before a moment (None: now); None where nothing was decided yet."""
    known = decided()
    if not known.moments:
        return None
    place = len(known.moments) if moment is None else bisect_left(known.moments, moment)
    if place == 0:
        return None
    if place not in known.calendars:
        asof = known.moments[place - 1]
        standing = [m for m in known.marks if m.decided_at <= asof and (m.ended_at is None or m.ended_at > asof)]
        known.calendars[place] = with_marks(standing)
    return known.calendars[place]


def with_marks(marks: Sequence[CalendarMark]) -> Calendar:
    """The calendar of the installation's file with these marks on top of it."""
    days = [
        Override(day=mark.day, works=bool(mark.works), name=mark.name, source=mark.source)
        for mark in marks
        if mark.day is not None
    ]
    return calendar.calendar_of_file().with_days(days, [mark.year for mark in marks if mark.day is None])


registry.decided_rules(lambda: decided().rules)
calendar.decided_calendar(calendar_at)


# ---- kinds and routes -------------------------------------------------------------------------------------------


def closed(code: str, day: date | None = None) -> bool:
    """Whether a kind takes no new reports on a day (today)."""
    found = decided().kinds.get(code)
    return found is not None and found.closed_from is not None and found.closed_from <= (day or areas.today())


def open_kinds(day: date | None = None) -> dict[str, registry.Kind]:
    """The kinds a new report may have, by code: what lists offer."""
    on = day or areas.today()
    return {code: kind for code, kind in registry.kinds().items() if not closed(code, on)}


def kind_for(code: str) -> registry.Kind:
    """The kind a new report of this kind gets: the kind itself, or what takes its place since it was closed.

    A report is never refused because of it, whoever sends it. Raises UnknownKind.
    """
    seen: set[str] = set()
    while code not in seen and closed(code) and (instead := decided().kinds[code].instead):
        seen.add(code)
        code = instead
    return registry.kind(code)


def title(kind: registry.Kind, *, english: bool = False) -> str:
    """What a kind is called here: the house's own title where it has given one."""
    own = decided().kinds.get(kind.code)
    if english:
        return (own.title_en if own else "") or kind.title_en
    return (own.title if own else "") or kind.title


def routing(code: str, place: Place, day: date) -> Routing | None:
    """The route the house has set for a kind at a place on a day, the nearest area first; None: as declared."""
    rows = decided().routings.get(code, ())
    if not rows:
        return None
    here = {row.area_id: row for row in rows if row.valid_from <= day and (row.valid_to is None or day < row.valid_to)}
    near = [area for area in (place.grid, place.village, place.town, place.county) if area is not None]
    for area in (*near, None):
        if area in here:
            return here[area]
    return None


def asked(kind: registry.Kind, place: Place, directory: Directory, day: date) -> list[tuple[int | None, str]]:
    """Who is asked for a matter of a kind at a place, the lead first: (id of the body, its part).

    By the house's route where it has one whose bodies still stand, else as declared.
    """
    found: list[tuple[int | None, str]] = [
        (directory.find(part.role, place), part.task) for part in (kind.lead, *kind.helpers)
    ]
    own = routing(kind.code, place, day)
    if own is None:
        return found
    if own.lead_id in directory.by_id:
        found[0] = own.lead_id, kind.lead.task
    if own.helpers is not None:
        found[1:] = [(pk, str(task)) for pk, task in own.helpers if pk in directory.by_id]
    return found


def silent(channel: str) -> bool:
    """Whether what is queued for a channel waits because somebody has switched it off."""
    return channel in decided().silent


def changed() -> None:
    """To be called in the transaction that decides something."""
    HOUSE.changed()
