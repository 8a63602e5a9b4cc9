"""What is done with apartments. Each deed is one transaction: may it, once only, lock, check, change, write down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, cast

from django.db import IntegrityError
from django.utils.translation import gettext as _

from anxin.kernel import bodies, changes, deeds, rights
from anxin.kernel.bodies import Actor, Body
from anxin.kernel.errors import BadInput, NotAllowed, NotFound
from anxin.programmes.apartments import rules
from anxin.programmes.apartments.models import Building

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """What a deed made and what of it goes into the book of changes; `subject` where it is not the building."""

    made: T
    after: Mapping[str, Any]
    before: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    subject: str = ""


def building(code: str, by: Actor, right: str) -> Building:
    """A building, locked, for a post that may. Raises NotFound, NotAllowed."""
    rows = Building.objects.select_for_update(of=("self",)).select_related("house", "company")
    return rules.enter(by, right, rows.filter(code=code).first())


def company(code: str, by: Actor, right: str) -> Body:
    """A village company, for a post that may. Raises NotFound, NotAllowed."""
    found = bodies.directory().by_code.get(code)
    if found is None or not rights.entitled(by, "apartments.see", area=found.area_id, body=found.pk):
        raise NotFound
    if not rights.entitled(by, right, area=found.area_id, body=found.pk):
        raise NotAllowed(right=right)
    return found


def writes(
    about: str, right: str, find: Callable[[str, Actor, str], Any] = building
) -> Callable[[Callable[Concatenate[Any, Actor, P], Done[T]]], Callable[Concatenate[str, Actor, P], T | None]]:
    """A deed on what stands under a code (a building, or a company). Sent twice under one key, it is done once (None).

    What the database refuses is raised as the rule it stands for.
    """

    def wrap(do: Callable[Concatenate[Any, Actor, P], Done[T]]) -> Callable[Concatenate[str, Actor, P], T | None]:
        @wraps(do)
        def run(code: str, by: Actor, *args: P.args, **more: P.kwargs) -> T | None:
            try:
                with deeds.refusing(**rules.CONSTRAINTS):
                    row = find(code, by, right)
                    if changes.repeated(by, f"apartments.{about}"):
                        return None
                    done = do(row, by, *args, **more)
                    changes.record(by, f"apartments.{about}", done.subject or row.code, done.before, done.after,
                                   reason=done.reason)  # fmt: skip
                    return done.made
            except IntegrityError as error:
                raise BadInput(_("编号重复或数值不可能")) from error

        return cast("Callable[Concatenate[str, Actor, P], T | None]", run)

    return wrap
