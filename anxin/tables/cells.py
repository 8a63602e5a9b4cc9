"""What is written in a cell: texts, moments, yes and no, as people and spreadsheets write them."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from openpyxl.utils.datetime import from_excel

from anxin.kernel import clock
from anxin.tables.wrong import WrongMoment, WrongRow

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins like this a spreadsheet would reckon: an apostrophe leads it, taken off again on the way in."""
_YES = frozenset({"1", "是", "y", "yes", "true", "已解决", "解决", "已联系", "接通", "已接通"})
_NO = frozenset({"0", "否", "n", "no", "false", "未解决", "部分解决", "未联系", "未接通", "无法接通", "无人接听"})
_MOMENT = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[T\s]*(上午|下午|AM|PM)?\s*(\d{1,2})[:时点](\d{1,2})[:分]?(?:(\d{1,2})(?:\.\d+)?秒?)?\s*(AM|PM)?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T\s]?(\d{2})(\d{2})(\d{2})?)?")


def safe(text: str) -> str:
    """A text no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def unsafe(text: str) -> str:
    """The text without the apostrophe `safe` led it with; any other apostrophe stays."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(FORMULA) else text


def plain_name(name: str) -> str:
    """The name of a column without spaces, marks and capitals: what two spellings of it have in common."""
    return re.sub(r"[\s_\-:：（）()【】*]+", "", name).lower()


def moment_of(value: Any) -> datetime | None:
    """A moment as people write it, in Asia/Shanghai where no zone is given; None for nothing. Raises WrongMoment.

    Takes dates of workbooks, serial numbers of Excel, `2019/2/28 11:25:05`, `2019年2月28日 11时25分`, ISO 8601.
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=clock.TZ)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=clock.TZ)
    if isinstance(value, int | float) and not isinstance(value, bool) and 20_000 < value < 80_000:
        found = from_excel(value)
        return moment_of(found) if isinstance(found, datetime | date) else None
    text = str(value).strip()
    if not text or text in ("-", "--", "/", "无", "空"):
        return None
    try:
        return _written(text)
    except ValueError:
        raise WrongMoment(f"“{text[:30]}”") from None


def _written(text: str) -> datetime:
    if (found := _COMPACT.fullmatch(text)) is not None:
        y, mo, d, h, mi, s = (int(part or 0) for part in found.groups())
        return datetime(y, mo, d, h, mi, s, tzinfo=clock.TZ)
    if (found := _MOMENT.fullmatch(text)) is None:
        raise ValueError(text)
    year, month, day, before, hour, minute, second, after, zone = found.groups()
    hours = int(hour or 0)
    half = (before or after or "").upper()
    if half in ("下午", "PM") and hours < 12:
        hours += 12
    elif half in ("上午", "AM") and hours == 12:
        hours = 0
    there = datetime(int(year), int(month), int(day), hours, int(minute or 0), int(second or 0), tzinfo=clock.TZ)
    if zone:
        there = datetime.fromisoformat(f"{there:%Y-%m-%dT%H:%M:%S}{zone.upper().replace('Z', '+00:00')}")
    return there


def text_of(value: Any) -> str:
    """A value as text: numbers without a trailing .0, moments as people write them."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def truth_of(value: Any, name: str) -> bool | None:
    """Yes, no, or not said. Raises WrongRow for anything else."""
    said = text_of(value).lower()
    if not said:
        return None
    if said in _YES or said in _NO:
        return said in _YES
    raise WrongRow(f"“{said[:20]}”应为是或否", fields={name: said[:20]})
