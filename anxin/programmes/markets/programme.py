"""The market book: markets, zones with an intake code, stalls and merchants; quarrels climb a ladder of three steps."""

from __future__ import annotations

from anxin.kernel import rights
from anxin.kernel.registry import Page, Programme
from anxin.programmes.markets import jobs
from anxin.programmes.markets.actions import register
from anxin.programmes.markets.rules.declared import KINDS, NORMS, PLACE, RULES

PROGRAMME = Programme(
    code="markets",
    title="市场",
    title_en="Markets",
    kinds=KINDS,
    rules=RULES,
    norms=NORMS,
    after=jobs.AFTER,
    rights=rights.read(PLACE, "markets"),
    files=register.evidence_file,
    pages=(
        Page(title="市场", title_en="Markets", url="markets:front", icon="building-store", right="markets.look"),
    ),
    urls="anxin.programmes.markets.pages",
    acceptance="anxin.programmes.markets.tests.acceptance",
)  # fmt: skip
