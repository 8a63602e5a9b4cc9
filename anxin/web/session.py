"""Who is signed in, for how long, and from which post they act."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import check_password, make_password
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.utils.crypto import constant_time_compare

from anxin.kernel import access, areas, clock
from anxin.kernel.bodies import Actor, Post
from anxin.kernel.errors import NotAllowed, NotSignedIn
from anxin.kernel.people import Account
from anxin.web import models, navigation

POST, SINCE = "post", "since"
LONGEST = timedelta(hours=8)
"""How long one signing-in lasts (a shift)."""
SITUATION = navigation.SITUATION


def signed_in(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Put the account of the session on the request (middleware)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.account = _account(request)  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def _account(request: HttpRequest) -> Account | None:
    """The account of a session that is not too old and whose password has not been changed since."""
    pk = request.session.get(SESSION_KEY)
    if pk is None:
        return None
    since = request.session.get(SINCE, "")
    account = Account.objects.filter(pk=pk, is_active=True).first()
    good = (
        account is not None
        and constant_time_compare(request.session.get(HASH_SESSION_KEY, ""), account.get_session_auth_hash())
        and since
        and clock.now() - datetime.fromisoformat(since) < LONGEST
    )
    if not good:
        request.session.flush()
        return None
    return account


def sign_in(request: HttpRequest, login: str, password: str) -> bool:
    """Sign in, when login and password belong together; an unknown login takes as long as a wrong password.

    Raises LockedOut after five failures of the login or from the address within a quarter of an hour.
    """
    who = models.marks(login, request.META.get("REMOTE_ADDR", ""))
    models.check_lock(who)
    account = Account.objects.filter(login=login).first()
    if account is None or not account.has_usable_password():
        make_password(password)
        good = False
    else:
        good = check_password(password, account.password) and account.is_active
    if account is None or not good:
        models.count_failure(who)
        return False
    models.forget_failures(who[0])
    request.session.flush()
    request.session[SESSION_KEY] = account.pk
    request.session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    request.session[SINCE] = clock.now().isoformat()
    rotate_token(request)
    request.account = account  # type: ignore[attr-defined]
    return True


def posts(request: HttpRequest) -> list[Actor]:
    """The posts the reader holds today, read once for a request."""
    account = getattr(request, "account", None)
    if account is None:
        return []
    if not hasattr(request, "posts_held"):
        request.posts_held = access.posts_of(account.pk)  # type: ignore[attr-defined]
    return list(request.posts_held)  # type: ignore[attr-defined]


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
    light = request.COOKIES.get("light", "")
    return {
        "account": getattr(request, "account", None),
        "reader": lambda: _reader(request),
        "light": light if light in ("day", "night") else "",
    }


def _reader(request: HttpRequest) -> dict[str, Any] | None:
    held = posts(request)
    if not held:
        return None
    by = actor(request)
    rows = {post.pk: post for post in Post.objects.select_related("body").filter(pk__in=[each.post for each in held])}
    area = areas.tree().areas.get(by.area) if by.area is not None else None
    return {
        "by": by,
        "post": rows.get(by.post) if by.post is not None else None,
        "posts": [rows[each.post] for each in held if each.post in rows],
        "area": area.name if area else "",
        "rooms": navigation.rooms(request, by),
    }
