"""Channels: which there are, whether they have address and secret, what was delivered last, what failed; on and off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from anxin.kernel import access, clock, house, registry
from anxin.kernel.errors import NotFound
from anxin.kernel.house import ChannelSwitch
from anxin.kernel.matters import Matter
from anxin.kernel.notices import DEAD, SENT, WAITING, Delivery
from anxin.web import session, words
from anxin.web.administration.proposal import Consequence, Proposal, front, history, note, propose, warn


def facts(code: str) -> dict[str, Any]:
    """What is known of a channel; of a secret only whether there is one."""
    channel = registry.channels()[code]
    rows = Delivery.objects.filter(channel=code)
    secrets = settings.CHANNEL_SECRETS.get(code, "").split()
    failed = rows.filter(state=WAITING, tries__gt=0).order_by("next_at").first()
    return {
        "code": code,
        "title": words.channel(code),
        "door": bool(channel.urls),
        "speaks": channel.send is not None,
        "secrets": len(secrets),
        "address": bool(settings.CHANNEL_URLS.get(code)),
        "last_in": Matter.objects.filter(channel=code)
        .order_by("-reported_at")
        .values_list("reported_at", flat=True)
        .first(),
        "last_out": rows.filter(state=SENT).order_by("-pk").values_list("sent_at", flat=True).first(),
        "waiting": rows.filter(state=WAITING).count(),
        "dead": rows.filter(state=DEAD).count(),
        "error": failed.error if failed else "",
        "on": not house.silent(code),
    }


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """`/desk/administration/channels`: every channel of this installation."""
    access.administer(session.actor(request), "channels")
    rows = [facts(code) for code in registry.channels()]
    return render(request, "administration/channels.html", {"rows": rows, "section": "channels"})


@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """`/desk/administration/channels/<code>`: a channel, its last failures and its history."""
    access.administer(session.actor(request), "channels")
    if code not in registry.channels():
        raise NotFound
    failures = Delivery.objects.filter(channel=code, state=DEAD).order_by("-created_at")[:20]
    context = {"channel": facts(code), "failures": failures, "history": history("channel", code), "section": "channels"}
    return render(request, "administration/channel.html", context)


def act(request: HttpRequest, code: str) -> HttpResponse:
    """`/desk/administration/channels/<code>/switch`: let deliveries go out, or wait."""
    if code not in registry.channels() or registry.channels()[code].send is None:
        raise NotFound
    return propose(request, Switch, code, back=front("channel", code))


class Switch(Proposal):
    """Deliveries of a channel go out, or wait."""

    what, about = "channels", "channel"
    subject: str

    @property
    def title(self) -> Any:
        """What pressing the button does."""
        return _("暂停对外投递") if self._on() else _("恢复对外投递")

    def called(self) -> str:
        """Its title."""
        return words.channel(self.subject)

    def _on(self) -> bool:
        row = ChannelSwitch.objects.filter(channel=self.subject).first()
        return row is None or row.on

    def code(self) -> str:
        """The code of the channel."""
        return self.subject

    def before(self) -> Mapping[str, Any]:
        """As it is."""
        return {"on": self._on()}

    def after(self) -> Mapping[str, Any]:
        """The other way."""
        return {"on": not self._on()}

    def consequences(self) -> list[Consequence]:
        """What waits; what goes on all the same."""
        waiting = Delivery.objects.filter(channel=self.subject, state=WAITING).count()
        if not self._on():
            return [note(gettext("%(n)d 条等待的消息随即开始发送，先到的先发。") % {"n": waiting})]
        return [
            warn(
                gettext("对方平台从现在起收不到进展；消息排队等待，不丢失，恢复后补发。现在等待 %(n)d 条。")
                % {"n": waiting}
            ),
            note(gettext("接收不受影响：对方送来的事项照常受理；事项办理照常进行。")),
            note(gettext("正在发送的一条可能还会送达；其他进程两秒内得知。")),
        ]

    def told(self) -> str:
        """The sentence afterwards."""
        return gettext("已恢复对外投递。") if self._on() else gettext("已暂停对外投递。")

    def apply(self) -> None:
        """Into the table every postman reads."""
        on = not self._on()
        ChannelSwitch.objects.update_or_create(channel=self.subject, defaults={"on": on, "since": clock.now()})
        house.changed()
