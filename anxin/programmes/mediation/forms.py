"""The forms of the acts, made from `acts.toml`: every field with its label, sort and list, in the reader's language."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anxin.kernel import areas, money
from anxin.kernel.bodies import Post
from anxin.kernel.errors import BadInput
from anxin.kernel.files import LARGEST
from anxin.kernel.matters import Matter
from anxin.kernel.people import Particulars
from anxin.programmes.mediation import rules
from anxin.programmes.mediation.actions import ending, taking
from anxin.programmes.mediation.models import Dispute
from anxin.web import words

TABLE: dict[str, Any] = tomllib.loads((Path(__file__).parent / "acts.toml").read_text("utf-8"))
LISTS: Mapping[str, Mapping[str, str]] = TABLE["lists"]
WAYS: Mapping[str, str] = TABLE["ways"]
PERSON = (("name", _("姓名")), ("phone", _("电话")), ("id_number", _("证件号码")), ("address", _("住址")))
TERMS = 4
"""Lines of terms an agreement's form has."""
Choices = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Declared:
    """An act as it stands on the page."""

    title: tuple[str, str]
    way: str
    hint: str
    fields: tuple[tuple[str, str, str], ...]


def _declared(row: Mapping[str, Any]) -> Declared:
    zh, _sep, en = row["title"].partition("|")
    fields = tuple(tuple(each.split(" ", 2)) for each in row["fields"])
    return Declared((zh, en), row["way"], row.get("hint", ""), fields)


KNOWN: Mapping[str, Declared] = {code: _declared(row) for code, row in TABLE["acts"].items()}


def say(text: str) -> str:
    """The half of a table's title in the reader's language."""
    return rules.said(text, words.english())


def named(listed: str, code: str) -> str:
    """The title of a code of a list; the code where it has none."""
    return say(LISTS[listed][code]) if code in LISTS[listed] else code


def people_of(d: Dispute) -> Choices:
    """The parties as they are shown: side, organisation or masked name."""
    rows = d.parties.select_related("person").order_by("side", "pk")
    sides = {"a": gettext("甲方"), "b": gettext("乙方")}
    return [(str(each.pk), f"{sides[each.side]} {each.title or each.person.masked_name}") for each in rows]


def _posts(d: Dispute, m: Matter) -> Choices:
    return [(code, str(post)) for code, post in taking.may_mediate(d, m).items()]


def _leads(d: Dispute, m: Matter) -> Choices:
    roles, kinds = ("leader", "supervisor", "dispatcher", "clerk", "village", "mediator"), ("town_command", "committee")
    rows = Post.objects.select_related("body").filter(role__in=roles, body__area__in=[d.village_id, d.town_id])
    found = [each for each in rows.order_by("body__code", "code") if each.body.kind in kinds]
    return [(each.code, str(each)) for each in found]


def _norm(code: str, *path: str) -> Choices:
    table = rules.norm(code).value
    rows = {each: title for step in path for each, title in table[step].items()} if path else table
    return [(each, say(title if isinstance(title, str) else title["title"])) for each, title in rows.items()]


DYNAMIC: Mapping[str, Callable[[Dispute, Matter], Choices]] = {
    "parties": lambda d, m: people_of(d),
    "posts": _posts,
    "leads": _leads,
    "named": lambda d, m: [(str(e.pk), str(e.post or e.title)) for e in d.mediators.filter(left_at=None)],
    "referrals": lambda d, m: [(str(e.pk), e.to) for e in d.referrals.filter(receipt_at=None)],
    "terms": lambda d, m: [
        (str(e.pk), f"{e.what} {e.due_on}") for a in [rules.current(d)] if a for e in a.terms.filter(done_on=None)
    ],
    "applications": lambda d, m: [(str(e.pk), f"{e.court} {e.docket}") for e in d.confirmations.filter(outcome="")],
    "courts": lambda d, m: [
        (court, f"{court}（{named('grounds', ground)}）") for court, ground in rules.courts(d, areas.today())
    ],
    "counties": lambda d, m: [(a.code, a.name) for a in areas.tree().areas.values() if a.level == "county"],
    "scope": lambda d, m: _norm("scope"),
    "relations": lambda d, m: _norm("conflict", "barred", "consent"),
    "factors": lambda d, m: _norm("risk", "factors"),
    "touches": lambda d, m: _norm("confirmation", "barred"),
    "refusals": lambda d, m: _norm("confirmation", "rejected", "barred"),
}


class ActForm(forms.Form):
    """The form of an act on a dispute; `said` gives what was typed as the act wants it."""

    def __init__(self, code: str, d: Dispute, m: Matter, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.act = KNOWN[code]
        for name, sort, title in self.act.fields:
            needed, sort, label = not sort.endswith("?"), sort.removesuffix("?"), say(title)
            if sort == "person":
                for part, what in PERSON:
                    self._put(part, forms.CharField(label=what, required=needed and part == "name", max_length=200))
            elif sort == "terms":
                for n in range(TERMS):
                    self._put(f"what{n}", forms.CharField(label=f"{label} {n + 1}", required=n == 0, max_length=300))
                    self._put(f"fen{n}", forms.CharField(label=gettext("金额（元）"), required=False, max_length=20))
                    self._put(f"due{n}", forms.DateField(label=gettext("履行期限"), required=False, widget=_day()))
            else:
                self._put(name, _field(sort, label, needed, d, m))

    def _put(self, name: str, field: forms.Field) -> None:
        sort = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
        plain = isinstance(field.widget, forms.CheckboxInput | forms.CheckboxSelectMultiple)
        field.widget.attrs.setdefault("class", "form-check-input" if plain else sort)
        self.fields[name] = field

    def said(self) -> dict[str, Any]:
        """The arguments of the act. Raises BadInput for money that cannot be read."""
        typed, found = self.cleaned_data, dict[str, Any]()
        for name, sort, _title in self.act.fields:
            sort = sort.removesuffix("?")
            if sort == "person":
                found[name] = Particulars(**{part: typed[part] for part, _what in PERSON}) if typed["name"] else None
            elif sort == "terms":
                found[name] = [self._term(n) for n in range(TERMS)]
            elif sort == "file":
                found[name] = typed[name].read(LARGEST + 1) if typed.get(name) else None
            elif sort == "money":
                found[name] = self._fen(name)
            elif sort.endswith(("parties", "named", "referrals", "terms", "applications")):
                many = sort.startswith("several")
                found[name] = [int(each) for each in typed[name]] if many else int(typed[name]) if typed[name] else None
            elif typed[name] is not None:
                found[name] = typed[name]
        return found

    def _fen(self, name: str) -> int | None:
        try:
            return money.fen(self.cleaned_data[name]) if self.cleaned_data[name] else None
        except BadInput as error:
            raise BadInput(error.detail, fields={name: error.detail}) from error

    def _term(self, n: int) -> ending.Wanted:
        return self.cleaned_data[f"what{n}"], self._fen(f"fen{n}"), self.cleaned_data[f"due{n}"]


def _day() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def _field(sort: str, label: str, needed: bool, d: Dispute, m: Matter) -> forms.Field:
    kind, _sep, listed = sort.partition(":")
    if kind in ("choice", "several"):
        choices = DYNAMIC[listed](d, m) if listed in DYNAMIC else [(c, say(t)) for c, t in LISTS[listed].items()]
        if kind == "choice":
            return forms.ChoiceField(label=label, required=needed, choices=choices if needed else [("", "—"), *choices])
        boxes = forms.CheckboxSelectMultiple()
        return forms.MultipleChoiceField(label=label, required=needed, choices=choices, widget=boxes)
    made: dict[str, Callable[[], forms.Field]] = {
        "line": lambda: forms.CharField(label=label, required=needed, max_length=300),
        "words": lambda: forms.CharField(
            label=label, required=needed, max_length=20000, widget=forms.Textarea(attrs={"rows": 4})
        ),
        "day": lambda: forms.DateField(label=label, required=needed, widget=_day()),
        "count": lambda: forms.IntegerField(label=label, required=needed, min_value=0, max_value=30000),
        "money": lambda: forms.CharField(label=label, required=needed, max_length=20),
        "tick": lambda: forms.BooleanField(label=label, required=needed),
        "file": lambda: forms.FileField(label=label, required=needed),
    }
    return made[kind]()


def years(day: date) -> tuple[date, date, date, date]:
    """Last year and this year: what a plan begins with."""
    return date(day.year - 1, 1, 1), date(day.year - 1, 12, 31), date(day.year, 1, 1), date(day.year, 12, 31)
