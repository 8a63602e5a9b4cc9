"""Working time: what moment it is, how long a limit runs and when it ends; the only file that asks the time.

How a limit is counted (articles of the Civil Code: BK - verify):

    seconds, minutes, hours   run exactly, from the very start                             art. 201(2)
    days, working days        the starting day is not counted; the limit ends at 24:00
                              Asia/Shanghai of the last counted day                        art. 201(1), 203(2)
    days only                 when the last day is a rest day, the next workday is last    art. 203(1)
    pauses (our own rule)     exact limits move by the paused time; in limits by days a day
                              counts only if the clock is running at the end of it

24:00 of a day is 00:00 of the next one: print `last_day(due)`, not the date of `due`. Moments handed out are
aware, in UTC. A pause whose end is None is open: it counts up to `asof` where that is given, else as nothing
yet, so that the answer is the earliest due moment still possible. Counting reads its arguments and the
calendar only: the same journal gives the same answer tomorrow, as long as the calendar keeps its `edition`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias
from zoneinfo import ZoneInfo

from anxin.kernel.calendar import BadCalendar, Calendar, OutsideCalendar, Override, house_calendar
from anxin.kernel.errors import BadInput, PauseTooLong
from anxin.kernel.limits import BadLimit, BadRule, Limit, Rule, Unit, rule_on

__all__ = [
    "TZ", "BadCalendar", "BadLimit", "BadMark", "BadPause", "BadRule", "Calendar", "Limit", "Mark",
    "NaiveMoment", "Outcome", "OutsideCalendar", "Override", "Pause", "Reading", "Rule", "Travel", "Unit",
    "at", "check_pause", "due", "house_calendar", "last_day", "local_day", "now", "pause_until", "paused_for",
    "really", "remaining", "replay", "rings", "rule_on",
]  # fmt: skip
TZ = ZoneInfo("Asia/Shanghai")
Pause: TypeAlias = tuple[datetime, datetime | None]
Pauses: TypeAlias = Sequence[Pause]
Mark: TypeAlias = tuple[datetime, str]
_Spans: TypeAlias = list[tuple[datetime, datetime]]
_Lost: TypeAlias = list[tuple[int, int]]
_FAR = datetime(2199, 1, 1, tzinfo=UTC)
_RINGS = ((1, 2), (4, 5))


class NaiveMoment(BadInput):
    """时间必须注明时区。"""


class BadPause(BadInput):
    """暂停的结束时间不能早于开始时间。"""


class BadMark(BadInput):
    """计时记录只能是暂停、恢复或停止。"""


class Travel:
    """A clock that stands still until it is moved; what `at` hands out."""

    def __init__(self, moment: datetime) -> None:
        self.moment = _utc(moment)

    def advance(self, delta: timedelta) -> datetime:
        """Let `delta` pass (never backwards: ValueError); answers the new moment."""
        if delta < timedelta(0):
            raise ValueError("a clock does not run backwards; open another at() instead")
        self.moment += delta
        return self.moment


_virtual: ContextVar[Travel | None] = ContextVar("anxin_clock", default=None)


def now() -> datetime:
    """The moment it is, aware and in UTC; inside `at` the moment that was set there."""
    virtual = _virtual.get()
    return datetime.now(UTC) if virtual is None else virtual.moment


def really() -> datetime:
    """The moment it is outside of any `at`: for copies that outlive it."""
    return datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[Travel]:
    """Everything inside happens at this moment (tests, loading old matters); in this thread or task only."""
    clock = Travel(moment)
    token = _virtual.set(clock)
    try:
        yield clock
    finally:
        _virtual.reset(token)


def local_day(moment: datetime) -> date:
    """The day a moment falls on in Asia/Shanghai."""
    return _utc(moment).astimezone(TZ).date()


def last_day(due_at: datetime) -> date:
    """The day to print for a due moment: 24:00 belongs to the day it ends."""
    return local_day(due_at - timedelta.resolution)


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is not UTC and moment.utcoffset() is None:
        raise NaiveMoment(moment.isoformat())
    if not 1900 < moment.year < 2200:
        raise OutsideCalendar(moment.isoformat())
    return moment.astimezone(UTC)


@lru_cache(maxsize=8192)
def _end(day: int) -> datetime:
    return datetime.combine(date.fromordinal(day + 1), time(), TZ).astimezone(UTC)


def _day(moment: datetime) -> int:
    return moment.astimezone(TZ).toordinal()


def due(
    start: datetime, limit: Limit, pauses: Pauses = (), calendar: Calendar | None = None, asof: datetime | None = None
) -> datetime:
    """The moment by which it must be done; a pause can only make it later.

    Raises NaiveMoment, BadPause (ends before it begins), OutsideCalendar.
    """
    begin = _utc(start)
    if not pauses and limit.span is None:
        return _undisturbed(_day(begin), limit, calendar or house_calendar(begin))[2]
    return _due(begin, limit, _spans(begin, pauses, asof) if pauses else [], calendar or house_calendar(begin))


def rings(
    start: datetime, limit: Limit, pauses: Pauses = (), calendar: Calendar | None = None, asof: datetime | None = None
) -> tuple[datetime, datetime, datetime]:
    """The moments at which 50 %, 80 % and 100 % of the time are used; the last is `due`. Raises as `due`.

    In limits by days each counted day is worth the same and passes evenly from 0:00 to 24:00, so that half of
    five working days is noon of the third; rest days and the starting day are worth nothing. A ring inside a
    pause comes at its end. After a pause the rings still to come move; one that has rung need not ring again.
    """
    begin = _utc(start)
    cal = calendar or house_calendar(begin)
    if not pauses and limit.span is None:
        return _undisturbed(_day(begin), limit, cal)
    spans = _spans(begin, pauses, asof) if pauses else []
    if limit.span is not None:
        half, most = (_moved(begin + limit.span * share // whole, spans) for share, whole in _RINGS)
        return half, most, _moved(begin + limit.span, spans)
    first, end = _day(begin), _due(begin, limit, spans, cal)
    lost = _lost(first, spans)
    half, most = (_ring(limit, first, lost, spans, end, cal, share, whole) for share, whole in _RINGS)
    return half, most, end


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a clock shows: time left, and why.

    `left` is negative once overdue; `share` is the used part of the limit, 1.0 at the due moment, more after
    it; both stand still while `paused` (`due` is then the due moment if the clock went on right now).
    `counted_days` are the days used up in limits by days, `skipped` the festivals not counted, `provisional`
    that the due moment lies in a year whose official holidays are not known yet.
    """

    due: datetime
    left: timedelta
    share: float
    paused: bool
    counted_days: int
    skipped: tuple[str, ...]
    provisional: bool


def remaining(
    start: datetime,
    limit: Limit,
    pauses: Sequence[Pause] = (),
    calendar: Calendar | None = None,
    *,
    moment: datetime | None = None,
) -> Reading:
    """Read a clock at a moment (now, if none is given); pauses that begin later are not known yet."""
    begin, seen = _utc(start), _utc(moment or now())
    cal = calendar or house_calendar(begin)
    known = [(p, None if r is None or _utc(r) > seen else r) for p, r in pauses if _utc(p) <= seen]
    spans = _spans(begin, known, seen)
    halt, past = seen, spans
    if paused := any(r is None for _, r in known):  # a clock that stands still shows what it showed when it stopped
        halt = max(begin, seen)
        if spans and spans[-1][1] == seen:
            halt, past = spans[-1][0], spans[:-1]
    end = _due(begin, limit, spans, cal)
    final = last_day(end)
    if limit.span is not None:
        used, whole, skipped = (halt - begin - _length(past)) / limit.span, 0, list[str]()
    else:
        # a day begun, then lost to a pause, must not make the share shrink: hence the highest value seen
        days = max(_used(begin, limit, past[:i], cal, p) for i, (p, _) in enumerate([*past, (halt, halt)]))
        used, whole = days / limit.amount, min(limit.amount, int(days + 1e-9))
        first = _day(begin)
        counted = _last(limit, first, _lost(first, spans), cal) - 1 if limit.unit is Unit.DAY else first
        skipped = cal.rests(date.fromordinal(counted), final)
    return Reading(
        due=end,
        left=_due(begin, limit, past, cal) - halt,
        share=max(0.0, used),
        paused=paused,
        counted_days=whole,
        skipped=tuple(skipped),
        provisional=limit.span is None and cal.provisional(final.year),
    )


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a clock ended: `met` is whether it stopped in time, None while it has not been stopped."""

    due: datetime
    met: bool | None
    stopped_at: datetime | None
    pauses: tuple[Pause, ...]


def replay(start: datetime, limit: Limit, marks: Sequence[Mark], calendar: Calendar | None = None) -> Outcome:
    """Run a clock again from what the journal noted: marks are (moment, "pause" | "resume" | "stop").

    Marks are taken in order of time. A pause while paused and a resume while running change nothing (they are
    retries); after the first stop nothing moves the clock. Raises BadMark, and what `due` raises.
    """
    pauses: list[Pause] = []
    opened: datetime | None = None
    stopped: datetime | None = None
    for moment, what in sorted(marks, key=lambda mark: _utc(mark[0])) if len(marks) > 1 else marks:
        if what == "stop":
            stopped = _utc(moment)
            break
        if what == "pause":
            opened = opened or moment
        elif what != "resume":
            raise BadMark(what)
        elif opened is not None:
            pauses.append((opened, moment))
            opened = None
    if opened is not None:
        pauses.append((opened, stopped))
    end = due(start, limit, pauses, calendar)
    met = None if stopped is None else stopped <= end
    return Outcome(due=end, met=met, stopped_at=stopped, pauses=tuple(pauses))


def paused_for(start: datetime, pauses: Sequence[Pause], asof: datetime | None = None) -> timedelta:
    """How long a clock stood still since its start, an open pause up to `asof` (now); overlaps count once."""
    return _length(_spans(_utc(start), pauses, _utc(asof or now())))


def pause_until(pauses: Sequence[Pause], most: Limit, calendar: Calendar | None = None) -> datetime | None:
    """The latest moment a pause now open may last, all pauses together within `most`; None without pauses.

    A maximum is counted like any limit: from the first pause on, standing still while the clock itself runs.
    """
    if not pauses:
        return None
    begin = min(_utc(p) for p, _ in pauses)
    gaps = [(one[1], other[0]) for one, other in pairwise(_spans(begin, pauses, _FAR))]
    return due(begin, most, gaps, calendar)


def check_pause(
    pauses: Sequence[Pause], most: Limit | None, asof: datetime | None = None, cal: Calendar | None = None
) -> None:
    """Raise PauseTooLong if all pauses (an open one up to `asof` or now) together last longer than `most`."""
    latest = pause_until(pauses, most, cal) if most else None
    if latest is not None and max(_utc(r or asof or now()) for _, r in pauses) > latest:
        raise PauseTooLong(str(most))


def _spans(start: datetime, pauses: Sequence[Pause], asof: datetime | None) -> _Spans:
    """Pauses as rising, separate stretches after the start; open ones end at `asof`, or have no length."""
    pieces: _Spans = []
    for opened, closed in pauses:
        p, r = _utc(opened), _utc(closed or asof or opened)
        if closed and r < p:
            raise BadPause(f"{p.isoformat()} - {r.isoformat()}")
        pieces.append((max(p, start), r))
    merged: _Spans = []
    for p, r in sorted(pieces):
        if merged and p <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(r, merged[-1][1])
        elif p < r:
            merged.append((p, r))
    return merged


def _length(spans: _Spans) -> timedelta:
    return sum((r - p for p, r in spans), timedelta(0))


def _moved(moment: datetime, spans: _Spans) -> datetime:
    for p, r in spans:
        if p >= moment:
            break
        moment += r - p
    return moment


def _lost(first: int, spans: _Spans) -> _Lost:
    """The days after the first at whose end the clock stands still, as (from, to)."""
    lost = ((max(_day(p), first + 1), _day(r) - 1) for p, r in spans)
    return [(a, b) for a, b in lost if a <= b]


def _last(limit: Limit, first: int, lost: _Lost, cal: Calendar, need: int = 0) -> int:
    """The day that is counted as number `need` (all, if 0) after the first day."""
    need = need or limit.amount
    if limit.unit is Unit.DAY:
        day = first + need
        for a, b in lost:
            if a > day:
                break
            day += b - a + 1
        return day
    goal = cal.upto(first) + need
    day = cal.nth(goal)
    for a, b in lost:
        if a > day:
            break
        goal += cal.upto(b) - cal.upto(a - 1)
        day = cal.nth(goal)
    return day


def _due(begin: datetime, limit: Limit, spans: _Spans, cal: Calendar) -> datetime:
    if limit.span is not None:
        return _moved(begin + limit.span, spans)
    first = _day(begin)
    lost = _lost(first, spans) if spans else []
    day = _last(limit, first, lost, cal)
    if limit.unit is Unit.DAY:
        day = cal.nth(cal.upto(day - 1) + 1)
        for a, b in lost:
            if a <= day <= b:
                day = cal.nth(cal.upto(b) + 1)
    return _end(day)


def _ring(
    limit: Limit, first: int, lost: _Lost, spans: _Spans, end: datetime, cal: Calendar, share: int, whole: int
) -> datetime:
    need = -(-limit.amount * share // whole)
    day = _last(limit, first, lost, cal, need)
    dawn, dusk = _end(day - 1), end if need == limit.amount else _end(day)
    moment = dawn + (dusk - dawn) * (limit.amount * share - (need - 1) * whole) // whole
    return next((r for p, r in spans if p < moment < r), moment)


@lru_cache(maxsize=8192)
def _undisturbed(first: int, limit: Limit, cal: Calendar) -> tuple[datetime, datetime, datetime]:
    """Rings of a limit by days without pauses: the same for whatever starts on that day."""
    end = _due(_end(first - 1), limit, [], cal)
    half, most = (_ring(limit, first, [], [], end, cal, share, whole) for share, whole in _RINGS)
    return half, most, end


def _used(begin: datetime, limit: Limit, spans: _Spans, cal: Calendar, moment: datetime) -> float:
    """Days used up at a moment; the last one stretches over the rest days after it, up to the due moment."""
    first, today, end = _day(begin), _day(moment), _due(begin, limit, spans, cal)
    lost = _lost(first, spans)
    last, final, base = _last(limit, first, lost, cal), _day(end) - 1, 0
    if last <= today <= final:
        dawn = _end(last - 1)
        return limit.amount - 1 + (moment - dawn) / (end - dawn)
    if today > final:
        first, base = final, limit.amount
    by_days = limit.unit is Unit.DAY

    def count(a: int, b: int) -> int:
        return b - a if by_days else cal.upto(b) - cal.upto(a)

    if today <= first:
        return base
    gone = sum(count(max(a - 1, first), min(b, today - 1)) for a, b in lost if b > first and a < today)
    part = (moment - _end(today - 1)) / timedelta(days=1) if by_days or cal.worked(today) else 0.0
    return base + count(first, today - 1) - gone + part
