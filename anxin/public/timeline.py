"""What a resident is told about a matter: its way in public words, with bodies but no persons.

Nothing is shown that is not listed here. Free text is shown only where it was written for the resident: the answer, and
why a matter was not taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from anxin.kernel import bodies, clock, registry
from anxin.kernel.journal import Entry
from anxin.kernel.matters import CLOSED, FINISHED, MERGED, REFUSED, REPLIED, REPORTED, WORKING, Matter
from anxin.kernel.orders import HELPER, LEAD

STATES = {
    REPORTED: (gettext_lazy("已收到"), gettext_lazy("正在确定由哪个单位办理。")),
    WORKING: (gettext_lazy("正在办理"), gettext_lazy("承办单位正在处理，进展会显示在下面。")),
    FINISHED: (gettext_lazy("已处理，等待答复"), gettext_lazy("承办单位已处理，正式答复很快会显示在下面。")),
    REPLIED: (gettext_lazy("已答复，请您评价"), gettext_lazy("请告诉我们问题是否解决。")),
    CLOSED: (gettext_lazy("已办结"), gettext_lazy("如果问题再次出现，可以要求重新办理。")),
    REFUSED: (pgettext_lazy("what became of it", "不予受理"), gettext_lazy("原因和正确的办理途径见下。")),
    MERGED: (gettext_lazy("已合并办理"), gettext_lazy("与他人反映的同一问题一起办理。")),
}
"""What a state is called for a resident, and what it means."""

STEPS = {
    "report": gettext_lazy("已收到您反映的问题"),
    "sign": gettext_lazy("承办单位已签收"),
    "arrive": gettext_lazy("工作人员已到现场"),
    "hand_back": gettext_lazy("承办单位认为不属于其职责，正在裁定由谁办理"),
    "finish": gettext_lazy("承办单位已反馈处理结果"),
    "reply": gettext_lazy("答复"),
    "refuse": pgettext_lazy("what became of it", "不予受理"),
    "merge": gettext_lazy("已与同一问题合并办理"),
    "unmerge": gettext_lazy("已恢复单独办理"),
    "suspend": gettext_lazy("因客观原因暂停计时"),
    "resume": gettext_lazy("恢复计时"),
    "reopen": gettext_lazy("重新办理"),
    "close": gettext_lazy("已办结"),
    "transfer_to_police": gettext_lazy("已同时推送 110"),
    "track": gettext_lazy("已回头查看问题是否复发"),
    "add_voice": gettext_lazy("有人补充了情况或表示同样关心"),
    "correct": gettext_lazy("已更正登记内容"),
}
SPOKEN = {"reply": ("public", "reply"), "refuse": ("reason", "route"), "hand_back": ("public",)}
"""Which words of a step are the resident's to read; of an answer the public version, where there is one."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened, for a resident."""

    at: datetime
    title: str
    text: str = ""


def steps(matter: Matter) -> list[Step]:
    """The way of a matter so far, newest first, in one question."""
    found = []
    for entry in Entry.objects.filter(matter=matter).select_related("words").order_by("-seq"):
        if title := _title(entry):
            found.append(Step(entry.at, title, _text(entry)))
    return found


def _title(entry: Entry) -> str:
    facts = entry.data.get("facts", {})
    if entry.verb == "dispatch" or (entry.verb == "decide_hand_back" and facts.get("accepted")):
        return _sent(entry)
    if entry.verb == "contact":
        return _("工作人员已与您联系") if facts.get("reached") else _("工作人员联系您未接通")
    if entry.verb == "call_back":
        return _("已听取您的评价") if facts.get("reached") else _("回访未接通")
    if entry.verb == "decide_more_time":
        return _("办理期限已延长") if facts.get("granted") else ""
    if entry.verb == "note":
        return _("已收到照片") if facts.get("about") == "photos" else ""
    return str(STEPS.get(entry.verb, ""))


def _sent(entry: Entry) -> str:
    known = bodies.directory().by_id
    names: dict[str, list[str]] = {LEAD: [], HELPER: []}
    for row, values in entry.data.get("set", {}).items():
        if row.startswith("o") and values.get("body_id") in known:
            names[values["role"]].append(known[values["body_id"]].name)
    if not names[LEAD]:
        return ""
    if names[HELPER]:
        return _("已交由{lead}办理，{helpers}协办").format(lead=names[LEAD][0], helpers="、".join(names[HELPER]))
    return _("已交由{lead}办理").format(lead=names[LEAD][0])


def _text(entry: Entry) -> str:
    texts = entry.words.texts if hasattr(entry, "words") and entry.words.texts else {}
    said = [texts[label] for label in SPOKEN.get(entry.verb, ()) if texts.get(label)]
    return "\n".join(said[:1] if entry.verb == "reply" else said)


def due(matter: Matter) -> str:
    """By when: a limit by days ends with the day, so the day is named and not the midnight after it."""
    if matter.due_at is None or not matter.is_open:
        return ""
    local = matter.due_at.astimezone(clock.TZ)
    if local.time() == time():
        return _("{day} 当天结束前").format(day=clock.last_day(matter.due_at).isoformat())
    return f"{local:%Y-%m-%d %H:%M}"


def kind(matter: Matter) -> str:
    """What the matter is about, in the reader's language; a kind of a retired programme by its code."""
    found = registry.kinds().get(matter.kind)
    if found is None:
        return matter.kind
    return found.title if (get_language() or "").startswith("zh") else found.title_en
