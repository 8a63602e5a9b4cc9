"""`/apartments/b/<code>`: a building, its plan, contracts, people, hazards, what may be done; a company's year."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from anxin.kernel import areas, bodies, clock, money, rights
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import NotAllowed, NotFound
from anxin.programmes.apartments import figures, rules
from anxin.programmes.apartments.actions import company
from anxin.programmes.apartments.forms import ACTS, ActForm, offered
from anxin.programmes.apartments.models import WORDS, Bill, Building, Entrustment, Line, Portion, Stay, Year, said
from anxin.programmes.apartments.pages import drawings
from anxin.programmes.apartments.pages.front import back
from anxin.web import said as sent
from anxin.web import session


def found(request: HttpRequest, code: str) -> tuple[Actor, Building]:
    """The reader and a building they may see. Raises NotFound."""
    by = session.actor(request)
    row = Building.objects.select_related("house__owner", "company").filter(code=code).first()
    return by, rules.enter(by, "apartments.see", row)


@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    """All of a building on one page."""
    by, row = found(request, code)
    return render(request, "apartments/one.html", _told(by, row))


def _told(by: Actor, row: Building) -> dict[str, Any]:
    day = areas.today()
    norm, lease = rules.capacity_norm(row.house.village_id, day), rules.lease_on(row, day)
    rooms = list(row.rooms.order_by("floor", "number"))
    stays = list(
        Stay.objects.filter(room__in=[room.pk for room in rooms], begins__lte=day).exclude(until__lte=day)
        .select_related("room", "worker").order_by("room__number", "bed")[:400]
    )  # fmt: skip
    bedrooms = {room.pk: (room.usable, room.beds) for room in rooms if room.use == "bedroom"}
    came = sorted(((stay.begins, stay.pk, stay) for stay in stays), key=lambda each: each[:2])
    inside = [(pk, stay.room_id, stay.exception) for _begins, pk, stay in came if stay.room_id in bedrooms]
    over = set(figures.reckoned(norm, bedrooms, inside).over)
    contracts = list(row.entrustments.order_by("-begins"))
    money_too = rules.may(by, "apartments.money", row)
    bills = Bill.objects.filter(lease__building=row).order_by("-due_on")[:12] if money_too else []
    return {
        "row": row, "status": said(WORDS["statuses"][row.status]), "norm": norm, "lease": lease, "day": day,
        "lacking": rules.lacking(row, day) if row.status in ("accepted", "suspended", "renovating") else [],
        "floors": drawings.plan(rooms, stays, norm), "width": drawings.WIDTH, "now": clock.now(), "stays": stays,
        "over": over,
        "rooms": [(room, said(WORDS["uses"][room.use]), rules.capacity(room, norm)) for room in rooms],
        "papers": [(p, said(WORDS["papers"][p.sort])) for p in row.papers.order_by("-issued_on", "-pk")[:20]],
        "entrustment": next((each for each in contracts if each.begins <= day < each.until), None),
        "acts": [(act.code, said(act.title)) for act in offered(by, row)],
        "hazards": [(h, said(WORDS["grades"][h.grade])) for h in row.hazards.order_by("closed_at", "-found_at")
                    .select_related("matter", "room").prefetch_related("photos")[:15]],
        "visits": [(v, said(WORDS["rhythms"][v.rhythm])) for v in row.visits.order_by("-due_on", "-pk")[:8]],
        "bills": [(bill, said(WORDS["bills"][bill.sort]), money.yuan(bill.amount)) for bill in bills],
        "quarrels": row.quarrels.select_related("matter").order_by("-at")[:6], "money": money_too,
        "devices": [(d, said(WORDS["devices"][d.sort])) for d in row.devices.select_related("room")[:30]],
        "rent": _rents(contracts, lease),
    }  # fmt: skip


def _rents(contracts: list[Entrustment], lease: Any) -> dict[str, str]:
    return {
        "owner": money.yuan(figures.owner_rent(contracts[0], areas.today().year)) if contracts else "",
        "rent": money.yuan(lease.rent) if lease else "",
        "deposit": money.yuan(lease.deposit) if lease else "",
    }


@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, code: str, act: str) -> HttpResponse:
    """The form of a deed on a building."""
    by, row = found(request, code)
    wanted = next((each for each in offered(by, row) if each.code == act), None)
    if wanted is None:
        raise NotAllowed if act in ACTS else NotFound
    form = ActForm(wanted, row, *((request.POST, request.FILES) if request.method == "POST" else ()))

    def on(made: Any) -> str | HttpResponse:
        if not isinstance(made, tuple):
            return back(code)
        link, secret = made  # a personal link: its code is shown this once only
        address = request.build_absolute_uri(reverse("apartments:mine", args=[link.pk, secret]))
        return _shown(request, {"row": row, "title": said(wanted.title), "address": address})

    do = partial(wanted.call, code, sent.under(request, by))
    if answer := sent.done(request, form, lambda: do(**form.said()), on, _("已记录"), rules.ApproverNeeded):
        return answer
    lacking = rules.lacking(row, areas.today()) if act == "move" else []
    shown = {"row": row, "title": said(wanted.title), "form": form, "key": sent.key(), "lacking": lacking}
    return _shown(request, shown)


def _shown(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    form = context.get("form")
    return render(request, "apartments/act.html", context, status=400 if form is not None and form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def company_act(request: HttpRequest, code: str, act: str) -> HttpResponse:
    """The form of a deed on a company: register a house, enter a line, decide and lock a year."""
    by, wanted = session.actor(request), ACTS.get(act)
    if wanted is None or wanted.on != "company":
        raise NotFound
    body = company(code, by, wanted.right)
    form = ActForm(wanted, body, request.POST or None, initial={"year": areas.today().year - 1})

    def on(_made: Any) -> str:
        if act == "register":
            return reverse("apartments:front")
        typed = form.cleaned_data
        return reverse("apartments:year", args=[code, typed.get("year") or typed["day"].year])

    do = partial(wanted.call, code, sent.under(request, by))
    if answer := sent.done(request, form, lambda: do(**form.said()), on, _("已记录")):
        return answer
    return _shown(request, {"title": said(wanted.title), "form": form, "key": sent.key(), "body": body})


@require_safe
def year(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """A company's year: lines by sort, net, reserve, dividend; after it is locked, what each share was given."""
    by, body = session.actor(request), bodies.directory().by_code.get(code)
    if body is None or not 2000 <= year <= 2100:
        raise NotFound
    rights.enter(by, "apartments.money", view="apartments.see", area=body.area_id, body=body.pk)
    told, row = figures.ledger(body.pk, year), Year.objects.filter(company=body, year=year).first()
    portions = Portion.objects.filter(year=row).select_related("share__holder") if row and row.locked_at else None
    gain, households = figures.owners_gain(body.pk, year)
    most = max((abs(amount) for amount in told["sorts"].values()), default=1) or 1
    lines = Line.objects.filter(company=body, year=year).order_by("-day", "-pk").select_related("building")
    context = {
        "body": body, "number": year, "row": row,
        "told": {name: money.yuan(told[name]) for name in ("gross", "owner", "cost", "net")},
        "sorts": [(said(pair), money.yuan(told["sorts"][sort]), round(420 * abs(told["sorts"][sort]) / most, 1), sort)
                  for sort, pair in WORDS["lines"].items() if sort in told["sorts"]],
        "portions": [(p.share.holder.masked_name, p.share.count, money.yuan(p.amount)) for p in (portions or ())[:400]],
        "lines": [(line, said(WORDS["lines"][line.sort]), money.yuan(line.amount)) for line in lines[:60]],
        "reserve": money.yuan(row.reserve) if row else "", "dividend": money.yuan(row.dividend) if row else "",
        "gain": money.yuan(gain), "households": households, "before": year - 1, "after": year + 1,
        "may_enter": rights.entitled(by, "apartments.pay", area=body.area_id, body=body.pk),
        "may_lock": rights.entitled(by, "apartments.lock", area=body.area_id, body=body.pk),
    }  # fmt: skip
    return render(request, "apartments/year.html", context)
