"""What must be so with a verb, in its transaction: proof, verification, mediation, the third party, the five minutes.

Each guard names where it is written. Guards hold for what happens now; a life that is loaded in bulk is taken as it
was, and what it lacks shows in the figures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from anxin.kernel import clock, journal, running
from anxin.kernel.errors import GuardRefused, ProofNeeded
from anxin.kernel.files import File
from anxin.kernel.form import TOLERANCE
from anxin.kernel.journal import Change, Entry
from anxin.kernel.orders import LEAD, WITHDRAWN
from anxin.kernel.registry import Guard
from anxin.kernel.registry import kind as kind_of
from anxin.programmes.onekey.rules import (
    ASKED,
    EXCLUSIONS,
    GRANTED,
    LINES,
    MEDIATED,
    THREE_WAY,
    UNDECIDED,
    UNDER_POST,
    VERIFIED,
)


class NotVerified(GuardRefused):
    """网络线索须先有线下核实记录，才能办结反馈。"""

    code = "not_verified"


class ReplyUnderPostNeeded(GuardRefused):
    """网络线索须先由官方账号在原帖下答复并登记，才能归档。"""

    code = "reply_under_post_needed"


class HandlerMayNotAsk(GuardRefused):
    """回访须由承办单位以外的单位进行。"""

    code = "handler_may_not_ask"


class PoliceStillThere(GuardRefused):
    """110处置尚未反馈，不能归档。"""

    code = "police_still_there"


class MediationNeeded(GuardRefused):
    """110介入过的纠纷须有联合调解记录，才能办结反馈。"""

    code = "mediation_needed"


class TriedOnOneDay(GuardRefused):
    """三次联系须分布在至少两天，才能按无法联系归档。"""

    code = "tried_on_one_day"


class NotThirdParty(GuardRefused):
    """剔除统计须先有单位申请，并由未承办该事项的第三方裁定。"""

    code = "not_third_party"


class NotThreeWay(GuardRefused):
    """三方通话须有12345和110同时在线，并写明谁先接听、由谁受理。"""

    code = "not_three_way"


class CallEndsBeforeItBegins(GuardRefused):
    """通话的结束时间早于开始时间，或晚于现在，请核对。"""

    code = "call_ends_before_it_begins"


class UnknownExclusion(GuardRefused):
    """没有这一剔除理由。"""

    code = "unknown_exclusion"


def _entries(c: Change, verb: str, **facts: str) -> bool:
    looked_for = {f"data__facts__{name}": value for name, value in facts.items()}
    return Entry.objects.filter(matter=c.matter.pk, verb=verb, **looked_for).exists()


def _online(c: Change) -> bool:
    return c.matter.channel == "publicpost"


def _leads(c: Change) -> bool:
    return c.order is not None and c.order.role == LEAD


def _needs_proof(c: Change) -> bool:
    return kind_of(c.matter.kind).needs_proof and c.matter.nature != "consult"


def _start_watching(c: Change) -> None:
    if _online(c):
        running.start(c, "verify")
    if _online(c) or c.matter.urgency == "emergency":
        running.start(c, "alert")


def _stop_alert(c: Change) -> None:
    if _leads(c):
        running.stop(c, "alert")


def _mark_verified(c: Change) -> None:
    about = c.facts.get("about")
    if about in (VERIFIED, UNDER_POST) and not _online(c):
        raise GuardRefused("该事项不是网络线索")
    if about == VERIFIED:
        running.stop(c, "verify")


def _third_party(c: Change) -> None:
    about, reason = c.facts.get("about"), str(c.facts.get("reason", ""))
    if about not in (ASKED, GRANTED):
        return
    if reason not in EXCLUSIONS:
        raise UnknownExclusion("、".join(EXCLUSIONS.values()))
    if about == GRANTED:
        handlers = {order.body_id for order in c.orders}
        may_decide = c.actor.role in ("arbiter", "supervisor") and c.actor.body not in handlers
        if not may_decide or not _entries(c, "note", about=ASKED, reason=reason):
            raise NotThirdParty


def _three_way(c: Change) -> None:
    """Both platforms were on the line; where they did not agree, the one that answered first accepts (R3)."""
    if c.facts.get("about") != THREE_WAY:
        return
    said = {name: str(c.facts.get(name, "")) for name in ("line", "began", "ended", "first", "accepts")}
    platforms = [code for code in LINES if code != "caller"]
    if not set(platforms) <= set(said["line"].split(",")) <= set(LINES):
        raise NotThreeWay
    if said["first"] not in platforms or said["accepts"] not in (*platforms, UNDECIDED):
        raise NotThreeWay
    try:
        began, ended = datetime.fromisoformat(said["began"]), datetime.fromisoformat(said["ended"])
        backwards = ended < began or ended > c.moment + TOLERANCE
    except (ValueError, TypeError):
        raise CallEndsBeforeItBegins from None
    if backwards:
        raise CallEndsBeforeItBegins
    c.facts["by"] = "R3" if said["accepts"] == UNDECIDED else "R2"
    if said["accepts"] == UNDECIDED:
        c.facts["accepts"] = said["first"]


def _verified(c: Change) -> None:
    if _online(c) and _leads(c) and not _entries(c, "note", about=VERIFIED):
        raise NotVerified


def _mediated(c: Change) -> None:
    if c.matter.kind != "onekey.quarrel" or not c.matter.police or not _leads(c):
        return
    met = Entry.objects.filter(matter=c.matter.pk, verb="consult", data__facts__participants__0__isnull=False)
    if not met.exists() and not _entries(c, "note", about=MEDIATED):
        raise MediationNeeded


def _proof(c: Change) -> None:
    if not _leads(c) or not _needs_proof(c):
        return
    proof = set(c.facts.get("proof", ()))
    if not proof:
        raise ProofNeeded
    if File.objects.filter(pk__in=proof).count() < len(proof):
        raise ProofNeeded("佐证材料未上传")


def _proof_before_close(c: Change) -> None:
    given = Entry.objects.filter(matter=c.matter.pk, verb="finish", data__facts__proof__0__isnull=False)
    if _needs_proof(c) and not given.exists():
        raise ProofNeeded


def _not_the_handler(c: Change) -> None:
    handlers = {order.body_id for order in c.orders if order.state != WITHDRAWN}
    if c.actor.body is not None and c.actor.body in handlers:
        raise HandlerMayNotAsk


def _police_done(c: Change) -> None:
    if c.matter.police in ("sent", "accepted"):
        raise PoliceStillThere


def _answered_under_post(c: Change) -> None:
    if _online(c) and not _entries(c, "note", about=UNDER_POST):
        raise ReplyUnderPostNeeded


def _tried_on_two_days(c: Change) -> None:
    if c.matter.solved is not None or c.matter.person_id is None:
        return
    tries = Entry.objects.filter(matter=c.matter.pk, verb="call_back").order_by("-seq")[: c.matter.tries]
    if c.matter.tries and len({clock.local_day(each.at) for each in tries}) < 2:
        raise TriedOnOneDay


def _start_second_limit(c: Change) -> None:
    """A whole limit has run out: from its end the second one counts, after which the matter is lifted."""
    for pk, code, percent in c.facts.get("rung", ()):
        if code.startswith("handle.") and percent == 100 and c.matter.is_open:
            run_out = next(each for each in c.clocks if each.pk == pk)
            running.start(c, "overdue.again", since=run_out.due_at)


def _drop_second_limit(c: Change) -> None:
    if c.matter.due_at is not None and c.matter.due_at > c.moment:
        running.stop(c, "overdue.again", cancelled=True)


def _guard(title: str, title_en: str, source: str, provenance: str, check: Callable[[Change], None]) -> Guard:
    def now_only(c: Change) -> None:
        if not journal.loading():
            check(c)

    return Guard(title=title, title_en=title_en, source=source, provenance=provenance, check=now_only)


BEFORE: Mapping[str, tuple[Guard, ...]] = {
    "report": (
        _guard(
            "网络线索起算核实时限；网络线索、特急事项起算5分钟签收提醒",
            "A public post starts the limit for verifying; a post or an emergency starts the five-minute alert",
            "指南2.9（核实）、场景F7（5分钟提醒）",
            "INF",
            _start_watching,
        ),
    ),
    "sign:after": (
        _guard(
            "主办签收后停止5分钟提醒",
            "The lead's signature stops the five-minute alert",
            "场景F7",
            "INF",
            _stop_alert,
        ),
    ),
    "note:after": (
        _guard(
            "线下核实记录停止核实时限；核实与跟帖答复只用于网络线索",
            "The note of the visit stops the limit for verifying; such notes belong to public posts only",
            "指南2.9：发现—线下核实—指令—整改—跟帖答复",
            "INF",
            _mark_verified,
        ),
        _guard(
            "剔除统计须先申请，由未承办的第三方裁定",
            "Leaving a matter out of the figures is asked for first and decided by a third party",
            "指南2.8：剔除须申请、举证、第三方裁定",
            "INF",
            _third_party,
        ),
        _guard(
            "三方通话须双方在线；协商不成的由首接平台受理",
            "A three-way call has both platforms on the line; undecided, the one that answered first accepts",
            "国办发〔2022〕12号（据报道，指南2.4 R2、R3）",
            "S36",
            _three_way,
        ),
    ),
    "finish": (
        _guard(
            "网络线索须有线下核实记录才能办结反馈",
            "A public post is verified on the spot before it is finished",
            "指南2.9、场景F7",
            "INF",
            _verified,
        ),
        _guard(
            "110介入过的纠纷须有联合调解记录",
            "A quarrel in which 110 took part is finished after a joint mediation",
            "国办发〔2022〕12号（据报道，指南2.4 R7）：警情先处置，再联合调解",
            "S36",
            _mediated,
        ),
    ),
    "finish:after": (
        _guard(
            "主办办结须有办理结果和至少一份佐证材料（咨询类除外）",
            "The lead finishes with a result and at least one stored proof, except on enquiries",
            "场景F7：无佐证不得办结；指南2.9整改佐证",
            "INF",
            _proof,
        ),
    ),
    "call_back": (
        _guard(
            "回访由承办单位以外的单位进行",
            "The call-back is not made by a body that handled the matter",
            "指南2.2：12345回访组回访",
            "INF",
            _not_the_handler,
        ),
    ),
    "close": (
        _guard(
            "110处置未反馈不得归档",
            "Nothing is closed while the branch to 110 is open",
            "国办发〔2022〕12号（据报道，指南2.4 R4、R6）；指南2.6并行分支",
            "S36",
            _police_done,
        ),
        _guard(
            "网络线索须登记跟帖答复才能归档",
            "A public post is closed after the answer under the post is on record",
            "指南2.9：官方账号跟帖答复（人工）",
            "INF",
            _answered_under_post,
        ),
        _guard(
            "需佐证的事项无佐证不得归档",
            "What needs proof is not closed without it, whatever its kind was when it was finished",
            "场景F7",
            "INF",
            _proof_before_close,
        ),
        _guard(
            "三次无法联系须分布在两天",
            "Three tries that reached nobody lie on two days at least",
            "指南10：三次联系分布在两天",
            "BK",
            _tried_on_two_days,
        ),
    ),
    "warn:after": (
        _guard(
            "总时限到期后起算提级时限",
            "When the whole limit has run out, the limit to the next level begins",
            "指南5.3（超时提级一级）、10（逐级督办）",
            "INF",
            _start_second_limit,
        ),
    ),
    "reclassify:after": (
        _guard(
            "改类后未到期的，取消提级时限",
            "Where the new kind's limit has not run out, the limit to the next level falls away",
            "指南5.3",
            "INF",
            _drop_second_limit,
        ),
    ),
}
"""The guards of one-key kinds, by verb, each with where it is written."""
