"""People who work here: their accounts, posts and stays; new accounts, locks, links to set a password.

Of a person no more is kept than the name, sealed like every name; pages show its masked form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from anxin.kernel import access, areas, clock, people
from anxin.kernel.bodies import Actor, Holding, Post
from anxin.kernel.errors import NotFound
from anxin.kernel.people import Account, Particulars
from anxin.web import session
from anxin.web.administration import naming, places
from anxin.web.administration import posts as seats
from anxin.web.administration.proposal import (
    Consequence,
    Proposal,
    day,
    front,
    future,
    history,
    note,
    propose,
    text,
    warn,
)
from anxin.web.identity import managing, passwords, stays

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")
ON_A_PAGE = 50
LINK = "password_link"
"""Where a link waits in the administrator's session until the page has shown it, once."""


def find(login: str) -> Account:
    """The account with this login. Raises NotFound."""
    found = Account.objects.select_related("person").filter(login=login).first()
    if found is None:
        raise NotFound
    return found


def held(account: Account) -> list[Holding]:
    """What an account holds today or will hold."""
    rows = Holding.objects.filter(account=account).exclude(valid_to__lte=areas.today())
    return list(rows.select_related("post__body__area", "post__area").order_by("valid_from", "pk"))


# ---- pages ------------------------------------------------------------------------------------------------------


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """`/desk/administration/people`: accounts by login, post or body; those of the reader's area."""
    by, on = session.actor(request), areas.today()
    access.administer(by, "people")
    mine, said = seats.scope(by), request.GET.get("q", "").strip()[:60]
    rows = Account.objects.select_related("person").order_by("login")
    running = Holding.objects.exclude(valid_to__lte=on)
    if mine is not None:
        running = running.filter(Q(post__area__in=mine) | Q(post__area=None, post__body__area__in=mine))
        rows = rows.filter(pk__in=running.values("account"))
    if said:
        posts = running.filter(Q(post__title__icontains=said) | Q(post__body__name__icontains=said))
        rows = rows.filter(Q(login__icontains=said) | Q(pk__in=posts.values("account")))
    if request.GET.get("state") == "locked":
        rows = rows.filter(is_active=False)
    elif request.GET.get("state") == "idle":
        rows = rows.exclude(pk__in=Holding.objects.exclude(valid_to__lte=on).values("account"))
    shown = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    posts_of: dict[int, list[Post]] = {}
    for each in running.filter(account__in=[a.pk for a in shown]).select_related("post__body"):
        posts_of.setdefault(each.account_id, []).append(each.post)
    context = {
        "shown": shown,
        "rows": [(each, posts_of.get(each.pk, [])) for each in shown],
        "q": said,
        "state": request.GET.get("state", ""),
        "all": mine is None,
        "section": "people",
    }
    return render(request, "administration/people.html", context)


@require_safe
def one(request: HttpRequest, login: str) -> HttpResponse:
    """`/desk/administration/people/<login>`: an account with its posts, its stays at the desk and its history."""
    by = session.actor(request)
    access.administer(by, "people")
    account = find(login)
    managing.check(by, account)
    waiting = request.session.get(LINK)
    link = ""
    if waiting and waiting[0] == account.pk:
        link = waiting[1]
        del request.session[LINK]  # shown once
    past = Holding.objects.filter(account=account, valid_to__lte=areas.today()).select_related("post__body")
    context = {
        "person": account,
        "held": held(account),
        "past": past.order_by("-valid_to")[:20],
        "stays": stays.of(account.pk),
        "link": link,
        "usable": account.has_usable_password(),
        "history": history("account", account.login),
        "section": "people",
    }
    return render(request, "administration/person.html", context)


def new(request: HttpRequest) -> HttpResponse:
    """`/desk/administration/people/new`: a new account."""
    return propose(request, NewAccount, None, back=front("people"))


def act(request: HttpRequest, login: str, name: str) -> HttpResponse:
    """`/desk/administration/people/<login>/<name>`: change one account."""
    if name not in ACTS:
        raise NotFound
    by = session.actor(request)
    access.administer(by, "people")
    account = find(login)
    managing.check(by, account)
    return propose(request, ACTS[name], account, back=front("person", login), by=by)


def _keep_link(request: HttpRequest, account: Account, by: Actor, reason: str = "") -> None:
    request.session[LINK] = [account.pk, passwords.link(request, account, by, reason)]
    messages.info(request, gettext("链接只显示这一次，请当面或电话告知本人。"))


# ---- changes ----------------------------------------------------------------------------------------------------


class NewAccount(Proposal):
    """A new account, with a first post where one is free."""

    what, about, title = "people", "account", _("新建账号")
    login = text(_("登录名"), most=40, hint=_("小写字母、数字、点和横线，如 li.juan；以后不能改"), autocomplete="off")
    person = text(_("姓名"), most=50, hint=_("加密保存，页面只显示姓；不填其他个人信息"), autocomplete="off")
    post = text(_("岗位代码"), required=False, most=100, hint=_("可以以后再安排"))
    day = day(_("自哪天任职"), required=False)

    def prepare(self) -> None:
        """From today; a county's desk names the post at once, since it cannot see accounts without one."""
        self.begin(day=areas.today())
        if self.by.role != "admin":
            self.fields["post"].required = True

    def examine(self) -> None:
        """A login nobody has; a free post."""
        future(self, "day")
        login = self.said["login"].strip().lower()
        if not LOGIN.fullmatch(login):
            self.wrong("login", gettext("3 到 40 位：小写字母、数字、点、横线和下划线"))
        elif Account.objects.filter(login=login).exists():
            self.wrong("login", gettext("这个登录名已经有了"))
        self.seat: Post | None = None
        if self.said["post"]:
            rows = Post.objects.select_related("body__area", "area")
            self.seat = rows.filter(code=self.said["post"].strip()).first()
            if self.seat is None:
                self.wrong("post", gettext("没有这个岗位"))
                return
            on = self.said.get("day") or areas.today()
            now = seats.holder(self.seat, on)
            if now is not None:
                said = gettext("那天由 %(login)s 任职，请先建账号，再到岗位页面交接")
                self.wrong("post", said % {"login": now.account.login})
            elif self.seat.holdings.filter(valid_from__gt=on).exists():
                self.wrong("post", gettext("以后已安排他人任职，请到岗位页面处理"))

    def check(self) -> None:
        """No post that sees more than the county."""
        if self.seat is not None:
            access.administer(self.by, "posts", area=seats.place_of(self.seat))
            seats.check_role(self.by, self.seat.role)

    def where(self) -> int | None:
        """The area of the post."""
        seat: Post | None = getattr(self, "seat", None)
        return seats.place_of(seat) if seat else None

    def code(self) -> str:
        """The login."""
        return str(self.cleaned_data.get("login") or "").strip().lower()

    def after(self) -> Mapping[str, Any]:
        """The account; the name stays out of the book."""
        return {
            "login": self.code(),
            "active": True,
            "post": f"{self.seat.code} {self.seat}" if self.seat else "",
        }

    def effective(self) -> Any:
        """From when it holds the post."""
        return (self.said.get("day") or areas.today()) if self.seat else None

    def consequences(self) -> list[Consequence]:
        """A link, a sealed name, what may be done."""
        found = [
            note(gettext("保存后显示一次设置密码的链接，三天内有效；在本人设置密码之前不能登录。")),
            note(gettext("姓名加密保存，只用于账号本人，不进变更记录。")),
        ]
        if self.seat is not None:
            said = gettext("任职 %(post)s（%(role)s），区域：%(area)s。")
            area = self.seat.area or self.seat.body.area
            facts = {"post": self.seat, "role": naming.role(self.seat.role), "area": places.path(area)}
            found.append(note(said % facts))
        else:
            found.append(warn(gettext("没有岗位的账号登录后不能办事。")))
        return found

    def apply(self) -> None:
        """Sealed name, account without a password, link, holding."""
        sealed = people.seal(Particulars(name=self.said["person"].strip()), clock.now())
        sealed.save(force_insert=True)
        account = Account.objects.create_user(self.code(), None, person=sealed)
        if self.seat is not None:
            on = self.said.get("day") or areas.today()
            Holding.objects.create(post=self.seat, account=account, valid_from=on)
        _keep_link(self.request, account, self.by)


class OfAnAccount(Proposal):
    """A change of one account."""

    what, about = "people", "account"
    subject: Account

    def called(self) -> str:
        """The login."""
        return self.subject.login

    def code(self) -> str:
        """The login."""
        return self.subject.login

    def _ends(self) -> Consequence:
        count = stays.of(self.subject.pk).count()
        return note(gettext("现有 %(n)d 个登录会话立即结束；没有提交的内容会丢失。") % {"n": count})


class Lock(OfAnAccount):
    """It may not sign in any more."""

    title, danger = _("锁定账号"), True

    def examine(self) -> None:
        """Not twice; not oneself; not the last administrator."""
        if not self.subject.is_active:
            self.wrong(None, gettext("账号已经锁定"))
        if self.subject.pk == self.by.account:
            self.wrong(None, gettext("不能锁定自己的账号"))

    def before(self) -> Mapping[str, Any]:
        """It may."""
        return {"active": True}

    def after(self) -> Mapping[str, Any]:
        """It may not."""
        return {"active": False}

    def consequences(self) -> list[Consequence]:
        """Stays end, posts stay."""
        posts = [str(each.post) for each in held(self.subject)]
        found = [self._ends()]
        if posts:
            found.append(warn(gettext("任职不自动结束；这些岗位期间无人办事，请交接："), lines=posts[:12]))
        return found

    def apply(self) -> None:
        """Locked; every stay ends."""
        Account.objects.filter(pk=self.subject.pk).update(is_active=False)
        managing.sign_out(self.request, self.subject, self.by)


class Unlock(OfAnAccount):
    """It may sign in again."""

    title = _("解除锁定")

    def examine(self) -> None:
        """Only what is locked."""
        if self.subject.is_active:
            self.wrong(None, gettext("账号没有锁定"))

    def before(self) -> Mapping[str, Any]:
        """It may not."""
        return {"active": False}

    def after(self) -> Mapping[str, Any]:
        """It may."""
        return {"active": True}

    def consequences(self) -> list[Consequence]:
        """With the old password, from its posts."""
        posts = [str(each.post) for each in held(self.subject)]
        return [note(gettext("可用原来的密码和第二验证登录，岗位："), lines=posts or [gettext("没有岗位")])]

    def apply(self) -> None:
        """Open again."""
        Account.objects.filter(pk=self.subject.pk).update(is_active=True)


class EndStays(OfAnAccount):
    """Everybody signed in with it is signed out."""

    title = _("结束全部登录会话")

    def before(self) -> Mapping[str, Any]:
        """How many."""
        return {"sessions": stays.of(self.subject.pk).count()}

    def after(self) -> Mapping[str, Any]:
        """None."""
        return {"sessions": gettext("已全部结束")}

    def consequences(self) -> list[Consequence]:
        """What is lost."""
        return [self._ends(), note(gettext("密码不变，本人可以重新登录；怀疑密码外泄时请改发设置密码链接。"))]

    def apply(self) -> None:
        """Ended."""
        managing.sign_out(self.request, self.subject, self.by)


class SendLink(OfAnAccount):
    """A link with which the person sets a new password, once."""

    title, submit = _("生成设置密码链接"), _("生成链接")

    def examine(self) -> None:
        """Only for who may sign in."""
        if not self.subject.is_active:
            self.wrong(None, gettext("账号已锁定，请先解锁"))

    def after(self) -> Mapping[str, Any]:
        """That there was one, never what it was."""
        return {"password_link": clock.now().isoformat(timespec="minutes")}

    def consequences(self) -> list[Consequence]:
        """Old links are void."""
        return [
            note(gettext("链接三天内有效，只能用一次；以前发出的链接作废。")),
            note(gettext("本人用链接设好新密码时，全部登录会话结束；在那之前原密码仍然有效。")),
        ]

    def write_down(self, by: Actor) -> None:
        """The link itself leaves the line in the book."""
        self.by = by

    def apply(self) -> None:
        """Kept for the next page."""
        _keep_link(self.request, self.subject, self.by, self.said["reason"])


ACTS: Mapping[str, type[Proposal]] = {
    "lock": Lock,
    "unlock": Unlock,
    "end-stays": EndStays,
    "link": SendLink,
}
