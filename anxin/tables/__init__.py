"""Tables of others read in, tables of our own given out: .xlsx and .csv."""

from anxin.tables.cells import safe
from anxin.tables.columns import Column
from anxin.tables.reading import NotTakenIn, Row, Sheet, Wrong, read, take
from anxin.tables.writing import answer, csv, xlsx
from anxin.tables.wrong import UnknownForm, UnreadableFile, WrongMoment, WrongRow, WrongSheet

__all__ = [
    "Column", "NotTakenIn", "Row", "Sheet", "UnknownForm", "UnreadableFile", "Wrong", "WrongMoment", "WrongRow",
    "WrongSheet", "answer", "csv", "read", "safe", "take", "xlsx",
]  # fmt: skip
