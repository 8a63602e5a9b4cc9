"""What subscribers are told of an entry: which event, which matter, where it lies; no words and no person.

Nothing of a confidential matter or a private kind goes out. A queued message holds the entry's id only; it is put into
words at the moment of sending.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anxin.channels import wire
from anxin.channels.webhooks.models import SUBSCRIBERS, Subscriber
from anxin.channels.wire import NoAddress
from anxin.kernel import areas, bodies, people, registry
from anxin.kernel.journal import Entry
from anxin.kernel.matters import Matter
from anxin.kernel.notices import Delivery

CODE = "webhooks"
EVENTS: Mapping[str, str] = {
    "report": "matter.reported",
    "reclassify": "matter.reclassified",
    "merge": "matter.merged",
    "unmerge": "matter.unmerged",
    "refuse": "matter.refused",
    "dispatch": "matter.dispatched",
    "sign": "matter.signed",
    "arrive": "matter.arrived",
    "suspend": "matter.suspended",
    "resume": "matter.resumed",
    "decide_more_time": "matter.extended",
    "finish": "matter.finished",
    "reply": "matter.replied",
    "call_back": "matter.called_back",
    "reopen": "matter.reopened",
    "supervise": "matter.supervised",
    "close": "matter.closed",
    "track": "matter.tracked",
}
"""What each verb is called outside."""


def event(matter: Matter, entry: Entry) -> str:
    """What an entry is called outside; empty when it is nobody's business."""
    kind = registry.kinds().get(matter.kind)
    if matter.confidential or kind is None or kind.private or entry.data.get("facts", {}).get("granted") is False:
        return ""
    return EVENTS.get(entry.verb, "")


def wants(subscriber: Subscriber, matter: Matter, name: str) -> bool:
    """Whether a subscriber is told of an event of a matter."""
    if subscriber.events and name not in subscriber.events:
        return False
    if subscriber.kinds and matter.kind not in subscriber.kinds:
        return False
    here = (matter.grid_id, matter.village_id, matter.town_id, matter.county_id)
    if subscriber.area_id is None or subscriber.area_id in here:
        return True
    area = areas.tree().areas.get(subscriber.area_id)
    return area is not None and area.level in ("city", "province")


def tells(matter: Matter, entry: Entry) -> list[dict[str, Any]]:
    """What is queued: one message for each subscriber that is told of it."""
    name = event(matter, entry)
    if not name:
        return []
    return [
        {"to": code, "type": name, "entry": entry.pk}
        for code, each in SUBSCRIBERS.get().items()
        if wants(each, matter, name)
    ]


def compose(entry: Entry, name: str) -> dict[str, Any]:
    """The message for an entry. Places are codes of areas, never a point; bodies have names, persons do not appear."""
    m, codes = entry.matter, areas.tree().areas
    lead = bodies.directory().by_id.get(m.lead_id or 0)
    data: dict[str, Any] = {
        "matter": m.number,
        "seq": entry.seq,
        "kind": m.kind,
        "nature": m.nature,
        "urgency": m.urgency,
        "channel": m.channel,
        "reported_at": m.reported_at,
        "due_at": m.due_at,
        "closed_at": m.closed_at,
        "lead": {"code": lead.code, "name": lead.name} if lead else None,
        "place": {
            level: codes[pk].code
            for level in ("county", "town", "village", "grid")
            if (pk := getattr(m, f"{level}_id")) is not None and pk in codes
        },
    }
    if (moved := entry.data.get("moves", {}).get("m")) is not None:
        data["state"] = moved[1]
    return {"type": name, "timestamp": entry.at, "data": data}


def key_of(entry: int) -> str:
    """The `webhook-id` of an entry: the same whenever it is sent, so that a receiver knows it again."""
    return f"evt_{entry}"


def send(delivery: Delivery) -> None:
    """Send one message. Raises NoAddress when the subscriber has been switched off, NotReceived."""
    found = Subscriber.objects.filter(code=delivery.payload["to"], on=True).first()
    if found is None:
        raise NoAddress(str(delivery.payload["to"]))
    entry = Entry.objects.select_related("matter").get(pk=delivery.payload["entry"])
    name = event(entry.matter, entry)
    if name:  # what has become confidential since stays inside
        secret = people.unlock(bytes(found.sealed))
        wire.tell(found.url, secret, key_of(entry.pk), compose(entry, name))
