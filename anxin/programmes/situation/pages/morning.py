"""`/situation/<code>/briefing`: the morning briefing as a page, for print, and as a Word document."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anxin.kernel import areas, clock
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import BadInput, NotAllowed, NotFound
from anxin.programmes.situation.figures import briefing
from anxin.programmes.situation.figures.briefing import Briefing, Line
from anxin.programmes.situation.figures.kept import kept
from anxin.programmes.situation.figures.spots import Spot
from anxin.programmes.situation.pages import document, drawings, naming, room
from anxin.programmes.situation.rules import entry
from anxin.understanding import advice, redaction
from anxin.web import session, words

HOT = 5


def _day(request: HttpRequest) -> date:
    """The day asked for. Raises BadInput for what is no day, or one to come."""
    said = request.GET.get("day", "")
    if not said:
        return areas.today()
    try:
        day = date.fromisoformat(said)
    except ValueError:
        raise BadInput(fields={"day": _("日期看不懂")}) from None
    if not date(2000, 1, 1) <= day <= areas.today():
        raise BadInput(fields={"day": _("只有今天和以前的晨报")})
    return day


@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """`/situation/briefing?day=`: the briefing of the reader's own town, or of the town asked for (`?town=`)."""
    by = session.actor(request)
    if not entry.in_room(by, "view"):
        raise NotAllowed
    tree = areas.tree()
    chosen = tree.by_code.get(request.GET.get("town", "")) or tree.areas.get(by.area or 0)
    if chosen is None or chosen.level != "town":
        from anxin.programmes.situation.actions import drills

        towns = drills.towns(by)
        if not towns:
            raise NotFound
        return render(request, "situation/choose.html", {"towns": towns, "to": "situation:briefing"})
    entry.enter_room(by, "view", chosen.pk)
    return page(request, chosen.code)


@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The briefing of a town, today's or that of a past day."""
    by, town = room.enter(request, code)
    day = _day(request)
    told = kept(("briefing", town.pk, day), 60, lambda: briefing.of(town, day))
    context = {**parts(told, by), "town": town, "tomorrow": day + timedelta(days=1), "today": areas.today(),
               "yesterday": day - timedelta(days=1)}  # fmt: skip
    return render(request, "situation/briefing.html", context)


@require_safe
def paper(request: HttpRequest, code: str) -> HttpResponse:
    """The same briefing as a Word document (.docx)."""
    by, town = room.enter(request, code)
    day = _day(request)
    told = kept(("briefing", town.pk, day), 60, lambda: briefing.of(town, day))
    raw = document.write(parts(told, by))
    response = HttpResponse(raw, "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
    name = f"{town.name}-{_('晨报')}-{day:%Y%m%d}.docx"
    response["Content-Disposition"] = (
        f"attachment; filename=\"briefing-{day:%Y%m%d}.docx\"; filename*=UTF-8''{quote(name)}"
    )
    response["Cache-Control"] = "no-store"
    return response


def parts(told: Briefing, by: Actor | None = None) -> dict[str, Any]:
    """A briefing in words and figures: the one answer that both the page and the paper show."""
    came, n = told.arrived, told.numbers
    tree = areas.tree()
    counts = {tree.areas[pk].code: count for pk, count in told.grids.items() if pk in tree.areas}
    names = naming.posts(each.noted_post for each in told.warnings)
    first = told.since.astimezone(clock.TZ)
    usual = naming.usual_words(came.usual)
    return {
        "briefing": told,
        "title": _("%(town)s晨报") % {"town": told.town.name},
        "day": told.day, "since": told.since, "moment": told.moment,
        "numbers": [
            (_("夜间到件"), str(n["arrived"]), usual),
            (_("夜间办结"), str(n["closed"]), ""),
            (_("未办结"), str(n["open"]), ""),
            (_("已超时"), str(n["overdue"]), _("其中夜间新增 %(n)s") % {"n": n["newly_overdue"]}),
            (_("特急（夜间）"), str(n["emergencies"]), ""),
            (_("退件（夜间）"), str(n["handed_back"]), ""),
            (_("待签收工单"), str(n["unsigned"]), ""),
            (_("今日到期"), str(n["due_today"]), ""),
            (_("预警"), str(n["warnings"]), ""),
            (_("今日回头看"), str(n["checks"]), ""),
        ],
        "tone": came.usual.tone(came.count),
        "hours": drawings.hours(came.hours, first.hour, width=640, height=130),
        "first": first, "arrived": came,
        "drawing": drawings.grids(told.town, counts), "counts": counts,
        "grids": sorted(
            ((tree.areas[pk].name, count) for pk, count in told.grids.items() if pk in tree.areas),
            key=lambda each: (-each[1], each[0]),
        ),
        "queues": [(naming.platform(each), [states[code] for code in naming.STATES], sum(states.values()))
                   for each, states in told.queues],
        "states": [naming.state(code) for code in naming.STATES],
        "lists": [
            (_("夜间特急"), n["emergencies"], [_line(each) for each in told.emergencies]),
            (_("夜间新超时"), n["newly_overdue"], [_line(each) for each in told.newly_overdue]),
            (_("夜间退件"), n["handed_back"], [_line(each) for each in told.handed_back]),
            (_("今日到期"), n["due_today"], [_line(each) for each in told.due_today]),
        ],
        "spots": [
            (place, words.kind(each.kind), _("同一地址") if each.sort == "address" else _("网格"), each.count,
             _bound(each))
            for each, place in told.spots
        ],
        "hot": _hot(told.town, told.day),
        "warnings": [
            (each.words, each.count, each.at, each.noted_at,
             f"{names.get(each.noted_post or 0, '')}{_('：') if each.noted_words else ''}{each.noted_words}",
             each.ended_at, naming.rule(each.code))
            for each in told.warnings
        ],
        "duty": [
            (naming.duty(each.duty) + (f" · {naming.platform_of(each.platform)}" if each.platform else ""),
             f"{each.post.body.name} {each.post.title}", each.begins, each.ends)
            for each in told.duty
        ],
        "checks": [(_line(each), months, due) for each, months, due in told.checks],
        "checks_count": n["checks"],
    }  # fmt: skip


def _bound(each: Spot) -> str:
    """What a hot spot was measured against."""
    if each.usual is None:
        return _("7日内 3 件及以上")
    said = {"mean": f"{each.usual.mean:.1f}", "limit": f"{each.usual.limit:.1f}"}
    return _("平时均值 %(mean)s，界限 %(limit)s") % said


def _line(each: Line) -> dict[str, Any]:
    return {
        "number": each.number, "title": each.title, "kind": words.kind(each.kind), "place": each.place, "at": each.at,
        "lead": words.body(each.lead), "state": words.state(each.state), "urgency": each.urgency,
    }  # fmt: skip


def _hot(town: Area, day: date) -> list[tuple[str, str, int]]:
    """Hot issues as last counted, for today's briefing only: of a past day there is no telling any more."""
    if day != areas.today():
        return []
    by_town = [each for each in advice.hot() if each.matters().filter(town=town).exists()]
    return [(redaction.redact(each.name), each.place, each.people) for each in by_town[:HOT]]
