"""The names of places that stand in a text, as they are written: plain, by sound, by shape, in Latin letters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from anxin.understanding import likeness
from anxin.understanding.gazetteer import (
    DECOY,
    FULL,
    LOCAL,
    OUTSIDE,
    WEAK,
    Writing,
    Writings,
    crossed,
    inside,
    is_everyday,
    is_word,
)
from anxin.understanding.saying import BREATH, GAP, LIVES, TAIL_END, TAIL_PLACE, TAIL_ROAD, THAT, beyond

MOST_NAMES = 40
"""Names of one text that are looked at [INF]."""
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]{4}")


@dataclass(slots=True)
class Mention:
    """A name in the text: where, and which spots it may stand for."""

    start: int
    end: int
    writing: Writing
    spots: set[int]
    guess: bool = False
    role: float = 1.0


class Finder:
    """Finds the names of some spots in a text, in one pass over plain names and one over what they sound like."""

    def __init__(self, writings: Writings) -> None:
        self.writings, self.spots, self.up = writings, writings.spots, writings.up

    def names(self, text: str) -> list[Mention]:
        """The names in a text that may be trusted there, in order."""
        words, first = self.writings.words, self.writings.first_shaped
        raw = [
            Mention(start, end, words[which], words[which].spots, which >= first)
            for which, start, end in self.writings.find_plain.find_matches_as_indexes(text)[: 2 * MOST_NAMES]
        ]
        taken = {(each.start, each.end) for each in raw if not each.guess}
        outside = [each.end for each in raw if each.writing.text in OUTSIDE and each.writing.trust == DECOY]
        raw = [e for e in raw if e.writing.trust != DECOY and not any(beyond(text, o, e.start) for o in outside)]
        sure = [each for each in raw if not each.guess and self._is_sure(text, each)]
        weak = [each for each in raw if not each.guess and each.writing.trust in (LOCAL, WEAK)]
        guesses = [each for each in raw if each.guess]
        for which, start, end in self.writings.find_heard.find_matches_as_indexes(likeness.heard(text)):
            if (start, end) not in taken and len(guesses) < MOST_NAMES:
                writing = self.writings.sounds[which]
                guesses.append(Mention(start, end, writing, writing.spots, True))
        for guess in sorted(guesses, key=lambda each: each.start):
            inside = [each for each in sure if each.start < guess.end and guess.start < each.end]
            if self._is_likely(text, guess, sure) and all(
                guess.start <= each.start and each.end <= guess.end and each.writing.trust < FULL for each in inside
            ):
                sure = [each for each in sure if each not in inside] + [guess]
        for each in weak:
            if self._has_context(text, each, sure):
                sure.append(each)
        if _LATIN.search(text):
            sure += self._in_letters(text, sure)
        sure = sorted(sure, key=lambda each: each.start)[:MOST_NAMES]
        return [each for each in sure if not self._is_namesake(text, each, sure)]

    def _is_namesake(self, text: str, name: Mention, sure: Sequence[Mention]) -> bool:
        """Whether an uncertain name follows in one breath an area that has no such place (平湖市凤鸣小区)."""
        if name.writing.trust == FULL and not name.guess:
            return False
        before = [e for e in sure if e.end <= name.start and e.writing.trust == FULL and not e.guess]
        near = [e for e in before if name.start - e.end <= 12 and not BREATH.search(text, e.end, name.start)]
        near = [e for e in near if all(self.spots[i].level in ("county", "town") for i in e.spots)]
        return bool(near) and not any(
            self._inside(name.spots, e.spots) or self._inside(e.spots, name.spots) for e in near
        )

    def _is_sure(self, text: str, name: Mention) -> bool:
        """Whether a name that is no everyday word is a place here."""
        if name.writing.trust == FULL:
            return True
        if name.writing.trust <= WEAK or (name.writing.stem and TAIL_ROAD.match(text, name.end)):
            return False
        return len(name.writing.text) > 3 or not crossed(text, name.start, name.end)

    def _is_likely(self, text: str, guess: Mention, sure: Sequence[Mention]) -> bool:
        """Whether a wrong writing is close enough to the name it may be meant for."""
        written, name, suffix = text[guess.start : guess.end], guess.writing.text, guess.writing.suffix
        if len(written) != len(name):
            return False
        same = sum(map(str.__eq__, written, name))
        if same * 2 < len(name) or (len(name) == 3 and same < 2) or (len(suffix) == 1 and written[-1] != suffix):
            return False
        if suffix == "村" and written.endswith("新村"):
            return False
        if len(name) == 3 and not suffix:
            return any(0 <= guess.start - e.end <= 1 and self._inside(guess.spots, e.spots) for e in sure)
        stem = written.removesuffix(suffix)
        if len(stem) > 2 or not suffix:
            return True
        if not is_word(stem) and not crossed(text, guess.start, guess.end):
            return True
        return suffix not in ("社区", "村") or any(self._inside(guess.spots, other.spots) for other in sure)

    def _has_context(self, text: str, name: Mention, sure: Sequence[Mention]) -> bool:
        """Whether an everyday word is meant as a place: inside a place that was named, or where one would be said."""
        if name.writing.stem and TAIL_ROAD.match(text, name.end):
            return False
        if any(self._touches(text, name, other) for other in sure):
            return True
        if name.writing.trust == LOCAL:
            return self._is_local(text, name, sure)
        if crossed(text, name.start, name.end):
            return False
        if TAIL_PLACE.match(text, name.end):
            return True
        if not LIVES.search(text, max(0, name.start - 6), name.start):
            return False
        small = all(self.spots[each].level == "village" for each in name.spots)
        return (not small and not is_everyday(name.writing.text)) or bool(TAIL_END.match(text, name.end))

    def _touches(self, text: str, name: Mention, other: Mention) -> bool:
        """Whether the name stands right behind a place it lies in, or right before one that lies in it."""
        if 0 <= name.start - other.end <= 1 and text[other.end : name.start] in ("", *GAP):
            long = name.writing.trust == WEAK or len(name.writing.text) > 2
            return long and self._inside(name.spots, other.spots)
        if 0 <= other.start - name.end <= 1 and text[name.end : other.start] in ("", *GAP):
            return name.writing.trust == WEAK and self._inside(other.spots, name.spots)
        return False

    def _is_local(self, text: str, name: Mention, sure: Sequence[Mention]) -> bool:
        """Whether the rest of a name is said behind the town or village it begins with (独山港那个码头)."""
        for other in sure:
            between = text[other.end : name.start] if 0 < name.start - other.end <= 6 else ""
            close = len(name.writing.text) > 2 and between in ("的", "里", "里的", "上的")
            if (close or (between and THAT.fullmatch(between))) and self._inside(name.spots, other.spots):
                return True
        return False

    def _in_letters(self, text: str, sure: Sequence[Mention]) -> list[Mention]:
        """Names written in pinyin or with an English suffix, between borders of words."""
        run, starts, ends = likeness.letters(text)
        found = []
        for which, start, end in self.writings.find_letters.find_matches_as_indexes(run)[:MOST_NAMES]:
            if start in starts and end in ends:
                writing = self.writings.spellings[which]
                found.append(Mention(starts[start], ends[end], writing, writing.spots, True))
        return [each for each in found if not any(e.start < each.end and each.start < e.end for e in sure)]

    def _inside(self, inner: Iterable[int], outer: Iterable[int]) -> bool:
        return inside(self.up, inner, outer)
