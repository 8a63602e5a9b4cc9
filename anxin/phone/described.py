"""What the doors of the phone do, for the description of the API."""

from __future__ import annotations

import msgspec

from anxin.api.description import Answer, Argument, Door
from anxin.phone.acts import Batch
from anxin.phone.day import Day
from anxin.phone.doors import Asked, Chosen, Now

KEYS = ("session",)


class Photo(msgspec.Struct):
    """A photo that is there."""

    sha256: str
    repeated: bool


class Reached(msgspec.Struct):
    """Whom to call."""

    name: str
    phone: str


RESULTS = {
    "type": "object", "required": ["now", "results"],
    "properties": {
        "now": {"type": "string", "format": "date-time"}, "results": {"type": "array", "items": {"type": "object"}},
    },
}  # fmt: skip
OUT = {"type": "object", "required": ["signed_in"], "properties": {"signed_in": {"const": False}}}
DOORS = (
    Door(path="/phone/now", method="GET", group="phone", keys=KEYS, title="The time, who is signed in, the form token",
         answers={"200": Answer(told="Now.", body=Now)}),
    Door(path="/phone/day", method="GET", group="phone", keys=KEYS, title="What a phone takes along for the day",
         answers={"200": Answer(told="The day.", body=Day), "304": Answer(told="The phone has it already.")}),
    Door(path="/phone/acts", method="POST", group="phone", keys=KEYS, title="What was done on a phone", body=Batch,
         told="Each act is carried out once under its id, in the order it was done, or the answer says why not.",
         answers={"200": Answer(told="What became of each.", body=RESULTS)}),
    Door(path="/phone/photos/{sha256}", method="POST", group="phone", keys=KEYS, title="One photo, by its fingerprint",
         arguments=(Argument(name="sha256", told="SHA-256 of the body.", where="path", example="a" * 64,
                             schema={"type": "string", "pattern": "^[0-9a-f]{64}$"}),),
         bodies={"application/octet-stream": {"type": "string", "format": "binary"}},
         answers={"201": Answer(told="Received.", body=Photo), "200": Answer(told="It was there.", body=Photo)}),
    Door(path="/phone/person", method="POST", group="phone", keys=KEYS, title="Name and number behind a matter",
         told="For a purpose; the reading is written down.", body=Asked,
         answers={"200": Answer(told="Whom to call.", body=Reached)}),
    Door(path="/phone/post", method="POST", group="phone", keys=KEYS, title="Act from another of the own posts",
         body=Chosen, answers={"200": Answer(told="The post.", body=Chosen)}),
    Door(path="/phone/sign-out", method="POST", group="phone", keys=KEYS, title="Sign out",
         answers={"200": Answer(told="Signed out.", body=OUT)}),
)  # fmt: skip
