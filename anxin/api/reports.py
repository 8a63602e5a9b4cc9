"""The door for reports of other platforms, POST /api/reports: a signed JSON body becomes a matter.

This is the hottest door of the house. `in_front_of` lets a report pass by the middleware of the staff's pages, none of
which it needs: it has no session, no form token and no page.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

import msgspec
from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse

from anxin.api import signed
from anxin.api.answers import door, json, understood, wrong
from anxin.kernel import areas, bodies, flow, journal
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import AnxinError, BadInput, KeyReused
from anxin.kernel.journal import Change
from anxin.kernel.matters import Report
from anxin.kernel.people import Particulars
from anxin.understanding import suggest
from anxin.understanding.suggest import Suggestion

log = logging.getLogger("anxin.api")
PATH = "/api/reports"
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Told(msgspec.Struct, kw_only=True):
    """What a platform may say in a report; fields it does not know are passed over.

    `lat`, `lon`: WGS-84 degrees, both or neither. `area`: code of a grid, village, town or county. `occurred_at`: with
    its offset from UTC. `of`: number of the platform's own matter that this one came out of. Kind and place are read
    from the words where they are not given.
    """

    title: str = ""
    narrative: str = ""
    kind: str = ""
    nature: str = "help"
    urgency: str = "ordinary"
    source_ref: str = ""
    person: Particulars | None = None
    confidential: bool = False
    lat: float | None = None
    lon: float | None = None
    area: str = ""
    address: str = ""
    occurred_at: Moment | None = None
    of: str = ""


class Body(msgspec.Struct):
    """The body that leads."""

    code: str
    name: str


class Taken(msgspec.Struct, omit_defaults=True):
    """What the platform gets back: the number, how the person can follow it, who leads, until when."""

    number: str
    follow_code: str
    state: str
    kind: str
    lead: Body | None
    due_at: datetime | None
    repeated: bool = False
    danger_words: tuple[str, ...] = ()


@door("POST")
def create(request: HttpRequest) -> HttpResponse:
    """Take in a signed report: 201 with its number, 200 when the same one had been sent before.

    Header `anxin-channel` names the channel whose secret signed it. Raises BadSignature, BrokenEncoding, TooLarge and
    whatever `flow.report` raises.
    """
    channel = request.META.get("HTTP_ANXIN_CHANNEL", "")
    key, body = signed.verify(request, channel)
    told: Told = understood(body, Told)
    if (told.lat is None) != (told.lon is None):
        raise BadInput(fields={"lat" if told.lat is None else "lon": "lat + lon"})
    hint = _hint(told)
    change = _report(_read(told, hint, channel), told, Actor(role="channel", channel=channel, key=f"{channel}:{key}"))
    return json(_taken(change, hint), 200 if change.repeated else 201)


def _hint(told: Told) -> Suggestion:
    """What the words say; only of danger where kind and place are given."""
    text = f"{told.address} {told.title} {told.narrative}"
    if told.kind and _placed(told):
        return Suggestion(danger_words=suggest.dangers(text))
    return suggest.suggest(
        f"{told.address} {told.narrative}",
        headline=told.title,
        lat=told.lat,
        lon=told.lon,
        kind=False if told.kind else None,
    )


def _placed(told: Told) -> bool:
    return bool(told.area) or told.lat is not None


def _read(told: Told, hint: Suggestion, channel: str) -> Report:
    title = told.title.strip() or suggest.headline(told.narrative)
    return Report(
        kind=told.kind or hint.kind or suggest.catch_all(),
        title=title,
        narrative=told.narrative,
        nature=told.nature,
        urgency=told.urgency,
        channel=channel,
        source_ref=told.source_ref,
        person=told.person,
        confidential=told.confidential,
        lat=told.lat,
        lon=told.lon,
        area=told.area if _placed(told) else hint.area or "",
        address=told.address,
        occurred_at=told.occurred_at,
        of=told.of,
    )


def _report(what: Report, told: Told, by: Actor) -> Change:
    """Report it; a retry is recognised although its words may be read differently today."""
    try:
        return flow.report(what, by)
    except KeyReused:
        entry = journal.entry_under(by.key or "")
        if entry is None or (told.kind and _placed(told)):
            raise
        first = entry.data.get("set", {}).get("m", {})
        ids = (first.get(f"{level}_id") for level in ("grid", "village", "town", "county"))
        area = next((areas.tree().areas[pk].code for pk in ids if pk), "")
        then = replace(what, kind=told.kind or first.get("kind", ""))
        return flow.report(then if _placed(told) else replace(then, area=area), by)


def _taken(change: Change, hint: Suggestion) -> Taken:
    m = change.matter
    lead = bodies.directory().by_id.get(m.lead_id) if m.lead_id else None
    return Taken(
        number=m.number,
        follow_code=m.follow_code,
        state=m.state,
        kind=m.kind,
        lead=Body(lead.code, lead.name) if lead else None,
        due_at=m.due_at,
        repeated=change.repeated,
        danger_words=hint.danger_words,
    )


Environ = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environ, Start], Iterable[bytes]]


def in_front_of(application: Application) -> Application:
    """The whole application, with this door in front of its middleware."""

    def in_front(environ: Environ, start_response: Start) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != PATH:
            return application(environ, start_response)
        close_old_connections()
        try:
            response = create(WSGIRequest(environ))
        except Exception:  # the door stands outside Django's own handling: a platform gets an answer it can read
            log.exception("a report failed", extra={"path": PATH})
            response = wrong(_Broken())
        response.headers["Content-Length"] = str(len(response.content))
        start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
        return [response.content]

    return in_front


class _Broken(AnxinError):
    """系统无法完成这一操作。"""

    status, code = 500, "error"
