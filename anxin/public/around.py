"""What is going on nearby, for everybody: kind, state, day and a coarse place; nothing personal, no word anybody wrote.

The rule is a decision of its own (docs/decisions, "What everybody may see of what is going on nearby"). In short: only
kinds that are looked at on the spot and are not private; nothing confidential, no reports of wrongdoing, no enquiries,
nothing 110 takes part in; a place is named as finely as at least `K` different people have reported from it; what is
shown is fixed once an hour, whatever a reader asks for. Every number here is a default of the project [INF].
"""

from __future__ import annotations

import math
import threading
import time
from base64 import b32encode
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anxin.kernel import areas, clock, flow, house, registry
from anxin.kernel.areas import Area, Tree
from anxin.kernel.errors import OutsideTheCity
from anxin.kernel.matters import CLOSED, FINISHED, OPEN, REPLIED, REPORTED, WORKING, Matter
from anxin.maps import points
from anxin.maps.points import Spot
from anxin.public import form, near
from anxin.public.near import Shown
from anxin.understanding import suggest

WINDOW = timedelta(days=90)
"""How far back is looked, for what is shown and for who has reported from a place."""
DAYS = (7, 30, 90)
K = 3
"""So many different people must have reported from a place before it is named."""
SIDE = 0.0018
"""The side of a square in degrees of latitude: 200 m."""
MOST = 20_000
"""The newest so many matters are shown."""
PAGE = 20
Where = str | int
"""A square by its code, or an area by its id."""
STATES = (REPORTED, WORKING, FINISHED, REPLIED, CLOSED)
NATURES = ("help", "complaint", "suggestion")


@dataclass(frozen=True, slots=True)
class Place:
    """A place as everybody may know it: `code` of an area, or of a square; `within`: itself and what it lies in."""

    code: str
    level: str
    name: str
    lat: float
    lon: float
    within: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A matter as everybody may know it. `token` leads back to it for adding a voice and says nothing else."""

    token: str
    kind: str
    state: str
    day: date
    place: Place
    voices: int

    @property
    def is_open(self) -> bool:
        """Whether it is still being worked on."""
        return self.state in OPEN

    @property
    def title(self) -> str:
        """What kind of thing it is, in the reader's language."""
        return kind_title(self.kind)

    @property
    def where(self) -> str:
        """The place in words."""
        return place_name(self.place)

    @property
    def stand(self) -> str:
        """How far it is, in plain words."""
        return str(near.STATES[self.state])


@dataclass(frozen=True, slots=True)
class _Row:
    pk: int
    item: Item
    mark: bytes
    square: str
    chain: tuple[int, ...]

    @property
    def places(self) -> tuple[Where, ...]:
        """Its square, where the point is known, and its areas from small to large."""
        return (self.square, *self.chain) if self.square else self.chain


def kinds() -> list[str]:
    """The kinds everybody may see: those somebody goes to look at on the spot, none private, none without meaning."""
    none = suggest.catch_all()
    return [kind.code for kind in registry.kinds().values() if kind.on_site and not kind.private and kind.code != none]


def kind_title(code: str) -> str:
    """The name of a kind in the reader's language."""
    found = registry.kinds().get(code)
    if found is None:
        return code
    return house.title(found, english=not (get_language() or "").startswith("zh"))


# ---- the hour's picture -----------------------------------------------------------------------------------------


class Picture:
    """What is shown in one hour: the items newest day first, in no order within a day."""

    def __init__(self, upto: datetime, rows: Sequence[_Row]) -> None:
        self.upto = upto
        self.items = [row.item for row in sorted(rows, key=lambda row: (-row.item.day.toordinal(), row.item.token))]
        self.pks = {row.item.token: row.pk for row in rows}
        self.at = {row.pk: row.item.place for row in rows}
        self.places = {row.item.place.code: row.item.place for row in rows}


_lock = threading.Lock()
_kept: dict[str, tuple[float, Picture]] = {}


def picture() -> Picture:
    """The picture of this hour; looked at anew every two minutes (settings.AROUND_SECONDS), for states move on."""
    upto = clock.now().astimezone(clock.TZ).replace(minute=0, second=0, microsecond=0)
    with _lock:
        made, found = _kept.get("now", (0.0, None))
        if found is None or found.upto != upto or time.monotonic() - made >= settings.AROUND_SECONDS:
            found = Picture(upto, _placed(_rows(upto)))
            _kept["now"] = time.monotonic(), found
        return found


def forget() -> None:
    """Make the picture anew when it is next asked for."""
    with _lock:
        _kept.clear()


def _rows(upto: datetime) -> list[_Row]:
    """The matters everybody may see, each with the finest place it could have. One question."""
    found = (
        Matter.objects.filter(
            reported_at__lt=upto, reported_at__gte=upto - WINDOW, confidential=False, police="", state__in=STATES,
            kind__in=kinds(), nature__in=NATURES,
        )
        .exclude(title__in=("", flow.ERASED))
        .order_by("-reported_at")
        .values_list(
            "pk", "kind", "state", "reported_at", "lat", "lon", "grid", "village", "town", "county", "voices",
            "person__phone_mark",
        )[:MOST]
    )  # fmt: skip
    nowhere = Place("", "", "", 0.0, 0.0, ())
    rows = []
    for pk, kind, state, at, lat, lon, grid, village, town, county, voices, mark in found:
        chain = tuple(each for each in (grid, village, town, county) if each is not None)
        item = Item(_token(pk), kind, state, clock.local_day(at), nowhere, voices)
        square = _square(lat, lon) if lat is not None and lon is not None else ""
        rows.append(_Row(pk, item, bytes(mark or b""), square, chain))
    return rows


def _placed(rows: Sequence[_Row]) -> list[_Row]:
    """The rows with the finest place each from which at least K different people have reported; towns always count.

    People are told apart by the mark of their telephone; all who left none count as one.
    """
    people: dict[Where, set[bytes]] = {}
    for row in rows:
        for where in row.places:
            people.setdefault(where, set()).add(row.mark)
    tree = areas.tree()
    known: dict[Where, Place | None] = {}
    placed = []
    for row in rows:
        fine: list[Where] = [where for where in row.places if len(people[where]) >= K]
        for where in fine + [area for area in row.chain if tree.areas[area].level in ("town", "county")]:
            if where not in known:
                known[where] = _square_place(tree, where) if isinstance(where, str) else _area_place(tree, where)
            if (place := known[where]) is not None:
                placed.append(replace(row, item=replace(row.item, place=place)))
                break
    return placed


def _token(pk: int) -> str:
    drawn = salted_hmac("anxin.public.around", str(pk), algorithm="sha256").digest()[:10]
    return b32encode(drawn).decode().lower()


def _step(row: int) -> float:
    """Degrees of longitude that are as long as `SIDE`, in a row of squares."""
    return SIDE / max(math.cos(math.radians((row + 0.5) * SIDE)), 0.01)


def _square(lat: float, lon: float) -> str:
    """The code of the square of 200 m a point lies in."""
    row = math.floor(lat / SIDE)
    return f"s{row}.{math.floor(lon / _step(row))}"


def _middle(square: str) -> tuple[float, float]:
    row, _dot, column = square[1:].partition(".")
    return (int(row) + 0.5) * SIDE, (int(column) + 0.5) * _step(int(row))


def _square_place(tree: Tree, square: str) -> Place | None:
    """A square under the name of the grid its middle lies in; none where the middle is outside the city."""
    lat, lon = _middle(square)
    try:
        grid = tree.grid_at(lat, lon)
    except OutsideTheCity:
        return None
    return Place(square, "square", tree.areas[grid].name, lat, lon, (square, *_codes(tree, grid)))


def _area_place(tree: Tree, pk: int) -> Place | None:
    area = tree.areas[pk]
    if area.lat is None or area.lon is None:
        return None
    return Place(area.code, area.level, area.name, area.lat, area.lon, _codes(tree, pk))


def by_town(tree: Tree, *areas_of_it: int | None) -> Place | None:
    """The first of some areas (town, county) as everybody may know it: the coarsest way to name a place."""
    known = (pk for pk in areas_of_it if pk is not None and pk in tree.areas)
    return next((place for pk in known if (place := _area_place(tree, pk)) is not None), None)


def _codes(tree: Tree, pk: int) -> tuple[str, ...]:
    return tuple(tree.areas[each].code for each in tree.chain(pk, areas.today()))


# ---- what a reader asks for -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a reader wants to see; what is not understood is as if it were not there."""

    kind: str = ""
    state: str = ""
    days: int = 30
    place: str = ""
    page: int = 1

    def query(self, **other: Any) -> str:
        """The same as words of an address, with changes; what is as usual is left out."""
        wanted = {"kind": self.kind, "state": self.state, "days": self.days, "place": self.place, "page": 1, **other}
        return urlencode({key: value for key, value in wanted.items() if value and (key, value) not in _USUAL})


_USUAL = {("days", 30), ("page", 1)}


def asked(request: HttpRequest) -> Asked:
    """What stands in the address."""
    get = request.GET.get
    days, page = get("days", ""), get("page", "")
    return Asked(
        kind=said if (said := get("kind", "")) in kinds() else "",
        state=said if (said := get("state", "")) in ("open", "done") else "",
        days=int(days) if days in map(str, DAYS) else 30,
        place=get("place", "") if len(get("place", "")) < 32 else "",
        page=min(int(page), MOST // PAGE) if page.isascii() and page.isdigit() and len(page) < 6 and int(page) else 1,
    )


def found(shown: Picture, wanted: Asked) -> list[Item]:
    """The items a reader asks for. Where each of them stands does not depend on what is asked."""
    since = clock.local_day(shown.upto) - timedelta(days=wanted.days)
    return [
        item
        for item in shown.items
        if item.day > since
        and (not wanted.kind or item.kind == wanted.kind)
        and (not wanted.state or item.is_open == (wanted.state == "open"))
        and (not wanted.place or wanted.place in item.place.within)
    ]


def _still(shown: Picture, items: Iterable[Item]) -> list[Item]:
    """Those of the items that may be shown at this moment, not only when the hour began."""
    items = list(items)
    pks = [shown.pks[item.token] for item in items]
    may = {row.pk for row in Matter.objects.filter(pk__in=pks) if near.public(row) and not row.police}
    return [item for item, pk in zip(items, pks, strict=True) if pk in may]


def spots(items: Iterable[Item], wanted: Asked) -> list[Spot]:
    """The places of the items, each with how many there are."""
    at: dict[str, Place] = {}
    every: Counter[str] = Counter()
    still_open: Counter[str] = Counter()
    for item in items:
        at[item.place.code] = item.place
        every[item.place.code] += 1
        still_open[item.place.code] += item.is_open
    page = reverse("public-around")
    return [
        Spot(
            id=code,
            lat=round(place.lat, 4),
            lon=round(place.lon, 4),
            title=place_name(place),
            text=" · ".join([_many(every[code]), *([_open(still_open[code])] if still_open[code] else [])]),
            tone="" if still_open[code] else "still",
            url=f"{page}?{wanted.query(place=code)}",
            count=every[code],
        )
        for code, place in at.items()
    ]


def _many(number: int) -> str:
    return ngettext("{number} 件", "{number} 件", number).format(number=number)


def _open(number: int) -> str:
    return ngettext("{number} 件正在办", "{number} 件正在办", number).format(number=number)


def place_name(place: Place) -> str:
    """The place in words, saying how coarse it is."""
    if place.level == "square":
        return _("{grid}一带（200 米方格）").format(grid=place.name)
    if place.level in ("grid", "village"):
        return place.name
    if place.level == "town":
        return _("{town}（只到镇街）").format(town=place.name)
    return _("{county}（只到区县）").format(county=place.name)


def offer(token: str) -> Shown | None:
    """What somebody who says "me too" is offered to join: kind, place, day, never a word of it; None: it is over."""
    shown = picture()
    matter = Matter.objects.filter(pk=shown.pks.get(token, 0)).first()
    if matter is None or not near.public(matter) or matter.police or matter.state not in OPEN:
        return None
    item = next(each for each in shown.items if each.token == token)
    return Shown(
        ref=near.offer(matter),
        headline=item.title,
        town=place_name(item.place),
        day=item.day,
        state=item.stand,
        voices=item.voices,
    )


# ---- the pages --------------------------------------------------------------------------------------------------


@require_safe
def around(request: HttpRequest) -> HttpResponse:
    """The list, a page at a time, and the map of the same for whoever wants it."""
    wanted, shown = asked(request), picture()
    every = found(shown, wanted)
    first = (wanted.page - 1) * PAGE
    items = _still(shown, every[first : first + PAGE])
    place = shown.places.get(wanted.place)
    chosen = areas.tree().by_code.get(wanted.place) if place is None else None
    page = reverse("public-around")
    facts = {
        "city": settings.CITY_NAME,
        "wanted": wanted,
        "items": items,
        "number": len(every),
        "upto": shown.upto,
        "kinds": sorted(((code, kind_title(code)) for code in kinds()), key=lambda each: each[1]),
        "days": DAYS,
        "towns": form.towns(),
        "town": _town(place.within) if place else (chosen.code if chosen else ""),
        "place": place_name(place) if place and place.level not in ("town", "county") else "",
        "k": K,
        "newer": f"{page}?{wanted.query(page=wanted.page - 1)}" if wanted.page > 1 else "",
        "older": f"{page}?{wanted.query(page=wanted.page + 1)}" if len(every) > first + PAGE else "",
        "without_place": f"{page}?{wanted.query(place='')}",
        "layer": f"{reverse('public-around-places')}?{wanted.query()}",
        "at": place,
    }
    return _kept_short(render(request, "public/around.html", facts))


def _town(within: Sequence[str]) -> str:
    tree = areas.tree()
    here: Iterable[Area] = (tree.by_code[code] for code in within if code in tree.by_code)
    return next((area.code for area in here if area.level == "town"), "")


@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """The places of the list as GeoJSON, for the map and for finding what is near without telling us where one is."""
    wanted = asked(request)
    body = points.geojson(spots(found(picture(), wanted), replace(wanted, place="")))
    return points.answer(request, body, keep="public, max-age=300")


def _kept_short(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, max-age=60"
    response["Vary"] = "Accept-Language, Cookie"
    return response


def teaser() -> int:
    """How many of the things shown are being worked on, for the front page."""
    return sum(item.is_open for item in found(picture(), Asked()))
