"""An operator enters a public post, and the steps that only people can do: verified on the spot, answered under it.

A page for the operator, and the same doors for programs with the session of one (JSON). Kept: link, moment of capture,
operator, own summary, place, a redacted screenshot; no copy of the post, no account of its author. The same link again
is the first matter with one more voice. Source: guide 2.9; [LAW:WSJ art. 18].
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from anxin.channels import message
from anxin.channels.message import Place, Story
from anxin.channels.publicpost.link import LONGEST, mark
from anxin.kernel import access, clock, files, flow, registry
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import AnxinError, BadInput, KeyReused, NotAllowed, NotSignedIn
from anxin.kernel.files import Attachment
from anxin.kernel.form import not_in_the_future
from anxin.kernel.journal import Change
from anxin.kernel.matters import MERGED, NATURES, URGENCIES
from anxin.kernel.people import mask_name
from anxin.kernel.verbs import digest
from anxin.web import session
from anxin.web.signin import ask_to_sign_in

CODE = "publicpost"
FOUND, AGAIN, VERIFIED, REPLIED = (f"{CODE}.{step}" for step in ("found", "again", "verified", "replied"))
PAGE = Path(__file__).parent / "templates" / "publicpost" / "enter.html"


class Post(forms.Form):
    """What the operator types in."""

    link = forms.CharField(label=_("公开链接"), max_length=LONGEST, widget=forms.URLInput)
    title = forms.CharField(label=_("标题"), max_length=120)
    summary = forms.CharField(
        label=_("情况摘要（用自己的话）"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    captured_at = forms.CharField(label=_("发现时间"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    address = forms.CharField(label=_("地点"), max_length=300, required=False)
    lat = forms.FloatField(label=_("纬度（WGS-84）"), required=False)
    lon = forms.FloatField(label=_("经度（WGS-84）"), required=False)
    area = forms.CharField(label=_("网格、村社或镇街代码"), max_length=20, required=False)
    kind = forms.ChoiceField(label=_("事项类别"), required=False)
    nature = forms.ChoiceField(
        label=_("诉求性质"), required=False, choices=[(code, _(said)) for code, said in NATURES.items()]
    )
    urgency = forms.ChoiceField(
        label=_("紧急程度"), required=False, choices=[(code, _(said)) for code, said in URGENCIES.items()]
    )
    handle = forms.CharField(label=_("发布者昵称（只存脱敏形式，可不填）"), max_length=100, required=False)
    screenshot = forms.FileField(label=_("截图（须已遮盖个人信息）"), required=False)
    redacted = forms.BooleanField(label=_("截图中的人脸、车牌、姓名、号码已遮盖"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chinese = (get_language() or "").startswith("zh")
        known = [(each.code, each.title if chinese else each.title_en) for each in registry.kinds().values()]
        self._choose("kind", [("", gettext("按摘要判断")), *known])
        self._choose("nature", [(code, gettext(said)) for code, said in NATURES.items()])
        self._choose("urgency", [(code, gettext(said)) for code, said in URGENCIES.items()])

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """The operator's page, and its door for programs: a JSON body gets a JSON answer."""
    program = request.content_type == "application/json"
    try:
        by = _operator(request)
    except NotSignedIn:
        if program:
            raise
        return ask_to_sign_in(request)
    if program:
        change = take(_typed(_decoded(request)), None, by)
        return message.answer(change.matter.source_ref, change.matter, repeated=change.repeated, created=True)
    if request.method == "GET":
        return _page(request, Post(initial={"captured_at": f"{clock.now().astimezone(clock.TZ):%Y-%m-%dT%H:%M}"}))
    form = Post(request.POST, request.FILES)
    try:
        change = take(_typed(request.POST.dict()), _screenshot(form), by)
    except AnxinError as error:
        form.is_valid()
        for name, sentence in error.fields.items():
            if name in form.fields and name not in form.errors:
                form.add_error(name, sentence)
        return _page(request, form, error=error, status=error.status)
    fresh = Post(initial={"captured_at": request.POST.get("captured_at", "")})
    return _page(request, fresh, done=change, status=200 if change.repeated else 201)


@require_POST
def verified(request: HttpRequest, number: str) -> HttpResponse:
    """Somebody was on the spot: it is as the post says (or it is not), in their words."""
    by, told = session.actor(request), _decoded(request)
    is_so = told.get("found")
    if not isinstance(is_so, bool):
        raise BadInput(fields={"found": "true / false"})
    matter = access.matter(by, number)
    key = str(told.get("key", "")) or digest(VERIFIED, number, by.post, told)
    speaker = message.under(by, CODE, key)
    done = flow.note(matter, speaker, str(told.get("text", "")), VERIFIED, {"found": "yes" if is_so else "no"})
    return message.answer(key, done.matter, repeated=done.repeated)


@require_POST
def replied(request: HttpRequest, number: str) -> HttpResponse:
    """The operator has answered under the post from the official account; the text and when."""
    by, told = _operator(request), _decoded(request)
    at = _moment("at", told.get("at"))
    not_in_the_future(at=at)
    key = str(told.get("key", "")) or digest(REPLIED, number, by.post, told)
    speaker = message.under(by, CODE, key)
    done = flow.note(
        access.matter(by, number), speaker, str(told.get("text", "")), REPLIED, {"at": at.isoformat()}
    )  # fmt: skip
    return message.answer(key, done.matter, repeated=done.repeated)


def take(told: dict[str, Any], screenshot: files.Cleaned | None, by: Actor) -> Change:
    """Take in a post; the same link again adds a voice to the first matter (or a note, when that is closed).

    Raises BadInput and all that `flow.report` raises; nothing is stored then.
    """
    ref, captured_at = mark(told["link"]), _moment("captured_at", told["captured_at"])
    not_in_the_future(captured_at=captured_at)
    summary, title = told["summary"], told["title"]
    if not summary.strip():
        raise BadInput(fields={"summary": gettext("请用自己的话写明情况")})
    place = Place(lat=told["lat"], lon=told["lon"], area=told["area"], address=told["address"])
    story = Story(
        number=ref, title=title, narrative=summary, kind=told["kind"], nature=told["nature"] or "report",
        urgency=told["urgency"] or "ordinary", place=place,
    )  # fmt: skip
    speaker = replace(by, channel=CODE)
    said = digest(FOUND, told["link"], summary, captured_at, by.post)
    try:
        change = message.take(story, CODE, message.under(speaker, CODE, ref))
    except KeyReused:
        return _again(ref, told["link"], said, speaker)
    handle = mask_name(told["handle"])
    text = f"链接：{told['link'].strip()}" + (f"\n发布者：{handle}" if handle else "")
    facts = {"captured_at": captured_at.isoformat()}
    with transaction.atomic():
        flow.note(change.matter, message.under(speaker, CODE, f"{ref}:found"), text, FOUND, facts)
        if screenshot is not None:
            label = {"label": "网络截图（已遮盖）", "entry": change.entry}
            Attachment.objects.get_or_create(matter=change.matter, file=files.store(screenshot), defaults=label)
    return change


def _again(ref: str, link: str, said: str, speaker: Actor) -> Change:
    matter = message.matter_of(CODE, ref)
    while matter.state == MERGED and matter.of is not None:
        matter = matter.of
    by = message.under(replace(speaker, role="channel"), CODE, f"{ref}:{said}")
    text = f"再次发现同一链接：{link.strip()}"
    change = flow.add_voice(matter, by, text) if matter.is_open else flow.note(matter, by, text, AGAIN)
    change.repeated = True
    return change


def _operator(request: HttpRequest) -> Actor:
    """The operator's post of the reader. Raises NotSignedIn, NotAllowed."""
    session.actor(request)
    held = next((each for each in session.posts(request) if each.role == "operator"), None)
    if held is None:
        raise NotAllowed
    return held


def _decoded(request: HttpRequest) -> dict[str, Any]:
    try:
        told = msgspec.json.decode(request.body, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadInput(fields={"body": str(error)}) from error
    return told


def _typed(told: dict[str, Any]) -> dict[str, Any]:
    """What was typed or sent, as texts and numbers; a comma or an empty field is not a number."""
    texts = ("link", "title", "summary", "kind", "nature", "urgency", "area", "address", "handle", "captured_at")
    found: dict[str, Any] = {name: str(told.get(name) or "") for name in texts}
    for name in ("lat", "lon"):
        value = told.get(name)
        try:
            found[name] = None if value in (None, "") else float(str(value))
        except ValueError as error:
            raise BadInput(fields={name: str(value)}) from error
    return found


def _moment(name: str, text: Any) -> datetime:
    """A moment; one without a zone, as the page's own field gives it, is Shanghai's."""
    try:
        found = parse_datetime(str(text or ""))
    except ValueError:
        found = None
    if found is None:
        raise BadInput(fields={name: "YYYY-MM-DDThh:mm"})
    return found if found.tzinfo else found.replace(tzinfo=clock.TZ)


def _screenshot(form: Post) -> files.Cleaned | None:
    """The screenshot, cleaned. Raises BadInput when nobody has said that it was redacted; TooLarge, NotAPicture."""
    given = form.files.get("screenshot")
    if given is None:
        return None
    if not form.data.get("redacted"):
        raise BadInput(fields={"redacted": gettext("请先遮盖截图中的个人信息")})
    return files.clean(given.read())


def _page(request: HttpRequest, form: Post, status: int = 200, **more: Any) -> HttpResponse:
    page = engines["django"].from_string(PAGE.read_text("utf-8"))
    return HttpResponse(page.render({"form": form, **more}, request), status=status)


urlpatterns = [
    path("", enter, name="publicpost"),
    path("<str:number>/verified", verified),
    path("<str:number>/replied", replied),
]
