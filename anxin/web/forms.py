"""What each verb asks its user for, and when it is possible: one form for each verb, in the order of the desk.

A step of a programme that asks for something (`registry.Step.asks`) is asked like a verb; it is a note with facts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, ClassVar

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from anxin.kernel import access, areas, bodies, clock, flow, registry
from anxin.kernel.bodies import Actor, Body, Post
from anxin.kernel.clock import now
from anxin.kernel.errors import NotFound
from anxin.kernel.matters import COLOURS, NATURES, SATISFACTION, TITLE_LENGTH, URGENCIES, Matter
from anxin.kernel.orders import ACTIVE, HELPER, LEAD, Check, Clock, Order
from anxin.web import fields, timeleft, words

ROWS, MOST_ROWS = 2, 40
"""Rows for bodies a form begins with, and has at most; a button adds one."""
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
    noted: frozenset[str] = frozenset()
    """The steps beside the verbs (`about` of notes) that are on record."""

    def own(self) -> bool:
        """Whether the order at hand is the reader's body's."""
        return self.order is not None and self.order.body_id == self.by.body


class Ask(forms.Form):
    """What a verb asks for. `wants` gives the values as the verb takes them."""

    submit: ClassVar[Any] = ""
    main: ClassVar[bool] = False
    """Whether it leads on along the way, and so stands open on the page."""
    picks: ClassVar[tuple[str, ...]] = ()
    verb: ClassVar[str] = ""
    """The verb it uses, where it is not the one it is listed under."""
    step: ClassVar[registry.Step | None] = None
    rows: ClassVar[Mapping[str, Callable[[], Any]]] = {}
    """Fields that come in rows (helper1, helper2 ...), each with how one is made."""
    sets: ClassVar[tuple[tuple[Any, tuple[str, ...]], ...]] = ()
    """Which of them stand together under which title."""
    last: ClassVar[tuple[str, ...]] = ()
    """Fields that stand after the rows."""
    begin: ClassVar[int] = ROWS
    """Rows it begins with."""

    def __init__(self, desk: Desk, *args: Any, **more: Any) -> None:
        self.desk = desk
        super().__init__(*args, **more)
        self.add_rows()
        picked = [*self.picks, *(name for name, field in self.fields.items() if isinstance(field, fields.Pick))]
        self.groups = fields.plausible(desk.by, desk.matter) if picked else []
        for name in dict.fromkeys(picked):
            self.choose(name, self.groups)
        self.prepare()

    def add_rows(self) -> None:
        """As many rows as were filled in or asked for, and at least those it begins with."""
        if not self.rows:
            return
        given = self.data.get("rows", "")
        wanted = int(given) if re.fullmatch(r"[0-9]{1,3}", given) else self.begin
        filled = [
            int(name[len(row) :]) for name in self.data for row in self.rows if _row(name, row) and self.data[name]
        ]
        self.count = min(max([wanted, *filled, 1]), MOST_ROWS)
        for n in range(1, self.count + 1):
            for row, make in self.rows.items():
                self.fields[f"{row}{n}"] = make()

    def plain(self) -> list[forms.BoundField]:
        """The fields that do not come in rows and stand before them."""
        single = [name for name in self.fields if not any(_row(name, row) for row in self.rows)]
        return [self[name] for name in single if name not in self.last]

    def ending(self) -> list[forms.BoundField]:
        """The fields that stand after the rows."""
        return [self[name] for name in self.last if name in self.fields]

    def in_rows(self) -> list[tuple[str, list[list[forms.BoundField]]]]:
        """The fields that come in rows: title and rows of each set."""
        numbers = range(1, self.count + 1) if self.rows else ()
        return [(str(title), [[self[f"{row}{n}"] for row in names] for n in numbers]) for title, names in self.sets]

    def said_in_rows(self) -> Iterator[dict[str, Any]]:
        """What was said in each row, by the name of the field without its number."""
        for n in range(1, self.count + 1):
            yield {row: self.cleaned_data.get(f"{row}{n}") for row in self.rows}

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

    @classmethod
    def leads(cls, desk: Desk) -> bool:
        """Whether it is the next step now."""
        return cls.main

    def wants(self, files: Sequence[str]) -> dict[str, Any]:
        """The arguments of the verb; `files` are the hashes of what was uploaded with it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "uploads"}


def _row(name: str, row: str) -> bool:
    return bool(re.fullmatch(rf"{row}[0-9]{{1,2}}", name))


class Sign(Ask):
    submit, main = _("签收"), True


class Contact(Ask):
    submit, main = _("记录联系"), True
    reached = fields.yes_no(_("是否联系上"), _("已联系上"), _("未接通"))
    text = fields.text(_("联系情况"), required=False, rows=2)

    @classmethod
    def possible(cls, desk: Desk) -> bool:
        """Once the person has been reached there is nothing to try again."""
        return desk.order is not None and desk.order.contacted_at is None


class Arrive(Ask):
    submit, main = _("已到场"), True
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)

    @classmethod
    def possible(cls, desk: Desk) -> bool:
        """Somebody arrives once, and where the place is known."""
        found = registry.kinds().get(desk.matter.kind)
        return desk.order is not None and desk.order.arrived_at is None and (found is None or found.on_site)


class Finish(Ask):
    submit, main = _("办结并反馈"), True
    result = fields.text(_("办理结果"), rows=4)
    uploads = fields.Pictures(
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
    text = fields.text(_("答复内容"), rows=4)
    public = fields.text(_("公开答复（不含任何个人信息，可留空）"), required=False, rows=2)


class CallBack(Ask):
    submit, main = _("记录回访"), True
    reached = fields.yes_no(_("是否联系上"), _("已联系上"), _("未接通"))
    solved = fields.yes_no(_("问题是否解决"), _("已解决"), _("未解决"), required=False)
    satisfied = forms.ChoiceField(label=_("满意度"), required=False, widget=forms.RadioSelect)
    comment = fields.text(_("诉求人意见"), required=False, rows=2)
    unfinished = fields.text(_("未完成事项"), required=False, rows=2)

    def prepare(self) -> None:
        """The three answers."""
        self.choose("satisfied", [(code, gettext(said)) for code, said in SATISFACTION.items()])

    @classmethod
    def possible(cls, desk: Desk) -> bool:
        """Until the person has answered."""
        return desk.matter.solved is None


class Close(Ask):
    submit, main = _("归档"), True
    explained = fields.text(_("依法不能解决的理由"), required=False, rows=2, hint=_("诉求人表示未解决时必填"))

    @classmethod
    def possible(cls, desk: Desk) -> bool:
        """The person has been asked, or could not be reached in three tries."""
        m = desk.matter
        return m.solved is not None or m.tries >= flow.CALL_BACK_TRIES or m.person_id is None


class DecideHandBack(Ask):
    submit, main, picks = _("作出裁定"), True, ("body",)
    accept = fields.yes_no(_("裁定"), _("同意退件，改派"), _("不同意，维持承办（不得再退）"))
    body = fields.pick(_("改派单位"), required=False)
    designated = forms.BooleanField(label=_("会商指定（该单位不得退件）"), required=False)
    reason = fields.text(_("裁定理由"), rows=2)

    def prepare(self) -> None:
        """The proposed body stands first."""
        self.begin_with("body", self.desk.order.proposed_id if self.desk.order else None)


class DecideMoreTime(Ask):
    submit, main = _("作出审批"), True
    grant = fields.yes_no(_("审批"), _("同意延期"), _("不同意"))
    reason = fields.text(_("审批理由"), rows=2)

    @classmethod
    def possible(cls, desk: Desk) -> bool:
        """Somebody has asked."""
        return desk.order is not None and desk.order.more_asked > 0 and desk.order.more_granted == 0


class Dispatch(Ask):
    """The one-key command: one lead and any number of helpers, each with its part."""

    submit = _("发出指令")
    lead = fields.pick(_("主办单位"))
    task = fields.text(_("主办任务"), required=False, rows=2)
    designated = forms.BooleanField(label=_("会商指定（主办单位不得退件）"), required=False)
    reason = fields.text(_("派单说明"), required=False, rows=2)
    rows: ClassVar[Mapping[str, Callable[[], Any]]] = {
        "helper": lambda: fields.pick(_("协办单位"), required=False),
        "part": lambda: fields.line(_("协办任务"), required=False),
    }
    sets = ((_("协办单位"), ("helper", "part")),)
    last = ("reason",)

    def prepare(self) -> None:
        """The lead that stands, and whom the rule of the kind would ask."""
        self.begin_with("lead", self.desk.matter.lead_id)

    @classmethod
    def leads(cls, desk: Desk) -> bool:
        """A matter nobody has is to be dispatched first of all."""
        return desk.matter.lead_id is None

    def asked(self) -> list[tuple[Body, str]]:
        """The helpers that were named, each with its part."""
        return [(row["helper"], row["part"] or "") for row in self.said_in_rows() if row["helper"]]

    def wants(self, files: Sequence[str]) -> dict[str, Any]:
        """Helpers as (body, part)."""
        said = self.cleaned_data
        return {name: said[name] for name in ("lead", "task", "designated", "reason")} | {"helpers": self.asked()}

    def preview(self) -> list[dict[str, Any]]:
        """For each body that is named so far, by when it would have to do what if this were sent now."""
        self.is_valid()
        m, moment, said = self.desk.matter, now(), getattr(self, "cleaned_data", {})
        kind = registry.kinds().get(m.kind)
        lead = said.get("lead")
        named = ([(lead, said.get("task", ""), LEAD)] if lead else []) + [(b, part, HELPER) for b, part in self.asked()]
        standing = {o.body_id: o for o in self.desk.orders if o.state in ACTIVE}
        return [
            {
                "body": body,
                "role": words.say(words.ROLES, role),
                "task": task,
                "standing": body.pk in standing and standing[body.pk].role == role,
                "limits": [
                    (words.rule(code), timeleft.until(clock.due(moment, rule.limit), rule.limit.unit))
                    for code in (kind.clocks(kind, body, role) if kind else ())
                    for rule in (registry.rule(code, moment),)
                ],
            }
            for body, task, role in named
        ]


class Track(Ask):
    submit, main = _("记录跟踪"), True
    months = forms.TypedChoiceField(label=_("第几个月"), coerce=int)
    recurred = fields.yes_no(_("问题是否再次出现"), _("再次出现（将自动重办）"), _("没有"))
    text = fields.text(_("跟踪情况"), required=False, rows=2)

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
    text = fields.text(_("内容"))
    uploads = fields.Pictures(
        label=_("照片或文件"), required=False, help_text=_("JPEG、PNG、WebP 或 PDF，每个不超过 20 MB")
    )

    def prepare(self) -> None:
        """The steps the programme of the matter knows, where it has any."""
        m = self.desk.matter
        known = [each for each in registry.steps(m.kind) if each.fits(m) and not each.asks]
        steps = [(each.code, words.step(each.code, m.kind)) for each in known]
        self.choose("about", [("", gettext("一般记录")), *steps])
        if not steps:
            del self.fields["about"]

    def wants(self, files: Sequence[str]) -> dict[str, Any]:
        """The hashes go with the entry."""
        facts = {f"file.{place}": each for place, each in enumerate(files, 1)}
        said = {"text": self.cleaned_data["text"], "about": self.cleaned_data.get("about", "")}
        return said | ({"facts": facts} if facts else {})


class Consult(Ask):
    """A consultation: bodies and posts round the table, what was weighed, what was decided, who does what by when."""

    submit = _("记录会商")
    begin = 3
    topic = fields.line(_("议题"))
    posts = forms.TypedMultipleChoiceField(
        label=_("参加岗位"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    decision = fields.text(_("决定"), rows=2)
    lead = fields.pick(_("决定由谁承办"), required=False, hint=_("可留空；记录后可一键按决定派单，指定承办不得退件"))
    task = fields.line(_("承办任务"), required=False)
    due = forms.DateField(
        label=_("完成日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    rows: ClassVar[Mapping[str, Callable[[], Any]]] = {
        "with": lambda: fields.pick(_("参加单位"), required=False),
        "option": lambda: fields.line(_("备选方案"), required=False, most=300),
        "pro": lambda: fields.line(_("赞成意见"), required=False, most=300),
        "con": lambda: fields.line(_("反对意见"), required=False, most=300),
    }
    sets = ((_("参加单位"), ("with",)), (_("备选方案"), ("option", "pro", "con")))
    last = ("posts", "decision", "lead", "task", "due")

    def prepare(self) -> None:
        """The posts of the bodies that have an order, and of the reader's own: persons take part by their post."""
        around = {order.body_id for order in self.desk.orders} | {self.desk.by.body}
        found = Post.objects.filter(body__in=[pk for pk in around if pk]).select_related("body").order_by("body", "pk")
        field = self.fields["posts"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(str(post.pk), str(post)) for post in found[:MOST_ROWS]]
        if not field.choices:
            del self.fields["posts"]

    def wants(self, files: Sequence[str]) -> dict[str, Any]:
        """Who took part, as lists; the options as lines of one text."""
        said, rows = self.cleaned_data, list(self.said_in_rows())
        weighed = []
        for place, row in enumerate((row for row in rows if row["option"] or row["pro"] or row["con"]), 1):
            weighed.append(gettext("方案%(n)d：%(said)s") % {"n": place, "said": row["option"] or "—"})
            weighed += [gettext("　赞成：%(said)s") % {"said": row["pro"]}] if row["pro"] else []
            weighed += [gettext("　反对：%(said)s") % {"said": row["con"]}] if row["con"] else []
        present = list({row["with"].pk: row["with"] for row in rows if row["with"]}.values())
        return {name: said[name] for name in ("topic", "decision", "task", "lead", "due")} | {
            "participants": present,
            "options": "\n".join(weighed),
            "posts": list(Post.objects.filter(pk__in=said.get("posts") or [])),
        }


class HandBack(Ask):
    submit = _("申请退件")
    basis = fields.line(_("依据"), hint=_("职责清单、法规条文或分流清单的条目；输入字词可在清单中查找"), most=300)
    proposed = fields.pick(_("建议承办单位"))
    reason = fields.text(_("理由"), rows=2)
    public = fields.line(
        _("给诉求人看的说明"), required=False, hint=_("例如：该事项正在核对由哪个单位承办，请留意后续进展"), most=300
    )

    @classmethod
    def possible(cls, desk: Desk) -> bool:
        """Once for each body, never after designation."""
        mine = sum(order.hand_backs for order in desk.orders if desk.order and order.body_id == desk.order.body_id)
        return desk.order is not None and not desk.order.designated and mine == 0


class AskMoreTime(Ask):
    submit = _("申请延期")
    amount = forms.IntegerField(label=_("延长多少"), min_value=1)
    reason = fields.text(_("理由"), rows=2)

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
    until = fields.moment(_("最迟恢复时间"))
    reason = fields.text(_("理由"), rows=2)

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
    reason = fields.text(_("说明"), required=False, rows=2)

    @classmethod
    def possible(cls, desk: Desk) -> bool:
        """Something stands still."""
        return any(clock.stopped_at is None and clock.paused_until is not None for clock in desk.clocks)


class Reclassify(Ask):
    submit = _("改类")
    kind = forms.ChoiceField(label=_("类别"))
    reason = fields.text(_("理由"), rows=2)

    def prepare(self) -> None:
        """Every kind but its own."""
        own = self.desk.matter.kind
        kinds = [(code, words.kind(code)) for code in registry.kinds() if code != own]
        self.choose("kind", kinds)


class Merge(Ask):
    submit = _("并件")
    into = fields.line(_("并入哪一件"), hint=_("先登记的那一件的编号"))
    reason = fields.text(_("理由"), required=False, rows=2)

    def clean_into(self) -> Matter:
        """A matter the reader may see."""
        try:
            return access.matter(self.desk.by, self.cleaned_data["into"].strip())
        except NotFound as error:
            raise forms.ValidationError(error.message) from None


class Reason(Ask):
    """A verb that asks for the reason only."""

    reason = fields.text(_("理由"), rows=2)


class Unmerge(Reason):
    submit = _("撤销并件")


class EraseWords(Reason):
    submit = _("删除文字")


class Refuse(Ask):
    submit = _("不予受理")
    reason = fields.text(_("不予受理的理由"), rows=2)
    route = fields.line(
        _("正确途径"), hint=_("告知诉求人该走的途径，如诉讼、仲裁、行政复议、纪检监察、信访"), known="routes"
    )


class Reopen(Ask):
    submit = _("重办")
    reason = fields.text(_("重办理由"), rows=2)
    recurred = forms.BooleanField(label=_("问题再次出现"), required=False)

    @classmethod
    def possible(cls, desk: Desk) -> bool:
        """Twice at most, except on recurrence."""
        return any(order.role == LEAD for order in desk.orders)


class Supervise(Ask):
    submit = _("督办")
    colour = forms.ChoiceField(label=_("督办"), required=False)
    reason = fields.text(_("理由"), rows=2)

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
    text = fields.text(_("说明"), required=False, rows=2)

    @classmethod
    def possible(cls, desk: Desk) -> bool:
        """110 was called in."""
        return bool(desk.matter.police)


class Correct(Ask):
    submit = _("更正")
    title = fields.line(_("标题"), required=False, most=TITLE_LENGTH)
    narrative = fields.text(_("内容"), required=False, rows=4)
    address = fields.line(_("地址"), required=False, most=300)
    nature = forms.ChoiceField(label=_("性质"))
    urgency = forms.ChoiceField(label=_("紧急程度"))
    reason = fields.text(_("更正理由"), rows=2)

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
    text = fields.text(_("内容"), required=False, rows=2)


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


class Step(Ask):
    """A step of a programme beside the verbs: its words, and the facts it asks for."""

    submit, verb = _("记录"), "note"

    def prepare(self) -> None:
        """One field for each fact, then the words; titles in the reader's language."""
        assert self.step is not None
        english = (get_language() or "").startswith("en")
        for fact in self.step.asks:
            label, said = fact.title_en if english else fact.title, list(_said(fact, english))
            field: forms.Field
            match fact.sort:
                case "several":
                    field = forms.MultipleChoiceField(
                        label=label, choices=said, required=fact.required, widget=forms.CheckboxSelectMultiple
                    )
                    field.initial = [code for code, _title in said]
                case "moment":
                    field = fields.moment(label, required=fact.required)
                    field.initial = now
                case _:
                    field = forms.ChoiceField(
                        label=label, choices=said, required=fact.required, widget=forms.RadioSelect
                    )
            self.fields[fact.name] = field
        self.fields["text"] = fields.text(self.step.text[english] or gettext("内容"), rows=2)

    @classmethod
    def possible(cls, desk: Desk) -> bool:
        """For whom and when the programme says."""
        step = cls.step
        return (
            step is not None and step.fits(desk.matter) and (not step.roles or desk.by.role in step.roles)
            and (not step.after or step.after in desk.noted) and not (step.once and step.code in desk.noted)
        )  # fmt: skip

    def wants(self, files: Sequence[str]) -> dict[str, Any]:
        """The words of the note, which step it is, and its facts as short texts."""
        assert self.step is not None
        facts = {fact.name: _short(self.cleaned_data[fact.name]) for fact in self.step.asks}
        return {"text": self.cleaned_data["text"], "about": self.step.code, "facts": facts}


def _said(fact: registry.Fact, english: bool) -> Iterator[tuple[str, str]]:
    for code, titles in fact.choices.items():
        yield code, titles[english]


def _short(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value or "")


def slug(code: str) -> str:
    """What the form of a step is called in addresses."""
    return "step-" + re.sub(r"[^a-z0-9_]", "-", code.lower())


@cache
def asks(kind: str) -> Mapping[str, type[Ask]]:
    """Every form a matter of a kind may need: those of the verbs, and of its programme's steps that ask something."""
    steps = {
        slug(each.code): type("OwnStep", (Step,), {"step": each, "__module__": __name__})
        for each in registry.steps(kind)
        if each.asks
    }
    return {**ASKS, **steps}


def _whole(desk: Desk) -> Clock | None:
    return next(
        (c for c in desk.clocks if c.stopped_at is None and c.order_id is None and c.code.startswith("handle.")), None
    )
