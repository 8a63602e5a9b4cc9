"""An existing register taken in from a table, line by line: houses with their rooms, or people with their beds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction

from anxin import tables
from anxin.kernel.bodies import Actor
from anxin.kernel.people import Particulars
from anxin.programmes.apartments.actions import houses, letting
from anxin.programmes.apartments.models import USES, Building, Room
from anxin.tables import Column

_CHOICES = {code: pair.partition("|")[0] for code, pair in USES.items()}
ROOMS = (
    Column("building", "楼栋编号", required=True, longest=40), Column("place", "位置", longest=100),
    Column("owner", "户主", longest=40), Column("phone", "户主电话", longest=20), Column("built", "建成年份", "int"),
    Column("permit", "有建房许可", "truth"), Column("floors", "层数", "int"),
    Column("former_rent", "原出租年收入", "fen"),
    Column("floor", "楼层", "int", required=True), Column("number", "房间号", required=True, longest=20),
    Column("use", "用途", "choice", required=True, choices=_CHOICES),
    Column("usable", "使用面积", "m2", required=True), Column("beds", "床位数", "int"),
)  # fmt: skip
STAYS = (
    Column("building", "楼栋编号", required=True, longest=40), Column("number", "房间号", required=True, longest=20),
    Column("bed", "床位", "int", required=True), Column("worker", "姓名", required=True, longest=40),
    Column("phone", "电话", longest=20), Column("id_number", "证件号码", longest=30),
    Column("begins", "入住日", "day", required=True),
)  # fmt: skip


def rooms(company: str, by: Actor, filename: str, content: bytes, *, whole: bool) -> tuple[int, list[tables.Wrong]]:
    """Take in houses and rooms; how many lines landed, and each wrong one. `whole`: one wrong line undoes all."""

    def one(said_: Mapping[str, Any]) -> None:
        code = said_["building"]
        if not Building.objects.filter(code=code).exists():
            owner = Particulars(name=said_["owner"], phone=said_["phone"])
            houses.register(
                company, by.under(None), number=code, place=said_["place"], owner=owner, built=said_["built"] or 0,
                permit=bool(said_["permit"]), floors=said_["floors"] or 1, former_rent=said_["former_rent"] or 0,
            )  # fmt: skip
        room = {name: said_[name] for name in ("number", "floor", "use", "usable")}
        houses.room(code, by.under(None), beds=said_["beds"] or 0, **room)

    return _take_in(ROOMS, filename, content, one, whole)


def stays(
    by: Actor, filename: str, content: bytes, *, whole: bool, found: bool = False
) -> tuple[int, list[tables.Wrong]]:
    """Take in people with their beds. `found`: they live there already, so the village takes over those beyond the
    norm as exceptions of the register, listed as to be re-housed."""
    more = {"exception": "register", "reason": "既有登记册接收，超出上限的列入搬离名单"} if found else {}

    def one(said_: Mapping[str, Any]) -> None:
        who = Particulars(name=said_["worker"], phone=said_["phone"], id_number=said_["id_number"])
        letting.check_in(
            said_["building"], by.under(None), room=said_["number"], bed=said_["bed"], worker=who,
            begins=said_["begins"], **more,
        )  # fmt: skip

    return _take_in(STAYS, filename, content, one, whole)


def _take_in(
    columns: Sequence[Column], filename: str, content: bytes, one: Callable[[Mapping[str, Any]], None], whole: bool
) -> tuple[int, list[tables.Wrong]]:
    sheet = tables.read(filename, content, columns)
    try:
        with transaction.atomic():
            return tables.take(sheet, lambda row: one(row.values), whole=whole)
    except tables.NotTakenIn as error:
        return 0, error.wrong


def rows_of(buildings: Sequence[int]) -> list[dict[str, Any]]:
    """The rooms of some buildings as rows of ROOMS; the owner by masked name, no telephone."""
    found = Room.objects.filter(building__in=buildings).select_related("building__house__owner")
    return [
        {
            "building": each.building.code, "place": each.building.house.place, "phone": "",
            "owner": each.building.house.owner.masked_name, "built": each.building.house.built,
            "permit": each.building.house.permit, "floors": each.building.floors, "use": each.use,
            "former_rent": each.building.house.former_rent, "floor": each.floor, "number": each.number,
            "usable": Decimal(each.usable), "beds": each.beds,
        }
        for each in found.order_by("building__code", "floor", "number")
    ]  # fmt: skip
