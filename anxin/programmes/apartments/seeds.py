"""Buildings of 新义村 as they could be: used by the demo (a few) and by the acceptance scenarios (all forty-one).

Every person is invented; telephone numbers and identity numbers are invalid by construction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from anxin import tables
from anxin.kernel import areas, bodies, clock
from anxin.kernel.bodies import Actor, Post
from anxin.kernel.people import Particulars
from anxin.programmes.apartments.actions import books, houses, importing, letting, visits
from anxin.programmes.apartments.models import Building, Room, Share, Stay

VILLAGE = "330411005201"
COMPANY = f"{VILLAGE}.company"
KEEPER = f"{COMPANY}.manager"
"""The post from which the demo looks at what is planted here."""
KIT = ["kit", "smoke", "gas", "light", "exits", "charging", "rooms", "walls", "stairs", "rcd", "wires", "load"]
"""Every item of the acceptance lists."""
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"


@dataclass(frozen=True, slots=True)
class Cast:
    """Who runs the apartments of the village."""

    manager: Actor
    village: Actor
    fire: Actor
    employers: tuple[str, ...] = (f"{VILLAGE}.enterprise-1", f"{VILLAGE}.enterprise-2")


def cast(find: Callable[[str], Actor]) -> Cast:
    """The cast, found by the codes of their posts."""
    return Cast(find(f"{COMPANY}.manager"), find(f"{VILLAGE}.committee.village"), find("330411.fire.clerk"))


def worker(number: int) -> Particulars:
    """An invented person."""
    name = SURNAMES[number % len(SURNAMES)] + "某" + "甲乙丙丁戊己庚辛壬癸"[number // len(SURNAMES) % 10]
    return Particulars(name=name, phone=f"0000{number:07d}", id_number=f"000000{number:012d}")


def rooms_of(buildings: int, rooms: int) -> list[int]:
    """How many bedrooms each building has, as evenly as they go: 608 in 41 are 34 of 15 and 7 of 14."""
    return [rooms // buildings + (number < rooms % buildings) for number in range(buildings)]


def register(buildings: int, rooms: int, usable: Decimal, beds: int) -> bytes:
    """The register the company kept before, as a workbook: every bedroom, and a kitchen and a bath on each floor."""
    rows = []
    for number, count in enumerate(rooms_of(buildings, rooms), 1):
        place = f"新义村{number % 12 + 1}组{number}号"
        common = {
            "building": f"XY-{number:02d}", "place": place, "owner": f"{SURNAMES[number % 32]}户{number}",
            "phone": f"0001{number:07d}", "built": 1990 + number % 25, "permit": number % 3 != 0, "floors": 3,
            "former_rent": 17_500_00,
        }  # fmt: skip
        for place_in in range(count):
            floor = place_in % 3 + 1
            rows.append({**common, "floor": floor, "number": f"{floor}{place_in // 3 + 1:02d}", "use": "bedroom",
                         "usable": usable, "beds": beds})  # fmt: skip
        for floor in (1, 2, 3):
            rows += [
                {
                    **common,
                    "floor": floor,
                    "number": f"{floor}0{letter}",
                    "use": use,
                    "usable": Decimal(area),
                    "beds": 0,
                }
                for letter, use, area in (("K", "kitchen", 8), ("B", "bath", 5))
            ]
    return tables.xlsx("蓝领公寓登记册", importing.ROOMS, rows)


def bring_to_letting(row: Building, who: Cast, begins: date, ends: date, rent: int, number: int) -> None:
    """Walk a building the whole way from idle to let: contract, appraisal, renovation, acceptance, insurance, lease."""
    code, manager = row.code, who.manager
    houses.entrust(code, manager, begins=begins, ends=ends, rent=42_000_00)
    houses.move(code, manager, to="entrusted")
    houses.paper(code, manager, sort="appraisal", number=f"鉴{number:03d}", issued_on=begins)
    houses.move(code, manager, to="appraised")
    items = ["smoke", "extinguisher", "gas"]
    houses.renovate(code, manager, scope="水电改造、隔墙、消防", items=items, budget=30_000_00, years=5)
    for step in ("designed", "renovating"):
        houses.move(code, manager, to=step)
    for sort, by in (("house", manager), ("electric", manager), ("fire", who.fire)):
        houses.paper(code, by, sort=sort, number=f"验{number:03d}", issued_on=begins, items=KIT)
    houses.move(code, manager, to="accepted")
    houses.paper(code, manager, sort="insurance", number=f"保{number:03d}", issued_on=begins, valid_until=ends)
    letting.lease(
        code, manager, number=f"ZL-{code}", employer=who.employers[number % len(who.employers)], begins=begins,
        ends=ends, rent=rent, deposit=rent // 12, letter_on=begins,
        safety=Particulars(name=f"{SURNAMES[number % 32]}安全"),
    )  # fmt: skip
    houses.move(code, manager, to="let")
    houses.equip(code, manager, sort="extinguisher", count=6, place="走廊")


def move_in(rows: list[Building], who: Cast, count: int, day: date, *, found: bool = False) -> None:
    """People move in, one a bed, room by room, from all buildings in turn."""
    beds = [
        (room.building.code, room.number, bed)
        for room in Room.objects.filter(building__in=rows, use="bedroom").select_related("building").order_by("pk")
        for bed in range(1, room.beds + 1)
    ]
    beds.sort(key=lambda each: each[2])
    more = {"exception": "register", "reason": "既有入住情况接收"} if found else {}
    for number, (code, room, bed) in enumerate(beds[:count], 1):
        letting.check_in(code, who.village if found and bed > 2 else who.manager, room=room, bed=bed,
                         worker=worker(number), begins=day, **(more if found and bed > 2 else {}))  # fmt: skip


def plant() -> None:
    """Six buildings with people, visits, a hazard, bills and shares for the demo; harmless when repeated."""
    village = areas.tree().by_code.get(VILLAGE)
    if village is None or Building.objects.exists() or not Post.objects.filter(code=f"{COMPANY}.manager").exists():
        return
    who, today = cast(bodies.at_post), areas.today()
    begins, ends = today - timedelta(days=330), today + timedelta(days=1165)
    with clock.at(datetime.combine(begins, time(9), clock.TZ)):
        importing.rooms(COMPANY, who.manager, "登记册.xlsx", register(7, 84, Decimal("14.50"), 3), whole=True)
        rows = list(Building.objects.order_by("code"))
        centre = areas.geometry(village)
        for number, row in enumerate(rows):
            if centre is not None:
                spot = centre.representative_point()
                Building.objects.filter(pk=row.pk).update(
                    lat=spot.y + (number % 3 - 1) * 0.0016, lon=spot.x + (number // 3 - 1) * 0.0021
                )
        for number, row in enumerate(rows[:6]):
            bring_to_letting(row, who, begins, ends - timedelta(days=30 * number), 57_600_00, number)
        move_in(rows[:5], who, 128, begins + timedelta(days=20), found=True)
        for row in rows[:6]:
            Share.objects.create(company=row.company, holder=row.house.owner, count=3, begins=begins)
    houses.paper(rows[0].code, who.manager, sort="insurance", number="保001-2", issued_on=today - timedelta(days=300),
                 valid_until=today + timedelta(days=20))  # fmt: skip
    for row in rows[:6]:
        books.bill_rent(row.code, who.manager, until=today)
        for bill in row.leases.get().bills.order_by("due_on")[: 3 if row == rows[2] else 4]:
            books.pay(row.code, who.manager, pk=bill.pk, paid_on=bill.due_on + timedelta(days=3))
    for row in rows[:6]:
        books.enter_line(COMPANY, who.manager, day=today, sort="owner", amount=42_000_00, house=row.code)
    for stay in Stay.objects.select_related("room__building").order_by("pk")[:120]:
        at = datetime.combine(stay.begins + timedelta(days=1 + stay.pk % 3 // 2 * 4), time(10), clock.TZ)
        letting.registered(stay.room.building.code, who.manager, pk=stay.pk, at=at)
    visits.round_done(COMPANY, who.manager, rhythm="daily", day=today, bad={rows[1].code: ["route"]})
    visits.plan(today, rows[:6])
