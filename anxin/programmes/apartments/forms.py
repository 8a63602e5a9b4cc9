"""The forms of the deeds, made from `acts.toml`: fields with their labels and lists in the reader's language."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from django import forms

from anxin.kernel import areas, bodies, money, registry
from anxin.kernel.bodies import Actor, Body
from anxin.programmes.apartments import rules
from anxin.programmes.apartments.actions import books, houses, letting, visits
from anxin.programmes.apartments.models import WORDS, Bill, Building, Stay, said
from anxin.web.declared import PERSON, Choices, DeclaredForm

MODULES = {"houses": houses, "letting": letting, "visits": visits, "books": books}


@dataclass(frozen=True, slots=True)
class Act:
    """A deed as it is offered: what it is called, on a building or a company, its right, its fields."""

    code: str
    title: str
    call: Callable[..., Any]
    right: str
    on: str
    states: tuple[str, ...]
    roles: tuple[str, ...]
    fixed: Mapping[str, Any]
    fields: tuple[str, ...]


def _act(code: str, row: Mapping[str, Any]) -> Act:
    module, _dot, name = row["call"].partition(".")
    return Act(
        code, row["title"], getattr(MODULES[module], name), row["right"], row.get("on", "building"),
        tuple(row.get("states", ())), tuple(row.get("roles", ())), row.get("fixed", {}), tuple(row["fields"]),
    )  # fmt: skip


ACTS: Mapping[str, Act] = {
    code: _act(code, row)
    for code, row in tomllib.loads((Path(__file__).parent / "acts.toml").read_text("utf-8"))["acts"].items()
}


def offered(by: Actor, row: Building) -> list[Act]:
    """The deeds a post may do on a building as it is now."""
    held = rules.held(by, row, {act.right for act in ACTS.values()})
    return [
        act for act in ACTS.values()
        if act.on == "building" and act.right in held and (not act.states or row.status in act.states)
        and (not act.roles or by.role in act.roles)
    ]  # fmt: skip


def _stays(row: Building) -> Any:
    return Stay.objects.filter(lease__building=row).select_related("room", "worker").order_by("room__number", "bed")


def _named(stay: Stay) -> tuple[str, str]:
    return str(stay.pk), f"{stay.room.number}-{stay.bed} {stay.worker.masked_name} {stay.begins}"


def _words(table: str, *without: str) -> Choices:
    return [(code, said(pair)) for code, pair in WORDS[table].items() if code not in without]


def _accept(row: Building) -> Choices:
    return [
        (item["code"], f"{said(WORDS['papers'][sort])}：{said(item['text'])}")
        for sort in ("fire", "house", "electric")
        for item in registry.norm(f"apartments.accept.{sort}", areas.today()).value
    ]


LISTS: Mapping[str, Callable[[Any], Choices]] = {
    "costs": lambda row: _words("lines", "rent"),
    "utilities": lambda row: _words("bills", "rent"),
    "moves": lambda row: [(code, said(WORDS["statuses"][code])) for code in rules.MOVES[row.status]],
    "rooms": lambda row: [(each.number, each.number) for each in row.rooms.order_by("number")],
    "bedrooms": lambda row: [
        (each.number, f"{each.number}（{each.usable} m²）")
        for each in row.rooms.filter(use="bedroom").order_by("number")
    ],
    "employers": lambda row: [
        (body.code, body.name) for body in bodies.directory().by_id.values()
        if body.kind == "enterprise" and body.area_id == row.house.village_id
    ],
    "stays": lambda row: [_named(stay) for stay in _stays(row).filter(until=None)],
    "reporting": lambda row: [
        _named(stay) for stay in _stays(row) if not stay.reported_at or (stay.until and not stay.left_reported_at)
    ],
    "hazards": lambda row: [(str(each.pk), each.title) for each in row.hazards.filter(closed_at=None, fixed_at=None)],
    "fixed": lambda row: [
        (str(each.pk), each.title) for each in row.hazards.filter(closed_at=None, fixed_at__isnull=False)
    ],
    "unpaid": lambda row: [
        (str(bill.pk), f"{said(WORDS['bills'][bill.sort])} {bill.month:%Y-%m} {money.yuan(bill.amount)}")
        for bill in Bill.objects.filter(lease__building=row, paid_on=None).order_by("due_on")
    ],
    "accept": _accept,
}  # fmt: skip


class ActForm(DeclaredForm):
    """The form of a deed on a building or a company; `said` gives what was typed as the deed wants it."""

    MOST: ClassVar = {"line": 200, "words": 2000, "count": 30_000}
    PARTS = PERSON[:3]

    def __init__(self, act: Act, on: Building | Body, *args: Any, **more: Any) -> None:
        def offered(listed: str) -> Choices:
            return LISTS[listed](on) if listed in LISTS else _words(listed)

        super().__init__(act.fields, offered, *args, **more)
        self.act = act
        for name, field in self.fields.items():
            if isinstance(field, forms.DateField):
                self.initial.setdefault(name, areas.today())

    def said(self) -> dict[str, Any]:
        """The arguments of the deed; what was left empty is left out. Raises BadInput for money that cannot be read."""
        found = {name: each for name, each in super().said().items() if each not in (None, "")}
        return {**self.act.fixed, **found}
