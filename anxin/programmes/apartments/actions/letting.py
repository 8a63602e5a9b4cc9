"""Letting: the enterprise's lease of a whole building, stays with their beds, registration, quarrels, links."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from anxin.kernel import areas, bodies, clock, flow, people, registry
from anxin.kernel.bodies import Actor
from anxin.kernel.calendar import months_after
from anxin.kernel.errors import BadInput, InTheFuture, NotAllowed, NotFound, ReasonNeeded
from anxin.kernel.matters import Report
from anxin.kernel.people import Particulars, Person
from anxin.programmes.apartments import rules
from anxin.programmes.apartments.actions import Done, writes
from anxin.programmes.apartments.actions.houses import _span
from anxin.programmes.apartments.models import Building, Lease, Link, Quarrel, Room, Stay

DISPUTE = "mediation.dispute"
"""The kind quarrels are reported as; it belongs to another programme and is named, not imported."""


@writes("lease", "apartments.run")
def lease(
    row: Building, by: Actor, *, number: str, employer: str, begins: date, ends: date, rent: int, deposit: int = 0,
    months: int = 3, safety: Particulars | None = None, letter_on: date | None = None,
) -> Done[Lease]:  # fmt: skip
    """Let a whole building to an enterprise within the owner's contract: rent in fen a year, due every `months`.

    Raises NoEntrustment, LeaseOverlaps, BadInput, UnknownBody. JXZL art. 3 (in writing), 8 (responsibility).
    """
    _span(begins, ends)
    body = bodies.body(employer)
    if body.kind != "enterprise" or rent <= 0 or deposit < 0 or months not in (1, 3, 6, 12) or not number.strip():
        raise BadInput(fields={"employer": _("请核对承租企业、合同编号、租金和付款周期（1、3、6、12个月）")})
    if not row.entrustments.filter(begins__lte=begins, until__gte=ends).exists():
        raise rules.NoEntrustment
    made = Lease.objects.create(
        code=number.strip(), building=row, employer=body, begins=begins, ends=ends, until=ends, rent=rent,
        months=months, deposit=deposit, letter_on=letter_on,
        safety=people.keep(safety) if safety and safety.name.strip() else None,
    )  # fmt: skip
    return Done(made, {"lease": made.code, "employer": body.code, "begins": begins, "ends": ends, "rent": rent})


@writes("letter", "apartments.run")
def sign_letter(row: Building, by: Actor, *, safety: Particulars, letter_on: date) -> Done[Lease]:
    """The enterprise signs the responsibility letter for the dormitory and names who answers for safety."""
    found = rules.lease_on(row, areas.today()) or row.leases.order_by("-begins").first()
    if found is None:
        raise rules.NoLease
    if not safety.name.strip() or letter_on > areas.today():
        raise BadInput(fields={"safety": _("请写明安全负责人和签订日")})
    Lease.objects.filter(pk=found.pk).update(safety=people.keep(safety), letter_on=letter_on)
    return Done(found, {"letter_on": letter_on}, {"letter_on": found.letter_on}, subject=found.code)


@writes("lease", "apartments.run")
def end_lease(row: Building, by: Actor, *, until: date, reason: str) -> Done[Lease]:
    """End a lease early. Everybody must have moved out by then."""
    found = row.leases.filter(begins__lt=until, until__gt=until).first()
    if found is None:
        raise rules.NoLease
    if not reason.strip():
        raise ReasonNeeded
    if found.stays.filter(Q(until=None) | Q(until__gt=until)).exists():
        raise BadInput(fields={"until": _("仍有员工居住，请先办理退宿")})
    Lease.objects.filter(pk=found.pk).update(until=until)
    return Done(found, {"until": until}, {"until": found.until}, reason, found.code)


def known(worker: Particulars) -> Person | None:
    """The token of a worker who has stayed here already: same telephone and same masked name."""
    mark = people.phone_mark(worker.phone)
    same = Person.objects.filter(phone_mark=mark, masked_name=people.mask_name(worker.name), sealed__isnull=False)
    return next((each for each in same if Stay.objects.filter(worker=each).exists()), None) if mark else None


@writes("stay", "apartments.see")
def check_in(
    row: Building, by: Actor, *, room: str, bed: int, worker: Particulars | uuid.UUID, begins: date,
    exception: str = "", reason: str = "",
) -> Done[Stay]:  # fmt: skip
    """A worker moves into a bed; from that day the police must be told within three working days (ZLD art. 8, 9).

    Beyond what the room's norm allows only as an exception the village grants with its reason: "family", or "register"
    where people are found living there already (those stay listed as to be re-housed). Raises NoLease, NoSuchBed,
    RoomFull, BedTaken, TwoBeds, ApproverNeeded.
    """
    right = "apartments.except" if exception else "apartments.check_in"
    if not rules.may(by, right, row):
        raise rules.ApproverNeeded if exception else NotAllowed(right=right)
    if exception and (exception not in ("family", "register") or not reason.strip()):
        raise rules.ApproverNeeded
    if begins > areas.today() + timedelta(days=60):
        raise InTheFuture
    held = rules.lease_on(row, begins)
    if held is None or row.status != "let":
        raise rules.NoLease
    spot = Room.objects.select_for_update().filter(building=row, number=room).first()
    if spot is None or not 1 <= bed <= spot.beds:
        raise rules.NoSuchBed
    norm = rules.capacity_norm(row.house.village_id, begins)
    inside = spot.stays.filter(Q(until=None) | Q(until__gt=begins)).count()
    over = inside >= rules.capacity(spot, norm)
    if over and not exception:
        raise rules.RoomFull(f"{norm.title}（{norm.stamp}，{norm.provenance}）", norm=norm.stamp)
    if isinstance(worker, Particulars):
        if not worker.name.strip():
            raise BadInput(fields={"worker": _("请填写员工姓名")})
        worker = (known(worker) or people.keep(worker)).pk
    due, rule = rules.due("register", begins)
    made = Stay.objects.create(
        lease=held, room=spot, bed=bed, worker_id=worker, begins=begins, due_at=due, rule=rule, norm=norm.stamp,
        exception=exception if over else "", approver=by.post if over else None,
    )  # fmt: skip
    Person.objects.filter(pk=worker).update(keep_until=None)
    after = {"room": f"{row.code}/{room}", "bed": bed, "worker": str(worker), "begins": begins, "norm": norm.stamp,
             "exception": made.exception}  # fmt: skip
    return Done(made, after, reason=reason, subject=str(made.pk))


def _stay(row: Building, pk: int) -> Stay:
    found = Stay.objects.select_for_update(of=("self",)).select_related("lease").filter(pk=pk, lease__building=row)
    if (stay := found.first()) is None:
        raise NotFound
    return stay


@writes("stay", "apartments.check_in")
def check_out(row: Building, by: Actor, *, pk: int, until: date) -> Done[Stay]:
    """A worker moves out: from that day three working days to tell the police; particulars go two years later."""
    stay = _stay(row, pk)
    if stay.until is not None or until < stay.begins or until > areas.today() + timedelta(days=31):
        raise BadInput(fields={"until": _("请核对退宿日；已退宿的不能再退")})
    stay.until, stay.left_due_at = until, rules.due("register", until)[0]
    stay.save(update_fields=["until", "left_due_at"])
    keep = registry.norm("apartments.keep", until).value
    Person.objects.filter(pk=stay.worker_id).update(keep_until=months_after(max(until, stay.lease.until), 12 * keep))
    Link.objects.filter(stay=stay, revoked_at=None).update(revoked_at=clock.now())
    return Done(stay, {"until": until}, {"until": None}, subject=str(pk))


@writes("registration", "apartments.register")
def registered(row: Building, by: Actor, *, pk: int, at: datetime | None = None) -> Done[Stay]:
    """That the police were told of the beginning of a stay (or, after check-out, of its end), and when."""
    stay, moment = _stay(row, pk), at or clock.now()
    start = datetime.combine(stay.begins, datetime.min.time(), clock.TZ)
    if moment > clock.now() or moment < start:
        raise InTheFuture
    name = "reported_at" if stay.reported_at is None else "left_reported_at"
    if name == "left_reported_at" and (stay.until is None or stay.left_reported_at is not None):
        raise BadInput(_("已经报送，无须重复"))
    setattr(stay, name, moment)
    stay.save(update_fields=[name])
    return Done(stay, {name: moment}, subject=str(pk))


@writes("quarrel", "apartments.quarrel")
def quarrel(row: Building, by: Actor, *, title: str, narrative: str = "", of: str = "") -> Done[Quarrel]:
    """Pass a quarrel on to people's mediation: a matter of its own, at the building's place; counted here."""
    return _quarrel(row, by, title, narrative, of)


def _quarrel(row: Building, by: Actor, title: str, narrative: str, of: str = "") -> Done[Quarrel]:
    told = Report(
        kind=DISPUTE, title=title.strip(), narrative=narrative.strip(), nature="help", area=row.house.village.code,
        lat=row.lat, lon=row.lon, address=f"{row.house.place}（{row.code}）", of=of,
    )  # fmt: skip
    key = f"{by.key}.m" if by.key else None
    made = Quarrel.objects.create(building=row, at=clock.now(), matter=flow.report(told, by.under(key)).matter)
    return Done(made, {"matter": made.matter.number if made.matter else ""})


# ---- personal links -------------------------------------------------------------------------------------------------


def _print(code: str) -> str:
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()


@writes("link", "apartments.check_in")
def link(row: Building, by: Actor, *, stay: int | None = None) -> Done[tuple[Link, str]]:
    """A personal link for a worker (of a stay) or for the landlord: no account; the code is shown this once only."""
    if stay is None and not rules.may(by, "apartments.run", row):
        raise NotAllowed
    held = _stay(row, stay) if stay is not None else None
    who = held.worker_id if held else row.house.owner_id
    code = "".join(secrets.choice("23456789ABCDEFGHJKMNPQRSTUVWXYZ") for _letter in range(10))
    Link.objects.filter(person=who, stay=held, revoked_at=None).update(revoked_at=clock.now())
    made = Link.objects.create(
        person_id=who, stay=held, house=None if held else row.house, code=_print(code), made_at=clock.now()
    )
    return Done((made, code), {"link": made.pk, "stay": stay})


def opened(pk: int, code: str) -> Link:
    """The link with this number and code. Raises NotFound, never saying which of the two is wrong."""
    found = Link.objects.filter(pk=pk, revoked_at=None).first()
    if found is None or not hmac.compare_digest(found.code, _print(code)):
        raise NotFound
    if found.stay is not None and found.stay.until is not None and found.stay.until < areas.today():
        raise NotFound
    return found
