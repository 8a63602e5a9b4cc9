"""Matters as lives that warning rules can be laid over, read for all towns at once or for one town's past."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from anxin.kernel.matters import OPEN
from anxin.programmes.situation.rules import platforms
from anxin.programmes.situation.rules.language import Condition, Rule
from anxin.programmes.situation.rules.reckoning import WEEK, History, Life, spot_of_address
from anxin.programmes.situation.rules.usual import WEEKS

_COLUMNS = """m.id, m.town_id, m.village_id, m.grid_id, m.kind, m.channel, m.urgency, m.address, m.reported_at,
    m.due_at, m.closed_at, m.state"""


def window(rules: Sequence[Rule]) -> timedelta:
    """How far back arrivals must be known for some rules to be asked about now."""
    spans = [
        condition.span.length
        for rule in rules
        for condition in rule.conditions
        if condition.quantity == "arrived" and condition.span is not None
    ]
    return max(spans, default=timedelta(0))


def now(moment: datetime, back: timedelta, *, town: int | None = None) -> dict[int, list[Life]]:
    """Town -> lives that count now: all that is open, and what came in within `back`. Two questions for the city."""
    rows = _rows("m.state = ANY(%s) OR m.reported_at > %s", [list(OPEN), moment - back], town)
    return _lives([row for row in rows if row[1] is not None])


def past(town: int, since: datetime, until: datetime, back: timedelta) -> list[Life]:
    """The lives of a town that touched a stretch of time; one that was merged or refused ends where it is known to."""
    rows = _rows(
        "m.reported_at <= %s AND (m.closed_at IS NULL OR m.closed_at >= %s OR m.reported_at >= %s)",
        [until, since, since - back],
        town,
    )
    return _lives(rows).get(town, [])


def _rows(where: str, params: list[Any], town: int | None) -> list[tuple[Any, ...]]:
    only, more = (" AND m.town_id = %s", [town]) if town is not None else ("", [])
    with connection.cursor() as cursor:
        if where.startswith("m.state"):  # two parts, each along its own index
            first, second = where.split(" OR ")
            states, since = params
            cursor.execute(
                f"SELECT {_COLUMNS} FROM kernel_matter m WHERE {first.replace('ANY(%s)', _listed(states))}{only}"
                f" UNION SELECT {_COLUMNS} FROM kernel_matter m WHERE {second}{only}",
                [*more, since, *more],
            )
        else:
            cursor.execute(f"SELECT {_COLUMNS} FROM kernel_matter m WHERE ({where}){only}", [*params, *more])
        return list(cursor.fetchall())


def _listed(states: Sequence[str]) -> str:
    """The states written out, so that the index over open matters is seen to fit."""
    return "ANY(ARRAY[" + ", ".join(f"'{each}'" for each in states) + "])"


def _lives(rows: list[tuple[Any, ...]]) -> dict[int, list[Life]]:
    sent: dict[int, list[tuple[datetime, datetime | None]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT matter_id, sent_at, coalesce(signed_at, CASE WHEN state = 'sent' THEN NULL ELSE sent_at END)"
            " FROM kernel_order WHERE matter_id = ANY(%s)",
            [[row[0] for row in rows]],
        )
        for matter, at, signed in cursor.fetchall():
            sent.setdefault(matter, []).append((at, signed))
    plan = platforms.plan()
    found: dict[int, list[Life]] = {}
    for pk, town, village, grid, kind, channel, urgency, address, reported, due, closed, state in rows:
        at = {
            "village": str(village) if village else "", "grid": str(grid) if grid else "", "kind": kind,
            "channel": channel, "platform": plan.of(kind), "address": spot_of_address(address),
        }  # fmt: skip
        ended = closed if closed is not None or state in OPEN else reported  # merged: counted where it went
        found.setdefault(town, []).append(
            Life(
                matter=pk, reported=reported, ended=ended, due=due, urgency=urgency, at=at,
                sent=tuple(sent.get(pk, ())),
            )
        )  # fmt: skip
    return found


def history(town: int, until: datetime) -> History:
    """Answers which moments of the past weeks a spot of a town had arrivals at; read once for all spots."""
    read: dict[timedelta, list[tuple[Any, ...]]] = {}

    def rows(since: datetime) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT reported_at, village_id, grid_id, kind, channel, address FROM kernel_matter"
                " WHERE town_id = %s AND reported_at > %s AND reported_at <= %s ORDER BY reported_at",
                [town, since, until],
            )
            return list(cursor.fetchall())

    def ask(condition: Condition, spot: str) -> Sequence[datetime]:
        span = condition.span.length if condition.span else WEEK
        back = (WEEKS + 5) * WEEK + span
        if back not in read:
            read[back] = rows(until - back)
        fits = _fits(condition, spot)
        return [row[0] for row in read[back] if fits(row)]

    return ask


def _fits(condition: Condition, spot: str) -> Callable[[tuple[Any, ...]], bool]:
    wanted = [*condition.only, *(tuple(part.split(":", 1)) for part in spot.split("|") if part)]
    plan = platforms.plan()

    def fits(row: tuple[Any, ...]) -> bool:
        _, village, grid, kind, channel, address = row
        for sort, code in wanted:
            value = {
                "village": str(village), "grid": str(grid), "kind": kind, "channel": channel,
            }.get(sort)  # fmt: skip
            if sort == "platform":
                value = plan.of(kind)
            elif sort == "address":
                value = spot_of_address(address)
            if value != code:
                return False
        return True

    return fits
