"""Bodies: who there is in which area, which matters the rules send them, and what may be changed of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from anxin.kernel import access, areas, bodies, registry
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Body, Holding
from anxin.kernel.errors import NotFound
from anxin.kernel.orders import ACTIVE, Order
from anxin.web import session
from anxin.web.administration import naming, places, posts
from anxin.web.administration.proposal import (
    Consequence,
    Proposal,
    day,
    front,
    future,
    history,
    note,
    pick,
    propose,
    text,
    warn,
)

FUNCTION = re.compile(r"[a-z0-9_]+")
ON_A_PAGE = 50


def body_of(code: str) -> Body:
    """The body with this code, ended or not. Raises NotFound."""
    found = Body.objects.select_related("area", "parent").filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def standing_orders(body: Body) -> int:
    """How many orders a body has still to finish."""
    return Order.objects.filter(body=body, state__in=ACTIVE).count()


# ---- pages ------------------------------------------------------------------------------------------------------


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """`/desk/administration/bodies`: all bodies, by words, sort and area."""
    by = session.actor(request)
    access.administer(by, "posts")
    mine = posts.scope(by)
    said = {name: request.GET.get(name, "").strip()[:60] for name in ("q", "kind", "area", "ended")}
    rows = Body.objects.select_related("area").annotate(count=Count("posts")).order_by("code")
    if mine is not None:
        rows = rows.filter(area__in=mine)
    if said["ended"] != "1":
        rows = rows.exclude(valid_to__lte=areas.today())
    if said["q"]:
        rows = rows.filter(Q(name__icontains=said["q"]) | Q(code__startswith=said["q"]))
    if said["kind"]:
        rows = rows.filter(kind=said["kind"])
    if said["area"] and (area := places.by_name(said["area"])) is not None:
        rows = rows.filter(area__in=places.below(area))
    shown = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "shown": shown,
        "rows": [(each, naming.sort_of_body(each.kind), places.path(each.area)) for each in shown],
        "said": said,
        "sorts": [(code, naming.sort_of_body(code)) for code in naming.BODY_KINDS],
        "counties": places.listed("county", "town") if mine is None else [],
        "may": access.administers(by, "bodies"),
        "section": "bodies",
    }
    return render(request, "administration/bodies.html", context)


@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """`/desk/administration/bodies/<code>`: a body with its posts, its open orders and its history."""
    by, body, on = session.actor(request), body_of(code), areas.today()
    access.administer(by, "posts", area=body.area_id)
    held = {
        each.post_id: each
        for each in Holding.objects.filter(post__body=body, valid_from__lte=on)
        .exclude(valid_to__lte=on)
        .select_related("account__person")
    }
    listing = [
        {"post": post, "role": naming.role(post.role), "held": held.get(post.pk)}
        for post in body.posts.select_related("area").order_by("code")
    ]
    context = {
        "body": body,
        "sort": naming.sort_of_body(body.kind),
        "path": places.path(body.area),
        "posts": listing,
        "orders": standing_orders(body),
        "asked": asked_of(body),
        "may": access.administers(by, "bodies", area=body.area_id),
        "history": history("body", body.code),
        "section": "bodies",
    }
    return render(request, "administration/body.html", context)


def act(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """`/desk/administration/bodies/<code>/<name>`: change one body."""
    if name not in ACTS:
        raise NotFound
    return propose(request, ACTS[name], body_of(code), back=front("body", code))


def new(request: HttpRequest) -> HttpResponse:
    """`/desk/administration/bodies/new`: a new body."""
    return propose(request, NewBody, None, back=front("bodies"))


def asked_of(body: Body) -> list[tuple[str, str]]:
    """The kinds whose declared rule asks this body in its own area: (code, title)."""
    role = body.asked_as
    return [
        (kind.code, kind.title)
        for kind in registry.kinds().values()
        if any(part.role == role for part in (kind.lead, *kind.helpers))
    ]


# ---- changes of bodies ------------------------------------------------------------------------------------------


class OfABody(Proposal):
    """A change of one body."""

    what, about = "bodies", "body"
    subject: Body

    def where(self) -> int | None:
        """Its area."""
        return self.subject.area_id


class EditBody(OfABody):
    """Another name, function or parent."""

    title = _("改名称、职能和上级单位")
    name = text(_("名称"), most=80)
    function = text(
        _("职能"), required=False, most=30, hint=_("派单规则用的英文词，如 water、power；改了会改变派单去向")
    )
    parent = text(_("上级单位代码"), required=False, most=80)

    def prepare(self) -> None:
        """As they are."""
        above = self.subject.parent
        self.begin(name=self.subject.name, function=self.subject.function, parent=above.code if above else "")

    def examine(self) -> None:
        """A parent that stands, and is not below itself."""
        if self.said["function"] and not FUNCTION.fullmatch(self.said["function"]):
            self.wrong("function", gettext("只用小写字母、数字和下划线"))
        self.above: Body | None = None
        if self.said["parent"]:
            self.above = Body.objects.filter(code=self.said["parent"].strip()).first()
            if self.above is None:
                self.wrong("parent", gettext("没有这个单位"))
            seen, step = {self.subject.pk}, self.above
            while step is not None:
                if step.pk in seen:
                    self.wrong("parent", gettext("上级单位不能是自己或自己的下级"))
                    break
                seen.add(step.pk)
                step = step.parent

    def before(self) -> Mapping[str, Any]:
        """As they are."""
        above = self.subject.parent
        return {
            "name": self.subject.name,
            "function": self.subject.function,
            "parent": naming.coded(above),
        }

    def after(self) -> Mapping[str, Any]:
        """As they will be."""
        return {
            "name": self.said["name"].strip(),
            "function": self.said["function"],
            "parent": naming.coded(self.above),
        }

    def consequences(self) -> list[Consequence]:
        """Another function is another place in the rules."""
        found = [note(gettext("%(n)d 件在办工单留在这个单位，显示新名称。") % {"n": standing_orders(self.subject)})]
        if self.said["function"] != self.subject.function:
            renamed = Body(kind=self.subject.kind, function=self.said["function"], area=self.subject.area)
            gone, come = dict(asked_of(self.subject)), dict(asked_of(renamed))
            lines = [gettext("不再派给它：%(kind)s") % {"kind": gone[each]} for each in gone.keys() - come.keys()]
            lines += [gettext("将派给它：%(kind)s") % {"kind": come[each]} for each in come.keys() - gone.keys()]
            found.append(warn(gettext("改了职能，自动派单随之改变："), lines=lines))
        return found

    def apply(self) -> None:
        """Into the directory."""
        Body.objects.filter(pk=self.subject.pk).update(
            name=self.said["name"].strip(), function=self.said["function"], parent=self.above
        )
        bodies.DIRECTORY.changed()


class CloseBody(OfABody):
    """It ends on a day; its orders stay with it until somebody takes them over."""

    title, danger = _("停用单位"), True
    day = day(_("自哪天起停用"))
    successor = text(_("接手单位代码"), required=False, most=80, hint=_("有在办工单或岗位有人时必填"))

    def examine(self) -> None:
        """A day to come; who takes over, where there is something to take over."""
        future(self, "day")
        if self.subject.valid_to is not None:
            self.wrong(None, gettext("已定于 %(day)s 停用") % {"day": self.subject.valid_to})
        self.heir: Body | None = None
        given = self.said["successor"].strip()
        if given:
            self.heir = bodies.directory().by_code.get(given)
            if self.heir is None or self.heir.pk == self.subject.pk:
                self.wrong("successor", gettext("没有这个单位，或它也已停用"))
        elif standing_orders(self.subject):
            count = standing_orders(self.subject)
            self.wrong("successor", gettext("还有 %(n)d 件在办工单，请写明由谁接手") % {"n": count})

    def before(self) -> Mapping[str, Any]:
        """It stands."""
        return {"valid_to": None, "successor": ""}

    def after(self) -> Mapping[str, Any]:
        """It ends."""
        said = naming.coded(self.heir)
        return {"valid_to": self.said["day"].isoformat(), "successor": said}

    def consequences(self) -> list[Consequence]:
        """Orders that stay, posts that are held, who is asked instead."""
        count, on = standing_orders(self.subject), self.said["day"]
        found = []
        if count:
            found.append(
                warn(
                    gettext("%(n)d 件在办工单留在这里，仍由现任岗位办完；%(heir)s 接手：请调度员逐件改派。")
                    % {"n": count, "heir": self.heir.name if self.heir else ""}
                )
            )
        held = Holding.objects.filter(post__body=self.subject).exclude(valid_to__lte=on).select_related("post__body")
        names = [f"{each.post.title} · {each.account.login}" for each in held.select_related("account", "post")[:12]]
        if names:
            found.append(note(gettext("这些任职不自动结束，请办完后再交接或结束："), lines=names))
        lines = []
        for _code, title in asked_of(self.subject):
            instead = places.in_charge(self.subject.asked_as, self.subject.area_id, without=self.subject.pk)
            lines.append(f"{title} → {instead or gettext('无人，待人工派单')}")
        if lines:
            found.append(warn(gettext("这天起，本区域的这些类别自动派给："), lines=lines[:30]))
            found.append(note(gettext("要派给别的单位，请到“类别”里为本区域设定派单去向。")))
        return found

    def apply(self) -> None:
        """It ends on the day."""
        Body.objects.filter(pk=self.subject.pk).update(valid_to=self.said["day"])
        bodies.DIRECTORY.changed()


class NewBody(Proposal):
    """A new body."""

    what, about, title = "bodies", "body", _("新建单位")
    new_code = text(_("代码"), most=80, hint=_("区划代码加英文词，如 330402015.command；以后不能改"))
    name = text(_("名称"), most=80)
    kind = pick(_("类型"))
    function = text(_("职能"), required=False, most=30, hint=_("派单规则用的英文词，如 water、power"))
    area = text(_("区域（代码或名称）"), most=60)
    parent = text(_("上级单位代码"), required=False, most=80)
    day = day(_("自哪天起"))

    def prepare(self) -> None:
        """Sorts of bodies."""
        self.choose("kind", [(code, naming.sort_of_body(code)) for code in naming.BODY_KINDS])
        self.begin(day=areas.today())

    def examine(self) -> None:
        """A free code, an area and a parent that stand."""
        said = self.said
        if not posts.CODE.fullmatch(said["new_code"]):
            self.wrong("new_code", gettext("只用数字、字母、点和横线，2 到 80 位"))
        elif Body.objects.filter(code=said["new_code"]).exists():
            self.wrong("new_code", gettext("这个代码已经有了"))
        if said["function"] and not FUNCTION.fullmatch(said["function"]):
            self.wrong("function", gettext("只用小写字母、数字和下划线"))
        self.place = places.typed(self, "area")
        self.above = bodies.directory().by_code.get(said["parent"].strip()) if said["parent"] else None
        if said["parent"] and self.above is None:
            self.wrong("parent", gettext("没有这个单位"))

    def where(self) -> int | None:
        """Its area."""
        found: Area | None = getattr(self, "place", None)
        return found.pk if found else None

    def after(self) -> Mapping[str, Any]:
        """All of it."""
        said = self.said
        assert self.place is not None
        return {
            "code": said["new_code"],
            "name": said["name"].strip(),
            "kind": said["kind"],
            "function": said["function"],
            "area": naming.coded(self.place),
            "parent": naming.coded(self.above),
            "valid_from": said["day"].isoformat(),
        }

    def consequences(self) -> list[Consequence]:
        """Which kinds will be sent to it."""
        assert self.place is not None
        new = Body(kind=self.said["kind"], function=self.said["function"], area=self.place)
        asked = [title for _code, title in asked_of(new)]
        rival = [
            each.name
            for each in bodies.directory().by_id.values()
            if each.area_id == self.place.pk and each.kind == new.kind and each.function == new.function
        ]
        found = []
        if rival:
            found.append(warn(gettext("这个区域已有同类型同职能的单位，自动派单仍给代码在前的那个："), lines=rival))
        elif asked:
            now = places.in_charge(new.asked_as, self.place.pk)
            found.append(
                warn(
                    gettext("生效后，本区域的这些类别自动派给它（现在派给：%(now)s）：")
                    % {"now": now or gettext("无人")},
                    lines=asked[:30],
                )
            )
        found.append(note(gettext("还没有岗位：随后在它的页面新建岗位，否则没有人能签收。")))
        return found

    def apply(self) -> None:
        """Into the directory."""
        said = self.said
        assert self.place is not None
        Body.objects.create(
            code=said["new_code"],
            name=said["name"].strip(),
            kind=said["kind"],
            function=said["function"],
            area_id=self.place.pk,
            parent=self.above,
            valid_from=said["day"],
        )
        bodies.DIRECTORY.changed()


ACTS: Mapping[str, type[Proposal]] = {"edit": EditBody, "close": CloseBody, "new-post": posts.NewPost}
