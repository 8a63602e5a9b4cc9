"""Signed messages between platforms over HTTP: how one is signed and sent, and what counts as received.

Signatures follow Standard Webhooks: `webhook-id` (the idempotency key), `webhook-timestamp`, `webhook-signature` over
"id.timestamp.body". A message has the form {"type": ..., "timestamp": ..., "data": {...}}; whoever has it answers with
a JSON object whose `received` is the id. Anything else, a friendly error page with status 200 included, is a failure.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import httpx2
import msgspec
from django.conf import settings
from standardwebhooks import Webhook

from anxin.kernel import clock
from anxin.kernel.errors import AnxinError

LONGEST_WAIT = 10.0
"""Seconds the other side may take to answer; then the message is tried again later."""
SUBSCRIBERS_WAIT = 5.0
"""The same for one of many subscribers: none of them is waited for long."""
LARGEST_ANSWER = 64 * 1024
"""Bytes of an answer that are read."""
KIND = "application/json; charset=utf-8"


class NoAddress(AnxinError):
    """没有配置对方平台的地址或密钥，消息未发出。"""

    status, code = 502, "no_address"


class NotReceived(AnxinError):
    """对方平台没有确认收到，稍后将重新发送。"""

    status, code = 502, "not_received"


def address(channel: str) -> str:
    """Where the other side of a channel takes messages; empty when the installation has none."""
    return str(settings.CHANNEL_URLS.get(channel, ""))


def headers(secret: str, key: str, body: bytes, moment: datetime) -> dict[str, str]:
    """The three signature headers for a body, with the media type.

    `secret` as in Standard Webhooks (whsec_...); two, parted by a space, while one is being changed: both sign.
    """
    return {
        "content-type": KIND,
        "webhook-id": key,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(Webhook(each).sign(key, moment, body.decode()) for each in secret.split()),
    }


@cache
def _client() -> httpx2.Client:
    """One client for the process. It goes straight to the address: no proxy of the environment, no redirects."""
    return httpx2.Client(trust_env=False, follow_redirects=False)


def send(channel: str, key: str, message: Mapping[str, Any]) -> dict[str, Any]:
    """Send one message to the other side of a channel, signed under its key; returns what it answered.

    Raises NoAddress, or NotReceived when the other side cannot be reached, is too slow, refuses, or does not say that
    it has received this very key. Sending again under the same key must be harmless over there.
    """
    url, secret = address(channel), settings.CHANNEL_SECRETS.get(channel, "")
    if not url or not secret:
        raise NoAddress(channel)
    said = _post(url, secret, key, message, LONGEST_WAIT)
    try:
        found = msgspec.json.decode(said, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise NotReceived("回执无法解析") from error
    if found.get("received") != key:
        raise NotReceived("回执编号不符")
    return found


def tell(url: str, secret: str, key: str, message: Mapping[str, Any]) -> None:
    """Send one message to whoever has subscribed; as Standard Webhooks has it, any 2xx says that it was received.

    Raises NotReceived. Sending again under the same key must be harmless over there.
    """
    _post(url, secret, key, message, SUBSCRIBERS_WAIT)


def _post(url: str, secret: str, key: str, message: Mapping[str, Any], seconds: float) -> bytes:
    """What was answered. Raises NotReceived when nobody answers in time, or with anything but a 2xx."""
    body = msgspec.json.encode(message)
    signed, wait = headers(secret, key, body, clock.now()), httpx2.Timeout(seconds, connect=3.0)
    try:
        with _client().stream("POST", url, content=body, headers=signed, timeout=wait) as answer:
            said = _read(answer)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise NotReceived(type(error).__name__) from error
    if not answer.is_success:
        raise NotReceived(f"HTTP {answer.status_code}")
    return said


def _read(answer: httpx2.Response) -> bytes:
    found, until = b"", time.monotonic() + LONGEST_WAIT
    for piece in answer.iter_bytes():
        found += piece
        if len(found) > LARGEST_ANSWER or time.monotonic() > until:
            raise NotReceived("回执过大或过慢")
    return found
