"""The desk as the cast uses it: the flooded garage through the screens, from the call to the closed matter."""

from __future__ import annotations

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from anxin.kernel import flow, registry
from anxin.kernel.files import Attachment
from anxin.kernel.journal import Entry
from anxin.kernel.matters import CLOSED, MERGED, Matter
from anxin.kernel.orders import HELPER, LEAD, RETURNING, Order
from anxin.kernel.people import Reading
from anxin.web.tests.desk_client import Forms, Person
from tests.cast import Cast, body, garage

pytestmark = pytest.mark.django_db


def photo(colour: str = "blue") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "JPEG")
    return SimpleUploadedFile("garage.jpg", out.getvalue(), "image/jpeg")


def order_of(number: str, role: str) -> Order:
    return Order.objects.exclude(state="withdrawn").get(matter__number=number, role=role)


def test_the_garage_goes_through_the_screens_from_the_call_to_the_closed_matter(cast: Cast) -> None:
    chen, li, sun, feng = Person("chen.min"), Person("li.juan"), Person("sun.li"), Person("feng.xue")

    fields = Forms(chen.read("/desk/new")).forms[""]
    told = {**fields, "narrative": "七星街道湘南公寓地下车库进水了，水已经没过车轮。", "name": "王建国"}
    told |= {"phone": "00000000001", "lat": "30.7856", "lon": "120.8330"}
    read = chen.client.post("/desk/new", {**told, "do": "read"}).content.decode()
    assert "供水排水积水" in read
    assert "可能有危险" in read
    done = chen.client.post("/desk/new", {**told, "kind": "onekey.water", "do": "send"})
    assert done.status_code == 303
    number = done["Location"].rsplit("/", 1)[1]
    matter = Matter.objects.get(number=number)
    assert (matter.channel, matter.kind) == ("hotline", "onekey.water")
    assert "湘南公寓地下车库进水" in li.read("/desk/")

    li.use(number, "sign")
    sun.use(number, "sign")
    li.use(number, "contact", reached="yes", text="人在车库口等")
    li.use(number, "arrive")
    assert "finish" not in li.forms(number)
    assert "协办单位反馈后才能办结" in li.read(f"/desk/matters/{number}")
    sun.use(number, "finish", result="排水完毕")
    without = li.send(number, "finish", li.forms(number)["finish"], result="积水已排空")
    assert without.status_code == 400
    assert "积水已排空" in without.content.decode()
    li.use(number, "finish", result="积水已排空", uploads=[photo(), photo("red")])
    assert Attachment.objects.filter(matter=matter, entry__verb="finish").count() == 2
    li.use(number, "reply", text="积水已排空，请放心。")
    feng.use(number, "call_back", reached="yes", solved="yes", satisfied="satisfied")
    feng.use(number, "close")
    assert Matter.objects.get(number=number).state == CLOSED
    page = feng.read(f"/desk/matters/{number}")
    for words in (
        "受理登记",
        "到场",
        "排水完毕",
        "已解决",
        "满意",
        registry.rule("arrive", matter.reported_at).source,
        "3 个月",
    ):
        assert words in page
    assert "王建国" not in page
    assert "王**" in page


def test_pressing_the_button_twice_signs_once(cast: Cast) -> None:
    number = flow.report(garage(), cast.resident).matter.number
    li = Person("li.juan")
    form = li.forms(number)["sign"]
    assert [li.send(number, "sign", form).status_code for _ in range(2)] == [303, 303]
    assert Entry.objects.filter(matter__number=number, verb="sign").count() == 1


def test_sending_the_new_report_twice_makes_one_matter(cast: Cast) -> None:
    wu = Person("wu.fang")
    fields = Forms(wu.read("/desk/new")).forms[""]
    told = {**fields, "narrative": "巡查发现楼道堆放杂物，堵住了疏散通道。", "kind": "onekey.fire", "do": "send"}
    first, second = (wu.client.post("/desk/new", told) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Matter.objects.get().channel == "grid"


def test_who_comes_late_is_told_what_has_happened_and_keeps_what_they_typed(cast: Cast) -> None:
    matter = flow.report(garage(), cast.resident).matter
    zheng, other = Person("zheng.hua"), Person("li.juan")
    zheng.act_as(cast.supervisor.post)
    form = zheng.forms(matter.number)["refuse"]
    into = flow.report(garage(), cast.resident).matter
    other.use(matter.number, "merge", into=into.number, reason="同一车库")
    assert Matter.objects.get(pk=matter.pk).state == MERGED
    late = zheng.send(matter.number, "refuse", form, reason="应由物业处理", route="人民法院（诉讼）")
    assert late.status_code == 409
    page = late.content.decode()
    for words in ("在您填写期间有了新进展", "并件", "同一车库", "应由物业处理", "人民法院（诉讼）"):
        assert words in page


def test_wrong_input_is_shown_at_its_field_and_nothing_typed_is_lost(cast: Cast) -> None:
    matter = flow.report(garage(), cast.resident).matter
    li = Person("li.juan")
    wrong = li.send(matter.number, "merge", li.forms(matter.number)["merge"], into="261124-1", reason="像是同一件")
    page = wrong.content.decode()
    assert wrong.status_code == 400
    assert re.search(r'class="field bad"><label for="merge-into"', page)
    assert "像是同一件" in page
    flow.sign(order_of(matter.number, LEAD), cast.dispatcher)
    form = li.forms(matter.number)["ask_more_time"]
    too_much = li.send(matter.number, "ask_more_time", form, amount="99", reason="抽水泵待调运")
    assert too_much.status_code == 400
    assert "抽水泵待调运" in too_much.content.decode()


def test_a_hand_back_is_decided_from_the_arbiters_heap(cast: Cast) -> None:
    number = flow.report(garage(), cast.resident).matter.number
    sun, zheng = Person("sun.li"), Person("zheng.hua")
    sun.use(number, "hand_back", reason="不属排水管网", basis="三定方案", proposed="330402.housing")
    assert order_of(number, HELPER).state == RETURNING
    assert f"/desk/matters/{number}" in sun.read("/desk/?tab=returned")
    zheng.act_as(cast.arbiter.post)
    assert f"/desk/matters/{number}" in zheng.read("/desk/?tab=returns")
    form = zheng.forms(number)["decide_hand_back"]
    assert form["body"] == "330402.housing"
    zheng.use(number, "decide_hand_back", accept="yes", reason="依据成立")
    assert order_of(number, HELPER).body_id == body("330402.housing").pk
    sun.read(f"/desk/matters/{number}", 404)


def test_one_command_names_a_lead_and_helpers_with_their_parts(cast: Cast) -> None:
    number = flow.report(garage(), cast.resident).matter.number
    li = Person("li.juan")
    li.use(number, "dispatch", helper1="330402.power", part1="切断配电间电源", reason="配电间进水")
    power = Order.objects.get(matter__number=number, body=body("330402.power"))
    assert (power.role, power.task) == (HELPER, "切断配电间电源")
    assert f"/desk/matters/{number}" in Person("he.li").read("/desk/")


def test_name_and_number_are_opened_for_a_purpose_and_that_is_written_down(cast: Cast) -> None:
    number = flow.report(garage(), cast.resident).matter.number
    li = Person("li.juan")
    assert "请选择查看用途" in li.client.post(f"/desk/matters/{number}/person", {}).content.decode()
    assert not Reading.objects.exists()
    page = li.client.post(f"/desk/matters/{number}/person", {"purpose": "contact"})
    assert "00000000001" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    reading = Reading.objects.get()
    assert (reading.purpose, reading.post) == ("contact", cast.dispatcher.post)


def test_a_confidential_matter_opens_its_person_to_the_hotline_only(cast: Cast) -> None:
    number = flow.report(garage(kind="onekey.quarrel"), cast.resident).matter.number
    assert "保密事项" in Person("li.juan").read(f"/desk/matters/{number}")
    assert Person("li.juan").client.post(f"/desk/matters/{number}/person", {"purpose": "contact"}).status_code == 403
    seen = Person("chen.min").client.post(f"/desk/matters/{number}/person", {"purpose": "contact"})
    assert "王建国" in seen.content.decode()


def test_a_public_post_is_verified_on_the_spot_from_the_desk(cast: Cast) -> None:
    number = flow.report(garage(channel="publicpost", person=None), cast.operator).matter.number
    li = Person("li.juan")
    li.use(number, "note", about="publicpost.verified", text="到场核实，情况属实")
    assert "线下核实" in li.read(f"/desk/matters/{number}")
