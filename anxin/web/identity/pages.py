"""The pages of identity: one's own password, codes, passkeys and stays; the second step; the administration's."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from anxin.kernel import access
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import BadInput, NotFound, NotSignedIn
from anxin.kernel.people import Account
from anxin.web import session, signin
from anxin.web.identity import attempts, book, codes, managing, passkeys, passwords, proof, stays
from anxin.web.identity.forms import Change, Code, FirstCode, NewPassword, Prove, Subject
from anxin.web.identity.models import Elsewhere, Line, Passkey

SECRET = "new_secret"
LINES = 50


def _to(place: str, *args: Any) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(f"identity:{place}", args=args), status=303)


def _own(request: HttpRequest) -> Actor:
    """The reader on the post they act from; on none, where they hold none: about oneself nobody needs a post."""
    account = proof.me(request)
    return session.actor(request) if session.posts(request) else Actor(role="none", account=account.pk)


def _after_duty(request: HttpRequest, name: str, place: str) -> HttpResponse:
    on = session.duty_done(request, name)
    return HttpResponseRedirect(on, status=303) if on else _to(place)


def _lines(rows: Any) -> list[dict[str, Any]]:
    return [
        {"at": each.at, "what": book.say_what(each.what), "how": book.say_how(each.how), "network": each.network,
         "bad": each.what in ("failed", "locked", "second_failed", "prove_failed"), "account": each.account}
        for each in rows
    ]  # fmt: skip


def _stays(account: Account, here: int | None = None) -> list[dict[str, Any]]:
    return [
        {"row": each, "how": book.say_how(each.how), "here": each.pk == here, "device": each.device or _("未知设备")}
        for each in stays.of(account.pk)
    ]


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """`/desk/identity/`: how the own account is secured, where it is signed in, what happened."""
    account = proof.me(request)
    shown = {
        "codes_on": codes.is_on(account),
        "recovery": codes.recovery_left(account),
        "passkeys": Passkey.objects.filter(account=account).order_by("pk"),
        "stays": _stays(account, request.session.get(session.STAY)),
        "lines": _lines(book.of(account.pk)[:LINES]),
        "elsewhere": Elsewhere.objects.filter(account=account).first(),
        "service": settings.OIDC.get("title") if settings.OIDC else "",
        "duty": "second" in request.session.get(session.DUTY, ()),
        "demanded": codes.demanded(account),
        "manages": bool(session.posts(request)) and access.administers(session.actor(request), "people"),
        "has_password": account.has_usable_password(),
    }
    return render(request, "identity/front.html", shown)


@sensitive_post_parameters()
def password(request: HttpRequest) -> HttpResponse:
    """`/desk/identity/password`: change the own password."""
    account = proof.me(request)
    form = Change(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 400
        try:
            if form.is_valid() and _proves_password(request, account, form):
                passwords.change(request, account, form.cleaned_data["new"], stay=request.session.get(session.STAY))
                session.password_changed(request, account)
                messages.success(request, _("密码已更改，其他地方的登录都已结束。"))
                return _after_duty(request, "password", "front")
        except passwords.WeakPassword as error:
            form.add_error("new", error.message)
        except attempts.LockedOut as error:
            form.add_error(None, error.message)
            status = error.status
    shown = {"form": form, "duty": "password" in request.session.get(session.DUTY, ()), "login": account.login}
    return render(request, "identity/password.html", shown, status=status)


def _proves_password(request: HttpRequest, account: Account, form: Any) -> bool:
    """Whether the password in a form is the own one; counted like a try to sign in. Raises LockedOut."""
    who = attempts.marks(account.login, request.META.get("REMOTE_ADDR", ""))
    attempts.count(who)
    if passwords.prove(account, form.cleaned_data["password"]):
        attempts.succeeded(who)
        return True
    form.add_error("password", _("密码不对。"))
    book.write(request, "prove_failed", account.pk, "password")
    return False


@sensitive_post_parameters()
def set_password(request: HttpRequest, token: str) -> HttpResponse:
    """`/desk/identity/set/...`: set a password with a link the administration has handed out."""
    row = passwords.linked(token)
    form = NewPassword(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            passwords.set_by_link(request, token, form.cleaned_data["new"])
            request.session.flush()
            messages.success(request, _("密码已设置，请用新密码登录。"))
            return HttpResponseRedirect(reverse("desk:sign_in"), status=303)
        except passwords.WeakPassword as error:
            form.add_error("new", error.message)
    shown = {"form": form, "login": row.account.login}
    return render(request, "identity/set.html", shown, status=400 if form.errors else 200)


# ---- one-time codes


@proof.proved
def set_up_codes(request: HttpRequest) -> HttpResponse:
    """`/desk/identity/codes`: show the secret to a telephone, then ask for the first code."""
    account = proof.me(request)
    secret = request.session.setdefault(SECRET, codes.new_secret())
    form, status = FirstCode(request.POST if request.method == "POST" else None), 200
    if request.method == "POST" and form.is_valid():
        try:
            made = codes.turn_on(request, account, secret, form.cleaned_data["code"])
            del request.session[SECRET]
            return _show_recovery(request, made, session.duty_done(request, "second"))
        except (codes.WrongCode, attempts.LockedOut) as error:
            form.add_error("code", error.message)
            status = error.status
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    shown = {"form": form, "picture": codes.picture(secret, account), "secret": spaced}
    return render(request, "identity/codes.html", shown, status=status)


def _show_recovery(request: HttpRequest, made: list[str], on: str | None = None) -> HttpResponse:
    return render(request, "identity/recovery.html", {"made": made, "on": on or reverse("identity:front")})


@require_POST
@proof.proved
def codes_off(request: HttpRequest) -> HttpResponse:
    """Ask the own account for codes no longer."""
    account = proof.me(request)
    others = Passkey.objects.filter(account=account).exists()
    if codes.demanded(account) and not others:
        messages.error(request, _("您的岗位必须有第二步验证：请先添加通行密钥，再关闭动态口令。"))
        return _to("front")
    codes.turn_off(request, account)
    messages.success(request, _("动态口令已关闭。"))
    return _to("front")


@require_POST
@proof.proved
def recovery(request: HttpRequest) -> HttpResponse:
    """New recovery codes, shown once."""
    account = proof.me(request)
    if not codes.has_second(account):
        raise NotFound
    return _show_recovery(request, codes.new_recovery(request, account))


# ---- the second step


def second(request: HttpRequest) -> HttpResponse:
    """`/desk/identity/second`: the second proof, after the first."""
    waiting = session.half(request)
    if waiting is None:
        kept = request.session.get(session.HALF) or {}
        why = _("等待第二步验证的时间已过，请重新登录。")
        return signin.refused(request, why, to=kept.get("to", ""), carried=kept.get("carried", ""), status=401)
    account, kept = waiting
    form, status = Code(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                how = codes.prove(account, form.cleaned_data["code"])
                return signin.admit(request, account, f"{kept['how']}+{how}", to=kept["to"], carried=kept["carried"])
            except (codes.WrongCode, attempts.LockedOut) as error:
                book.write(request, "second_failed", account.pk, "code")
                form.add_error("code", error.message)
                status = error.status
    shown = {
        "form": form,
        "codes_on": codes.is_on(account),
        "has_passkey": Passkey.objects.filter(account=account).exists(),
        "carried": kept["carried"],
    }
    return render(request, "identity/second.html", shown, status=status)


# ---- passkeys


def _json(request: HttpRequest) -> dict[str, Any]:
    """What a script sends. Raises BadInput."""
    try:
        said = json.loads(request.body[: signin.LONGEST_CARRIED + 200_000])
    except (ValueError, RecursionError):
        raise BadInput from None
    if not isinstance(said, dict):
        raise BadInput
    return said


def _asked(request: HttpRequest, purpose: str) -> Account | None:
    """Whose passkey a purpose asks for: entering, anybody's."""
    if purpose == "enter":
        return None
    if purpose == "prove":
        return proof.me(request)
    waiting = session.half(request)
    if waiting is None:
        raise NotSignedIn
    return waiting[0]


@require_POST
def ask_for_passkey(request: HttpRequest, purpose: str) -> HttpResponse:
    """What the browser needs to show a passkey."""
    return JsonResponse(passkeys.asking(request, purpose, _asked(request, purpose)))


@require_POST
def take_passkey(request: HttpRequest, purpose: str) -> HttpResponse:
    """A passkey was shown: sign in, finish the second step, or note who the reader is; `to`: where next."""
    said, asked = _json(request), _asked(request, purpose)
    answer, to, carried = said.get("answer"), str(said.get("next") or ""), str(said.get("carried") or "")
    try:
        account = passkeys.prove(request, purpose, answer if isinstance(answer, dict) else {}, asked)
    except passkeys.WrongPasskey:
        book.write(request, "prove_failed" if purpose == "prove" else "failed", asked.pk if asked else None, "passkey")
        raise
    if purpose == "prove":
        proof.note(request, "passkey")
        return JsonResponse({"to": signin.within(request, to)})
    how = "passkey"
    if purpose == "second":
        waiting = session.half(request)
        if waiting is None:
            raise NotSignedIn
        kept = waiting[1]
        how, to, carried = f"{kept['how']}+passkey", kept["to"], kept["carried"]
    return JsonResponse({"to": signin.admit(request, account, how, to=to, carried=carried)["Location"]})


@require_POST
@proof.proved
def new_passkey(request: HttpRequest) -> HttpResponse:
    """What the browser needs to make a passkey."""
    return JsonResponse(passkeys.adding(request, proof.me(request)))


@require_POST
@proof.proved
def add_passkey(request: HttpRequest) -> HttpResponse:
    """Keep a new passkey."""
    account, said = proof.me(request), _json(request)
    answer = said.get("answer")
    row = passkeys.add(request, account, answer if isinstance(answer, dict) else {}, str(said.get("name") or ""))
    messages.success(request, _("通行密钥“{name}”已添加，下次可以不用密码登录。").format(name=row.name))
    return JsonResponse({"to": session.duty_done(request, "second") or reverse("identity:front")})


@require_POST
@proof.proved
def passkey(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename or remove one of the own passkeys."""
    account = proof.me(request)
    if request.POST.get("do") == "remove":
        last = not codes.is_on(account) and Passkey.objects.filter(account=account).count() == 1
        if last and codes.demanded(account):
            messages.error(request, _("您的岗位必须有第二步验证：请先开启动态口令或添加另一个通行密钥。"))
            return _to("front")
        passkeys.remove(request, account, pk)
        messages.success(request, _("通行密钥已删除；设备上的那一半请在设备里删除。"))
    else:
        passkeys.rename(account, pk, request.POST.get("name", ""))
    return _to("front")


# ---- proving again


@sensitive_post_parameters()
def prove(request: HttpRequest) -> HttpResponse:
    """`/desk/identity/prove`: once more who one is, before something delicate."""
    account = proof.me(request)
    to = signin.within(request, (request.POST if request.method == "POST" else request.GET).get("next", ""))
    form, status = Prove(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = 400
        try:
            if form.is_valid() and _proves_password(request, account, form):
                proof.note(request, "password")
                return HttpResponseRedirect(to, status=303)
        except attempts.LockedOut as error:
            form.add_error(None, error.message)
            status = error.status
    linked = bool(settings.OIDC) and Elsewhere.objects.filter(account=account).exists()
    shown = {
        "form": form,
        "to": to,
        "has_passkey": Passkey.objects.filter(account=account).exists(),
        "has_password": account.has_usable_password(),
        "service": settings.OIDC.get("title") if linked else "",
    }
    return render(request, "identity/prove.html", shown, status=status)


# ---- stays


@require_POST
def end_stay(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of the own stays, elsewhere or here."""
    account = proof.me(request)
    if stays.end(account.pk, pk, "owner"):
        book.write(request, "ended", account.pk)
        messages.success(request, _("该处登录已结束。"))
    return _to("front")


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """End every own stay but this one."""
    account = proof.me(request)
    ended = stays.end_all(account.pk, "owner", but=request.session.get(session.STAY))
    book.write(request, "ended_all", account.pk)
    messages.success(request, _("已结束其他 {count} 处登录。").format(count=ended))
    return _to("front")


@require_POST
@proof.proved
def unlink(request: HttpRequest) -> HttpResponse:
    """The own account is linked to the city's identity service no longer."""
    account = proof.me(request)
    if not account.has_usable_password() and not Passkey.objects.filter(account=account).exists():
        messages.error(request, _("没有密码也没有通行密钥，解除绑定后将无法登录；请先设置其中一种。"))
        return _to("front")
    managing.unlink_elsewhere(request, account, _own(request))
    return _to("front")


# ---- the administration


@proof.proved
def account(request: HttpRequest, login: str) -> HttpResponse:
    """`/desk/identity/accounts/...`: somebody's sign-in, for those who look after it."""
    by = session.actor(request)
    found = Account.objects.filter(login=login).first()
    if found is None or not access.looks_after(by, found.pk):
        raise NotFound
    link, form = "", Subject()
    if request.method == "POST":
        match request.POST.get("do"):
            case "link":
                link = request.build_absolute_uri(passwords.link(request, found, by))
            case "end":
                managing.end_stays(request, found, by)
                messages.success(request, _("该账号的登录都已结束。"))
            case "clear":
                managing.clear_second(request, found, by)
                messages.success(request, _("第二步验证已清除，登录都已结束。"))
            case "elsewhere":
                form = Subject(request.POST)
                if form.is_valid():
                    try:
                        issuer = settings.OIDC.get("issuer", "")
                        managing.link_elsewhere(request, found, issuer, form.cleaned_data["subject"].strip(), by)
                    except BadInput as error:
                        form.add_error("subject", error.message)
            case "unlink":
                managing.unlink_elsewhere(request, found, by)
        if not link and not form.errors:
            return _to("account", login)
    shown = {
        "found": found,
        "link": link,
        "days": passwords.LASTS.days,
        "form": form,
        "codes_on": codes.is_on(found),
        "passkeys": Passkey.objects.filter(account=found).count(),
        "stays": _stays(found),
        "lines": _lines(book.of(found.pk)[:LINES]),
        "elsewhere": Elsewhere.objects.filter(account=found).first(),
        "service": settings.OIDC.get("title") if settings.OIDC else "",
    }
    return render(request, "identity/account.html", shown, status=400 if form.errors else 200)


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """`/desk/identity/log`: the book of sign-ins of everybody, newest first, for the administrator."""
    by = session.actor(request)
    if by.role != "admin":
        raise NotFound
    before = request.GET.get("before", "")
    rows = Line.objects.order_by("-pk")
    if request.GET.get("bad"):
        rows = rows.filter(what__in=("failed", "locked", "second_failed", "prove_failed"))
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    page = list(rows[: 100 + 1])
    logins = dict(Account.objects.filter(pk__in={each.account for each in page}).values_list("pk", "login"))
    lines = [{**line, "login": logins.get(line["account"], "")} for line in _lines(page[:100])]
    more = page[99].pk if len(page) > 100 else None
    return render(request, "identity/log.html", {"lines": lines, "more": more, "bad": bool(request.GET.get("bad"))})


@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """`/desk/identity/accounts`: find an account by its login."""
    by = session.actor(request)
    access.administer(by, "people")
    login = request.GET.get("login", "").strip()[:150]
    if login:
        found = Account.objects.filter(login=login).first()
        if found is not None and access.looks_after(by, found.pk):
            return _to("account", login)
        messages.error(request, _("没有这个账号，或不归您的岗位管理。"))
    return render(request, "identity/accounts.html", {"login": login, "admin": by.role == "admin"})
