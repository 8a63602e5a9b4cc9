"""The tables that are published for a month, reckoned from the matters: counts by town and kind, and how they were
handled. No text, no point finer than a town, nothing confidential, private or with 110 in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any

from django.db.models import Count as Counted
from django.db.models import F, Q

from anxin.kernel import areas, clock, registry
from anxin.kernel.matters import CLOSED, MERGED, REFUSED, Matter
from anxin.public.opendata import suppression
from anxin.public.opendata.suppression import LEAST, SUM, Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column, as the dictionary tells it. `sort`: string, integer, number or boolean."""

    name: str
    sort: str
    title: str
    title_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table: its name in the address, what it is, its columns and rows (in the order of the columns)."""

    name: str
    title: str
    title_en: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Any, ...]]


def _c(name: str, sort: str, title: str, title_en: str) -> Column:
    return Column(name=name, sort=sort, title=title, title_en=title_en)


NAMES = ("matters-by-town-and-kind", "handling-by-kind")
PLACE = (
    _c("month", "string", "月份（按受理日，上海时间）", "month, by the day of the report in Shanghai"),
    _c("county", "string", "县（市、区）代码；空为合计", "code of the county; empty: the sum"),
    _c("town", "string", "镇街代码；空为合计", "code of the town; empty: the sum"),
    _c("town_name", "string", "镇街名称", "name of the town"),
    _c("lat", "number", "镇街中心纬度（WGS-84，两位小数）", "latitude of the town's middle (WGS-84, two decimals)"),
    _c("lon", "number", "镇街中心经度（WGS-84，两位小数）", "longitude of the town's middle (WGS-84, two decimals)"),
)
KIND = (
    _c("kind", "string", "事项类别代码；空为合计", "code of the kind; empty: the sum"),
    _c("kind_title", "string", "事项类别", "what the kind is called in Chinese"),
)
HIDDEN = _c("suppressed", "boolean", "是否隐去（小于 5 或可由合计推算）", "taken out: below 5, or could be reckoned")


def span(month: str) -> tuple[datetime, datetime]:
    """The first moment of a month (YYYY-MM) in Shanghai, and the first after it. Raises ValueError."""
    first = date.fromisoformat(f"{month}-01")
    after = (first + timedelta(days=32)).replace(day=1)
    return datetime.combine(first, time(), clock.TZ), datetime.combine(after, time(), clock.TZ)


def open_matters() -> Any:
    """The matters that count: nothing confidential, of a private kind, with 110 in it, refused or merged."""
    kinds = [code for code, kind in registry.kinds().items() if not kind.private]
    return Matter.objects.filter(confidential=False, police="", kind__in=kinds).exclude(state__in=(REFUSED, MERGED))


def all_of(month: str) -> list[Table]:
    """Every table of a month."""
    return [by_town_and_kind(month), by_kind(month)]


def by_town_and_kind(month: str) -> Table:
    """How many matters were reported, by town and kind, with sums."""
    since, until = span(month)
    rows = (
        open_matters()
        .filter(reported_at__gte=since, reported_at__lt=until, town__isnull=False)
        .values_list("town", "kind")
        .annotate(
            number=Counted("pk"),
            people=Counted("person__phone_mark", distinct=True),
            nameless=Counted("pk", filter=Q(person__phone_mark__isnull=True)),
        )
        .order_by()
    )
    tree = areas.tree()
    cells = {
        (tree.areas[town].code, kind): Count(number, people + bool(nameless))
        for town, kind, number, people, nameless in rows
        if town in tree.areas
    }
    whole = suppression.with_sums({key: each.number for key, each in cells.items()})
    out = suppression.hidden(cells)
    told = [
        (*_place(month, town), kind, _title(kind), None if (town, kind) in out else number, (town, kind) in out)
        for (town, kind), number in sorted(whole.items())
    ]
    return Table(
        name=NAMES[0],
        title="各镇街各类事项受理数",
        title_en="Matters reported, by town and kind",
        columns=(*PLACE, *KIND, _c("reported", "integer", "受理件数；隐去为空", "reported; empty: taken out"), HIDDEN),
        rows=told,
    )


def _place(month: str, town: str) -> tuple[Any, ...]:
    tree = areas.tree()
    area = tree.by_code.get(town)
    if area is None:
        return month, "", "", "", None, None
    above = tree.parent(area.pk, span(month)[0].date()) or tree.parent(area.pk, areas.today())
    county = tree.areas[above].code if above is not None and above in tree.areas else ""
    middle = [round(each, 2) if each is not None else None for each in (area.lat, area.lon)]
    return month, county, town, area.name, *middle


def _title(kind: str) -> str:
    found = registry.kinds().get(kind)
    return found.title if found else ""


def by_kind(month: str) -> Table:
    """How the matters closed in a month were handled, by kind: in time, and hours until closed (median)."""
    since, until = span(month)
    rows = open_matters().filter(state=CLOSED, closed_at__gte=since, closed_at__lt=until)
    hours: dict[str, list[float]] = {}
    late: dict[str, int] = {}
    values = rows.annotate(took=F("closed_at") - F("reported_at")).values_list("kind", "took", "closed_at", "due_at")
    for kind, took, closed, due in values.iterator():
        hours.setdefault(kind, []).append(took.total_seconds() / 3600)
        late[kind] = late.get(kind, 0) + bool(due and closed > due)
    told: list[tuple[Any, ...]] = []
    for kind, each in sorted(hours.items()):
        small = len(each) < LEAST
        share = None if small else round(1 - late[kind] / len(each), 2)
        told.append(
            (month, kind, _title(kind), None if small else len(each), share, None if small else round(median(each)),
             small)
        )  # fmt: skip
    return Table(
        name=NAMES[1],
        title="各类事项办结情况",
        title_en="How matters were handled, by kind",
        columns=(
            _c("month", "string", "月份（按办结日，上海时间）", "month, by the day of closing in Shanghai"), *KIND,
            _c("closed", "integer", "办结件数；隐去为空", "closed; empty: taken out"),
            _c("in_time", "number", "按期办结率（两位小数）", "share closed in time, two decimals"),
            _c("median_hours", "integer", "受理到办结的中位小时数", "median of hours from report to closing"), HIDDEN,
        ),
        rows=told,
    )  # fmt: skip


__all__ = ["SUM", "Column", "Table", "all_of", "by_kind", "by_town_and_kind", "open_matters", "span"]
