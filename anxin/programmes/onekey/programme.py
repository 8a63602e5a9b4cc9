"""One-key requests (民声一键办): one call, one key, and somebody acts."""

from __future__ import annotations

from anxin.kernel.registry import Programme
from anxin.programmes.onekey.figures import FIGURES
from anxin.programmes.onekey.jobs import AFTER
from anxin.programmes.onekey.kinds import KINDS
from anxin.programmes.onekey.rules import BEFORE, RULES

PROGRAMME = Programme(
    code="onekey",
    title="民声一键办",
    title_en="One-Key Public Request Handling",
    kinds=KINDS,
    rules=RULES,
    before=BEFORE,
    after=AFTER,
    figures=FIGURES,
)
