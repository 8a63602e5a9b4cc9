"""Known already: which open and recent matters a message most likely speaks of, in constant time, by hashes only.

What is kept of a message are hashes of its 48 most telling runs of two or three characters, never its words. What is
telling is learned: the fewer messages have a run, the more it tells (`near.npz`, and every message added since). Runs
in the headline and in names (what ends in 路, 镇, 小区 ...) weigh more. The 24 most telling are also keys: each key
remembers the last 32 messages that had it. A look-up asks the 48 best runs of its own text, counts which messages
come up most, and compares the best 16 of them in full. None of this grows with the index.

The probability that a clerk would call two messages the same matter is a logistic formula over six plain comparisons
(`CLUES`, `WEIGHTS`), fitted on 605 pairs of real messages that two readers labelled alike (bench/labelled/pairs.csv),
on the same messages with the place of another one put in, and on messages that are hardly alike [INF]. Evidence of
place is added by hand (`PLACE`), since those messages have no places of a tree [INF]. Measured by
`./run/bench understanding`, which also prints the formula when it is fitted anew.

`near.npz` holds how many of 14,440 messages to a provincial government's site (a data contest of 2020) have a run, by
the low 20 bits of its hash, where at least eight have it: no text, and no run can be read from it.
"""

from __future__ import annotations

import fcntl
import math
import os
import string
import tempfile
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from anxin.understanding.text import clean, cut

Bits = NDArray[np.uint32]
Whole = NDArray[np.intp]
Real = NDArray[np.float32]
Yes = NDArray[np.bool_]
Bytes = NDArray[np.uint8]

KEPT, POSTED, ASKED, RING, COMPARED = 48, 24, 48, 32, 16
"""Hashes kept of a message; of those, keys; keys a look-up asks; messages a key remembers; messages compared [INF]."""
DESK = 0.75
"""Probability from which the desk says "known already" [INF]: 96 % of the labelled pairs shown are the same matter, and
as many of the look-ups among all real messages, by a sample of about 150 that one person read. Lower, messages about
the same estate with another trouble come up."""
FORM = 0.5
"""Probability from which the form asks while typing [INF]: over 85 % of the labelled pairs, and about three in four of
the look-ups among all real messages, by the same reading."""
HEADLINE, OPENING = 80, 30
"""Characters a first line may have to be a headline; characters of a text without one that serve as such [INF]."""
IN_HEADLINE, IN_NAME, AGAIN = 1.5, 1.25, 0.3
"""How much more a run weighs in the headline, in a name, and (as a power of how often) when it is repeated [INF]."""
COUNTERS, RARE, LEARNED_FROM = 1 << 20, 8, 14_440
"""Counters of runs; below how many messages of so many a run is simply rare (grows with the square root) [INF]."""
NAMING = "区县市镇乡村组街道路巷弄桥站场园苑城府湾庭居楼河港院校学司厂店馆期栋幢号寨里墅郡寓厦盘业地目际"
"""Characters that Chinese names of places and bodies end with (小区, 公寓, 公司, 工地 ...): what ends there, or stands
two characters before, is taken for a name [INF]."""
NAMING_PAIRS = frozenset(
    ("小区", "社区", "花园", "公寓", "家园", "公司", "学校", "小学", "中学", "街道", "大道", "广场")
)
"""Words a passage is not cut in when it is shown [INF]."""
PLACE = ((0.8, -0.4), (0.6, -0.8), (0.3, -1.5), (0.0, -2.5))
"""Log odds for the same and for another grid, village, town, county [INF]."""
PLACES = ("网格", "村社区", "镇街道", "县区")
CLUES = (
    "share of what is telling in the text (and LITTLE) that was kept (log of at most ENOUGH, and SOME)",
    "names shared (log, and 1)",
    "days between (log, and MONTH)",
    "over how many blocks of four characters what is shared is spread (log, and 1)",
    "apart: share of the names in the headline that the other lacks, the smaller of both sides",
    "the same words about another place: how far apart exceeds APART, times how far the share exceeds ALIKE",
)
WEIGHTS: tuple[float, ...] = (6.327, 1.867, 0.166, -1.037, 0.931, -0.593, -38.057)
"""Of the formula: the constant first, then one for each of the CLUES [INF]."""
UNKNOWN_GAP = 90.0
"""Days between two messages when one of them has no time [INF]."""
LITTLE, ENOUGH, SOME, ALIKE, APART, MONTH, TINY = (np.float32(n) for n in (20, 0.6, 0.03, 0.5, 0.1, 30, 1e-6))
LATIN = string.ascii_letters + string.digits
SHOWN, STEPS, FEW = 5, 60, 8
CAPACITY, WRITTEN, HIGHEST, ALIVE, LEARNED, WEIGHED = 1, 2, 3, 4, 5, 6
VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A matter that is probably the same one: how probably, on which shared words (longest first), and a sentence."""

    ident: int
    probability: float
    words: tuple[str, ...]
    reason: str


@dataclass(slots=True)
class Text:
    """A message as the index sees it: its runs of two, then of three characters, each in the order they stand.

    `seen`: the characters as typed; `windows`: where each run begins (those of three from `len(seen) - 1` on);
    `weights`: how telling (0 for a repetition); `ends`: how many of the runs of two stand in the headline, are runs of
    two, and come before the end of the headline in those of three; `best`: the most telling, best first; `table` finds
    a run by the low bits of its hash.
    """

    seen: NDArray[np.uint16]
    windows: Whole
    hashes: Bits
    names: Yes
    weights: Real
    steps: Bytes
    ends: tuple[int, int, int]
    best: Whole
    table: NDArray[np.int32]

    def marks(self) -> Bytes:
        """Of each of the best runs: its weight in 6 bits, whether it is part of a name, whether in the headline."""
        best, (two, middle, three) = self.best, self.ends
        headline = (best < two) | ((best >= middle) & (best < three))
        flags = self.names[best].astype(np.uint8) << np.uint8(1) | headline.astype(np.uint8)
        return self.steps[best] & np.uint8(0xFC) | flags


@cache
def _folded() -> Bits:
    """For every character the one it is read as (simplified, half width, small letters), 0 where it ends a run."""
    table = np.zeros(0x10000, np.uint32)
    codes = [*range(0x21, 0xD800), *range(0xF900, 0xFFFE)]
    for start in range(0, len(codes), 1000):
        part = codes[start : start + 1000]
        for code, plain in zip(part, clean("\n".join(map(chr, part))).split("\n"), strict=True):
            if (one := plain[:1].lower()[:1]).isalnum():
                table[code] = ord(one) if ord(one) <= 0xFFFF else code
    return table


@cache
def _naming() -> Yes:
    """Which characters names of places and bodies end with."""
    single: Yes = np.zeros(0x10000, np.bool_)
    single[[ord(one) for one in NAMING]] = True
    return single


@cache
def _learned() -> Real:
    """How many of the messages this project learned from have a run, by the low bits of its hash."""
    with np.load(str(files("anxin.understanding") / "near.npz")) as kept:
        table = np.zeros(COUNTERS, np.float32)
        table[np.cumsum(kept["steps"], dtype=np.int64)] = np.exp2(kept["eighths"] / 8.0)
    return table


FIRST, SECOND, THIRD, MIX = (np.uint32(odd) for odd in (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x2C1B3C6D))
_TIMES = np.array([0.0, 1.0, 2.0**AGAIN, 3.0**AGAIN, 4.0**AGAIN], np.float32)
_NAME_OR_NOT = np.array([1 / 255, IN_NAME / 255], np.float32)
_UP = np.arange(1 << 14, dtype=np.int32)
_NAMED = np.where(np.arange(256) & 3 == 3, (np.arange(256) & 0xFC) / STEPS, 0).astype(np.float32)
"""The weight of a run by its mark, if it is a name in the headline."""


def rarities(counts: Real, messages: int) -> Bytes:
    """How rare runs are that so many of so many messages have: 0 those in all, 255 those in a few or none."""
    rare = np.float32(RARE * math.sqrt(messages / LEARNED_FROM))
    found = np.log(np.float32(messages) / np.maximum(counts, rare)) / np.float32(math.log(messages / rare))
    return (np.maximum(found, 0) * 255 + 0.5).astype(np.uint8)


def read(text: str, rarity: Bytes) -> Text:
    """What is telling in a text, given how rare each run is (`rarities`). Never raises; may be empty."""
    text = cut(text.strip()).replace(" ", "").replace("\u3000", "")
    until = text.find("\n", 0, HEADLINE + 1)
    if until < 0:
        until = len(text) if len(text) <= HEADLINE else OPENING
    if len(text) < 3:
        text += "\0\0\0"
    seen = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)
    codes, many = _folded()[seen], len(seen)
    ends = _naming()[codes]
    runs, whole = np.empty(2 * many - 3, np.uint32), np.empty(2 * many - 3, np.bool_)
    np.add(codes[:-1] * FIRST, codes[1:] * SECOND, out=runs[: many - 1])
    np.add(runs[: many - 2], codes[2:] * THIRD, out=runs[many - 1 :])
    there = codes != 0
    np.logical_and(there[:-1], there[1:], out=whole[: many - 1])
    np.logical_and(whole[: many - 2], there[2:], out=whole[many - 1 :])
    named = np.zeros(2 * many - 3, np.bool_)
    named[: many - 3] = ends[3:]
    named[many - 1 :] = ends[2:]
    windows = whole.nonzero()[0]
    names, hashes = named[windows], runs[windows]
    hashes ^= hashes >> np.uint32(15)
    hashes *= MIX
    # the first of equal runs stands in the table for all; of two runs that share a place in it, the later is dropped
    table = np.zeros(1 << max(10, (12 * len(hashes)).bit_length()), np.int32)
    places = hashes & np.uint32(len(table) - 1)
    table[places[::-1]] = _UP[: len(hashes)][::-1]
    times = np.bincount(table.take(places), minlength=len(hashes))
    weights = rarity.take(hashes & np.uint32(COUNTERS - 1)) * _NAME_OR_NOT.take(names.view(np.uint8))
    two, middle = int(np.count_nonzero(whole[:until])), int(np.count_nonzero(whole[: many - 1]))
    three = middle + int(np.count_nonzero(whole[many - 1 : many - 1 + until]))
    weights[:two] *= np.float32(IN_HEADLINE)
    weights[middle:three] *= np.float32(IN_HEADLINE)
    weights *= _TIMES.take(times, mode="clip")
    steps = (weights * np.float32(STEPS)).astype(np.uint8)
    # equally telling runs are taken in the order of their hashes, so that two texts take the same ones
    order = hashes.copy()
    order.view(np.uint8)[3::4] = steps  # little-endian: the highest of the four bytes
    best = order.argpartition(len(order) - KEPT)[len(order) - KEPT :] if len(order) > KEPT else np.arange(len(order))
    best = best[order[best].argsort()[::-1]]
    if len(best) and steps[best[-1]] < 4:
        best = best[: np.count_nonzero(steps[best] >= 4)]
    return Text(seen, windows, hashes, names, weights, steps, (two, middle, three), best, table)


def _spread(text: Text, runs: NDArray[np.signedinteger]) -> NDArray[np.uint8]:
    """Over how many blocks of four characters of the text the runs of each row are spread (64 blocks, then again)."""
    pairs = len(text.seen) - 1
    begins = text.windows.copy()
    begins[text.ends[1] :] -= pairs
    blocks = np.zeros(len(begins) + 1, np.uint64)  # none for what is missing
    blocks[:-1] = _BLOCKS.take(begins >> 2, mode="wrap")
    spread: NDArray[np.uint8] = np.bitwise_count(np.bitwise_or.reduce(blocks.take(runs), axis=1))
    return spread


def shared_words(text: Text, runs: NDArray[np.signedinteger]) -> tuple[str, ...]:
    """The words of a text that these of its runs make up, longest first, at most five."""
    tied = np.zeros(len(text.seen) + 1, np.bool_)  # whether a character belongs together with the next one
    windows, pairs = text.windows[runs], len(text.seen) - 1
    threes = windows[windows >= pairs] - pairs
    tied[windows[windows < pairs]] = True
    tied[threes] = True
    tied[threes + 1] = True
    edges = np.flatnonzero(tied[1:] != tied[:-1]) + 1
    bounds = [0, *edges.tolist()] if tied[0] else edges.tolist()
    typed = text.seen.tobytes().decode("utf-16-le", "replace") if len(bounds) else ""
    words = dict.fromkeys(_whole(typed, start, end + 1) for start, end in zip(bounds[::2], bounds[1::2], strict=True))
    return tuple(sorted((word for word in words if len(word) > 1), key=len, reverse=True)[:SHOWN])


def _whole(typed: str, start: int, end: int) -> str:
    """A passage without half a number at its ends (A|3区) and without half a word that names end with (小|区)."""
    before, after = typed[start - 1 : start], typed[end : end + 1]
    if before.isalnum() and before.isascii():
        cropped = typed[start:end].lstrip(LATIN)
        if len(cropped) < end - start:
            start = end - len(cropped) + (cropped[:1] in NAMING)
    if typed[end - 1 : end] + after in NAMING_PAIRS:
        end -= 1
    if after.isalnum() and after.isascii():
        end = start + len(typed[start:end].rstrip(LATIN))
    return typed[start:end]


def _reason(words: tuple[str, ...], place: str, gap: float) -> str:
    """A sentence for a clerk: which words both have, where, and how long before."""
    said = "都提到" + "".join(f"“{word}”" for word in words) if words else "用词相近"
    where = f"，同一{place}" if place else ""
    return f"{said}{where}{_before(gap)}。"


def _before(gap: float) -> str:
    if not math.isfinite(gap):
        return ""
    hours, when = abs(gap) / 3600, "前" if gap >= 0 else "后"
    if hours < 1:
        return "，相隔不到一小时"
    if hours < 48:
        return f"，{int(hours)} 小时{when}"
    if hours < 24 * 60:
        return f"，{int(hours / 24)} 天{when}"
    return f"，约 {int(hours / 24 / 30)} 个月{when}" if hours < 24 * 730 else f"，约 {int(hours / 24 / 365)} 年{when}"


def _odds(*levels: int) -> float:
    """Log odds where each level (grid, village, town, county) is not known (0), the same (1) or another (2)."""
    if 2 in levels:
        return PLACE[max(level for level, said in enumerate(levels) if said == 2)][1]
    return PLACE[levels.index(1)][0] if 1 in levels else 0.0


def _fields(capacity: int) -> tuple[tuple[str, str, tuple[int, ...]], ...]:
    """Names, kinds and shapes of the arrays of an index, in the order they stand in its file."""
    buckets = 1 << max(10, (capacity - 1).bit_length())
    return (
        ("head", "<i8", (16,)),
        ("counts", "<f4", (COUNTERS,)),
        ("rarity", "u1", (COUNTERS,)),
        ("rings", "<i4", (buckets, RING)),
        ("idents", "<i8", (capacity,)),
        ("at", "<f8", (capacity,)),
        ("areas", "<i4", (capacity, 4)),
        ("keys", "<u4", (capacity, KEPT)),
        ("marks", "u1", (capacity, KEPT)),
        ("named", "<f4", (capacity,)),
    )


def _size(fields: Iterable[tuple[str, str, tuple[int, ...]]]) -> int:
    return sum(-(-int(np.prod(shape)) * np.dtype(kind).itemsize // 64) * 64 for _, kind, shape in fields)


def _start(store: NDArray[np.uint8], capacity: int) -> None:
    """An empty index: only what is learned already."""
    head = store[:128].view(np.int64)
    head[0], head[CAPACITY] = VERSION, capacity
    store[128 : 128 + 4 * COUNTERS].view(np.float32)[:] = _learned()
    store[128 + 4 * COUNTERS : 128 + 5 * COUNTERS] = rarities(_learned(), LEARNED_FROM)


def _open(folder: Path, capacity: int) -> int:
    """The file of an index, made if it is not there; of two processes that make one at the same moment, one wins."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"near-{VERSION}.bin"
    if not path.exists():
        number, made = tempfile.mkstemp(dir=folder)
        try:
            os.ftruncate(number, _size(_fields(capacity)))
            store = np.memmap(made, np.uint8, "r+")
            _start(store, capacity)
            store.flush()
            with suppress(FileExistsError):
                os.link(made, path)
        finally:
            os.close(number)
            os.unlink(made)
    return os.open(path, os.O_RDWR)


_MORE = np.array([[SOME], [1], [MONTH], [1]], np.float32)
_BLOCKS = np.uint64(1) << np.arange(64, dtype=np.uint64)
_THREES = 3 ** np.arange(4)
_ODDS = np.array([_odds(*(code // 3**level % 3 for level in range(4))) for code in range(81)], np.float32)
_NONE, _ZERO, _ONES = np.zeros(0, np.int64), np.zeros(1, np.int64), np.ones(KEPT, np.float32)


class Index:
    """Messages by what is telling in them. Many processes may look; whoever adds or forgets waits for the other.

    `path`: a folder; what one process adds, all others see at once, without locks. None: memory of this process only.
    `capacity`: messages kept, the newest; an index that exists keeps the capacity it was made with. A folder takes
    about 420 bytes a message, and the index holds no readable text.
    """

    def __init__(self, path: Path | None = None, *, capacity: int = 1 << 20) -> None:
        self._mutex, self._file = threading.Lock(), -1
        fields = _fields(capacity)
        if path is None:
            store = np.zeros(_size(fields), np.uint8)
            _start(store, capacity)
        else:
            self._file = _open(path, capacity)
            head = np.frombuffer(os.pread(self._file, 16, 0), np.int64)
            fields = _fields(int(head[CAPACITY]))
            store = np.asarray(np.memmap(os.fdopen(os.dup(self._file), "r+b"), np.uint8, "r+", shape=(_size(fields),)))
        views = {}
        begin = 0
        for name, kind, shape in fields:
            size = int(np.prod(shape)) * np.dtype(kind).itemsize
            views[name] = store[begin : begin + size].view(kind).reshape(shape)
            begin += -(-size // 64) * 64
        self._head: Whole = views["head"]
        self._counts: Real = views["counts"]
        self._rarity: Bytes = views["rarity"]
        self._rings: NDArray[np.int32] = views["rings"]
        self._idents: Whole = views["idents"]
        self._at: NDArray[np.float64] = views["at"]
        self._areas: NDArray[np.int32] = views["areas"]
        self._keys: Bits = views["keys"]
        self._marks: Bytes = views["marks"]
        self._named: Real = views["named"]
        self.capacity = len(self._idents)
        self.weights: Real = np.array(WEIGHTS, np.float32)
        self._mask = np.uint32(len(self._rings) - 1)

    @property
    def room(self) -> int:
        """Bytes of all its arrays, in memory or in its file."""
        return _size(_fields(self.capacity))

    def __len__(self) -> int:
        """How many messages can be found."""
        return int(self._head[ALIVE])

    def add(self, ident: int, text: str, *, at: float, areas: Sequence[int] = ()) -> None:
        """Remember a message, in place of an older one of the same number; the oldest of all goes when it is full.

        `at`: seconds since 1970; `areas`: numbers of its grid, village, town and county, 0 where not known. Raises
        ValueError for a negative number.
        """
        self.add_all(((ident, text, at, areas),))

    def add_all(self, many: Iterable[tuple[int, str, float, Sequence[int]]]) -> None:
        """Remember many messages, in the order given (some thousands a second)."""
        for ident, text, at, areas in many:
            if ident < 0:
                raise ValueError(ident)
            told = self.told(text)
            with self._alone():
                self._forget(ident)
                self._put(ident, told.hashes[told.best], told.marks(), at, areas)
                self._learn(told.hashes & np.uint32(COUNTERS - 1))

    def put(self, ident: int, keys: Bits, marks: Bytes, *, at: float, areas: Sequence[int] = ()) -> None:
        """Remember a message of which only the telling runs and their marks are known (nothing is learned from it)."""
        with self._alone():
            self._forget(ident)
            self._put(ident, keys, marks, at, areas)

    def forget(self, ident: int) -> None:
        """Take a message out (its words are erased, it is merged or too old); one that is not there is no error.

        Nothing of it stays, except that the counts of how many messages have a run stay as they are.
        """
        with self._alone():
            self._forget(ident)

    def look(
        self,
        text: str,
        *,
        at: float,
        areas: Sequence[int] = (),
        limit: int = 5,
        least: float = DESK,
        but: Collection[int] = (),
    ) -> list[Near]:
        """Messages that are probably the same matter as this text, the most probable first.

        `at`, `areas`: as in `add`, of the text; `least`: the lowest probability shown (`DESK`, `FORM`); `but`: numbers
        that are not meant (the matter itself). Never raises on any text; of an empty one nothing is found.
        """
        told = self.told(text)
        slots, idents = self._candidates(told)
        if not len(slots):
            return []
        clues, hits = self._clues(told, slots, at)
        chances = clues @ self.weights[1:] + self.weights[0]
        needed = math.log(max(least, 1e-12) / max(1 - least, 1e-12))
        if chances.max() + PLACE[0][0] < needed:
            return []
        if any(areas):
            chances += self._placed(slots, areas)
        still = idents == self._idents[slots]  # not while it was being replaced
        found: list[Near] = []
        for n in np.argsort(-chances, kind="stable"):
            probability = 1 / (1 + math.exp(-min(max(float(chances[n]), -30.0), 30.0)))
            if probability < least or len(found) >= limit:
                break
            ident = int(idents[n]) - 1
            if not still[n] or ident in but:
                continue
            words = shared_words(told, hits[n][hits[n] < len(told.hashes)])
            reason = _reason(words, self._same_place(int(slots[n]), areas), at - float(self._at[slots[n]]))
            found.append(Near(ident=ident, probability=probability, words=words, reason=reason))
        return found

    def clues(self, text: str, idents: Sequence[int], *, at: float) -> Real:
        """The comparisons (`CLUES`) of a text with messages of these numbers, one row each: for fitting the formula.

        Raises KeyError for a number that is not there.
        """
        slots = np.array([self._slot(ident) for ident in idents], np.int64)
        if (slots < 0).any():
            raise KeyError(idents)
        told = self.told(text)
        return self._clues(told, slots, at)[0] if len(told.hashes) else np.zeros((len(slots), len(CLUES)), np.float32)

    def told(self, text: str) -> Text:
        """The text as this index sees it, by what it has learned so far."""
        return read(text, self._rarity)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._mutex:
            if self._file >= 0:
                fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                if self._file >= 0:
                    fcntl.flock(self._file, fcntl.LOCK_UN)

    def _learn(self, runs: Bits) -> None:
        """Count the runs of one more message; now and then, as the number of messages grows, weigh all of them anew."""
        self._head[LEARNED] += 1
        messages = LEARNED_FROM + int(self._head[LEARNED])
        self._counts[runs] += np.float32(1)
        if messages * 20 // 21 >= LEARNED_FROM + self._head[WEIGHED]:
            self._rarity[:] = rarities(self._counts, messages)
            self._head[WEIGHED] = self._head[LEARNED]
        else:
            self._rarity[runs] = rarities(self._counts[runs], messages)

    def _slot(self, ident: int) -> int:
        if ident > self._head[HIGHEST]:
            return -1
        written = min(int(self._head[WRITTEN]), self.capacity)
        found = np.flatnonzero(self._idents[:written] == ident + 1)
        return int(found[0]) if len(found) else -1

    def _forget(self, ident: int) -> None:
        if (slot := self._slot(ident)) >= 0:
            self._wipe(slot)

    def _wipe(self, slot: int) -> None:
        """Readers must not find it half gone: first its number, then the rest."""
        if not self._idents[slot]:
            return
        self._idents[slot] = 0
        self._head[ALIVE] -= 1
        keys = self._keys[slot, :POSTED]
        buckets = keys[keys != 0] & self._mask
        rings = self._rings[buckets]
        rings[rings == slot + 1] = 0
        self._rings[buckets] = rings
        self._keys[slot], self._marks[slot], self._named[slot] = 0, 0, 0
        self._at[slot], self._areas[slot] = 0, 0

    def _put(self, ident: int, keys: Bits, marks: NDArray[np.uint8], at: float, areas: Sequence[int]) -> None:
        """Readers must not find it half there: first everything else, then its number, then its keys."""
        slot = int(self._head[WRITTEN]) % self.capacity
        self._wipe(slot)
        self._head[WRITTEN] += 1
        self._keys[slot, : len(keys)], self._marks[slot, : len(keys)] = keys, marks
        self._at[slot], self._named[slot] = at, _NAMED.take(marks).sum()
        self._areas[slot, : len(areas)] = areas[:4]
        self._idents[slot] = ident + 1
        self._head[HIGHEST] = max(int(self._head[HIGHEST]), ident)
        self._head[ALIVE] += 1
        buckets = np.unique(keys[:POSTED] & self._mask)
        rings = self._rings[buckets]
        rings[:, 1:], rings[:, 0] = rings[:, :-1].copy(), slot + 1
        self._rings[buckets] = rings

    def _candidates(self, told: Text) -> tuple[Whole, Whole]:
        """Slots and numbers (plus one) of the messages that share most keys with the text, at most COMPARED."""
        buckets = told.hashes[told.best[:ASKED]] & self._mask
        heard = self._rings.take(buckets, 0).ravel()
        heard.sort()
        heard = heard[heard.searchsorted(1) :]
        if not len(heard):
            return _NONE, _NONE
        edges = np.ones(len(heard) + 1, np.bool_)
        np.not_equal(heard[1:], heard[:-1], out=edges[1:-1])
        starts = edges.nonzero()[0]
        times = starts[1:] - starts[:-1]
        often = (times >= (2 if len(buckets) >= FEW else 1)).nonzero()[0]
        counted = times[often] << 32 | heard[starts[often]]  # of equally many keys, the newer message
        if len(counted) > COMPARED:
            counted = np.partition(counted, len(counted) - COMPARED)[-COMPARED:]
        slots = (counted & 0xFFFFFFFF) - 1
        idents = self._idents.take(slots)
        alive = idents != 0
        return slots[alive], idents[alive]

    def _clues(self, told: Text, slots: Whole, at: float) -> tuple[Real, NDArray[np.signedinteger]]:
        """A row of comparisons (`CLUES`) for each slot; and for each of its hashes the run, or the number of runs."""
        keys, marks, many = self._keys.take(slots, 0), self._marks.take(slots, 0), len(told.hashes)
        runs = told.table.take(keys & np.uint32(len(told.table) - 1))
        hit = told.hashes.take(runs) == keys
        runs = np.where(hit, runs, many)
        own = np.zeros((3, many + 1), np.float32)  # all, names, names in the headline
        own[0, :many] = told.weights
        np.multiply(told.weights, told.names, out=own[1, :many])
        two, middle, three = told.ends
        own[2, :two], own[2, middle:three] = own[1, :two], own[1, middle:three]
        ours, our_all = own.take(runs, 1) @ _ONES, own.take(told.best, 1) @ _ONES[: len(told.best)]
        theirs, their_all = _NAMED.take(marks * hit) @ _ONES, self._named.take(slots)
        days = np.abs(at - self._at.take(slots)) / 86_400.0
        clues = np.empty((len(CLUES), len(slots)), np.float32)
        np.minimum(ours[0] / (our_all[0] + LITTLE), ENOUGH, out=clues[0])
        clues[1] = ours[1]
        clues[2] = np.where(days >= 0, days, UNKNOWN_GAP)
        clues[3] = _spread(told, runs)
        clues[:4] += _MORE
        np.log(clues[:4], out=clues[:4])
        they_lack = (their_all - theirs) / np.maximum(their_all, TINY)
        we_lack = (our_all[2] - ours[2]) / max(our_all[2], TINY)
        np.minimum(np.maximum(they_lack, 0), np.maximum(we_lack, 0), out=clues[4])
        share = ours[0] / max(our_all[0], TINY)
        np.multiply(np.maximum(clues[4] - APART, 0), np.maximum(share - ALIKE, 0), out=clues[5])
        chosen: Real = clues.T
        return chosen, runs

    def _placed(self, slots: Whole, areas: Sequence[int]) -> Real:
        """Log odds of the places: of the largest area that differs, else of the smallest that is the same."""
        theirs = self._areas.take(slots, 0)[:, : len(areas)]
        differs = theirs != np.array(areas[:4], np.int32)
        known = theirs.astype(np.bool_) & np.array([area != 0 for area in areas[:4]])
        odds: Real = _ODDS.take((known * (differs + 1)) @ _THREES[: len(areas)])
        return odds

    def _same_place(self, slot: int, areas: Sequence[int]) -> str:
        for level, (area, name) in enumerate(zip(areas, PLACES, strict=False)):
            if area and self._areas[slot, level] == area:
                return name
        return ""
