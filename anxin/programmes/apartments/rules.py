"""Who may do what, what a building must have before it is let, and how many may sleep in a room; nothing is written.

JXZL: Jiaxing's rules on letting; ZFW: Zhejiang on safe use of houses; ZLD: on registering residents; ZJT: on
assets of village collectives; VID: the national regulation on public-safety video. Numbers stand in `norms.toml`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from django.db.models import Q
from django.utils.translation import gettext as _

from anxin.kernel import clock, limits, norms, registry, rights
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import AnxinError, BadInput, GuardRefused, NotAllowed, NotFound, NotNow
from anxin.kernel.norms import Norm
from anxin.programmes.apartments.models import PAPERS, Adoption, Building, Lease, Room, said

_PLACE, BEGAN = Path(__file__).parent / "norms.toml", date(2000, 1, 1)
NORMS, RULES = norms.read(_PLACE, "apartments", BEGAN), limits.read(_PLACE, BEGAN)
RIGHTS = rights.read(_PLACE, "apartments")
"""What may be done, and from which posts: of the company or the enterprise, or of the area."""
MOVES: Mapping[str, tuple[str, ...]] = {
    "idle": ("entrusted",),
    "entrusted": ("appraised", "returned"),
    "appraised": ("designed", "returned"),
    "designed": ("renovating", "returned"),
    "renovating": ("accepted", "suspended"),
    "accepted": ("let", "renovating", "suspended", "returned"),
    "let": ("accepted", "suspended"),
    "suspended": ("let", "accepted", "renovating", "returned"),
    "returned": ("entrusted",),
}
"""How a building goes on. Guide 4.3 [INF]."""


# fmt: off
class NotYetLettable(GuardRefused):
    """不具备出租条件，不得出租。"""
class NoSuchMove(NotNow):
    """房屋当前状态下不能这样变更。"""
class LeaseOverlaps(NotNow):
    """这一期间该楼已经整租给企业，租期不得重叠。"""
class EntrustmentOverlaps(NotNow):
    """这一期间该楼已有托管合同，托管期不得重叠。"""
class NoEntrustment(NotNow):
    """租期须在托管合同期内。"""
class NoLease(NotNow):
    """该楼这一天没有有效的企业租赁合同，或者尚未出租，不能入住。"""
class RoomFull(GuardRefused):
    """房间已达到规定的居住人数上限，不能再入住。"""
class BedTaken(NotNow):
    """这个床位这一期间已有人居住。"""
class TwoBeds(NotNow):
    """这名员工这一期间已在另一床位登记入住，请先办理退宿。"""
class NoSuchBed(BadInput):
    """房间里没有这个床位。"""
class ApproverNeeded(NotAllowed):
    """超出人数上限的家庭例外须由村（社区）批准并写明理由。"""
class CameraInRoom(GuardRefused):
    """禁止在供住宿、休息的房间内安装摄像设备（公共安全视频图像信息系统管理条例第8条）。"""
class YearLocked(NotNow):
    """该年度账目已锁定，不能再记账、收款或更改；更正请记入未锁定年度并注明。"""
class VoteNeeded(GuardRefused):
    """收益分配须事先公示并经三分之二以上同意，才能锁定年度账目。"""
class ReserveTooSmall(GuardRefused):
    """公积金、公益金不得低于当年净收益的规定比例（30%）。"""
class FixedByItself(GuardRefused):
    """复查须由整改人以外的岗位进行。"""
class VisitOver(NotNow):
    """这次检查已经结束，不能更改。"""
class MeterBackwards(BadInput):
    """本次抄表数不能小于上次。"""
# fmt: on

CONSTRAINTS: Mapping[str, type[AnxinError]] = {
    "one_lease_a_building": LeaseOverlaps, "one_entrustment_a_building": EntrustmentOverlaps,
    "one_person_a_bed": BedTaken, "one_bed_a_person": TwoBeds, "no_camera_in_a_room": CameraInRoom,
    "apartments_year_locked": YearLocked,
}  # fmt: skip


def may(by: Actor, right: str, row: Building) -> bool:
    """Whether a post may do something with a building: of its village, its company, or an enterprise it is let to."""
    return right in held(by, row, [right])


def held(by: Actor, row: Building, wanted: Iterable[str]) -> frozenset[str]:
    """Those of some rights a post has on a building; whether it is let to the reader's enterprise is asked once."""
    let = by.role == "employer" and Lease.objects.filter(building=row, employer=by.body).exists()
    place = {"area": row.house.village_id, "body": by.body if let else row.company_id}
    return frozenset(right for right in wanted if rights.entitled(by, right, **place))


def enter(by: Actor, right: str, row: Building | None) -> Building:
    """The building. Raises NotFound where the post may not look, NotAllowed where it may look but not do."""
    found = frozenset() if row is None else held(by, row, {"apartments.see", right})
    if row is None or "apartments.see" not in found:
        raise NotFound
    if right not in found:
        raise NotAllowed(right=right)
    return row


def visible(by: Actor) -> Q:
    """Which buildings a post is shown. Raises NotAllowed for posts without this book."""
    if not rights.entitled(by, "apartments.see"):
        raise NotAllowed
    reach = rights.reach(by)
    if reach is None:
        return Q()
    if by.role == "employer":
        return Q(pk__in=Lease.objects.filter(employer=by.body).values("building"))
    return Q(house__village__in=reach) | Q(company=by.body)


# ---- capacity -----------------------------------------------------------------------------------------------------


def capacity_norm(village: int, day: date) -> Norm:
    """The capacity rule set that holds in a village on a day: what was adopted there, else what the house applies."""
    adopted = Adoption.objects.filter(village=village, effective__lte=day).order_by("-effective").first()
    chosen = adopted.rule_set if adopted else registry.norm("apartments.rule_set", day).value
    return registry.norm(f"apartments.capacity.{chosen}", day)


def capacity(room: Room, norm: Norm) -> int:
    """How many may sleep in a room: least of beds, of persons a room (0: no such limit), of usable m2 by m2 a person.

    Only bedrooms are slept in. Guide 4.3: min(persons, floor(m2 / least m2), beds).
    """
    return places(room.usable, room.beds, norm) if room.use == "bedroom" else 0


def places(usable: Decimal, beds: int, norm: Norm) -> int:
    """The same by the usable m2 and the beds of a bedroom."""
    by_area = int(usable / Decimal(norm.value["m2"])) if norm.value["m2"] else beds
    return max(0, min(beds, by_area, norm.value["persons"] or beds))


# ---- before it is let -----------------------------------------------------------------------------------------------


def appraisal_needed(row: Building, day: date) -> bool:
    """Whether the house must be appraised before it is let: no permit, damage, or too old. ZFW art. 15."""
    old = registry.norm("apartments.old_house", day).value
    return not row.house.permit or row.house.damaged_on is not None or day.year - row.house.built >= old


def valid(row: Building, sort: str, day: date) -> bool:
    """Whether the newest paper of a sort says yes and holds on a day."""
    paper = row.papers.filter(sort=sort, issued_on__lte=day).order_by("-issued_on", "-pk").first()
    return paper is not None and paper.passed and (paper.valid_until is None or day < paper.valid_until)


def lacking(row: Building, day: date) -> list[str]:
    """What still stands between a building and its letting, in words. Guide 4.3; JXZL art. 8; ZFW art. 15."""
    wanted = [sort for sort in PAPERS if sort != "appraisal" or appraisal_needed(row, day)]
    found = [said(PAPERS[sort]) for sort in wanted if not valid(row, sort, day)]
    lease = lease_on(row, day)
    if lease is None:
        found.append(_("企业整租合同"))
    elif lease.letter_on is None or lease.safety_id is None:
        found.append(_("承租企业宿舍安全责任书和安全负责人"))
    if row.hazards.filter(grade="serious", closed_at=None).exists():
        found.append(_("重大隐患整改复查"))
    return found


def lease_on(row: Building, day: date) -> Lease | None:
    """The lease of a building on a day."""
    return row.leases.filter(begins__lte=day, until__gt=day).first()


def check_move(row: Building, to: str, day: date) -> None:
    """Raise NoSuchMove or NotYetLettable unless a building may change its status so."""
    if to not in MOVES[row.status]:
        raise NoSuchMove(f"{row.status} → {to}")
    missing: Sequence[str] = ()
    if to == "let":
        missing = lacking(row, day)
    elif to == "appraised" and appraisal_needed(row, day) and not valid(row, "appraisal", day):
        missing = [_(PAPERS["appraisal"])]
    elif to == "accepted" and row.status == "renovating":
        missing = [said(PAPERS[sort]) for sort in ("fire", "house", "electric") if not valid(row, sort, day)]
    elif to in ("designed", "renovating") and not row.renovations.filter(accepted_on=None).exists():
        missing = [_("改造方案")]
    elif to == "entrusted" and not row.entrustments.filter(begins__lte=day, until__gt=day).exists():
        missing = [_("托管合同")]
    if missing:
        raise NotYetLettable(_("尚缺：%(what)s") % {"what": "、".join(missing)}, missing=list(missing))


# ---- money and time -------------------------------------------------------------------------------------------------


def least_reserve(net: int, norm: Norm) -> int:
    """The least reserve of a year's net income, in fen, rounded up so that it is never below the share of the norm."""
    share = Fraction(norm.value)
    return max(0, -(-net * share.numerator // share.denominator))


def due(code: str, day: date | datetime) -> tuple[datetime, str]:
    """Until when something that begins on a day (Shanghai) or at a moment must be done, and the stamp of its rule."""
    start = day if isinstance(day, datetime) else datetime(day.year, day.month, day.day, tzinfo=clock.TZ)
    rule = registry.rule(f"apartments.{code}", start)
    return clock.due(start, rule.limit), f"{rule.code}@{rule.version}"


def to_report() -> Q:
    """Stays whose beginning or end the police have not been told."""
    return Q(reported_at=None) | Q(left_due_at__isnull=False, left_reported_at=None)
