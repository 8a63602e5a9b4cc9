"""Areas: province, city, county, town, village or community, grid, micro-grid - one tree with validity dates.

An area keeps its code; what changes is under which parent it stands, from a date on (`Standing`). Statistics of a
past day are therefore asked with that day. Boundaries are WGS-84 polygons (GeoJSON geometry, degrees).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Generic, TypeVar

import shapely
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models, transaction
from django.db.models import F, Func, Q
from shapely.geometry import shape

from anxin.kernel import clock
from anxin.kernel.errors import BadInput, OutsideTheCity

T = TypeVar("T")
SLIVER = 1e-7
"""Degrees, about a centimetre: a gap between two drawn borders narrower than this is none."""
LEVELS = ("province", "city", "county", "town", "village", "grid", "microgrid")


class Area(models.Model):
    """A piece of the city that somebody answers for. `approximate`: the boundary is drawn by us, not surveyed."""

    code = models.TextField(unique=True)
    level = models.TextField(choices=[(level, level) for level in LEVELS])
    name = models.TextField()
    aliases = ArrayField(models.TextField(), default=list)
    boundary = models.JSONField(null=True)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    approximate = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(level__in=LEVELS), name="area_level_known")]

    def __str__(self) -> str:
        return self.name


class Standing(models.Model):
    """Under which parent an area stands, from a day (included) to a day (excluded; open when empty)."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="standings")
    parent = models.ForeignKey(Area, models.PROTECT, related_name="children_standings")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="one_parent_a_day",
                expressions=[
                    (
                        Func(F("valid_from"), F("valid_to"), function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                    ("area", RangeOperators.EQUAL),
                ],
            )
        ]


class Edition(models.Model):
    """How often a slow-changing table has been changed: readers keep a copy until the number moves."""

    name = models.TextField(primary_key=True)
    number = models.BigIntegerField(default=0)


class Copy(Generic[T]):
    """A copy of slow-changing tables in this process, asked at most every two seconds whether it is still good."""

    EVERY: ClassVar[list[Copy[Any]]] = []
    """All copies this process has: another database has others."""

    def __init__(
        self, name: str, load: Callable[[], T], *, every: float = 2.0, until: Callable[[T], date] | None = None
    ) -> None:
        Copy.EVERY.append(self)
        self.name, self.load, self.every, self.until = name, load, every, until
        self._copy: T | None = None
        self._number, self._asked = -1, float("-inf")

    def get(self) -> T:
        """The copy, loaded anew when the tables have changed."""
        now = time.monotonic()
        if self._copy is not None and self.until is not None:
            end = self.until(self._copy)
            if end != date.max and today() >= end:
                self._copy = None
        if self._copy is None or now - self._asked > self.every:
            number = Edition.objects.filter(name=self.name).values_list("number", flat=True).first() or 0
            if self._copy is None or number != self._number:
                self._copy, self._number = self.load(), number
            self._asked = now
        return self._copy

    def changed(self) -> None:
        """To be called in the transaction that changes the tables."""
        Edition.objects.bulk_create([Edition(name=self.name, number=0)], ignore_conflicts=True)
        Edition.objects.filter(name=self.name).update(number=F("number") + 1)
        self._copy = None
        transaction.on_commit(self.forget)

    def forget(self) -> None:
        """Load it anew when it is asked for next."""
        self._copy = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is: ids of the grid and of what it stood under on the day."""

    grid: int | None
    village: int | None
    town: int | None
    county: int | None


class Tree:
    """All areas and standings, with a spatial index over the grids."""

    def __init__(
        self,
        areas: Iterable[Area],
        standings: Iterable[Standing],
        *,
        day: date = date.max,
        until: date = date.max,
    ) -> None:
        self.until = until
        self.areas: Mapping[int, Area] = {area.pk: area for area in areas}
        self.by_code: Mapping[str, Area] = {area.code: area for area in self.areas.values()}
        self._standings: dict[int, list[Standing]] = {}
        for standing in standings:
            self._standings.setdefault(standing.area_id, []).append(standing)
        grids = [
            a
            for a in self.areas.values()
            if a.level == "grid" and a.boundary and a.valid_to is None and a.valid_from <= day
        ]
        self._grids = [area.pk for area in grids]
        self._shapes = shapely.STRtree([shape(area.boundary or {}) for area in grids])
        self._places: dict[tuple[int, date], Place] = {}
        self._under: dict[tuple[int, date], frozenset[int]] = {}
        self._children: dict[int, set[int]] = {}
        for each in (each for rows in self._standings.values() for each in rows):
            self._children.setdefault(each.parent_id, set()).add(each.area_id)

    def parent(self, area: int, day: date) -> int | None:
        """The parent of an area on a day, or None at the top."""
        for standing in self._standings.get(area, ()):
            if standing.valid_from <= day and (standing.valid_to is None or day < standing.valid_to):
                return standing.parent_id
        return None

    def chain(self, area: int, day: date) -> list[int]:
        """The area and everything it stood under on that day, from small to large."""
        found = [area]
        while (above := self.parent(found[-1], day)) is not None:
            found.append(above)
        return found

    def place(self, area: int, day: date) -> Place:
        """The place of an area on a day, as ids by level."""
        if (area, day) not in self._places:
            by_level = {self.areas[each].level: each for each in self.chain(area, day)}
            if len(self._places) > 200_000:
                self._places.clear()
            self._places[area, day] = Place(*(by_level.get(x) for x in ("grid", "village", "town", "county")))
        return self._places[area, day]

    def under(self, area: int, day: date) -> frozenset[int]:
        """The area and everything that stood under it on a day."""
        key = (area, day)
        if key not in self._under:
            if len(self._under) > 2_000:
                self._under.clear()
            found, fresh = {area}, [area]
            while fresh:
                fresh = [
                    each for above in fresh for each in self._children.get(above, ()) if self.parent(each, day) == above
                ]
                found.update(fresh)
            self._under[key] = frozenset(found)
        return self._under[key]

    def grid_at(self, lat: float, lon: float) -> int:
        """The one grid a WGS-84 point (degrees) lies in. Raises OutsideTheCity.

        A point on a border belongs to the grid that was entered first, so it is always in exactly one. Borders of
        neighbours may differ by a rounding error: what lies in between belongs to the nearest.
        """
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            raise OutsideTheCity(fields={"lat": str(lat), "lon": str(lon)})
        point = shapely.points(lon, lat)
        hits = self._shapes.query(point, predicate="intersects")
        if not len(hits):
            hits = self._shapes.query_nearest(point, max_distance=SLIVER)
        if not len(hits):
            raise OutsideTheCity(fields={"lat": str(lat), "lon": str(lon)})
        return min(int(self._grids[hit]) for hit in hits)


def _load() -> Tree:
    """The tree as it holds today: what will end has not ended yet, what will begin takes no point in yet."""
    day, rows = today(), list(Area.objects.all())
    until = next_day(((area.valid_from, area.valid_to) for area in rows), day)
    for area in rows:
        if area.valid_to is not None and area.valid_to > day:
            area.valid_to = None
    return Tree(rows, Standing.objects.order_by("valid_from"), day=day, until=until)


def next_day(spans: Iterable[tuple[date, date | None]], day: date) -> date:
    """The next day after this one on which something begins or ends; date.max when nothing will."""
    return min((each for span in spans for each in span if each is not None and each > day), default=date.max)


TREE: Copy[Tree] = Copy("areas", _load, until=lambda tree: tree.until)


def tree() -> Tree:
    """The tree as it is now, history included."""
    return TREE.get()


@transaction.atomic
def move_under(area: Area, parent: Area, day: date) -> Standing:
    """Put an area under another parent from a day on; what was before stays as it was.

    Raises BadInput when the parent is not of a higher level or the day lies before the present standing began.
    """
    if LEVELS.index(parent.level) >= LEVELS.index(area.level):
        raise BadInput(f"{parent.name} 的层级不高于 {area.name}")
    now = Standing.objects.select_for_update().filter(area=area, valid_to=None).first()
    if now is not None:
        if day <= now.valid_from:
            raise BadInput(f"调整日期须晚于 {now.valid_from}")
        now.valid_to = day
        now.save(update_fields=["valid_to"])
    standing = Standing.objects.create(area=area, parent=parent, valid_from=day)
    TREE.changed()
    return standing


def metres(lat: float, lon: float, other_lat: float, other_lon: float) -> int:
    """The distance between two WGS-84 points in metres, on a sphere (good to half a percent)."""
    a, b = math.radians(lat), math.radians(other_lat)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(math.radians(other_lon - lon) / 2) ** 2
    return round(2 * 6_371_008.8 * math.asin(math.sqrt(half)))


def today() -> date:
    """The day in the city."""
    return clock.now().astimezone(clock.TZ).date()


def geometry(area: Area) -> Any:
    """The boundary as a shapely geometry, or None."""
    return shape(area.boundary) if area.boundary else None
