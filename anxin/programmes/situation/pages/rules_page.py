"""Warnings taken note of; the rules that give them: read, tried on the last thirty days, decided from a day on."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anxin.kernel import areas, changes, clock
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import NotAllowed, NotFound
from anxin.kernel.rows import whole
from anxin.programmes.situation.actions import warnings
from anxin.programmes.situation.actions.warnings import Tried
from anxin.programmes.situation.figures.kept import kept
from anxin.programmes.situation.forms import PlatformsForm, RuleForm
from anxin.programmes.situation.models import Alarm, WarningRule
from anxin.programmes.situation.pages import naming, room, sending
from anxin.programmes.situation.rules import declared, entry, language, platforms
from anxin.programmes.situation.rules.declared import Written
from anxin.programmes.situation.rules.language import RuleNotUnderstood
from anxin.web import session, words

SHOWN = 40


@require_POST
def note(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Take note of a warning, with words."""
    by, town = room.enter(request, code, "note")
    if not Alarm.objects.filter(pk=pk, town=town).exists():
        raise NotFound
    said, sender = request.POST.get("words", ""), sending.under(request, by)
    to = reverse("situation:town", args=[code]) + "#warnings"
    answer = sending.attempt(request, lambda: warnings.note(pk, said, sender), _("已记录"), to)
    return answer or HttpResponseRedirect(to, status=303)


@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    """`/situation/<code>/rules`: the rules in force, what comes, what each has given lately."""
    by, town = room.enter(request, code)
    given = Counter(
        Alarm.objects.filter(town=town, raised_at__gte=clock.now() - timedelta(days=30)).values_list("code", flat=True)
    )
    rules = [_told(each, town, given) for each in declared.in_force(town.pk)]
    coming = WarningRule.objects.filter(town__in=[town.pk], effective__gt=areas.today(), withdrawn_at=None)
    context = {
        "town": town, "rules": rules, "may": entry.in_room(by, "rules", town.pk),
        "coming": [{"row": each, "title": naming.rule(each.code)} for each in coming.order_by("effective")],
    }  # fmt: skip
    return render(request, "situation/rules.html", context)


def _told(each: Written, town: Area, given: Counter[str]) -> dict[str, Any]:
    rule = declared.understood(each.text)
    names = _names()
    return {
        "written": each, "title": naming.rule(each.code), "count": given[each.code],
        "broken": rule is None and each.text,
        "said": language.say(rule, english=words.english(), names=names) if rule else "",
        "provenance": _("本地规则") if each.provenance == "OWN" else words.provenance(each.provenance),
    }  # fmt: skip


def _names() -> dict[tuple[str, str], str]:
    return kept(("rule names", words.english()), 60, _all_names)


def _all_names() -> dict[tuple[str, str], str]:
    found = {("kind", code): words.kind(code) for code in declared.known()["kind"].values()}
    found |= {("platform", each.code): naming.platform(each) for each in platforms.plan().platforms}
    tree = areas.tree()
    found |= {("grid", str(a.pk)): a.code for a in tree.areas.values() if a.level == "grid"}
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, code: str, name: str = "") -> HttpResponse:
    """`/situation/<code>/rules/<name>`: write a new version of a rule, try it on the last thirty days, decide it."""
    by, town = room.enter(request, code, "rules")
    now = {each.code: each for each in declared.in_force(town.pk)}
    written = now.get(name)
    if name and written is None:
        raise NotFound
    start = areas.today() + timedelta(days=1)
    form = RuleForm(initial={
        "code": name, "text": written.text if written else "", "effective": start,
        "source": written.source if written and written.own else "",
    })  # fmt: skip
    subject = f"{town.code}:{name}"
    context: dict[str, Any] = {"town": town, "name": name, "written": written, "key": sending.key()}
    context["seen"] = changes.edition("warning_rule", subject) if name else 0
    if request.method == "POST":
        form = RuleForm(request.POST)
        context["key"], context["seen"] = request.POST.get("key", ""), request.POST.get("seen", "0")
        if form.is_valid():
            answer = _sent(request, by, town, form, context)
            if answer is not None:
                return answer
    context["form"] = form
    context["history"] = changes.of("warning_rule", subject)[:10] if name else []
    context["quantities"] = [(zh, en, span) for zh, en, span in language.QUANTITIES.values()]
    context["dimensions"], context["filters"] = language.DIMENSIONS.values(), language.FILTERS.values()
    context["roles"] = language.ROLES.values()
    return render(request, "situation/rule.html", context, status=400 if form.errors else 200)


def _sent(request: HttpRequest, by: Actor, town: Area, form: RuleForm, context: dict[str, Any]) -> HttpResponse | None:
    """Try a rule, or decide it."""
    said = form.cleaned_data
    text = said["text"].strip()
    try:
        if text:
            context["tried"] = _tried(warnings.try_out(town, text), town)
    except RuleNotUnderstood as error:
        form.add_error("text", error.message)
        context["marked"] = language.marked(text, error)
        return None
    if request.POST.get("do") != "decide":
        return None
    seen = request.POST.get("seen", "")
    name = said["code"].strip().lower()
    return sending.attempt(
        request,
        lambda: warnings.decide(
            town, name, text, said["effective"], said["source"], sending.under(request, by),
            seen=whole(seen) if context["name"] else None,
        ),
        _("规则已保存，自 %(day)s 起生效") % {"day": said["effective"]},
        reverse("situation:rules", args=[town.code]),
        form,
    )  # fmt: skip


def _tried(tried: Tried, town: Area) -> dict[str, Any]:
    names = _names()
    per_day = Counter(clock.local_day(moment) for moment, _hit in tried.warned)
    first = clock.local_day(tried.since)
    days = [first + timedelta(days=offset) for offset in range(31)]
    most = max([*per_day.values(), 1])
    return {
        "count": len(tried.warned),
        "when": [
            {"at": moment, "spot": naming.spot(hit.spot), "counts": words.listed([str(n) for n in hit.counts]),
             "limit": words.listed([f"{n:g}" if isinstance(n, int) else f"{n:.1f}" for n in hit.limits])}
            for moment, hit in reversed(tried.warned[-SHOWN:])
        ],
        "more": max(len(tried.warned) - SHOWN, 0),
        "zh": language.say(tried.rule, names=names), "en": language.say(tried.rule, english=True, names=names),
        "bars": [
            {"x": place * 10, "height": round(per_day[day] / most * 40), "y": 40 - round(per_day[day] / most * 40),
             "day": day, "count": per_day[day]}
            for place, day in enumerate(days)
        ],
        "first": first, "last": days[-1],
    }  # fmt: skip


@require_POST
def take_back(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Take back a version that has not begun."""
    by, _town = room.enter(request, code, "rules")
    to = reverse("situation:rules", args=[code])
    return sending.attempt(request, lambda: warnings.take_back(pk, by), _("已撤回"), to) or HttpResponseRedirect(
        to, status=303
    )


@require_http_methods(["GET", "HEAD", "POST"])
def arrange(request: HttpRequest) -> HttpResponse:
    """`/situation/platforms`: what the platforms are called and which kinds lie on them."""
    by = session.actor(request)
    if not entry.in_room(by, "view") and by.role != "admin":
        raise NotAllowed
    plan = platforms.plan()
    may = by.role == "admin" or (entry.in_room(by, "platforms") and by.area_level in ("city", "county"))
    form = PlatformsForm(plan, initial={"effective": areas.today() + timedelta(days=1)})
    if request.method == "POST":
        form = PlatformsForm(plan, request.POST)
        if form.is_valid():
            said = form.cleaned_data
            answer = sending.attempt(
                request,
                lambda: warnings.arrange(form.arranged(), said["effective"], said["source"], by),
                _("已保存，自 %(day)s 起生效") % {"day": said["effective"]}, reverse("situation:platforms"), form,
            )  # fmt: skip
            if answer is not None:
                return answer
    shown = [
        {"title": naming.platform(each), "kinds": words.listed([words.kind(kind) for kind in each.kinds])}
        for each in plan.platforms
    ]
    context = {"form": form, "plan": plan, "shown": shown, "may": may, "provenance": words.provenance(plan.provenance)}
    return render(request, "situation/platforms.html", context, status=400 if form.errors else 200)


def told(request: HttpRequest, words_: str) -> None:
    """A word above the next page."""
    messages.info(request, words_)


def local(moment: datetime) -> str:
    """A moment as it is written on a page."""
    return f"{moment.astimezone(clock.TZ):%Y-%m-%d %H:%M}"
