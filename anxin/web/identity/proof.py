"""Proving again who one is, before something delicate: a stay may be open on a desk whose owner is at lunch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from anxin.kernel import clock
from anxin.kernel.errors import NotAllowed, NotSignedIn
from anxin.kernel.people import Account
from anxin.web import session, signin
from anxin.web.identity import book

RECENT = timedelta(minutes=15)
"""How long a proof counts for delicate things [INF]."""
View = Callable[..., HttpResponse]


class NotProved(NotAllowed):
    """请先再次确认是您本人。"""

    code = "prove_again"


def me(request: HttpRequest) -> Account:
    """The account that is signed in, with or without a post. Raises NotSignedIn."""
    account: Account | None = getattr(request, "account", None)
    if account is None:
        raise NotSignedIn
    return account


def is_recent(request: HttpRequest) -> bool:
    """Whether the reader has proved who they are within a quarter of an hour."""
    proved = request.session.get(session.PROVED, "")
    return bool(proved) and clock.now() - datetime.fromisoformat(proved) < RECENT


def note(request: HttpRequest, how: str) -> None:
    """The reader has just proved who they are."""
    request.session[session.PROVED] = clock.now().isoformat()
    book.write(request, "proved", me(request).pk, how)


def proved(view: View) -> View:
    """For pages that do something delicate: ask again who it is, when that was long ago.

    What was typed is kept (`signin.typed`), and the reader comes back to where it is shown again. Programs get
    NotProved.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:
        me(request)
        if is_recent(request):
            return view(request, *args, **more)
        if "application/json" in request.headers.get("Accept", ""):
            raise NotProved
        to = request.get_full_path()
        if request.method == "POST":
            kept = signin.typed(request)
            to = kept["page"] if kept else signin.within(request, request.POST.get("page", ""))
            if kept:
                request.session[signin.CARRIED] = kept
        return HttpResponseRedirect(f"{reverse('identity:prove')}?next={quote(to, safe='')}", status=303)

    return guarded
