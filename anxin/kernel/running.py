"""Clocks on a change: start, stop, pause, extend, ring.

Each clock carries the code and version of its rule, its limit and its pauses, so that its due moment can be computed
again from the journal alone (`clock.due`).
"""

from __future__ import annotations

from datetime import datetime

from anxin.kernel import clock, registry
from anxin.kernel.clock import Limit, Rule, Unit
from anxin.kernel.errors import PauseTooLong
from anxin.kernel.journal import Change
from anxin.kernel.orders import Clock, Order
from anxin.kernel.rows import make, new_id

RINGS = (50, 80, 100)


def limit_of(running: Clock) -> Limit:
    """The limit of a clock, with what was granted on top."""
    return Limit(amount=running.amount, unit=Unit(running.unit))


def pauses_of(running: Clock) -> list[tuple[datetime, datetime | None]]:
    """The pauses of a clock as moments; the open one ends with None."""
    return [
        (datetime.fromisoformat(begin), datetime.fromisoformat(end) if end else None) for begin, end in running.pauses
    ]


def rule_of(running: Clock) -> Rule:
    """The version of the rule a clock was started under."""
    return next(rule for rule in registry.rules()[running.code] if rule.stamp == running.rule)


def start(c: Change, code: str, order: Order | None = None, *, since: datetime | None = None) -> Clock:
    """Start a clock for an order, or for the whole matter; stamped with the rule in force today."""
    begin = since or c.moment
    rule = registry.rule(code, begin)
    first, _, due = clock.rings(begin, rule.limit)
    running = make(
        Clock,
        id=new_id(),
        matter_id=c.matter.id,
        order_id=order.id if order else None,
        code=code,
        rule=rule.stamp,
        amount=rule.limit.amount,
        unit=str(rule.limit.unit),
        started_at=begin,
        due_at=due,
        rings_at=first,
    )
    c.add(running)
    return running


def of(c: Change, *codes: str, order: Order | None = None, whole: bool = False) -> list[Clock]:
    """The clocks still running on the change: of an order, of the whole matter, or all; by code or any.

    "sign" also means "sign.department": the limit of another sort of body for the same step.
    """
    owner = order.id if order is not None else None
    steps = tuple(f"{code}." for code in codes)
    return [
        running
        for running in c.clocks
        if running.stopped_at is None
        and (owner is None or running.order_id == owner)
        and (not whole or running.order_id is None)
        and (not codes or running.code in codes or running.code.startswith(steps))
    ]


def whole(c: Change) -> Clock | None:
    """The running clock of the whole matter."""
    return next((r for r in of(c, whole=True) if r.code.startswith("handle.")), None)


def stop(c: Change, *codes: str, order: Order | None = None, cancelled: bool = False) -> None:
    """Stop clocks: met when not later than due, else missed; `cancelled` when they no longer matter."""
    for running in of(c, *codes, order=order):
        if running.paused_until is not None:
            _end_pause(c, running)
        met = "cancelled" if cancelled else "met" if c.moment <= running.due_at else "missed"
        c.set(running, stopped_at=c.moment, outcome=met, rings_at=None)


def pause(c: Change, until: datetime) -> int:
    """Pause the whole clock and the orders' handling clocks until a moment at the latest; returns how many.

    A rule without a longest pause does not stand still at all (an emergency). Raises PauseTooLong when the rule's
    maximum, all pauses together, would be passed, or nothing may stand still.
    """
    able = [
        r
        for r in of(c)
        if r.paused_until is None and r.code.startswith(("handle.", "feedback")) and rule_of(r).max_pause is not None
    ]
    if not able:
        raise PauseTooLong("没有可以暂停的时限")
    for running in able:
        clock.check_pause([*pauses_of(running), (c.moment, until)], rule_of(running).max_pause)
    for running in able:
        pauses = [*running.pauses, [c.moment.isoformat(), None]]
        c.set(running, pauses=pauses, paused_until=until, rings_at=until)
    return len(able)


def resume(c: Change, *, ended: bool = False) -> int:
    """Let paused clocks run on (`ended`: those whose pause is over); returns how many. Due moments move as ruled."""
    count = 0
    for running in of(c):
        if running.paused_until is None or (ended and running.paused_until > c.moment):
            continue
        _end_pause(c, running)
        count += 1
    return count


def _end_pause(c: Change, running: Clock) -> None:
    """Close the open pause: now, or when it was to end at the latest, however late anybody looks."""
    until = min(c.moment, running.paused_until or c.moment)
    pauses = [*running.pauses[:-1], [running.pauses[-1][0], until.isoformat()]]
    c.set(running, pauses=pauses, paused_until=None)
    retime(c, running)


def extend(c: Change, running: Clock, amount: int) -> None:
    """Give a clock so many more of its own units; a warning that is true no longer will be given again."""
    c.set(running, amount=running.amount + amount)
    c.set(running, rung=min(running.rung, _reached(c, _rings(c, running))))
    retime(c, running)


def replace(c: Change, code: str) -> Clock:
    """Another limit for the whole: it counts from where the old one began, with its pauses, never anew."""
    old = whole(c)
    begin, pauses, until = (old.started_at, old.pauses, old.paused_until) if old else (c.matter.reported_at, [], None)
    if old is not None:
        stop(c, old.code, cancelled=True)
    new = start(c, code, since=begin)
    if pauses:
        c.set(new, pauses=pauses, paused_until=until)
        retime(c, new)
    c.set(c.matter, due_at=new.due_at)
    return new


def due(c: Change, running: Clock) -> datetime:
    """When a clock would be due if it ran on from now; other than `due_at` only while it stands still."""
    return _rings(c, running)[-1]


def retime(c: Change, running: Clock) -> None:
    """Compute due and next ring anew after a pause or an extension; rings that were heard are not repeated."""
    moments = clock.rings(running.started_at, limit_of(running), pauses_of(running))
    c.set(running, due_at=moments[-1], rings_at=running.paused_until or _next(running, moments))
    if running is whole(c):
        c.set(c.matter, due_at=moments[-1])


def ring(c: Change, running: Clock) -> int:
    """Note that a clock has rung; returns the percentage reached (0 when it had not)."""
    moments = clock.rings(running.started_at, limit_of(running), pauses_of(running))
    reached, heard = _reached(c, moments), running.rung
    c.set(running, rung=max(reached, heard))
    c.set(running, rings_at=_next(running, moments))  # also where a new calendar has moved it
    return reached if reached > heard else 0


def _rings(c: Change, running: Clock) -> tuple[datetime, ...]:
    return clock.rings(running.started_at, limit_of(running), pauses_of(running), asof=c.moment)


def _reached(c: Change, moments: tuple[datetime, ...]) -> int:
    return max((p for p, m in zip(RINGS, moments, strict=True) if m <= c.moment), default=0)


def _next(running: Clock, moments: tuple[datetime, ...]) -> datetime | None:
    return next((m for p, m in zip(RINGS, moments, strict=True) if p > running.rung), None)
