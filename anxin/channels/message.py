"""What platforms say to each other: a signed message read into its shape, and an entry of ours put into words for them.

A queued message holds the entry's id only. Its words are looked up at the moment of sending, so that no free text and
no particulars lie in the queue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec
from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct

from anxin.api import signed
from anxin.kernel import areas, bodies, flow, registry
from anxin.kernel.bodies import Actor, Holding, Post
from anxin.kernel.errors import BadInput, BadSignature, BrokenEncoding, KeyReused, NotFound
from anxin.kernel.journal import Change, Entry, Words, entry_under
from anxin.kernel.matters import NATURES, STATES, URGENCIES, Matter, Report
from anxin.kernel.notices import Delivery
from anxin.kernel.people import Particulars
from anxin.understanding import suggest

T = TypeVar("T")
Number = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
"""A number the other platform gives: letters, digits and . _ : - , at most 64."""
Moment = Annotated[datetime, Meta(tz=True)]
Short = Annotated[str, Meta(max_length=300)]
Long = Annotated[str, Meta(max_length=4000)]


class Place(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where: a point (WGS-84 degrees) or the code of an area, and the address in words."""

    lat: float | None = None
    lon: float | None = None
    area: Short = ""
    address: Short = ""


class Contact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to call back. It goes into the protected particulars and nowhere else."""

    name: Short = ""
    phone: Short = ""
    address: Short = ""
    email: Short = ""

    def particulars(self) -> Particulars:
        """The same, as the kernel keeps it."""
        return Particulars(name=self.name, phone=self.phone, address=self.address, email=self.email)


def read(request: HttpRequest, channel: str, shape: Any, *, largest: int = signed.LARGEST) -> tuple[str, Any]:
    """The key and the message of a signed request, in its shape.

    Raises BadSignature (nothing has been looked at then), TooLarge over `largest` bytes, BrokenEncoding, BadInput
    naming the field that is wrong.
    """
    key, body = signed.verify(request, channel, largest=largest)
    try:
        return key, msgspec.json.decode(body, type=shape)
    except UnicodeDecodeError as error:
        raise BrokenEncoding from error
    except msgspec.ValidationError as error:
        sentence, _, where = str(error).partition(" - at `")
        raise BadInput(fields={where.strip("`").removeprefix("$.") or "body": sentence}) from error
    except msgspec.DecodeError as error:
        raise BadInput(fields={"body": str(error)}) from error


def asked(request: HttpRequest, channel: str, number: str) -> None:
    """Check a signed question. It has no body, so the signed id must name what is asked: "state:<number>".

    Otherwise a question somebody overheard could be turned to another number. Raises BadSignature.
    """
    key, _ = signed.verify(request, channel)
    if key.split("/")[0] != f"state:{number}":
        raise BadSignature


def answer(key: str, matter: Matter | None = None, *, repeated: bool = False, **more: Any) -> HttpResponse:
    """What a platform gets back: the id it may tick off, and how far the matter is. No word about any person."""
    said: dict[str, Any] = {"received": key, "repeated": repeated}
    if matter is not None:
        said |= state(matter)
    status = 200 if repeated or not more.pop("created", False) else 201
    return HttpResponse(msgspec.json.encode(said | more), content_type="application/json", status=status)


def state(matter: Matter) -> dict[str, Any]:
    """How far a matter is, for the platform it came from."""
    return {
        "matter": matter.number,
        "number": matter.source_ref,
        "kind": matter.kind,
        "state": matter.state,
        "state_title": STATES[matter.state],
        "lead": matter.lead.name if matter.lead else "",
        "police": matter.police,
        "reported_at": matter.reported_at,
        "due_at": matter.due_at,
        "closed_at": matter.closed_at,
    }


def matter_of(channel: str, number: str) -> Matter:
    """The matter another platform knows under its own number; the one it was merged into stays out. Raises NotFound."""
    rows = Matter.objects.select_related("lead").filter(channel=channel, source_ref=number)
    found = rows.order_by("pk").first() if number else None
    if found is None:
        raise NotFound
    return found


def matter_here(number: str) -> Matter:
    """The matter with our own number, named by a platform that was told it. Raises NotFound."""
    found = Matter.objects.select_related("lead").filter(number=number).first()
    if found is None:
        raise NotFound
    return found


def _one_of(known: dict[str, str], field: str) -> Callable[[str], str]:
    by_title = {title: code for code, title in known.items()}

    def find(word: str) -> str:
        if (code := by_title.get(word, word)) in known:
            return code
        raise BadInput(fields={field: "、".join(known.values())})

    return find


nature = _one_of(NATURES, "nature")
"""The nature of a request by code or Chinese word (help, 求助). Raises BadInput."""
urgency = _one_of(URGENCIES, "urgency")
"""The urgency by code or Chinese word (urgent, 紧急). Raises BadInput."""


class Story(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is told about a matter, by whatever platform. `kind`: a code of ours; `category`: its own word, a hint."""

    number: Number
    title: Short = ""
    narrative: Long = ""
    nature: Short = "help"
    kind: Short = ""
    category: Short = ""
    place: Place = Place()
    urgency: Short = "ordinary"
    confidential: bool = False
    occurred_at: Moment | None = None
    contact: Contact | None = None


def take(told: Story, channel: str, by: Actor) -> Change:
    """Report a story, under the actor's key; kind and place are read from the words where they are not given.

    Raises what `flow.report` raises. A retry is recognised although its words may be read differently by then.
    """
    placed = bool(told.place.area) or told.place.lat is not None
    if (told.place.lat is None) != (told.place.lon is None):
        raise BadInput(fields={"lat" if told.place.lat is None else "lon": "lat + lon"})
    text = f"{told.place.address} {told.title} {told.narrative}"
    hint = suggest.suggest(text, lat=told.place.lat, lon=told.place.lon)
    what = Report(
        kind=told.kind or _kind_called(told.category) or hint.kind or suggest.catch_all(),
        title=told.title.strip() or suggest.headline(told.narrative),
        narrative=told.narrative,
        nature=nature(told.nature),
        urgency=urgency(told.urgency),
        channel=channel,
        source_ref=told.number,
        person=told.contact.particulars() if told.contact else None,
        confidential=told.confidential,
        lat=told.place.lat,
        lon=told.place.lon,
        area=told.place.area if placed else hint.area or "",
        address=told.place.address,
        occurred_at=told.occurred_at,
    )
    try:
        return flow.report(what, by)
    except KeyReused:
        if (told.kind and placed) or (first := entry_under(by.key or "")) is None:
            raise
        return flow.report(_as_read_then(what, told, placed, first), by)


def _as_read_then(what: Report, told: Story, placed: bool, first: Entry) -> Report:
    """The report with the kind and the place that were read from the same words the first time."""
    stored = first.data.get("set", {}).get("m", {})
    ids = (stored.get(f"{level}_id") for level in ("grid", "village", "town", "county"))
    area = next((areas.tree().areas[pk].code for pk in ids if pk), "")
    then = what if told.kind else replace(what, kind=stored.get("kind", ""))
    return then if placed else replace(then, area=area)


def _kind_called(category: str) -> str:
    """The kind another platform calls by its code, its title or its short name; "" when it is none of ours."""
    word = category.strip()
    called = (
        k.code for k in registry.kinds().values() if word and word in (k.code, k.title, k.code.rpartition(".")[2])
    )
    return next(called, "")


def under(by: Actor, channel: str, key: str) -> Actor:
    """The actor, acting under another platform's key, which counts within its channel only."""
    return by.under(f"{channel}:{key}")


def on_post(code: str, channel: str, body_kinds: tuple[str, ...], roles: tuple[str, ...]) -> Actor:
    """Whoever holds a post today, named by the platform their body works with. Raises BadInput for any other post."""
    day = areas.today()
    post = (
        Post.objects.select_related("body__area", "area")
        .filter(code=code, body__kind__in=body_kinds, role__in=roles)
        .first()
    )
    if post is None:
        raise BadInput(fields={"post": code})
    held = Holding.objects.filter(post=post, valid_from__lte=day).exclude(valid_to__lte=day).first()
    return replace(bodies.actor_of(post, held.account_id if held else None), channel=channel)


SAID: Mapping[str, tuple[str, ...]] = {
    "refuse": ("reason", "route"),
    "merge": ("reason",),
    "suspend": ("reason",),
    "finish": ("result",),
    "reply": ("reply", "public"),
    "reopen": ("reason",),
    "close": ("explained",),
    "take_back_from_police": ("note",),
}
"""Which words of an entry its platform is told; all others stay inside."""
FACTS = ("recurred", "months")
LEAD_ONLY = frozenset({"sign", "contact", "arrive"})


def event(channel: str, matter: Matter, entry: Entry, events: Mapping[str, str]) -> dict[str, Any] | None:
    """What is queued for the platform a matter came from, or None when it need not know.

    Not told: what it did itself, what helpers do, a call that reached nobody, what was asked for and not granted.
    """
    name = events.get(entry.verb)
    if name is None or matter.channel != channel or not matter.source_ref or entry.channel == channel:
        return None
    facts = entry.data.get("facts", {})
    if entry.verb in LEAD_ONLY and entry.body != matter.lead_id:
        return None
    if facts.get("reached") is False or facts.get("granted") is False:
        return None
    if entry.verb == "finish" and "m" not in entry.data.get("moves", {}):
        return None
    return {"type": name, "entry": entry.pk}


def compose(delivery: Delivery) -> tuple[Entry, dict[str, Any]]:
    """The entry of a queued message, and the message for the platform the matter came from."""
    entry = Entry.objects.select_related("matter__lead").get(pk=delivery.payload["entry"])
    matter, facts = entry.matter, entry.data.get("facts", {})
    data: dict[str, Any] = {"number": matter.source_ref, "matter": matter.number, "seq": entry.seq, "at": entry.at}
    if (moved := entry.data.get("moves", {}).get("m")) is not None:
        data["state"] = moved[1]
    if (body := bodies.directory().by_id.get(entry.body or matter.lead_id or 0)) is not None:
        data["body"] = body.name
    if entry.verb == "merge" and matter.of is not None:
        data["into"] = matter.of.number
    if entry.verb in ("dispatch", "decide_more_time", "reopen", "resume"):
        data["due_at"] = matter.due_at
    if (police := entry.data.get("set", {}).get("m", {}).get("police")) is not None:
        data["police"] = police
    data |= {name: facts[name] for name in FACTS if name in facts}
    data |= words_of(entry, SAID.get(entry.verb, ()))
    return entry, {"type": delivery.payload["type"], "timestamp": entry.at, "data": data}


def words_of(entry: Entry, labels: tuple[str, ...]) -> dict[str, str]:
    """Some of the words said with an entry; those that were erased are gone."""
    texts = Words.objects.filter(pk=entry.pk).values_list("texts", flat=True).first() if labels else None
    return {label: texts[label] for label in labels if label in texts} if texts else {}
