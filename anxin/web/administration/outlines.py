"""Boundaries: read from GeoJSON, looked at (does it cross itself, lie in the city, leave gaps, overlap), and drawn."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from django.utils.translation import gettext as _
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from anxin.kernel import areas
from anxin.kernel.areas import Area
from anxin.kernel.errors import BadInput
from anxin.web import drawing

MOST_POINTS = 20_000
DEGREE = 2 * math.pi * 6_371_008.8 / 360
"""Metres of one degree of latitude, on a sphere."""
SLIVER = 1.0
"""Square metres below which an overlap or a gap is a matter of rounding."""
WIDTH, HEIGHT, EDGE = 640, 420, 16


class BadBoundary(BadInput):
    """边界文件有误。"""

    code = "bad_boundary"


def read(text: str) -> BaseGeometry:
    """The polygon of a GeoJSON text (geometry, feature, or a collection of one). Raises BadBoundary, saying why."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        at = f"（{error.lineno}:{error.colno}）" if isinstance(error, json.JSONDecodeError) else ""
        raise BadBoundary(_("不是 JSON 文件{at}").format(at=at)) from None
    if isinstance(given, dict) and given.get("type") == "FeatureCollection":
        features = given.get("features")
        if not isinstance(features, list) or len(features) != 1:
            count = len(features) if isinstance(features, list) else 0
            raise BadBoundary(_("文件里须正好有一个要素，实有 {count} 个").format(count=count))
        given = features[0]
    if isinstance(given, dict) and given.get("type") == "Feature":
        given = given.get("geometry")
    if not isinstance(given, dict) or given.get("type") not in ("Polygon", "MultiPolygon"):
        found = given.get("type") if isinstance(given, dict) else None
        raise BadBoundary(_("须是 Polygon 或 MultiPolygon，实为 {found}").format(found=str(found)[:40]))
    rings = _rings(given)
    if sum(len(ring) for ring in rings) > MOST_POINTS:
        raise BadBoundary(_("点太多，请先简化到 {most} 个以内").format(most=MOST_POINTS))
    _check_points(rings)
    try:
        outline = shape({"type": given["type"], "coordinates": given["coordinates"]})
    except (ValueError, TypeError, shapely.errors.ShapelyError):
        raise BadBoundary(_("坐标不成形状：每个环至少四个点")) from None
    if outline.is_empty:
        raise BadBoundary(_("形状是空的"))
    if not outline.is_valid:
        raise BadBoundary(_invalid(outline))
    return outline


def _rings(given: Any) -> list[list[Any]]:
    parts = given.get("coordinates")
    if given["type"] == "Polygon":
        parts = [parts]
    if not isinstance(parts, list) or not all(
        isinstance(part, list) and part and all(isinstance(ring, list) for ring in part) for part in parts
    ):
        raise BadBoundary(_("坐标不成形状：每个环至少四个点"))
    return [ring for part in parts for ring in part]


def _check_points(rings: Iterable[list[Any]]) -> None:
    for ring in rings:
        if len(ring) < 4:
            raise BadBoundary(_("坐标不成形状：每个环至少四个点"))
        for place, point in enumerate(ring, 1):
            if (
                not isinstance(point, list)
                or len(point) < 2
                or not all(isinstance(each, (int, float)) and math.isfinite(each) for each in point[:2])
            ):
                raise BadBoundary(_("第 {place} 个点不是坐标").format(place=place))
            lon, lat = point[:2]
            if abs(lat) > 90 or abs(lon) > 180:
                swapped = abs(lat) <= 180 and abs(lon) <= 90
                more = (
                    _("，经度和纬度好像写反了（GeoJSON 先经度后纬度）") if swapped else _("，须是 WGS-84 经纬度（度）")
                )
                raise BadBoundary(
                    _("第 {place} 个点 {lon}, {lat} 不在地球上").format(place=place, lon=lon, lat=lat) + more
                )


def _invalid(outline: BaseGeometry) -> str:
    said = explain_validity(outline)
    kind, _bracket, point = said.partition("[")
    point = point.rstrip("]")
    names = {
        "Self-intersection": _("边界自相交"),
        "Ring Self-intersection": _("边界自相交"),
        "Hole lies outside shell": _("洞在外环之外"),
        "Nested holes": _("洞套着洞"),
        "Nested shells": _("外环套着外环"),
        "Duplicate Rings": _("有重复的环"),
        "Too few points in geometry component": _("点太少"),
        "Interior is disconnected": _("内部不连通"),
    }
    what = names.get(kind.strip(), kind.strip())
    return _("{what}，在 {point} 处").format(what=what, point=point) if point else what


def square_metres(outline: BaseGeometry) -> float:
    """The size of a WGS-84 shape in square metres, on a sphere at its own latitude (good to half a percent)."""
    if outline.is_empty:
        return 0.0
    shrink = math.cos(math.radians((outline.bounds[1] + outline.bounds[3]) / 2))
    return float(outline.area) * DEGREE * DEGREE * shrink


def size_words(metres: float) -> str:
    """A size as people say it: square metres, from a square kilometre on those."""
    if metres >= 1_000_000:
        return _("{size} 平方公里").format(size=f"{metres / 1_000_000:,.2f}")
    return _("{size} 平方米").format(size=f"{metres:,.0f}")


@dataclass(frozen=True, kw_only=True)
class Findings:
    """How a boundary fits: sizes in square metres; shapes of what does not fit, for the drawing."""

    size: float
    outside_city: float
    outside_parent: float
    overlaps: Sequence[tuple[Area, float]]
    gap: float
    overlap_shape: BaseGeometry | None
    gap_shape: BaseGeometry | None


def look(area: Area, outline: BaseGeometry) -> Findings:
    """Compare a new boundary with the city, the parent and the neighbours of the same level under the same parent."""
    tree, day = areas.tree(), areas.today()
    chain = tree.chain(area.pk, day)[1:]
    city = next((tree.areas[pk] for pk in chain if tree.areas[pk].level == "city"), None)
    parent = tree.areas[chain[0]] if chain else None
    around = [each for each in beside(area) if each.boundary]
    shapes = [_sound(areas.geometry(each)) for each in around]
    touching = [(each, outline.intersection(form)) for each, form in zip(around, shapes, strict=True)]
    overlaps = [(each, square_metres(both)) for each, both in touching if square_metres(both) > SLIVER]
    gap_shape = None
    if parent is not None and parent.boundary and shapes:
        left = _sound(areas.geometry(parent)).difference(shapely.union_all([outline, *shapes]))
        gap_shape = left if square_metres(left) > SLIVER else None
    return Findings(
        size=square_metres(outline),
        outside_city=_outside(outline, city),
        outside_parent=_outside(outline, parent),
        overlaps=sorted(overlaps, key=lambda pair: -pair[1]),
        gap=square_metres(gap_shape) if gap_shape is not None else 0.0,
        overlap_shape=shapely.union_all([both for _each, both in touching]) if overlaps else None,
        gap_shape=gap_shape,
    )


def _sound(form: BaseGeometry) -> BaseGeometry:
    return form if form.is_valid else shapely.make_valid(form)


def _outside(outline: BaseGeometry, whole: Area | None) -> float:
    if whole is None or not whole.boundary:
        return 0.0
    found = square_metres(outline.difference(_sound(areas.geometry(whole))))
    return found if found > SLIVER else 0.0


def beside(area: Area) -> list[Area]:
    """The other areas under the same parent today."""
    tree, day = areas.tree(), areas.today()
    above = tree.parent(area.pk, day)
    return [
        each
        for each in tree.areas.values()
        if each.pk != area.pk
        and each.level == area.level
        and each.valid_to is None
        and each.valid_from <= day
        and tree.parent(each.pk, day) == above
    ]


def stored(outline: BaseGeometry) -> dict[str, Any]:
    """The shape as GeoJSON, to the seventh decimal (a centimetre)."""
    rounded = shapely.set_precision(outline, 0)
    found: dict[str, Any] = json.loads(json.dumps(mapping(rounded)))
    return found


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A drawing: paths in pixels with their class, and a scale bar."""

    paths: Sequence[tuple[str, str, str]]
    scale_width: float
    scale_metres: int
    title: str
    width: int = WIDTH
    height: int = HEIGHT


def draw(area: Area, *, new: BaseGeometry | None = None, found: Findings | None = None) -> Picture | None:
    """An area among its neighbours with what lies in it; a new boundary and what does not fit are marked."""
    tree, day = areas.tree(), areas.today()
    own = areas.geometry(area)
    frame = new if own is None else own if new is None else shapely.union_all([own.envelope, new.envelope])
    if frame is None:
        return None
    west, south, east, north = frame.bounds
    drawn = drawing.Frame.of((west, south, east, north), WIDTH, HEIGHT, EDGE)
    zoom = drawn.zoom
    aside, above = drawn.left / zoom / drawn.shrink, drawn.top / zoom
    view = shapely.box(west - aside, south - above, east + aside, north + above)

    def path(form: BaseGeometry) -> str:
        return drawn.path(_sound(form).intersection(view).simplify(0.6 / zoom))

    paths = [("other", each.name, path(areas.geometry(each))) for each in beside(area) if each.boundary]
    if own is not None:
        paths.append(("own", area.name, path(own)))
    inside = [a for a in tree.areas.values() if a.boundary and a.valid_to is None and tree.parent(a.pk, day) == area.pk]
    paths.extend(("inner", each.name, path(areas.geometry(each))) for each in inside)
    if new is not None:
        paths.append(("new", _("新边界"), path(new)))
    if found is not None and found.gap_shape is not None:
        paths.append(("gap", _("空隙"), path(found.gap_shape)))
    if found is not None and found.overlap_shape is not None:
        paths.append(("overlap", _("重叠"), path(found.overlap_shape)))
    metres = next((m for m in (20000, 10000, 5000, 2000, 1000, 500, 200, 100, 50) if m / DEGREE * zoom <= 200), 20)
    return Picture(
        paths=[each for each in paths if each[2]],
        scale_metres=metres,
        scale_width=round(metres / DEGREE * zoom, 1),
        title=area.name,
    )
