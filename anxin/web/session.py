"""Who is signed in, and from which post they act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse

from anxin.kernel import access
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import NotAllowed, NotSignedIn
from anxin.kernel.people import Account

POST = "post"


def signed_in(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Put the account of the session on the request (middleware)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.account = None  # type: ignore[attr-defined]
        if pk := request.session.get(SESSION_KEY):
            account = Account.objects.filter(pk=pk, is_active=True).first()
            request.account = account  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def posts(request: HttpRequest) -> list[Actor]:
    """The posts the reader holds today."""
    account = getattr(request, "account", None)
    return access.posts_of(account.pk) if account else []


def actor(request: HttpRequest) -> Actor:
    """The post the reader acts from. Raises NotSignedIn, or NotAllowed when the account holds no post today."""
    if getattr(request, "account", None) is None:
        raise NotSignedIn
    held = posts(request)
    if not held:
        raise NotAllowed
    chosen = request.session.get(POST)
    return next((each for each in held if each.post == chosen), held[0])


def reader(request: HttpRequest) -> dict[str, Any]:
    """What every page's template knows of its reader (context processor)."""
    return {"account": getattr(request, "account", None)}
