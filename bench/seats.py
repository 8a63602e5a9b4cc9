"""Sessions of posts nobody has signed in at, for benches that need many desks or desks in another part of the city."""

from __future__ import annotations

from typing import Any


def sit(post: Any) -> tuple[Any, str]:
    """Somebody at a post: the actor and the cookie of the session; the post's holder, or a new account."""
    from django.conf import settings
    from django.contrib.sessions.backends.db import SessionStore
    from django.http import HttpRequest

    from anxin.kernel import areas, bodies
    from anxin.kernel.bodies import Holding
    from anxin.kernel.people import Account
    from anxin.web import session

    held = Holding.objects.filter(post=post, valid_to=None).select_related("account").first()
    account = held.account if held else None
    if account is None:
        account = Account.objects.create_user(f"bench.{post.pk}")
        Holding.objects.create(post=post, account=account, valid_from=areas.today())
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": "127.0.0.1"}
    request.session = SessionStore()
    session.begin(request, account, "password")
    request.session[session.POST] = post.pk
    request.session.pop(session.DUTY, None)
    request.session.save()
    return bodies.actor_of(post, account.pk), f"{settings.SESSION_COOKIE_NAME}={request.session.session_key}"
