"""110 over real HTTP, both ways: calls that are not for the police come in, emergencies go out, answers come back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from anxin.channels.hotline.fake import FakeHotline
from anxin.channels.police.fake import FakePolice
from anxin.kernel import flow, jobs, notices, telling
from anxin.kernel.journal import Entry
from anxin.kernel.matters import Matter
from anxin.kernel.notices import Delivery
from anxin.kernel.people import Reading
from tests.cast import GARAGE, Cast, garage

Post = Callable[[], None]
Unique = Callable[[str], str]
STREET: dict[str, Any] = {
    "title": "路灯连续三晚不亮",
    "narrative": "报警人称湘城路路灯连续三晚不亮，行人摔倒，无伤情，非警务事项。",
    "category": "公共设施",
    "place": {"lat": GARAGE[0], "lon": GARAGE[1], "address": "七星街道湘城路"},
    "contact": {"phone": "00000000002"},
    "done_so_far": "民警到场查看，已放置警示牌。",
}


def test_a_call_that_is_not_for_the_police_comes_in_and_its_way_goes_back(
    base: str, police: FakePolice, live_city: Cast, post_goes_out: Post, unique: Unique, proof: list[str]
) -> None:
    number = unique("J")
    assert [police.push(base, number, **STREET)[0] for _ in range(5)] == [201, 200, 200, 200, 200]
    matter = Matter.objects.get(channel="police", source_ref=number)
    assert (matter.kind, matter.police) == ("onekey.facility", "")
    first = Entry.objects.get(matter=matter, verb="note")
    assert first.data["facts"]["about"] == "police.first"
    for order in matter.orders.order_by("-role"):
        flow.sign(order, live_city.dispatcher if order.role == "lead" else _clerk(order.body_id))
    helper, lead = matter.orders.get(role="helper"), matter.orders.get(role="lead")
    flow.finish(helper, _clerk(helper.body_id), "更换灯泡", proof)
    flow.finish(lead, live_city.dispatcher, "路灯已修复", proof)
    post_goes_out()
    assert police.types(number) == ["call.dispatched", "call.signed", "call.finished"]
    assert police.last("call.finished")["result"] == "路灯已修复"
    assert "00000000002" not in str([each.data for each in police.got])
    assert police.ask(base, number)[1]["state"] == "finished"


def _clerk(body: int) -> Any:
    from anxin.kernel.bodies import Actor

    return Actor(role="clerk", body=body)


def test_an_emergency_goes_to_110_at_once_with_the_number_and_the_reading_is_on_record(
    base: str, police: FakePolice, hotline: FakeHotline, live_city: Cast, post_goes_out: Post, unique: Unique
) -> None:
    number = unique("HL")
    hotline.order(
        base, number, title="车库进水有人被困", category="供水排水积水", urgency="特急",
        place={"lat": GARAGE[0], "lon": GARAGE[1], "address": "湘南公寓"},
        contact={"name": "王建国", "phone": "00000000001"},
    )  # fmt: skip
    matter = Matter.objects.get(channel="hotline", source_ref=number)
    assert matter.lead_id == live_city.dispatcher.body, "the civil handling goes on beside it"
    jobs.drain(ticks=False)
    queued = Delivery.objects.get(matter=matter, channel="police")
    assert queued.payload == {
        "type": "police.called",
        "entry": Entry.objects.get(matter=matter, verb="transfer_to_police").pk,
    }
    assert not Reading.objects.filter(matter=matter.pk).exists(), "nobody has read anything yet"
    post_goes_out()
    called = police.last("police.called")
    assert called["emergency"] is True
    assert called["contact"] == {
        "call_back": "12345", "quote": matter.number, "name": "王建国", "phone": "00000000001",
    }  # fmt: skip
    assert called["place"]["areas"][-1] == "湘南网格"
    reading = Reading.objects.get(matter=matter.pk)
    assert (reading.purpose, reading.fields) == ("emergency", "name,phone")
    for outcome in ("accepted", "done"):
        assert police.respond(base, matter.number, outcome, "已到场救出")[0] == 200
    matter.refresh_from_db()
    assert matter.police == "done"
    post_goes_out()
    told = [each.data["police"] for each in hotline.got if each.type == "order.police_answered"]
    assert told == ["accepted", "done"]


def test_without_an_emergency_110_gets_a_masked_number_and_the_way_over_the_hotline(
    base: str, police: FakePolice, live_city: Cast, post_goes_out: Post
) -> None:
    matter = flow.report(garage(), live_city.resident).matter
    flow.transfer_to_police(matter, live_city.dispatcher, "现场有人争执")
    quiet = flow.report(garage(confidential=True), live_city.resident).matter
    flow.transfer_to_police(quiet, live_city.dispatcher, "现场有人争执")
    post_goes_out()
    plain, closed = (
        next(each.data for each in police.got if each.data["matter"] == m.number) for m in (matter, quiet)
    )  # fmt: skip
    assert plain["contact"]["phone"] == "000****0001"
    assert (plain["contact"]["call_back"], plain["reason"]) == ("12345", "现场有人争执")
    assert plain["narrative"]
    assert closed["narrative"] == "", "a confidential story is told by nobody but the hotline"
    assert not Reading.objects.filter(matter__in=[matter.pk, quiet.pk]).exists()


def test_110_returns_what_is_not_for_the_police_and_can_be_called_again(
    base: str, police: FakePolice, live_city: Cast, unique: Unique
) -> None:
    matter = flow.report(garage(), live_city.resident).matter
    flow.transfer_to_police(matter, live_city.dispatcher, "疑似有人受伤")
    key = unique("answer")
    for _ in range(3):
        assert police.respond(base, matter.number, "returned", "无警情", key=key)[0] == 200
    assert Entry.objects.filter(matter=matter, verb="take_back_from_police").count() == 1
    matter.refresh_from_db()
    assert (matter.police, matter.is_open) == ("returned", True)
    flow.transfer_to_police(matter, live_city.dispatcher, "有人持械")
    assert police.respond(base, "000000-1", "done")[0] == 404
    untouched = flow.report(garage(), live_city.resident).matter
    assert police.respond(base, untouched.number, "done")[0] == 400


def test_a_call_for_help_that_reaches_nobody_is_not_lost(sides: dict[str, str], live_city: Cast) -> None:
    matter = flow.report(garage(urgency="emergency"), live_city.resident).matter
    jobs.drain(ticks=False)
    queued = Delivery.objects.get(matter=matter, channel="police")
    telling.deliver()
    queued.refresh_from_db()
    assert (queued.state, queued.tries) == (notices.WAITING, 1)
    assert "NoAddress" in queued.error
    assert not Reading.objects.filter(matter=matter.pk).exists(), "nothing is read where nothing can be sent"


@pytest.mark.parametrize("spoil", [True, False])
def test_only_110_speaks_for_110(
    base: str, police: FakePolice, hotline: FakeHotline, unique: Unique, spoil: bool
) -> None:
    number = unique("J")
    if spoil:
        assert police.push(base, number, spoil=True, **STREET)[0] == 401
    else:
        hotline.door = police.door
        assert hotline.say(base, "call.pushed", {"number": number, **STREET})[0] == 401
    assert not Matter.objects.filter(source_ref=number).exists()
