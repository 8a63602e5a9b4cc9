"""A page of a list (`?page=`, from 1) and whether more follows. Nothing is counted; beyond the end there is nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from anxin.web import said


@dataclass(frozen=True, slots=True)
class Paged:
    """The rows of a page, its number, whether another one follows; `desk/pages.html` leads on and back."""

    rows: list[Any]
    number: int
    more: bool

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def paged(request: HttpRequest, rows: Sequence[Any] | QuerySet[Any], size: int = 50, *, keys: bool = False) -> Paged:
    """The page that is asked for. `keys`: its rows are found by their keys first, so that only they are read whole."""
    number = said.page(request)
    span = slice((number - 1) * size, number * size + 1)
    if keys and isinstance(rows, QuerySet):
        wanted = list(rows.values_list("pk", flat=True)[span])
        some = list(rows.filter(pk__in=wanted)) if wanted else []
    else:
        some = list(rows[span])
    return Paged(some[:size], number, len(some) > size)
