"""Searching from any page of the desk: while one types, on a page of its own, and, with a purpose, for a person."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from anxin.kernel import access, clock, search
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import BadInput
from anxin.kernel.people import PURPOSES
from anxin.kernel.search import Hit
from anxin.web import session, understood, words

TYPING, WHOLE = 8, 20
"""Hits while one types; hits of the page."""


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """`/desk/search?q=`: what the post finds. `part=list`: the few lines under the field; as JSON for who accepts that.

    A person is looked for by POST with a purpose only, since each look is written down.
    """
    by = session.actor(request)
    post = request.method == "POST"
    said = (request.POST if post else request.GET).get("q", "").strip()[: search.LONGEST]
    part = request.GET.get("part") == "list"
    wrong, hits = "", []
    if post:
        try:
            hits = search.of_person(by, said, purpose=request.POST.get("purpose", ""), limit=WHOLE)
        except BadInput:
            wrong = gettext("请选择查找用途。")
    else:
        hits = search.find(by, said, TYPING if part else WHOLE)
    found = [_line(hit) for hit in hits]
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse(
            {"hits": [{**each, "title": _text(each["title"]), "snippet": _text(each["snippet"])} for each in found]}
        )
    shown = {
        "q": said,
        "found": found,
        "asked": bool(said),
        "short": len(said) == 1,
        "full": len(found) == (TYPING if part else WHOLE),
        "person": _may_look(by, said),
        "looked": post and not wrong,
        "wrong": wrong,
        "purposes": [(code, gettext(said)) for code, said in PURPOSES.items()],
    }
    return render(request, "desk/found.html" if part else "desk/search.html", shown, status=400 if wrong else 200)


def _may_look(by: Actor, said: str) -> bool:
    return by.role in access.READ_PERSON and search.names_a_person(said)


def _text(pieces: tuple[tuple[str, bool], ...]) -> str:
    return "".join(piece for piece, _ in pieces)


def _line(hit: Hit) -> dict[str, Any]:
    m = hit.matter
    at = m.reported_at.astimezone(clock.TZ)
    return {
        "number": m.number,
        "address": reverse("desk:matter", args=[m.number]),
        "why": hit.why,
        "title": hit.title,
        "snippet": hit.snippet,
        "state": words.state(m.state),
        "tone": m.state,
        "about": " · ".join(each for each in (words.kind(m.kind), understood.place_name(m)) if each),
        "at": f"{at:%Y-%m-%d}",
    }
