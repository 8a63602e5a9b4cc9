"""Timed work of the markets: steps that lapsed are handed on; reports from a zone's code are put on the ladder."""

from __future__ import annotations

from typing import Any

from anxin.kernel import clock, jobs
from anxin.kernel.registry import Reaction
from anxin.programmes.markets.actions import ladder
from anxin.programmes.markets.rules.declared import KIND


@jobs.every(seconds=60)
def hand_on() -> None:
    """Hand on what no step has settled in time."""
    ladder.lapse(clock.now())


def begin(matter: Any, entry: Any) -> None:
    """Put a reported market quarrel on the first step (at least once; harmless when it stands there)."""
    ladder.from_source(matter)


AFTER = (
    Reaction(
        verb="report", do=begin, kinds=(KIND,), title="上三级调解台阶", title_en="Put on the ladder of three steps",
        source="本项目默认：从摊区码上报的纠纷先由摊区管理员调解", provenance="INF",
    ),
)  # fmt: skip
