"""What the hotline is told of its work orders: each step that its seats or its caller want to know."""

from __future__ import annotations

from typing import Any

from anxin.channels import message, wire
from anxin.kernel.journal import Entry
from anxin.kernel.matters import Matter
from anxin.kernel.notices import Delivery

EVENTS = {
    "dispatch": "order.dispatched",
    "sign": "order.signed",
    "contact": "order.contacted",
    "arrive": "order.arrived",
    "suspend": "order.suspended",
    "resume": "order.resumed",
    "decide_more_time": "order.extended",
    "finish": "order.finished",
    "reply": "order.replied",
    "reopen": "order.reopened",
    "close": "order.closed",
    "refuse": "order.refused",
    "merge": "order.merged",
    "unmerge": "order.unmerged",
    "transfer_to_police": "order.police_called",
    "take_back_from_police": "order.police_answered",
}


def tells(matter: Matter, entry: Entry) -> dict[str, Any] | None:
    """What is queued for the hotline. Nothing where the installation names no hotline platform."""
    return message.event("hotline", matter, entry, EVENTS) if wire.address("hotline") else None


def send(delivery: Delivery) -> None:
    """Send one message. Raises NoAddress, NotReceived."""
    _, told = message.compose(delivery)
    wire.send("hotline", delivery.key, told)
