"""Notifications as a member of the house: a reader that hears of every step and tells whom it concerns."""

from __future__ import annotations

from anxin.kernel.registry import Programme, Reaction
from anxin.notifications import actions, rules

PROGRAMME = Programme(
    code="notifications",
    title="提醒",
    title_en="Notifications",
    after=tuple(
        Reaction(
            verb=verb,
            do_all=actions.tell,
            title="提醒有关岗位",
            title_en="Tells the posts it concerns",
            source="guide 2.2, 2.7",
            provenance="INF",
        )
        for verb in rules.BY_VERB
    ),
)
