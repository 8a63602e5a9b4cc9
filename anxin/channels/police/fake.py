"""A 110 platform for tests and the demo: it passes calls on, hears calls for help and answers them."""

from __future__ import annotations

from typing import Any

from anxin.channels.faking import OtherSide

Answer = tuple[int, dict[str, Any]]


class FakePolice(OtherSide):
    """The platform of 110. `base` is where Anxin is served."""

    channel = "police"
    door = "/channels/police/calls"

    def push(self, base: str, number: str, *, key: str = "", spoil: bool = False, **data: Any) -> Answer:
        """Pass on a call that is not for the police (R5)."""
        return self.say(base, "call.pushed", {"number": number, **data}, key=key, spoil=spoil)

    def ask_for_mediation(self, base: str, number: str, *, key: str = "", **data: Any) -> Answer:
        """Ask for joint mediation after having been there first (R7)."""
        return self.say(base, "mediation.asked", {"number": number, **data}, key=key)

    def respond(self, base: str, matter: str, outcome: str, text: str = "", *, key: str = "") -> Answer:
        """Answer a call for help: accepted, returned, done."""
        return self.say(base, "police.answered", {"matter": matter, "outcome": outcome, "text": text}, key=key)

    def call(self, base: str, number: str, **call: Any) -> Answer:
        """Report a call between the platforms."""
        return self.say(base, "call.recorded", {"number": number, "call": call})
