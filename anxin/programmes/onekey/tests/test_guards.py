"""Each guard stops what it is there to stop, and lets the rest pass."""

from __future__ import annotations

from datetime import timedelta

import pytest

from anxin.kernel import clock, flow
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import GuardRefused, ProofNeeded
from anxin.kernel.matters import CLOSED, FINISHED, REPLIED, WORKING
from anxin.kernel.orders import Clock
from anxin.programmes.onekey import actions
from anxin.programmes.onekey.guards import (
    HandlerMayNotAsk,
    MediationNeeded,
    NotThirdParty,
    NotVerified,
    PoliceStillThere,
    ReplyUnderPostNeeded,
    TriedOnOneDay,
    UnknownExclusion,
)
from anxin.programmes.onekey.tests.hands import hand, helpers_of, lead_of, outcomes, stands, to_reply, verbs
from tests.cast import Cast, body, garage

pytestmark = pytest.mark.django_db
PLAIN = {"kind": "onekey.other"}


def test_the_lead_needs_a_stored_proof_and_a_helper_does_not(
    cast: Cast, monday: clock.Travel, proof: list[str]
) -> None:
    """Guide 14, F7: finishing without proof is refused, and nothing of it remains."""
    matter = flow.report(garage(), cast.resident).matter
    (helper,) = helpers_of(matter)
    flow.sign(helper, cast.water)
    flow.finish(helper, cast.water, "已排水")
    lead = lead_of(matter)
    flow.sign(lead, cast.dispatcher)
    told = verbs(matter)
    for missing in ([], ["0" * 64], [*proof, "0" * 64]):
        with pytest.raises(ProofNeeded):
            flow.finish(lead, cast.dispatcher, "已处理", missing)
    assert (stands(matter).state, verbs(matter)) == (WORKING, told)
    assert flow.finish(lead, cast.dispatcher, "已处理", proof).matter.state == FINISHED


@pytest.mark.parametrize("told", [{"kind": "onekey.enquiry"}, {"kind": "onekey.education", "nature": "consult"}])
def test_an_enquiry_needs_no_proof(cast: Cast, monday: clock.Travel, told: dict[str, str]) -> None:
    change = flow.report(garage(**told, person=None), cast.seat)
    to_reply(change, cast, [])
    assert flow.close(change.matter, cast.callback).matter.state == CLOSED


def test_what_became_another_kind_after_its_result_still_needs_proof(cast: Cast, monday: clock.Travel) -> None:
    change = flow.report(garage(kind="onekey.enquiry", person=None), cast.seat)
    to_reply(change, cast, [])
    flow.reclassify(change.matter, cast.seat, "onekey.facility", "实为报修")
    with pytest.raises(ProofNeeded):
        flow.close(change.matter, cast.callback)


def test_a_public_post_is_verified_before_and_answered_after(
    cast: Cast, monday: clock.Travel, proof: list[str]
) -> None:
    matter = flow.report(garage(**PLAIN, channel="publicpost", person=None), cast.operator).matter
    lead = lead_of(matter)
    flow.sign(lead, cast.dispatcher)
    with pytest.raises(NotVerified):
        flow.finish(lead, cast.dispatcher, "已处理", proof)
    monday.advance(timedelta(hours=3))
    actions.verify(matter, cast.grid, "现场属实")
    assert outcomes(matter)["verify"] == "missed"
    flow.finish(lead, cast.dispatcher, "已处理", proof)
    flow.reply(matter, cast.seat, "已处理")
    with pytest.raises(ReplyUnderPostNeeded):
        flow.close(matter, cast.arbiter)
    actions.answer_under_post(matter, cast.operator, "已跟帖答复")
    assert flow.close(matter, cast.arbiter).matter.state == CLOSED


def test_only_a_public_post_is_verified_as_one(cast: Cast, monday: clock.Travel) -> None:
    matter = flow.report(garage(), cast.resident).matter
    assert not Clock.objects.filter(matter=matter.pk, code__in=("verify", "alert")).exists()
    with pytest.raises(GuardRefused):
        actions.verify(matter, cast.grid, "现场属实")


def test_who_handled_it_does_not_ask_the_person(cast: Cast, monday: clock.Travel, proof: list[str]) -> None:
    change = flow.report(garage(), cast.resident)
    to_reply(change, cast, proof)
    own = Actor(role="callback", body=cast.dispatcher.body)
    with pytest.raises(HandlerMayNotAsk):
        flow.call_back(change.matter, own, reached=True, solved=True, satisfied="satisfied")
    flow.call_back(change.matter, cast.callback, reached=True, solved=True, satisfied="satisfied")


@pytest.mark.parametrize("answer", ["", "accepted", "returned", "done"])
def test_nothing_is_closed_while_110_is_there(cast: Cast, monday: clock.Travel, proof: list[str], answer: str) -> None:
    change = flow.report(garage(**PLAIN), cast.resident)
    flow.transfer_to_police(change.matter, cast.dispatcher, "现场有人动手（R6）")
    to_reply(change, cast, proof)
    flow.call_back(change.matter, cast.callback, reached=True, solved=True, satisfied="satisfied")
    if answer:
        flow.take_back_from_police(change.matter, cast.police, answer)
    if answer in ("", "accepted"):
        with pytest.raises(PoliceStillThere):
            flow.close(change.matter, cast.callback)
    else:
        assert flow.close(change.matter, cast.callback).matter.state == CLOSED


@pytest.mark.parametrize("by_consultation", [True, False])
def test_a_quarrel_with_110_ends_with_a_joint_mediation(
    cast: Cast, monday: clock.Travel, proof: list[str], by_consultation: bool
) -> None:
    """R7: police first, then joint mediation. A quarrel without 110 needs none."""
    change = flow.report(garage(kind="onekey.quarrel", title="邻居争吵"), cast.resident)
    flow.transfer_to_police(change.matter, cast.dispatcher, "扬言动手（R7）")
    flow.take_back_from_police(change.matter, cast.police, "done", "已劝开")
    with pytest.raises(MediationNeeded):
        to_reply(change, cast, proof)
    if by_consultation:
        station = body("330402015.police")
        flow.consult(change.matter, cast.dispatcher, "联合调解", "双方达成一致", [station])
    else:
        actions.mediate(change.matter, cast.dispatcher, "双方签订协议")
    lead = lead_of(change.matter)
    assert flow.finish(lead, hand(lead), "已调解", proof).matter.state == FINISHED
    quiet = flow.report(garage(kind="onekey.quarrel", title="楼道堆物争执"), cast.resident)
    assert to_reply(quiet, cast, proof).matter.state == REPLIED


def test_three_tries_lie_on_two_days(cast: Cast, monday: clock.Travel, proof: list[str]) -> None:
    change = flow.report(garage(), cast.resident)
    to_reply(change, cast, proof)
    for _ in range(3):
        monday.advance(timedelta(hours=1))
        flow.call_back(change.matter, cast.callback, reached=False)
    with pytest.raises(TriedOnOneDay):
        flow.close(change.matter, cast.callback)
    monday.advance(timedelta(days=1))
    flow.call_back(change.matter, cast.callback, reached=False)
    assert flow.close(change.matter, cast.callback).matter.state == CLOSED


def test_leaving_out_is_asked_for_and_decided_by_a_third_party(cast: Cast, monday: clock.Travel) -> None:
    matter = flow.report(garage(), cast.resident).matter
    with pytest.raises(UnknownExclusion):
        actions.ask_to_leave_out(matter, cast.dispatcher, "inconvenient", "不方便")
    with pytest.raises(NotThirdParty):
        actions.leave_out(matter, cast.arbiter, "unreasonable", "无人申请")
    actions.ask_to_leave_out(matter, cast.dispatcher, "unreasonable", "要求赔偿百万，附证据")
    with pytest.raises(NotThirdParty):
        actions.leave_out(matter, cast.dispatcher, "unreasonable", "自己批自己")
    with pytest.raises(NotThirdParty):
        actions.leave_out(matter, cast.arbiter, "malicious", "申请的是另一理由")
    actions.leave_out(matter, cast.arbiter, "unreasonable", "证据充分，同意")


def test_the_limit_to_the_next_level_falls_away_with_a_longer_kind(cast: Cast, monday: clock.Travel) -> None:
    matter = flow.report(garage(), cast.resident).matter
    monday.advance(timedelta(hours=25))
    flow.warn(matter, Actor(role="system"))
    assert outcomes(matter)["overdue.again"] == ""
    flow.reclassify(matter, cast.dispatcher, "onekey.construction", "实为违建引起")
    assert outcomes(matter)["overdue.again"] == "cancelled"
