"""The doors of the phone: the time and who is signed in, the day, photos, acts, one person's number.

All answer JSON and are used with the session of the desk; a change also needs the form token, which `now` hands out.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from datetime import datetime

import msgspec
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils.crypto import salted_hmac

from anxin.api import answers
from anxin.api.answers import json, understood
from anxin.kernel import access, clock, files
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import BadInput, NotFound, TooLarge
from anxin.phone import acts, day, models
from anxin.web import session

MOST_BYTES = 2 * 1024 * 1024
"""Bytes a batch of acts may have."""
_SHA256 = re.compile("[0-9a-f]{64}")
View = Callable[..., HttpResponse]


def door(method: str) -> Callable[[View], View]:
    """A JSON door for one method that does ask for the form token, since the session's cookie gives authority here."""

    def around(view: View) -> View:
        guarded = answers.door(method)(view)
        guarded.csrf_exempt = False  # type: ignore[attr-defined]
        return guarded

    return around


class Now(msgspec.Struct):
    """The server's time, who is signed in and from which posts, the form token, and the key to sealed drafts.

    `seal` (32 bytes, base64): a phone that changes hands keeps what was not sent under this key, which only the same
    account is given again.
    """

    now: datetime
    account: str
    post: str
    posts: list[day.Seat]
    token: str
    seal: str


class Asked(msgspec.Struct):
    """Whose number is read, and what for."""

    matter: str
    purpose: str


class Chosen(msgspec.Struct):
    """The post to act from."""

    post: str


@door("GET")
def now(request: HttpRequest) -> HttpResponse:
    """`/phone/now`: asked before everything is sent. Raises NotSignedIn, NotAllowed."""
    by = session.actor(request)
    seal = salted_hmac("anxin.phone.seal", str(by.account), algorithm="sha256").digest()
    return json(
        Now(
            now=clock.now(),
            account=str(by.account),
            post=str(by.post),
            posts=day.seats(session.posts(request)),
            token=get_token(request),
            seal=base64.b64encode(seal).decode(),
        )
    )


@door("GET")
def today(request: HttpRequest) -> HttpResponse:
    """`/phone/day`: what the phone takes along; 304 when it has it already (If-None-Match)."""
    found = day.of(session.actor(request))
    said = msgspec.json.encode(found)
    mark = f'"{hashlib.sha256(said).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == mark:
        response = HttpResponse(status=304)
    else:
        response = json(found)
    response.headers["ETag"] = mark
    response.headers["Anxin-Now"] = clock.now().isoformat()
    response.headers["Cache-Control"] = "no-store"
    return response


@door("POST")
def photo(request: HttpRequest, sha256: str) -> HttpResponse:
    """`/phone/photos/<sha256>`: one photo as the raw body, by its fingerprint; once or often is the same.

    Raises TooLarge before it is read, BadInput where bytes were lost on the way, NotAPicture.
    """
    account = _account(session.actor(request))
    if not _SHA256.fullmatch(sha256):
        raise BadInput(fields={"sha256": "?"})
    if int(request.headers.get("Content-Length") or 0) > files.LARGEST:
        raise TooLarge(f"{files.LARGEST // 1024 // 1024} MB")
    known = models.received(account, sha256)
    content = request.body
    if not known:
        if hashlib.sha256(content).hexdigest() != sha256:
            raise BadInput(fields={"sha256": "!="})
        models.receive(account, sha256, content)
    return json({"sha256": sha256, "repeated": known}, 200 if known else 201)


@door("POST")
def act(request: HttpRequest) -> HttpResponse:
    """`/phone/acts`: a batch of acts; each lands, or says why not. Raises BadInput for what is no batch."""
    account = _account(session.actor(request))
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        raise TooLarge
    posts = {str(each.post): each for each in session.posts(request)}
    results = acts.carry_out(acts.read(request.body), account, posts)
    return json({"now": clock.now(), "results": results})


@door("POST")
def person(request: HttpRequest) -> HttpResponse:
    """`/phone/person`: name and number behind a matter, for a purpose; the reading is written down. Never stored."""
    by = session.actor(request)
    asked: Asked = understood(request.body, Asked)
    found = access.read_person(by, access.matter(by, asked.matter), purpose=asked.purpose)
    return json({"name": found.name, "phone": found.phone})


@door("POST")
def post(request: HttpRequest) -> HttpResponse:
    """`/phone/post`: act from another of the own posts. Raises NotFound for any other."""
    session.actor(request)
    chosen: Chosen = understood(request.body, Chosen)
    held = {str(each.post): each for each in session.posts(request)}
    if chosen.post not in held:
        raise NotFound
    request.session[session.POST] = held[chosen.post].post
    return json({"post": chosen.post})


@door("POST")
def sign_out(request: HttpRequest) -> HttpResponse:
    """`/phone/sign-out`."""
    request.session.flush()
    return json({"signed_in": False})


def _account(by: Actor) -> int:
    assert by.account is not None
    return by.account
