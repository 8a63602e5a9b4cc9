"""What may be typed in: fields in the house's clothes, put together by the page that asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from anxin.web import words

Fields = Mapping[str, forms.Field]
_TEXT, _SELECT = {"class": "form-control"}, {"class": "form-select"}


def text(label: str, *, rows: int = 0, required: bool = True, most: int = 1000) -> forms.Field:
    """Words; with `rows` a field of so many lines."""
    widget: forms.Widget = forms.Textarea({**_TEXT, "rows": rows}) if rows else forms.TextInput(_TEXT)
    return forms.CharField(label=label, required=required, max_length=most, widget=widget)


def pick(
    label: str, choices: Iterable[tuple[Any, str]], *, required: bool = True, to: Callable[[str], Any] = str
) -> Any:
    """One of some choices."""
    listed = list(choices) if required else [("", "—"), *choices]
    return forms.TypedChoiceField(label=label, choices=listed, required=required, coerce=to, empty_value=None,
                                  widget=forms.Select(_SELECT))  # fmt: skip


def several(label: str, choices: Iterable[tuple[Any, str]]) -> Any:
    """Any of some choices, as numbers."""
    widget = forms.CheckboxSelectMultiple
    return forms.TypedMultipleChoiceField(label=label, choices=list(choices), required=False, coerce=int, widget=widget)


def day(label: str, *, required: bool = True) -> forms.Field:
    """A day in Shanghai."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={**_TEXT, "type": "date"})
    return forms.DateField(label=label, required=required, widget=widget)


def moment(label: str) -> forms.Field:
    """A moment in Shanghai."""
    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={**_TEXT, "type": "datetime-local"})
    return forms.DateTimeField(label=label, widget=widget)


def number(label: str, *, required: bool = True, places: int = 0) -> forms.Field:
    """A number, whole or with decimal places."""
    widget = forms.NumberInput({**_TEXT, "step": "0.01" if places else "1"})
    if places:
        return forms.DecimalField(label=label, required=required, max_digits=12, decimal_places=places, widget=widget)
    return forms.IntegerField(label=label, required=required, min_value=0, max_value=10**9, widget=widget)


def tick(label: str) -> forms.Field:
    """Yes or no."""
    return forms.BooleanField(label=label, required=False)


def named(pairs: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The choices of a table of the norms (code -> Chinese, English), or of words to be translated."""
    at = int(words.english())
    return [(code, _(said) if isinstance(said, str) else said[at]) for code, said in pairs.items()]


def made(name: str, fields: Fields, data: Any = None, files: Any = None) -> forms.Form:
    """A form of these fields; the ids of its fields begin with its name."""
    return type("Asked", (forms.Form,), dict(fields))(data, files, auto_id=f"{name}_%s")  # type: ignore[no-any-return]
