"""The table of saved views of the queue."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class SavedView(models.Model):
    """One view: who made it on which post, the address of the queue, its place in the row, the body it is shared with.

    `standard`: what its maker sees first.
    """

    account = models.BigIntegerField()
    post = models.BigIntegerField()
    shared_with = models.BigIntegerField(null=True)
    title = models.TextField()
    query = models.TextField()
    place = models.SmallIntegerField(default=0)
    standard = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "web_saved_view"
        indexes: ClassVar = [
            models.Index("account", "post", name="saved_own"),
            models.Index("shared_with", name="saved_shared", condition=Q(shared_with__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.title
