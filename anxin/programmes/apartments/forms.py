"""The forms of the deeds, made from `acts.toml`: fields with their labels and lists in the reader's language."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _

from anxin.kernel import areas, bodies, money, registry
from anxin.kernel.bodies import Actor, Body
from anxin.kernel.errors import BadInput
from anxin.kernel.files import LARGEST
from anxin.kernel.people import Particulars
from anxin.programmes.apartments import rules
from anxin.programmes.apartments.actions import books, houses, letting, visits
from anxin.programmes.apartments.models import WORDS, Bill, Building, Stay, said
from anxin.web.fields import Pictures

MODULES = {"houses": houses, "letting": letting, "visits": visits, "books": books}
PERSON = ("name", "phone", "id_number")
Choices = list[tuple[Any, str]]


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
    fields: tuple[tuple[str, str, str], ...]


def _act(code: str, row: Mapping[str, Any]) -> Act:
    module, _dot, name = row["call"].partition(".")
    fields = tuple((*each.split(" ", 2)[:2], each.split(" ", 2)[2]) for each in row["fields"])
    return Act(
        code, row["title"], getattr(MODULES[module], name), row["right"], row.get("on", "building"),
        tuple(row.get("states", ())), tuple(row.get("roles", ())), row.get("fixed", {}), fields,
    )  # fmt: skip


ACTS: Mapping[str, Act] = {
    code: _act(code, row)
    for code, row in tomllib.loads((Path(__file__).parent / "acts.toml").read_text("utf-8"))["acts"].items()
}


def offered(by: Actor, row: Building) -> list[Act]:
    """The deeds a post may do on a building as it is now."""
    held = {right: rules.may(by, right, row) for right in {act.right for act in ACTS.values()}}
    return [
        act for act in ACTS.values()
        if act.on == "building" and held[act.right] and (not act.states or row.status in act.states)
        and (not act.roles or by.role in act.roles)
    ]  # fmt: skip


def _stays(row: Building) -> Any:
    return Stay.objects.filter(lease__building=row).select_related("room", "worker").order_by("room__number", "bed")


def _named(stay: Stay) -> tuple[int, str]:
    return stay.pk, f"{stay.room.number}-{stay.bed} {stay.worker.masked_name} {stay.begins}"


def _words(table: str, *without: str) -> Choices:
    return [(code, said(pair)) for code, pair in WORDS[table].items() if code not in without]


def _accept(row: Building) -> Choices:
    return [
        (item["code"], f"{said(WORDS['papers'][sort])}：{said(item['text'])}")
        for sort in ("fire", "house", "electric")
        for item in registry.norm(f"apartments.accept.{sort}", areas.today()).value
    ]


LISTS: Mapping[str, Callable[[Building], Choices]] = {
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
    "hazards": lambda row: [(each.pk, each.title) for each in row.hazards.filter(closed_at=None, fixed_at=None)],
    "fixed": lambda row: [(each.pk, each.title) for each in row.hazards.filter(closed_at=None, fixed_at__isnull=False)],
    "unpaid": lambda row: [
        (bill.pk, f"{said(WORDS['bills'][bill.sort])} {bill.month:%Y-%m} {money.yuan(bill.amount)}")
        for bill in Bill.objects.filter(lease__building=row, paid_on=None).order_by("due_on")
    ],
    "accept": _accept,
}  # fmt: skip
NUMBERED = frozenset({"stays", "reporting", "hazards", "fixed", "unpaid"})


class ActForm(forms.Form):
    """The form of a deed on a building or a company; `said` gives what was typed as the deed wants it."""

    def __init__(self, act: Act, on: Building | Body, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.act = act
        for name, sort, label in act.fields:
            needed, sort = not sort.endswith("?"), sort.removesuffix("?")
            if sort == "person":
                titles = (_("姓名"), _("电话"), _("证件号码"))
                for part, title in zip(PERSON, titles, strict=True):
                    field = forms.CharField(label=f"{said(label)} · {title}", max_length=100)
                    self._put(f"{name}_{part}", field, needed and part == "name")
            else:
                self._put(name, _field(sort, on), needed, said(label))

    def _put(self, name: str, field: forms.Field, needed: bool, label: str = "") -> None:
        field.required, field.label = needed, label or field.label
        if isinstance(field, forms.ChoiceField) and not needed and not isinstance(field, forms.MultipleChoiceField):
            field.choices = [("", "—"), *cast("Choices", field.choices)]
        sort = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
        plain = isinstance(field.widget, forms.CheckboxInput | forms.CheckboxSelectMultiple)
        field.widget.attrs.setdefault("class", "form-check-input" if plain else sort)
        field.widget.is_required = needed
        self.fields[name] = field

    def said(self) -> dict[str, Any]:
        """The arguments of the deed; what was left empty is left out. Raises BadInput for money that cannot be read."""
        typed, found = self.cleaned_data, dict[str, Any](self.act.fixed)
        for name, sort, _label in self.act.fields:
            sort = sort.removesuffix("?")
            if sort == "person":
                found[name] = Particulars(**{part: typed[f"{name}_{part}"] for part in PERSON})
            elif sort == "file":
                found[name] = typed[name].read(LARGEST + 1) if typed.get(name) else b""
            elif sort == "files":
                found[name] = [each.read(LARGEST + 1) for each in typed[name]]
            elif sort == "fen" and typed[name]:
                try:
                    found[name] = money.fen(typed[name])
                except BadInput as error:
                    raise BadInput(error.detail, fields={name: error.detail}) from error
            elif sort == "tick" or name == "seen_on" or typed[name] not in (None, ""):
                found[name] = typed[name]
        return found


def _field(sort: str, on: Any) -> forms.Field:
    kind, _colon, listed = sort.partition(":")
    if kind in ("choice", "several"):
        choices = LISTS[listed](on) if listed in LISTS else _words(listed)
        if kind == "several":
            return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple)
        return forms.TypedChoiceField(choices=choices, coerce=int if listed in NUMBERED else str, empty_value="")
    made: dict[str, Callable[[], forms.Field]] = {
        "line": partial(forms.CharField, max_length=200),
        "words": partial(forms.CharField, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})),
        "day": partial(
            forms.DateField, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), initial=areas.today
        ),
        "int": partial(forms.IntegerField, min_value=0, max_value=100_000),
        "number": partial(forms.DecimalField, max_digits=10, decimal_places=6 if on.__class__ is Body else 2),
        "fen": partial(forms.CharField, max_length=24),
        "tick": forms.BooleanField,
        "file": forms.FileField,
        "files": Pictures,
    }
    return made[kind]()
