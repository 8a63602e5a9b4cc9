"""The areas of the city as vector tiles and as GeoJSON, as they stand on a day.

Why tiles: measured on the demo city (5,300 areas), the grids alone are 126 kB of compressed GeoJSON, a tile 1-7 kB made
in 4-24 ms and kept. See docs/decisions. A tile has one layer a level (county, town, village, grid, microgrid), from the
zoom on at which that level can be told apart, and `labels` with a point for each area's name.
"""

from __future__ import annotations

import gzip
import math
import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import mapbox_vector_tile  # type: ignore[import-untyped]
import numpy as np
import shapely
from shapely.geometry import shape

from anxin.kernel import areas
from anxin.kernel.areas import Area, Edition, Standing, Tree
from anxin.kernel.errors import NotFound
from anxin.maps import gcj

LEVELS = {"county": 0, "town": 8, "village": 11, "grid": 12, "microgrid": 14}
"""The zoom from which a level is in the tiles [INF]."""
SHALLOWEST, DEEPEST = 0, 14
"""Zooms that are made; the browser enlarges the deepest for those below."""
EXTENT, EDGE = 4096, 64
"""Units of a tile, and how far beyond its edge it reaches."""
KEPT = 4000
"""Tiles remembered in a process, some kilobytes each [INF]."""
TINTS = 5
_HALF = math.pi * 6_378_137.0


def _mercator(corners: Any) -> Any:
    """Degrees (lon, lat) to metres of the web's Mercator."""
    lat = np.clip(corners[:, 1], -85.05, 85.05)
    y = np.log(np.tan(np.pi / 4 + np.radians(lat) / 2)) / np.pi
    return np.column_stack([corners[:, 0] / 180, y]) * _HALF


def _shifted(datum: str) -> Any:
    def shift(corners: Any) -> Any:
        moved = [gcj.to(datum, lat, lon)[::-1] for lon, lat in corners.tolist()]
        return np.array(moved).reshape(-1, 2)

    return shift


def landmark(area: Area) -> str:
    """What a grid is also known by: the first landmark in it; empty when none is known."""
    known = (each for each in area.aliases if area.name not in each)
    return next(known, "") if area.level == "grid" else ""


@dataclass(frozen=True)
class _Level:
    areas: Sequence[Area]
    shapes: Any
    index: shapely.STRtree
    tints: Sequence[int]


class Sheet:
    """The areas that stand on a day, in the datum of the base map, ready to be cut into tiles."""

    def __init__(self, tree: Tree, day: date, datum: str) -> None:
        self.tree, self.day, self.datum = tree, day, datum
        self._tiles: OrderedDict[tuple[int, int, int], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def standing(self) -> list[Area]:
        """The areas that exist on the day."""
        return [a for a in self.tree.areas.values() if exists(a, self.day)]

    @cached_property
    def levels(self) -> dict[str, _Level]:
        """The areas of each level with their outlines in metres of the map."""
        found = {}
        for level in LEVELS:
            here = [area for area in self.standing() if area.level == level and area.boundary]
            outlines = np.array([shape(area.boundary or {}) for area in here], dtype=object)
            if self.datum != "wgs84" and len(here):
                outlines = shapely.transform(outlines, _shifted(self.datum))
            outlines = shapely.transform(outlines, _mercator) if len(here) else outlines
            index = shapely.STRtree(outlines)
            tints = _tints(outlines, index) if level == "town" else [0] * len(here)
            found[level] = _Level(here, outlines, index, tints)
        return found

    @cached_property
    def names(self) -> tuple[list[Area], Any]:
        """The areas that have a name to be written, and where."""
        here = [a for a in self.standing() if a.level in LEVELS and a.lat is not None and a.lon is not None]
        at = [gcj.to(self.datum, a.lat or 0.0, a.lon or 0.0)[::-1] for a in here]
        return here, _mercator(np.array(at).reshape(-1, 2))

    def tile(self, z: int, x: int, y: int) -> bytes:
        """One tile, compressed by gzip; empty bytes where there is nothing. Raises NotFound for what is no tile."""
        if not (SHALLOWEST <= z <= DEEPEST and 0 <= x < 2**z and 0 <= y < 2**z):
            raise NotFound
        with self._lock:
            if (z, x, y) in self._tiles:
                self._tiles.move_to_end((z, x, y))
                return self._tiles[z, x, y]
        made = self._made(z, x, y)
        with self._lock:
            self._tiles[z, x, y] = made
            if len(self._tiles) > KEPT:
                self._tiles.popitem(last=False)
        return made

    def _made(self, z: int, x: int, y: int) -> bytes:
        side = 2 * _HALF / 2**z
        west, south = -_HALF + x * side, _HALF - (y + 1) * side
        rim = side * EDGE / EXTENT
        frame = shapely.box(west - rim, south - rim, west + side + rim, south + side + rim)
        layers = []
        for level, start in LEVELS.items():
            if z >= start and (features := _cut(self.levels[level], frame, side / EXTENT)):
                layers.append({"name": level, "features": features})
        if labels := self._labels(z, west, south, side):
            layers.append({"name": "labels", "features": labels})
        if not layers:
            return b""
        options = {"quantize_bounds": (west, south, west + side, south + side), "extents": EXTENT}
        return gzip.compress(mapbox_vector_tile.encode(layers, default_options=options), 6, mtime=0)

    def _labels(self, z: int, west: float, south: float, side: float) -> list[dict[str, Any]]:
        """Names whose point lies in the tile itself, so that none is written twice."""
        here, at = self.names
        inside = (at[:, 0] >= west) & (at[:, 0] < west + side) & (at[:, 1] > south) & (at[:, 1] <= south + side)
        return [
            {
                "geometry": shapely.Point(at[each]),
                "properties": {
                    "code": here[each].code, "level": here[each].level, "name": here[each].name,
                    "also": landmark(here[each]),
                },
            }
            for each in np.nonzero(inside)[0].tolist()
            if z >= LEVELS[here[each].level]
        ]  # fmt: skip


def _cut(level: _Level, frame: Any, unit: float) -> list[dict[str, Any]]:
    """What of a level lies in a frame, corners that no eye can tell apart left out."""
    hits = np.sort(level.index.query(frame, predicate="intersects"))
    if not len(hits):
        return []
    pieces = shapely.intersection(shapely.simplify(level.shapes[hits], unit * 4), frame)
    return [
        {
            "geometry": piece,
            "properties": {"code": level.areas[hit].code, "name": level.areas[hit].name, "tint": level.tints[hit]},
        }
        for piece, hit in zip(pieces.tolist(), hits.tolist(), strict=True)
        if not piece.is_empty
    ]


def _tints(outlines: Any, index: shapely.STRtree) -> list[int]:
    """A number from 0 to 4 for each outline, neighbours apart where it can be done."""
    beside: dict[int, set[int]] = {}
    for one, other in index.query(outlines, predicate="intersects").T.tolist():
        if one != other:
            beside.setdefault(one, set()).add(other)
    tints: list[int] = []
    for each in range(len(outlines)):
        taken = {tints[other] for other in beside.get(each, ()) if other < each}
        tints.append(next((tint for tint in range(TINTS) if tint not in taken), each % TINTS))
    return tints


def exists(area: Area, day: date) -> bool:
    """Whether an area exists on a day."""
    return area.valid_from <= day and (area.valid_to is None or day < area.valid_to)


def turns(tree: Tree) -> list[date]:
    """The days on which an area came, went or moved, in order: between two of them the map is the same."""
    found = {turn for area in tree.areas.values() for turn in (area.valid_from, area.valid_to) if turn is not None}
    moved = Standing.objects.order_by().values_list("valid_from", flat=True).distinct()
    return sorted(found.union(moved))


class _Sheets:
    """The sheets in use in this process: today's, and a few of other days."""

    def __init__(self) -> None:
        self._tree: Tree | None = None
        self._made: OrderedDict[tuple[date, str], Sheet] = OrderedDict()
        self._turns: list[date] = []
        self._number = 0
        self._lock = threading.Lock()

    def get(self, day: date, datum: str) -> tuple[Sheet, str]:
        tree = areas.tree()
        with self._lock:
            if tree is not self._tree:
                self._tree, self._number, self._turns = tree, _edition(), turns(tree)
                self._made.clear()
            turn = self._turns[max(bisect_right(self._turns, day) - 1, 0)] if self._turns else day
            sheet = self._made.get((turn, datum))
            if sheet is None:
                sheet = self._made[turn, datum] = Sheet(tree, turn, datum)
                while len(self._made) > 4:
                    self._made.popitem(last=False)
            self._made.move_to_end((turn, datum))
            return sheet, f"{self._number}.{turn:%Y%m%d}{datum[0]}"


def _edition() -> int:
    return Edition.objects.filter(name="areas").values_list("number", flat=True).first() or 0


_SHEETS = _Sheets()


def sheet(day: date, datum: str = "wgs84") -> tuple[Sheet, str]:
    """The areas of a day to be cut into tiles, and the name of this version: it changes when anything in it does."""
    return _SHEETS.get(day, datum)


def box(area: Area) -> list[float] | None:
    """West, south, east, north of an area in degrees, or None without a boundary."""
    outline = areas.geometry(area)
    return [round(each, 6) for each in outline.bounds] if outline is not None else None


def city_box(tree: Tree) -> list[float]:
    """West, south, east, north of everything drawn (degrees)."""
    level = next((each for each in ("city", "county", "town") if _drawn(tree, each)), "grid")
    bounds = [areas.geometry(area).bounds for area in _drawn(tree, level)]
    if not bounds:
        return [73.0, 18.0, 135.0, 54.0]
    west, south, east, north = zip(*bounds, strict=True)
    return [round(each, 5) for each in (min(west), min(south), max(east), max(north))]


def _drawn(tree: Tree, level: str) -> list[Area]:
    return [area for area in tree.areas.values() if area.level == level and area.boundary and area.valid_to is None]


def children(code: str, day: date, level: str = "") -> dict[str, Any]:
    """The areas that stood under one on a day as GeoJSON (WGS-84, to a metre), itself named first. Raises NotFound.

    With a level: those of that level below it, however deep. Without any, the area itself is the one feature.
    """
    tree = areas.tree()
    top = tree.by_code.get(code)
    if top is None or level not in ("", *LEVELS):
        raise NotFound
    there = (area for area in tree.areas.values() if exists(area, day) and area.pk != top.pk)
    if level:
        under = [area for area in there if area.level == level and top.pk in tree.chain(area.pk, day)]
    else:
        under = [area for area in there if tree.parent(area.pk, day) == top.pk]
    shown = sorted((area for area in under if area.boundary), key=lambda area: area.code) or [top]
    outlines = np.array([shape(area.boundary) if area.boundary else shapely.Point() for area in shown], dtype=object)
    tints = _tints(outlines, shapely.STRtree(outlines))
    return {
        "type": "FeatureCollection",
        "area": {
            "code": top.code, "name": top.name, "level": top.level, "box": box(top), "lat": top.lat, "lon": top.lon,
        },
        "features": [
            {
                "type": "Feature",
                "geometry": _rounded(outline),
                "properties": {
                    "code": area.code, "name": area.name, "level": area.level, "tint": tint, "lat": area.lat,
                    "lon": area.lon, "also": landmark(area), "approximate": area.approximate,
                },
            }
            for area, outline, tint in zip(shown, outlines.tolist(), tints, strict=True)
        ],
    }  # fmt: skip


def _rounded(outline: Any) -> Any:
    """A geometry to about a metre."""

    def cut(numbers: Any) -> Any:
        return [cut(each) for each in numbers] if isinstance(numbers, list | tuple) else round(numbers, 5)

    drawn = shapely.geometry.mapping(outline)
    return {"type": drawn["type"], "coordinates": cut(drawn["coordinates"])}
