"""The committee of 濮凤社区: elected, told, reviewed, swept; what 庄严 sees and who decides what."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from anxin.kernel import areas, bodies, changes, clock, flow, people, registry
from anxin.kernel.bodies import Actor, Body
from anxin.kernel.errors import BadInput, NotAllowed, ReasonNeeded
from anxin.kernel.journal import Entry
from anxin.kernel.matters import Report
from anxin.kernel.people import Particulars
from anxin.programmes.committees import rules
from anxin.programmes.committees.actions import experts, members, sweeps
from anxin.programmes.committees.actions.experts import Conflicted
from anxin.programmes.committees.actions.members import ChairTaken, NotOfAge, TooMany
from anxin.programmes.committees.actions.sweeps import Finding
from anxin.programmes.committees.figures import audit, returns
from anxin.programmes.committees.models import Committee, Member, Telling
from tests.cast import Cast, actor

ALL = dict.fromkeys(("place", "sign", "seal", "records", "ledger"), True)


def test_a_committee_is_audited(committee: Committee, zhuangyan: Actor, tuesday: clock.Travel) -> None:
    found = audit.audit([committee])[0]
    assert (found.town, found.seats.members, found.faults) == ("濮院镇", 3, ["unreviewed"])
    members.review(committee, 2026, {**ALL, "seal": False}, zhuangyan, proofs=[("sign", b"%PDF-1.4 sign")])
    assert audit.audit([committee])[0].faults == ["lacking"]
    members.review(committee, 2026, ALL, zhuangyan)
    assert audit.audit([committee])[0].faults == []
    assert changes.of("committees.review", f"{committee.body.code}/2026").count() == 2
    tuesday.advance(timedelta(days=31))
    assert audit.audit([committee], date(2026, 12, 25))[0].faults == ["untold"]
    tuesday.advance(timedelta(days=3 * 365))
    assert "expired" in audit.audit([committee])[0].faults


def test_the_roster_is_told_and_received(committee: Committee, luping: Actor, zhuangyan: Actor) -> None:
    open_ = Telling.objects.get(committee=committee, told_at=None)
    assert open_.rule == "committees.tell_roster@1"
    assert clock.last_day(open_.due_at) == date(2026, 12, 24)
    told = members.tell_roster(committee, luping)
    assert told is not None
    with pytest.raises(NotAllowed):
        members.receive_roster(told.pk, luping)
    members.receive_roster(told.pk, zhuangyan)
    told.refresh_from_db()
    assert told.received_at == clock.now()
    assert members.tell_roster(committee, luping) is None
    members.leave(committee.members.latest("pk").pk, areas.today(), "moved", luping)
    assert Telling.objects.filter(committee=committee, told_at=None).count() == 1


def test_terms_end_and_begin_again_by_an_election_only(
    committee: Committee, supervisor: Actor, tuesday: clock.Travel
) -> None:
    chair = committee.members.get(chair=True)
    assert chair.term_ends == date(2028, 3, 1)
    assert audit.expiring(supervisor) == []
    tuesday.advance(timedelta(days=400))
    assert len(audit.expiring(supervisor)) == 3
    new = members.re_elect(chair.pk, areas.today(), supervisor)
    chair.refresh_from_db()
    assert (chair.left_how, new.person_id, new.chair) == ("term", chair.person_id, True)
    person = people.Person.objects.get(pk=new.person_id)
    assert person.keep_until is None
    assert person.masked_name == "陆*"


def test_who_may_not_sit(committee: Committee, supervisor: Actor, cast: Cast) -> None:
    today = areas.today()
    with pytest.raises(NotOfAge):
        members.elect(committee, Particulars(name="少年"), today, supervisor)
    with pytest.raises(ChairTaken):
        members.elect(committee, Particulars(name="又一主任"), today, supervisor, chair=True, adult=True)
    for number in range(6):
        members.elect(committee, Particulars(name=f"委员{number}"), today, supervisor, adult=True)
    with pytest.raises(TooMany) as caught:
        members.elect(committee, Particulars(name="第十人"), today, supervisor, adult=True)
    assert "第8条" in caught.value.message
    with pytest.raises(NotAllowed):
        members.elect(committee, Particulars(name="外人"), today, cast.enforcement, adult=True)
    with pytest.raises(BadInput):
        members.elect(committee, Particulars(name="将来"), today + timedelta(days=1), supervisor, adult=True)


@pytest.mark.parametrize(
    ("chairs", "women", "minority", "count", "ends", "faults"),
    [
        (1, 1, 0, 3, 1, []),
        (1, 1, 0, 9, 1, []),
        (1, 1, 0, 2, 1, ["few"]),
        (1, 1, 0, 10, 1, ["many"]),
        (0, 1, 0, 3, 1, ["chair"]),
        (2, 1, 0, 3, 1, ["chair"]),
        (1, 0, 0, 3, 1, ["woman"]),
        (1, 1, 0, 3, 0, ["expired"]),
    ],
)
def test_composition(chairs: int, women: int, minority: int, count: int, ends: int, faults: list[str]) -> None:
    day = date(2026, 11, 24)
    seats = rules.Seats(count, chairs, women, minority, day + timedelta(days=ends))
    assert rules.composition(seats, False, day) == faults
    assert rules.composition(seats, True, day) == sorted([*faults, "minority"], key=list(rules.FAULTS).index)


def test_a_removal_is_a_decision_of_those_entitled(committee: Committee, luping: Actor, cast: Cast) -> None:
    member = committee.members.filter(chair=False).first()
    assert member is not None
    village = actor("330483101025.committee.village")
    today = areas.today()
    members.decide(member.pk, "leak", "criticism", today, luping)
    member.refresh_from_db()
    assert member.left_on is None
    with pytest.raises(NotAllowed):
        members.decide(member.pk, "leak", "removal", today, luping)
    with pytest.raises(BadInput):
        members.leave(member.pk, today, "removed", luping)
    members.decide(member.pk, "leak", "removal", today, village, paper=b"%PDF-1.4 decision")
    member = Member.objects.get(pk=member.pk)
    assert (member.left_how, member.left_on) == ("removed", today)
    assert people.Person.objects.get(pk=member.person_id).keep_until == today.replace(year=today.year + 2)
    made = member.measures.get(measure="removal")
    assert made.file_id
    assert members.shows(village, made.file_id)
    assert not members.shows(cast.water, made.file_id)


def test_a_sweep_raises_matters_and_the_return_counts_them(
    committee: Committee, luping: Actor, zhuangyan: Actor, tuesday: clock.Travel
) -> None:
    finds = [
        Finding(sort="economic", title="毛纱货款拖欠", band="100"),
        Finding(sort="family", title="邻里漏水"),
    ]
    done = sweeps.sweep(committee, areas.today(), finds, luping.under("s" * 20))
    assert sweeps.sweep(committee, areas.today(), finds, luping.under("s" * 20)) == done
    assert (done.rhythm, done.found.count()) == ("daily", 2)
    with pytest.raises(BadInput):
        sweeps.sweep(committee, areas.today(), [Finding(sort="weather", title="x")], luping)
    county = areas.tree().by_code["330483"]
    month = date(2026, 11, 1)
    if rules.MEDIATION in registry.kinds():
        found = returns.monthly(county, month)
        assert (found.columns["village"].found, found.columns["subtotal"].found, found.large) == (2, 2, 1)
        assert found.classes["economic"].found == 1
        assert found.due == date(2026, 12, 5)
        noted = Entry.objects.filter(verb="note", data__facts__about=sweeps.FOUND)
        assert {each.data["facts"]["class"] for each in noted} == {"economic", "family"}
    with pytest.raises(BadInput):
        sweeps.send_return(county, month, zhuangyan)
    tuesday.advance(timedelta(days=10))
    assert sweeps.send_return(county, month, zhuangyan).edition == 1
    assert sweeps.send_return(county, month, zhuangyan).edition == 2
    with pytest.raises(NotAllowed):
        sweeps.send_return(county, month, luping)


def test_which_sweeps_are_due(committee: Committee, luping: Actor, supervisor: Actor, tuesday: clock.Travel) -> None:
    assert [each.due for each in audit.sweeps_due(luping)] == [True]
    sweeps.sweep(committee, areas.today(), [], luping)
    assert [each.due for each in audit.sweeps_due(luping)] == [False]
    tuesday.advance(timedelta(days=1))
    assert [each.due for each in audit.sweeps_due(supervisor) if each.committee == committee] == [True]
    assert rules.peak_on(date(2026, 11, 25))
    assert not rules.peak_on(date(2026, 4, 1))
    assert rules.peak_on(date(2027, 1, 5)) == rules.peak_on(date(2026, 12, 31))
    for other in (date(2026, 4, 1), date(2026, 4, 6)):
        assert rules.peak_on(other) is None


@pytest.fixture
def textile(tuesday: clock.Travel, supervisor: Actor) -> Committee:
    """The professional committee on textile quality, with two experts; one has a tie with an enterprise."""
    body = Body.objects.create(
        code="330483.mediation-textile", kind="mediation", function="textile", name="桐乡市面料人民调解委员会",
        area=areas.tree().by_code["330483"], valid_from=date(2020, 1, 1),
    )  # fmt: skip
    bodies.DIRECTORY.changed()
    row = members.set_up(body, date(2021, 1, 1), supervisor, field="textile")
    experts.engage(row, Particulars(name="钱工", phone="00000000009"), ["textile"], ["92330483MA0000001X"], supervisor)
    experts.engage(row, Particulars(name="孙工"), ["textile", "law"], [], supervisor)
    return row


def test_a_referral_checks_for_conflicts(textile: Committee, supervisor: Actor, cast: Cast) -> None:
    tied, free = textile.experts.order_by("pk")
    told = Report(
        kind="onekey.quarrel", title="色差", area="330483101025", person=Particulars(name="钱工", phone="00000000009")
    )
    matter = flow.report(told, cast.seat).matter
    for more in ({"parties": ["92330483ma0000001x"]}, {"relation": "kin"}, {}):
        with pytest.raises(Conflicted):
            experts.refer(matter.number, textile, "textile", supervisor, expert=tied, **more)
    with pytest.raises(BadInput):
        experts.refer(matter.number, textile, "medical", supervisor, expert=free)
    row = experts.refer(matter.number, textile, "textile", supervisor, expert=free, parties=["92330483ma0000001x"])
    assert row.parties == ["92330483MA0000001X"]
    assert matter.journal.filter(verb="consult").count() == 1
    with pytest.raises(BadInput):
        experts.refer(matter.number, textile, "textile", supervisor, expert=free)


def test_a_gold_room_is_looked_at_every_year(textile: Committee, supervisor: Actor) -> None:
    room = experts.name_room("JP-1", "钱工调解室", textile, Particulars(name="钱工"), date(2024, 5, 1), supervisor)
    assert [each.due for each in audit.rooms(supervisor)] == [True]
    with pytest.raises(ReasonNeeded):
        experts.look_at_room(room, 2025, 30, 28, 4, "kept", supervisor)
    with pytest.raises(BadInput):
        experts.look_at_room(room, 2025, 30, 31, 4, "kept", supervisor)
    row = experts.look_at_room(room, 2025, 40, 38, 4, "kept", supervisor)
    assert row.meets
    assert row.norm == "committees.gold@1"
    assert [each.due for each in audit.rooms(supervisor)] == [False]
    experts.look_at_room(room, 2026, 40, 10, 0, "withdrawn", supervisor)
    room.refresh_from_db()
    assert room.ended_on == areas.today()


def test_a_notice_replaces_another(supervisor: Actor, tuesday: clock.Travel) -> None:
    old = sweeps.publish("购销合同", "contract", supervisor, text="一")
    new = sweeps.publish("购销合同（新）", "contract", supervisor, text="二", replaces=old.pk)
    old.refresh_from_db()
    assert (old.valid_to, new.replaces_id) == (areas.today(), old.pk)
