"""The diversion list 110 <-> 12345 (分流联动事项清单): which side takes what, and what 12345 does not take at all.

The lists are `diversion.csv` and `refusals.csv`, versioned by day. They are this project's default, drawn from the
boundary of guide 2.3 and the classes that are typical elsewhere; Jiaxing's own list is not public, and every row says
so. Each place replaces the files by its own list. (One county's list had 11 classes with 59 items one way and 9 with
36 the other [S37]; these numbers are not copied.)
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from anxin.kernel.errors import UnknownRule
from anxin.kernel.registry import Ground

HERE = Path(__file__).parent
TO_12345, TO_110, UNDECIDED = "12345", "110", ""
SIDES = {"to_12345": TO_12345, "to_110": TO_110}


@dataclass(frozen=True, kw_only=True)
class Item:
    """One row of the list: what goes to `side` ("12345" or "110"), who takes it there, from which day on."""

    side: str
    group: str
    group_en: str
    title: str
    title_en: str
    kind: str
    taker: str
    words: tuple[str, ...]
    version: str
    effective: date
    until: date | None
    source: str
    provenance: str


@dataclass(frozen=True, kw_only=True)
class NotTaken:
    """What 12345 does not take: the reason to give, and the right route. Source: guide 2.3 [LAW:WF 19]."""

    code: str
    reason: str
    reason_en: str
    route: str
    route_en: str
    words: tuple[str, ...]
    version: str
    effective: date
    until: date | None
    source: str
    provenance: str


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Which side takes it ("" : not clear), by which item and transfer rule (R1, R2, R4, R7), and why, in words."""

    side: str
    item: Item | None
    rule: str
    why: str


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _until(row: dict[str, str]) -> date | None:
    return date.fromisoformat(row["until"]) if row["until"] else None


@cache
def items() -> tuple[Item, ...]:
    """Every row of the list, all versions."""
    return tuple(
        Item(
            side=SIDES[row["direction"]],
            group=row["class"],
            group_en=row["class_en"],
            title=row["item"],
            title_en=row["item_en"],
            kind=row["kind"],
            taker=row["taker"],
            words=tuple(row["words"].split()),
            version=row["version"],
            effective=date.fromisoformat(row["effective"]),
            until=_until(row),
            source=row["source"],
            provenance=row["provenance"],
        )
        for row in _rows("diversion.csv")
    )


@cache
def refusals() -> tuple[NotTaken, ...]:
    """Every row of what is not taken, all versions."""
    return tuple(
        NotTaken(
            code=row["code"],
            reason=row["reason"],
            reason_en=row["reason_en"],
            route=row["route"],
            route_en=row["route_en"],
            words=tuple(row["words"].split()),
            version=row["version"],
            effective=date.fromisoformat(row["effective"]),
            until=_until(row),
            source=row["source"],
            provenance=row["provenance"],
        )
        for row in _rows("refusals.csv")
    )


@cache
def in_force(day: date, listed: tuple[Item, ...] | None = None) -> tuple[Item, ...]:
    """The rows in force on a day, of the house list or of another one."""
    rows = items() if listed is None else listed
    return tuple(row for row in rows if row.effective <= day and (row.until is None or day < row.until))


@cache
def not_taken(day: date) -> tuple[NotTaken, ...]:
    """What 12345 does not take on a day: the choices of the form that refuses, each with its route."""
    return tuple(row for row in refusals() if row.effective <= day and (row.until is None or day < row.until))


GROUNDS = 8
"""Lines of the list that are shown at most."""


def grounds(said: str, kind: str, day: date) -> list[Ground]:
    """The lines of the list a hand-back may point to: those some words touch, else those of the kind."""
    words = [word for word in said.replace("，", " ").replace("、", " ").split() if word][:8]
    rows = in_force(day)
    if words:
        ranked = [(sum(_touches(row, word) for word in words), row) for row in rows]
        found = [row for hits, row in sorted(ranked, key=lambda each: -each[0]) if hits]
    else:
        found = [row for row in rows if row.kind == kind]
    return [
        Ground(
            title=f"{row.group}—{row.title}",
            title_en=f"{row.group_en} - {row.title_en}",
            taker=row.taker,
            quote=f"《分流联动事项清单》{row.version}版：{row.group}—{row.title}（{row.side}承接：{row.taker}）",
            source=f"{row.source} [{row.provenance.partition('：')[0]}]",
        )
        for row in found[:GROUNDS]
    ]


def _touches(row: Item, word: str) -> bool:
    return word in f"{row.group}{row.title}{row.taker}{row.group_en} {row.title_en}" or any(
        word in each or each in word for each in row.words
    )


def route(code: str, day: date) -> NotTaken:
    """The reason and route with this code. Raises UnknownRule when none is in force."""
    for row in not_taken(day):
        if row.code == code:
            return row
    raise UnknownRule(f"{code} {day}")


def divert(said: str, day: date, listed: tuple[Item, ...] | None = None) -> Decision:
    """Which side takes a matter, told in words or by the code of its kind; a proposal that a person confirms.

    Danger comes first (R4, R7): a match on the side of 110 decides, whatever else was said. Only civil words: 12345
    (R1). Nothing that is listed: not clear, three-way call, and the platform that answered first takes it (R2, R3).
    """
    rows = in_force(day, listed)
    if said and any(row.kind == said for row in rows):
        return _by_kind(said, rows)
    found = sorted(
        ((len(word), row, word) for row in rows for word in row.words if word in said), key=lambda hit: -hit[0]
    )
    danger = next(((row, word) for _, row, word in found if row.side == TO_110), None)
    if danger is not None:
        rule = "R7" if danger[0].kind == "onekey.quarrel" else "R4"
        then = "公安先处置，再由12345、镇街联合调解" if rule == "R7" else "110立即派警，不作争议"
        return _decision(danger[0], rule, f"提到“{danger[1]}”，{then}")
    if found:
        _, row, word = found[0]
        return _decision(row, "R1", f"提到“{word}”，属非警务事项")
    why = "清单未列明：三方通话协商（R2），仍不能确定的由首接平台受理（R3）"
    return Decision(side=UNDECIDED, item=None, rule="R2", why=why)


def _by_kind(kind: str, rows: tuple[Item, ...]) -> Decision:
    civil = next((row for row in rows if row.kind == kind and row.side == TO_12345), None)
    if civil is not None:
        return _decision(civil, "R1", "该类别属非警务事项；出现危险时110先行处置（R4）")
    return _decision(next(row for row in rows if row.kind == kind), "R4", "该类别由110处置")


def _decision(row: Item, rule: str, why: str) -> Decision:
    said = f"{why}（{rule}；清单“{row.group}—{row.title}”，{row.version}版，{row.provenance.partition('：')[0]}）"
    return Decision(side=row.side, item=row, rule=rule, why=said)
