"""`/mediation/`: the disputes a post may see, by colour and stage; an application taken down; the three indicators."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from anxin.kernel import areas, clock, rights
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import AnxinError, NotAllowed
from anxin.kernel.people import Particulars
from anxin.kernel.rows import whole
from anxin.programmes.mediation import figures, forms, rules
from anxin.programmes.mediation.actions import ending, taking
from anxin.programmes.mediation.models import OPEN, Plan
from anxin.programmes.mediation.pages import one
from anxin.web import session

SIZE = 50
WANTED = ("colour", "stage", "only", "number")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The list: `?colour= stage= only=prominent|late|review|police number= before=`, newest first, fifty at a time."""
    by = session.actor(request)
    if not rights.entitled(by, "mediation.see"):
        raise NotAllowed
    seen, said = figures.seen_by(by), {name: request.GET.get(name, "")[:40] for name in WANTED}
    rows = seen.filter(stage=said["stage"]) if said["stage"] in forms.LISTS["stages"] else seen.filter(stage__in=OPEN)
    if said["colour"] in figures.COLOURS:
        rows = rows.filter(colour=said["colour"])
    if (only := figures.only(said["only"])) is not None:
        rows = rows.filter(only)
    if said["number"]:
        rows = seen.filter(matter__number=said["number"])
    if (before := whole(request.GET.get("before", ""))) is not None:
        rows = rows.filter(pk__lt=before)
    shown = list(rows.select_related("matter", "lead__body", "village").order_by("-pk")[: SIZE + 1])
    counts, kept = figures.counts(seen), {name: value for name, value in said.items() if value}
    total = sum(counts[colour] for colour in figures.COLOURS)
    context = {
        "rows": [(d, forms.named("stages", d.stage), forms.named("colours", d.colour)) for d in shown[:SIZE]],
        "counts": counts, "bars": _bars(counts, total), "total": total, "said": said, "now": clock.now(),
        "colours": [(code, forms.named("colours", code)) for code in figures.COLOURS],
        "stages": [(code, forms.named("stages", code)) for code in forms.LISTS["stages"]],
        "more": urlencode({**kept, "before": shown[SIZE - 1].pk}) if len(shown) > SIZE else "",
        "may_three": rights.entitled(by, "mediation.steer"),
        "may_take": rights.entitled(by, "mediation.take"), "today": areas.today(),
    }  # fmt: skip
    return render(request, "mediation/list.html", context)


def _bars(counts: dict[str, int], total: int) -> list[dict[str, Any]]:
    at, bars = 0.0, []
    for colour in figures.COLOURS:
        width = round(600 * counts[colour] / total, 1) if total else 0
        bars.append({"colour": colour, "x": at, "width": width, "count": counts[colour],
                     "title": forms.named("colours", colour)})  # fmt: skip
        at += width
    return bars


class NewForm(django_forms.Form):
    """An application, as it is taken down."""

    def __init__(self, by: Actor, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        reach = rights.reach(by)
        found = [a for a in areas.tree().areas.values() if a.level == "village" and a.valid_to is None]
        self.villages = {a.code: a.name for a in found if reach is None or a.pk in reach}
        listed = [(c, forms.say(t)) for c, t in forms.LISTS["sorts"].items()]
        text, pick = {"class": "form-control"}, {"class": "form-select"}
        put, field = self.fields, django_forms
        put["title"] = field.CharField(label=_("纠纷"), max_length=60, widget=field.TextInput(attrs=text))
        put["narrative"] = field.CharField(label=_("经过"), max_length=4000, required=False,
                                           widget=field.Textarea(attrs={**text, "rows": 5}))  # fmt: skip
        put["sort"] = field.ChoiceField(label=_("类型"), choices=listed, widget=field.Select(attrs=pick))
        put["area"] = field.ChoiceField(label=_("村社"), choices=list(self.villages.items())[:2000],
                                        widget=field.Select(attrs=pick))  # fmt: skip
        for name, label in forms.PERSON:
            put[name] = field.CharField(label=label, required=name == "name", max_length=200,
                                        widget=field.TextInput(attrs=text))  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """An application, written or spoken, taken down at the desk of the committee."""
    by = session.actor(request)
    rights.enter(by, "mediation.take")
    form = NewForm(by, request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        applicant = Particulars(**{name: said[name] for name, _label in forms.PERSON})
        try:
            matter = taking.register(
                one.under(request, by), area=said["area"], title=said["title"], narrative=said["narrative"],
                sort=said["sort"], applicant=applicant,
            )  # fmt: skip
        except AnxinError as error:
            one.wrong(request, form, error)
        else:
            return HttpResponseRedirect(reverse("mediation:one", args=[matter.number]), status=303)
    context = {"form": form, "key": secrets.token_urlsafe(18)}
    return render(request, "mediation/new.html", context, status=400 if form.errors else 200)


class PlanForm(django_forms.Form):
    """The targets of a period; the baseline is reckoned."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name, label in (("baseline_from", _("基期起")), ("baseline_to", _("基期止")), ("begins", _("期间起")),
                            ("ends", _("期间止"))):  # fmt: skip
            widget = django_forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"})
            self.fields[name] = django_forms.DateField(label=label, widget=widget)
        for each in rules.norm("three").value:
            number = django_forms.NumberInput(attrs={"class": "form-control", "step": "any"})
            self.fields[each["code"]] = django_forms.FloatField(
                label=f"{forms.say(each['title'])} ({forms.say(each['unit'])})", min_value=0, widget=number
            )


@require_http_methods(["GET", "HEAD", "POST"])
def three(request: HttpRequest) -> HttpResponse:
    """三优化: the three indicators with baseline and target, as frozen; a plan for another period may be adopted."""
    by = session.actor(request)
    if not rights.entitled(by, "mediation.plan") and not rights.entitled(by, "mediation.steer"):
        raise NotAllowed
    area = _area_of(by)
    may = area is not None and rights.entitled(by, "mediation.plan", area=area.pk)
    first = dict(zip(("baseline_from", "baseline_to", "begins", "ends"), forms.years(areas.today()), strict=True))
    form = PlanForm(request.POST or None, initial=first)
    if request.method == "POST" and area is not None and form.is_valid():
        s = form.cleaned_data
        spans: tuple[tuple[date, date], ...] = ((s["baseline_from"], s["baseline_to"]), (s["begins"], s["ends"]))
        targets = {each["code"]: s[each["code"]] for each in rules.norm("three").value}
        try:
            ending.adopt(area, spans[0], spans[1], targets, one.under(request, by))
        except AnxinError as error:
            one.wrong(request, form, error)
        else:
            return HttpResponseRedirect(reverse("mediation:three"), status=303)
    plans = Plan.objects.filter(area=area).select_related("area").order_by("-begins")[:5]
    shown = [(plan, [_progress(each) for each in figures.progress(plan)]) for plan in plans]
    table = rules.norm("three")
    told = [(forms.say(row["title"]), forms.say(row["definition"]), forms.say(row["unit"])) for row in table.value]
    context = {
        "area": area, "plans": shown, "form": form if may else None, "key": secrets.token_urlsafe(18),
        "definitions": told, "norm": table,
    }  # fmt: skip
    return render(request, "mediation/three.html", context, status=400 if form.errors else 200)


def _area_of(by: Actor) -> Area | None:
    """The area a post's indicators are about: its own, or the city."""
    return areas.tree().areas.get(by.area or 0)


def _progress(each: figures.Progress) -> dict[str, Any]:
    values = [each.row["baseline"], each.row["target"], each.now.value]
    most = max([v for v in values if v is not None] or [1]) or 1
    titles = (_("基期"), _("目标"), _("现值"))
    return {
        **{name: forms.say(each.row[name]) for name in ("title", "definition", "unit")},
        "met": each.met, "count": each.now.count, "of": each.now.of,
        "bars": [
            {"y": 26 * n, "width": round(260 * (v or 0) / most, 1), "title": t, "value": "—" if v is None else f"{v:g}"}
            for n, (t, v) in enumerate(zip(titles, values, strict=True))
        ],
    }  # fmt: skip
