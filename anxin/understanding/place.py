"""Where is it: Chinese text to the area tree and, where named, to a road, estate, market, school or point.

Names that stand for several places come back as a question; so do several places that nothing in the text ranks. The
phone's position adds what the text leaves open and is shown beside it where the two disagree; it never overrules.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from anxin.understanding import likeness
from anxin.understanding.gazetteer import (
    DECOY,
    FULL,
    PLACED,
    RANK,
    WEAK,
    Spot,
    Writing,
    Writings,
    ancestors,
    crossed,
    is_everyday,
    is_word,
    number,
)
from anxin.understanding.text import clean

if TYPE_CHECKING:
    from anxin.kernel.areas import Area, Tree

__all__ = ["Found", "Gazetteer", "Spot", "of_tree"]

MOST_NAMES, MOST_CANDIDATES = 60, 12
"""Names of one text that are looked at, and places a person is asked to choose from [INF]."""
NEAR = {"county": 3_000, "town": 1_500, "village": 800, "grid": 500}
"""Metres from the nearest known point of a named place within which a phone still agrees with it, where the grid of
the phone is not known or borders on it [INF]; 500 for a landmark."""
NEAR_LANDMARK = 500
EARTH = 6_371_008.8

_GAP = " 的,，、:：·-—_()（）\n"
"""What may stand between a place and the place inside it."""
_TAIL_ROAD = re.compile(
    r"路|大道|大街|街(?!道)|巷|弄(?!堂)|线|高速|公路|快速|桥|塘(?!桥)|河(?!长)|港|江|银行|[一二三四五六七八九十\d]+号线"
)
"""Behind a name without its suffix: the name of a road, water or bank that may be anywhere (嘉善大道, 平湖塘)."""
_TAIL_PLACE = re.compile(
    r"这边|那边|这里|那里|这儿|那儿|这块|那块|一带|镇上|街上|老街|集镇|镇区|派出所|卫生院|卫生服务|办事处|街道办|镇政府|居委|村委|"
    r"第?(?:\d{1,2}|[一二三四五六七八九十]{1,3})号?网格|收费站|中心小学|中心幼儿园|中心校"
)
"""Behind an everyday word: what makes it the name of a town or community."""
_TAIL_END = re.compile(r"$|[\s,.;!?:，。；！？：、的里内有]|这|那|附近|周边")
_LIVES = re.compile(r"(?:住在|家住|我住|住|家在|位于|地处|坐落|座落|来自|地址|地点|老家)(?:[是为在于:：]{0,2})$")
_NOT = re.compile(r"(?:不是|不在|并非|没在)(?:说|讲|指)?$")
_EXAMPLE = re.compile(r"(?:比如|例如|好比|像|学习|参照|对比|不如|隔壁|别的|其他|看看|人家|同样是)(?:的|说|一下)?$")
_FROM = re.compile(r"(?:户籍|户口|老家|籍贯|来自|我是|本人是|俺是|阿拉是|娘家|婆家)(?:地)?(?:[是在:：]{0,2})$")
_FROM_AFTER = re.compile(r"(?:这边|那边)?(?:本地|当地)?(?:人(?![民行大口])|户口|户籍|籍)")
_WORK = re.compile(r"(?:公司|单位|厂里|学校|上班|工作|读书)(?:地)?(?:[是在:：]{0,2})$")
_WORK_AFTER = re.compile(r"(?:这边|那边|这里|那里)?(?:上班|工作|打工|读书|上学|做生意)")
_HOME = re.compile(r"(?:住在|家住|我住|住|家在|租房|租在)(?:[是在:：]{0,2})$")
_HOME_AFTER = re.compile(r"(?:这边|那边|这里|那里)?(?:租房|租的|(?:的)?(?:居民|村民|业主|住户|市民))")
_BODY_AFTER = re.compile(
    r"(?:人民)?(?:政府|办事处|街道办|派出所|城管|执法|信访|公安|法院|交警|领导|干部|书记|镇长|区长|县长|市长)"
)
_WAY = re.compile(r"(?:路过|经过|途经|从|由|到|去|至|往|开往|前往|回|离|距|距离|通往)$")
_HERE = re.compile(
    r"(?:在|位于|地处|地点|地址|现场|位置|位置在|事发地|反映|投诉|举报|坐落|座落|说的是|指的是|而是|是在|应该是)(?:[是为于在:：]{0,2})$"
)
_TOGETHER = re.compile(r"[^,，。；;!！?？\n]{0,6}?(?:到|至|和|与|跟|及|以及|、|通往|~|—|-)")
"""Between two places that are meant both: a stretch from one to the other, or a list."""
_SIDE = "东南|东北|西南|西北|东|南|西|北"
_DIRECTION = re.compile(rf"(?:往|向|朝|以|偏|正)(?:着)?({_SIDE})")
_GATE = re.compile(rf"[^,，。；;!！?？\n]{{0,3}}?({_SIDE})(?:大)?(?:门|侧|面|边|头|首|口|端|角|出口|入口|围墙|方向|方|区)")
_DISTANCE = re.compile(
    r"(?<![深宽高长厚])(?<![深宽高长厚]约)(\d{1,5}(?:\.\d{1,2})?|[一二两三四五六七八九十百千半几]{1,6})\s{0,2}(?:多|来|余)?\s{0,2}"
    r"(米|公里|千米|里路|里地|里|公尺|km|m)(?![a-z\d深宽高长厚])",
    re.I,
)
_AWAY = re.compile(r"处|外|远|左右|附近|开外|的地方|的位置|地方|有|是|$|[,，。；;!！?？\s)）]")
_METRES = {"公里": 1000, "千米": 1000, "km": 1000, "里路": 500, "里地": 500, "里": 500}


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


@dataclass(slots=True)
class _Mention:
    """A name in the text: where, and which spots it may stand for."""

    start: int
    end: int
    writing: Writing
    spots: set[int]
    guess: bool = False
    role: float = 1.0


class Gazetteer:
    """All names of a city, found in a text in one pass over plain names and one over what they sound like."""

    def __init__(self, spots: Iterable[Spot]) -> None:
        self.spots = tuple(spots)
        self.up = ancestors(self.spots)
        self.at = {spot.code: index for index, spot in enumerate(self.spots)}
        self.writings = Writings(self.spots, self.up)
        self._points: dict[int, NDArray[np.float64]] = {}

    def find(
        self, text: str, *, lat: float | None = None, lon: float | None = None, grid: str | None = None
    ) -> Found:
        """Where a text says something is. Never raises; unknown names are simply not found.

        `lat`, `lon`: the phone's position, WGS-84 degrees. `grid`: code of the grid it lies in, looked up by the
        caller; without it only distances are compared.
        """
        plain = clean(text)
        names = self._names(plain)
        self._settle(plain, names)
        found = self._answer(plain, names)
        return self._with_phone(found, _point(lat, lon), self.at.get(grid or ""))

    # Finding names

    def _names(self, text: str) -> list[_Mention]:
        """The names in a text that may be trusted there, in order."""
        words, first = self.writings.words, self.writings.first_shaped
        raw = [
            _Mention(start, end, words[which], words[which].spots, which >= first)
            for which, start, end in self.writings.find_plain.find_matches_as_indexes(text)[: 4 * MOST_NAMES]
        ]
        raw = [each for each in raw if each.writing.trust != DECOY]
        sure = [each for each in raw if not each.guess and self._is_sure(text, each)]
        weak = [each for each in raw if not each.guess and each.writing.trust == WEAK]
        taken = {(each.start, each.end) for each in raw if not each.guess}
        guesses = [each for each in raw if each.guess]
        for which, start, end in self.writings.find_heard.find_matches_as_indexes(likeness.heard(text)):
            if (start, end) not in taken and len(guesses) < MOST_NAMES:
                writing = self.writings.sounds[which]
                guesses.append(_Mention(start, end, writing, writing.spots, True))
        for guess in guesses:
            inside = [each for each in sure if each.start < guess.end and guess.start < each.end]
            if self._is_likely(text, guess, sure) and all(
                guess.start <= each.start and each.end <= guess.end and each.writing.trust < FULL for each in inside
            ):
                sure = [each for each in sure if each not in inside] + [guess]
        for each in weak:
            if self._has_context(text, each, sure, raw):
                sure.append(each)
        if text.isascii() or re.search(r"[A-Za-zÀ-ɏ]{4}", text):
            sure += self._in_letters(text, sure)
        sure.sort(key=lambda each: each.start)
        return sure[:MOST_NAMES]

    def _is_sure(self, text: str, name: _Mention) -> bool:
        """Whether a name that is no everyday word is a place here."""
        if name.writing.trust == FULL:
            return True
        if name.writing.trust == WEAK or (name.writing.stem and _TAIL_ROAD.match(text, name.end)):
            return False
        return len(name.writing.text) > 3 or not crossed(text, name.start, name.end)

    def _is_likely(self, text: str, guess: _Mention, sure: Sequence[_Mention]) -> bool:
        """Whether a wrong writing is close enough to the name it may be meant for."""
        written, name, suffix = text[guess.start : guess.end], guess.writing.text, guess.writing.suffix
        if len(written) != len(name):
            return False
        same = sum(map(str.__eq__, written, name))
        if same * 2 < len(name) or (len(name) == 3 and same < 2) or (len(suffix) == 1 and written[-1] != suffix):
            return False
        stem = written.removesuffix(suffix)
        if len(stem) > 2 or not suffix:
            return True
        if not is_word(stem) and not crossed(text, guess.start, guess.end):
            return True
        return suffix not in ("社区", "村") or any(self._inside(guess.spots, other.spots) for other in sure)

    def _has_context(self, text: str, name: _Mention, sure: Sequence[_Mention], raw: Sequence[_Mention]) -> bool:
        """Whether an everyday word is meant as a place: inside a place that was named, or where one would be said."""
        if name.writing.stem and _TAIL_ROAD.match(text, name.end):
            return False
        for other in sure:
            if 0 <= name.start - other.end <= 1 and text[other.end : name.start] in ("", *_GAP):
                if self._inside(name.spots, other.spots):
                    return True
            elif 0 <= other.start - name.end <= 1 and text[name.end : other.start] in ("", *_GAP):
                if self._inside(other.spots, name.spots):
                    return True
        if crossed(text, name.start, name.end):
            return False
        if _TAIL_PLACE.match(text, name.end):
            return True
        if not _LIVES.search(text, max(0, name.start - 6), name.start):
            return False
        small = all(self.spots[each].level == "village" for each in name.spots)
        return (not small and not is_everyday(name.writing.text)) or bool(_TAIL_END.match(text, name.end))

    def _in_letters(self, text: str, sure: Sequence[_Mention]) -> list[_Mention]:
        """Names written in pinyin or with an English suffix, between borders of words."""
        run, starts, ends = likeness.letters(text)
        found = []
        for which, start, end in self.writings.find_letters.find_matches_as_indexes(run)[:MOST_NAMES]:
            if start in starts and end in ends:
                writing = self.writings.spellings[which]
                found.append(_Mention(starts[start], ends[end], writing, writing.spots, True))
        return [each for each in found if not any(e.start < each.end and each.start < e.end for e in sure)]

    def _inside(self, inner: Iterable[int], outer: Iterable[int]) -> bool:
        """Whether one of the first spots lies in one of the second."""
        around = set(outer)
        return any(not around.isdisjoint(self.up[each]) for each in inner)

    # Deciding what they mean

    def _settle(self, text: str, names: list[_Mention]) -> None:
        """Give each name its role in the text, and narrow what it may stand for by the others."""
        run = 0
        for which, name in enumerate(names):
            if which and not (name.start - names[which - 1].end <= 1 and self._chained(text, names[which - 1], name)):
                run = which
            first = names[run]
            name.role = self._role(text, first.start, name.end)
            for earlier in names[run:which]:
                earlier.role = name.role
            number_of_grid = re.compile(r"第?(\d{1,2}|[一二三四五六七八九十]{1,3})号?网格").match(text, name.end)
            if number_of_grid and (count := number(number_of_grid[1])):
                grids = {self.writings.numbered.get((each, count)) for each in name.spots}
                if found := {each for each in grids if each is not None}:
                    name.spots, name.end = found, number_of_grid.end()
        for which, name in enumerate(names):
            if len(name.spots) > 1:
                self._narrow(text, names, which)

    def _chained(self, text: str, outer: _Mention, inner: _Mention) -> bool:
        return text[outer.end : inner.start] in ("", *_GAP) and self._inside(inner.spots, outer.spots)

    @staticmethod
    def _role(text: str, start: int, end: int) -> float:
        """How likely a place is where the thing is: 2 said to be, 1 nothing said, 0.5 on the way, 0.3 a home, 0.2 a body
        or place of work, 0 where somebody comes from, -1 compared with, -2 said not to be [INF]."""
        before = text[max(0, start - 8) : start]
        if _NOT.search(before):
            return -2
        if _EXAMPLE.search(before):
            return -1
        if _FROM.search(before) or _FROM_AFTER.match(text, end):
            return 0
        if _WORK.search(before) or _WORK_AFTER.match(text, end) or _BODY_AFTER.match(text, end):
            return 0.2
        if _HOME.search(before) or _HOME_AFTER.match(text, end):
            return 0.3
        if _WAY.search(before):
            return 0.5
        return 2 if _HERE.search(before) else 1

    def _narrow(self, text: str, names: Sequence[_Mention], which: int) -> None:
        """Of the spots a name may stand for keep those inside or around another place that was named as well.

        A home or a place on the way decides only for what is said in one breath with it.
        """
        name = names[which]
        if which and self._chained(text, names[which - 1], name):
            others: Sequence[_Mention] = [names[which - 1]]
        else:
            others = [e for e in names if e is not name and e.spots != name.spots and (e.role >= 0.5 or name.role < 0.5)]
        kept: set[int] = set()
        for other in others:
            kept |= {e for e in name.spots if self._inside([e], other.spots) or self._inside(other.spots, [e])}
        name.spots = kept or name.spots

    def _answer(self, text: str, names: list[_Mention]) -> Found:
        """The one place the names agree on, or the question."""
        if not names:
            return Found(reason="文中没有认得的地名。")
        leaves = self._leaves(names)
        for one, other in zip(leaves, leaves[1:], strict=False):
            if _TOGETHER.fullmatch(text, one.end, max(one.end, other.start)):
                one.role = other.role = max(one.role, other.role)
        guessed = tuple(dict.fromkeys((text[e.start : e.end], e.writing.text) for e in names if e.guess))
        conflict = self._conflict(text, leaves)
        best = max(leaf.role for leaf in leaves)
        chosen = conflict or [leaf for leaf in leaves if leaf.role == best]
        ids = sorted(set[int]().union(*(leaf.spots for leaf in chosen)), key=lambda i: self.spots[i].code)
        rest = {e for leaf in leaves for e in leaf.spots if len(leaf.spots) == 1} - set(ids)
        others = tuple(sorted(self.spots[e].code for e in rest))[:MOST_CANDIDATES]
        decided = [e for e in names if any(self._inside(leaf.spots, e.spots) for leaf in chosen)]
        words = tuple(dict.fromkeys(text[e.start : e.end] for e in decided))
        direction, metres = _offset(text, chosen[-1].start, chosen[-1].end) if len(ids) == 1 else ("", None)
        common = Found(words=words, others=others, guessed=guessed, direction=direction, metres=metres)
        return self._told(common, ids, decided, shared=len(chosen) == 1)

    def _leaves(self, names: Sequence[_Mention]) -> list[_Mention]:
        """One name for each place: the most precise of those that lie in each other, with the best role."""
        leaves: list[_Mention] = []
        for name in names:
            finer = [e for e in names if e.spots != name.spots and all(self._inside([i], name.spots) for i in e.spots)]
            if finer:
                continue
            same = next((leaf for leaf in leaves if leaf.spots == name.spots), None)
            if same is None:
                leaves.append(name)
            elif -2 not in (same.role, name.role):
                same.role = max(same.role, name.role)
        return leaves

    def _conflict(self, text: str, leaves: Sequence[_Mention]) -> list[_Mention]:
        """A place said in one breath with a larger area it does not lie in (凤桥镇湘南公寓): somebody must choose."""
        for outer, inner in zip(leaves, leaves[1:], strict=False):
            if text[outer.end : inner.start].strip() or inner.role < 0:
                continue
            ranks = [min(RANK[self.spots[e].level] for e in each.spots) for each in (outer, inner)]
            if ranks[0] < ranks[1] and ranks[0] <= RANK["village"]:
                return [outer, inner]
        return []

    def _told(self, found: Found, ids: Sequence[int], decided: Sequence[_Mention], *, shared: bool) -> Found:
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
        offset = f"，{found.direction}{f'{found.metres}米' if found.metres else '侧'}" if found.direction else (
            f"，约{found.metres}米" if found.metres else ""
        )
        return _changed(
            found,
            area=self.spots[area].code if area is not None else None,
            spot=self.spots[leaf].code if leaf != area and area is not None and RANK[self.spots[leaf].level] > RANK["grid"] else None,
            reason=f"{said}文中写{written}，{where}{offset}。".replace("，，", "，"),
        )

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


def _offset(text: str, start: int, end: int) -> tuple[str, int | None]:
    """Direction and metres said right behind a name, or with the name behind 距."""
    window = re.split(r"[。；;!！?？\n]", text[end : end + 24], maxsplit=1)[0]
    to = _DIRECTION.search(window) or _GATE.match(window)
    said = _DISTANCE.search(window)
    away = re.search(r"[距离]$", text[max(0, start - 1) : start]) or "距" in text[max(0, start - 12) : start]
    if said and not (to or away or _AWAY.match(window, said.end())):
        said = None
    if said and to is None and not away and said.start() > 3:
        said = None
    return (to[1] if to else ""), (_metres(said[1], said[2].lower()) if said else None)


def _metres(count: str, unit: str) -> int | None:
    """Metres of a distance as people say it; 几百米 is no number."""
    if count[0].isdigit():
        much = float(count)
    else:
        much, ones = 0.0, 0.0
        if "几" in count:
            return None
        for one in count:
            if one in "百千十":
                much += (ones or 1) * {"十": 10, "百": 100, "千": 1000}[one]
                ones = 0
            elif one == "半":
                much += 0.5
            elif not ones:
                ones = "零一二三四五六七八九".index(one.replace("两", "二"))
        much += ones
    return round(much * _METRES.get(unit, 1))


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
