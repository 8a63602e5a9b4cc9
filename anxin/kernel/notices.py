"""Notices: words to a person or to another platform, queued for a channel, tried until delivered or given up.

A delivery is written in the transaction that caused it. After `TRIES` failures it is dead: it stays, visible to the
operator, until it is revived or written off.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

TRIES = 8
WAITING, SENT, DEAD, DROPPED = "waiting", "sent", "dead", "dropped"
STATES = {WAITING: "待发送", SENT: "已送达", DEAD: "发送失败", DROPPED: "已放弃"}


class Delivery(models.Model):
    """One message to the other side of a channel. `key` makes a repeated delivery harmless over there."""

    channel = models.TextField()
    key = models.TextField(unique=True)
    matter = models.ForeignKey("kernel.Matter", models.PROTECT, null=True, related_name="deliveries")
    payload = models.JSONField()
    state = models.TextField(default=WAITING)
    tries = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(default="")
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index("next_at", name="delivery_next", condition=Q(state=WAITING)),
            models.Index("state", "created_at", name="delivery_dead", condition=Q(state=DEAD)),
        ]


def backoff(tries: int) -> timedelta:
    """How long to wait after so many failures: 2 s, 4 s, 8 s ... at most 10 minutes."""
    return min(timedelta(seconds=2**tries), timedelta(minutes=10))


def queue(channel: str, key: str, payload: dict[str, Any], moment: datetime, *, matter: int | None = None) -> Delivery:
    """Queue a message in the running transaction. The same key is queued once."""
    delivery, _ = Delivery.objects.get_or_create(
        key=key,
        defaults={
            "channel": channel,
            "payload": payload,
            "matter_id": matter,
            "next_at": moment,
            "created_at": moment,
        },
    )
    return delivery


def dead() -> models.QuerySet[Delivery]:
    """What could not be delivered, newest first."""
    return Delivery.objects.filter(state=DEAD).order_by("-created_at")


def revive(pk: int, moment: datetime) -> None:
    """Try a dead delivery again, from the beginning."""
    Delivery.objects.filter(pk=pk, state=DEAD).update(state=WAITING, tries=0, next_at=moment, error="")
