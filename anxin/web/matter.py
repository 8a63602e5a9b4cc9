"""One matter on the desk: what, where, who has it, how long still and why, what happened, and what may be done now.

One form stands open: the next step, or the one that was asked for (`?do=`); every other verb is a line of the menu
with its key. So a page costs the same however many verbs there are, and works without a script.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_POST, require_safe

from anxin.kernel import access, areas, bodies, clock, flow, registry
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import AnxinError, BadInput, NotAllowed, NotFound, NotNow
from anxin.kernel.journal import Change, Entry
from anxin.kernel.matters import (
    CLOSED,
    COLOURS,
    LEVELS,
    MERGED,
    NARRATIVE_LENGTH,
    NATURES,
    POLICE,
    REFUSED,
    SATISFACTION,
    URGENCIES,
    Matter,
)
from anxin.kernel.orders import ACTIVE, HELPER, LEAD, RETURNING, SIGNED, WITHDRAWN, Order
from anxin.kernel.people import PURPOSES, Particulars, Person
from anxin.kernel.rows import whole
from anxin.understanding.redaction import redact
from anxin.web import drawing, forms, offers, photos, session, signin, timeleft, timeline, understood, words
from anxin.web.administration.templates_of_replies import templates_for
from anxin.web.forms import Ask, Desk
from anxin.web.offers import Offer
from anxin.web.timeline import Told

KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
UNDO = "undo"
ROUTES = (
    "人民法院（诉讼）",
    "劳动争议仲裁委员会",
    "仲裁机构",
    "纪检监察机关",
    "行政复议机关",
    "政府信息公开",
    "信访部门",
)
UNDONE = _("撤销刚才的操作")
"""The reason that is written down when somebody takes back what they have just done."""


def new_key() -> str:
    """A key for one rendering of one form: sending it twice does the thing once."""
    return secrets.token_urlsafe(18)


def seal(by: Actor) -> str:
    """The key with which drafts lie sealed on the device: the account's own, so that nobody after it reads them."""
    said = hmac.new(settings.SECRET_KEY.encode(), f"anxin draft {by.account}".encode(), hashlib.sha256).digest()
    return base64.b64encode(said).decode()


def _fetched(request: HttpRequest) -> bool:
    """Whether a script asks for a piece of the page, to lay it in its place."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"


def _beside(found: Matter) -> tuple[str, str] | None:
    """The page the programme has for the matter: its name and address."""
    owner = registry.owners().get(found.kind)
    if owner is None or owner.beside is None:
        return None
    return owner.title_en if words.english() else owner.title, owner.beside(found)


@require_safe
def page(request: HttpRequest, number: str) -> HttpResponse:
    """`/desk/matters/<number>`; `?do=` names the form that is to stand open. Raises NotFound."""
    by = session.actor(request)
    found = access.matter(by, number)
    if _fetched(request) and "do" in request.GET:
        return _form_alone(request, _desk(by, found))
    return _page(request, by, found, tried=_typed_before(request, by, found), do=request.GET.get("do", "")[:80])


def _form_alone(request: HttpRequest, desk: Desk, tried: Offer | None = None) -> HttpResponse:
    """The open form with the menu of verbs, without the page around it."""
    shown = {"matter": desk.matter, **_doing(desk, tried, request.GET.get("do", "")[:80])}
    return render(request, "desk/do.html", shown)


def _doing(desk: Desk, tried: Offer | None, do: str) -> dict[str, Any]:
    """Which form stands open (as it was sent, asked for, or the next step) and what else may be done."""
    offered = offers.offers(desk)
    now: Offer | None = None
    if tried is not None:
        now = next((replace(tried, main=each.main) for each in offered if each.anchor == tried.anchor), None)
    if now is None:
        asked = next((each for each in offered if do and each.anchor == do), None)
        asked = asked or next((each for each in offered if do and each.name == do), None)
        chosen = asked or next((each for each in offered if each.main), None)
        now = offers.filled(chosen, desk, new_key()) if chosen else None
    replies = []
    if now is not None and now.name in ("reply", "finish"):
        replies = templates_for(desk.matter, desk.by.body)
    return {
        "now": now,
        "offered": offered,
        "next": next((each for each in offered if each.main), None),
        "groups": offers.grouped(offered),
        "waiting_for": _waiting_for(desk),
        "replies": replies,
        "grounds": _grounds(desk) if now is not None and now.name == "hand_back" else [],
        "routes": ROUTES,
    }


def _grounds(desk: Desk) -> list[tuple[str, str]]:
    """Lines of the lists that speak to the kind of the matter: what to quote, and its title."""
    rows = registry.grounds(desk.matter.kind, "", areas.today())
    return [(each.quote, each.title_en if words.english() else each.title) for each in rows]


def _typed_before(request: HttpRequest, by: Actor, found: Matter) -> Offer | None:
    """A form that was being sent when the session ended, filled in again."""
    kept = request.session.get(signin.CARRIED)
    begin = reverse("desk:use", args=[found.number, "x"])[:-1]
    if not kept or not kept["path"].startswith(begin):
        return None
    name = kept["path"].removeprefix(begin)
    typed = signin.carried(request, kept["path"]) or {}
    data = QueryDict(mutable=True)
    for field, values in typed.items():
        data.setlist(field, values)
    if name not in forms.asks(found.kind):
        return None
    return _offer(_desk(by, found, data.get("order", "")), name, data)


def _desk(by: Actor, found: Matter, order: str = "", told: Sequence[Told] | None = None) -> Desk:
    """The matter with what belongs to it; the steps on record are taken from a timeline that has been read already."""
    orders = list(Order.objects.filter(matter=found).order_by("pk"))
    chosen = next((each for each in orders if each.pk == whole(order)), None)
    clocks = list(found.clocks.select_related("order").order_by("started_at", "pk"))
    notes = Entry.objects.filter(matter=found, verb="note").values_list("data__facts__about", flat=True)
    noted = notes if told is None else [each.about for each in told]
    return Desk(
        by=by, matter=found, orders=orders, clocks=clocks, checks=list(found.checks.order_by("months")), order=chosen,
        noted=frozenset(str(each) for each in noted if each),
    )  # fmt: skip


def _offer(desk: Desk, name: str, data: QueryDict, files: Any = None) -> Offer:
    """A form as it was sent."""
    ask = forms.asks(desk.matter.kind)[name]
    verb = flow.VERBS[ask.verb or name]
    order = desk.order if verb.on_order else None
    key = data.get("key", "")
    bare = Offer(name=name, verb=verb, order=order, ask=ask, main=True)
    return offers.filled(bare, desk, key if KEY.fullmatch(key) else new_key(), data, files)


@require_POST
def use(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """`/desk/matters/<number>/use/<verb>`: use a verb, once for each rendering of its form.

    Wrong input is shown at its field with everything else as it was typed; when somebody was quicker the page says
    what has changed. `do` may ask to look before anything is sent: a row more, what it would mean, what is missing.
    """
    by = session.actor(request)
    found = access.matter(by, number)
    if verb not in forms.asks(found.kind):
        raise NotFound
    offer = _offer(_desk(by, found, request.POST.get("order", "")), verb, request.POST, request.FILES)
    if offer.verb.on_order and offer.order is None:
        raise NotFound
    if offer.ask.step is not None and offer.ask.step.roles and by.role not in offer.ask.step.roles:
        raise NotAllowed
    if (looked := _looked_at(request, by, found, offer)) is not None:
        return looked
    seen = whole(request.POST.get("seen", ""))
    seen = found.entries if seen is None else seen
    assert offer.form is not None
    if not offer.form.is_valid():
        return _page(request, by, access.matter(by, number), tried=offer, status=400)
    try:
        change = _do(offer, by, found)
    except AnxinError as error:
        if isinstance(error, NotFound):
            raise
        return _refused(request, by, number, offer, error, seen)
    if not change.repeated:
        back = _opposite(offer, found, change)
        request.session[UNDO] = {"number": number, "said": offer.title, **back} if back else None
        messages.success(request, gettext("已完成：%(verb)s。") % {"verb": offer.title})
    here = access.sees(by, change.matter)
    return HttpResponseRedirect(reverse("desk:matter", args=[number]) if here else reverse("desk:queue"), status=303)


def _looked_at(request: HttpRequest, by: Actor, found: Matter, offer: Offer) -> HttpResponse | None:
    """The form again without anything done, where a look was asked for; None where it is meant."""
    do, form = request.POST.get("do", ""), offer.form
    assert form is not None
    if do == "row" and form.rows:
        data = request.POST.copy()
        data["rows"] = str(form.count + 1)
        again = _offer(_desk(by, found, request.POST.get("order", "")), offer.name, data)
        assert again.form is not None
        again.form.errors.clear()
        return _page(request, by, found, tried=again)
    if do == "preview" and isinstance(form, forms.Dispatch):
        seen = form.preview()
        if _fetched(request):
            return render(request, "desk/command_before.html", {"preview": seen})
        form.errors.clear()
        return _page(request, by, found, tried=replace(offer, preview=seen))
    if do == "check" and isinstance(form, forms.Reply) and form.is_valid():
        return _page(request, by, found, tried=_checked(offer, found))
    return None


def _checked(offer: Offer, found: Matter) -> Offer:
    """The reply as it was typed, with what might be missing in it; nothing is sent yet."""
    assert offer.form is not None
    said = offer.form.cleaned_data
    return replace(offer, hints=understood.reply_hints(found, said["text"], said["public"]), checked=True)


@require_POST
def look(request: HttpRequest, number: str) -> HttpResponse:
    """`/desk/matters/<number>/look`: a reply while it is typed: what may be missing, what looks personal in public."""
    found = access.matter(session.actor(request), number)
    text, public = (request.POST.get(name, "")[:NARRATIVE_LENGTH] for name in ("text", "public"))
    shown = {
        "hints": understood.reply_hints(found, text, public) if text.strip() else [],
        "typed": bool(text.strip()),
        "personal": understood.personal(public) if public.strip() and redact(public) != public else "",
        "covered": redact(public) if public.strip() else redact(text),
    }
    return render(request, "desk/look.html", shown)


@require_safe
def since(request: HttpRequest, number: str) -> HttpResponse:
    """`/desk/matters/<number>/since?seen=`: what others did since, for a page that stands open; 204: nothing."""
    by = session.actor(request)
    found = access.matter(by, number)
    seen = whole(request.GET.get("seen", ""))
    if seen is None or seen >= found.entries:
        return HttpResponse(status=204)
    orders, clocks = list(found.orders.all()), list(found.clocks.select_related("order"))
    told = [each for each in timeline.since(timeline.of(found, orders, clocks), seen) if each.verb != "warn"]
    if not told:  # the clock rang; whoever has the page open sees it running
        return HttpResponse(status=204)
    return render(request, "desk/since.html", {"matter": found, "changed": told})


@transaction.atomic
def _do(offer: Offer, by: Actor, found: Matter) -> Change:
    assert offer.form is not None
    kept = photos.keep(offer.form.cleaned_data.get("uploads") or ())
    wants = offer.form.wants([each.sha256 for each in kept])
    change = offer.verb(offer.order or found, by.under(f"desk:{offer.key}"), **wants)
    photos.attach(change, kept)
    return change


def _opposite(offer: Offer, before: Matter, change: Change) -> dict[str, Any] | None:
    """The verb that takes back what was done, with what it needs; None where nothing does. History stays as it is."""
    reason = {"reason": gettext(UNDONE)}
    match offer.name:
        case "merge":
            return {"verb": "unmerge", "fields": reason}
        case "suspend":
            return {"verb": "resume", "fields": reason}
        case "reclassify":
            return {"verb": "reclassify", "fields": {**reason, "kind": before.kind}}
        case "supervise":
            return {"verb": "supervise", "fields": {**reason, "colour": before.colour}}
        case "correct":
            names = ("title", "narrative", "address", "nature", "urgency")
            return {"verb": "correct", "fields": {**reason, **{name: getattr(before, name) for name in names}}}
    return None


def _undo(request: HttpRequest, by: Actor, found: Matter) -> dict[str, Any] | None:
    """What the reader has just done on this matter and may take back, once."""
    kept = request.session.get(UNDO)
    if not kept or kept["number"] != found.number or request.method != "GET":
        return None
    del request.session[UNDO]
    verb = flow.VERBS[kept["verb"]]
    if not (access.may(by, verb.name, found, seen=True) and verb.fits(found)):
        return None
    return {**kept, "key": new_key(), "fields": list(kept["fields"].items())}


def _refused(request: HttpRequest, by: Actor, number: str, offer: Offer, error: AnxinError, seen: int) -> HttpResponse:
    """The page again, with what was typed: errors at their fields, or what others did in the meantime."""
    assert offer.form is not None
    for name, sentence in error.fields.items():
        known = name if name in offer.form.fields else None
        offer.form.add_error(known, sentence if known else f"{name}: {sentence}")
    if not any(name in offer.form.fields for name in error.fields) or not isinstance(error, BadInput):
        offer.form.add_error(None, error.message)
    found = access.matter(by, number)
    late = isinstance(error, NotNow)
    return _page(request, by, found, tried=offer, status=error.status, seen=seen if late else None)


def _page(
    request: HttpRequest, by: Actor, found: Matter, *, tried: Offer | None = None, status: int = 200,
    seen: int | None = None, opened: Particulars | None = None, ask: str = "", do: str = "",
) -> HttpResponse:  # fmt: skip
    bare, moment = _desk(by, found, told=()), clock.now()
    told = timeline.of(found, bare.orders, bare.clocks)
    desk = replace(bare, noted=frozenset(each.about for each in told if each.about))
    doing, family = _doing(desk, tried, do), understood.kin(by, found)
    gone = tried if tried is not None and (doing["now"] is None or doing["now"].anchor != tried.anchor) else None
    shown = {
        "matter": found,
        "m": in_words(found),
        "where": path_of(found),
        "map": drawing.where(found),
        "times": _times(desk, moment),
        "orders": _orders(desk, moment),
        "clocks": timeleft.listed([timeleft.read(each, moment) for each in desk.clocks if each.order_id is None]),
        "told": timeline.listed(told),
        "ending": _ending(found, told),
        "returns": _returns(desk, told),
        "consults": _consults(desk, told),
        "calls": [each for each in told if each.about == "onekey.three_way"],
        "gone": gone,
        "gone_typed": _typed(gone.form) if gone and gone.form else [],
        "changed": timeline.since(told, seen) if seen is not None else [],
        "person": _person(by, found, opened, ask),
        "photos": photos.gallery(found),
        "publishes": access.publishes(by, found),
        "linked": _linked(found, family),
        "advice": understood.panel(by, found, new_key),
        "twins": understood.twins(by, found, new_key),
        "joined": understood.joined(by, found, family, new_key),
        "checks": desk.checks,
        "undo": _undo(request, by, found),
        "may_report": by.role in access.VERBS["report"],
        "beside": _beside(found),
        "seal": seal(by),
        **doing,
    }
    return render(request, "desk/matter.html", shown, status=status)


def _times(desk: Desk, moment: Any) -> list[dict[str, Any]]:
    """The limits that count for the reader, large: of the whole matter, and the most pressing of their own order."""
    running = [each for each in desk.clocks if each.stopped_at is None]
    whole = next((each for each in running if each.order_id is None and each.code.startswith("handle.")), None)
    own = [each for each in running if each.order is not None and each.order.body_id == desk.by.body]
    other = [each for each in running if each.order_id is None and each is not whole]
    press = min(own or other, key=lambda each: each.due_at, default=None)
    found = [(gettext("我的时限"), press)] if press in own else [("", press)] if press else []
    return [
        {"whose": whose, "t": timeleft.read(each, moment)} for whose, each in [*found, ("", whole)] if each is not None
    ]


def _ending(m: Matter, told: Sequence[Told]) -> dict[str, Any] | None:
    """How a matter that is over ended, honestly: solved, not solved and why, nobody reached, not taken, joined."""
    if m.state == REFUSED:
        last = next((each for each in told if each.verb == "refuse"), None)
        said = [last.words.get("reason", ""), last.words.get("route", "")] if last else []
        return {"title": gettext("不予受理"), "said": [each for each in said if each]}
    if m.state == MERGED:
        return {"title": gettext("已并件"), "said": []}
    if m.state != CLOSED:
        return None
    last = next((each for each in told if each.verb == "close"), None)
    why = last.words.get("explained", "") if last else ""
    if m.solved:
        return {"title": gettext("已解决并归档"), "said": []}
    title = gettext("没有解决，已说明理由归档") if m.solved is False else gettext("未能联系上诉求人，已归档")
    return {"title": title, "said": [why] if why else []}


def _returns(desk: Desk, told: Sequence[Told]) -> list[dict[str, Any]]:
    """Orders being handed back: what the body says, why it was ordered, what the list says, what was decided before."""
    found = []
    for order in (each for each in desk.orders if each.state == RETURNING):
        asked = next((each for each in told if each.verb == "hand_back" and each.order_id == order.pk), None)
        sent = next((each for each in reversed(told) if each.verb == "dispatch" and each.at == order.sent_at), None)
        basis = asked.words.get("basis", "") if asked else ""
        rows = [*registry.grounds(desk.matter.kind, "", areas.today())]
        quoted = [each for each in registry.grounds(desk.matter.kind, _inner(basis), areas.today()) if each not in rows]
        earlier = [
            each for each in told
            if each.verb in ("hand_back", "decide_hand_back") and (asked is None or each.seq < asked.seq)
        ]  # fmt: skip
        found.append(
            {
                "order": order,
                "body": words.body(order.body_id),
                "role": words.say(words.ROLES, order.role),
                "asked": asked,
                "proposed": words.body(order.proposed_id),
                "sent": sent,
                "list": [
                    {"title": row.title_en if words.english() else row.title, "taker": row.taker, "source": row.source}
                    for row in [*quoted[:3], *rows[:3]]
                ],
                "earlier": earlier,
            }
        )
    return found


def _inner(basis: str) -> str:
    """What a basis quotes of a list: the words after the last dash, without the brackets."""
    return re.sub(r"[（(].*", "", basis.rpartition("—")[2]).strip()[:40] or basis[:40]


def _consults(desk: Desk, told: Sequence[Told]) -> list[dict[str, Any]]:
    """The consultations, newest first, each with what it decided, and the order that can be made of it at once."""
    may = access.may(desk.by, "dispatch", desk.matter, seen=True) and flow.VERBS["dispatch"].fits(desk.matter)
    standing = {o.body_id: o for o in desk.orders if o.state in ACTIVE}
    found = []
    for each in told:
        if each.verb != "consult":
            continue
        lead = each.raw.get("lead")
        done = lead in standing and standing[lead].role == LEAD and standing[lead].designated
        found.append(
            {
                "told": each,
                "bodies": [words.body(pk) for pk in each.raw.get("participants", ())],
                "posts": each.posts,
                "lead": words.body(lead),
                "due": each.raw.get("due", ""),
                "code": _code(lead) if lead and may and not done and not each.erased else "",
                "done": done,
                "key": new_key(),
                "reason": gettext("会商决定：%(topic)s") % {"topic": each.words.get("topic", "")},
            }
        )
    return found


def _code(pk: int) -> str:
    found = bodies.directory().by_id.get(pk)
    return found.code if found else ""


def _typed(form: Ask) -> list[tuple[str, str]]:
    """What was typed into a form that cannot be shown any more."""
    return [
        (str(field.label), ", ".join(form.data.getlist(name)))  # type: ignore[attr-defined]
        for name, field in form.fields.items()
        if any(form.data.getlist(name))  # type: ignore[attr-defined]
    ]


def in_words(m: Matter) -> dict[str, Any]:
    """What a matter's codes are called, in the reader's language."""
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


def path_of(m: Matter) -> list[str]:
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
            "active": each.state in ACTIVE,
            "clocks": timeleft.listed([timeleft.read(one, moment) for one in desk.clocks if one.order_id == each.pk]),
        }
        for each in standing
    ]


def _waiting_for(desk: Desk) -> str:
    """The helpers the reader's lead order still waits for."""
    leads = any(each.role == LEAD and each.state == SIGNED and each.body_id == desk.by.body for each in desk.orders)
    busy = [words.body(each.body_id) for each in desk.orders if each.role == HELPER and each.state in ACTIVE]
    return words.listed(busy) if leads else ""


def _linked(found: Matter, family: Sequence[Matter]) -> list[tuple[str, Matter]]:
    """How each of its kin belongs to a matter, in words."""
    linked = []
    for each in family:
        if each.pk == found.of_id:
            linked.append((gettext("已并入") if found.state == MERGED else gettext("来自"), each))
        else:
            linked.append((gettext("已并入本件") if each.state == MERGED else gettext("由本件引出"), each))
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
