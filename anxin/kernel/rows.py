"""Rows as SQL: ids in blocks, many rows of many tables in one prepared statement, COPY for very many."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.base import ModelState
from psycopg import sql
from psycopg.types.json import Jsonb, set_json_dumps
from psycopg.types.numeric import Int8Dumper

M = TypeVar("M", bound=models.Model)
set_json_dumps(msgspec.json.encode)


if TYPE_CHECKING:
    _Field = models.Field[Any, Any]
else:
    _Field = models.Field


class TransactionId(_Field):
    """The database transaction that wrote a row (64 bits, never reused)."""

    def db_type(self, connection: Any) -> str:
        """The column's type in PostgreSQL."""
        return "xid8"


class _Ids:
    """Ids in blocks of 64 from one sequence: unique over all processes, one question for 64 rows."""

    size = 64

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: dict[tuple[Any, ...], Iterator[int]] = {}

    def next(self) -> int:
        """A new id."""
        where: Any = connections.settings[DEFAULT_DB_ALIAS]
        key = (where["HOST"], where["PORT"], where["NAME"])
        with self._lock:
            found = next(self._left.get(key, iter(())), None)
            if found is None:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT nextval('kernel_ids')")
                    block = cursor.fetchone()[0] * self.size
                self._left[key] = iter(range(block, block + self.size))
                found = next(self._left[key])
            return found


new_id = _Ids().next


@cache
def _defaults(table: type[models.Model]) -> tuple[dict[str, Any], tuple[tuple[str, Any], ...]]:
    plain = {f.attname: None if not f.has_default() else f.default for f in table._meta.concrete_fields}
    made = tuple((name, default) for name, default in plain.items() if callable(default))
    return plain, made


def make(table: type[M], **values: Any) -> M:
    """A new, unsaved row from the values of its columns (attribute names), the rest at their defaults.

    Ten times as fast as calling the model, which looks at every field for related objects; intake makes a dozen.
    """
    row = table.__new__(table)
    plain, made = _defaults(table)
    row.__dict__.update(plain)
    for name, default in made:
        row.__dict__[name] = default()
    row.__dict__.update(values)
    row._state = ModelState()
    return row


@cache
def columns_of(table: type[models.Model]) -> tuple[tuple[str, str], ...]:
    """Attribute and sort of each column that is written by us (the database fills in the rest)."""
    return tuple(
        (f.attname, "json" if isinstance(f, models.JSONField) else "plain")
        for f in table._meta.concrete_fields
        if f.attname not in getattr(table, "WRITTEN_BY_DATABASE", ()) and not isinstance(f, models.AutoField)
    )


def adapt(kind: str, value: Any) -> Any:
    """A value as psycopg takes it."""
    return Jsonb(value) if kind == "json" and value is not None else value


@cache
def _picker(table: type[models.Model]) -> tuple[Callable[[dict[str, Any]], tuple[Any, ...]], tuple[int, ...]]:
    """What takes the values out of a row, and at which places those are that become JSON."""
    columns = columns_of(table)
    pick: Callable[[dict[str, Any]], tuple[Any, ...]] = itemgetter(*(name for name, _ in columns))
    return pick, tuple(place for place, (_, kind) in enumerate(columns) if kind == "json")


def values_of(table: type[models.Model], row: models.Model) -> list[Any]:
    """The values of a row, in the order of `names_of`."""
    pick, json = _picker(table)
    values = list(pick(vars(row)))
    for place in json:
        values[place] = adapt("json", values[place])
    return values


def texts_of(table: type[models.Model], row: models.Model) -> list[Any]:
    """The values of a row for COPY, where JSON is a text like any other."""
    pick, json = _picker(table)
    values = list(pick(vars(row)))
    for place in json:
        if values[place] is not None:
            values[place] = msgspec.json.encode(values[place]).decode()
    return values


def writable(text: str) -> bool:
    """Whether the database can hold a text: no NUL, no half of a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def whole(text: str) -> int | None:
    """A number as a form or an address brings it: decimal digits, no more than a column of ids holds; else nothing."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


@cache
def insert_into(table: str, columns: tuple[str, ...], count: int = 1) -> str:
    """INSERT of so many rows."""
    row = "(" + ", ".join(["%s"] * len(columns)) + ")"
    names = ", ".join(f'"{column}"' for column in columns)
    return f'INSERT INTO "{table}" ({names}) VALUES {", ".join([row] * count)}'


@cache
def names_of(table: type[models.Model]) -> tuple[str, ...]:
    """The columns that are written by us."""
    written = dict(columns_of(table))
    return tuple(str(f.column) for f in table._meta.concrete_fields if f.attname in written)


@cache
def update_one(table: type[models.Model], attnames: tuple[str, ...]) -> str:
    """UPDATE of some columns of one row."""
    columns = {f.attname: f.column for f in table._meta.concrete_fields}
    sets = ", ".join(f'"{columns[name]}" = %s' for name in attnames)
    return f'UPDATE "{table._meta.db_table}" SET {sets} WHERE id = %s'


@lru_cache(maxsize=500)
def joined(parts: tuple[str, ...]) -> bytes:
    """One statement of many, with PostgreSQL's own numbered parameters."""
    named = ", ".join(f"w{place} AS ({part})" for place, part in enumerate(parts))
    pieces = f"WITH {named} SELECT 1".split("%s")
    return "".join(f"{piece}${place}" for place, piece in enumerate(pieces[:-1], 1)).encode() + pieces[-1].encode()


def execute(statement: bytes, params: list[Any]) -> None:
    """Run one prepared statement, with numbered parameters, on the connection of this thread."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.RawCursor(connection.connection) as cursor:
        cursor.adapters.register_dumper(int, Int8Dumper)  # one type for all numbers: one prepared plan
        cursor.execute(statement, params, prepare=True)


def update_many(cursor: psycopg.Cursor[Any], updates: Mapping[str, Iterable[list[Any]]]) -> None:
    """Run each statement (of `update_one`) for many rows; they go over the wire together."""
    cursor.adapters.register_dumper(int, Int8Dumper)
    for statement, values in updates.items():
        cursor.executemany(statement, values)


def copy_in(cursor: Any, table: str, columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Write rows with COPY."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
