"""The one-key command (一键指令): one lead, any helpers, one order number, a clock for each part."""

from __future__ import annotations

from collections.abc import Sequence

from anxin.kernel import areas, bodies, clock, house, registry, running
from anxin.kernel.bodies import SYSTEM, Body
from anxin.kernel.errors import UnknownBody
from anxin.kernel.journal import Change
from anxin.kernel.matters import WORKING
from anxin.kernel.orders import HELPER, LEAD, SENT, WITHDRAWN, Order
from anxin.kernel.rows import make, new_id
from anxin.kernel.verbs import tell

Asked = tuple[Body, str]
"""A body and what its part is."""


def send_by_rule(c: Change, kind: registry.Kind) -> None:
    """Send the matter to the bodies the kind's rule names for the place; without one it waits for a dispatcher."""
    directory, m = bodies.directory(), c.matter
    place = areas.Place(m.grid_id, m.village_id, m.town_id, m.county_id)
    found = house.asked(kind, place, directory, clock.local_day(c.moment))
    if found[0][0] is None or (kind.place_needed and m.county_id is None):
        return
    c.actor = SYSTEM
    c.facts["rule"] = kind.code
    send(c, kind, [(pk, task) for pk, task in found if pk is not None], designated=False)
    entry = c.write_down("dispatch")
    tell(c, entry.pk, "dispatch")


def send(c: Change, kind: registry.Kind, asked: Sequence[tuple[int, str]], *, designated: bool) -> None:
    """Create the orders of one command: the first body leads, the others help, all under one number.

    Helpers that are added later, under the same lead, come under the number the lead already has (R9).
    """
    directory = bodies.directory()
    if unknown := [str(body) for body, _ in asked if body not in directory.by_id]:
        raise UnknownBody(fields={"body": "、".join(unknown)})
    standing = {order.body_id: order for order in c.orders if order.state != WITHDRAWN}
    led = standing.get(asked[0][0])
    commands = len({order.number for order in c.orders}) + 1
    number = led.number if led is not None and led.role == LEAD else f"{c.matter.number}-{commands}"
    for place, (body, task) in enumerate(_once(asked)):
        role = LEAD if place == 0 else HELPER
        if (already := standing.get(body)) is not None:
            if already.role == role:
                if designated and role == LEAD:
                    c.set(already, designated=True)
                continue
            withdraw(c, already)
        order = make(
            Order,
            id=new_id(),
            matter_id=c.matter.pk,
            number=number,
            role=role,
            body_id=body,
            state=SENT,
            task=task,
            designated=designated and role == LEAD,
            sent_at=c.moment,
        )
        c.add(order)
        for code in kind.clocks(kind, directory.by_id[body], role):
            running.start(c, code, order)
    c.set(c.matter, state=WORKING, lead_id=asked[0][0])


def _once(asked: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    seen: dict[int, str] = {}
    for body, task in asked:
        seen.setdefault(body, task)
    return list(seen.items())


def withdraw(c: Change, order: Order) -> None:
    """Take an order back; its clocks no longer matter."""
    running.stop(c, order=order, cancelled=True)
    c.set(order, state=WITHDRAWN)
