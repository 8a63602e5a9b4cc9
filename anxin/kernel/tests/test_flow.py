"""The way of a matter, verb by verb, as stories with the named cast: what each verb does and when it is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from anxin.kernel import clock, errors, flow, replay, telling
from anxin.kernel.bodies import SYSTEM, Actor, Body
from anxin.kernel.journal import Entry, Words
from anxin.kernel.matters import CLOSED, FINISHED, MERGED, OPEN, REFUSED, REPLIED, REPORTED, STATES, WORKING, Matter
from anxin.kernel.orders import Check, Clock, Order
from anxin.kernel.tests.conftest import MONDAY
from anxin.kernel.tests.stories import (
    body_of,
    closed,
    finished,
    helper,
    in_state,
    lead,
    now,
    opened,
    order_in_state,
    replied,
    signed,
)
from anxin.kernel.verbs import VERBS
from tests.cast import ELSEWHERE, OUTSIDE, WANG, Cast, body, garage

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock.TZ)


def clock_of(matter: Matter, code: str) -> Clock:
    """The newest clock of a code."""
    found = Clock.objects.filter(matter=matter, code=code).order_by("pk").last()
    assert found is not None
    return found


def outcomes(matter: Matter) -> dict[str, str]:
    return dict(Clock.objects.filter(matter=matter).order_by("pk").values_list("code", "outcome"))


def verbs(matter: Matter) -> list[str]:
    return list(Entry.objects.filter(matter=matter).order_by("seq").values_list("verb", flat=True))


def last_words(matter: Matter) -> dict[str, str]:
    found = Words.objects.filter(entry__matter=matter).order_by("entry__seq").last()
    assert found is not None
    texts: dict[str, str] = found.texts
    return texts


# ---- the whole way ----------------------------------------------------------------------------------------------


def test_the_flooded_garage_from_report_to_closed(cast: Cast) -> None:
    change = flow.report(garage(), cast.resident)
    town, water = change.orders
    assert (town.body_id, water.body_id) == (cast.dispatcher.body, cast.water.body)
    flow.sign(town, cast.dispatcher)
    flow.sign(water, cast.water)
    flow.contact(town, cast.dispatcher, text="已电话联系，人在车库口等")
    flow.arrive(town, cast.dispatcher)
    flow.finish(water, cast.water, "排水完毕")
    flow.finish(town, cast.dispatcher, "积水已排空，电已恢复")
    flow.reply(change.matter, cast.seat, "积水已排空")
    flow.call_back(change.matter, cast.callback, reached=True, solved=True, satisfied="satisfied")
    done = flow.close(change.matter, cast.callback)
    assert done.matter.state == CLOSED
    assert {each.outcome for each in done.clocks} == {"met"}
    assert [check.months for check in done.checks] == [1, 3, 6]
    way = "report dispatch sign sign contact arrive finish finish reply call_back close"
    assert verbs(change.matter) == way.split()


# ---- which verb in which state ----------------------------------------------------------------------------------

EVERY = tuple(STATES)
ON_MATTERS: dict[str, tuple[tuple[str, ...], Callable[[Cast], dict[str, Any]]]] = {
    "merge": ((REPORTED, WORKING), lambda cast: {"into": opened(cast.resident)}),
    "unmerge": ((MERGED,), lambda cast: {}),
    "reclassify": (OPEN, lambda cast: {"kind": "onekey.water", "reason": "实为积水"}),
    "refuse": ((REPORTED, WORKING), lambda cast: {"reason": "已进入诉讼", "route": "法院"}),
    "dispatch": ((REPORTED, WORKING), lambda cast: {"lead": body_of(cast.enforcement)}),
    "note": (EVERY, lambda cast: {"text": "记一笔"}),
    "consult": (OPEN, lambda cast: {"topic": "归谁管", "decision": "街道牵头"}),
    "suspend": ((WORKING,), lambda cast: {"reason": "等待鉴定", "until": clock.now() + DAY}),
    "resume": ((), lambda cast: {}),  # nothing stands still here; see the story below
    "reply": ((FINISHED,), lambda cast: {"text": "已处理"}),
    "call_back": ((REPLIED,), lambda cast: {"reached": True, "solved": True}),
    "reopen": ((REPLIED, CLOSED), lambda cast: {"reason": "又来了"}),
    "close": ((REPLIED,), lambda cast: {}),
    "track": ((CLOSED,), lambda cast: {"months": 1, "recurred": False}),
    "supervise": (OPEN, lambda cast: {"colour": "yellow", "reason": "超时"}),
    "escalate": (OPEN, lambda cast: {"reason": "街道解决不了"}),
    "transfer_to_police": (EVERY, lambda cast: {"reason": "有人动手"}),
    "take_back_from_police": (EVERY, lambda cast: {"outcome": "done"}),
    "correct": (EVERY, lambda cast: {"reason": "听错了", "address": "湘南公寓二期"}),
    "add_voice": (OPEN, lambda cast: {"text": "我家也是"}),
    "erase_words": (EVERY, lambda cast: {"reason": "本人申请删除"}),
    "warn": ((), lambda cast: {}),  # nothing rings at this moment; see the story below
}
ON_ORDERS: dict[str, tuple[tuple[str, ...], Callable[[Cast], dict[str, Any]]]] = {
    "sign": (("sent",), lambda cast: {}),
    "contact": (("signed",), lambda cast: {}),
    "arrive": (("signed",), lambda cast: {}),
    "hand_back": (
        ("sent", "signed"),
        lambda cast: {"reason": "不归我管", "basis": "三定方案", "proposed": body_of(cast.enforcement)},
    ),
    "decide_hand_back": (("returning",), lambda cast: {"accept": False, "reason": "属地管理"}),
    "ask_more_time": (("signed",), lambda cast: {"amount": 2, "reason": "材料未到"}),
    "decide_more_time": ((), lambda cast: {"grant": True, "reason": "情况属实"}),  # nothing was asked; see below
    "finish": (("signed",), lambda cast: {"result": "已处理"}),
}


def test_the_tables_name_every_verb() -> None:
    assert set(ON_MATTERS) | set(ON_ORDERS) == set(VERBS)
    assert {name for name, verb in VERBS.items() if verb.on_order} == set(ON_ORDERS)


def goes(name: str, target: Matter | Order, asked: dict[str, Any]) -> bool:
    """Whether a verb goes, undone at once; it must say NotNow and nothing else when it does not."""
    try:
        with transaction.atomic():
            VERBS[name](target, SYSTEM, **asked)
            transaction.set_rollback(True)
    except errors.NotNow as refused:
        if type(refused) is not errors.NotNow:
            raise
        return False
    return True


@pytest.mark.parametrize("state", STATES)
def test_a_verb_goes_only_in_its_states(cast: Cast, monday: clock.Travel, state: str) -> None:
    matter = in_state(cast, state)
    assert matter.state == state
    before = Entry.objects.count()
    for name, (states, asked) in ON_MATTERS.items():
        with transaction.atomic():
            if name == "take_back_from_police":
                flow.transfer_to_police(matter, SYSTEM, "有人动手")
            assert goes(name, matter, asked(cast)) == (state in states), name
            transaction.set_rollback(True)
    assert Entry.objects.count() == before


@pytest.mark.parametrize("state", ["sent", "signed", "returning", "finished", "withdrawn"])
def test_a_verb_on_an_order_goes_only_in_its_states(cast: Cast, monday: clock.Travel, state: str) -> None:
    order = order_in_state(cast, state)
    assert order.state == state
    for name, (states, asked) in ON_ORDERS.items():
        assert goes(name, order, asked(cast)) == (state in states), name


@pytest.mark.parametrize(
    ("name", "asked", "error"),
    [
        ("note", {"text": "  "}, errors.NothingSaid),
        ("note", {"text": "长" * 4001}, errors.TextTooLong),
        ("note", {"text": "a\x00b"}, errors.BrokenEncoding),
        ("note", {"text": "半个\ud83d"}, errors.BrokenEncoding),
        ("reclassify", {"kind": "没有这类", "reason": "错"}, errors.UnknownKind),
        ("reclassify", {"kind": "plain.noise", "reason": ""}, errors.ReasonNeeded),
        ("refuse", {"reason": "不归我管", "route": ""}, errors.ReasonNeeded),
        ("suspend", {"reason": "等", "until": MONDAY - DAY}, errors.BadInput),
        ("supervise", {"colour": "purple", "reason": "急"}, errors.BadInput),
        ("supervise", {"colour": "red", "reason": ""}, errors.ReasonNeeded),
        ("escalate", {"reason": ""}, errors.ReasonNeeded),
        ("transfer_to_police", {"reason": ""}, errors.ReasonNeeded),
        ("take_back_from_police", {"outcome": "done"}, errors.BadInput),
        ("correct", {"reason": ""}, errors.ReasonNeeded),
        ("correct", {"reason": "什么也没改"}, errors.NothingSaid),
        ("correct", {"reason": "半个位置", "lat": 30.7}, errors.BadInput),
        ("correct", {"reason": "搬到上海", "lat": OUTSIDE[0], "lon": OUTSIDE[1]}, errors.OutsideTheCity),
        ("correct", {"reason": "没有这一级", "urgency": "very"}, errors.BadInput),
        ("consult", {"topic": "谁管", "decision": ""}, errors.NothingSaid),
    ],
)
def test_what_is_asked_wrongly_is_told_and_changes_nothing(
    cast: Cast, monday: clock.Travel, name: str, asked: dict[str, Any], error: type[errors.AnxinError]
) -> None:
    matter = signed(cast)
    before = now(matter).entries
    with pytest.raises(error) as told:
        VERBS[name](matter, SYSTEM, **asked)
    assert type(told.value) is error
    assert now(matter).entries == before


# ---- the report -------------------------------------------------------------------------------------------------


def test_a_report_is_owned_and_timed_before_the_answer(cast: Cast, monday: clock.Travel) -> None:
    matter = flow.report(garage(), cast.resident).matter
    assert (matter.state, matter.lead_id, matter.level) == (WORKING, cast.dispatcher.body, "town")
    assert (matter.grid_id, matter.county_id) == (cast.grid.area, cast.arbiter.area)
    assert matter.due_at == MONDAY + DAY
    assert {(c.code, c.order_id is None) for c in Clock.objects.filter(matter=matter)} == {
        ("handle.timely", True), ("sign", False), ("contact", False), ("arrive", False), ("feedback", False),
        ("sign.department", False), ("feedback.department", False),
    }  # fmt: skip


def test_a_report_nobody_answers_for_waits_for_a_dispatcher_and_is_timed(cast: Cast, monday: clock.Travel) -> None:
    matter = flow.report(garage(kind="plain.waits"), cast.seat).matter
    assert (matter.state, matter.lead_id, matter.due_at) == (REPORTED, None, at("2026-07-14 00:00"))


def test_a_report_without_a_place_waits_at_the_county(cast: Cast) -> None:
    matter = flow.report(garage(lat=None, lon=None), cast.seat).matter
    assert (matter.state, matter.level, matter.grid_id) == (REPORTED, "county", None)


def test_danger_goes_to_110_before_any_debate(cast: Cast, monday: clock.Travel) -> None:
    matter = flow.report(garage(urgency="emergency"), cast.resident).matter
    assert (matter.police, matter.state, matter.due_at) == ("sent", WORKING, MONDAY + 2 * HOUR)
    assert verbs(matter) == ["report", "dispatch", "transfer_to_police"]
    assert flow.report(garage(urgency="emergency", channel="police"), cast.police).matter.police == ""


def test_what_is_private_by_kind_or_by_wish_is_confidential(cast: Cast) -> None:
    assert opened(cast.resident, "plain.quarrel").confidential
    assert opened(cast.resident, confidential=True).confidential
    assert not opened(cast.resident).confidential


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"kind": "没有"}, errors.UnknownKind),
        ({"lat": OUTSIDE[0], "lon": OUTSIDE[1]}, errors.OutsideTheCity),
        ({"lat": float("nan")}, errors.OutsideTheCity),
        ({"lon": None}, errors.BadInput),
        ({"lat": None, "lon": None, "area": "310000"}, errors.OutsideTheCity),
        ({"occurred_at": MONDAY + HOUR}, errors.InTheFuture),
        ({"occurred_at": MONDAY.replace(tzinfo=None)}, clock.NaiveMoment),
        ({"title": " ", "narrative": "\n"}, errors.NothingSaid),
        ({"title": "长" * 121}, errors.TextTooLong),
        ({"narrative": "长" * 4001}, errors.TextTooLong),
        ({"narrative": "a\x00b"}, errors.BadInput),
        ({"narrative": "半个\udc00"}, errors.BadInput),
        ({"nature": "rumour"}, errors.BadInput),
        ({"urgency": "very"}, errors.BadInput),
        ({"source_ref": "x" * 3000}, errors.BadInput),
        ({"of": "991231-1"}, errors.BadInput),
    ],
)
def test_a_wrong_report_leaves_nothing_behind(
    cast: Cast, monday: clock.Travel, wrong: dict[str, Any], error: type[errors.AnxinError]
) -> None:
    before = Matter.objects.count()
    with pytest.raises(error) as told:
        flow.report(garage(**wrong), cast.resident)
    assert type(told.value) is error
    assert Matter.objects.count() == before


def test_a_report_may_name_the_matter_it_came_out_of(cast: Cast) -> None:
    first = opened(cast.resident)
    assert flow.report(garage(of=first.number), cast.seat).matter.of_id == first.pk


# ---- sorting ----------------------------------------------------------------------------------------------------


def test_the_same_trouble_twice_is_merged_and_unmerged(cast: Cast, monday: clock.Travel) -> None:
    first, second = opened(cast.resident), opened(cast.seat)
    monday.advance(HOUR)
    flow.merge(second, cast.dispatcher, first, "同一处积水")
    joined = now(second)
    assert (joined.state, joined.of_id, joined.lead_id) == (MERGED, first.pk, None)
    assert set(Order.objects.filter(matter=second).values_list("state", flat=True)) == {"withdrawn"}
    assert set(outcomes(second).values()) == {"cancelled"}
    monday.advance(HOUR)
    flow.unmerge(second, cast.dispatcher, "不是同一件事")
    alone = now(second)
    assert (alone.state, alone.of_id) == (REPORTED, None)
    whole = clock_of(second, "handle.ordinary")
    assert whole.started_at == alone.reported_at == MONDAY  # the time already gone counts


def test_a_matter_is_not_merged_into_itself_nor_into_one_that_is_gone(cast: Cast) -> None:
    matter, gone, into = opened(cast.resident), opened(cast.resident), opened(cast.resident)
    held_before = Matter.objects.get(pk=gone.pk)
    flow.merge(gone, cast.dispatcher, into)
    for wrong in (matter, held_before, in_state(cast, "refused")):
        with pytest.raises(errors.BadInput):
            flow.merge(matter, cast.dispatcher, wrong)


def test_another_kind_keeps_the_first_start(cast: Cast, monday: clock.Travel) -> None:
    matter = opened(cast.resident)
    monday.advance(6 * HOUR)
    flow.reclassify(matter, cast.dispatcher, "onekey.water", "其实是积水")
    whole = clock_of(matter, "handle.timely")
    assert (whole.started_at, whole.due_at) == (MONDAY, MONDAY + DAY)
    assert (now(matter).kind, now(matter).due_at) == ("onekey.water", MONDAY + DAY)
    assert outcomes(matter)["handle.ordinary"] == "cancelled"


def test_another_kind_keeps_the_time_the_matter_stood_still(cast: Cast, monday: clock.Travel) -> None:
    matter = signed(cast)
    flow.suspend(matter, cast.arbiter, "等待鉴定", MONDAY + 2 * DAY)
    flow.reclassify(matter, cast.dispatcher, "onekey.water", "其实是积水")
    monday.advance(2 * DAY)
    telling.ring()
    whole = clock_of(matter, "handle.timely")
    assert (whole.paused_until, whole.due_at, now(matter).due_at) == (None, MONDAY + 3 * DAY, MONDAY + 3 * DAY)


def test_another_kind_of_a_reopened_matter_counts_from_the_reopening(cast: Cast, monday: clock.Travel) -> None:
    matter = closed(cast)
    monday.advance(31 * DAY)
    flow.reopen(matter, cast.callback, "没有修好")
    flow.reclassify(matter, cast.dispatcher, "onekey.water", "其实是积水")
    assert now(matter).due_at == MONDAY + 32 * DAY


def test_a_refusal_names_the_right_way(cast: Cast) -> None:
    matter = opened(cast.resident)
    flow.refuse(matter, cast.seat, "已进入诉讼程序", "请向南湖区人民法院反映")
    refused = now(matter)
    assert (refused.state, refused.lead_id) == (REFUSED, None)
    assert last_words(matter) == {"reason": "已进入诉讼程序", "route": "请向南湖区人民法院反映"}
    assert set(outcomes(matter).values()) == {"cancelled"}


# ---- the one-key command ----------------------------------------------------------------------------------------


def test_one_command_has_one_number_one_lead_and_a_clock_for_each_part(cast: Cast, monday: clock.Travel) -> None:
    matter = in_state(cast, "reported")
    helpers = [(body_of(cast.water), "排水"), (body_of(cast.power), "断电")]
    change = flow.dispatch(matter, cast.dispatcher, body_of(cast.dispatcher), helpers)
    orders = list(Order.objects.filter(matter=matter).order_by("pk"))
    assert [(o.role, o.body_id, o.task) for o in orders] == [
        ("lead", cast.dispatcher.body, ""),
        ("helper", cast.water.body, "排水"),
        ("helper", cast.power.body, "断电"),
    ]
    assert {o.number for o in orders} == {f"{matter.number}-1"}
    parts = {(c.order_id, c.code) for c in change.clocks if c.order_id}
    assert {pk for pk, _ in parts} == {o.pk for o in orders}
    assert [c.code for c in change.clocks if c.order_id is None] == ["handle.ordinary"]
    assert now(matter).lead_id == cast.dispatcher.body


def test_a_new_lead_takes_over_and_helpers_stay(cast: Cast) -> None:
    matter = flow.report(garage(), cast.resident).matter
    old, water = lead(matter), helper(matter)
    flow.dispatch(matter, cast.arbiter, body_of(cast.fire), reason="消防牵头")
    assert Order.objects.get(pk=old.pk).state == "withdrawn"
    assert helper(matter).pk == water.pk
    assert (lead(matter).body_id, lead(matter).number) == (cast.fire.body, f"{matter.number}-2")
    flow.dispatch(matter, cast.arbiter, body_of(cast.water))
    assert (lead(matter).body_id, Order.objects.get(pk=water.pk).state) == (cast.water.body, "withdrawn")


def test_the_same_lead_again_changes_nothing_but_may_be_designated(cast: Cast) -> None:
    matter = signed(cast)
    flow.dispatch(matter, cast.arbiter, body_of(cast.dispatcher), reason="联席会议", designated=True)
    assert (lead(matter).state, lead(matter).designated) == ("signed", True)


def test_a_body_that_is_gone_gets_no_order(cast: Cast) -> None:
    matter, water = opened(cast.resident), Body(pk=10**9, name="已撤销单位")
    with pytest.raises(errors.UnknownBody):
        flow.dispatch(matter, cast.dispatcher, body_of(cast.power), [(water, "")])
    assert lead(matter).body_id == cast.dispatcher.body


def test_steps_stop_their_own_clock_and_no_other(cast: Cast, monday: clock.Travel) -> None:
    matter = opened(cast.resident)
    monday.advance(timedelta(seconds=50))
    flow.sign(lead(matter), cast.dispatcher)
    flow.contact(lead(matter), cast.dispatcher, reached=False, text="无人接听")
    monday.advance(5 * timedelta(minutes=1))
    flow.contact(lead(matter), cast.dispatcher)
    assert outcomes(matter) == {
        "handle.ordinary": "", "sign": "met", "contact": "missed", "arrive": "", "feedback": "",
    }  # fmt: skip
    assert lead(matter).contacted_at == clock.now()


def test_arriving_keeps_the_distance_and_no_position(cast: Cast) -> None:
    matter = signed(cast)
    change = flow.arrive(lead(matter), cast.dispatcher, lat=30.7866, lon=120.8330)
    assert change.entry is not None
    assert change.entry.data["facts"] == {"metres": 111}
    assert "30.78" not in str(change.entry.data)


def test_a_consultation_is_written_down(cast: Cast) -> None:
    matter = signed(cast)
    flow.consult(matter, cast.arbiter, "谁牵头", "街道牵头", [body_of(cast.water), body_of(cast.power)], "轮流")
    entry = Entry.objects.filter(matter=matter).latest("seq")
    assert entry.data["facts"]["participants"] == [cast.water.body, cast.power.body]
    assert last_words(matter) == {"topic": "谁牵头", "options": "轮流", "decision": "街道牵头"}


# ---- handing back -----------------------------------------------------------------------------------------------


def hand_back(order: Order, by: Actor, proposed: Actor) -> None:
    flow.hand_back(order, by, "不属本单位职责", "三定方案第五条", body_of(proposed))


def test_a_hand_back_is_accepted_and_goes_to_the_body_the_arbiter_names(cast: Cast, monday: clock.Travel) -> None:
    matter = signed(cast)
    order = lead(matter)
    hand_back(order, cast.dispatcher, cast.enforcement)
    assert (lead(matter).state, lead(matter).proposed_id) == ("returning", cast.enforcement.body)
    flow.decide_hand_back(order, cast.arbiter, True, "确属执法局", body_of(cast.fire))
    assert Order.objects.get(pk=order.pk).state == "withdrawn"
    assert (lead(matter).body_id, now(matter).lead_id, lead(matter).task) == (cast.fire.body, cast.fire.body, "牵头")
    assert outcomes(matter)["return.decide"] == "met"


@pytest.mark.parametrize("before", ["sent", "signed"])
def test_a_hand_back_is_refused_and_the_order_stays_as_it_stood(cast: Cast, before: str) -> None:
    order = order_in_state(cast, before)
    hand_back(order, cast.dispatcher, cast.enforcement)
    flow.decide_hand_back(order, cast.arbiter, False, "属地管理")
    stays = Order.objects.get(pk=order.pk)
    assert (stays.state, stays.designated) == (before, True)
    with pytest.raises(errors.Designated):
        hand_back(order, cast.dispatcher, cast.enforcement)


def test_a_helper_hands_back_and_the_lead_stays(cast: Cast) -> None:
    matter = flow.report(garage(), cast.resident).matter
    order, leading = helper(matter), lead(matter)
    hand_back(order, cast.water, cast.power)
    flow.decide_hand_back(order, cast.arbiter, True, "属供电", body_of(cast.power))
    assert (helper(matter).body_id, lead(matter).pk) == (cast.power.body, leading.pk)
    assert helper(matter).task == order.task


def test_a_body_hands_back_once_even_when_it_gets_the_matter_again(cast: Cast) -> None:
    matter = signed(cast)
    order = lead(matter)
    hand_back(order, cast.dispatcher, cast.enforcement)
    flow.decide_hand_back(order, cast.arbiter, True, "先给执法局", body_of(cast.enforcement))
    flow.dispatch(matter, cast.arbiter, body_of(cast.dispatcher))
    with pytest.raises(errors.LimitReached):
        hand_back(lead(matter), cast.dispatcher, cast.fire)


def test_handing_back_is_asked_within_a_working_day(cast: Cast, monday: clock.Travel) -> None:
    matter = opened(cast.resident)
    monday.advance(at("2026-07-08 00:00") - MONDAY)  # Tuesday 24:00
    with transaction.atomic():
        hand_back(lead(matter), cast.dispatcher, cast.enforcement)
        transaction.set_rollback(True)
    monday.advance(timedelta(seconds=1))
    with pytest.raises(errors.TooLate):
        hand_back(lead(matter), cast.dispatcher, cast.enforcement)


def test_who_is_designated_never_hands_back(cast: Cast) -> None:
    matter = opened(cast.resident)
    flow.dispatch(matter, cast.arbiter, body_of(cast.fire), designated=True)
    with pytest.raises(errors.Designated):
        hand_back(lead(matter), cast.fire, cast.enforcement)


def test_a_hand_back_names_its_basis_and_the_decision_its_reason_and_body(cast: Cast) -> None:
    order = order_in_state(cast, "signed")
    with pytest.raises(errors.BasisNeeded) as told:
        flow.hand_back(order, cast.dispatcher, "不归我管", " ", body_of(cast.fire))
    assert set(told.value.fields) == {"basis"}
    with pytest.raises(errors.BasisNeeded):
        hand_back(order, cast.dispatcher, cast.dispatcher)  # nobody proposes himself
    hand_back(order, cast.dispatcher, cast.fire)
    with pytest.raises(errors.ReasonNeeded):
        flow.decide_hand_back(order, cast.arbiter, False, "")
    with pytest.raises(errors.UnknownBody):
        flow.decide_hand_back(order, cast.arbiter, True, "同意")
    with pytest.raises(errors.UnknownBody):
        flow.decide_hand_back(order, cast.arbiter, True, "同意", Body(pk=10**9, name="已撤销单位"))
    assert Order.objects.get(pk=order.pk).state == "returning"


# ---- more time --------------------------------------------------------------------------------------------------


def test_more_time_counts_from_the_first_start(cast: Cast, monday: clock.Travel) -> None:
    matter = signed(cast)
    flow.ask_more_time(lead(matter), cast.dispatcher, 5, "需专家鉴定")
    assert now(matter).due_at == at("2026-07-14 00:00")
    flow.decide_more_time(lead(matter), cast.arbiter, True, "同意")
    assert now(matter).due_at == at("2026-07-21 00:00")
    assert (lead(matter).more_granted, clock_of(matter, "handle.ordinary").amount) == (5, 10)
    with pytest.raises(errors.LimitReached):
        flow.ask_more_time(lead(matter), cast.dispatcher, 1, "还要")


def test_more_time_is_refused_and_not_asked_again(cast: Cast) -> None:
    matter = signed(cast)
    flow.ask_more_time(lead(matter), cast.dispatcher, 5, "需专家鉴定")
    due = now(matter).due_at
    flow.decide_more_time(lead(matter), cast.arbiter, False, "理由不充分")
    assert (now(matter).due_at, lead(matter).more_granted) == (due, -1)
    with pytest.raises(errors.LimitReached):
        flow.ask_more_time(lead(matter), cast.dispatcher, 1, "再申请")
    with pytest.raises(errors.NotNow):
        flow.decide_more_time(lead(matter), cast.arbiter, True, "再批")


@pytest.mark.parametrize("amount", [0, -1, 6])
def test_more_time_is_at_most_as_much_again(cast: Cast, amount: int) -> None:
    matter = signed(cast)
    with pytest.raises(errors.BadInput):
        flow.ask_more_time(lead(matter), cast.dispatcher, amount, "需鉴定")


def test_more_time_is_granted_once_a_matter_whoever_leads(cast: Cast) -> None:
    matter = signed(cast)
    flow.ask_more_time(lead(matter), cast.dispatcher, 5, "需鉴定")
    flow.decide_more_time(lead(matter), cast.arbiter, True, "同意")
    flow.dispatch(matter, cast.arbiter, body_of(cast.fire))
    flow.sign(lead(matter), cast.fire)
    with pytest.raises(errors.LimitReached):
        flow.ask_more_time(lead(matter), cast.fire, 10, "我也要")


def test_more_time_is_asked_before_the_end_and_by_the_lead(cast: Cast, monday: clock.Travel) -> None:
    matter = flow.report(garage(), cast.resident).matter
    for order, by in ((lead(matter), cast.dispatcher), (helper(matter), cast.water)):
        flow.sign(order, by)
    with pytest.raises(errors.NotNow):
        flow.ask_more_time(helper(matter), cast.water, 1, "需鉴定")
    monday.advance(DAY + HOUR)
    with pytest.raises(errors.TooLate):
        flow.ask_more_time(lead(matter), cast.dispatcher, 1, "需鉴定")


def test_more_time_can_be_asked_while_the_clock_stands_still(cast: Cast, monday: clock.Travel) -> None:
    matter = signed(cast, kind="plain.noise")
    flow.suspend(matter, cast.arbiter, "等待鉴定", MONDAY + 20 * DAY)
    monday.advance(10 * DAY)
    flow.ask_more_time(lead(matter), cast.dispatcher, 5, "鉴定要一个月")
    flow.decide_more_time(lead(matter), cast.arbiter, True, "同意")
    monday.advance(10 * DAY)
    telling.ring()
    whole = clock_of(matter, "handle.ordinary")
    assert (whole.paused_until, whole.due_at) == (None, at("2026-08-08 00:00"))


# ---- standing still ---------------------------------------------------------------------------------------------


def test_a_matter_stands_still_and_goes_on(cast: Cast, monday: clock.Travel) -> None:
    matter = signed(cast)
    flow.suspend(matter, cast.arbiter, "等待鉴定", MONDAY + 7 * DAY)
    with pytest.raises(errors.PauseTooLong):
        flow.suspend(matter, cast.arbiter, "再等", MONDAY + 8 * DAY)
    monday.advance(2 * DAY)
    flow.resume(matter, cast.dispatcher, "鉴定已出")
    assert now(matter).due_at == at("2026-07-15 00:00")  # Tuesday was lost, Wednesday counts
    assert clock_of(matter, "feedback").due_at == MONDAY + 3 * DAY
    with pytest.raises(errors.NotNow):
        flow.resume(matter, cast.dispatcher)


def test_a_pause_ends_by_itself_however_late_the_clock_is_looked_at(cast: Cast, monday: clock.Travel) -> None:
    matter = signed(cast)
    flow.suspend(matter, cast.arbiter, "等待鉴定", MONDAY + DAY)
    telling.ring()
    assert clock_of(matter, "feedback").paused_until is not None
    monday.advance(3 * DAY)  # the worker was away over the weekend
    telling.ring()
    feedback = clock_of(matter, "feedback")
    assert feedback.paused_until is None
    assert [list(map(datetime.fromisoformat, pause)) for pause in feedback.pauses] == [[MONDAY, MONDAY + DAY]]
    assert feedback.due_at == MONDAY + 2 * DAY
    entry = Entry.objects.filter(matter=matter).latest("seq")
    assert (entry.verb, entry.role, entry.data["facts"]["resumed"]) == ("warn", "system", 2)
    assert [feedback.pk, "feedback", 100] in entry.data["facts"]["rung"]


def test_all_pauses_together_stay_within_the_maximum(cast: Cast, monday: clock.Travel) -> None:
    matter = signed(cast)
    with pytest.raises(errors.PauseTooLong):
        flow.suspend(matter, cast.arbiter, "等", MONDAY + 32 * DAY)
    flow.suspend(matter, cast.arbiter, "等", MONDAY + 20 * DAY)
    monday.advance(20 * DAY)
    flow.resume(matter, cast.arbiter)
    with pytest.raises(errors.PauseTooLong):
        flow.suspend(matter, cast.arbiter, "再等", clock.now() + 12 * DAY)
    assert clock_of(matter, "handle.ordinary").paused_until is None


def test_what_is_finished_while_it_stands_still_is_in_time(cast: Cast, monday: clock.Travel) -> None:
    matter = signed(cast)
    flow.suspend(matter, cast.arbiter, "等待鉴定", MONDAY + 20 * DAY)
    monday.advance(15 * DAY)
    flow.finish(lead(matter), cast.dispatcher, "提前办好")
    assert outcomes(matter)["feedback"] == "met"


# ---- the result -------------------------------------------------------------------------------------------------


def test_helpers_finish_before_the_lead(cast: Cast) -> None:
    matter = flow.report(garage(), cast.resident).matter
    flow.sign(lead(matter), cast.dispatcher)
    flow.sign(helper(matter), cast.water)
    with pytest.raises(errors.HelpersAtWork):
        flow.finish(lead(matter), cast.dispatcher, "好了")
    hand_back(helper(matter), cast.water, cast.power)
    with pytest.raises(errors.HelpersAtWork):
        flow.finish(lead(matter), cast.dispatcher, "好了")
    flow.decide_hand_back(helper(matter), cast.arbiter, False, "属排水")
    flow.finish(helper(matter), cast.water, "排完")
    assert now(matter).state == WORKING
    change = flow.finish(lead(matter), cast.dispatcher, "好了", proof=["a" * 64])
    assert (now(matter).state, change.entry and change.entry.data["facts"]["proof"]) == (FINISHED, ["a" * 64])


def test_closing_needs_an_answer_or_three_tries(cast: Cast) -> None:
    matter = replied(cast)
    for _ in range(2):
        flow.call_back(matter, cast.callback, reached=False)
        with pytest.raises(errors.PersonNotAsked):
            flow.close(matter, cast.callback)
    flow.call_back(matter, cast.callback, reached=False)
    flow.close(matter, cast.callback)
    assert (now(matter).state, now(matter).solved, now(matter).tries) == (CLOSED, None, 3)


def test_where_nobody_can_be_asked_nobody_is(cast: Cast) -> None:
    matter = replied(cast, person=None)
    flow.close(matter, cast.callback)
    assert now(matter).state == CLOSED


def test_not_solved_is_done_again_or_explained(cast: Cast) -> None:
    matter = replied(cast)
    flow.call_back(matter, cast.callback, reached=True, solved=False, satisfied="dissatisfied", unfinished="还在漏")
    with pytest.raises(errors.ReasonNeeded):
        flow.close(matter, cast.callback)
    flow.close(matter, cast.callback, explained="依法须走司法程序，已当面说明")
    assert (now(matter).state, now(matter).satisfied) == (CLOSED, "dissatisfied")


def test_a_call_back_says_solved_or_not_and_how_content(cast: Cast, monday: clock.Travel) -> None:
    matter = replied(cast)
    with pytest.raises(errors.BadInput):
        flow.call_back(matter, cast.callback, reached=True)
    with pytest.raises(errors.BadInput):
        flow.call_back(matter, cast.callback, reached=True, solved=True, satisfied="delighted")
    monday.advance(7 * DAY)
    flow.call_back(matter, cast.callback, reached=True, solved=True, satisfied="fairly")
    assert outcomes(matter)["callback"] == "missed"


def test_a_matter_is_taken_up_again_twice_at_most_and_always_on_recurrence(cast: Cast, monday: clock.Travel) -> None:
    matter = closed(cast)
    for turn in (1, 2):
        flow.reopen(matter, cast.callback, "没有修好")
        again = now(matter)
        assert (again.state, again.reopened, again.tries) == (WORKING, turn, 0)
        assert (again.solved, again.closed_at) == (None, None)
        assert again.due_at == clock_of(matter, "handle.again").due_at == at("2026-07-14 00:00")
        assert (lead(matter).state, lead(matter).finished_at) == ("signed", None)
        flow.finish(lead(matter), cast.dispatcher, "再修")
        flow.reply(matter, cast.seat, "修好了")
        flow.call_back(matter, cast.callback, reached=True, solved=True)
        flow.close(matter, cast.callback)
    with pytest.raises(errors.LimitReached):
        flow.reopen(matter, cast.callback, "还是没有修好")
    flow.reopen(matter, cast.callback, "又来了", recurred=True)
    assert now(matter).state == WORKING


# ---- afterwards -------------------------------------------------------------------------------------------------


def test_looks_are_planned_one_three_and_six_months_on(cast: Cast) -> None:
    with clock.at(at("2026-08-31 10:00")):
        matter = closed(cast)
        planned = dict(Check.objects.filter(matter=matter).values_list("months", "due_on"))
        assert planned == {1: date(2026, 9, 30), 3: date(2026, 11, 30), 6: date(2027, 2, 28)}
        flow.track(matter, cast.dispatcher, 1, False, "一切正常")
        with pytest.raises(errors.NotNow):
            flow.track(matter, cast.dispatcher, 1, False)
        assert now(matter).state == CLOSED


def test_what_comes_back_is_taken_up_at_once_under_its_own_name(cast: Cast, monday: clock.Travel) -> None:
    matter = closed(cast)
    monday.advance(31 * DAY)
    change = flow.track(matter, cast.dispatcher.under("look-1"), 1, True, "又进水了")
    assert verbs(matter)[-2:] == ["track", "reopen"]
    assert change.entry is not None
    assert (change.entry.verb, change.entry.key) == ("track", "look-1")
    again = now(matter)
    assert (again.state, again.due_at) == (WORKING, clock_of(matter, "handle.again").due_at)
    assert flow.track(matter, cast.dispatcher.under("look-1"), 1, True, "又进水了").repeated


def test_after_a_second_closing_the_looks_begin_anew(cast: Cast, monday: clock.Travel) -> None:
    matter = closed(cast)
    monday.advance(31 * DAY)
    flow.track(matter, cast.dispatcher, 1, True, "又进水了")
    flow.finish(lead(matter), cast.dispatcher, "换了泵")
    flow.reply(matter, cast.seat, "换了泵")
    flow.call_back(matter, cast.callback, reached=True, solved=True)
    flow.close(matter, cast.callback)
    waiting = dict(Check.objects.filter(matter=matter, done_at=None).values_list("months", "due_on"))
    assert waiting == {1: date(2026, 9, 6), 3: date(2026, 11, 6), 6: date(2027, 2, 6)}


# ---- alongside --------------------------------------------------------------------------------------------------


def test_cards_are_put_on_matters_and_taken_off(cast: Cast) -> None:
    matter = signed(cast)
    for colour in ("yellow", "red", ""):
        flow.supervise(matter, cast.supervisor, colour, "督办")
        assert now(matter).colour == colour


def test_a_matter_is_lifted_level_by_level(cast: Cast) -> None:
    matter = signed(cast)
    for level in ("county", "city"):
        flow.escalate(matter, cast.arbiter, "街道解决不了")
        assert now(matter).level == level
    with pytest.raises(errors.LimitReached):
        flow.escalate(matter, cast.arbiter, "再提")


def test_110_is_called_in_beside_the_civil_handling_and_answers(cast: Cast) -> None:
    matter = signed(cast, kind="plain.quarrel")
    flow.transfer_to_police(matter, cast.seat, "可能动手（R6）")
    assert (now(matter).police, now(matter).state) == ("sent", WORKING)
    with pytest.raises(errors.NotNow):
        flow.transfer_to_police(matter, cast.seat, "再推一次")
    for outcome in ("accepted", "returned"):
        flow.take_back_from_police(matter, cast.police, outcome, "民警到场")
        assert now(matter).police == outcome
    flow.transfer_to_police(matter, cast.seat, "又动手了")
    assert now(matter).police == "sent"
    with pytest.raises(errors.BadInput):
        flow.take_back_from_police(matter, cast.police, "lost")


def test_a_correction_keeps_what_stood_there(cast: Cast, monday: clock.Travel) -> None:
    matter = opened(cast.resident)
    flow.correct(
        matter, cast.seat, "听错地址", address="嘉善县某路", nature="complaint", lat=ELSEWHERE[0], lon=ELSEWHERE[1]
    )
    right = now(matter)
    assert (right.address, right.nature, right.lat) == ("嘉善县某路", "complaint", ELSEWHERE[0])
    assert right.county_id not in (None, matter.county_id)
    assert last_words(matter)["before"] == f"{matter.address}\n{matter.lat}\n{matter.lon}"
    entry = Entry.objects.filter(matter=matter).latest("seq")
    assert entry.data["facts"]["corrected"][:3] == ["address", "county_id", "grid_id"]
    assert matter.address not in str(entry.data)


def test_what_turns_out_to_be_an_emergency_gets_its_limit_and_110(cast: Cast, monday: clock.Travel) -> None:
    matter = opened(cast.resident)
    change = flow.correct(matter, cast.seat, "配电间进水，有人被困", urgency="emergency")
    danger = now(matter)
    assert (danger.police, danger.due_at) == ("sent", MONDAY + 2 * HOUR)
    assert verbs(matter)[-2:] == ["correct", "transfer_to_police"]
    assert change.entry is not None
    assert change.entry.verb == "correct"
    flow.correct(matter, cast.seat, "没有人被困", urgency="ordinary")
    assert (now(matter).due_at, now(matter).police) == (at("2026-07-14 00:00"), "sent")


def test_voices_are_counted(cast: Cast) -> None:
    matter = opened(cast.resident)
    flow.add_voice(matter, cast.resident, "我家也是")
    flow.add_voice(matter, cast.seat)
    assert now(matter).voices == 2


# ---- the clock rings --------------------------------------------------------------------------------------------


def test_clocks_ring_at_half_at_four_fifths_and_at_the_end(cast: Cast, monday: clock.Travel) -> None:
    matter = signed(cast, kind="onekey.water")
    whole = clock_of(matter, "handle.timely")
    heard: list[tuple[str, int]] = []
    for _ in range(25):
        before = now(matter).entries
        telling.ring()
        for entry in Entry.objects.filter(matter=matter, verb="warn", seq__gt=before):
            assert entry.role == "system"
            heard += [(code, percent) for pk, code, percent in entry.data["facts"]["rung"] if pk == whole.pk]
        monday.advance(HOUR)
    assert heard == [("handle.timely", 50), ("handle.timely", 80), ("handle.timely", 100)]
    assert Clock.objects.get(pk=whole.pk).rings_at is None


def test_looking_twice_writes_once(cast: Cast, monday: clock.Travel) -> None:
    matter = opened(cast.resident)
    monday.advance(DAY)
    telling.ring()
    entries = now(matter).entries
    telling.ring()
    assert now(matter).entries == entries
    with pytest.raises(errors.NotNow):
        flow.warn(matter, SYSTEM)


def test_a_warning_given_is_given_again_only_when_more_time_made_it_untrue(cast: Cast, monday: clock.Travel) -> None:
    matter = signed(cast)
    monday.advance(at("2026-07-13 09:00") - MONDAY)  # the fifth working day
    telling.ring()
    assert clock_of(matter, "handle.ordinary").rung == 80
    flow.ask_more_time(lead(matter), cast.dispatcher, 5, "需鉴定")
    flow.decide_more_time(lead(matter), cast.arbiter, True, "同意")
    whole = clock_of(matter, "handle.ordinary")
    assert (whole.rung, whole.rings_at) == (0, at("2026-07-14 00:00"))


def test_a_ring_that_falls_into_a_pause_comes_at_its_end(cast: Cast, monday: clock.Travel) -> None:
    matter = signed(cast, kind="onekey.water")
    monday.advance(11 * HOUR)
    flow.suspend(matter, cast.arbiter, "等待鉴定", clock.now() + 5 * HOUR)
    monday.advance(6 * HOUR)  # looked at an hour after the end of the pause: half of 24 hours is gone by now
    telling.ring()
    whole = clock_of(matter, "handle.timely")
    rung = Entry.objects.filter(matter=matter, verb="warn").latest("seq").data["facts"]["rung"]
    assert [whole.pk, "handle.timely", 50] in rung
    assert whole.due_at == MONDAY + 29 * HOUR


def test_a_closed_matter_has_no_running_clock(cast: Cast) -> None:
    for matter in (closed(cast), in_state(cast, "refused"), in_state(cast, "merged")):
        assert not Clock.objects.filter(matter=matter, stopped_at=None).exists()
        assert not Clock.objects.filter(matter=matter, rings_at__isnull=False).exists()


def test_nobody_is_named_in_the_journal(cast: Cast) -> None:
    matter = finished(cast, person=WANG)
    told = str([entry.data for entry in Entry.objects.filter(matter=matter)])
    for word in (WANG.name, WANG.phone, matter.title, matter.narrative, matter.address, str(matter.lat)):
        assert word not in told
    assert body("330402.water").name not in told


def test_words_are_erased_for_good_and_the_journal_stays_whole(cast: Cast) -> None:
    matter = flow.report(garage(), cast.resident).matter
    flow.note(matter, cast.dispatcher, "王建国说他在车库口等")
    flow.erase_words(matter, SYSTEM, "本人申请删除")
    matter.refresh_from_db()
    assert (matter.title, matter.narrative, matter.address) == (flow.ERASED, "", "")
    told = {entry.verb: entry for entry in Entry.objects.filter(matter=matter).select_related("words")}
    assert told["note"].words.texts == {}
    assert told["note"].words.erased_at is not None
    assert told["note"].data["words"]["note"]
    assert told["erase_words"].words.texts == {"reason": "本人申请删除"}
    assert replay.check().sound
