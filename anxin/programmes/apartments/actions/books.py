"""The books: bills by contract and by meter, payments, the ledger's lines, and the year that is decided and locked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db.models import Q
from django.utils.translation import gettext as _

from anxin.kernel import areas, clock, money, registry
from anxin.kernel.bodies import Actor, Body
from anxin.kernel.calendar import months_after
from anxin.kernel.errors import BadInput, InTheFuture, NotFound, NotNow
from anxin.programmes.apartments import figures, rules
from anxin.programmes.apartments.actions import Done, company, writes
from anxin.programmes.apartments.models import LINES, Bill, Building, Lease, Line, Portion, Share, Year


def instalments(lease: Lease) -> list[tuple[date, int]]:
    """The rent of a lease by the days it falls due, in fen: each year's rent shared out so that it sums exactly."""
    parts, found, first = 12 // lease.months, list[tuple[date, int]](), lease.begins
    amounts = money.share(lease.rent, [1] * parts)
    while first < lease.until:
        found.append((first, amounts[len(found) % parts]))
        first = months_after(lease.begins, len(found) * lease.months)
    return found


@writes("bill", "apartments.pay")
def bill_rent(row: Building, by: Actor, *, until: date) -> Done[int]:
    """Write the bills of the rent that falls due up to a day, once each; returns how many."""
    made = [
        Bill(lease=lease, sort="rent", month=due.replace(day=1), due_on=due, amount=amount)
        for lease in row.leases.all() for due, amount in instalments(lease) if due <= until
    ]  # fmt: skip
    before = Bill.objects.filter(lease__building=row).count()
    Bill.objects.bulk_create(made, ignore_conflicts=True)
    count = Bill.objects.filter(lease__building=row).count() - before
    return Done(count, {"rent_billed_until": until, "bills": count})


@writes("bill", "apartments.pay")
def bill(
    row: Building, by: Actor, *, sort: str, month: date, reading: Decimal | None = None, amount: int = 0
) -> Done[Bill]:
    """A bill of a month: water and power by meter (reading now less reading before, at the norm's price), refuse flat.

    Refuse falls on the enterprise by contract (JXZL art. 6, 7). Raises MeterBackwards, NoLease, BadInput.
    """
    lease, first, stamp = rules.lease_on(row, month), month.replace(day=1), ""
    if lease is None:
        raise rules.NoLease
    if sort in ("water", "power"):
        if reading is None:
            raise BadInput(fields={"reading": _("请填写抄表数")})
        last = Bill.objects.filter(lease__building=row, sort=sort, reading__isnull=False, month__lt=first)
        before = last.order_by("-month").values_list("reading", flat=True).first() or Decimal(0)
        if reading < before:
            raise rules.MeterBackwards(f"{before} → {reading}")
        norm = registry.norm(f"apartments.price.{sort}", first)
        amount, stamp = money.part(norm.value, Fraction(reading - before)), norm.stamp
    elif sort != "refuse" or amount <= 0:
        raise BadInput(fields={"amount": _("请填写金额")})
    due = months_after(first, 1).replace(day=10)
    made = Bill.objects.create(
        lease=lease, sort=sort, month=first, due_on=due, amount=amount, reading=reading, norm=stamp
    )
    return Done(made, {"sort": sort, "month": first, "amount": amount, "norm": stamp})


@writes("payment", "apartments.pay")
def pay(row: Building, by: Actor, *, pk: int, paid_on: date) -> Done[Bill]:
    """A bill was paid on a day; rent becomes a line of that day's year. Raises YearLocked for a year that is locked."""
    found = Bill.objects.select_for_update().filter(pk=pk, lease__building=row).first()
    if found is None:
        raise NotFound
    if found.paid_on is not None:
        raise NotNow
    if paid_on > areas.today():
        raise InTheFuture
    _open(row.company_id, paid_on.year)
    Bill.objects.filter(pk=pk).update(paid_on=paid_on)
    if found.sort == "rent":
        Line.objects.create(company_id=row.company_id, year=paid_on.year, day=paid_on, sort="rent", bill=found,
                            amount=found.amount, building=row)  # fmt: skip
    return Done(found, {"paid_on": paid_on, "amount": found.amount}, subject=f"{row.code}/{pk}")


@writes("line", "apartments.pay", find=company)
def enter_line(
    body: Body, by: Actor, *, day: date, sort: str, amount: int, text: str = "", house: str = ""
) -> Done[Line]:
    """A line of the ledger, in fen: costs by sort; a correction is a negative one in a year still open, with words.

    Rent comes in by paying its bill only.
    """
    if sort not in LINES or sort == "rent" or amount == 0 or (amount < 0 and not text.strip()):
        raise BadInput(fields={"sort": _("租金须由账单收款记入；更正（负数）须写明原因")})
    if day > areas.today():
        raise InTheFuture
    _open(body.pk, day.year)
    row = Building.objects.filter(code=house, company=body).first() if house else None
    made = Line.objects.create(company=body, year=day.year, day=day, sort=sort, amount=amount, text=text, building=row)
    return Done(made, {"day": day, "sort": sort, "amount": amount, "text": text}, subject=f"{body.code}/{day.year}")


def _open(body: int, year: int) -> None:
    """Raises YearLocked. The row of the year is locked, so that nobody locks it meanwhile."""
    Year.objects.get_or_create(company_id=body, year=year)
    if Year.objects.select_for_update().get(company_id=body, year=year).locked_at is not None:
        raise rules.YearLocked


@writes("year", "apartments.lock", find=company)
def lock_year(
    body: Body, by: Actor, *, year: int, noticed_on: date, decided_on: date, voters: int, in_favour: int,
    reserve: int | None = None,
) -> Done[Year]:  # fmt: skip
    """Decide and lock a year: net income, at least 30 % of it as reserve, the rest to the shares, to the fen.

    Raises VoteNeeded without 15 days' notice and two thirds in favour, ReserveTooSmall, YearLocked, NotNow. ZJT art.
    17, 20, 25, 35; RCE art. 27, 42.
    """
    if decided_on > areas.today() or decided_on.year <= year:
        raise NotNow(_("年度结束后才能表决和锁定"))
    _open(body.pk, year)
    votes = Fraction(registry.norm("apartments.vote", decided_on).value)
    days = registry.norm("apartments.notice", decided_on).value
    if not voters > 0 or not voters * votes <= in_favour <= voters or (decided_on - noticed_on).days < days:
        raise rules.VoteNeeded(f"{in_favour}/{voters}", days=days)
    told = figures.ledger(body.pk, year)
    norm, net = registry.norm("apartments.reserve", decided_on), told["net"]
    least = rules.least_reserve(net, norm)
    kept = least if reserve is None else reserve
    if not least <= kept <= max(net, 0):
        raise rules.ReserveTooSmall(f"{money.yuan(kept)} < {money.yuan(least)}", norm=norm.stamp)
    row = Year.objects.get(company=body, year=year)
    held = Share.objects.filter(company=body, begins__lte=date(year, 12, 31)).exclude(until__lte=date(year, 12, 31))
    shares = list(held.order_by("pk"))
    if net > kept:
        given = money.share(net - kept, [each.count for each in shares])
        Portion.objects.bulk_create(
            Portion(year=row, share=each, amount=amount) for each, amount in zip(shares, given, strict=True)
        )
    written = {
        "totals": told["sorts"], "net": net, "reserve": kept, "dividend": max(net - kept, 0), "norm": norm.stamp,
        "noticed_on": noticed_on, "decided_on": decided_on, "voters": voters, "in_favour": in_favour,
        "locked_at": clock.now(),
    }  # fmt: skip
    Year.objects.filter(Q(pk=row.pk, locked_at=None)).update(**written)
    row.refresh_from_db()
    return Done(row, written, subject=f"{body.code}/{year}")
