"""Norms: the numbers, lists and tables of the rules that change with laws, each with its paper and its days.

A time limit is a `Rule` (limits.py); everything else a rule needs to know (persons a room, a rate of interest, a
check-list, a pay table) is a norm. What was reckoned by a norm keeps its stamp, so it can be reckoned again.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from anxin.kernel.errors import UnknownRule
from anxin.kernel.limits import BadRule


@dataclass(frozen=True, kw_only=True)
class Norm:
    """One version of a norm, in force from `effective` up to, not including, `until` (None: still in force).

    `value` is a number, text, list or mapping as JSON knows them; `unit` says what it counts (persons, m2, fen ...).
    `source` names the clause, `provenance` how well it is known (a tag of the field guide: LAW, S.., BK, INF).
    Raises BadRule when incomplete.
    """

    code: str
    title: str
    title_en: str = ""
    unit: str = ""
    value: Any
    version: str
    effective: date
    until: date | None = None
    source: str
    provenance: str

    def __post_init__(self) -> None:
        if not (self.code and self.version and self.source and self.provenance):
            raise BadRule(self.code)
        if self.until is not None and self.until <= self.effective:
            raise BadRule(self.stamp)

    @property
    def stamp(self) -> str:
        """What is written beside whatever was reckoned by this version."""
        return f"{self.code}@{self.version}"


def norm_on(norms: Iterable[Norm], code: str, day: date) -> Norm:
    """The version of a norm in force on a day (Shanghai date); of several the latest. Raises UnknownRule."""
    fit = [
        each
        for each in norms
        if each.code == code and each.effective <= day and (each.until is None or day < each.until)
    ]
    if not fit:
        raise UnknownRule(f"{code} {day}")
    return max(fit, key=lambda each: (each.effective, each.version))


def read(place: Path, prefix: str, effective: date) -> tuple[Norm, ...]:
    """Norms a programme declares in a TOML file beside its code ([[norm]], with or without its prefix).

    What a row leaves out: version "1", in force since `effective`. Raises BadRule for a row that is incomplete.
    """
    rows = tomllib.loads(place.read_text("utf-8")).get("norm", [])
    try:
        return tuple(
            Norm(**{
                "version": "1", "effective": effective, **row,
                "code": f"{prefix}.{row['code'].removeprefix(f'{prefix}.')}",
            }) for row in rows
        )  # fmt: skip
    except (KeyError, TypeError) as error:
        raise BadRule(f"{place.name}: {error}") from None
