"""This host's index of what is known already: one writer, many readers, kept up with the tables, rebuilt when missing.

The index is a file under VAR/near (`near.Index`), in a folder of this very database: another database, or tables that
were restored from a dump, begin a new one. It holds hashes only. A process that works (`anxin work`) writes what it is
told; a `Follower` on each host takes in what the worker of another host was told, so every host has the same.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.models import Q, QuerySet

from anxin.kernel import areas, clock
from anxin.kernel.flow import ERASED
from anxin.kernel.matters import MERGED, OPEN, REFUSED, Matter
from anxin.understanding import near
from anxin.understanding.models import Advice
from anxin.understanding.near import Index

log = logging.getLogger("anxin.understanding")
KEPT = timedelta(days=400)
"""How long after its report a matter that is settled can be found [INF]."""
AT_ONCE = 5_000
"""Matters up to which a missing index is built where it is first needed; more are left to the follower [INF]."""
OVERLAP = timedelta(minutes=2)
"""How far the follower looks back: a change that was committed late is not missed [INF]."""
STALE = timedelta(days=7)
"""An index that nobody followed for longer is built anew [INF]."""
LOOK = 2.0
"""Seconds after which a reader asks whether the file has been replaced."""
Told = Callable[[int], None]
COLUMNS = ("pk", "title", "narrative", "reported_at", "grid_id", "village_id", "town_id", "county_id")


def text_of(title: str, narrative: str) -> str:
    """What is read of a matter: its headline, then its words. Never the address: a home is nobody's trouble."""
    return f"{title}\n{narrative}" if title and narrative else title or narrative


def numbers(place: Any) -> tuple[int, int, int, int]:
    """Grid, village, town and county of a matter (or an `areas.Place`) as the index wants them: 0 where not known."""
    if isinstance(place, Matter):
        place = areas.Place(place.grid_id, place.village_id, place.town_id, place.county_id)
    return place.grid or 0, place.village or 0, place.town or 0, place.county or 0


def folder() -> Path:
    """Where the index of this database lies on this host."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid, %s::regclass::oid FROM pg_database WHERE datname = current_database()",
            [Advice._meta.db_table],
        )
        database, table = cursor.fetchone()
    return Path(settings.VAR) / "near" / f"{database}-{table}"


class _Opened:
    """The index as this process has it open; looked at anew when the file was replaced."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._index: Index | None = None
        self._file: tuple[Path, int] | None = None
        self._asked, self._where = float("-inf"), ("", "")
        self._folder = Path()

    def get(self) -> Index | None:
        """The index, None where there is none yet."""
        where = (str(settings.VAR), str(connection.settings_dict["NAME"]))
        now = time.monotonic()
        with self._lock:
            if where == self._where and self._index is not None and now - self._asked < LOOK:
                return self._index
            if where != self._where:
                self._folder, self._where, self._index = folder(), where, None
            path = self._folder / f"near-{near.VERSION}.bin"
            try:
                file = (path, path.stat().st_ino)
            except FileNotFoundError:
                self._index, self._file = None, None
                return None
            if self._index is None or file != self._file:
                self._index, self._file = Index(self._folder), file
            self._asked = now
            return self._index

    def forget(self) -> None:
        """Look again at the next question."""
        with self._lock:
            self._where = ("", "")


_opened = _Opened()
_done: dict[int, datetime] = {}
"""What this process has written into the index already, by matter: when it was said."""


def reader() -> Index | None:
    """The index to look into; None while this host has none (nothing is known then). Never writes."""
    return _opened.get()


def writer() -> Index | None:
    """The index to write into, built at once in a small city; None where the follower is still to build it."""
    found = _opened.get()
    if found is None and len(Matter.objects.values_list("pk")[: AT_ONCE + 1]) <= AT_ONCE:
        rebuild()
        found = _opened.get()
    return found


def findable(moment: datetime) -> QuerySet[Matter]:
    """The matters an index holds: open ones, and settled ones of the last 400 days; none merged, refused, erased."""
    return (
        Matter.objects.filter(Q(state__in=OPEN) | Q(reported_at__gte=moment - KEPT))
        .exclude(state__in=(MERGED, REFUSED))
        .exclude(title=ERASED)
    )


def _entries(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[int, str, float, tuple[int, ...]]]:
    for pk, title, narrative, at, *places in rows:
        yield pk, text_of(title, narrative), at.timestamp(), tuple(place or 0 for place in places)


def rebuild(told: Told | None = None) -> int:
    """Build the index of this host anew from the tables (some 2,000 matters a second); returns how many it holds.

    Readers go on with the old one until the new one takes its place. To be called by hand after a database was
    restored from a copy of its files: ids may have been given anew.
    """
    moment, place = clock.now(), folder()
    place.parent.mkdir(parents=True, exist_ok=True)
    _sweep(place)
    beside = place.parent / f"{place.name}.{os.getpid()}.{threading.get_ident()}"
    shutil.rmtree(beside, ignore_errors=True)
    count = 0
    try:
        index, batch = Index(beside), []
        rows = findable(moment).order_by("reported_at", "pk").values_list(*COLUMNS)
        for entry in _entries(rows.iterator(chunk_size=2000)):
            batch.append(entry)
            if len(batch) == 500:
                index.add_all(batch)
                count, batch = count + len(batch), []
                if told is not None:
                    told(count)
        index.add_all(batch)
        count += len(batch)
        place.mkdir(exist_ok=True)
        name = f"near-{near.VERSION}.bin"
        os.replace(beside / name, place / name)
        _mark(place, moment)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    _opened.forget()
    _done.clear()  # what was written meanwhile went into the old one: the follower takes it in once more
    return count


def _sweep(place: Path) -> None:
    """Away with what belongs to a database that is no more, and with indexes of another version."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid::text FROM pg_database")
        living = {row[0] for row in cursor.fetchall()}
    database = place.name.partition("-")[0]
    for other in place.parent.iterdir():
        if other.is_dir() and other != place and "." not in other.name:
            owner = other.name.partition("-")[0]
            if owner == database or owner not in living:
                shutil.rmtree(other, ignore_errors=True)
    for old in place.glob("near-*.bin"):
        if old.name != f"near-{near.VERSION}.bin":
            old.unlink(missing_ok=True)


def _mark(place: Path, moment: datetime) -> None:
    beside = place / f"mark.{os.getpid()}"
    beside.write_text(moment.isoformat(), "utf-8")
    os.replace(beside, place / "mark")


def _marked(place: Path) -> datetime | None:
    try:
        return datetime.fromisoformat((place / "mark").read_text("utf-8"))
    except (OSError, ValueError):
        return None


def wrote(matters: Iterable[int], at: datetime) -> None:
    """Note that this process has written these matters into the index itself."""
    _done.update(dict.fromkeys(matters, at))
    if len(_done) > 100_000:
        for each in sorted(_done, key=_done.__getitem__)[:50_000]:
            _done.pop(each, None)


def renew(index: Index, matters: Iterable[int]) -> None:
    """Bring the index up to what the tables say of these matters: found again, or gone."""
    asked = set(matters)
    entries = list(_entries(findable(clock.now()).filter(pk__in=asked).values_list(*COLUMNS)))
    index.add_all(entries)
    for gone in asked - {entry[0] for entry in entries}:
        index.forget(gone)


class Follower(threading.Thread):
    """Keeps this host's index up with what workers of other hosts were told; builds it where it is missing.

    One a host: the others wait until it ends. Beside `anxin work` and `anxin serve`.
    """

    def __init__(self, *, every: float = 1.0) -> None:
        super().__init__(name="follower", daemon=True)
        self._every, self._end, self._lock = every, threading.Event(), -1
        self._since: datetime | None = None
        self._also: list[Callable[[], object]] = []

    def beside(self, task: Callable[[], object]) -> Follower:
        """Also do this at each turn (what else a host keeps up with the tables)."""
        self._also.append(task)
        return self

    def run(self) -> None:
        """Until `end`."""
        while not self._end.is_set():
            try:
                self.turn()
            except (OperationalError, InterfaceError):
                connection.close()
            except Exception:  # a thread of its own that goes on: the index catches up next time
                log.exception("the index could not be kept up; trying again")
            self._end.wait(self._every)
        connection.close()

    def turn(self) -> int:
        """Take in what was said since the last turn; returns how many matters. 0 where another process follows."""
        place = folder()
        if not self._alone(place):
            return 0
        for task in self._also:
            task()
        moment, before = clock.now(), self._since or _marked(place)
        if _opened.get() is None or before is None or before < moment - STALE:
            count = rebuild()
            self._since = moment
            return count
        said = Advice.objects.filter(at__gt=before - OVERLAP).values_list("matter_id", "at")
        fresh = {pk: at for pk, at in said if _done.get(pk) != at}
        index = _opened.get()
        if fresh and index is not None:
            renew(index, fresh)
            _done.update(fresh)
        if self._since is None or fresh or moment - before > timedelta(minutes=1):
            _mark(place, moment)
            self._since = moment
        return len(fresh)

    def end(self) -> None:
        """Stop after this turn."""
        self._end.set()
        if self.is_alive():
            self.join(timeout=5)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _alone(self, place: Path) -> bool:
        if self._lock >= 0:
            return True
        place.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(place.parent / f"{place.name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        with suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._lock = file
            return True
        os.close(file)
        return False
