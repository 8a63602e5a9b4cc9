"""The morning briefing of a town: the night in numbers, what happened, what waits, who is on duty. One answer for both
the page and the paper, the same for a past day as on its morning: it is folded from the journal as of eight o'clock.

Nothing personal is in it: titles go through `redaction`, addresses are left out, posts stand without names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from anxin.kernel import areas, clock
from anxin.kernel.areas import Area
from anxin.kernel.flow import ERASED
from anxin.kernel.matters import FINISHED, REPLIED, REPORTED, Matter
from anxin.kernel.orders import SENT
from anxin.programmes.situation.figures import arrivals, asof, room, spots
from anxin.programmes.situation.figures.arrivals import Arrived
from anxin.programmes.situation.figures.asof import Then, Town
from anxin.programmes.situation.figures.spots import Spot
from anxin.programmes.situation.models import Alarm, Shift
from anxin.programmes.situation.rules import platforms
from anxin.programmes.situation.rules.platforms import Platform
from anxin.understanding import redaction

MORNING, EVENING = time(8), time(17, 30)
"""The briefing tells from half past five in the evening to eight in the morning [INF]."""
MOST = 15
"""Lines of a list [INF]; how many there are is always told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A matter on the briefing: number, what (covered), which kind, where (village or grid), when, who has it."""

    pk: int
    number: str
    title: str
    kind: str
    place: str
    at: datetime | None
    lead: int | None
    state: str
    urgency: str


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning as it stood: its words, the number, when it was given, and what was done about it."""

    words: str
    code: str
    version: str
    count: int
    at: datetime
    grown_at: datetime
    noted_at: datetime | None
    noted_post: int | None
    noted_words: str
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Briefing:
    """All of it. Lists hold at most MOST lines; the numbers beside them are whole."""

    town: Area
    day: date
    moment: datetime
    since: datetime
    arrived: Arrived
    numbers: Mapping[str, int]
    queues: Sequence[tuple[Platform, Mapping[str, int]]]
    grids: Mapping[int, int]
    emergencies: Sequence[Line]
    newly_overdue: Sequence[Line]
    overdue: Sequence[Line]
    handed_back: Sequence[Line]
    due_today: Sequence[Line]
    spots: Sequence[tuple[Spot, str]]
    warnings: Sequence[Warned]
    duty: Sequence[Shift]
    checks: Sequence[tuple[Line, int, date]]


def bounds(day: date) -> tuple[datetime, datetime]:
    """When the night of a briefing began and ended."""
    evening = datetime.combine(day - timedelta(days=1), EVENING, clock.TZ)
    return evening, datetime.combine(day, MORNING, clock.TZ)


def of(town: Area, day: date, moment: datetime | None = None) -> Briefing:
    """The briefing of a day, as of eight o'clock; before eight of the same day, as of now (`moment`)."""
    since, morning = bounds(day)
    at = min(morning, moment or clock.now())
    then = asof.town(town, at, since)
    text = _texts(then)
    end = arrivals.midnight(day) + timedelta(days=1)
    over = [each for each in then.open if (due := each.moment("due_at")) is not None and due < at]
    fresh = [each for each in over if (each.moment("due_at") or at) >= since]
    today = [each for each in then.open if (m := each.moment("due_at")) is not None and at <= m <= end]
    emergencies = _emergencies(then, since)
    back = _named(then, (each.matter for each in then.night if each.verb == "hand_back"))
    looks, checks = asof.checks_due(town, day, at, MOST)
    came = arrivals.between(town, since, at) if at > since else arrivals.between(town, since, since)
    warnings = _warned(town, since, at)
    return Briefing(
        town=town, day=day, moment=at, since=since, arrived=came,
        numbers={
            "arrived": came.count,
            "closed": len({each.matter for each in then.night if each.verb == "close"}),
            "open": len(then.open),
            "overdue": len(over),
            "newly_overdue": len(fresh),
            "emergencies": len(emergencies),
            "handed_back": len(back),
            "unsigned": sum(1 for each in then.open for order in each.orders if order.get("state") == SENT),
            "due_today": len(today),
            "warnings": len(warnings),
            "checks": looks,
        },
        queues=_queues(then, day),
        grids=Counter(each.row["grid_id"] for each in then.open if each.row.get("grid_id")),
        emergencies=_lines(text, emergencies),
        newly_overdue=_lines(text, fresh),
        overdue=_lines(text, over),
        handed_back=_lines(text, back),
        due_today=_lines(text, today),
        spots=[(each, _place(each.grid)) for each in spots.found(town, at, most=MOST)],
        warnings=warnings[:MOST],
        duty=room.on_duty(town, at, end, asof=at),
        checks=[(_line(text, each.matter), each.months, each.due_on) for each in checks],
    )  # fmt: skip


def _emergencies(then: Town, since: datetime) -> list[Then]:
    """What came in as an emergency in the night, or was raised to one."""
    raised = {
        each.matter for each in then.night
        if each.verb == "correct" and "urgency" in each.facts.get("corrected", ())
    }  # fmt: skip
    return [
        each for each in then.matters.values()
        if each.row.get("urgency") == "emergency"
        and ((each.moment("reported_at") or since) > since or each.pk in raised)
    ]  # fmt: skip


def _named(then: Town, ids: Iterable[int]) -> list[Then]:
    return [then.matters[pk] for pk in dict.fromkeys(ids) if pk in then.matters]


def _queues(then: Town, day: date) -> list[tuple[Platform, dict[str, int]]]:
    plan = platforms.plan(day)
    states: dict[str, Counter[str]] = {each.code: Counter() for each in plan.platforms}
    for each in then.open:
        state = each.state
        if state == "working" and any(o.get("state") == SENT and o.get("role") == "lead" for o in each.orders):
            state = "unsigned"
        states[plan.of(str(each.row["kind"]))][state] += 1
    shown = (REPORTED, "unsigned", "working", FINISHED, REPLIED)
    return [(each, {state: states[each.code][state] for state in shown}) for each in plan.platforms]


def _texts(then: Town) -> dict[int, tuple[str, str]]:
    rows = Matter.objects.filter(pk__in=list(then.matters)).values_list("pk", "number", "title")
    return {pk: (number, title) for pk, number, title in rows}


def covered(title: str) -> str:
    """A title without anything personal in it; what was erased stays so."""
    return title if title == ERASED else redaction.redact(title)


def _place(area: int | None) -> str:
    found = areas.tree().areas.get(area or 0)
    return found.name if found is not None else ""


def _lines(text: Mapping[int, tuple[str, str]], rows: Sequence[Then]) -> list[Line]:
    return [
        Line(
            pk=each.pk,
            number=text.get(each.pk, ("", ""))[0],
            title=covered(text.get(each.pk, ("", ""))[1]),
            kind=str(each.row["kind"]),
            place=_place(each.row.get("grid_id") or each.row.get("village_id")),
            at=each.moment("due_at"),
            lead=each.row.get("lead_id"),
            state=each.state,
            urgency=str(each.row.get("urgency", "ordinary")),
        )
        for each in rows[:MOST]
    ]


def _line(text: Mapping[int, tuple[str, str]], matter: Matter) -> Line:
    return Line(
        pk=matter.pk, number=matter.number, title=covered(matter.title), kind=matter.kind,
        place=_place(matter.grid_id or matter.village_id), at=None, lead=matter.lead_id, state=matter.state,
        urgency=matter.urgency,
    )  # fmt: skip


def _warned(town: Area, since: datetime, at: datetime) -> list[Warned]:
    rows = Alarm.objects.filter(town=town, raised_at__lte=at).exclude(ended_at__lt=since).order_by("-raised_at", "-pk")
    found = []
    for each in rows[:100]:
        told = [(datetime.fromisoformat(when), count) for when, count in each.told]
        before = [(when, count) for when, count in told if when <= at] or [(each.raised_at, each.count)]
        noted = each.noted_at is not None and each.noted_at <= at
        found.append(
            Warned(
                words=each.words, code=each.code, version=each.version, count=before[-1][1], at=each.raised_at,
                grown_at=before[-1][0], noted_at=each.noted_at if noted else None,
                noted_post=each.noted_post if noted else None, noted_words=each.noted_words if noted else "",
                ended_at=each.ended_at if each.ended_at is not None and each.ended_at <= at else None,
            )
        )  # fmt: skip
    return found
