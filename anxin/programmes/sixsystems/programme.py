"""The grid's six systems (六制), the book: grids and posts, meetings, the closed loop, trace-backs, micro-reviews."""

from __future__ import annotations

from anxin.kernel.matters import Matter
from anxin.kernel.registry import Fact, Page, Programme, Step
from anxin.programmes.sixsystems import rules
from anxin.programmes.sixsystems.guards import BEFORE
from anxin.programmes.sixsystems.jobs import AFTER
from anxin.programmes.sixsystems.kinds import KINDS, TASK


def _event(matter: Matter) -> bool:
    return matter.is_open and matter.kind != TASK


def _by_itself(matter: Matter) -> bool:
    """A step that a page or a reaction writes down; the desk shows it and does not offer it."""
    return False


_GRADES = {code: (title, english) for code, (title, english, *_) in rules.GRADES.items() if code != "I"}
PROGRAMME = Programme(
    code="sixsystems",
    title="网格六制",
    title_en="The grid's six systems",
    kinds=KINDS,
    rules=rules.RULES,
    norms=rules.NORMS,
    before=BEFORE,
    after=AFTER,
    rights=rules.RIGHTS,
    steps=(
        Step(code=rules.GRADED, title="分级", title_en="Grade", fits=_event, roles=rules.GRADERS, key="D",
             text=("理由", "Why"), asks=(Fact(name="grade", title="级别", title_en="Grade", choices=_GRADES),)),
        Step(code=rules.VERIFIED, title="核实", title_en="Verify", fits=lambda m: m.kind != TASK, key="V", once=True,
             text=("核实情况", "What was found"),
             asks=(Fact(name="verdict", title="结论", title_en="Verdict", choices=rules.VERDICTS),)),
        Step(code=rules.TOLD, title="反馈报告人", title_en="Tell who reported", fits=_event,
             text=("反馈内容", "What was said"), key="B",
             asks=(Fact(name="to", title="反馈给", title_en="To", sort="several", choices=rules.LISTENERS),)),
        Step(code=rules.REPEATED, title="反复发生", title_en="Repeated", fits=_by_itself),
        Step(code=rules.HANDED, title="随网格移交", title_en="Handed over with its grid", fits=_by_itself),
        Step(code=rules.REVIEWED, title="微复盘定案", title_en="Micro-review settled", fits=_by_itself),
        Step(code=rules.TRACED, title="事后倒查办结", title_en="Trace-back closed", fits=_by_itself),
    ),
    pages=(
        Page(title="网格六制", title_en="Six systems", url="sixsystems:front", icon="hexagons", key="6",
             right="sixsystems.view"),
    ),
    urls="anxin.programmes.sixsystems.pages",
    acceptance="anxin.programmes.sixsystems.tests.acceptance",
)  # fmt: skip
