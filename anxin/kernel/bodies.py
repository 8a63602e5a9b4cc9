"""Bodies: departments, town command rooms, police, committees, companies; the posts in them; who holds a post when.

Duties belong to the post. When the person changes, the post keeps its orders and its history.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func

from anxin.kernel import clock
from anxin.kernel.areas import Area, Copy, Place, next_day, today
from anxin.kernel.errors import UnknownBody

ROLES = (
    "seat",
    "calltaker",
    "operator",
    "dispatcher",
    "desk",
    "field",
    "clerk",
    "grid_worker",
    "grid_head",
    "auxiliary_police",
    "callback",
    "arbiter",
    "supervisor",
    "leader",
    "admin",
    "mediator",
    "manager",
    "employer",
    "village",
)


class Body(models.Model):
    """A body that can be given an order: `kind` is its sort, `function` its field (water, power ...) if it has one."""

    code = models.TextField(unique=True)
    kind = models.TextField()
    function = models.TextField(default="")
    name = models.TextField()
    area = models.ForeignKey(Area, models.PROTECT)
    parent = models.ForeignKey("self", models.PROTECT, null=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    def __str__(self) -> str:
        return self.name

    @property
    def asked_as(self) -> str:
        """By which words the rules ask for it: town_command, department:water."""
        return f"{self.kind}:{self.function}" if self.function else self.kind


class Post(models.Model):
    """A desk or a beat in a body. `role` says what may be done from it; `area` narrows it (a grid worker's grid)."""

    code = models.TextField(unique=True)
    body = models.ForeignKey(Body, models.PROTECT, related_name="posts")
    title = models.TextField()
    role = models.TextField()
    area = models.ForeignKey(Area, models.PROTECT, null=True)

    def __str__(self) -> str:
        return f"{self.body.name} {self.title}"


class Holding(models.Model):
    """Which account holds a post, from a day (included) to a day (excluded). One holder a day."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="holdings")
    account = models.ForeignKey("kernel.Account", models.PROTECT, related_name="holdings")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="one_holder_a_day",
                expressions=[
                    (
                        Func(F("valid_from"), F("valid_to"), function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                    ("post", RangeOperators.EQUAL),
                ],
            )
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: an account on a post, a channel, a resident, or the clock; and under which client key.

    `key` makes a retry harmless: the same key does the thing once (letters, digits, `-`, `_`, `.`, `:`; at most 200).
    `told`: what the door knows of how it was told (a phone's own time and how far it is off), kept with the entry.
    """

    role: str
    account: int | None = None
    post: int | None = None
    body: int | None = None
    area: int | None = None
    area_level: str = ""
    channel: str = ""
    key: str | None = None
    told: tuple[tuple[str, str | int], ...] = ()

    def under(self, key: str | None, **told: str | int) -> Actor:
        """The same actor, acting under this client key; what is `told` goes with the first entry, as the key does."""
        return self if key == self.key and not told else replace(self, key=key, told=tuple(told.items()))

    def let(self) -> Actor:
        """The same person, let in by a right of a programme that has been asked already: a verb does not ask again by
        role, the journal names the post as always. Only for what a programme does as part of an act of its own."""
        return replace(self, role="system", key=None, told=())


SYSTEM = Actor(role="system", channel="clock")
"""The clock and the rules of the house, when no person acts."""


class Directory:
    """All bodies of today, found by function and place."""

    def __init__(self, bodies: list[Body], *, until: date = date.max) -> None:
        self.until = until
        self.by_id = {body.pk: body for body in bodies}
        self.by_code = {body.code: body for body in bodies}
        self._by_role: dict[tuple[str, int], int] = {}
        self._city: dict[str, int] = {}
        for body in bodies:
            role = body.asked_as
            self._by_role.setdefault((role, body.area_id), body.pk)
            if body.area.level == "city":
                self._city.setdefault(role, body.pk)

    def find(self, role: str, place: Place) -> int | None:
        """The id of the body that has a role ("town_command", "department:water") for a place, or None.

        The nearest one counts: village before town before county before the city's.
        """
        for area in (place.grid, place.village, place.town, place.county):
            if area is not None and (found := self._by_role.get((role, area))) is not None:
                return found
        return self._city.get(role)


def _load() -> Directory:
    """The bodies that stand today; what will end has not ended yet. Told of the past, it still is those of today."""
    day = max(today(), clock.local_day(clock.really()))
    rows = list(Body.objects.exclude(valid_to__lte=day).select_related("area").order_by("code"))
    until = next_day(((body.valid_from, body.valid_to) for body in rows), day)
    for body in rows:
        body.valid_to = None
    return Directory([body for body in rows if body.valid_from <= day], until=until)


DIRECTORY: Copy[Directory] = Copy("bodies", _load, until=lambda directory: directory.until)


def directory() -> Directory:
    """The bodies as they are now."""
    return DIRECTORY.get()


def body(code: str) -> Body:
    """The body with this code. Raises UnknownBody."""
    try:
        return directory().by_code[code]
    except KeyError:
        raise UnknownBody(code, fields={"body": code}) from None


def held(account: int, day: date) -> list[Post]:
    """Every post an account holds on a day, with its body and areas, oldest holding first; no boundaries come along."""
    rows: Any = (
        Holding.objects.filter(account=account, valid_from__lte=day)
        .exclude(valid_to__lte=day)
        .select_related("post__body__area", "post__area")
        .defer("post__body__area__boundary", "post__area__boundary")
        .order_by("valid_from", "pk")
    )
    return [holding.post for holding in rows]


def actors(account: int, day: date) -> list[Actor]:
    """Every post an account holds on a day, as actors (shape: list, oldest holding first)."""
    return [actor_of(post, account) for post in held(account, day)]


def actor_of(post: Post, account: int | None) -> Actor:
    """The actor of a post: its own area where it has one, else the body's."""
    area = post.area or post.body.area
    return Actor(role=post.role, account=account, post=post.pk, body=post.body_id, area=area.pk, area_level=area.level)


def at_post(code: str, day: date | None = None) -> Actor:
    """Whoever holds a post (its code) on a day (today), as an actor; a vacant post acts without an account."""
    post = Post.objects.select_related("body__area", "area").get(code=code)
    day = day or today()
    held = post.holdings.filter(valid_from__lte=day).exclude(valid_to__lte=day)
    return actor_of(post, held.values_list("account", flat=True).first())
