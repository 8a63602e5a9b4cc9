"""Files (on disk or in memory) as streams of rows with line numbers: .csv (any usual encoding), .jsonl and .xlsx.

A reader never holds more than it must, and reckons no formula: a workbook says what it last showed. What it found out
on the way (encoding, sheet, merged cells) it says in `notes`, in sentences for the clerk who loads the file.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import ParseError

import msgspec
import openpyxl
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from anxin.kernel.errors import AnxinError, BrokenEncoding
from anxin.tables.wrong import UnreadableFile, WrongRow, WrongSheet

Score = Callable[[Sequence[str]], int]
"""How many column names are understood."""
HEADER_WITHIN = 15
"""The header is looked for in so many first rows: above it people write titles."""
LONGEST_FIELD = 1_000_000
DELIMITERS = ",\t;|，"
MOST_UNPACKED = 2_000_000_000
"""Bytes of a workbook once it is unpacked; a small file can hold a thousand times its size."""
MOST_MERGED = 500_000
WIDEST = 500
_MERGED = re.compile(rb'<mergeCell\s+ref="([A-Z]+\d+:[A-Z]+\d+)"')
_UNCOUNTED = re.compile(rb"<f[^<>]{0,300}(?:/>|>[^<]{0,9000}</f>)\s{0,9}(?:<v\s{0,9}/>|<v>\s{0,9}</v>)?\s{0,9}</c>")
_FAULTS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})


@dataclass(frozen=True, slots=True)
class Held:
    """A file that was sent and lies in memory: what readers need of a path."""

    name: str
    content: bytes

    @property
    def suffix(self) -> str:
        """The ending of its name, with the dot."""
        return Path(self.name).suffix

    def is_file(self) -> bool:
        """It is there."""
        return True

    def open(self, mode: str = "r", *, encoding: str | None = None, newline: str | None = None) -> IO[Any]:
        """To be read as bytes ("rb") or as text."""
        raw = io.BytesIO(self.content)
        return raw if mode == "rb" else io.TextIOWrapper(raw, encoding=encoding, newline=newline)


File = Path | Held


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it begins on (from 1), its values by column, or why it could not be read."""

    line: int
    values: dict[str, Any]
    wrong: AnxinError | None = None


@dataclass
class Source:
    """A file that can be read again and again. `shape` says what kind of file it was found to be."""

    path: File
    shape: str
    columns: tuple[str, ...]
    read: Callable[[], Iterator[Row]]
    sheet: str = ""
    notes: list[str] = field(default_factory=list)

    def rows(self) -> Iterator[Row]:
        """The rows from the first one; empty ones are left out."""
        return (row for row in self.read() if row.wrong or any(not _empty(value) for value in row.values.values()))

    def count(self) -> int:
        """How many rows there are."""
        return sum(1 for _ in self.rows())

    def samples(self, count: int = 3) -> dict[str, list[str]]:
        """The first values of each column, to be shown."""
        found: dict[str, list[str]] = {column: [] for column in self.columns}
        for place, row in enumerate(self.rows()):
            if place >= 50 or all(len(values) >= count for values in found.values()):
                break
            for column, value in row.values.items():
                if column in found and len(found[column]) < count and not _empty(value):
                    found[column].append(" ".join(str(value).split()))
        return found

    def fingerprint(self) -> str:
        """The SHA-256 of the file's bytes, in hexadecimal."""
        if isinstance(self.path, Held):
            return hashlib.sha256(self.path.content).hexdigest()
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def open_source(
    path: File, score: Score, *, sheet: str = "", encoding: str = "", unpacked: int = MOST_UNPACKED
) -> Source:
    """Find out what a file is and where its header stands. `score` rates column names; `sheet` names a worksheet;
    a workbook larger than `unpacked` bytes is not opened.

    Raises UnreadableFile, WrongSheet, BrokenEncoding.
    """
    if not path.is_file():
        raise UnreadableFile(f"找不到文件：{path.name}")
    readers = {".csv": _csv, ".tsv": _csv, ".txt": _csv, ".jsonl": _jsonl, ".ndjson": _jsonl}
    with path.open("rb") as file:
        start = file.read(4)
    if path.suffix.lower() in (".xlsx", ".xlsm") or start == b"PK\x03\x04":
        _weigh(path, unpacked)
        return _xlsx(path, score, sheet)
    if start == b"\xd0\xcf\x11\xe0":
        raise UnreadableFile("这是旧版 .xls 或加密的工作簿，请另存为不加密的 .xlsx")
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise UnreadableFile(path.name)
    if sheet:
        raise WrongSheet("只有 .xlsx 文件才有工作表")
    return reader(path, score, encoding or _encoding(path))


# ---- text files -------------------------------------------------------------------------------------------------


def _encoding(path: File) -> str:
    """The encoding of a text file: by its mark, else UTF-8, else GB 18030. Raises BrokenEncoding."""
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for name in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(name)()
        try:
            with path.open("rb") as file:
                while block := file.read(1 << 20):
                    decoder.decode(block)
                decoder.decode(b"", True)
        except UnicodeDecodeError:
            continue
        return name
    raise BrokenEncoding(f"{path.name} 既不是 UTF-8 也不是 GB 18030 编码")


def _named(names: Iterable[Any], notes: list[str]) -> list[str]:
    """Column names, trimmed; a name that occurs twice gets a number, nameless ones stay empty."""
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        said = " ".join(str(name).split()) if name is not None else ""
        seen[said] += bool(said)
        if seen[said] > 1:
            notes.append(f"列名“{said}”出现多次，后一列记作“{said}#{seen[said]}”")
            said = f"{said}#{seen[said]}"
        found.append(said)
    return found


def _delimiter(lines: list[str], score: Score) -> str:
    """The delimiter under which the first lines make the best table."""

    def worth(mark: str) -> tuple[int, int, int]:
        rows = [row for row in csv.reader(lines, delimiter=mark) if any(row)]
        if not rows:
            return 0, 0, 0
        alike = sum(len(row) == len(rows[0]) for row in rows[:-1]) if len(rows) > 1 else 1
        return score(rows[0]), alike if len(rows[0]) > 1 else 0, len(rows[0])

    return max(DELIMITERS, key=worth)


def _csv(path: File, score: Score, encoding: str) -> Source:
    csv.field_size_limit(LONGEST_FIELD)
    with path.open(encoding=encoding, newline="") as file:
        lines = [line for _, line in zip(range(60), file, strict=False)]
    if not lines:
        raise UnreadableFile(f"{path.name} 是空文件")
    notes: list[str] = []
    mark = _delimiter(lines, score)
    heads = [row for _, row in zip(range(HEADER_WITHIN), csv.reader(lines, delimiter=mark), strict=False)]
    place = max(range(len(heads)), key=lambda i: (score(heads[i]), -i))
    names = _named(heads[place], notes)
    if place:
        notes.append(f"表头在第 {place + 1} 行，之前的行未载入")
    spoken = {",": "逗号", "\t": "制表符", ";": "分号", "|": "竖线", "，": "全角逗号"}[mark]
    notes.insert(0, f"编码 {encoding.upper()}，以{spoken}分隔")
    columns = tuple(name for name in names if name)
    return Source(path, "csv", columns, lambda: _csv_rows(path, encoding, mark, place, names), notes=notes)


def _csv_rows(path: File, encoding: str, mark: str, header: int, names: list[str]) -> Iterator[Row]:
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=mark)
        for _ in range(header + 1):
            next(reader)
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                said = "引号没有闭合" if "field larger" in str(error) else str(error)
                yield Row(line, {}, WrongRow(said))
                continue
            surplus = cells[len(names) :]
            values = {name: cell for name, cell in zip(names, cells, strict=False) if name}
            wrong = WrongRow(f"有 {len(cells)} 列，表头只有 {len(names)} 列") if any(surplus) else None
            yield Row(line, values, wrong)


def _jsonl(path: File, score: Score, encoding: str) -> Source:
    names: dict[str, None] = {}
    found = 0
    for row in _jsonl_rows(path, encoding):
        names.update(dict.fromkeys(row.values))
        found += row.wrong is None
        if found >= 200:
            break
    if not names:
        raise UnreadableFile(f"{path.name} 中没有 JSON 对象")
    source = Source(path, "jsonl", tuple(names), lambda: _jsonl_rows(path, encoding))
    source.notes.append(f"编码 {encoding.upper()}，每行一个 JSON 对象")
    return source


def _jsonl_rows(path: File, encoding: str) -> Iterator[Row]:
    with path.open(encoding=encoding) as file:
        for line, text in enumerate(file, 1):
            if not text.strip():
                continue
            try:
                told = msgspec.json.decode(text)
            except (msgspec.DecodeError, UnicodeEncodeError):
                yield Row(line, {}, WrongRow("不是完整的 JSON"))
                continue
            if isinstance(told, dict):
                yield Row(line, _flat(told))
            else:
                yield Row(line, {}, WrongRow("不是 JSON 对象"))


def _flat(told: dict[str, Any], above: str = "") -> dict[str, Any]:
    """Nested objects as names with dots; lists as their parts one below the other."""
    flat: dict[str, Any] = {}
    for name, value in told.items():
        if isinstance(value, dict):
            flat.update(_flat(value, f"{above}{name}."))
        elif isinstance(value, list):
            flat[f"{above}{name}"] = "\n".join(str(part) for part in value)
        else:
            flat[f"{above}{name}"] = value
    return flat


# ---- workbooks --------------------------------------------------------------------------------------------------


@dataclass
class _Sheet:
    """A worksheet with the row (from 1) that looks most like a header."""

    name: str
    score: int
    header: int
    cells: list[Any]


def _raw(path: File) -> Path | io.BytesIO:
    return path if isinstance(path, Path) else io.BytesIO(path.content)


def _weigh(path: File, most: int) -> None:
    """Raises UnreadableFile when the workbook is no archive, or one that unpacks to more than `most` bytes."""
    try:
        with zipfile.ZipFile(_raw(path)) as archive:
            size = sum(each.file_size for each in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UnreadableFile(f"{path.name} 不是完整的 .xlsx 工作簿") from error
    if size > most:
        raise UnreadableFile(f"{path.name} 展开后过大（{size // 1_000_000} MB）")


def _book(path: File) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(_raw(path), read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, ParseError) as error:
        raise UnreadableFile(f"{path.name} 不是完整的 .xlsx 工作簿") from error


def _rated(sheet: Any, score: Score) -> _Sheet:
    best = _Sheet(sheet.title, -1, 1, [])
    for number, cells in enumerate(sheet.iter_rows(max_row=HEADER_WITHIN, max_col=WIDEST, values_only=True), 1):
        names = [str(cell) if cell is not None else "" for cell in cells]
        if any(names) and (worth := score(names)) > best.score:
            last = max(place for place, name in enumerate(names) if name)  # a narrow row comes filled up with nothing
            best = _Sheet(sheet.title, worth, number, list(cells[: last + 1]))
    return best


def _xlsx(path: File, score: Score, wanted: str) -> Source:
    book = _book(path)
    try:
        sheets = [_rated(sheet, score) for sheet in book.worksheets if hasattr(sheet, "iter_rows")]
    finally:
        book.close()
    said = "；".join(
        f"“{sheet.name}”（{'、'.join(str(c) for c in sheet.cells if c is not None)[:60] or '空'}）" for sheet in sheets
    )
    if wanted:
        chosen = next((sheet for sheet in sheets if sheet.name == wanted), None)
        if chosen is None:
            raise WrongSheet(f"没有工作表“{wanted}”；工作簿中有：{said}")
    else:
        chosen = max(sheets, key=lambda sheet: sheet.score, default=None)
        if chosen is None or chosen.score < 1:
            raise WrongSheet(f"没有一张工作表的表头可以识别；工作簿中有：{said}")
    notes = [f"工作表“{chosen.name}”"]
    if others := [sheet.name for sheet in sheets if sheet is not chosen and sheet.score > 0]:
        notes.append(f"另有可以识别的工作表未载入：{'、'.join(others)}")
    if chosen.header > 1:
        notes.append(f"表头在第 {chosen.header} 行，之前的行未载入")
    names = _named(chosen.cells, notes)
    merged, uncounted = _oddities(path, chosen.name)
    notes += _explain(merged, chosen.header, names)
    if uncounted:
        notes.append(f"有 {uncounted} 个公式没有计算结果，按空白处理：请用 Excel 打开并保存后再载入")
    sheet, header, down = chosen.name, chosen.header, _going_down(merged, chosen.header)
    columns = tuple(name for name in names if name)
    source = Source(path, "xlsx", columns, lambda: _xlsx_rows(path, sheet, header, names, down), sheet, notes)
    return source


def _oddities(path: File, sheet: str) -> tuple[list[tuple[int, int, int, int]], int]:
    """Merged ranges (first column, first row, last column, last row) of a worksheet, and formulas without a value."""
    book = _book(path)
    try:
        inside = str(book[sheet]._worksheet_path).lstrip("/")
    finally:
        book.close()
    merged: list[tuple[int, int, int, int]] = []
    uncounted = 0
    with zipfile.ZipFile(_raw(path)) as archive, archive.open(inside) as file:
        rest = b""
        while block := file.read(1 << 20):
            text = rest + block
            end = text.rfind(b">") + 1
            end = max(text.rfind(b"</c>") + 4, text.rfind(b"<mergeCell")) if b"</c>" in text else end
            whole, rest = text[:end], text[end:]
            uncounted += sum(1 for _ in _UNCOUNTED.finditer(whole))
            merged += [range_boundaries(ref.decode()) for ref in _MERGED.findall(whole)]
        merged += [range_boundaries(ref.decode()) for ref in _MERGED.findall(rest)]
    return merged, uncounted


def _explain(merged: list[tuple[int, int, int, int]], header: int, names: list[str]) -> list[str]:
    """What merged cells mean for the rows, in sentences."""
    said = []
    for left, top, right, bottom in merged:
        where = f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}"
        if bottom < header:
            continue
        if top <= header <= bottom:
            lost = [get_column_letter(c) for c in range(left + 1, right + 1) if c > len(names) or not names[c - 1]]
            if lost:
                said.append(f"表头 {where} 是合并单元格，{'、'.join(lost)} 列没有自己的列名，未载入")
        elif right > left:
            said.append(f"{where} 跨列合并，内容只算作第一列的")
        else:
            said.append(f"{where} 是合并单元格，每一行都按同一内容载入")
    return said if len(said) <= 8 else [*said[:8], f"…… 共 {len(said)} 处合并单元格"]


def _going_down(merged: list[tuple[int, int, int, int]], header: int) -> dict[tuple[int, int], tuple[int, int]]:
    """For each cell of the data that a merge from above covers: the cell (row, column) that holds the value."""
    below = [(left, top, min(bottom, top + 100_000)) for left, top, _, bottom in merged if top > header]
    if sum(bottom - top for _, top, bottom in below) > MOST_MERGED:
        raise UnreadableFile("合并单元格过多，请取消合并后再载入")
    return {(row, left): (top, left) for left, top, bottom in below for row in range(top + 1, bottom + 1)}


def _xlsx_rows(
    path: File, sheet: str, header: int, names: list[str], down: dict[tuple[int, int], tuple[int, int]]
) -> Iterator[Row]:
    book = _book(path)
    held: dict[tuple[int, int], Any] = {}
    holders = set(down.values())
    try:
        widest = max(len(names), 1)
        for line, cells in enumerate(
            book[sheet].iter_rows(min_row=header + 1, max_col=widest, values_only=True), header + 1
        ):
            values: dict[str, Any] = {}
            fault = ""
            for place, name in enumerate(names, 1):
                value = cells[place - 1] if place <= len(cells) else None
                if (line, place) in holders:
                    held[line, place] = value
                elif (line, place) in down:
                    value = held.get(down[line, place])
                if isinstance(value, str) and value in _FAULTS:
                    fault = f"单元格 {get_column_letter(place)}{line} 是错误值 {value}"
                if name:
                    values[name] = _plain(value)
            yield Row(line, values, WrongRow(fault) if fault else None)
    finally:
        book.close()


def _plain(value: Any) -> Any:
    """Numbers that Excel keeps as 13800000000.0 as whole numbers; moments and texts as they are."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    if isinstance(value, time) and not isinstance(value, date | datetime):
        return value.isoformat()
    return value
