"""The residents' pages: say what happened, follow it, judge the answer. No account, no cookie of authority.

Whoever holds number and follow code may act on the matter; nothing else gives authority here, so no form carries a
token against forgery. What was typed comes back with every error.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from anxin.kernel import access, files, flow, house, people
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import AnxinError, BadInput, KeyReused, NotFound, NotNow, OutsideTheCity, TextTooLong
from anxin.kernel.files import Attachment, Cleaned
from anxin.kernel.form import ADDRESS_LENGTH
from anxin.kernel.journal import Change
from anxin.kernel.matters import CLOSED, NARRATIVE_LENGTH, OPEN, REPLIED, SATISFACTION, Matter
from anxin.public import around, form, near, rate, timeline
from anxin.public.form import Typed
from anxin.public.near import Shown
from anxin.understanding import suggest

View = Callable[..., HttpResponse]
RESIDENT = Actor(role="resident", channel="web")
DOOR = Actor(role="channel", channel="web")
"""Who notes what the house itself received (photos)."""
DONE = ("answer", "reopen", "voice")


def _private(view: View) -> View:
    """A page that nobody keeps a copy of and no address of which is passed on."""

    @wraps(view)
    def around(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        response = view(request, *args, **named)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return around


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def _page(request: HttpRequest, name: str, status: int = 200, **facts: Any) -> HttpResponse:
    facts.setdefault("city", settings.CITY_NAME)
    return render(request, f"public/{name}.html", facts, status=status)


@require_GET
def front(request: HttpRequest) -> HttpResponse:
    """The first page: in danger call first; report; follow; what this is."""
    return _page(request, "front")


@require_GET
def notice(request: HttpRequest) -> HttpResponse:
    """What is done with personal data: who, why, which, how long, who gets it, which rights (PIPL art. 17, 30)."""
    years = people.RETENTION.days / 365
    return _page(request, "notice", years=round(years, 1) if years % 1 else int(years), days=people.RETENTION.days)


def _back(request: HttpRequest) -> HttpResponseRedirect:
    """To where one was, if that is one of our own addresses."""
    back = request.GET.get("back", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None) or not back.startswith("/"):
        back = "/"
    return HttpResponseRedirect(back)


@require_GET
def language(request: HttpRequest, code: str) -> HttpResponse:
    """Speak another language from now on, and go back to where one was."""
    response = _back(request)
    if code in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, code, max_age=365 * 86400, samesite="Lax")
    return response


@require_GET
def size(request: HttpRequest, code: str) -> HttpResponse:
    """Write larger, or as usual again, and go back to where one was."""
    response = _back(request)
    if code == "large":
        response.set_cookie("size", "large", max_age=365 * 86400, samesite="Lax")
    else:
        response.delete_cookie("size", samesite="Lax")
    return response


# ---- to report --------------------------------------------------------------------------------------------------


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@_private
def report(request: HttpRequest) -> HttpResponse:
    """The report form, and what was sent with it."""
    if request.method != "POST":
        liked = around.offer(request.GET.get("like", ""))
        return _form(request, form.begun(request.GET.dict()), found=[liked] if liked else ())
    try:
        typed = form.read(request)
    except AnxinError as error:
        return _form(request, form.empty(), error, unread=True)
    try:
        rate.REPORTS.count(_address(request))
        form.check_encoding(request, typed)
        photos = form.photos(request)
        if same := request.POST.get("same", ""):
            return _join(typed, same, photos)
        if request.POST.get("ask") == "1" and not photos and (found := _found(typed)):
            return _form(request, typed, found=found)
        matter = _send(typed, photos).matter
    except KeyReused as error:
        return _form(request, typed.anew(), error)
    except OutsideTheCity as error:
        return _form(request, typed.without_position(), error)
    except AnxinError as error:
        return _form(request, typed, error)
    return HttpResponseRedirect(f"{_follow_address(matter)}?new=1", status=303)


def _send(typed: Typed, photos: list[Cleaned]) -> Change:
    """Report and keep the photos with it, all or nothing."""
    key = f"web:{typed.key}"
    with transaction.atomic():
        change = flow.report(form.report(typed), RESIDENT.under(key))
        _keep_photos(change, photos)
    return change


def _keep_photos(change: Change, photos: list[Cleaned]) -> None:
    """Keep the photos that came with a report or a voice, once."""
    if not photos or change.repeated:
        return
    kept = list({file.sha256: file for file in map(files.store, photos)}.values())
    facts = {f"photo{place}": file.sha256 for place, file in enumerate(kept, 1)}
    noted = flow.note(change.matter, DOOR, f"照片 {len(kept)} 张", "photos", facts)
    rows = [Attachment(matter=change.matter, entry=noted.entry, file=file) for file in kept]
    Attachment.objects.bulk_create(rows, ignore_conflicts=True)


def _found(typed: Typed) -> list[Shown]:
    """Before a report without script is taken: what it may be the same as. Raises what the report itself would."""
    form.report(typed)
    return near.nearby(typed)


def _join(typed: Typed, same: str, photos: list[Cleaned]) -> HttpResponse:
    """Add a voice instead of a second report, and lead to the address where it can be followed."""
    with transaction.atomic():
        change = near.join(typed, same, RESIDENT.under(f"web:{typed.key}"))
        _keep_photos(change, photos)
    danger = "&danger=1" if suggest.dangers(typed.said) else ""
    return HttpResponseRedirect(f"{_joined_address(change.matter)}?new=1{danger}", status=303)


def _joined_address(matter: Matter) -> str:
    return reverse("public-joined", args=[near.token(matter)])


@csrf_exempt
@require_http_methods(["POST"])
@_private
def look(request: HttpRequest) -> HttpResponse:
    """While somebody types: what it may be the same as, as a piece of the form (HTML); empty when there is nothing."""
    rate.LOOKS.count(_address(request))
    typed = form.read(request)
    form.check_encoding(request, typed)
    typed = replace(typed, said=typed.said[:NARRATIVE_LENGTH], address=typed.address[:ADDRESS_LENGTH])
    return _page(request, "near", found=near.nearby(typed), dangers=suggest.dangers(typed.said), typing=True)


def _form(
    request: HttpRequest, typed: Typed, error: AnxinError | None = None, *, unread: bool = False,
    found: Sequence[Shown] = (),
) -> HttpResponse:  # fmt: skip
    chinese = (get_language() or "").startswith("zh")
    kinds = [(kind.code, house.title(kind, english=not chinese)) for kind in house.open_kinds().values()]
    return _page(
        request,
        "report",
        error.status if error else 200,
        typed=typed,
        error=error,
        unread=unread,
        found=found,
        dangers=suggest.dangers(typed.said) if found else (),
        kinds=kinds,
        towns=form.towns(),
        photos=form.PHOTOS,
        largest=files.LARGEST // 1024 // 1024,
    )


# ---- to follow --------------------------------------------------------------------------------------------------


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@_private
def find(request: HttpRequest) -> HttpResponse:
    """Number and code are asked for, and lead to the page of the matter."""
    asked = request.POST if request.method == "POST" else request.GET
    number, code = asked.get("number", "").strip(), asked.get("code", "").strip().upper()
    if not number and not code:
        return _page(request, "find")
    try:
        return HttpResponseRedirect(_follow_address(_matter(request, number, code)), status=303)
    except AnxinError as error:
        return _page(request, "find", error.status, error=error, number=number, code=code)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@_private
def follow(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """The page of one matter: how far it is, what was answered, and what the resident has to say to that."""
    try:
        matter = _matter(request, number, code)
    except AnxinError as error:
        return _page(request, "find", error.status, error=error, number=number, code="")
    if request.method != "POST":
        return _matter_page(request, matter)
    act, text = request.POST.get("act", ""), request.POST.get("text", "")
    try:
        rate.REPORTS.count(_address(request))
        if "\x00" in text or "\ufffd" in text:
            raise BadInput(fields={"text": _("含有不可识别的字符")})
        if len(text) > NARRATIVE_LENGTH:
            raise TextTooLong(fields={"text": str(len(text))})
        _do(matter, act, text, request.POST.get("answer", ""), RESIDENT.under(_key(request, matter)))
    except AnxinError as error:
        matter.refresh_from_db()
        return _matter_page(request, matter, error, act=act, text=text)
    return HttpResponseRedirect(f"{_follow_address(matter)}?done={act}", status=303)


@require_http_methods(["GET", "HEAD"])
@_private
def photo(request: HttpRequest, number: str, code: str, sha256: str) -> HttpResponse:
    """A photo that staff have looked at and released, for whoever holds number and code. Raises NotFound."""
    found = access.public_photo(_matter(request, number, code), sha256)
    response = HttpResponse(files.content(found.sha256), content_type=found.media_type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_http_methods(["GET", "HEAD"])
@_private
def joined(request: HttpRequest, token: str) -> HttpResponse:
    """How far a matter is, for somebody who joined it: no words of others, nothing that can be done."""
    try:
        matter = _counted(request, lambda: near.joined(token))
    except AnxinError as error:
        return _page(request, "find", error.status, error=error, number="", code="")
    return _page(
        request,
        "joined",
        headline=near.headline(matter),
        state=near.STATES[matter.state],
        matter=matter,
        kind=timeline.kind(matter),
        due=timeline.due(matter),
        steps=near.steps(matter),
        new="new" in request.GET,
        danger="danger" in request.GET,
        link=request.build_absolute_uri(_joined_address(matter)),
    )


def _key(request: HttpRequest, matter: Matter) -> str:
    """The key of the form, so that tapping twice does the thing once."""
    given = request.POST.get("key", "")
    return f"web:{matter.pk}:{given}" if given.isascii() and given.isalnum() and len(given) == 32 else ""


def _do(matter: Matter, act: str, text: str, answer: str, by: Actor) -> None:
    by = by if by.key else RESIDENT
    if act == "answer":
        if answer not in (*SATISFACTION, "unsolved"):
            raise BadInput(fields={"answer": answer[:20]})
        solved = answer != "unsolved"
        flow.call_back(matter, by, True, solved, answer if solved else "dissatisfied", text)
    elif act == "reopen":
        flow.reopen(matter, by, text)
    elif act == "voice":
        flow.add_voice(matter, by, text)
    else:
        raise NotNow


def _matter(request: HttpRequest, number: str, code: str) -> Matter:
    """The matter behind number and code. Raises NotFound, and TooManyReports after many that were wrong."""
    if "\x00" in number + code:
        number = code = ""
    return _counted(request, lambda: access.followed(number, code))


def _counted(request: HttpRequest, find: Callable[[], Matter]) -> Matter:
    """What is found under an address that can be guessed; who guesses too often is asked to wait."""
    try:
        return find()
    except NotFound:
        rate.GUESSES.count(_address(request))
        raise


def _follow_address(matter: Matter) -> str:
    return reverse("public-matter", args=[matter.number, matter.follow_code])


def _matter_page(
    request: HttpRequest, matter: Matter, error: AnxinError | None = None, act: str = "", text: str = ""
) -> HttpResponse:
    title, meaning = timeline.STATES[matter.state]
    done = request.GET.get("done", "")
    return _page(
        request,
        "matter",
        error.status if error else 200,
        matter=matter,
        error=error,
        act=act,
        text=text,
        state=title,
        meaning=meaning,
        steps=timeline.steps(matter),
        photos=access.public_photos(matter),
        due=timeline.due(matter),
        kind=timeline.kind(matter),
        new="new" in request.GET,
        done=done if done in DONE else "",
        dangers=suggest.dangers(f"{matter.title} {matter.narrative}") if "new" in request.GET else (),
        may_answer=matter.state == REPLIED and matter.solved is None,
        may_reopen=matter.state in (REPLIED, CLOSED) and matter.reopened < flow.REOPENS,
        may_add=matter.state in OPEN,
        answers=list(SATISFACTION.items()),
        key=uuid.uuid4().hex,
        link=request.build_absolute_uri(_follow_address(matter)),
    )
