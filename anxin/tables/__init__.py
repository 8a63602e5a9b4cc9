"""Tables of others read in, tables of our own given out: .xlsx and .csv."""

from anxin.tables.cells import safe
from anxin.tables.columns import Column
from anxin.tables.reading import Row, Sheet, Wrong, read
from anxin.tables.writing import answer, csv, xlsx
from anxin.tables.wrong import UnknownForm, UnreadableFile, WrongMoment, WrongRow, WrongSheet

__all__ = [
    "Column", "Row", "Sheet", "UnknownForm", "UnreadableFile", "Wrong", "WrongMoment", "WrongRow", "WrongSheet",
    "answer", "csv", "read", "safe", "xlsx",
]  # fmt: skip
