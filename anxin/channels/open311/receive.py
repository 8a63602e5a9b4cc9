"""A request that comes in: a form becomes a report, once, however often it is sent."""

from __future__ import annotations

import hashlib
import hmac
import math
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from anxin.channels.open311 import attributes, ids, shown
from anxin.channels.open311.attributes import Given
from anxin.kernel import areas, clock, files, flow, journal
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import BadInput, BrokenEncoding, NotAllowed, TooLarge, UnknownKind
from anxin.kernel.files import Attachment, Cleaned
from anxin.kernel.form import ADDRESS_LENGTH
from anxin.kernel.journal import Change
from anxin.kernel.matters import NARRATIVE_LENGTH, Report
from anxin.kernel.people import Particulars
from anxin.public.form import LARGEST, PHOTOS
from anxin.public.rate import Limit
from anxin.understanding import suggest

CODE = shown.CODE
MEDIA = f"{CODE}.media"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
RATE = Limit(most=600)
"""Requests of one key within ten minutes, in each server process [INF]."""
WINDOW = 3600
"""Seconds: the same form from the same key again within one to two windows is a retry, not a second request [INF]."""
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{2,24}", re.ASCII)
_KEY = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
_LINK = 1000


def client(form: QueryDict) -> str:
    """Whose key it is. Raises NotAllowed when it is missing or none of ours."""
    given = form.get("api_key", "").encode()
    found = [name for name, key in settings.OPEN311_KEYS.items() if hmac.compare_digest(key.encode(), given)]
    if not given or not found:
        raise NotAllowed(fields={"api_key": _("缺少或无效")})
    return found[0]


def form_of(request: HttpRequest) -> QueryDict:
    """The form that was sent. Raises TooLarge, BadInput for another media type, BrokenEncoding when it is not UTF-8."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > LARGEST:
        raise TooLarge(fields={"media": f"{LARGEST // 1024 // 1024} MB"})
    if request.content_type not in FORMS:
        raise BadInput(fields={"content-type": ", ".join(FORMS)})
    form = request.POST
    texts = "".join([*form, *(value for each in form.lists() for value in each[1])])
    if "\ufffd" in texts or "\x00" in texts or any("\ud800" <= letter <= "\udfff" for letter in texts):
        raise BrokenEncoding
    return form


def take(request: HttpRequest) -> tuple[dict[str, Any], bool]:
    """Take in a request: what is answered, and whether it is new.

    Raises NotAllowed (api_key), UnknownKind, BadInput for everything that is missing or wrong, TooManyReports.
    """
    form = form_of(request)
    whose = client(form)
    RATE.count(whose)
    what, given, ignored = read(form)
    photos = _photos(request)
    link = _link(form)
    by = Actor(role="channel", channel=CODE)
    key = _key(request, whose, form, photos)
    with transaction.atomic():
        change = flow.report(what, by.under(key))
        if not change.repeated:
            _keep(change, by, given, link, photos)
    return _answer(change, form, what, ignored), not change.repeated


def read(form: QueryDict) -> tuple[Report, list[Given], list[str]]:
    """The form as a report, with the answers to the service's questions and the codes of those it does not ask."""
    code = form.get("service_code", "").strip()
    if not code:
        raise BadInput(fields={"service_code": _("必填")})
    kind = shown.services().get(code)
    if kind is None:
        raise UnknownKind(fields={"service_code": code[:100]})
    wrong: dict[str, str] = {}
    said = form.get("description", "").replace("\r\n", "\n").strip()
    address = form.get("address_string", "").strip()
    if len(said) > NARRATIVE_LENGTH:
        wrong["description"] = _("不超过 {most} 字").format(most=NARRATIVE_LENGTH)
    if len(address) > ADDRESS_LENGTH:
        wrong["address_string"] = _("不超过 {most} 字").format(most=ADDRESS_LENGTH)
    lat, lon = _point(form, wrong)
    area = _area(form, wrong)
    if lat is None and not area and not address and not wrong.keys() & {"lat", "long", "address_id"}:
        wrong["lat"] = _("须有 lat 和 long、address_string 或 address_id")
    person = _person(form, wrong)
    try:
        given, ignored = attributes.read(code, form)
    except BadInput as error:
        wrong |= error.fields
    if wrong:
        raise BadInput(fields=wrong)
    if lat is None and not area:
        area = suggest.suggest(f"{address} {said}", headline="").area or ""
    what = Report(
        kind=code,
        title=suggest.headline(said) if said else kind.title,
        narrative=said,
        channel=CODE,
        person=person,
        lat=lat,
        lon=lon,
        area="" if lat is not None else area,
        address=address,
    )
    return what, given, ignored


def _point(form: QueryDict, wrong: dict[str, str]) -> tuple[float | None, float | None]:
    texts = {name: form.get(name, "").strip() for name in ("lat", "long")}
    if not any(texts.values()):
        return None, None
    found = {}
    for name, most in (("lat", 90.0), ("long", 180.0)):
        try:
            found[name] = float(texts[name])
            if not (math.isfinite(found[name]) and abs(found[name]) <= most):
                raise ValueError
        except ValueError:
            wrong[name] = _("须是 WGS-84 的度数") if texts[name] else _("经纬度须同时提供")
    return (None, None) if len(found) < 2 or wrong.keys() & {"lat", "long"} else (found["lat"], found["long"])


def _area(form: QueryDict, wrong: dict[str, str]) -> str:
    code = form.get("address_id", "").strip()
    if code and code not in areas.tree().by_code:
        wrong["address_id"] = _("没有这一区域代码")
        return ""
    return code


def _person(form: QueryDict, wrong: dict[str, str]) -> Particulars | None:
    first, last, phone, email = (form.get(name, "").strip() for name in ("first_name", "last_name", "phone", "email"))
    if phone and not _PHONE.fullmatch(phone):
        wrong["phone"] = _("电话只能是数字，可带区号")
    if email:
        try:
            validate_email(email)
        except ValidationError:
            wrong["email"] = _("不是有效的邮箱地址")
    name = f"{first} {last}".strip() if (first + last).isascii() else last + first
    for field, text in (("first_name", name), ("email", email)):
        if len(text) > 100:
            wrong[field] = _("不超过 {most} 字").format(most=100)
    found = Particulars(name=name, phone=phone, email=email)
    return found if found != Particulars() else None


def _link(form: QueryDict) -> str:
    """The link to media elsewhere. It is kept for whoever handles the matter; nothing is ever fetched from it."""
    link = form.get("media_url", "").strip()
    if not link:
        return ""
    try:
        parts = urlsplit(link if len(link) <= _LINK else "")
        good = parts.scheme in ("http", "https") and "." in (parts.hostname or "") and not parts.username
    except ValueError:
        good = False
    if not good or any(letter.isspace() for letter in link):
        raise BadInput(fields={"media_url": _("须是 http 或 https 链接，不超过 1000 字")})
    return link


def _photos(request: HttpRequest) -> list[Cleaned]:
    """Pictures that came along, cleaned, none stored yet. Raises TooLarge, NotAPicture, BadInput for too many."""
    sent = [each for name in ("media", "media[]") for each in request.FILES.getlist(name) if each.size]
    if len(sent) > PHOTOS:
        raise BadInput(fields={"media": _("最多 {count} 张").format(count=PHOTOS)})
    if any((each.size or 0) > files.LARGEST for each in sent):
        raise TooLarge(fields={"media": _("不超过 {size} MB").format(size=files.LARGEST // 1024 // 1024)})
    return [files.clean(each.read()) for each in sent]


def _key(request: HttpRequest, whose: str, form: QueryDict, photos: Sequence[Cleaned]) -> str:
    """What makes a retry one request: the `Idempotency-Key` of the client, else the form itself within the hour."""
    own = request.headers.get("Idempotency-Key", "").strip().strip('"')
    if own:
        if not _KEY.fullmatch(own):
            raise BadInput(fields={"Idempotency-Key": "A-Z a-z 0-9 _ . : -, 1-100"})
        return f"{CODE}:{whose}:{own}"
    drawn = hashlib.sha256()
    for name, values in sorted(form.lists()):
        if name not in ("api_key", "device_id"):
            drawn.update(repr((name, values)).encode("utf-8", "surrogatepass"))
    for photo in photos:
        drawn.update(hashlib.sha256(photo[0]).digest())
    hour = int(clock.now().timestamp()) // WINDOW
    keys = [f"{CODE}:{whose}:{drawn.hexdigest()[:32]}:{each}" for each in (hour - 1, hour)]
    return keys[0] if journal.entry_under(keys[0]) is not None else keys[1]


def _keep(change: Change, by: Actor, given: Sequence[Given], link: str, photos: Sequence[Cleaned]) -> None:
    """Keep what came with a new request: answers (values of lists also as facts), the link, the pictures."""
    if given:
        chosen = {each.attribute.code: ",".join(each.values) for each in given if each.attribute.values}
        flow.note(change.matter, by, "\n".join(each.line for each in given), shown.ATTRIBUTES, chosen)
    if link:
        flow.note(change.matter, by, f"媒体链接（未打开）：{link}", MEDIA)
    if photos:
        kept = list({file.sha256: file for file in map(files.store, photos)}.values())
        facts = {f"photo{place}": file.sha256 for place, file in enumerate(kept, 1)}
        noted = flow.note(change.matter, by, f"照片 {len(kept)} 张", "photos", facts)
        rows = [Attachment(matter=change.matter, entry=noted.entry, file=file) for file in kept]
        Attachment.objects.bulk_create(rows, ignore_conflicts=True)


def _answer(change: Change, form: QueryDict, what: Report, ignored: list[str]) -> dict[str, Any]:
    m = change.matter
    link = settings.SITE_URL + reverse("public-matter", args=[m.number, m.follow_code])
    said = [shown.notice(m, link)]
    if suggest.dangers(f"{what.title} {what.narrative}"):
        said.insert(0, _("如有危险，请立即拨打 110、119 或 120。"))
    if ignored:
        said.append(_("未使用的属性：{codes}").format(codes=", ".join(ignored)[:200]))
    return {
        "service_request_id": ids.outside(m.pk),
        "service_notice": " ".join(said),
        "account_id": form.get("account_id", "").strip()[:100] or None,
    }
