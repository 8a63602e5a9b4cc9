"""`/apartments/mine/<number>/<code>`: what a landlord or a worker sees of their own, without an account."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from anxin.kernel import areas, money
from anxin.kernel.errors import AnxinError, NotFound
from anxin.programmes.apartments import figures
from anxin.programmes.apartments.actions import letting, spoken
from anxin.programmes.apartments.models import WORDS, Line, said
from anxin.public import rate


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, pk: str, code: str) -> HttpResponse:
    """One's own contract or bed; a hazard or a quarrel can be told from here."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    try:
        link = letting.opened(int(pk), code)
    except NotFound:
        rate.GUESSES.count(address)
        raise
    stay, wrong = link.stay, ""
    row = stay.room.building if stay else link.house.building if link.house else None
    if row is None:
        raise NotFound
    if request.method == "POST":
        rate.REPORTS.count(address)
        try:
            spoken.tell(link, row, request.POST.get("what", ""), request.POST.get("words", ""))
            return HttpResponseRedirect(f"{request.path}?told=1", status=303)
        except AnxinError as error:
            wrong = "；".join([error.message, *map(str, error.fields.values())])
    day = areas.today()
    contract = row.entrustments.filter(begins__lte=day, until__gt=day).first() if not stay else None
    paid = Line.objects.filter(building=row, sort="owner").order_by("-day")[:12] if not stay else []
    context = {
        "city": settings.CITY_NAME, "link": link, "stay": stay, "row": row,
        "status": said(WORDS["statuses"][row.status]),
        "contract": contract, "told": request.GET.get("told") == "1", "wrong": wrong, "day": day,
        "owner_rent": money.yuan(figures.owner_rent(contract, day.year)) if contract else "",
        "paid": [(line.day, money.yuan(line.amount)) for line in paid], "words": request.POST.get("words", ""),
        "open": row.hazards.filter(closed_at=None).count(), "lease": row.leases.filter(begins__lte=day, until__gt=day)
        .select_related("employer").first(),
    }  # fmt: skip
    response = render(request, "apartments/mine.html", context, status=400 if wrong else 200)
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response
