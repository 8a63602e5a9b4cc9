"""`/situation/<code>/roster`: the duty roster of a town, week by week, with a table to take in; hand-over notes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anxin.kernel import areas, clock
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor
from anxin.programmes.situation.actions import roster
from anxin.programmes.situation.actions.roster import TableNotTakenIn
from anxin.programmes.situation.figures import room as figures
from anxin.programmes.situation.forms import ShiftForm, monday_of
from anxin.programmes.situation.models import Shift
from anxin.programmes.situation.pages import naming, room, sending
from anxin.programmes.situation.rules import entry
from anxin.web import words

EXAMPLE = "开始,结束,值班,岗位,平台\n2026-11-30 08:00,2026-11-30 20:00,值班领导,指挥室主任,\n"
ENGLISH = "begins,ends,duty,post,platform\n2026-11-30 08:00,2026-11-30 20:00,leader,330402015.command.leader,\n"
"""What a table looks like; either way of writing it is taken in."""
LARGEST = 200_000


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The week of a day (`?week=2026-11-24`): looked at by who may enter the room, planned by who keeps the roster."""
    by, town = room.enter(request, code)
    monday = monday_of(request.GET.get("week", ""))
    form = ShiftForm(town, initial={"day": max(monday, areas.today()), "begins": "08:00", "ends": "20:00"})
    here = f"{reverse('situation:roster', args=[code])}?week={monday:%Y-%m-%d}"
    if request.method == "POST":
        form = ShiftForm(town, request.POST)
        if form.is_valid():
            wanted, sender = form.planned(), sending.under(request, by)
            answer = sending.attempt(request, lambda: roster.plan(town, wanted, sender), _("已排班"), here, form)
            if answer is not None:
                return answer
    return _shown(request, by, town, monday, form)


def _shown(
    request: HttpRequest, by: Actor, town: Area, monday: date, form: ShiftForm, *, table: str = "",
    wrong: list[tuple[int, str]] | None = None,
) -> HttpResponse:  # fmt: skip
    begin = datetime.combine(monday, datetime.min.time(), clock.TZ)
    rows = figures.on_duty(town, begin, begin + timedelta(days=7))
    example = ENGLISH if words.english() else EXAMPLE
    context = {
        "town": town, "days": _days(rows, monday), "form": form, "monday": monday,
        "sunday": monday + timedelta(days=6), "last": monday - timedelta(days=7), "next": monday + timedelta(days=7),
        "may": entry.in_room(by, "roster", town.pk), "key": sending.key(), "table": table, "wrong": wrong or [],
        "example": example, "headings": example.split("\n")[0], "today": areas.today(),
        "count": len(rows), "platforms": form.fields["platform"],
    }  # fmt: skip
    return render(request, "situation/roster.html", context, status=400 if wrong or form.errors else 200)


def _days(rows: list[Shift], monday: date) -> list[dict[str, Any]]:
    days = []
    for offset in range(7):
        day = monday + timedelta(days=offset)
        shifts = [
            {
                "pk": each.pk, "duty": naming.duty(each.duty), "code": each.duty, "post": each.post.title,
                "body": each.post.body.name, "login": each.account.login if each.account else "",
                "platform": naming.platform_of(each.platform) if each.platform else "", "begins": each.begins,
                "ends": each.ends, "over": clock.local_day(each.ends) != clock.local_day(each.begins),
            }
            for each in rows
            if clock.local_day(each.begins) == day
        ]  # fmt: skip
        days.append({"day": day, "shifts": shifts, "today": day == areas.today()})
    return days


@require_POST
def withdraw(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Take a shift back."""
    by, _town = room.enter(request, code, "roster")
    roster.withdraw(pk, by)
    return sending.done(request, _("已撤下"), _back(request, code))


@require_POST
def copy(request: HttpRequest, code: str) -> HttpResponse:
    """Plan the week as the one before it."""
    by, town = room.enter(request, code, "roster")
    made, left = roster.copy_week(town, monday_of(request.POST.get("week", "")), by)
    said = _("已复制 %(made)s 班，跳过 %(left)s 班（与已有值班重叠）") % {"made": made, "left": left}
    return sending.done(request, said, _back(request, code))


@require_POST
def take_in(request: HttpRequest, code: str) -> HttpResponse:
    """Take in a table: pasted, or a file. All of it, or what is wrong in which line."""
    by, town = room.enter(request, code, "roster")
    text = request.POST.get("table", "")
    file = request.FILES.get("file")
    if file is not None and not isinstance(file, list):
        raw = file.read(LARGEST)
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("gb18030", "replace")
    try:
        count = roster.take_in(town, text[:LARGEST].replace("\x00", ""), sending.under(request, by))
    except TableNotTakenIn as error:
        monday = monday_of(request.POST.get("week", ""))
        return _shown(request, by, town, monday, ShiftForm(town), table=text[:LARGEST], wrong=error.lines)
    return sending.done(request, _("已导入 %(count)s 班") % {"count": count}, _back(request, code))


def _back(request: HttpRequest, code: str) -> str:
    week = monday_of(request.POST.get("week", ""))
    return f"{reverse('situation:roster', args=[code])}?week={week:%Y-%m-%d}"


@require_POST
def hand_over(request: HttpRequest, code: str) -> HttpResponse:
    """Leave a note for the next shift."""
    by, town = room.enter(request, code, "roster")
    text, sender = request.POST.get("text", ""), sending.under(request, by)
    to = reverse("situation:town", args=[code]) + "#duty"
    return sending.attempt(
        request, lambda: roster.hand_over(town, text, sender), _("已留下交接记录"), to
    ) or HttpResponseRedirect(to, status=303)


@require_POST
def take_over(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Say that a note was read."""
    by, _town = room.enter(request, code, "roster")
    roster.take_over(pk, by)
    return sending.done(request, _("已接班"), reverse("situation:town", args=[code]) + "#duty")
