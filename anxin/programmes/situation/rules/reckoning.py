"""What a warning rule says of a town at a moment, and what it would have said at every moment of the past.

A matter is looked at as a life with a beginning and an end; each quantity of the language is a stretch of that life.
So the same code answers for now and for any moment before: counting is asking which stretches hold the moment. For the
past the due moment as it stands today is taken (time granted later counts as known then).
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from anxin.programmes.situation.rules.language import Condition, Rule
from anxin.programmes.situation.rules.usual import WEEKS, Bound, bound

END = datetime(2199, 1, 1, tzinfo=UTC)
QUIET = timedelta(hours=12)
"""A warning that ends and comes back within this time is the same one [INF]."""
WEEK = timedelta(days=7)
Stretch = tuple[datetime, datetime]
_DOOR = re.compile(r"[0-9a-z]+(?:室|号房|楼|层|单元|门).*$|[\s,，。、；;:：()（）\-—]+", re.I)


def spot_of_address(text: str) -> str:
    """A fingerprint of an address as far as the building: two ways to write it are one place, no one can read it back.

    Unit, floor and room are left out; empty for an address of fewer than four letters.
    """
    plain = _DOOR.sub("", text.strip().lower())
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()[:16] if len(plain) >= 4 else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A matter from its report to its end (None: still open), with what rules may ask of it.

    `sent`: for each order when it went out and until when nobody had signed it (None: still).
    """

    matter: int
    reported: datetime
    ended: datetime | None
    due: datetime | None
    urgency: str = "ordinary"
    at: Mapping[str, str] = field(default_factory=dict)
    """village, grid, address, kind, platform, channel -> code (ids as text); what is unknown is missing."""
    sent: tuple[tuple[datetime, datetime | None], ...] = ()

    def stretches(self, condition: Condition) -> list[Stretch]:
        """When this matter counts for a condition: stretches that do not touch, each without its end."""
        if any(self.at.get(sort) != code for sort, code in condition.only):
            return []
        end, span = self.ended or END, condition.span.length if condition.span else timedelta(0)
        found: list[Stretch] = []
        match condition.quantity:
            case "open":
                found = [(self.reported, end)]
            case "unassigned":
                found = [(self.reported, min([end, *(sent for sent, _ in self.sent)]))]
            case "overdue":
                found = [(self.due, end)] if self.due is not None else []
            case "emergencies":
                found = [(self.reported, end)] if self.urgency == "emergency" else []
            case "due":
                found = [(max(self.due - span, self.reported), min(self.due, end))] if self.due is not None else []
            case "unsigned":
                found = [(sent + span, min(signed or END, end)) for sent, signed in self.sent]
            case "arrived":
                found = [(self.reported, self.reported + span)]
        return _joined(found)

    def spot(self, each: Sequence[str]) -> str | None:
        """Where it counts: "" for the whole town, "grid:17|kind:..." else; None where that is not known of it."""
        parts = [(dimension, self.at.get(dimension, "")) for dimension in each]
        if any(not code for _, code in parts):
            return None
        return "|".join(f"{dimension}:{code}" for dimension, code in parts)


def _joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    found: list[Stretch] = []
    for begin, end in sorted(stretches):
        if begin >= end:
            continue
        if found and begin <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((begin, end))
    return found


History = Callable[[Condition, str], Sequence[datetime]]
"""All arrivals of a spot in the weeks that matter, rising, filtered as the condition says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Where a rule holds: the number of each condition, what it was compared with, and the matters behind it."""

    spot: str
    counts: tuple[int, ...]
    limits: tuple[float, ...]
    usual: tuple[Bound | None, ...]
    matters: tuple[int, ...] = ()

    @property
    def count(self) -> int:
        """The number that is watched for growth: that of the first condition."""
        return self.counts[0]


class Reckoned:
    """A rule laid over lives, ready to be asked for any moment. `known`: since when anything is on record."""

    def __init__(self, rule: Rule, lives: Iterable[Life], history: History, known: datetime | None = None) -> None:
        self.rule, self.history, self.known = rule, history, known
        self._begins: list[dict[str, list[tuple[datetime, int]]]] = []
        self._ends: list[dict[str, list[datetime]]] = []
        self._until: list[dict[int, list[Stretch]]] = []
        kept = list(lives)
        for condition in rule.conditions:
            begins: dict[str, list[tuple[datetime, int]]] = {}
            ends: dict[str, list[datetime]] = {}
            until: dict[int, list[Stretch]] = {}
            for life in kept:
                spot = life.spot(rule.each)
                if spot is None or not (stretches := life.stretches(condition)):
                    continue
                until[life.matter] = stretches
                begins.setdefault(spot, []).extend((begin, life.matter) for begin, _ in stretches)
                ends.setdefault(spot, []).extend(end for _, end in stretches)
            for rows in begins.values():
                rows.sort()
            for moments in ends.values():
                moments.sort()
            self._begins.append(begins)
            self._ends.append(ends)
            self._until.append(until)
        self._history: dict[tuple[int, str], Sequence[datetime]] = {}

    def spots(self) -> set[str]:
        """Wherever anything ever counted for every condition."""
        found = [set(begins) for begins in self._begins]
        return set.intersection(*found) if found else set()

    def count(self, place: int, spot: str, moment: datetime) -> int:
        """How many count for a condition at a moment."""
        begun = bisect_right(self._begins[place].get(spot, ()), (moment, 2**63))
        return begun - bisect_right(self._ends[place].get(spot, ()), moment)

    def hit(self, spot: str, moment: datetime, *, name: bool = True) -> Hit | None:
        """The numbers of a spot at a moment if the rule holds there; `name`: with the matters behind them."""
        counts: list[int] = []
        limits: list[float] = []
        bounds: list[Bound | None] = []
        for place, condition in enumerate(self.rule.conditions):
            count = self.count(place, spot, moment)
            usual: Bound | None = None
            if condition.sd is not None:
                usual = self._usual(place, spot, moment)
                if not usual.passed(count):
                    return None
                limit = usual.limit
            else:
                limit = float(condition.number or 0)
                if count < limit or (condition.strict and count == limit):
                    return None
            counts.append(count)
            limits.append(limit)
            bounds.append(usual)
        matters = self._behind(spot, moment) if name else ()
        return Hit(spot=spot, counts=tuple(counts), limits=tuple(limits), usual=tuple(bounds), matters=matters)

    def _usual(self, place: int, spot: str, moment: datetime) -> Bound:
        condition = self.rule.conditions[place]
        if (place, spot) not in self._history:
            self._history[place, spot] = self.history(condition, spot)
        moments, span = self._history[place, spot], condition.span.length if condition.span else WEEK
        counts = []
        for week in range(1, WEEKS + 1):
            end = moment - week * WEEK
            if self.known is not None and end - span < self.known:
                break
            counts.append(bisect_right(moments, end) - bisect_right(moments, end - span))
        return bound(counts, condition.sd or 0)

    def _behind(self, spot: str, moment: datetime) -> tuple[int, ...]:
        found: dict[int, None] = {}
        for place, begins in enumerate(self._begins):
            rows = begins.get(spot, [])
            for _, matter in rows[: bisect_right(rows, (moment, 2**63))]:
                if any(begin <= moment < end for begin, end in self._until[place][matter]):
                    found[matter] = None
        return tuple(found)

    def hits(self, moment: datetime) -> list[Hit]:
        """Where the rule holds at a moment, the largest first."""
        found = [hit for spot in self.spots() if (hit := self.hit(spot, moment)) is not None]
        return sorted(found, key=lambda hit: (-hit.count, hit.spot))

    def past(self, since: datetime, until: datetime) -> list[tuple[datetime, Hit]]:
        """When the rule would have warned between two moments, oldest first; what comes back within QUIET is the same.

        Asked at every moment at which something began or ended.
        """
        found: list[tuple[datetime, Hit]] = []
        for spot in self.spots():
            moments = {since}
            for begins, ends in zip(self._begins, self._ends, strict=True):
                rows = begins.get(spot, [])
                moments.update(at for at, _ in rows[bisect_left(rows, (since, 0)) :] if at <= until)
                moments.update(at for at in ends.get(spot, ()) if since <= at <= until)
            off: datetime | None = None
            on = False
            for moment in sorted(moments):
                hit = self.hit(spot, moment, name=False)
                if hit is not None and not on:
                    if off is None or moment - off >= QUIET:
                        found.append((moment, hit))
                    on = True
                elif hit is None and on:
                    on, off = False, moment
        return sorted(found, key=lambda each: (each[0], each[1].spot))
