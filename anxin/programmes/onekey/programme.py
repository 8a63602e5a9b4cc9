"""One-key requests (民声一键办): one call, one key, and somebody acts."""

from __future__ import annotations

from anxin.kernel.matters import Matter
from anxin.kernel.registry import Fact, Programme, Step
from anxin.programmes.onekey import diversion
from anxin.programmes.onekey.figures import FIGURES
from anxin.programmes.onekey.guards import BEFORE
from anxin.programmes.onekey.jobs import AFTER
from anxin.programmes.onekey.kinds import KINDS
from anxin.programmes.onekey.rules import (
    ASKED,
    EXCLUSIONS,
    EXCLUSIONS_EN,
    GRANTED,
    LINES,
    MEDIATED,
    REPEAT,
    RULES,
    THREE_WAY,
    UNDECIDED,
    UNDER_POST,
    VERIFIED,
)


def _by_itself(matter: Matter) -> bool:
    """A step that a channel or a reaction writes down; the desk shows it and does not offer it."""
    return False


PLATFORMS = {code: title for code, title in LINES.items() if code != "caller"}
REASON = Fact(
    name="reason",
    title="剔除理由",
    title_en="Reason for leaving it out",
    choices={code: (title, EXCLUSIONS_EN[code]) for code, title in EXCLUSIONS.items()},
)
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
        Step(
            code=THREE_WAY,
            title="三方通话",
            title_en="Three-way call",
            text=("通话要点", "What was said"),
            roles=frozenset({"seat", "calltaker", "desk", "dispatcher"}),
            fits=lambda m: m.is_open,
            key="T",
            asks=(
                Fact(name="line", title="谁在线", title_en="On the line", sort="several", choices=LINES),
                Fact(name="began", title="开始", title_en="Began", sort="moment"),
                Fact(name="ended", title="结束", title_en="Ended", sort="moment"),
                Fact(name="first", title="谁先接听", title_en="Who answered first", choices=PLATFORMS),
                Fact(
                    name="accepts",
                    title="由谁受理",
                    title_en="Who accepts",
                    choices={**PLATFORMS, UNDECIDED: ("协商不成（首接平台受理，R3）", "Undecided (first accepts, R3)")},
                ),
            ),
        ),
        Step(
            code=ASKED,
            title="申请剔除统计",
            title_en="Ask to leave it out of the figures",
            text=("证据", "Evidence"),
            key="K",
            once=True,
            asks=(REASON,),
        ),
        Step(
            code=GRANTED,
            title="同意剔除统计",
            title_en="Leave it out of the figures",
            text=("裁定依据", "Grounds"),
            roles=frozenset({"arbiter", "supervisor"}),
            after=ASKED,
            once=True,
            key="G",
            asks=(REASON,),
        ),
    ),
    grounds=diversion.grounds,
)
