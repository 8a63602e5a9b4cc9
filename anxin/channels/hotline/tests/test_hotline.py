"""The hotline over real HTTP: a work order comes in and its states go back; whatever is wrong is said clearly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from django.conf import settings

from anxin.channels import wire
from anxin.channels.hotline.fake import FakeHotline
from anxin.kernel import clock, flow, jobs, notices, telling
from anxin.kernel.journal import Entry
from anxin.kernel.matters import CLOSED, WORKING, Matter
from anxin.kernel.notices import Delivery
from anxin.kernel.orders import HELPER, LEAD, Order
from anxin.kernel.people import Reading
from tests.cast import GARAGE, OUTSIDE, Cast

SEAT = "330400.hotline.seat-1"
STORY: dict[str, Any] = {
    "post": SEAT,
    "title": "湘南公寓地下车库进水",
    "narrative": "来电人称湘南公寓地下车库积水，已经没过车轮，请派人排水。",
    "nature": "求助",
    "category": "供水排水积水",
    "place": {"lat": GARAGE[0], "lon": GARAGE[1], "address": "七星街道湘南公寓"},
    "contact": {"name": "王建国", "phone": "00000000001"},
}
Post = Callable[[], None]
Unique = Callable[[str], str]


def stored(number: str) -> Matter:
    return Matter.objects.get(channel="hotline", source_ref=number)


def part(matter: Matter, role: str) -> Order:
    return matter.orders.get(role=role)


def handled(matter: Matter, cast: Cast, proof: list[str]) -> None:
    """The town and the water office do their work."""
    helper, lead = part(matter, HELPER), part(matter, LEAD)
    flow.sign(lead, cast.dispatcher)
    flow.sign(helper, cast.water)
    flow.contact(lead, cast.dispatcher, text="已联系")
    flow.arrive(lead, cast.dispatcher)
    flow.finish(helper, cast.water, "排水完毕", proof)
    flow.finish(lead, cast.dispatcher, "积水已排空", proof)
    flow.reply(matter, cast.seat, "积水已排空，请查看车辆", public="地下车库积水已排空")


def test_an_order_comes_in_and_its_states_go_back(
    base: str, hotline: FakeHotline, live_city: Cast, post_goes_out: Post, unique: Unique, proof: list[str]
) -> None:
    number = unique("HL")
    status, said = hotline.order(base, number, **STORY)
    assert (status, said["kind"], said["state"], said["repeated"]) == (201, "onekey.water", WORKING, False)
    matter = stored(number)
    assert matter.grid is not None
    assert matter.grid.name == "湘南网格"
    first = Entry.objects.get(matter=matter, seq=1)
    assert (first.post, first.channel) == (live_city.seat.post, "hotline")
    handled(matter, live_city, proof)
    post_goes_out()
    assert hotline.types(number) == [
        "order.dispatched", "order.signed", "order.contacted", "order.arrived", "order.finished", "order.replied",
    ]  # fmt: skip
    replied = hotline.last("order.replied")
    assert (replied["reply"], replied["public"]) == ("积水已排空，请查看车辆", "地下车库积水已排空")
    assert hotline.last("order.signed")["body"] == "七星街道综合信息指挥室"
    assert [each.data["seq"] for each in hotline.got] == sorted(each.data["seq"] for each in hotline.got)
    assert hotline.ask(base, number)[1]["state"] == "replied"
    hotline.call_back(base, number, reached=True, solved=True, satisfied="satisfied")
    assert hotline.close(base, number)[1]["state"] == CLOSED
    post_goes_out()
    assert "order.closed" not in hotline.types(number), "what it did itself it is not told"
    assert "00000000001" not in str([each.data for each in hotline.got])


def test_not_solved_is_reopened_by_the_hotline_and_told_when_our_desk_does_it(
    base: str, hotline: FakeHotline, live_city: Cast, post_goes_out: Post, unique: Unique, proof: list[str]
) -> None:
    number = unique("HL")
    hotline.order(base, number, **STORY)
    matter = stored(number)
    handled(matter, live_city, proof)
    hotline.call_back(base, number, reached=True, solved=False, satisfied="dissatisfied", comment="又积水了")
    status, said = hotline.close(base, number)
    assert (status, said["error"]) == (400, "reason_needed")
    assert hotline.reopen(base, number, "仍有积水")[1]["state"] == WORKING
    flow.finish(part(matter, LEAD), live_city.dispatcher, "更换水泵", proof)
    flow.reply(matter, live_city.seat, "已更换水泵")
    flow.reopen(matter, live_city.arbiter, "水泵型号不符")
    post_goes_out()
    assert hotline.types(number)[-1] == "order.reopened"
    assert hotline.last("order.reopened")["reason"] == "水泵型号不符"


def test_a_refused_order_goes_back_with_reason_and_route(
    base: str, hotline: FakeHotline, live_city: Cast, post_goes_out: Post, unique: Unique
) -> None:
    number = unique("HL")
    hotline.order(base, number, title="对仲裁裁决不服", category="政务咨询")
    flow.refuse(stored(number), live_city.seat, "应通过诉讼途径解决", "南湖区人民法院立案大厅")
    post_goes_out()
    told = hotline.last("order.refused")
    assert (told["number"], told["reason"], told["route"], told["state"]) == (
        number, "应通过诉讼途径解决", "南湖区人民法院立案大厅", "refused",
    )  # fmt: skip


def test_correction_and_urging_come_in_under_the_seat_that_says_so(
    base: str, hotline: FakeHotline, live_city: Cast, unique: Unique
) -> None:
    number = unique("HL")
    hotline.order(base, number, **STORY)
    status, _ = hotline.correct(base, number, "听错楼号", post=SEAT, address="湘南公寓3号楼地下车库", key=unique("c"))
    assert status == 200
    hotline.urge(base, number, "已过半小时，请尽快")
    matter = stored(number)
    assert matter.address == "湘南公寓3号楼地下车库"
    entries = {entry.verb: entry for entry in Entry.objects.filter(matter=matter)}
    assert entries["correct"].post == live_city.seat.post
    assert entries["note"].data["facts"]["about"] == "hotline.urged"
    assert hotline.correct(base, number, "x", post="330402.water.clerk")[0] == 400, "a clerk is not a seat"


def test_a_correction_to_emergency_calls_110_at_once(base: str, hotline: FakeHotline, unique: Unique) -> None:
    number, key = unique("HL"), unique("c")
    hotline.order(base, number, **STORY)
    for _ in range(2):
        assert hotline.correct(base, number, "有人被困", urgency="特急", key=key)[0] == 200
    matter = stored(number)
    assert matter.police == "sent"
    assert Entry.objects.filter(matter=matter, verb="transfer_to_police").count() == 1


def test_five_identical_sends_are_one_order(base: str, hotline: FakeHotline, unique: Unique) -> None:
    number, key = unique("HL"), unique("k")
    answers = [hotline.order(base, number, key=key, **STORY) for _ in range(4)]
    answers.append(hotline.order(base, number, **STORY))
    assert [status for status, _ in answers] == [201, 200, 200, 200, 200]
    assert len({said["matter"] for _, said in answers}) == 1
    assert Matter.objects.filter(channel="hotline", source_ref=number).count() == 1
    status, said = hotline.order(base, number, **{**STORY, "title": "另一件事"})
    assert (status, said["error"]) == (409, "key_reused")


def test_one_byte_off_is_refused_and_nothing_is_stored(base: str, hotline: FakeHotline, unique: Unique) -> None:
    number, before = unique("HL"), Matter.objects.count()
    status, said = hotline.order(base, number, spoil=True, **STORY)
    assert (status, said["error"]) == (401, "bad_signature")
    stranger = FakeHotline("whsec_" + "QUJD" * 8)
    assert stranger.order(base, number, **STORY)[0] == 401
    assert httpx2.post(base + hotline.door, json={}, trust_env=False).status_code == 401
    assert Matter.objects.count() == before
    assert hotline.ask(base, number, about=unique("other"))[0] == 401, "a question is for one number only"
    assert hotline.ask(base, number)[0] == 404


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"kind": "onekey.unknown"}, "unknown_kind", "kind"),
        ({"place": {"lat": OUTSIDE[0], "lon": OUTSIDE[1]}}, "outside_the_city", "lat"),
        ({"occurred_at": "2999-01-01T00:00:00+08:00"}, "in_the_future", "occurred_at"),
        ({"occurred_at": "2026-11-01T00:00:00"}, "bad_input", "data.occurred_at"),
        ({"nature": "闲聊"}, "bad_input", "nature"),
        ({"title": "", "narrative": " "}, "nothing_said", "narrative"),
        ({"id_card": "0"}, "bad_input", "data"),
        ({"post": "330400.hotline.seat-99"}, "bad_input", "post"),
    ],
)
def test_what_is_wrong_with_an_order_is_said_and_nothing_stored(
    base: str, hotline: FakeHotline, unique: Unique, wrong: dict[str, Any], code: str, field: str
) -> None:
    number = unique("HL")
    status, said = hotline.order(base, number, **{**STORY, **wrong})
    assert (status, said["error"]) == (400, code)
    assert field in said["fields"]
    assert not Matter.objects.filter(source_ref=number).exists()


def test_broken_bytes_are_refused(base: str, hotline: FakeHotline) -> None:
    body = b'{"type": "order.created", "data": {"title": "\xff\xfe"}}'
    signed = wire.headers(hotline.secret, "k", b"{}", clock.now())
    answer = httpx2.post(base + hotline.door, content=body, headers=signed, trust_env=False)
    assert answer.status_code in (400, 401)


def test_a_hotline_that_fails_three_times_gets_it_once(
    base: str, hotline: FakeHotline, live_city: Cast, unique: Unique
) -> None:
    number = unique("HL")
    hotline.order(base, number, **STORY)
    jobs.drain(ticks=False)
    hotline.fail(1)
    hotline.talk_rubbish(1)
    hotline.fail(1, status=500)
    queued = Delivery.objects.get(matter=stored(number))
    assert set(queued.payload) == {"type", "entry"}
    with clock.at(clock.now()) as time:
        for _ in range(6):
            telling.deliver()
            time.advance(timedelta(seconds=20))
    queued.refresh_from_db()
    assert (queued.state, queued.tries, hotline.tried) == (notices.SENT, 3, 4)
    assert hotline.types(number) == ["order.dispatched"]
    wire.send("hotline", queued.key, {"type": "order.dispatched", "data": {"number": number}})
    assert hotline.repeated == [queued.key], "the same key again is harmless over there"


def test_after_the_tries_a_message_is_dead_visible_and_can_be_revived(
    base: str, hotline: FakeHotline, live_city: Cast, unique: Unique
) -> None:
    number = unique("HL")
    hotline.order(base, number, **STORY)
    jobs.drain(ticks=False)
    hotline.fail(notices.TRIES)
    with clock.at(clock.now()) as time:
        for tries in range(1, notices.TRIES + 1):
            telling.deliver()
            time.advance(notices.backoff(tries) if tries < notices.TRIES else timedelta(0))
    dead = notices.dead().get(matter=stored(number))
    assert (dead.tries, "HTTP 503" in dead.error) == (notices.TRIES, True)
    assert hotline.got == []
    notices.revive(dead.pk, clock.now())
    telling.deliver()
    assert hotline.types(number) == ["order.dispatched"]


def test_nobody_is_told_where_there_is_no_hotline_platform(
    base: str, sides: dict[str, str], live_city: Cast, unique: Unique
) -> None:
    number = unique("HL")
    FakeHotline(settings.CHANNEL_SECRETS["hotline"]).order(base, number, **STORY)
    jobs.drain(ticks=False)
    assert not Delivery.objects.filter(matter=stored(number)).exists()
    assert not Reading.objects.filter(matter=stored(number).pk).exists()
