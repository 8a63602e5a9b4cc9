"""The register of markets: set up, moved to another community from a day on, zones, tenancies, closing.

Every write asks who may, is done once under one key, and stands in the book of changes.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from anxin.kernel import access, areas, bodies, changes, clock, deeds, registry, rights
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor, Post
from anxin.kernel.errors import BadInput, NotFound, NotNow
from anxin.programmes.markets.models import Belonging, Market, Merchant, Quarrel, Stall, Tenancy, Zone

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class ClosingTooSoon(NotNow):
    """市场关闭须提前告知场内经营者，所填日期不足规定天数。"""


class StallTaken(NotNow):
    """该摊位在这段时间已有经营者，请先结束原来的使用期。"""


class MovedBefore(BadInput):
    """调整日期须晚于市场现属社区的开始日期，且该日以后尚无纠纷登记；社区不能与现属相同。"""


def market(code: str) -> Market:
    """The market with this code. Raises NotFound."""
    found = Market.objects.select_related("organiser").filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def community(of: int, day: date | None = None) -> Area | None:
    """The community a market (its id) lies in on a day (today)."""
    on = day or areas.today()
    rows = Belonging.objects.filter(market=of, valid_from__lte=on).exclude(valid_to__lte=on)
    pk = rows.values_list("area", flat=True).first()
    return areas.tree().areas[pk] if pk else None


def keeps(by: Actor, of: Market, right: str = "markets.keep") -> bool:
    """Whether a post has a right on a market: who runs it, or who oversees the markets of the place."""
    place = community(of.pk)
    return rights.entitled(by, right, area=place.pk if place else None, body=of.organiser_id)


def enter(by: Actor, of: Market, right: str = "markets.keep") -> None:
    """Raise NotAllowed unless the post has a right on a market; NotFound when it may not even look."""
    place = community(of.pk)
    rights.enter(by, right, view="markets.look", area=place.pk if place else None, body=of.organiser_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A market as it is asked for; `area` is the code of its community, `organiser` that of a body."""

    code: str
    title: str
    organiser: str
    area: str
    lat: float
    lon: float
    sectors: str = ""
    complaint_point: str = ""
    opened_on: date


def _village(code: str) -> Area:
    place = areas.tree().by_code.get(code)
    if place is None or place.level != "village" or place.valid_to is not None:
        raise BadInput(fields={"area": _("没有这个村社")})
    return place


@transaction.atomic
def set_up(wanted: Planned, by: Actor) -> Market:
    """Put a market into the book. Raises BadInput (a code that is there, a body that is no organiser), NotAllowed."""
    place = _village(wanted.area)
    rights.enter(by, "markets.keep", area=place.pk)
    found = Market.objects.filter(code=wanted.code).first()
    if found is not None and changes.repeated(by, "markets.market"):
        return found
    if found is not None or not wanted.code.strip() or not wanted.title.strip():
        raise BadInput(fields={"code": _("代码、名称必填，代码不能重复")})
    organiser = bodies.body(wanted.organiser)
    if organiser.kind != "organiser":
        raise BadInput(fields={"organiser": _("须为市场举办者")})
    row = Market.objects.create(
        code=wanted.code, title=wanted.title.strip(), organiser=organiser, lat=wanted.lat, lon=wanted.lon,
        sectors=wanted.sectors, complaint_point=wanted.complaint_point, opened_on=wanted.opened_on,
    )  # fmt: skip
    Belonging.objects.create(market=row, area=place, valid_from=wanted.opened_on)
    changes.record(by, "markets.market", row.code, {}, {"title": row.title, "area": place.code})
    return row


@transaction.atomic
def move(of: Market, area: str, day: date, reason: str, by: Actor) -> Belonging:
    """Put a market under another community from a day on; what was before stays as it was (F29).

    A matter keeps the community of its day, so that may lie in the past only while no quarrel was reported since.
    Raises MovedBefore, BadInput, NotAllowed.
    """
    place = _village(area)
    rights.enter(by, "markets.keep", area=areas.tree().parent(place.pk, areas.today()))
    now = Belonging.objects.select_for_update().select_related("area").get(market=of, valid_to=None)
    if changes.repeated(by, "markets.belonging"):
        return now
    since = datetime.combine(day, time(), clock.TZ)
    told = Quarrel.objects.filter(market=of, opened_at__gte=since).exists()
    if day <= now.valid_from or now.area_id == place.pk or told:
        raise MovedBefore(fields={"day": str(now.valid_from)})
    Belonging.objects.filter(pk=now.pk).update(valid_to=day)
    row = Belonging.objects.create(market=of, area=place, valid_from=day)
    before, after = {"area": now.area.code}, {"area": place.code}
    changes.record(by, "markets.belonging", of.code, before, after, reason, effective=day)
    return row


@transaction.atomic
def tell_closing(of: Market, told: date, closes: date, by: Actor) -> None:
    """Write down that a closing was told; it may not come earlier than the law allows. Raises ClosingTooSoon."""
    enter(by, of)
    row = Market.objects.select_for_update().get(pk=of.pk)
    if changes.repeated(by, "markets.closing"):
        return
    norm = registry.norm("markets.closing_notice", told)
    first = told + timedelta(days=int(norm.value))
    if told > areas.today():
        raise BadInput(fields={"told": _("告知日期不能晚于今天")})
    if closes < first:
        said = _("%(source)s：最早为 %(day)s") % {"source": norm.source, "day": first}
        raise ClosingTooSoon(said, fields={"closes": str(first)})
    before = {"closes_on": row.closes_on, "told": row.closing_told_on}
    row.closing_told_on, row.closes_on, row.closing_norm = told, closes, norm.stamp
    row.save(update_fields=["closing_told_on", "closes_on", "closing_norm"])
    changes.record(by, "markets.closing", row.code, before, {"closes_on": closes, "told": told}, norm.stamp)


@transaction.atomic
def add_zone(
    of: Market, title: str, by: Actor, *, keeper: Post | None = None, plan: tuple[int, int, int, int] = (0, 0, 40, 30)
) -> Zone:
    """A new zone with an intake code of its own (random: it says nothing and cannot be guessed)."""
    enter(by, of)
    if changes.repeated(by, "markets.zone"):
        return Zone.objects.get(market=of, title=title.strip())
    if not title.strip() or len(title) > 40 or Zone.objects.filter(market=of, title=title.strip()).exists():
        raise BadInput(fields={"title": _("须写明，不超过 40 字，同一市场内不重复")})
    if keeper is not None and keeper.body_id != of.organiser_id:
        raise BadInput(fields={"keeper": _("须为市场举办者的岗位")})
    code = "".join(secrets.choice(LETTERS) for _place in range(8))
    place = dict(zip(("x", "y", "wide", "high"), plan, strict=True))
    row = Zone.objects.create(market=of, code=code, title=title.strip(), keeper=keeper, **place)
    changes.record(by, "markets.zone", f"{of.code}/{code}", {}, {"title": row.title})
    return row


@transaction.atomic
def let(
    stall: Stall, merchant: Merchant, begins: date, by: Actor, *, ends: date | None = None, breach: bool, settling: bool
) -> Tenancy:
    """Give a stall to a merchant from a day on. Raises StallTaken where somebody has it already, BadInput.

    An agreement that does not name breach liability and a way of settling quarrels is kept, and listed as lacking it
    (Zhejiang regulation on commodity markets art. 16).
    """
    enter(by, stall.market)
    if changes.repeated(by, "markets.tenancy"):
        return Tenancy.objects.get(stall=stall, merchant=merchant, begins=begins)
    if stall.closed_on is not None and stall.closed_on <= begins:
        raise BadInput(fields={"stall": _("该摊位已停用")})
    if ends is not None and ends <= begins:
        raise BadInput(fields={"ends": _("结束须晚于开始")})
    terms = {"begins": begins, "ends": ends, "breach": breach, "settling": settling}
    with deeds.refusing(one_merchant_a_stall=StallTaken(fields={"stall": stall.number})):
        row = Tenancy.objects.create(stall=stall, merchant=merchant, **terms)
    after = {"stall": stall.number, "uscc": merchant.uscc, **terms}
    changes.record(by, "markets.tenancy", str(row.pk), {}, after)
    return row


@transaction.atomic
def end(tenancy: int, day: date, by: Actor) -> None:
    """A merchant leaves a stall from a day on. Raises BadInput, NotFound."""
    row = deeds.held(Tenancy.objects.select_related("stall__market"), pk=tenancy)
    enter(by, row.stall.market)
    if changes.repeated(by, "markets.tenancy"):
        return
    if day <= row.begins or (row.ends is not None and day > row.ends):
        raise BadInput(fields={"day": _("须在使用期内")})
    Tenancy.objects.filter(pk=row.pk).update(ends=day)
    changes.record(by, "markets.tenancy", str(row.pk), {"ends": row.ends}, {"ends": day})


def evidence_file(by: Actor, sha256: str) -> bool:
    """Whether a post may open a file of an evidence kit: it sees the matter the quarrel is."""
    rows = Quarrel.objects.filter(evidence__file=sha256).select_related("matter")
    return any(access.sees(by, each.matter) for each in rows)
