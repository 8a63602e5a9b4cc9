"""The names of a city made ready to be found: spots, how each may be written, and what each writing stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

import ahocorasick_rs
import rjieba

from anxin.understanding import likeness

RANK: Final = {
    each: rank
    for rank, each in enumerate(
        (
            "province",
            "city",
            "county",
            "town",
            "village",
            "grid",
            "road",
            "estate",
            "market",
            "school",
            "point",
        )
    )
}
"""Levels from large to small; those from `road` on are no areas but stand in one."""
PLACED: Final = frozenset(("county", "town", "village", "grid"))
"""Levels precise enough to be the answer to "where"; a province or city only helps to tell names apart."""

DECOY, LOCAL, WEAK, SHORT, FULL = range(5)
"""How far a writing can be trusted alone: not at all (it names something else); only behind the place it lies in; only
with words around it that make it a place; where no longer word runs across it; always."""

SUFFIXES: Final = {"county": ("区", "县", "市"), "town": ("街道", "镇", "乡"), "village": ("社区", "村")}
OTHERWISE: Final = {
    "区": (),
    "县": ("区",),
    "市": ("县", "区"),
    "街道": ("镇", "乡", "街道办"),
    "镇": ("乡", "街道"),
    "乡": ("镇",),
}
"""What people write instead of the right suffix, mostly because it was right once."""
ENGLISH: Final = {
    "county": ("district", "county", "city"),
    "town": ("street", "subdistrict", "town"),
    "village": ("community", "village"),
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


EVERYDAY: Final = _words(
    "建设 解放 新兴 幸福 和平 团结 胜利 光明 阳光 红旗 前进 新城 城南 城北 城东 城西 大桥 "
    "高桥 新桥 新丰 长安 石门 河山 百步 大麻 高照 七星 望海 郊区 东方 先锋 中山 人民 文化 "
    "新华 友谊 振兴 复兴 发展 开发 新村 新区 新建 东风 东升 双桥 南门 北门 东门 西门 车站 "
    "花园 市场 学校 新街 老街 西街 东街 南街 北街 南大街 北大街 东大街 西大街 中心 工业 农场 "
    "新农村 老年 电子 运河 广场 公园 城区 镇区 城中 新市 南市 联合 丰收 如意 学前 昌盛 大发 "
    "光彩 永安 平安 平湖秋月 石路 新星 新民 民主 新联 中新 新光 新生 新港 新场 新苑"
)
"""Names that are everyday words or stand in every city: alone they are no place [INF]."""
OUTSIDE: Final = _words(
    "上海 浙江 江苏 安徽 福建 江西 山东 山西 湖南 湖北 河南 河北 广东 广西 海南 四川 云南 "
    "贵州 北京 天津 重庆 杭州 宁波 温州 绍兴 湖州 金华 台州 衢州 丽水 舟山 苏州 无锡 南京 "
    "南通 常州 扬州 西安"
)
"""Cities and provinces around: a name right behind one of them is no place here (上海浦东高桥镇) [INF]."""
ELSEWHERE: Final = _words(
    "长安汽车 长安福特 长安欧尚 长安马自达 长安街 海盐水 海盐粒 粗海盐 建设银行 新华书店 新华保险 "
    "阳光保险 平安保险 平安银行 中山大学 光明日报 光明牛奶 解放日报 解放思想 解放军 人民日报 "
    "凤凰卫视 和平湖水 城市场 乌镇峰会 南湖革命"
)
"""Words that hold a name of a place and mean another thing [INF]."""
NUMERALS: Final = "零一二三四五六七八九十"
_NUMBERED = re.compile(r"第?(\d{1,2}|[一二三四五六七八九十]{1,3})号?网格$")
_MIN_SPELLED, _MIN_STEM = 7, 4
"""Shortest names found in Latin letters [INF]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One thing in the city that has a name.

    `level`: county, town, village, grid, road, estate, market, school or point (province and city only help to tell
    names apart). `former`: names that held once. `within`: code of the area it stands in, empty at the top. `lat`,
    `lon`: WGS-84 degrees.
    """

    code: str
    level: str
    name: str
    aliases: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    within: str = ""
    lat: float | None = None
    lon: float | None = None


@dataclass(slots=True)
class Writing:
    """A way to write names: the spots it may stand for, and how far it can be trusted."""

    text: str
    trust: int
    spots: set[int] = field(default_factory=set)
    former: bool = False
    stem: bool = False
    suffix: str = ""


def number(said: str) -> int | None:
    """A number below a hundred in Chinese or Arabic digits."""
    if said.isascii():
        return int(said) if said.isdigit() else None
    tens, ten, ones = said.rpartition("十")
    if any(each not in NUMERALS[:-1] for each in tens + ones) or len(tens) > 1 or len(ones) > 1:
        return None
    return (NUMERALS.index(tens or "一") * 10 if ten else 0) + (NUMERALS.index(ones) if ones else 0)


def suffix_of(name: str, level: str) -> str:
    """The word at the end of a name that says what kind of area it is, or nothing."""
    return next((s for s in SUFFIXES.get(level, ()) if name.endswith(s) and len(name) > len(s)), "")


def inside(up: Sequence[tuple[int, ...]], inner: Iterable[int], outer: Iterable[int]) -> bool:
    """Whether one of the first spots lies in one of the second, given what each stands in."""
    around = set(outer)
    return any(not around.isdisjoint(up[each]) for each in inner)


@cache
def is_word(text: str) -> bool:
    """Whether the dictionary knows this as a word of the language."""
    return bool(rjieba.has_word(text))


@cache
def is_everyday(name: str) -> bool:
    """Whether a short name is rather a word of the language than the name of a place."""
    if name in EVERYDAY:
        return True
    return is_word(name) and rjieba.tag(name)[0][1] != "ns"


class Writings:
    """All ways to write the names of some spots, and the automata that find them in a text."""

    def __init__(self, spots: Sequence[Spot], up: Sequence[tuple[int, ...]]) -> None:
        self.spots, self.up = spots, up
        self.numbered: dict[tuple[int, int], int] = {}
        self.plain: dict[str, Writing] = {}
        self._letters: dict[str, Writing] = {}
        for index, spot in enumerate(spots):
            self._write(index, spot)
        for writing in self.plain.values():
            writing.spots = self._chosen(writing)
        for word in sorted(OUTSIDE | ELSEWHERE):
            self.plain.setdefault(word, Writing(word, DECOY))
        self._guesses()
        self.words = list(self.plain.values()) + list(self._shaped.values())
        self.find_plain = _automaton([*self.plain, *self._shaped])
        self.first_shaped = len(self.plain)
        self.sounds = list(self._heard.values())
        self.find_heard = _automaton(list(self._heard))
        self.spellings = list(self._letters.values())
        self.find_letters = _automaton(list(self._letters))

    def _add(self, text: str, index: int, trust: int, *, former: bool = False, stem: bool = False) -> None:
        if len(text) < 2:
            return
        writing = self.plain.setdefault(text, Writing(text, trust, former=True))
        bare = self.spots[index].level in SUFFIXES and not suffix_of(text, self.spots[index].level)
        stem = stem or (bare and len(text) < 4)
        writing.spots.add(index)
        writing.trust = max(writing.trust, trust)
        writing.former, writing.stem = writing.former and former, writing.stem or stem
        writing.suffix = writing.suffix or suffix_of(text, self.spots[index].level)

    def _write(self, index: int, spot: Spot) -> None:
        """Every way to write one spot."""
        if spot.level == "grid" and self._number_grid(index, spot):
            names: list[tuple[str, bool]] = [(a, False) for a in spot.aliases if not _NUMBERED.search(a)]
        else:
            names = [(spot.name, False), *((each, False) for each in spot.aliases)]
        for name, former in (*names, *((each, True) for each in spot.former)):
            suffix = suffix_of(name, spot.level)
            self._add(name, index, self._trust(name, suffix, spot.level), former=former)
            for other, trust, stem in self._variants(name, suffix, spot):
                self._add(other, index, trust, former=former, stem=stem)
            self._spell(name, suffix, spot, index)

    def _number_grid(self, index: int, spot: Spot) -> bool:
        """Grids that are only numbered are found by the name of their village and the number."""
        found = _NUMBERED.search(spot.name)
        if found is None or len(self.up[index]) < 2 or (count := number(found[1])) is None:
            return False
        self.numbered[self.up[index][1], count] = index
        return True

    @staticmethod
    def _trust(name: str, suffix: str, level: str) -> int:
        if suffix and len(name) > 2 and name not in EVERYDAY:
            return FULL
        if name in EVERYDAY:
            return WEAK
        if level == "county":
            return SHORT
        if len(name) > 2:
            if level == "village" and name[-1] in "路街门":
                return WEAK
            return FULL if RANK[level] > RANK["grid"] or (level == "grid" and len(name) > 3) else SHORT
        return WEAK if level == "village" or is_everyday(name) else SHORT

    def _variants(self, name: str, suffix: str, spot: Spot) -> Iterator[tuple[str, int, bool]]:
        """Other ways to write a name: without its suffix, with the wrong one, without the town it begins with."""
        if suffix:
            stem = name.removesuffix(suffix)
            if suffix == "村":
                if len(stem) > 2 and not is_word(stem):
                    yield stem, SHORT, True
            elif len(stem) > 1:
                yield stem, self._trust(stem, "", spot.level), True
            for other in OTHERWISE.get(suffix, ()):
                if stem + other not in EVERYDAY and len(stem) > 1:
                    yield stem + other, FULL, False
        towns = [self.spots[each] for each in self.up[self.by_code(spot)] if self.spots[each].level == "town"]
        for town in towns:
            if spot.level != "town" and name.startswith(town.name) and len(name) > len(town.name) + 1:
                rest = name.removeprefix(town.name)
                yield town.name.removesuffix(suffix_of(town.name, "town")) + rest, FULL, False
                if spot.level == "village":
                    yield rest, FULL, False
        if RANK[spot.level] > RANK["grid"]:
            for each in self.up[self.by_code(spot)][1:]:
                area = self.spots[each]
                stem = area.name.removesuffix(suffix_of(area.name, area.level))
                if area.level in ("town", "village") and name.startswith(stem) and len(name) > len(stem) + 1:
                    yield name.removeprefix(area.name).removeprefix(stem), LOCAL, False
        if "邨" in name:
            yield name.replace("邨", "村"), FULL, False
        if spot.level == "estate" and name.endswith("小区") and len(name) > 4:
            yield name.removesuffix("小区"), SHORT, True

    def by_code(self, spot: Spot) -> int:
        """The position of a spot."""
        if not hasattr(self, "_at"):
            self._at = {each.code: index for index, each in enumerate(self.spots)}
        return self._at[spot.code]

    def _spell(self, name: str, suffix: str, spot: Spot, index: int) -> None:
        """The name in Latin letters: whole, and for large areas without the suffix or with an English one."""
        stem = name.removesuffix(suffix)
        said = [likeness.spelled(name)]
        if suffix and len(stem) > 1:
            said += [likeness.in_letters(stem, word) for word in ENGLISH[spot.level]]
            if spot.level in ("county", "town") and self._trust(stem, "", spot.level) >= SHORT:
                said.append("=" + likeness.spelled(stem))
        for each in said:
            letters, least = each.lstrip("="), _MIN_STEM if each[0] == "=" else _MIN_SPELLED
            if len(letters) >= least and letters.isascii() and letters.isalpha():
                writing = self._letters.setdefault(letters, Writing(name, FULL))
                writing.spots.add(index)

    def _outermost(self, found: set[int]) -> set[int]:
        """Those that do not lie inside another one: 南湖 alone is the county, not its street of the same name."""
        return {each for each in found if not found.intersection(self.up[each][1:])}

    def _chosen(self, writing: Writing) -> set[int]:
        """The outermost of the spots; an estate of this very name stands before the community around it."""
        outer = self._outermost(writing.spots)
        if len(outer) == 1 and self.spots[next(iter(outer))].level == "village":
            named = {
                e
                for e in writing.spots
                if RANK[self.spots[e].level] > RANK["grid"] and self.spots[e].name == writing.text
            }
            return named if len(named) == 1 else outer
        return outer

    def _join(self, known: dict[str, Writing], text: str, writing: Writing) -> None:
        """Enter a wrong writing; one that may be meant for several names stands for all of them."""
        had = known.get(text)
        if had is None:
            known[text] = writing
        elif had.spots != writing.spots:
            both = Writing(had.text, FULL, had.spots | writing.spots, suffix=had.suffix)
            both.spots = self._outermost(both.spots)
            known[text] = both

    def _guesses(self) -> None:
        """What the longer names look and sound like when they are typed wrongly."""
        self._shaped: dict[str, Writing] = {}
        self._heard: dict[str, Writing] = {}
        for writing in list(self.plain.values()):
            if writing.trust < FULL or len(writing.text) < 3:
                continue
            for other in likeness.misshapen(writing.text):
                if other not in self.plain:
                    self._join(self._shaped, other, writing)
            for sound in likeness.soundings(writing.text):
                self._join(self._heard, sound, writing)
        for writing in self._letters.values():
            writing.spots = self._outermost(writing.spots)


def _automaton(words: Sequence[str]) -> ahocorasick_rs.AhoCorasick:
    return ahocorasick_rs.AhoCorasick(words, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)


def crossed(text: str, start: int, end: int) -> bool:
    """Whether a longer word of the language runs across the borders of this piece (也许村里 holds no 许村)."""
    first = max(0, start - 3)
    for _, begins, ends in rjieba.tokenize(text[first : end + 3], hmm=False):
        begins, ends = begins + first, ends + first
        if begins < start < ends or begins < end < ends:
            return True
    return False


def ancestors(spots: Iterable[Spot]) -> list[tuple[int, ...]]:
    """For each spot the positions of itself and of everything it stands in, from small to large.

    An area that stands in an unknown one, or in itself, is at the top.
    """
    kept = list(spots)
    at = {spot.code: index for index, spot in enumerate(kept)}
    chains = []
    for index in range(len(kept)):
        chain = [index]
        while (above := at.get(kept[chain[-1]].within)) is not None and above not in chain:
            chain.append(above)
        chains.append(tuple(chain))
    return chains
