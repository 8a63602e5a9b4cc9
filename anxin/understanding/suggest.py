"""What a message seems to say, all of it at once: which kind, which place, whether it burns; and on which words.

It advises; a person decides. What is not clear is left open (None, or `candidates`), never guessed. Danger words are
a hint to people and never lower an urgency.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from django.conf import settings

from anxin.kernel import areas, registry
from anxin.kernel.errors import OutsideTheCity, UnknownKind
from anxin.understanding import danger, place
from anxin.understanding.danger import Danger
from anxin.understanding.model import STARTER, Answer, Model, NoModel
from anxin.understanding.place import Gazetteer

log = logging.getLogger(__name__)
HEADLINE = 40
"""Characters of a narrative that serve as its title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What a message seems to say. `kind` and `area` are codes or None; the words say what decided.

    `candidates` are codes of areas when a name stands for several of them: a person has to choose. `apart`: metres
    between the position of the phone and the place that was named, where they disagree. `version`: of the model.
    """

    kind: str | None = None
    kind_probability: float = 0.0
    kind_words: tuple[str, ...] = ()
    alternatives: tuple[tuple[str, float], ...] = ()
    area: str | None = None
    candidates: tuple[str, ...] = ()
    place_words: tuple[str, ...] = ()
    place_reason: str = ""
    apart: int | None = None
    danger_words: tuple[str, ...] = ()
    dangers: tuple[Danger, ...] = ()
    version: str = ""


class _InUse:
    """The model in use, read anew when another one is put in its place."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._model: Model | None = None
        self._path: Path | None = None
        self._changed = 0

    def get(self) -> Model:
        """The model the pointer file names, else the starter."""
        pointer = Path(settings.VAR) / "models" / "in_use"
        try:
            changed = pointer.stat().st_mtime_ns
        except OSError:
            changed = 0
        if self._model is None or changed != self._changed:
            with self._lock:
                path = self._named(pointer) if changed else STARTER
                if self._model is None or path != self._path:
                    self._model, self._path = self._read(path), path
                self._changed = changed
        return self._model

    @staticmethod
    def _named(pointer: Path) -> Path:
        try:
            return pointer.parent / f"{pointer.read_text('utf-8').strip()}.npz"
        except OSError:
            return STARTER

    @staticmethod
    def _read(path: Path) -> Model:
        """A file that is missing or damaged must not stop reports: then the starter suggests, and the log says so."""
        try:
            return Model.read(path)
        except (OSError, NoModel) as error:
            log.error("the model of kinds cannot be read, the starter is in use", extra={"why": str(error)})
            return Model.read(STARTER)


_in_use = _InUse()


def in_use() -> Model:
    """The model that suggests kinds here: VAR/models/in_use names its version; without one, the starter."""
    return _in_use.get()


_gazetteer: tuple[areas.Tree, object, Gazetteer] | None = None


def gazetteer() -> Gazetteer:
    """The names of the areas as they are today."""
    global _gazetteer
    tree, day = areas.tree(), areas.today()
    if _gazetteer is None or _gazetteer[0] is not tree or _gazetteer[1] != day:
        _gazetteer = (tree, day, place.of_tree(tree))
    return _gazetteer[2]


@cache
def catch_all() -> str:
    """The kind for what fits no other: the first one declared without words. Raises UnknownKind when there is none."""
    for kind in registry.kinds().values():
        if not kind.words:
            return kind.code
    raise UnknownKind


def dangers(text: str) -> tuple[str, ...]:
    """The words of a text that sound like danger to life: too many rather than too few."""
    return danger.words(text)


def kinds(many: Sequence[tuple[str, str]]) -> list[Answer]:
    """What the model in use says of many (headline, text) pairs, read together."""
    return in_use().answers(many, least=settings.KIND_THRESHOLD)


def suggest(
    text: str,
    *,
    headline: str = "",
    lat: float | None = None,
    lon: float | None = None,
    kind: Answer | Literal[False] | None = None,
) -> Suggestion:
    """Which kind, place and danger a message speaks of, with the words that decided.

    `lat`, `lon` (WGS-84 degrees) give the grid where they lie in the city, and `apart` says when the words name
    another place; outside the city the names decide. `kind`: what `kinds` has said of it already; False leaves the
    kind out, where a person has said it.
    """
    tree, names = areas.tree(), gazetteer()
    whole = f"{headline}\n{text}" if headline else text
    grid = None
    if lat is not None and lon is not None:
        with suppress(OutsideTheCity):
            grid = tree.areas[tree.grid_at(lat, lon)].code
    found = names.find(whole, lat=lat if grid else None, lon=lon if grid else None, grid=grid)
    burns = danger.read(whole)
    model = in_use()
    said = kinds([(headline, text)])[0] if kind is None else kind or None
    declared = registry.kinds()
    return Suggestion(
        kind=said.label if said and said.label in declared else None,
        kind_probability=round(said.probability, 4) if said else 0.0,
        kind_words=said.words if said else (),
        alternatives=tuple(each for each in said.alternatives if each[0] in declared) if said else (),
        area=grid or found.area,
        candidates=() if grid else found.candidates,
        place_words=found.words,
        place_reason=found.reason,
        apart=found.apart,
        danger_words=tuple(dict.fromkeys(word for each in burns for word in each.words)),
        dangers=burns,
        version=model.version,
    )


def headline(said: str) -> str:
    """A title for words that have none: their first sentence, at most forty characters."""
    first = said.strip().partition("\n")[0].partition("。")[0].strip()
    return first if len(first) <= HEADLINE else first[: HEADLINE - 1] + "…"
