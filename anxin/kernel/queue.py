"""What waits for a post: the heaps on its desk, page by page, in a number of questions that does not grow.

Rows come from `access` only. Each heap reads along one index, newest first or most urgent first; where a page ends is
remembered by a key, and nothing is counted beyond a hundred.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, Value

from anxin.kernel import areas, clock, registry
from anxin.kernel.access import AREAWORK, BODYWORK, CITYWIDE, STEERING, VERBS, matters, scope_of
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import BadInput, NotFound
from anxin.kernel.matters import CLOSED, FINISHED, OPEN, REPLIED, REPORTED, Matter
from anxin.kernel.orders import FINISHED as DONE
from anxin.kernel.orders import RETURNING, SENT, SIGNED, Check, Clock, Order

PAGE = 50
"""Lines of one page of the queue."""
CHECKED = timedelta(days=62)
"""How long a look that fell due stays on the heap; afterwards it stands with its matter only."""
FED_BACK = timedelta(days=90)
"""How long an order that is done stays on the heap; older ones are found by their number."""
MANY = 100
"""Counting stops here: how many more there are takes time and changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the reader of a queue asks for; empty means all.

    `town` is the code of a town, `number` the beginning of a number (the day: 26, 2611, 261124) or the number another
    platform gave it, `sort` "new" (newest first) or "due" (most urgent first), `after` where the last page ended.
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
    sort: str = "new"
    after: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a queue: the matter, and the order or the check that brings it here."""

    matter: Matter
    order: Order | None = None
    check: Check | None = None


@dataclass(frozen=True, slots=True)
class Tab:
    """One heap on the desk: who has it, its rows (matters, orders or checks), and whether it is worth counting."""

    code: str
    title: str
    roles: frozenset[str]
    rows: Callable[[Actor], QuerySet[Any]]
    counted: bool = True


def _own(*states: str) -> Callable[[Actor], QuerySet[Any]]:
    return lambda by: (
        Order.objects.filter(body=by.body, state__in=states)
        if len(states) > 1
        else (Order.objects.filter(body=by.body, state=states[0]))
    )


def _lately() -> tuple[date, date]:
    return areas.today() - CHECKED, areas.today()


def _within(by: Actor, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Orders or checks of matters the post may see."""
    scope = scope_of(by)
    if scope is None:
        return rows.filter(matter__lead=by.body)
    return rows.filter(**{f"matter__{name}": value for name, value in scope.items()})


TABS = (
    Tab("sign", "待签收", BODYWORK, _own(SENT)),
    Tab("hand", "办理中", BODYWORK, _own(SIGNED)),
    Tab("answer", "待我答复", BODYWORK, lambda by: Matter.objects.filter(lead=by.body, state=FINISHED)),
    Tab("dispatch", "待派单", STEERING, lambda by: matters(by).filter(state=REPORTED)),
    Tab("reply", "待答复", frozenset({"seat"}), lambda by: matters(by).filter(state=FINISHED)),
    Tab("callback", "待回访", frozenset({"callback"}), lambda by: matters(by).filter(state=REPLIED, solved=None)),
    Tab(
        "returns",
        "退件待裁定",
        VERBS["decide_hand_back"],
        lambda by: _within(by, Order.objects.filter(state=RETURNING)),
    ),
    Tab(
        "extensions",
        "延期待审批",
        VERBS["decide_more_time"],
        lambda by: _within(by, Order.objects.filter(state=SIGNED, more_asked__gt=0, more_granted=0)),
    ),
    Tab("close", "待归档", VERBS["close"], lambda by: matters(by).filter(state=REPLIED, solved__isnull=False)),
    Tab(
        "track",
        "到期跟踪",
        VERBS["track"],
        lambda by: _within(by, Check.objects.filter(done_at=None, due_on__range=_lately(), matter__state=CLOSED)),
        counted=False,
    ),
    Tab("returned", "退件审核中", BODYWORK, _own(RETURNING)),
    Tab("finished", "已反馈", BODYWORK, _own(DONE), counted=False),
    Tab("open", "辖区在办", AREAWORK | CITYWIDE | {"operator"}, lambda by: matters(by).filter(state__in=OPEN)),
    Tab("all", "全部事项", AREAWORK | CITYWIDE | {"operator", "channel"}, matters, counted=False),
)


def tabs(by: Actor) -> list[Tab]:
    """The heaps on the desk of a post, what waits for it first."""
    return [tab for tab in TABS if by.role in tab.roles]


def waiting(by: Actor) -> dict[str, int]:
    """How much is in each heap that is quickly counted, up to `MANY`: one question for all."""
    todo = [tab for tab in tabs(by) if tab.counted]
    if not todo:
        return {}
    parts = [tab.rows(by).order_by().values_list(Value(place), flat=True)[:MANY] for place, tab in enumerate(todo)]
    found = Counter(parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0])
    return {tab.code: found[place] for place, tab in enumerate(todo)}


def page(by: Actor, wanted: Wanted) -> tuple[list[Line], str]:
    """A page of a heap, in one question, and where the next page begins (empty: there is none).

    A heap the post does not have is NotFound; a broken `after` BadInput.
    """
    have = tabs(by)
    tab = next((tab for tab in have if tab.code == wanted.tab), None) if wanted.tab else next(iter(have), None)
    if tab is None:
        raise NotFound
    rows = tab.rows(by)
    if rows.model is Matter:
        at, moment, newest = "", "reported_at", True
    else:
        at, newest = "matter__", rows.model is Order
        moment = "sent_at" if newest else "due_on"
        rows = rows.select_related("matter", "matter__lead")
    rows = _narrowed(rows, at, wanted)
    if tab.code == "finished" and not wanted.number.strip():
        rows = rows.filter(sent_at__gte=clock.now() - FED_BACK)
    if (wanted.sort == "due" or wanted.overdue) and rows.model is not Check and tab.code != "finished":
        rows, moment, newest = (
            rows.filter(**{f"{at}state__in": OPEN, f"{at}due_at__isnull": False}),
            f"{at}due_at",
            False,
        )
    if wanted.after:
        rows = _after(rows, moment, newest, wanted.after)
    sign = "-" if newest else ""
    if rows.model is Matter:
        rows = rows.select_related("lead")
    found = list(rows.order_by(f"{sign}{moment}", f"{sign}pk")[: PAGE + 1])
    after = _mark(found[PAGE - 1], moment) if len(found) > PAGE else ""
    return [_line(row) for row in found[:PAGE]], after


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
    if wanted.overdue:
        rows = rows.filter(**{f"{at}due_at__lt": clock.now()})
    return rows.filter(_numbered(rows.model, at, wanted.number.strip())) if wanted.number.strip() else rows


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
