"""The committee book: people's mediation committees, professional ones with experts, gold rooms, sweeps and returns."""

from __future__ import annotations

from anxin.kernel.registry import Page, Programme
from anxin.programmes.committees import rules
from anxin.programmes.committees.actions import members

JUSTICE = frozenset({"clerk@department:justice", "supervisor"})
STEERS = frozenset({"dispatcher", "desk", "arbiter", "leader"})
OWN = frozenset({"mediator", "village"})
PROGRAMME = Programme(
    code="committees",
    title="调委会",
    title_en="Mediation committees",
    rules=rules.RULES,
    norms=rules.NORMS,
    rights={
        "committees.look": JUSTICE | STEERS | OWN,
        "committees.keep": JUSTICE | {"village", "mediator"},
        "committees.review": JUSTICE,
        "committees.receive": frozenset({"clerk@department:justice"}),
        "committees.criticise": frozenset({"mediator", "clerk@department:justice"}),
        "committees.remove": frozenset({"village", "clerk@department:justice"}),
        "committees.sweep": OWN | {"grid_worker", "grid_head"},
        "committees.refer": JUSTICE | STEERS | OWN,
        "committees.return": JUSTICE,
        "committees.publish": JUSTICE,
    },
    files=members.shows,
    pages=(
        Page(title="调委会", title_en="Committees", url="committees:front", icon="users-group", key="c",
             right="committees.look"),
    ),
    urls="anxin.programmes.committees.pages",
    acceptance="anxin.programmes.committees.tests.acceptance",
)  # fmt: skip
