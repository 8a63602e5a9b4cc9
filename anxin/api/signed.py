"""Signed requests of other platforms: who sent this, under which key, and is not one byte changed?

Standard Webhooks: the signature covers "webhook-id.webhook-timestamp.body"; a request more than five minutes old or
ahead is refused. The id is the idempotency key of whatever the request asks for.
"""

from __future__ import annotations

import re
from functools import cache

from django.conf import settings
from django.http import HttpRequest
from standardwebhooks import Webhook, WebhookVerificationError

from anxin.kernel.errors import BadInput, BadSignature, BrokenEncoding, TooLarge

NEEDED = {
    "webhook-id": "HTTP_WEBHOOK_ID",
    "webhook-timestamp": "HTTP_WEBHOOK_TIMESTAMP",
    "webhook-signature": "HTTP_WEBHOOK_SIGNATURE",
}
LARGEST = 256 * 1024
"""Bytes a signed message may have; a report of the longest texts is a quarter of it."""
_ID = re.compile(r"[A-Za-z0-9_.:/-]{1,160}")


@cache
def _webhooks(secrets: str) -> tuple[Webhook, ...]:
    """One for each secret of a channel: while a secret is being changed there are two, parted by a space."""
    return tuple(Webhook(secret) for secret in secrets.split())


def verify(request: HttpRequest, channel: str, *, largest: int = LARGEST) -> tuple[str, bytes]:
    """The key and the body of a request signed with a channel's secret; a question (GET) has its query for a body.

    Raises BadSignature for anything missing, wrong, too old or too new, and for a channel without a secret;
    TooLarge over `largest` bytes (a door that takes photos allows more), BrokenEncoding when the body is not UTF-8,
    BadInput for an id of other characters than letters, digits and `_ . : / -`.
    """
    webhooks = _webhooks(settings.CHANNEL_SECRETS.get(channel, ""))
    given = {name: request.META.get(header, "") for name, header in NEEDED.items()}
    if not webhooks or not all(given.values()):
        raise BadSignature
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > largest:
        raise TooLarge(f"{largest // 1024} KB")
    body = request.META.get("QUERY_STRING", "").encode() if request.method == "GET" else request.body
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise BrokenEncoding from error
    if not any(_signed(webhook, text, given) for webhook in webhooks):
        raise BadSignature
    if not _ID.fullmatch(given["webhook-id"]):
        raise BadInput(fields={"webhook-id": "A-Z a-z 0-9 _ . : / -, 1-160"})
    return given["webhook-id"], body


def _signed(webhook: Webhook, text: str, given: dict[str, str]) -> bool:
    try:
        webhook.verify(text, given, json_parse=False)
    except (WebhookVerificationError, ValueError):  # the library lets malformed base64 and missing commas through
        return False
    return True
