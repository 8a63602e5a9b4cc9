"""Which post hears of a matter, and in which heaps of its desk the matter lies: answered from rows at hand.

The rules are those of `kernel/access.py` and `kernel/heaps.py`; there the database answers for one post, here memory
for hundreds. A story compares the two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TypeAlias

from anxin.kernel import access, areas, heaps
from anxin.kernel.bodies import Actor
from anxin.kernel.matters import CLOSED, FINISHED, OPEN, REPLIED, REPORTED, Matter
from anxin.kernel.orders import ACTIVE, HELPER, LEAD, RETURNING, SENT, SIGNED, WITHDRAWN, Check, Clock, Order
from anxin.kernel.orders import FINISHED as DONE
from anxin.kernel.queue import FED_BACK

LEVELS = ("grid", "village", "town", "county")


@dataclass(slots=True)
class Seen:
    """A matter as it is now, with its orders, running clocks and looks to come; what has happened, and who lost it.

    `left`: bodies whose order was withdrawn just now; they are told that it is gone and nothing more.
    """

    matter: Matter
    verbs: tuple[str, ...]
    at: datetime
    now: datetime
    orders: Sequence[Order] = ()
    clocks: Sequence[Clock] = ()
    checks: Sequence[Check] = ()
    left: frozenset[int] = frozenset()
    bodies: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        """Who has a standing order."""
        self.bodies = frozenset(order.body_id for order in self.orders if order.state != WITHDRAWN)


Row: TypeAlias = Order | Check | None
"""What brings a matter into a heap beside itself."""


def sees(by: Actor, seen: Seen) -> bool:
    """As `access.sees`."""
    m = seen.matter
    if by.role in access.CITYWIDE or (by.role == "operator" and m.channel == "publicpost"):
        return True
    if by.role in access.AREAWORK:
        if by.area_level == "city":
            return True
        if by.area_level in LEVELS and by.area is not None and getattr(m, f"{by.area_level}_id") == by.area:
            return True
    return by.body in seen.bodies


def lost(by: Actor, seen: Seen) -> bool:
    """Whether the post could see the matter until just now and cannot any more."""
    return by.body in seen.left and not sees(by, seen)


def _within(by: Actor, m: Matter) -> bool | None:
    """As `access.matters`; None where only an order counts."""
    scope = access.scope_of(by)
    if scope is None:
        return None
    return all(getattr(m, f"{name}_id" if name in LEVELS else name) == value for name, value in scope.items())


class _Look:
    """One post looking at one matter."""

    __slots__ = ("by", "led", "m", "mine", "now", "oversees", "seen", "within")

    def __init__(self, by: Actor, seen: Seen) -> None:
        self.by, self.seen, self.m, self.now = by, seen, seen.matter, seen.now
        self.mine = [o for o in seen.orders if o.body_id == by.body and o.state != WITHDRAWN]
        scoped = _within(by, seen.matter)
        self.within = bool(self.mine) if scoped is None else scoped
        self.led = seen.matter.lead_id == by.body if scoped is None else scoped  # as `heaps._within`
        self.oversees = by.role in heaps.OVERSEES

    def own(self, *states: str) -> Order | None:
        return next((o for o in self.mine if o.state in states), None)

    def any_order(self, fits: Callable[[Order], bool]) -> Order | None:
        return next((o for o in self.seen.orders if fits(o)), None)

    def runs(self, order: Order, fits: Callable[[Clock], bool]) -> bool:
        return any(fits(each) for each in self.seen.clocks if each.order_id == order.pk)


Found: TypeAlias = tuple[bool, Row]


def _order(found: Order | None) -> Found:
    return found is not None, found


def _plain(holds: bool) -> Found:
    return holds, None


def _waits(look: _Look) -> Order | None:
    helping = any(o.role == HELPER and o.state in ACTIVE for o in look.seen.orders)
    for o in look.mine:
        asked = o.state == RETURNING or (o.state == SIGNED and o.more_asked > 0 and o.more_granted == 0)
        if asked or (o.state == SIGNED and o.role == LEAD and helping):
            return o
    return None


def _soon(look: _Look) -> Found:
    def pressed(each: Clock) -> bool:
        return each.rung == 80 and each.due_at > look.now

    if look.oversees:
        urgent = bool(look.m.colour) or any(map(pressed, look.seen.clocks))
        return _plain(urgent and look.m.state in OPEN and look.within)
    mine = [o for o in look.mine if o.state in ACTIVE]
    return _order(next((o for o in mine if look.m.colour or look.runs(o, pressed)), None))


def _late(look: _Look) -> Found:
    over = look.m.due_at is not None and look.m.due_at < look.now
    if look.oversees:
        return _plain(over and look.m.state in OPEN and look.within)
    mine = [o for o in look.mine if o.state in ACTIVE]
    return _order(next((o for o in mine if over or look.runs(o, lambda c: c.due_at < look.now)), None))


def _to_look_at(look: _Look) -> Found:
    today = areas.today()
    due = (k for k in look.seen.checks if today - heaps.CHECKED <= k.due_on <= today)
    check = next(due, None) if look.m.state == CLOSED and look.led else None
    return check is not None, check


def _more(o: Order) -> bool:
    return o.state == SIGNED and o.more_asked > 0 and o.more_granted == 0


HEAPS: Mapping[str, Callable[[_Look], Found]] = {
    "sign": lambda k: _order(k.own(SENT)),
    "mine": lambda k: _order(k.any_order(lambda o: o.post_id == k.by.post and o.state in (SIGNED, RETURNING))),
    "hand": lambda k: _order(k.own(SIGNED)),
    "answer": lambda k: _plain(k.m.lead_id == k.by.body and k.m.state == FINISHED),
    "dispatch": lambda k: _plain(k.within and k.m.state == REPORTED),
    "reply": lambda k: _plain(k.within and k.m.state == FINISHED),
    "callback": lambda k: _plain(k.within and k.m.state == REPLIED and k.m.solved is None),
    "returns": lambda k: _order(k.any_order(lambda o: o.state == RETURNING) if k.led else None),
    "extensions": lambda k: _order(k.any_order(_more) if k.led else None),
    "close": lambda k: _plain(k.within and k.m.state == REPLIED and k.m.solved is not None),
    "waiting": lambda k: _order(_waits(k)),
    "warning": _soon,
    "overdue": _late,
    "track": _to_look_at,
    "returned": lambda k: _order(k.own(RETURNING)),
    "body": lambda k: _order(k.own(*ACTIVE)),
    "finished": lambda k: _order(next((o for o in k.mine if o.state == DONE and o.sent_at >= k.now - FED_BACK), None)),
    "dormant": lambda k: _plain(False),  # something has just happened
    "open": lambda k: _plain(k.within and k.m.state in OPEN),
    "all": lambda k: _plain(k.within),
}
"""Each heap of `kernel/heaps.py`, by its code."""


@cache
def _asked(role: str) -> list[tuple[str, Callable[[_Look], Found]]]:
    return [(tab.code, HEAPS[tab.code]) for tab in heaps.TABS if role in tab.roles and tab.code in HEAPS]


def heaps_of(by: Actor, seen: Seen) -> dict[str, Row]:
    """In which heaps of a post a matter lies now, and the order or look that brings it there."""
    look, found = _Look(by, seen), {}
    for code, asked in _asked(by.role):
        holds, row = asked(look)
        if holds:
            found[code] = row
    return found
