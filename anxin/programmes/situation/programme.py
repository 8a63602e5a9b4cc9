"""The situation room (七星阁): a reader. It looks at a town's matters and has none of its own."""

from __future__ import annotations

from anxin.kernel.registry import Page, Programme
from anxin.programmes.situation import jobs
from anxin.programmes.situation.rules import entry

__all__ = ["PROGRAMME", "jobs"]
PROGRAMME = Programme(
    code="situation",
    title="七星阁",
    title_en="Situation room",
    pages=(
        Page(
            title="七星阁",
            title_en="Situation room",
            url="situation:front",
            icon="layout-dashboard",
            key="s",
            roles=entry.ROOM["view"],
        ),
        Page(
            title="演练",
            title_en="Drills",
            url="situation:drills",
            icon="alert-triangle",
            key="e",
            roles=entry.ROOM["answer"] - entry.ROOM["view"],
        ),
    ),
    urls="anxin.programmes.situation.pages",
    rights=entry.RIGHTS,
)
