"""Numbers and lists of the committee book, each a version with its source; what the audit of a committee asks.

Long lists stand in `lists.toml`. Provenance: LAW a statute, S.. a published practice, INF a default of this project.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from anxin.kernel import limits, norms, registry

BEGAN = date(2011, 1, 1)
"""The People's Mediation Law is in force since that day."""
PLACE = Path(__file__).parent / "lists.toml"
LISTS: Mapping[str, Any] = tomllib.loads(PLACE.read_text("utf-8"))
CLASSES: Mapping[str, Mapping[str, str]] = LISTS["class"]
"""Classes of dispute of the monthly return (code -> title, title_en). Source: guide 5.3 [S40]."""
FIELDS: Mapping[str, Mapping[str, str]] = LISTS["field"]
"""What professional committees are for, and fields of knowledge of experts [INF]."""
NOTICES: Mapping[str, Mapping[str, str]] = LISTS["notice"]
"""Sorts of papers that are handed out beforehand."""
MEDIATION = "mediation.dispute"
TELL = "committees.tell_roster"

NORMS, RULES = norms.read(PLACE, "committees", BEGAN), limits.read(PLACE, BEGAN)


def value(code: str, day: date) -> Any:
    """What a norm of the book says on a day (committees.<code>)."""
    return registry.norm(f"committees.{code}", day).value


def stamp(code: str, day: date) -> str:
    """Which version of a norm holds on a day."""
    return str(registry.norm(f"committees.{code}", day).stamp)


def peak_on(day: date) -> Mapping[str, str] | None:
    """The season of many disputes a day lies in: then sweeps are daily, else weekly (guide 9.5)."""
    now = f"{day:%m-%d}"
    for each in value("peaks", day):
        first, last = each["from"], each["to"]
        if first <= now <= last or (first > last and (now >= first or now <= last)):
            return dict(each)
    return None


@dataclass(frozen=True, slots=True)
class Seats:
    """Who sits in a committee, counted: members, chairs, women, minority members; the day the first term ends."""

    members: int = 0
    chairs: int = 0
    women: int = 0
    minority: int = 0
    first_end: date = date.max


def composition(seats: Seats, minority: bool, day: date) -> list[str]:
    """What is wrong with who sits in a committee on a day, as codes of FAULTS; empty: nothing.

    Source: People's Mediation Law art. 8, 9.
    """
    least = {name: int(value(name, day)) for name in ("members_least", "members_most", "women_least", "minority_least")}
    wrong = {
        "few": seats.members < least["members_least"],
        "many": seats.members > least["members_most"],
        "chair": seats.chairs != 1,
        "woman": seats.women < least["women_least"],
        "minority": minority and seats.minority < least["minority_least"],
        "expired": seats.first_end <= day,
    }
    return [code for code, so in wrong.items() if so]


FAULTS: Mapping[str, tuple[str, str]] = {
    "few": ("委员不足3人", "members_least"),
    "many": ("委员超过9人", "members_most"),
    "chair": ("须有且只有一名主任", "members_least"),
    "woman": ("缺少妇女成员", "women_least"),
    "minority": ("缺少少数民族成员", "minority_least"),
    "expired": ("有委员任期届满未改选", "term_years"),
    "unreviewed": ("本年度未复核五有", "five_haves"),
    "lacking": ("五有不齐", "five_haves"),
    "untold": ("名册逾期未报司法局", "five_haves"),
}
"""What an audit may find: how it is said, and the norm behind it."""


def meets(cases: int, settled: int, trainings: int, day: date) -> bool:
    """Whether a year of a gold room meets the criteria of a day, exactly."""
    norm = value("gold", day)
    good = settled * 100 >= norm["percent"] * cases
    return bool(good and cases >= norm["cases"] and trainings >= norm["trainings"])


def day_x(day: str) -> float:
    """Where a day (MM-DD) lies on a year drawn 365 wide."""
    return float((date(2001, int(day[:2]), min(int(day[3:]), 28 if day[:2] == "02" else 31)) - date(2001, 1, 1)).days)


def peak_bars(peaks: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """The seasons as bars on a year drawn 365 wide; one over the turn of the year is two pieces."""
    bars = []
    for place, each in enumerate(peaks):
        first, last = day_x(each["from"]), day_x(each["to"]) + 1
        pieces = [(first, last - first)] if first < last else [(first, 365 - first), (0, last)]
        bars.append({**each, "y": place * 20, "text_y": place * 20 + 11, "pieces": pieces})
    return bars
