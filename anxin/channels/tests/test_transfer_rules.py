"""The nine rules between 12345 and 110 (guide 2.4), each by its name; over real HTTP where two platforms take part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from anxin.channels import transfer
from anxin.channels.hotline.fake import FakeHotline
from anxin.channels.police.fake import FakePolice
from anxin.channels.transfer import Decision, Question
from anxin.kernel import clock, flow
from anxin.kernel.errors import Designated, NotAllowed
from anxin.kernel.journal import Entry
from anxin.kernel.matters import Matter
from anxin.kernel.orders import HELPER, LEAD, WITHDRAWN
from tests.cast import GARAGE, Cast, body, garage

Post = Callable[[], None]
Unique = Callable[[str], str]
PLACE = {"lat": GARAGE[0], "lon": GARAGE[1], "address": "七星街道湘南公寓"}


def call(way: str, answered_by: str, accepted_by: str, **more: Any) -> dict[str, Any]:
    return {
        "way": way, "answered_by": answered_by, "accepted_by": accepted_by, "began_at": clock.now().isoformat(),
        "seconds": 95, **more,
    }  # fmt: skip


def recorded(matter: Matter) -> dict[str, Any]:
    facts: dict[str, Any] = Entry.objects.get(matter=matter, verb="note").data["facts"]
    return facts


def test_r1_what_is_clearly_the_other_sides_is_transferred_warm(
    base: str, hotline: FakeHotline, police: FakePolice, unique: Unique
) -> None:
    assert transfer.whose(Question(answered_by="police", owner="hotline")) == Decision(
        rule="R1", way="warm_transfer", accepts="hotline"
    )
    number = unique("HL")
    status, _ = hotline.order(
        base, number, title="小区停水", place=PLACE, call=call("warm_transfer", "police", "hotline")
    )  # fmt: skip
    assert status == 201
    facts = recorded(Matter.objects.get(channel="hotline", source_ref=number))
    assert (facts["about"], facts["rule"], facts["accepted_by"]) == ("call.warm_transfer", "R1", "hotline")
    other = unique("HL")
    wrong = call("warm_transfer", "hotline", "hotline")
    assert hotline.order(base, other, title="小区停水", place=PLACE, call=wrong)[0] == 400
    assert not Matter.objects.filter(source_ref=other).exists(), "nothing is half done"


def test_r2_what_is_unclear_is_settled_in_a_three_way_call(
    base: str, hotline: FakeHotline, police: FakePolice, unique: Unique
) -> None:
    assert transfer.whose(Question(answered_by="hotline")) == Decision(rule="R2", way="three_way", accepts=None)
    agreed = transfer.whose(Question(answered_by="hotline", conferred=True, agreed="police"))
    assert agreed == Decision(rule="R2", way="three_way", accepts="police")
    number = unique("J")
    police.push(base, number, title="商家与顾客争吵", place=PLACE, category="消费维权")
    held = call("three_way", "police", "hotline", said="双方商定由12345受理")
    assert police.call(base, number, **held)[0] == 200
    facts = recorded(Matter.objects.get(channel="police", source_ref=number))
    assert (facts["about"], facts["rule"], facts["seconds"]) == ("call.three_way", "R2", "95")


def test_r3_what_stays_undecided_is_accepted_by_who_answered_first(
    base: str, hotline: FakeHotline, police: FakePolice, unique: Unique
) -> None:
    undecided = Question(answered_by="hotline", conferred=True)
    assert transfer.whose(undecided) == Decision(rule="R3", way="first_accepts", accepts="hotline")
    number = unique("HL")
    hotline.order(base, number, title="楼上渗水争吵", place=PLACE)
    assert hotline.call(base, number, **call("first_accepts", "hotline", "police"))[0] == 400
    assert hotline.call(base, number, **call("first_accepts", "hotline", "hotline"))[0] == 200
    assert recorded(Matter.objects.get(channel="hotline", source_ref=number))["rule"] == "R3"


def test_r4_danger_goes_to_110_before_any_debate(
    base: str, hotline: FakeHotline, police: FakePolice, post_goes_out: Post, unique: Unique
) -> None:
    for owner in ("hotline", "police", None):
        asked = Question(answered_by="hotline", owner=owner, danger=True, conferred=True)
        assert transfer.whose(asked).rule == "R4"
    number = unique("HL")
    hotline.order(base, number, title="燃气泄漏有人晕倒", category="燃气", urgency="特急", place=PLACE)
    post_goes_out()
    matter = Matter.objects.get(channel="hotline", source_ref=number)
    assert police.types(matter.number) == ["police.called"]
    verbs = list(Entry.objects.filter(matter=matter).order_by("seq").values_list("verb", flat=True))
    assert verbs == ["report", "dispatch", "transfer_to_police"]
    moments = set(Entry.objects.filter(matter=matter).values_list("xact", flat=True))
    assert len(moments) == 1, "110 is called in the transaction of the report"


def test_r5_what_was_accepted_or_came_by_internet_is_pushed_between_the_systems(
    base: str, police: FakePolice, live_city: Cast, post_goes_out: Post, unique: Unique
) -> None:
    pushed = transfer.whose(Question(answered_by="police", owner="hotline", written=True))
    assert pushed == Decision(rule="R5", way="push", accepts="hotline")
    number = unique("J")
    assert police.push(base, number, title="夜间施工扰民", place=PLACE, done_so_far="已到场劝阻")[0] == 201
    other_way = flow.report(garage(title="网上反映有人兜售假币"), live_city.resident).matter
    flow.transfer_to_police(other_way, live_city.seat, "属公安职责，系统推送（R5）")
    post_goes_out()
    assert police.types(other_way.number) == ["police.called"]
    assert police.types(number)[0] == "call.dispatched"


def test_r6_a_unit_that_meets_violence_calls_110_in_and_goes_on(
    base: str, hotline: FakeHotline, police: FakePolice, live_city: Cast, post_goes_out: Post, unique: Unique
) -> None:
    number = unique("HL")
    hotline.order(base, number, title="楼上楼下争吵", category="邻里家庭纠纷", place=PLACE)
    matter = Matter.objects.get(channel="hotline", source_ref=number)
    flow.sign(matter.orders.get(role=LEAD), live_city.dispatcher)
    assert hotline.danger(base, number, "boredom")[0] == 400
    assert hotline.danger(base, number, "violence", "一方持棍")[0] == 200
    post_goes_out()
    called = police.last("police.called")
    assert "发生暴力（R6）" in called["reason"]
    assert "phone" not in called["contact"] or "*" in called["contact"]["phone"]
    matter.refresh_from_db()
    assert (matter.police, matter.state) == ("sent", "working")
    field = flow.report(garage(), live_city.resident).matter
    transfer.call_police_in(field, live_city.dispatcher, "crime")


def test_r7_police_first_then_joint_mediation_of_town_and_police_station(
    base: str, police: FakePolice, live_city: Cast, unique: Unique
) -> None:
    number = unique("J")
    quarrel: dict[str, Any] = {
        "title": "停车位争执，双方情绪激动", "category": "停车", "place": PLACE,
        "done_so_far": "民警已将双方分开，情绪平稳",
    }  # fmt: skip
    for _ in range(2):
        assert police.ask_for_mediation(base, number, **quarrel)[0] in (200, 201)
    matter = Matter.objects.get(channel="police", source_ref=number)
    orders = {order.body.code: order.role for order in matter.orders.exclude(state=WITHDRAWN).select_related("body")}
    assert orders["330402015.command"] == LEAD
    assert orders["330402015.police"] == HELPER
    assert recorded(matter)["about"] == "police.first"
    assert Entry.objects.filter(matter=matter, verb="dispatch").count() == 2


def test_r8_who_is_designated_may_not_hand_back(live_city: Cast) -> None:
    matter = flow.report(garage(), live_city.resident).matter
    present = [body("330402.water"), body("330402.housing")]
    with pytest.raises(NotAllowed):
        transfer.settle_ownership(matter, live_city.water, body("330402.housing"), present, "由住建牵头")
    transfer.settle_ownership(matter, live_city.arbiter, body("330402.water"), present, "地下排水由水利局牵头")
    lead = matter.orders.exclude(state=WITHDRAWN).get(role=LEAD)
    assert (lead.body_id, lead.designated) == (live_city.water.body, True)
    with pytest.raises(Designated):
        flow.hand_back(lead, live_city.water, "不属于本局", "三定方案", body("330402.housing"))
    met = Entry.objects.get(matter=matter, verb="consult")
    assert met.data["facts"]["participants"] == [each.pk for each in present]
    again = flow.report(garage(), live_city.resident).matter
    transfer.settle_ownership(again, live_city.arbiter, body("330402015.command"), [], "指定七星街道承办")
    town = again.orders.exclude(state=WITHDRAWN).get(role=LEAD)
    with pytest.raises(Designated):
        flow.hand_back(town, live_city.dispatcher, "不属于本街道", "清单", body("330402.water"))


def test_r9_one_key_command_one_lead_helpers_at_once_one_number_a_clock_for_each(live_city: Cast) -> None:
    matter = flow.report(garage(), live_city.resident).matter
    helpers = [
        (body(f"330402.{name}"), task) for name, task in (("water", "排水"), ("power", "断电"), ("fire", "警戒"))
    ]
    done = flow.dispatch(matter, live_city.dispatcher, body("330402015.command"), helpers, task="统筹")
    standing = [order for order in done.orders if order.state != WITHDRAWN]
    assert [order.role for order in standing].count(LEAD) == 1
    assert {order.body.code for order in standing} == {
        "330402015.command", "330402.water", "330402.power", "330402.fire",
    }  # fmt: skip
    for order in standing:
        assert [each for each in done.clocks if each.order_id == order.pk], "each part has a clock of its own"
    assert [each.code for each in done.clocks if each.order_id is None and each.stopped_at is None] == ["handle.timely"]
