"""A message made plain before it is read: one script, one width, no invisible characters, bounded length."""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files

HEAD, TAIL = 4_000, 500
"""Characters kept of a long text, from its beginning and its end: what it is about is said there [INF]."""
INVISIBLE = ("Cc", "Cf", "Cs")


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


def clean(text: str) -> str:
    """The text in simplified characters, half width where there is one, without invisible characters, bounded.

    Never raises; may be empty. Positions are not those of the original.
    """
    return cut(cut(text).translate(_plain()))
