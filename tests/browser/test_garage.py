"""The flooded garage in real browsers: from a resident's phone to closed and rated, across four people."""

from __future__ import annotations

import io
import re
from typing import Any

from PIL import Image

from anxin.kernel import flow
from anxin.kernel.journal import Entry
from anxin.kernel.matters import CLOSED, Matter
from tests.browser.conftest import PHONE, Enter, settle
from tests.cast import Cast

SAID = "湘南公寓地下车库从早上六点开始进水，已经没过车轮，请快派人来。"


def photo() -> dict[str, Any]:
    """A photo as a phone takes it."""
    out = io.BytesIO()
    Image.new("RGB", (2400, 1800), "teal").save(out, "JPEG")
    return {"name": "车库.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def open_matter(page: Any, number: str) -> None:
    """Find a matter by its number in the search of the desk and open it."""
    page.goto("/desk/")
    page.keyboard.press("/")
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    page.locator(f"main a[href$='/desk/matters/{number}']").first.click()
    page.wait_for_url(f"**/desk/matters/{number}*")


def use(page: Any, verb: str, **fields: Any) -> None:
    """Choose a verb on the matter page, fill in its form, send it."""
    form = page.locator(f"form.doing[id='{verb}'], form.doing[id^='{verb}-']").first
    if form.count() == 0:
        page.locator(f"[data-do='{verb}'], [data-do^='{verb}-']").first.click()
    form.wait_for()
    for name, value in fields.items():
        if isinstance(value, dict):
            form.locator(f"[name='{name}']").set_input_files(value)
        elif name == "reached":
            form.locator(f"[name='{name}'][value='{value}']").check()
        else:
            form.locator(f"[name='{name}']").fill(value)
    with page.expect_navigation():
        form.locator("button.main").click()
    assert page.locator(".errorlist").count() == 0, page.locator(".bad, .errorlist").first.inner_html()


def test_the_flooded_garage_across_four_people(person: Enter, live_city: Cast) -> None:
    # 王建国, in the garage, with a phone and no account
    wang = person(**PHONE)
    wang.goto("/")
    assert wang.locator(".danger-first a").first.get_attribute("href") == "tel:110"
    wang.locator("a.door.first").click()
    wang.fill("#said", SAID)
    wang.set_input_files("#photos", photo())
    wang.wait_for_selector("#shots img")
    wang.locator(".moves .main").click()
    wang.fill("#address", "七星街道湘南公寓地下车库")
    wang.select_option("#town", "330402015")
    wang.locator(".moves .main").click()
    wang.fill("#name", "王建国")
    wang.fill("#phone", "00000000001")
    wang.locator("form#report button.main:visible").last.click()
    wang.wait_for_selector(".receipt, .near")
    if wang.locator(".receipt").count() == 0:  # somebody has told of it before: this one is another
        wang.locator("form#report button.main:visible").last.click()
        wang.wait_for_selector(".receipt")
    number = wang.locator(".receipt dd").first.inner_text().strip()
    follow = wang.url.partition("?")[0]
    matter = Matter.objects.get(number=number)
    assert matter.narrative == SAID
    assert matter.lead_id is not None
    settle()

    # 李娟, in the command room of the town
    li = person("li.juan")
    open_matter(li, number)
    assert SAID in li.inner_text("main")
    assert li.locator("[data-gallery] img").count() == 1
    use(li, "sign")
    use(li, "contact", reached="yes", text="已联系，三号楼下")
    use(li, "arrive")

    # 孙立, of the water bureau, helps
    sun = person("sun.li")
    open_matter(sun, number)
    use(sun, "sign")
    use(sun, "finish", result="水泵已到，积水排干", uploads=photo())

    # 李娟 again: the whole is done, and he is told
    li.reload()
    use(li, "finish", result="排水口疏通，车库可以使用", uploads=photo())
    use(li, "reply", text="您反映的车库进水已处理：排水口疏通，积水排干。", public="车库进水已处理。")

    # 王建国 says so with one tap
    wang.goto(follow)
    assert "您反映的车库进水已处理" in wang.inner_text("main") or "车库进水已处理" in wang.inner_text("main")
    wang.locator("button[name=answer][value=satisfied]").click()
    wang.wait_for_selector(".good")
    matter.refresh_from_db()

    # 110 was called in, for there was danger; it tells what it has done
    if matter.police:
        flow.take_back_from_police(matter, live_city.police, "done", "现场已处置，无人受伤")
    # 冯雪, of the call-back desk, closes
    feng = person("feng.xue")
    open_matter(feng, number)
    use(feng, "close")
    matter.refresh_from_db()
    assert (matter.state, matter.solved, matter.satisfied) == (CLOSED, True, "satisfied")
    done = list(Entry.objects.filter(matter=matter).order_by("seq").values_list("verb", flat=True))
    wanted = [
        "report",
        "dispatch",
        "sign",
        "contact",
        "arrive",
        "sign",
        "finish",
        "finish",
        "reply",
        "call_back",
        "close",
    ]
    assert [each for each in done if each in wanted] == wanted
    wang.reload()
    assert re.search("已办结", wang.inner_text("main"))
