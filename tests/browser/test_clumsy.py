"""Clumsy hands in a real browser: two clicks for one, back and forth, a session that ends, two people at once."""

from __future__ import annotations

import io
import uuid
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from PIL import Image

from anxin.kernel import flow
from anxin.kernel.changes import Alteration
from anxin.kernel.journal import Entry
from anxin.kernel.matters import Matter
from anxin.kernel.orders import Order
from tests.browser.conftest import Enter, chromium, sign_in, with_password
from tests.cast import Cast, garage

SAID = "湘南公寓地下车库从早上六点开始进水，已经没过车轮"


def photo() -> dict[str, Any]:
    """A small photo."""
    out = io.BytesIO()
    Image.new("RGB", (800, 600), "teal").save(out, "JPEG")
    return {"name": "../../车库.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def told(city: Cast, mark: str) -> Matter:
    """A matter of the town, in the hands of the command room."""
    return flow.report(garage(title=f"{mark}长椅坏了", kind="onekey.facility", narrative=mark), city.resident).matter


def verbs(matter: Matter, verb: str) -> int:
    """How often something was done."""
    return Entry.objects.filter(matter=matter, verb=verb).count()


@pytest.fixture
def mark() -> str:
    """A word nobody else has used."""
    return f"记{uuid.uuid4().hex[:8]}"


def end_sessions() -> None:
    """Everybody's session ends, as after a shift."""
    Session.objects.all().delete()


def write(page: Any, number: str, text: str) -> Any:
    """A note on a matter, not sent yet."""
    page.goto(f"/desk/matters/{number}?do=note")
    form = page.locator("form.doing[id^=note]").first
    form.locator("textarea[name=text]").fill(text)
    return form


def test_two_clicks_do_the_thing_once(person: Enter, live_city: Cast, mark: str) -> None:
    matter = told(live_city, mark)
    li = person("li.juan")
    write(li, matter.number, f"{mark}已看").locator("button.main").dblclick()
    li.wait_for_selector("main")
    li.wait_for_load_state("networkidle")
    assert verbs(matter, "note") == 1
    # the desk takes down a report
    chen = person("chen.min")
    chen.goto("/desk/new")
    chen.fill("[name=narrative]", f"{mark}路灯不亮，请派人来修")
    chen.select_option("[name=kind]", "onekey.facility")
    chen.select_option("[name=area]", index=1)
    chen.locator("#take button.main").dblclick()
    chen.wait_for_url(lambda url: "/desk/new" not in url)
    assert Matter.objects.filter(narrative__startswith=mark, source_ref="").exclude(pk=matter.pk).count() == 1
    # the bulk form
    li.goto(f"/desk/?number={matter.number}&tab=all")
    li.locator(f"#l-{matter.number} input[type=checkbox]").check()
    li.locator("#bulk button[value=note]").click()
    li.fill("#over textarea[name=text]", f"{mark}一起")
    li.locator("#over .btn-primary").dblclick()
    li.wait_for_function("() => document.querySelector('.of-queue')")
    assert verbs(matter, "note") == 2
    # a resident
    wang = person()
    wang.goto("/report")
    wang.fill("#said", f"{mark}垃圾没人收")
    for _step in range(2):
        wang.locator(".moves .main").click()
    send = wang.locator("form#report button.main:visible").last
    send.dblclick()
    wang.wait_for_selector(".receipt, .near")
    if wang.locator(".receipt").count() == 0:
        wang.locator("form#report button.main:visible").last.dblclick()
        wang.wait_for_selector(".receipt")
    assert Matter.objects.filter(narrative=f"{mark}垃圾没人收").count() == 1


def test_back_after_sending_shows_the_present_and_sends_nothing(person: Enter, live_city: Cast, mark: str) -> None:
    matter = told(live_city, mark)
    li = person("li.juan")
    form = write(li, matter.number, f"{mark}已看")
    with li.expect_navigation():
        form.locator("button.main").click()
    li.go_back()
    li.wait_for_load_state("networkidle")
    assert verbs(matter, "note") == 1
    assert f"{mark}已看" in li.inner_text("main")  # the page one comes back to is the present one
    # the resident's report: back from the receipt
    wang = person()
    wang.goto("/report")
    wang.fill("#said", f"{mark}井盖松动")
    for _step in range(2):
        wang.locator(".moves .main").click()
    wang.locator("form#report button.main:visible").last.click()
    wang.wait_for_selector(".receipt, .near")
    if wang.locator(".receipt").count() == 0:
        wang.locator("form#report button.main:visible").last.click()
        wang.wait_for_selector(".receipt")
    wang.go_back()
    wang.wait_for_load_state("networkidle")
    assert Matter.objects.filter(narrative=f"{mark}井盖松动").count() == 1


def test_the_session_ends_in_the_middle_of_a_matter(person: Enter, live_city: Cast, mark: str) -> None:
    matter = told(live_city, mark)
    li = person("li.juan")
    form = write(li, matter.number, f"{mark}写到一半")
    end_sessions()
    form.locator("button.main").click()
    li.wait_for_selector("input[name=password]")
    with_password(li, "li.juan")
    li.wait_for_url(f"**/desk/matters/{matter.number}*")
    assert li.locator("form.doing textarea[name=text]").first.input_value() == f"{mark}写到一半"
    with li.expect_navigation():
        li.locator("form.doing[id^=note] button.main").first.click()
    assert verbs(matter, "note") == 1


def test_the_session_ends_in_the_middle_of_the_bulk_form(person: Enter, live_city: Cast, mark: str) -> None:
    matter = told(live_city, mark)
    li = person("li.juan")
    li.goto(f"/desk/?number={matter.number}&tab=all")
    li.locator(f"#l-{matter.number} input[type=checkbox]").check()
    li.locator("#bulk button[value=note]").click()
    li.fill("#over textarea[name=text]", f"{mark}统一说明")
    end_sessions()
    li.locator("#over .btn-primary").click()
    li.wait_for_selector("input[name=password]")
    with_password(li, "li.juan")
    li.wait_for_url("**/desk/again")
    assert li.locator("main textarea").first.input_value() == f"{mark}统一说明"
    with li.expect_navigation():
        li.locator("main form .btn-primary").click()
    assert verbs(matter, "note") == 1


def test_the_session_ends_in_administration_and_at_the_desk(person: Enter, live_city: Cast, mark: str) -> None:
    gao = person("gao.yang")
    gao.goto("/desk/administration/people/new")
    fields = gao.locator("main form input[type=text]")
    fields.first.fill(f"x{mark[1:]}")
    gao.fill("main form textarea[name=reason]", f"{mark}新来的同事")
    end_sessions()
    before = Alteration.objects.count()
    gao.locator("main form button[value=preview]").click()
    gao.wait_for_selector("input[name=password]")
    with_password(gao, "gao.yang")
    gao.wait_for_url("**/desk/administration/people/new")
    assert gao.input_value("main form textarea[name=reason]") == f"{mark}新来的同事"
    assert gao.locator("main form input[type=text]").first.input_value() == f"x{mark[1:]}"
    assert Alteration.objects.count() == before
    chen = person("chen.min")
    chen.goto("/desk/new")
    chen.fill("[name=narrative]", f"{mark}电话里说路灯不亮")
    chen.fill("[name=address]", "湘城雅苑北门")
    end_sessions()
    chen.locator("#take button.main").click()
    chen.wait_for_selector("input[name=password]")
    with_password(chen, "chen.min")
    chen.wait_for_url("**/desk/new")
    assert chen.input_value("[name=narrative]") == f"{mark}电话里说路灯不亮"
    assert chen.input_value("[name=address]") == "湘城雅苑北门"


def test_another_window_signed_in_anew(person: Enter, live_city: Cast, mark: str) -> None:
    """The form of the old window has lost its token; nothing of what stands in it is lost."""
    matter = told(live_city, mark)
    li = person("li.juan")
    form = write(li, matter.number, f"{mark}旧窗口")
    end_sessions()
    other = li.context.new_page()
    sign_in(other, "li.juan")
    form.locator("button.main").click()
    li.wait_for_load_state("networkidle")
    assert li.locator("form.doing textarea[name=text]").first.input_value() == f"{mark}旧窗口"
    with li.expect_navigation():
        li.locator("form.doing[id^=note] button.main").first.click()
    assert verbs(matter, "note") == 1


def test_two_clerks_on_one_matter(person: Enter, live_city: Cast, mark: str) -> None:
    matter = told(live_city, mark)
    li = person("li.juan")
    li.goto(f"/desk/matters/{matter.number}?do=refuse")
    form = li.locator("form.doing[id^=refuse]").first
    form.locator("[name=reason]").fill(f"{mark}不属于受理范围")
    form.locator("[name=route]").fill("信访部门")
    lead = Order.objects.filter(matter=matter).first()
    assert lead is not None
    flow.refuse(matter, live_city.arbiter, reason="重复诉求", route="行政复议机关")
    form.locator("button.main").click()
    li.wait_for_load_state("networkidle")
    said = li.inner_text("main")
    assert "行政复议机关" in said or "重复诉求" in said  # what somebody else did
    assert f"{mark}不属于受理范围" in li.content()  # what was typed
    assert verbs(matter, "refuse") == 1


def test_a_huge_paste_into_the_report(person: Enter, live_city: Cast, mark: str) -> None:
    wang = person()
    wang.goto("/report")
    wang.evaluate(
        """text => { const field = document.querySelector('#said'); field.removeAttribute('maxlength');
        field.value = text; field.dispatchEvent(new Event('input', {bubbles: true})); }""",
        mark + "水" * 300_000,
    )
    for _step in range(2):
        wang.locator(".moves .main").click()
    wang.locator("form#report button.main:visible").last.click()
    wang.wait_for_selector(".wrong, .error")
    assert "文字过长" in wang.inner_text("main")
    assert wang.input_value("#said").startswith(mark)
    assert len(wang.input_value("#said")) == len(mark) + 300_000
    assert not Matter.objects.filter(narrative__startswith=mark).exists()


def test_a_half_written_report_survives_the_browser(
    browser: Any, served: str, live_city: Cast, mark: str, tmp_path: Any
) -> None:
    """The window is closed with a photo in the form; another day the form is as it was, and it is sent once."""
    kind = browser.browser_type
    start = {"executable_path": chromium(), "args": ["--no-sandbox"], "base_url": served, "locale": "zh-CN"}
    first = kind.launch_persistent_context(str(tmp_path / "phone"), **start)
    page = first.pages[0]
    page.goto("/report")
    page.fill("#said", f"{mark}{SAID}")
    page.set_input_files("#photos", photo())
    page.wait_for_selector("#shots img")
    page.wait_for_timeout(1500)
    first.close()
    second = kind.launch_persistent_context(str(tmp_path / "phone"), **start)
    try:
        page = second.pages[0]
        page.goto("/report")
        page.wait_for_selector("#shots img")
        assert page.input_value("#said") == f"{mark}{SAID}"
        for _step in range(2):
            page.locator(".moves .main").click()
        page.locator("form#report button.main:visible").last.dblclick()
        page.wait_for_selector(".receipt, .near")
        if page.locator(".receipt").count() == 0:
            page.wait_for_selector("#shots img", state="attached")
            page.locator("form#report button.main:visible").last.dblclick()
            page.wait_for_selector(".receipt")
        found = list(Matter.objects.filter(narrative__startswith=mark))
        assert len(found) == 1
        assert Entry.objects.filter(matter=found[0], verb="note").count() == 1  # the photo
        page.goto("/report")
        page.wait_for_timeout(500)
        assert page.input_value("#said") == ""
    finally:
        second.close()
