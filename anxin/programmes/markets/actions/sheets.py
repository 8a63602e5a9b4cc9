"""Tables of markets, stalls and merchants are taken in, line by line: all of it, or the good lines, as was chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anxin import tables
from anxin.kernel import areas, changes
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import BadInput, NotFound, NotNow
from anxin.programmes.markets.actions.register import Planned, add_zone, check_uscc, enter, let, market, set_up
from anxin.programmes.markets.models import Market, Merchant, Stall, Zone
from anxin.programmes.markets.rules.declared import LISTS
from anxin.tables import Row, Wrong

COLUMNS = {
    sort: tuple(tables.Column(code, title, told.strip("*"), told.endswith("*")) for code, title, told in rows)
    for sort, rows in LISTS["columns"].items()
}
"""Columns of the tables that are taken in (lists.toml): code, heading, sort, a * where a cell must be filled."""


class NotTakenIn(BadInput):
    """表格没有导入，请按行修改后重新导入。"""

    code = "table_not_taken_in"

    def __init__(self, wrong: Sequence[Wrong]) -> None:
        self.wrong = list(wrong)
        super().__init__()


@transaction.atomic
def take_in(sort: str, filename: str, content: bytes, by: Actor, *, whole: bool = True) -> tuple[int, list[Wrong]]:
    """Take in a table of markets, stalls or merchants: how many rows landed, and what is wrong in which line.

    `whole`: nothing lands when a line is wrong (NotTakenIn); else the good lines do. Raises BadInput, NotAllowed.
    """
    sheet = tables.read(filename, content, COLUMNS[sort])
    if changes.repeated(by, "markets.table"):
        return 0, []
    take: Callable[[Row, Actor, dict[str, Any]], None] = _TAKE[sort]
    wrong, kept, own = list(sheet.wrong), 0, by.under(None)
    known: dict[str, Any] = {"by": own}
    for row in sheet.rows:
        try:
            with transaction.atomic():
                take(row, own, known)
            kept += 1
        except (BadInput, NotNow, NotFound) as error:
            column = next(iter(error.fields), "")
            wrong.append(Wrong(row.line, column, error.message))
    if wrong and whole:
        raise NotTakenIn(sorted(wrong, key=lambda each: each.line))
    changes.record(by, "markets.table", sort, {}, {"file": filename[:80], "rows": kept, "left": len(wrong)})
    return kept, sorted(wrong, key=lambda each: each.line)


def _take_market(row: Row, by: Actor, known: dict[str, Any]) -> None:
    said = dict(row.values)
    try:
        said["lat"], said["lon"] = float(said["lat"]), float(said["lon"])
    except ValueError:
        raise BadInput(fields={"lat": _("经纬度须为数字")}) from None
    set_up(Planned(**said), by)


def _known(code: str, known: dict[str, Any]) -> Market:
    """A market of the table, entered once: who may is asked once for each."""
    if code not in known:
        found = market(code)
        enter(known["by"], found)
        known[code] = found
    row: Market = known[code]
    return row


def _take_stall(row: Row, by: Actor, known: dict[str, Any]) -> None:
    said, of = row.values, _known(row.values["market"], known)
    zone = Zone.objects.filter(market=of, title=said["zone"]).first() or add_zone(of, said["zone"], by)
    if Stall.objects.filter(market=of, number=said["number"]).exists():
        raise BadInput(fields={"number": _("摊位号重复")})
    Stall.objects.create(market=of, zone=zone, number=said["number"], m2=said.get("m2"))


def _take_merchant(row: Row, by: Actor, known: dict[str, Any]) -> None:
    said, of = row.values, _known(row.values["market"], known)
    stall = Stall.objects.filter(market=of, number=said["number"]).first()
    if stall is None:
        raise BadInput(fields={"number": _("该市场没有这个摊位")})
    uscc = check_uscc(said["uscc"])
    merchant, _made = Merchant.objects.get_or_create(
        uscc=uscc, defaults={"title": said["title"], "sector": said.get("sector") or "", "entered_on": areas.today()}
    )
    stall.market = of
    let(
        stall, merchant, said["begins"], by, ends=said.get("ends"), breach=bool(said.get("breach")),
        settling=bool(said.get("settling")),
    )  # fmt: skip


_TAKE = {"markets": _take_market, "stalls": _take_stall, "merchants": _take_merchant}
