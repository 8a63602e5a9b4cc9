"""Pages of a programme's book: fields in the house's clothes, a deed done once, nothing typed is lost.

A page names what may be done on it (`Act`: fields, deed, button); `serve` shows its forms or does the deed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from anxin.kernel.bodies import Actor
from anxin.kernel.errors import NotFound
from anxin.web import said, words

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
    return [(code, _(pair) if isinstance(pair, str) else pair[at]) for code, pair in pairs.items()]


def upload(label: str) -> forms.Field:
    """A file."""
    return forms.FileField(label=label, widget=forms.FileInput(_TEXT))


def made(name: str, fields: Fields, data: Any = None, files: Any = None) -> forms.Form:
    """A form of these fields; the ids of its fields begin with its name."""
    return type("Asked", (forms.Form,), dict(fields))(data, files, auto_id=f"{name}_%s")  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Act:
    """Something to be done on a page: what it asks for, what it does, what its button says."""

    button: str
    fields: Fields
    do: Callable[..., Any]


def serve(
    request: HttpRequest, by: Actor, template: str, context: dict[str, Any], acts: dict[str, Act | None], to: str = ""
) -> HttpResponse:
    """Show a page with its forms, or do what one of them asks and go on (to `to`, or where the deed answers).

    The deed is called as `do(by, **what was typed)`; its errors stand at their fields, and the page is shown again.
    """
    offered = {name: act for name, act in acts.items() if act is not None}
    asked = offered.get(request.POST.get("do", "")) if request.method == "POST" else None
    shown: dict[str, dict[str, Any]] = {}
    for name, act in offered.items():
        sent = (request.POST, request.FILES) if act is asked else (None, None)
        shown[name] = {"name": name, "form": made(name, act.fields, *sent), "button": act.button}
    if request.method == "POST":
        if asked is None:
            raise NotFound
        form, do = shown[request.POST["do"]]["form"], asked.do
        if form.is_valid():
            good, answer = said.tried(form, lambda: do(said.under(request, by), **form.cleaned_data))
            if good:
                messages.success(request, _("已保存"))
                return HttpResponseRedirect(answer if isinstance(answer, str) else to, status=303)
    status = 400 if any(each["form"].errors for each in shown.values()) else 200
    more = {"acts": shown, "key": said.key()}
    return render(request, template, {**context, **more}, status=status)
