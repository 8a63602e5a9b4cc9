"""`/markets/<code>`: a market with its plan, zones and codes, stalls and merchants, belonging, closing; posters."""

from __future__ import annotations

import io
from typing import Any

import segno
from django.db.models import Count, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from anxin.kernel import areas, uscc
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import BadInput, NotFound
from anxin.kernel.people import Particulars
from anxin.programmes.markets import figures
from anxin.programmes.markets.actions import ladder, register
from anxin.programmes.markets.models import Market, Merchant, Stall, Tenancy, Zone
from anxin.programmes.markets.pages.overview import enter
from anxin.programmes.markets.rules.declared import SORTS
from anxin.web import said, words
from anxin.web.paging import paged

PAGE = 60


def _market(by: Actor, code: str) -> Market:
    found = register.market(code)
    if not register.keeps(by, found, "markets.look"):
        raise NotFound
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The market; what may be changed stands below in forms."""
    by = enter(request)
    of, here = _market(by, code), reverse("markets:market", args=[code])
    return said.show(request, by, "markets/market.html", here, _acts(of), lambda: _shown(request, by, of))


def _acts(market: Market) -> dict[str, Any]:
    def zone(form: said.Said) -> None:
        plan = (form.whole("x", 0), form.whole("y", 0), form.whole("wide", 40), form.whole("high", 30))
        register.add_zone(market, form.text("title"), form.by, plan=plan)

    def move(form: said.Said) -> None:
        register.move(market, form.text("area"), form.day("day"), form.text("reason", required=True, most=500), form.by)

    def closing(form: said.Said) -> None:
        register.tell_closing(market, form.day("told"), form.day("closes"), form.by)

    def let(form: said.Said) -> None:
        stall = Stall.objects.select_related("market").filter(market=market, number=form.text("stall")).first()
        merchant = Merchant.objects.filter(uscc=uscc.check(form.text("uscc"))).first()
        if stall is None or merchant is None:
            raise BadInput(fields={"stall" if stall is None else "uscc": "?"})
        flags = {"breach": form.flag("breach"), "settling": form.flag("settling")}
        register.let(stall, merchant, form.day("begins"), form.by, ends=form.day_or_none("ends"), **flags)

    def report(form: said.Said) -> str:
        row = ladder.report(
            market, form.choice("sort", SORTS), form.text("title", required=True, most=120), form.text("words"),
            form.by, zone=Zone.objects.filter(market=market, code=form.text("zone")).first(),
            person=Particulars(name=form.text("name", most=60), phone=form.text("phone", most=25)),
        )  # fmt: skip
        return row.matter.number

    def end(form: said.Said) -> None:
        register.end(form.whole("tenancy"), form.day("day"), form.by)

    return {"zone": zone, "move": move, "closing": closing, "let": let, "end": end, "report": report}


def _shown(request: HttpRequest, by: Actor, market: Market) -> dict[str, Any]:
    day = areas.today()
    zones = list(market.zones.select_related("keeper").annotate(count=Count("stalls")).order_by("title")[:60])
    held = Tenancy.objects.filter(begins__lte=day).exclude(ends__lte=day).select_related("merchant")
    stalls = market.stalls.select_related("zone").prefetch_related(Prefetch("tenancies", held, to_attr="now"))
    chosen = request.GET.get("zone", "")
    rows = stalls.filter(zone__code=chosen) if chosen else stalls
    let = dict(held.filter(stall__market=market).values_list("stall__zone").annotate(Count("stall", distinct=True)))
    wide, high = max([e.x + e.wide for e in zones] + [100]), max([e.y + e.high for e in zones] + [40])
    return {
        "drawn": [{"zone": e, "let": let.get(e.pk, 0), "mx": e.x + e.wide / 2, "my": e.y + e.high / 2,
                   "full": round(e.wide * let.get(e.pk, 0) / max(e.count, 1), 1)} for e in zones],
        "market": market, "place": register.community(market.pk), "box": f"-2 -2 {wide + 4} {high + 4}",
        "book": paged(request, rows.order_by("number"), PAGE), "chosen": chosen,
        "count": sum(e.count for e in zones if chosen in ("", e.code)),
        "keeps": register.keeps(by, market), "may_report": register.keeps(by, market, "markets.report"), "today": day,
        "sorts": [(code, each["title_en" if words.english() else "title"]) for code, each in SORTS.items()],
        "lacking": figures.lacking(market), "villages": _villages(market), "zones": zones,
        "belongings": market.belongings.select_related("area").order_by("valid_from"),
        "plan_fields": [("x", _("左边距")), ("y", _("上边距")), ("wide", _("宽（米）")), ("high", _("深（米）"))],
    }  # fmt: skip


def _villages(market: Market) -> list[areas.Area]:
    """The communities of the town a market may be put under."""
    tree, day, place = areas.tree(), areas.today(), register.community(market.pk)
    town = tree.parent(place.pk, day) if place else None
    inside = tree.under(town, day) if town else ()
    return sorted((tree.areas[pk] for pk in inside if tree.areas[pk].level == "village"), key=lambda each: each.code)


def _address(request: HttpRequest, zone: str) -> str:
    return request.build_absolute_uri(reverse("markets:intake", args=[zone]))


@require_safe
def picture(request: HttpRequest, code: str, zone: str) -> HttpResponse:
    """The code of a zone as a drawing (SVG); it only says where the page behind it is."""
    market = _market(enter(request), code)
    if not market.zones.filter(code=zone).exists():
        raise NotFound
    out = io.BytesIO()
    segno.make(_address(request, zone), error="m", micro=False).save(out, kind="svg", scale=8, border=2, nl=False)
    return HttpResponse(out.getvalue(), content_type="image/svg+xml")


@require_safe
def posters(request: HttpRequest, code: str) -> HttpResponse:
    """A sheet for each zone, to print and put up."""
    market = _market(enter(request), code)
    zones = [(each, _address(request, each.code)) for each in market.zones.order_by("title")]
    return render(request, "markets/posters.html", {"market": market, "zones": zones})
