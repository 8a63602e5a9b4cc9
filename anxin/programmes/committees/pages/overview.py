"""`/committees/`: the committees on a map and in a list with what is wrong; terms that end."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anxin import tables
from anxin.kernel import registry, rights
from anxin.kernel.areas import today
from anxin.kernel.bodies import Actor
from anxin.maps import points
from anxin.programmes.committees import rules
from anxin.programmes.committees.figures import audit
from anxin.web import session
from anxin.web.paging import paged

PAGE = 60


def enter(request: HttpRequest, right: str = "committees.look") -> Actor:
    """The reader, who may do it somewhere. Raises NotSignedIn, NotAllowed."""
    by = session.actor(request)
    rights.enter(by, right)
    return by


def fault(code: str) -> str:
    """What is wrong, in the reader's language."""
    return _(rules.FAULTS[code][0])


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """The committees a post may look at; `?fault=woman` or `?town=...` narrow the list, `?form=xlsx` takes it away."""
    by = enter(request)
    every = audit.audit(list(audit.reached(by)))
    counts, wanted, town = audit.counted(every), request.GET.get("fault", ""), request.GET.get("town", "")
    found = [e for e in every if (not wanted or wanted in e.faults) and (not town or (e.town or "-") == town)]
    if "form" in request.GET:
        columns = [tables.Column(code, title) for code, title in (
            ("town", _("镇街")), ("title", _("调委会")), ("members", _("委员")), ("faults", _("问题")),
        )]  # fmt: skip
        rows = [(e.town, str(e.committee), str(e.seats.members), "、".join(map(fault, e.faults))) for e in found]
        return tables.answer(request, _("调委会名册"), columns, rows)
    names = {code: fault(code) for code in rules.FAULTS}
    book = paged(request, found, PAGE)
    context = {
        "found": [(each, [names[code] for code in each.faults]) for each in book], "book": book, "count": len(found),
        "all": len(every), "town": town,
        "seats": sum(each.seats.members for each in every), "good": sum(not each.faults for each in every),
        "faults": [(code, fault(code), counts[code]) for code in rules.FAULTS if code in counts], "wanted": wanted,
        "towns": [
            {"town": name, "all": n, "good": good, "x": 90, "wide": round(300 * n / max(len(every), 1) * 3, 1),
             "part": round(300 * good / max(len(every), 1) * 3, 1), "y": place * 18}
            for place, (name, n, good) in enumerate(audit.by_town(every))
        ],
        "high": max(len({each.town for each in every}) * 18, 18),
        "middle": next(((e.committee.lat, e.committee.lon) for e in found if e.committee.lat), (30.65, 120.55)),
    }  # fmt: skip
    return render(request, "committees/front.html", context)


@require_safe
def spots(request: HttpRequest) -> HttpResponse:
    """The same as points for the map."""
    found = [
        points.Spot(
            id=each.committee.body.code, lat=each.committee.lat, lon=each.committee.lon, title=str(each.committee),
            text="、".join(map(fault, each.faults)), tone="late" if each.faults else "good",
            url=reverse("committees:committee", args=[each.committee.body.code]),
        )
        for each in audit.audit(list(audit.reached(enter(request))))
        if each.committee.lat is not None and each.committee.lon is not None
    ]  # fmt: skip
    return points.answer(request, points.geojson(found))


@require_safe
def expiring(request: HttpRequest) -> HttpResponse:
    """Members whose term is over or ends soon, earliest first."""
    by, day = enter(request), today()
    rows = [(each, (each.term_ends - day).days) for each in audit.expiring(by)]
    norm = registry.norm("committees.expiring_days", day)
    return render(request, "committees/expiring.html", {"rows": rows, "norm": norm})
