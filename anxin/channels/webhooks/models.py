"""Who has subscribed to what happens: where it goes, what is told, and the secret it is signed with."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from anxin.kernel.areas import Area, Copy


class Subscriber(models.Model):
    """A platform that is told of events. No events, no kinds, no area: all of them. `sealed` is the secret, encrypted.

    Two secrets, parted by a space, while one is being changed: both sign. Switched off, never deleted.
    """

    code = models.TextField(unique=True)
    title = models.TextField()
    url = models.TextField()
    events = ArrayField(models.TextField(), default=list)
    kinds = ArrayField(models.TextField(), default=list)
    area = models.ForeignKey(Area, models.PROTECT, null=True, related_name="+")
    sealed = models.BinaryField()
    on = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(code__regex=r"^[a-z0-9-]{2,40}$"), name="subscriber_code")
        ]

    def __str__(self) -> str:
        return self.title


def _load() -> dict[str, Subscriber]:
    return {each.code: each for each in Subscriber.objects.filter(on=True).order_by("pk")}


SUBSCRIBERS: Copy[dict[str, Subscriber]] = Copy("webhooks", _load)
