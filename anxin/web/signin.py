"""Signing in and out, choosing the post to act from, and getting back what was typed when a session had ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from anxin.kernel.bodies import Holding, Post
from anxin.kernel.errors import NotFound
from anxin.kernel.people import Account
from anxin.kernel.rows import whole
from anxin.web import session
from anxin.web.identity import book, codes, stays
from anxin.web.identity.attempts import LockedOut

CARRIED = "carried"
SECRET = ("csrfmiddlewaretoken", "password", "new", "again", "code")
"""What is never carried along."""
LONGEST_CARRIED = 1_000_000
"""Characters, packed; a pasted table or boundary among them."""
LONGEST_TYPED = 4_000_000
"""Characters, as typed."""
COME_BACK = frozenset({"desk:use", "desk:new"})
"""Doors whose own page shows again what was typed (those of administration do, too); for all others `again` does."""


class SignIn(forms.Form):
    """Login and password."""

    login = forms.CharField(
        label=_("账号"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=_("密码"), max_length=500, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip


def within(request: HttpRequest, address: str) -> str:
    """An address of this house, else the queue: nobody is sent elsewhere after signing in."""
    good = url_has_allowed_host_and_scheme(address, allowed_hosts=None) and address.startswith("/")
    return address if good else reverse("desk:queue")


@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """`/desk/sign-in`: ask for login and password; then go where the reader wanted to go."""
    if request.method != "POST":
        return _page(request, SignIn(), to=request.GET.get("next", ""))
    form, to = SignIn(request.POST), request.POST.get("next", "")
    carried = request.POST.get(CARRIED, "")
    status = 400
    if form.is_valid():
        try:
            account = session.prove(request, form.cleaned_data["login"].strip(), form.cleaned_data["password"])
            if account is not None:
                return admit(request, account, "password", to=to, carried=carried)
            form.add_error(None, gettext("账号或密码不对。"))
        except LockedOut as error:
            form.add_error(None, error.message)
            status = error.status
    return _page(request, form, to=to, carried=carried, status=status)


def admit(request: HttpRequest, account: Account, how: str, *, to: str, carried: str) -> HttpResponse:
    """Let somebody in who has proved who they are (`how`: by what), or ask for the second proof first.

    Whichever way somebody signs in, it ends here: password, passkey, one-time code, the city's identity service.
    """
    carried = carried if len(carried) <= LONGEST_CARRIED else ""
    if codes.must_follow(account, how):
        session.wait_for_second(request, account, how, to, carried)
        return HttpResponseRedirect(reverse("identity:second"), status=303)
    session.begin(request, account, how)
    return _enter(request, to, carried)


def refused(request: HttpRequest, why: str, *, to: str = "", carried: str = "", status: int = 400) -> HttpResponse:
    """The sign-in page again, saying why somebody was not let in."""
    form = SignIn({})
    form.errors.clear()
    form.add_error(None, why)
    return _page(request, form, to=to, carried=carried, status=status)


def _enter(request: HttpRequest, to: str, carried: str) -> HttpResponse:
    if carried:
        try:
            kept = signing.loads(carried, salt=CARRIED, max_age=86400)
        except signing.BadSignature:
            kept = None
        if kept:
            request.session[CARRIED] = kept
            to = kept["page"]
            messages.info(request, gettext("登录已过期期间填写的内容还在，请核对后重新提交；文件需要重新选择。"))
    to = within(request, to)
    if request.session.get(session.DUTY):
        request.session[session.THEN] = to
        return HttpResponseRedirect(session.duty(request), status=303)
    if len(session.posts(request)) > 1:
        return redirect(f"{reverse('desk:post')}?next={quote(to, safe='')}")
    return HttpResponseRedirect(to, status=303)


def _page(
    request: HttpRequest, form: SignIn, *, to: str, carried: str = "", status: int = 200, lost: bool = False
) -> HttpResponse:
    shown: dict[str, Any] = {
        "form": form, "to": to, "carried": carried, "lost": lost, "cast": _cast() if settings.DEMO else [],
        "elsewhere": settings.OIDC.get("title") if settings.OIDC else "",
    }  # fmt: skip
    return render(request, "desk/sign_in.html", shown, status=status)


def _cast() -> list[dict[str, str]]:
    """The demo's accounts with their posts, for signing in with one click."""
    held = Holding.objects.filter(valid_to=None).select_related("account__person", "post__body").order_by("pk")[:60]
    found: dict[str, dict[str, str]] = {}
    for each in held:
        person = each.account.person
        known = found.setdefault(
            each.account.login, {"login": each.account.login, "name": person.masked_name if person else "", "posts": ""}
        )
        known["posts"] += (" · " if known["posts"] else "") + str(each.post)
    return [{**each, "password": settings.DEMO_PASSWORD} for each in found.values()]


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """For a page that needs signing in: go to sign in, and keep what was typed, to be shown again afterwards."""
    if request.method != "POST":
        return redirect(f"{reverse('desk:sign_in')}?next={quote(request.get_full_path(), safe='')}")
    kept = typed(request)
    to = kept["page"] if kept else within(request, request.POST.get("page", ""))
    carried = signing.dumps(kept, salt=CARRIED, compress=True) if kept else ""
    if not carried or len(carried) > LONGEST_CARRIED:
        return _page(request, SignIn(), to=to, status=401, lost=True)
    return _page(request, SignIn(), to=to, carried=carried, status=401)


def typed(request: HttpRequest) -> dict[str, Any] | None:
    """What was typed, where it was sent and on which page it is shown again; nothing where it is too much to carry."""
    said = {name: values for name, values in request.POST.lists() if name not in SECRET}
    if sum(len(each) for values in said.values() for each in values) > LONGEST_TYPED:
        return None
    place = resolve(request.path)
    to = within(request, request.POST.get("page", ""))
    if place.view_name in COME_BACK or place.namespace == "administration":
        return {"path": request.path, "page": to, "typed": said}
    return {"path": request.get_full_path(), "page": reverse("desk:again"), "typed": said}


def again(request: HttpRequest, *, status: int = 200) -> HttpResponse:
    """`/desk/again`: what could not be sent, to be read over and sent now; nothing happens by itself."""
    session.actor(request)
    kept = request.session.get(CARRIED)
    if not kept:
        return redirect("desk:queue")
    rows = [(name, value) for name, values in kept["typed"].items() for value in values]
    shown = {
        "path": kept["path"],
        "plain": [row for row in rows if _is_code(row[1])],
        "texts": [row for row in rows if not _is_code(row[1])],
    }
    return render(request, "desk/again.html", shown, status=status)


def _is_code(text: str) -> bool:
    """Whether a value is something a form carries along rather than something a person has written."""
    return text.isascii() and " " not in text and "\n" not in text


def without_token(request: HttpRequest) -> HttpResponse | None:
    """A form of a page of ours that had grown old (signed in anew in another window): what was typed is shown again.

    Only where the browser itself says that the form stood on a page of this house.
    """
    here = f"{request.scheme}://{request.get_host()}"
    if request.method != "POST" or request.headers.get("Origin") != here:
        return None
    if request.path == reverse("desk:sign_in"):
        return _page(
            request, SignIn(), to=request.POST.get("next", ""), carried=request.POST.get(CARRIED, ""), status=403
        )
    if not request.path.startswith(("/desk/", "/situation/")) or request.path.startswith("/desk/identity/"):
        return None
    if getattr(request, "account", None) is None:
        return ask_to_sign_in(request)
    kept = typed(request)
    if kept is None:
        return None
    request.session[CARRIED] = kept
    if kept["page"] != reverse("desk:again"):
        messages.info(request, gettext("页面已过旧，没有提交。填写的内容还在，请核对后重新提交；文件需要重新选择。"))
        return HttpResponseRedirect(kept["page"], status=303)
    return again(request, status=403)


def carried(request: HttpRequest, path: str) -> Mapping[str, list[str]] | None:
    """What was typed into the form at a path before signing in again; handed out once."""
    kept = request.session.get(CARRIED)
    if not kept or kept["path"] != path:
        return None
    del request.session[CARRIED]
    said: Mapping[str, list[str]] = kept["typed"]
    return said


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """`/desk/sign-out`."""
    account = getattr(request, "account", None)
    if account is not None:
        stays.end(account.pk, request.session.get(session.STAY, 0), "out")
        book.write(request, "out", account.pk)
    request.session.flush()
    return redirect("desk:sign_in")


def choose_post(request: HttpRequest) -> HttpResponse:
    """`/desk/post`: from which of several posts the reader acts."""
    session.actor(request)
    held = {each.post: each for each in session.posts(request)}
    if request.method == "POST":
        chosen = request.POST.get("post", "")
        post = whole(chosen)
        if post not in held:
            raise NotFound
        request.session[session.POST] = post
        return HttpResponseRedirect(within(request, request.POST.get("next", "")), status=303)
    rows = Post.objects.filter(pk__in=[pk for pk in held if pk is not None]).select_related("body").order_by("pk")
    shown = {"choices": rows, "to": within(request, request.GET.get("next", ""))}
    return render(request, "desk/post.html", shown)
