"""What a phone takes along for the day: the orders of the post's body, the own piece of the map, words to choose from.

It is little on purpose. No person's name or number is in it; telling words have their particulars taken out, and what
is confidential says no more than that it is. Everything in here may lie on a phone without a network until it is
signed out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import msgspec
import shapely
from shapely.geometry import mapping, shape

from anxin.kernel import access, areas, bodies, clock, registry
from anxin.kernel.areas import Area, Tree
from anxin.kernel.bodies import Actor, Post
from anxin.kernel.matters import OPEN, Matter
from anxin.kernel.orders import ACTIVE, HELPER, LEAD, SENT, SIGNED, Clock, Order
from anxin.public import near
from anxin.understanding.redaction import redact
from anxin.web import timeleft, words

VERBS = ("sign", "contact", "arrive", "note", "finish", "consult", "hand_back", "ask_more_time")
"""What can be done with an order from a phone; a report needs none."""
MOST_ORDERS, MOST_NEAR, MOST_SHAPES = 200, 60, 150
"""How much a phone takes along at most [INF]."""
SAID = 600
"""Letters of a narrative taken along [INF]."""
FINE = 5e-5
"""Degrees, some five metres: how closely a border is drawn on a phone [INF]."""
GRIDWORK = frozenset({"grid_worker", "grid_head", "auxiliary_police"})


class Limit(msgspec.Struct):
    """A clock that runs: what for, until when."""

    code: str
    title: str
    due_at: datetime
    paused: bool


class Task(msgspec.Struct):
    """An order of the post's body, as it may lie on a phone. `entries`: how much of the matter's story it has seen.

    `whole`: the limit of the whole matter in words and `most` its amount, which is how much more may be asked for.
    """

    id: str
    number: str
    matter: str
    role: str
    state: str
    matter_state: str
    task: str
    title: str
    said: str
    address: str
    area: str
    kind: str
    urgency: str
    colour: str
    lat: float | None
    lon: float | None
    sent_at: datetime
    signed_at: datetime | None
    contacted_at: datetime | None
    arrived_at: datetime | None
    limits: list[Limit]
    entries: int
    verbs: list[str]
    proof: bool
    waits_for: list[str]
    whole: str
    most: int
    person: bool
    confidential: bool


class Choice(msgspec.Struct):
    """A kind of matter with the words it is known by, to be proposed while somebody types."""

    code: str
    title: str
    title_en: str
    words: Sequence[str]


class Desk(msgspec.Struct):
    """A body that can be asked for help."""

    code: str
    name: str


class Known(msgspec.Struct):
    """An open matter of the own area, so that it is not reported twice: a headline without particulars."""

    number: str
    kind: str
    headline: str
    state: str
    lat: float
    lon: float
    reported_at: datetime


class Outline(msgspec.Struct):
    """An area on the map: rings of [longitude, latitude] (WGS-84 degrees). `own`: the post works there."""

    code: str
    name: str
    own: bool
    rings: list[list[list[float]]]


class Seat(msgspec.Struct):
    """A post the account may act from."""

    id: str
    title: str
    body: str


class Day(msgspec.Struct):
    """The day of one post."""

    account: str
    post: str
    area: str
    area_code: str
    may: list[str]
    orders: list[Task]
    more: bool
    near: list[Known]
    kinds: list[Choice]
    bodies: list[Desk]
    map: list[Outline]


def of(by: Actor) -> Day:
    """The day of a post as it is now: what its body has to do, what is known nearby, and what to choose from."""
    tree, day = areas.tree(), areas.today()
    orders, more = _orders(by, tree)
    area = tree.areas.get(by.area) if by.area is not None else None
    return Day(
        account=str(by.account),
        post=str(by.post),
        area=area.name if area else "",
        area_code=area.code if area else "",
        may=[verb for verb in ("report", *VERBS) if by.role in access.VERBS[verb]],
        orders=orders,
        more=more,
        near=_near(by),
        kinds=_kinds(),
        bodies=_bodies(by, tree, day),
        map=_map(tree, by.area, day) if by.area is not None else [],
    )


def seats(held: Iterable[Actor]) -> list[Seat]:
    """The posts an account holds, by name."""
    rows = {post.pk: post for post in Post.objects.select_related("body").filter(pk__in=[each.post for each in held])}
    return [
        Seat(id=str(each.post), title=rows[each.post].title, body=rows[each.post].body.name)
        for each in held
        if each.post in rows
    ]


def _orders(by: Actor, tree: Tree) -> tuple[list[Task], bool]:
    """The orders of the body somebody still has to do something about, the most pressing first."""
    own = Order.objects.filter(body=by.body, state__in=ACTIVE).select_related("matter").order_by("-sent_at")
    found = list(own[: MOST_ORDERS + 1])
    more, found = len(found) > MOST_ORDERS, found[:MOST_ORDERS]
    clocks: dict[int, list[Clock]] = {}
    pks = [each.matter_id for each in found]
    for running in Clock.objects.filter(matter__in=pks, stopped_at=None).order_by("due_at"):
        clocks.setdefault(running.matter_id, []).append(running)
    busy: dict[int, list[str]] = {}
    helpers = Order.objects.filter(matter__in=pks, role=HELPER, state__in=ACTIVE)
    for matter, body in helpers.values_list("matter", "body"):
        busy.setdefault(matter, []).append(words.body(body))
    told = [task(by, each, clocks.get(each.matter_id, []), busy.get(each.matter_id, []), tree) for each in found]
    return sorted(told, key=_pressing), more


def _pressing(each: Task) -> tuple[bool, str]:
    first = min((limit.due_at for limit in each.limits if not limit.paused), default=None)
    return (first is None, first.isoformat() if first else "")


def task(by: Actor, order: Order, clocks: Sequence[Clock], busy: Sequence[str], tree: Tree) -> Task:
    """One order as a phone may keep it."""
    m = order.matter
    kind = registry.kinds().get(m.kind)
    own = [each for each in clocks if each.order_id in (None, order.pk)]
    hidden = m.confidential
    whole = next((each for each in clocks if each.order_id is None and each.code.startswith("handle.")), None)
    gone = {
        verb for verb, fits in (("hand_back", _returnable(order)), ("ask_more_time", _longer(order, whole))) if not fits
    }
    place = tree.areas.get(m.grid_id or m.village_id or m.town_id or m.county_id or 0)
    return Task(
        id=str(order.pk),
        number=order.number,
        matter=m.number,
        role=order.role,
        state=order.state,
        matter_state=m.state,
        task=order.task,
        title=words.kind(m.kind) if hidden else redact(m.title),
        said="" if hidden else redact(m.narrative[:SAID]),
        address=m.address,
        area=place.name if place else "",
        kind=m.kind,
        urgency=m.urgency,
        colour=m.colour,
        lat=m.lat,
        lon=m.lon,
        sent_at=order.sent_at,
        signed_at=order.signed_at,
        contacted_at=order.contacted_at,
        arrived_at=order.arrived_at,
        limits=[
            Limit(each.code, words.rule(each.code) or each.code, each.due_at, each.paused_until is not None)
            for each in own
        ],
        entries=m.entries,
        verbs=[verb for verb in VERBS if verb not in gone and access.may(by, verb, m, order, seen=True)],
        proof=order.role == LEAD and kind is not None and kind.needs_proof and m.nature != "consult",
        waits_for=list(busy) if order.role == LEAD else [],
        whole=timeleft.limit(whole.amount, whole.unit) if whole else "",
        most=whole.amount if whole else 0,
        person=m.person_id is not None and not hidden and by.role in access.READ_PERSON,
        confidential=hidden,
    )


def _returnable(order: Order) -> bool:
    """Once, and never after designation (`flow.hand_back` has the last word)."""
    return order.state in (SENT, SIGNED) and not order.designated and order.hand_backs == 0


def _longer(order: Order, whole: Clock | None) -> bool:
    """The lead, once, before the time is over (`flow.ask_more_time` has the last word)."""
    asked = order.more_asked or order.more_granted
    return order.role == LEAD and not asked and whole is not None and clock.now() <= whole.due_at


def _near(by: Actor) -> list[Known]:
    """Open matters of the own area, for posts that answer for an area no larger than a town."""
    if by.role not in access.AREAWORK and by.role != "field":
        return []
    if by.area_level not in ("grid", "village", "town") or by.area is None:
        return []
    open_here = Matter.objects.filter(**{by.area_level: by.area}, state__in=OPEN, lat__isnull=False)
    return [
        Known(
            number=m.number,
            kind=m.kind,
            headline=near.headline(m),
            state=words.state(m.state),
            lat=m.lat,
            lon=m.lon,
            reported_at=m.reported_at,
        )
        for m in open_here.order_by("-reported_at")[:MOST_NEAR]
        if near.public(m) and m.lat is not None and m.lon is not None
    ]


def _kinds() -> list[Choice]:
    return [
        Choice(code=kind.code, title=kind.title, title_en=kind.title_en, words=kind.words)
        for kind in registry.kinds().values()
    ]


def _bodies(by: Actor, tree: Tree, day: date) -> list[Desk]:
    """The bodies in charge of the post's area, nearest first, without the own one."""
    chain = tree.chain(by.area, day) if by.area is not None else []
    rank = {area: place for place, area in enumerate(chain) if tree.areas[area].level not in ("province", "city")}
    found = [each for each in bodies.directory().by_id.values() if each.area_id in rank and each.pk != by.body]
    return [Desk(each.code, each.name) for each in sorted(found, key=lambda one: (rank[one.area_id], one.code))]


@lru_cache(maxsize=256)
def _map(tree: Tree, area: int, day: date) -> list[Outline]:
    """The own grid and the grids around it; for a larger area what lies one step below it."""
    level = tree.areas[area].level
    if level == "grid":
        above = tree.parent(area, day)
        town = tree.parent(above, day) if above is not None else None
        around = _below(tree, town or above or area, "grid", day)
        own = areas.geometry(tree.areas[area])
        if own is None:
            return []
        edge = own.buffer(FINE)
        shown = [each for each in around if each.boundary and shapely.intersects(edge, shape(each.boundary))]
    else:
        below = {"village": "grid", "town": "grid", "county": "town"}.get(level, "county")
        shown = _below(tree, area, below, day)
    return [_outline(each, own=level != "grid" or each.pk == area) for each in shown[:MOST_SHAPES] if each.boundary]


def _below(tree: Tree, area: int, level: str, day: date) -> list[Area]:
    return [
        each
        for each in tree.areas.values()
        if each.level == level and each.valid_to is None and area in tree.chain(each.pk, day)
    ]


def _outline(area: Area, *, own: bool) -> Outline:
    drawn: Any = mapping(shape(area.boundary or {}).simplify(FINE))
    parts = drawn["coordinates"] if drawn["type"] == "MultiPolygon" else [drawn["coordinates"]]
    rings = [[[round(lon, 5), round(lat, 5)] for lon, lat, *_ in ring] for part in parts for ring in part[:1]]
    return Outline(code=area.code, name=area.name, own=own, rings=rings)
