"""The working calendar of the house: festivals and make-up days of a year, as an official paper sets them."""

from __future__ import annotations

import re
from calendar import Calendar as Months
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dates import MONTHS
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from anxin.kernel import access, areas, clock, house
from anxin.kernel.calendar import FIRST_YEAR, LAST_YEAR, Calendar
from anxin.kernel.clock import Limit, Unit
from anxin.kernel.errors import NotFound
from anxin.kernel.house import CalendarMark
from anxin.kernel.matters import OPEN
from anxin.kernel.orders import Clock
from anxin.web import reasons, session
from anxin.web.administration.limits_of_time import morning
from anxin.web.administration.proposal import (
    Consequence,
    Proposal,
    front,
    history,
    longer,
    note,
    propose,
    text,
    tick,
    warn,
)

LINE = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:\s*(?:\.\.|~|至|到|—)\s*(\d{4}-\d{2}-\d{2}))?\s+(休|班|rest|work)(?:\s+(.*))?"
)
MOST_DAYS = 120
MOST_DAYS_OFF = 30
"""Days of rest in a row that are taken for a slip of the pen [INF]."""


def known(year: int) -> int:
    """The year, when the calendar has it. Raises NotFound."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound
    return year


def marks(year: int) -> list[CalendarMark]:
    """What is decided of a year now."""
    return list(CalendarMark.objects.filter(year=year, ended_at=None).order_by("day"))


def workdays(calendar: Calendar, year: int) -> int:
    """How many days of a year are worked."""
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    return sum(calendar.worked(each) for each in range(first, last + 1))


def called(calendar: Calendar, day: date) -> str:
    """The festival of a day, in the reader's language."""
    return reasons.in_words(calendar.name(day))


def months(calendar: Calendar, year: int, told: Mapping[date, str]) -> list[dict[str, Any]]:
    """Twelve months of weeks of days: number, whether worked, the festival's name, and what is special about it."""
    found = []
    for month in range(1, 13):
        weeks = []
        for week in Months().monthdatescalendar(year, month):
            days: list[dict[str, Any] | None] = []
            for each in week:
                if each.month != month:
                    days.append(None)
                    continue
                works, weekday = calendar.workday(each), each.weekday() < 5
                sort = (
                    "made" if works and not weekday else "rest" if not works and weekday else "work" if works else "end"
                )
                days.append(
                    {"n": each.day, "sort": sort, "name": called(calendar, each), "own": each in told, "day": each}
                )
            weeks.append(days)
        found.append({"name": str(MONTHS[month]), "weeks": weeks})
    return found


# ---- pages ------------------------------------------------------------------------------------------------------


@require_safe
def now(request: HttpRequest) -> HttpResponse:
    """`/desk/administration/calendar`: this year."""
    access.administer(session.actor(request), "calendar")
    return redirect("administration:calendar", areas.today().year)


@require_safe
def page(request: HttpRequest, year: int) -> HttpResponse:
    """`/desk/administration/calendar/<year>`: a year with its days, what was decided and its history."""
    access.administer(session.actor(request), "calendar")
    calendar, rows = clock.house_calendar(), marks(known(year))
    told = {row.day: row.name for row in rows if row.day is not None}
    first, last = date(year, 1, 1), date(year, 12, 31)
    named = [
        first + timedelta(days=n) for n in range((last - first).days + 1) if calendar.name(first + timedelta(days=n))
    ]
    context = {
        "year": year,
        "years": list(range(areas.today().year - 1, areas.today().year + 3)),
        "page_year": {
            "months": months(calendar, year, told),
            "week": week_days(),
        },
        "workdays": workdays(calendar, year),
        "provisional": calendar.provisional(year),
        "rows": rows,
        "named": spans([(each, calendar.workday(each), called(calendar, each)) for each in named]),
        "history": history("calendar", str(year)),
        "section": "calendar",
    }
    return render(request, "administration/calendar.html", context)


def week_days() -> list[str]:
    """The days of a week from Monday on, as short as they get."""
    return [pgettext("weekday", each) for each in "一二三四五六日"]


def spans(days: list[tuple[date, bool, str]]) -> list[tuple[date, date, bool, str]]:
    """Days in a row with the same name, drawn together: first, last, worked, name."""
    found: list[tuple[date, date, bool, str]] = []
    for each, works, name in days:
        if found and found[-1][1] + timedelta(days=1) == each and found[-1][2:] == (works, name):
            found[-1] = (found[-1][0], each, works, name)
        else:
            found.append((each, each, works, name))
    return found


def act(request: HttpRequest, year: int) -> HttpResponse:
    """`/desk/administration/calendar/<year>/set`: set days of a year."""
    return propose(request, SetDays, known(year), back=front("calendar", year))


# ---- the change -------------------------------------------------------------------------------------------------


class SetDays(Proposal):
    """The days of a year as the paper has them; what stood before is replaced."""

    what, about, title = "calendar", "calendar", _("设定节假日和调休")
    subject: int
    lines = longer(
        _("日期"), required=False, most=8000, rows=10,
        hint=_("一行一段：2027-01-01..2027-01-03 休 元旦；或 2027-01-04 班 元旦。没有列出的日子按周一至周五上班"),
    )  # fmt: skip
    published = tick(_("国务院办公厅已公布全年安排"), hint=_("勾选后这一年不再标为暂估，也不再采用推算的节日"))
    source = text(_("出处"), most=300, hint=_("如：国办发明电〔2026〕×号"))

    def prepare(self) -> None:
        """What stands."""
        rows = marks(self.subject)
        days = [(row.day, bool(row.works), row.name) for row in rows if row.day is not None]
        lines = [
            f"{first}{'' if first == last else f'..{last}'} {'班' if works else '休'} {name}".rstrip()
            for first, last, works, name in spans(days)
        ]
        self.begin(
            lines="\n".join(lines),
            published=any(row.day is None for row in rows),
            source=rows[0].source if rows else "",
        )

    def examine(self) -> None:
        """Each line read, with its number where it is wrong."""
        self.days: dict[date, tuple[bool, str]] = {}
        for place, row in enumerate(self.said["lines"].splitlines(), 1):
            if row.strip():
                sentence = self._take(row.strip())
                if sentence:
                    self.wrong("lines", gettext("第 %(n)d 行：%(why)s") % {"n": place, "why": sentence})
        if len(self.days) > MOST_DAYS:
            self.wrong("lines", gettext("一年最多设定 %(n)d 天") % {"n": MOST_DAYS})
        if not self.days and not self.said["published"] and not marks(self.subject) and not self.errors:
            self.wrong("lines", gettext("请至少填一行"))
        if self.said["published"] and not self.days and not self.errors:
            self.wrong("published", gettext("全年安排已公布的，请把全部节假日和调休填上"))

    def _take(self, row: str) -> str:
        found = LINE.fullmatch(row)
        if found is None:
            return gettext("须写成“日期 休/班 名称”，如 2027-01-01..2027-01-03 休 元旦")
        try:
            first = date.fromisoformat(found[1])
            last = date.fromisoformat(found[2]) if found[2] else first
        except ValueError:
            return gettext("没有这个日期")
        if first.year != self.subject or last.year != self.subject:
            return gettext("不在 %(year)d 年") % {"year": self.subject}
        if last < first:
            return gettext("截止早于起始")
        if (last - first).days >= MOST_DAYS_OFF:
            return gettext("一段超过 %(n)d 天，请核对") % {"n": MOST_DAYS_OFF}
        works, name = found[3] in ("班", "work"), (found[4] or "").strip()
        if not name:
            return gettext("请写节日名称")
        for n in range((last - first).days + 1):
            each = first + timedelta(days=n)
            if each in self.days:
                return gettext("%(day)s 写了两次") % {"day": each}
            self.days[each] = works, name[:20]
        return ""

    def code(self) -> str:
        """The year."""
        return str(self.subject)

    def before(self) -> Mapping[str, Any]:
        """What stands."""
        rows = marks(self.subject)
        days = [(row.day, bool(row.works), row.name) for row in rows if row.day is not None]
        return {
            "days": _listed(days),
            "published": any(row.day is None for row in rows),
            "source": rows[0].source if rows else "",
        }

    def after(self) -> Mapping[str, Any]:
        """What will."""
        days = [(each, *self.days[each]) for each in sorted(self.days)]
        return {"days": _listed(days), "published": self.said["published"], "source": self.said["source"].strip()}

    def _new(self) -> Calendar:
        others = [row for row in CalendarMark.objects.filter(ended_at=None) if row.year != self.subject]
        rows = [CalendarMark(year=self.subject, day=d, works=w, name=n, source="x") for d, (w, n) in self.days.items()]
        if self.said["published"]:
            rows.append(CalendarMark(year=self.subject, source="x"))
        return house.with_marks([*others, *rows])

    def drawing(self) -> Any:
        """The year as it will be."""
        told = {each: name for each, (_works, name) in self.days.items()}
        week = week_days()
        return {"months": months(self._new(), self.subject, told), "week": week}

    def consequences(self) -> list[Consequence]:
        """Days that turn; clocks that keep their calendar; an example."""
        old, new, year = clock.house_calendar(), self._new(), self.subject
        first = date(year, 1, 1)
        days = [first + timedelta(days=n) for n in range(366) if (first + timedelta(days=n)).year == year]
        turned = [each for each in days if old.workday(each) != new.workday(each)]
        lines = [f"{each} {gettext('改为上班') if new.workday(each) else gettext('改为休息')}" for each in turned]
        found = [
            note(
                gettext("%(year)d 年工作日由 %(old)d 天变为 %(new)d 天；有变化的 %(n)d 天：")
                % {"year": year, "old": workdays(old, year), "new": workdays(new, year), "n": len(turned)},
                lines=lines[:60],
            )
        ]
        if turned:
            low, high = morning(turned[0]) - timedelta(hours=9), morning(turned[-1]) + timedelta(days=10)
            count = Clock.objects.filter(
                stopped_at=None, matter__state__in=OPEN, unit__in=("workday", "day"), due_at__gte=low, due_at__lte=high
            ).count()
            found.append(
                note(
                    gettext(
                        "%(n)d 个正在走的计时在这段时间前后到期，保持开始时的日历，不重算；保存后开始的计时用新日历。"
                    )
                    % {"n": count}
                )
            )
            found.extend(self._example(turned, old, new))
        past = [each for each in turned if each < areas.today()]
        if past:
            found.append(warn(gettext("%(n)d 天已经过去：已经算过的时限不变。") % {"n": len(past)}))
        made = [each for each, (works, _name) in self.days.items() if works and each.weekday() < 5]
        rest = [each for each, (works, _name) in self.days.items() if not works and each.weekday() >= 5]
        if made:
            found.append(note(gettext("本来就是工作日、不必再写“班”的：%(n)d 天。") % {"n": len(made)}))
        if rest:
            found.append(note(gettext("本来就是周末的休息日 %(n)d 天，只记名称。") % {"n": len(rest)}))
        return found

    def _example(self, turned: list[date], old: Calendar, new: Calendar) -> list[Consequence]:
        """Five working days that end on another day than before."""
        five = Limit(amount=5, unit=Unit.WORKDAY)
        for each in turned:
            start = morning(each - timedelta(days=1))
            ends = [clock.last_day(clock.due(start, five, calendar=which)) for which in (new, old)]
            if ends[0] != ends[1]:
                facts = {"start": start.strftime("%Y-%m-%d"), "new": ends[0], "old": ends[1]}
                return [note(gettext("例：%(start)s 开始的 5 个工作日，截止 %(new)s，原为 %(old)s。") % facts)]
        return []

    def apply(self) -> None:
        """What stood ends at this moment, the new marks begin."""
        moment = clock.now()
        CalendarMark.objects.filter(year=self.subject, ended_at=None).update(ended_at=moment)
        source = self.said["source"].strip()
        rows = [
            CalendarMark(year=self.subject, day=each, works=works, name=name, source=source, decided_at=moment)
            for each, (works, name) in sorted(self.days.items())
        ]
        if self.said["published"]:
            rows.append(CalendarMark(year=self.subject, source=source, decided_at=moment))
        CalendarMark.objects.bulk_create(rows)
        house.changed()


def _listed(days: list[tuple[date, bool, str]]) -> list[str]:
    return [
        f"{first}{'' if first == last else f'..{last}'} {'班' if works else '休'} {name}".rstrip()
        for first, last, works, name in spans(days)
    ]
