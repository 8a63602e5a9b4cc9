"""The market book: markets, zones with an intake code, stalls and merchants; quarrels climb a ladder of three steps."""

from __future__ import annotations

from anxin.kernel.registry import Page, Programme
from anxin.programmes.markets import jobs
from anxin.programmes.markets.actions import register
from anxin.programmes.markets.rules.declared import KINDS, NORMS, RULES

OVERSEES = frozenset({"supervisor", "desk", "clerk@department:market"})
STEERS = frozenset({"dispatcher", "arbiter", "leader"})
STEPS = frozenset({"manager", "mediator", "village", "clerk@committee", "clerk@mediation"})
PROGRAMME = Programme(
    code="markets",
    title="市场",
    title_en="Markets",
    kinds=KINDS,
    rules=RULES,
    norms=NORMS,
    after=jobs.AFTER,
    rights={
        "markets.look": OVERSEES | STEERS | STEPS | {"clerk@department:justice", "grid_worker", "grid_head"},
        "markets.keep": OVERSEES | {"manager"},
        "markets.step": STEPS,
        "markets.report": OVERSEES | STEERS | STEPS | {"grid_worker", "grid_head"},
    },
    files=register.evidence_file,
    pages=(
        Page(title="市场", title_en="Markets", url="markets:front", icon="building-store", right="markets.look"),
    ),
    urls="anxin.programmes.markets.pages",
    acceptance="anxin.programmes.markets.tests.acceptance",
)  # fmt: skip
