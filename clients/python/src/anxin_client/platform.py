"""The doors for platforms that hold a channel's secret: report signed, and read what came through the channel."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from standardwebhooks import Webhook

from anxin_client.sending import Client


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """Who leads."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """That a report is in: its number, the code for whoever reported, who leads, until when."""

    number: str
    follow_code: str
    state: str
    kind: str
    lead: Body | None
    due_at: datetime | None
    repeated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """A matter as a platform may see it."""

    number: str
    state: str
    kind: str
    title: str
    reported_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    told: Mapping[str, Any]
    """All that was said of it, as it came."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some matters, and where the next page begins (empty: nowhere)."""

    matters: list[Matter]
    before: str


class Platform(Client):
    """A channel's side. `Platform("https://city.example", channel="hotline", secret="whsec_...")`."""

    def __init__(self, base: str, *, channel: str, secret: str, **more: Any) -> None:
        super().__init__(base, **more)
        self._channel, self._webhook = channel, Webhook(secret)

    def _signed(self, key: str, text: str) -> dict[str, str]:
        moment = datetime.fromtimestamp(time.time(), UTC)
        return {
            "webhook-id": key,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": self._webhook.sign(key, moment, text),
            "anxin-channel": self._channel,
        }

    def report(self, narrative: str, *, key: str = "", **told: Any) -> Receipt:
        """Report a matter; `told` as in the description of POST /api/reports (title, kind, lat, lon, area, person ...).

        The same `key` again is the same matter. Raises Wrong with the fields, NotAllowed, NotReady.
        """
        own = key or uuid.uuid4().hex
        body = json.dumps({"narrative": narrative, **told}, ensure_ascii=False, default=_plain)
        answer = self._send(
            "POST", "/api/reports", content=body.encode(),
            headers=lambda: {**self._signed(own, body), "content-type": "application/json"},
        )  # fmt: skip
        lead = answer.get("lead")
        return Receipt(
            number=answer["number"], follow_code=answer["follow_code"], state=answer["state"], kind=answer["kind"],
            lead=Body(**lead) if lead else None, due_at=_when(answer.get("due_at")),
            repeated=bool(answer.get("repeated")),
        )  # fmt: skip

    def _ask(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        text = urlencode(query or {})
        address = f"{path}?{text}" if text else path
        return self._send("GET", address, headers=lambda: self._signed(uuid.uuid4().hex, text))

    def matter(self, number: str) -> Matter:
        """One matter that came through the channel. Raises NotFound."""
        return _matter(self._ask(f"/api/matters/{number}"))

    def page(self, **filters: str) -> Page:
        """A page of matters, newest first; filters as in the description of GET /api/matters."""
        told = self._ask("/api/matters", filters)
        return Page([_matter(row) for row in told["matters"]], told["before"])

    def matters(self, **filters: str) -> Iterator[Matter]:
        """All matters, page by page."""
        before = ""
        while True:
            found = self.page(**filters, **({"before": before} if before else {}))
            yield from found.matters
            if not (before := found.before):
                return


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _when(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _matter(row: Mapping[str, Any]) -> Matter:
    return Matter(
        number=row["number"], state=row["state"], kind=row["kind"], title=row["title"],
        reported_at=datetime.fromisoformat(row["reported_at"]), due_at=_when(row.get("due_at")),
        closed_at=_when(row.get("closed_at")), told=row,
    )  # fmt: skip
