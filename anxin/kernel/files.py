"""Photos and papers, kept by their SHA-256, cleaned on the way in.

A picture is decoded and written anew: camera data and positions (EXIF) go, the orientation stays, the longer side is
scaled to `LONGEST` pixels. What is not a picture or a PDF is refused, whatever its name says.
"""

from __future__ import annotations

import hashlib
import io
import re
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, TypeAlias

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageOps

from anxin.kernel import clock
from anxin.kernel.errors import AnxinError, BadInput, NotAPicture, NotFound, TooLarge

LARGEST = 20 * 1024 * 1024
"""Bytes one file may have."""
LONGEST = 2048
"""Pixels of a picture's longer side."""
MOST_PIXELS = 80_000_000
FORMATS = ("JPEG", "PNG", "WEBP")


class File(models.Model):
    """One stored file; the same bytes are stored once."""

    sha256 = models.TextField(primary_key=True)
    media_type = models.TextField()
    size = models.IntegerField()
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    stored_at = models.DateTimeField()


class Attachment(models.Model):
    """A file shown with a matter. `public` only after a person has looked at it and redacted what must be."""

    matter = models.ForeignKey("kernel.Matter", models.PROTECT, related_name="attachments")
    entry = models.ForeignKey("kernel.Entry", models.PROTECT, null=True, db_constraint=False)
    file = models.ForeignKey(File, models.PROTECT)
    label = models.TextField(default="")
    public = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["matter", "file"], name="file_once_a_matter")]


AS_IS, COVERED, WITHHELD = "as_is", "covered", "withheld"
"""What a person decided about a photo: it may be public as it is, with parts covered, or not at all."""


class PublicPhoto(models.Model):
    """What was decided last about a photo of a matter; nothing is public before. `shown`: what the public gets.

    Each decision is an entry of its own in the journal (`entry` is the last), so that what stood here before is known.
    """

    matter = models.ForeignKey("kernel.Matter", models.PROTECT, related_name="public_photos")
    original = models.ForeignKey(File, models.PROTECT, related_name="+")
    shown = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    decision = models.TextField()
    entry = models.ForeignKey("kernel.Entry", models.PROTECT, db_constraint=False)
    post = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["matter", "original"], name="one_decision_a_photo"),
        ]


_SHA256 = re.compile("[0-9a-f]{64}")


def path(sha256: str) -> Path:
    """Where the bytes lie. Raises NotFound for what is no SHA-256, so that nobody reads from elsewhere."""
    if not _SHA256.fullmatch(sha256):
        raise NotFound
    return Path(settings.FILES) / sha256[:2] / sha256


Cleaned: TypeAlias = tuple[bytes, str, int | None, int | None]
"""Bytes as they may be kept, media type, width and height."""


def clean(content: bytes) -> Cleaned:
    """The bytes as they may be kept, with media type, width and height in pixels (None for a PDF).

    Raises TooLarge over 20 MB or 80 megapixels, NotAPicture for anything but JPEG, PNG, WebP and PDF.
    """
    if len(content) > LARGEST:
        raise TooLarge(_("不超过 {size} MB").format(size=LARGEST // 1024 // 1024))
    if content.startswith(b"%PDF-"):
        return content, "application/pdf", None, None
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise TooLarge(_("图片像素过多"))
            kind = picture.format or "JPEG"
            picture.draft(picture.mode, (LONGEST, LONGEST))  # a big JPEG is never unfolded at full size
            upright = _upright(picture)
            upright.thumbnail((LONGEST, LONGEST))
            out = io.BytesIO()
            fresh = Image.new(upright.mode, upright.size)
            fresh.paste(upright)
            if upright.mode == "P" and (palette := upright.getpalette()):
                fresh.putpalette(palette)
            if kind == "JPEG" and fresh.mode not in ("RGB", "L"):
                fresh = fresh.convert("RGB")
            fresh.save(out, kind, quality=85)
    except AnxinError:
        raise
    except Exception as error:  # a broken picture makes a decoder raise anything
        raise NotAPicture from error
    return out.getvalue(), f"image/{kind.lower()}", fresh.width, fresh.height


def _upright(picture: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # broken camera data is no reason to refuse a photo: it goes anyway
        return picture


def keep(content: bytes) -> File:
    """Clean and store a file; the row is written in the running transaction. Raises TooLarge, NotAPicture."""
    return store(clean(content))


def store(cleaned_file: Cleaned) -> File:
    """Store what `clean` answered. A door with several files cleans all of them before it stores one."""
    cleaned, media_type, width, height = cleaned_file
    sha256 = hashlib.sha256(cleaned).hexdigest()
    place = path(sha256)
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_suffix(f".{uuid.uuid4().hex}.part")  # two doors may store the same photo at once
        part.write_bytes(cleaned)
        part.replace(place)
    file, _made = File.objects.get_or_create(
        sha256=sha256,
        defaults={
            "media_type": media_type,
            "size": len(cleaned),
            "width": width,
            "height": height,
            "stored_at": clock.now(),
        },
    )
    return file


def let_go(sha256: str) -> bool:
    """Forget a stored file that nothing refers to, its bytes included. False where something does: then it stays."""
    try:
        with transaction.atomic():
            File.objects.filter(pk=sha256).delete()
            path(sha256).unlink(missing_ok=True)  # before the row is gone for others, who would count on the bytes
    except models.ProtectedError:
        return False
    return True


MOST_COVERS = 60
Box: TypeAlias = tuple[int, int, int, int]
"""A rectangle of a picture in its pixels: left, top, width, height."""


def cover(original: File, boxes: Sequence[Box]) -> File:
    """A new picture made from a stored one with rectangles painted black; the original stays as it is.

    The covered parts are gone, not hidden: the picture is painted and written anew. Raises NotAPicture for a paper,
    BadInput where no box, too many, or one that covers nothing of the picture is given.
    """
    if not original.media_type.startswith("image/"):
        raise NotAPicture
    if not 0 < len(boxes) <= MOST_COVERS:
        raise BadInput(fields={"boxes": _("请至少遮盖一处，最多 {most} 处").format(most=MOST_COVERS)})
    with Image.open(io.BytesIO(content(original.sha256)), formats=FORMATS) as picture:
        kind, painted = picture.format or "JPEG", picture.convert("RGB")
    draw = ImageDraw.Draw(painted)
    for left, top, wide, high in boxes:
        right, bottom = min(left + wide, painted.width) - 1, min(top + high, painted.height) - 1
        if wide <= 0 or high <= 0 or max(left, 0) > right or max(top, 0) > bottom:
            raise BadInput(fields={"boxes": f"{left},{top},{wide},{high}"})
        draw.rectangle((max(left, 0), max(top, 0), right, bottom), fill="black")
    out = io.BytesIO()
    painted.save(out, kind, quality=85)
    return store((out.getvalue(), f"image/{kind.lower()}", painted.width, painted.height))


def content(sha256: str) -> bytes:
    """The bytes of a stored file. Raises NotFound."""
    try:
        return path(sha256).read_bytes()
    except FileNotFoundError:
        raise NotFound from None
