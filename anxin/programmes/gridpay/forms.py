"""The forms of pay, built from forms.toml, and the names of its codes, from names.toml, in the reader's language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django import forms

from anxin.kernel import money
from anxin.kernel.errors import BadInput
from anxin.web import words

_HERE = Path(__file__).parent
NAMES: Mapping[str, Mapping[str, list[str]]] = tomllib.loads((_HERE / "names.toml").read_text("utf-8"))
ASKED: Mapping[str, Any] = tomllib.loads((_HERE / "forms.toml").read_text("utf-8"))


def name(group: str, code: str) -> str:
    """What a code is called in the reader's language; the code itself when nobody has named it."""
    return said(NAMES[group].get(code, [code, code]))


def said(pair: list[str]) -> str:
    """The Chinese or the English of a pair."""
    return pair[1] if words.english() else pair[0]


class Yuan(forms.CharField):
    """Money typed in yuan, kept in fen."""

    def clean(self, value: Any) -> int:
        """The sum in fen."""
        try:
            return money.fen(super().clean(value) or "0")
        except BadInput as error:
            raise forms.ValidationError(error.message) from None


class Month(forms.CharField):
    """A month as 2026-10, kept as its first day."""

    def clean(self, value: Any) -> date:
        """The first day."""
        try:
            return date.fromisoformat(f"{super().clean(value)}-01")
        except ValueError:
            raise forms.ValidationError("2026-10") from None


def _field(row: Mapping[str, Any]) -> forms.Field:
    sort, box = row["sort"], {"class": "form-control"}
    more: dict[str, Any] = {"label": said(row["label"]), "required": not row.get("optional")}
    if sort == "choice":
        chosen = [("", "—"), *((code, said(pair)) for code, pair in NAMES[row["choices"]].items())]
        return forms.ChoiceField(choices=chosen, widget=forms.Select(attrs={"class": "form-select"}), **more)
    if sort == "truth":
        return forms.BooleanField(widget=forms.CheckboxInput(attrs={"class": "form-check-input"}), **more)
    if sort == "int":
        return forms.IntegerField(min_value=1, max_value=9999, widget=forms.NumberInput(attrs=box), **more)
    if sort == "day":
        return forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={**box, "type": "date"}), **more)
    if sort == "file":
        return forms.FileField(widget=forms.ClearableFileInput(attrs=box), **more)
    if sort == "month":
        return Month(max_length=7, widget=forms.TextInput(attrs={**box, "placeholder": "2026-10"}), **more)
    if sort == "yuan":
        return Yuan(max_length=20, widget=forms.TextInput(attrs={**box, "inputmode": "decimal"}), **more)
    widget = {"area": forms.Textarea(attrs={**box, "rows": 3}), "hidden": forms.HiddenInput()}.get(sort)
    return forms.CharField(max_length=500, widget=widget or forms.TextInput(attrs=box), **more)


class Asked(forms.Form):
    """The form of an action on one thing (`pk`), as forms.toml declares it, sent under a `key`."""

    key = ""

    def __init__(self, action: str, pk: int, *args: Any, **more: Any) -> None:
        super().__init__(*args, auto_id=f"{action}-{pk}-%s", **more)
        self.action, self.pk, self.title = action, pk, said(ASKED[action]["title"])
        for row in ASKED[action]["fields"]:
            self.fields[row["name"]] = _field(row)
