"""A matter at a glance beside the queue: what, where, how long still, what is suggested, and one key for each act.

Each act is the form of `bulk.py` for this one matter; what needs more than a line is done on the matter's own page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_safe

from anxin.kernel import access, bodies, clock, flow, registry
from anxin.kernel.bodies import Actor
from anxin.kernel.matters import Matter
from anxin.kernel.orders import SENT, WITHDRAWN, Order
from anxin.understanding import advice, body
from anxin.understanding.models import Advice
from anxin.web import bulk, session, timeleft, understood, words
from anxin.web.matter import ROUTES, in_words, new_key

ALTERNATIVES, SHOWN, PHOTOS = 5, 900, 4
"""Other kinds with a key of their own; letters of the story; photos [INF]."""
REFUSALS = (
    (_("诉求应通过诉讼、仲裁途径解决，不属于受理范围"), "人民法院（诉讼）"),
    (_("诉求涉及劳动争议仲裁，不属于受理范围"), "劳动争议仲裁委员会"),
    (_("诉求涉及违纪违法举报，应向纪检监察机关反映"), "纪检监察机关"),
    (_("诉求已进入信访程序，不重复受理"), "信访部门"),
    (_("诉求属于行政复议范围"), "行政复议机关"),
    (_("诉求属于政府信息公开申请"), "政府信息公开"),
)
"""What the hotline does not take, and the right way. Source: guide 2.3 [LAW:WF 19]."""


@require_safe
def pane(request: HttpRequest, number: str) -> HttpResponse:
    """`/desk/matters/<number>/preview`: the pane, as a part of a page. Raises NotFound for what may not be seen."""
    by = session.actor(request)
    m = access.matter(by, number)
    moment = clock.now()
    orders = list(Order.objects.filter(matter=m).exclude(state=WITHDRAWN).order_by("-role", "pk"))
    clocks = sorted(m.clocks.filter(stopped_at=None), key=lambda each: (each.order_id is not None, each.due_at))
    bodies_of = {each.pk: words.body(each.body_id) for each in orders}
    said = advice.of(m)
    twins = understood.twins(by, m, new_key)
    own = {code for code, _title in bulk.offered(by)}
    can = {name for name in own if _able(by, name, m, orders)}
    suggested, called = _suggested(by, m, said, can), in_words(m)
    shown = {
        "m": m,
        "url": reverse("desk:matter", args=[m.number]),
        **called,
        "urgency": called["urgency"] if m.urgency != "ordinary" else "",
        "place": understood.place_name(m),
        "story": m.narrative[:SHOWN],
        "more": len(m.narrative) > SHOWN,
        "clocks": [(timeleft.read(each, moment), bodies_of.get(each.order_id or 0, "")) for each in clocks[:4]],
        "orders": [
            (words.say(words.ROLES, o.role), words.body(o.body_id), words.order_state(o.state)) for o in orders
        ],
        "photos": list(m.attachments.filter(file__media_type__startswith="image/").select_related("file")[:PHOTOS]),
        "twins": twins,
        "danger": understood.danger_of(said) if said is not None else "",
        "suggested": suggested,
        "others": _others(m, said, suggested["kind"] if suggested else "") if "reclassify" in can else [],
        "can": can,
        "dispatch": bulk.Dispatch(by, bulk.common([m]), auto_id="pane-%s") if "dispatch" in can else None,
        "into": next((each.pair.earlier.number for each in twins if each.pair and each.pair.merge_key), ""),
        "refusals": [(gettext(why), why, route) for why, route in REFUSALS],
        "routes": ROUTES,
        "key": new_key(),
        "query": request.GET.get("query", ""),
    }  # fmt: skip
    return render(request, "desk/preview.html", shown)


def _able(by: Actor, name: str, m: Matter, orders: Sequence[Order]) -> bool:
    verb = flow.VERBS[name]
    if verb.on_order:
        return any(each.body_id == by.body and each.state == SENT for each in orders)
    return access.may(by, name, m, seen=True) and verb.fits(m)


def _others(m: Matter, said: Advice | None, offered_first: str) -> list[tuple[str, str, int]]:
    """The next likely kinds beside the one that is suggested: (code, title, percent), at most five."""
    if said is None:
        return []
    offered = ([[said.kind, said.probability]] if said.kind else []) + list(said.alternatives)
    found = {code: p for code, p in offered if code in registry.kinds() and code not in (m.kind, offered_first)}
    return [(code, words.kind(code), understood.percent(p)) for code, p in found.items()][:ALTERNATIVES]


def _suggested(by: Actor, m: Matter, said: Advice | None, can: set[str]) -> dict[str, Any] | None:
    """What `a` takes over: another kind, the body that will probably do it, or both; and the reason written with it."""
    if said is None:
        return None
    kind = said.kind if "reclassify" in can and said.kind in registry.kinds() and said.kind != m.kind else ""
    lead, because = None, ""
    if "dispatch" in can and m.lead_id is None:
        likely = body.likely({m.pk: (kind or m.kind, advice.place_of(m))}).get(m.pk)
        code = likely.body if likely is not None and likely.body else said.body
        lead = bodies.directory().by_code.get(code)
        because = likely.reason if likely is not None else said.body_reason
    if not kind and lead is None:
        return None
    heard = words.listed(list(said.words)) or "—"
    reason = gettext("按系统建议，依据：%(words)s") % {"words": heard if kind else because or heard}
    return {
        "kind": kind,
        "kind_title": words.kind(kind) if kind else "",
        "percent": understood.percent(said.probability),
        "words": heard,
        "lead": lead,
        "because": because,
        "reason": reason[:400],
    }
