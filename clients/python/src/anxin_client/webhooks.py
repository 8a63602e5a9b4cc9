"""Taking webhooks in: is it from the city, unchanged and fresh, and what does it say?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError


class BadSignature(Exception):
    """Not from the city, changed on the way, or more than five minutes old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened. `id` is the same whenever it is sent again: take each once."""

    id: str
    type: str
    at: datetime
    data: Mapping[str, Any]


def read_event(secret: str, headers: Mapping[str, str], body: bytes) -> Event:
    """An event from a request that came in; answer it with any 2xx once it is stored. Raises BadSignature."""
    own = {name.lower(): value for name, value in headers.items()}
    try:
        told = Webhook(secret).verify(body, own)
    except (WebhookVerificationError, ValueError, KeyError) as error:
        raise BadSignature(str(error)) from error
    return Event(
        id=own["webhook-id"], type=told["type"], at=datetime.fromisoformat(told["timestamp"]), data=told["data"]
    )
