"""`/committees/<body>`: a committee with its audit, members, five haves, measures, and what may be done about them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anxin.kernel import areas, registry, rights
from anxin.kernel.bodies import Actor
from anxin.kernel.people import Particulars
from anxin.programmes.committees.actions import members
from anxin.programmes.committees.figures import audit
from anxin.programmes.committees.models import LEAVINGS, MEASURES, PROHIBITIONS, Committee, Measure
from anxin.programmes.committees.pages.overview import enter, fault
from anxin.web import said, words

PAGE = "committees/committee.html"


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The committee; a name is opened one at a time, by a button (never by a link), and the reading is written down."""
    by = enter(request)
    of = members.committee(by, code)
    here = reverse("committees:committee", args=[code])

    def look(form: said.Said) -> HttpResponse:
        shown = _shown(by, of, str(form.whole("member")))
        return render(request, PAGE, {**shown, "error": None, "typed": {}, "key": said.key()})

    return said.show(request, by, PAGE, here, {**_acts(of), "open": look}, lambda: _shown(by, of, ""))


def _shown(by: Actor, of: Committee, opened: str) -> dict[str, Any]:
    day = areas.today()
    norm = registry.norm("committees.five_haves", day)
    found = audit.audit([of])[0]
    review = of.reviews.order_by("-year").prefetch_related("proofs").first()
    place = {"area": of.body.area_id, "body": of.body_id}
    shown = next((each for each in members.standing(of) if str(each.pk) == opened), None)
    return {
        "of": of, "found": found, "faults": [fault(each) for each in found.faults], "day": day, "norm": norm,
        "members": members.standing(of), "review": review,
        "items": [(item, en if words.english() else zh, bool(review and review.found.get(item)),
                   [p for p in review.proofs.all() if p.item == item] if review else [])
                  for item, zh, en in norm.value],
        "told": of.tellings.order_by("-pk")[:5],
        "leavings": [(c, _(LEAVINGS[c])) for c in ("term", "resigned", "moved")],
        "prohibitions": [(c, _(n)) for c, n in PROHIBITIONS.items()],
        "measures": [(c, _(n)) for c, n in MEASURES.items()],
        "decided": [(m, _(PROHIBITIONS[m.prohibition]), _(MEASURES[m.measure])) for m in Measure.objects.filter(
            member__committee=of).select_related("member__person", "body").order_by("-pk")],
        "past": of.members.exclude(left_on=None).select_related("person").order_by("-left_on")[:20],
        "opened": rights.open_person(
            by, shown.person_id, right="committees.keep", area=of.body.area_id, body=of.body_id, purpose="papers",
            fields=("name", "phone"),
        ) if shown else None, "open": opened,
        "may": {name: rights.entitled(by, f"committees.{name}", **place)
                for name in ("keep", "review", "receive", "criticise", "remove")},
    }  # fmt: skip


def _acts(of: Committee) -> dict[str, Any]:
    def elect(form: said.Said) -> None:
        who = Particulars(name=form.text("name", required=True, most=60), phone=form.text("phone", most=25))
        members.elect(
            of, who, form.day("elected_on"), form.by, chair=form.flag("chair"), woman=form.flag("woman"),
            minority=form.flag("minority"), adult=form.flag("adult"),
        )  # fmt: skip

    def decide(form: said.Said) -> None:
        members.decide(
            form.whole("member"), form.text("prohibition"), form.text("measure"), form.day("day"), form.by,
            paper=form.file("paper"),
        )  # fmt: skip

    def review(form: said.Said) -> None:
        items = [item for item, _zh, _en in registry.norm("committees.five_haves", areas.today()).value]
        proofs = [(item, content) for item in items if (content := form.file(f"file_{item}"))]
        members.review(of, areas.today().year, {item: form.flag(item) for item in items}, form.by, proofs=proofs)

    return {
        "elect": elect, "decide": decide, "review": review,
        "again": lambda form: members.re_elect(form.whole("member"), form.day("day"), form.by) and "",
        "leave": lambda form: members.leave(form.whole("member"), form.day("day"), form.text("how"), form.by),
        "tell": lambda form: members.tell_roster(of, form.by) and "",
        "receive": lambda form: members.receive_roster(form.whole("telling"), form.by),
    }  # fmt: skip
