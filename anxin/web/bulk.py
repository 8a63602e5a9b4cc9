"""Many at once: one form, each matter in a transaction of its own, and told of each what was done and what was not.

What somebody else has moved since the reader looked is not touched: it comes back with what has changed. A second
sending does nothing twice. Where a verb has an opposite, the whole can be taken back for ten minutes, matter by matter,
as the opposite verb with its own line in each journal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from anxin.kernel import access, areas, bodies, clock, flow, journal, registry
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import AnxinError, BadInput, NotAllowed, NotFound, NotNow
from anxin.kernel.journal import Change, Entry
from anxin.kernel.matters import COLOURS, Matter
from anxin.kernel.orders import ACTIVE, LEAD, SENT, SIGNED, WITHDRAWN, Order
from anxin.web import saved, session, timeline, words
from anxin.web.fields import plausible
from anxin.web.matter import KEY, ROUTES, new_key

MOST = 200
"""Matters of one sending."""
UNDO = timedelta(minutes=10)
"""How long what was done may be taken back from the page that did it [INF]."""
QUIET = ("warn", "note", "add_voice", "erase_words")
"""What may happen to a matter without changing what its reader was about to decide."""
SALT = "anxin.web.bulk"


class Changed(NotNow):
    """您查看之后事项已有变化，本次没有改动，请核对后再试。"""

    code = "changed"


class Same(NotNow):
    """已经是这样，无需再改。"""

    code = "same"


# ---- what is asked ----------------------------------------------------------------------------------------------


def _text(label: Any, *, required: bool = True, rows: int = 2) -> Any:
    return forms.CharField(
        label=label,
        required=required,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": rows, "class": "form-control"}),
    )


class Ask(forms.Form):
    """What is asked once for all; `place`: what the matters have in common, as far as lists depend on it."""

    def __init__(self, by: Actor, place: Matter, *args: Any, **more: Any) -> None:
        self.by, self.place = by, place
        super().__init__(*args, **more)
        for each in self.fields.values():
            each.widget.attrs.setdefault(
                "class", "form-select" if isinstance(each, forms.ChoiceField) else "form-control"
            )
        self.prepare()

    def prepare(self) -> None:
        """Fill the lists."""

    def choose(self, name: str, choices: list[Any]) -> None:
        """What can be chosen in a field."""
        found = self.fields[name]
        assert isinstance(found, forms.ChoiceField)
        found.choices = choices


class Nothing(Ask):
    """Nothing but the wish itself."""


class Reason(Ask):
    """The reason."""

    reason = _text(_("理由"))


class Dispatch(Ask):
    """One lead for all of them."""

    lead = forms.TypedChoiceField(label=_("主办单位"), coerce=bodies.body, empty_value=None)
    task = _text(_("主办任务"), required=False)
    reason = _text(_("派单说明"), required=False)

    def prepare(self) -> None:
        """The bodies in charge of the place, nearest first; of the whole area where no place is known."""
        known = any((self.place.grid_id, self.place.village_id, self.place.town_id, self.place.county_id))
        self.choose("lead", plausible(self.by, self.place) if known else everybody(self.by))


def everybody(by: Actor) -> list[Any]:
    """All bodies within the reader's area that may lead, by county and town, as the groups of a list."""
    tree, day = areas.tree(), areas.today()
    found: dict[int, list[tuple[str, str]]] = {}
    for each in bodies.directory().by_id.values():
        inside = by.area is None or by.area in tree.chain(each.area_id, day)
        if inside and each.area.level in ("city", "county", "town"):
            found.setdefault(each.area_id, []).append((each.code, each.name))
    order = sorted(found, key=lambda pk: tree.areas[pk].code)
    groups = [(tree.areas[pk].name, sorted(found[pk], key=lambda one: one[1])) for pk in order]
    return [("", gettext("请选择单位")), *groups]


class Reclassify(Reason):
    """The new kind."""

    kind = forms.ChoiceField(label=_("类别"))
    field_order = ("kind", "reason")

    def prepare(self) -> None:
        """Every kind."""
        self.choose("kind", [("", gettext("请选择类别")), *((code, words.kind(code)) for code in registry.kinds())])


class Merge(Ask):
    """The matter they all go into."""

    into = forms.CharField(label=_("并入哪一件"), max_length=60, help_text=_("先登记的那一件的编号"))
    reason = _text(_("理由"), required=False)

    def clean_into(self) -> Matter:
        """A matter the reader may see."""
        try:
            return access.matter(self.by, self.cleaned_data["into"].strip())
        except NotFound as error:
            raise forms.ValidationError(error.message) from None


class Note(Ask):
    """What is to be written down."""

    text = _text(_("内容"))


class Supervise(Reason):
    """The card."""

    colour = forms.ChoiceField(label=_("督办"), required=False)
    field_order = ("colour", "reason")

    def prepare(self) -> None:
        """Yellow, red or none."""
        self.choose("colour", [(code, gettext(said)) for code, said in reversed(COLOURS.items())])


class Refuse(Reason):
    """Why, and which way is right."""

    route = forms.CharField(
        label=_("正确途径"), max_length=200, widget=forms.TextInput(attrs={"list": "routes", "class": "form-control"})
    )


class Suspend(Reason):
    """Until when."""

    until = forms.DateTimeField(
        label=_("最迟恢复时间"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "form-control"}, format="%Y-%m-%dT%H:%M"),
    )
    field_order = ("until", "reason")

    def prepare(self) -> None:
        """A week, unless said otherwise."""
        self.fields["until"].initial = clock.now() + timedelta(days=7)


class Close(Ask):
    """The lawful reason where it is not solved."""

    explained = _text(_("依法不能解决的理由"), required=False)


class Accept(Ask):
    """What was suggested: another kind, a lead, or both."""

    kind = forms.ChoiceField(required=False, widget=forms.HiddenInput)
    lead = forms.TypedChoiceField(required=False, coerce=bodies.body, empty_value=None, widget=forms.HiddenInput)
    reason = forms.CharField(max_length=400, widget=forms.HiddenInput)

    def prepare(self) -> None:
        """Every kind and every body: the suggestion named one."""
        self.choose("kind", [("", ""), *((code, code) for code in registry.kinds())])
        self.choose("lead", [("", ""), *((code, code) for code in bodies.directory().by_code)])

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if not said.get("kind") and not said.get("lead"):
            raise forms.ValidationError(gettext("没有可采纳的建议"))
        return said


ASKS: Mapping[str, type[Ask]] = {
    "dispatch": Dispatch,
    "reclassify": Reclassify,
    "sign": Nothing,
    "merge": Merge,
    "note": Note,
    "supervise": Supervise,
    "escalate": Reason,
    "suspend": Suspend,
    "resume": Reason,
    "refuse": Refuse,
    "close": Close,
}
"""The verbs that make sense for many at once, as the desk offers them. `accept` is added where a pane offers it."""
ALL: Mapping[str, type[Ask]] = {**ASKS, "accept": Accept}


def offered(by: Actor) -> list[tuple[str, str]]:
    """The verbs a post may use on many at once: (code, title)."""
    return [(name, words.verb(name)) for name in ASKS if by.role in access.VERBS[name]]


# ---- doing ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """A matter the reader has ticked, and the last entry they had seen of it."""

    number: str
    seen: int


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of one matter: done, or why not; what has changed since the reader looked; how it was before."""

    number: str
    title: str = ""
    seen: int = 0
    done: bool = False
    why: str = ""
    changed: list[timeline.Told] = field(default_factory=list)
    before: Any = None
    repeated: bool = False


def picked(values: Sequence[str]) -> list[Picked]:
    """The ticked lines of a form (`number~seen`), each matter once. Raises BadInput for none and for more than 200."""
    found: dict[str, Picked] = {}
    for each in values:
        number, _tilde, seen = each.partition("~")
        found.setdefault(
            number, Picked(number=number[:60], seen=int(seen) if seen.isdecimal() and len(seen) < 9 else -1)
        )
    if not found:
        raise BadInput(gettext("请先选择事项"))
    if len(found) > MOST:
        raise BadInput(gettext("一次最多选 %(n)s 件") % {"n": MOST})
    return list(found.values())


def matters_of(by: Actor, items: Sequence[Picked]) -> dict[str, Matter]:
    """The ticked matters the reader may see, by number; one question."""
    rows = Matter.objects.filter(number__in=[each.number for each in items]).select_related("lead")
    return {m.number: m for m in access.seen_among(by, rows)}


def do(by: Actor, verb: str, items: Sequence[Picked], wants: Mapping[str, Any], key: str) -> list[Outcome]:
    """Use a verb on each of the matters, each by itself; what fails for one is told and leaves the others alone."""
    there = matters_of(by, items)
    return [_one(by, verb, there.get(each.number), each, wants, f"bulk:{key}:{each.number}") for each in items]


def _one(by: Actor, verb: str, m: Matter | None, item: Picked, wants: Mapping[str, Any], key: str) -> Outcome:
    out = Outcome(number=item.number, seen=item.seen, title=m.title if m else "")
    try:
        if m is None:
            raise NotFound
        with transaction.atomic():
            change, out.before, out.repeated = _use(by, verb, m, item.seen, wants, key)
        out.done, out.seen = True, change.matter.entries
    except AnxinError as error:
        out.why = " ".join([error.message, *(said for said in error.fields.values() if said)])
        if m is not None and isinstance(error, NotNow):
            now = Matter.objects.get(pk=m.pk)
            out.changed = _since(now, item.seen)
            out.seen = now.entries
    return out


def _use(by: Actor, verb: str, m: Matter, seen: int, wants: Mapping[str, Any], key: str) -> tuple[Change, Any, bool]:
    """One matter: locked, looked at once more, and the verb used on it. Returns the change and what stood before."""
    into = wants.get("into")
    ids = sorted({m.pk, *([into.pk] if isinstance(into, Matter) else [])})
    locked = {each.pk: each for each in Matter.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")}
    now = locked[m.pk]
    first = f"{key}:1" if verb == "accept" else key
    again = journal.entry_under(first) is not None or journal.entry_under(f"{key}:2") is not None
    if not again and seen >= 0 and _moved(now, seen):
        raise Changed
    before = _before(verb, now)
    if verb == "accept":
        return *_accept(by, now, wants, key, again), again
    if not again and _same(verb, now, wants):
        raise Same
    target: Matter | Order = now
    if flow.VERBS[verb].on_order:
        target = _own_order(by, verb, now, again)
    change = flow.VERBS[verb](target, by.under(key), **wants)
    return change, before, change.repeated


def _accept(by: Actor, m: Matter, wants: Mapping[str, Any], key: str, again: bool) -> tuple[Change, Any]:
    """Take over what was suggested: first the kind, then the lead; both or neither."""
    kind, lead, reason = wants["kind"], wants["lead"], wants["reason"]
    before = m.kind if kind and lead is None else None
    change: Change | None = None
    if kind and (again or kind != m.kind):
        change = flow.VERBS["reclassify"](m, by.under(f"{key}:1"), kind=kind, reason=reason)
    if lead is not None and (again or lead.pk != m.lead_id):
        change = flow.VERBS["dispatch"](m, by.under(f"{key}:2"), lead=lead, reason=reason)
    if change is None:
        raise Same
    return change, before


def _own_order(by: Actor, verb: str, m: Matter, again: bool) -> Order:
    """The order of the reader's body a verb is for."""
    states = flow.VERBS[verb].order_states or ()
    orders = list(Order.objects.filter(matter=m, body=by.body).exclude(state=WITHDRAWN).order_by("pk"))
    found = next((each for each in orders if each.state in states), orders[0] if orders and again else None)
    if found is None:
        raise NotNow(verb=verb) if orders else NotAllowed(verb=verb)
    return found


def _moved(m: Matter, seen: int) -> bool:
    if m.entries <= seen:
        return False
    return Entry.objects.filter(matter=m, seq__gt=seen).exclude(verb__in=QUIET).exists()


def _since(m: Matter, seen: int) -> list[timeline.Told]:
    """What others did since the reader looked, oldest first."""
    if seen < 0 or m.entries <= seen:
        return []
    told = timeline.of(m, list(m.orders.all()), list(m.clocks.select_related("order")))
    return [each for each in timeline.since(told, seen) if each.verb not in QUIET]


def _same(verb: str, m: Matter, wants: Mapping[str, Any]) -> bool:
    match verb:
        case "reclassify":
            return bool(wants["kind"] == m.kind)
        case "supervise":
            return bool(wants["colour"] == m.colour)
        case "dispatch":
            return bool(wants["lead"].pk == m.lead_id)
    return False


def _before(verb: str, m: Matter) -> Any:
    """What has to be known to take it back; None where there is no way back."""
    match verb:
        case "reclassify":
            return m.kind
        case "supervise":
            return m.colour
        case "dispatch":
            lead = bodies.directory().by_id.get(m.lead_id or 0)
            return lead.code if lead is not None else None
        case "merge" | "suspend":
            return ""
    return None


# ---- taking it back ---------------------------------------------------------------------------------------------


def token_of(by: Actor, verb: str, done: Sequence[Outcome]) -> str:
    """What takes a sending back: signed, good for ten minutes, for the same post. Empty where nothing can be."""
    rows = [[each.number, each.seen, each.before] for each in done if each.done and each.before is not None]
    if not rows:
        return ""
    until = (clock.now() + UNDO).isoformat()
    return signing.dumps({"v": verb, "p": by.post, "a": by.account, "u": until, "m": rows}, salt=SALT, compress=True)


def take_back(by: Actor, token: str) -> tuple[str, list[Outcome]]:
    """Take a sending back, matter by matter, by the opposite verb. Raises BadInput for a bad or late token."""
    try:
        said = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        raise BadInput(gettext("无法撤销")) from None
    if (said["p"], said["a"]) != (by.post, by.account) or datetime.fromisoformat(said["u"]) < clock.now():
        raise BadInput(gettext("已超过可以撤销的时间"))
    verb, reason = said["v"], gettext("撤销")
    outcomes = []
    for number, seen, before in said["m"]:
        opposite, wants = _opposite(verb, before, reason)
        outcomes += do_opposite(by, opposite, Picked(number=number, seen=seen), wants, verb)
    return verb, outcomes


def _opposite(verb: str, before: Any, reason: str) -> tuple[str, dict[str, Any]]:
    match verb:
        case "merge":
            return "unmerge", {"reason": reason}
        case "suspend":
            return "resume", {"reason": reason}
        case "reclassify" | "accept":
            return "reclassify", {"kind": before, "reason": reason}
        case "supervise":
            return "supervise", {"colour": before, "reason": reason}
        case "dispatch":
            return "dispatch", {"lead": bodies.body(before), "reason": reason}
    raise BadInput(gettext("无法撤销"))


def do_opposite(by: Actor, opposite: str, item: Picked, wants: Mapping[str, Any], verb: str) -> list[Outcome]:
    """The opposite verb on one matter; an order that has been signed already is not taken away again."""
    m = matters_of(by, [item]).get(item.number)
    key = f"undo:{verb}:{item.number}:{item.seen}"
    if m is not None and opposite == "dispatch" and journal.entry_under(key) is None:
        standing = Order.objects.filter(matter=m, role=LEAD, state__in=ACTIVE).first()
        if standing is None or standing.state != SENT:
            state = words.order_state(standing.state if standing else SIGNED)
            why = gettext("承办单位已处理（%(state)s），不能撤销") % {"state": state}
            return [Outcome(number=m.number, title=m.title, why=why, seen=m.entries)]
    return [_one(by, opposite, m, item, wants, key)]


# ---- pages ------------------------------------------------------------------------------------------------------


@require_POST
def page(request: HttpRequest) -> HttpResponse:
    """`/desk/bulk`: asks what the verb needs (with the numbers), then does it (`sure=1`) and tells what became of each.

    With the header `X-Part` only the part of the page that a script lays over the queue.
    """
    by = session.actor(request)
    verb = request.POST.get("verb", "")
    if verb not in ALL or (verb != "accept" and by.role not in access.VERBS[verb]):
        raise NotAllowed
    items = picked(request.POST.getlist("m"))
    key = request.POST.get("key", "")
    key = key if KEY.fullmatch(key) else new_key()
    there = matters_of(by, items)
    sure = request.POST.get("sure") == "1"
    typed = {name: str(value) for name, value in request.POST.items() if name in ALL[verb].base_fields}
    form = ALL[verb](
        by, common(there.values()), request.POST if sure else None, auto_id="bulk-%s", initial=None if sure else typed
    )
    if not sure or not form.is_valid():
        return _ask(request, by, verb, items, there, form, key, 400 if sure else 200)
    outcomes = do(by, verb, items, form.cleaned_data, key)
    return _told(request, by, verb, outcomes, token_of(by, verb, outcomes), retry=True, typed=typed)


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """`/desk/bulk/undo`: take back what a token stands for."""
    by = session.actor(request)
    _verb, outcomes = take_back(by, request.POST.get("token", ""))
    return _told(request, by, "undo", outcomes, "", retry=False)


def common(found: Any) -> Matter:
    """A matter that stands where all of them stand: grid, village, town and county as far as they are the same."""
    rows, place = list(found), Matter()
    for level in ("grid_id", "village_id", "town_id", "county_id"):
        values = {getattr(m, level) for m in rows}
        setattr(place, level, values.pop() if len(values) == 1 else None)
    if len(rows) == 1:
        place.lead_id, place.kind = rows[0].lead_id, rows[0].kind
    return place


def _ask(
    request: HttpRequest, by: Actor, verb: str, items: Sequence[Picked], there: Mapping[str, Matter], form: Ask,
    key: str, status: int,
) -> HttpResponse:  # fmt: skip
    rows = [(each, m, _beforehand(by, verb, m)) for each in items if (m := there.get(each.number)) is not None]
    able = sum(not why for _each, _m, why in rows)
    title = words.verb(verb)
    shown = {
        "verb": verb, "title": title, "items": items, "rows": rows, "able": able, "unable": len(items) - able,
        "form": form, "key": key, "routes": ROUTES, "query": _query(request),
        "question": ngettext("对 %(n)s 件事项“%(verb)s”？", "对 %(n)s 件事项“%(verb)s”？", len(items))
        % {"n": len(items), "verb": title},
    }  # fmt: skip
    return render(request, _template(request, "bulk"), shown, status=status)


def _beforehand(by: Actor, verb: str, m: Matter) -> str:
    """Why it will not be done, as far as that can be seen beforehand; empty where it may well be."""
    found = flow.VERBS[verb]
    if found.on_order:
        try:
            _own_order(by, verb, m, again=False)
        except AnxinError as error:
            return error.message
        return ""
    if not access.may(by, verb, m, seen=True):
        return NotAllowed().message
    return "" if found.fits(m) else gettext("当前状态：%(state)s") % {"state": words.state(m.state)}


def _told(
    request: HttpRequest, by: Actor, verb: str, outcomes: Sequence[Outcome], token: str, *, retry: bool,
    typed: Mapping[str, str] | None = None,
) -> HttpResponse:  # fmt: skip
    done = [each for each in outcomes if each.done]
    left = [each for each in outcomes if not each.done]
    title = gettext("撤销") if verb == "undo" else gettext("采纳建议") if verb == "accept" else words.verb(verb)
    counted = {"verb": title, "done": len(done), "left": len(left)}
    shown = {
        "verb": verb, "title": title, "done": done, "left": left, "token": token, "query": _query(request),
        "verbs": offered(by) if retry else [], "typed": typed or {},
        "said": gettext("%(verb)s：完成 %(done)s 件，未完成 %(left)s 件") % counted
        if left
        else gettext("%(verb)s：完成 %(done)s 件") % counted,
        "back": sum(each.before is not None for each in done),
    }  # fmt: skip
    return render(request, _template(request, "bulk_told"), shown, status=200 if done or not left else 409)


def _template(request: HttpRequest, name: str) -> str:
    return f"desk/{name}_part.html" if request.headers.get("X-Part") else f"desk/{name}.html"


def _query(request: HttpRequest) -> str:
    return saved.address(request.POST.get("query", "")[:600])
