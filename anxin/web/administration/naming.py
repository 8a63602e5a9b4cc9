"""How the fields, subjects and persons of the book of changes are called on the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, gettext_noop

from anxin.kernel.areas import Area
from anxin.kernel.bodies import ROLES, Body, Post
from anxin.kernel.changes import Alteration
from anxin.kernel.people import Account
from anxin.web import words

_ = gettext_noop
ABOUT: Mapping[str, tuple[str, str]] = {
    "area": (_("区域"), "area"),
    "body": (_("单位"), "body"),
    "post": (_("岗位"), "post"),
    "account": (_("账号"), "person"),
    "kind": (_("类别"), "kind"),
    "limit": (_("时限"), "limit"),
    "calendar": (_("日历"), "calendar"),
    "channel": (_("渠道"), "channel"),
    "template": (_("答复模板"), "template"),
    "open_data": (_("开放数据"), "open_data_month"),
    "webhook": (_("事件推送"), ""),
    "table": (_("批量导入"), "table"),
}
LABELS: Mapping[str, str] = {
    "code": _("代码"), "name": _("名称"), "aliases": _("别名"), "level": _("层级"), "parent": _("上级"),
    "valid_from": _("起始日"), "valid_to": _("截止日（不含）"), "boundary": _("边界"), "approximate": _("边界为示意"),
    "kind": _("类型"), "function": _("职能"), "area": _("区域"), "successor": _("接手单位"), "title": _("名称"),
    "title_en": _("英文名称"), "role": _("岗位角色"), "holder": _("任职账号"), "since": _("任职起始日"),
    "body": _("单位"),
    "login": _("账号"), "active": _("可登录"), "password_link": _("设置密码链接"), "sessions": _("登录会话"),
    "closed_from": _("停用起始日"), "instead": _("改用类别"), "routing": _("派单去向"), "lead": _("主办"),
    "helpers": _("协办"), "version": _("版本"), "limit": _("时限"), "effective": _("生效日"), "pause": _("最长暂停"),
    "source": _("出处"), "provenance": _("可信程度"), "withdrawn": _("已撤回"), "days": _("设定日期"),
    "published": _("全年安排已公布"), "on": _("对外投递"), "text": _("内容"), "kinds": _("适用类别"), "post": _("岗位"),
    "url": _("接收地址"), "events": _("事件"), "secret": _("有效密钥数"), "out": _("已公布"),
    "until": _("失效日"), "password": _("密码"), "posts": _("岗位"),
}  # fmt: skip
ROLE_NAMES: Mapping[str, str] = {
    "seat": _("热线座席"), "calltaker": _("110接警员"), "operator": _("网络巡查员"), "dispatcher": _("指挥调度员"),
    "desk": _("民声专席"), "field": _("处置队员"), "clerk": _("承办联络员"), "grid_worker": _("专职网格员"),
    "grid_head": _("网格长"), "auxiliary_police": _("网格辅警"), "callback": _("回访专员"), "arbiter": _("权属裁定员"),
    "supervisor": _("督办员"), "leader": _("领导"), "admin": _("系统管理员"),
    "mediator": _("人民调解员"), "manager": _("场所管理员"), "employer": _("企业负责人"), "village": _("村社干部"),
}  # fmt: skip
LEVEL_NAMES: Mapping[str, str] = {
    "province": _("省"), "city": _("市"), "county": _("县（市、区）"), "town": _("镇街"), "village": _("村社"),
    "grid": _("网格"), "microgrid": _("微网格"),
}  # fmt: skip
BODY_KINDS: Mapping[str, str] = {
    "hotline": _("热线"), "police": _("公安"), "centre": _("社会治理中心"), "town_command": _("镇街指挥室"),
    "team": _("处置队"), "department": _("部门"), "company": _("公共服务企业"), "committee": _("村（居）委会"),
    "peace_office": _("平安办"), "network_centre": _("网络治理中心"),
    "mediation": _("人民调解委员会"), "organiser": _("市场举办者"), "village_company": _("强村公司"),
    "enterprise": _("企业"),
}  # fmt: skip
UNIT_NAMES: Mapping[str, str] = {
    "second": _("秒"), "minute": _("分钟"), "hour": _("小时"), "day": _("天"), "workday": _("个工作日"),
}  # fmt: skip
SHORT = 400
"""Letters of a value that are shown in a history."""


def say(known: Mapping[str, str], code: str) -> str:
    """The name of a code in the reader's language, else the code."""
    return gettext(known[code]) if code in known else code


def label(name: str) -> str:
    """What a field is called."""
    return say(LABELS, name)


def role(code: str) -> str:
    """What a role is called."""
    return say(ROLE_NAMES, code)


def level(code: str) -> str:
    """What a level of areas is called."""
    return say(LEVEL_NAMES, code)


def sort_of_body(code: str) -> str:
    """What a sort of bodies is called."""
    return say(BODY_KINDS, code)


def roles() -> list[tuple[str, str]]:
    """Every role, for a list."""
    return [(code, role(code)) for code in ROLES]


def coded(found: Area | Body | None) -> str:
    """An area or a body as the book names it: its lasting code, then its name of now; empty where there is none."""
    return f"{found.code} {found.name}" if found is not None else ""


def value(name: str, given: Any) -> str:
    """A value of a change in words; a long one is cut."""
    if given is None or given == "" or given == []:
        return ""
    if name == "geojson":
        return ""  # kept in the book, too long for a page
    if isinstance(given, bool):
        return gettext("是") if given else gettext("否")
    if isinstance(given, (list, tuple)):
        return words.listed([value(name, each) for each in given])
    said = str(given)
    if name == "role":
        said = role(said)
    elif name == "password":
        said = {"link": gettext("发出设置链接"), "given": gettext("设置初始密码")}.get(said, said)
    elif name == "level":
        said = level(said)
    elif name in ("kinds", "instead"):
        said = words.kind(said)
    elif name == "provenance":
        said = f"{said} · {words.provenance(said)}"
    return said if len(said) <= SHORT else f"{said[:SHORT]}…"


def about(code: str) -> str:
    """What sort of thing was changed."""
    return gettext(ABOUT[code][0]) if code in ABOUT else code


def address(sort: str, subject: str) -> str:
    """The page of a subject, or nothing."""
    if sort not in ABOUT:
        return ""
    try:
        return reverse(f"administration:{ABOUT[sort][1]}", args=[subject])
    except NoReverseMatch:
        return ""


def who(rows: Iterable[Alteration]) -> Callable[[Alteration], str]:
    """Who made each of some changes: the post, with the login of whoever sat there; two questions for all of them."""
    made = list(rows)
    seats = Post.objects.select_related("body").in_bulk({each.post for each in made if each.post is not None})
    accounts = {each.account for each in made if each.account is not None}
    logins = dict(Account.objects.filter(pk__in=accounts).values_list("pk", "login"))

    def said(row: Alteration) -> str:
        seat = str(seats[row.post]) if row.post in seats else role(row.role)
        return " · ".join(part for part in (seat, logins.get(row.account or 0, "")) if part)

    return said
