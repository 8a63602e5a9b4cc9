"""Tables of markets, stalls and merchants are taken in, line by line: all of it, or the good lines, as was chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anxin import tables
from anxin.kernel import areas, changes, uscc
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import BadInput
from anxin.programmes.markets.actions.register import Planned, add_zone, enter, let, market, set_up
from anxin.programmes.markets.models import Market, Merchant, Stall, Zone
from anxin.programmes.markets.rules.declared import LISTS

COLUMNS = {
    sort: tuple(tables.Column(code, title, told.strip("*"), told.endswith("*")) for code, title, told in rows)
    for sort, rows in LISTS["columns"].items()
}
"""Columns of the tables that are taken in (lists.toml): code, heading, sort, a * where a cell must be filled."""


@transaction.atomic
def take_in(
    sort: str, filename: str, content: bytes, by: Actor, *, whole: bool = True
) -> tuple[int, list[tables.Wrong]]:
    """Take in a table of markets, stalls or merchants: how many rows landed, and what is wrong in which line.

    `whole`: nothing lands when a line is wrong (tables.NotTakenIn); else the good lines do. Raises NotAllowed.
    """
    if changes.repeated(by, "markets.table"):
        return 0, []
    known: dict[str, Market] = {}
    kept, wrong = tables.take(
        tables.read(filename, content, COLUMNS[sort]),
        lambda row: _TAKE[sort](row.values, by.under(None), known),
        whole=whole,
    )
    changes.record(by, "markets.table", sort, {}, {"file": filename[:80], "rows": kept, "left": len(wrong)})
    return kept, wrong


def _take_market(said: dict[str, Any], by: Actor, known: dict[str, Market]) -> None:
    try:
        place = {"lat": float(said["lat"]), "lon": float(said["lon"])}
    except ValueError:
        raise BadInput(fields={"lat": _("经纬度须为数字")}) from None
    set_up(Planned(**{**said, **place}), by)


def _known(code: str, by: Actor, known: dict[str, Market]) -> Market:
    """A market of the table; who may is asked once for each."""
    if code not in known:
        found = market(code)
        enter(by, found)
        known[code] = found
    return known[code]


def _take_stall(said: dict[str, Any], by: Actor, known: dict[str, Market]) -> None:
    of = _known(said["market"], by, known)
    zone = Zone.objects.filter(market=of, title=said["zone"]).first() or add_zone(of, said["zone"], by)
    if Stall.objects.filter(market=of, number=said["number"]).exists():
        raise BadInput(fields={"number": _("摊位号重复")})
    Stall.objects.create(market=of, zone=zone, number=said["number"], m2=said["m2"])


def _take_merchant(said: dict[str, Any], by: Actor, known: dict[str, Market]) -> None:
    of = _known(said["market"], by, known)
    stall = Stall.objects.filter(market=of, number=said["number"]).first()
    if stall is None:
        raise BadInput(fields={"number": _("该市场没有这个摊位")})
    new = {"title": said["title"], "sector": said["sector"], "entered_on": areas.today()}
    merchant, _made = Merchant.objects.get_or_create(uscc=uscc.check(said["uscc"]), defaults=new)
    stall.market = of
    terms = {"breach": bool(said["breach"]), "settling": bool(said["settling"])}
    let(stall, merchant, said["begins"], by, ends=said["ends"], **terms)


_TAKE: dict[str, Callable[[dict[str, Any], Actor, dict[str, Market]], None]] = {
    "markets": _take_market, "stalls": _take_stall, "merchants": _take_merchant,
}  # fmt: skip
