"""`/apartments/`: what a post sees of all its buildings; capacity under each rule set; tables in and out."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anxin import tables
from anxin.kernel import areas, bodies, clock, rights
from anxin.kernel.bodies import Actor
from anxin.kernel.columns import among
from anxin.kernel.errors import NotFound
from anxin.programmes.apartments import figures, rules
from anxin.programmes.apartments.actions import houses, importing
from anxin.programmes.apartments.models import WORDS, Building, Stay, said
from anxin.programmes.apartments.pages import drawings
from anxin.web import paging, session
from anxin.web import said as sent
from anxin.web.declared import DeclaredForm


def seen(by: Actor) -> list[Building]:
    """The buildings a post is shown, in the order of their codes."""
    rows = Building.objects.filter(rules.visible(by)).select_related("house", "company").order_by("code")
    return list(rows.defer("company__area__boundary"))


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Figures, map and list, what runs out, rent and vacancy; `?status= q= page=`."""
    by, day = session.actor(request), areas.today()
    rows = seen(by)
    pks = [row.pk for row in rows]
    living, money_too = figures.living(pks, day), rights.entitled(by, "apartments.money")
    kpi, people = figures.kpi(pks, day), living.held
    marks = {pk: "over" if pk in kpi["serious"] else "full" if held else "free" for pk, (held, _b) in people.items()}
    wanted, asked = request.GET.get("status", ""), request.GET.get("q", "")[:40].strip()
    listed = [
        row for row in rows
        if (not wanted or row.status == wanted) and asked in f"{row.code} {row.title} {row.house.place}"
    ]  # fmt: skip
    shown = paging.paged(request, listed)
    companies = sorted({row.company for row in rows}, key=lambda body: body.code)
    (empty, available), by_month = figures.vacancy(pks, day, living.bedrooms)
    context = {
        "kpi": kpi, "shown": shown, "day": day, "asked": asked, "wanted": wanted,
        "buildings": len(rows), "rooms": living.bedrooms, "empty": empty, "available": available,
        "people": sum(held for held, _beds in people.values()), "beds": sum(beds for _held, beds in people.values()),
        "lines": [(row, said(WORDS["statuses"][row.status]), *people[row.pk]) for row in shown],
        "statuses": [(code, said(pair)) for code, pair in WORDS["statuses"].items()],
        "map": drawings.site(rows, marks), "now": clock.now(), "expiring": _expiring(pks, day)[:12],
        "rent": drawings.bars(figures.rent_by_month(pks, day)) if money_too else [],
        "vacancy": drawings.bars([(month, whole, empty) for month, empty, whole in by_month]),
        "companies": [body for body in companies if money_too and by.role != "employer"], "year": day.year,
        "may_register": rights.entitled(by, "apartments.run", body=by.body) and by.role == "manager",
        "may_read": rights.entitled(by, "apartments.read_person"), "own": by.body,
        "may_visit": rights.entitled(by, "apartments.visit"), "code": request.GET.get("code", ""), "money": money_too,
        "company": bodies.directory().by_id[by.body].code if by.body and by.role == "manager" else "",
        "years": figures.years(pks, [day.year - 1, day.year]),
    }  # fmt: skip
    return render(request, "apartments/front.html", context)


def _expiring(pks: list[int], day: Any) -> list[tuple[str, str, Any, bool]]:
    titles = {**WORDS["papers"], "entrustment": _("托管合同"), "lease": _("整租合同")}
    return [(code, said(titles[what]), until, until <= day) for code, what, until in figures.expiring(pks, day)]


ADOPT = (
    "village choice:villages 村社|Village", "rule_set choice:rule_sets 规则|Rule set",
    "effective day 生效日|In force from", "source line 依据的文件|By which paper",
)  # fmt: skip
"""What is asked of who decides which rule set holds in a village."""


@require_http_methods(["GET", "HEAD", "POST"])
def capacity(request: HttpRequest) -> HttpResponse:
    """The same rooms and people under each rule set, who is to be re-housed, and what can be done."""
    by, day = session.actor(request), areas.today()
    rows = seen(by)
    villages = [areas.tree().areas[pk] for pk in sorted({row.house.village_id for row in rows})]
    adopts = rights.entitled(by, "apartments.adopt")
    lists = {"villages": [(area.code, area.name) for area in villages],
             "rule_sets": [(code, said(pair)) for code, pair in WORDS["rule_sets"].items()]}  # fmt: skip
    form = DeclaredForm(ADOPT, lists.__getitem__, request.POST or None, initial={"effective": day})

    def adopt() -> object:
        typed = form.said()
        return houses.adopt(areas.tree().by_code[typed.pop("village")], sent.under(request, by), **typed)

    if adopts and (answer := sent.done(request, form, adopt, request.path, _("已登记"))):
        return answer
    found = figures.compare([row.pk for row in rows], day)
    holds = rules.capacity_norm(villages[0].pk, day) if villages else None
    applied = next((each for each in found if holds is not None and each.norm.code == holds.code), None)
    over = Stay.objects.filter(pk__in=among(applied.over if applied else ())).select_related("room__building", "worker")
    shown = paging.paged(request, over.order_by("room__building__code", "room__number", "bed"), keys=True)
    context = {
        "sets": found, "applied": applied, "over": shown, "form": form, "key": sent.key(),
        "adopts": adopts and villages, "most": max((max(each.people, each.capacity) for each in found), default=1) or 1,
    }  # fmt: skip
    return render(request, "apartments/capacity.html", context)


class TableForm(django_forms.Form):
    """A table to take in."""

    file = django_forms.FileField(
        widget=django_forms.FileInput(attrs={"class": "form-control", "accept": ".xlsx,.csv"})
    )
    whole = django_forms.BooleanField(required=False)
    found = django_forms.BooleanField(required=False)


@require_http_methods(["GET", "HEAD", "POST"])
def table(request: HttpRequest, sort: str) -> HttpResponse:
    """Take in a register of rooms or of people, line by line; `?form=xlsx` gives the rooms out, or an empty table."""
    by = session.actor(request)
    columns = {"rooms": importing.ROOMS, "stays": importing.STAYS}.get(sort)
    if columns is None or not (sort == "stays" or by.role in ("manager", "village")):
        raise NotFound
    rights.enter(by, "apartments.see")
    if request.GET.get("form"):
        rows = importing.rows_of([row.pk for row in seen(by)]) if sort == "rooms" else []
        return tables.answer(request, _("蓝领公寓登记册"), columns, rows)
    form, landed, wrong = TableForm(request.POST or None, request.FILES or None), None, list[tables.Wrong]()
    if request.method == "POST" and form.is_valid():
        file, whole = form.cleaned_data["file"], form.cleaned_data["whole"]
        name, content, company = file.name, file.read(tables.reading.MOST_BYTES + 1), _company(by)
        if sort == "rooms":
            _good, told = sent.tried(form, lambda: importing.rooms(company, by, name, content, whole=whole))
        else:
            taken = bool(form.cleaned_data["found"])
            _good, told = sent.tried(form, lambda: importing.stays(by, name, content, whole=whole, found=taken))
        landed, wrong = told if told is not None else (None, [])
    context = {
        "sort": sort, "form": form, "landed": landed, "wrong": wrong[:200], "columns": columns, "key": sent.key(),
        "village": by.role == "village",
    }  # fmt: skip
    return render(request, "apartments/table.html", context, status=400 if wrong or form.errors else 200)


def _company(by: Actor) -> str:
    body = bodies.directory().by_id.get(by.body or 0)
    return body.code if body else ""


@require_POST
def registration(request: HttpRequest) -> HttpResponse:
    """The list for the police: who moved in or out and is not reported yet, with names; each reading is journalled."""
    by = session.actor(request)
    rights.enter(by, "apartments.read_person")
    waiting = rules.to_report()
    rows = Stay.objects.filter(waiting, room__building__in=Building.objects.filter(rules.visible(by)))
    found = []
    for stay in rows.select_related("room__building__house", "lease").order_by("due_at")[:200]:
        building = stay.room.building
        own = stay.lease.employer_id if by.role == "employer" else building.company_id
        who = rights.open_person(
            by, stay.worker_id, right="apartments.read_person", area=building.house.village_id, body=own,
            purpose="registration", fields=("name", "phone", "id_number"), reason="居住登记申报",
        )  # fmt: skip
        found.append({"building": building.code, "number": stay.room.number, "bed": stay.bed, "worker": who.name,
                      "phone": who.phone, "id_number": who.id_number, "begins": stay.begins})  # fmt: skip
    return tables.answer(request, _("居住登记报送表"), importing.STAYS, found)


def back(code: str) -> str:
    """The address of a building's page."""
    return reverse("apartments:one", args=[code])
