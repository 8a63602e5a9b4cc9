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


def rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number (from 1) and cells of every row; cells that are missing are empty.

    Raises NotFound, BrokenEncoding, BadInput naming the line of a row that is no row.
    """
    if not path.is_file():
        raise NotFound(path.name)
    if path.suffix.lower() in (".jsonl", ".ndjson", ".json"):
        yield from _json_lines(_decoded(path))
    else:
        yield from _csv(_decoded(path))


def _decoded(path: Path) -> str:
    content = path.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BrokenEncoding(path.name)


def _csv(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    csv.field_size_limit(LARGEST_FIELD)
    # Not str.splitlines: it also breaks at U+2028, U+0085 and form feeds, which stand inside cells.
    lines = csv.reader(StringIO(text.replace("\0", ""), newline=""))
    try:
        names = [name.strip() for name in next(lines, [])]
        line = lines.line_num + 1
        for cells in lines:
            if cells:
                yield line, dict(zip(names, [*cells, *[""] * (len(names) - len(cells))], strict=False))
            line = lines.line_num + 1
    except csv.Error as error:
        raise BadInput(f"第 {lines.line_num} 行：{error}") from None


def _json_lines(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    for line, said in enumerate(text.split("\n"), 1):
        if not said.strip():
            continue
        try:
            row = json.loads(said)
        except (ValueError, RecursionError) as error:
            raise BadInput(f"第 {line} 行：{error}") from None
        if not isinstance(row, Mapping):
            raise BadInput(f"第 {line} 行：不是对象")
        yield line, {str(name): "" if value is None else str(value) for name, value in row.items()}


def columns(given: str, known: Sequence[str]) -> list[str]:
    """The columns named in "subject,detail", all of which must be there; with none named, the usual ones.

    Raises BadInput saying which columns there are.
    """
    named = [name.strip() for name in given.split(",") if name.strip()]
    missing = [name for name in named if name not in known]
    if not named:
        lower = {name.lower(): name for name in known}
        for usual in (HEADLINES, DETAILS):
            named += [lower[name] for name in usual if name in lower][:1]
    if missing or not named:
        raise BadInput(f"没有这一列：{'、'.join(missing) or '文字'}；文件中有：{'、'.join(known)}")
    return named


def words(row: Mapping[str, str], named: Sequence[str], instead: Mapping[str, str]) -> tuple[str, str]:
    """Headline and text of a row: the first of several columns is the headline; an empty one takes its stand-in."""
    said = [row.get(name, "").strip() or row.get(instead.get(name, ""), "").strip() for name in named]
    if not said[-1]:
        said[-1] = next((row[name].strip() for name in STAND_INS if row.get(name)), "")
    return ("", said[0]) if len(said) == 1 else (said[0], "\n".join(part for part in said[1:] if part))


FRACTION = re.compile(r"(?<=:\d\d)\.\d{1,9}$")
"""Fractions of a second, as databases write them."""
MOMENTS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y年%m月%d日 %H:%M", "%Y年%m月%d日")


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
