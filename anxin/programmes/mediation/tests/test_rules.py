"""What mediation refuses, and by which rule; the law of the day; the risk of a dispute; the file."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anxin.kernel import access, clock, flow, registry
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import BadInput, NotAllowed, NotFound, NotNow
from anxin.kernel.matters import Matter
from anxin.kernel.people import Particulars
from anxin.programmes.mediation import rules, seeds
from anxin.programmes.mediation.actions import ending, taking
from anxin.programmes.mediation.models import Agreement, Dispute, Mediator
from tests.cast import Cast, actor

pytestmark = pytest.mark.django_db
ONE, TWO = "330483101025.mediation.mediator-1", "330483101025.mediation.mediator-2"
PAPERS = ["agreement", "proof", "identity"]


def d(pk: int) -> Dispute:
    return Dispute.objects.get(pk=pk)


def sides(pk: int) -> list[int]:
    return list(rules.parties_of(d(pk)))


# ---- taking in --------------------------------------------------------------------------------------------------


def test_outside_the_scope_is_not_accepted(now: clock.Travel, luping: Actor) -> None:
    pk = taking.register(luping, area=seeds.VILLAGE, title="已起诉的借款", applicant=seeds.particulars(0)).pk
    with pytest.raises(rules.OutOfScope, match="人民法院已经受理"):
        taking.accept(pk, luping, "application", "oral", "debt", ["court"])
    with pytest.raises(BadInput):
        taking.decline(pk, luping, "court", " ")
    taking.decline(pk, luping, "court", "向受理法院申请委派调解")
    assert d(pk).stage == "declined"
    assert Matter.objects.get(pk=pk).state == "refused"


def test_a_clear_refusal_stops_even_the_own_initiative(now: clock.Travel, luping: Actor) -> None:
    pk = seeds.take(luping, 0, source="initiative")
    taking.answer(pk, luping, sides(pk)[1], False, "不接受调解")
    assert (d(pk).stage, d(pk).outcome) == ("stopped", "refused")
    with pytest.raises(rules.PartyRefused):
        taking.meet(pk, luping, "再劝")
    assert "第17条" in (rules.PartyRefused().message)


@pytest.mark.parametrize("relation", ["spouse", "direct", "sibling", "cousin", "inlaw", "interest", "self"])
def test_a_mediator_who_is_kin_is_refused(now: clock.Travel, luping: Actor, relation: str) -> None:
    pk = seeds.take(luping, 0)
    with pytest.raises(rules.Related, match=r"mediation\.conflict@1") as refused:
        taking.appoint(pk, luping, ONE, relation=relation, party=sides(pk)[0], consented=sides(pk))
    assert refused.value.code == "related"
    if relation == "cousin":
        assert "堂（表）兄弟姐妹" in refused.value.detail
    assert not Mediator.objects.filter(dispute=pk).exists()


def test_a_neighbour_needs_the_consent_of_the_other_side(now: clock.Travel, luping: Actor) -> None:
    pk = seeds.take(luping, 0)
    one, other = sides(pk)
    with pytest.raises(rules.Undeclared):
        taking.appoint(pk, luping, ONE)
    with pytest.raises(rules.ConsentNeeded):
        taking.appoint(pk, luping, ONE, relation="neighbour", party=one, consented=[one])
    taking.appoint(pk, luping, ONE, relation="neighbour", party=one, consented=[other])
    row = d(pk).mediators.get()
    assert (row.relation, row.party_id, row.consented) == ("neighbour", one, [other])
    with pytest.raises(NotNow):
        taking.appoint(pk, luping, ONE, declared=True)
    taking.release(pk, luping, row.pk, "临时有事")
    taking.appoint(pk, luping, TWO, "parties", declared=True)


def test_guests_come_with_consent_of_all(now: clock.Travel, luping: Actor) -> None:
    pk = seeds.take(luping, 0)
    with pytest.raises(rules.ConsentNeeded):
        taking.invite(pk, luping, "expert", Particulars(name="纺织专家"), sides(pk)[:1])
    taking.invite(pk, luping, "expert", Particulars(name="纺织专家"), sides(pk))
    assert d(pk).invited.get().person.masked_name == "纺***"


def test_nothing_is_mediated_before_the_notice_or_while_it_cools(now: clock.Travel, luping: Actor) -> None:
    pk = taking.register(luping, area=seeds.VILLAGE, title="口角", applicant=seeds.particulars(0)).pk
    taking.accept(pk, luping, "application", "oral", "neighbour")
    with pytest.raises(rules.SidesNeeded):
        taking.meet(pk, luping, "到场")
    taking.party(pk, luping, "b", seeds.particulars(1))
    with pytest.raises(rules.NoticeNeeded):
        taking.meet(pk, luping, "到场")
    taking.tell(pk, luping, sides(pk))
    taking.appoint(pk, luping, ONE, declared=True)
    with pytest.raises(BadInput):
        taking.cool(pk, luping, sides(pk), date(2026, 12, 24))
    taking.cool(pk, luping, sides(pk), date(2026, 11, 28))
    with pytest.raises(rules.CoolingOff, match="2026-11-28"):
        taking.meet(pk, luping, "到场")
    taking.cool(pk, luping, sides(pk))
    taking.meet(pk, luping, "到场")
    taking.extend(pk, luping, date(2027, 1, 10), sides(pk))
    with pytest.raises(NotNow):
        taking.extend(pk, luping, date(2027, 1, 12), sides(pk))


# ---- the agreement ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "error", "field"),
    [
        ({"terms": [("付款", 100, None)]}, rules.ElementsMissing, "terms"),
        ({"terms": []}, rules.ElementsMissing, "terms"),
        ({"terms": [("付款", 100, date(2026, 11, 1))]}, rules.ElementsMissing, "terms"),
        ({"terms": [("付款", 1, date(2026, 12, 1)), ("道歉", None, None)]}, rules.ElementsMissing, "terms"),
        ({"happened": " "}, rules.ElementsMissing, "happened"),
        ({"issues": ""}, rules.ElementsMissing, "issues"),
        ({"duty": ""}, rules.ElementsMissing, "duty"),
        ({"content": ""}, rules.ElementsMissing, "content"),
        ({"manner": ""}, rules.ElementsMissing, "manner"),
        ({"sealed": False}, rules.SignaturesMissing, "signed"),
        ({"mediator_signed": False}, rules.SignaturesMissing, "signed"),
        ({"signed": []}, rules.SignaturesMissing, "signed"),
        ({"form": "sung"}, BadInput, "form"),
        ({"at": datetime(2026, 12, 1, tzinfo=clock.TZ)}, BadInput, "at"),
    ],
)
def test_an_agreement_lacks_nothing(
    now: clock.Travel, luping: Actor, changed: dict[str, Any], error: type[BadInput], field: str
) -> None:
    pk = seeds.take(luping, 0)
    seeds.meet(pk, luping, ONE)
    with pytest.raises(error) as refused:
        seeds.agree(pk, luping, **changed)
    assert field in refused.value.fields
    assert not Agreement.objects.filter(dispute=pk).exists()
    assert d(pk).stage == "mediating"


def test_a_spoken_one_needs_no_seal(now: clock.Travel, luping: Actor) -> None:
    pk = seeds.take(luping, 0)
    seeds.meet(pk, luping, ONE)
    seeds.agree(pk, luping, form="oral", mediator_signed=False, sealed=False)
    assert d(pk).outcome == "agreed"
    assert not rules.missing(d(pk)) or "回访记录" in rules.missing(d(pk))


def test_failure_tells_the_ways_that_remain(now: clock.Travel, luping: Actor) -> None:
    pk = seeds.take(luping, 0)
    seeds.meet(pk, luping, ONE)
    with pytest.raises(rules.RoutesNeeded):
        ending.fail(pk, luping, "差距过大", [])
    ending.fail(pk, luping, "差距过大", ["court", "arbitration"])
    ending.file(pk, luping)
    assert d(pk).file_number == "（2026）人调字第1号"


# ---- confirmation -----------------------------------------------------------------------------------------------


def agreed(luping: Actor, **more: Any) -> int:
    pk = seeds.take(luping, 0, source=more.pop("source", "application"))
    seeds.meet(pk, luping, ONE)
    seeds.agree(pk, luping, days=90, **more)
    return pk


def test_the_thirtieth_day_is_the_last(now: clock.Travel, luping: Actor) -> None:
    pk = agreed(luping)
    now.advance(timedelta(days=30))
    ending.confirm(pk, luping, "桐乡市人民法院", "oral", sides(pk), PAPERS)
    now.advance(timedelta(days=1))
    with pytest.raises(rules.TooLateToConfirm, match="2026-12-24") as late:
        ending.confirm(pk, luping, "桐乡市人民法院", "oral", sides(pk), PAPERS)
    assert late.value.status == 409


@pytest.mark.parametrize(
    ("court", "joint", "papers", "touches", "error"),
    [
        ("桐乡市人民法院", 1, PAPERS, [], rules.JointNeeded),
        ("海宁市人民法院", 2, PAPERS, [], rules.NoJurisdiction),
        ("桐乡市人民法院", 2, ["agreement"], [], BadInput),
        ("桐乡市人民法院", 2, PAPERS, ["status"], rules.NotConfirmable),
        ("桐乡市人民法院", 2, PAPERS, ["ownership"], rules.NotConfirmable),
    ],
)
def test_what_a_court_does_not_take(
    now: clock.Travel, luping: Actor, court: str, joint: int, papers: list[str], touches: list[str], error: type
) -> None:
    pk = agreed(luping, touches=touches)
    with pytest.raises(error):
        ending.confirm(pk, luping, court, "written", sides(pk)[:joint], papers)


def test_which_courts_by_the_law_of_the_day(now: clock.Travel, luping: Actor) -> None:
    pk = seeds.take(luping, 0)
    taking.party(pk, luping, "b", seeds.particulars(3), county="330481", court="")
    taking.party(pk, luping, "b", seeds.particulars(4), court="上海市金山区人民法院")
    taking.tell(pk, luping, sides(pk))
    seeds.meet(pk, luping, ONE)
    today = dict(rules.courts(d(pk), date(2026, 11, 24)))
    assert today == {
        "桐乡市人民法院": "committee", "海宁市人民法院": "domicile", "上海市金山区人民法院": "domicile",
        "浙江省嘉兴市中级人民法院": "intermediate",
    }  # fmt: skip
    assert dict(rules.courts(d(pk), date(2012, 6, 1))) == {"桐乡市人民法院": "committee"}
    assert registry.norm("mediation.confirmation", date(2012, 6, 1)).value["ruling"] == "决定"
    assert registry.norm("mediation.confirmation", date(2026, 6, 1)).value["article"] == "民事诉讼法第205条"
    Dispute.objects.filter(pk=pk).update(source="court")
    assert dict(rules.courts(d(pk), date(2026, 11, 24))) == {"桐乡市人民法院": "inviting"}


def test_rejected_it_may_be_varied(now: clock.Travel, luping: Actor) -> None:
    pk = agreed(luping)
    ending.confirm(pk, luping, "桐乡市人民法院", "written", sides(pk), PAPERS)
    asked = d(pk).confirmations.get()
    with pytest.raises(NotNow):
        ending.ruling(pk, luping, asked.pk, "confirmed", date(2026, 11, 24))
    ending.docket(pk, luping, asked.pk, "（2026）浙0483诉前调确1号", date(2026, 11, 24))
    asked.refresh_from_db()
    assert asked.ruling_due == date(2026, 12, 24)
    with pytest.raises(NotNow):
        seeds.agree(pk, luping)
    with pytest.raises(BadInput):
        ending.ruling(pk, luping, asked.pk, "rejected", date(2026, 11, 24), "mood")
    ending.ruling(pk, luping, asked.pk, "rejected", date(2026, 11, 24), "unclear")
    seeds.agree(pk, luping, content="乙方于十日内支付")
    assert d(pk).agreements.count() == 2
    assert rules.current(d(pk)).content == "乙方于十日内支付"  # type: ignore[union-attr]


def test_what_comes_back_is_mediated_again(now: clock.Travel, cast: Cast, luping: Actor) -> None:
    pk = agreed(luping)
    now.advance(timedelta(days=1))
    seeds.perform(pk, luping)
    ending.file(pk, luping)
    first = d(pk).file_number
    flow.reopen(Matter.objects.get(pk=pk), actor("330483.centre.supervisor"), "又起争执", recurred=True)
    assert d(pk).stage == "mediating"
    taking.meet(pk, luping, "再次调解")
    seeds.agree(pk, luping, content="乙方当场付清")
    assert (d(pk).stage, d(pk).agreements.count()) == ("agreed", 2)
    seeds.perform(pk, luping)
    ending.file(pk, luping)
    assert d(pk).file_number == first
    assert Matter.objects.get(pk=pk).state == "closed"


# ---- risk -------------------------------------------------------------------------------------------------------

BANDS = ("blue", "yellow", "orange", "red")


@pytest.mark.parametrize(
    ("facts", "colour", "cadence", "prominent"),
    [
        ({}, "blue", 0, False),
        ({"factors": ["threat"]}, "yellow", 7, False),
        ({"factors": ["threat", "dependants"]}, "orange", 3, True),
        ({"factors": ["threat", "injury"]}, "red", 1, True),
        ({"people": 50}, "yellow", 7, True),
        ({"amount": 5_000_000, "repeats": 2}, "yellow", 7, False),
        ({"failures": 5, "imminent_on": date(2026, 11, 30)}, "orange", 3, True),
        ({"imminent_on": date(2026, 11, 20)}, "blue", 0, False),
    ],
)
def test_circumstances_make_the_colour(facts: dict[str, Any], colour: str, cadence: int, prominent: bool) -> None:
    found = rules.risk(Dispute(**facts), date(2026, 11, 24))
    assert (found["colour"], found["cadence"], found["prominent"]) == (colour, cadence, prominent)
    assert found["stamp"] == "mediation.risk@1"


@settings(max_examples=150, deadline=None)
@given(
    st.sets(st.sampled_from(["threat", "weapon", "injury", "dependants", "crowd", "relapse"])),
    st.sampled_from(["threat", "weapon", "injury", "dependants", "crowd", "relapse"]),
    st.integers(0, 9), st.integers(0, 4), st.integers(0, 10**9), st.integers(2, 900),
)  # fmt: skip
def test_one_circumstance_more_never_calms(
    factors: set[str], more: str, repeats: int, failures: int, amount: int, people: int
) -> None:
    facts: dict[str, Any] = {"repeats": repeats, "failures": failures, "amount": amount, "people": people}
    day = date(2026, 11, 24)
    one = rules.risk(Dispute(factors=sorted(factors), **facts), day)
    two = rules.risk(Dispute(factors=sorted(factors | {more}), **facts), day)
    assert BANDS.index(two["colour"]) >= BANDS.index(one["colour"])
    assert two["score"] == sum(points for _why, points in two["why"])


def test_red_has_two_hours_a_lead_and_the_police(now: clock.Travel, cast: Cast, luping: Actor) -> None:
    pk = seeds.take(luping, 0)
    taking.assess(pk, luping, ["threat", "weapon"])
    found = d(pk)
    assert found.first_due_at == now.moment + timedelta(hours=2)
    assert found.lead is not None
    assert found.lead.code == "330483101.command.leader"
    assert found.review_on == date(2026, 11, 25)
    steering = actor("330483101.command.dispatcher-1")
    with pytest.raises(rules.LeadTooLow):
        taking.contract(pk, steering, "330483101025.committee.clerk")
    taking.contract(pk, steering, "330483101.command.supervisor")
    taking.police(pk, luping)
    assert Matter.objects.get(pk=pk).police == "sent"
    flow.take_back_from_police(Matter.objects.get(pk=pk), cast.police, "accepted", "已派警")
    assert d(pk).receipt_at is not None
    seeds.meet(pk, luping, ONE)
    ending.fail(pk, luping, "未果", ["court"])
    ending.file(pk, luping)
    with pytest.raises(NotNow):
        taking.assess(pk, luping, [])


def test_red_without_a_receipt_is_not_filed(now: clock.Travel, luping: Actor) -> None:
    pk = seeds.take(luping, 0)
    taking.assess(pk, luping, ["threat", "weapon"])
    seeds.meet(pk, luping, ONE)
    ending.fail(pk, luping, "未果", ["court"])
    with pytest.raises(rules.FileIncomplete, match="公安"):
        ending.file(pk, luping)


def test_the_matter_is_not_closed_without_its_file(now: clock.Travel, cast: Cast, luping: Actor) -> None:
    pk = seeds.take(luping, 0)
    seeds.meet(pk, luping, ONE)
    seeds.agree(pk, luping)
    matter = Matter.objects.get(pk=pk)
    flow.reply(matter, luping, "已达成协议")
    with pytest.raises(rules.FileIncomplete, match="履行凭证"):
        flow.close(matter, actor("330483.centre.supervisor"))


def test_the_colour_follows_the_day(now: clock.Travel, luping: Actor) -> None:
    pk = seeds.take(luping, 0)
    taking.assess(pk, luping, ["dependants", "crowd"], imminent_on=date(2026, 12, 10))
    assert d(pk).colour == "yellow"
    assert ending.recompute(Dispute.objects.all(), date(2026, 12, 4)) == 1
    assert d(pk).colour == "orange"
    assert ending.recompute(Dispute.objects.all(), date(2026, 12, 4)) == 0


def test_texts_go_when_the_time_is_over(now: clock.Travel, luping: Actor) -> None:
    pk = seeds.take(luping, 0)
    seeds.meet(pk, luping, ONE)
    ending.fail(pk, luping, "未果", ["court"])
    ending.file(pk, luping)
    assert ending.erase(date(2031, 11, 1)) == 0
    assert ending.erase(date(2031, 12, 1)) == 1
    assert set(d(pk).records.values_list("text", flat=True)) == {""}
    assert d(pk).file_number


def test_who_may_act(now: clock.Travel, cast: Cast, luping: Actor) -> None:
    pk = seeds.take(luping, 0)
    for stranger in (cast.enforcement, actor("330483101.market.manager"), actor("330411005201.mediation.mediator-1")):
        with pytest.raises((NotFound, NotAllowed)):
            taking.enclose(pk, stranger, "evidence", "看看")
    with pytest.raises(NotAllowed):
        taking.enclose(pk, actor("330483101.command.dispatcher-1"), "evidence", "看看")
    with pytest.raises(NotAllowed):
        taking.contract(pk, luping, "330483101.command.leader")
    assert access.sees(luping, Matter.objects.get(pk=pk))


@pytest.mark.parametrize(
    "bad", [{"side": "c", "person": None}, {"side": "a", "person": Particulars(name=" ")}, {"side": "b"}]
)
def test_a_party_without_a_name_is_none(now: clock.Travel, luping: Actor, bad: dict[str, Any]) -> None:
    pk = seeds.take(luping, 0)
    with pytest.raises(BadInput):
        taking.party(pk, luping, **bad)
