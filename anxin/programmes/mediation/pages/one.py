"""`/mediation/<number>`: a dispute: its colour, the way it has come, everything on record, what may be done."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anxin.kernel import areas, clock, money
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import NotAllowed, NotFound
from anxin.kernel.matters import Matter
from anxin.programmes.mediation import forms, rules
from anxin.programmes.mediation.actions import acting
from anxin.programmes.mediation.forms import ActForm
from anxin.programmes.mediation.kinds import DISPUTE
from anxin.programmes.mediation.models import FILED, Dispute
from anxin.web import said, session
from anxin.web.declared import half

NEXT = {
    "applied": "accept", "accepted": "appoint", "mediating": "agree", "agreed": "perform", "performed": "revisit",
    "failed": "file", "stopped": "file",
}  # fmt: skip
"""The form that stands open where none was asked for."""
PICKS = {"received": "referrals", "docket": "applications", "ruling": "applications", "release": "named"}
"""Acts on something that must be there first."""


WITH = ("parties__person", "mediators__post__body", "mediators__person", "confirmations", "referrals", "agreements")
"""What a page tells of a dispute, read once."""


def find(by: Actor, number: str) -> tuple[Dispute, Matter]:
    """The dispute of a matter the reader may see. Raises NotFound."""
    m = Matter.objects.filter(number=number, kind=DISPUTE).select_related("lead", "village", "town").first()
    if m is None or not acting.sees(by, m):
        raise NotFound
    acting.begin([m])
    return Dispute.objects.select_related("lead__body").prefetch_related(*WITH).get(pk=m.pk), m


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, number: str, code: str = "") -> HttpResponse:
    """The page; `?do=` names the form that stands open. Sent to `/<number>/<act>`, the act is done."""
    by = session.actor(request)
    d, m = find(by, number)
    offered = [each for each in forms.KNOWN if _fits(by, d, m, each)]
    form = None
    if request.method == "POST":
        if code not in forms.KNOWN or not acting.entitled(by, m, acting.ACTS[code].right):
            raise NotAllowed if code in forms.KNOWN else NotFound
        form, do = (sent := ActForm(code, d, m, request.POST, request.FILES)), acting.ACTS[code].do
        words, here = _("已记录：%(act)s") % {"act": _title(code)}, reverse("mediation:one", args=[number])
        if answer := said.done(request, sent, lambda: do(d.pk, said.under(request, by), **sent.said()), here, words):
            return answer
    else:
        code = request.GET.get("do", "")
        code = code if code in offered else next((c for c in (NEXT.get(d.stage), *offered) if c in offered), "")
        form = ActForm(code, d, m) if code else None
    shown = {
        **_shown(d, m), "offered": _grouped(offered), "form": form, "code": code, "key": said.key(),
        "act_title": _title(code) if code else "", "hint": half(forms.KNOWN[code].get("hint", "")) if code else "",
    }  # fmt: skip
    return render(request, "mediation/one.html", shown, status=400 if form is not None and form.errors else 200)


def _title(code: str) -> str:
    return half(forms.KNOWN[code]["title"])


def _fits(by: Actor, d: Dispute, m: Matter, code: str) -> bool:
    act = acting.ACTS[code]
    if (act.stages and d.stage not in act.stages) or not acting.entitled(by, m, act.right):
        return False
    if code in ("police", "receipt"):
        return (m.police not in ("sent", "accepted")) if code == "police" else bool(d.police_at and not d.receipt_at)
    if code == "agree" and d.stage == "agreed":
        return any(each.outcome == "rejected" for each in d.confirmations.all())
    picked = PICKS.get(code)
    return picked is None or bool(forms.OFFERED[picked](d, m))


def _grouped(offered: list[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    groups = [
        (half(title), [(c, _title(c)) for c in offered if forms.KNOWN[c]["way"] == way])
        for way, title in forms.WAYS.items()
    ]
    return [group for group in groups if group[1]]


def _shown(d: Dispute, m: Matter) -> dict[str, Any]:
    from anxin.programmes.mediation.pages import papers

    agreement, risk = rules.current(d), rules.risk(d, areas.today())
    leaves = rules.leaves(d) if d.accepted_on else []
    records = list(d.records.select_related("file", "party__person").order_by("-pk")[:100])
    named, by_key = dict(forms.people_of(d)), {str(each.pk): each for each in d.parties.all()}
    return {
        "d": d, "m": m, "risk": {**risk, "lead": half(risk["lead"]), "title": half(risk["title"])},
        "why": [(_factor(code), points) for code, points in risk["why"]],
        "stage": forms.named("stages", d.stage), "sort": forms.named("sorts", d.sort), "steps": _steps(d, leaves),
        "source": forms.named("sources", d.source), "amount": money.yuan(d.amount) if d.amount is not None else "",
        "parties": [(by_key[pk], title) for pk, title in named.items()],
        "mediators": sorted(d.mediators.all(), key=lambda each: each.pk),
        "relations": dict(forms.OFFERED["relations"](d, m)),
        "records": [(forms.named("records", r.sort), r, named.get(str(r.party_id), "")) for r in records],
        "agreement": agreement,
        "terms": [
            (t, money.yuan(t.fen) if t.fen is not None else "")
            for t in (agreement.terms.select_related("proof").order_by("pk") if agreement else ())
        ],
        "confirm_until": clock.last_day(rules.confirm_until(agreement)) if agreement else None,
        "confirmations": [
            (c, forms.named("grounds", c.ground), forms.named("outcomes", c.outcome) if c.outcome else "")
            for c in sorted(d.confirmations.all(), key=lambda each: each.pk)
        ],
        "referrals": [(forms.named("routes", r.route), r) for r in sorted(d.referrals.all(), key=lambda each: each.pk)],
        "leaves": [(half(leaf.title), leaf.there) for leaf in leaves],
        "papers": papers.possible(d), "late": d.reached_at is None and (d.first_due_at or clock.now()) < clock.now(),
        "today": areas.today(), "lead": d.lead,
    }  # fmt: skip


def _factor(code: str) -> str:
    known = rules.norm("risk").value["factors"]
    return half(known[code]["title"]) if code in known else forms.named("why", code)


def _steps(d: Dispute, leaves: list[rules.Leaf]) -> list[tuple[int, str, str]]:
    """The way as it is drawn: place, title, and whether it is done, where one stands, or still to come."""
    there = {leaf.code: leaf.there for leaf in leaves}
    done = {
        "take": bool(d.accepted_on) and there.get("notice", False),
        "who": any(each.left_at is None for each in d.mediators.all()),
        "meet": there.get("record", False), "end": d.ended_on is not None, "do": d.performed_on is not None,
        "court": there.get("confirmation", False), "file": d.stage == FILED,
    }  # fmt: skip
    ways = [way for way in done if way != "court" or d.confirmations.all()]
    ways = [way for way in ways if way != "do" or d.outcome in ("", "agreed")]
    here = next((way for way in ways if not done[way]), "")
    return [
        (place * 140, half(forms.WAYS[way]), "done" if done[way] else "here" if way == here else "to-come")
        for place, way in enumerate(ways)
    ]
