"""What a paper consists of: lines, paragraphs, tables, places to sign and to stamp. It knows no file format."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
"""What no paper shows: control characters, marks that turn the direction of reading, halves of characters."""


def clean(text: object) -> str:
    """A text as it may stand on a paper: line ends are "\\n", nothing unseen is left in it."""
    said = str(text).replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return _UNSEEN.sub("", said)


@dataclass(frozen=True, slots=True)
class Line:
    """What something is called and what it is: `label：value`."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Text:
    """Paragraphs, one for each line of the text; `indent` moves their first line in by two characters.

    `align` is "left", "center" or "right".
    """

    text: str
    indent: bool = True
    align: str = "left"


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a part of the paper; `level` 1 or 2."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose header is repeated on every page; `widths` are shares of the page, empty for equal ones.

    A row that is shorter than the header is filled up with empty cells, a longer one is cut.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[object]]
    widths: Sequence[float] = ()

    def shares(self) -> list[float]:
        """The share of each column, together 1."""
        given = [max(float(width), 0.01) for width in self.widths[: len(self.header)]]
        given += [sum(given) / len(given) if given else 1.0] * (len(self.header) - len(given))
        return [width / sum(given) for width in given]

    def cells(self) -> list[list[str]]:
        """The rows as clean texts, each as long as the header."""
        most = len(self.header)
        return [[*[clean(cell) for cell in row[:most]], *[""] * (most - len(row))] for row in self.rows]


@dataclass(frozen=True, slots=True)
class Signatures:
    """Places to sign, two beside each other: (what the signer is, name or nothing)."""

    places: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins a new page."""


@dataclass(frozen=True, slots=True)
class Box:
    """An empty frame at the right for a stamp or a fingerprint, with what belongs into it; sizes in centimetres."""

    label: str
    width: float = 4.5
    height: float = 3.0


Part = Line | Text | Heading | Table | Signatures | PageBreak | Box


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper: title, number (at the right under the title), parts, a sentence for the foot of each page."""

    title: str
    number: str = ""
    parts: Sequence[Part] = ()
    footer: str = ""
