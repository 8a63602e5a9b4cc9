"""Templates for replies: written, changed and ended by the administrator, or by a county's desk for its own bodies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from anxin.kernel import access, areas, bodies, changes, registry
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor, Body
from anxin.kernel.errors import BadInput, NotFound
from anxin.web import session, words
from anxin.web.administration import naming, places, templates_of_replies
from anxin.web.administration import posts as seats
from anxin.web.administration import proposal as fields
from anxin.web.administration.models import ReplyTemplate
from anxin.web.administration.proposal import (
    Consequence,
    Proposal,
    day,
    front,
    future,
    history,
    longer,
    note,
    propose,
    warn,
)

ON_A_PAGE = 40


def find(pk: int) -> ReplyTemplate:
    """The template with this number. Raises NotFound."""
    found = ReplyTemplate.objects.select_related("body__area", "area").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def place_of(row: ReplyTemplate) -> int | None:
    """The area a template belongs to; None: the whole city."""
    return row.area_id or (row.body.area_id if row.body else None)


def city() -> int | None:
    """The id of the city."""
    return next((each.pk for each in areas.tree().areas.values() if each.level == "city"), None)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """`/desk/administration/templates`: the templates the reader may change."""
    by, on = session.actor(request), areas.today()
    access.administer(by, "templates")
    mine, said = seats.scope(by), request.GET.get("q", "").strip()[:60]
    rows = ReplyTemplate.objects.select_related("body", "area").order_by("title", "pk")
    if request.GET.get("ended") != "1":
        rows = rows.exclude(valid_to__lte=on)
    if mine is not None:
        rows = rows.filter(Q(area__in=mine) | Q(body__area__in=mine))
    if said:
        rows = rows.filter(Q(title__icontains=said) | Q(text__icontains=said))
    shown = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    listing = [
        (row, [words.kind(code) for code in row.kinds], places.path(row.area) if row.area else "") for row in shown
    ]
    context = {"shown": shown, "rows": listing, "q": said, "ended": request.GET.get("ended"), "section": "templates"}
    return render(request, "administration/templates.html", context)


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """`/desk/administration/templates/<pk>`: a template, how it looks filled in, its history."""
    by, row = session.actor(request), find(pk)
    access.administer(by, "templates", area=_reach(by, row))
    context = {
        "row": row,
        "kinds": [words.kind(code) for code in row.kinds],
        "area": places.path(row.area) if row.area else gettext("全市"),
        "sample": sample(row.text, row.body.name if row.body else gettext("（答复单位）")),
        "ended": row.valid_to is not None and row.valid_to <= areas.today(),
        "history": history("template", str(row.pk)),
        "section": "templates",
    }
    return render(request, "administration/template.html", context)


def _reach(by: Actor, row: ReplyTemplate) -> int | None:
    return place_of(row) or city()


def sample(said: str, body: str) -> str:
    """A template filled in with an example."""
    values = {
        "number": "261124-1000123",
        "title": gettext("湘南公寓地下车库进水"),
        "kind": words.kind("onekey.water"),
        "body": body,
        "due": "2026-12-01",
        "town": gettext("七星街道"),
        "today": areas.today().isoformat(),
    }
    return templates_of_replies.substituted(said, values)


def new(request: HttpRequest) -> HttpResponse:
    """`/desk/administration/templates/new`: a new template."""
    return propose(request, Write, None, back=front("templates"))


def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """`/desk/administration/templates/<pk>/<name>`: change or end one."""
    if name not in ACTS:
        raise NotFound
    return propose(request, ACTS[name], find(pk), back=front("template", pk))


class Write(Proposal):
    """A template, new or changed."""

    what, about = "templates", "template"
    subject: ReplyTemplate | None
    name = fields.text(_("名称"), most=templates_of_replies.TITLE_LENGTH)
    text = longer(_("内容"), most=templates_of_replies.TEXT_LENGTH, rows=7)
    kinds = forms.MultipleChoiceField(
        label=_("适用类别"), required=False, help_text=_("不选表示全部类别"),
        widget=forms.SelectMultiple(attrs={"class": "form-select", "size": 6}),
    )  # fmt: skip
    body = fields.text(_("单位代码"), required=False, most=80, hint=_("只给这个单位用；留空给区域内所有单位"))
    area = fields.text(_("区域（代码或名称）"), required=False, most=60, hint=_("留空为全市"))

    @property
    def title(self) -> Any:
        """New or changed."""
        return _("修改模板") if self.subject else _("新建模板")

    def prepare(self) -> None:
        """As it is; what may stand in braces."""
        self.choose("kinds", [(code, words.kind(code)) for code in registry.kinds()])
        blanks = " ".join(f"{{{code}}} {gettext(said)}" for code, said in templates_of_replies.BLANKS.items())
        self.fields["text"].help_text = gettext("可用占位符：%(blanks)s") % {"blanks": blanks}
        row = self.subject
        if row is not None:
            self.begin(
                name=row.title,
                text=row.text,
                kinds=row.kinds,
                body=row.body.code if row.body else "",
                area=row.area.code if row.area else "",
            )
        elif self.by.role != "admin":
            area = areas.tree().areas.get(self.by.area or 0)
            self.begin(area=area.code if area else "")

    def examine(self) -> None:
        """Known blanks, a body and an area that stand."""
        try:
            templates_of_replies.check(self.said["text"])
        except BadInput as error:
            self.wrong("text", " ".join(error.fields.values()) or error.message)
        given = self.said["body"].strip()
        self.owner: Body | None = bodies.directory().by_code.get(given) if given else None
        if given and self.owner is None:
            self.wrong("body", gettext("没有这个单位，或已停用"))
        self.place: Area | None = places.typed(self, "area")

    def where(self) -> int | None:
        """The area of the template as it was, then as it will be; the city for one without."""
        if not hasattr(self, "place"):
            return place_of(self.subject) or city() if self.subject else None
        if self.place is not None:
            return self.place.pk
        return self.owner.area_id if self.owner is not None else city()

    def check(self) -> None:
        """What is taken over from elsewhere must have been the reader's as well."""
        if self.subject is not None:
            access.administer(self.by, "templates", area=place_of(self.subject) or city())
        if self.owner is not None:
            access.administer(self.by, "templates", area=self.owner.area_id)

    def code(self) -> str:
        """Its number, once it has one."""
        return str(self.subject.pk) if self.subject else ""

    def before(self) -> Mapping[str, Any]:
        """As it is."""
        row = self.subject
        if row is None:
            return {}
        return {
            "title": row.title,
            "text": row.text,
            "kinds": list(row.kinds),
            "body": naming.coded(row.body),
            "area": naming.coded(row.area),
        }

    def after(self) -> Mapping[str, Any]:
        """As it will be."""
        return {
            "title": self.said["name"].strip(),
            "text": self.said["text"].strip(),
            "kinds": list(self.said["kinds"]),
            "body": naming.coded(self.owner),
            "area": naming.coded(self.place),
        }

    def consequences(self) -> list[Consequence]:
        """To whom it is offered; how it will look."""
        who = self.owner.name if self.owner else gettext("区域内所有单位")
        count = len(self.said["kinds"]) or len(registry.kinds())
        filled = sample(self.said["text"].strip(), self.owner.name if self.owner else gettext("（答复单位）"))
        found = [
            note(
                gettext("答复时提供给：%(who)s；区域：%(area)s；%(n)d 个类别。已经发出的答复不变。")
                % {"who": who, "area": places.path(self.place), "n": count}
            ),
            note(gettext("填好的样子："), lines=filled.splitlines()),
        ]
        twins = ReplyTemplate.objects.filter(title=self.said["name"].strip(), valid_to=None)
        if twins.exclude(pk=self.subject.pk if self.subject else 0).exists():
            found.append(warn(gettext("已有同名的模板。")))
        return found

    def write_down(self, by: Actor) -> None:
        """A new one has no number before it is there."""
        if self.subject is not None:
            super().write_down(by)
        self.keyed = by

    def apply(self) -> None:
        """Into the table."""
        values = {
            "title": self.said["name"].strip(),
            "text": self.said["text"].strip(),
            "kinds": list(self.said["kinds"]),
            "body": self.owner,
            "area": self.place,
        }
        if self.subject is None:
            self.subject = ReplyTemplate.objects.create(**values, valid_from=areas.today())
            changes.record(self.keyed, self.about, str(self.subject.pk), {}, self.after(), self.said["reason"])
        else:
            ReplyTemplate.objects.filter(pk=self.subject.pk).update(**values)

    def to(self) -> str:
        """Its page; the list when a second click made nothing new."""
        return front("template", self.subject.pk) if self.subject else front("templates")


class End(Proposal):
    """It is offered no longer from a day on."""

    what, about, title = "templates", "template", _("停用模板")
    subject: ReplyTemplate
    day = day(_("自哪天起"))

    def prepare(self) -> None:
        """From today."""
        self.begin(day=areas.today())

    def examine(self) -> None:
        """A day to come; not twice."""
        future(self, "day")
        if self.subject.valid_to is not None:
            self.wrong(None, gettext("已定于 %(day)s 停用") % {"day": self.subject.valid_to})

    def where(self) -> int | None:
        """Its area, or the city."""
        return place_of(self.subject) or city()

    def code(self) -> str:
        """Its number."""
        return str(self.subject.pk)

    def before(self) -> Mapping[str, Any]:
        """It is offered."""
        return {"valid_to": None}

    def after(self) -> Mapping[str, Any]:
        """It ends."""
        return {"valid_to": self.said["day"].isoformat()}

    def consequences(self) -> list[Consequence]:
        """Replies that were sent stay."""
        return [note(gettext("这天起答复时不再提供；已经发出的答复不变。"))]

    def apply(self) -> None:
        """Marked, not deleted."""
        ReplyTemplate.objects.filter(pk=self.subject.pk).update(valid_to=self.said["day"])


ACTS: Mapping[str, type[Proposal]] = {"edit": Write, "end": End}
