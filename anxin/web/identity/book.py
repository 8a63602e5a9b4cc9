"""The book of sign-ins: what happened, when, by which proof; no login, no name, no whole address."""

from __future__ import annotations

import ipaddress

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from anxin.kernel import clock
from anxin.web.identity.models import Line

WHATS = {
    "in": _("登录"),
    "failed": _("登录失败"),
    "locked": _("因失败过多被拒绝"),
    "second_failed": _("第二步验证失败"),
    "proved": _("再次确认本人"),
    "prove_failed": _("再次确认失败"),
    "out": _("退出"),
    "ended": _("结束了一次登录"),
    "ended_all": _("结束了其他全部登录"),
    "password": _("更改密码"),
    "link_made": _("发出设置密码的链接"),
    "link_used": _("用链接设置密码"),
    "password_given": _("由管理人员设置初始密码"),
    "codes_on": _("开启动态口令"),
    "codes_off": _("关闭动态口令"),
    "recovery": _("生成恢复码"),
    "passkey_added": _("添加通行密钥"),
    "passkey_removed": _("删除通行密钥"),
    "linked": _("绑定统一身份认证"),
    "unlinked": _("解除统一身份认证绑定"),
    "reset": _("由管理人员清除第二步验证"),
}
HOWS = {
    "password": _("密码"),
    "code": _("动态口令"),
    "recovery": _("恢复码"),
    "passkey": _("通行密钥"),
    "elsewhere": _("统一身份认证"),
    "mfa": _("对方的第二步验证"),
}


def network(address: str) -> str:
    """The front part of an address (an office, not a desk): /24 of IPv4, /48 of IPv6; empty when it is none."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 48), strict=False))


def write(request: HttpRequest, what: str, account: int | None, how: str = "", by: int | None = None) -> None:
    """Add a line. `how` are the proofs, joined by +; `by` is the account that did it to another's."""
    Line.objects.create(
        at=clock.now(), account=account, what=what, how=how, by=by, network=network(request.META.get("REMOTE_ADDR", ""))
    )


def of(account: int) -> QuerySet[Line]:
    """The lines of an account, newest first."""
    return Line.objects.filter(account=account).order_by("-pk")


def say_what(what: str) -> str:
    """What happened, in words."""
    return gettext(WHATS.get(what, what))


def say_how(how: str) -> str:
    """By which proofs, in words: 密码 + 动态口令."""
    return " + ".join(gettext(HOWS.get(each, each)) for each in how.split("+") if each)
