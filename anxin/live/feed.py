"""What has been written into the journal since a moment, and what each post is told of it.

A moment is a snapshot of the database (`pg_current_snapshot`): what was not visible in it is new, whoever commits late
and wherever one asks. So nothing is missed, no writer has to send a signal (a NOTIFY takes a lock on the whole cluster
at every commit), and any process can go on where another one ended. It is also the id of an event.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import msgspec
from django.db import connection
from django.utils import translation

from anxin.kernel import clock
from anxin.kernel.bodies import Actor
from anxin.kernel.matters import Matter
from anxin.kernel.orders import WITHDRAWN, Check, Clock, Order
from anxin.kernel.queue import Line
from anxin.live.places import Row, Seen, heaps_of, lost, sees
from anxin.web import desk

MOST = 1000
"""Entries looked at one by one in one look; of more (a load of history) everybody is told at once."""
MANY = 20
"""Matters a desk is told of one by one in one look; of more it hears how many [INF]."""
SNAPSHOT = re.compile(r"\d{1,20}:\d{1,20}:(\d{1,20}(,\d{1,20})*)?")
LONGEST = 2000
"""Characters of a snapshot that is taken back."""

_NEW = """
SELECT pg_current_snapshot()::text, n.matter_id, n.seq, n.verb, n.at, n.moves
FROM (VALUES (1)) AS one LEFT JOIN LATERAL (
  (SELECT matter_id, seq, verb, at, data -> 'moves' AS moves FROM kernel_entry
    WHERE xact >= pg_snapshot_xmax(%(since)s::pg_snapshot) ORDER BY xact LIMIT %(most)s)
  UNION ALL
  (SELECT matter_id, seq, verb, at, data -> 'moves' FROM kernel_entry
    WHERE xact = ANY (ARRAY(SELECT pg_snapshot_xip(%(since)s::pg_snapshot))) LIMIT %(most)s)
) AS n ON true
"""


class Key(NamedTuple):
    """Whoever has the same post and language is told the same."""

    by: Actor
    language: str

    @classmethod
    def of(cls, by: Actor, language: str) -> Key:
        """The key of a reader; which account it is makes no difference."""
        return cls(replace(by, account=None), language)


@dataclass(slots=True)
class News:
    """What a look has found: the moment it was taken, and what goes out to each key (as it goes over the wire)."""

    upto: str
    frames: Mapping[Key, bytes]


def now() -> str:
    """This moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        return str(cursor.fetchone()[0])


def is_moment(said: str) -> bool:
    """Whether a text can be a moment."""
    return len(said) <= LONGEST and SNAPSHOT.fullmatch(said) is not None


def frame(event: str, data: Any, ident: str = "") -> bytes:
    """One event as it goes over the wire."""
    named = f"id: {ident}\n" if ident else ""
    return f"{named}event: {event}\ndata: {msgspec.json.encode(data).decode()}\n\n".encode()


def look(since: str, keys: Iterable[Key]) -> News:
    """What is new since a moment, for each of the keys; four questions to the database, however many listen."""
    wanted = list(keys)
    with connection.cursor() as cursor:
        cursor.execute(_NEW, {"since": since, "most": MOST + 1})
        rows = cursor.fetchall()
    upto = str(rows[0][0])
    entries = [row[1:] for row in rows if row[1] is not None]
    if not entries:
        return News(upto, {})
    if len(entries) > MOST:
        return News(upto, dict.fromkeys(wanted, frame("many", {"count": None}, upto)))
    seen = _seen(entries)
    html = _Lines()
    return News(upto, {key: told for key in wanted if (told := _told(key, seen, html, upto))})


def _seen(entries: list[Any]) -> list[Seen]:
    """The matters as they are now, the one that changed last at the end."""
    last: dict[int, Any] = {}
    gone: dict[int, set[str]] = {}
    for pk, _seq, verb, at, moves in sorted(entries, key=lambda each: (each[3], each[1])):
        verbs, _ = last.pop(pk, ((), None))
        last[pk] = ((*verbs, verb), at)
        moved = msgspec.json.decode(moves) if isinstance(moves, str) else moves or {}
        gone.setdefault(pk, set()).update(name for name, way in moved.items() if way[1] == WITHDRAWN)
    matters = Matter.objects.select_related("lead").in_bulk(list(last))
    orders = _by_matter(Order.objects.filter(matter__in=matters).order_by("pk"))
    clocks = _by_matter(Clock.objects.filter(matter__in=matters, stopped_at=None))
    checks = _by_matter(Check.objects.filter(matter__in=matters, done_at=None).order_by("months"))
    moment = clock.now()
    return [
        Seen(
            matters[pk],
            verbs,
            at,
            moment,
            orders.get(pk, ()),
            clocks.get(pk, ()),
            checks.get(pk, ()),
            frozenset(o.body_id for o in orders.get(pk, ()) if f"o{o.pk}" in gone[pk]),
        )
        for pk, (verbs, at) in last.items()
        if pk in matters
    ]


def _by_matter(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.matter_id, []).append(row)
    return found


def _told(key: Key, seen: list[Seen], html: _Lines, upto: str) -> bytes:
    """What one key is told; nothing of what it may not see."""
    mine = [each for each in seen if sees(key.by, each)]
    if len(mine) > MANY:
        return frame("many", {"count": len(mine)}, upto)
    frames = [
        frame("matter", {"number": each.matter.number, "verbs": [], "tabs": [], "gone": True})
        for each in seen
        if each.left and lost(key.by, each)
    ]
    frames += [frame("matter", _matter(key, each, html)) for each in mine]
    if frames:
        frames.append(f"id: {upto}\n\n".encode())
    return b"".join(frames)


def _matter(key: Key, seen: Seen, html: _Lines) -> dict[str, Any]:
    """What is said of one matter: in which heaps it is, and its line there. `lines`: where it differs from `html`."""
    found = heaps_of(key.by, seen)
    said: dict[str, Any] = {
        "number": seen.matter.number,
        "verbs": seen.verbs,
        "at": seen.at.isoformat(),
        "entries": seen.matter.entries,
        "tabs": list(found),
    }
    lines = {code: html.line(seen, row, key.language) for code, row in found.items()}
    if lines:
        said["html"] = first = next(iter(lines.values()))
        if others := {code: line for code, line in lines.items() if line != first}:
            said["lines"] = others
    return said


class _Lines:
    """Lines as HTML, each rendered once for a language."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, str, int, str], str] = {}

    def line(self, seen: Seen, row: Row, language: str) -> str:
        """The line of a matter, or of an order or a look of it."""
        key = (seen.matter.pk, type(row).__name__, row.pk if row is not None else 0, language)
        if key not in self._made:
            order, check = (row if isinstance(row, Order) else None), (row if isinstance(row, Check) else None)
            owner = order.pk if order is not None else None
            running = [each for each in seen.clocks if each.order_id == owner]
            with translation.override(language):
                self._made[key] = desk.line_html(Line(seen.matter, order, check), running, seen.now) + ""  # a plain str
        return self._made[key]
