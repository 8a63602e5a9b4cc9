"""The forms of pay (forms.toml) and the names of its codes (names.toml), in the reader's language."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from anxin.kernel.errors import BadInput
from anxin.web import said, words
from anxin.web.said import Said

_HERE = Path(__file__).parent
NAMES: Mapping[str, Mapping[str, list[str]]] = tomllib.loads((_HERE / "names.toml").read_text("utf-8"))
FORMS: Mapping[str, Any] = tomllib.loads((_HERE / "forms.toml").read_text("utf-8"))


def either(pair: list[str]) -> str:
    """The Chinese or the English of a pair."""
    return pair[1] if words.english() else pair[0]


def name(group: str, code: str) -> str:
    """What a code is called; the code itself when nobody has named it."""
    return either(NAMES[group].get(code, [code, code]))


@dataclass
class Form:
    """The form of an action on one thing: what it asks, what stands in it, what is wrong; its key makes it harmless."""

    action: str
    pk: int
    title: str
    key: str
    fields: list[dict[str, Any]]
    wrong: str = ""


def form(action: str, pk: int, values: Mapping[str, Any] | None = None, error: Any = None, **known: Any) -> Form:
    """A form with what is known or was typed in it, and the error of what was sent."""
    typed = {**known, **(values or {})}
    fields = [
        {**row, "label": either(row["label"]), "value": typed.get(row["name"], ""),
         "id": f"{action}-{pk}-{row['name']}",
         "wrong": error.fields.get(row["name"], "") if error else "",
         "options": [(code, either(pair)) for code, pair in NAMES[row["choices"]].items()] if "choices" in row else []}
        for row in FORMS[action]["fields"]
    ]  # fmt: skip
    key = str(typed.get("key") or said.key())
    return Form(action, pk, either(FORMS[action]["title"]), key, fields, error.message if error else "")


def read(action: str, sent: Said) -> dict[str, Any]:
    """What a form has said, by the names of its fields. Raises BadInput with the field."""
    return {row["name"]: _read(row, sent) for row in FORMS[action]["fields"]}


def _read(row: Mapping[str, Any], sent: Said) -> Any:
    sort, field, needed = row["sort"], row["name"], not row.get("optional")
    if sort == "choice":
        return sent.choice(field, [*NAMES[row["choices"]], *([] if needed else [""])])
    if sort == "month":
        try:
            return date.fromisoformat(f"{sent.text(field, required=True, most=7)}-01")
        except ValueError:
            raise BadInput(fields={field: "2026-10"}) from None
    simple: dict[str, Callable[[str], Any]] = {
        "int": sent.whole, "day": sent.day, "truth": sent.flag, "file": sent.file, "yuan": sent.fen_or_none,
    }  # fmt: skip
    return simple[sort](field) if sort in simple else sent.text(field, required=needed, most=500)
