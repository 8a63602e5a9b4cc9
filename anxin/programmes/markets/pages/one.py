"""`/markets/<code>`: a market with its plan, zones and codes, stalls and merchants, belonging, closing; posters."""

from __future__ import annotations

import io
from typing import Any

import segno
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from anxin.kernel import areas, rights
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import AnxinError, BadInput, NotFound
from anxin.kernel.people import Particulars
from anxin.programmes.markets import figures
from anxin.programmes.markets.actions import ladder, register
from anxin.programmes.markets.models import Market, Merchant, Stall, Tenancy, Zone
from anxin.programmes.markets.pages.overview import enter
from anxin.programmes.markets.rules.declared import SORTS
from anxin.web import said, words

PAGE = 60


def _market(by: Actor, code: str) -> Market:
    found = register.market(code)
    place = register.community(found.pk)
    if not rights.entitled(by, "markets.look", area=place.pk if place else None, body=found.organiser_id):
        raise NotFound
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The market; what may be changed stands below in forms."""
    by = enter(request)
    market = _market(by, code)
    here = reverse("markets:market", args=[code])
    error = said.attempt(request, by, _acts(market), here) if request.method == "POST" else None
    return error if isinstance(error, HttpResponse) else _shown(request, by, market, error)


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
        merchant = Merchant.objects.filter(uscc=register.check_uscc(form.text("uscc"))).first()
        if stall is None or merchant is None:
            raise BadInput(fields={"stall" if stall is None else "uscc": "?"})
        flags = {"breach": form.flag("breach"), "settling": form.flag("settling")}
        register.let(stall, merchant, form.day("begins"), form.by, ends=form.day_or_none("ends"), **flags)

    def report(form: said.Said) -> str:
        rights.enter(form.by, "markets.report")
        row = ladder.report(
            market, form.choice("sort", SORTS), form.text("title", required=True, most=120), form.text("words"),
            form.by, zone=Zone.objects.filter(market=market, code=form.text("zone")).first(),
            person=Particulars(name=form.text("name", most=60), phone=form.text("phone", most=25)),
        )  # fmt: skip
        return row.matter.number

    def end(form: said.Said) -> None:
        register.end(form.whole("tenancy"), form.day("day"), form.by)

    return {"zone": zone, "move": move, "closing": closing, "let": let, "end": end, "report": report}


def _shown(request: HttpRequest, by: Actor, market: Market, error: AnxinError | None) -> HttpResponse:
    day = areas.today()
    zones = list(market.zones.select_related("keeper").annotate(count=Count("stalls")).order_by("title")[:60])
    held = Tenancy.objects.filter(begins__lte=day).exclude(ends__lte=day).select_related("merchant")
    stalls = market.stalls.select_related("zone").prefetch_related(Prefetch("tenancies", held, to_attr="now"))
    chosen = request.GET.get("zone", "")
    rows = stalls.filter(zone__code=chosen) if chosen else stalls
    book = Paginator(rows.order_by("number"), PAGE).get_page(request.GET.get("page"))
    let = dict(held.filter(stall__market=market).values_list("stall__zone").annotate(Count("stall", distinct=True)))
    drawn = [{"zone": each, "let": let.get(each.pk, 0), "mx": each.x + each.wide / 2, "my": each.y + each.high / 2,
              "full": round(each.wide * let.get(each.pk, 0) / max(each.count, 1), 1)} for each in zones]  # fmt: skip
    wide = max([each.x + each.wide for each in zones] + [100])
    high = max([each.y + each.high for each in zones] + [40])
    context = {
        "market": market, "place": register.community(market.pk), "drawn": drawn, "box": f"-2 -2 {wide + 4} {high + 4}",
        "book": book, "chosen": chosen, "keeps": register.keeps(by, market), "key": said.key(), "error": error,
        "may_report": rights.entitled(by, "markets.report"), "typed": request.POST, "today": day,
        "sorts": [(code, each["title_en" if words.english() else "title"]) for code, each in SORTS.items()],
        "lacking": figures.lacking(market),
        "belongings": market.belongings.select_related("area").order_by("valid_from"),
        "villages": _villages(market), "zones": zones,
        "plan_fields": [("x", _("左边距")), ("y", _("上边距")), ("wide", _("宽（米）")), ("high", _("深（米）"))],
    }  # fmt: skip
    return render(request, "markets/market.html", context, status=error.status if error else 200)


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
