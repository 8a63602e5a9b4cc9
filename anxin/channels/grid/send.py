"""What the grid app is told: orders to the committees its grid workers belong to, and how their own reports went."""

from __future__ import annotations

from typing import Any

from anxin.channels import message, wire
from anxin.kernel import bodies
from anxin.kernel.journal import Entry
from anxin.kernel.matters import Matter
from anxin.kernel.notices import Delivery
from anxin.kernel.orders import Order

CODE = "grid"
ORDERED = "order.sent"
EVENTS = {
    "dispatch": "report.dispatched",
    "finish": "report.finished",
    "reply": "report.replied",
    "close": "report.closed",
    "refuse": "report.refused",
    "merge": "report.merged",
    "reopen": "report.reopened",
}


def tells(matter: Matter, entry: Entry) -> dict[str, Any] | None:
    """What is queued for the grid app. Nothing where the installation names no grid app."""
    if not wire.address(CODE):
        return None
    if orders := _to_committees(entry):
        return {"type": ORDERED, "entry": entry.pk, "orders": orders}
    return message.event(CODE, matter, entry, EVENTS)


def _to_committees(entry: Entry) -> list[int]:
    """The orders this entry newly gave to village and community committees (ids)."""
    known = bodies.directory().by_id
    return [
        int(row[1:])
        for row, values in entry.data.get("set", {}).items()
        if row[0] == "o" and (body := known.get(values.get("body_id", 0))) is not None and body.kind == "committee"
    ]


def send(delivery: Delivery) -> None:
    """Send one message. Raises NoAddress, NotReceived."""
    entry, told = message.compose(delivery)
    if orders := delivery.payload.get("orders"):
        told = _ordered(entry, orders, delivery.payload["type"])
    wire.send(CODE, delivery.key, told)


def _ordered(entry: Entry, orders: list[int], kind: str) -> dict[str, Any]:
    matter = entry.matter
    data = {
        "matter": matter.number,
        "seq": entry.seq,
        "at": entry.at,
        "title": matter.title,
        "grid": matter.grid.code if matter.grid else "",
        "address": matter.address,
        "urgency": matter.urgency,
        "due_at": matter.due_at,
        "orders": [
            {"body": order.body.code, "name": order.body.name, "role": order.role, "task": order.task}
            for order in Order.objects.select_related("body").filter(pk__in=orders)
        ],
    }
    return {"type": kind, "timestamp": entry.at, "data": data}
