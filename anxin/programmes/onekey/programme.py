"""One-key requests (民声一键办): one call, one key, and somebody acts."""

from __future__ import annotations

from anxin.kernel.registry import Programme, Step
from anxin.programmes.onekey.figures import FIGURES
from anxin.programmes.onekey.guards import BEFORE
from anxin.programmes.onekey.jobs import AFTER
from anxin.programmes.onekey.kinds import KINDS
from anxin.programmes.onekey.rules import MEDIATED, RULES, UNDER_POST, VERIFIED

PROGRAMME = Programme(
    code="onekey",
    title="民声一键办",
    title_en="One-Key Public Request Handling",
    kinds=KINDS,
    rules=RULES,
    before=BEFORE,
    after=AFTER,
    figures=FIGURES,
    steps=(
        Step(
            code=VERIFIED,
            title="线下核实",
            title_en="Verified on the spot",
            fits=lambda m: m.channel == "publicpost",
        ),
        Step(
            code=UNDER_POST,
            title="已在原帖下答复",
            title_en="Answered under the post",
            fits=lambda m: m.channel == "publicpost",
        ),
        Step(code=MEDIATED, title="联合调解", title_en="Joint mediation", fits=lambda m: bool(m.police)),
    ),
)
