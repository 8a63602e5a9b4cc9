"""Time left in words and as a bar, and why: the limit, its rule and paper, the days that do not count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext, ngettext

from anxin.kernel import clock, limits, registry, running
from anxin.kernel.limits import Unit
from anxin.kernel.orders import Clock
from anxin.web import words

SOON = 0.8
"""From this part of the limit on a bar is yellow; it is when the clock rings for the second time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLeft:
    """A clock as it is shown. `share` in percent of the limit, at most 100; `tone` is good, soon, late, still, done."""

    title: str
    words: str
    tone: str
    share: int
    until: str
    limit: str
    clock: Clock
    rule: limits.Rule | None = None
    version: str = ""
    skipped: tuple[str, ...] = ()
    provisional: bool = False
    pauses: tuple[tuple[datetime, datetime | None], ...] = ()
    paused: bool = False

    @property
    def provenance(self) -> str:
        """How well the limit is known."""
        return words.provenance(self.rule.provenance) if self.rule else ""


def span(length: timedelta) -> str:
    """A length of time in its largest unit: 2 小时, 3 天."""
    seconds = int(abs(length).total_seconds())
    if seconds >= 86400:
        days = seconds // 86400
        return ngettext("%(count)d 天", "%(count)d 天", days) % {"count": days}
    if seconds >= 3600:
        hours = seconds // 3600
        return ngettext("%(count)d 小时", "%(count)d 小时", hours) % {"count": hours}
    if seconds >= 60:
        minutes = seconds // 60
        return ngettext("%(count)d 分钟", "%(count)d 分钟", minutes) % {"count": minutes}
    return gettext("不到 1 分钟")


def limit(amount: int, unit: str) -> str:
    """A limit in words: 5 个工作日."""
    count = {"count": amount}
    match unit:
        case Unit.SECOND:
            return ngettext("%(count)d 秒", "%(count)d 秒", amount) % count
        case Unit.MINUTE:
            return ngettext("%(count)d 分钟", "%(count)d 分钟", amount) % count
        case Unit.HOUR:
            return ngettext("%(count)d 小时", "%(count)d 小时", amount) % count
        case Unit.DAY:
            return ngettext("%(count)d 天", "%(count)d 天", amount) % count
    return ngettext("%(count)d 个工作日", "%(count)d 个工作日", amount) % count


def until(due: datetime, unit: str) -> str:
    """By when: a day for limits by days (24:00 belongs to the day it ends), else the minute."""
    if unit in (Unit.DAY, Unit.WORKDAY):
        day = clock.last_day(due)
        return gettext("%(month)d月%(day)d日前") % {"month": day.month, "day": day.day}
    at = due.astimezone(clock.TZ)
    return gettext("%(month)d月%(day)d日 %(time)s 前") % {"month": at.month, "day": at.day, "time": f"{at:%H:%M}"}


def read(each: Clock, moment: datetime) -> TimeLeft:
    """A clock read at a moment."""
    pauses = tuple(running.pauses_of(each))
    seen = clock.remaining(
        each.started_at, running.limit_of(each), pauses, moment=min(each.stopped_at or moment, moment)
    )
    rule = next((r for r in registry.rules().get(each.code, ()) if r.stamp == each.rule), None)
    if each.stopped_at is not None:
        taken = span(each.stopped_at - each.started_at)
        said = {
            "met": gettext("按时完成，用时 %(span)s"),
            "missed": gettext("超时完成，用时 %(span)s"),
            "cancelled": gettext("已取消"),
        }.get(each.outcome, each.outcome)
        tone = {"met": "done", "missed": "late"}.get(each.outcome, "still")
        text = said % {"span": taken} if "%(span)s" in said else said
    elif seen.left < timedelta(0):
        text, tone = gettext("超时 %(span)s") % {"span": span(seen.left)}, "late"
    elif seen.paused:
        text, tone = gettext("已暂停，剩 %(span)s") % {"span": span(seen.left)}, "still"
    else:
        text = gettext("还剩 %(span)s") % {"span": span(seen.left)}
        tone = "soon" if seen.share >= SOON else "good"
    return TimeLeft(
        title=words.rule(each.code) or each.code,
        words=text,
        tone=tone,
        share=min(100, max(2, round(seen.share * 100))),
        until=until(seen.due, each.unit),
        limit=limit(each.amount, each.unit),
        clock=each,
        rule=rule,
        version=each.rule.partition("@")[2],
        skipped=seen.skipped,
        provisional=seen.provisional,
        pauses=pauses,
        paused=seen.paused,
    )


def pressing(clocks: Sequence[Clock], moment: datetime, order: int | None = None) -> TimeLeft | None:
    """The clock that presses most: of the reader's own order where there is one, else of all; None without any."""
    own = [each for each in clocks if order is not None and each.order_id == order] or list(clocks)
    if order is None:
        own = [each for each in clocks if each.order_id is None] or own
    return read(min(own, key=lambda each: each.due_at), moment) if own else None
