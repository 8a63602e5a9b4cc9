"""The journal: what happened to a matter, entry after entry, add only; and the change that writes it down.

A `Change` holds one matter with its orders, clocks and checks. Verbs alter them through `set` and `add` only; what
they altered becomes the entry's data and, in the same transaction, the rows of the tables. So nothing can be written
that is not in the journal, and the journal folded again gives the tables (`replay.py`).

The database chains the entries of a matter by SHA-256, refuses UPDATE and DELETE on them, and refuses a state that
moved without an entry saying so (migration 0002). Free text never goes into an entry: it lies in `Words`, which can be
erased, while the entry keeps its fingerprint.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

import psycopg
from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from anxin.kernel import clock, rows
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import BrokenEncoding, KeyReused, NotFound, TextTooLong
from anxin.kernel.matters import PERSONAL, Matter
from anxin.kernel.orders import Check, Clock, Order
from anxin.kernel.people import RETENTION, Person
from anxin.kernel.rows import TransactionId, make, new_id, writable


class Entry(models.Model):
    """One thing that happened. `data`: set (column values by row), moves (states), facts, fingerprints of words."""

    id = models.BigIntegerField(primary_key=True)
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="journal", db_index=False)
    seq = models.IntegerField()
    order_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    verb = models.TextField()
    role = models.TextField()
    account = models.BigIntegerField(null=True)
    post = models.BigIntegerField(null=True)
    body = models.BigIntegerField(null=True)
    channel = models.TextField(default="")
    key = models.TextField(null=True)
    data = models.JSONField()
    written_at = models.DateTimeField(null=True)
    xact = TransactionId(null=True)
    prev = models.BinaryField(null=True)
    hash = models.BinaryField(null=True)

    WRITTEN_BY_DATABASE = frozenset({"written_at", "xact", "prev", "hash"})

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["matter", "seq"], name="entry_once"),
            models.UniqueConstraint(fields=["key"], condition=models.Q(key__isnull=False), name="key_once"),
        ]


class Words(models.Model):
    """The free text said with an entry (label -> text). Erasable; the entry keeps the fingerprint."""

    entry = models.OneToOneField(Entry, models.PROTECT, primary_key=True, related_name="words")
    texts = models.JSONField()
    erased_at = models.DateTimeField(null=True)


TRACKED: Mapping[type[models.Model], str] = {Matter: "m", Order: "o", Clock: "c", Check: "k"}
UNTRACKED = PERSONAL | {"id", "matter_id", "task", "entries"}
"""Columns an entry does not repeat: identity, personal words, and what the entry itself says."""


WORDS_LENGTH = 5000
"""Letters one text of an entry may have: a whole report with its address fits, so that a correction can keep it."""


def fingerprint(text: str) -> str:
    """The first 128 bits of the SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


class Change:
    """One matter under lock, and what a verb alters on it."""

    def __init__(
        self,
        actor: Actor,
        moment: datetime,
        matter: Matter,
        orders: Iterable[Order] = (),
        clocks: Iterable[Clock] = (),
        checks: Iterable[Check] = (),
    ) -> None:
        self.actor, self.moment, self.matter = actor, moment, matter
        self.orders, self.clocks, self.checks = list(orders), list(clocks), list(checks)
        self.order: Order | None = None
        self.repeated = False
        self.then: Callable[[], object] | None = None  # the verb that follows at once, as an entry of its own
        self.entry: Entry | None = None
        self._new: dict[type[models.Model], list[models.Model]] = {}
        self._added: set[str] = set()
        self._dirty: dict[tuple[type[models.Model], Any], set[str]] = {}
        self._instances: dict[tuple[type[models.Model], Any], models.Model] = {}
        self._extra: list[tuple[str, tuple[str, ...], tuple[Any, ...]]] = []
        self._begin()

    def _begin(self) -> None:
        self.facts: dict[str, Any] = {}
        self.words: dict[str, str] = {}
        self._set: dict[str, dict[str, Any]] = {}
        self._moves: dict[str, list[Any]] = {}

    def add(self, row: models.Model) -> None:
        """A new row of this change: written with it, and journalled where its table is tracked."""
        table = type(row)
        self._new.setdefault(table, []).append(row)
        if (prefix := TRACKED.get(table)) is None:
            return
        held, key = vars(row), self._key(prefix, row)
        values = {name: value for name, default in tracked(table) if (value := held[name]) != default}
        if "state" in values:
            self._moves[key] = [None, values["state"]]
        self._added.add(key)
        self._set.setdefault(key, {}).update(values)
        if isinstance(row, Order):
            self.orders.append(row)
        elif isinstance(row, Clock):
            self.clocks.append(row)
        elif isinstance(row, Check):
            self.checks.append(row)

    def set(self, row: models.Model, **values: Any) -> None:
        """Alter columns of the matter, an order, a clock or a check; what is the same already is left alone."""
        table = type(row)
        prefix = TRACKED[table]
        held: dict[str, Any] = vars(row)
        changed = {name: value for name, value in values.items() if held[name] != value}
        if not changed:
            return
        key = self._key(prefix, row)
        if "state" in changed:
            before = self._moves.get(key, [held["state"]])[0]
            self._moves[key] = [before, changed["state"]]
        for name, value in changed.items():
            setattr(row, name, value)
        journalled = {name: value for name, value in changed.items() if name not in UNTRACKED}
        if journalled:
            self._set.setdefault(key, {}).update(journalled)
        if key not in self._added:
            self._dirty.setdefault((table, row.pk), set()).update(changed)
            self._instances[table, row.pk] = row

    def extra(self, table: str, columns: tuple[str, ...], row: tuple[Any, ...]) -> None:
        """A row of a table that is not ours (a queued job), written with the change."""
        self._extra.append((table, columns, row))

    @staticmethod
    def _key(prefix: str, row: models.Model) -> str:
        return prefix if prefix == "m" else f"{prefix}{vars(row)['id']}"

    def say(self, **texts: str) -> None:
        """Free text that goes with the entry (reason, note, reply ...); empty ones are left out.

        Raises TextTooLong, and BrokenEncoding for what the database cannot hold.
        """
        for label, text in texts.items():
            if text and len(text) > WORDS_LENGTH:
                raise TextTooLong(fields={label: _("不超过 {most} 字").format(most=WORDS_LENGTH)})
            if text and not writable(text):
                raise BrokenEncoding(fields={label: _("含有不可识别的字符")})
        self.words.update({label: text.strip() for label, text in texts.items() if text and text.strip()})

    @property
    def altered(self) -> bool:
        """Whether something has been altered that is not written down yet."""
        return bool(self._set)

    def write_down(self, verb: str) -> Entry:
        """Close what the verb did as one entry; the next verb on this change begins afresh."""
        data: dict[str, Any] = {}
        if self._set:
            data["set"] = self._set
        if self._moves:
            data["moves"] = self._moves
        if self.facts or self.actor.told:
            data["facts"] = {**self.facts, **dict(self.actor.told)}
        if self.words:
            data["words"] = {label: fingerprint(text) for label, text in self.words.items()}
        self.matter.entries += 1
        entry = make(
            Entry,
            id=new_id(),
            matter_id=self.matter.id,
            seq=self.matter.entries,
            order_id=self.order.id if self.order else None,
            at=self.moment,
            verb=verb,
            role=self.actor.role,
            account=self.actor.account,
            post=self.actor.post,
            body=self.actor.body,
            channel=self.actor.channel,
            key=self.actor.key,
            data=data,
        )
        if Matter not in self._new:
            self._dirty.setdefault((Matter, self.matter.pk), set()).add("entries")
            self._instances[Matter, self.matter.pk] = self.matter
        self._new.setdefault(Entry, []).append(entry)
        if self.words:
            self._new.setdefault(Words, []).append(make(Words, entry_id=entry.id, texts=self.words))
        self._begin()
        self.actor = self.actor.under(None)  # a key stands for the first entry only
        self.entry = entry
        return entry

    def save(self) -> None:
        """Write everything: a new matter in one SQL statement, so that it needs no transaction around it.

        Rows that are altered are written before new ones, so that a withdrawn lead makes room for the next.
        """
        if updates := list(self._updates()):
            rows.execute(
                rows.joined(tuple(said for said, _ in updates)), [value for _, values in updates for value in values]
            )
        parts: list[str] = []
        params: list[Any] = []
        for table in sorted(self._new, key=_rank):
            new = self._new[table]
            parts.append(rows.insert_into(table._meta.db_table, rows.names_of(table), len(new)))
            for row in new:
                params.extend(rows.values_of(table, row))
        for name, written, values in self._extra:
            parts.append(rows.insert_into(name, written))
            params.extend(values)
        rows.execute(rows.joined(tuple(parts)), params)
        self._new, self._added, self._dirty, self._instances, self._extra = {}, set(), {}, {}, []

    def _updates(self) -> Iterator[tuple[str, list[Any]]]:
        """What writes the rows that are altered: a statement and its values for each."""
        for (table, pk), columns in self._dirty.items():
            names, kinds, row = tuple(sorted(columns)), dict(rows.columns_of(table)), self._instances[table, pk]
            values = [rows.adapt(kinds[name], getattr(row, name)) for name in names]
            yield rows.update_one(table, names), [*values, pk]


_ORDER: tuple[str, ...] = ("Person", "Matter", "Order", "Clock", "Check", "Entry", "Words")


def _rank(table: type[models.Model]) -> int:
    return _ORDER.index(table.__name__) if table.__name__ in _ORDER else len(_ORDER)


@cache
def tracked(table: type[models.Model]) -> tuple[tuple[str, Any], ...]:
    """The journalled columns of a table with the value that is not worth saying."""
    return tuple(
        (f.attname, f.get_default() if f.has_default() else None)
        for f in table._meta.concrete_fields
        if f.attname not in UNTRACKED
    )


def lock(matter_id: int, actor: Actor, moment: datetime) -> Change:
    """The matter with its orders, clocks and checks, locked until the transaction ends. Raises NotFound."""
    if not (found := lock_all([matter_id], actor, moment)):
        raise NotFound
    return found[0]


def lock_all(ids: Iterable[int], actor: Actor, moment: datetime, *, wait: bool = True) -> list[Change]:
    """Some matters as `lock` gives one, in the order of their ids; without `wait` those that are free right now.

    The lock leaves the key alone, so that a row that merely points to the matter (a message) need not wait.
    """
    free = Matter.objects.select_for_update(of=("self",), no_key=True, skip_locked=not wait)
    held = {matter.pk: Change(actor, moment, matter) for matter in free.filter(pk__in=list(ids)).order_by("pk")}
    for order in Order.objects.filter(matter__in=list(held)).order_by("pk"):
        held[order.matter_id].orders.append(order)
    for running in Clock.objects.filter(matter__in=list(held)).order_by("pk"):
        held[running.matter_id].clocks.append(running)
    for check in Check.objects.filter(matter__in=list(held)).order_by("pk"):
        held[check.matter_id].checks.append(check)
    return list(held.values())


def erase_words(matter_id: int, moment: datetime) -> int:
    """Erase the free text of every entry of a matter; returns of how many. The fingerprints stay in the entries."""
    words = Words.objects.filter(entry__matter=matter_id, erased_at=None)
    return words.update(texts={}, erased_at=moment)


def entry_under(key: str) -> Entry | None:
    """The entry written under a client key, if any."""
    return Entry.objects.filter(key=key).first()


def same_or_refuse(entry: Entry, digest: str) -> None:
    """A key stands for one thing only. Raises KeyReused when it was used for another."""
    if entry.data.get("facts", {}).get("digest") != digest:
        raise KeyReused(fields={"key": entry.key or ""})


class Bulk:
    """Many matters at once, kept in memory by the same verbs and written by COPY. For loading and the clocks, not for
    desks: new matters, or, in a transaction, those it has been given by `take`."""

    def __init__(self, *, quiet: bool = False, past: bool = True) -> None:
        self.quiet, self.past = quiet, past
        self.changes: dict[int, Change] = {}
        self.loose: dict[str, tuple[tuple[str, ...], list[tuple[Any, ...]]]] = {}

    def take(self, ids: Iterable[int], actor: Actor, moment: datetime) -> list[Matter]:
        """Lock matters that are there already, so that verbs on them are gathered here; busy ones are left out."""
        taken = lock_all(ids, actor, moment, wait=False)
        self.changes.update((change.matter.pk, change) for change in taken)
        return [change.matter for change in taken]

    def refused(self, matter_id: int) -> None:
        """A verb was refused: what it left half done is not written, even if that is the whole matter."""
        if self.changes[matter_id].altered:
            del self.changes[matter_id]
        else:
            self.changes[matter_id]._begin()

    def flush(self) -> int:
        """Write all in one transaction; returns the number of matters. All or nothing."""
        tables: dict[type[models.Model], list[models.Model]] = {}
        updates: dict[str, list[list[Any]]] = {}
        for change in self.changes.values():
            for said, values in change._updates():
                updates.setdefault(said, []).append(values)
            for table, new in change._new.items():
                tables.setdefault(table, []).extend(new)
            if (ended := change.matter.closed_at) is not None:  # a quiet load tells nobody: see telling.py
                for person in change._new.get(Person, ()):
                    vars(person)["keep_until"] = clock.local_day(ended) + RETENTION
        count = len(self.changes)
        with transaction.atomic(), connection.wrap_database_errors:
            cursor = psycopg.Cursor(connection.connection)
            rows.update_many(cursor, updates)
            for table in sorted(tables, key=_rank):
                rows.copy_in(
                    cursor,
                    table._meta.db_table,
                    rows.names_of(table),
                    (rows.texts_of(table, row) for row in tables[table]),
                )
            for name, (columns, loose) in self.loose.items():
                rows.copy_in(cursor, name, columns, loose)
        self.changes, self.loose = {}, {}
        return count


_bulk: ContextVar[Bulk | None] = ContextVar("bulk", default=None)


def bulk_now() -> Bulk | None:
    """The running bulk, if any."""
    return _bulk.get()


def loading() -> bool:
    """Whether what is told here is the past of a matter, not what happens to it now."""
    return (running := _bulk.get()) is not None and running.past


@contextmanager
def bulk(*, quiet: bool = False, past: bool = True) -> Iterator[Bulk]:
    """Inside, verbs keep new matters in memory; they are written at the end, all or nothing.

    `flush()` may be called in between to write and free what has been gathered. `quiet`: nobody is told and no
    programme's guard is asked (history that is loaded sends no messages and happened under the rules of its day).
    Not `past`: it happens now (the clocks ring), so every guard is asked as for a single verb.
    """
    running = Bulk(quiet=quiet, past=past)
    token = _bulk.set(running)
    try:
        yield running
        running.flush()
    finally:
        _bulk.reset(token)
