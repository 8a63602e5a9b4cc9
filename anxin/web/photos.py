"""Photos and papers: kept with the verb they came with, shown to staff who see the matter, public only after a look.

A person decides about each photo: public as it is, public with rectangles painted over, or not public. Nothing is
recognised by a machine here. The original stays for staff; what the public gets is another file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from anxin.kernel import access, clock, files, flow
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import AnxinError, BadInput, NotAllowed, NotAPicture, NotFound, TooLarge
from anxin.kernel.files import AS_IS, COVERED, WITHHELD, Attachment, Box, File, PublicPhoto
from anxin.kernel.journal import Change
from anxin.kernel.matters import Matter
from anxin.web import session, words
from anxin.web.headers import OF_A_FILE

ABOUT = "photo.public"
"""`about` of the note that says what was decided about a photo."""
LINES = 6
"""Rows of numbers the form begins with, for who covers without a mouse or a script."""
KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")


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


def gallery(matter: Matter) -> list[dict[str, Any]]:
    """The photos and papers of a matter in the order they came, each with what was decided about it: two questions."""
    attached = list(matter.attachments.select_related("file").order_by("pk"))
    decided = {each.original_id: each for each in PublicPhoto.objects.filter(matter=matter)} if attached else {}
    return [
        {
            "file": each.file,
            "decision": decided[each.file_id].decision if each.file_id in decided else "",
            "said": words.say(words.DECISIONS, decided[each.file_id].decision) if each.file_id in decided else "",
            "shown": decided[each.file_id].shown_id if each.file_id in decided else None,
        }
        for each in attached
    ]


@transaction.atomic
def decide(by: Actor, matter: Matter, original: File, decision: str, boxes: Sequence[Box] = ()) -> None:
    """Decide about a photo of a matter; the decision is an entry in the journal. The same key does it once.

    Raises NotAllowed, NotFound for a file of another matter, BadInput for an unknown decision or boxes that cover
    nothing, NotAPicture for a paper (which is never public).
    """
    if not access.publishes(by, matter):
        raise NotAllowed
    if not matter.attachments.filter(file=original).exists():
        raise NotFound
    if decision not in (AS_IS, COVERED, WITHHELD):
        raise BadInput(fields={"decision": decision})
    if decision != WITHHELD and not original.media_type.startswith("image/"):
        raise NotAPicture
    shown = files.cover(original, boxes) if decision == COVERED else original if decision == AS_IS else None
    facts = {"file": original.sha256, "decision": decision, "covers": str(len(boxes))}
    if shown is not None:
        facts["shown"] = shown.sha256
    said = f"照片公开审核：{words.DECISIONS[decision]}"
    change = flow.note(matter, by, said, about=ABOUT, facts=facts)
    if change.repeated or change.entry is None:
        return
    PublicPhoto.objects.update_or_create(
        matter=matter,
        original=original,
        defaults={"shown": shown, "decision": decision, "entry": change.entry, "post": by.post, "at": clock.now()},
    )


def photo(request: HttpRequest, number: str, sha256: str) -> HttpResponse:
    """`/desk/matters/<number>/photos/<sha256>`: look at a photo, cover what must not be seen, decide."""
    by = session.actor(request)
    found = access.matter(by, number)
    shown = gallery(found)
    place = next((n for n, each in enumerate(shown) if each["file"].sha256 == sha256), None)
    if place is None:
        raise NotFound
    wrong = ""
    given = [_numbers(request, n) for n in range(1, files.MOST_COVERS + 1)] if request.method == "POST" else []
    if request.method == "POST":
        key = request.POST.get("key", "")
        try:
            boxes = _boxes(given)
            sure = by.under(f"desk:{key}") if KEY.fullmatch(key) else by
            decide(sure, found, shown[place]["file"], request.POST.get("decision", ""), boxes)
        except (NotAllowed, NotFound):
            raise
        except AnxinError as error:
            wrong = " ".join([error.message, *error.fields.values()])
        else:
            messages.success(request, gettext("已记录照片的公开决定。"))
            later = next((each for each in shown[place + 1 :] if not each["decision"] and each["file"].width), None)
            to = reverse("desk:photo", args=[number, later["file"].sha256]) if later else None
            return HttpResponseRedirect(to or f"{reverse('desk:matter', args=[number])}#photos", status=303)
    return _page(request, by, found, shown, place, [each for each in given if any(each)], wrong)


def _page(
    request: HttpRequest, by: Actor, found: Matter, shown: Sequence[dict[str, Any]], place: int,
    given: list[tuple[str, str, str, str]], wrong: str,
) -> HttpResponse:  # fmt: skip
    from anxin.web.matter import new_key

    pictures = [each for each in shown if each["file"].width]
    now = shown[place]
    at = pictures.index(now) if now in pictures else -1
    told = {
        "matter": found,
        "now": now,
        "file": now["file"],
        "at": at + 1,
        "count": len(pictures),
        "before": pictures[at - 1]["file"].sha256 if at > 0 else "",
        "after": pictures[at + 1]["file"].sha256 if 0 <= at < len(pictures) - 1 else "",
        "may": access.publishes(by, found) and now["file"].width,
        "key": new_key(),
        "boxes": [*given, *[("", "", "", "")] * max(LINES - len(given), 1)][: files.MOST_COVERS],
        "wrong": wrong,
    }
    return render(request, "desk/photo.html", told, status=400 if wrong else 200)


def _numbers(request: HttpRequest, n: int) -> tuple[str, str, str, str]:
    x, y, w, h = (request.POST.get(f"{name}{n}", "").strip()[:6] for name in ("x", "y", "w", "h"))
    return x, y, w, h


def _boxes(given: Sequence[tuple[str, str, str, str]]) -> list[Box]:
    """The rectangles that were filled in. Raises BadInput for one with a number missing."""
    boxes: list[Box] = []
    for each in given:
        if not any(each):
            continue
        try:
            x, y, w, h = map(int, each)
        except ValueError:
            raise BadInput(fields={"boxes": gettext("每处遮盖须填左、上、宽、高四个整数")}) from None
        boxes.append((x, y, w, h))
    return boxes


@require_safe
def show(request: HttpRequest, sha256: str) -> HttpResponse:
    """`/desk/files/<sha256>`: pictures in place, papers to be saved; nothing in them can run. Raises NotFound."""
    return answer(access.file(session.actor(request), sha256))


def answer(found: File) -> HttpResponse:
    """A stored file as it may be sent: named by its hash, never run, whatever was uploaded under which name."""
    response = HttpResponse(files.content(found.sha256), content_type=found.media_type)
    ending = found.media_type.rpartition("/")[2]
    way = "inline" if found.media_type.startswith("image/") else "attachment"
    response["Content-Disposition"] = f'{way}; filename="{found.sha256[:12]}.{ending}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = OF_A_FILE
    response["Cache-Control"] = "private, max-age=3600"
    return response
