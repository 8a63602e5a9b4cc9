"""What a report must look like: the checks every door relies on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from anxin.kernel import areas, clock
from anxin.kernel.errors import BadInput, InTheFuture, NothingSaid, OutsideTheCity, TextTooLong
from anxin.kernel.matters import (
    NARRATIVE_LENGTH,
    NATURES,
    REPORTED,
    TITLE_LENGTH,
    URGENCIES,
    Matter,
    Report,
    follow_code,
    number,
)  # fmt: skip
from anxin.kernel.people import Person
from anxin.kernel.registry import Kind
from anxin.kernel.rows import make, new_id, writable

ADDRESS_LENGTH = 300
SOURCE_LENGTH = 200
TOLERANCE = timedelta(minutes=5)
"""How far another machine's clock may run ahead before its moment counts as future."""


def not_in_the_future(**moments: datetime | None) -> None:
    """Raise InTheFuture when a moment lies ahead of now by more than five minutes."""
    for name, at in moments.items():
        if at is not None and at.utcoffset() is None:
            raise clock.NaiveMoment(fields={name: str(at)})
    late = {name: str(at) for name, at in moments.items() if at is not None and at > clock.now() + TOLERANCE}
    if late:
        raise InTheFuture(fields=late)


def check_form(what: Report) -> None:
    """Check what every door leaves to the kernel: something said, not too long, known words, no future.

    Raises NothingSaid, TextTooLong, BadInput, BrokenEncoding, InTheFuture.
    """
    if not (what.title.strip() or what.narrative.strip()):
        raise NothingSaid(fields={"narrative": _("必填")})
    if len(what.title) > TITLE_LENGTH or len(what.narrative) > NARRATIVE_LENGTH or len(what.address) > ADDRESS_LENGTH:
        most = _("标题 {title} 字、正文 {narrative} 字、地址 {address} 字以内")
        raise TextTooLong(
            most.format(title=TITLE_LENGTH, narrative=NARRATIVE_LENGTH, address=ADDRESS_LENGTH),
            fields={
                name: str(len(getattr(what, name)))
                for name, length in (
                    ("title", TITLE_LENGTH),
                    ("narrative", NARRATIVE_LENGTH),
                    ("address", ADDRESS_LENGTH),
                )
                if len(getattr(what, name)) > length
            },
        )
    wrong = {
        name: str(getattr(what, name))
        for name, known in (("nature", NATURES), ("urgency", URGENCIES))
        if getattr(what, name) not in known
    }
    if not writable(what.title + what.narrative + what.address + what.source_ref + what.channel):
        wrong["narrative"] = _("含有不可识别的字符")
    if what.person and not writable("".join(getattr(what.person, name) for name in what.person.__struct_fields__)):
        wrong["person"] = _("含有不可识别的字符")
    if (what.lat is None) != (what.lon is None):
        wrong["lat"] = _("经纬度须同时提供")
    if len(what.source_ref) > SOURCE_LENGTH:
        wrong["source_ref"] = _("不超过 {most} 字").format(most=SOURCE_LENGTH)
    if wrong:
        raise BadInput(fields=wrong)
    not_in_the_future(occurred_at=what.occurred_at)


def place_of(what: Report, moment: datetime) -> tuple[areas.Place, str]:
    """The place of a report on its day, by point or by area, and the level it begins at. Raises OutsideTheCity."""
    tree = areas.tree()
    if what.lat is not None and what.lon is not None:
        return tree.place(tree.grid_at(what.lat, what.lon), clock.local_day(moment)), "town"
    if not what.area:
        return areas.Place(None, None, None, None), "county"
    area = tree.by_code.get(what.area)
    if area is None:
        raise OutsideTheCity(fields={"area": what.area})
    return tree.place(area.pk, clock.local_day(moment)), "town" if area.level not in ("county", "city") else "county"


def origin(of: str) -> int | None:
    """The id of the matter this one came out of. Raises BadInput when there is none of that number."""
    if not of:
        return None
    found = Matter.objects.filter(number=of).values_list("pk", flat=True).first()
    if found is None:
        raise BadInput(fields={"of": of})
    return found


def matter_of(what: Report, kind: Kind, moment: datetime, person: Person | None) -> Matter:
    """The new matter a report becomes, not stored yet: numbered, placed, with the code to follow it."""
    place, level = place_of(what, moment)
    pk = new_id()
    return make(
        Matter,
        id=pk,
        number=number(clock.local_day(moment), pk),
        follow_code=follow_code(),
        state=REPORTED,
        kind=kind.code,
        nature=what.nature,
        urgency=what.urgency,
        title=what.title.strip(),
        narrative=what.narrative.strip(),
        address=what.address.strip(),
        channel=what.channel,
        source_ref=what.source_ref,
        person_id=person.token if person else None,
        confidential=what.confidential or kind.private,
        lat=what.lat,
        lon=what.lon,
        grid_id=place.grid,
        village_id=place.village,
        town_id=place.town,
        county_id=place.county,
        occurred_at=what.occurred_at,
        reported_at=moment,
        level=level,
        of_id=origin(what.of),
    )


def corrected(m: Matter, **given: Any) -> dict[str, Any]:
    """The columns of a matter a correction sets (None: not given), checked like a report; a new point moves its path.

    Raises NothingSaid when nothing is given, and what `check_form` and the place raise.
    """
    values = {name: value for name, value in given.items() if value is not None}
    check_form(Report(**{"kind": m.kind, "title": m.title, "narrative": m.narrative, **values}))
    if not values:
        raise NothingSaid
    if "lat" in values:
        tree = areas.tree()
        place = tree.place(tree.grid_at(values["lat"], values["lon"]), clock.local_day(m.reported_at))
        values |= {f"{level}_id": getattr(place, level) for level in ("grid", "village", "town", "county")}
    return values
