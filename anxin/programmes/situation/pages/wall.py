"""`/situation/wall`: the town on a wall, without hands and without anything personal; the screens that may show it.

The page is written once; afterwards only figures, words and shapes in it are replaced (`wall.json`), so that a browser
that shows it for months holds as much as on the first day. Titles, addresses, points, numbers of matters and names
never go to it: kinds, grids, posts and counts do.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anxin.kernel import areas, clock
from anxin.kernel.areas import Area
from anxin.kernel.errors import NotAllowed, NotSignedIn
from anxin.programmes.situation.actions import drills, screens
from anxin.programmes.situation.actions.screens import ScreenRefused
from anxin.programmes.situation.figures import room as figures
from anxin.programmes.situation.figures.kept import kept
from anxin.programmes.situation.models import Screen
from anxin.programmes.situation.pages import drawings, naming, room, sending
from anxin.programmes.situation.rules import entry
from anxin.web import session, timeleft, words

COOKIE, YEAR = "anxin_wall", 365 * 24 * 3600
CLOCKS, HOT, DUTY, WARNED, GRIDS = 8, 6, 8, 5, 8
"""Lines that a panel of the wall has; the page holds so many from the beginning."""
MAP_WIDTH, MAP_HEIGHT = 1100, 760
CARDS = ("arrived", "open", "soon", "overdue", "unsigned", "word")


@lru_cache(maxsize=1)
def _build() -> str:
    manifest = settings.BUILT / ".vite" / "manifest.json"
    return hashlib.sha256(manifest.read_bytes()).hexdigest()[:12] if manifest.exists() else "none"


def build() -> str:
    """What the page was built from; a wall that shows another one loads itself anew."""
    return _build()


@require_safe
def link(request: HttpRequest, word: str) -> HttpResponse:
    """`/situation/wall/<word>`: the first screen that opens a link gets it for good, and goes on to the wall."""
    _screen, cookie = screens.bind(word, request.COOKIES.get(COOKIE, ""))
    response = HttpResponseRedirect(reverse("situation:wall"), status=303)
    response.set_cookie(
        COOKIE, cookie, max_age=YEAR, path="/situation/wall", httponly=True, samesite="Strict", secure=settings.HTTPS
    )
    return response


def _shown(request: HttpRequest) -> Area:
    """The town a wall shows: that of its screen, else (with a session) the one asked for or the reader's own.

    Raises NotSignedIn, ScreenRefused, NotAllowed.
    """
    if cookie := request.COOKIES.get(COOKIE, ""):
        screen = screens.shown_to(cookie)
        if screen is not None:
            return screen.town
        if getattr(request, "account", None) is None:
            raise ScreenRefused
    if getattr(request, "account", None) is None:
        raise NotSignedIn
    by = session.actor(request)
    code = request.GET.get("town", "")
    tree = areas.tree()
    own = tree.areas.get(by.area or 0)
    if code:
        town = room.town_of(code)
    elif own is not None and own.level == "town":
        town = own
    else:
        towns = drills.towns(by)
        if not towns:
            raise NotAllowed
        town = towns[0]
    entry.enter_room(by, "view", town.pk)
    return town


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The wall."""
    town = _shown(request)
    found = content(town, clock.now())
    cells, tones = found["cells"], found["tones"]
    lines = {
        name: [
            (f"{name}-{place}", tones[f"{name}-{place}"], [(key, cells[key]) for key in _places(name, place)])
            for place in range(most)
        ]
        for name, most in (("grid", GRIDS), ("clock", CLOCKS), ("hot", HOT), ("duty", DUTY), ("warned", WARNED))
    }
    cards = [(code, cells[f"n-{code}"], tones[f"n-{code}"], cells[f"s-{code}"]) for code in CARDS]
    context = {
        "town": town, "cells": cells, "lines": lines, "cards": cards, "drawing": found["drawing"],
        "hours": found["columns"], "build": build(), "seconds": _seconds(request),
        "data": reverse("situation:wall_data") + _query(request),
        "more": {name: cells[f"{name}-more"] for name in lines}, "none": {n: cells[f"{n}-none"] for n in lines},
    }  # fmt: skip
    response = render(request, "situation/wall.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _places(name: str, place: int) -> list[str]:
    return [f"{name}-{place}-{column}" for column in range(4)]


def _seconds(request: HttpRequest) -> int:
    """How long one panel stays (`?every=`, 5 to 120 seconds; 15)."""
    said = request.GET.get("every", "")
    return min(max(int(said), 5), 120) if said.isascii() and said.isdigit() and len(said) < 5 else 15


def _query(request: HttpRequest) -> str:
    code = request.GET.get("town", "")
    return f"?town={code}" if code.isascii() and code.isdigit() else ""


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """`/situation/wall/data.json`: what stands in each place of the wall now."""
    found = content(_shown(request), clock.now())
    shapes = {f"g-{each.code}": each.shade for each in found["drawing"].shapes}
    bars = {
        f"b-{place}": [each.y, each.height, each.low, each.spread, each.middle]
        for place, each in enumerate(found["columns"].columns)
    }
    answer = {"cells": found["cells"], "tones": found["tones"], "shades": shapes, "bars": bars, "build": build()}
    response = JsonResponse(answer, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "no-store"
    return response


def content(town: Area, now: datetime) -> dict[str, Any]:
    """All words and figures of the wall by the place they stand in, and the tone of some; the same for all screens."""
    language = words.english()
    return kept(("wall", town.pk, language), 3, lambda: _content(town, now))


def _content(town: Area, now: datetime) -> dict[str, Any]:
    standing = figures.standing(town, now)
    grids = figures.grids(town, now)
    cells: dict[str, str] = {
        "at": f"{now.astimezone(clock.TZ):%H:%M:%S}",
        "day": f"{now.astimezone(clock.TZ):%Y-%m-%d}",
    }
    tones: dict[str, str] = {}
    for card in room.cards(town, standing, now):
        cells[f"n-{card['code']}"], cells[f"s-{card['code']}"] = str(card["number"]), card["said"]
        tones[f"n-{card['code']}"] = card["tone"]
    _fill(cells, tones, "grid", GRIDS, [
        ([each.area.name, str(each.open), str(each.overdue)], "late" if each.overdue else "")
        for each in grids if each.open
    ])  # fmt: skip
    _fill(cells, tones, "clock", CLOCKS, [_clock(each, now) for each in figures.pressing(town, now, CLOCKS)])
    hot = [([each["kind"], each["grid"], str(each["spot"].count)], "") for each in room.spots_of(town, now)]
    _fill(cells, tones, "hot", HOT, hot)
    _fill(cells, tones, "duty", DUTY, [
        ([each["platform"] or each["duty"], each["post"], f"{_at(each['begins'])}–{_at(each['ends'])}"],
         "good" if each["now"] else "")
        for each in sorted(room.duty(town, now), key=lambda each: not each["now"])
    ])  # fmt: skip
    _fill(cells, tones, "warned", WARNED, [
        ([each.words, naming.spot(each.spot), str(each.count)], "" if each.noted_at else "late")
        for each in figures.alarms(town)
    ])  # fmt: skip
    drill = figures.drill(town)
    cells["drill"] = _("演练进行中：以下为真实数据，演练不计入") if drill else ""
    came = standing.arrived
    cells["usual"] = naming.usual_words(came.usual)
    counts = {each.area.code: each.open for each in grids}
    return {
        "cells": cells, "tones": tones, "drawing": drawings.grids(town, counts, width=MAP_WIDTH, height=MAP_HEIGHT),
        "columns": drawings.hours(came.hours, width=1600, height=480),
    }  # fmt: skip


def _clock(each: Any, now: datetime) -> tuple[list[str], str]:
    left = timeleft.brief([each], now)
    grid = areas.tree().areas.get(each.matter.grid_id or each.matter.village_id or 0)
    said = [words.kind(each.matter.kind), words.rule(each.code), grid.name if grid else "", left.words if left else ""]
    return said, left.tone if left else ""


def _fill(
    cells: dict[str, str], tones: dict[str, str], name: str, most: int, rows: list[tuple[list[str], str]]
) -> None:
    """Lines into the places of a panel: those that are not needed are emptied, how many more there are is said."""
    width = len(rows[0][0]) if rows else 4
    for place in range(most):
        said, tone = rows[place] if place < len(rows) else ([""] * width, "")
        for column in range(4):
            cells[f"{name}-{place}-{column}"] = said[column] if column < len(said) else ""
        tones[f"{name}-{place}"] = tone if place < len(rows) else "none"
    cells[f"{name}-more"] = _("另有 %(n)s 条") % {"n": len(rows) - most} if len(rows) > most else ""
    cells[f"{name}-none"] = _("没有。") if not rows else ""


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(clock.TZ):%H:%M}"


# ---- the screens ---------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: HttpRequest, code: str) -> HttpResponse:
    """`/situation/<code>/screens`: the screens of a town; a new link is shown once."""
    by, town = room.enter(request, code, "screen")
    new, wrong = "", ""
    if request.method == "POST":
        from anxin.kernel.errors import BadInput

        try:
            _row, word = screens.make(town, request.POST.get("title", ""), by)
            new = request.build_absolute_uri(reverse("situation:wall_link", args=[word]))
        except BadInput as error:
            wrong = error.fields.get("title", error.message)
    rows = Screen.objects.filter(town=town).order_by("revoked_at", "-pk")[:50]
    context = {"town": town, "screens": rows, "new": new, "wrong": wrong, "now": clock.now()}
    response = render(request, "situation/screens.html", context, status=400 if wrong else 200)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def revoke(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """A screen shows nothing any more."""
    by, _town = room.enter(request, code, "screen")
    screens.revoke(pk, by)
    return sending.done(request, _("已撤销"), reverse("situation:screens", args=[code]))
