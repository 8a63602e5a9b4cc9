"""The indicators of one-key requests, counted from the journal; each with both readings where two are in use.

Source of the definitions: field guide 2.8. Facts come from entries alone; tables give the dimensions (county, town,
kind, which calls came from one number). A period is [since, until); what is known at `asof` (now) counts. Each reading
is given with and without the matters a third party has decided to leave out (unreasonable, not ours, unreachable,
malicious). Refused and merged matters count as calls, not as matters to be closed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from django.db import connection

from anxin.kernel import clock, registry
from anxin.kernel.matters import LEVELS
from anxin.kernel.registry import Figure
from anxin.programmes.onekey.rules import GRANTED, REPEAT

By: TypeAlias = Literal["county", "town", "kind"] | None
REPEAT_TARGET = 0.14
"""At most so many calls should be repeated. Source: Jiaxing social-emergency linkage bulletin [S45]."""
CONNECT_TARGET = 0.95
"""At least so many calls should be connected within 24 hours. Source: GB/T 33358-2016 [S41]."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One way to read an indicator: `part` of `whole` (matters), and the same without what is left out.

    `value` is the share (0 to 1), or hours for a median, where `part` is None; None where there is nothing to count.
    """

    code: str
    title: str
    title_en: str
    value: float | None
    part: int | None
    whole: int
    value_without: float | None
    part_without: int | None
    whole_without: int


@dataclass(frozen=True, kw_only=True)
class Row:
    """An indicator for the whole city (`key` "") or for one county, town or kind."""

    key: str
    title: str
    readings: tuple[Reading, ...]

    def reading(self, code: str) -> Reading:
        """The reading with this code."""
        return next(each for each in self.readings if each.code == code)


@dataclass(frozen=True, kw_only=True)
class Way:
    """How a reading is counted: conditions on a matter's life in SQL.

    `median` is an expression in hours instead; with `weighed`, whole and part are numbers to be added up.
    """

    code: str
    title: str
    title_en: str
    whole: str
    part: str = ""
    median: str = ""
    weighed: bool = False


# What is read of a life: expression over a matter's entries, and the verbs it needs.
_DUE = ("report", "resume", "decide_more_time", "warn", "reclassify", "reopen", "unmerge")
_VERBS_WITH_DUE = ", ".join(f"'{verb}'" for verb in _DUE)
_LAST = "substr(max(lpad(e.seq::text, 6, '0') || ({value})) FILTER (WHERE {where}), 7)"
_IN = "e.at >= %(since)s AND e.at < %(until)s"
_COLUMNS: dict[str, tuple[str, tuple[str, ...]]] = {
    "received_at": ("min(e.at) FILTER (WHERE e.verb = 'report')", ("report",)),
    "excluded": (
        "coalesce(bool_or(e.verb = 'note' AND e.data #>> '{facts,about}' = %(granted)s), false)",
        ("note",),
    ),
    "dropped": (
        "coalesce(bool_or(e.verb = 'refuse'), false) OR coalesce(max(e.seq) FILTER (WHERE e.verb = 'merge'), 0)"
        " > coalesce(max(e.seq) FILTER (WHERE e.verb = 'unmerge'), 0)",
        ("refuse", "merge", "unmerge"),
    ),
    "closed_at": (
        "CASE WHEN max(e.seq) FILTER (WHERE e.verb = 'close')"
        " > coalesce(max(e.seq) FILTER (WHERE e.verb = 'reopen'), 0)"
        " THEN max(e.at) FILTER (WHERE e.verb = 'close') END",
        ("close", "reopen"),
    ),
    "first_closed_at": ("min(e.at) FILTER (WHERE e.verb = 'close')", ("close",)),
    "first_reopened_at": ("min(e.at) FILTER (WHERE e.verb = 'reopen')", ("reopen",)),
    "due_at": (
        _LAST.format(value="e.data #>> '{set,m,due_at}'", where=f"e.verb IN ({_VERBS_WITH_DUE})") + "::timestamptz",
        _DUE,
    ),
    "finished_at": (
        "max(e.at) FILTER (WHERE e.verb = 'finish' AND e.data #>> '{moves,m,1}' = 'finished')",
        ("finish",),
    ),
    "dispatched_at": ("min(e.at) FILTER (WHERE e.verb = 'dispatch')", ("dispatch",)),
    "asked": (f"coalesce(bool_or(e.verb = 'call_back' AND {_IN}), false)", ("call_back",)),
    "reached": (
        f"coalesce(bool_or(e.verb = 'call_back' AND {_IN} AND e.data #>> '{{facts,reached}}' = 'true'), false)",
        ("call_back",),
    ),
    "solved": (
        _LAST.format(value="e.data #>> '{set,m,solved}'", where=f"e.verb = 'call_back' AND {_IN}"),
        ("call_back",),
    ),
    "satisfied": (
        _LAST.format(value="e.data #>> '{set,m,satisfied}'", where=f"e.verb = 'call_back' AND {_IN}"),
        ("call_back",),
    ),
}
_DIMENSIONS: dict[By, tuple[str, str]] = {
    None: ("'', ''", ""),
    "county": ("coalesce(a.code, ''), coalesce(a.name, '')", "LEFT JOIN kernel_area a ON a.id = m.county_id"),
    "town": ("coalesce(a.code, ''), coalesce(a.name, '')", "LEFT JOIN kernel_area a ON a.id = m.town_id"),
    "kind": ("m.kind, ''", ""),
}
_MATTERS = "(SELECT id, number, kind, level, county_id, town_id FROM kernel_matter) m"
RECEIVED = "received_at >= %(since)s AND received_at < %(until)s"
DUE = "NOT dropped AND due_at >= %(since)s AND due_at < %(until)s"
CLOSED = "NOT dropped AND closed_at >= %(since)s AND closed_at < %(until)s"
FIRST_CLOSED = "first_closed_at >= %(since)s AND first_closed_at < %(until)s"


def _life(columns: Iterable[str]) -> str:
    """The scan of the journal: one row a matter with the columns asked for."""
    wanted = ["received_at", "excluded", *columns]
    verbs = sorted({verb for name in wanted for verb in _COLUMNS[name][1]})
    shown = ", ".join(f"{_COLUMNS[name][0]} AS {name}" for name in wanted)
    listed = ", ".join(f"'{verb}'" for verb in verbs)
    return (
        f"SELECT e.matter_id, {shown} FROM kernel_entry e"
        f" WHERE e.verb IN ({listed}) AND e.at <= %(asof)s GROUP BY e.matter_id"
    )


def _count(
    since: datetime,
    until: datetime,
    by: By,
    asof: datetime | None,
    ways: Sequence[Way],
    columns: Sequence[str],
    extra: str = "",
    joins: str = "",
) -> list[Row]:
    """Count the ways over the lives; `extra` are further named queries, `joins` how they meet a life."""
    moment = asof or clock.now()
    keys, dimension = _DIMENSIONS[by]
    counted = ", ".join(_counters(way) for way in ways)
    query = (
        f"WITH life AS MATERIALIZED ({_life(columns)}){extra}"
        f" SELECT {keys}, {counted} FROM life JOIN {_MATTERS} ON m.id = life.matter_id {joins} {dimension}"
        " WHERE starts_with(m.kind, 'onekey.') GROUP BY 1, 2 ORDER BY 1"
    )
    values: dict[str, Any] = {
        "since": since,
        "until": until,
        "asof": moment,
        "granted": GRANTED,
        "repeat": REPEAT,
        "nearest": _span("repeat.from", moment),
        "farthest": _span("repeat.until", moment),
        "watch": timedelta(days=registry.rule("first.time", moment).limit.amount),
    }
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        found = cursor.fetchall()
    rows = [_row(by, counts, ways) for counts in found]
    return [row for row in rows if any(reading.whole for reading in row.readings)] or (
        [] if by else [_row(None, ("", "", *(0, None, 0, None) * len(ways)), ways)]
    )


def _span(code: str, moment: datetime) -> timedelta:
    span = registry.rule(code, moment).limit.span
    assert span is not None, f"{code} is a span of minutes or hours"
    return span


def _counters(way: Way) -> str:
    """Whole and part (or median) in SQL, of all and of what is not left out."""
    columns = []
    if way.weighed:
        sums = [f"coalesce(sum({what}) FILTER (WHERE {{}}), 0)::bigint" for what in (way.whole, way.part)]
        return ", ".join(each.format(which) for which in ("true", "NOT excluded") for each in sums)
    for whole in (f"({way.whole})", f"({way.whole}) AND NOT excluded"):
        columns.append(f"count(*) FILTER (WHERE {whole})")
        if way.median:
            columns.append(f"percentile_cont(0.5) WITHIN GROUP (ORDER BY {way.median}) FILTER (WHERE {whole})")
        else:
            columns.append(f"count(*) FILTER (WHERE {whole} AND ({way.part}))")
    return ", ".join(columns)


def _row(by: By, counts: Sequence[Any], ways: Sequence[Way]) -> Row:
    key, title = counts[0], counts[1]
    readings = []
    for place, way in enumerate(ways):
        whole, found, whole_without, found_without = counts[2 + 4 * place : 6 + 4 * place]
        readings.append(
            Reading(
                code=way.code,
                title=way.title,
                title_en=way.title_en,
                whole=whole,
                whole_without=whole_without,
                part=None if way.median else found or 0,
                part_without=None if way.median else found_without or 0,
                value=_value(way, found, whole),
                value_without=_value(way, found_without, whole_without),
            )
        )
    if by == "kind":
        title = registry.kinds()[key].title if key in registry.kinds() else key
    return Row(key=key, title=title or ("全市" if by is None else "未定位"), readings=tuple(readings))


def _value(way: Way, found: Any, whole: int) -> float | None:
    if not whole or found is None:
        return None
    return float(found) if way.median else found / whole


# ---- the indicators ---------------------------------------------------------------------------------------------


def closure(since: datetime, until: datetime, *, by: By = None, asof: datetime | None = None) -> list[Row]:
    """办结率: of the matters received in the period, how many are closed; without those not yet due, or with."""
    closed, kept = "closed_at IS NOT NULL", f"NOT dropped AND {RECEIVED}"
    ways = (
        Way(code="of_received", title="办结数/受理数", title_en="closed/received", whole=kept, part=closed),
        Way(
            code="of_due",
            title="办结数/（受理数−未到期数）",
            title_en="closed/(received - not yet due)",
            whole=f"{kept} AND (closed_at IS NOT NULL OR due_at <= %(asof)s)",
            part=closed,
        ),
    )
    return _count(since, until, by, asof, ways, ("dropped", "closed_at", "due_at"))


def on_time(since: datetime, until: datetime, *, by: By = None, asof: datetime | None = None) -> list[Row]:
    """按时办结率: of what was due in the period, how much was closed by then; and of what was closed, in time."""
    in_time = "closed_at <= due_at"
    ways = (
        Way(code="of_due", title="按时办结数/到期数", title_en="on time/due in period", whole=DUE, part=in_time),
        Way(code="of_closed", title="按时办结数/办结数", title_en="on time/closed", whole=CLOSED, part=in_time),
    )
    return _count(since, until, by, asof, ways, ("dropped", "closed_at", "due_at"))


_CONTACT_CLOCKS = """, ticking AS (
    SELECT e.matter_id, c.key,
           (max(c.value ->> 'due_at'))::timestamptz AS due_at,
           bool_or(e.verb = 'contact' AND c.value ->> 'outcome' = 'met') AS met,
           bool_or(coalesce(c.value ->> 'outcome' = 'cancelled', false)) AS cancelled,
           bool_or(starts_with(c.value ->> 'code', 'contact')) AS is_contact
    FROM kernel_entry e CROSS JOIN LATERAL jsonb_each(e.data -> 'set') c
    WHERE e.verb IN ('dispatch', 'decide_hand_back', 'contact', 'merge', 'refuse') AND e.at <= %(asof)s
      AND starts_with(c.key, 'c') AND starts_with(coalesce(c.value ->> 'code', 'contact'), 'contact')
    GROUP BY 1, 2
), limits AS (
    SELECT matter_id, bool_or(met) AS contacted,
           count(*) FILTER (WHERE NOT cancelled AND due_at >= %(since)s AND due_at < %(until)s) AS due,
           count(*) FILTER (WHERE met AND due_at >= %(since)s AND due_at < %(until)s) AS met
    FROM ticking WHERE is_contact GROUP BY 1
)"""


def response(since: datetime, until: datetime, *, by: By = None, asof: datetime | None = None) -> list[Row]:
    """响应率: of the matters dispatched, how many had the person contacted within the limit; and of the limits due.

    The second reading counts limits, not matters: a matter that went to a second lead has two.
    """
    ways = (
        Way(
            code="of_dispatched",
            title="时限内联系数/派单数",
            title_en="contacted in time/dispatched",
            whole="NOT dropped AND dispatched_at >= %(since)s AND dispatched_at < %(until)s",
            part="limits.contacted",
        ),
        Way(
            code="of_limits",
            title="时限内联系数/到期联系时限数",
            title_en="in time/contact limits due",
            whole="limits.due",
            part="limits.met",
            weighed=True,
        ),
    )
    joins = "LEFT JOIN limits ON limits.matter_id = life.matter_id"
    return _count(since, until, by, asof, ways, ("dropped", "dispatched_at"), _CONTACT_CLOCKS, joins)


def solved(since: datetime, until: datetime, *, by: By = None, asof: datetime | None = None) -> list[Row]:
    """解决率: of the matters called back in the period and reached, how many are solved; and of all called back."""
    ways = (
        Way(
            code="of_reached", title="已解决/接通数", title_en="solved/reached", whole="reached", part="solved = 'true'"
        ),
        Way(
            code="of_asked", title="已解决/回访数", title_en="solved/called back", whole="asked", part="solved = 'true'"
        ),
    )
    return _count(since, until, by, asof, ways, ("asked", "reached", "solved"))


def satisfied(since: datetime, until: datetime, *, by: By = None, asof: datetime | None = None) -> list[Row]:
    """满意率: of the valid answers in the period, how many are satisfied or fairly so; and how many are satisfied."""
    valid = "satisfied <> ''"
    ways = (
        Way(
            code="satisfied_and_fairly",
            title="（满意+基本满意）/有效评价",
            title_en="(satisfied + fairly)/valid answers",
            whole=valid,
            part="satisfied IN ('satisfied', 'fairly')",
        ),
        Way(
            code="satisfied_only",
            title="满意/有效评价",
            title_en="satisfied/valid answers",
            whole=valid,
            part="satisfied = 'satisfied'",
        ),
    )
    return _count(since, until, by, asof, ways, ("satisfied",))


_LINKS = """, link AS (
    SELECT (e.data #>> '{set,m,of_id}')::bigint AS earlier, e.matter_id AS later
    FROM kernel_entry e
    WHERE e.verb IN ('report', 'merge') AND e.at <= %(asof)s AND e.data #> '{set,m}' ? 'of_id'
    UNION
    SELECT (e.data #>> '{facts,earlier}')::bigint, e.matter_id
    FROM kernel_entry e
    WHERE e.verb = 'note' AND e.at <= %(asof)s AND e.data #>> '{facts,about}' = %(repeat)s
), again AS (
    SELECT DISTINCT link.earlier AS matter_id
    FROM link JOIN life one ON one.matter_id = link.earlier JOIN life other ON other.matter_id = link.later
    WHERE other.received_at > one.first_closed_at AND other.received_at <= one.first_closed_at + %(watch)s
)"""


def first_time(since: datetime, until: datetime, *, by: By = None, asof: datetime | None = None) -> list[Row]:
    """一次性化解率: of what was closed in the period (first closing), how much was neither reopened nor came back.

    Came back: a matter reported within 30 days (rule first.time) that was linked to it, merged into it or noted as a
    repeat. The second reading leaves out what is not yet 30 days closed.
    """
    good = "(first_reopened_at IS NULL OR first_reopened_at > first_closed_at + %(watch)s) AND again.matter_id IS NULL"
    ways = (
        Way(
            code="of_closed",
            title="一次性化解数/办结数",
            title_en="settled at once/closed",
            whole=FIRST_CLOSED,
            part=good,
        ),
        Way(
            code="of_watched",
            title="一次性化解数/办结且观察期满数",
            title_en="settled at once/closed and watched to the end",
            whole=f"{FIRST_CLOSED} AND first_closed_at + %(watch)s <= %(asof)s",
            part=good,
        ),
    )
    columns = ("first_closed_at", "first_reopened_at")
    return _count(since, until, by, asof, ways, columns, _LINKS, "LEFT JOIN again ON again.matter_id = life.matter_id")


_CALLS = """, called AS (
    SELECT life.matter_id, p.phone_mark IS NOT NULL AS is_known,
           p.phone_mark IS NOT NULL AND count(*) OVER (
             PARTITION BY p.phone_mark ORDER BY life.received_at
             RANGE BETWEEN %(nearest)s FOLLOWING AND %(farthest)s FOLLOWING) > 0 AS is_repeated
    FROM life JOIN kernel_matter n ON n.id = life.matter_id LEFT JOIN kernel_person p ON p.token = n.person_id
), hinted AS (
    SELECT DISTINCT (e.data #>> '{facts,earlier}')::bigint AS matter_id
    FROM kernel_entry e
    WHERE e.verb = 'note' AND e.at <= %(asof)s AND e.data #>> '{facts,about}' = %(repeat)s
)"""


def repeated(since: datetime, until: datetime, *, by: By = None, asof: datetime | None = None) -> list[Row]:
    """重复报警率: of the calls of the period, after how many the same number called again in 8 min to 72 h.

    Counted on the earlier call: who handled that is asked why. Target at most 14 % [S45]. The second reading leaves
    out calls without a number. Numbers that have been erased since count where the journal holds the hint.
    """
    again = "is_repeated OR hinted.matter_id IS NOT NULL"
    ways = (
        Way(code="of_received", title="重复/全部来件", title_en="repeated/all calls", whole=RECEIVED, part=again),
        Way(
            code="of_known",
            title="重复/留有号码的来件",
            title_en="repeated/calls with a number",
            whole=f"{RECEIVED} AND (is_known OR hinted.matter_id IS NOT NULL)",
            part=again,
        ),
    )
    joins = "JOIN called ON called.matter_id = life.matter_id LEFT JOIN hinted ON hinted.matter_id = life.matter_id"
    return _count(since, until, by, asof, ways, (), _CALLS, joins)


def hours(since: datetime, until: datetime, *, by: By = None, asof: datetime | None = None) -> list[Row]:
    """办结时长中位数, in hours by the clock: from the report to the closing, and to the lead's result."""
    spent = "extract(epoch FROM {} - received_at)::float8 / 3600"
    ways = (
        Way(
            code="to_close",
            title="受理至归档（小时）",
            title_en="report to closing (hours)",
            whole=CLOSED,
            median=spent.format("closed_at"),
        ),
        Way(
            code="to_result",
            title="受理至主办反馈（小时）",
            title_en="report to the lead's result (hours)",
            whole=f"{CLOSED} AND finished_at IS NOT NULL",
            median=spent.format("finished_at"),
        ),
    )
    return _count(since, until, by, asof, ways, ("dropped", "closed_at", "finished_at"))


Compute: TypeAlias = Callable[..., list[Row]]


def _figure(code: str, title: str, title_en: str, unit: str, source: str, compute: Compute) -> Figure:
    return Figure(code=f"onekey.{code}", title=title, title_en=title_en, unit=unit, source=source, compute=compute)


FIGURES: tuple[Figure, ...] = (
    _figure("closure", "办结率", "Closure rate", "share", "指南2.8", closure),
    _figure("on_time", "按时办结率", "On-time closure rate", "share", "指南2.8", on_time),
    _figure("response", "响应率", "Response rate", "share", "指南2.8（北京“三率”S44）", response),
    _figure("solved", "解决率", "Solved rate", "share", "指南2.8（北京“三率”S44）", solved),
    _figure("satisfied", "满意率", "Satisfaction rate", "share", "指南2.8（北京“三率”S44）", satisfied),
    _figure(
        "first_time", "一次性化解率", "First-time resolution rate", "share", "指南2.8；30日为默认[INF]", first_time
    ),
    _figure("repeated", "重复报警率", "Repeat-call rate", "share", "嘉兴市社会应急联动通报S45", repeated),
    _figure("hours", "办结时长中位数", "Median hours to close", "hours", "本项目[INF]", hours),
)
"""The indicators this programme offers."""


# ---- what is still open -----------------------------------------------------------------------------------------

AGES = (5, 15, 30)
"""Days at which the ages of open matters are parted. Default of the project [INF]."""


@dataclass(frozen=True, kw_only=True)
class Unresolved:
    """What is open of the matters received in a period: how many overdue and not yet due, by level and age in days."""

    received: int
    open: int
    overdue: int
    not_due: int
    by_level: dict[str, int]
    by_age: dict[str, int]
    numbers: tuple[str, ...]


def unresolved(since: datetime, until: datetime, *, asof: datetime | None = None) -> Unresolved:
    """What is open of a period's matters, oldest first, from the journal; levels in words. Source: guide 14, F15."""
    moment = asof or clock.now()
    query = (
        f"WITH life AS MATERIALIZED ({_life(('dropped', 'closed_at', 'due_at'))})"
        f" SELECT m.number, m.level, received_at, due_at FROM life JOIN {_MATTERS} ON m.id = life.matter_id"
        f" WHERE starts_with(m.kind, 'onekey.') AND NOT dropped AND closed_at IS NULL AND {RECEIVED}"
        " ORDER BY received_at, m.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, {"since": since, "until": until, "asof": moment, "granted": GRANTED})
        found = cursor.fetchall()
    overdue = sum(due <= moment for _, _, _, due in found)
    return Unresolved(
        received=closure(since, until, asof=moment)[0].reading("of_received").whole,
        open=len(found),
        overdue=overdue,
        not_due=len(found) - overdue,
        by_level={title: n for level, title in LEVELS.items() if (n := sum(row[1] == level for row in found))},
        by_age=_ages((moment - row[2]).days for row in found),
        numbers=tuple(row[0] for row in found),
    )


def _ages(days: Iterable[int]) -> dict[str, int]:
    edges = (0, *AGES)
    counted = dict.fromkeys(edges, 0)
    for age in days:
        counted[max(edge for edge in edges if edge <= age)] += 1
    tops = (*(f"-{top}" for top in AGES), "+")
    return {f"{edge}{top}": counted[edge] for edge, top in zip(edges, tops, strict=True)}


def open_range(received: int, percent: str) -> tuple[int, int]:
    """How many matters may be open when a closure rate is published as `percent` ("99.9"), rounded half up.

    138,462 at 99.9 %: 70 to 207 (guide 14, F15, gives 69 to 207: 69.2 is the edge itself).
    """
    shown = Decimal(percent)
    half = Decimal(1).scaleb(int(shown.as_tuple().exponent)) / 2
    whole = Decimal(received) / 100
    most = (100 - (shown - half)) * whole
    least = (100 - (shown + half)) * whole
    return max(0, int(least) + 1), int(most)


def agrees(found: Unresolved, percent: str) -> bool:
    """The oracle of F15: the open matters fit the published rate, and the two definitions fit the count by hand."""
    least, most = open_range(found.received, percent)
    return least <= found.open <= most and found.overdue + found.not_due == found.open == len(found.numbers)
