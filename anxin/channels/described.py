"""What the doors of other platforms do, for the description of the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from anxin.api.description import Answer, Argument, Door
from anxin.channels.grid import receive as grid
from anxin.channels.hotline import receive as hotline
from anxin.channels.police import receive as police

OWN = Argument(
    name="number", told="The number the platform gave it; the signed id is state:<number>/...", where="path",
    example="H-1", schema={"type": "string", "pattern": "^[A-Za-z0-9._:-]{1,64}$"},
)  # fmt: skip
OURS = Argument(name="number", told="Our number.", where="path", example="261124-1",
                schema={"type": "string", "pattern": "^[A-Za-z0-9._:-]{1,64}$"})  # fmt: skip


class Received(Struct, kw_only=True):
    """That it is stored (`received` is the id of the message), and how far the matter is. No word about any person."""

    received: str
    repeated: bool
    matter: str = ""
    number: str = ""
    kind: str = ""
    state: str = ""
    state_title: str = ""
    lead: str = ""
    police: str = ""
    reported_at: datetime | None = None
    due_at: datetime | None = None
    closed_at: datetime | None = None


class Found(Struct):
    """Whether it is on the spot as the post says."""

    found: bool
    text: str
    key: str = ""


class Replied(Struct):
    """What was answered under the post from the official account, and when."""

    at: str
    text: str
    key: str = ""


POST = {
    "type": "object", "required": ["link", "title", "summary", "captured_at"],
    "properties": {
        **{name: {"type": "string"} for name in ("link", "title", "summary", "captured_at", "address", "area", "kind",
                                                 "nature", "urgency", "handle")},
        "lat": {"type": ["number", "null"]}, "lon": {"type": ["number", "null"]},
    },
}  # fmt: skip
BOTH = {"201": Answer(told="Stored.", body=Received), "200": Answer(told="Stored, or before.", body=Received)}
ONE = {"200": Answer(told="How far it is.", body=Received)}


def _platform(code: str, name: str, message: Any, title: str) -> tuple[Door, Door]:
    door = f"/channels/{code}/{name}"
    told = "Signed. The answer comes when it is stored; the same again is answered the same and does nothing."
    return (
        Door(path=door, method="POST", group=code, keys=("channel",), title=title, told=told, body=message,
             answers=BOTH),
        Door(path=f"{door}/{{number}}", method="GET", group=code, keys=("channel",), arguments=(OWN,), answers=ONE,
             title="How far one of the platform's own is"),
    )  # fmt: skip


DOORS = (
    *_platform("hotline", "orders", hotline.Message, "A message of the hotline's platform"),
    *_platform("police", "calls", police.Message, "A message of 110's platform"),
    *_platform("grid", "messages", grid.Message, "A message of the grid workers' app"),
    Door(path="/channels/publicpost/", method="POST", group="publicpost", keys=("session",), body=POST,
         title="An operator enters a public post", answers=BOTH),
    Door(path="/channels/publicpost/{number}/verified", method="POST", group="publicpost", keys=("session",),
         arguments=(OURS,), body=Found, title="Somebody was on the spot", answers=ONE),
    Door(path="/channels/publicpost/{number}/replied", method="POST", group="publicpost", keys=("session",),
         arguments=(OURS,), body=Replied, title="The post was answered from the official account", answers=ONE),
)  # fmt: skip
