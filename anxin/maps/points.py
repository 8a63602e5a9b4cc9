"""Points for a map: GeoJSON made of rows the caller was allowed to read. Who may see what is decided by the caller."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

Tone = Literal["", "good", "soon", "late", "still"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A point on a map: WGS-84 degrees; `id` is that of its line in the list beside the map (`data-id`).

    `tone` colours it as the desk does (late is also marked with "!"); `url` is where its title leads; `count`: how
    many it stands for; `more` goes along for the page's own script.
    """

    id: str
    lat: float
    lon: float
    title: str = ""
    text: str = ""
    tone: Tone = ""
    url: str = ""
    count: int = 1
    more: dict[str, Any] = field(default_factory=dict)


def geojson(spots: Iterable[Spot]) -> dict[str, Any]:
    """A FeatureCollection of points; coordinates to a tenth of a metre."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": each.id,
                "geometry": {"type": "Point", "coordinates": [round(each.lon, 6), round(each.lat, 6)]},
                "properties": {
                    "id": each.id, "title": each.title, "text": each.text, "tone": each.tone, "url": each.url,
                    "count": each.count, **each.more,
                },
            }
            for each in spots
        ],
    }  # fmt: skip


def answer(
    request: HttpRequest, body: dict[str, Any] | bytes, *, keep: str = "private, no-cache", sort: str = "geo+json"
) -> HttpResponse:
    """GeoJSON as an HTTP answer with an ETag: what has not changed since is not sent again."""
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    tag = f'"{hashlib.sha256(raw).hexdigest()[:20]}"'
    same = tag in [part.strip().removeprefix("W/") for part in request.headers.get("If-None-Match", "").split(",")]
    response: HttpResponse = HttpResponseNotModified() if same else HttpResponse(raw, f"application/{sort}")
    response["ETag"] = tag
    response["Cache-Control"] = keep
    return response
