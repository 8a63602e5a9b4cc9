"""How things of the room are called on its pages, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from anxin.kernel import areas
from anxin.kernel.bodies import Post
from anxin.programmes.situation.models import Alarm
from anxin.programmes.situation.rules import declared, language, platforms
from anxin.programmes.situation.rules.usual import Usual
from anxin.web import words

DUTIES: Mapping[str, str] = {
    "leader": _("值班领导"), "dispatcher": _("指挥调度"), "platform": _("平台值班"), "field": _("现场处置"),
}  # fmt: skip
STATES: Mapping[str, str] = {
    "reported": _("待派单"), "unsigned": _("待签收"), "working": _("办理中"), "finished": _("待答复"),
    "replied": _("待回访"),
}  # fmt: skip
ROLES: Mapping[str, str] = {
    "dispatcher": _("指挥调度员"), "field": _("现场处置"), "leader": _("值班领导"), "platform": _("平台负责人"),
}  # fmt: skip
ACTS: Mapping[str, str] = {
    "sign": _("签收"), "contact": _("已联系"), "arrive": _("已到场"), "finish": _("反馈结果"), "choose": _("提交选择"),
}  # fmt: skip


def duty(code: str) -> str:
    """What one is on duty as."""
    return gettext(DUTIES.get(code, code))


def state(code: str) -> str:
    """A state of a queue."""
    return gettext(STATES.get(code, code))


def platform(found: platforms.Platform) -> str:
    """What a platform is called."""
    return found.title_en if words.english() else found.title


def platform_of(code: str) -> str:
    """What a platform is called, by its code; the code where it is there no longer."""
    return next((platform(each) for each in platforms.plan().platforms if each.code == code), code)


def rule(code: str) -> str:
    """What a warning rule is called."""
    titles = declared.TITLES.get(code)
    return titles[int(words.english())] if titles and titles[0] else code


def posts(pks: Iterable[int | None]) -> dict[int, str]:
    """What posts are called, without anybody's name."""
    wanted = {pk for pk in pks if pk is not None}
    return {
        post.pk: f"{post.body.name} {post.title}" for post in Post.objects.filter(pk__in=wanted).select_related("body")
    }


def spot(code: str) -> str:
    """Where a warning is about, in words; an address is never said from its fingerprint."""
    said = []
    for part in filter(None, code.split("|")):
        dimension, _sep, value = part.partition(":")
        if dimension in ("grid", "village"):
            area = areas.tree().areas.get(int(value)) if value.isdigit() else None
            said.append(area.name if area is not None else value)
        elif dimension == "kind":
            said.append(words.kind(value))
        elif dimension == "platform":
            said.append(platform_of(value))
        elif dimension == "address":
            said.append(gettext("同一地址"))
    return " · ".join(said)


def reasons(alarm: Alarm) -> list[str]:
    """The numbers of a warning in sentences: what was counted, and what it was compared with."""
    english = int(words.english())
    said = []
    for each in alarm.why:
        zh, en, _span = language.QUANTITIES[each["quantity"]]
        what = (zh, en)[english]
        if each["span"]:
            amount, unit = each["span"]
            what = f"{what} ({amount} {language.UNITS[unit][english]})"
        if each["mean"] is None:
            sign = ">" if each["strict"] else "≥"
            said.append(f"{what}: {each['count']} {sign} {_number(each['limit'])}")
        else:
            said.append(
                gettext("%(what)s：%(count)s > 平时 %(mean)s + %(sd)s × %(deviation)s = %(limit)s")
                % {
                    "what": what,
                    **{name: _number(each[name]) for name in ("count", "mean", "sd", "deviation", "limit")},
                }
            )
    return said


def _number(value: Any) -> str:
    return f"{value:g}"


def usual_words(usual: Usual) -> str:
    """What is usual, in words; or that too few weeks are on record."""
    if not usual.known:
        return gettext("记录只有 %(weeks)s 周，暂无平时") % {"weeks": usual.weeks}
    return gettext("平时 %(middle)s（%(low)s–%(high)s）") % {
        "middle": _number(usual.middle), "low": _number(round(usual.low, 1)), "high": _number(round(usual.high, 1)),
    }  # fmt: skip
