"""What is known of the words of each matter, so that it can be found among a million; kept up behind the journal.

A matter's marks are the pairs of letters that stand in its words (so a Chinese word of two letters is found as well as
a long one), its areas, the bodies with a standing order, whether it is open, its month, and four digits at a time of
its serial: numbers, in which no word can be read. Nothing is written with a report; a worker follows the journal.
"""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from itertools import pairwise
from typing import Any, ClassVar

import msgspec
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models, transaction

from anxin.kernel import clock, jobs
from anxin.kernel.matters import OPEN, Matter
from anxin.kernel.orders import WITHDRAWN, Order

IS_OPEN, FROM_PUBLIC_POSTS = -4, -8
RUN = re.compile(r"\w+")
BUSY = 500
"""So many jobs waiting: the index can wait, too (the newest matters are found without it)."""


class Searchable(models.Model):
    """What is known of a matter's words: pairs of letters and other marks as numbers; no word can be read in it."""

    matter = models.OneToOneField(Matter, models.PROTECT, primary_key=True, db_constraint=False, related_name="+")
    at = models.DateTimeField()
    marks = ArrayField(models.IntegerField())

    class Meta:
        indexes: ClassVar = [GinIndex(fields=["marks"], name="searchable_marks", gin_pending_list_limit=1024)]


class Followed(models.Model):
    """How far the index has followed the journal: a snapshot, and the last matter while all are gone through."""

    since = models.TextField()
    last = models.BigIntegerField(null=True)


# ---- marks ------------------------------------------------------------------------------------------------------


def plain(text: str) -> str:
    """A text as it is compared: one width, one case."""
    return unicodedata.normalize("NFKC", text).lower()


def pairs(text: str) -> set[int]:
    """The pairs of neighbouring letters of a plain text, as numbers of 31 bits."""
    return {(ord(a) * 0x9E3779B1 + ord(b)) & 0x7FFFFFFF for run in RUN.findall(text) for a, b in pairwise(run)}


def area(pk: int) -> int:
    """The mark of an area."""
    return -4 * pk - 1


def body(pk: int) -> int:
    """The mark of a body with a standing order."""
    return -4 * pk - 2


def month(moment: datetime, back: int = 0) -> int:
    """The mark of the month of a report, or of one so many months before."""
    day = moment.astimezone(clock.TZ)
    return -4 * (1_000_000 + day.year * 12 + day.month - back) - 4


def quads(digits: str) -> set[int]:
    """Four neighbouring digits at a time."""
    return {-4 * int(digits[n : n + 4]) - 3 for n in range(len(digits) - 3)}


def marks_of(m: Matter, bodies: Iterable[int]) -> list[int]:
    """All marks of a matter."""
    found = pairs(plain(f"{m.title}\n{m.narrative}\n{m.address}"))
    found |= {area(pk) for pk in (m.grid_id, m.village_id, m.town_id, m.county_id) if pk is not None}
    found |= {body(pk) for pk in bodies} | quads(m.number.partition("-")[2]) | {month(m.reported_at)}
    if m.state in OPEN:
        found.add(IS_OPEN)
    if m.channel == "publicpost":
        found.add(FROM_PUBLIC_POSTS)
    return sorted(found)


# ---- keeping up -------------------------------------------------------------------------------------------------


_CHANGED = """
SELECT pg_current_snapshot()::text, n.matter_id, n.verb, n.moves FROM (VALUES (1)) AS one LEFT JOIN LATERAL (
  (SELECT matter_id, verb, data -> 'moves' AS moves FROM kernel_entry
    WHERE xact >= pg_snapshot_xmax(%(since)s::pg_snapshot) ORDER BY xact LIMIT 200000)
  UNION ALL
  (SELECT matter_id, verb, data -> 'moves' FROM kernel_entry
    WHERE xact = ANY (ARRAY(SELECT pg_snapshot_xip(%(since)s::pg_snapshot)))) ) AS n ON true
"""
_COLUMNS = (
    "id", "number", "title", "narrative", "address", "state", "channel", "reported_at",
    "grid_id", "village_id", "town_id", "county_id",
)  # fmt: skip
BATCH = 1000


def index(ids: Collection[int]) -> None:
    """Write anew what is known of some matters."""
    bodies: dict[int, set[int]] = {}
    for matter, body in Order.objects.filter(matter__in=ids).exclude(state=WITHDRAWN).values_list("matter", "body"):
        bodies.setdefault(matter, set()).add(body)
    rows = [
        Searchable(matter_id=m.pk, at=m.reported_at, marks=marks_of(m, bodies.get(m.pk, ())))
        for m in Matter.objects.filter(pk__in=ids).only(*_COLUMNS)
    ]
    Searchable.objects.bulk_create(
        rows, batch_size=500, update_conflicts=True, unique_fields=["matter"], update_fields=["at", "marks"]
    )


def _matters(entry: tuple[Any, ...]) -> bool:
    """Whether an entry changes what the index knows: words, place, who has an order, open or not."""
    _, _, verb, moves = entry
    if verb in ("report", "correct", "erase_words"):
        return True
    moved = msgspec.json.decode(moves) if isinstance(moves, str) else moves or {}
    return any(
        (before in OPEN) != (after in OPEN) if name == "m" else before is None or after == WITHDRAWN
        for name, (before, after) in moved.items()
    )


def follow(seconds: float = 2.0, progress: Callable[[int], object] = lambda done: None) -> bool:
    """Take in what has changed since last time, for so many seconds at most; whether all is known now.

    The first time every matter is gone through, the oldest number first; `progress` hears how many have been.
    """
    end = time.monotonic() + seconds
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('anxin.search')), pg_current_snapshot()::text")
        mine, moment = cursor.fetchone()
        if not mine:
            return False
        try:
            mark, _ = Followed.objects.get_or_create(pk=1, defaults={"since": moment, "last": -1})
            known = _go_through(mark, end, progress) if mark.last is not None else _catch_up(mark, end)
            cursor.execute("SELECT gin_clean_pending_list('searchable_marks')")
            return known
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('anxin.search'))")


def _go_through(mark: Followed, end: float, progress: Callable[[int], object]) -> bool:
    while time.monotonic() < end:
        ids = list(Matter.objects.filter(pk__gt=mark.last).order_by("pk").values_list("pk", flat=True)[:BATCH])
        with transaction.atomic():
            index(ids)
            mark.last = ids[-1] if len(ids) == BATCH else None
            mark.save()
        progress(len(ids))
        if mark.last is None:
            return _catch_up(mark, end)
    return False


def _catch_up(mark: Followed, end: float) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, {"since": mark.since})
        rows = cursor.fetchall()
    ids = sorted({row[1] for row in rows if row[1] is not None and _matters(row)})
    for first in range(0, len(ids), BATCH):
        index(ids[first : first + BATCH])
        if time.monotonic() > end and len(ids) - first > 20 * BATCH:  # a load of history: go through all, in turns
            Followed.objects.filter(pk=1).update(since=rows[0][0], last=-1)
            return False
    Followed.objects.filter(pk=1).update(since=rows[0][0])
    return True


@jobs.every(seconds=10)
def keep_up() -> None:
    """Follow the journal for two seconds at most, when the worker has nothing better to do."""
    if jobs.Job.objects.filter(dead_at=None, due__lte=clock.now())[:BUSY].count() < BUSY:
        follow()


def command(progress: Callable[[int], object] = lambda done: None) -> None:
    """Take in every matter anew (after a load, or when in doubt); harmless beside running workers."""
    Followed.objects.all().delete()
    while not follow(seconds=5, progress=progress):
        pass
