"""The journal folded again: do the tables say the same, is the chain whole, does every clock come out as it stands?

Everything here is computed from the entries alone; nothing is written. All is read from one moment of the database, so
that the city may go on working meanwhile.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from django.db import connection, models, transaction

from anxin.kernel import clock
from anxin.kernel.clock import Limit, Unit
from anxin.kernel.errors import AnxinError
from anxin.kernel.journal import TRACKED, tracked
from anxin.kernel.matters import Matter
from anxin.kernel.orders import Check, Clock, Order
from anxin.kernel.seals import Seal

Fold = dict[str, dict[str, Any]]
"""What the entries of one matter add up to: row key ("m", "o17", "c18", "k19") -> column -> value."""
MOST_SHOWN = 20


class JournalDiffers(AnxinError):
    """流水与数据表不一致。"""

    status = 500


@dataclass
class Outcome:
    """What a check found. `differences` holds the first twenty, in words."""

    matters: int = 0
    entries: int = 0
    clocks: int = 0
    broken: int = 0
    differences: list[str] = field(default_factory=list)
    count: int = 0

    def differ(self, sentence: str) -> None:
        """Note a difference."""
        self.count += 1
        if len(self.differences) < MOST_SHOWN:
            self.differences.append(sentence)

    def add(self, other: Outcome) -> None:
        """Take in what another process found in its part."""
        self.matters += other.matters
        self.entries += other.entries
        self.clocks += other.clocks
        self.broken += other.broken
        self.count += other.count
        self.differences = [*self.differences, *other.differences][:MOST_SHOWN]

    @property
    def sound(self) -> bool:
        """Whether everything agrees."""
        return self.count == 0


def fold(entries: list[Mapping[str, Any]]) -> Fold:
    """Add up the data of a matter's entries, in their order. Raises JournalDiffers when a move does not follow."""
    rows: Fold = {}
    for data in entries:
        for key, (before, after) in data.get("moves", {}).items():
            if rows.get(key, {}).get("state") != before:
                raise JournalDiffers(f"{key}: {before} -> {after}")
        for key, values in data.get("set", {}).items():
            row = rows.get(key)
            if row is None:
                rows[key] = dict(values)
            else:
                row.update(values)
    return rows


def due_of(row: Mapping[str, Any]) -> datetime:
    """The due moment of a folded clock, computed anew from its start, limit and pauses."""
    return clock.due(
        datetime.fromisoformat(row["started_at"]),
        _limit(row["amount"], row["unit"]),
        [
            (datetime.fromisoformat(begin), datetime.fromisoformat(end) if end else None)
            for begin, end in row.get("pauses", ())
        ],
    )


@lru_cache(maxsize=1024)
def _limit(amount: int, unit: str) -> Limit:
    return Limit(amount=amount, unit=Unit(unit))


def _same(field_: Any) -> Callable[[Any], Any]:
    """How a journalled value becomes what the table's column holds."""
    if isinstance(field_, models.DateTimeField):
        return datetime.fromisoformat
    if isinstance(field_, models.DateField):
        return date.fromisoformat
    if isinstance(field_, models.UUIDField) or (
        field_.is_relation and isinstance(field_.target_field, models.UUIDField)
    ):
        return UUID
    return lambda value: value


class _Table:
    """One tracked table, streamed in the order of its matters."""

    def __init__(self, table: type[models.Model], since: int, upto: int) -> None:
        self.table, self.prefix = table, TRACKED[table]
        fields = {f.attname: f for f in table._meta.concrete_fields}
        self.columns = [
            (name, default() if callable(default) else default, _same(fields[name])) for name, default in tracked(table)
        ]
        owner = "id" if table is Matter else "matter_id"
        self._blank = {name: default for name, default, _ in self.columns}
        self._written = [
            (place, same)
            for place, (name, _, same) in enumerate(self.columns)
            if isinstance(fields[name], models.DateField | models.UUIDField | models.ForeignKey)
        ]
        json = {name for name in fields if isinstance(fields[name], models.JSONField)}
        self._json = [2 + place for place, (name, _, _) in enumerate(self.columns) if name in json]
        names = ", ".join(f'"{fields[name].column}"{"::text" if name in json else ""}' for name, _, _ in self.columns)
        extra = ", entries" if table is Matter else ""
        query = (
            f'SELECT {owner}, id, {names}{extra} FROM "{table._meta.db_table}"'
            f" WHERE {owner} BETWEEN {since} AND {upto} ORDER BY {owner}"
        )
        self._groups = groupby(_stream(query), key=lambda row: row[0])
        self._next = next(self._groups, None)
        self._rows = list(self._next[1]) if self._next else []

    def rows_of(self, matter: float, out: Outcome) -> list[tuple[Any, ...]]:
        """The rows of a matter; matters must be asked in rising order. What is passed over has no journal at all."""
        while self._next is not None and self._next[0] < matter:
            out.differ(f"事项 {self._next[0]}: {self.prefix} 在表中，没有流水")
            self._step()
        if self._next is None or self._next[0] != matter:
            return []
        rows = self._rows
        self._step()
        return rows

    def _step(self) -> None:
        self._next = next(self._groups, None)
        self._rows = list(self._next[1]) if self._next else []

    def compare(self, number: int, row: tuple[Any, ...], folded: Fold, out: Outcome) -> None:
        """Compare one row with what the journal says of it."""
        key = self.prefix if self.prefix == "m" else f"{self.prefix}{row[1]}"
        told = folded.pop(key, None)
        if told is None:
            out.differ(f"事项 {number}: {key} 不在流水中")
            return
        values = {**self._blank, **told}
        if len(values) > len(self._blank):
            out.differ(f"事项 {number}: {key} 没有列 {'、'.join(values.keys() - self._blank.keys())}")
        said = list(values.values())
        for place, same in self._written:
            if isinstance(said[place], str):
                said[place] = same(said[place])
        stored = list(row)
        for place in self._json:
            stored[place] = [] if row[place] == "[]" else _decode(row[place])
        if said != stored[2 : 2 + len(said)]:
            for name, expected, value in zip(values, said, stored[2:], strict=False):
                if expected != value:
                    out.differ(f"事项 {number}: {key}.{name} 表中 {value!r}，流水 {expected!r}")


def _stream(query: str) -> Iterator[tuple[Any, ...]]:
    """Rows of a query, a few thousand at a time, in binary."""
    connection.ensure_connection()
    name = f"replay_{abs(hash(query))}"
    with psycopg.ServerCursor(connection.connection, name) as cursor:
        cursor.execute(query.encode(), binary=True)
        while rows := cursor.fetchmany(5000):
            yield from rows


_decode = msgspec.json.Decoder().decode


def check(
    *,
    since: int = 0,
    upto: int = 2**62,
    chain: bool = True,
    raise_on_difference: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Outcome:
    """Fold every matter between two ids and compare with the tables, recompute every due moment, verify the chain.

    Raises JournalDiffers when asked to and something differs.
    """
    out = Outcome()
    with _one_moment():
        _check_span(since, upto, out, chain, progress)
        if chain:
            _check_seals(out)
    if raise_on_difference and not out.sound:
        raise JournalDiffers("；".join(out.differences))
    return out


def check_in_parts(processes: int = 2, *, chain: bool = True, progress: Callable[[int], None] | None = None) -> Outcome:
    """The same check of the whole city by several processes, each on its span of ids with its own connection."""
    bounds = [0]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT unnest(percentile_disc(%s::float8[]) WITHIN GROUP (ORDER BY id)) FROM kernel_matter",
            [[part / processes for part in range(1, processes)]],
        )
        bounds += [found for (found,) in cursor.fetchall() if found is not None]
    spans = list(zip(bounds, [*(bound - 1 for bound in bounds[1:]), 2**62], strict=True))
    if len(spans) < 2 or connection.in_atomic_block:
        return check(chain=chain, progress=progress)
    fork = multiprocessing.get_context("fork")
    seen: Any = fork.Array("q", len(spans))
    out, children = Outcome(), []
    for place, span in enumerate(spans):
        ear, mouth = fork.Pipe(duplex=False)
        child = fork.Process(target=_part, args=(span, chain, seen, place, mouth), daemon=True)
        child.start()
        mouth.close()
        children.append((child, ear))
    for child, ear in children:
        while not ear.poll(0.2) and child.is_alive():
            if progress:
                progress(sum(seen[:]))
        try:
            out.add(ear.recv())
        except EOFError:
            out.differ(f"核对进程中断：{child.exitcode}")
        child.join()
    if chain:
        _check_seals(out)
    return out


def _part(span: tuple[int, int], chain: bool, seen: Any, place: int, mouth: Any) -> None:
    connection.connection = None  # the parent's stays the parent's
    out = Outcome()

    def note(done: int) -> None:
        seen[place] = done

    with _one_moment():
        _check_span(*span, out, chain, note)
    mouth.send(out)
    mouth.close()
    connection.close()


@contextmanager
def _one_moment() -> Iterator[None]:
    """Everything inside is read as it stood at one moment."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _check_span(since: int, upto: int, out: Outcome, chain: bool, progress: Callable[[int], None] | None) -> None:
    tables = [_Table(table, since, upto) for table in (Matter, Order, Clock, Check)]
    entries = _stream(
        "SELECT matter_id, data::text FROM kernel_entry"
        f" WHERE matter_id BETWEEN {since} AND {upto} ORDER BY matter_id, seq"
    )
    for number, group in groupby(entries, key=lambda row: row[0]):
        told = [_decode(data) for _, data in group]
        out.matters += 1
        out.entries += len(told)
        _check_matter(number, told, tables, out)
        if progress and out.matters % 1000 == 0:
            progress(out.matters)
    for table in tables:
        table.rows_of(float("inf"), out)
    if chain:
        _check_chain(since, upto, out)


def _check_matter(number: int, told: list[Any], tables: list[_Table], out: Outcome) -> None:
    try:
        folded = fold(told)
    except JournalDiffers as broken:
        out.differ(f"事项 {number}: {broken.detail}")
        for table in tables:
            table.rows_of(number, out)
        return
    for key, row in folded.items():
        if key[0] == "c":
            out.clocks += 1
            if due_of(row) != datetime.fromisoformat(row["due_at"]):
                out.differ(f"事项 {number}: 时限 {row['code']} 重算为 {due_of(row)}，流水 {row['due_at']}")
    for table in tables:
        for stored in table.rows_of(number, out):
            table.compare(number, stored, folded, out)
            if table.prefix == "m" and stored[-1] != len(told):
                out.differ(f"事项 {number}: 应有 {stored[-1]} 条流水，实有 {len(told)} 条")
    for key in folded:
        out.differ(f"事项 {number}: 流水中的 {key} 不在表中")


def _check_chain(since: int, upto: int, out: Outcome) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT e, lag(e.hash) OVER (PARTITION BY matter_id ORDER BY seq) AS before,"
            " row_number() OVER (PARTITION BY matter_id ORDER BY seq) AS place FROM kernel_entry e"
            " WHERE matter_id BETWEEN %s AND %s) AS chain"
            " WHERE (e).hash <> kernel_entry_hash(e, before) OR (e).prev IS DISTINCT FROM before OR (e).seq <> place",
            [since, upto],
        )
        out.broken = cursor.fetchone()[0]
        cursor.execute(
            "SELECT count(*) FROM kernel_entry e LEFT JOIN kernel_words w ON w.entry_id = e.id"
            " WHERE e.matter_id BETWEEN %s AND %s AND e.data ? 'words' AND w.erased_at IS NULL"
            " AND (e.data -> 'words') IS DISTINCT FROM (SELECT jsonb_object_agg(key,"
            " left(encode(sha256(convert_to(value, 'UTF8')), 'hex'), 32)) FROM jsonb_each_text(w.texts))",
            [since, upto],
        )
        altered = cursor.fetchone()[0]
    if out.broken:
        out.differ(f"{out.broken} 条流水的校验链断裂")
    if altered:
        out.differ(f"{altered} 条流水的文字与其指纹不符")


def _check_seals(out: Outcome) -> None:
    before, since = None, "0"
    for seal in Seal.objects.order_by("pk").iterator():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*), sha256(string_agg(hash, '' ORDER BY id)) FROM kernel_entry"
                " WHERE xact >= %s::xid8 AND xact < %s::xid8",
                [since, seal.upto],
            )
            count, digest = cursor.fetchone()
        if count != seal.entries or bytes(digest or b"") != bytes(seal.digest) or seal.prev != before:
            out.differ(f"{seal.at} 的封存不符：应有 {seal.entries} 条，实有 {count} 条")
        before, since = seal.digest, seal.upto
