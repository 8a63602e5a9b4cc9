"""Failed sign-ins: counted in the database, so that every process of the server knows them (`identity.attempts`)."""

from __future__ import annotations

from django.db import models

from anxin.web.saved_view import SavedView

__all__ = ["SavedView"]


class Failure(models.Model):
    """How often signing in failed under one mark; a fingerprint, for people type anything there."""

    who = models.TextField(primary_key=True)
    count = models.SmallIntegerField()
    last_at = models.DateTimeField()
