"""The tables of administration: templates for replies."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from anxin.kernel.areas import Area
from anxin.kernel.bodies import Body


class ReplyTemplate(models.Model):
    """Words to begin a reply with. No kinds: for every kind; no body, no area: for everybody, everywhere.

    Ended, never deleted: `valid_to` is the first day on which it is no longer offered.
    """

    title = models.TextField()
    text = models.TextField()
    kinds = ArrayField(models.TextField(), default=list)
    body = models.ForeignKey(Body, models.PROTECT, null=True, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, null=True, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["valid_to"], name="reply_template_standing")]

    def __str__(self) -> str:
        return self.title
