"""Where is it: Chinese text to the area tree and, where named, to a road, estate, market, school or point.

Names that stand for several places come back as a question; so do several places that nothing in the text ranks. The
phone's position adds what the text leaves open and is shown beside it where the two disagree; it never overrules.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from anxin.understanding.gazetteer import PLACED, RANK, Spot, Writings, ancestors, inside, number
from anxin.understanding.mentions import Finder, Mention
from anxin.understanding.saying import GAP, NUMBERED, TOGETHER, offset, role
from anxin.understanding.text import clean

if TYPE_CHECKING:
    from anxin.kernel.areas import Area, Tree

__all__ = ["Found", "Gazetteer", "Spot", "of_tree"]

MOST_CANDIDATES = 12
"""Places a person is asked to choose from [INF]."""
NEAR = {"county": 3_000, "town": 1_500, "village": 800, "grid": 500}
"""Metres from the nearest known point of a named place within which a phone still agrees with it, where the grid of
the phone is not known or borders on it [INF]; 500 for a landmark."""
NEAR_LANDMARK = 500
EARTH = 6_371_008.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where a text says something is.

    `area`: code of the most precise area the names agree on, or None; where the text says less than the phone and does
    not contradict it, the grid of the phone. `spot`: code of the road, estate, market, school or point that is named.
    `candidates`: codes a person must choose from. `words`: the names as written that decided. `others`: codes of
    further places in the text. `guessed`: (as written, understood as) for typing errors and Latin letters.
    `direction` and `metres`: from the named place (东门往北200米). `apart`: metres between the phone and the named
    place where they disagree. `reason`: one Chinese sentence for a clerk.
    """

    area: str | None = None
    spot: str | None = None
    candidates: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    guessed: tuple[tuple[str, str], ...] = ()
    direction: str = ""
    metres: int | None = None
    apart: int | None = None
    reason: str = ""


class Gazetteer:
    """All names of a city, found in a text in one pass over plain names and one over what they sound like."""

    def __init__(self, spots: Iterable[Spot]) -> None:
        self.spots = tuple(spots)
        self.up = ancestors(self.spots)
        self.at = {spot.code: index for index, spot in enumerate(self.spots)}
        self.writings = Writings(self.spots, self.up)
        self._finder = Finder(self.writings)
        self._points: dict[int, NDArray[np.float64]] = {}

    def find(self, text: str, *, lat: float | None = None, lon: float | None = None, grid: str | None = None) -> Found:
        """Where a text says something is. Never raises; unknown names are simply not found.

        `lat`, `lon`: the phone's position, WGS-84 degrees. `grid`: code of the grid it lies in, looked up by the
        caller; without it only distances are compared.
        """
        plain = clean(text)
        names = self._finder.names(plain)
        self._settle(plain, names)
        found = self._answer(plain, names)
        return self._with_phone(found, _point(lat, lon), self.at.get(grid or ""))

    # Deciding what they mean

    def _settle(self, text: str, names: list[Mention]) -> None:
        """Give each name its role in the text, and narrow what it may stand for by the others."""
        run = 0
        for which, name in enumerate(names):
            if which and not (name.start - names[which - 1].end <= 1 and self._chained(text, names[which - 1], name)):
                run = which
            first = names[run]
            name.role = role(text, first.start, name.end)
            for earlier in names[run:which]:
                earlier.role = name.role
            number_of_grid = NUMBERED.match(text, name.end)
            if number_of_grid and (count := number(number_of_grid[1])):
                grids = {self.writings.numbered.get((each, count)) for each in name.spots}
                if found := {each for each in grids if each is not None}:
                    name.spots, name.end = found, number_of_grid.end()
        for one, other in pairwise(names):
            if TOGETHER.fullmatch(text, one.end, max(one.end, other.start)) and min(one.role, other.role) >= 0:
                one.role = other.role = max(one.role, other.role)
        for which, name in enumerate(names):
            if len(name.spots) > 1:
                self._narrow(text, names, which)

    def _inside(self, inner: Iterable[int], outer: Iterable[int]) -> bool:
        return inside(self.up, inner, outer)

    def _chained(self, text: str, outer: Mention, inner: Mention) -> bool:
        return text[outer.end : inner.start] in ("", *GAP) and self._inside(inner.spots, outer.spots)

    def _narrow(self, text: str, names: Sequence[Mention], which: int) -> None:
        """Of the spots a name may stand for keep those inside or around another place that was named as well.

        A home or a place on the way decides only for what is said in one breath with it.
        """
        name = names[which]
        if which and self._chained(text, names[which - 1], name):
            others: Sequence[Mention] = [names[which - 1]]
        else:
            others = [
                e for e in names if e is not name and e.spots != name.spots and (e.role >= 0.5 or name.role < 0.5)
            ]
        kept: set[int] = set()
        for other in {frozenset(each.spots) for each in others}:
            kept |= {e for e in name.spots if self._inside([e], other) or self._inside(other, [e])}
        name.spots = kept or name.spots

    def _answer(self, text: str, names: list[Mention]) -> Found:
        """The one place the names agree on, or the question."""
        if not names:
            return Found(reason="文中没有认得的地名。")
        leaves = self._leaves(names)
        guessed = tuple(dict.fromkeys((text[e.start : e.end], e.writing.text) for e in names if e.guess))
        conflict = self._conflict(text, leaves)
        best = max(leaf.role for leaf in leaves)
        enough = 0 if best == 0.2 else best
        if best == -2:
            return Found(guessed=guessed, reason="文中只说不在何处，没有说在何处。")
        chosen = conflict or [leaf for leaf in leaves if leaf.role >= enough]
        if len(chosen) > 1 and not conflict and (subject := self._subject(text, names, chosen)):
            chosen = [subject]
        ids = sorted(set[int]().union(*(leaf.spots for leaf in chosen)), key=lambda i: self.spots[i].code)
        rest = {e for leaf in leaves for e in leaf.spots if len(leaf.spots) == 1} - set(ids)
        others = tuple(sorted(self.spots[e].code for e in rest))[:MOST_CANDIDATES]
        decided = [e for e in names if any(self._inside(leaf.spots, e.spots) for leaf in chosen)]
        words = tuple(dict.fromkeys(text[e.start : e.end] for e in decided))
        direction, metres = offset(text, chosen[-1].start, chosen[-1].end) if len(ids) == 1 else ("", None)
        common = Found(words=words, others=others, guessed=guessed, direction=direction, metres=metres)
        return self._told(common, ids, decided, shared=len(chosen) == 1)

    def _leaves(self, names: Sequence[Mention]) -> list[Mention]:
        """One name for each place: the most precise of those that lie in each other, with the best role."""
        leaves: list[Mention] = []
        distinct = {frozenset(each.spots) for each in names}
        coarse = {
            spots
            for spots in distinct
            if any(other != spots and all(self._inside([i], spots) for i in other) for other in distinct)
        }
        for name in names:
            if frozenset(name.spots) in coarse:
                continue
            same = next((leaf for leaf in leaves if leaf.spots == name.spots), None)
            if same is None:
                leaves.append(name)
            elif -2 not in (same.role, name.role):
                same.role = max(same.role, name.role)
        return leaves

    def _subject(self, text: str, names: Sequence[Mention], chosen: Sequence[Mention]) -> Mention | None:
        """The one place in the title of a message, where it is taken up again below."""
        title = text.find("\n", 0, 80)
        named = [leaf for leaf in chosen if leaf.start < title]
        again = any(e.start > title and e.spots == named[0].spots for e in names) if named else False
        return named[0] if len(named) == 1 and len(named[0].spots) == 1 and again else None

    def _conflict(self, text: str, leaves: Sequence[Mention]) -> list[Mention]:
        """A place said in one breath with a larger area it does not lie in (凤桥镇湘南公寓): somebody must choose."""
        for outer, inner in pairwise(leaves):
            if text[outer.end : inner.start].strip() or inner.role < 0:
                continue
            ranks = [min(RANK[self.spots[e].level] for e in each.spots) for each in (outer, inner)]
            if ranks[0] < ranks[1] and ranks[0] <= RANK["village"]:
                return [outer, inner]
        return []

    def _told(self, found: Found, ids: Sequence[int], decided: Sequence[Mention], *, shared: bool) -> Found:
        """The answer with its sentence: one place, or several to choose from."""
        said = "".join(f"“{a}”按“{b}”理解；" for a, b in found.guessed)
        written = "、".join(f"“{word}”" for word in found.words)
        if len(ids) > 1:
            codes = tuple(self.spots[each].code for each in ids[:MOST_CANDIDATES])
            common = self._common(ids)
            places = "、".join(self.full_name(each) for each in ids[:4]) + ("等" if len(ids) > 4 else "")
            why = "不止一处" if shared else "涉及几处"
            return _changed(
                found,
                area=self.spots[common].code if common is not None else None,
                candidates=codes,
                reason=f"{said}{written}{why}：{places}，请选定。",
            )
        leaf = ids[0]
        area = next((each for each in self.up[leaf] if self.spots[each].level in PLACED), None)
        old = [e for e in decided if e.writing.former and e.writing.text != self.spots[leaf].name]
        said += "".join(f"“{e.writing.text}”是旧称；" for e in old[:2])
        where = f"即{self.full_name(leaf)}" if area is not None else "，没有更细的地名"
        away = (
            f"，{found.direction}{f'{found.metres}米' if found.metres else '侧'}"
            if found.direction
            else (f"，约{found.metres}米" if found.metres else "")
        )
        return _changed(
            found,
            area=self.spots[area].code if area is not None else None,
            spot=self.spots[leaf].code if area is not None and self._is_landmark(leaf) else None,
            reason=f"{said}文中写{written}，{where}{away}。".replace("，，", "，"),
        )

    def _is_landmark(self, index: int) -> bool:
        return RANK[self.spots[index].level] > RANK["grid"]

    def _common(self, ids: Sequence[int]) -> int | None:
        """The smallest area all of them lie in, a county at the largest."""
        shared = set[int].intersection(*(set(self.up[each]) for each in ids))
        return next((e for e in self.up[ids[0]] if e in shared and self.spots[e].level in PLACED), None)

    def full_name(self, index: int) -> str:
        """The name of a spot with the county and town it stands in."""
        above = [self.spots[e].name for e in self.up[index][1:] if self.spots[e].level in ("county", "town")]
        return "".join([*reversed(above), self.spots[index].name])

    # The phone

    def _with_phone(self, found: Found, point: tuple[float, float] | None, grid: int | None) -> Found:
        """The answer beside the phone's position: more precise where they agree, the distance where they do not."""
        if point is None and grid is None:
            return found
        if found.candidates:
            return self._nearest_first(found, point, grid)
        named = self.at.get(found.spot or found.area or "")
        if named is None:
            if grid is None:
                return found
            place = self.full_name(grid)
            return _changed(found, area=self.spots[grid].code, reason=f"{found.reason[:-1]}；手机定位在{place}。")
        area = self.at[found.area or ""]
        if grid is not None and area in self.up[grid]:
            if area == grid or found.spot is not None:
                return found
            return _changed(
                found,
                area=self.spots[grid].code,
                reason=f"{found.reason[:-1]}；手机定位在其中的{self.spots[grid].name}。",
            )
        if point is None:
            point = self._own_point(grid) if grid is not None else None
        apart = self._distance(named, point) if point is not None else None
        near = NEAR.get(self.spots[named].level, NEAR_LANDMARK)
        if apart is None or (apart <= near and (grid is None or RANK[self.spots[named].level] >= RANK["grid"])):
            return found
        return _changed(found, apart=apart, reason=f"{found.reason[:-1]}；手机定位不在此处，相距约{apart}米，请核实。")

    def _nearest_first(self, found: Found, point: tuple[float, float] | None, grid: int | None) -> Found:
        """The candidates with those around the phone first; the choice stays a person's."""
        far = {}
        for code in found.candidates:
            index = self.at[code]
            inside = grid is not None and any(e in self.up[grid] for e in self.up[index][:2])
            away = self._distance(index, point) if point is not None else None
            far[code] = (not inside, away if away is not None else math.inf)
        return _changed(found, candidates=tuple(sorted(found.candidates, key=lambda code: far[code])))

    def _own_point(self, index: int) -> tuple[float, float] | None:
        return _point(self.spots[index].lat, self.spots[index].lon)

    def _distance(self, index: int, point: tuple[float, float]) -> int | None:
        """Metres from a point to the nearest known point of a spot or of what lies in it."""
        if index not in self._points:
            if len(self._points) > 500:
                self._points.clear()
            inside = [each for each, above in enumerate(self.up) if index in above and self._own_point(each)]
            points = [self._own_point(each) for each in inside]
            self._points[index] = np.radians(np.array([p for p in points if p], dtype=np.float64).reshape(-1, 2))
        known = self._points[index]
        if not len(known):
            return None
        here = np.radians(np.array(point))
        half = np.sin((known[:, 0] - here[0]) / 2) ** 2 + (
            np.cos(known[:, 0]) * np.cos(here[0]) * np.sin((known[:, 1] - here[1]) / 2) ** 2
        )
        return round(2 * EARTH * math.asin(min(1.0, math.sqrt(float(half.min())))))


def _changed(found: Found, **parts: object) -> Found:
    values = {name: getattr(found, name) for name in Found.__slots__}
    return Found(**{**values, **parts})


def _point(lat: float | None, lon: float | None) -> tuple[float, float] | None:
    """A position on Earth, or None where the numbers are none."""
    if lat is None or lon is None or not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    return lat, lon


def of_tree(tree: Tree) -> Gazetteer:
    """The names of an installation: its areas of today with their aliases, and dissolved ones as old names of those
    that took their place; one that was scattered over several is not known."""
    from anxin.kernel import areas

    today = areas.today()
    former: dict[int, list[str]] = {}
    for area in tree.areas.values():
        if area.valid_to is not None and area.valid_to <= today and (heir := _heir(tree, area, today)) is not None:
            former.setdefault(heir, []).append(area.name)
    spots = []
    for area in tree.areas.values():
        if area.level not in RANK or (area.valid_to is not None and area.valid_to <= today):
            continue
        above = tree.parent(area.pk, today)
        old = tuple(name for name in former.get(area.pk, ()) if name != area.name)
        spots.append(
            Spot(
                code=area.code,
                level=area.level,
                name=area.name,
                aliases=tuple(each for each in area.aliases if each not in old),
                former=old,
                within=tree.areas[above].code if above is not None else "",
                lat=area.lat,
                lon=area.lon,
            )
        )
    return Gazetteer(spots)


def _heir(tree: Tree, area: Area, today: date) -> int | None:
    """The area that all children of a dissolved one stand under today."""
    before = (area.valid_to or today) - timedelta(days=1)
    children = [each for each in tree.areas if tree.parent(each, before) == area.pk]
    heirs = {tree.parent(child, today) for child in children}
    return heirs.pop() if len(heirs) == 1 else None
