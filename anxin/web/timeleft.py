"""Time left in words and as a bar, and why: the limit, its rule and paper, the days that do not count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from anxin.kernel import clock, limits, registry, running
from anxin.kernel.limits import Unit
from anxin.kernel.orders import Clock
from anxin.web import reasons, words

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

    @property
    def why(self) -> str:
        """One sentence: how long, from when, until when, what is not counted, what stood still, and by which paper."""
        begun = self.clock.started_at.astimezone(clock.TZ)
        days = self.clock.unit in (Unit.DAY, Unit.WORKDAY)
        said = [
            gettext("%(limit)s，自 %(begun)s 起算，%(until)s")
            % {"limit": self.limit, "begun": f"{begun:%m-%d}" if days else f"{begun:%m-%d %H:%M}", "until": self.until}
        ]
        if self.skipped:
            named = [reasons.in_words(each) for each in self.skipped]
            said.append(gettext("不计入 %(days)s") % {"days": words.listed(named)})
        if self.pauses:
            said.append(gettext("暂停 %(spans)s") % {"spans": words.listed([_pause(*each) for each in self.pauses])})
        if self.provisional:
            said.append(gettext("该年放假安排尚未公布，日期为暂算"))
        return "；".join(said) if not (get_language() or "").startswith("en") else "; ".join(said)


CLOCK = (
    '<li class="clock {}"><span class="name">{}</span> <span class="left {}"><span class="words">{}</span>'
    '<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="all" width="100" '
    'height="6"/><rect class="used" width="{}" height="6"/></svg></span><details><summary>{}</summary>'
    '<dl class="why">{}</dl></details></li>'
)


def listed(found: Sequence[TimeLeft]) -> SafeString:
    """Clocks as lines of a list, each with its why. Written here and not in a template, where they took a third of
    the time of a page."""
    why = gettext("为什么")
    return format_html_join(
        "", CLOCK, ((t.tone, t.title, t.tone, t.words, t.share, why, _whys(t)) for t in found)
    )  # fmt: skip


def _whys(t: TimeLeft) -> SafeString:
    rows: list[tuple[str, str | SafeString]] = [
        (gettext("时限"), t.limit if t.clock.stopped_at else f"{t.limit}, {t.until}"),
        (gettext("起算"), _stamp(t.clock.started_at)),
    ]
    if t.clock.stopped_at:
        rows.append((gettext("停止"), _stamp(t.clock.stopped_at)))
    rows.append((gettext("规则"), f"{t.clock.code} {gettext('第 %(v)s 版') % {'v': t.version}}"))
    if t.rule:
        rows.append(
            (gettext("出处"), format_html('{}<br><span class="beside-it">{}</span>', t.rule.source, t.provenance))
        )
    if t.skipped:
        rows.append((gettext("不计入"), words.listed([reasons.in_words(each) for each in t.skipped])))
    if t.pauses:
        rows.append((gettext("暂停"), words.listed([_pause(*each) for each in t.pauses])))
    if t.provisional:
        rows.append((gettext("注意"), gettext("该年放假安排尚未公布，日期为暂算")))
    return format_html_join("", "<dt>{}</dt><dd>{}</dd>", rows)


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(clock.TZ):%Y-%m-%d %H:%M}"


def _pause(begin: datetime, end: datetime | None) -> str:
    first = begin.astimezone(clock.TZ)
    return f"{first:%m-%d %H:%M}–" + (f"{end.astimezone(clock.TZ):%m-%d %H:%M}" if end else gettext("至今"))


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
    said, tone = _running(seen) if each.stopped_at is None else _stopped(each, each.stopped_at)
    return TimeLeft(
        title=words.rule(each.code) or each.code,
        words=said,
        tone=tone,
        share=_percent(seen),
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


@dataclass(frozen=True, slots=True)
class Brief:
    """A clock at a glance: words, tone and the used part of the limit in percent."""

    words: str
    tone: str
    share: int


def brief(clocks: Sequence[Clock], moment: datetime) -> Brief | None:
    """The clock that presses most, at a glance; None where nothing runs."""
    if not clocks:
        return None
    each = min(clocks, key=lambda one: one.due_at)
    seen = clock.remaining(each.started_at, running.limit_of(each), running.pauses_of(each), moment=moment)
    return Brief(*_running(seen), _percent(seen))


def _running(seen: clock.Reading) -> tuple[str, str]:
    """Words and tone of a clock that has not been stopped."""
    if seen.left < timedelta(0):
        return gettext("超时 %(span)s") % {"span": span(seen.left)}, "late"
    if seen.paused:
        return gettext("已暂停，剩 %(span)s") % {"span": span(seen.left)}, "still"
    return gettext("还剩 %(span)s") % {"span": span(seen.left)}, "soon" if seen.share >= SOON else "good"


def _stopped(each: Clock, stopped_at: datetime) -> tuple[str, str]:
    taken = {"span": span(stopped_at - each.started_at)}
    if each.outcome == "met":
        return gettext("按时完成，用时 %(span)s") % taken, "done"
    if each.outcome == "missed":
        return gettext("超时完成，用时 %(span)s") % taken, "late"
    return gettext("已取消"), "still"


def _percent(seen: clock.Reading) -> int:
    return min(100, max(2, round(seen.share * 100)))
