"""The places people name when they call, each put inside its town or village."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

from shapely.geometry import Point

from anxin.city.facts import DATA, AreaFact, LandmarkFact
from anxin.city.tiling import Shape, as_shape, towards

__all__ = ["LandmarkFact", "landmark_point", "landmark_rows", "landmarks"]


def landmark_rows() -> list[dict[str, str]]:
    """The rows of landmarks.csv: name, kind, town, village, bearing, share, synthetic, aliases."""
    with (DATA / "landmarks.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def landmark_point(row: dict[str, str], area: Shape, centre: tuple[float, float]) -> Point:
    """The landmark's point: from the centre (lat, lon) of its area along `bearing`, `share` of the way."""
    return towards(area, Point(centre[1], centre[0]), float(row["bearing"]), float(row["share"]))


def landmarks(facts: Iterable[AreaFact]) -> Iterator[LandmarkFact]:
    """Every landmark with its point, given the areas of one day; KeyError where a town is missing."""
    towns: dict[str, AreaFact] = {}
    villages: dict[tuple[str, str], AreaFact] = {}
    kept = list(facts)
    for fact in kept:
        if fact.level == "town":
            towns[fact.name] = fact
    names = {fact.code: fact.name for fact in towns.values()}
    for fact in kept:
        if fact.level == "village" and fact.parent_code in names:
            villages[names[fact.parent_code], fact.name] = fact
    for row in landmark_rows():
        town = towns[row["town"]]
        village = villages[row["town"], row["village"]] if row["village"] else None
        area = village or town
        point = landmark_point(row, as_shape(area.boundary), area.centre)
        yield LandmarkFact(
            name=row["name"],
            kind=row["kind"],
            town_code=town.code,
            village_code=village.code if village else None,
            lat=point.y,
            lon=point.x,
            synthetic=row["synthetic"] == "yes",
            aliases=tuple(row["aliases"].split()),
        )
