"""`/markets/`: the markets on a map and in a list, their figures, and tables taken in."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from anxin import tables
from anxin.kernel import areas, registry, rights
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import AnxinError
from anxin.maps import points
from anxin.programmes.markets import figures
from anxin.programmes.markets.actions import sheets
from anxin.programmes.markets.rules.declared import SORTS
from anxin.web import drawing, said, session, words


def enter(request: HttpRequest) -> Actor:
    """The reader, who may look into the book. Raises NotSignedIn, NotAllowed."""
    by = session.actor(request)
    rights.enter(by, "markets.look")
    return by


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """The markets a post may look at."""
    by = enter(request)
    lines = figures.lines(by)
    context = {
        "lines": lines, "late": sum(each.late for each in lines), "open": sum(each.open for each in lines),
        "stalls": sum(each.stalls for each in lines), "let": sum(each.let for each in lines),
        "keeps": rights.entitled(by, "markets.keep"), "lat": lines[0].market.lat if lines else 30.68,
        "lon": lines[0].market.lon if lines else 120.63,
    }  # fmt: skip
    return render(request, "markets/front.html", context)


@require_safe
def spots(request: HttpRequest) -> HttpResponse:
    """The same as points for the map."""
    found = [
        points.Spot(
            id=each.market.code, lat=each.market.lat, lon=each.market.lon, title=each.market.title, text=each.area,
            tone="late" if each.late else "soon" if each.open else "good",
            url=reverse("markets:market", args=[each.market.code]),
        )
        for each in figures.lines(enter(request))
    ]  # fmt: skip
    return points.answer(request, points.geojson(found))


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """Figures of a span (`?from=&to=`): share of the town's disputes, by community, sort and step."""
    by = enter(request)
    asked = said.Said(request, by, asked=True)
    try:
        first, last = asked.day_or_none("from"), asked.day_or_none("to")
    except AnxinError:
        first = last = None
    last = last or areas.today()
    first = min(first or date(last.year, 1, 1), last)
    lines = list(figures.reached(by).values())
    pks, tree = [each.market.pk for each in lines], areas.tree()
    towns = {tree.place(place.pk, last).town for each in lines if (place := tree.by_code.get(each.area_code))}
    town = min((each for each in towns if each), default=None)
    counts = figures.by_community(pks, first, last)
    months = figures.by_month(town, first, last) if town else []
    communities = sorted({village for village, _market in counts}, key=lambda pk: tree.areas[pk].code if pk else "")
    context: dict[str, Any] = {
        "first": first, "last": last, "share": figures.share(town, first, last) if town else None,
        "norm": registry.norm("markets.share", last), "kinds": words.listed(
            [words.kind(each) for each in registry.norm("markets.disputes", last).value if each in registry.kinds()]
        ),
        "town": tree.areas[town].name if town else "", "steps": figures.steps(pks, first, last),
        "months": list(zip(months, _bars([(f"{month:%m}", each.percent) for month, each in months]), strict=True)),
        "wide": max(len(months) * 60, 720),
        "sorts": [(_sort(sort), n) for sort, n in figures.by_sort(pks, first, last)],
        "communities": [tree.areas[pk].name if pk else "–" for pk in communities],
        "rows": [(each.market, [counts.get((pk, each.market.pk), 0) for pk in communities]) for each in lines],
    }  # fmt: skip
    return render(request, "markets/statistics.html", context)


def _bars(percents: list[tuple[str, float]]) -> list[drawing.Bar]:
    labels, numbers = [label for label, _n in percents], [n for _label, n in percents]
    return drawing.bars(numbers, labels, width=60 * len(numbers), height=100, gap=14, most=100)


def _sort(code: str) -> str:
    return SORTS[code]["title_en" if words.english() else "title"] if code in SORTS else _("未分类")


@require_http_methods(["GET", "HEAD", "POST"])
def take_in(request: HttpRequest) -> HttpResponse:
    """Take in a table of markets, stalls or merchants; `?empty=stalls`: an empty one to fill in."""
    by = enter(request)
    rights.enter(by, "markets.keep")
    if (empty := request.GET.get("empty", "")) in sheets.COLUMNS:
        return tables.answer(request, empty, sheets.COLUMNS[empty], [])
    wrong: list[tables.Wrong] = []

    def take(form: said.Said) -> str | HttpResponse:
        sent, content = str(getattr(request.FILES.get("file"), "name", "")), form.file("file") or b""
        sort, whole = form.choice("sort", sheets.COLUMNS), not form.flag("part")
        try:
            kept, left = sheets.take_in(sort, sent, content, form.by, whole=whole)
        except tables.NotTakenIn as error:
            wrong.extend(error.wrong)
            raise
        told = _("已导入 %(kept)s 行，跳过 %(left)s 行") % {"kept": kept, "left": len(left)}
        return render(request, "markets/tables.html", {**shown(), "wrong": left, "told": told}) if left else told

    def shown() -> dict[str, Any]:
        sorts = [("markets", _("市场")), ("stalls", _("摊位")), ("merchants", _("商户"))]
        return {"sorts": sorts, "wrong": wrong[:200], "count": len(wrong), "key": said.key()}

    return said.show(request, by, "markets/tables.html", reverse("markets:tables"), {"take": take}, shown)
