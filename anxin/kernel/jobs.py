"""Jobs: what may happen after a change, queued in its transaction and worked off in batches by the workers.

A job is a row, deleted in the transaction of its handler: that commits, and the work is done and the job
gone, or fails or is killed, and the rollback brings the job back. So what a handler writes to the database
happens exactly once, all else at least once. No NOTIFY is sent: every commit of the city would queue up
behind one lock (docs/decisions/2026-11-24-job-queue.md).
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from traceback import extract_tb
from typing import Any, ClassVar, NamedTuple, TypeAlias
from zlib import crc32

import msgspec
from django.db import InterfaceError, OperationalError, connection, models, transaction
from django.db.models import Count, Q

from anxin.kernel import clock
from anxin.kernel.errors import NotFound
from anxin.kernel.notices import TRIES, backoff

log = logging.getLogger(__name__)
EVER, RECENT = datetime(2000, 1, 1, tzinfo=UTC), timedelta(seconds=10)
POLL = 0.05  # seconds between two looks at a queue that is nearly empty; in a burst, batches gather meanwhile


class Job(models.Model):
    """One thing to do after a change: it waits for `due`, or is dead (`dead_at`) until someone revives it."""

    name = models.TextField()
    payload = models.JSONField()
    due = models.DateTimeField()
    key = models.TextField(null=True)
    attempts = models.SmallIntegerField(default=0, db_default=0)
    dead_at = models.DateTimeField(null=True)
    error = models.TextField(default="", db_default="")

    class Meta:
        indexes: ClassVar = [models.Index("name", "due", "id", name="job_due", condition=Q(dead_at=None))]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["name", "key"], name="job_key", condition=Q(dead_at=None, key__isnull=False)
            )
        ]


class Tick(models.Model):
    """When a periodic task ran last, and what went wrong then (empty: nothing)."""

    name = models.TextField(primary_key=True)
    ran_at = models.DateTimeField()
    error = models.TextField(default="")


TABLE = "kernel_job"
COLUMNS, VALUES = ("name", "payload", "due", "key"), "%s, %s::jsonb, %s::timestamptz, %s"
INSERT = f"INSERT INTO {TABLE} ({', '.join(COLUMNS)}) VALUES ({VALUES}) ON CONFLICT DO NOTHING"
COPY = f"COPY {TABLE} ({', '.join(COLUMNS)}) FROM STDIN"
Row: TypeAlias = tuple[str, str, datetime, str | None]


def row(name: str, payload: Any, *, after: datetime | None = None, key: str | None = None) -> Row:
    """One job as the values of COLUMNS, for a statement or a COPY that also writes the change.

    `payload` is what JSON can hold (ids, no personal particulars); `after` the aware moment before which it
    must not run, else it may at once. While a job of this name and `key` waits, INSERT adds no second one.
    """
    return name, msgspec.json.encode(payload).decode(), after or clock.now(), key


def add(name: str, payload: Any, *, after: datetime | None = None, key: str | None = None) -> None:
    """Queue a job in the running transaction; arguments as in `row`.

    A job of the same key that is just being worked on is waited for: the new one then runs after it.
    """
    with connection.cursor() as cursor:
        cursor.execute(INSERT, row(name, payload, after=after, key=key))


def add_all(rows: Iterable[Row]) -> None:
    """Queue many jobs (from `row`) in the running transaction; IntegrityError when a key is there already."""
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for one in rows:
            copy.write_row(one)


Work: TypeAlias = Callable[[list[Job]], None]
Task: TypeAlias = Callable[[], None]
TICKS: dict[str, tuple[Task, float]] = {}


class Handler(NamedTuple):
    """What works off the jobs of a name, how many at once, and how often it is tried."""

    work: Work
    batch: int
    tries: int


HANDLERS: dict[str, Handler] = {}


def handler(name: str, *, batch: int = 200, tries: int = TRIES) -> Callable[[Work], Work]:
    """Register the function that works off the jobs of a name, in lists of 1 to `batch`, the oldest first.

    It runs in one transaction. If it raises, all it did is rolled back and the list tried again in halves,
    down to the one job that fails: this waits (2 s, 4 s ... 10 min) and is dead after `tries` failures. Use
    batch=1 where the work reaches outside the database. ValueError when the name is taken.
    """

    def register(work: Work) -> Work:
        if HANDLERS.setdefault(name, Handler(work, batch, tries)).work is not work:
            raise ValueError(f"there is already a handler for {name!r}")
        return work

    return register


def every(*, seconds: float, name: str = "") -> Callable[[Task], Task]:
    """Register a task to run so many seconds apart, in one worker at a time, outside of any transaction.

    A failure is noted in its Tick and not repeated before the next turn. ValueError when the name is taken.
    """

    def register(run: Task) -> Task:
        known = name or f"{run.__module__}.{run.__name__}"
        if TICKS.setdefault(known, (run, seconds))[0] is not run:
            raise ValueError(f"there is already a periodic task {known!r}")
        return run

    return register


_TAKE = f"""
    WITH taken AS MATERIALIZED (SELECT id FROM {TABLE} WHERE dead_at IS NULL AND {{}} FOR UPDATE SKIP LOCKED)
    DELETE FROM {TABLE} job USING taken WHERE job.id = taken.id
    RETURNING job.id, job.name, job.payload, job.due, job.key, job.attempts"""
_TAKE_DUE = _TAKE.format("name = %s AND due > %s AND due <= %s ORDER BY due, id LIMIT %s")
_TAKE_THESE = _TAKE.format("id = ANY(%s)")
_BUSY = f"""
    SELECT n FROM unnest(%s::text[], %s::timestamptz[]) AS known (n, since)
    WHERE EXISTS (SELECT 1 FROM {TABLE} WHERE name = n AND dead_at IS NULL AND due > since AND due <= %s)"""


def _ask(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _attempt(one: Handler, sql: str, *values: object) -> list[Job]:
    """Take jobs and work them off in one transaction, else in two halves; which were taken."""
    batch: list[Job] = []
    try:
        with transaction.atomic():
            taken = _ask(sql, *values)
            found = [Job(pk, name, msgspec.json.decode(p), due, k, n) for pk, name, p, due, k, n in taken]
            batch, session = sorted(found, key=lambda job: (job.due, job.pk)), connection.connection
            if batch:
                one.work(batch.copy())
    except Exception as error:  # whatever a job raises is kept with it; it is tried again or left for a person
        if not batch:
            raise
        if connection.connection is not session or not connection.is_usable():
            raise OperationalError("the database went away") from error  # this is not a failure of the job
        if len(batch) == 1:
            _postpone(batch[0], one.tries, error)
            return batch
        for half in (batch[::2], batch[1::2]):
            _attempt(one, _TAKE_THESE, [job.pk for job in half])
    return batch


def _postpone(job: Job, tries: int, error: Exception) -> None:
    """Note a failure, unless another worker has had the job in the meantime: then its outcome stands."""
    count, now, said = job.attempts + 1, clock.now(), _said(error)
    log.error("job %s %s, attempt %s of %s: %s", job.name, job.pk, count, tries, said)
    then = {"dead_at": now} if count >= tries else {"due": now + backoff(count)}
    same = Job.objects.filter(pk=job.pk, attempts=job.attempts, dead_at=None)
    same.update(attempts=count, error=said, **then)


def _said(error: Exception) -> str:
    """Kind, first line and place of an error; in further lines the database quotes rows, persons included."""
    first, last = str(error).partition("\n")[0][:300], extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {first} ({last.name}:{last.lineno})"


def _batches(since: dict[str, datetime]) -> tuple[int, bool]:
    """One batch of every name that has something due: how many jobs, and whether one of them was full.

    While somebody reads an old snapshot (a backup), rows of finished jobs cannot be swept away; not to step
    over all of them each time, a look begins at `since`, a moment before where the last one found something.
    """
    now, count, full = clock.now(), 0, False
    busy = _ask(_BUSY, list(HANDLERS), [since.get(name, EVER) for name in HANDLERS], now)
    for name, one in HANDLERS.items():
        look = (name, since.get(name, EVER), now, one.batch)
        batch = _attempt(one, _TAKE_DUE, *look) if (name,) in busy else []
        since[name] = (batch[0].due if batch else now) - RECENT
        count, full = count + len(batch), full or len(batch) == one.batch
    return count, full


def _tick(name: str) -> None:
    """Run a periodic task if its turn has come and no other worker is at it.

    A lock of the session, not of a row: the task has its own transactions, and a killed worker lets go.
    """
    (run, seconds), number = TICKS[name], crc32(f"anxin.jobs {name}".encode())
    if not _ask("SELECT pg_try_advisory_lock(%s)", number)[0][0]:
        return
    try:
        last, now, said = Tick.objects.filter(name=name).first(), clock.now(), ""
        if last and last.ran_at <= now < last.ran_at + timedelta(seconds=seconds):
            return
        try:
            run()
        except Exception as error:  # kept with the task, so that the operator sees it; its turn comes again
            said = _said(error)
            log.error("periodic task %s: %s", name, said)
        Tick.objects.update_or_create(name=name, defaults={"ran_at": now, "error": said})
    finally:
        _ask("SELECT pg_advisory_unlock(%s)", number)


def work(until: Callable[[], bool] | None = None, once: bool = False) -> int:
    """Work off jobs and periodic tasks until SIGTERM, SIGINT or `until()`; how many jobs were taken.

    `once` stops as soon as nothing is due. A running batch is finished first. Any number of workers, each a
    process of its own, may work at the same time; a lost database is waited for.
    """
    since: dict[str, datetime] = {}
    stop, total, turns, whole = threading.Event(), 0, dict.fromkeys(TICKS, 0.0), 0.0
    with _signals(stop):
        while not stop.is_set() and not (until and until()):
            try:
                for name in [name for name, turn in turns.items() if time.monotonic() >= turn]:
                    turns[name] = time.monotonic() + min(TICKS[name][1], 10)
                    _tick(name)
                if once or time.monotonic() >= whole:
                    since, whole = {}, time.monotonic() + 5
                count, full = _batches(since)
            except (OperationalError, InterfaceError):
                if once:
                    raise
                log.warning("the database does not answer; trying again")
                connection.close()
                stop.wait(1)
                continue
            total += count
            if once and not count:
                break
            stop.wait(0 if once or full else POLL)
    return total


@contextmanager
def _signals(stop: threading.Event) -> Iterator[None]:
    main = threading.current_thread() is threading.main_thread()
    numbers = (signal.SIGTERM, signal.SIGINT) if main else ()
    before = [(number, signal.signal(number, lambda *_: stop.set())) for number in numbers]
    try:
        yield
    finally:
        for number, old in before:
            signal.signal(number, old)


def drain(*, ticks: bool = True) -> int:
    """Do all that is due at this moment of the clock, here and now (tests, demo); how many jobs it took."""
    for name in TICKS if ticks else ():
        _tick(name)
    return sum(iter(lambda: _batches({})[0], 0))


def waiting() -> dict[str, int]:
    """How many jobs of each name wait, due or not; a name without handler is of a programme not installed."""
    return dict(Job.objects.filter(dead_at=None).values_list("name").annotate(Count("id")).order_by("name"))


def list_dead() -> models.QuerySet[Job]:
    """The jobs that failed for good, newest first."""
    return Job.objects.filter(dead_at__isnull=False).order_by("-dead_at", "-id")


@transaction.atomic
def revive(pk: int) -> None:
    """Let a dead job run again from the first attempt; NotFound if there is no such dead job."""
    job = Job.objects.select_for_update().filter(pk=pk, dead_at__isnull=False).first()
    if job is None:
        raise NotFound()
    job.delete()
    add(job.name, job.payload, key=job.key)  # adds nothing where the same key was queued anew
