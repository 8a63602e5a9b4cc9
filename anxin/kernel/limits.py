"""Limits and the rules they come from: how much time there is, by which paper, from which day on."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

from anxin.kernel.errors import BadInput, UnknownRule


class BadLimit(BadInput):
    """时限必须是大于零的整数，且不超过一百年。"""


class BadRule(BadInput):
    """时限规则不完整：须有代码、版本、出处，且失效日期晚于生效日期。"""


class Unit(StrEnum):
    """What a limit is counted in; DAY is a calendar day, WORKDAY a working day."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WORKDAY = "workday"


_EXACT = {Unit.SECOND: timedelta(seconds=1), Unit.MINUTE: timedelta(minutes=1), Unit.HOUR: timedelta(hours=1)}
_SAID = {Unit.SECOND: "秒", Unit.MINUTE: "分钟", Unit.HOUR: "小时", Unit.DAY: "天", Unit.WORKDAY: "个工作日"}


@dataclass(frozen=True, kw_only=True)
class Limit:
    """How much time there is: an amount of one unit (1 up to a hundred years, else BadLimit).

    `span` is the same as a length of time, None for limits counted by days.
    """

    amount: int
    unit: Unit
    span: timedelta | None = field(init=False, repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        one = _EXACT.get(Unit(self.unit), timedelta(days=1))
        if type(self.amount) is not int or not 0 < self.amount <= timedelta(days=36500) // one:
            raise BadLimit(f"{self.amount!r} {self.unit}")
        object.__setattr__(self, "span", self.amount * one if self.unit in _EXACT else None)

    def __str__(self) -> str:
        return f"{self.amount} {_SAID[self.unit]}"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A limit with its paper: in force from `effective` up to, not including, `until` (None: still in force).

    `source` names the clause, `provenance` how well it is known (a tag of the field guide: LAW, S.., BK,
    INF). `max_pause` is the longest total pause (None: it may not stand still). Raises BadRule when incomplete.
    """

    code: str
    version: str
    limit: Limit
    effective: date
    until: date | None = None
    source: str
    provenance: str
    max_pause: Limit | None = None

    def __post_init__(self) -> None:
        if not (self.code and self.version and self.source and self.provenance):
            raise BadRule(self.code)
        if self.until is not None and self.until <= self.effective:
            raise BadRule(self.stamp)

    @property
    def stamp(self) -> str:
        """What is written on each clock that runs under this version."""
        return f"{self.code}@{self.version}"


def rule_on(rules: Iterable[Rule], code: str, day: date) -> Rule:
    """The version of a rule in force on a day (Shanghai date); of several the latest. Raises UnknownRule."""
    found: Rule | None = None
    for rule in rules:
        if rule.code != code or rule.effective > day or (rule.until is not None and rule.until <= day):
            continue
        if found is None or (found.effective, found.version) < (rule.effective, rule.version):
            found = rule
    if found is None:
        raise UnknownRule(f"{code} {day}")
    return found


def read(place: Path, effective: date | None = None) -> tuple[Rule, ...]:
    """Rules declared in a TOML file: [[rule]] code, amount, unit, source, provenance, perhaps until and max_pause.

    max_pause = {amount, unit}. What a row leaves out: version "1", in force since `effective`. Raises BadRule for a row
    that is incomplete.
    """
    found = []
    for row in tomllib.loads(place.read_text("utf-8")).get("rule", []):
        told = {"version": "1", "effective": effective, **row}
        try:
            told["limit"] = Limit(amount=told.pop("amount"), unit=Unit(told.pop("unit")))
            if "max_pause" in told:
                told["max_pause"] = Limit(amount=told["max_pause"]["amount"], unit=Unit(told["max_pause"]["unit"]))
            if not isinstance(told["effective"], date):
                raise BadRule(f"{row['code']}: effective")
            found.append(Rule(**told))
        except (KeyError, ValueError, TypeError) as error:
            raise BadRule(f"{row.get('code', '')}: {error}") from None
    return tuple(found)
