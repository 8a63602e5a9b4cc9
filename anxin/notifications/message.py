"""What leaves the house: number, kind, town and time left; no words of a report, no person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language, gettext

from anxin.kernel import areas, clock, people, registry
from anxin.kernel.notices import Delivery
from anxin.notifications.models import Notice, Way
from anxin.notifications.rules import BY_CODE

MOST = 8
"""Matters named in one message; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message for a way: where to, what it says, and the address on the desk that shows it."""

    way: Way
    address: str
    subject: str
    lines: tuple[str, ...]
    link: str
    pressing: bool


def compose(delivery: Delivery) -> Message | None:
    """The message of a delivery, written when it is sent; None when there is nothing left to say.

    That is so when the way was closed, or everything has been read in the meantime.
    """
    told: dict[str, Any] = delivery.payload
    way = Way.objects.filter(pk=told["way"], ended_at=None).first()
    if way is None:
        return None
    with translation.override(settings.LANGUAGE_CODE):
        address, base = people.unlock(bytes(way.address)), settings.SITE_URL
        if code := told.get("code"):
            words = gettext("安心：确认码 %(code)s，15 分钟内有效。不是您本人操作请忽略。") % {"code": code}
            return Message(way, address, gettext("确认码"), (words,), "", True)
        if told.get("test"):
            return Message(way, address, gettext("测试提醒"), (gettext("这是一条测试提醒。"),), f"{base}/desk/", False)
        rows = Notice.objects.filter(pk__in=told["notices"], read_at=None).select_related("matter").order_by("pk")
        found = list({(each.matter_id, each.about, each.matter_id or each.detail): each for each in rows}.values())
        if not found:
            return None
        lines = [line(each) for each in found[:MOST]]
        if len(found) > MOST:
            lines.append(gettext("另有 %(n)d 件") % {"n": len(found) - MOST})
        shown = {path(each) for each in found}
        link = base + (shown.pop() if len(shown) == 1 else "/desk/notifications/")
        subject = title(found[0].about) if len(found) == 1 else gettext("%(n)d 条提醒") % {"n": len(found)}
        return Message(way, address, subject, tuple(lines), link, bool(told.get("pressing")))


def pushes_to(endpoint: str) -> bool:
    """Whether a browser's push service is one of those the house sends to (ANXIN_PUSH_HOSTS, or below one of them)."""
    host = urlsplit(endpoint).hostname or ""
    return any(host == each or host.endswith(f".{each}") for each in settings.PUSH_HOSTS)


def title(about: str) -> str:
    """What a rule is called, in the reader's language."""
    rule = BY_CODE.get(about)
    if rule is None:
        return about
    return rule.title if (get_language() or "").startswith("zh") else rule.title_en


def path(notice: Notice) -> str:
    """Where on the desk one sees what a notice is about."""
    return f"/desk/matters/{notice.matter.number}" if notice.matter else notice.link


def line(notice: Notice) -> str:
    """One notice in one line."""
    if (matter := notice.matter) is None:
        return f"{title(notice.about)} {notice.detail}"
    tree = areas.tree().areas
    found = registry.kinds().get(matter.kind)
    kind = found.title if found else matter.kind
    town = tree[matter.town_id].name if matter.town_id and matter.town_id in tree else ""
    due = f"{matter.due_at.astimezone(clock.TZ):%m-%d %H:%M}" if matter.due_at and matter.is_open else ""
    urgent = gettext("特急") if matter.urgency == "emergency" else ""
    words = (
        urgent,
        title(notice.about),
        matter.number,
        kind,
        town,
        gettext("%(due)s 前") % {"due": due} if due else "",
    )
    return " ".join(each for each in words if each)
