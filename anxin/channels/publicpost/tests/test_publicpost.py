"""Public posts over real HTTP (scenarios F7 and F8): entered, verified, commanded, rectified, answered, closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from anxin.channels.publicpost.fake import Staff
from anxin.channels.publicpost.link import tidy
from anxin.city.seed import DEMO_PASSWORD
from anxin.kernel import clock, flow
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import BadInput, GuardRefused, ProofNeeded
from anxin.kernel.files import Attachment
from anxin.kernel.journal import Entry, Words
from anxin.kernel.matters import CLOSED, WORKING, Matter
from anxin.kernel.orders import HELPER, LEAD, WITHDRAWN
from tests.cast import GARAGE, Cast, body

Unique = Callable[[str], str]


@pytest.fixture
def operator(base: str) -> Iterator[Staff]:
    """林波 at the desk of the network centre."""
    with Staff(base, "lin.bo", DEMO_PASSWORD) as staff:
        yield staff


def post(unique: Unique, **more: Any) -> dict[str, Any]:
    return {
        "link": f"https://www.douyin.example/video/{unique('v')}",
        "title": "湘南公寓车库被水淹",
        "summary": "视频显示湘南公寓地下车库积水没过车轮。",
        "captured_at": clock.now().isoformat(),
        "lat": GARAGE[0],
        "lon": GARAGE[1],
        "address": "七星街道湘南公寓",
        **more,
    }


def matter_of(said: dict[str, Any]) -> Matter:
    return Matter.objects.get(number=said["matter"])


def work_off(matter: Matter, cast: Cast, proof: list[str]) -> None:
    """Everybody who has an order signs and does their part; the lead comes last."""
    standing = matter.orders.exclude(state=WITHDRAWN)
    for order in (*standing.filter(role=HELPER), standing.get(role=LEAD)):
        by = cast.dispatcher if order.role == LEAD else Actor(role="clerk", body=order.body_id)
        flow.sign(order, by)
        flow.finish(order, by, "已处置", proof)


def test_the_flooded_garage_from_the_post_to_the_answer_under_it(
    base: str, operator: Staff, live_city: Cast, proof: list[str], unique: Unique
) -> None:
    told = post(unique, urgency="特急")
    status, said = operator.enter(**told)
    assert (status, said["kind"], said["state"]) == (201, "onekey.water", WORKING)
    matter = matter_of(said)
    assert (matter.police, matter.lead_id) == ("sent", live_city.dispatcher.body)
    found = Entry.objects.get(matter=matter, verb="note")
    assert (found.post, found.data["facts"]["about"]) == (live_city.operator.post, "publicpost.found")
    assert told["link"] in Words.objects.get(pk=found.pk).texts["note"]
    assert told["link"] not in str([entry.data for entry in Entry.objects.filter(matter=matter)]), "erasable"
    tasks = {"water": "排水", "power": "断电", "fire": "警戒"}
    helpers = [(body(f"330402.{name}"), task) for name, task in tasks.items()]
    flow.dispatch(matter, live_city.dispatcher, body("330402015.command"), helpers)
    lead = matter.orders.exclude(state=WITHDRAWN).get(role=LEAD)
    flow.sign(lead, live_city.dispatcher)
    flow.contact(lead, live_city.dispatcher, text="已联系物业")
    flow.arrive(lead, live_city.dispatcher, *GARAGE)
    for order in matter.orders.exclude(state=WITHDRAWN).filter(role=HELPER):
        clerk = Actor(role="clerk", body=order.body_id)
        flow.sign(order, clerk)
        flow.finish(order, clerk, "已完成", proof)
    with pytest.raises(GuardRefused):
        flow.finish(lead, live_city.dispatcher, "积水排空", proof)
    with Staff(base, "li.juan", DEMO_PASSWORD) as dispatcher:
        assert dispatcher.verified(matter.number, found=True, text="现场属实，水深40厘米")[0] == 200
        assert dispatcher.replied(matter.number, at=clock.now().isoformat(), text="x")[0] == 403
    flow.finish(lead, live_city.dispatcher, "积水排空，水泵更换", proof)
    flow.take_back_from_police(matter, live_city.police, "done")
    flow.reply(matter, live_city.dispatcher, "车库积水已排空", public="车库积水已排空，水泵已更换")
    with pytest.raises(GuardRefused):
        flow.close(matter, live_city.supervisor)
    answered = operator.replied(matter.number, at=clock.now().isoformat(), text="您好，车库积水已排空，水泵已更换。")
    assert answered[0] == 200
    assert flow.close(matter, live_city.supervisor).matter.state == CLOSED


def test_the_same_link_again_is_one_more_voice_and_after_closing_a_note(
    operator: Staff, live_city: Cast, proof: list[str], unique: Unique
) -> None:
    told = post(unique)
    first = operator.enter(**told)[1]
    assert operator.enter(**told)[0] == 200, "sent twice by mistake"
    matter = matter_of(first)
    assert matter.voices == 0
    shared = told["link"].replace("www.", "m.") + "/?share_from=wx&u_code=abc#comment"
    reposts = [operator.enter(**{**told, "link": shared, "summary": f"又看到一次（{n}）"}) for n in range(3)]
    assert {said["matter"] for _, said in reposts} == {matter.number}
    assert all(said["repeated"] for _, said in reposts)
    matter.refresh_from_db()
    assert matter.voices == 3
    assert Matter.objects.filter(source_ref=matter.source_ref).count() == 1
    operator.verified(matter.number, found=True, text="属实")
    work_off(matter, live_city, proof)
    flow.reply(matter, live_city.dispatcher, "已处置")
    operator.replied(matter.number, at=clock.now().isoformat(), text="已处置")
    flow.close(matter, live_city.supervisor)
    assert operator.enter(**{**told, "summary": "又有人转发"})[1]["state"] == CLOSED
    noted = Entry.objects.filter(matter=matter, data__facts__about="publicpost.again")
    assert noted.count() == 1


def test_f7_twenty_five_posts_ten_with_several_departments_all_closed_none_without_proof(
    operator: Staff, live_city: Cast, proof: list[str], unique: Unique
) -> None:
    departments = [body(f"330402.{name}") for name in ("water", "power", "fire", "housing")]
    closed = []
    for place in range(25):
        status, said = operator.enter(**post(unique, title=f"路面积水第{place}处"))
        assert status == 201
        matter = matter_of(said)
        if place < 10:
            helpers = [(each, "协办") for each in departments[: 1 + place % 4]]
            flow.dispatch(matter, live_city.dispatcher, body("330402015.command"), helpers, only=True)
            standing = matter.orders.exclude(state=WITHDRAWN)
            assert (standing.count(), standing.filter(role=LEAD).count()) == (2 + place % 4, 1)
        assert operator.verified(matter.number, found=True, text="现场属实")[0] == 200
        if place == 0:
            with pytest.raises(ProofNeeded):
                work_off(matter, live_city, [])
            matter.refresh_from_db()
            lead = matter.orders.exclude(state=WITHDRAWN).get(role=LEAD)
            flow.finish(lead, live_city.dispatcher, "已处置", proof)
        else:
            work_off(matter, live_city, proof)
        flow.reply(matter, live_city.dispatcher, "已处置", public="已处置")
        assert operator.replied(matter.number, at=clock.now().isoformat(), text="已处置")[0] == 200
        closed.append(flow.close(matter, live_city.supervisor).matter.state)
    assert closed == [CLOSED] * 25


def test_the_page_takes_a_redacted_screenshot_and_gives_back_what_was_typed(
    operator: Staff, photo: bytes, unique: Unique
) -> None:
    assert "登记网络公开信息" in operator.page()[1]
    assert "Enter a public post" in operator.page("en")[1]
    told = {name: str(value) for name, value in post(unique).items()} | {"captured_at": "2026-11-01T08:30"}
    status, page = operator.fill_in(screenshot=photo, **told)
    assert status == 400
    assert "请先遮盖" in page
    assert told["summary"] in page
    status, page = operator.fill_in(screenshot=photo, redacted="on", handle="小李同学", **told)
    assert (status, "已登记" in page) == (201, True)
    matter = Matter.objects.filter(channel="publicpost").latest("pk")
    shown = Attachment.objects.get(matter=matter)
    assert (shown.public, shown.entry_id is not None) == (False, True)
    words = Words.objects.get(entry__matter=matter, entry__verb="note").texts["note"]
    assert "小***" in words
    assert "小李同学" not in words
    script = operator.fill_in(screenshot=b"<script>", redacted="on", **{**told, "link": told["link"] + "2"})
    assert script[0] == 415


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": "http://[broken"}, "link"),
        ({"summary": " "}, "summary"),
        ({"captured_at": "2999-01-01T00:00:00+08:00"}, "captured_at"),
        ({"captured_at": "昨天"}, "captured_at"),
        ({"lat": "三十"}, "lat"),
    ],
)
def test_what_is_wrong_with_a_post_is_said(operator: Staff, unique: Unique, wrong: dict[str, Any], field: str) -> None:
    before = Matter.objects.filter(channel="publicpost").count()
    status, said = operator.enter(**post(unique, **wrong))
    assert status == 400
    assert field in said["fields"]
    assert Matter.objects.filter(channel="publicpost").count() == before


def test_only_an_operator_enters_posts(base: str, unique: Unique) -> None:
    with Staff(base, "qian.jin", DEMO_PASSWORD) as clerk:
        assert clerk.enter(**post(unique))[0] == 403
        assert clerk.page()[0] == 403
    with Staff(base) as nobody:
        assert nobody.enter(**post(unique))[0] == 401


def test_links_that_lead_to_the_same_post() -> None:
    same = {
        tidy("https://www.Weibo.example/status/1?from=feed&id=7"),
        tidy("http://m.weibo.example/status/1/?id=7#reply"),
    }
    assert same == {"weibo.example/status/1?id=7"}
    assert tidy("https://a.example/?v=1") != tidy("https://a.example/?v=2")
    for wrong in ("", "ftp://a.example/x", "https://localhost/x", "https://u:p@a.example/", "a.example"):
        with pytest.raises(BadInput):
            tidy(wrong)
