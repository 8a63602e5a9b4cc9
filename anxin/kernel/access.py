"""Who may see and do what; the only giver of rows to the doors.

A post's role says which verbs it may use, its area and body say on which matters. Default is no. A matter the reader
may not see is answered as if it did not exist, so that numbers cannot be guessed.
"""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from anxin.kernel import areas, bodies, files, people, registry
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import NotAllowed, NotFound
from anxin.kernel.matters import Matter
from anxin.kernel.orders import WITHDRAWN, Order
from anxin.kernel.rows import writable

BODYWORK = frozenset({
    "dispatcher", "desk", "field", "clerk", "grid_worker", "grid_head", "auxiliary_police",
    "mediator", "manager", "employer", "village",
})  # fmt: skip
STEERING = frozenset({"seat", "dispatcher", "desk", "arbiter", "supervisor"})
EVERYONE = BODYWORK | STEERING | {"calltaker", "operator", "callback"}

VERBS: Mapping[str, frozenset[str]] = {
    "report": EVERYONE | {"channel", "resident"},
    "merge": STEERING,
    "unmerge": STEERING,
    "reclassify": STEERING,
    "refuse": STEERING,
    "dispatch": STEERING,
    "sign": BODYWORK,
    "contact": BODYWORK,
    "arrive": BODYWORK,
    "note": EVERYONE | {"channel"},
    "consult": BODYWORK | STEERING,
    "hand_back": BODYWORK,
    "decide_hand_back": frozenset({"desk", "arbiter", "supervisor"}),
    "ask_more_time": BODYWORK,
    "decide_more_time": frozenset({"desk", "arbiter", "supervisor"}),
    "suspend": frozenset({"desk", "arbiter", "supervisor", "dispatcher"}),
    "resume": frozenset({"desk", "arbiter", "supervisor", "dispatcher"}),
    "finish": BODYWORK,
    "reply": BODYWORK | {"seat"},
    "call_back": frozenset({"callback", "seat", "resident"}),
    "reopen": frozenset({"callback", "arbiter", "supervisor", "resident"}),
    "close": frozenset({"callback", "desk", "arbiter", "supervisor"}),
    "track": BODYWORK | {"callback", "supervisor"},
    "supervise": frozenset({"desk", "arbiter", "supervisor", "leader"}),
    "escalate": STEERING,
    "transfer_to_police": EVERYONE | {"channel"},
    "take_back_from_police": frozenset({"channel", "calltaker", "seat", "desk"}),
    "correct": frozenset({"seat", "dispatcher", "desk", "arbiter", "supervisor"}),
    "add_voice": frozenset({"resident", "seat", "channel"}),
    "erase_words": frozenset({"admin"}),
    "warn": frozenset(),
}
"""Which roles may use which verb. `system` (the clock and the rules) may use every one."""

OWN_ORDER = frozenset({"sign", "contact", "arrive", "hand_back", "ask_more_time", "finish"})
"""Verbs on an order that only its own body may use."""
AREAWORK = frozenset(
    {"dispatcher", "desk", "arbiter", "supervisor", "leader", "grid_worker", "grid_head", "auxiliary_police"}
)
CITYWIDE = frozenset({"seat", "callback", "admin", "calltaker"})
READ_PERSON = frozenset(
    {"seat", "callback", "dispatcher", "desk", "field", "clerk", "grid_worker", "calltaker", "mediator"}
)
PUBLISHES = STEERING | {"clerk", "callback"}
"""Who decides which photos may be public, after looking at each."""
OPERATES = frozenset({"admin", "supervisor"})
"""Who looks after messages and jobs that failed."""
ADMINISTERS: Mapping[str, frozenset[str]] = {
    "areas": frozenset({"admin"}),
    "bodies": frozenset({"admin"}),
    "posts": frozenset({"admin", "supervisor", "desk"}),
    "people": frozenset({"admin", "supervisor", "desk"}),
    "kinds": frozenset({"admin"}),
    "limits": frozenset({"admin"}),
    "calendar": frozenset({"admin"}),
    "channels": frozenset({"admin"}),
    "open_data": frozenset({"admin"}),
    "templates": frozenset({"admin", "supervisor", "desk"}),
}
"""Which roles change what of the house: the administrator all of it, a county's desk what lies in its county."""
BEYOND = CITYWIDE | {"leader", "operator"}
"""Roles whose posts see more than a county: only the administrator hands them out."""


def may(by: Actor, verb: str, matter: Matter, order: Order | None = None, *, seen: bool = False) -> bool:
    """Whether the actor may use a verb on a matter (and order). The state is not asked here.

    `seen`: the matter came from this file, so whether it may be seen need not be asked again for each verb.
    """
    if by.role == "system":
        return True
    if by.role not in VERBS.get(verb, frozenset()):
        return False
    if verb == "report":
        return True  # whoever may report may do so anywhere: nobody needs an order, or the right grid, to speak up
    if by.role == "channel":
        return by.channel == matter.channel or by.channel in ("police", "hotline")
    if by.role == "resident":
        return True
    if verb in OWN_ORDER:
        return order is not None and order.body_id == by.body
    if verb == "reply":
        return by.role == "seat" or matter.lead_id == by.body
    return seen or sees(by, matter)


def check(by: Actor, verb: str, matter: Matter, order: Order | None = None) -> None:
    """Raise NotFound when the matter may not be seen, NotAllowed when it may be seen but not so used."""
    if may(by, verb, matter, order):
        return
    if by.role in ("channel", "resident") or sees(by, matter):
        raise NotAllowed(verb=verb)
    raise NotFound


def sees(by: Actor, matter: Matter) -> bool:
    """Whether a post may see a matter: its area, an order to its body, or its office over the whole city."""
    if by.role == "system" or by.role in CITYWIDE:
        return True
    if by.role == "operator" and matter.channel == "publicpost":
        return True
    if by.role == "channel":
        return by.channel == matter.channel
    if by.role in AREAWORK:
        at = {"grid": matter.grid_id, "village": matter.village_id, "town": matter.town_id, "county": matter.county_id}
        if by.area_level == "city" or (by.area is not None and at.get(by.area_level) == by.area):
            return True
    return Order.objects.filter(matter=matter, body=by.body).exclude(state=WITHDRAWN).exists()


def matters(by: Actor) -> QuerySet[Matter]:
    """All matters a post may see."""
    scope = scope_of(by)
    return Matter.objects.filter(ordered_to(by) if scope is None else Q(**scope))


def seen_among(by: Actor, rows: QuerySet[Matter]) -> QuerySet[Matter]:
    """Those of a few matters that a post may see: by its area or office, or by an order to its body outside of it.

    For rows that are few already: over a whole city no index would help with the second half (`matters` leaves it out).
    """
    scope = scope_of(by)
    if scope is None:
        return rows.filter(ordered_to(by))
    return rows.filter(Q(**scope) | ordered_to(by)) if scope and by.body is not None else rows.filter(**scope)


def scope_of(by: Actor) -> dict[str, Any] | None:
    """What all matters a post may see have in common, as columns (empty: all of the city); None: only its orders."""
    if by.role == "system" or by.role in CITYWIDE:
        return {}
    if by.role in AREAWORK:
        if by.area_level == "city":
            return {}
        if by.area_level in ("grid", "village", "town", "county"):
            return {by.area_level: by.area}
    if by.role == "channel":
        return {"channel": by.channel}
    return {"channel": "publicpost"} if by.role == "operator" else None


def ordered_to(by: Actor) -> Q:
    """Matters with a standing order to the actor's body."""
    return Q(Exists(Order.objects.filter(matter=OuterRef("pk"), body=by.body).exclude(state=WITHDRAWN)))


def matter(by: Actor, number: str) -> Matter:
    """The matter with this number, if the reader may see it. Raises NotFound."""
    places = ("grid", "village", "town", "county")
    rows = Matter.objects.select_related(*places, "lead").defer(*(f"{place}__boundary" for place in places))
    found = rows.filter(number=number).first() if writable(number) else None
    if found is None or not sees(by, found):
        raise NotFound
    return found


def followed(number: str, code: str) -> Matter:
    """The matter a resident follows with number and code. Raises NotFound, never saying which of the two is wrong."""
    if not writable(number + code):
        raise NotFound
    found = Matter.objects.filter(number=number.strip()).select_related("town", "lead").first()
    given = code.strip().upper()
    if found is None or not hmac.compare_digest(found.follow_code.encode(), given.encode()):
        raise NotFound
    return found


def read_person(
    by: Actor, found: Matter, *, purpose: str, reason: str = "", fields: tuple[str, ...] = ("name", "phone")
) -> people.Particulars:
    """The particulars of the person behind a matter, for a named purpose; the reading is journalled.

    A confidential matter opens only to the hotline and the call-back desk. Raises NotAllowed, NotFound.
    Source: Petition Regulation art. 30; GB/T 33358 (confidential work orders).
    """
    if not sees(by, found):
        raise NotFound
    if by.role not in READ_PERSON or (found.confidential and by.role not in ("seat", "callback")):
        raise NotAllowed
    if found.person_id is None:
        raise NotFound
    token: uuid.UUID = found.person_id
    return people.read(token, by, purpose=purpose, fields=fields, matter=found.pk, reason=reason)


def keep_view(by: Actor, account: int, post: int) -> None:
    """Raise NotFound unless a saved view of the queue is the reader's own: made by this account on this post."""
    if (by.account, by.post) != (account, post):
        raise NotFound


def operate(by: Actor) -> None:
    """Raise NotAllowed unless the post looks after what failed (dead letters, dead jobs)."""
    if by.role not in OPERATES:
        raise NotAllowed


def administers(by: Actor, what: str, *, area: int | None = None) -> bool:
    """Whether a post may change a sort of thing (ADMINISTERS), in an area where it belongs to one.

    A supervisor or desk changes things of its own county only, so for it `area` must be given when something is
    changed; without one the answer says whether it may change any. What is not named may be changed by nobody.
    """
    if by.role not in ADMINISTERS.get(what, frozenset()):
        return False
    if by.role == "admin":
        return True
    if by.area_level != "county" or by.area is None:
        return False
    return area is None or by.area in areas.tree().chain(area, areas.today())


def administer(by: Actor, what: str, *, area: int | None = None) -> None:
    """Raise NotAllowed unless the post may change it (see `administers`); default is no."""
    if not administers(by, what, area=area):
        raise NotAllowed(what=what)


def looks_after(by: Actor, account: int) -> bool:
    """Whether a post may change an account or how it signs in: the administrator any, a county's desk those of it.

    Of the county is an account whose posts all lie there and none of which sees more than the county; never one's own.
    """
    if not administers(by, "people"):
        return False
    if by.role == "admin":
        return True
    held = bodies.Holding.objects.filter(account=account).exclude(valid_to__lte=areas.today())
    posts = [each.post for each in held.select_related("post__body")]
    return (
        account != by.account
        and bool(posts)
        and all(
            administers(by, "people", area=each.area_id or each.body.area_id) and hands_out(by, each.role)
            for each in posts
        )
    )


def hands_out(by: Actor, role: str) -> bool:
    """Whether a post that administers posts may touch one of this role: a county's desk none that sees beyond it."""
    return by.role == "admin" or role not in BEYOND


def file(by: Actor, sha256: str) -> files.File:
    """A photo or paper shown with a matter the post may see. Raises NotFound."""
    shown = files.Attachment.objects.filter(file=sha256).select_related("file", "matter")
    found = next((each.file for each in shown if sees(by, each.matter)), None)
    if found is None:
        covered = files.PublicPhoto.objects.filter(shown=sha256).select_related("shown", "matter")
        found = next((each.shown for each in covered if sees(by, each.matter)), None)
    if found is None and (kept := files.File.objects.filter(sha256=sha256).first()) is not None:
        found = kept if any(each.files(by, sha256) for each in registry.programmes() if each.files) else None
    if found is None:
        raise NotFound
    return found


def publishes(by: Actor, found: Matter) -> bool:
    """Whether a post decides which photos of a matter may be public: who steers it, who handles it, who calls back."""
    return by.role in PUBLISHES and sees(by, found)


def public_photos(found: Matter) -> list[files.File]:
    """What the public may see of a matter's photos, in the order they came: only what a person has let out, covered
    where they said so. The originals are never in it unless let out as they are."""
    rows = files.PublicPhoto.objects.filter(matter=found, shown__isnull=False).select_related("shown")
    return [each.shown for each in rows.order_by("pk") if each.shown is not None]


def public_photo(found: Matter, sha256: str) -> files.File:
    """One of `public_photos`, for a door whose visitor holds number and code. Raises NotFound."""
    for each in public_photos(found):
        if hmac.compare_digest(each.sha256, sha256.lower()):
            return each
    raise NotFound


def read_person_in_danger(to: Actor, found: Matter) -> people.Particulars:
    """Name and number of the person behind an emergency, for the platform that goes there; the reading is journalled.

    For no other matter than an emergency 110 has been called to; then for confidential ones too, since a life comes
    first. Raises NotAllowed, NotFound. Source: Personal Information Protection Law art. 13(1)(4); guide 2.4 R4.
    """
    if to.role != "channel" or found.urgency != "emergency" or not found.police:
        raise NotAllowed
    if found.person_id is None:
        raise NotFound
    token: uuid.UUID = found.person_id
    return people.read(token, to, purpose="emergency", matter=found.pk, reason="危及生命财产或公共安全，推送110（R4）")


def posts_of(account: int, day: date | None = None) -> list[Actor]:
    """The posts an account may act from today."""
    return bodies.actors(account, day or areas.today())
