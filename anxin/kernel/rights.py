"""Who may do and see what in the programmes' own books (houses, stalls, meetings ...): the like of access.py for rows
that are no matters.

A programme declares its rights by role; a post's area or body says where they hold. Default is no.
"""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path

from anxin.kernel import areas, bodies, people, registry
from anxin.kernel.access import CITYWIDE
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import NotAllowed, NotFound

OWN_BODY = frozenset({"manager", "employer"})
"""Roles that run one place for one body: the area they lie in gives them nothing of their neighbours'."""


def read(place: Path, prefix: str) -> Mapping[str, frozenset[str]]:
    """The rights a programme declares in a TOML file: [rights] code = "role role@body-kind GROUP"; [who] says who is
    in a group (a word in capitals). The prefix of the programme is put before the codes."""
    told = tomllib.loads(place.read_text("utf-8"))
    who = {name: words.split() for name, words in told["who"].items()}
    return {
        f"{prefix}.{code}": frozenset(role for word in words.split() for role in who.get(word, [word]))
        for code, words in told["rights"].items()
    }


def entitled(by: Actor, right: str, *, area: int | None = None, body: int | None = None) -> bool:
    """Whether a post may do something of a programme's book, on a row of an area or of a body.

    True when the role fits and the row is of the post's own body, or lies in the post's area (the whole city for posts
    of the city). Without area and body the answer says whether it may anywhere.
    """
    if by.role == "system":
        return True
    if not _fits(by, registry.rights().get(right, frozenset())):
        return False
    if (area is None and body is None) or _citywide(by) or (body is not None and body == by.body):
        return True
    if area is None or by.area is None or by.role in OWN_BODY:
        return False
    return by.area in areas.tree().chain(area, areas.today())


def enter(by: Actor, right: str, *, view: str = "", area: int | None = None, body: int | None = None) -> None:
    """Raise NotAllowed unless a post may do it there (see `entitled`); NotFound where it may not even look (`view`)."""
    if entitled(by, right, area=area, body=body):
        return
    if view and not entitled(by, view, area=area, body=body) and entitled(by, view):
        raise NotFound
    raise NotAllowed(right=right)


def reach(by: Actor) -> frozenset[int] | None:
    """The areas whose rows a post may be shown by its area: its own and all below; None: the whole city.

    Roles that run one place for one body reach no area; their rows are those of their body.
    """
    if by.role == "system" or _citywide(by):
        return None
    if by.area is None or by.role in OWN_BODY:
        return frozenset()
    return areas.tree().under(by.area, areas.today())


def open_person(
    by: Actor,
    token: uuid.UUID,
    *,
    right: str,
    area: int | None = None,
    body: int | None = None,
    purpose: str,
    fields: Iterable[str] = ("name",),
    reason: str = "",
) -> people.Particulars:
    """The particulars of a person in a programme's book, for a named purpose; the reading is journalled.

    Raises NotAllowed, NotFound, ReasonNeeded (unknown purpose). Source: PIPL art. 51; guide 11.3 SEC-3.
    """
    enter(by, right, area=area, body=body)
    return people.read(token, by, purpose=purpose, fields=fields, reason=reason)


def _citywide(by: Actor) -> bool:
    return by.role in CITYWIDE or by.area_level == "city"


def _fits(by: Actor, roles: frozenset[str]) -> bool:
    if by.role in roles:
        return True
    if by.body is None or not any("@" in each for each in roles):
        return False
    body = bodies.directory().by_id.get(by.body)
    return body is not None and f"{by.role}@{body.asked_as}" in roles


__all__ = ["OWN_BODY", "NotAllowed", "NotFound", "enter", "entitled", "open_person", "reach", "read"]
