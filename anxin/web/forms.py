"""What each verb asks its user for, and when it is offered: one form for each verb, in the order of the desk.

A step of a programme that asks for something (`registry.Step.asks`) is offered like a verb; it is a note with facts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache, lru_cache
from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from anxin.kernel import access, areas, bodies, clock, flow, registry
from anxin.kernel.bodies import Actor, Body, Post
from anxin.kernel.clock import now
from anxin.kernel.errors import NotFound
from anxin.kernel.matters import COLOURS, NARRATIVE_LENGTH, NATURES, SATISFACTION, TITLE_LENGTH, URGENCIES, Matter
from anxin.kernel.orders import ACTIVE, HELPER, LEAD, Check, Clock, Order
from anxin.kernel.verbs import Verb
from anxin.web import timeleft, words

MOST_FILES = 6
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


class Bodies(forms.Select):
    """A list of bodies, written in one go: the kit's own takes a template for each of a hundred lines.

    A script makes it a field to type in (`data-bodies`); what is found there may lie outside the list.
    """

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The list as HTML, with the present choice marked."""
        chosen = str(value or "")
        groups = _frozen(self.choices)
        known = {code for _title, group in groups for code, _name in group}
        if chosen and chosen not in known:
            found = bodies.directory().by_code.get(chosen)
            if found is not None:
                groups = (*groups, (gettext("其他"), ((found.code, found.name),)))
        listed = _listed(groups)
        if chosen:
            mark = format_html('value="{}"', chosen)
            listed = mark_safe(listed.replace(mark, f"{mark} selected", 1))  # escaped where it was made
        shown = {**(attrs or {}), **self.attrs}
        more = format_html_join("", ' {}="{}"', ((key, said) for key, said in shown.items() if said is not True))
        needed = mark_safe(" required") if shown.get("required") is True else ""
        return format_html('<select name="{}" data-bodies{}{}>{}</select>', name, more, needed, listed)


Groups = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def _frozen(choices: Any) -> Groups:
    """The choices of a list of bodies as groups; what stands outside a group under an empty title."""
    found = []
    for head, rest in choices:
        if isinstance(rest, (list, tuple)):
            found.append((str(head), tuple((str(code), str(name)) for code, name in rest)))
        else:
            found.append(("", ((str(head), str(rest)),)))
    return tuple(found)


@lru_cache(maxsize=256)
def _listed(groups: Groups) -> SafeString:
    def options(group: tuple[tuple[str, str], ...]) -> SafeString:
        return format_html_join("", '<option value="{}">{}</option>', group)

    return mark_safe(
        "".join(
            format_html('<optgroup label="{}">{}</optgroup>', title, options(group)) if title else options(group)
            for title, group in groups
        )
    )


class Pick(forms.TypedChoiceField):
    """A body: offered are those in charge of the place, taken is every one there is."""

    def valid_value(self, value: Any) -> bool:
        """Whether there is such a body today."""
        return str(value) in bodies.directory().by_code


def _pick(label: Any, *, required: bool = True, hint: Any = "") -> Any:
    """A body, to be chosen from those in charge of the place; filled in by the form."""
    return Pick(
        label=label, required=required, coerce=bodies.body, empty_value=None, help_text=hint, widget=Bodies()
    )  # fmt: skip


def _moment(label: Any, *, required: bool = True) -> Any:
    return forms.DateTimeField(
        label=label, required=required,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip


def plausible(by: Actor, matter: Matter) -> list[Any]:
    """The bodies in charge of a place, nearest first, as the groups of a list (title, [(code, name)])."""
    tree, day = areas.tree(), areas.today()
    place = next((x for x in (matter.grid_id, matter.village_id, matter.town_id, matter.county_id) if x), by.area)
    chain = tree.chain(place, day) if place is not None else []
    return [("", gettext("请选择单位")), *_in_charge(bodies.directory(), tree, tuple(chain))]


@lru_cache(maxsize=256)
def _in_charge(directory: bodies.Directory, tree: areas.Tree, chain: tuple[int, ...]) -> tuple[Any, ...]:
    found: dict[int, list[tuple[str, str]]] = {area: [] for area in chain}
    for body in directory.by_id.values():
        if body.area_id in found:
            found[body.area_id].append((body.code, body.name))
    return tuple(
        (tree.areas[area].name, tuple(sorted(each, key=lambda one: one[1]))) for area, each in found.items() if each
    )


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
        picked = [*self.picks, *(name for name, field in self.fields.items() if isinstance(field, Pick))]
        self.groups = plausible(desk.by, desk.matter) if picked else []
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
    reached = _yes_no(_("是否联系上"), _("已联系上"), _("未接通"))
    text = _text(_("联系情况"), required=False, rows=2)

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
    """The one-key command: one lead and any number of helpers, each with its part."""

    submit = _("发出指令")
    lead = _pick(_("主办单位"))
    task = _text(_("主办任务"), required=False, rows=2)
    designated = forms.BooleanField(label=_("会商指定（主办单位不得退件）"), required=False)
    reason = _text(_("派单说明"), required=False, rows=2)
    rows: ClassVar[Mapping[str, Callable[[], Any]]] = {
        "helper": lambda: _pick(_("协办单位"), required=False),
        "part": lambda: _line(_("协办任务"), required=False),
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
    topic = _line(_("议题"))
    posts = forms.TypedMultipleChoiceField(
        label=_("参加岗位"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    decision = _text(_("决定"), rows=2)
    lead = _pick(_("决定由谁承办"), required=False, hint=_("可留空；记录后可一键按决定派单，指定承办不得退件"))
    task = _line(_("承办任务"), required=False)
    due = forms.DateField(
        label=_("完成日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    rows: ClassVar[Mapping[str, Callable[[], Any]]] = {
        "with": lambda: _pick(_("参加单位"), required=False),
        "option": lambda: _line(_("备选方案"), required=False, most=300),
        "pro": lambda: _line(_("赞成意见"), required=False, most=300),
        "con": lambda: _line(_("反对意见"), required=False, most=300),
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
    basis = _line(_("依据"), hint=_("职责清单、法规条文或分流清单的条目；输入字词可在清单中查找"), most=300)
    proposed = _pick(_("建议承办单位"))
    reason = _text(_("理由"), rows=2)
    public = _line(
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
                    field = _moment(label, required=fact.required)
                    field.initial = now
                case _:
                    field = forms.ChoiceField(
                        label=label, choices=said, required=fact.required, widget=forms.RadioSelect
                    )
            self.fields[fact.name] = field
        self.fields["text"] = _text(self.step.text[english] or gettext("内容"), rows=2)

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


LETTERS: Mapping[str, str] = {
    "sign": "s", "contact": "c", "arrive": "a", "finish": "f", "reply": "r", "call_back": "b", "close": "x",
    "track": "t", "resume": "e", "dispatch": "d", "note": "n", "consult": "h", "ask_more_time": "m", "hand_back": "w",
    "decide_hand_back": "v", "decide_more_time": "y", "reopen": "o", "supervise": "q", "escalate": "z", "suspend": "p",
    "transfer_to_police": "P", "take_back_from_police": "B", "add_voice": "V", "reclassify": "l", "correct": "C",
    "merge": "M", "unmerge": "U", "refuse": "R", "erase_words": "X",
}  # fmt: skip
"""The key of each verb on the matter page; a capital is pressed with Shift."""
GROUPS: Mapping[Any, tuple[str, ...]] = {
    _("办理"): (
        "sign", "contact", "arrive", "finish", "reply", "call_back", "close", "track", "ask_more_time", "hand_back",
    ),
    _("调派"): (
        "dispatch", "consult", "decide_hand_back", "decide_more_time", "transfer_to_police", "take_back_from_police",
    ),
    _("督办与时限"): ("supervise", "escalate", "suspend", "resume", "reopen"),
    _("登记与更正"): ("note", "add_voice", "reclassify", "correct", "merge", "unmerge", "refuse", "erase_words"),
}  # fmt: skip
"""How the verbs stand together in the menu; steps of a programme stand with what is written down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A verb its reader may use now; `form` stands in the one that is open, `key` makes sending it twice harmless."""

    name: str
    verb: Verb[Any]
    order: Order | None
    ask: type[Ask]
    main: bool
    form: Ask | None = None
    key: str = ""
    hints: Sequence[str] = ()
    """What might be missing in a reply that was looked over (`checked`) before it is sent."""
    checked: bool = False
    preview: Sequence[Mapping[str, Any]] | None = None
    letter: str = ""
    several: bool = False
    """Whether it is offered for more than one order, so that each must say which."""

    @property
    def title(self) -> str:
        """What the verb is called."""
        step = self.ask.step
        if step is not None:
            return step.title_en if (get_language() or "").startswith("en") else step.title
        return words.verb(self.verb.name)

    @property
    def anchor(self) -> str:
        """What it is called on the page."""
        return f"{self.name}-{self.order.pk}" if self.order else self.name

    @property
    def role(self) -> str:
        """On whose order it is used: 主办 七星街道."""
        return f"{words.say(words.ROLES, self.order.role)} {words.body(self.order.body_id)}" if self.order else ""


def offers(desk: Desk) -> list[Offer]:
    """Every verb and step the reader may use on the matter or one of its orders now, without their forms."""
    found: list[Offer] = []
    taken: set[str] = set()
    for name, ask in asks(desk.matter.kind).items():
        verb = flow.VERBS[ask.verb or name]
        targets: Sequence[Order | None] = desk.orders if verb.on_order else (None,)
        for order in targets:
            if not (access.may(desk.by, verb.name, desk.matter, order, seen=True) and verb.fits(desk.matter, order)):
                continue
            at = replace(desk, order=order)
            if not ask.possible(at):
                continue
            letter = ask.step.key if ask.step else LETTERS.get(name, "")
            offer = Offer(
                name=name, verb=verb, order=order, ask=ask, main=ask.leads(at), letter="" if letter in taken else letter
            )
            taken.add(letter)
            found.append(offer)
    count = Counter(each.name for each in found)
    return [replace(each, several=count[each.name] > 1) for each in found]


def filled(offer: Offer, desk: Desk, key: str, data: Any = None, files: Any = None, first: Any = None) -> Offer:
    """The offer with its form: empty, with first values, or as it was sent."""
    at = replace(desk, order=offer.order)
    return replace(offer, form=offer.ask(at, data, files, auto_id=f"{offer.anchor}-%s", initial=first), key=key)


def grouped(found: Sequence[Offer]) -> list[tuple[str, list[Offer]]]:
    """The offers as they stand in the menu."""
    groups = [(str(title), [each for each in found if each.name in names]) for title, names in GROUPS.items()]
    groups[-1][1].extend(each for each in found if each.ask.step is not None)
    return [(title, each) for title, each in groups if each]
