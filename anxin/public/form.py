"""What a resident has typed: read without losing a word, and made into a report."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from anxin.kernel import areas, clock, files, registry
from anxin.kernel.areas import Area
from anxin.kernel.errors import BadInput, BrokenEncoding, NothingSaid, OutsideTheCity, TooLarge
from anxin.kernel.files import Cleaned
from anxin.kernel.form import ADDRESS_LENGTH
from anxin.kernel.matters import Report
from anxin.kernel.people import Particulars
from anxin.understanding import suggest
from anxin.understanding.suggest import headline

PHOTOS = 3
LARGEST = PHOTOS * files.LARGEST + 1024 * 1024
"""Bytes a submission may have: three photos of 20 MB, and the words."""
_KEY = re.compile(r"[0-9a-f]{32}")
_REF = re.compile(r"[A-Za-z0-9:/._-]{0,60}")
_PHONE = re.compile(r"\+?[0-9][0-9 -]{4,24}")


@dataclass(frozen=True, kw_only=True)
class Typed:
    """The fields of the report form as they were typed; `key` makes sending twice harmless."""

    key: str
    said: str = ""
    kind: str = ""
    town: str = ""
    address: str = ""
    lat: str = ""
    lon: str = ""
    name: str = ""
    phone: str = ""
    confidential: bool = False
    when: str = ""
    """When it happened, as the browser writes it (2026-11-24T06:10, the city's own time)."""
    area: str = ""
    ref: str = ""
    """Where a link to this form began: the code of an area, and what whoever made the link wants to find again."""

    def anew(self) -> Typed:
        """The same words under a new key."""
        return replace(self, key=uuid.uuid4().hex)

    def without_position(self) -> Typed:
        """The same words without the position of the device."""
        return replace(self, lat="", lon="")


def empty() -> Typed:
    """A blank form."""
    return Typed(key=uuid.uuid4().hex)


def begun(asked: Mapping[str, str]) -> Typed:
    """A form that a link has begun to fill in: kind, address, area, ref; what is not known is left out."""
    kind, area, ref = asked.get("kind", ""), asked.get("area", ""), asked.get("ref", "")
    return Typed(
        key=uuid.uuid4().hex,
        kind=kind if kind in registry.kinds() else "",
        address=asked.get("address", "").replace("\x00", "")[:ADDRESS_LENGTH],
        area=area if area in areas.tree().by_code else "",
        ref=ref if _REF.fullmatch(ref) else "",
    )


def read(request: HttpRequest) -> Typed:
    """What was typed. Raises TooLarge before anything is read, BrokenEncoding is left to `check`."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        raise TooLarge(_("不超过 {size} MB").format(size=files.LARGEST // 1024 // 1024))
    said: Mapping[str, str] = {name: value for name, value in request.POST.items() if isinstance(value, str)}
    texts = {
        name: said.get(name, "") for name in ("said", "kind", "town", "address", "lat", "lon", "name", "phone", "when")
    }
    begun_with = begun(said)
    key = said.get("key", "")
    return Typed(
        key=key if _KEY.fullmatch(key) else uuid.uuid4().hex,
        confidential=said.get("confidential") == "1",
        area=begun_with.area,
        ref=begun_with.ref,
        **{name: value.replace("\r\n", "\n") for name, value in texts.items()},
    )


def check_encoding(request: HttpRequest, typed: Typed) -> None:
    """Raise BrokenEncoding when the browser sent something else than UTF-8, BadInput for NUL characters."""
    texts = [value for value in vars(typed).values() if isinstance(value, str)]
    if request.content_type == "application/x-www-form-urlencoded":
        try:
            request.body.decode()
        except UnicodeDecodeError as error:
            raise BrokenEncoding from error
    if any("\ufffd" in text for text in texts):
        raise BrokenEncoding
    if any("\x00" in text for text in texts):
        raise BadInput(fields={"said": _("含有不可识别的字符")})


def report(typed: Typed) -> Report:
    """What was typed, as a report; kind and place are read from the words where nothing was chosen.

    Raises NothingSaid, UnknownKind, OutsideTheCity, BadInput.
    """
    if not typed.said.strip():
        raise NothingSaid(fields={"said": _("必填")})
    if typed.phone.strip() and not _PHONE.fullmatch(typed.phone.strip()):
        raise BadInput(fields={"phone": _("电话只能是数字，可带区号")})
    lat, lon = _position(typed)
    town = _town(typed.town)
    hint = _reading(typed, town, lat, lon)
    kind = registry.kind(typed.kind).code if typed.kind else hint.kind or suggest.catch_all()
    person = Particulars(name=typed.name.strip(), phone=typed.phone.strip())
    occurred = _moment(typed.when)
    return Report(
        kind=kind,
        title=headline(typed.said),
        narrative=typed.said,
        channel="web",
        person=person,
        confidential=typed.confidential,
        lat=lat,
        lon=lon,
        area="" if lat is not None else typed.area if typed.area and town is None else _area(town, hint.area),
        address=typed.address,
        source_ref=typed.ref,
        occurred_at=occurred,
    )


def _moment(written: str) -> datetime | None:
    """When it happened. Raises BadInput."""
    if not written.strip():
        return None
    try:
        told = datetime.fromisoformat(written.strip())
    except ValueError:
        raise BadInput(fields={"when": _("请从日历中选择日期和时间")}) from None
    return told if told.tzinfo else told.replace(tzinfo=clock.TZ)


def place_of(typed: Typed) -> int | None:
    """The area (its id) of what was typed: where the device is, else what the words name. Raises OutsideTheCity."""
    lat, lon = _position(typed)
    if lat is not None and lon is not None:
        return areas.tree().grid_at(lat, lon)
    town = _town(typed.town)
    found = areas.tree().by_code.get(_area(town, _reading(typed, town, lat, lon).area))
    return found.pk if found else None


def _reading(typed: Typed, town: Area | None, lat: float | None, lon: float | None) -> suggest.Suggestion:
    return suggest.suggest(f"{town.name if town else ''} {typed.address} {typed.said}", lat=lat, lon=lon)


def _position(typed: Typed) -> tuple[float | None, float | None]:
    if not typed.lat.strip() and not typed.lon.strip():
        return None, None
    try:
        lat, lon = float(typed.lat), float(typed.lon)
    except ValueError:
        raise OutsideTheCity(fields={"address": _("定位无法识别")}) from None
    areas.tree().grid_at(lat, lon)
    return lat, lon


def _town(code: str) -> Area | None:
    if not code:
        return None
    town = areas.tree().by_code.get(code)
    if town is None or town.level != "town" or town.valid_to is not None:
        raise OutsideTheCity(fields={"town": _("请从清单中选择")})
    return town


def _area(town: Area | None, named: str | None) -> str:
    """The place that was named, if it lies in the town that was chosen; else the town."""
    if town is None:
        return named or ""
    tree = areas.tree()
    inside = named is not None and town.pk in tree.chain(tree.by_code[named].pk, areas.today())
    return named if named is not None and inside else town.code


def photos(request: HttpRequest) -> list[Cleaned]:
    """The photos that were sent, cleaned, none stored yet. Raises TooLarge, NotAPicture, BadInput for too many."""
    sent: list[Any] = [each for each in request.FILES.getlist("photos") if each.size]
    if len(sent) > PHOTOS:
        raise BadInput(fields={"photos": _("最多 {count} 张").format(count=PHOTOS)})
    for each in sent:
        if each.size > files.LARGEST:
            raise TooLarge(
                _("不超过 {size} MB").format(size=files.LARGEST // 1024 // 1024), fields={"photos": each.name[:100]}
            )
    return [files.clean(each.read()) for each in sent]


def towns() -> list[tuple[str, list[Area]]]:
    """The towns of today by county, for choosing."""
    tree = areas.tree()
    today = areas.today()
    found: dict[str, list[Area]] = {}
    for area in sorted(tree.areas.values(), key=lambda each: each.code):
        if area.level == "town" and area.valid_to is None and (above := tree.parent(area.pk, today)) is not None:
            found.setdefault(tree.areas[above].name, []).append(area)
    return list(found.items())
