"""The house and its building: taken into the book, entrusted, renovated, its papers, rooms and devices, its status."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from anxin.kernel import areas, bodies, changes, files, people, registry, rights
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import BadInput, NotAllowed, ReasonNeeded
from anxin.kernel.people import Particulars
from anxin.programmes.apartments import rules
from anxin.programmes.apartments.actions import Done, company, writes
from anxin.programmes.apartments.models import (
    DEVICES,
    PAPERS,
    Adoption,
    Building,
    Device,
    Entrustment,
    House,
    Paper,
    Renovation,
    Room,
)  # fmt: skip


@writes("house", "apartments.run", find=company)
def register(
    body: bodies.Body, by: Actor, *, number: str, place: str, owner: Particulars, built: int, permit: bool, floors: int,
    title: str = "", certificate: str = "", former_rent: int = 0, lat: float | None = None, lon: float | None = None,
) -> Done[Building]:  # fmt: skip
    """Take a house into the book of a village company; `former_rent` in fen a year, position WGS-84."""
    if not number.strip() or not place.strip() or not owner.name.strip():
        raise BadInput(fields={"number": _("请填写编号、位置和户主")})
    if not 1900 <= built <= areas.today().year or not 1 <= floors <= 12:
        raise BadInput(fields={"built": _("请核对建成年份和层数")})
    house = House.objects.create(
        code=number.strip(), village=body.area, place=place.strip(), owner=people.keep(owner), built=built,
        permit=permit, certificate=certificate, former_rent=former_rent,
    )  # fmt: skip
    made = Building.objects.create(
        code=house.code, house=house, company=body, title=title.strip() or house.place, floors=floors, lat=lat, lon=lon,
        since=areas.today(),
    )  # fmt: skip
    return Done(made, {"built": built, "permit": permit, "owner": str(house.owner_id)}, subject=house.code)


@writes("entrustment", "apartments.run")
def entrust(
    row: Building, by: Actor, *, begins: date, ends: date, rent: int, step: int = 0, reserved: str = "",
    restoration: str = "",
) -> Done[Entrustment]:  # fmt: skip
    """The owner entrusts the house: term, guaranteed rent in fen a year, rising by `step` per mille a year."""
    _span(begins, ends)
    if rent <= 0 or not 0 <= step <= 200:
        raise BadInput(fields={"rent": _("保底租金须大于零，年递增不超过千分之二百")})
    made = Entrustment.objects.create(
        building=row, begins=begins, ends=ends, until=ends, rent=rent, step=step, reserved=reserved,
        restoration=restoration,
    )  # fmt: skip
    return Done(made, {"begins": begins, "ends": ends, "rent": rent, "step": step})


@writes("renovation", "apartments.run")
def renovate(
    row: Building, by: Actor, *, scope: str, items: Sequence[str], budget: int, years: int, cost: int = 0
) -> Done[Renovation]:
    """Plan a renovation with its fire items; written off over so many years. Money in fen."""
    if not scope.strip() or budget < 0 or not 1 <= years <= 20 or not set(items) <= set(DEVICES):
        raise BadInput(fields={"scope": _("请写明改造内容、预算和摊销年限（1至20年）")})
    made = Renovation.objects.create(
        building=row, scope=scope, items=list(items), budget=budget, years=years, cost=cost or budget
    )
    return Done(made, {"scope": scope, "items": list(items), "budget": budget, "years": years})


@writes("paper", "apartments.see")
def paper(
    row: Building, by: Actor, *, sort: str, number: str, issued_on: date, valid_until: date | None = None,
    items: Sequence[str] = (), passed: bool = True, scan: bytes = b"",
) -> Done[Paper]:  # fmt: skip
    """Record a paper. An acceptance (fire, house, electric) says yes only with every item of its check-list ticked.

    The fire acceptance is the fire brigade's to record, all others the company's. Raises NotAllowed, BadInput.
    """
    right = "apartments.accept" if sort == "fire" else "apartments.run"
    if sort not in PAPERS:
        raise BadInput(fields={"sort": sort})
    if not rules.may(by, right, row):
        raise NotAllowed(right=right)
    if issued_on > areas.today() or (valid_until and valid_until <= issued_on):
        raise BadInput(fields={"issued_on": _("请核对签发日和有效期")})
    stamp = ""
    if sort in ("fire", "house", "electric"):
        norm = registry.norm(f"apartments.accept.{sort}", issued_on)
        passed, stamp = {each["code"] for each in norm.value} <= set(items), norm.stamp
    made = Paper.objects.create(
        building=row, sort=sort, number=number, issued_on=issued_on, valid_until=valid_until, passed=passed,
        stamp=stamp, file=files.keep(scan) if scan else None,
    )  # fmt: skip
    return Done(made, {"sort": sort, "number": number, "passed": passed, "items": list(items), "until": valid_until})


@writes("damage", "apartments.visit")
def damage(row: Building, by: Actor, *, reason: str, seen_on: date | None = None) -> Done[Building]:
    """Visible tilt or cracks since a day (None: put right): an appraisal is due within five days. ZFW art. 15."""
    if not reason.strip():
        raise ReasonNeeded
    before = row.house.damaged_on
    House.objects.filter(pk=row.house_id).update(damaged_on=seen_on)
    until = rules.due("appraise", seen_on)[0] if seen_on else None
    return Done(row, {"damaged": seen_on, "appraise_until": until}, {"damaged": before}, reason)


@writes("status", "apartments.see")
def move(row: Building, by: Actor, *, to: str, reason: str = "") -> Done[Building]:
    """Change the status of a building; what it lacks is named. Suspending for safety is for whoever inspects, too.

    Raises NoSuchMove, NotYetLettable, NotAllowed.
    """
    right = "apartments.visit" if to == "suspended" else "apartments.run"
    if not rules.may(by, right, row):
        raise NotAllowed(right=right)
    if to == "suspended" and not reason.strip():
        raise ReasonNeeded
    day, before = areas.today(), row.status
    rules.check_move(row, to, day)
    if to == "renovating":
        row.renovations.filter(begun_on=None).update(begun_on=day)
    if to == "accepted" and before == "renovating":
        row.renovations.filter(accepted_on=None).update(accepted_on=day)
    if to == "returned":
        row.entrustments.filter(until__gt=day, begins__lt=day).update(until=day)
    row.status, row.since = to, day
    row.save(update_fields=["status", "since"])
    return Done(row, {"status": to}, {"status": before}, reason)


@writes("room", "apartments.run")
def room(row: Building, by: Actor, *, number: str, floor: int, use: str, usable: Decimal, beds: int) -> Done[Room]:
    """Enter a room or correct it: usable area in m2, beds in bedrooms only; what a room has is never deleted."""
    known = Room.objects.filter(building=row, number=number).first()
    if not 1 <= floor <= row.floors or not 0 < usable < 1000 or not 0 <= beds <= 12 or (beds and use != "bedroom"):
        raise BadInput(fields={"usable": _("请核对楼层、面积和床位；床位只能在卧室")})
    before = {"use": known.use, "usable": known.usable, "beds": known.beds} if known else {}
    if known and use != "bedroom" and known.stays.filter(until=None).exists():
        raise BadInput(fields={"use": _("房间仍有人居住")})
    made, _new = Room.objects.update_or_create(
        building=row, number=number, defaults={"floor": floor, "use": use, "usable": usable, "beds": beds}
    )
    return Done(made, {"use": use, "usable": usable, "beds": beds}, before, subject=f"{row.code}/{number}")


@writes("device", "apartments.run")
def equip(row: Building, by: Actor, *, sort: str, count: int = 1, place: str = "", number: str = "") -> Done[Device]:
    """Enter what is installed in a room (`number`) or in public parts. A camera in a room is refused: VID art. 8."""
    here = Room.objects.filter(building=row, number=number).first() if number else None
    if sort not in DEVICES or (number and here is None) or not 1 <= count <= 999:
        raise BadInput(fields={"sort": _("请核对设备、房间和数量")})
    if sort == "camera" and (here is not None or any(word in place for word in ("房间", "卧室", "宿舍内"))):
        raise rules.CameraInRoom
    made = Device.objects.create(building=row, room=here, sort=sort, count=count, place=place)
    return Done(made, {"sort": sort, "count": count, "room": number})


@transaction.atomic
def adopt(village: areas.Area, by: Actor, *, rule_set: str, effective: date, source: str) -> Adoption:
    """The fire brigade or the police decides which rule set of capacity holds in a village from a day on, and why."""
    rights.enter(by, "apartments.adopt", area=village.pk)
    if not source.strip():
        raise ReasonNeeded(fields={"source": _("请写明依据的文件")})
    registry.norm(f"apartments.capacity.{rule_set}", effective)
    made, _new = Adoption.objects.update_or_create(
        village=village, effective=effective, defaults={"rule_set": rule_set, "source": source, "post": by.post}
    )
    changes.record(by, "apartments.capacity", village.code, {}, {"rule_set": rule_set}, source, effective)
    return made


def _span(begins: date, ends: date) -> None:
    if ends <= begins or (ends - begins).days > 366 * 20:
        raise BadInput(fields={"ends": _("结束日须晚于开始日，且不超过二十年")})
