"""`/markets/q/<code>`: what stands behind the code on the wall of a zone: call 110 first, then what it is about."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from anxin.kernel.errors import NotFound
from anxin.programmes.markets.actions import register
from anxin.programmes.markets.actions.ladder import SOURCE
from anxin.programmes.markets.models import Zone
from anxin.programmes.markets.rules.declared import KIND, SORTS
from anxin.web import words


@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    """Choose what it is about; the residents' form opens with market, zone and kind. Raises NotFound."""
    zone = Zone.objects.select_related("market").filter(code=code.strip().upper()[:20]).first()
    if zone is None:
        raise NotFound
    place = register.community(zone.market_id)
    told = {"kind": KIND, "address": f"{zone.market.title}{zone.title}", "area": place.code if place else ""}
    name = "title_en" if words.english() else "title"
    sorts = [
        (each[name], f"{reverse('public-report')}?{urlencode({**told, 'ref': f'{SOURCE}{zone.code}/{sort}'})}")
        for sort, each in SORTS.items()
    ]
    context = {"zone": zone, "market": zone.market, "sorts": sorts, "city": settings.CITY_NAME}
    return render(request, "markets/intake.html", context)
