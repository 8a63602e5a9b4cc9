"""A message made plain before it is read: one script, one width, no invisible characters, bounded length."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

HEAD, TAIL = 4_000, 500
"""Characters kept of a long text, from its beginning and its end: what it is about is said there [INF]."""
INVISIBLE = ("Cc", "Cf", "Cs")
TOGETHER = 64
"""Messages read together; so many are remembered as made plain, since place, danger and twins each ask for the same."""


@cache
def _plain() -> dict[int, str | None]:
    """What becomes of single characters: half width, simplified; invisible ones and lone surrogates go."""
    table: dict[int, str | None] = {}
    for code in range(0x10000):
        one = chr(code)
        if (other := unicodedata.normalize("NFKC", one)) != one:
            table[code] = other
        elif unicodedata.category(one) in INVISIBLE:
            table[code] = None
    words = files("opencc") / "dictionary" / "TSCharacters.txt"
    for line in words.read_text("utf-8").splitlines():
        one, _, others = line.partition("\t")
        if len(one) == 1 and others:
            table[ord(one)] = others.split(" ")[0]
    return table | {ord("\t"): " ", ord("\n"): "\n", ord("\r"): "\n"}


def cut(text: str) -> str:
    """The beginning and the end of a long text, joined by a line break; a short one as it is."""
    return text if len(text) <= HEAD + TAIL else f"{text[:HEAD]}\n{text[-TAIL:]}"


@lru_cache(maxsize=2 * TOGETHER)
def clean(text: str) -> str:
    """The text in simplified characters, half width where there is one, without invisible characters, bounded.

    Never raises; may be empty. Positions are not those of the original.
    """
    return cut(cut(text).translate(_plain()))


BETWEEN = "\x01"
"""Between texts that are made plain together; no plain text contains it."""
_GONE = np.uint32(0xFFFFFFFF)


@cache
def _close() -> NDArray[np.uint32]:
    """What becomes of each character of the first plane in a close text: plain, small letters, no blanks."""
    table = np.arange(0x10000, dtype=np.uint32)
    for code, other in _plain().items():
        if code < len(table):
            table[code] = ord(other[0]) if other else _GONE
    for letter in range(ord("A"), ord("Z") + 1):
        table[table == letter] = letter + 32
    table[(table == ord(" ")) | (table == ord("\n"))] = _GONE
    table[ord(BETWEEN)] = ord(BETWEEN)
    return table


def close(texts: Sequence[str]) -> list[str]:
    """Many texts at once as `clean` makes them, in small letters and without blanks; one character stays one.

    A sign that stands for several (㎡) becomes the first of them.
    """
    joined = BETWEEN.join([cut(text).replace(BETWEEN, "") for text in texts])
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    table = _close()
    plain = table[np.minimum(codes, 0xFFFF)]
    if len(codes) and int(codes.max()) > 0xFFFF:
        plain = np.where(codes > 0xFFFF, codes, plain)
    said: str = plain[plain != _GONE].tobytes().decode("utf-32-le")
    return said.split(BETWEEN)
