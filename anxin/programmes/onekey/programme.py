"""One-key requests (民声一键办): one call, one key, and somebody acts."""

from __future__ import annotations

from anxin.kernel.registry import Programme
from anxin.programmes.onekey.kinds import KINDS
from anxin.programmes.onekey.rules import RULES

PROGRAMME = Programme(
    code="onekey",
    title="民声一键办",
    title_en="One-Key Public Request Handling",
    kinds=KINDS,
    rules=RULES,
)
