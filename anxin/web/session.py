"""Who is signed in, for how long, and from which post they act."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from anxin.kernel import areas, bodies, clock
from anxin.kernel.bodies import Actor, Post
from anxin.kernel.errors import NotAllowed, NotSignedIn
from anxin.kernel.people import Account
from anxin.web import navigation
from anxin.web.identity import attempts, book, codes, passwords, stays

POST, SINCE = "post", "since"
STAY, PROVED, HALF, DUTY, THEN = "stay", "proved", "half", "duty", "then"
LONGEST = stays.LONGEST
"""How long one signing-in lasts (a shift)."""
PATIENCE = timedelta(minutes=10)
"""How long a first proof waits for the second [INF]."""
SITUATION = navigation.SITUATION
OPEN = ("/desk/identity/", "/desk/sign-", "/desk/language", "/channels/identity/", "/static/")
"""What somebody may reach who still has to do something about the own account."""
QUIET = ("/desk/live", "/desk/notifications/unread")
"""What an open page asks by itself: nobody need be there."""


def signed_in(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Put the account of the session on the request (middleware); duties of the own account come first."""

    def middleware(request: HttpRequest) -> HttpResponse:
        account = _account(request)
        if account is not None and request.session.get(DUTY) and not request.path.startswith(OPEN):
            if request.method == "GET" and request.path.startswith("/desk/"):
                return HttpResponseRedirect(duty(request), status=303)
            account = None
        request.account = account  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def _account(request: HttpRequest) -> Account | None:
    """The account of a stay that is not over and whose password has not been changed since."""
    pk = request.session.get(SESSION_KEY)
    if pk is None:
        return None
    since = request.session.get(SINCE, "")
    quietly = request.path.startswith(QUIET) or request.headers.get("X-Background") == "1"
    stay = stays.here(request.session.get(STAY, 0), quietly=quietly)
    good = (
        stay is not None
        and stay.account_id == pk
        and constant_time_compare(request.session.get(HASH_SESSION_KEY, ""), stay.account.get_session_auth_hash())
        and since
        and clock.now() - datetime.fromisoformat(since) < LONGEST
    )
    if stay is None or not good:
        request.session.flush()
        return None
    return stay.account


def prove(request: HttpRequest, login: str, password: str) -> Account | None:
    """The account, when login and password belong together; an unknown login takes as long as a wrong password.

    Raises LockedOut after too many failures (`attempts`).
    """
    who = attempts.marks(login, request.META.get("REMOTE_ADDR", ""))
    account = Account.objects.filter(login=login).first()
    known = account.pk if account else None
    try:
        attempts.count(who)
    except attempts.LockedOut:
        book.write(request, "locked", known, "password")
        raise
    if not passwords.prove(account, password):
        book.write(request, "failed", known, "password")
        return None
    attempts.succeeded(who)
    return account


def begin(request: HttpRequest, account: Account, how: str) -> None:
    """A stay at the desk begins: all that may be asked for has been proved; `how`, by what, joined by +."""
    request.session.flush()
    request.session.set_expiry(None)
    request.session[SESSION_KEY] = account.pk
    request.session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    request.session[SINCE] = request.session[PROVED] = clock.now().isoformat()
    request.session[STAY] = stays.begin(request, account, how).pk
    duties = [
        name
        for name, due in (("password", passwords.must_change(account)), ("second", codes.is_missing(account, how)))
        if due
    ]
    if duties:
        request.session[DUTY] = duties
    book.write(request, "in", account.pk, how)
    stays.sits_in(request, request.session[STAY])
    rotate_token(request)
    request.account = account  # type: ignore[attr-defined]


def wait_for_second(request: HttpRequest, account: Account, how: str, to: str, carried: str) -> None:
    """The first proof is good and a second one must follow; nobody is signed in yet, what was typed is kept."""
    request.session.flush()
    request.session[HALF] = {
        "account": account.pk, "hash": account.get_session_auth_hash(), "how": how, "to": to, "carried": carried,
        "at": clock.now().isoformat(),
    }  # fmt: skip
    request.session.set_expiry(int(PATIENCE.total_seconds()))
    rotate_token(request)


def half(request: HttpRequest) -> tuple[Account, dict[str, str]] | None:
    """Who has given a first proof not too long ago, and how; with where they want to go and what they had typed."""
    kept = request.session.get(HALF)
    if not kept or clock.now() - datetime.fromisoformat(kept["at"]) > PATIENCE:
        return None
    account = Account.objects.filter(pk=kept["account"], is_active=True).first()
    if account is None or not constant_time_compare(kept["hash"], account.get_session_auth_hash()):
        return None
    return account, kept


def duty(request: HttpRequest) -> str:
    """The page on which the next duty of the own account is done."""
    return reverse("identity:password") if "password" in request.session.get(DUTY, ()) else reverse("identity:front")


def duty_done(request: HttpRequest, name: str) -> str | None:
    """A duty is done; where to go on, when it was the last, else the page of the next; None when there was none."""
    left = request.session.get(DUTY)
    if not left or name not in left:
        return None
    left = [each for each in left if each != name]
    if left:
        request.session[DUTY] = left
        return duty(request)
    del request.session[DUTY]
    return str(request.session.pop(THEN, reverse("desk:queue")))


def password_changed(request: HttpRequest, account: Account) -> None:
    """This stay goes on under the new password."""
    request.session.cycle_key()
    request.session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    request.session[PROVED] = clock.now().isoformat()
    stays.sits_in(request, request.session[STAY])


def posts(request: HttpRequest) -> list[Actor]:
    """The posts the reader holds today, as actors."""
    return [bodies.actor_of(post, request.account.pk) for post in _held(request)]  # type: ignore[attr-defined]


def _held(request: HttpRequest) -> list[Post]:
    """The posts the reader holds today, read once for a request."""
    account = getattr(request, "account", None)
    if account is None:
        return []
    if not hasattr(request, "posts_held"):
        request.posts_held = bodies.held(account.pk, areas.today())  # type: ignore[attr-defined]
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
    held = _held(request)
    if not held:
        return None
    by = actor(request)
    area = areas.tree().areas.get(by.area) if by.area is not None else None
    return {
        "by": by,
        "post": next((each for each in held if each.pk == by.post), None),
        "posts": held,
        "area": area.name if area else "",
        "rooms": navigation.rooms(request, by),
    }
