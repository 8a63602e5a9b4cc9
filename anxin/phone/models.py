"""Photos that came from a phone ahead of the act they belong to, under the fingerprint they had on the phone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models

from anxin.kernel import clock, files
from anxin.kernel.files import File

KEPT = timedelta(days=14)
"""How long a photo waits for its act; after that the phone would have to send it again [INF]."""


class Upload(models.Model):
    """One photo of one account: what it was called on the phone (SHA-256) and which stored file it became.

    A photo is written anew when it is stored, so its fingerprint here is another than on the phone.
    """

    account = models.ForeignKey("kernel.Account", models.CASCADE, related_name="+")
    sha256 = models.TextField()
    file = models.ForeignKey(File, models.PROTECT, related_name="+")
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "sha256"], name="upload_once")]


def received(account: int, sha256: str) -> bool:
    """Whether a photo of this account is here already, its bytes included."""
    found = Upload.objects.filter(account=account, sha256=sha256).first()
    return found is not None and files.path(found.file_id).exists()


def receive(account: int, sha256: str, content: bytes) -> File:
    """Clean and store a photo of an account; sending it again is harmless. Raises TooLarge, NotAPicture."""
    file = files.keep(content)
    defaults = {"file": file, "received_at": clock.now()}
    Upload.objects.get_or_create(account_id=account, sha256=sha256, defaults=defaults)
    return file


def let_go(now: datetime) -> int:
    """Forget the photos whose act did not come in time, and what was kept of those whose act did; how many files went.

    A file that is shown with a matter stays.
    """
    old = Upload.objects.filter(received_at__lt=now - KEPT)
    held = set(old.values_list("file", flat=True))
    old.delete()
    return sum(files.let_go(sha256) for sha256 in held)


def named(account: int, fingerprints: Iterable[str]) -> dict[str, File]:
    """The stored files of an account's photos, by the fingerprints they had on the phone."""
    found = Upload.objects.filter(account=account, sha256__in=list(fingerprints)).select_related("file")
    return {each.sha256: each.file for each in found}
