"""Posts of the bodies: what may be done from each, who holds it since when, and what may be changed of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from anxin.kernel import access, areas
from anxin.kernel.access import CITYWIDE
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor, Body, Holding, Post
from anxin.kernel.errors import NotAllowed, NotFound
from anxin.kernel.orders import ACTIVE, Order
from anxin.kernel.people import Account
from anxin.web import session
from anxin.web.administration import naming, places
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

CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{1,79}")
"""The lasting code of a post or a body."""


def post_of(code: str) -> Post:
    """The post with this code. Raises NotFound."""
    found = Post.objects.select_related("body__area", "area").filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def place_of(post: Post) -> int:
    """The area a post belongs to."""
    return post.area_id or post.body.area_id


def check_role(by: Actor, role: str) -> None:
    """Raise NotAllowed when a county's desk would touch a post that sees more than its county."""
    if not access.hands_out(by, role):
        raise NotAllowed


def scope(by: Actor) -> set[int] | None:
    """The ids of the areas a post administers; None: all."""
    if by.role == "admin":
        return None
    area = areas.tree().areas.get(by.area or 0)
    return places.below(area) if area else set()


def holder(post: Post, on: date) -> Holding | None:
    """Who holds a post on a day."""
    rows = post.holdings.select_related("account__person").filter(valid_from__lte=on).exclude(valid_to__lte=on)
    return rows.first()


# ---- pages ------------------------------------------------------------------------------------------------------


@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """`/desk/administration/posts/<code>`: a post with everybody who has held it, and its history."""
    by, found = session.actor(request), post_of(code)
    access.administer(by, "posts", area=place_of(found))
    context = {
        "post": found,
        "role": naming.role(found.role),
        "verbs": sorted(name for name, roles in access.VERBS.items() if found.role in roles),
        "area": places.path(found.area or found.body.area),
        "holdings": found.holdings.select_related("account__person").order_by("-valid_from"),
        "now": holder(found, areas.today()),
        "may": access.hands_out(by, found.role),
        "history": history("post", found.code),
        "section": "bodies",
    }
    return render(request, "administration/post.html", context)


def act(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """`/desk/administration/posts/<code>/<name>`: change one post."""
    if name not in ACTS:
        raise NotFound
    return propose(request, ACTS[name], post_of(code), back=front("post", code))


# ---- changes of posts -------------------------------------------------------------------------------------------


def area_within(form: Proposal, body: Body) -> Area | None:
    """The area typed for a post of a body; None: the body's. Says at the field when it lies outside of the body's."""
    found = places.typed(form, "area")
    if found is not None and body.area_id not in areas.tree().chain(found.pk, areas.today()):
        form.wrong("area", gettext("不在单位的区域之内"))
    return found


class NewPost(Proposal):
    """A new post in a body."""

    what, about, title = "posts", "post", _("新建岗位")
    subject: Body
    new_code = text(_("代码"), most=100, hint=_("单位代码加英文词，以后不能改"))
    post_title = text(_("名称"), most=60)
    role = pick(_("岗位角色"), hint=_("角色决定这个岗位能做什么"))
    area = text(_("区域（代码或名称）"), required=False, most=60, hint=_("留空同单位；网格员填网格"))

    def prepare(self) -> None:
        """Roles this administrator may hand out."""
        self.choose("role", [(code, said) for code, said in naming.roles() if access.hands_out(self.by, code)])
        self.begin(new_code=f"{self.subject.code}.")

    def examine(self) -> None:
        """A free code; an area within that of the body."""
        said = self.said
        if not CODE.fullmatch(said["new_code"]) or said["new_code"].endswith("."):
            self.wrong("new_code", gettext("只用数字、字母、点和横线，2 到 80 位"))
        elif Post.objects.filter(code=said["new_code"]).exists():
            self.wrong("new_code", gettext("这个代码已经有了"))
        self.place = area_within(self, self.subject)

    def check(self) -> None:
        """No role that sees more than the county."""
        check_role(self.by, self.said["role"])

    def where(self) -> int | None:
        """The body's area."""
        return self.subject.area_id

    def after(self) -> Mapping[str, Any]:
        """All of it."""
        area = self.place or self.subject.area
        return {
            "code": self.said["new_code"],
            "body": naming.coded(self.subject),
            "title": self.said["post_title"].strip(),
            "role": self.said["role"],
            "area": naming.coded(area),
        }

    def consequences(self) -> list[Consequence]:
        """What may be done from it."""
        verbs = sum(self.said["role"] in roles for roles in access.VERBS.values())
        area = self.place or self.subject.area
        found = [
            note(gettext("任职的人可用 %(n)d 种操作；区域：%(area)s。") % {"n": verbs, "area": places.path(area)}),
            note(gettext("岗位还空着：随后安排任职。")),
        ]
        if self.said["role"] in CITYWIDE:
            found.append(warn(gettext("这个角色看得到全市的事项。")))
        return found

    def apply(self) -> None:
        """Into the body."""
        Post.objects.create(
            code=self.said["new_code"],
            body=self.subject,
            title=self.said["post_title"].strip(),
            role=self.said["role"],
            area_id=self.place.pk if self.place else None,
        )


class OfAPost(Proposal):
    """A change of one post."""

    what, about = "posts", "post"
    subject: Post

    def where(self) -> int | None:
        """Its area."""
        return place_of(self.subject)

    def check(self) -> None:
        """No post that sees more than the county."""
        check_role(self.by, self.subject.role)


class EditPost(OfAPost):
    """Another title or area; the role stays, since what was done under it stays."""

    title = _("改名称和区域")
    post_title = text(_("名称"), most=60)
    area = text(_("区域（代码或名称）"), required=False, most=60, hint=_("留空同单位"))

    def prepare(self) -> None:
        """As they are."""
        self.begin(post_title=self.subject.title, area=self.subject.area.code if self.subject.area else "")

    def examine(self) -> None:
        """An area within that of the body."""
        self.place = area_within(self, self.subject.body)

    def before(self) -> Mapping[str, Any]:
        """As they are."""
        area = self.subject.area or self.subject.body.area
        return {"title": self.subject.title, "area": naming.coded(area)}

    def after(self) -> Mapping[str, Any]:
        """As they will be."""
        area = self.place or self.subject.body.area
        return {"title": self.said["post_title"].strip(), "area": naming.coded(area)}

    def consequences(self) -> list[Consequence]:
        """What the holder sees from now on."""
        area = self.place or self.subject.body.area
        found = [note(gettext("工单和记录留在岗位上，不受影响。"))]
        if (self.place.pk if self.place else None) != self.subject.area_id:
            said = gettext("任职的人立即改为看到 %(area)s 的事项。") % {"area": places.path(area)}
            found.append(warn(said))
        return found

    def apply(self) -> None:
        """Into the body."""
        Post.objects.filter(pk=self.subject.pk).update(
            title=self.said["post_title"].strip(), area_id=self.place.pk if self.place else None
        )


class HandOver(OfAPost):
    """Another holder from a day on, or none."""

    title = _("交接岗位")
    account = text(_("接任账号"), required=False, most=60, hint=_("登录名；留空表示从那天起空缺"), autocomplete="off")
    day = day(_("自哪天起"))

    def prepare(self) -> None:
        """From tomorrow."""
        self.begin(day=areas.today())

    def examine(self) -> None:
        """An account that may sign in; a day after the present holding began; nothing planned later."""
        future(self, "day")
        self.heir: Account | None = None
        given = self.said["account"].strip()
        if given:
            self.heir = Account.objects.select_related("person").filter(login=given).first()
            if self.heir is None:
                self.wrong("account", gettext("没有这个账号"))
            elif not self.heir.is_active:
                self.wrong("account", gettext("这个账号已锁定，请先解锁"))
        on = self.said.get("day")
        if on is None:
            return
        self.now = holder(self.subject, on)
        later = self.subject.holdings.filter(valid_from__gt=on).order_by("valid_from").first()
        if later is not None:
            self.wrong("day", gettext("已安排 %(day)s 起由他人任职，请先处理") % {"day": later.valid_from})
        if self.now is not None and self.heir is not None and self.now.account_id == self.heir.pk:
            self.wrong("account", gettext("那天本来就由他任职"))
        if self.now is None and self.heir is None and not self.errors:
            self.wrong("account", gettext("岗位那天已经空着"))
        ended = self.subject.body.valid_to
        if self.heir is not None and ended is not None and ended <= on:
            self.wrong("day", gettext("单位那天已停用"))

    def check(self) -> None:
        """Nobody but the administrator hands a post to himself; no post that sees more than the county."""
        super().check()
        if self.by.role != "admin" and self.heir is not None and self.heir.pk == self.by.account:
            raise NotAllowed

    def before(self) -> Mapping[str, Any]:
        """Who holds it."""
        return {"holder": self.now.account.login if self.now else ""}

    def after(self) -> Mapping[str, Any]:
        """Who will."""
        return {"holder": self.heir.login if self.heir else "", "since": self.said["day"].isoformat()}

    def consequences(self) -> list[Consequence]:
        """Orders stay with the post; who gains and loses sight."""
        orders = Order.objects.filter(body=self.subject.body_id, state__in=ACTIVE).count()
        found = [
            note(
                gettext("%(n)d 件在办工单属于单位 %(body)s，不随人走，接任的人当天就看得到。")
                % {"n": orders, "body": self.subject.body.name}
            )
        ]
        if self.now is not None:
            rest = Holding.objects.filter(account=self.now.account_id).exclude(post=self.subject)
            others = rest.exclude(valid_to__lte=self.said["day"]).count()
            said = gettext("%(login)s 从 %(day)s 起不再有这个岗位（还有 %(n)d 个其他岗位）。")
            found.append(note(said % {"login": self.now.account.login, "day": self.said["day"], "n": others}))
            if not others:
                found.append(warn(gettext("之后该账号没有任何岗位，登录后不能办事；如已离岗，请锁定账号。")))
        if self.heir is None:
            found.append(warn(gettext("岗位空缺期间，没有人能从这个岗位签收和办理。")))
        return found

    def apply(self) -> None:
        """The present holding ends on the day, the next begins."""
        on = self.said["day"]
        if self.now is not None:
            Holding.objects.filter(pk=self.now.pk).update(valid_to=on)
        if self.heir is not None:
            Holding.objects.create(post=self.subject, account=self.heir, valid_from=on)


ACTS: Mapping[str, type[Proposal]] = {"edit": EditPost, "hand-over": HandOver}
