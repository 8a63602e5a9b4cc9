"""The committee book: people's mediation committees, professional ones with experts, gold rooms, sweeps and returns."""

from __future__ import annotations

from anxin.kernel import rights
from anxin.kernel.registry import Page, Programme
from anxin.programmes.committees import rules
from anxin.programmes.committees.actions import members

PROGRAMME = Programme(
    code="committees",
    title="调委会",
    title_en="Mediation committees",
    rules=rules.RULES,
    norms=rules.NORMS,
    rights=rights.read(rules.PLACE, "committees"),
    files=members.shows,
    pages=(
        Page(title="调委会", title_en="Committees", url="committees:front", icon="users-group", key="c",
             right="committees.look"),
    ),
    urls="anxin.programmes.committees.pages",
    acceptance="anxin.programmes.committees.tests.acceptance",
)  # fmt: skip
