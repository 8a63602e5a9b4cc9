"""`/situation/drills`: begin a drill, answer it, end it, look back on it by posts. Everything says 演练."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anxin.kernel import clock
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import NotAllowed, NotFound
from anxin.programmes.situation.actions import drills
from anxin.programmes.situation.models import Drill, DrillStep
from anxin.programmes.situation.pages import naming, room, sending
from anxin.programmes.situation.rules import entry, scenarios
from anxin.web import session, timeleft, words

LAST = 20


def _said(pair: tuple[str, str]) -> str:
    return pair[int(words.english())]


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The drills a post may take part in; the catalogue for who may begin one."""
    by = session.actor(request)
    begins = entry.in_room(by, "drill")
    if not begins and not entry.in_room(by, "answer") and not entry.in_room(by, "view"):
        raise NotAllowed
    if request.method == "POST":
        town = room.town_of(request.POST.get("town", ""))
        made: list[Drill] = []
        answer = sending.attempt(
            request,
            lambda: made.append(drills.begin(town, request.POST.get("scenario", ""), sending.under(request, by))),
            _("演练开始"), reverse("situation:drills"),
        )  # fmt: skip
        if answer is not None:
            return HttpResponseRedirect(reverse("situation:drill", args=[made[0].pk]), status=303)
        return HttpResponseRedirect(reverse("situation:drills"), status=303)
    towns = drills.towns(by) if begins else []
    ended = Drill.objects.filter(ended_at__isnull=False).select_related("town").order_by("-pk")[: LAST * 3]
    context = {
        "running": [_told(each) for each in drills.running(by)], "towns": towns, "key": sending.key(),
        "scenarios": [
            {"code": s.code, "title": _said(s.title), "told": _said(s.told), "steps": len(s.steps)}
            for s in scenarios.SCENARIOS
        ],
        "ended": [_told(each) for each in ended if entry.in_room(by, "view", each.town_id)][:LAST],
        "own": by.area if by.area_level == "town" else None, "begins": begins and bool(towns),
    }  # fmt: skip
    return render(request, "situation/drills.html", context)


def _told(each: Drill) -> dict[str, Any]:
    return {"drill": each, "title": _title(each)}


def _title(each: Drill) -> str:
    known = scenarios.BY_CODE.get(each.scenario)
    return _said(known.title) if known else each.scenario


def _found(request: HttpRequest, pk: int) -> tuple[Actor, Drill]:
    by = session.actor(request)
    row = Drill.objects.select_related("town").filter(pk=pk).first()
    if row is None or not (entry.in_room(by, "view", row.town_id) or entry.in_room(by, "answer", row.town_id)):
        raise NotFound
    return by, row


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """A drill: what is asked of whom now, what was done in what time; after its end, the review."""
    by, row = _found(request, pk)
    known, now = scenarios.BY_CODE.get(row.scenario), clock.now()
    steps = list(row.steps.all())
    names = naming.posts([*(each.done_post for each in steps), row.began_post, row.ended_post])
    shown = [_step(each, row, by, names, known) for each in steps]
    current = next((each for each in shown if each["now"]), None)
    context = {
        "drill": row, "title": _title(row), "told": _said(known.told) if known else "", "steps": shown, "now": now,
        "current": current, "may": entry.in_room(by, "drill", row.town_id), "key": sending.key(), "posts": names,
        "began": names.get(row.began_post or 0, ""), "totals": _totals(steps), "left": row.ended_at is None,
    }  # fmt: skip
    return render(request, "situation/drill.html", context)


def _step(
    each: DrillStep, row: Drill, by: Actor, names: dict[int, str], known: scenarios.Scenario | None
) -> dict[str, Any]:
    told = known.steps[each.place] if known and each.place < len(known.steps) else None
    choices = [(code, _said(pair)) for code, pair in told.choices] if told else []
    took = each.done_at - each.opened_at if each.done_at and each.opened_at else None
    limit = each.due_at - each.opened_at if each.due_at and each.opened_at else None
    open_ = row.ended_at is None and each.opened_at is not None and each.done_at is None
    late = bool(each.done_at and each.due_at and each.done_at > each.due_at)
    return {
        "step": each, "role": _gettext(naming.ROLES.get(each.role, each.role)), "act": _gettext(naming.ACTS[each.act]),
        "told": _said(told.told) if told else "", "choices": choices, "now": open_,
        "asked": open_ and drills.is_asked(each, by, row.town_id), "took": _clock(took), "limit": _clock(limit),
        "late": late, "post": names.get(each.done_post or 0, ""),
        "chosen": [said for code, said in choices if code in each.chosen],
        "expected": [said for code, said in choices if code in each.expected],
        "right": set(each.chosen) == set(each.expected), "overdue": open_ and each.due_at is not None
        and clock.now() > each.due_at, "missed": row.ended_at is not None and each.done_at is None,
    }  # fmt: skip


def _gettext(said: str) -> str:
    return _(said)


def _clock(span: timedelta | None) -> str:
    """Minutes and seconds up to an hour, else in words."""
    if span is None:
        return ""
    seconds = int(span.total_seconds())
    return f"{seconds // 60}:{seconds % 60:02d}" if seconds < 3600 else timeleft.span(span)


def _totals(steps: list[DrillStep]) -> dict[str, int]:
    done = [each for each in steps if each.done_at is not None]
    choices = [each for each in done if each.act == "choose"]
    return {
        "all": len(steps), "done": len(done),
        "in_time": sum(1 for each in done if each.due_at and each.done_at and each.done_at <= each.due_at),
        "choices": len(choices), "right": sum(1 for each in choices if set(each.chosen) == set(each.expected)),
    }  # fmt: skip


@require_POST
def answer(request: HttpRequest, pk: int, place: int) -> HttpResponse:
    """A post does its step."""
    by, _row = _found(request, pk)
    to = reverse("situation:drill", args=[pk])
    chosen = request.POST.getlist("chosen")
    return sending.attempt(
        request, lambda: drills.answer(pk, place, by, chosen), _("已记录（演练）"), to
    ) or HttpResponseRedirect(to, status=303)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a drill."""
    by, _row = _found(request, pk)
    drills.end(pk, by)
    return sending.done(request, _("演练结束，请复盘"), reverse("situation:drill", args=[pk]))


@require_POST
def conclude(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what the review found."""
    by, _row = _found(request, pk)
    to = reverse("situation:drill", args=[pk])
    said = request.POST.get("review", "")
    return sending.attempt(request, lambda: drills.conclude(pk, said, by), _("复盘已保存"), to) or HttpResponseRedirect(
        to, status=303
    )
