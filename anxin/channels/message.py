"""What platforms say to each other: a signed message read into its shape, and an entry of ours put into words for them.

A queued message holds the entry's id only. Its words are looked up at the moment of sending, so that no free text and
no particulars lie in the queue.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec
from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct

from anxin.api import signed
from anxin.kernel import areas, bodies, registry
from anxin.kernel.bodies import Actor, Holding, Post
from anxin.kernel.errors import BadInput, BadSignature, BrokenEncoding, NotFound
from anxin.kernel.journal import Entry, Words
from anxin.kernel.matters import NATURES, STATES, URGENCIES, Matter
from anxin.kernel.notices import Delivery
from anxin.kernel.people import Particulars
from anxin.kernel.registry import Kind

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


def read(request: HttpRequest, channel: str, shape: Any) -> tuple[str, Any]:
    """The key and the message of a signed request, in its shape.

    Raises BadSignature (nothing has been looked at then), BrokenEncoding, BadInput naming the field that is wrong.
    """
    key, body = signed.verify(request, channel)
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


def kind_of(kind: str, category: str, text: str) -> str:
    """The code of the kind: the one that is named, else the one the other side's category or the words point to.

    A kind that is named must exist (UnknownKind); a category is a hint only. With no word to go by it is the kind
    that lists no words: the one for everything else.
    """
    if kind:
        return registry.kind(kind).code
    known = registry.kinds().values()
    hint = category.strip()
    for each in known:
        if hint and hint in (each.code, each.title, each.code.rpartition(".")[2]):
            return each.code
    return max(known, key=lambda each: (_hits(each, hint) * 3 + _hits(each, text), not each.words)).code


def _hits(kind: Kind, text: str) -> int:
    return sum(len(word) for word in kind.words if word in text)


def title_from(title: str, narrative: str) -> str:
    """The title, or the first sentence of the story where none was given (at most 40 characters)."""
    return title.strip() or re.split(r"[，。！？；\n]", narrative.strip())[0][:40]


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
FACTS = ("outcome", "recurred", "months")
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
    data |= {name: facts[name] for name in FACTS if name in facts}
    data |= words_of(entry, SAID.get(entry.verb, ()))
    return entry, {"type": delivery.payload["type"], "timestamp": entry.at, "data": data}


def words_of(entry: Entry, labels: tuple[str, ...]) -> dict[str, str]:
    """Some of the words said with an entry; those that were erased are gone."""
    texts = Words.objects.filter(pk=entry.pk).values_list("texts", flat=True).first() if labels else None
    return {label: texts[label] for label in labels if label in texts} if texts else {}
