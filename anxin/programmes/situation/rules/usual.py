"""What is usual: the middle and the spread of the same hours of the eight weeks before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median, pstdev

WEEKS = 8
"""How far back the usual looks. Source: guide 3.1 (trailing 8 weeks)."""
ENOUGH = 4
"""With fewer weeks on record there is no usual yet, and nothing is called more than it [INF]."""
FLOOR = 3
"""Fewer than this are never more than usual: one after eight quiet weeks is no news. Guide 3.1 counts from 3 [INF]."""


@dataclass(frozen=True, slots=True)
class Usual:
    """The middle of some weeks' numbers, and between what the middle half of them lies; of how many weeks."""

    middle: float
    low: float
    high: float
    weeks: int = WEEKS

    @property
    def known(self) -> bool:
        """Whether there are weeks enough to speak of a usual."""
        return self.weeks >= ENOUGH

    def tone(self, count: float) -> str:
        """Whether a number is above, below or within the spread; within where too little is known."""
        if not self.known:
            return "within"
        return "above" if count > self.high else "below" if count < self.low else "within"


def usual(counts: Sequence[int]) -> Usual:
    """The usual of a row of numbers: median and quartiles (linear between neighbours); zeros for none."""
    rising = sorted(counts)
    if not rising:
        return Usual(0, 0, 0, 0)
    return Usual(float(median(rising)), _part(rising, 0.25), _part(rising, 0.75), len(rising))


def _part(rising: Sequence[int], share: float) -> float:
    at = share * (len(rising) - 1)
    low = int(at)
    high = min(low + 1, len(rising) - 1)
    return rising[low] + (rising[high] - rising[low]) * (at - low)


@dataclass(frozen=True, slots=True)
class Bound:
    """From where a number is more than usual: mean plus so many standard deviations of the weeks before."""

    mean: float
    deviation: float
    sd: float
    weeks: int = WEEKS

    @property
    def limit(self) -> float:
        """The bound itself."""
        return self.mean + self.sd * self.deviation

    def passed(self, count: int) -> bool:
        """Whether a number is more than usual."""
        return self.weeks >= ENOUGH and count >= FLOOR and count > self.limit + 1e-9


def bound(counts: Sequence[int], sd: float = 2.0) -> Bound:
    """The bound from the numbers of the weeks before that are on record (deviation of the whole, not of a sample)."""
    return Bound(fmean(counts), pstdev(counts), sd, len(counts)) if counts else Bound(0, 0, sd, 0)
