"""Who may do what in the situation room of a town."""

from __future__ import annotations

from collections.abc import Mapping

from anxin.kernel import areas, rights
from anxin.kernel.access import BODYWORK
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import NotAllowed, NotFound

OUTSIDE = frozenset({"desk", "clerk", "mediator", "manager", "employer", "village"})
"""Roles that work for a body and are not called out in a drill."""
ROOM: Mapping[str, frozenset[str]] = {
    "view": frozenset({"dispatcher", "desk", "arbiter", "supervisor", "leader"}),
    "roster": frozenset({"dispatcher", "supervisor", "leader", "desk"}),
    "note": frozenset({"dispatcher", "supervisor", "leader", "desk"}),
    "rules": frozenset({"supervisor", "leader"}),
    "drill": frozenset({"dispatcher", "supervisor", "leader"}),
    "answer": BODYWORK - OUTSIDE | {"leader", "supervisor"},
    "screen": frozenset({"dispatcher", "supervisor", "leader"}),
    "platforms": frozenset({"admin", "leader", "supervisor"}),
}
"""What is done in the situation room of a town, and by whom: look, plan duty, take note of a warning, write rules,
begin and end a drill, answer in one, open a screen on a wall, arrange the platforms."""
RIGHTS = {f"situation.{what}": roles for what, roles in ROOM.items()}


def in_room(by: Actor, what: str, town: int | None = None) -> bool:
    """Whether a post may do something (ROOM) in the situation room of a town: one of its own area, or it lies in it.

    Without a town the answer says whether it may anywhere. To answer in a drill a post of the town's grids may, too.
    """
    if rights.entitled(by, f"situation.{what}", area=town):
        return True
    if what != "answer" or by.role not in ROOM[what] or by.area is None or town is None:
        return False
    return town in areas.tree().chain(by.area, areas.today())


def enter_room(by: Actor, what: str, town: int | None = None) -> None:
    """Raise NotAllowed unless a post may do it there (see `in_room`); NotFound where it may not even look."""
    if in_room(by, what, town):
        return
    if in_room(by, "view", town) or not in_room(by, "view"):
        raise NotAllowed(what=what)
    raise NotFound
