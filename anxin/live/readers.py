"""Who listens: the account and post of a session, asked again while the connection stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib import import_module

from django.conf import settings
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse, parse_cookie
from django.utils import translation

from anxin.kernel.bodies import Actor
from anxin.kernel.errors import AnxinError
from anxin.web import session

PATH = "/desk/live"


@dataclass(frozen=True, slots=True)
class Reader:
    """A post at a desk, the session it sits in (by its key), and the language it reads."""

    by: Actor
    session: str
    language: str


def reader(cookies: str, languages: str = "") -> Reader | None:
    """Who a request with these headers (`Cookie`, `Accept-Language`) comes from; None: nobody at a post."""
    request = HttpRequest()
    request.method, request.path = "GET", PATH
    request.COOKIES = dict(parse_cookie(cookies))
    request.META = {"HTTP_COOKIE": cookies, "HTTP_ACCEPT_LANGUAGE": languages}
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    if not key:
        return None
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    session.signed_in(lambda _: HttpResponse())(request)
    try:
        by = session.actor(request)
    except AnxinError:
        return None
    return Reader(by, key, translation.get_language_from_request(request))


def sessions(keys: Collection[str]) -> Mapping[str, str]:
    """What stands in some sessions (sealed); those that have ended are missing. One question."""
    rows = Session.objects.filter(session_key__in=list(keys))
    return dict(rows.values_list("session_key", "session_data"))
