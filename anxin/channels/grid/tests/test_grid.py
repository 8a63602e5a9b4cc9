"""Grid workers over real HTTP: a report with a grade, the steps of an order, done on the spot with proof."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from PIL import Image

from anxin.channels.grid.fake import FakeGridApp
from anxin.kernel import flow, journal
from anxin.kernel.files import Attachment
from anxin.kernel.journal import Entry
from anxin.kernel.matters import CLOSED, Matter
from anxin.kernel.orders import HELPER, LEAD, WITHDRAWN
from tests.cast import GARAGE, Cast, body

WORKER = "330402015004003.worker"
COMMITTEE = "330402015004.committee"
PLACE = {"lat": GARAGE[0], "lon": GARAGE[1], "address": "湘南公寓东门"}
Post = Callable[[], None]
Unique = Callable[[str], str]


def stored(number: str) -> Matter:
    return Matter.objects.get(channel="grid", source_ref=number)


def test_fixed_on_the_spot_is_closed_with_every_step_on_record(
    base: str, grid_app: FakeGridApp, live_city: Cast, photo: bytes, unique: Unique
) -> None:
    number = unique("G")
    seen: dict[str, Any] = {
        "title": "消防通道堆放纸箱", "place": PLACE, "grade": "I", "result": "当场劝导清理", "photos": [photo],
    }  # fmt: skip
    answers = [grid_app.report(base, number, WORKER, **seen) for _ in range(3)]
    assert [status for status, _ in answers] == [201, 200, 200]
    assert {said["state"] for _, said in answers} == {CLOSED}
    matter = stored(number)
    entries = list(Entry.objects.filter(matter=matter).order_by("seq"))
    assert [entry.verb for entry in entries] == [
        "report", "dispatch", "note", "dispatch", "sign", "arrive", "finish", "reply", "close",
    ]  # fmt: skip
    by_verb = {entry.verb: entry for entry in entries}
    assert by_verb["note"].data["facts"]["grade"] == "I"
    assert by_verb["finish"].post == live_city.grid.post
    assert by_verb["close"].role == "system"
    assert by_verb["finish"].data["facts"]["proof"] == [Attachment.objects.get(matter=matter).file_id]


def test_done_on_the_spot_needs_result_and_photo_and_a_caller_is_asked_first(
    base: str, grid_app: FakeGridApp, photo: bytes, unique: Unique
) -> None:
    number = unique("G")
    assert grid_app.report(base, number, WORKER, title="楼道灯坏", grade="I", result="已换")[0] == 400
    assert not Matter.objects.filter(source_ref=number).exists()
    _, said = grid_app.report(
        base,
        number,
        WORKER,
        title="楼道灯坏",
        grade="I",
        result="已换",
        photos=[photo],
        contact={"phone": "00000000003"},
    )
    assert said["state"] == "replied", "whoever asked for it is called back before it is closed"
    script = unique("G")
    status, said = grid_app.report(
        base, script, WORKER, title="楼道灯坏", grade="I", result="x", photos=[b"<script>alert(1)</script>"]
    )
    assert (status, said["error"]) == (415, "not_a_picture")
    assert not Matter.objects.filter(source_ref=script).exists()


def test_without_a_point_the_place_is_the_workers_own_grid_and_an_emergency_calls_110(
    base: str, grid_app: FakeGridApp, unique: Unique
) -> None:
    number = unique("G")
    grid_app.report(base, number, WORKER, title="小区冒烟", grade="E", category="消防隐患")
    matter = stored(number)
    assert matter.grid is not None
    assert (matter.grid.code, matter.urgency, matter.police) == ("330402015004003", "emergency", "sent")


def test_an_order_goes_out_to_the_app_and_its_steps_come_back(
    base: str, grid_app: FakeGridApp, live_city: Cast, photo: bytes, post_goes_out: Post, unique: Unique
) -> None:
    number = unique("G")
    grid_app.report(base, number, WORKER, title="小区内污水外溢", place=PLACE, grade="II")
    matter = stored(number)
    flow.dispatch(matter, live_city.dispatcher, body("330402015.command"), [(body(COMMITTEE), "现场看护")])
    post_goes_out()
    sent = grid_app.last("order.sent")
    assert (sent["matter"], sent["grid"]) == (matter.number, "330402015004003")
    assert sent["orders"] == [
        {"body": COMMITTEE, "name": body(COMMITTEE).name, "role": HELPER, "task": "现场看护"},
    ]  # fmt: skip
    steps: list[tuple[str, dict[str, Any]]] = [
        ("signed", {}), ("contacted", {"text": "已联系物业"}), ("arrived", {"lat": GARAGE[0], "lon": GARAGE[1]}),
        ("noted", {"text": "污水来自化粪池", "photos": [photo]}), ("finished", {"text": "已围挡", "photos": [photo]}),
    ]  # fmt: skip
    for step, told in steps:
        status, said = grid_app.step(base, step, matter.number, WORKER, **told)
        assert status == 200, (step, said)
    order = matter.orders.get(body=body(COMMITTEE))
    assert (order.state, order.arrived_at is not None) == ("finished", True)
    arrived = Entry.objects.get(matter=matter, verb="arrive")
    assert arrived.data["facts"] == {"metres": 0} | {"digest": arrived.data["facts"]["digest"]}, (
        "no trail of the worker"
    )
    assert grid_app.step(base, "signed", matter.number, WORKER)[0] == 409


def test_a_post_acts_only_where_it_may_and_only_when_somebody_holds_it(
    base: str, grid_app: FakeGridApp, live_city: Cast, unique: Unique
) -> None:
    number = unique("G")
    grid_app.report(base, number, WORKER, title="井盖松动", place=PLACE)
    matter = stored(number)
    assert grid_app.step(base, "signed", matter.number, WORKER)[0] == 404, "the committee has no order"
    assert grid_app.step(base, "noted", matter.number, "330402015004003.head", text="x")[0] == 400, "a vacant post"
    assert grid_app.step(base, "noted", matter.number, "330402.water.clerk", text="x")[0] == 400, "no grid post"
    assert grid_app.report(base, unique("G"), "330400.hotline.seat-1", title="x")[0] == 400
    assert matter.orders.exclude(state=WITHDRAWN).get(role=LEAD).state == "sent"
    assert journal.entry_under(f"grid:report:{number}") is not None


def test_photos_may_be_large_but_not_that_large(base: str, grid_app: FakeGridApp, unique: Unique) -> None:
    out = io.BytesIO()
    Image.effect_noise((1200, 1200), 90).save(out, "PNG")
    assert len(out.getvalue()) > 1_000_000
    number = unique("G")
    assert grid_app.report(base, number, WORKER, title="路面坑洼", place=PLACE, photos=[out.getvalue()])[0] == 201
    assert Attachment.objects.filter(matter=stored(number)).count() == 1
    status, said = grid_app.report(base, unique("G"), WORKER, title="路面坑洼", photos=[b"0" * 40_000_000])
    assert (status, said["error"]) == (413, "too_large")
