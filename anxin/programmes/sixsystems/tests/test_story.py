"""A year of the grid: a quarrel about parking is settled, talked about, reviewed, watched; a fire is traced back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from anxin.kernel import areas, bodies, changes, clock, flow, jobs
from anxin.kernel.errors import NotAllowed, NothingSaid, NotNow, ProofNeeded, TooLate
from anxin.kernel.journal import Entry
from anxin.kernel.matters import CLOSED, Matter, Report
from anxin.kernel.orders import Order
from anxin.programmes.sixsystems import figures, rules
from anxin.programmes.sixsystems.actions import grids, loop, meetings, reviews, traces
from anxin.programmes.sixsystems.models import Door, Meeting
from anxin.programmes.sixsystems.rules import (
    GRADED,
    TOLD,
    TRACED,
    VERIFIED,
    AskAbove,
    DoorOutside,
    DutyOverlaps,
    FindingsMissing,
    NobodyTold,
    NotATrigger,
    ObjectionOpen,
    OpenMatters,
    OwnApproval,
    PlanIncomplete,
    ReporterMayNotHandle,
    UnknownGrade,
    WatchNotOver,
)
from anxin.programmes.sixsystems.tests.conftest import GRID, TOWN, TUESDAY, VILLAGE, Street, stranger


def event(street: Street, kind: str = "parking", **more: object) -> Report:
    lat, lon = street.point()
    told: dict[str, object] = {
        "kind": f"sixsystems.{kind}", "title": "两户为一个车位争执", "narrative": "小区东门车位被占，双方争吵。",
        "lat": lat, "lon": lon, "channel": "grid", **more,
    }  # fmt: skip
    return Report(**told)  # type: ignore[arg-type]


def lead(matter: Matter) -> Order:
    return matter.orders.exclude(state="withdrawn").get(role="lead")


def settled(street: Street, matter: Matter, photo: str) -> None:
    """The committee handles it, the reporter is told, the county closes it."""
    flow.sign(lead(matter), street.clerk)
    flow.finish(lead(matter), street.clerk, "已劝和，车位另行安排", [photo])
    flow.reply(matter, street.clerk, "已劝和")
    flow.note(matter, street.clerk, "已告知网格员和两户", about=TOLD, facts={"to": "reporter,residents"})
    flow.close(matter, street.supervisor)
    matter.refresh_from_db()


def test_parking_from_the_quarrel_to_the_last_look(tuesday: clock.Travel, street: Street, photo: str) -> None:
    """F17: settled on the spot, a meeting, several rounds, a plan, the law's hint, six months of watching."""
    grade_one = loop.take(event(street), "I", street.worker, "和辅警一起当场劝和")
    assert (grade_one.state, grade_one.level) == (CLOSED, "grid")
    matter = loop.take(event(street, title="东门车位又起争执"), "", street.worker)
    assert (matter.level, lead(matter).body.code) == ("village", f"{VILLAGE}.committee")

    first = meetings.plan(street.grid, TUESDAY + timedelta(hours=1), street.head)
    assert meetings.plan(street.grid, TUESDAY + timedelta(hours=1), street.head) == first
    meetings.begin(first.pk, street.head)
    first.refresh_from_db()
    assert [pk for pk, _ in first.agenda] == [matter.pk]
    assert street.auxiliary.post in first.expected
    meetings.attend(first.pk, [street.worker.post or 0, street.auxiliary.post or 0, 10**9], street.head)
    committee = bodies.body(f"{VILLAGE}.committee")
    due = areas.today() + timedelta(days=5)
    with pytest.raises(AskAbove):
        meetings.decide(first.pk, "请消防来看", bodies.body("330421.fire"), due, street.head)
    key = street.head.under("decision-key-000001")
    made = meetings.decide(first.pk, "清点未售车位，约开发商谈", committee, due, key, matter)
    assert meetings.decide(first.pk, "清点未售车位，约开发商谈", committee, due, key, matter) == made
    assert Entry.objects.filter(matter=matter, verb="consult").count() == 1
    task = meetings.decide(first.pk, "划出临时停车线", committee, due, street.head)
    assert task.task is not None
    assert task.task.kind == "sixsystems.task"
    with pytest.raises(NothingSaid):
        meetings.close(first.pk, " ", street.head)
    meetings.close(first.pk, "议了两件事，电话13800001234", street.head)
    first.refresh_from_db()
    assert "13800001234" not in first.minutes
    with pytest.raises(NotNow):
        meetings.begin(first.pk, street.head)

    tuesday.advance(timedelta(days=7))
    jobs.drain()
    second = meetings.plan(street.grid, clock.now(), street.head)
    meetings.begin(second.pk, street.head)
    second.refresh_from_db()
    whys = dict(second.agenda)
    assert whys[matter.pk] == ["carried", "overdue", "open"]
    matter.refresh_from_db()
    assert matter.level == "town"  # overdue: one level up
    meetings.close(second.pk, "上次两项均已逾期，继续督促", street.head)
    made.refresh_from_db()
    assert (made.found, made.found_in) == ("overdue", second)
    settled(street, matter, photo)
    assert figures.outcome(made.__class__.objects.get(pk=made.pk), clock.now()) == "late"

    review = reviews.begin(matter, street.village, Meeting.objects.get(pk=second.pk))
    with pytest.raises(PlanIncomplete):
        reviews.settle(review.pk, street.village)
    described = reviews.describe(
        review.pk,
        street.village,
        "facility",
        date(2024, 6, 30),
        36,
        happened="抢车位",
        reason="地面车位少，地下未售车位空置",
    )
    (hint,) = figures.hints(described, areas.today())
    assert hint["holds"]
    assert hint["since"] == date(2026, 6, 30)
    assert (hint["norm"].value["fine_from"], hint["norm"].provenance) == (5_000_000, "LAW:JXWY art.27,38")
    described.delivered_on = date(2025, 1, 31)
    assert not figures.hints(described, areas.today())[0]["holds"]
    step = reviews.add_milestone(
        review.pk, "开发商出租36个未售车位", committee, areas.today() + timedelta(days=30), street.village
    )
    count = reviews.measure(review.pk, "月均停车争执", "起", Decimal(6), areas.today(), street.village)
    reviews.settle(review.pk, street.village)
    looks = list(matter.checks.order_by("months"))
    assert [each.months for each in looks] == [1, 3, 6]
    for each in looks:
        with pytest.raises(WatchNotOver):
            reviews.close(review.pk, street.village)
        tuesday.advance(clock.due(clock.now(), clock.Limit(amount=1, unit=clock.Unit.DAY)) - clock.now())
        tuesday.advance(timedelta(days=(each.due_on - areas.today()).days))
        reviews.look(review.pk, each.months, False, "没有再发生", street.village)
    reviews.reach(review.pk, step.pk, street.village)
    reviews.measured(review.pk, count.pk, Decimal(1), areas.today(), street.village)
    assert reviews.close(review.pk, street.village).state == "closed"


def test_what_comes_back_is_reviewed_again(tuesday: clock.Travel, street: Street, photo: str) -> None:
    matter = loop.take(event(street), "", street.worker)
    settled(street, matter, photo)
    review = reviews.begin(matter, street.village)
    committee = bodies.body(f"{VILLAGE}.committee")
    reviews.describe(review.pk, street.village, "rule", reason="没有停车规则")
    reviews.add_milestone(review.pk, "立停车公约", committee, areas.today(), street.village)
    reviews.measure(review.pk, "月均争执", "起", Decimal(4), areas.today(), street.village)
    reviews.settle(review.pk, street.village)
    tuesday.advance(timedelta(days=31))
    assert reviews.look(review.pk, 1, True, "又吵了一次", street.village).state == "open"
    matter.refresh_from_db()
    assert (matter.state, matter.reopened) == ("working", 1)


def test_who_reports_does_not_handle(tuesday: clock.Travel, street: Street, photo: str) -> None:
    matter = loop.take(event(street, kind="dispute"), "", street.worker)
    with pytest.raises(ReporterMayNotHandle):
        flow.sign(lead(matter), street.worker)
    with pytest.raises(ReporterMayNotHandle):
        flow.note(matter, street.worker, "属实", about=VERIFIED, facts={"verdict": "true"})
    flow.note(matter, street.head, "到现场看过", about=VERIFIED, facts={"verdict": "true"})
    flow.sign(lead(matter), street.clerk)
    with pytest.raises(ProofNeeded):
        flow.finish(lead(matter), street.clerk, "已处置")
    flow.finish(lead(matter), street.clerk, "已处置", [photo])
    flow.reply(matter, street.clerk, "已处置")
    with pytest.raises(NobodyTold):
        flow.close(matter, street.supervisor)
    with pytest.raises(UnknownGrade):
        loop.take(event(street), "I", street.dispatcher, "已处置")
    with pytest.raises(NothingSaid):
        loop.take(event(street), "I", street.worker)
    with pytest.raises(UnknownGrade):
        flow.note(matter, street.head, "改成自办", about=GRADED, facts={"grade": "I"})


def test_grades_bring_their_level_body_and_clock(tuesday: clock.Travel, street: Street) -> None:
    matter = loop.take(event(street, kind="dispute"), "III", street.worker)
    jobs.drain()
    matter.refresh_from_db()
    assert (matter.level, lead(matter).body.code) == ("town", f"{TOWN}.command")
    assert matter.due_at == datetime(2026, 12, 2, tzinfo=clock.TZ)  # five working days, to their end
    with pytest.raises(UnknownGrade):
        flow.note(matter, street.auxiliary, "升级", about=GRADED, facts={"grade": "IV"})
    flow.note(matter, street.dispatcher, "需县级联办", about=GRADED, facts={"grade": "IV"})
    jobs.drain()
    matter.refresh_from_db()
    assert (matter.level, lead(matter).body.code) == ("county", "330421.centre")
    fire = loop.take(event(street, kind="fire", urgency="emergency"), "", street.worker)
    clocks = {each.code: each for each in fire.clocks.all()}
    assert clocks["arrive.grid"].due_at == TUESDAY + timedelta(minutes=30)
    assert fire.police == "sent"
    for _ in range(3):
        again = loop.take(event(street, kind="rental"), "", street.worker)
    jobs.drain()
    again.refresh_from_db()
    assert again.level == "town"  # repeated: one level up
    joint = loop.take(event(street, kind="safety"), "", street.worker)
    helpers = [(bodies.body("330421.fire"), "查"), (bodies.body("330421.emergency"), "查")]
    flow.dispatch(joint, street.dispatcher, bodies.body(f"{TOWN}.command"), helpers)
    jobs.drain()
    joint.refresh_from_db()
    assert joint.level == "county"


def test_a_fire_is_traced_back(tuesday: clock.Travel, street: Street, photo: str) -> None:
    matter = loop.take(event(street, kind="fire", title="出租房充电起火"), "", street.worker)
    with pytest.raises(NotATrigger):
        traces.begin(matter, "repeat", street.supervisor)
    with pytest.raises(NotAllowed):
        traces.begin(matter, "fire", street.head)
    trace = traces.begin(matter, "fire", street.supervisor)
    with pytest.raises(NotNow):
        traces.begin(matter, "fire", street.supervisor)
    nodes = {each.node: each for each in trace.findings.all()}
    assert set(nodes) == {"seen", "reported", "supervised"}
    assert nodes["reported"].post_id == street.worker.post
    with pytest.raises(FindingsMissing):
        traces.decide(trace.pk, street.supervisor)
    with pytest.raises(FindingsMissing):
        traces.find(trace.pk, 0, "unseen", street.supervisor, "", measure="talk")
    for each in nodes.values():
        exempt = "patrolled" if each.node == "seen" else ""
        said = "diligent" if each.node == "reported" else "unseen" if each.node == "seen" else "unsupervised"
        traces.find(trace.pk, each.place, said, street.supervisor, "巡查记录为证", exempt, "talk")
    traces.decide(trace.pk, street.supervisor)
    place = nodes["supervised"].place
    with pytest.raises(TooLate):
        traces.object_to(trace.pk, place, "不是我", street.head)
    traces.object_to(trace.pk, place, "当天已电话督办", street.town_supervisor)
    with pytest.raises(ObjectionOpen):
        traces.close(trace.pk, street.supervisor)
    tuesday.advance(timedelta(days=9))
    with pytest.raises(ObjectionOpen):
        traces.close(trace.pk, street.supervisor)
    traces.answer(trace.pk, place, True, "通话记录属实", street.leader)
    traces.close(trace.pk, street.supervisor)
    note = Entry.objects.get(matter=matter, verb="note", data__facts__about=TRACED)
    facts = note.data["facts"]
    assert facts["posts"].split(",") == [str(each.post_id) for each in trace.findings.all()]
    assert facts["finding"].split(",") == ["exempt", "diligent", "diligent"]
    assert facts["measure"].split(",") == ["none", "none", "none"]


def test_a_grid_ends_only_when_nothing_is_lost(tuesday: clock.Travel, street: Street) -> None:
    matter = loop.take(event(street, kind="rental"), "", street.worker)
    lat, lon = street.point()
    assert grids.register([("d-1", "东门1号", lat, lon)], street.town, street.dispatcher) == 1
    with pytest.raises(DoorOutside):
        grids.register([("d-2", "别处", 30.0, 120.0)], street.town, street.dispatcher)
    with pytest.raises(OpenMatters) as refused:
        grids.ask_to_end(street.grid, "人口外迁", street.dispatcher)
    assert matter.number in refused.value.message
    asked = grids.ask_to_end(street.grid, "人口外迁", street.dispatcher, street.other)
    asked = grids.ask_to_end(street.grid, "人口外迁", street.supervisor, street.other)
    with pytest.raises(OwnApproval):
        grids.decide_end(asked.pk, True, street.supervisor)
    grids.decide_end(asked.pk, True, street.town_supervisor)
    matter.refresh_from_db()
    assert matter.grid_id == street.other.pk
    assert Entry.objects.get(matter=matter, data__facts__about=rules.HANDED).data["facts"]["into"] == street.other.code
    assert Door.objects.get(code="d-1").grid_id == street.other.pk
    assert areas.tree().grid_at(lat, lon) == street.other.pk
    assert street.grid.pk not in {each.pk for each in figures.grids_under(street.town)}
    assert not changes.broken()


def test_posts_and_gaps(tuesday: clock.Travel, street: Street) -> None:
    found = figures.staff([street.grid, street.other], areas.today())
    assert found[street.grid.pk].gaps == {}
    assert found[street.other.pk].gaps == {"grid_head": "vacant", "auxiliary_police": "vacant"}
    post = areas.today(), street.dispatcher
    made = grids.assign(street.grid, bodies.Post.objects.get(code=f"{TOWN}.command.leader"), "cadre", *post)
    with pytest.raises(DutyOverlaps):
        grids.assign(street.grid, made.post, "cadre", *post)
    grids.release(made.pk, areas.today() + timedelta(days=1), street.dispatcher)
    with pytest.raises(NotAllowed):
        grids.assign(street.grid, made.post, "cadre", areas.today(), stranger())
    assert len(figures.grids_under(street.town)) > 5
    assert {each.level for each in figures.children(street.town)} == {"village"}
    assert figures.place([street.point()], figures.grids_under(street.town)) == [[street.grid.pk]]
    assert figures.next_meeting(street.grid, clock.now()) == areas.today()
    assert GRID in {each.code for each in figures.grids_under(street.grid)}


def test_two_rates_agree_with_hand_calculation(tuesday: clock.Travel, street: Street, photo: str) -> None:
    """Ten events: six closed, one of them late; two open and overdue, one open and not due, one refused."""
    made = [loop.take(event(street, kind="rental", title=f"第{n}件"), "", street.worker) for n in range(9)]
    for matter in made[:5]:
        settled(street, matter, photo)
    tuesday.advance(timedelta(days=10))
    settled(street, made[5], photo)
    flow.refuse(made[6], street.dispatcher, "重复登记", "已有事件")
    made.append(loop.take(event(street, kind="rental", title="第10件"), "", street.worker))
    rates = figures.rates(street.grid, TUESDAY, clock.now() + timedelta(days=1), clock.now())
    assert (rates.taken, rates.closed, rates.due, rates.in_time) == (9, 6, 8, 5)
    assert (round(rates.done, 2), round(rates.punctual, 2)) == (66.67, 62.5)
    open_now = figures.unresolved(street.grid, clock.now())
    assert (open_now.total, open_now.overdue) == (3, 2)
    assert open_now.rows["village"][0] == [1, 0]
    assert open_now.rows["village"][3] == [0, 2]
