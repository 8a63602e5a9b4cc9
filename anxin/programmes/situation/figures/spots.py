"""Hot spots by rule: three of a kind at one address in a week, or more of a kind in a grid than eight weeks would say.

Source: guide 3.1 (same address/category >= 3 in 7 days or > mean + 2 sd of the trailing 8 weeks). Counting only, no
judgement; each is shown with its numbers. What understanding finds in the words (hot issues) is another thing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from anxin.kernel.areas import Area
from anxin.kernel.flow import ERASED
from anxin.programmes.situation.figures.arrivals import known_since, scope
from anxin.programmes.situation.rules.reckoning import WEEK, spot_of_address
from anxin.programmes.situation.rules.usual import FLOOR, WEEKS, Bound, bound

MOST = 50
"""Matters behind the number of a grid, at most [INF]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A hot spot: an address or a grid, a kind, how many in seven days; `usual` only for a grid.

    `matters` (ids): those of the seven days, newest first; `grid` is the id of the grid where it is known.
    """

    sort: str
    kind: str
    count: int
    matters: tuple[int, ...]
    grid: int | None = None
    usual: Bound | None = None
    weeks: tuple[int, ...] = ()


def found(area: Area, moment: datetime, most: int = 20) -> list[Spot]:
    """The hot spots of an area as of a moment, the largest first."""
    return sorted([*_addresses(area, moment), *_grids(area, moment)], key=lambda s: (-s.count, s.sort, s.kind))[:most]


def _addresses(area: Area, moment: datetime) -> list[Spot]:
    where, params = scope(area)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.id, m.kind, m.address, m.grid_id FROM kernel_matter m WHERE m.reported_at > %s"
            f" AND m.reported_at <= %s AND m.address <> '' AND m.title <> %s{where} ORDER BY m.reported_at DESC, m.id",
            [moment - WEEK, moment, ERASED, *params],
        )
        rows = cursor.fetchall()
    places: dict[tuple[str, str], list[tuple[int, int | None]]] = {}
    for pk, kind, address, grid in rows:
        if spot := spot_of_address(address):
            places.setdefault((spot, kind), []).append((pk, grid))
    return [
        Spot(sort="address", kind=kind, count=len(rows), matters=tuple(pk for pk, _ in rows), grid=rows[0][1])
        for (_, kind), rows in places.items()
        if len(rows) >= FLOOR
    ]


def _grids(area: Area, moment: datetime) -> list[Spot]:
    where, params = scope(area)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.grid_id, m.kind, floor(extract(epoch FROM %s - m.reported_at) / 604800)::int, count(*),"
            " array_agg(m.id ORDER BY m.reported_at DESC, m.id DESC) FILTER (WHERE m.reported_at > %s)"
            " FROM kernel_matter m WHERE m.reported_at > %s AND m.reported_at <= %s AND m.grid_id IS NOT NULL"
            f"{where} GROUP BY 1, 2, 3",
            [moment, moment - WEEK, moment - (WEEKS + 1) * WEEK, moment, *params],
        )
        rows = cursor.fetchall()
    weeks: dict[tuple[int, str], list[int]] = {}
    fresh: dict[tuple[int, str], list[int]] = {}
    for grid, kind, week, count, ids in rows:
        weeks.setdefault((grid, kind), [0] * (WEEKS + 1))[min(week, WEEKS)] += count
        if ids:
            fresh[grid, kind] = ids
    first = known_since(area)
    known = sum(1 for week in range(1, WEEKS + 1) if first is not None and moment - (week + 1) * WEEK >= first)
    hot = [
        (grid, kind, counts, usual)
        for (grid, kind), counts in weeks.items()
        if counts[0] >= FLOOR and (usual := bound(counts[1 : known + 1])).passed(counts[0])
    ]
    return [
        Spot(
            sort="grid", kind=kind, count=counts[0], grid=grid, usual=usual, weeks=tuple(reversed(counts[: known + 1])),
            matters=tuple(fresh.get((grid, kind), ())[:MOST]),
        )
        for grid, kind, counts, usual in hot
    ]  # fmt: skip
