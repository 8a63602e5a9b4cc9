"""What 110 is told: that it is needed (R4, R6, R5), and what became of the calls it passed on.

110 gets what it needs to go there: kind, story, place. Of the person it gets the masked number and the way back
through the hotline; only in an emergency the number itself, read at the moment of sending, never stored in the queue.
"""

from __future__ import annotations

from typing import Any

from anxin.channels import message, wire
from anxin.kernel import access, registry
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import NotAllowed, NotFound
from anxin.kernel.journal import Entry
from anxin.kernel.matters import Matter
from anxin.kernel.notices import Delivery

CODE = "police"
CALLED = "police.called"
EVENTS = {
    "dispatch": "call.dispatched",
    "sign": "call.signed",
    "finish": "call.finished",
    "reply": "call.replied",
    "close": "call.closed",
    "refuse": "call.refused",
    "merge": "call.merged",
}


def tells(matter: Matter, entry: Entry) -> dict[str, Any] | None:
    """What is queued for 110: a call for help on any matter; for matters it passed on, how they went.

    A call for help is queued even where the installation names no platform, so that it lies visibly among the dead
    letters instead of getting lost.
    """
    if entry.verb == "transfer_to_police":
        return {"type": CALLED, "entry": entry.pk}
    return message.event(CODE, matter, entry, EVENTS) if wire.address(CODE) else None


def send(delivery: Delivery) -> None:
    """Send one message. Raises NoAddress, NotReceived."""
    entry, told = message.compose(delivery)
    if delivery.payload["type"] == CALLED:
        told = _call_for_help(entry, delivery)
    wire.send(CODE, delivery.key, told)


def _call_for_help(entry: Entry, delivery: Delivery) -> dict[str, Any]:
    matter = entry.matter
    urgent = matter.urgency == "emergency"
    closed_book = matter.confidential and not urgent
    areas = [area.name for area in (matter.county, matter.town, matter.village, matter.grid) if area is not None]
    data: dict[str, Any] = {
        "matter": matter.number,
        "number": matter.source_ref if matter.channel == CODE else "",
        "seq": entry.seq,
        "at": entry.at,
        "emergency": urgent,
        "kind": registry.kind(matter.kind).title,
        "title": matter.title,
        "narrative": "" if closed_book else matter.narrative,
        "occurred_at": matter.occurred_at,
        "place": {"lat": matter.lat, "lon": matter.lon, "address": matter.address, "areas": areas},
        "contact": _contact(matter, can_be_sent=urgent and bool(wire.address(CODE))),
        **message.words_of(entry, ("reason",)),
    }
    return {"type": delivery.payload["type"], "timestamp": entry.at, "data": data}


def _contact(matter: Matter, *, can_be_sent: bool) -> dict[str, str]:
    """How 110 reaches the person: through the hotline under the matter's number; in an emergency directly."""
    said = {"call_back": "12345", "quote": matter.number}
    if matter.person is None:
        return said
    if can_be_sent:
        try:
            person = access.read_person_in_danger(Actor(role="channel", channel=CODE), matter)
        except (NotAllowed, NotFound):
            person = None
        if person is not None and person.phone:
            return said | {"name": person.name, "phone": person.phone}
    return said | {"name": matter.person.masked_name, "phone": matter.person.masked_phone}
