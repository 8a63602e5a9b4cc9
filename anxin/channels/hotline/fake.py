"""A hotline 12345 for tests and the demo: it sends work orders and hears what becomes of them."""

from __future__ import annotations

from typing import Any

from anxin.channels.faking import OtherSide

Answer = tuple[int, dict[str, Any]]


class FakeHotline(OtherSide):
    """The platform of the hotline. `base` is where Anxin is served (http://127.0.0.1:8000)."""

    channel = "hotline"
    door = "/channels/hotline/orders"

    def order(self, base: str, number: str, *, key: str = "", spoil: bool = False, **data: Any) -> Answer:
        """Send a work order."""
        return self.say(base, "order.created", {"number": number, **data}, key=key, spoil=spoil)

    def correct(self, base: str, number: str, reason: str, *, key: str = "", **data: Any) -> Answer:
        """Correct what was taken down wrong."""
        return self.say(base, "order.corrected", {"number": number, "reason": reason, **data}, key=key)

    def urge(self, base: str, number: str, text: str) -> Answer:
        """The caller rings again."""
        return self.say(base, "order.urged", {"number": number, "text": text})

    def call_back(self, base: str, number: str, *, key: str = "", **data: Any) -> Answer:
        """Report what the person said on the call-back."""
        return self.say(base, "order.called_back", {"number": number, **data}, key=key)

    def reopen(self, base: str, number: str, text: str) -> Answer:
        """Have it taken up again."""
        return self.say(base, "order.reopened", {"number": number, "text": text})

    def close(self, base: str, number: str, text: str = "") -> Answer:
        """Close it."""
        return self.say(base, "order.closed", {"number": number, "text": text})

    def call(self, base: str, number: str, **call: Any) -> Answer:
        """Report a call between the platforms."""
        return self.say(base, "call.recorded", {"number": number, "call": call})

    def danger(self, base: str, number: str, danger: str, text: str = "") -> Answer:
        """A unit meets danger and wants 110."""
        return self.say(base, "order.danger", {"number": number, "danger": danger, "text": text})
