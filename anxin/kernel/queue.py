"""What waits for a post: the heaps on its desk, page by page, in a number of questions that does not grow.

Rows come from `access` only. Each heap reads along one index, newest first or most urgent first; where a page ends is
remembered by a key, and nothing is counted beyond a hundred.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from typing import Any

from django.db import connection
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast

from anxin.kernel import areas, bodies, clock, heaps, registry
from anxin.kernel.access import matters
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import BadInput, NotFound
from anxin.kernel.files import Attachment
from anxin.kernel.heaps import Tab, tabs
from anxin.kernel.matters import OPEN, Matter
from anxin.kernel.orders import WITHDRAWN, Check, Clock, Order

__all__ = ["Tab", "tabs"]
PAGE, LONGEST = 50, 500
"""Lines of one page of the queue; of one that is shown again as far as it had been unrolled."""
FED_BACK = timedelta(days=90)
"""How long an order that is done stays on the heap; older ones are found by their number."""
MANY = 100
"""Counting stops here: how many more there are takes time and changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the reader of a queue asks for; empty means all.

    `town` and `lead` are codes of a town and a body, `number` the beginning of a number (the day: 26, 2611, 261124) or
    the number another platform gave it, `due` and `begin`-`end` days (due before the end of it; reported from, to),
    `voices` the least number of voices, `still` days in which nothing has happened, `sort` "new" (newest first) or
    "due" (most urgent first), `after` where the last page ended.
    """

    tab: str = ""
    state: str = ""
    kind: str = ""
    channel: str = ""
    town: str = ""
    urgency: str = ""
    colour: str = ""
    overdue: bool = False
    number: str = ""
    lead: str = ""
    due: date | None = None
    begin: date | None = None
    end: date | None = None
    photos: bool = False
    voices: int = 0
    still: int = 0
    sort: str = "new"
    after: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a queue: the matter, and the order or the check that brings it here."""

    matter: Matter
    order: Order | None = None
    check: Check | None = None


def waiting(by: Actor) -> dict[str, int]:
    """How much is in each heap that is quickly counted, up to `MANY`: one question for all."""
    return _counted({tab.code: tab.rows(by) for tab in tabs(by) if tab.counted})


def counts(by: Actor, views: Mapping[int, Wanted]) -> dict[int, int]:
    """How much there is in each of some saved views, up to `MANY`: one question for all."""
    have = {tab.code for tab in tabs(by)}
    return _counted({pk: _rows(by, wanted)[0] for pk, wanted in views.items() if wanted.tab in have})


def _counted(heaps: Mapping[Any, QuerySet[Any]]) -> dict[Any, int]:
    if not heaps:
        return {}
    parts = [rows.order_by().values_list(Value(n), flat=True)[:MANY] for n, rows in enumerate(heaps.values())]
    found = Counter(parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0])
    return {code: found[place] for place, code in enumerate(heaps)}


def page(by: Actor, wanted: Wanted, size: int = PAGE) -> tuple[list[Line], str]:
    """A page of a heap, in one question, and where the next page begins (empty: there is none).

    A heap the post does not have is NotFound; a broken `after` BadInput.
    """
    size = min(max(size, PAGE), LONGEST)
    rows, moment, newest = _rows(by, wanted)
    if wanted.after:
        rows = _after(rows, moment, newest, wanted.after)
    sign = "-" if newest else ""
    rows = rows.select_related("lead") if rows.model is Matter else rows.select_related("matter", "matter__lead")
    found = list(rows.order_by(f"{sign}{moment}", f"{sign}pk")[: size + 1])
    after = _mark(found[size - 1], moment) if len(found) > size else ""
    return [_line(row) for row in found[:size]], after


def lines(by: Actor, wanted: Wanted, numbers: Sequence[str]) -> list[Line]:
    """Those of a few matters that lie in the heap now, as narrowed down: what a page asks when they have changed."""
    rows, moment, newest = _rows(by, wanted)
    at, sign = "" if rows.model is Matter else "matter__", "-" if newest else ""
    rows = rows.filter(**{f"{at}number__in": list(numbers)}).select_related(*(["matter"] if at else []), f"{at}lead")
    return [_line(row) for row in rows.order_by(f"{sign}{moment}", f"{sign}pk")]


def where(by: Actor, matter: int) -> tuple[list[str], Line | None]:
    """In which heaps of a post a matter (its id) lies now, and its line; one question for all heaps."""
    have = tabs(by)
    parts = [
        tab.rows(by)
        .order_by()
        .filter(**{"pk" if tab.rows(by).model is Matter else "matter": matter})
        .values_list(Value(n), Cast("pk", CharField()))
        for n, tab in enumerate(have)
    ]
    if not parts:
        return [], None
    found = sorted({n for n, _pk in (parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0])})
    if not found:
        return [], None
    m = Matter.objects.select_related("lead").get(pk=matter)
    own = Order.objects.filter(matter=m, body=by.body).exclude(state=WITHDRAWN).first() if by.body else None
    return [have[n].code for n in found], Line(m, order=own)


def _rows(by: Actor, wanted: Wanted) -> tuple[QuerySet[Any], str, bool]:
    """The rows of a heap narrowed down, the column they stand in order of, and whether the newest stands first."""
    have = tabs(by)
    tab = next((tab for tab in have if tab.code == wanted.tab), None) if wanted.tab else next(iter(have), None)
    if tab is None:
        raise NotFound
    rows = tab.rows(by)
    at = "" if rows.model is Matter else "matter__"
    moment = "reported_at" if rows.model is Matter else "sent_at" if rows.model is Order else "due_on"
    rows = _narrowed(rows, at, wanted)
    if tab.code == "finished" and not wanted.number.strip():
        rows = rows.filter(sent_at__gte=clock.now() - FED_BACK)
    pressing = wanted.sort == "due" or wanted.overdue or wanted.due is not None or tab.pressing
    if pressing and rows.model is not Check and tab.code != "finished":
        return rows.filter(**{f"{at}state__in": OPEN, f"{at}due_at__isnull": False}), f"{at}due_at", False
    return rows, moment, rows.model is not Check


def _line(row: Any) -> Line:
    if isinstance(row, Order):
        return Line(row.matter, order=row)
    return Line(row.matter, check=row) if isinstance(row, Check) else Line(row)


def _narrowed(rows: QuerySet[Any], at: str, wanted: Wanted) -> QuerySet[Any]:
    for name in ("state", "kind", "channel", "urgency", "colour"):
        if value := getattr(wanted, name):
            rows = rows.filter(**{f"{at}{name}": value})
    if wanted.town:
        town = areas.tree().by_code.get(wanted.town)
        rows = rows.filter(**{f"{at}town": town.pk if town else None})
    if wanted.lead:
        lead = bodies.directory().by_code.get(wanted.lead)
        rows = rows.filter(**{f"{at}lead": lead.pk if lead else None})
    if wanted.overdue:
        rows = rows.filter(**{f"{at}due_at__lt": clock.now()})
    if wanted.due is not None:
        rows = rows.filter(**{f"{at}due_at__lt": _midnight(wanted.due + timedelta(days=1))})
    if wanted.begin is not None:
        rows = rows.filter(**{f"{at}reported_at__gte": _midnight(wanted.begin)})
    if wanted.end is not None:
        rows = rows.filter(**{f"{at}reported_at__lt": _midnight(wanted.end + timedelta(days=1))})
    if wanted.photos:
        rows = rows.filter(Exists(Attachment.objects.filter(matter=OuterRef(f"{at}pk"))))
    if wanted.voices > 0:
        rows = rows.filter(**{f"{at}voices__gt": 0, f"{at}voices__gte": wanted.voices})
    if wanted.still > 0:
        rows = heaps.still(rows, at, wanted.still)
    return rows.filter(_numbered(rows.model, at, wanted.number.strip())) if wanted.number.strip() else rows


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.TZ)


def _numbered(model: type[Any], at: str, number: str) -> Q:
    """A number begins with the day of the report; so its beginning is a span of time, which every index knows.

    Orders are sent within a while after the report; one that was sent later is found by the whole number.
    """
    day, _, serial = number.partition("-")
    if not day.isdecimal() or len(day) > 6 or (serial and len(day) != 6):
        return Q(**{f"{at}channel__in": list(registry.channels()), f"{at}source_ref": number})
    try:
        first, last = (date(*_day(day, edge)) for edge in ("0", "9"))
    except ValueError:
        return Q(pk__in=[])
    begin, end = (datetime.combine(each, time(), clock.TZ) for each in (first, last + timedelta(days=1)))
    span = Q(**{f"{at}reported_at__gte": begin, f"{at}reported_at__lt": end})
    if serial:
        return span & Q(**{f"{at}number__startswith": f"{day}-{serial.partition('-')[0]}"})
    return span & Q(sent_at__gte=begin, sent_at__lt=end + FED_BACK) if model is Order else span


def _day(digits: str, edge: str) -> tuple[int, int, int]:
    """The first or last day whose number begins with these digits (yymmdd). Raises ValueError for month 13."""
    least = edge == "0"
    year = 2000 + int(digits[:2].ljust(2, edge))
    months = digits[2:4].ljust(2, edge) if len(digits) > 2 else ("01" if least else "12")
    month = min(max(int(months), 1), 12) if len(digits) < 4 else int(months)
    length = monthrange(year, month)[1]
    given = digits[4:6]
    day = (1 if least else length) if not given else int(given.ljust(2, edge))
    return year, month, min(max(day, 1), length) if len(given) < 2 else day


def _mark(row: Any, moment: str) -> str:
    value = reduce(getattr, moment.split("__"), row)
    return f"{value.isoformat()}~{row.pk}"


def _after(rows: QuerySet[Any], moment: str, newest: bool, mark: str) -> QuerySet[Any]:
    said, _, pk = mark.partition("~")
    try:
        value, key = (date if rows.model is Check else datetime).fromisoformat(said), int(pk)
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ValueError(said)
    except ValueError:
        raise BadInput(fields={"after": mark[:40]}) from None
    way = "lt" if newest else "gt"
    beyond = Q(**{f"{moment}__{way}": value}) | Q(**{f"pk__{way}": key})
    return rows.filter(beyond, **{f"{moment}__{way}e": value})  # the plain bound is what an index can begin at


def running(lines: Sequence[Line]) -> dict[int, list[Clock]]:
    """What runs for the lines of a page, by matter: the clocks of the order, else those of the whole; one question."""
    found: dict[int, list[Clock]] = {line.matter.pk: [] for line in lines}
    orders = [line.order.pk for line in lines if line.order is not None]
    own = Q(order__in=orders) if orders else Q(order=None)
    for each in Clock.objects.filter(own, matter__in=list(found), stopped_at=None):
        found[each.matter_id].append(each)
    return found


def arrivals(by: Actor) -> list[int]:
    """How many matters came in today, by hour of the city's day (24 numbers); of the newest 2,000 only."""
    begin = datetime.combine(areas.today(), time(), clock.TZ)
    newest = matters(by).filter(reported_at__gte=begin).order_by("-reported_at").values("reported_at")[:2000]
    rows, params = newest.query.sql_with_params()
    hour = f"extract(hour FROM reported_at AT TIME ZONE '{clock.TZ.key}')::int"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {hour}, count(*) FROM ({rows}) AS newest GROUP BY 1", params)
        hours = dict(cursor.fetchall())
    return [hours.get(each, 0) for each in range(24)]
