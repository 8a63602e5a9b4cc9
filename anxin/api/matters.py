"""The list of matters for programs, GET /api/matters, and one of them: what the asker may see, and no more.

Asked by a member of staff (session of the desk) or by a channel (header `anxin-channel`, the query signed): a channel
sees the matters that came through it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse

from anxin.api import signed
from anxin.api.answers import door, json
from anxin.kernel import access, queue
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import BadInput, NotAllowed, NotSignedIn
from anxin.kernel.matters import Matter
from anxin.kernel.queue import Line, Wanted

FILTERS = ("tab", "state", "kind", "channel", "town", "urgency", "colour", "number", "sort")


class Row(msgspec.Struct, omit_defaults=True):
    """One matter as a program sees it: no person, no follow code."""

    number: str
    state: str
    kind: str
    nature: str
    urgency: str
    colour: str
    channel: str
    source_ref: str
    title: str
    lead: str
    reported_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    order: str = ""
    order_state: str = ""


class Page(msgspec.Struct):
    """Fifty at most, newest first; `before` asks for the next ones (empty: there are none)."""

    matters: list[Row]
    before: str


def reader(request: HttpRequest) -> Actor:
    """Who asks: the channel that signed the question, else the post of the session.

    Raises BadSignature, NotSignedIn, NotAllowed.
    """
    if channel := request.META.get("HTTP_ANXIN_CHANNEL", ""):
        signed.verify(request, channel)
        return Actor(role="channel", channel=channel)
    account = getattr(request, "account", None)
    if account is None:
        raise NotSignedIn
    held = access.posts_of(account.pk)
    if not held:
        raise NotAllowed
    chosen = request.session.get("post")
    return next((each for each in held if each.post == chosen), held[0])


@door("GET")
def page(request: HttpRequest) -> HttpResponse:
    """A page of matters. Parameters: tab, state, kind, channel, town, urgency, colour, number, sort, overdue, before.

    Without `tab` all the asker may see, else the first heap on the desk of its post. Raises BadInput for others.
    """
    by = reader(request)
    unknown = [name for name in request.GET if name not in (*FILTERS, "overdue", "before")]
    if unknown or any("\x00" in value for value in request.GET.values()):
        raise BadInput(fields=dict.fromkeys(unknown, "?"))
    asked: dict[str, Any] = {name: request.GET[name] for name in FILTERS if name in request.GET}
    if "tab" not in asked:
        asked["tab"] = "all" if any(tab.code == "all" for tab in queue.tabs(by)) else ""
    wanted = Wanted(**asked, overdue=request.GET.get("overdue", "") == "1", after=request.GET.get("before", ""))
    lines, after = queue.page(by, wanted)
    return json(Page([_row(line) for line in lines], after))


@door("GET")
def one(request: HttpRequest, number: str) -> HttpResponse:
    """One matter by its number. A number the asker may not see is answered like one that does not exist."""
    return json(_row(Line(access.matter(reader(request), number))))


def _row(line: Line) -> Row:
    m: Matter = line.matter
    return Row(
        number=m.number,
        state=m.state,
        kind=m.kind,
        nature=m.nature,
        urgency=m.urgency,
        colour=m.colour,
        channel=m.channel,
        source_ref=m.source_ref,
        title=m.title,
        lead=m.lead.code if m.lead else "",
        reported_at=m.reported_at,
        due_at=m.due_at,
        closed_at=m.closed_at,
        order=line.order.number if line.order else "",
        order_state=line.order.state if line.order else "",
    )
