"""The first page of administration, and the whole book of changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from anxin.kernel import access, areas, house, registry
from anxin.kernel.bodies import Actor, Body, Post
from anxin.kernel.changes import Alteration
from anxin.kernel.errors import NotAllowed
from anxin.kernel.people import Account
from anxin.public.opendata import release
from anxin.web import session
from anxin.web.administration import naming, proposal
from anxin.web.administration.models import ReplyTemplate


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of administration: its page (`name`), what one must be allowed to change (`what`), what is there."""

    name: str
    what: str
    title: Any
    icon: str
    hint: Any


SECTIONS = (
    Section(name="areas", what="areas", title=_("区域"), icon="map-2", hint=_("区划树、名称、归属、边界")),
    Section(
        name="bodies", what="posts", title=_("单位和岗位"), icon="building-community", hint=_("谁承办，谁在岗，交接")
    ),
    Section(name="people", what="people", title=_("人员账号"), icon="users", hint=_("新建、锁定、会话、密码链接")),
    Section(name="kinds", what="kinds", title=_("类别"), icon="category", hint=_("全流程、停用、派单去向")),
    Section(name="limits", what="limits", title=_("时限"), icon="hourglass", hint=_("版本、出处、生效日")),
    Section(name="calendar-now", what="calendar", title=_("日历"), icon="calendar", hint=_("节假日和调休")),
    Section(name="channels", what="channels", title=_("渠道"), icon="plug-connected", hint=_("密钥、投递、失败、开关")),
    Section(name="templates", what="templates", title=_("答复模板"), icon="template", hint=_("按类别、单位、区域")),
    Section(name="open_data", what="open_data", title=_("开放数据"), icon="world", hint=_("每月的表，公布和撤回")),
)
ON_A_PAGE = 40


def sections(by: Actor) -> list[dict[str, Any]]:
    """The sections a post may enter."""
    return [
        {
            "name": each.name,
            "url": proposal.front(each.name),
            "title": each.title,
            "icon": each.icon,
            "hint": each.hint,
            "here": each.name.partition("-")[0],
        }
        for each in SECTIONS
        if access.administers(by, each.what)
    ] + (_rooms() if access.administers(by, "channels") else [])


def _rooms() -> list[dict[str, Any]]:
    """The rooms channels bring along."""
    english = not (get_language() or "").startswith("zh")
    return [
        {
            "name": "",
            "url": reverse(each.room[0]),
            "title": each.title_en if english else each.title,
            "icon": each.room[1],
            "hint": "",
            "here": each.code,
        }
        for each in registry.channels().values()
        if each.room is not None
    ]


def _count(name: str) -> str:
    on = areas.today()
    if name == "areas":
        standing = [a for a in areas.tree().areas.values() if a.valid_to is None and a.valid_from <= on]
        return gettext("%(n)s 个区域") % {"n": f"{len(standing):,}"}
    if name == "bodies":
        counts = Body.objects.exclude(valid_to__lte=on).count(), Post.objects.count()
        return gettext("%(bodies)s 个单位，%(posts)s 个岗位") % {"bodies": f"{counts[0]:,}", "posts": f"{counts[1]:,}"}
    if name == "people":
        return gettext("%(n)s 个账号") % {"n": f"{Account.objects.filter(is_active=True).count():,}"}
    if name == "kinds":
        return gettext("%(n)d 个类别，%(off)d 个停用") % {
            "n": len(registry.kinds()), "off": len(registry.kinds()) - len(house.open_kinds()),
        }  # fmt: skip
    if name == "limits":
        coming = sum(each.effective > on for versions in registry.rules().values() for each in versions)
        return gettext("%(n)d 项时限，%(m)d 个版本待生效") % {"n": len(registry.rules()), "m": coming}
    if name == "channels":
        return gettext("%(n)d 个渠道，%(off)d 个暂停投递") % {
            "n": len(registry.channels()), "off": len(house.decided().silent),
        }  # fmt: skip
    if name == "open_data":
        return gettext("已公布 %(n)d 个月") % {"n": len(release.published())}
    if name == "templates":
        return gettext("%(n)d 个模板") % {"n": ReplyTemplate.objects.exclude(valid_to__lte=on).count()}
    return gettext("%(year)d 年") % {"year": on.year}


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """`/desk/administration/`: the sections and what was changed last. Raises NotAllowed."""
    by = session.actor(request)
    rooms = sections(by)
    if not rooms:
        raise NotAllowed
    for room in rooms:
        room["count"] = _count(room["name"]) if room["name"] else ""
    rows = proposal.lines(_readable(by)[:8])
    coming = _readable(by).filter(effective__gt=areas.today()).order_by("effective")[:8]
    context = {"rooms": rooms, "rows": rows, "coming": proposal.lines(coming), "section": "front"}
    return render(request, "administration/front.html", context)


@require_safe
def book(request: HttpRequest) -> HttpResponse:
    """`/desk/administration/history`: every change, by sort, subject, account and day."""
    by = session.actor(request)
    if not sections(by):
        raise NotAllowed
    said = {name: request.GET.get(name, "").strip()[:80] for name in ("about", "subject", "login", "since", "until")}
    rows = _readable(by)
    if said["about"]:
        rows = rows.filter(about=said["about"])
    if said["subject"]:
        rows = rows.filter(subject__icontains=said["subject"])
    if said["login"]:
        rows = rows.filter(account__in=Account.objects.filter(login=said["login"]).values("pk"))
    for name, column in (("since", "at__date__gte"), ("until", "at__date__lte")):
        try:
            rows = rows.filter(**{column: date.fromisoformat(said[name])}) if said[name] else rows
        except ValueError:
            said[name] = ""
    shown = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "shown": shown,
        "rows": proposal.lines(shown),
        "said": said,
        "sorts": [(code, naming.about(code)) for code in naming.ABOUT],
        "section": "history",
    }
    return render(request, "administration/history.html", context)


def _readable(by: Actor) -> Any:
    """Changes a post may read: the administrator all, a county's desk those made in its own county by its own body."""
    rows = Alteration.objects.order_by("-at", "-pk")
    return rows if by.role == "admin" else rows.filter(body=by.body)
