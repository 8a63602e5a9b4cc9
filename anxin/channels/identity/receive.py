"""The way to the identity service and back: to sign in, to link the own account, or to prove again who one is."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anxin.channels.identity import provider
from anxin.kernel import clock
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import AnxinError, NotFound
from anxin.kernel.people import Account
from anxin.web import session, signin
from anxin.web.identity import book, managing, proof
from anxin.web.identity.models import Elsewhere

AWAY = "away"
LONGEST = 60_000
"""Characters kept of what was typed while somebody is over there; nobody is known yet."""
PATIENCE = 900
"""Seconds somebody may take over there."""
PURPOSES = ("enter", "link", "prove")


def _back(request: HttpRequest) -> str:
    return str(settings.OIDC.get("back") or request.build_absolute_uri("/channels/identity/back"))


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """`/channels/identity/begin`: send somebody to the service; what they had typed waits here."""
    if not settings.OIDC:
        raise NotFound
    purpose, to = request.POST.get("purpose", "enter"), request.POST.get("next", "")
    carried = request.POST.get("carried", "")
    if purpose not in PURPOSES:
        raise NotFound
    if purpose != "enter":
        proof.me(request)
    if purpose == "link" and not proof.is_recent(request):
        return HttpResponseRedirect(f"{reverse('identity:prove')}?next={reverse('identity:front')}", status=303)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _each in range(3))
    try:
        address = provider.way_there(_back(request), state, nonce, verifier, again=purpose == "prove")
    except AnxinError as error:
        return _sorry(request, purpose, error, to, carried)
    request.session[AWAY] = {
        "state": state, "nonce": nonce, "verifier": verifier, "purpose": purpose, "to": to,
        "carried": carried if len(carried) <= LONGEST else "", "at": clock.now().timestamp(),
    }  # fmt: skip
    if purpose == "enter":
        request.session.set_expiry(PATIENCE)
    # A page, not a redirection: the policy lets forms be sent to this house only, redirections included.
    return render(request, "identity/away.html", {"address": address, "service": settings.OIDC["title"]})


@require_GET
def back(request: HttpRequest) -> HttpResponse:
    """`/channels/identity/back`: somebody comes back with a code, or was refused over there."""
    kept = request.session.pop(AWAY, None)
    if not settings.OIDC or not kept:
        return _sorry(request, "enter", provider.NotBelieved(), "", "")
    fresh = 0 <= clock.now().timestamp() - kept["at"] <= PATIENCE
    try:
        if not fresh or not constant_time_compare(kept["state"], request.GET.get("state", "")):
            raise provider.NotBelieved
        if request.GET.get("iss", settings.OIDC["issuer"]) != settings.OIDC["issuer"] or not request.GET.get("code"):
            raise provider.NotBelieved
        again = kept["purpose"] == "prove"
        proved = provider.exchange(request.GET["code"], _back(request), kept["nonce"], kept["verifier"], again=again)
        return DONE[kept["purpose"]](request, proved, kept)
    except AnxinError as error:
        return _sorry(request, kept["purpose"], error, kept["to"], kept["carried"])


def _owner(proved: provider.Proved) -> Account | None:
    row = Elsewhere.objects.select_related("account").filter(issuer=proved.issuer, subject=proved.subject).first()
    return row.account if row is not None and row.account.is_active else None


class NotLinked(AnxinError):
    """您的统一身份还没有绑定本系统的账号：请先用密码登录，在“账号与安全”中绑定，或请管理人员绑定。"""

    status, code = 403, "not_linked"


def _enter(request: HttpRequest, proved: provider.Proved, kept: dict[str, Any]) -> HttpResponse:
    account = _owner(proved)
    if account is None:
        raise NotLinked
    how = "elsewhere+mfa" if proved.strong else "elsewhere"
    return signin.admit(request, account, how, to=kept["to"], carried=kept["carried"])


def _link(request: HttpRequest, proved: provider.Proved, kept: dict[str, Any]) -> HttpResponse:
    account = proof.me(request)
    by = session.actor(request) if session.posts(request) else Actor(role="none", account=account.pk)
    managing.link_elsewhere(request, account, proved.issuer, proved.subject, by)
    messages.success(request, _("已绑定，下次可以用统一身份登录。"))
    return HttpResponseRedirect(reverse("identity:front"), status=303)


def _prove(request: HttpRequest, proved: provider.Proved, kept: dict[str, Any]) -> HttpResponse:
    if _owner(proved) != proof.me(request):
        raise provider.NotBelieved
    proof.note(request, "elsewhere")
    return HttpResponseRedirect(signin.within(request, kept["to"]), status=303)


DONE = {"enter": _enter, "link": _link, "prove": _prove}


def _sorry(request: HttpRequest, purpose: str, error: AnxinError, to: str, carried: str) -> HttpResponse:
    """Say what went wrong where the reader was; what they had typed stays."""
    account: Account | None = getattr(request, "account", None)
    if purpose != "enter" and account is not None:
        book.write(request, "prove_failed", account.pk, "elsewhere")
        messages.error(request, error.message)
        place = reverse("identity:front") if purpose == "link" else reverse("identity:prove")
        return HttpResponseRedirect(place, status=303)
    book.write(request, "failed", None, "elsewhere")
    return signin.refused(request, error.message, to=to, carried=carried, status=error.status)


urlpatterns = [path("begin", begin, name="identity_begin"), path("back", back, name="identity_back")]
