"""Limits of time: every version with its paper, and a new version from a day to come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from anxin.kernel import access, areas, clock, house, registry
from anxin.kernel.clock import Limit, Rule, Unit
from anxin.kernel.errors import BadInput, NotFound
from anxin.kernel.house import LimitVersion
from anxin.kernel.matters import OPEN
from anxin.kernel.orders import Clock
from anxin.kernel.rows import whole
from anxin.web import session, words
from anxin.web.administration import kinds_of_matters as ways
from anxin.web.administration import naming
from anxin.web.administration.proposal import (
    Consequence,
    Proposal,
    day,
    front,
    future,
    history,
    longer,
    note,
    pick,
    propose,
    text,
    warn,
)
from anxin.web.timeleft import limit as limit_words

PROVENANCES = ("LAW", "S", "BK", "INF")


def said(rule: Rule | None) -> str:
    """A limit in words."""
    return limit_words(rule.limit.amount, rule.limit.unit) if rule is not None else ""


def pause_of(rule: Rule | None) -> str:
    """The longest pause in words."""
    if rule is None:
        return ""
    return limit_words(rule.max_pause.amount, rule.max_pause.unit) if rule.max_pause else gettext("不得暂停")


def title(code: str) -> str:
    """What a limit is about, with its code."""
    said = words.rule(code)
    return gettext("%(title)s（%(code)s）") % {"title": said, "code": code} if said else code


def open_clocks(code: str) -> int:
    """How many clocks of a limit run in open matters."""
    return Clock.objects.filter(code=code, stopped_at=None, matter__state__in=OPEN).count()


def morning(on: date) -> datetime:
    """Nine o'clock on a day, for examples."""
    return datetime.combine(on, time(9), clock.TZ)


def due_words(start: datetime, limit: Limit) -> str:
    """When a limit that begins then would end, in words."""
    end = clock.due(start, limit)
    if limit.span is None:
        return gettext("%(day)s 24:00") % {"day": clock.last_day(end)}
    return end.astimezone(clock.TZ).strftime("%Y-%m-%d %H:%M:%S" if limit.unit == Unit.SECOND else "%Y-%m-%d %H:%M")


# ---- pages ------------------------------------------------------------------------------------------------------


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """`/desk/administration/limits`: every limit with the version in force and the next one."""
    access.administer(session.actor(request), "limits")
    on = areas.today()
    rows = []
    for code in sorted(registry.rules()):
        versions = registry.rules()[code]
        now = ways.rule_now(code, on)
        coming = min((each for each in versions if each.effective > on), key=lambda each: each.effective, default=None)
        rows.append(
            {
                "code": code,
                "title": words.rule(code) or code,
                "now": now,
                "said": said(now),
                "pause": pause_of(now),
                "provenance": words.provenance(now.provenance) if now else "",
                "coming": coming,
                "coming_said": said(coming),
                "kinds": len(ways.using(code)),
            }
        )
    return render(request, "administration/limits.html", {"rows": rows, "section": "limits"})


@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """`/desk/administration/limits/<code>`: a limit with all its versions, the kinds it runs for, its history."""
    access.administer(session.actor(request), "limits")
    versions = registry.rules().get(code)
    if not versions:
        raise NotFound
    on = areas.today()
    now = ways.rule_now(code, on)
    rows = {row.version: row for row in LimitVersion.objects.filter(code=code)}
    shown = [
        {
            "rule": rule,
            "said": said(rule),
            "pause": pause_of(rule),
            "provenance": words.provenance(rule.provenance),
            "now": rule is now,
            "row": rows.get(rule.version),
            "may_withdraw": rule.version in rows and rule.effective > on,
        }
        for rule in sorted(versions, key=lambda each: (each.effective, each.version), reverse=True)
    ]
    context = {
        "code": code,
        "title": title(code),
        "versions": shown,
        "withdrawn": [row for row in rows.values() if row.withdrawn_at is not None],
        "kinds": [(kind.code, words.kind(kind.code)) for kind in ways.using(code)],
        "open": open_clocks(code),
        "history": history("limit", code),
        "section": "limits",
    }
    return render(request, "administration/limit.html", context)


def new(request: HttpRequest, code: str) -> HttpResponse:
    """`/desk/administration/limits/<code>/new`: a new version."""
    if code not in registry.rules():
        raise NotFound
    return propose(request, NewVersion, code, back=front("limit", code))


def withdraw(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """`/desk/administration/limits/<code>/<pk>/withdraw`: take a version back before its day has come."""
    row = LimitVersion.objects.filter(pk=pk, code=code).first()
    if row is None:
        raise NotFound
    return propose(request, Withdraw, row, back=front("limit", code))


# ---- changes ----------------------------------------------------------------------------------------------------


def units() -> list[tuple[str, str]]:
    """The units of a limit, for a list."""
    return [(code, naming.say(naming.UNIT_NAMES, code)) for code in naming.UNIT_NAMES]


class NewVersion(Proposal):
    """Another limit, from a day to come, with its paper."""

    what, about, title = "limits", "limit", _("新增版本")
    subject: str
    amount = text(_("多少"), most=6, inputmode="numeric")
    unit = pick(_("计量单位"))
    pause_amount = text(_("最长可暂停"), required=False, most=6, hint=_("留空表示不得暂停"), inputmode="numeric")
    pause_unit = pick(_("暂停的单位"), required=False)
    day = day(_("自哪天起"), hint=_("须是明天或以后；已开始的计时不受影响"))
    source = longer(_("出处"), most=300, rows=2, hint=_("文件名称、文号、条款"))
    provenance = pick(_("可信程度"))

    def prepare(self) -> None:
        """As the version in force."""
        self.choose("unit", units())
        self.choose("pause_unit", units())
        self.choose("provenance", [(each, f"{each} · {words.provenance(each)}") for each in PROVENANCES])
        now = ways.rule_now(self.subject, areas.today())
        if now is not None:
            pause = now.max_pause
            self.begin(
                amount=now.limit.amount,
                unit=str(now.limit.unit),
                pause_amount=pause.amount if pause else "",
                pause_unit=str(pause.unit) if pause else "day",
                provenance="LAW",
            )
        self.begin(day=areas.today() + timedelta(days=1))

    def examine(self) -> None:
        """Numbers that can be; a day to come, with no other version beginning on it."""
        future(self, "day", today=False)
        self.limit = self._limit("amount", "unit")
        self.pause = self._limit("pause_amount", "pause_unit") if self.said["pause_amount"].strip() else None
        taken = [each for each in registry.rules()[self.subject] if each.effective == self.said.get("day")]
        if taken:
            self.wrong(
                "day", gettext("这天已有一个版本（%(version)s）起效，请先撤回它") % {"version": taken[0].version}
            )

    def called(self) -> str:
        """What it is about."""
        return title(self.subject)

    def _limit(self, amount: str, unit: str) -> Limit | None:
        given = self.said[amount].strip()
        if whole(given) is None:
            self.wrong(amount, gettext("须是大于零的整数"))
            return None
        try:
            return Limit(amount=int(given), unit=Unit(self.said[unit] or "day"))
        except BadInput as error:
            self.wrong(amount, error.message)
            return None

    def code(self) -> str:
        """The code of the limit."""
        return self.subject

    def _version(self) -> str:
        known = {each.version for each in registry.rules()[self.subject]}
        known |= set(LimitVersion.objects.filter(code=self.subject).values_list("version", flat=True))
        name, count = self.said["day"].isoformat(), 1
        while name in known:
            count += 1
            name = f"{self.said['day'].isoformat()}.{count}"
        return str(name)

    def _rule(self) -> Rule:
        assert self.limit is not None
        return Rule(
            code=self.subject,
            version=self._version(),
            limit=self.limit,
            effective=self.said["day"],
            source=" ".join(self.said["source"].split()),
            provenance=self.said["provenance"],
            max_pause=self.pause,
        )

    def before(self) -> Mapping[str, Any]:
        """The version that would be in force on that day."""
        return _facts(ways.rule_now(self.subject, self.said["day"]))

    def after(self) -> Mapping[str, Any]:
        """The new version."""
        return _facts(self._rule())

    def consequences(self) -> list[Consequence]:
        """Which kinds; how many clocks keep the old one; an example before and after."""
        on, new = self.said["day"], self._rule()
        old, kinds, count = ways.rule_now(self.subject, on), ways.using(self.subject), open_clocks(self.subject)
        found = [
            note(
                gettext("这项时限用于 %(n)d 个类别：") % {"n": len(kinds)},
                lines=[words.kind(kind.code) for kind in kinds[:40]],
            )
            if kinds
            else note(gettext("这项时限不挂在某个类别上，由规则的步骤使用。")),
            note(
                gettext("现有 %(n)d 个正在走的计时保持开始时的版本，不重算；重办、改类别等重新开始的计时用新版本。")
                % {"n": count}
            ),
        ]
        start = morning(on)
        facts = {"start": start.strftime("%Y-%m-%d %H:%M"), "new": due_words(start, new.limit)}
        if old is not None:
            facts["old"] = due_words(start, old.limit)
            found.append(note(gettext("例：%(start)s 开始的，截止 %(new)s，原为 %(old)s。") % facts))
            before, after = clock.due(start, old.limit), clock.due(start, new.limit)
            if after > before:
                found.append(warn(gettext("新时限更长：诉求人等得更久，请核对出处。")))
            if old.max_pause is not None and self.pause is None:
                found.append(warn(gettext("这天起开始的计时不得暂停；现有的仍可以。")))
        later = [each for each in registry.rules()[self.subject] if each.effective > on]
        if later:
            lines = [f"{each.effective} {said(each)}" for each in later]
            found.append(warn(gettext("以后还有版本会取代它："), lines=lines))
        if new.provenance == "INF":
            found.append(note(gettext("标为本项目默认值：页面上会写明不是法规规定。")))
        return found

    def apply(self) -> None:
        """A row every process reads."""
        rule = self._rule()
        LimitVersion.objects.create(
            code=rule.code,
            version=rule.version,
            amount=rule.limit.amount,
            unit=str(rule.limit.unit),
            effective=rule.effective,
            pause_amount=rule.max_pause.amount if rule.max_pause else None,
            pause_unit=str(rule.max_pause.unit) if rule.max_pause else "",
            source=rule.source,
            provenance=rule.provenance,
            decided_at=clock.now(),
        )
        house.changed()


def _facts(rule: Rule | None) -> dict[str, Any]:
    if rule is None:
        return {}
    return {
        "version": rule.version,
        "limit": said(rule),
        "pause": pause_of(rule),
        "source": rule.source,
        "provenance": rule.provenance,
    }


class Withdraw(Proposal):
    """A version that has not begun is taken back."""

    what, about, title, danger = "limits", "limit", _("撤回未生效的版本"), True
    subject: LimitVersion

    def called(self) -> str:
        """What it is about, and which version."""
        return f"{title(self.subject.code)} {self.subject.version}"

    def examine(self) -> None:
        """Only before its day."""
        if self.subject.withdrawn_at is not None:
            self.wrong(None, gettext("已经撤回"))
        elif self.subject.effective <= areas.today():
            self.wrong(None, gettext("已经生效，不能撤回；请新增一个版本取代它"))

    def before(self) -> Mapping[str, Any]:
        """The version."""
        return {**_facts(self.subject.rule()), "withdrawn": False}

    def after(self) -> Mapping[str, Any]:
        """Taken back."""
        return {**_facts(self.subject.rule()), "withdrawn": True}

    def effective(self) -> date | None:
        """From the day it would have begun."""
        return self.subject.effective

    def consequences(self) -> list[Consequence]:
        """What stays in force instead."""
        on = self.subject.effective
        rest = [each for each in registry.rules()[self.subject.code] if each.version != self.subject.version]
        stays = clock.rule_on(rest, self.subject.code, on)
        return [note(gettext("%(day)s 起仍是：%(limit)s（%(version)s）。") % {
            "day": on, "limit": said(stays), "version": stays.version,
        })]  # fmt: skip

    def apply(self) -> None:
        """The row stays, marked."""
        LimitVersion.objects.filter(pk=self.subject.pk).update(withdrawn_at=clock.now())
        house.changed()
