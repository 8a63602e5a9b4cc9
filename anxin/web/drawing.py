"""Small drawings as SVG: where a matter lies in its grid, and bars. No tiles, no script, nothing from outside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from shapely.geometry import Polygon, shape
from shapely.geometry.base import BaseGeometry

from anxin.kernel import areas
from anxin.kernel.areas import Area, Tree
from anxin.kernel.matters import Matter

WIDTH, HEIGHT, EDGE = 320, 220, 14
METRES_A_DEGREE = 111_320


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """A drawing of a grid among its neighbours: paths and a point in pixels, and a scale bar."""

    own: str
    others: Sequence[tuple[str, str]]
    x: float | None
    y: float | None
    scale_width: float
    scale_metres: int
    approximate: bool
    name: str
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar of a chart; `middle`: where its label stands."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    label: str
    count: float


@dataclass(frozen=True, slots=True)
class Frame:
    """How a piece of the earth (degrees) lies in a drawing (pixels): its north-west corner at `left`, `top`.

    `zoom`: pixels for a degree of latitude; a degree of longitude is `shrink` times as wide.
    """

    west: float
    north: float
    left: float
    top: float
    zoom: float
    shrink: float

    @classmethod
    def of(cls, bounds: tuple[float, float, float, float], width: float, height: float, edge: float) -> Frame:
        """The frame in which bounds (west, south, east, north) just fit, with an empty edge, in the middle."""
        west, south, east, north = bounds
        shrink = math.cos(math.radians((south + north) / 2))
        wide, high = max(east - west, 1e-6) * shrink, max(north - south, 1e-6)
        zoom = min((width - 2 * edge) / wide, (height - 2 * edge) / high)
        return cls(west, north, (width - wide * zoom) / 2, (height - high * zoom) / 2, zoom, shrink)

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        """Where a point lies in the drawing."""
        x, y = self.left + (lon - self.west) * self.shrink * self.zoom, self.top + (self.north - lat) * self.zoom
        return round(x, 1), round(y, 1)

    def path(self, figure: BaseGeometry) -> str:
        """A shape as the path of an SVG; empty where it has no size."""
        rings = (ring for part in polygons(figure) for ring in (part.exterior, *part.interiors))
        points = ([self.at(*point[:2]) for point in ring.coords] for ring in rings)
        return " ".join("M" + "L".join(f"{x},{y}" for x, y in each) + "Z" for each in points)


def where(matter: Matter) -> Map | None:
    """The grid of a matter with those beside it in the same village; None where there is no grid with a boundary."""
    tree = areas.tree()
    grid = tree.areas.get(matter.grid_id or 0)
    outline = areas.geometry(grid) if grid is not None else None
    if grid is None or outline is None:
        return None
    west, south, east, north = outline.bounds
    if matter.lat is not None and matter.lon is not None:
        west, east = min(west, matter.lon), max(east, matter.lon)
        south, north = min(south, matter.lat), max(north, matter.lat)
    frame = Frame.of((west, south, east, north), WIDTH, HEIGHT, EDGE)
    metres, pixels = _scale(frame.zoom)
    point = frame.at(matter.lon, matter.lat) if matter.lat is not None and matter.lon is not None else (None, None)
    return Map(
        own=frame.path(outline),
        others=[(each.name, frame.path(shape(each.boundary))) for each in _beside(grid) if each.boundary],
        x=point[0],
        y=point[1],
        scale_width=pixels,
        scale_metres=metres,
        approximate=grid.approximate,
        name=grid.name,
    )


def polygons(figure: BaseGeometry) -> list[Polygon]:
    """The pieces of a shape that have a size, whatever it is made of."""
    if isinstance(figure, Polygon):
        return [figure] if not figure.is_empty else []
    return [each for part in getattr(figure, "geoms", ()) for each in polygons(part)]


def _beside(grid: Area) -> list[Area]:
    """The other grids of the same village today."""
    tree, day = areas.tree(), areas.today()
    together = _by_village(tree, day).get(tree.place(grid.pk, day).village, ())
    return [each for each in together if each.pk != grid.pk]


@lru_cache(maxsize=2)
def _by_village(tree: Tree, day: date) -> dict[int | None, list[Area]]:
    """The grids of each village, looked up once a day: a page need not ask every grid of the city."""
    found: dict[int | None, list[Area]] = {}
    for each in tree.areas.values():
        if each.level == "grid" and each.valid_to is None:
            found.setdefault(tree.place(each.pk, day).village, []).append(each)
    return found


def _scale(zoom: float) -> tuple[int, float]:
    """A round number of metres that fits, and its length in pixels."""
    metres = next(m for m in (5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 1) if m / METRES_A_DEGREE * zoom <= 110)
    return metres, round(metres / METRES_A_DEGREE * zoom, 1)


def bars(
    counts: Sequence[float], labels: Sequence[str], *, width: float, height: float, gap: float = 1, most: int = 0
) -> list[Bar]:
    """A bar for each number with `gap` on either side, the highest (or `most`) as high as the drawing."""
    top, step = max([*counts, most, 1]), width / max(len(counts), 1)
    return [
        Bar(
            x=round(place * step + gap, 1),
            y=round(height - count / top * height, 1),
            width=round(step - 2 * gap, 1),
            height=round(count / top * height, 1),
            middle=round((place + 0.5) * step, 1),
            label=label,
            count=count,
        )
        for place, (count, label) in enumerate(zip(counts, labels, strict=True))
    ]


def strip(counts: Sequence[int], width: float) -> list[tuple[float, float]]:
    """The parts of a whole side by side as one bar: where each begins and how wide it is."""
    pixel = width / (sum(counts) or 1)
    return [(round(sum(counts[:n]) * pixel, 1), round(count * pixel, 1)) for n, count in enumerate(counts)]


# ---- areas side by side ------------------------------------------------------------------------------------------

GROUND = 640, 420
"""Width and height of a drawing of areas."""


@lru_cache(maxsize=128)
def _outlines(around: int, inside: tuple[int, ...], edition: int) -> tuple[tuple[int, str, str, float, float], ...]:
    """Areas in pixels; the same until the areas change (`edition` is the identity of the tree)."""
    drawn = [(each, shape) for pk in inside if (shape := areas.geometry(each := areas.tree().areas[pk])) is not None]
    if not drawn:
        return ()
    bounds = [shape.bounds for _each, shape in drawn]
    edges = (min(b[0] for b in bounds), min(b[1] for b in bounds), max(b[2] for b in bounds), max(b[3] for b in bounds))
    frame, found = Frame.of(edges, *GROUND, 8), []
    for each, shape in drawn:
        middle, fine = shape.representative_point(), shape.simplify(1 / frame.zoom, preserve_topology=True)
        found.append((each.pk, each.name, frame.path(fine), *frame.at(middle.x, middle.y)))
    return tuple(found)


def ground(around: Area, inside: list[Area], numbers: dict[int, int], own: int = 0) -> list[dict[str, Any]]:
    """Areas as they are drawn, each with its number (nothing: none) and whether it is the own one."""
    outlines = _outlines(around.pk, tuple(each.pk for each in inside), id(areas.tree()))
    return [
        {"name": name, "path": path, "x": x, "y": y, "count": numbers.get(pk, 0), "own": pk == own}
        for pk, name, path, x, y in outlines
    ]
