"""A table somebody sent, understood row by row: the good rows, and each wrong cell with its line and column."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anxin.kernel.errors import AnxinError, BadInput
from anxin.tables.cells import plain_name, text_of
from anxin.tables.columns import Column
from anxin.tables.sources import Held, Source, open_source
from anxin.tables.sources import Row as Cells

MOST_BYTES = 10_000_000
MOST_UNPACKED = 100_000_000
MOST_ROWS = 20_000
MOST_WRONG = 1000
"""So many mistakes are listed; who made more of them has sent another table."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row without a mistake: the line it begins on (from 1, as the spreadsheet counts), its values by column code."""

    line: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wrong:
    """A mistake: its line (0: the file as a whole), the title of its column (or nothing), and what is wrong."""

    line: int
    column: str
    said: str

    def __str__(self) -> str:
        """As one sentence."""
        where = _("第 %(n)d 行") % {"n": self.line} if self.line else ""
        where += f"“{self.column}”" if self.column else ""
        return f"{where}：{self.said}" if where else self.said


@dataclass(slots=True)
class Sheet:
    """What a file says: rows without a mistake, all mistakes, what was found on the way, columns nobody asked for."""

    rows: list[Row] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unknown: tuple[str, ...] = ()


class NotTakenIn(BadInput):
    """表格没有导入，请按行修改后重新导入。"""

    code = "table_not_taken_in"

    def __init__(self, *, wrong: Sequence[Wrong]) -> None:
        self.wrong = list(wrong)
        super().__init__()


def take(sheet: Sheet, do: Callable[[Row], object], *, whole: bool) -> tuple[int, list[Wrong]]:
    """Do something with each row, in a transaction within the running one: how many were done, what is wrong.

    What a row raises (AnxinError) is named with its line. `whole`: a mistake anywhere undoes everything (NotTakenIn).
    """
    wrong, done = list(sheet.wrong), 0
    for row in sheet.rows:
        try:
            with transaction.atomic():
                do(row)
            done += 1
        except AnxinError as error:
            if error.status in (401, 403):
                raise
            said = "；".join(f"{value}" for value in error.fields.values() if value)
            wrong.append(Wrong(row.line, "", f"{error.message} {said}".strip()))
    wrong.sort(key=lambda each: each.line)
    if wrong and whole:
        raise NotTakenIn(wrong=wrong)
    return done, wrong


def read(filename: str, content: bytes, columns: Sequence[Column], *, most: int = MOST_ROWS) -> Sheet:
    """The rows of an .xlsx or .csv file (UTF-8 with or without its mark, GB 18030) of at most 10 MB and `most` rows.

    The header may stand under titles, on any sheet, in any order; columns nobody asked for are left out and named. A
    formula is not reckoned: the value it last showed counts. Raises nothing: a file that cannot be read is a mistake
    with line 0, so that "the good rows only" then means none.
    """
    if len(content) > MOST_BYTES:
        return Sheet(wrong=[Wrong(0, "", _("文件超过 %(n)d MB") % {"n": MOST_BYTES // 1_000_000})])
    names = _names(columns)

    def score(heads: Sequence[str]) -> int:
        return len({column.code for head in heads if (column := _column(names, text_of(head))) is not None})

    try:
        source = open_source(Held(filename, content), score, unpacked=MOST_UNPACKED)
        if source.shape == "jsonl":
            raise BadInput(_("请提供 .xlsx 或 .csv 文件"))
        return _understood(source, names, columns, most)
    except AnxinError as error:
        return Sheet(wrong=[Wrong(0, "", error.detail or error.message)])
    except Exception as error:  # openpyxl and zipfile have a hundred ways to stumble over a broken file
        return Sheet(wrong=[Wrong(0, "", _("文件无法读取：%(why)s") % {"why": f"{type(error).__name__}"})])


def _names(columns: Sequence[Column]) -> Mapping[str, Column]:
    """What columns are known by: every name as it is; without its brackets only where that means one column alone."""
    names: dict[str, Column] = {}
    short: dict[str, Column | None] = {}
    for column in columns:
        for name in (column.title, column.code, *column.aliases):
            names.setdefault(plain_name(name), column)
            bare = plain_name(_bare(name))
            short[bare] = column if short.get(bare, column) is column else None
    return {**{bare: column for bare, column in short.items() if column is not None}, **names}


def _bare(name: str) -> str:
    for mark in "（(":
        name = name.partition(mark)[0]
    return name


def _column(names: Mapping[str, Column], head: str) -> Column | None:
    if not head.strip():
        return None
    return names.get(plain_name(head)) or names.get(plain_name(_bare(head)))


def _understood(source: Source, names: Mapping[str, Column], columns: Sequence[Column], most: int) -> Sheet:
    sheet = Sheet(notes=list(source.notes))
    heads: dict[str, str] = {}
    for head in source.columns:
        column = _column(names, head)
        if column is None:
            continue
        if column.code in heads:
            said = _("“%(one)s”和“%(two)s”是同一列，请只留一列") % {"one": heads[column.code], "two": head}
            sheet.wrong.append(Wrong(0, column.title, said))
        heads.setdefault(column.code, head)
    sheet.unknown = tuple(head for head in source.columns if head not in heads.values())
    missing = [column.title for column in columns if column.required and column.code not in heads]
    if missing or not heads:
        wanted = "、".join(missing or [column.title for column in columns])
        sheet.wrong.append(Wrong(0, "", _("表头中没有这些列：%(names)s") % {"names": wanted}))
    if sheet.wrong:
        return sheet
    for place, cells in enumerate(source.rows()):
        if place >= most or cells.line > 10 * most:
            return Sheet(wrong=[Wrong(0, "", _("超过 %(n)d 行，请分成几个文件") % {"n": most})], notes=sheet.notes)
        _row(sheet, cells, heads, columns)
        if len(sheet.wrong) >= MOST_WRONG:
            sheet.wrong.append(Wrong(0, "", _("错误过多，第 %(n)d 行以后未检查") % {"n": cells.line}))
            return Sheet(wrong=sheet.wrong, notes=sheet.notes, unknown=sheet.unknown)
    if not sheet.rows and not sheet.wrong:
        sheet.wrong.append(Wrong(0, "", _("表中没有数据")))
    return sheet


def _row(sheet: Sheet, cells: Cells, heads: Mapping[str, str], columns: Sequence[Column]) -> None:
    if cells.wrong is not None:
        sheet.wrong.append(Wrong(cells.line, "", cells.wrong.detail or cells.wrong.message))
        return
    values: dict[str, Any] = {}
    before = len(sheet.wrong)
    for column in columns:
        try:
            values[column.code] = column.read(cells.values.get(heads.get(column.code, "")))
        except AnxinError as error:
            sheet.wrong.append(Wrong(cells.line, column.title, error.detail or error.message))
    if len(sheet.wrong) == before:
        sheet.rows.append(Row(cells.line, values))
