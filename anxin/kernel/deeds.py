"""What deeds on the programmes' own tables share: the row under lock, and the rule behind what the database refuses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import IntegrityError, models, transaction

from anxin.kernel.errors import AnxinError, NotFound

Row = TypeVar("Row", bound=models.Model)


def held(rows: models.QuerySet[Row], **which: object) -> Row:
    """The one of some rows that fits, locked until the transaction ends (what it is joined with is not).

    Raises NotFound.
    """
    found = rows.select_for_update(of=("self",)).filter(**which).first()
    if found is None:
        raise NotFound
    return found


@contextmanager
def refusing(**rules: AnxinError | type[AnxinError]) -> Iterator[None]:
    """Raise the rule behind a constraint (its name) that the database refuses by; what was written inside is undone."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if name in rules:
            raise rules[name] from error
        raise
