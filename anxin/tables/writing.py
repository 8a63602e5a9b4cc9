"""Rows of our own as a table to take away: .xlsx with real numbers and days, or .csv any spreadsheet opens.

No text is ever a formula: in a workbook it is typed as text, in a .csv file an apostrophe leads what looks like one.
"""

from __future__ import annotations

import csv as comma
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import openpyxl
from django.http import HttpRequest, HttpResponse
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from anxin.papers.answers import sent
from anxin.papers.paper import clean
from anxin.tables.cells import safe
from anxin.tables.columns import Column
from anxin.tables.wrong import UnknownForm

Values = Mapping[str, object] | Sequence[object]
"""A row: values by column code, or in the order of the columns."""
FORMS = ("xlsx", "csv")
LONGEST_CELL = 32_767
_LOOKS = {"fen": "#,##0.00", "m2": "#,##0.00", "day": "yyyy-mm-dd", "int": "0"}
_WIDTHS = {"int": 10, "fen": 14, "m2": 12, "day": 12, "truth": 8}


def xlsx(title: str, columns: Sequence[Column], rows: Iterable[Values]) -> bytes:
    """A workbook with one sheet called `title`: a header that stays in sight and can be filtered, then the rows.

    What `tables.read` with the same columns reads again as the same values.
    """
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\']", " ", clean(title)).strip()[:31] or "Sheet1")
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(max(len(columns), 1))}1"
    for place, column in enumerate(columns, 1):
        wide = _WIDTHS.get(column.sort, 24 if column.longest > 40 else 16)
        sheet.column_dimensions[get_column_letter(place)].width = max(wide, 2 * len(column.title) + 2)
    strong = Font(bold=True)
    heads = [_text(sheet, clean(column.title)) for column in columns]
    for head in heads:
        head.font = strong
    sheet.append(heads)
    for values in _written(columns, rows):
        sheet.append([_cell(sheet, column, value) for column, value in zip(columns, values, strict=True)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv(columns: Sequence[Column], rows: Iterable[Values]) -> bytes:
    """A .csv file in UTF-8 with its mark, lines ending as Windows ends them."""
    out = io.StringIO(newline="")
    table = comma.writer(out, lineterminator="\r\n")
    table.writerow([safe(clean(column.title)) for column in columns])
    for values in _written(columns, rows):
        table.writerow(["" if value is None else safe(value) if isinstance(value, str) else value for value in values])
    return out.getvalue().encode("utf-8-sig")


def answer(
    request: HttpRequest, title: str, columns: Sequence[Column], rows: Iterable[Values], filename: str = ""
) -> HttpResponse:
    """The table to be saved, by `?form=xlsx` (when nothing is said) or `?form=csv`; `filename` has no ending.

    Raises UnknownForm.
    """
    form = request.GET.get("form", "xlsx")
    if form not in FORMS:
        raise UnknownForm
    if form == "csv":
        return sent(csv(columns, rows), "text/csv; charset=utf-8", f"{filename or title}.csv")
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return sent(xlsx(title, columns, rows), kind, f"{filename or title}.xlsx")


def _written(columns: Sequence[Column], rows: Iterable[Values]) -> Iterator[list[Any]]:
    for row in rows:
        values = [row.get(column.code) for column in columns] if isinstance(row, Mapping) else row
        yield [column.written(value) for column, value in zip(columns, values, strict=True)]


def _text(sheet: Any, text: str) -> Any:
    """A cell of text, whatever it looks like: `value = ` would take "=1+1" for a formula."""
    cell = WriteOnlyCell(sheet, value="")
    cell._value, cell.data_type = text[:LONGEST_CELL], "s"
    return cell


def _cell(sheet: Any, column: Column, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, str):
        return _text(sheet, safe(value) if value.startswith("'") else value)
    if not isinstance(value, date) and abs(value) >= 10**15:
        return _text(sheet, str(value))
    if (look := _LOOKS.get(column.sort)) is None:
        return value
    cell = WriteOnlyCell(sheet, value=value)
    cell.number_format = look
    return cell
