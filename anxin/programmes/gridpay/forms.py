"""The forms of pay, declared in `forms.toml`, and the names of its codes (names.toml), in the reader's language."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from anxin.web import said, words
from anxin.web.declared import Choices, DeclaredForm, half

_HERE = Path(__file__).parent
NAMES: Mapping[str, Mapping[str, list[str]]] = tomllib.loads((_HERE / "names.toml").read_text("utf-8"))
FORMS: Mapping[str, Any] = tomllib.loads((_HERE / "forms.toml").read_text("utf-8"))


def either(pair: list[str]) -> str:
    """The Chinese or the English of a pair."""
    return pair[1] if words.english() else pair[0]


def name(group: str, code: str) -> str:
    """What a code is called; the code itself when nobody has named it."""
    return either(NAMES[group].get(code, [code, code]))


def _named(group: str) -> Choices:
    return [(code, either(pair)) for code, pair in NAMES[group].items()]


class ActForm(DeclaredForm):
    """The form of an action on one thing; what is already known stands in it, its key makes sending twice harmless."""

    MOST: ClassVar = {"line": 500, "words": 500, "count": 9999}

    def __init__(
        self, action: str, pk: int, *sent: Any, known: Mapping[str, Any] | None = None,
        choices: Callable[[str], Choices] = _named,
    ) -> None:  # fmt: skip
        super().__init__(FORMS[action]["fields"], choices, *sent, auto_id=f"{action}-{pk}-%s", initial=known)
        self.action, self.pk, self.title, self.key = action, pk, half(FORMS[action]["title"]), said.key()
