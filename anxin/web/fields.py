"""The fields of the desk's forms: pictures, texts, moments, yes or no, and a body in charge of the place."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from anxin.kernel import areas, bodies
from anxin.kernel.bodies import Actor
from anxin.kernel.matters import NARRATIVE_LENGTH, Matter

MOST_FILES = 6


class Picture(forms.ClearableFileInput):
    """A field that takes several files."""

    allow_multiple_selected = True


class Pictures(forms.FileField):
    """Photos and papers; what they are is looked at in `kernel/files.py`, not believed by their names."""

    widget = Picture(attrs={"accept": "image/jpeg,image/png,image/webp,application/pdf", "multiple": True})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        """The files, at most `MOST_FILES`."""
        given = data if isinstance(data, (list, tuple)) else [data] if data else []
        if self.required and not given:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(given) > MOST_FILES:
            raise forms.ValidationError(gettext("一次最多上传 %(count)d 个文件") % {"count": MOST_FILES})
        return [super(Pictures, self).clean(each, initial) for each in given]


def text(label: Any, *, required: bool = True, rows: int = 3, hint: Any = "", most: int = NARRATIVE_LENGTH) -> Any:
    """A field of several lines."""
    return forms.CharField(
        label=label, required=required, max_length=most, help_text=hint, widget=forms.Textarea(attrs={"rows": rows})
    )


def line(label: Any, *, required: bool = True, hint: Any = "", most: int = 200, known: str = "") -> Any:
    """A field of one line; `known`: the list of what is known beforehand."""
    attrs = {"list": known} if known else {}
    return forms.CharField(
        label=label, required=required, max_length=most, help_text=hint, widget=forms.TextInput(attrs=attrs)
    )


def yes_no(label: Any, yes: Any, no: Any, *, required: bool = True) -> Any:
    """One of two answers, neither chosen beforehand."""
    return forms.TypedChoiceField(
        label=label, choices=[("yes", yes), ("no", no)], coerce=lambda value: value == "yes", required=required,
        empty_value=None, widget=forms.RadioSelect,
    )  # fmt: skip


class Bodies(forms.Select):
    """A list of bodies, written in one go: the kit's own takes a template for each of a hundred lines.

    A script makes it a field to type in (`data-bodies`); what is found there may lie outside the list.
    """

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The list as HTML, with the present choice marked."""
        chosen = str(value or "")
        groups = _frozen(self.choices)
        known = {code for _title, group in groups for code, _name in group}
        if chosen and chosen not in known:
            found = bodies.directory().by_code.get(chosen)
            if found is not None:
                groups = (*groups, (gettext("其他"), ((found.code, found.name),)))
        listed = _listed(groups)
        if chosen:
            mark = format_html('value="{}"', chosen)
            listed = mark_safe(listed.replace(mark, f"{mark} selected", 1))  # escaped where it was made
        shown = {**(attrs or {}), **self.attrs}
        more = format_html_join("", ' {}="{}"', ((key, said) for key, said in shown.items() if said is not True))
        needed = mark_safe(" required") if shown.get("required") is True else ""
        return format_html('<select name="{}" data-bodies{}{}>{}</select>', name, more, needed, listed)


Groups = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def _frozen(choices: Any) -> Groups:
    """The choices of a list of bodies as groups; what stands outside a group under an empty title."""
    found = []
    for head, rest in choices:
        if isinstance(rest, (list, tuple)):
            found.append((str(head), tuple((str(code), str(name)) for code, name in rest)))
        else:
            found.append(("", ((str(head), str(rest)),)))
    return tuple(found)


@lru_cache(maxsize=256)
def _listed(groups: Groups) -> SafeString:
    def options(group: tuple[tuple[str, str], ...]) -> SafeString:
        return format_html_join("", '<option value="{}">{}</option>', group)

    return mark_safe(
        "".join(
            format_html('<optgroup label="{}">{}</optgroup>', title, options(group)) if title else options(group)
            for title, group in groups
        )
    )


class Pick(forms.TypedChoiceField):
    """A body: offered are those in charge of the place, taken is every one there is."""

    def valid_value(self, value: Any) -> bool:
        """Whether there is such a body today."""
        return str(value) in bodies.directory().by_code


def pick(label: Any, *, required: bool = True, hint: Any = "") -> Any:
    """A body, to be chosen from those in charge of the place; filled in by the form."""
    return Pick(
        label=label, required=required, coerce=bodies.body, empty_value=None, help_text=hint, widget=Bodies()
    )  # fmt: skip


def moment(label: Any, *, required: bool = True) -> Any:
    """A day with its time."""
    return forms.DateTimeField(
        label=label, required=required,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip


def plausible(by: Actor, matter: Matter) -> list[Any]:
    """The bodies in charge of a place, nearest first, as the groups of a list (title, [(code, name)])."""
    tree, day = areas.tree(), areas.today()
    place = next((x for x in (matter.grid_id, matter.village_id, matter.town_id, matter.county_id) if x), by.area)
    chain = tree.chain(place, day) if place is not None else []
    return [("", gettext("请选择单位")), *_in_charge(bodies.directory(), tree, tuple(chain))]


@lru_cache(maxsize=256)
def _in_charge(directory: bodies.Directory, tree: areas.Tree, chain: tuple[int, ...]) -> tuple[Any, ...]:
    found: dict[int, list[tuple[str, str]]] = {area: [] for area in chain}
    for body in directory.by_id.values():
        if body.area_id in found:
            found[body.area_id].append((body.code, body.name))
    return tuple(
        (tree.areas[area].name, tuple(sorted(each, key=lambda one: one[1]))) for area, each in found.items() if each
    )
