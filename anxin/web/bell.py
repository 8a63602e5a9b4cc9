"""The bell: what the reader has been told, by which ways they hear of it outside, and when they want to."""

from __future__ import annotations

import base64
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from anxin.kernel import access, clock
from anxin.kernel.bodies import Actor, Body
from anxin.kernel.errors import AnxinError, BadInput
from anxin.kernel.rows import whole
from anxin.notifications import actions, message
from anxin.notifications.models import EMAIL, EVERY, PUSH, ROBOT, SMS, WAYS, Notice, Way, Wish
from anxin.notifications.rules import RULES
from anxin.web import session, words

SHOWN = 100
DAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """`/desk/notifications/`: what the reader was told in the last month, newest first, what is unread marked."""
    return _page(request, session.actor(request))


def _page(request: HttpRequest, by: Actor, error: AnxinError | None = None) -> HttpResponse:
    rows = Notice.objects.filter(account=by.account).select_related("matter").order_by("-pk")[:SHOWN]
    wish = Wish.objects.filter(account=by.account).first() or Wish(account_id=by.account or 0)
    moment = clock.now()
    bodies = Way.objects.filter(body=by.body, ended_at=None) if _administers(by) else Way.objects.none()
    shown = {
        "rows": [(each, _line(each), words.kind(each.matter.kind) if each.matter else "", moment) for each in rows],
        "unread": actions.unread(by.account or 0),
        "ways": Way.objects.filter(account=by.account, ended_at=None).order_by("pk"),
        "groups": bodies,
        "may_group": _administers(by),
        "kinds": [(code, gettext(WAYS[code])) for code in _possible()],
        "push": PUSH in _possible(),
        "push_key": _public_key(),
        "every": [(code, gettext(said), code == wish.every) for code, said in EVERY.items()],
        "duty": [(n, gettext(DAYS[n]), wish.duty[n] if n < len(wish.duty) else []) for n in range(7)],
        "wish": wish,
        "abouts": [(rule.code, message.title(rule.code), rule.code in wish.muted) for rule in RULES],
        "error": error,
        "typed": request.POST if error else {},
    }
    return render(request, "desk/notifications.html", shown, status=error.status if error else 200)


def _administers(by: Actor) -> bool:
    return access.administers(by, "posts")


def _possible() -> list[str]:
    """The ways this installation can go, besides the browser's push."""
    found = [EMAIL] if settings.EMAIL_HOST or not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend") else []
    return [*found, *([SMS] if settings.CHANNEL_URLS.get("sms") else []), PUSH]


def _public_key() -> str:
    """The key browsers are given, as base64url of the uncompressed point (RFC 8292)."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    number = int.from_bytes(base64.urlsafe_b64decode(settings.PUSH_KEY + "=="), "big")
    point = ec.derive_private_key(number, ec.SECP256R1()).public_key()
    raw = point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _line(notice: Notice) -> str:
    """What happened, with the name of the clock where one rang."""
    said = message.title(notice.about)
    if notice.about == "clock" and notice.detail:
        code, _space, percent = notice.detail.partition(" ")
        return f"{said}: {words.rule(code) or code} {percent}%"
    return said


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """`/desk/notifications/act`: mark as read, add or end a way, say when one is on duty. Each is harmless twice."""
    by = session.actor(request)
    do = request.POST.get("do", "")
    try:
        said = _act(by, do, request)
    except AnxinError as error:
        if request.headers.get("Accept", "").startswith("application/json"):
            return JsonResponse({"error": error.message}, status=error.status)
        return _page(request, by, error)
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"unread": actions.unread(by.account or 0)})
    messages.success(request, said)
    return HttpResponseRedirect(reverse("desk:notifications"), status=303)


def _act(by: Actor, do: str, request: HttpRequest) -> str:
    posted = request.POST
    pk = whole(posted.get("way", "")) or 0
    if do == "read":
        upto = whole(posted.get("upto", "")) or 0
        mine = Notice.objects.filter(account=by.account, read_at=None)
        last = upto or mine.aggregate(last=Max("pk"))["last"] or 0
        count = actions.read(by.account or 0, list(mine.filter(pk__lte=last).values_list("pk", flat=True)))
        return gettext("已标记 %(n)d 条为已读") % {"n": count}
    if do == "add":
        kind = posted.get("kind", "")
        body = Body.objects.filter(pk=by.body or 0).first() if kind == ROBOT else None
        way = actions.open_way(by, kind, posted.get("address", ""), body=body)
        return gettext("已添加") if way.confirmed_at else gettext("确认码已发出，请填写")
    if do == "confirm":
        actions.confirm(by, pk, posted.get("code", ""))
        return gettext("已确认")
    if do == "end":
        actions.close_way(by, pk)
        return gettext("已停用")
    if do == "try":
        actions.try_way(by, pk)
        return gettext("测试提醒已发出")
    if do == "wish":
        often = whole(posted.get("every", ""))
        duty = [[posted.get(f"from{n}", ""), posted.get(f"to{n}", "")] for n in range(7)]
        heard = set(posted.getlist("hear"))
        actions.wish(
            by,
            duty=[day if all(day) else [] for day in duty],
            every=-1 if often is None else often,
            pressing_always=posted.get("pressing_always") == "1",
            muted=[rule.code for rule in RULES if rule.code not in heard],
        )
        return gettext("已保存")
    raise BadInput(fields={"do": do[:20]})


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """`/desk/push-worker.js`: what shows a pushed notification, also when no page is open."""
    response = HttpResponse(_WORKER, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


_WORKER = """
self.addEventListener("push", (event) => {
  const told = event.data ? event.data.json() : {};
  const link = told.link || "/desk/notifications/";
  const shown = { body: told.body || "", data: { link }, tag: link, renotify: true };
  event.waitUntil(self.registration.showNotification(told.title || "Anxin", shown));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil((async () => {
    const to = event.notification.data.link;
    for (const page of await clients.matchAll({ type: "window" })) {
      if ("navigate" in page) { await page.focus(); return page.navigate(to); }
    }
    return clients.openWindow(to);
  })());
});
"""


def unread(request: HttpRequest) -> dict[str, Any]:
    """How many notices the reader has not read, for the bell of every page (context processor)."""
    account = getattr(request, "account", None)
    return {"unread_notices": (lambda: actions.unread(account.pk)) if account is not None else 0}
