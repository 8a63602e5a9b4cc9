"""What every page of the book does: the area looked at, its forms, a deed done once, nothing typed is lost."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from anxin.kernel import areas, rights
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import AnxinError, NotFound
from anxin.programmes.sixsystems import forms
from anxin.web import session
from anxin.web.drawing import Frame

_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
WIDTH, HEIGHT = 640, 420


@dataclass(frozen=True)
class Act:
    """Something to be done on a page: what it asks for, what it does, what its button says."""

    button: str
    fields: forms.Fields
    do: Callable[..., Any]


def looked_at(request: HttpRequest) -> tuple[Actor, Area]:
    """The reader and the area asked for (`?area=`; else their own). Raises NotAllowed, NotFound."""
    by, tree = session.actor(request), areas.tree()
    asked = request.GET.get("area", "")
    found = tree.by_code.get(asked) if asked else tree.areas.get(by.area or 0)
    if found is None:
        raise NotFound
    rights.enter(by, "sixsystems.view", view="sixsystems.view", area=found.pk)
    return by, found


def serve(
    request: HttpRequest, by: Actor, template: str, context: dict[str, Any], acts: dict[str, Act | None], to: str = ""
) -> HttpResponse:
    """Show a page with its forms, or do what one of them asks and go on (to `to`, or where the deed answers).

    The deed is called as `do(by, **what was typed)`; its errors stand at their fields, and the page is shown again.
    """
    offered = {name: act for name, act in acts.items() if act is not None}
    asked = offered.get(request.POST.get("do", "")) if request.method == "POST" else None
    shown: dict[str, dict[str, Any]] = {}
    for name, act in offered.items():
        sent = (request.POST, request.FILES) if act is asked else (None, None)
        shown[name] = {"name": name, "form": forms.made(name, act.fields, *sent), "button": act.button}
    if request.method == "POST":
        if asked is None:
            raise NotFound
        form, said = shown[request.POST["do"]]["form"], request.POST.get("key", "")
        if form.is_valid():
            sender = by.under(f"sixsystems:{by.account}:{said}") if _KEY.fullmatch(said) else by
            try:
                answer = asked.do(sender, **form.cleaned_data)
            except AnxinError as error:
                if error.status in (401, 403, 404):
                    raise
                for field, what in error.fields.items():
                    if field in form.fields:
                        form.add_error(field, what)
                form.add_error(None, error.message)
            else:
                messages.success(request, _("已保存"))
                return HttpResponseRedirect(answer if isinstance(answer, str) else to, status=303)
    status = 400 if any(each["form"].errors for each in shown.values()) else 200
    more = {"acts": shown, "key": secrets.token_urlsafe(18)}
    return render(request, f"sixsystems/{template}.html", {**context, **more}, status=status)


@lru_cache(maxsize=128)
def _outlines(around: int, inside: tuple[int, ...], edition: int) -> tuple[tuple[int, str, str, float, float], ...]:
    """Areas in pixels; the same until the areas change (`edition` is the identity of the tree)."""
    drawn = [(each, shape) for pk in inside if (shape := areas.geometry(each := areas.tree().areas[pk])) is not None]
    if not drawn:
        return ()
    bounds = [shape.bounds for _each, shape in drawn]
    edges = (min(b[0] for b in bounds), min(b[1] for b in bounds), max(b[2] for b in bounds), max(b[3] for b in bounds))
    frame, found = Frame.of(edges, WIDTH, HEIGHT, 8), []
    for each, shape in drawn:
        middle, fine = shape.representative_point(), shape.simplify(1 / frame.zoom, preserve_topology=True)
        found.append((each.pk, each.name, frame.path(fine), *frame.at(middle.x, middle.y)))
    return tuple(found)


def drawn(around: Area, inside: list[Area], numbers: dict[int, int], own: int = 0) -> list[dict[str, Any]]:
    """Areas as they are drawn, each with its number (nothing: none) and whether it is the own one."""
    outlines = _outlines(around.pk, tuple(each.pk for each in inside), id(areas.tree()))
    return [
        {"name": name, "path": path, "x": x, "y": y, "count": numbers.get(pk, 0), "own": pk == own}
        for pk, name, path, x, y in outlines
    ]
