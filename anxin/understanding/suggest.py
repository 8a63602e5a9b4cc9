"""A first reading of a message: which kind of matter, which place, which words that sound like danger.

Plain word lists, so that a clerk can see why: the words that decided come with every answer. What is not clear is left
open (None, or `candidates`), never guessed. Danger words look for too much rather than too little; they are a hint to
people and never lower an urgency.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Generic, TypeVar

from anxin.kernel import areas, registry
from anxin.kernel.areas import Area, Tree
from anxin.kernel.errors import OutsideTheCity, UnknownKind

T = TypeVar("T")
NAMED = ("county", "town", "village", "grid")
"""Levels people name when they say where something is, from large to small."""
HEADLINE = 40
"""Characters of a narrative that serve as its title."""
SMALL = ("village", "town")
"""Levels that are precise enough to send somebody there."""
SHORT = 2
"""Names of so many characters (建设, 新兴) are everyday words as well: alone they are no place, except a county's."""

DANGERS: Mapping[str, str] = {
    "life": (
        "救命/昏迷/晕倒/昏倒/不省人事/没有呼吸/没呼吸/呼吸困难/心梗/抽搐/大出血/流血/重伤/生命危险/快不行了/跳楼/跳河/轻生/自杀/割腕/"
        "喝农药/服毒/中毒/溺水/落水/掉进河/掉河里/触电/漏电/被困/困在/被压/被埋/坠楼/坠落/塌方/坍塌/倒塌/出人命/"
        "help me/unconscious/not breathing/drowning/suicide/trapped/electric shock/collapsed"
    ),
    "fire": "着火/起火/失火/火灾/冒烟/浓烟/烧起来/明火/大火/爆炸/爆燃/自燃/fire/smoke/explosion/burning",
    "gas": (
        "泄漏/泄露/漏气/漏煤气/漏燃气/煤气味/燃气味/天然气味/液化气味/一氧化碳/刺鼻/"
        "gas leak/leaking gas/smell of gas/smell gas/carbon monoxide"
    ),
    "violence": (
        "打人/打架/殴打/家暴/动手/动刀/持刀/拿刀/菜刀/砍人/捅人/械斗/斗殴/抢劫/绑架/强奸/性侵/猥亵/非法拘禁/扬言/同归于尽/要杀/杀人/"
        "砸门/knife/weapon/beating/attacked/threatens to kill/robbery"
    ),
    "water": (
        "水位/水在涨/水还在涨/上涨/没过/漫过/漫进/漫上/倒灌/决堤/管涌/溃坝/洪水/进水/水淹/被淹/淹没/围困/内涝/爆管/"
        "flood/rising water/water is rising/under water"
    ),
    "child": (
        "孩子不见/小孩不见/孩子丢/小孩丢/孩子没了/走失/走丢/失踪/找不到孩子/找不到小孩/孩子找不到/小孩找不到/老人不见/被拐/"
        "missing child/lost child/child is missing/son is missing/daughter is missing"
    ),
}
"""Words that sound like danger, by what is in danger. This project's own list [INF]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What a message seems to say. `kind` and `area` are codes or None; the words say what decided.

    `candidates` are codes of areas when a name stands for several of them: a person has to choose.
    """

    kind: str | None = None
    kind_words: tuple[str, ...] = ()
    area: str | None = None
    candidates: tuple[str, ...] = ()
    place_words: tuple[str, ...] = ()
    danger_words: tuple[str, ...] = ()


class Index(Generic[T]):
    """Words with what they stand for, found in a text in one pass; where several begin, the longest counts."""

    def __init__(self, words: Iterable[tuple[str, T]]) -> None:
        self._by_start: dict[str, list[tuple[str, T]]] = {}
        for word, meaning in words:
            self._by_start.setdefault(word[:2], []).append((word, meaning))
        for found in self._by_start.values():
            found.sort(key=lambda each: -len(each[0]))
        self._singles = frozenset(start for start in self._by_start if len(start) == 1)

    def find(self, text: str) -> list[tuple[int, str, T]]:
        """Position, word and meaning of every word in the text, none overlapping another."""
        found: list[tuple[int, str, T]] = []
        starts, singles, end = self._by_start, self._singles, 0
        pairs = list(map(str.__add__, text, text[1:] + "\n"))
        places = [place for place, pair in enumerate(pairs) if pair in starts or pair[0] in singles]
        for place in places:
            if place < end:
                continue
            pair = pairs[place]
            for word, meaning in (*starts.get(pair, ()), *starts.get(pair[0], ())):
                if text.startswith(word, place):
                    found.append((place, word, meaning))
                    end = place + len(word)
                    break
        return found


@dataclass(frozen=True, slots=True)
class _Name:
    """What a place name may stand for (ids), and whether it is no more than an everyday word when it stands alone."""

    areas: frozenset[int]
    weak: bool


class Gazetteer:
    """The names and aliases of all areas of today, and of those that were dissolved into one of them."""

    def __init__(self, tree: Tree) -> None:
        self.tree, self.day = tree, areas.today()
        meant: dict[str, set[int]] = {}
        strong: set[str] = set()
        for area in tree.areas.values():
            if area.level not in NAMED or (now := self._heir(area)) is None:
                continue
            for name in (area.name, *(area.aliases if area.valid_to is None else ())):
                if len(name) >= SHORT:
                    meant.setdefault(name, set()).add(now)
                    if len(name) > SHORT or area.level == "county":
                        strong.add(name)
        self.names = Index(
            (name, _Name(frozenset(self._outermost(found)), name not in strong)) for name, found in meant.items()
        )

    def _heir(self, area: Area) -> int | None:
        """The area itself, or the one all its children stand under since it was dissolved (None: scattered)."""
        if area.valid_to is None:
            return area.pk
        before = area.valid_to - timedelta(days=1)
        children = [each for each in self.tree.areas if self.tree.parent(each, before) == area.pk]
        heirs = {self.tree.parent(child, self.day) for child in children}
        return heirs.pop() if len(heirs) == 1 else None

    def _above(self, area: int) -> list[int]:
        return self.tree.chain(area, self.day)

    def _outermost(self, found: set[int]) -> set[int]:
        """Those that do not lie inside another one: 南湖 alone is the county, not its street of the same name."""
        return {each for each in found if not found.intersection(self._above(each)[1:])}

    def _rank(self, area: int) -> int:
        return NAMED.index(self.tree.areas[area].level)

    def locate(self, text: str) -> tuple[int | None, list[int], tuple[str, ...]]:
        """The most precise area the names agree on, else those a person must choose from; and the names."""
        found = self.names.find(text)
        if not found:
            return None, [], ()
        narrowed = [(word, self._narrowed(name, found)) for _, word, name in found if not name.weak]
        said = tuple(dict.fromkeys(word for word, _ in narrowed))
        clear = {next(iter(ids)) for _, ids in narrowed if len(ids) == 1}
        finest = max((self._rank(each) for each in clear), default=-1)
        for _, ids in narrowed:
            if len(ids) > 1 and min(map(self._rank, ids)) > finest:
                return None, sorted(ids), said
        best = sorted(each for each in clear if self._rank(each) == finest)
        return (best[0], [], said) if len(best) == 1 else (self._shared(best), best, said)

    def _shared(self, several: list[int]) -> int | None:
        """The village or town all of them lie in, if there is one."""
        if not several:
            return None
        shared = set[int].intersection(*(set(self._above(each)) for each in several))
        return next((e for e in self._above(several[0]) if e in shared and self.tree.areas[e].level in SMALL), None)

    def _narrowed(self, name: _Name, found: list[tuple[int, str, _Name]]) -> frozenset[int]:
        """Of the areas a name may stand for, those inside or around another place that was named as well."""
        ids = name.areas
        for _, _, other in sorted(found, key=lambda each: len(each[2].areas)):
            if len(ids) == 1:
                break
            if other.areas == name.areas:
                continue
            around = {above for each in other.areas for above in self._above(each)}
            ids = frozenset(i for i in ids if i in around or not other.areas.isdisjoint(self._above(i))) or ids
        return ids


_gazetteer: Gazetteer | None = None


def gazetteer() -> Gazetteer:
    """The names of the areas as they are today."""
    global _gazetteer
    tree = areas.tree()
    if _gazetteer is None or _gazetteer.tree is not tree or _gazetteer.day != areas.today():
        _gazetteer = Gazetteer(tree)
    return _gazetteer


@cache
def _kind_words() -> Index[tuple[str, ...]]:
    kinds: dict[str, list[str]] = {}
    for kind in registry.kinds().values():
        for word in kind.words:
            kinds.setdefault(word.lower(), []).append(kind.code)
    return Index((word, tuple(codes)) for word, codes in kinds.items())


_danger_words = Index((word, danger) for danger, words in DANGERS.items() for word in words.split("/"))


@cache
def catch_all() -> str:
    """The kind for what fits no other: the first one declared without words. Raises UnknownKind when there is none."""
    for kind in registry.kinds().values():
        if not kind.words:
            return kind.code
    raise UnknownKind


def dangers(text: str) -> tuple[str, ...]:
    """The words of a text that sound like danger to life: too many rather than too few."""
    return tuple(dict.fromkeys(word for _, word, _ in _danger_words.find(text.lower())))


def _kind(text: str) -> tuple[str | None, tuple[str, ...]]:
    """The kind whose words make up most of the text (characters; then the longest word), and the words."""
    said: dict[str, set[str]] = {}
    for _, word, codes in _kind_words().find(text):
        for code in codes:
            said.setdefault(code, set()).add(word)
    score = {code: (sum(map(len, words)), max(map(len, words))) for code, words in said.items()}
    best = max(score.values(), default=(0, 0))
    winners = [code for code, reached in score.items() if reached == best]
    if len(winners) != 1:
        return None, ()
    return winners[0], tuple(sorted(said[winners[0]], key=text.index))


def suggest(text: str, *, lat: float | None = None, lon: float | None = None) -> Suggestion:
    """Which kind, place and danger a message speaks of, with the words that decided.

    `lat`, `lon` (WGS-84 degrees) give the grid where they lie in the city; outside it, the names decide. Words inside
    a place name say nothing about the kind (七星农贸市场 is no market matter).
    """
    names = gazetteer()
    area, several, places = names.locate(text)
    if lat is not None and lon is not None:
        with suppress(OutsideTheCity):
            area, several = names.tree.grid_at(lat, lon), []
    rest = text
    for place in sorted(places, key=len, reverse=True):
        rest = rest.replace(place, "　")
    kind, words = _kind(rest.lower())
    return Suggestion(
        kind=kind,
        kind_words=words,
        area=names.tree.areas[area].code if area is not None else None,
        candidates=tuple(names.tree.areas[each].code for each in several),
        place_words=places,
        danger_words=dangers(text),
    )


def headline(said: str) -> str:
    """A title for words that have none: their first sentence, at most forty characters."""
    first = said.strip().partition("\n")[0].partition("。")[0].strip()
    return first if len(first) <= HEADLINE else first[: HEADLINE - 1] + "…"
