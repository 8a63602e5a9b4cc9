"""One-key requests (民声一键办): one call, one key, and somebody acts."""

from __future__ import annotations

from anxin.kernel.matters import Matter
from anxin.kernel.registry import Programme, Step
from anxin.programmes.onekey.figures import FIGURES
from anxin.programmes.onekey.guards import BEFORE
from anxin.programmes.onekey.jobs import AFTER
from anxin.programmes.onekey.kinds import KINDS
from anxin.programmes.onekey.rules import MEDIATED, REPEAT, RULES, UNDER_POST, VERIFIED


def _by_itself(matter: Matter) -> bool:
    """A step that a channel or a reaction writes down; the desk shows it and does not offer it."""
    return False


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
        Step(code="publicpost.found", title="登记网络线索", title_en="Post entered", fits=_by_itself),
        Step(code="publicpost.again", title="再次发现同一链接", title_en="The same link again", fits=_by_itself),
        Step(code=REPEAT, title="同一来电人再次来电", title_en="The same caller again", fits=_by_itself),
        Step(code=MEDIATED, title="联合调解", title_en="Joint mediation", fits=lambda m: bool(m.police)),
    ),
)
