"""`/mediation/`: the disputes a post may see, by colour and stage; an application taken down; the three indicators."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from anxin.kernel import areas, clock, rights
from anxin.kernel.matters import Matter
from anxin.kernel.rows import whole
from anxin.programmes.mediation import figures, forms, rules
from anxin.programmes.mediation.actions import acting, ending, taking
from anxin.programmes.mediation.models import OPEN, Plan
from anxin.web import drawing, said, session
from anxin.web.declared import DeclaredForm, half, years

SIZE = 50
WANTED = ("colour", "stage", "only", "number")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The list: `?colour= stage= only=prominent|late|review|police number= before=`, newest first, fifty at a time."""
    by = session.actor(request)
    rights.enter(by, "mediation.see")
    seen, asked = figures.seen_by(by), {name: request.GET.get(name, "")[:40] for name in WANTED}
    rows = seen.filter(stage=asked["stage"]) if asked["stage"] in forms.LISTS["stages"] else seen.filter(stage__in=OPEN)
    rows = rows.filter(colour=asked["colour"]) if asked["colour"] in figures.COLOURS else rows
    if (only := figures.only(asked["only"])) is not None:
        rows = rows.filter(only)
    rows = seen.filter(matter__number=asked["number"]) if asked["number"] else rows
    if (before := whole(request.GET.get("before", ""))) is not None:
        rows = rows.filter(pk__lt=before)
    shown = list(rows.select_related("matter", "lead__body", "village").order_by("-pk")[: SIZE + 1])
    counts, kept = figures.counts(seen), {name: value for name, value in asked.items() if value}
    numbers = [counts[colour] for colour in figures.COLOURS]
    bars = [
        (colour, forms.named("colours", colour), count, x, width)
        for colour, count, (x, width) in zip(figures.COLOURS, numbers, drawing.strip(numbers, 600), strict=True)
    ]
    context = {
        "rows": [(d, forms.named("stages", d.stage), forms.named("colours", d.colour)) for d in shown[:SIZE]],
        "counts": counts, "bars": bars, "total": sum(numbers), "said": asked,
        "now": clock.now(), "today": areas.today(),
        "stages": [(code, forms.named("stages", code)) for code in forms.LISTS["stages"]],
        "more": urlencode({**kept, "before": shown[SIZE - 1].pk}) if len(shown) > SIZE else "",
        "may_three": rights.entitled(by, "mediation.steer"), "may_take": rights.entitled(by, "mediation.take"),
    }  # fmt: skip
    return render(request, "mediation/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """An application, written or spoken, taken down at the desk of the committee."""
    by = session.actor(request)
    rights.enter(by, "mediation.take")
    reach, above = rights.reach(by), areas.tree().chain(by.area, areas.today()) if by.area else []
    found = [a for a in areas.tree().areas.values() if a.level == "village" and a.valid_to is None]
    villages = [(a.code, a.name) for a in found if reach is None or a.pk in reach or a.pk in above]
    sorts = [(code, half(title)) for code, title in forms.LISTS["sorts"].items()]
    lists = {"villages": villages, "sorts": sorts}
    form = DeclaredForm(forms.FORMS["register"], lists.__getitem__, request.POST or None)

    def on(matter: Matter) -> HttpResponse:
        messages.success(request, _("已登记：%(number)s") % {"number": matter.number})
        to = reverse("mediation:one", args=[matter.number]) if acting.sees(by, matter) else request.path
        return HttpResponseRedirect(to, status=303)

    if answer := said.done(request, form, lambda: taking.register(said.under(request, by), **form.said()), on):
        return answer
    context = {"form": form, "key": said.key()}
    return render(request, "mediation/new.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def three(request: HttpRequest) -> HttpResponse:
    """三优化: the three indicators with baseline and target, as frozen; a plan for another period may be adopted."""
    by = session.actor(request)
    rights.enter(by, "mediation.steer")
    area, table = areas.tree().areas[by.area or 0], rules.norm("three")
    spans = ("baseline_from", "baseline_to", "begins", "ends")
    first = dict(zip(spans, years(areas.today()), strict=True))
    form = DeclaredForm(forms.FORMS["adopt"], lambda listed: (), request.POST or None, initial=first)

    def adopt() -> Plan:
        goals = form.said()
        a, b, c, d = (goals.pop(name) for name in spans)
        return ending.adopt(area, (a, b), (c, d), goals, said.under(request, by))

    if answer := said.done(request, form, adopt, reverse("mediation:three")):
        return answer
    plans = Plan.objects.filter(area=area).select_related("area").order_by("-begins")[:5]
    context = {
        "area": area, "plans": [(plan, [_progress(each) for each in figures.progress(plan)]) for plan in plans],
        "form": form if rights.entitled(by, "mediation.plan", area=area.pk) else None, "norm": table,
        "definitions": [(half(row["title"]), half(row["definition"]), row["unit"]) for row in table.value],
        "key": said.key(),
    }  # fmt: skip
    return render(request, "mediation/three.html", context, status=400 if form.errors else 200)


def _progress(each: figures.Progress) -> dict[str, Any]:
    values = ((_("基期"), each.row["baseline"]), (_("目标"), each.row["target"]), (_("现值"), each.now.value))
    most = max(value or 0 for _title, value in values) or 1
    bars = [
        {"y": 26 * n, "width": round(260 * (value or 0) / most, 1), "title": title,
         "value": "—" if value is None else f"{value:g}"}
        for n, (title, value) in enumerate(values)
    ]  # fmt: skip
    told = {name: half(each.row[name]) for name in ("title", "definition", "unit")}
    return {**told, "met": each.met, "count": each.now.count, "of": each.now.of, "bars": bars}
