"""How many came in today, hour by hour, against the same weekday and hours of the eight weeks before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection

from anxin.kernel import areas, clock
from anxin.kernel.areas import Area
from anxin.kernel.matters import Matter
from anxin.programmes.situation.figures.kept import kept
from anxin.programmes.situation.rules.usual import WEEKS, Usual, usual

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NONE = (0, 0)
COLUMNS = {"town": "town_id", "county": "county_id", "village": "village_id", "grid": "grid_id"}


def scope(area: Area) -> tuple[str, list[int]]:
    """The condition that keeps to an area, and its parameter; nothing for the whole city."""
    column = COLUMNS.get(area.level)
    return (f" AND m.{column} = %s", [area.pk]) if column else ("", [])


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of a day: what came in (None: not yet), and what is usual."""

    hour: int
    count: int | None
    usual: Usual


@dataclass(frozen=True, slots=True)
class Arrived:
    """What came in between two moments of today, what is usual for that, and the hours one by one."""

    count: int
    usual: Usual
    hours: Sequence[Hour]


def midnight(day: date) -> datetime:
    """The beginning of a day in the city."""
    return datetime.combine(day, time(), clock.TZ)


def spans(begin: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """A stretch of time and the same one in each of the eight weeks before, itself first."""
    return [(begin - timedelta(weeks=week), end - timedelta(weeks=week)) for week in range(WEEKS + 1)]


def known_since(area: Area) -> datetime | None:
    """When the first matter of an area was reported: before that nothing is usual there."""
    within = {area.level: area.pk} if area.level in COLUMNS else {}
    first = Matter.objects.filter(**within).order_by("reported_at").values_list("reported_at", flat=True)
    return kept(("first", area.pk), 600, first.first)


def known_weeks(area: Area, windows: Sequence[tuple[datetime, datetime]]) -> int:
    """How many of these stretches, going back in time, lie on or after the first day on record for an area."""
    first = known_since(area)
    if first is None:
        return 0
    day = clock.local_day(first)
    return sum(1 for begin, _ in windows if clock.local_day(begin) >= day)


def counted(
    area: Area, windows: Sequence[tuple[datetime, datetime]], within: timedelta = timedelta(0)
) -> dict[tuple[int, int], tuple[int, int]]:
    """(which window, which hour of it) -> how many came in, and how many of them so soon after it began (`within`).

    One question, along the index of the area.
    """
    where, params = scope(area)
    values = ", ".join(["(%s::int, %s::timestamptz, %s::timestamptz)"] * len(windows))
    told: list[Any] = [within, *(each for place, (begin, end) in enumerate(windows) for each in (place, begin, end))]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT w.place, floor(extract(epoch FROM m.reported_at - w.begin) / 3600)::int, count(*),"
            " count(*) FILTER (WHERE m.reported_at < w.begin + %s)"
            f" FROM (VALUES {values}) AS w (place, begin, until)"
            " JOIN kernel_matter m ON m.reported_at >= w.begin AND m.reported_at < w.until"
            f"{where} GROUP BY 1, 2",
            [*told, *params],
        )
        return {(place, hour): (count, early) for place, hour, count, early in cursor.fetchall()}


def today(area: Area, moment: datetime) -> Arrived:
    """What came in since midnight, up to a moment, against the same weekday up to the same time of day.

    The hours are whole ones for the weeks before; the running hour of today counts as far as it has got.
    """
    begin = midnight(areas_day(moment))
    windows = spans(begin, begin + DAY)
    weeks = known_weeks(area, windows[1:])
    windows[0] = begin, moment
    found = counted(area, windows, moment - begin)
    hours = []
    running = int((moment - begin) / HOUR)
    for hour in range(24):
        before = [found.get((week, hour), NONE)[0] for week in range(1, weeks + 1)]
        count = found.get((0, hour), NONE)[0] if hour <= running else None
        hours.append(Hour(hour, count, usual(before)))
    so_far = [sum(early for (week, _), (_, early) in found.items() if week == place) for place in range(weeks + 1)]
    return Arrived(sum(n for (week, _), (n, _) in found.items() if week == 0), usual(so_far[1:]), hours)


def between(area: Area, begin: datetime, end: datetime) -> Arrived:
    """What came in between two moments (a night), against the same stretch of the eight weeks before."""
    windows = spans(begin, end)
    found, known = counted(area, windows), known_weeks(area, windows[1:])
    length = -int(-(end - begin) // HOUR)
    hours = [
        Hour(hour, found.get((0, hour), NONE)[0], usual([found.get((w, hour), NONE)[0] for w in range(1, known + 1)]))
        for hour in range(length)
    ]
    weeks = [sum(n for (place, _), (n, _) in found.items() if place == week) for week in range(WEEKS + 1)]
    return Arrived(weeks[0], usual(weeks[1 : known + 1]), hours)


def areas_day(moment: datetime) -> date:
    """The day of a moment in the city."""
    return clock.local_day(moment)


def below(area: Area, moment: datetime) -> dict[int, tuple[int, Usual]]:
    """For each county of a city, or town of a county: what came in today, and what is usual up to this time."""
    column = "county_id" if area.level not in ("county", "town") else "town_id"
    where, params = scope(area)
    begin = midnight(areas_day(moment))
    windows = spans(begin, moment)
    values = ", ".join(["(%s::int, %s::timestamptz, %s::timestamptz)"] * len(windows))
    told = [each for place, (since, until) in enumerate(windows) for each in (place, since, until)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT m.{column}, w.place, count(*) FROM (VALUES {values}) AS w (place, begin, until)"
            f" JOIN kernel_matter m ON m.reported_at >= w.begin AND m.reported_at < w.until{where} GROUP BY 1, 2",
            [*told, *params],
        )
        rows = cursor.fetchall()
    found: dict[int, list[int]] = {}
    for pk, place, count in rows:
        if pk is not None:
            found.setdefault(pk, [0] * (WEEKS + 1))[place] = count
    tree = areas.tree().areas
    known = {pk: known_weeks(tree[pk], windows[1:]) for pk in found}
    return {pk: (counts[0], usual(counts[1 : known[pk] + 1])) for pk, counts in found.items()}


def children(area: Area) -> list[Area]:
    """The counties of a city or the towns of a county, as they stand today, by code."""
    tree, day = areas.tree(), areas.today()
    level = "town" if area.level == "county" else "county"
    return sorted(
        (
            each for each in tree.areas.values()
            if each.level == level and each.valid_to is None and each.valid_from <= day
            and area.pk in tree.chain(each.pk, day)
        ),
        key=lambda each: each.code,
    )  # fmt: skip
