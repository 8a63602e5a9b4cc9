"""Forms declared in a table: a programme lists its fields as "name sort title", and the form is made from them.

sort: line, words, hidden (known already), day, month (its first day), count, number, decimal (two places), money (yuan
typed, fen told), tick, file, files (pictures), person (name, telephone, number, address: told as particulars), terms
(lines of what, how much, by when), choice:LIST, several:LIST (codes), pick:LIST, picks:LIST (keys of rows). A `?`
behind the sort: it may stay empty. title: Chinese|English.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from anxin.kernel import money
from anxin.kernel.errors import BadInput
from anxin.kernel.files import LARGEST
from anxin.kernel.people import Particulars
from anxin.web import words
from anxin.web.fields import Pictures

Choices = Sequence[tuple[str, str]]
PERSON = (("name", _("姓名")), ("phone", _("电话")), ("id_number", _("证件号码")), ("address", _("住址")))
TERMS = 4
"""Lines of terms a form has."""


def half(text: str) -> str:
    """The half of a title "Chinese|English" in the reader's language."""
    return text.split("|")[-1 if words.english() else 0]


class DeclaredForm(forms.Form):
    """A form of declared fields; `choices` answers what a list offers, `said` what was typed, by name."""

    MOST: ClassVar[Mapping[str, int]] = {"line": 300, "words": 20_000, "count": 30_000}
    """Letters a field takes, the largest count."""
    PARTS: ClassVar[Sequence[tuple[str, Any]]] = PERSON
    """What is asked of a person."""

    def __init__(self, fields: Sequence[str], choices: Callable[[str], Choices], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.declared = [_split(each) for each in fields]
        for name, sort, needed, title in self.declared:
            label = half(title)
            if sort == "person":
                for part, what in self.PARTS:
                    told = f"{label} · {what}"
                    self._put(part, forms.CharField(label=told, required=needed and part == "name", max_length=200))
            elif sort == "terms":
                for n in range(TERMS):
                    self._put(f"what{n}", forms.CharField(label=f"{label} {n + 1}", required=not n, max_length=300))
                    self._put(f"fen{n}", forms.CharField(label=_("金额（元）"), required=False, max_length=20))
                    self._put(f"due{n}", forms.DateField(label=_("履行期限"), required=False, widget=_day()))
            else:
                self._put(name, _field(sort, label, needed, choices, self.MOST))

    def _put(self, name: str, field: forms.Field) -> None:
        if isinstance(field.widget, forms.CheckboxInput | forms.CheckboxSelectMultiple):
            field.widget.attrs["class"] = "form-check-input"
        else:
            field.widget.attrs["class"] = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
        self.fields[name] = field

    def said(self) -> dict[str, Any]:
        """What was typed, by the names of the table. Raises BadInput for money that cannot be read."""
        typed, found = self.cleaned_data, dict[str, Any]()
        for name, sort, _needed, _title in self.declared:
            kind = sort.partition(":")[0]
            if kind == "person":
                told = {part: typed[part] for part, _what in self.PARTS}
                found[name] = Particulars(**told) if typed["name"] else None
            elif kind == "terms":
                found[name] = [(typed[f"what{n}"], self._fen(f"fen{n}"), typed[f"due{n}"]) for n in range(TERMS)]
            elif kind == "file":
                found[name] = typed[name].read(LARGEST + 1) if typed.get(name) else None
            elif kind == "files":
                found[name] = [each.read(LARGEST + 1) for each in typed[name]]
            elif kind == "money":
                found[name] = self._fen(name)
            elif kind == "picks":
                found[name] = [int(each) for each in typed[name]]
            elif kind == "pick":
                found[name] = int(typed[name]) if typed[name] else None
            elif typed[name] is not None:
                found[name] = typed[name]
        return found

    def _fen(self, name: str) -> int | None:
        try:
            return money.fen(self.cleaned_data[name]) if self.cleaned_data[name] else None
        except BadInput as error:
            raise BadInput(error.detail, fields={name: error.detail}) from error


def _split(declared: str) -> tuple[str, str, bool, str]:
    name, sort, title = declared.split(" ", 2)
    return name, sort.removesuffix("?"), not sort.endswith("?"), title


def _day() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def _month() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m", attrs={"placeholder": "2026-10"})


def _field(
    sort: str, label: str, needed: bool, choices: Callable[[str], Choices], most: Mapping[str, int]
) -> forms.Field:
    kind, _sep, listed = sort.partition(":")
    if kind in ("choice", "pick"):
        offered = list(choices(listed))
        return forms.ChoiceField(label=label, required=needed, choices=offered if needed else [("", "—"), *offered])
    if kind in ("several", "picks"):
        boxes = forms.CheckboxSelectMultiple()
        return forms.MultipleChoiceField(label=label, required=needed, choices=choices(listed), widget=boxes)
    area = forms.Textarea(attrs={"rows": 4})
    made: dict[str, Callable[[], forms.Field]] = {
        "line": lambda: forms.CharField(label=label, required=needed, max_length=most["line"]),
        "words": lambda: forms.CharField(label=label, required=needed, max_length=most["words"], widget=area),
        "hidden": lambda: forms.CharField(required=needed, max_length=most["line"], widget=forms.HiddenInput()),
        "day": lambda: forms.DateField(label=label, required=needed, widget=_day()),
        "month": lambda: forms.DateField(label=label, required=needed, input_formats=["%Y-%m"], widget=_month()),
        "count": lambda: forms.IntegerField(label=label, required=needed, min_value=0, max_value=most["count"]),
        "number": lambda: forms.FloatField(label=label, required=needed, min_value=0),
        "decimal": lambda: forms.DecimalField(label=label, required=needed, max_digits=10, decimal_places=2),
        "money": lambda: forms.CharField(label=label, required=needed, max_length=20),
        "tick": lambda: forms.BooleanField(label=label, required=needed),
        "file": lambda: forms.FileField(label=label, required=needed),
        "files": lambda: Pictures(label=label, required=needed),
    }
    return made[kind]()


def years(day: date) -> tuple[date, date, date, date]:
    """Last year and this year, from the first to the last day."""
    return date(day.year - 1, 1, 1), date(day.year - 1, 12, 31), date(day.year, 1, 1), date(day.year, 12, 31)
