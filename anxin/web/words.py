"""How things are called on the screens, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext_noop as _

from anxin.kernel import bodies, clock, flow, house, matters, orders, registry

CHANNELS: Mapping[str, str] = {
    "hotline": _("12345热线"),
    "police": _("110非警务"),
    "grid": _("网格"),
    "publicpost": _("网络线索"),
    "web": _("居民上报"),
    "desk": _("窗口受理"),
}
ROLES: Mapping[str, str] = {"lead": _("主办"), "helper": _("协办")}
RULES: Mapping[str, str] = {
    "sign": _("签收"),
    "contact": _("联系诉求人"),
    "arrive": _("到场"),
    "feedback": _("反馈结果"),
    "handle": _("整件办结"),
    "callback": _("回访"),
    "return.ask": _("申请退件"),
    "return.decide": _("裁定退件"),
    "verify": _("线下核实"),
    "alert": _("签收提醒"),
    "overdue": _("超时后提级"),
}
PROVENANCE: Mapping[str, str] = {
    "LAW": _("法规条文"),
    "BK": _("通行做法，待核实"),
    "INF": _("本项目默认值，可配置"),
    "S": _("公开报道或标准"),
}
SAID: Mapping[str, str] = {
    "reason": _("理由"),
    "note": _("记录"),
    "result": _("办理结果"),
    "reply": _("答复"),
    "public": _("公开答复"),
    "comment": _("诉求人意见"),
    "unfinished": _("未完成事项"),
    "route": _("正确途径"),
    "basis": _("依据"),
    "topic": _("议题"),
    "options": _("备选方案"),
    "decision": _("决定"),
    "explained": _("依法不能解决的理由"),
    "before": _("更正前"),
    "task": _("任务"),
}
STEPS: Mapping[str, str] = {
    "call.warm_transfer": _("一键转接（R1）"),
    "call.three_way": _("三方通话（R2）"),
    "call.first_accepts": _("首接负责（R3）"),
    "police.first": _("110先期处置"),
    "hotline.urged": _("诉求人催办"),
    "photo.public": _("照片公开审核"),
}
DECISIONS: Mapping[str, str] = {
    "as_is": _("原样公开"),
    "covered": _("遮盖后公开"),
    "withheld": _("不公开"),
}
"""What was decided about a photo."""
ACTORS: Mapping[str, str] = {
    "system": _("系统规则"),
    "resident": _("居民"),
    "channel": _("对接平台"),
}


def say(known: Mapping[str, str], code: str) -> str:
    """The name of a code, or the code itself when nobody has named it."""
    return gettext(known[code]) if known.get(code) else code


def english() -> bool:
    """Whether the reader reads English."""
    return (get_language() or "").startswith("en")


def step(code: str, kind_code: str) -> str:
    """A step beside the verbs: of the programme, of an exchange with another platform, or its code."""
    english = (get_language() or "").startswith("en")
    for each in registry.steps(kind_code):
        if each.code == code:
            return each.title_en if english else each.title
    return say(STEPS, code)


def facts(code: str, kind_code: str, said: Mapping[str, Any]) -> list[str]:
    """What a step asked for, as "title: answer" in the reader's language; moments in the city's time."""
    english = (get_language() or "").startswith("en")
    if code == "photo.public":
        return [say(DECISIONS, str(said.get("decision", "")))]
    known = next((each for each in registry.steps(kind_code) if each.code == code), None)
    found = []
    for fact in known.asks if known else ():
        answer = str(said.get(fact.name, ""))
        if fact.sort == "moment":
            answer = _moment(answer)
        else:
            titles = [fact.choices[one][english] for one in answer.split(",") if one in fact.choices]
            answer = listed(titles) if titles else answer
        if answer:
            found.append(f"{fact.title_en if english else fact.title}{pgettext('before an answer', '：')}{answer}")
    if said.get("by") in ("R2", "R3"):
        found.append(gettext("双方协商一致（R2）") if said["by"] == "R2" else gettext("协商不成，首接平台受理（R3）"))
    return found


def _moment(said: str) -> str:
    try:
        return f"{datetime.fromisoformat(said).astimezone(clock.TZ):%Y-%m-%d %H:%M}"
    except ValueError:
        return said


def state(code: str) -> str:
    """The state of a matter."""
    return say(matters.STATES, code)


def order_state(code: str) -> str:
    """The state of an order."""
    return gettext(orders.STATES[code]) if code in orders.STATES else code


def kind(code: str) -> str:
    """The title of a kind; of a retired kind its code."""
    found = registry.kinds().get(code)
    if found is None:
        return code
    return house.title(found, english=(get_language() or "").startswith("en"))


def channel(code: str) -> str:
    """The way in."""
    if code in CHANNELS:
        return gettext(CHANNELS[code])
    found = registry.channels().get(code)
    if found is None:
        return code
    return found.title_en if (get_language() or "").startswith("en") else found.title


def verb(name: str) -> str:
    """The title of a verb; the report is no verb of its own in the list."""
    if name == "report":
        return gettext("受理登记")
    found = flow.VERBS.get(name)
    return gettext(found.title) if found else name


def rule(code: str) -> str:
    """What a limit is about (sign.department: 签收); one of a programme's own books: the programme."""
    whose = code.partition(".")[0]
    while code:
        if code in RULES:
            return gettext(RULES[code])
        code = code.rpartition(".")[0]
    owner = next((each for each in registry.programmes() if each.code == whose), None)
    return (owner.title_en if english() else owner.title) if owner else ""


def provenance(tag: str) -> str:
    """How well a limit is known, in words."""
    return gettext(PROVENANCE.get(tag) or PROVENANCE["S"])


def body(pk: int | None) -> str:
    """The name of a body of today; empty when unknown."""
    found = bodies.directory().by_id.get(pk) if pk is not None else None
    return found.name if found else ""


def listed(parts: list[str]) -> str:
    """Things in a row, with the language's own comma."""
    return pgettext("between things in a row", "、").join(parts)
