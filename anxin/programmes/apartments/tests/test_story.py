"""A farmhouse of 新义村 from idle to let, the people in it, what goes wrong, and what is refused with its rule."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import transaction

from anxin.kernel import areas, changes, clock, flow, jobs, registry, telling
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import AnxinError, BadInput, InTheFuture, KeyReused, NotAllowed, NotFound, ReasonNeeded
from anxin.kernel.norms import Norm
from anxin.kernel.people import Particulars, Person
from anxin.programmes.apartments import figures, rules, seeds
from anxin.programmes.apartments import jobs as timed
from anxin.programmes.apartments.actions import books, houses, letting, visits
from anxin.programmes.apartments.models import Bill, Building, Device, Lease, Line, Stay, Visit
from anxin.programmes.apartments.tests.conftest import DAY, ENDS, house
from tests.cast import actor, body

pytestmark = pytest.mark.django_db
SAFE = Particulars(name="沈某安全")


def test_from_idle_to_let_nothing_is_skipped(idle: Building, who: seeds.Cast, now: clock.Travel) -> None:
    code, manager = idle.code, who.manager
    with pytest.raises(rules.NotYetLettable, match="托管合同"):
        houses.move(code, manager, to="entrusted")
    with pytest.raises(rules.NoSuchMove):
        houses.move(code, manager, to="let")
    houses.entrust(code, manager, begins=DAY, ends=ENDS, rent=42_000_00, step=30)
    houses.move(code, manager, to="entrusted")
    with pytest.raises(rules.NotYetLettable, match="房屋安全鉴定"):
        houses.move(code, manager, to="appraised")
    houses.paper(code, manager, sort="appraisal", number="1", issued_on=DAY, passed=False)
    with pytest.raises(rules.NotYetLettable, match="房屋安全鉴定"):
        houses.move(code, manager, to="appraised")
    houses.paper(code, manager, sort="appraisal", number="2", issued_on=DAY)
    houses.move(code, manager, to="appraised")
    houses.renovate(code, manager, scope="水电", items=["smoke"], budget=30_000_00, years=5)
    houses.move(code, manager, to="designed")
    houses.move(code, manager, to="renovating")
    with pytest.raises(NotAllowed):
        houses.paper(code, manager, sort="fire", number="3", issued_on=DAY, items=seeds.KIT)
    houses.paper(code, who.fire, sort="fire", number="3", issued_on=DAY, items=seeds.KIT[:4])
    for sort in ("house", "electric"):
        houses.paper(code, manager, sort=sort, number="4", issued_on=DAY, items=seeds.KIT)
    with pytest.raises(rules.NotYetLettable, match="消防验收"):
        houses.move(code, manager, to="accepted")
    houses.paper(code, who.fire, sort="fire", number="5", issued_on=DAY, items=seeds.KIT)
    houses.move(code, manager, to="accepted")
    letting.lease(code, manager, number="ZL-1", employer=who.employers[0], begins=DAY, ends=ENDS, rent=48_000_00)
    with pytest.raises(rules.NotYetLettable) as refused:
        houses.move(code, manager, to="let")
    assert refused.value.facts["missing"] == ["房屋保险", "承租企业宿舍安全责任书和安全负责人"]
    houses.paper(code, manager, sort="insurance", number="6", issued_on=DAY, valid_until=DAY + timedelta(days=1))
    letting.sign_letter(code, manager, safety=SAFE, letter_on=DAY)
    houses.move(code, manager, to="let")
    assert Building.objects.get().status == "let"
    assert changes.of("apartments.status", code)[0].after["status"] == "let"
    assert not changes.broken()


def test_one_person_a_bed_and_one_bed_a_person(let: Building, who: seeds.Cast, jinli: Actor) -> None:
    one, two = seeds.worker(1), seeds.worker(2)
    stay = letting.check_in(let.code, jinli.under("key-1"), room="101", bed=1, worker=one, begins=DAY)
    assert stay is not None
    again = letting.check_in(let.code, jinli.under("key-1"), room="101", bed=1, worker=one, begins=DAY)
    assert again is None, "sent twice, done once"
    with pytest.raises(KeyReused):
        houses.room(let.code, who.manager.under("key-1"), number="9", floor=1, use="bath", usable=5, beds=0)  # type: ignore[arg-type]
    with pytest.raises(rules.TwoBeds):
        letting.check_in(let.code, jinli, room="201", bed=1, worker=one, begins=DAY)
    with pytest.raises(rules.BedTaken):
        letting.check_in(let.code, jinli, room="101", bed=1, worker=two, begins=DAY)
    with pytest.raises(rules.NoSuchBed):
        letting.check_in(let.code, jinli, room="1K", bed=1, worker=two, begins=DAY)
    letting.check_in(let.code, jinli, room="101", bed=2, worker=two, begins=DAY)
    with pytest.raises(rules.RoomFull, match="S20"):
        letting.check_in(let.code, jinli, room="101", bed=3, worker=seeds.worker(3), begins=DAY)
    more = {"room": "101", "bed": 3, "worker": seeds.worker(3), "begins": DAY, "exception": "family"}
    for by, reason in ((jinli, "夫妻带子女"), (who.village, " ")):
        with pytest.raises(rules.ApproverNeeded):
            letting.check_in(let.code, by, reason=reason, **more)  # type: ignore[arg-type]
    kept = letting.check_in(let.code, who.village, reason="夫妻带子女", **more)  # type: ignore[arg-type]
    assert kept is not None
    assert (kept.exception, kept.approver) == ("family", who.village.post)
    stranger = actor("330402.water.clerk")
    with pytest.raises(NotFound):
        letting.check_in(let.code, stranger, room="201", bed=1, worker=two, begins=DAY)


def test_the_clock_of_three_working_days(let: Building, who: seeds.Cast, now: clock.Travel) -> None:
    friday = date(2026, 11, 27)
    now.advance(timedelta(days=3))
    stay = letting.check_in(let.code, who.manager, room="101", bed=1, worker=seeds.worker(1), begins=friday)
    assert stay is not None
    assert clock.last_day(stay.due_at) == date(2026, 12, 2), "Monday, Tuesday, Wednesday"
    with pytest.raises(InTheFuture):
        letting.registered(let.code, who.manager, pk=stay.pk, at=clock.now() + timedelta(hours=1))
    now.advance(timedelta(days=7))
    assert figures.kpi([let.pk], areas.today())["overdue"] == 1
    letting.registered(let.code, who.manager, pk=stay.pk)
    letting.check_out(let.code, who.manager, pk=stay.pk, until=areas.today())
    with pytest.raises(BadInput):
        letting.check_out(let.code, who.manager, pk=stay.pk, until=areas.today())
    letting.registered(let.code, who.manager, pk=stay.pk)
    with pytest.raises(BadInput):
        letting.registered(let.code, who.manager, pk=stay.pk)
    person = Person.objects.get(pk=stay.worker_id)
    assert person.keep_until == date(2031, 11, 24), "the contract and two years"
    now.advance(timedelta(days=366 * 6))
    timed.forget()
    assert not Stay.objects.exists()


def test_leases_do_not_overlap_and_stay_within_the_trust(let: Building, who: seeds.Cast) -> None:
    more = {"employer": who.employers[1], "rent": 1_00}
    with pytest.raises(rules.LeaseOverlaps):
        letting.lease(let.code, who.manager, number="Z2", begins=date(2027, 1, 1), ends=date(2028, 1, 1), **more)  # type: ignore[arg-type]
    with pytest.raises(rules.NoEntrustment):
        letting.lease(let.code, who.manager, number="Z3", begins=ENDS, ends=date(2031, 1, 1), **more)  # type: ignore[arg-type]
    with pytest.raises(rules.EntrustmentOverlaps):
        houses.entrust(let.code, who.manager, begins=date(2028, 1, 1), ends=date(2032, 1, 1), rent=1)
    with pytest.raises(ReasonNeeded):
        letting.end_lease(let.code, who.manager, until=date(2027, 6, 1), reason="")
    letting.end_lease(let.code, who.manager, until=date(2027, 6, 1), reason="企业搬迁")
    letting.lease(let.code, who.manager, number="Z2", begins=date(2027, 6, 1), ends=date(2028, 1, 1), **more)  # type: ignore[arg-type]
    assert Lease.objects.count() == 2


def test_no_camera_in_a_room(let: Building, who: seeds.Cast) -> None:
    for number, place in (("101", ""), ("", "2楼宿舍内")):
        with pytest.raises(rules.CameraInRoom):
            houses.equip(let.code, who.manager, sort="camera", number=number, place=place)
    houses.equip(let.code, who.manager, sort="camera", place="一楼大门外")
    with pytest.raises(Exception, match="no_camera_in_a_room"), transaction.atomic():
        Device.objects.create(building=let, room=let.rooms.first(), sort="camera")


def test_a_checklist_changed_after_the_visit_began(
    let: Building, who: seeds.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = visits.begin(let.code, who.manager, rhythm="daily")
    assert visit is not None
    new = Norm(code="apartments.checklist.daily", title="新清单", version="2",
               value=[{"code": "new", "text": "新|New"}],
               effective=DAY, source="新文件", provenance="BK")  # fmt: skip
    known = {**registry.norms(), new.code: (*registry.norms()[new.code], new)}
    monkeypatch.setattr(registry, "norms", lambda: known)
    assert registry.norm(new.code, DAY).version == "2"
    with pytest.raises(BadInput):
        visits.finish(let.code, who.manager, pk=visit.pk, answers={"new": "ok"})
    answers = {"route": "bad", "ebike": "ok", "wires": "none", "stove": "ok"}
    found = visits.finish(let.code, who.manager, pk=visit.pk, answers=answers)
    assert found is not None
    assert [each.item for each in found] == ["route"]
    assert Visit.objects.get(pk=visit.pk).stamp.endswith("@1")
    with pytest.raises(rules.VisitOver):
        visits.finish(let.code, who.manager, pk=visit.pk, answers=answers)
    other = visits.begin(house(who, "T-2").code, who.manager, rhythm="daily")
    assert other is not None
    assert other.stamp.endswith("@2")
    with pytest.raises(NotAllowed):
        visits.begin(let.code, who.manager, rhythm="quarterly")


def test_a_serious_hazard_reaches_the_fire_brigade(let: Building, who: seeds.Cast, jinli: Actor) -> None:
    found = visits.hazard(let.code, who.village, title="楼道充电", grade="serious", number="101")
    assert found is not None
    assert found.matter is not None
    order = found.matter.orders.get() if hasattr(found.matter, "orders") else found.matter.order_set.get()
    assert order.body == body("330411.fire")
    assert "重大隐患整改复查" in rules.lacking(let, DAY)
    houses.move(let.code, who.village, to="suspended", reason="楼道充电")
    with pytest.raises(rules.NotYetLettable, match="重大隐患"):
        houses.move(let.code, who.manager, to="let")
    with pytest.raises(BadInput):
        visits.recheck(let.code, who.village, pk=found.pk, good=True)
    flow.sign(order, who.fire)
    order.refresh_from_db()
    flow.finish(order, who.fire, "已断电、清走")
    assert telling.tell is not None
    jobs.drain(ticks=False)
    found.refresh_from_db()
    assert found.fixed_at is not None
    visits.recheck(let.code, who.village, pk=found.pk, good=True)
    houses.move(let.code, who.manager, to="let")
    other = visits.hazard(let.code, who.manager, title="灭火器过期")
    assert other is not None
    visits.fix(let.code, who.manager, pk=other.pk, said="已更换")
    with pytest.raises(rules.FixedByItself):
        visits.recheck(let.code, who.manager, pk=other.pk, good=True)


def test_bills_by_contract_and_by_meter(let: Building, who: seeds.Cast, now: clock.Travel) -> None:
    assert books.bill_rent(let.code, who.manager, until=date(2027, 11, 23)) == 4
    assert books.bill_rent(let.code, who.manager, until=date(2027, 11, 23)) == 0
    assert sum(Bill.objects.values_list("amount", flat=True)) == 48_000_00
    books.bill(let.code, who.manager, sort="water", month=date(2026, 12, 1), reading=100)  # type: ignore[arg-type]
    with pytest.raises(rules.MeterBackwards):
        books.bill(let.code, who.manager, sort="water", month=date(2027, 1, 1), reading=99)  # type: ignore[arg-type]
    bill = Bill.objects.get(sort="water")
    assert (bill.amount, bill.norm) == (345_00, "apartments.price.water@1")
    rent = Bill.objects.filter(sort="rent").earliest("due_on")
    with pytest.raises(InTheFuture):
        books.pay(let.code, who.manager, pk=rent.pk, paid_on=DAY + timedelta(days=1))
    with pytest.raises(NotAllowed):
        books.pay(let.code, actor(f"{seeds.VILLAGE}.enterprise-1.employer"), pk=rent.pk, paid_on=DAY)
    books.pay(let.code, who.manager, pk=rent.pk, paid_on=DAY)
    assert Line.objects.get().amount == 12_000_00
    now.advance(timedelta(days=60))
    told = {"year": 2026, "noticed_on": date(2027, 1, 2), "decided_on": date(2027, 1, 20), "voters": 3, "in_favour": 2}
    with pytest.raises(BadInput, match="份额"):
        books.lock_year(seeds.COMPANY, who.village, **told)  # type: ignore[arg-type]
    late = Bill.objects.filter(sort="rent", paid_on=None).earliest("due_on")
    from anxin.programmes.apartments.models import Share

    Share.objects.create(company=let.company, holder=let.house.owner, count=1, begins=DAY)
    with pytest.raises(rules.VoteNeeded):
        books.lock_year(seeds.COMPANY, who.village, **{**told, "noticed_on": date(2027, 1, 10)})  # type: ignore[arg-type]
    year = books.lock_year(seeds.COMPANY, who.village, **told)  # type: ignore[arg-type]
    assert year is not None
    with pytest.raises(rules.YearLocked):
        books.pay(let.code, who.manager, pk=late.pk, paid_on=date(2026, 12, 31))
    with pytest.raises(rules.YearLocked):
        books.lock_year(seeds.COMPANY, who.village, **told)  # type: ignore[arg-type]


BAD = [
    ("houses.entrust", {"begins": ENDS, "ends": DAY, "rent": 1}),
    ("houses.entrust", {"begins": DAY, "ends": ENDS, "rent": -1}),
    ("houses.renovate", {"scope": " ", "items": [], "budget": 1, "years": 1}),
    ("houses.renovate", {"scope": "x", "items": ["bomb"], "budget": 1, "years": 1}),
    ("houses.paper", {"sort": "none", "number": "1", "issued_on": DAY}),
    ("houses.paper", {"sort": "insurance", "number": "1", "issued_on": date(2027, 1, 1)}),
    ("houses.room", {"number": "1", "floor": 9, "use": "bedroom", "usable": 12, "beds": 2}),
    ("houses.room", {"number": "1", "floor": 1, "use": "kitchen", "usable": 12, "beds": 2}),
    ("letting.lease", {"number": "1", "employer": "330402.water", "begins": DAY, "ends": ENDS, "rent": 1}),
    ("letting.lease", {"number": "1", "employer": "nobody", "begins": DAY, "ends": ENDS, "rent": 1}),
    ("letting.check_in", {"room": "101", "bed": 1, "worker": Particulars(), "begins": DAY}),
    ("letting.check_in", {"room": "101", "bed": 1, "worker": SAFE, "begins": date(2028, 1, 1)}),
    ("letting.check_out", {"pk": 999_999_999, "until": DAY}),
    ("visits.hazard", {"title": " "}),
    ("visits.hazard", {"title": "x", "grade": "huge"}),
    ("books.bill", {"sort": "water", "month": DAY}),
    ("books.bill", {"sort": "rent", "month": DAY, "amount": 5}),
    ("books.bill", {"sort": "refuse", "month": date(2040, 1, 1), "amount": 5}),
]


@pytest.mark.parametrize(("call", "typed"), BAD)
def test_bad_input_is_refused_with_the_rule(
    let: Building, who: seeds.Cast, call: str, typed: dict[str, object]
) -> None:
    module, _dot, name = call.partition(".")
    deed = getattr({"houses": houses, "letting": letting, "visits": visits, "books": books}[module], name)
    with pytest.raises(AnxinError):
        deed(let.code, who.manager, **typed)


def test_expiring_papers_and_reminders(let: Building, who: seeds.Cast, now: clock.Travel) -> None:
    houses.paper(
        let.code, who.manager, sort="insurance", number="9", issued_on=DAY, valid_until=DAY + timedelta(days=30)
    )
    assert [(what, until) for _row, what, until in figures.expiring([let.pk], DAY)] == [
        ("insurance", DAY + timedelta(days=30))
    ]
    timed.remind()
    timed.plan()
    assert set(Visit.objects.values_list("rhythm", flat=True)) == {"daily"}
    assert visits.falls_due(date(2027, 1, 1)) == ["daily", "monthly", "quarterly"]
    assert visits.falls_due(datetime(2026, 11, 30).date()) == ["daily", "weekly"]
