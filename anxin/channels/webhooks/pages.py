"""The rooms of the administrator: who is told of events, with which secret, what failed, telling it again."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from anxin.channels.webhooks import replay
from anxin.channels.webhooks.models import SUBSCRIBERS, Subscriber
from anxin.channels.webhooks.send import CODE, EVENTS
from anxin.kernel import access, clock, people, registry
from anxin.kernel.errors import NotFound
from anxin.kernel.notices import DEAD, SENT, WAITING, Delivery
from anxin.web import session, words
from anxin.web.administration import naming, places
from anxin.web.administration import proposal as fields
from anxin.web.administration.proposal import Consequence, Proposal, history, note, propose, warn

ONCE = "webhook-secret"
"""Where a fresh secret waits in the session until the page has shown it once."""


def fresh_secret() -> str:
    """A new secret as Standard Webhooks writes it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def find(code: str) -> Subscriber:
    """The subscriber with this code. Raises NotFound."""
    found = Subscriber.objects.select_related("area").filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def _at(code: str) -> str:
    return reverse("webhook", args=[code])


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """`/desk/administration/webhooks/`: all subscribers, and how delivery goes."""
    access.administer(session.actor(request), "channels")
    counted = (
        Delivery.objects.filter(channel=CODE)
        .values("payload__to")
        .annotate(
            waiting=Count("pk", filter=Q(state=WAITING)),
            dead=Count("pk", filter=Q(state=DEAD)),
            last=Max("sent_at", filter=Q(state=SENT)),
        )
    )
    by_code = {row["payload__to"]: row for row in counted}
    rows: list[tuple[Subscriber, Any]] = [
        (each, by_code.get(each.code, {})) for each in Subscriber.objects.order_by("code")
    ]
    return render(request, "webhooks/subscribers.html", {"rows": rows, "section": CODE})


@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """`/desk/administration/webhooks/<code>`: one subscriber; a fresh secret is shown here once."""
    access.administer(session.actor(request), "channels")
    row = find(code)
    waiting = request.session.pop(ONCE, None) or {}
    failures = Delivery.objects.filter(channel=CODE, state=DEAD, payload__to=code).order_by("-created_at")[:20]
    context = {
        "row": row,
        "secret": waiting.get(code, ""),
        "secrets": len(people.unlock(bytes(row.sealed)).split()),
        "kinds": [words.kind(each) for each in row.kinds],
        "area": places.path(row.area) if row.area else gettext("全市"),
        "failures": failures,
        "history": history("webhook", code),
        "section": CODE,
    }
    return render(request, "webhooks/subscriber.html", context)


def new(request: HttpRequest) -> HttpResponse:
    """`/desk/administration/webhooks/new`: a new subscriber."""
    return propose(request, Write, None, back=reverse("webhooks"))


def act(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """`/desk/administration/webhooks/<code>/<name>`: change, switch, change the secret, tell again."""
    if name not in ACTS:
        raise NotFound
    return propose(request, ACTS[name], find(code), back=_at(code))


class Act(Proposal):
    """Something that is done to a subscriber."""

    what, about = "channels", "webhook"
    subject: Any

    def to(self) -> str:
        """The page of the subscriber."""
        return _at(self.code())


class Write(Act):
    """A subscriber, new or changed."""

    new_code = fields.text(_("代码"), most=40, hint=_("小写字母、数字和连字符，建立后不变"))
    name = fields.text(_("名称"), most=80)
    url = fields.text(_("接收地址"), most=500, hint=_("https 地址；不跟随跳转"))
    events = forms.MultipleChoiceField(
        label=_("事件"), required=False, help_text=_("不选表示全部事件"),
        widget=forms.SelectMultiple(attrs={"class": "form-select", "size": 6}),
    )  # fmt: skip
    kinds = forms.MultipleChoiceField(
        label=_("适用类别"), required=False, help_text=_("不选表示全部类别"),
        widget=forms.SelectMultiple(attrs={"class": "form-select", "size": 6}),
    )  # fmt: skip
    area = fields.text(_("区域（代码或名称）"), required=False, most=60, hint=_("留空为全市"))

    @property
    def title(self) -> Any:
        """New or changed."""
        return _("修改订阅") if self.subject else _("新建订阅")

    def prepare(self) -> None:
        """As it is."""
        self.choose("events", [(name, name) for name in EVENTS.values()])
        self.choose("kinds", [(code, words.kind(code)) for code, kind in registry.kinds().items() if not kind.private])
        row = self.subject
        if row is not None:
            del self.fields["new_code"]
            area = row.area.code if row.area else ""
            self.begin(name=row.title, url=row.url, events=row.events, kinds=row.kinds, area=area)

    def examine(self) -> None:
        """A code that is free, an address that can be, an area that stands."""
        if self.subject is None:
            code = self.said["new_code"]
            if not code.replace("-", "").isalnum() or code != code.lower() or not code.isascii() or len(code) < 2:
                self.wrong("new_code", gettext("只能用小写字母、数字和连字符"))
            elif code in ("new",) or Subscriber.objects.filter(code=code).exists():
                self.wrong("new_code", gettext("已有这一代码"))
        if not good(self.said["url"].strip()):
            self.wrong("url", gettext("须是 https 地址，不含账号口令"))
        self.place = places.typed(self, "area")

    def before(self) -> Mapping[str, Any]:
        """As it is."""
        row = self.subject
        if row is None:
            return {}
        return {
            "title": row.title, "url": row.url, "events": list(row.events), "kinds": list(row.kinds),
            "area": naming.coded(row.area),
        }  # fmt: skip

    def after(self) -> Mapping[str, Any]:
        """As it will be."""
        return {
            "title": self.said["name"].strip(), "url": self.said["url"].strip(), "events": list(self.said["events"]),
            "kinds": list(self.said["kinds"]), "area": naming.coded(self.place),
        }  # fmt: skip

    def consequences(self) -> list[Consequence]:
        """What goes out, and what never does."""
        return [
            note(gettext("从现在起发生的事件会推送到这一地址；更早的可以补发。")),
            note(gettext("只含编号、类别、状态、时间、区域和单位；没有文字、坐标和个人信息；保密事项不推送。")),
        ]

    def apply(self) -> None:
        """Into the table; a new one gets its secret."""
        values: dict[str, Any] = {
            "title": self.said["name"].strip(), "url": self.said["url"].strip(), "events": list(self.said["events"]),
            "kinds": list(self.said["kinds"]), "area": self.place,
        }  # fmt: skip
        if self.subject is None:
            secret = fresh_secret()
            code = self.said["new_code"]
            Subscriber.objects.create(code=code, sealed=people.lock(secret), created_at=clock.now(), **values)
            self.request.session[ONCE] = {code: secret}
        else:
            Subscriber.objects.filter(pk=self.subject.pk).update(**values)
        SUBSCRIBERS.changed()


def good(url: str) -> bool:
    """Whether messages may go to an address: https, or http to a host the installation has named."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    plain = parts.scheme == "http" and host in settings.WEBHOOK_PLAIN_HOSTS
    return (parts.scheme == "https" or plain) and bool(host) and parts.username is None and " " not in url


class Switch(Act):
    """On, or off."""

    @property
    def title(self) -> Any:
        """What pressing the button does."""
        return _("停用订阅") if self.subject.on else _("启用订阅")

    def before(self) -> Mapping[str, Any]:
        """As it is."""
        return {"on": self.subject.on}

    def after(self) -> Mapping[str, Any]:
        """The other way."""
        return {"on": not self.subject.on}

    def consequences(self) -> list[Consequence]:
        """What is missed."""
        return [warn(gettext("停用期间的事件不推送；启用后可以按时间段补发。"))] if self.subject.on else []

    def apply(self) -> None:
        """Into the table."""
        Subscriber.objects.filter(pk=self.subject.pk).update(on=not self.subject.on)
        SUBSCRIBERS.changed()


class Secret(Act):
    """A second secret beside the first; then the first goes."""

    def _old(self) -> list[str]:
        return people.unlock(bytes(self.subject.sealed)).split()

    @property
    def title(self) -> Any:
        """Which of the two steps."""
        return _("停用旧密钥") if len(self._old()) > 1 else _("更换密钥")

    def before(self) -> Mapping[str, Any]:
        """How many sign."""
        return {"secret": len(self._old())}

    def after(self) -> Mapping[str, Any]:
        """How many will."""
        return {"secret": 3 - len(self._old())}

    def consequences(self) -> list[Consequence]:
        """How a secret is changed without a gap."""
        if len(self._old()) > 1:
            return [warn(gettext("只认旧密钥的接收方从现在起校验失败。"))]
        return [note(gettext("新旧两个密钥同时签名；新密钥只显示一次。对方换好后再停用旧密钥。"))]

    def apply(self) -> None:
        """The new one first."""
        old = self._old()
        if len(old) > 1:
            now = old[:1]
        else:
            now = [fresh_secret(), *old]
            self.request.session[ONCE] = {self.subject.code: now[0]}
        Subscriber.objects.filter(pk=self.subject.pk).update(sealed=people.lock(" ".join(now)))


class Again(Act):
    """What happened in a span of time is told again."""

    title = _("按时间段补发")
    since = forms.DateTimeField(label=_("从"), widget=forms.DateTimeInput(
        attrs={"class": "form-control", "type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))  # fmt: skip
    until = forms.DateTimeField(label=_("到（不含）"), widget=forms.DateTimeInput(
        attrs={"class": "form-control", "type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))  # fmt: skip

    def examine(self) -> None:
        """A span of time."""
        if self.said["since"] >= self.said["until"]:
            self.wrong("until", gettext("须晚于开始时间"))
        elif not self.subject.on:
            self.wrong(None, gettext("订阅已停用，请先启用"))

    def after(self) -> Mapping[str, Any]:
        """Which span."""
        return {"since": _iso(self.said["since"]), "until": _iso(self.said["until"])}

    def consequences(self) -> list[Consequence]:
        """How it goes."""
        return [
            note(gettext("后台按流水逐条补发，编号（webhook-id）不变，对方据此去重。")),
            note(gettext("只补发仍可推送的事件：后来转为保密的不再推送。")),
        ]

    def told(self) -> str:
        """The sentence afterwards."""
        return gettext("已开始补发。")

    def apply(self) -> None:
        """Queue it."""
        replay.begin(self.subject.code, self.said["since"], self.said["until"])


def _iso(at: datetime) -> str:
    return at.astimezone(clock.TZ).isoformat(timespec="minutes")


ACTS: Mapping[str, type[Proposal]] = {"edit": Write, "switch": Switch, "secret": Secret, "again": Again}
urlpatterns = [
    path("", page, name="webhooks"),
    path("new", new, name="webhook-new"),
    path("<str:code>", one, name="webhook"),
    path("<str:code>/<slug:name>", act, name="webhook-act"),
]
