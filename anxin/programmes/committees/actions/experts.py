"""Professional committees: experts engaged, matters referred after a check of conflicts; gold-medal rooms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from anxin.kernel import access, areas, changes, clock, deeds, flow, people, rights
from anxin.kernel.bodies import Actor
from anxin.kernel.calendar import months_after
from anxin.kernel.errors import BadInput, NotNow, ReasonNeeded
from anxin.kernel.people import Particulars
from anxin.programmes.committees import rules
from anxin.programmes.committees.models import RELATIONS, Committee, Expert, GoldRoom, Referral, RoomYear

REFERRED = "committees.referred"
VERDICTS = {"kept": "保留", "improve": "限期提升", "withdrawn": "撤销命名"}


class Conflicted(NotNow):
    """该专家与当事人有利害关系，应当回避，请另选专家。"""

    code = "expert_conflicted"


@transaction.atomic
def engage(of: Committee, who: Particulars, fields: Sequence[str], ties: Sequence[str], by: Actor) -> Expert:
    """Engage an expert with fields of knowledge; `ties`: unified codes of enterprises he or she is bound to."""
    rights.enter(by, "committees.keep", area=of.body.area_id, body=of.body_id)
    if changes.repeated(by, "committees.expert"):
        return of.experts.latest("pk")
    if not of.field or not who.name.strip() or not fields or any(each not in rules.FIELDS for each in fields):
        raise BadInput(fields={"fields": _("专业调委会的专家须写明姓名和至少一个专长")})
    person = people.keep(who)
    codes = sorted({each.strip().upper() for each in ties if each.strip()})
    row = Expert.objects.create(committee=of, person=person, fields=list(fields), ties=codes, engaged_on=areas.today())
    changes.record(by, "committees.expert", str(row.pk), {}, {"fields": list(fields), "ties": len(codes)})
    return row


@transaction.atomic
def dismiss(expert: int, by: Actor) -> None:
    """An expert is no longer engaged; the name goes after its time."""
    row = deeds.held(Expert.objects.select_related("committee__body"), pk=expert)
    rights.enter(by, "committees.keep", area=row.committee.body.area_id, body=row.committee.body_id)
    if changes.repeated(by, "committees.expert") or row.left_on is not None:
        return
    day = areas.today()
    Expert.objects.filter(pk=row.pk).update(left_on=day)
    until = months_after(day, 12 * int(rules.value("keep_years", day)))
    people.Person.objects.filter(pk=row.person_id).update(keep_until=until)
    changes.record(by, "committees.expert", str(row.pk), {"left_on": None}, {"left_on": day})


def conflicts(
    expert: Expert, parties: Sequence[str], relation: str, reporter: people.Person | None = None
) -> list[str]:
    """Why an expert must stand aside, as codes: a tie with a party, a relation that was declared, a party himself."""
    found = [relation] if relation != "none" else []
    if {each.strip().upper() for each in parties} & set(expert.ties):
        found.append("tie")
    mark = expert.person.phone_mark
    if reporter is not None and mark and reporter.phone_mark and bytes(mark) == bytes(reporter.phone_mark):
        found.append("party")
    return found


@transaction.atomic
def refer(
    number: str, of: Committee, field: str, by: Actor, *, expert: Expert | None = None, parties: Sequence[str] = (),
    relation: str = "none", words: str = "",
) -> Referral:  # fmt: skip
    """Bring a matter before a professional committee: a consultation in its journal, and who of the experts takes part.

    `parties`: unified codes of the enterprises at odds. Raises Conflicted (SF/T 0083-2020: stand aside [BK]), NotFound,
    BadInput, and what the consultation raises (a matter that is over).
    """
    matter = access.matter(by, number)
    rights.enter(by, "committees.refer")
    if changes.repeated(by, "committees.referral"):
        return Referral.objects.get(matter=matter, committee=of)
    if field not in rules.FIELDS or relation not in RELATIONS or not of.field:
        raise BadInput(fields={"field": field, "relation": relation})
    if Referral.objects.filter(matter=matter, committee=of).exists():
        raise BadInput(fields={"committee": _("该事项已转介给这个委员会")})
    if expert is not None:
        if expert.committee_id != of.pk or expert.left_on is not None or field not in expert.fields:
            raise BadInput(fields={"expert": _("须为该委员会在聘、有此专长的专家")})
        if conflicts(expert, parties, relation, matter.person):
            raise Conflicted("SF/T 0083-2020")
    said = words.strip() or rules.FIELDS[field]["title"]
    flow.consult(
        matter, by.under(None), _("转介专业调委会：%(said)s") % {"said": said},
        _("由 %(body)s 参与调解") % {"body": of.body.name}, participants=[of.body], lead=of.body,
    )  # fmt: skip
    flow.note(matter, by.under(None), said, REFERRED, {"committee": of.body.code, "field": field})
    codes = sorted({each.strip().upper() for each in parties if each.strip()})
    row = Referral.objects.create(
        matter=matter, committee=of, expert=expert, field=field, parties=codes, at=clock.now(), post=by.post
    )
    changes.record(by, "committees.referral", str(row.pk), {}, {"matter": matter.number, "committee": of.body.code})
    return row


# ---- gold-medal rooms ------------------------------------------------------------------------------------------------


@transaction.atomic
def name_room(code: str, title: str, of: Committee, who: Particulars, day: date, by: Actor) -> GoldRoom:
    """Name a room after a mediator. The same code again: the room that is there."""
    rights.enter(by, "committees.review", area=of.body.area_id)
    found = GoldRoom.objects.filter(code=code).first()
    if found is not None:
        return found
    if not code.strip() or not title.strip() or not who.name.strip() or day > areas.today():
        raise BadInput(fields={"code": _("代码、名称、调解员必填，命名日期不能晚于今天")})
    person = people.keep(who)
    row = GoldRoom.objects.create(code=code, title=title.strip(), committee=of, person=person, named_on=day)
    changes.record(by, "committees.room", code, {}, {"named_on": day, "committee": of.body.code})
    return row


@transaction.atomic
def look_at_room(
    room: GoldRoom, year: int, cases: int, settled: int, trainings: int, verdict: str, by: Actor, *, reason: str = ""
) -> RoomYear:
    """The yearly look at a room. Whether the criteria are met is reckoned; what follows is decided by who looks, with a
    reason where it differs (keeping one that does not meet them, withdrawing one that does). Raises BadInput."""
    rights.enter(by, "committees.review", area=room.committee.body.area_id)
    if changes.repeated(by, "committees.room_year"):
        return RoomYear.objects.get(room=room, year=year)
    day = areas.today()
    if (
        not 0 <= settled <= cases
        or trainings < 0
        or verdict not in VERDICTS
        or not room.named_on.year <= year <= day.year
    ):
        raise BadInput(fields={"cases": _("成功数不超过件数"), "year": _("不早于命名年份"), "verdict": verdict})
    if room.ended_on is not None or RoomYear.objects.filter(room=room, year=year).exists():
        raise BadInput(fields={"year": _("该年度已复评，或已撤销命名")})
    met = rules.meets(cases, settled, trainings, day)
    if met != (verdict == "kept") and not reason.strip():
        raise ReasonNeeded(fields={"reason": _("与条件核算结果不一致时须写明理由")})
    row = RoomYear.objects.create(
        room=room, year=year, cases=cases, settled=settled, trainings=trainings, verdict=verdict, meets=met,
        norm=rules.stamp("gold", day), on=day, post=by.post,
    )  # fmt: skip
    if verdict == "withdrawn":
        GoldRoom.objects.filter(pk=room.pk).update(ended_on=day)
    after = {"cases": cases, "settled": settled, "trainings": trainings, "meets": met, "verdict": verdict}
    changes.record(by, "committees.room_year", f"{room.code}/{year}", {}, after, reason)
    return row
