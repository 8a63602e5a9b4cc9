"""One matter on the desk: what, where, who has it, how long still and why, what happened, and what may be done now."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from anxin.kernel import access, areas, clock, flow
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import AnxinError, BadInput, NotAllowed, NotFound, NotNow
from anxin.kernel.journal import Change
from anxin.kernel.matters import COLOURS, LEVELS, NATURES, POLICE, SATISFACTION, URGENCIES, Matter
from anxin.kernel.orders import ACTIVE, HELPER, LEAD, SIGNED, WITHDRAWN, Order
from anxin.kernel.people import PURPOSES, Particulars, Person
from anxin.web import drawing, forms, photos, session, signin, timeleft, timeline, understood, words
from anxin.web.forms import Ask, Desk, Offer

KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
ROUTES = (
    "人民法院（诉讼）",
    "劳动争议仲裁委员会",
    "仲裁机构",
    "纪检监察机关",
    "行政复议机关",
    "政府信息公开",
    "信访部门",
)


def new_key() -> str:
    """A key for one rendering of one form: sending it twice does the thing once."""
    return secrets.token_urlsafe(18)


@require_safe
def page(request: HttpRequest, number: str) -> HttpResponse:
    """`/desk/matters/<number>`. Raises NotFound for what the reader may not see."""
    by = session.actor(request)
    found = access.matter(by, number)
    again = _typed_before(request, by, found)
    return _page(request, by, found, tried=again)


def _typed_before(request: HttpRequest, by: Actor, found: Matter) -> dict[str, Offer]:
    """A form that was being sent when the session ended, filled in again."""
    kept = request.session.get(signin.CARRIED)
    begin = reverse("desk:use", args=[found.number, "x"])[:-1]
    if not kept or not kept["path"].startswith(begin):
        return {}
    name = kept["path"].removeprefix(begin)
    typed = signin.carried(request, kept["path"]) or {}
    data = QueryDict(mutable=True)
    for field, values in typed.items():
        data.setlist(field, values)
    if name not in forms.ASKS:
        return {}
    offer = _offer(_desk(by, found, data.get("order", "")), name, data)
    return {offer.anchor: offer}


def _desk(by: Actor, found: Matter, order: str = "") -> Desk:
    orders = list(Order.objects.filter(matter=found).order_by("pk"))
    chosen = next((each for each in orders if order.isdecimal() and each.pk == int(order)), None)
    clocks = list(found.clocks.select_related("order").order_by("started_at", "pk"))
    return Desk(
        by=by, matter=found, orders=orders, clocks=clocks, checks=list(found.checks.order_by("months")), order=chosen
    )


def _offer(desk: Desk, name: str, data: QueryDict, files: Any = None) -> Offer:
    """A form as it was sent."""
    verb = flow.VERBS[name]
    order = desk.order if verb.on_order else None
    anchor = f"{name}-{order.pk}" if order else name
    form = forms.ASKS[name](desk, data, files, auto_id=f"{anchor}-%s")
    key = data.get("key", "")
    return Offer(verb=verb, order=order, form=form, key=key if KEY.fullmatch(key) else new_key(), main=True, open=True)


@require_POST
def use(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """`/desk/matters/<number>/use/<verb>`: use a verb, once for each rendering of its form.

    Wrong input is shown at its field with everything else as it was typed; when somebody was quicker the page says
    what has changed.
    """
    by = session.actor(request)
    found = access.matter(by, number)
    if verb not in forms.ASKS:
        raise NotFound
    offer = _offer(_desk(by, found, request.POST.get("order", "")), verb, request.POST, request.FILES)
    if offer.verb.on_order and offer.order is None:
        raise NotFound
    seen = int(request.POST["seen"]) if request.POST.get("seen", "").isdecimal() else found.entries
    if not offer.form.is_valid():
        return _page(request, by, access.matter(by, number), tried={offer.anchor: offer}, status=400)
    if verb == "reply" and request.POST.get("do") == "check":
        return _page(request, by, found, tried={offer.anchor: _checked(offer, found)})
    try:
        change = _do(offer, by, found)
    except AnxinError as error:
        if isinstance(error, NotFound):
            raise
        return _refused(request, by, number, offer, error, seen)
    if not change.repeated:
        messages.success(request, gettext("已完成：%(verb)s。") % {"verb": offer.title})
    here = access.sees(by, change.matter)
    return HttpResponseRedirect(reverse("desk:matter", args=[number]) if here else reverse("desk:queue"), status=303)


def _checked(offer: Offer, found: Matter) -> Offer:
    """The reply as it was typed, with what might be missing in it; nothing is sent yet."""
    said = offer.form.cleaned_data
    return replace(offer, hints=understood.reply_hints(found, said["text"], said["public"]), checked=True)


@transaction.atomic
def _do(offer: Offer, by: Actor, found: Matter) -> Change:
    kept = photos.keep(offer.form.cleaned_data.get("uploads") or ())
    wants = offer.form.wants([each.sha256 for each in kept])
    change = offer.verb(offer.order or found, by.under(f"desk:{offer.key}"), **wants)
    photos.attach(change, kept)
    return change


def _refused(request: HttpRequest, by: Actor, number: str, offer: Offer, error: AnxinError, seen: int) -> HttpResponse:
    """The page again, with what was typed: errors at their fields, or what others did in the meantime."""
    for name, sentence in error.fields.items():
        known = name if name in offer.form.fields else None
        offer.form.add_error(known, sentence if known else f"{name}: {sentence}")
    if not any(name in offer.form.fields for name in error.fields) or not isinstance(error, BadInput):
        offer.form.add_error(None, error.message)
    found = access.matter(by, number)
    late = isinstance(error, NotNow)
    return _page(request, by, found, tried={offer.anchor: offer}, status=error.status, seen=seen if late else None)


def _page(
    request: HttpRequest, by: Actor, found: Matter, *, tried: Mapping[str, Offer] | None = None, status: int = 200,
    seen: int | None = None, opened: Particulars | None = None, ask: str = "",
) -> HttpResponse:  # fmt: skip
    desk, moment = _desk(by, found), clock.now()
    told = timeline.of(found, desk.orders, desk.clocks)
    offers = forms.offers(desk, new_key, tried)
    shown_now = {each.anchor for each in offers}
    gone = [each for each in (tried or {}).values() if each.anchor not in shown_now]
    shown = {
        "matter": found,
        "m": _words(found),
        "where": _where(found),
        "map": drawing.where(found),
        "orders": _orders(desk, moment),
        "clocks": [timeleft.read(each, moment) for each in desk.clocks if each.order_id is None],
        "told": told,
        "waiting_for": _waiting_for(desk),
        "main": [each for each in offers if each.main],
        "beside": [each for each in offers if not each.main],
        "gone": [(each, _typed(each.form)) for each in gone],
        "changed": timeline.since(told, seen) if seen is not None else [],
        "person": _person(by, found, opened, ask),
        "photos": list(found.attachments.select_related("file").order_by("pk")),
        "linked": _linked(by, found),
        "advice": understood.panel(by, found, new_key),
        "twins": understood.twins(by, found, new_key),
        "joined": understood.joined(by, found, new_key),
        "checks": desk.checks,
        "routes": ROUTES,
        "may_report": by.role in access.VERBS["report"],
    }
    return render(request, "desk/matter.html", shown, status=status)


def _typed(form: Ask) -> list[tuple[str, str]]:
    """What was typed into a form that cannot be shown any more."""
    return [
        (str(field.label), ", ".join(form.data.getlist(name)))  # type: ignore[attr-defined]
        for name, field in form.fields.items()
        if any(form.data.getlist(name))  # type: ignore[attr-defined]
    ]


def _words(m: Matter) -> dict[str, Any]:
    return {
        "state": words.state(m.state),
        "kind": words.kind(m.kind),
        "channel": words.channel(m.channel),
        "nature": gettext(NATURES.get(m.nature, m.nature)),
        "urgency": gettext(URGENCIES.get(m.urgency, m.urgency)),
        "colour": gettext(COLOURS[m.colour]) if m.colour else "",
        "police": gettext(POLICE[m.police]) if m.police else "",
        "level": gettext(LEVELS.get(m.level, m.level)),
        "satisfied": gettext(SATISFACTION[m.satisfied]) if m.satisfied in SATISFACTION else "",
    }


def _where(m: Matter) -> list[str]:
    """The area path as it stood on the day of the report, from large to small."""
    tree = areas.tree().areas
    return [tree[pk].name for pk in (m.county_id, m.town_id, m.village_id, m.grid_id) if pk and pk in tree]


def _orders(desk: Desk, moment: Any) -> list[dict[str, Any]]:
    """The one-key command: the lead first, then who helps, what was withdrawn last."""
    rank = {"lead": 0, "helper": 1}
    standing = sorted(desk.orders, key=lambda each: (each.state == WITHDRAWN, rank.get(each.role, 2), each.pk))
    return [
        {
            "order": each,
            "role": words.say(words.ROLES, each.role),
            "body": words.body(each.body_id),
            "state": words.order_state(each.state),
            "own": each.body_id == desk.by.body,
            "proposed": words.body(each.proposed_id),
            "clocks": [timeleft.read(one, moment) for one in desk.clocks if one.order_id == each.pk],
        }
        for each in standing
    ]


def _waiting_for(desk: Desk) -> str:
    """The helpers the reader's lead order still waits for."""
    leads = any(each.role == LEAD and each.state == SIGNED and each.body_id == desk.by.body for each in desk.orders)
    busy = [words.body(each.body_id) for each in desk.orders if each.role == HELPER and each.state in ACTIVE]
    return words.listed(busy) if leads else ""


def _linked(by: Actor, found: Matter) -> Sequence[tuple[str, Matter]]:
    """Matters this one came out of or that came out of it, as far as the reader may see them."""
    rows = list(access.matters(by).filter(of=found).order_by("pk")[:20])
    linked = [(gettext("已并入本件") if each.state == "merged" else gettext("由本件引出"), each) for each in rows]
    if found.of_id is not None and (above := access.matters(by).filter(pk=found.of_id).first()) is not None:
        linked.insert(0, (gettext("已并入") if found.state == "merged" else gettext("来自"), above))
    return linked


def _person(by: Actor, found: Matter, opened: Particulars | None, ask: str) -> dict[str, Any]:
    """The person behind the matter: masked, and whether the reader may ask for more."""
    person = Person.objects.filter(pk=found.person_id).first() if found.person_id else None
    hidden = found.confidential and by.role not in ("seat", "callback")
    return {
        "known": person is not None,
        "name": person.masked_name if person else "",
        "phone": person.masked_phone if person else "",
        "erased": person is not None and person.erased_at is not None,
        "hidden": hidden,
        "may": person is not None and person.erased_at is None and by.role in access.READ_PERSON and not hidden,
        "purposes": [(code, gettext(said)) for code, said in PURPOSES.items()],
        "opened": opened,
        "ask": ask,
    }


def person(request: HttpRequest, number: str) -> HttpResponse:
    """`/desk/matters/<number>/person`: open name and number for a purpose; that they were read is written down."""
    by = session.actor(request)
    if request.method != "POST":
        return redirect("desk:matter", number=number)
    found = access.matter(by, number)
    purpose, reason = request.POST.get("purpose", ""), request.POST.get("reason", "").replace("\x00", "")[:200]
    try:
        opened = access.read_person(by, found, purpose=purpose, reason=reason, fields=("name", "phone", "address"))
    except NotAllowed:
        raise
    except BadInput:
        return _page(request, by, found, status=400, ask=gettext("请选择查看用途。"))
    return _page(request, by, found, opened=opened)
