"""Small drawings as SVG: where a matter lies in its grid, and bars. No tiles, no script, nothing from outside."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from shapely.geometry import MultiPolygon, Polygon, shape
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
    """One bar of a chart."""

    x: float
    y: float
    width: float
    height: float
    label: str
    count: int


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
    shrink = math.cos(math.radians((south + north) / 2))
    wide, high = max(east - west, 1e-6) * shrink, max(north - south, 1e-6)
    zoom = min((WIDTH - 2 * EDGE) / wide, (HEIGHT - 2 * EDGE) / high)
    left, top = (WIDTH - wide * zoom) / 2, (HEIGHT - high * zoom) / 2

    def at(lon: float, lat: float) -> tuple[float, float]:
        return round(left + (lon - west) * shrink * zoom, 1), round(top + (north - lat) * zoom, 1)

    def path(figure: BaseGeometry) -> str:
        rings = [ring for part in _polygons(figure) for ring in (part.exterior, *part.interiors)]
        return " ".join(
            "M" + "L".join(f"{x},{y}" for x, y in (at(lon, lat) for lon, lat in ring.coords)) + "Z" for ring in rings
        )

    metres, pixels = _scale(zoom)
    point = at(matter.lon, matter.lat) if matter.lat is not None and matter.lon is not None else (None, None)
    return Map(
        own=path(outline),
        others=[(each.name, path(shape(each.boundary))) for each in _beside(grid) if each.boundary],
        x=point[0],
        y=point[1],
        scale_width=pixels,
        scale_metres=metres,
        approximate=grid.approximate,
        name=grid.name,
    )


def _polygons(figure: BaseGeometry) -> Iterable[Polygon]:
    if isinstance(figure, Polygon):
        return [figure]
    return list(figure.geoms) if isinstance(figure, MultiPolygon) else []


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


def bars(counts: Sequence[int], *, width: int = 288, height: int = 48) -> list[Bar]:
    """A bar for each number, the highest as high as the drawing."""
    most, step = max([*counts, 1]), width / max(len(counts), 1)
    return [
        Bar(
            x=round(place * step + 1, 1),
            y=round(height - count / most * height, 1),
            width=round(step - 2, 1),
            height=round(count / most * height, 1),
            label=f"{place:02d}:00",
            count=count,
        )
        for place, count in enumerate(counts)
    ]
