"""Acceptance scenarios: a figure of the field guide, replayed in a scratch database, with an oracle that can fail.

A programme names the module of its scenarios (`Programme.acceptance`); the command `anxin acceptance F9` runs them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from anxin.kernel import bodies
from anxin.kernel.bodies import Actor

T = TypeVar("T")
_ANY = object()


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of what a scenario showed: what it is, what was found, what was expected, and whether it holds."""

    title: str
    found: str
    expected: str
    holds: bool


@dataclass
class Stage:
    """Where a scenario plays: it shows figures, each held against what the guide says."""

    shown: list[Shown] = field(default_factory=list)
    tell: Callable[[str], None] = lambda text: None
    progress: Callable[[Iterable[Any], str], Iterable[Any]] = lambda items, title: items

    def figure(self, title: str, value: object, expected: object = _ANY) -> None:
        """Show a figure; where one is expected, another one fails the scenario."""
        right = expected is _ANY or value == expected
        self._show(Shown(title, str(value), "" if expected is _ANY else str(expected), right))

    def holds(self, title: str, condition: bool, shown: object = "") -> None:
        """Show that something is so; when it is not, the scenario fails."""
        self._show(Shown(title, str(shown) if shown != "" else ("是" if condition else "否"), "", bool(condition)))

    def say(self, text: str) -> None:
        """Tell whoever watches what is being done."""
        self.tell(text)

    def track(self, items: Iterable[T], title: str) -> Iterator[T]:
        """Go through something long with a progress bar."""
        yield from self.progress(items, title)

    def by(self, post: str) -> Actor:
        """Whoever holds a post, by its code."""
        return bodies.at_post(post)

    @property
    def passed(self) -> bool:
        """Whether something was shown and all of it holds."""
        return bool(self.shown) and all(each.holds for each in self.shown)

    def _show(self, line: Shown) -> None:
        self.shown.append(line)
        sign = "√" if line.holds else "×"
        self.tell(f"  {sign} {line.title}: {line.found}" + (f"（应为 {line.expected}）" if line.expected else ""))


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A figure of the guide (`code`: F9 ...) and the play whose oracle shows that the house reproduces it."""

    code: str
    title: str
    title_en: str = ""
    run: Callable[[Stage], None]
