"""The doors of the maps: what a browser needs to draw the city. Borders and names of areas are for everybody."""

from __future__ import annotations

import gzip
import re
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from anxin.kernel import areas
from anxin.kernel.errors import BadInput, NotFound
from anxin.maps import basemap, layers, points

FOR_GOOD = "public, max-age=31536000, immutable"
LARGEST = 16 * 1024 * 1024
"""Bytes of a base map sent in one answer at most."""
_VERSION = re.compile(r"(?P<edition>[0-9]+)\.(?P<day>[0-9]{8})(?P<datum>[wg])")


def _day(said: str) -> date:
    """A day as it stands in an address. Raises BadInput."""
    try:
        return date.fromisoformat(said) if said else areas.today()
    except ValueError:
        raise BadInput(fields={"on": said[:20]}) from None


def _gzipped(request: HttpRequest) -> bool:
    return "gzip" in request.headers.get("Accept-Encoding", "")


@require_safe
def told(request: HttpRequest) -> HttpResponse:
    """What a map must know before it is drawn: the tiles, the city's extent (WGS-84), the base map and its datum."""
    base = basemap.chosen()
    tree = areas.tree()
    day = _day(request.GET.get("on", ""))
    _sheet, version = layers.sheet(day, base.datum)
    facts: dict[str, Any] = {
        "tiles": f"/maps/tiles/{version}/{{z}}/{{x}}/{{y}}.mvt",
        "deepest": layers.DEEPEST,
        "box": layers.city_box(tree),
        "datum": base.datum,
        "base": base.told(),
        "approximate": any(area.approximate for area in tree.areas.values()),
    }
    return points.answer(request, facts, keep="public, max-age=60", sort="json")


@require_safe
def tile(request: HttpRequest, version: str, z: int, x: int, y: int) -> HttpResponse:
    """A vector tile of the areas; kept for good under the version it was asked for. Raises NotFound."""
    asked = _VERSION.fullmatch(version)
    if asked is None:
        raise NotFound
    said = asked["day"]
    day = _day(f"{said[:4]}-{said[4:6]}-{said[6:]}")
    sheet, present = layers.sheet(day, basemap.chosen().datum)
    tag = f'"{present}"'
    keep = FOR_GOOD if present == version else "public, max-age=60"
    if request.headers.get("If-None-Match", "").removeprefix("W/") == tag:
        response = HttpResponse(status=304)
    elif not (made := sheet.tile(z, x, y)):
        response = HttpResponse(status=204)
    elif _gzipped(request):
        response = HttpResponse(made, "application/vnd.mapbox-vector-tile", headers={"Content-Encoding": "gzip"})
    else:
        response = HttpResponse(gzip.decompress(made), "application/vnd.mapbox-vector-tile")
    response["ETag"], response["Cache-Control"], response["Vary"] = tag, keep, "Accept-Encoding"
    return response


@require_safe
def below(request: HttpRequest, code: str) -> HttpResponse:
    """The areas under one (`330402015`; its grids: `330402015~grid`), on the day `on` (today), as GeoJSON.

    Raises NotFound.
    """
    top, _, level = code.partition("~")
    body = layers.children(top, _day(request.GET.get("on", "")), level)
    return points.answer(request, body, keep="public, max-age=300")


@require_safe
def base(request: HttpRequest) -> HttpResponse:
    """A piece of the operator's own PMTiles: only pieces are asked for (Range), and only pieces are sent."""
    file = basemap.chosen().file
    if file is None or not file.is_file():
        raise NotFound
    facts = file.stat()
    tag = f'"{facts.st_size:x}-{facts.st_mtime_ns:x}"'
    frame = {
        "ETag": tag,
        "Accept-Ranges": "bytes",
        "Last-Modified": http_date(facts.st_mtime),
        "Cache-Control": "public, max-age=3600",
    }
    asked = re.fullmatch(r"bytes=([0-9]{1,15})-([0-9]{1,15})", request.headers.get("Range", ""))
    first, last = (int(each) for each in asked.groups()) if asked else (1, 0)
    if first > last or first >= facts.st_size or last - first >= LARGEST:
        return HttpResponse(status=416, headers={**frame, "Content-Range": f"bytes */{facts.st_size}"})
    with file.open("rb") as opened:
        opened.seek(first)
        piece = opened.read(last - first + 1)
    frame["Content-Range"] = f"bytes {first}-{first + len(piece) - 1}/{facts.st_size}"
    return HttpResponse(piece, "application/octet-stream", status=206, headers=frame)
