"""Columns and constraints tables of the programmes share: what is pointed to stays, spans of days never overlap."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.expressions import RawSQL


def link(to: str, **more: Any) -> models.ForeignKey[Any, Any]:
    """A reference to a row that stays as long as it is referred to; nothing leads back unless `related_name` says so.

    `to` without a dot is a table of the kernel.
    """
    return models.ForeignKey(to if "." in to else f"kernel.{to}", models.PROTECT, **({"related_name": "+"} | more))


def apart(name: str, *same: str, begins: str, until: str, condition: Q | None = None) -> ExclusionConstraint:
    """No two rows with the `same` values on one day: from `begins` up to, not including, `until` (none: still)."""
    days = Func(F(begins), F(until), function="daterange", output_field=DateRangeField())
    equal = ((each, RangeOperators.EQUAL) for each in same)
    return ExclusionConstraint(name=name, expressions=[(days, RangeOperators.OVERLAPS), *equal], condition=condition)


def among(keys: Collection[int]) -> RawSQL:
    """Some keys as one parameter of a question (`pk__in=among(keys)`), not as thousands."""
    return RawSQL("SELECT unnest(%s::bigint[])", ([*keys],))
