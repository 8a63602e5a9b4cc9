"""The working calendar: which days are worked in China, counted ahead so that asking costs nothing."""

from __future__ import annotations

import csv
import hashlib
import os
import threading
import tomllib
from bisect import bisect_left
from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path

import chinese_calendar
import holidays

from anxin.kernel.errors import BadInput

FIRST_YEAR, LAST_YEAR = 2004, 2099


def months_after(day: date, months: int) -> date:
    """The same day so many months later (or before); the last of the month where it has no such day.

    Source: Civil Code art. 202.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


class BadCalendar(BadInput):
    """工作日历文件有误，请按提示修改。"""


class OutsideCalendar(BadInput):
    """日期超出工作日历的范围（2004年至2099年）。"""


@dataclass(frozen=True, kw_only=True)
class Override:
    """One day as an official paper sets it: worked or not, under which name, by which paper."""

    day: date
    works: bool
    name: str
    source: str


class Calendar:
    """Which days are worked in China: the State Council's arrangement where known, else a provisional guess.

    Years known to `chinesecalendar` are taken from it. Later years are weekends plus the statutory days
    `holidays` computes, without make-up workdays, and are `provisional`. Overrides win over both; a year in
    `published` is made of weekends and its overrides alone and is not provisional. Covers 2004 to 2099 (else
    OutsideCalendar).
    """

    def __init__(self, overrides: Iterable[Override] = (), published: Iterable[int] = ()) -> None:
        self._overrides: dict[date, Override] = {}
        for one in overrides:
            if self._overrides.setdefault(one.day, one).works != one.works:
                raise BadCalendar(f"{one.day}：既是工作日又是休息日")
        self._published = frozenset(published)
        self._known = {day.year for day in chinese_calendar.holidays}
        self._year = FIRST_YEAR - 1
        self._zero = date(self._year, 12, 31).toordinal()
        self._upto = [0]  # workdays up to and including day number _zero + index
        self._nth = [self._zero]  # day number of the n-th workday
        self._names: dict[int, str] = {}
        self._rests: list[int] = []  # named days of rest, rising
        self._lock = threading.Lock()
        papers = sorted(map(repr, self._overrides.values())) + sorted(map(repr, self._published))
        own = "+" + hashlib.sha256("\n".join(papers).encode()).hexdigest()[:8] if papers else ""
        self.edition = f"chinesecalendar-{version('chinesecalendar')}/holidays-{version('holidays')}{own}"

    def with_days(self, overrides: Iterable[Override], published: Iterable[int]) -> Calendar:
        """This calendar with further days set, which win, and further years published."""
        days = self._overrides | {one.day: one for one in overrides}
        return Calendar(days.values(), self._published | frozenset(published))

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Calendar:
        """A calendar with the overrides of a file; BadCalendar says which entry is wrong.

        .csv with the columns date,as,name,source (as: work or rest; or a bare year and `published`),
        .toml with `published = [2027]` and [[day]] tables of the same four fields.
        """
        file, overrides, published, row = Path(path), [], set[int](), 0
        try:
            text = file.read_text(encoding="utf-8-sig")
            if file.suffix == ".toml":
                table = tomllib.loads(text)
                published.update(int(year) for year in table.get("published", ()))
                rows = [{key: str(value) for key, value in one.items()} for one in table.get("day", ())]
            else:
                rows = list(csv.DictReader(text.splitlines()))
            for one in rows:
                row += 1
                if one["as"] == "published":
                    published.add(int(one["date"]))
                    continue
                day, works = date.fromisoformat(one["date"]), {"work": True, "rest": False}[one["as"]]
                overrides.append(Override(day=day, works=works, name=one["name"], source=one["source"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadCalendar(f"{file.name}，第 {row} 条：{error!r}") from error
        return cls(overrides, published)

    def workday(self, day: date) -> bool:
        """Is this day worked?"""
        return self.worked(day.toordinal())

    def name(self, day: date) -> str:
        """The festival (or make-up work) a day belongs to; empty for an ordinary day or weekend."""
        self.upto(day.toordinal())
        return self._names.get(day.toordinal(), "")

    def rests(self, after: date, to: date) -> list[str]:
        """Names of the festivals rested on after one day and up to another, each once, in order."""
        self.upto(max(after, to).toordinal())
        low, high = (
            bisect_left(self._rests, after.toordinal() + 1),
            bisect_left(self._rests, to.toordinal() + 1),
        )
        return list(dict.fromkeys(self._names[day] for day in self._rests[low:high]))

    def provisional(self, year: int) -> bool:
        """Is this year only a guess, because its official arrangement is not known yet?"""
        return year not in self._known and year not in self._published

    def worked(self, day: int) -> bool:
        """Is the day of this number (`date.toordinal`) worked?"""
        return self.upto(day) > self.upto(day - 1)

    def upto(self, day: int) -> int:
        """How many workdays there are from 2004 up to and including the day of this number."""
        if day < self._zero:
            raise OutsideCalendar(str(date.fromordinal(day)))
        while day - self._zero >= len(self._upto):
            self._grow()
        return self._upto[day - self._zero]

    def nth(self, count: int) -> int:
        """The day number of the workday with this count, as `upto` counts them."""
        while count >= len(self._nth):
            self._grow()
        return self._nth[count]

    def _grow(self) -> None:
        with self._lock:
            if self._year >= LAST_YEAR:
                raise OutsideCalendar(str(LAST_YEAR + 1))
            year = self._year + 1
            marks = self._marks(year)
            first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
            for day in range(first, last + 1):
                works, name = marks.get(day, ((day - 1) % 7 < 5, ""))
                if name:
                    self._names[day] = name
                    if not works:
                        self._rests.append(day)
                if works:
                    self._nth.append(day)
                self._upto.append(self._upto[-1] + works)
            self._year = year

    def _marks(self, year: int) -> dict[int, tuple[bool, str]]:
        marks: dict[int, tuple[bool, str]] = {}
        if year not in self._published and year in self._known:
            for days, works, more in (
                (chinese_calendar.holidays, False, ""),
                (chinese_calendar.workdays, True, "调休上班"),
            ):
                for day, festival in days.items():
                    if day.year == year:
                        marks[day.toordinal()] = works, chinese_calendar.Holiday(festival).chinese + more
        elif year not in self._published:
            guess = holidays.country_holidays("CN", years=year, language="zh_CN")
            marks = {day.toordinal(): (False, name) for day, name in guess.items() if day.year == year}
        for day, one in self._overrides.items():
            if day.year == year:
                marks[day.toordinal()] = one.works, one.name
        return marks


@cache
def calendar_of_file() -> Calendar:
    """The calendar with the override file named by ANXIN_CALENDAR, if any.

    After the file was changed, `calendar_of_file.cache_clear()` or a restart takes it in.
    """
    path = os.environ.get("ANXIN_CALENDAR")
    return Calendar.read(path) if path else Calendar()


_decided: list[Callable[[datetime | None], Calendar | None]] = [lambda moment: None]


def decided_calendar(ask: Callable[[datetime | None], Calendar | None]) -> None:
    """Where days that were decided on the desk are read (`house.py`)."""
    _decided[0] = ask


def house_calendar(moment: datetime | None = None) -> Calendar:
    """The calendar of this installation as it was decided at a moment (None: now).

    A clock asks with its start, so that it keeps the calendar it began under and its due moment can be computed again.
    """
    return _decided[0](moment) or calendar_of_file()
