"""Cuts a polygon into neighbouring cells that fill it exactly, the same way every time."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence

import shapely
from shapely.affinity import rotate
from shapely.geometry import LineString, MultiPolygon, Point, Polygon
from shapely.geometry import shape as from_mapping
from shapely.geometry.base import BaseGeometry

from anxin.city.facts import GeoJSON

Shape = Polygon | MultiPolygon


def as_geojson(shape: BaseGeometry) -> GeoJSON:
    """The shape as a GeoJSON geometry with full precision: rounding would open gaps between neighbours."""
    geometry: GeoJSON = json.loads(shapely.to_geojson(shape))
    return geometry


def as_shape(geometry: GeoJSON | None) -> Shape:
    """The polygon of a GeoJSON geometry; raises ValueError for anything else."""
    read = from_mapping(geometry) if geometry else None
    if not isinstance(read, Polygon | MultiPolygon):
        raise ValueError("a polygon was expected")
    return read


def only_polygons(shape: BaseGeometry) -> Shape:
    """The shape without the loose lines and points that clipping can leave behind."""
    if isinstance(shape, Polygon | MultiPolygon):
        return shape
    parts = [part for part in shapely.get_parts(shape).tolist() if isinstance(part, Polygon)]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def raw_cells(shape: Shape, points: Sequence[Point]) -> list[Polygon]:
    """The Voronoi cells of the points, in the order of the points, reaching beyond the shape on all sides."""
    beyond = shapely.box(*shape.buffer(0.01).bounds)
    if len(points) == 1:
        return [beyond]
    diagram = shapely.voronoi_polygons(shapely.MultiPoint(list(points)), extend_to=beyond, ordered=True)
    cells: list[Polygon] = shapely.get_parts(diagram).tolist()
    return cells


def cut(shape: Shape, points: Sequence[Point]) -> list[Shape]:
    """One cell for each point; together the cells are the shape, without gaps and overlaps."""
    if len(points) == 1:
        return [shape]
    return [only_polygons(shapely.intersection(cell, shape)) for cell in raw_cells(shape, points)]


def spread(shape: Shape, count: int, seed: str, rounds: int = 2) -> list[Point]:
    """`count` points inside the shape at fair distances; the same seed gives the same points."""
    if count == 1:
        return [inner_point(shape)]
    chance = random.Random(seed)
    west, south, east, north = shape.bounds
    inside: list[Point] = []
    while len(inside) < count:
        xs = [chance.uniform(west, east) for _ in range(4 * count + 8)]
        ys = [chance.uniform(south, north) for _ in range(4 * count + 8)]
        kept = shapely.contains_xy(shape, xs, ys)
        inside += [Point(x, y) for x, y, ok in zip(xs, ys, kept, strict=True) if ok]
    points = inside[:count]
    for _ in range(rounds):
        points = [inner_point(cell) for cell in cut(shape, points)]
    return points


def inner_point(shape: Shape) -> Point:
    """The centroid where it lies inside, else a point that does."""
    middle = shape.centroid
    return middle if shape.contains(middle) else shape.representative_point()


def towards(shape: Shape, start: Point, bearing: float, share: float) -> Point:
    """The point at `share` (0..1) of the way from `start` to the border, `bearing` in degrees from north."""
    far = 2.0  # degrees: longer than the city
    ray = rotate(LineString([start, Point(start.x, start.y + far)]), -bearing, origin=(start.x, start.y))
    within = shapely.intersection(ray, shape)
    first = min(shapely.get_parts(within).tolist(), key=lambda part: part.distance(start))
    return Point(first.interpolate(share, normalized=True))
