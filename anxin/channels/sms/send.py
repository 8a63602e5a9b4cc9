"""A notification as a text message."""

from __future__ import annotations

from anxin.channels import wire
from anxin.kernel import clock
from anxin.kernel.notices import Delivery
from anxin.notifications.message import compose

LONGEST = 210
"""Characters of one message (three parts)."""


def send(delivery: Delivery) -> None:
    """Send one message. Raises NoAddress, NotReceived."""
    message = compose(delivery)
    if message is None:
        return
    text = "；".join(message.lines)
    text = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    told = {"type": "sms.send", "timestamp": clock.now().isoformat(), "data": {"to": message.address, "text": text}}
    wire.send("sms", delivery.key, told)
