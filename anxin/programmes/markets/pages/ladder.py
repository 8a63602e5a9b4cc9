"""`/markets/disputes`: quarrels on the ladder, one with its steps and evidence; `/markets/reckon`: calculation aids."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from anxin.kernel import access, areas, clock, money, registry, rights
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import AnxinError
from anxin.programmes.markets import figures
from anxin.programmes.markets.actions import ladder
from anxin.programmes.markets.models import ENDS, LEVELS, ROUTES, Quarrel, Rung
from anxin.programmes.markets.pages.overview import enter
from anxin.programmes.markets.rules import reckoning
from anxin.programmes.markets.rules.declared import ITEMS, SORTS
from anxin.web import said, words

PAGE = 50


def _name(known: Any, code: str) -> str:
    return str(known[code]["title_en" if words.english() else "title"]) if code in known else _("未分类")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Open steps, the most pressing first; those that are over with `?over=1`."""
    by = enter(request)
    markets = list(figures.reached(by))
    over = request.GET.get("over") == "1"
    rows = Rung.objects.filter(quarrel__market__in=markets, ended_at__isnull=not over)
    chosen = rows.select_related("quarrel__matter", "quarrel__market", "quarrel__zone", "body")
    shown = list(chosen.order_by("-ended_at" if over else "due_at")[:PAGE])
    now, all_seen = clock.now(), by.role in access.AREAWORK | access.CITYWIDE
    context = {
        "over": over, "steps": figures.steps(markets, areas.today().replace(day=1), areas.today()),
        "rows": [
            {"rung": each, "sort": _name(SORTS, each.quarrel.sort), "level": _(LEVELS[each.level]),
             "how": _(ENDS[each.how]) if each.how else "", "late": not over and each.due_at < now,
             "seen": all_seen or by.body in (each.body_id, each.quarrel.market.organiser_id)}
            for each in shown
        ],
    }  # fmt: skip
    return render(request, "markets/disputes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, number: str) -> HttpResponse:
    """One quarrel: its steps, its evidence, and what the body whose step it is may do."""
    by = enter(request)
    row = ladder.quarrel(by, number)
    here = reverse("markets:dispute", args=[number])
    return said.show(request, by, "markets/dispute.html", here, _acts(row), lambda: _shown(by, row))


def _shown(by: Actor, row: Quarrel) -> dict[str, Any]:
    rungs = list(row.rungs.select_related("body").order_by("level"))
    now, shown = next((each for each in rungs if each.ended_at is None), None), {e.item: e for e in row.evidence.all()}
    kit = SORTS[row.sort]["kit"] if row.sort in SORTS else []
    return {
        "row": row, "rungs": [(each, _(LEVELS[each.level]), _(ENDS[each.how]) if each.how else "") for each in rungs],
        "mine": now is not None and rights.entitled(by, "markets.step", body=now.body_id),
        "sort": _name(SORTS, row.sort), "sees": access.sees(by, row.matter),
        "kit": [(item, _name(ITEMS, item), shown.get(item)) for item in [*kit, *(i for i in shown if i not in kit)]],
        "others": [(item, _name(ITEMS, item)) for item in ITEMS if item not in kit],
        "route": _(ROUTES[row.route]) if row.route else "",
        "raised_seen": row.raised is not None and access.sees(by, row.raised),
    }  # fmt: skip


def _acts(row: Quarrel) -> dict[str, Any]:
    return {
        "settle": lambda form: ladder.settle(row, form.text("words"), form.by),
        "hand_on": lambda form: ladder.hand_on(row, form.text("words"), form.by) and _("已转下一级"),
        "leave": lambda form: ladder.leave(row, form.text("route"), form.text("words"), form.by),
        "show": lambda form: ladder.show(row, form.text("item"), form.by, form.file("file")) and "",
    }


@require_safe
def reckon(request: HttpRequest) -> HttpResponse:
    """Reckon late interest, a deposit or a price reduction; everything stands in the address, nothing is kept."""
    form = said.Said(request, enter(request), asked=True)
    found: reckoning.Reckoned | None = None
    error: AnxinError | None = None
    which = request.GET.get("which", "")
    try:
        found = _RECKON[which](form) if which in _RECKON else None
    except AnxinError as wrong:
        error = wrong
    versions = registry.norms()
    context = {
        "which": which, "found": found, "error": error, "typed": request.GET, "today": areas.today(),
        "total": money.yuan(found.fen) if found else "",
        "lines": [(each, "" if each.fen is None else money.yuan(each.fen)) for each in found.lines] if found else [],
        "norms": [
            each for code in ("late_low", "late_high", "year_days", "deposit_cap", "reduction", "lpr")
            for each in versions[f"markets.{code}"]
        ],
    }  # fmt: skip
    return render(request, "markets/reckon.html", context, status=error.status if error else 200)


def _late(form: said.Said) -> reckoning.Reckoned:
    paid = [
        (form.day(f"paid{n}_on"), form.fen(f"paid{n}"))
        for n in (1, 2, 3)
        if form.text(f"paid{n}") or form.text(f"paid{n}_on")
    ]
    return reckoning.late_interest(
        form.fen("principal"), form.day("due"), form.day("until"), registry.norm, added=form.share("added"),
        agreed=form.share("agreed"), paid=paid,
    )  # fmt: skip


_RECKON: dict[str, Any] = {
    "late": _late,
    "deposit": lambda form: reckoning.deposit(
        form.fen("price"), form.fen("paid"), form.text("broke"), form.day("day"), registry.norm,
        undone=form.fen_or_none("undone"),
    ),
    "reduction": lambda form: reckoning.reduction(
        form.fen("price"), form.whole("quantity"), form.fen("good"), form.fen("actual"), form.day("day"), registry.norm,
        paid=form.fen_or_none("paid") or 0,
    ),
}  # fmt: skip
