"""Understanding as a member of the house: it reads what comes in and advises; it has no kinds of its own."""

from __future__ import annotations

from anxin.kernel.registry import Programme
from anxin.understanding.jobs import AFTER

PROGRAMME = Programme(
    code="understanding",
    title="诉求研判",
    title_en="Understanding",
    after=AFTER,
)
