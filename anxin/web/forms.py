"""What each verb asks its user for, and when it is offered: one form for each verb, in the order of the desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anxin.kernel import access, areas, bodies, flow, registry
from anxin.kernel.bodies import Actor
from anxin.kernel.clock import now
from anxin.kernel.errors import NotFound
from anxin.kernel.matters import COLOURS, NARRATIVE_LENGTH, NATURES, SATISFACTION, TITLE_LENGTH, URGENCIES, Matter
from anxin.kernel.orders import ACTIVE, HELPER, LEAD, Check, Clock, Order
from anxin.kernel.verbs import Verb
from anxin.web import timeleft, words

MOST_FILES = 6
HELPERS = 4
"""How many helping bodies one form can name; more are added by dispatching again."""
PAUSABLE = ("handle.", "feedback")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A matter as it lies before its reader: with its orders, clocks and checks, and the order a verb is used on."""

    by: Actor
    matter: Matter
    orders: Sequence[Order]
    clocks: Sequence[Clock]
    checks: Sequence[Check]
    order: Order | None = None

    def own(self) -> bool:
        """Whether the order at hand is the reader's body's."""
        return self.order is not None and self.order.body_id == self.by.body


class Picture(forms.ClearableFileInput):
    """A field that takes several files."""

    allow_multiple_selected = True


class Pictures(forms.FileField):
    """Photos and papers; what they are is looked at in `kernel/files.py`, not believed by their names."""

    widget = Picture(attrs={"accept": "image/jpeg,image/png,image/webp,application/pdf", "multiple": True})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        """The files, at most `MOST_FILES`."""
        given = data if isinstance(data, (list, tuple)) else [data] if data else []
        if self.required and not given:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(given) > MOST_FILES:
            raise forms.ValidationError(gettext("一次最多上传 %(count)d 个文件") % {"count": MOST_FILES})
        return [super(Pictures, self).clean(each, initial) for each in given]


def _text(label: Any, *, required: bool = True, rows: int = 3, hint: Any = "", most: int = NARRATIVE_LENGTH) -> Any:
    return forms.CharField(
        label=label, required=required, max_length=most, help_text=hint, widget=forms.Textarea(attrs={"rows": rows})
    )


def _line(label: Any, *, required: bool = True, hint: Any = "", most: int = 200, known: str = "") -> Any:
    attrs = {"list": known} if known else {}
    return forms.CharField(
        label=label, required=required, max_length=most, help_text=hint, widget=forms.TextInput(attrs=attrs)
    )


def _yes_no(label: Any, yes: Any, no: Any, *, required: bool = True) -> Any:
    return forms.TypedChoiceField(
        label=label, choices=[("yes", yes), ("no", no)], coerce=lambda value: value == "yes", required=required,
        empty_value=None, widget=forms.RadioSelect,
    )  # fmt: skip


def _pick(label: Any, *, required: bool = True, hint: Any = "") -> Any:
    """A body, to be chosen from those in charge of the place; filled in by the form."""
    return forms.TypedChoiceField(label=label, required=required, coerce=bodies.body, empty_value=None, help_text=hint)


def _moment(label: Any) -> Any:
    return forms.DateTimeField(
        label=label, widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )


def plausible(by: Actor, matter: Matter) -> list[Any]:
    """The bodies in charge of a place, nearest first, as the groups of a list (title, [(code, name)])."""
    tree, day = areas.tree(), areas.today()
    place = next((x for x in (matter.grid_id, matter.village_id, matter.town_id, matter.county_id) if x), by.area)
    chain = tree.chain(place, day) if place is not None else []
    found: dict[int, list[tuple[str, str]]] = {area: [] for area in chain}
    for body in bodies.directory().by_id.values():
        if body.area_id in found:
            found[body.area_id].append((body.code, body.name))
    groups = [(tree.areas[area].name, sorted(each, key=lambda one: one[1])) for area, each in found.items() if each]
    return [("", gettext("请选择单位")), *groups]


class Ask(forms.Form):
    """What a verb asks for. `wants` gives the values as the verb takes them."""

    submit: ClassVar[Any] = ""
    main: ClassVar[bool] = False
    """Whether it leads on along the way, and so stands open on the page."""
    picks: ClassVar[tuple[str, ...]] = ()

    def __init__(self, desk: Desk, *args: Any, **more: Any) -> None:
        self.desk = desk
        super().__init__(*args, **more)
        self.groups = plausible(desk.by, desk.matter) if self.picks else []
        for name in self.picks:
            self.choose(name, self.groups)
        self.prepare()

    def choose(self, name: str, choices: list[Any]) -> None:
        """What can be chosen in a field."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def begin_with(self, name: str, pk: int | None) -> None:
        """Choose a body beforehand; it can be chosen whatever the place."""
        body = bodies.directory().by_id.get(pk or 0)
        if body is None:
            return
        known = {code for _title, group in self.groups[1:] for code, _name in group}
        if body.code not in known:
            self.choose(name, [*self.groups, (gettext("其他"), [(body.code, body.name)])])
        self.fields[name].initial = body.code

    def prepare(self) -> None:
        """Fill lists and first values from the matter."""

    @classmethod
    def possible(cls, desk: Desk) -> bool:
        """Whether the verb would be accepted now, as far as one can see beforehand."""
        return True

    def wants(self, files: Sequence[str]) -> dict[str, Any]:
        """The arguments of the verb; `files` are the hashes of what was uploaded with it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "uploads"}


class Sign(Ask):
    submit, main = _("签收"), True


class Contact(Ask):
    submit, main = _("记录联系"), True
    reached = _yes_no(_("是否联系上"), _("已联系上"), _("未接通"))
    text = _text(_("联系情况"), required=False, rows=2)

    @classmethod
    def possible(cls, desk: Desk) -> bool:
        """Once the person has been reached there is nothing to try again."""
        return desk.order is not None and desk.order.contacted_at is None


class Arrive(Ask):
    submit, main = _("已到场"), True

    @classmethod
    def possible(cls, desk: Desk) -> bool:
        """Somebody arrives once, and where the place is known."""
        found = registry.kinds().get(desk.matter.kind)
        return desk.order is not None and desk.order.arrived_at is None and (found is None or found.on_site)


class Finish(Ask):
    submit, main = _("办结并反馈"), True
    result = _text(_("办理结果"), rows=4)
    uploads = Pictures(
        label=_("佐证照片或文件"), required=False, help_text=_("JPEG、PNG、WebP 或 PDF，每个不超过 20 MB")
    )

    def prepare(self) -> None:
        """The lead shows what was done, unless the kind or a mere question needs no proof."""
        kind, order = registry.kinds().get(self.desk.matter.kind), self.desk.order
        asked = kind is not None and kind.needs_proof and self.desk.matter.nature != "consult"
        self.fields["uploads"].required = asked and order is not None and order.role == LEAD

    @classmethod
    def possible(cls, desk: Desk) -> bool:
        """The lead comes last."""
        helping = any(order.role == HELPER and order.state in ACTIVE for order in desk.orders)
        return desk.order is not None and (desk.order.role != LEAD or not helping)

    def wants(self, files: Sequence[str]) -> dict[str, Any]:
        """The result, and the hashes as proof."""
        return {"result": self.cleaned_data["result"], "proof": list(files)}


class Reply(Ask):
    submit, main = _("答复诉求人"), True
    text = _text(_("答复内容"), rows=4)
    public = _text(_("公开答复（不含任何个人信息，可留空）"), required=False, rows=2)


class CallBack(Ask):
    submit, main = _("记录回访"), True
    reached = _yes_no(_("是否联系上"), _("已联系上"), _("未接通"))
    solved = _yes_no(_("问题是否解决"), _("已解决"), _("未解决"), required=False)
    satisfied = forms.ChoiceField(label=_("满意度"), required=False, widget=forms.RadioSelect)
    comment = _text(_("诉求人意见"), required=False, rows=2)
    unfinished = _text(_("未完成事项"), required=False, rows=2)

    def prepare(self) -> None:
        """The three answers."""
        self.choose("satisfied", [(code, gettext(said)) for code, said in SATISFACTION.items()])

    @classmethod
    def possible(cls, desk: Desk) -> bool:
        """Until the person has answered."""
        return desk.matter.solved is None


class Close(Ask):
    submit, main = _("归档"), True
    explained = _text(_("依法不能解决的理由"), required=False, rows=2, hint=_("诉求人表示未解决时必填"))

    @classmethod
    def possible(cls, desk: Desk) -> bool:
        """The person has been asked, or could not be reached in three tries."""
        m = desk.matter
        return m.solved is not None or m.tries >= flow.CALL_BACK_TRIES or m.person_id is None


class DecideHandBack(Ask):
    submit, main, picks = _("作出裁定"), True, ("body",)
    accept = _yes_no(_("裁定"), _("同意退件，改派"), _("不同意，维持承办（不得再退）"))
    body = _pick(_("改派单位"), required=False)
    designated = forms.BooleanField(label=_("会商指定（该单位不得退件）"), required=False)
    reason = _text(_("裁定理由"), rows=2)

    def prepare(self) -> None:
        """The proposed body stands first."""
        self.begin_with("body", self.desk.order.proposed_id if self.desk.order else None)


class DecideMoreTime(Ask):
    submit, main = _("作出审批"), True
    grant = _yes_no(_("审批"), _("同意延期"), _("不同意"))
    reason = _text(_("审批理由"), rows=2)

    @classmethod
    def possible(cls, desk: Desk) -> bool:
        """Somebody has asked."""
        return desk.order is not None and desk.order.more_asked > 0 and desk.order.more_granted == 0


class Dispatch(Ask):
    submit = _("派单")
    picks = ("lead", *(f"helper{n}" for n in range(1, HELPERS + 1)))
    lead = _pick(_("主办单位"))
    task = _text(_("主办任务"), required=False, rows=2)
    designated = forms.BooleanField(label=_("会商指定（主办单位不得退件）"), required=False)
    reason = _text(_("派单说明"), required=False, rows=2)

    def prepare(self) -> None:
        """The lead that stands, and whom the rule of the kind would ask."""
        self.begin_with("lead", self.desk.matter.lead_id)

    @property
    def main_now(self) -> bool:
        """A matter nobody has is to be dispatched first of all."""
        return self.desk.matter.lead_id is None

    def wants(self, files: Sequence[str]) -> dict[str, Any]:
        """Helpers as (body, part)."""
        said = self.cleaned_data
        named = [(said[f"helper{n}"], said[f"part{n}"]) for n in range(1, HELPERS + 1) if said[f"helper{n}"]]
        return {name: said[name] for name in ("lead", "task", "designated", "reason")} | {"helpers": named}


for _n in range(1, HELPERS + 1):
    Dispatch.base_fields[f"helper{_n}"] = _pick(_("协办单位"), required=False)
    Dispatch.base_fields[f"part{_n}"] = _line(_("协办任务"), required=False)


class Track(Ask):
    submit, main = _("记录跟踪"), True
    months = forms.TypedChoiceField(label=_("第几个月"), coerce=int)
    recurred = _yes_no(_("问题是否再次出现"), _("再次出现（将自动重办）"), _("没有"))
    text = _text(_("跟踪情况"), required=False, rows=2)

    def prepare(self) -> None:
        """The checks not done yet."""
        due = sorted(check.months for check in self.desk.checks if check.done_at is None)
        self.choose("months", [(n, gettext("%(count)d 个月") % {"count": n}) for n in due])

    @classmethod
    def possible(cls, desk: Desk) -> bool:
        """A look whose day has come."""
        return any(check.done_at is None and check.due_on <= areas.today() for check in desk.checks)


class Note(Ask):
    submit = _("记录")
    about = forms.ChoiceField(label=_("属于哪一步"), required=False)
    text = _text(_("内容"))
    uploads = Pictures(label=_("照片或文件"), required=False, help_text=_("JPEG、PNG、WebP 或 PDF，每个不超过 20 MB"))

    def prepare(self) -> None:
        """The steps the programme of the matter knows, where it has any."""
        m = self.desk.matter
        steps = [(each.code, words.step(each.code, m.kind)) for each in registry.steps(m.kind) if each.fits(m)]
        self.choose("about", [("", gettext("一般记录")), *steps])
        if not steps:
            del self.fields["about"]

    def wants(self, files: Sequence[str]) -> dict[str, Any]:
        """The hashes go with the entry."""
        facts = {f"file.{place}": each for place, each in enumerate(files, 1)}
        said = {"text": self.cleaned_data["text"], "about": self.cleaned_data.get("about", "")}
        return said | ({"facts": facts} if facts else {})


class Consult(Ask):
    submit, picks = _("记录会商"), ("with1", "with2", "with3")
    topic = _line(_("议题"))
    with1 = _pick(_("参加单位"), required=False)
    with2 = _pick(_("参加单位"), required=False)
    with3 = _pick(_("参加单位"), required=False)
    options = _text(_("备选方案"), required=False, rows=2)
    decision = _text(_("决定"), rows=2)

    def wants(self, files: Sequence[str]) -> dict[str, Any]:
        """Who took part, as a list."""
        said = self.cleaned_data
        present = [said[name] for name in self.picks if said[name]]
        return {name: said[name] for name in ("topic", "options", "decision")} | {"participants": present}


class HandBack(Ask):
    submit, picks = _("申请退件"), ("proposed",)
    basis = _line(_("依据"), hint=_("职责清单、法规条文或分流清单的条目"))
    proposed = _pick(_("建议承办单位"))
    reason = _text(_("理由"), rows=2)

    @classmethod
    def possible(cls, desk: Desk) -> bool:
        """Once for each body, never after designation."""
        mine = sum(order.hand_backs for order in desk.orders if desk.order and order.body_id == desk.order.body_id)
        return desk.order is not None and not desk.order.designated and mine == 0


class AskMoreTime(Ask):
    submit = _("申请延期")
    amount = forms.IntegerField(label=_("延长多少"), min_value=1)
    reason = _text(_("理由"), rows=2)

    def prepare(self) -> None:
        """At most as much again as the limit itself."""
        whole = _whole(self.desk)
        if whole is not None:
            self.fields["amount"].widget.attrs["max"] = whole.amount
            self.fields["amount"].help_text = gettext("单位与时限相同，最多再加 %(limit)s") % {
                "limit": timeleft.limit(whole.amount, whole.unit)
            }

    @classmethod
    def possible(cls, desk: Desk) -> bool:
        """The lead, once, before the time is over."""
        order, whole = desk.order, _whole(desk)
        return (
            order is not None and order.role == LEAD and not order.more_asked and not order.more_granted
            and whole is not None and now() <= whole.due_at
        )  # fmt: skip


class Suspend(Ask):
    submit = _("挂起")
    until = _moment(_("最迟恢复时间"))
    reason = _text(_("理由"), rows=2)

    def prepare(self) -> None:
        """A week, unless said otherwise."""
        self.fields["until"].initial = now() + timedelta(days=7)

    @classmethod
    def possible(cls, desk: Desk) -> bool:
        """Something runs that may stand still."""
        return any(
            clock.stopped_at is None and clock.paused_until is None and clock.code.startswith(PAUSABLE)
            for clock in desk.clocks
        )


class Resume(Ask):
    submit, main = _("恢复计时"), True
    reason = _text(_("说明"), required=False, rows=2)

    @classmethod
    def possible(cls, desk: Desk) -> bool:
        """Something stands still."""
        return any(clock.stopped_at is None and clock.paused_until is not None for clock in desk.clocks)


class Reclassify(Ask):
    submit = _("改类")
    kind = forms.ChoiceField(label=_("类别"))
    reason = _text(_("理由"), rows=2)

    def prepare(self) -> None:
        """Every kind but its own."""
        own = self.desk.matter.kind
        kinds = [(code, words.kind(code)) for code in registry.kinds() if code != own]
        self.choose("kind", kinds)


class Merge(Ask):
    submit = _("并件")
    into = _line(_("并入哪一件"), hint=_("先登记的那一件的编号"))
    reason = _text(_("理由"), required=False, rows=2)

    def clean_into(self) -> Matter:
        """A matter the reader may see."""
        try:
            return access.matter(self.desk.by, self.cleaned_data["into"].strip())
        except NotFound as error:
            raise forms.ValidationError(error.message) from None


class Reason(Ask):
    """A verb that asks for the reason only."""

    reason = _text(_("理由"), rows=2)


class Unmerge(Reason):
    submit = _("撤销并件")


class EraseWords(Reason):
    submit = _("删除文字")


class Refuse(Ask):
    submit = _("不予受理")
    reason = _text(_("不予受理的理由"), rows=2)
    route = _line(_("正确途径"), hint=_("告知诉求人该走的途径，如诉讼、仲裁、行政复议、纪检监察、信访"), known="routes")


class Reopen(Ask):
    submit = _("重办")
    reason = _text(_("重办理由"), rows=2)
    recurred = forms.BooleanField(label=_("问题再次出现"), required=False)

    @classmethod
    def possible(cls, desk: Desk) -> bool:
        """Twice at most, except on recurrence."""
        return any(order.role == LEAD for order in desk.orders)


class Supervise(Ask):
    submit = _("督办")
    colour = forms.ChoiceField(label=_("督办"), required=False)
    reason = _text(_("理由"), rows=2)

    def prepare(self) -> None:
        """Another colour than now."""
        own = self.desk.matter.colour
        self.choose("colour", [(code, gettext(said)) for code, said in COLOURS.items() if code != own])
        self.fields["colour"].required = False


class Escalate(Reason):
    submit = _("提级")

    @classmethod
    def possible(cls, desk: Desk) -> bool:
        """Above the city there is nobody."""
        return desk.matter.level != "city"


class ToPolice(Reason):
    submit = _("推送110")

    @classmethod
    def possible(cls, desk: Desk) -> bool:
        """Not while 110 has it."""
        return desk.matter.police not in ("sent", "accepted")


class FromPolice(Ask):
    submit = _("记录110反馈")
    outcome = forms.ChoiceField(
        label=_("结果"), choices=[("accepted", _("110已受理")), ("returned", _("110已退回")), ("done", _("110已处置"))]
    )
    text = _text(_("说明"), required=False, rows=2)

    @classmethod
    def possible(cls, desk: Desk) -> bool:
        """110 was called in."""
        return bool(desk.matter.police)


class Correct(Ask):
    submit = _("更正")
    title = _line(_("标题"), required=False, most=TITLE_LENGTH)
    narrative = _text(_("内容"), required=False, rows=4)
    address = _line(_("地址"), required=False, most=300)
    nature = forms.ChoiceField(label=_("性质"))
    urgency = forms.ChoiceField(label=_("紧急程度"))
    reason = _text(_("更正理由"), rows=2)

    def prepare(self) -> None:
        """What stands there now."""
        self.choose("nature", [(code, gettext(said)) for code, said in NATURES.items()])
        self.choose("urgency", [(code, gettext(said)) for code, said in URGENCIES.items()])
        for name in ("title", "narrative", "address", "nature", "urgency"):
            self.fields[name].initial = getattr(self.desk.matter, name)

    def wants(self, files: Sequence[str]) -> dict[str, Any]:
        """Only what is different."""
        said, m = self.cleaned_data, self.desk.matter
        names = ("title", "narrative", "address", "nature", "urgency")
        return {"reason": said["reason"]} | {name: said[name] for name in names if said[name] != getattr(m, name)}


class AddVoice(Ask):
    submit = _("附议")
    text = _text(_("内容"), required=False, rows=2)


ASKS: Mapping[str, type[Ask]] = {
    "sign": Sign,
    "decide_hand_back": DecideHandBack,
    "decide_more_time": DecideMoreTime,
    "contact": Contact,
    "arrive": Arrive,
    "finish": Finish,
    "reply": Reply,
    "call_back": CallBack,
    "close": Close,
    "track": Track,
    "resume": Resume,
    "dispatch": Dispatch,
    "note": Note,
    "consult": Consult,
    "ask_more_time": AskMoreTime,
    "hand_back": HandBack,
    "reopen": Reopen,
    "supervise": Supervise,
    "escalate": Escalate,
    "suspend": Suspend,
    "transfer_to_police": ToPolice,
    "take_back_from_police": FromPolice,
    "add_voice": AddVoice,
    "reclassify": Reclassify,
    "correct": Correct,
    "merge": Merge,
    "unmerge": Unmerge,
    "refuse": Refuse,
    "erase_words": EraseWords,
}
"""In the order in which a desk needs them: what leads on, then what stands beside."""


def _whole(desk: Desk) -> Clock | None:
    return next(
        (c for c in desk.clocks if c.stopped_at is None and c.order_id is None and c.code.startswith("handle.")), None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A verb its reader may use now, with its form; `key` makes sending it twice harmless."""

    verb: Verb[Any]
    order: Order | None
    form: Ask
    key: str
    main: bool
    open: bool = False
    hints: Sequence[str] = ()
    """What might be missing in a reply that was looked over (`checked`) before it is sent."""
    checked: bool = False

    @property
    def name(self) -> str:
        """The code of the verb (a template would call the verb itself)."""
        return self.verb.name

    @property
    def title(self) -> str:
        """What the verb is called."""
        return words.verb(self.verb.name)

    @property
    def anchor(self) -> str:
        """Where it stands on the page."""
        return f"{self.verb.name}-{self.order.pk}" if self.order else self.verb.name


def offers(desk: Desk, new_key: Callable[[], str], tried: Mapping[str, Offer] | None = None) -> list[Offer]:
    """Every verb the reader may use on the matter or one of its orders now; `tried` are those being filled in."""
    found: list[Offer] = []
    for name, ask in ASKS.items():
        verb = flow.VERBS[name]
        targets: Sequence[Order | None] = desk.orders if verb.on_order else (None,)
        for order in targets:
            at = Desk(
                by=desk.by, matter=desk.matter, orders=desk.orders, clocks=desk.clocks, checks=desk.checks, order=order
            )
            if not (access.may(desk.by, name, desk.matter, order, seen=True) and verb.fits(desk.matter, order)):
                continue
            if not ask.possible(at):
                continue
            anchor = f"{name}-{order.pk}" if order else name
            if tried and anchor in tried:
                found.append(tried[anchor])
                continue
            form = ask(at, auto_id=f"{anchor}-%s")
            found.append(
                Offer(verb=verb, order=order, form=form, key=new_key(), main=getattr(form, "main_now", ask.main))
            )
    return found
