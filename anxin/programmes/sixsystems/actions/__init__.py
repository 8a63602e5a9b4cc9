"""What is done in the book of the grid: grids and duties, meetings, the loop, trace-backs, reviews."""

from __future__ import annotations

from typing import TypeVar

from anxin.kernel import deeds, rights
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import NothingSaid, NotNow
from anxin.programmes.sixsystems.models import Meeting, Review, Trace
from anxin.understanding import redaction

Row = TypeVar("Row", Meeting, Review, Trace)


def locked(table: type[Row], pk: int, by: Actor, right: str, *states: str) -> Row:
    """A row of a book, locked, if the post may do this and its state fits. Raises NotFound, NotAllowed, NotNow."""
    around = "area" if table is Meeting else "matter"
    row = deeds.held(table._default_manager.select_related(around), pk=pk)
    rights.enter(by, right, view="sixsystems.view", area=row.where)
    if row.state not in states:
        raise NotNow
    return row


def said(text: str, field: str, most: int = 1000) -> str:
    """What was written, without personal words, no longer than allowed. Raises NothingSaid where it is empty."""
    if not text.strip():
        raise NothingSaid(fields={field: "必填"})
    return redaction.redact(text.strip())[:most]
