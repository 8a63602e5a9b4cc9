"""What must be so with a verb on a grid event: grade and clocks, who reports does not handle, proof, feedback.

Source of all: field guide 5.1 (报办分离 [S65]), 5.2 and 5.3 [INF]. They hold for what happens now, not what is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from anxin.kernel import journal, running
from anxin.kernel.errors import GuardRefused, ProofNeeded
from anxin.kernel.files import File
from anxin.kernel.journal import Change, Entry
from anxin.kernel.orders import LEAD
from anxin.kernel.registry import Guard
from anxin.kernel.registry import kind as kind_of
from anxin.programmes.sixsystems import rules
from anxin.programmes.sixsystems.kinds import FIRST_GRADE, TASK
from anxin.programmes.sixsystems.rules import EMERGENCY, GRADES, SELF, ReporterMayNotHandle, UnknownGrade, grade_of

HANDLING = ("sign", "contact", "arrive", "finish", "reply")


def grade(c: Change) -> str:
    """The grade a matter has now: that of its whole limit."""
    whole = [each for each in c.clocks if each.order_id is None and grade_of(each.code) and each.outcome != "cancelled"]
    return grade_of(whole[-1].code) if whole else ""


def apply_grade(c: Change, code: str) -> None:
    """Give a matter a grade: its limit counts from the report, its level is that of the grade."""
    if grade(c) != code:
        running.replace(c, GRADES[code][2])
    c.set(c.matter, level=GRADES[code][3])


def _begin(c: Change) -> None:
    first = FIRST_GRADE[c.matter.kind]
    if c.matter.urgency == "emergency" and c.matter.kind != TASK:
        first = EMERGENCY
        running.start(c, "arrive.grid")
    c.set(c.matter, level=GRADES[first][3] if first in GRADES else "village")


def _reporter(c: Change) -> tuple[int | None, int | None]:
    found = Entry.objects.filter(matter=c.matter.pk, seq=1).values_list("account", "post").first()
    return found or (None, None)


def _reported_it(c: Change) -> bool:
    account, post = _reporter(c)
    return (post is not None and c.actor.post == post) or (account is not None and c.actor.account == account)


def _not_the_reporter(c: Change) -> None:
    if c.actor.role != "system" and c.matter.kind != TASK and grade(c) != SELF and _reported_it(c):
        raise ReporterMayNotHandle


def _on_site(c: Change) -> None:
    running.stop(c, "arrive.grid")


def _own_steps(c: Change) -> None:
    about = c.facts.get("about")
    if about == rules.GRADED:
        _regrade(c, str(c.facts.get("grade", "")))
    elif about == rules.VERIFIED:
        handled = Entry.objects.filter(matter=c.matter.pk, verb__in=HANDLING, post=c.actor.post, post__isnull=False)
        if c.facts.get("verdict") not in rules.VERDICTS:
            raise GuardRefused("、".join(title for title, _ in rules.VERDICTS.values()))
        if _reported_it(c) or handled.exists():
            raise ReporterMayNotHandle


def _regrade(c: Change, code: str) -> None:
    entries = Entry.objects.filter(matter=c.matter.pk)
    at_once = _reported_it(c) and not entries.exclude(verb__in=("report", "dispatch")).exists()
    known = code in GRADES and c.matter.kind != TASK and c.matter.is_open
    alone = at_once and c.actor.area_level == "grid" and c.matter.person_id is None
    if not known or not (alone if code == SELF else at_once or c.actor.role in rules.GRADERS):
        raise UnknownGrade
    apply_grade(c, code)


def _proof(c: Change) -> None:
    if c.order is None or c.order.role != LEAD or grade(c) == SELF or not kind_of(c.matter.kind).needs_proof:
        return
    proof = set(c.facts.get("proof", ()))
    if not proof or File.objects.filter(pk__in=proof).count() < len(proof):
        raise ProofNeeded


def _told(c: Change) -> None:
    if grade(c) == SELF or c.matter.kind == TASK or c.matter.solved is not None:
        return
    told = Entry.objects.filter(matter=c.matter.pk, verb="note", data__facts__about=rules.TOLD)
    if not told.exists():
        raise rules.NobodyTold


def _guard(title: str, title_en: str, source: str, check: Callable[[Change], None], provenance: str = "INF") -> Guard:
    def now_only(c: Change) -> None:
        if not journal.loading():
            check(c)

    return Guard(title=title, title_en=title_en, source=source, provenance=provenance, check=now_only)


_OURS = "本项目默认值（问题闭环制）"
_SEPARATE = _guard(
    "报办分离：上报岗位不处置自己上报的事件，I级自办除外",
    "Who reports does not handle, except what is settled on the spot (grade I)",
    "嘉善“报办分离”（公开报道）",
    _not_the_reporter,
    "S65",
)
_ARRIVED = _guard("到场即停止30分钟时限", "Arrival stops the thirty minutes", _OURS, _on_site)
BEFORE: Mapping[str, tuple[Guard, ...]] = {
    "report": (_guard("按类别定初级；紧急的起算30分钟到场", "The class gives the first grade", _OURS, _begin),),
    **dict.fromkeys(HANDLING, (_SEPARATE,)),
    "arrive:after": (_ARRIVED,),
    "note:after": (_guard("分级换时限；核实由第三人进行", "A grade brings its limit", _OURS, _own_steps),),
    "finish:after": (_guard("办结须有结果和佐证", "A result and its proof", _OURS, _proof),),
    "close": (_guard("归档前须已反馈报告人", "Whoever reported is told before it is closed", _OURS, _told),),
}  # fmt: skip
"""The guards of grid events, by verb."""
