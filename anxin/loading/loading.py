"""Loading: the rows of a file become matters through the same verbs everybody uses.

Without `keep_good` a load is one transaction: all rows or none, also when the process is killed. With it, good rows
stay, a thousand a transaction; each row has an idempotency key made of the load and its line, so that the same command
run again goes on where it was stopped and no row is taken in twice. A dry run is the same load, rolled back at the end.
"""

from __future__ import annotations

import csv
import gc
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from anxin.kernel import areas, clock, journal
from anxin.kernel.errors import AnxinError, InTheFuture
from anxin.kernel.form import TOLERANCE
from anxin.kernel.journal import Bulk, Change, Entry
from anxin.loading import lives
from anxin.loading.lives import LOADER
from anxin.loading.mapping import Plan, Reader
from anxin.loading.wrong import AlreadyLoading
from anxin.tables.sources import Row, Source

CHUNK = 1000
"""Rows that are written, and with `keep_good` committed, at once."""
Progress = Callable[[int], None]
"""Told after each chunk how many rows have been looked at."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row was not taken in. Names fields, never what a person wrote."""

    line: int
    code: str
    sentence: str
    fields: str


@dataclass
class Outcome:
    """What a load did. `undone`: everything was rolled back (a dry run, or a row was wrong and nothing stays half)."""

    load: str
    rows: int = 0
    loaded: int = 0
    repeated: int = 0
    undone: bool = False
    dry_run: bool = False
    refusals: list[Refusal] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    how: Counter[str] = field(default_factory=Counter)
    towns: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    entries: int = 0
    clocks: int = 0

    def note(self, change: Change, how: str = "") -> None:
        """Count a matter that was taken in."""
        matter = change.matter
        self.loaded += 1
        self.kinds[matter.kind] += 1
        self.states[matter.state] += 1
        if how:
            self.how[how] += 1
        town = matter.town_id
        self.towns[areas.tree().areas[town].name if town is not None else ""] += 1
        self.entries += matter.entries
        self.clocks += len(change.clocks)

    def add(self, other: Outcome) -> None:
        """Count what another process did as well."""
        self.rows += other.rows
        self.loaded += other.loaded
        self.repeated += other.repeated
        self.entries += other.entries
        self.clocks += other.clocks
        self.refusals += other.refusals
        for name in ("kinds", "how", "towns", "states"):
            getattr(self, name).update(getattr(other, name))

    @property
    def reasons(self) -> Counter[str]:
        """How many rows were refused for which reason."""
        return Counter(refusal.sentence for refusal in self.refusals)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How a file is to be loaded.

    `skip`: look at all rows though one is wrong (else stop there). `keep_good`: good rows stay. `told`: these are new
    matters, bodies are told and guards asked; else they are history and nobody is told. `leave_open`: a matter with an
    answer but without call-back still waits for it, else its answer closed it.
    """

    dry_run: bool = False
    skip: bool = False
    keep_good: bool = False
    told: bool = False
    leave_open: bool = False
    chunk: int = CHUNK


def load_id(source: Source, plan: Plan) -> str:
    """What a load is known by: twelve characters made of the file's bytes, its sheet and the mapping."""
    known = f"{source.fingerprint()}|{source.sheet}|{plan.fingerprint()}"
    return hashlib.sha256(known.encode()).hexdigest()[:12]


def load(source: Source, plan: Plan, wish: Wish, progress: Progress | None = None) -> Outcome:
    """Load a file. Raises AlreadyLoading when the same load is running; a wrong row never raises, see `refusals`."""
    out = Outcome(load_id(source, plan), dry_run=wish.dry_run)
    together = wish.dry_run or not wish.keep_good
    with alone(out.load), no_collecting(), transaction.atomic() if together else nullcontext():
        with journal.bulk(quiet=not wish.told) as bulk:
            _rows(source, plan, wish, bulk, out, progress)
        if together and (wish.dry_run or out.refusals):
            transaction.set_rollback(True)
            out.undone = True
    return out


def _rows(source: Source, plan: Plan, wish: Wish, bulk: Bulk, out: Outcome, progress: Progress | None) -> None:
    now = clock.now()
    reader, rows = Reader(plan, now), source.rows()
    while chunk := list(islice(rows, wish.chunk)):
        present = keys_present(f"load:{out.load}:{row.line}" for row in chunk)
        for row in chunk:
            out.rows += 1
            if (key := f"load:{out.load}:{row.line}") in present:
                out.repeated += 1
            elif not _row(row, key, reader, now, wish, bulk, out) and not wish.skip:
                flush(bulk)
                return
        flush(bulk)
        if progress:
            progress(out.rows)


def _row(row: Row, key: str, reader: Reader, now: datetime, wish: Wish, bulk: Bulk, out: Outcome) -> bool:
    """Take in one row; whether it was good. What a refused row left in the bulk is taken out again."""
    before = set(bulk.changes)
    try:
        if row.wrong is not None:
            raise row.wrong
        read = reader.read(row.values)
        reported = read.reported_at or now
        if reported > now + TOLERANCE:
            raise InTheFuture(fields={"reported_at": str(reported)})
        by = LOADER.under(key)
        change = lives.tell(read.report, reported, read.told, by, now, leave_open=wish.leave_open)
    except AnxinError as error:
        for added in bulk.changes.keys() - before:
            del bulk.changes[added]
        out.refusals.append(Refusal(row.line, error.code, error.message, "、".join(error.fields)))
        return False
    out.note(change, read.how)
    return True


def flush(bulk: Bulk) -> None:
    """Write what has been gathered; inside a larger transaction the deferred promises are checked now, so that the
    list of what is still to be checked stays short."""
    bulk.flush()
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def keys_present(keys: Iterable[str]) -> set[str]:
    """Which of the keys were used already."""
    return set(Entry.objects.filter(key__in=list(keys)).values_list("key", flat=True))  # type: ignore[arg-type]


@contextmanager
def alone(load: str) -> Iterator[None]:
    """One process at a time for the same load. Raises AlreadyLoading."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [f"anxin.load {load}"])
        if not cursor.fetchone()[0]:
            raise AlreadyLoading
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [f"anxin.load {load}"])


@contextmanager
def no_collecting() -> Iterator[None]:
    """No search for cycles while thousands of rows are made and dropped: they have none, and it costs a tenth."""
    was = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def write_refusals(out: Outcome, source: Source) -> Path:
    """The refused rows as a table beside the program's own data (never beside the input); answers where."""
    name = re.sub(r"[^\w.-]", "_", source.path.name)
    place = Path(settings.VAR) / "loads" / f"{name}.{out.load}.errors.csv"
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with place.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(["行号", "代码", "原因", "字段"])
        table.writerows((r.line, r.code, r.sentence, r.fields) for r in out.refusals)
    return place
