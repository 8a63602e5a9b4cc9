"""The stories of one-key requests: the flooded garage from a public post to the answer under it, and seven others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from anxin.kernel import clock, flow
from anxin.kernel.errors import Designated, GuardRefused, LimitReached
from anxin.kernel.matters import CLOSED, REPLIED, WORKING
from anxin.kernel.orders import RETURNING, SIGNED, WITHDRAWN, Clock
from anxin.programmes.onekey import actions
from anxin.programmes.onekey.tests.hands import hand, hear, helpers_of, lead_of, outcomes, stands, to_reply, verbs
from tests.cast import Cast, body, garage

pytestmark = pytest.mark.django_db
POST = "https://example.org/video/1"


def test_the_flooded_garage_from_the_post_to_the_answer_under_it(
    cast: Cast, monday: clock.Travel, proof: list[str]
) -> None:
    """Guide 14, F8: post -> verify -> town 1/3/30 -> drainage, power and fire -> rectified -> public answer."""
    posted = garage(channel="publicpost", person=None, urgency="urgent", source_ref=POST)
    matter = flow.report(posted, cast.operator).matter
    lead = lead_of(matter)
    assert lead.body_id == cast.dispatcher.body

    monday.advance(timedelta(seconds=40))
    flow.sign(lead, cast.dispatcher)
    monday.advance(timedelta(seconds=80))
    flow.contact(lead, cast.dispatcher, text="已联系物业值班人员")
    monday.advance(timedelta(minutes=10))
    actions.verify(matter, cast.grid, "车库积水四十厘米，配电间临近水面，属实")
    command = flow.dispatch(
        matter,
        cast.dispatcher,
        body("330402015.command"),
        [(body("330402.water"), "排水"), (body("330402.power"), "断电与送电"), (body("330402.fire"), "抽水支援")],
        reason="一键指令",
    )
    assert len({order.number for order in command.orders if order.body_id in (cast.power.body, cast.fire.body)}) == 1
    assert {order.body_id for order in helpers_of(matter)} == {cast.water.body, cast.power.body, cast.fire.body}
    monday.advance(timedelta(minutes=10))
    flow.arrive(lead, cast.dispatcher)
    for order, by in zip(helpers_of(matter), (cast.water, cast.power, cast.fire), strict=True):
        flow.sign(order, by)
        monday.advance(timedelta(minutes=30))
        flow.finish(order, by, "本单位部分已完成")
    flow.finish(lead, cast.dispatcher, "积水排空，排水泵已更换，恢复供电", proof)
    flow.reply(matter, cast.seat, "积水已排空", public="湘南公寓车库积水已排空，水泵已更换。")
    actions.answer_under_post(matter, cast.operator, "官方账号已在原帖下答复")
    done = flow.close(matter, cast.arbiter)

    assert done.matter.state == CLOSED
    assert set(outcomes(matter).values()) == {"met"}
    assert {"verify", "alert", "sign", "contact", "arrive", "handle.timely"} <= set(outcomes(matter))
    assert [check.months for check in done.checks] == [1, 3, 6]
    told = verbs(matter)
    assert told[:2] == ["report", "dispatch"]
    assert told[-3:] == ["reply", "note", "close"]


def test_nobody_signs_for_five_minutes_and_the_matter_gets_a_card(cast: Cast, monday: clock.Travel) -> None:
    """Guide 14, F7: the five-minute alert."""
    matter = flow.report(garage(channel="publicpost", person=None, source_ref=POST), cast.operator).matter
    monday.advance(timedelta(minutes=4, seconds=59))
    hear()
    assert stands(matter).colour == ""
    monday.advance(timedelta(seconds=1))
    hear()
    assert stands(matter).colour == "yellow"
    hear()
    assert verbs(matter).count("supervise") == 1


def test_a_plain_request_by_telephone(cast: Cast, monday: clock.Travel, proof: list[str]) -> None:
    noise = garage(kind="onekey.noise", title="夜里有人放音响", narrative="楼下每晚放音响到十一点", channel="hotline")
    change = flow.report(noise, cast.seat)
    assert {order.body_id for order in change.orders} == {cast.dispatcher.body, cast.enforcement.body}
    to_reply(change, cast, proof)
    monday.advance(timedelta(days=1))
    flow.call_back(change.matter, cast.callback, reached=True, solved=True, satisfied="satisfied")
    done = flow.close(change.matter, cast.callback)
    assert done.matter.state == CLOSED
    assert done.matter.satisfied == "satisfied"


def test_an_emergency_goes_to_110_at_once_and_the_town_goes_on(
    cast: Cast, monday: clock.Travel, proof: list[str]
) -> None:
    """Guide 2.4 R4: 110 first, beside the civil handling; nothing is closed before 110 has answered."""
    change = flow.report(garage(urgency="emergency", channel="hotline", narrative="有人被困在车库里"), cast.seat)
    assert change.matter.police == "sent"
    assert change.matter.due_at == monday.moment + timedelta(hours=2)
    to_reply(change, cast, proof)
    flow.call_back(change.matter, cast.callback, reached=True, solved=True, satisfied="satisfied")
    with pytest.raises(GuardRefused):
        flow.close(change.matter, cast.callback)
    flow.take_back_from_police(change.matter, cast.police, "done", "人员已救出")
    assert flow.close(change.matter, cast.callback).matter.state == CLOSED


def test_a_body_hands_back_and_the_arbiter_decides(cast: Cast, monday: clock.Travel) -> None:
    """Guide 2.6: with basis and proposed body, once; who is told to keep it may not hand back again (R8)."""
    matter = flow.report(garage(), cast.resident).matter
    (water,) = helpers_of(matter)
    flow.hand_back(water, cast.water, "车库属业主共有", "物业管理条例", body("330402.housing"))
    water.refresh_from_db()
    assert water.state == RETURNING
    flow.decide_hand_back(water, cast.arbiter, False, "公共排水管倒灌，属水利职责")
    with pytest.raises((Designated, LimitReached)):
        flow.hand_back(water, cast.water, "仍不属于", "物业管理条例", body("330402.housing"))

    other = flow.report(garage(), cast.resident).matter
    (water,) = helpers_of(other)
    flow.hand_back(water, cast.water, "车库属业主共有", "物业管理条例", body("330402.housing"))
    flow.decide_hand_back(water, cast.arbiter, True, "属物业维修", body("330402.housing"))
    water.refresh_from_db()
    assert water.state == WITHDRAWN
    assert [order.body_id for order in helpers_of(other)] == [body("330402.housing").pk]


def test_a_matter_waits_for_parts_and_its_limits_stand_still(cast: Cast, monday: clock.Travel) -> None:
    matter = flow.report(garage(), cast.resident).matter
    before = matter.due_at
    flow.suspend(matter, cast.dispatcher, "等待水泵配件", monday.moment + timedelta(days=2))
    monday.advance(timedelta(days=1))
    after = flow.resume(matter, cast.dispatcher, "配件已到").matter
    assert before is not None
    assert after.due_at == before + timedelta(days=1)


def test_the_person_is_not_satisfied_and_it_is_done_again(cast: Cast, monday: clock.Travel, proof: list[str]) -> None:
    change = flow.report(garage(), cast.resident)
    to_reply(change, cast, proof)
    flow.call_back(
        change.matter, cast.callback, reached=True, solved=False, satisfied="dissatisfied", unfinished="又进水了"
    )
    again = flow.reopen(change.matter, cast.callback, "只抽了水，泵没有换").matter
    assert (again.state, again.reopened, again.solved) == (WORKING, 1, None)
    lead = lead_of(again)
    assert lead.state == SIGNED
    flow.finish(lead, hand(lead), "水泵已更换", proof)
    flow.reply(again, cast.seat, "水泵已更换")
    assert stands(again).state == REPLIED
    flow.call_back(again, cast.callback, reached=True, solved=True, satisfied="fairly")
    assert flow.close(again, cast.callback).matter.state == CLOSED


def test_it_comes_back_within_three_months_and_is_taken_up_again(
    cast: Cast, monday: clock.Travel, proof: list[str]
) -> None:
    """Guide 5.4: looks after one, three and six months; recurrence reopens."""
    change = flow.report(garage(), cast.resident)
    to_reply(change, cast, proof)
    flow.call_back(change.matter, cast.callback, reached=True, solved=True, satisfied="satisfied")
    flow.close(change.matter, cast.callback)
    monday.advance(timedelta(days=31))
    assert flow.track(change.matter, cast.callback, 1, False, "未再积水").matter.state == CLOSED
    monday.advance(timedelta(days=62))
    back = flow.track(change.matter, cast.callback, 3, True, "暴雨后再次进水").matter
    assert (back.state, back.reopened) == (WORKING, 1)
    assert verbs(back)[-2:] == ["track", "reopen"]


def test_what_is_late_gets_a_card_and_then_goes_up_one_level(cast: Cast, monday: clock.Travel) -> None:
    """Guide 10 and 5.3: yellow when the whole limit has run out, one level up when it stays undone."""
    change = flow.report(garage(), cast.resident)
    for order in change.orders:
        flow.sign(order, hand(order))
    monday.advance(timedelta(hours=24))
    hear()
    assert (stands(change.matter).colour, stands(change.matter).level) == ("yellow", "town")
    second = Clock.objects.get(matter=change.matter.pk, code="overdue.again")
    assert second.started_at == change.matter.due_at
    monday.advance(second.due_at - monday.moment)
    hear()
    hear()
    assert (stands(change.matter).colour, stands(change.matter).level) == ("yellow", "county")
    assert verbs(change.matter).count("escalate") == 1


def test_the_same_caller_again_leaves_a_hint_between_the_two_matters(cast: Cast, monday: clock.Travel) -> None:
    """The bulletin's window, 8 minutes to 72 hours [S45]; what is noted is matters, never a person."""
    first = flow.report(garage(), cast.resident).matter
    monday.advance(timedelta(minutes=7))
    too_soon = flow.report(garage(), cast.resident).matter
    monday.advance(timedelta(minutes=5))
    again = flow.report(garage(title="车库水还没退"), cast.resident).matter
    elsewhere = flow.report(garage(person=None), cast.resident).matter
    hear()
    hints = {
        m.pk: m.journal.filter(verb="note", data__facts__about="onekey.repeat") for m in (first, too_soon, elsewhere)
    }
    assert not any(found.exists() for found in hints.values())
    (hint,) = again.journal.filter(verb="note")
    assert hint.data["facts"] == {
        "about": "onekey.repeat",
        "earlier": str(first.pk),
        "digest": hint.data["facts"]["digest"],
    }
