"""Photos and papers: kept with the verb they came with, shown to those only who see the matter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from anxin.kernel import access, files
from anxin.kernel.errors import TooLarge
from anxin.kernel.files import Attachment, File
from anxin.kernel.journal import Change
from anxin.web import session
from anxin.web.headers import OF_A_FILE


def keep(uploads: Iterable[UploadedFile[Any]]) -> list[File]:
    """Clean and store what was uploaded. Raises TooLarge before reading more than a file may have, NotAPicture."""
    kept = []
    for each in uploads:
        if (each.size or 0) > files.LARGEST:
            raise TooLarge(f"{each.name}", fields={"uploads": f"{files.LARGEST // 1024 // 1024} MB"})
        kept.append(files.keep(each.read()))
    return kept


def attach(change: Change, kept: Iterable[File]) -> None:
    """Show files with the matter, by the entry that carries their hashes; the same file once."""
    Attachment.objects.bulk_create(
        [Attachment(matter=change.matter, entry=change.entry, file=each) for each in kept], ignore_conflicts=True
    )


@require_safe
def show(request: HttpRequest, sha256: str) -> HttpResponse:
    """`/desk/files/<sha256>`: pictures in place, papers to be saved; nothing in them can run. Raises NotFound."""
    found = access.file(session.actor(request), sha256)
    response = HttpResponse(files.content(found.sha256), content_type=found.media_type)
    ending = found.media_type.rpartition("/")[2]
    way = "inline" if found.media_type.startswith("image/") else "attachment"
    response["Content-Disposition"] = f'{way}; filename="{found.sha256[:12]}.{ending}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = OF_A_FILE
    response["Cache-Control"] = "private, max-age=3600"
    return response
