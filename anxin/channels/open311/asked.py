"""Which requests are wanted: the arguments of GET requests, read and checked, and what they find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils.translation import gettext as _

from anxin.channels.open311 import ids, shown
from anxin.channels.open311.moments import moment
from anxin.kernel import clock
from anxin.kernel.errors import BadInput
from anxin.kernel.matters import OPEN, Matter

SPAN = timedelta(days=90)
MOST = 1000
"""The span and the number of requests GeoReport allows one answer."""
PAGES = 10_000
STATUS = ("open", "closed")
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is wanted. `ids`: only these, whatever else was asked; moments with their zones, ends included."""

    ids: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    status: tuple[str, ...] = ()
    updated_after: datetime | None = None
    updated_before: datetime | None = None
    page: int = 1
    size: int = MOST


def several(query: QueryDict, name: str) -> tuple[str, ...]:
    """The values of an argument that may be given more than once and with commas."""
    return tuple(
        dict.fromkeys(part.strip() for each in query.getlist(name) for part in each.split(",") if part.strip())
    )


def one(query: QueryDict, name: str) -> str:
    """The value of an argument; empty is as if it were not there."""
    return (query.get(name) or "").strip()


def wanted(query: QueryDict) -> Wanted:
    """What an address asks for. `service_request_id` overrides every other argument, good or bad. Raises BadInput."""
    if named := several(query, "service_request_id"):
        return Wanted(ids=named[:MOST])
    start, end, after, before = (
        moment(name, text) if (text := one(query, name)) else None
        for name in ("start_date", "end_date", "updated_after", "updated_before")
    )
    status = several(query, "status")
    if wrong := [each for each in status if each not in STATUS]:
        raise BadInput(fields={"status": f"{', '.join(wrong)[:100]} (open, closed)"})
    start, end = _span("start_date", "end_date", start, end)
    if after is not None and before is not None and after > before:
        raise BadInput(fields={"updated_after": "> updated_before"})
    return Wanted(
        services=several(query, "service_code"),
        start=start,
        end=end,
        status=status,
        updated_after=after,
        updated_before=before,
        page=_number(query, "page", 1, PAGES),
        size=_number(query, "page_size", MOST, None),
    )


def _span(first: str, last: str, start: datetime | None, end: datetime | None) -> tuple[datetime, datetime]:
    """Both ends of the span: the last 90 days where neither is given, 90 days from or to the one that is."""
    if start is None:
        end = end or clock.now() + SECOND
        return end - SPAN, end
    if end is None:
        return start, start + SPAN
    if start > end:
        raise BadInput(fields={first: f"> {last}"})
    if end - start > SPAN:
        raise BadInput(fields={last: _("时间跨度不超过 90 天")})
    return start, end


def _number(query: QueryDict, name: str, default: int, most: int | None) -> int:
    text = one(query, name)
    if not text:
        return default
    if not (text.isascii() and text.isdecimal()) or len(text) > 9 or int(text) < 1 or (most and int(text) > most):
        raise BadInput(fields={name: f"1-{most or MOST}"})
    return int(text) if most else min(int(text), MOST)


def found(what: Wanted) -> Sequence[Matter]:
    """The requests that are wanted, newest first; by id in the order they were named."""
    rows: Any = shown.visible().annotate(updated=Coalesce(shown.updated(), F("reported_at")))
    if what.ids:
        keys = [pk for each in what.ids if (pk := ids.inside(each)) is not None]
        by_key = rows.in_bulk(keys)
        return [by_key[pk] for pk in dict.fromkeys(keys) if pk in by_key]
    rows = rows.filter(reported_at__gte=what.start)
    if what.end is not None:
        rows = _until(rows, "reported_at", what.end)
    if what.services:
        rows = rows.filter(kind__in=what.services)
    if len(what.status) == 1:
        standing = Q(state__in=OPEN)
        rows = rows.filter(standing if what.status[0] == "open" else ~standing)
    if what.updated_after is not None:
        rows = rows.filter(updated__gte=what.updated_after)
    if what.updated_before is not None:
        rows = _until(rows, "updated", what.updated_before)
    first = (what.page - 1) * what.size
    return list(rows.order_by("-reported_at", "-pk")[first : first + what.size])


def _until(rows: Any, column: str, end: datetime) -> Any:
    """Up to the end; moments go out cut to the second, so a whole second counts to its last part."""
    if end.microsecond:
        return rows.filter(**{f"{column}__lte": end})
    if end.year >= 2199:
        return rows
    return rows.filter(**{f"{column}__lt": end + SECOND})
