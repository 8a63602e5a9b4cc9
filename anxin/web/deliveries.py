"""What could not be delivered or done: seen, and tried again, by those who look after it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from anxin.kernel import access, clock, jobs, notices
from anxin.kernel.errors import NotFound
from anxin.kernel.rows import whole
from anxin.web import session, words

MOST = 100


def page(request: HttpRequest) -> HttpResponse:
    """`/desk/deliveries`: dead messages and dead jobs, newest first; a POST revives one. Raises NotAllowed."""
    access.operate(session.actor(request))
    if request.method == "POST":
        return _revive(request)
    letters = list(notices.dead().select_related("matter")[: MOST + 1])
    shown = {
        "letters": [(each, words.channel(each.channel)) for each in letters[:MOST]],
        "jobs": list(jobs.list_dead()[:MOST]),
        "waiting": sum(jobs.waiting().values()),
        "more": len(letters) > MOST,
    }
    return render(request, "desk/deliveries.html", shown)


def _revive(request: HttpRequest) -> HttpResponse:
    sort, _, said = request.POST.get("what", "").partition(":")
    pk = whole(said)
    if pk is None:
        raise NotFound
    if sort == "letter":
        notices.revive(pk, clock.now())
    elif sort == "job":
        jobs.revive(pk)
    else:
        raise NotFound
    messages.success(request, gettext("已重新排队发送。"))
    return redirect("desk:deliveries")
