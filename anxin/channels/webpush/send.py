"""A notification as a push message to one browser."""

from __future__ import annotations

import msgspec
import requests
from django.conf import settings
from pywebpush import WebPushException, webpush

from anxin.channels.wire import NotReceived
from anxin.kernel import clock
from anxin.kernel.notices import Delivery
from anxin.notifications.message import compose, pushes_to
from anxin.notifications.models import Way

GONE = (404, 410)
"""The browser does not want it any more."""


def send(delivery: Delivery) -> None:
    """Send one message; a browser that has withdrawn its permission ends the way. Raises NotReceived."""
    message = compose(delivery)
    if message is None:
        return
    subscription = msgspec.json.decode(message.address)
    if not pushes_to(subscription["endpoint"]):
        raise NotReceived("推送服务不在名单中")
    told = {"title": f"安心：{message.subject}", "body": "\n".join(message.lines), "link": message.link}
    try:
        webpush(
            subscription,
            msgspec.json.encode(told).decode(),
            vapid_private_key=settings.PUSH_KEY,
            vapid_claims={"sub": settings.SITE_URL if settings.HTTPS else "mailto:nobody@anxin.example"},
            ttl=3600 if message.pressing else 8 * 3600,
            headers={"Urgency": "high" if message.pressing else "normal"},
            timeout=10,
        )
    except WebPushException as error:
        if error.response is not None and error.response.status_code in GONE:
            Way.objects.filter(pk=message.way.pk).update(ended_at=clock.now(), address=b"")
            return
        raise NotReceived(str(error.response.status_code) if error.response is not None else "push") from error
    except requests.RequestException as error:
        raise NotReceived(type(error).__name__) from error
