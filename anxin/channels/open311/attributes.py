"""What a service asks for beside the words: the declared table, and what was sent, checked against it."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from anxin.channels.open311.moments import moment
from anxin.kernel.errors import BadInput

LISTS = ("singlevaluelist", "multivaluelist")
DATATYPES = ("string", "number", "datetime", "text", *LISTS)
LONGEST = {"string": 255, "text": 1000}
NAME = re.compile(r"attribute\[([^\[\]]{1,100})\](?:\[\])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One question of a service. `values`: key, Chinese, English (lists only)."""

    code: str
    datatype: str
    title: str
    title_en: str
    required: bool = False
    hint: str = ""
    hint_en: str = ""
    values: tuple[tuple[str, str, str], ...] = ()

    def said(self, key: str, *, english: bool = False) -> str:
        """A value of the list in words."""
        return next((row[2 if english else 1] for row in self.values if row[0] == key), key)


@dataclass(frozen=True, slots=True)
class Given:
    """What was sent for a question: `values` as they came (keys of a list, else one text)."""

    attribute: Attribute
    values: tuple[str, ...]

    @property
    def line(self) -> str:
        """Question and answer in Chinese, for whoever handles the matter."""
        return f"{self.attribute.title}：{'、'.join(self.attribute.said(value) for value in self.values)}"


@cache
def table() -> Mapping[str, tuple[Attribute, ...]]:
    """The questions of each kind, in their order. Raises ValueError for a table that cannot be."""
    rows: dict[str, list[dict[str, Any]]] = tomllib.loads(
        Path(__file__).with_name("attributes.toml").read_text("utf-8")
    )
    found = {}
    for kind, questions in rows.items():
        read = [Attribute(**{**row, "values": tuple(map(tuple, row.get("values", ())))}) for row in questions]
        for each in read:
            if each.datatype not in DATATYPES or bool(each.values) != (each.datatype in LISTS):
                raise ValueError(f"{kind} {each.code}: {each.datatype}")
        found[kind] = tuple(read)
    return found


def of(kind: str) -> Sequence[Attribute]:
    """The questions of a kind."""
    return table().get(kind, ())


def definition(kind: str) -> dict[str, Any]:
    """The service definition of a kind, in the reader's language."""
    english = not (get_language() or "").startswith("zh")
    return {
        "service_code": kind,
        "attributes": [
            {
                "variable": True,
                "code": each.code,
                "datatype": each.datatype,
                "required": each.required,
                "datatype_description": (each.hint_en if english else each.hint) or None,
                "order": order,
                "description": each.title_en if english else each.title,
                "values": [{"key": row[0], "name": row[2 if english else 1]} for row in each.values],
            }
            for order, each in enumerate(of(kind), 1)
        ],
    }


def read(kind: str, form: QueryDict) -> tuple[list[Given], list[str]]:
    """What was sent for the questions of a kind, and the codes of questions it does not have.

    An empty value is as if it were not there. Raises BadInput naming each attribute that is missing or wrong.
    """
    sent: dict[str, list[str]] = {}
    for name in form:
        if found := NAME.fullmatch(name):
            sent.setdefault(found[1], []).extend(value.strip() for value in form.getlist(name) if value.strip())
    wrong: dict[str, str] = {}
    given = []
    for each in of(kind):
        values = sent.pop(each.code, [])
        name = f"attribute[{each.code}]"
        if not values:
            if each.required:
                wrong[name] = _("必填")
            continue
        if complaint := _complaint(each, values):
            wrong[name] = complaint
        given.append(Given(each, tuple(dict.fromkeys(values))))
    if wrong:
        raise BadInput(fields=wrong)
    return given, sorted(code for code, values in sent.items() if values)


def _complaint(each: Attribute, values: list[str]) -> str:
    if each.datatype != "multivaluelist" and len(values) > 1:
        return _("只能有一个值")
    if each.datatype in LISTS:
        keys = [row[0] for row in each.values]
        return "" if set(values) <= set(keys) else ", ".join(keys)
    if each.datatype == "number":
        try:
            return "" if math.isfinite(float(values[0])) and len(values[0]) <= 40 else _("须是数字")
        except ValueError:
            return _("须是数字")
    if each.datatype == "datetime":
        moment(f"attribute[{each.code}]", values[0])
        return ""
    most = LONGEST[each.datatype]
    return "" if len(values[0]) <= most else _("不超过 {most} 字").format(most=most)
