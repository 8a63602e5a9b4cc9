"""The field at the top of every page: what is typed is found, marked, escaped; a person only for a purpose."""

from __future__ import annotations

from anxin.kernel import flow
from anxin.kernel.people import Particulars, Reading
from anxin.web.tests.desk_client import Person
from tests import cast as the_cast
from tests.cast import Cast


def test_what_is_typed_is_found_and_marked(cast: Cast) -> None:
    m = flow.report(the_cast.garage(title="<b>车库</b>进水 & 停电"), cast.resident).matter
    chen = Person("chen.min")
    part = chen.read("/desk/search?part=list&q=车库")
    assert f"/desk/matters/{m.number}" in part
    assert "&lt;b&gt;<mark>车库</mark>&lt;/b&gt;进水" in part
    assert "<html" not in part
    whole = chen.read("/desk/search?q=配电间")
    assert "<mark>配电间</mark>" in whole
    assert "没有找到" in chen.read("/desk/search?q=恐龙化石")
    assert "没有找到" in Person("qian.jin").read("/desk/search?q=车库")
    said = chen.client.get("/desk/search?q=车库", headers={"accept": "application/json"}).json()
    assert said["hits"][0]["number"] == m.number
    assert Person().client.get("/desk/search?q=车库").status_code == 302


def test_the_number_another_platform_gave_is_found(cast: Cast) -> None:
    m = flow.report(the_cast.garage(channel="hotline", source_ref="12345-2026-778"), cast.hotline).matter
    assert m.number in Person("chen.min").read("/desk/search?q=12345-2026-778")


def test_a_telephone_number_asks_for_the_purpose_first(cast: Cast) -> None:
    li = Particulars(name="李甲", phone="00087654321")
    m = flow.report(the_cast.garage(person=li), cast.resident).matter
    chen, before = Person("chen.min"), Reading.objects.count()
    asked = chen.read(f"/desk/search?q={li.phone}")
    assert "用途" in asked
    assert m.number not in asked
    assert Reading.objects.count() == before
    form = {"q": li.phone, "purpose": ""}
    assert chen.client.post("/desk/search", form).status_code == 400
    found = chen.client.post("/desk/search", {**form, "purpose": "contact"}).content.decode()
    assert m.number in found
    assert Reading.objects.count() == before + 1
    assert "用途" not in Person("shen.tao").read(f"/desk/search?q={li.phone}")
    assert Person("shen.tao").client.post("/desk/search", {**form, "purpose": "contact"}).status_code == 403
