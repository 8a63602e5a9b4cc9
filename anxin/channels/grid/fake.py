"""The grid workers' app for tests and the demo: it reports, does the steps of an order and hears of new ones."""

from __future__ import annotations

import base64
from typing import Any

from anxin.channels.faking import OtherSide

Answer = tuple[int, dict[str, Any]]


class FakeGridApp(OtherSide):
    """The app's server. `post` is the post code of the grid worker (330402015004003.worker)."""

    channel = "grid"
    door = "/channels/grid/messages"

    def report(self, base: str, number: str, post: str, *, photos: list[bytes] | None = None, **data: Any) -> Answer:
        """Report something seen in the grid."""
        shown = [base64.b64encode(photo).decode() for photo in photos or []]
        return self.say(base, "report.made", {"number": number, "post": post, "photos": shown, **data})

    def step(
        self, base: str, step: str, matter: str, post: str, *, photos: list[bytes] | None = None, **data: Any
    ) -> Answer:
        """Do a step of an order: signed, contacted, arrived, noted, finished."""
        shown = [base64.b64encode(photo).decode() for photo in photos or []]
        return self.say(base, f"order.{step}", {"matter": matter, "post": post, "photos": shown, **data})
