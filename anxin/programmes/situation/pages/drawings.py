"""Drawings made on the server: grids coloured by what is open, hours against the usual, sparklines. SVG, no script.

Each has a table beside it on the page; a drawing alone tells nothing.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw
from shapely.geometry import MultiPolygon, Polygon, shape

from anxin.kernel import areas
from anxin.kernel.areas import Area
from anxin.programmes.situation.figures import room
from anxin.programmes.situation.figures.arrivals import Hour

SHADES = 5
WIDTH, HEIGHT, EDGE = 640, 460, 8


@dataclass(frozen=True, slots=True)
class Shape:
    """A grid as it is drawn: its outline, where its number stands, which shade it has (0: nothing open)."""

    code: str
    name: str
    path: str
    x: float
    y: float
    count: int
    shade: int


@dataclass(frozen=True, slots=True)
class Grids:
    """All grids of a town in one drawing."""

    shapes: Sequence[Shape]
    width: int = WIDTH
    height: int = HEIGHT


def _rings(area: Area) -> list[list[tuple[float, float]]]:
    figure = shape(area.boundary or {})
    parts = [figure] if isinstance(figure, Polygon) else list(figure.geoms) if isinstance(figure, MultiPolygon) else []
    return [list(ring.coords) for part in parts for ring in (part.exterior, *part.interiors)]


@lru_cache(maxsize=64)
def _outlines(
    town: int, edition: int, width: int, height: int
) -> tuple[tuple[str, str, tuple[tuple[tuple[float, float], ...], ...], float, float], ...]:
    """The grids of a town in pixels; the same until the areas change (`edition` is the identity of the tree)."""
    drawn = [each for each in room.grids_of(areas.tree().areas[town]) if each.boundary]
    rings = [(each, _rings(each)) for each in drawn]
    corners = [corner for _, found in rings for ring in found for corner in ring]
    if not corners:
        return ()
    west, east = min(x for x, *_ in corners), max(x for x, *_ in corners)
    south, north = min(y for _, y, *_ in corners), max(y for _, y, *_ in corners)
    shrink = math.cos(math.radians((south + north) / 2))
    zoom = min((width - 2 * EDGE) / max((east - west) * shrink, 1e-6), (height - 2 * EDGE) / max(north - south, 1e-6))
    left = (width - (east - west) * shrink * zoom) / 2
    top = (height - (north - south) * zoom) / 2

    def at(lon: float, lat: float) -> tuple[float, float]:
        return round(left + (lon - west) * shrink * zoom, 1), round(top + (north - lat) * zoom, 1)

    found = []
    for each, own in rings:
        point = shape(each.boundary or {}).representative_point()
        x, y = at(point.x, point.y)
        found.append((each.code, each.name, tuple(tuple(at(*c[:2]) for c in ring) for ring in own), x, y))
    return tuple(found)


def shade(count: int, most: int) -> int:
    """Which of the shades a number gets: none for nothing, the darkest for the largest."""
    return 0 if count <= 0 else max(1, math.ceil(count / max(most, 1) * SHADES))


def grids(town: Area, counts: Mapping[str, int], *, width: int = WIDTH, height: int = HEIGHT) -> Grids:
    """The grids of a town, each shaded by its number (code -> how many are open)."""
    most = max([*counts.values(), 5])
    shapes = [
        Shape(
            code, name, " ".join("M" + "L".join(f"{x},{y}" for x, y in ring) + "Z" for ring in rings), x, y,
            counts.get(code, 0), shade(counts.get(code, 0), most),
        )
        for code, name, rings, x, y in _outlines(town.pk, id(areas.tree()), width, height)
    ]  # fmt: skip
    return Grids(shapes, width, height)


_PAPER = ("#ffffff", "#dcebe6", "#a9cfc3", "#74b19f", "#3f8d7a", "#0b5d4e")


def picture(town: Area, counts: Mapping[str, int]) -> bytes:
    """The same drawing as a PNG for paper, with the numbers of the grids; figures only, no words."""
    wide, high, fine = 900, 640, 2
    most = max([*counts.values(), 5])
    image = Image.new("RGB", (wide * fine, high * fine), "#ffffff")
    pen = ImageDraw.Draw(image)
    outlines = _outlines(town.pk, id(areas.tree()), wide * fine, high * fine)
    for code, _, rings, _, _ in outlines:
        for ring in rings:
            pen.polygon(list(ring), fill=_PAPER[shade(counts.get(code, 0), most)], outline="#61756d", width=2)
    for code, _, _, x, y in outlines:
        if count := counts.get(code, 0):
            dark = shade(count, most) >= 4
            pen.text((x, y), str(count), fill="#ffffff" if dark else "#16201d", anchor="mm", font_size=26)
    out = io.BytesIO()
    image.resize((wide, high), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()


# ---- hours -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """One hour: a bar, the stripe of the usual spread and the middle of it, in pixels; label and numbers for words."""

    label: str
    x: float
    y: float
    width: float
    height: float
    low: float
    spread: float
    middle: float
    count: int | None
    usual: float
    tone: str


@dataclass(frozen=True, slots=True)
class Columns:
    """The hours of a day or night side by side, with lines to read the height from."""

    columns: Sequence[Column]
    lines: Sequence[tuple[float, int]]
    width: int
    height: int
    foot: int = 18


def hours(found: Sequence[Hour], first: int = 0, *, width: int = 640, height: int = 150) -> Columns:
    """A bar for what came in each hour over the stripe of what is usual; `first` is the clock of the first bar."""
    most = max([*(each.count or 0 for each in found), *(each.usual.high for each in found), 4])
    top = _round(most)
    step = width / max(len(found), 1)

    def up(value: float) -> float:
        return round(height - value / top * (height - 6), 1)

    columns = []
    for place, each in enumerate(found):
        known, top_of_bar = each.usual.known, up(each.count or 0)
        columns.append(
            Column(
                label=f"{(first + place) % 24:02d}",
                x=round(place * step + step * 0.18, 1),
                y=top_of_bar,
                width=round(step * 0.64, 1),
                height=round(height - top_of_bar, 1),
                low=up(each.usual.high) if known else height,
                spread=round(max(up(each.usual.low) - up(each.usual.high), 1.5), 1) if known else 0,
                middle=up(each.usual.middle) if known else -20,
                count=each.count,
                usual=each.usual.middle,
                tone=each.usual.tone(each.count or 0),
            )
        )
    return Columns(columns, [(up(top / 2), top // 2), (up(top), top)], width, height)


def _round(value: float) -> int:
    """The next even number that is pleasant to read."""
    for step in (4, 6, 8, 10, 20, 30, 40, 60, 80, 100, 200, 400, 600, 1000):
        if value <= step:
            return step
    return math.ceil(value / 1000) * 1000


def spark(values: Sequence[float], *, width: int = 120, height: int = 28) -> str:
    """A line through some numbers, oldest first, as the points of a polyline; empty for fewer than two."""
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    room_ = max(high - low, 1)
    step = width / (len(values) - 1)
    return " ".join(
        f"{round(place * step, 1)},{round(height - 2 - (value - low) / room_ * (height - 4), 1)}"
        for place, value in enumerate(values)
    )
