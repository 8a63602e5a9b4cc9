"""The rooms of the desk: what stands in the side of every page, for whom, and by which key one gets there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

from anxin.kernel import access, registry, rights
from anxin.kernel.bodies import Actor

SITUATION = frozenset({"dispatcher", "desk", "arbiter", "supervisor", "leader"})
"""Posts that look at hot issues and at how good the suggestions are."""
OUT = access.BODYWORK | {"leader"}
"""Posts that carry the phone."""


@dataclass(frozen=True, kw_only=True)
class Room:
    """One entry: `key` is pressed after `g`; `roles` empty means everybody who is signed in."""

    title: str
    icon: str
    url: str
    key: str = ""
    roles: frozenset[str] = frozenset()


ROOMS = (
    Room(title=_("工作台"), icon="inbox", url="desk:queue", key="q"),
    Room(title=_("登记"), icon="square-rounded-plus", url="desk:new", key="n", roles=access.VERBS["report"]),
    Room(title=_("热点"), icon="flame", url="desk:hot", key="h", roles=SITUATION),
    Room(title=_("建议效果"), icon="target-arrow", url="desk:accuracy", key="a", roles=SITUATION | access.OPERATES),
    Room(title=_("网帖登记"), icon="world-www", url="publicpost:new", key="w", roles=frozenset({"operator"})),
    Room(title=_("手机端"), icon="device-mobile", url="phone:shell", key="p", roles=OUT),
    Room(title=_("投递"), icon="send", url="desk:deliveries", key="d", roles=access.OPERATES),
    Room(title=_("系统管理"), icon="settings", url="administration:front", key="m", roles=access.OPERATES | {"desk"}),
)


def rooms(request: HttpRequest, by: Actor) -> list[dict[str, Any]]:
    """The entries for a post, with the address and whether the reader is there now; programmes add their own pages."""
    chinese = (get_language() or "").startswith("zh")
    found = [(each.key, each.icon, gettext(each.title), each.url, each.roles, "") for each in ROOMS]
    for programme in registry.programmes():
        found[2:2] = [
            (page.key, page.icon, page.title if chinese else page.title_en, page.url, page.roles, page.right)
            for page in programme.pages
        ]
    shown: list[dict[str, Any]] = []
    for key, icon, title, url, roles, right in found:
        if (roles and by.role not in roles) or (right and not rights.entitled(by, right)):
            continue
        try:
            address = reverse(url)
        except NoReverseMatch:
            continue
        here = request.path == address or (address != reverse("desk:queue") and request.path.startswith(address))
        shown.append({"key": key, "icon": icon, "title": title, "address": address, "here": here})
    nearest = max((len(room["address"]) for room in shown if room["here"]), default=0)
    for room in shown:  # a room within a room: the reader is in the inner one
        room["here"] = room["here"] and len(room["address"]) == nearest
    return shown
