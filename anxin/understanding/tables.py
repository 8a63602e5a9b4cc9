"""Rows of a file as people keep them: .csv (UTF-8, UTF-16 or GB18030) and .jsonl, with the line a row begins in."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from io import StringIO
from pathlib import Path

from anxin.kernel.clock import TZ
from anxin.kernel.errors import BadInput, BrokenEncoding, NotFound

LARGEST_FIELD = 10_000_000
"""Characters one cell may have."""
HEADLINES = ("subject", "title", "headline", "标题", "主题", "留言主题", "诉求标题")
DETAILS = ("detail", "narrative", "text", "content", "message", "内容", "留言详情", "留言", "诉求内容", "详情")
"""Names of columns that hold the words of a message, when none are named [INF]."""
STAND_INS = ("segmented", "分词")
"""Columns that hold the same words parted by blanks: they stand in for a detail that is empty [INF]."""
SHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How workbooks of Excel begin, new and old."""
END = "\x01end of the table\x01"
"""Put behind the last row: found inside a cell, it shows that a quote was never closed."""


class NoFile(NotFound):
    """没有这个文件，请核对文件名和所在目录。"""

    code = "no_file"


class BadTable(BadInput):
    """表格无法读取，请核对列名和每一行的内容。"""

    code = "bad_table"


def rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number (from 1) and cells of every row; every row has all columns, cells that are missing are empty.

    A line with nothing in it is no row. Cells are parted by commas, or else by tabs or semicolons.
    Raises NoFile, BrokenEncoding, BadTable naming the line of a row that is no row.
    """
    if not path.is_file():
        raise NoFile(path.name)
    if path.suffix.lower() in (".jsonl", ".ndjson", ".json"):
        yield from _json_lines(_decoded(path))
    else:
        yield from _csv(_decoded(path))


def _decoded(path: Path) -> str:
    content = path.read_bytes()
    if content.startswith(SHEETS):
        raise BadTable(f"{path.name} 是 Excel 工作簿，请另存为 CSV（UTF-8）")
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BrokenEncoding(path.name)


def _csv(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    csv.field_size_limit(LARGEST_FIELD)
    # Not str.splitlines: it also breaks at U+2028, U+0085 and form feeds, which stand inside cells.
    text = text.replace("\0", "")
    head = text.lstrip("\r\n").partition("\n")[0]
    parted = "," if "," in head else next((mark for mark in "\t;" if mark in head), ",")
    ended = "" if text.endswith(("\n", "\r")) else "\n"
    lines = csv.reader(StringIO(f"{text}{ended}{END}\n", newline=""), delimiter=parted)
    names: list[str] = []
    line = 1
    try:
        for cells in lines:
            if cells == [END]:
                return
            if cells and END in cells[-1]:
                raise BadTable(f"第 {line} 行：引号没有关闭")
            if cells and not names:
                names = [name.strip() for name in cells]
            elif cells:
                yield line, dict(zip(names, [*cells, *[""] * (len(names) - len(cells))], strict=False))
            line = lines.line_num + 1
    except csv.Error as error:
        raise BadTable(f"第 {lines.line_num} 行：{error}") from None


def _json_lines(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    found: list[tuple[int, dict[str, str]]] = []
    for line, said in enumerate(text.split("\n"), 1):
        if not said.strip():
            continue
        try:
            row = json.loads(said)
        except json.JSONDecodeError as error:
            raise BadTable(f"第 {line} 行：第 {error.colno} 个字符处不是 JSON，每行应为一个对象") from None
        except (ValueError, RecursionError):
            raise BadTable(f"第 {line} 行：数字过长或嵌套过深") from None
        if not isinstance(row, Mapping):
            raise BadTable(f"第 {line} 行：不是对象，每行应为一个 JSON 对象")
        found.append((line, {name: _cell(value) for name, value in row.items()}))
    # A row may leave out what it has not got, the first one too: the columns are those of all rows.
    names = dict.fromkeys((name for _, row in found for name in row), "")
    for line, row in found:
        yield line, {**names, **row}


def _cell(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)


def columns(given: str, known: Sequence[str]) -> list[str]:
    """The columns named in "subject,detail", all of which must be there; with none named, the usual ones.

    Raises BadTable saying which columns there are.
    """
    named = [name.strip() for name in given.split(",") if name.strip()]
    missing = [name for name in named if name not in known]
    if not named:
        lower = {name.lower(): name for name in known}
        for usual in (HEADLINES, DETAILS):
            named += [lower[name] for name in usual if name in lower][:1]
    if missing or not named:
        raise BadTable(
            f"没有这一列：{'、'.join(missing)}；文件中有：{'、'.join(known)}"
            if missing
            else f"看不出哪一列是文字，请用 --text 写明；文件中有：{'、'.join(known)}"
        )
    return named


def words(row: Mapping[str, str], named: Sequence[str], instead: Mapping[str, str]) -> tuple[str, str]:
    """Headline and text of a row: the first of several columns is the headline; an empty one takes its stand-in."""
    said = [row.get(name, "").strip() or row.get(instead.get(name, ""), "").strip() for name in named]
    if not said[-1]:
        said[-1] = next((row[name].strip() for name in STAND_INS if row.get(name)), "")
    return ("", said[0]) if len(said) == 1 else (said[0], "\n".join(part for part in said[1:] if part))


FRACTION = re.compile(r"(?<=:\d\d)\.\d{1,9}$")
"""Fractions of a second, as databases write them."""
MOMENTS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日",
)


def moment(said: str) -> datetime:
    """A moment as people write it in tables; without an offset it is the city's time. Raises ValueError."""
    plain = said.strip()
    if "T" not in plain:
        day, blank, hour = plain.partition(" ")
        plain = day.replace("/", "-").replace(".", "-") + blank + FRACTION.sub("", hour)
    for form in MOMENTS:
        try:
            return datetime.strptime(plain, form).replace(tzinfo=TZ)
        except ValueError:
            continue
    found = datetime.fromisoformat(plain)
    return found if found.tzinfo else found.replace(tzinfo=TZ)
