"""A gateway of text messages for tests and the demo: it takes them and shows what it got."""

from __future__ import annotations

from anxin.channels.faking import OtherSide


class FakeGateway(OtherSide):
    """The gateway."""

    channel = "sms"
    door = ""
