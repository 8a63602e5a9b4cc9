"""The areas of Jiaxing from the province to the micro-grid, with the borders drawn where none are open.

Codes and names of counties, towns and villages are the statistics of 2023. County borders come from an open
package (see jiaxing/README.md). Every border below the county is an approximation: Voronoi cells around
points, clipped to the parent, so that neighbours tile the parent exactly and every point of the city lies in
exactly one grid.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import shapely
from shapely.geometry import Point

from anxin.city.facts import DATA, AreaFact, Level
from anxin.city.landmarks import landmark_point, landmark_rows
from anxin.city.tiling import Shape, as_geojson, as_shape, cut, inner_point, only_polygons, raw_cells, spread

__all__ = [
    "BEGINNING",
    "CITY",
    "HEXING",
    "HEXING_SINCE",
    "JIASHAN",
    "QIXING",
    "AreaFact",
    "areas",
    "areas_on",
]

PROVINCE, CITY, NANHU, JIASHAN, QIXING = "330000", "330400", "330402", "330421", "330402015"
PROVINCE_CENTRE = (30.2672, 120.1528)

# Stands for "since before our records begin".
BEGINNING = date(2000, 1, 1)

# Nanhu's streets 建设, 解放, 新嘉 and 新兴 gave way to 禾兴街道 after the statistics of 2023. Neither the day
# nor the official code is known to us: both are defaults, and the villages keep their old codes.
HEXING = "330402016"
HEXING_NAME = "禾兴街道"
HEXING_SINCE = date(2025, 1, 1)
HEXING_FROM = ("330402007", "330402008", "330402009", "330402011")

# The number of grids in Jiashan is on record; how they spread over its villages is our rule.
JIASHAN_GRIDS = 821

# The grid of the flooded-garage story takes its name from here, whatever number its turn would give it.
STORY_GRID, STORY_LANDMARK, STORY_VILLAGE = "湘南网格", "湘南公寓", "330402015004"
MICROGRIDS_EACH = 4

FORMER_NAMES = {
    "330402015": "七星镇",
    "330421001": "魏塘镇",
    "330421003": "惠民镇",
    "330424001": "武原镇",
    "330424002": "西塘桥镇",
    "330424004": "秦山镇",
    "330481001": "硖石镇",
    "330482001": "当湖镇",
    "330482002": "钟埭镇",
    "330483001": "梧桐镇",
    "330483004": "高桥镇",
}

NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True)
class _Placed:
    """An area while the tree is being drawn: its facts and the shape its children must fill."""

    code: str
    name: str
    shape: Shape
    centre: Point


def areas(hexing_since: date = HEXING_SINCE) -> Iterator[AreaFact]:
    """Every area of the demo city, parents before children, with its history.

    The 31 villages of the four former streets are stated twice: under the old street until `hexing_since`
    and under 禾兴街道 from that day on. Use `areas_on` for one day, where each code occurs once.
    """
    names = _names()
    counties = _counties(names)
    city = shapely.coverage_union_all([county.shape for county in counties])
    yield AreaFact(PROVINCE, "province", names[PROVINCE], None, ("浙江",), None, PROVINCE_CENTRE, False, BEGINNING)
    middle = city.centroid
    yield AreaFact(
        CITY,
        "city",
        names[CITY],
        PROVINCE,
        ("嘉兴",),
        as_geojson(city),
        (middle.y, middle.x),
        False,
        BEGINNING,
    )
    villages: list[_Placed] = []
    for county in counties:
        yield _fact(county, "county", CITY, (county.name[:-1],), approximate=False)
    for county in counties:
        towns, merged = _towns(county, names)
        for town in towns:
            ends = hexing_since if merged and town.code in HEXING_FROM else None
            yield _fact(town, "town", county.code, _town_aliases(town), valid_to=ends)
        if merged:
            old_names = tuple(town.name for town in towns if town.code in HEXING_FROM)
            yield _fact(merged, "town", county.code, ("禾兴", *old_names), valid_from=hexing_since)
        for town in towns:
            placed = _villages(town, names)
            villages += placed
            moves = merged is not None and town.code in HEXING_FROM
            for village in placed:
                aliases = _village_aliases(village.name)
                yield _fact(village, "village", town.code, aliases, valid_to=hexing_since if moves else None)
                if moves:
                    yield _fact(village, "village", HEXING, aliases, valid_from=hexing_since)
    shares = _jiashan_shares([village for village in villages if village.code.startswith(JIASHAN)])
    for village in villages:
        grids = _grids(village, shares.get(village.code) or _plausible_share(village))
        for grid in grids:
            yield _fact(grid, "grid", village.code, (f"{village.name}{grid.name}",))
        if village.code == STORY_VILLAGE:
            for grid in grids:
                yield from _microgrids(grid)


def areas_on(day: date, hexing_since: date = HEXING_SINCE) -> Iterator[AreaFact]:
    """The areas that hold on `day`: each code once, one unbroken tree."""
    return (fact for fact in areas(hexing_since) if fact.holds_on(day))


def _names() -> dict[str, str]:
    with (DATA / "divisions.csv").open(encoding="utf-8", newline="") as lines:
        return {row["code"]: row["name"] for row in csv.DictReader(lines)}


def _counties(names: dict[str, str]) -> list[_Placed]:
    features = json.loads((DATA / "counties.geojson").read_text(encoding="utf-8"))["features"]
    placed = []
    for feature in features:
        code, outline = feature["properties"]["code"], as_shape(feature["geometry"])
        placed.append(_Placed(code, names[code], outline, inner_point(outline)))
    return placed


def _towns(county: _Placed, names: dict[str, str]) -> tuple[list[_Placed], _Placed | None]:
    """The towns of the county and, for Nanhu, the street that later took the place of four of them."""
    with (DATA / "town_points.csv").open(encoding="utf-8", newline="") as lines:
        points = {
            row["code"]: Point(float(row["lon"]), float(row["lat"]))
            for row in csv.DictReader(lines)
            if row["code"].startswith(county.code)
        }
    cells = cut(county.shape, list(points.values()))
    towns = [_Placed(code, names[code], cell, point) for (code, point), cell in zip(points.items(), cells, strict=True)]
    if county.code != NANHU:
        return towns, None
    # Joined before clipping: unclipped cells share their corners exactly, so no sliver stays between them.
    raw = dict(zip(points, raw_cells(county.shape, list(points.values())), strict=True))
    joined = only_polygons(
        shapely.intersection(shapely.coverage_union_all([raw[code] for code in HEXING_FROM]), county.shape)
    )
    return towns, _Placed(HEXING, HEXING_NAME, joined, inner_point(joined))


def _villages(town: _Placed, names: dict[str, str]) -> list[_Placed]:
    codes = [code for code in names if len(code) == 12 and code.startswith(town.code)]
    points = spread(town.shape, len(codes), town.code)
    cells = cut(town.shape, points)
    return [_Placed(*each) for each in zip(codes, (names[code] for code in codes), cells, points, strict=True)]


def _grids(village: _Placed, count: int) -> list[_Placed]:
    points = spread(village.shape, count, village.code)
    cells = cut(village.shape, points)
    story = _story_point(village)
    placed = []
    for number, (cell, point) in enumerate(zip(cells, points, strict=True), start=1):
        name = STORY_GRID if story is not None and cell.contains(story) else _grid_name(village.name, number)
        placed.append(_Placed(f"{village.code}{number:03d}", name, cell, point))
    return placed


def _microgrids(grid: _Placed) -> Iterator[AreaFact]:
    points = spread(grid.shape, MICROGRIDS_EACH, grid.code)
    for number, (cell, point) in enumerate(zip(cut(grid.shape, points), points, strict=True), start=1):
        micro = _Placed(f"{grid.code}{number:02d}", f"{grid.name}第{number}微网格", cell, point)
        yield _fact(micro, "microgrid", grid.code, ())


def _story_point(village: _Placed) -> Point | None:
    if village.code != STORY_VILLAGE:
        return None
    row = next(row for row in landmark_rows() if row["name"] == STORY_LANDMARK)
    return landmark_point(row, village.shape, (village.centre.y, village.centre.x))


def _grid_name(village: str, number: int) -> str:
    if not village.endswith("社区"):
        return f"{village}第{number}网格"
    return f"{village.removesuffix('社区')}第{NUMERALS[number - 1]}网格"


def _plausible_share(village: _Placed) -> int:
    """One to six grids, more in a community than in a village."""
    chance = random.Random(f"grids {village.code}")
    return chance.randint(2, 6) if village.name.endswith("社区") else chance.randint(1, 4)


def _jiashan_shares(villages: list[_Placed]) -> dict[str, int]:
    """The 821 grids of Jiashan over its villages: one each, the others by weight, largest remainder first."""
    weights = {
        village.code: (1.4 if village.name.endswith("社区") else 1.0)
        * random.Random(f"weight {village.code}").uniform(0.7, 1.3)
        for village in villages
    }
    left = JIASHAN_GRIDS - len(villages)
    exact = {code: left * weight / sum(weights.values()) for code, weight in weights.items()}
    shares = {code: 1 + int(part) for code, part in exact.items()}
    by_remainder = sorted(exact, key=lambda code: (int(exact[code]) - exact[code], code))
    for code in by_remainder[: JIASHAN_GRIDS - sum(shares.values())]:
        shares[code] += 1
    return shares


def _town_aliases(town: _Placed) -> tuple[str, ...]:
    short = town.name.removesuffix("街道").removesuffix("镇")
    return (short, FORMER_NAMES[town.code]) if town.code in FORMER_NAMES else (short,)


def _village_aliases(name: str) -> tuple[str, ...]:
    return (f"{name}居委会", name.removesuffix("社区")) if name.endswith("社区") else (f"{name}村委会",)


def _fact(
    placed: _Placed,
    level: Level,
    parent: str,
    aliases: tuple[str, ...],
    *,
    approximate: bool = True,
    valid_from: date = BEGINNING,
    valid_to: date | None = None,
) -> AreaFact:
    return AreaFact(
        code=placed.code,
        level=level,
        name=placed.name,
        parent_code=parent,
        aliases=aliases,
        boundary=as_geojson(placed.shape),
        centre=(placed.centre.y, placed.centre.x),
        approximate=approximate,
        valid_from=valid_from,
        valid_to=valid_to,
    )
