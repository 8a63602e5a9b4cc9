"""A dispatcher goes through fifty messages with the keyboard alone; the queue lives; two clerks meet on one line."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from anxin.kernel import clock, flow
from anxin.kernel.jobs import Job
from anxin.kernel.matters import MERGED, REFUSED, REPORTED, WORKING, Matter
from anxin.kernel.orders import LEAD, SENT, Order
from anxin.understanding.models import Advice
from tests.browser.conftest import PHONE, Enter, axe
from tests.cast import Cast, body, garage

PLACES = ("东门", "西门", "南门", "北门", "中心广场", "老街口", "新村口", "河边步道", "菜场旁", "学校路")
MOVED = "n => { const at = document.activeElement?.closest('li.line')?.dataset.id; return at && at !== n }"
SENT_OFF = "() => !document.querySelector('form[aria-busy]')"
SUGGESTED, ALTERNATIVES = "onekey.sanitation", ("onekey.property", "onekey.parking", "onekey.noise")


def settle(most: float = 90) -> None:
    """Wait until the worker has nothing left to do."""
    end = time.monotonic() + most
    while Job.objects.filter(dead_at=None, due__lte=clock.now()).exists() and time.monotonic() < end:
        time.sleep(0.2)


def undispatched(city: Cast, count: int, title: str) -> list[Matter]:
    """Messages nobody has: each was taken for another one's double and found not to be."""
    whole = flow.report(garage(kind="onekey.facility", title=f"{title}总件", narrative=""), city.resident).matter
    found = []
    for n in range(count):
        what = garage(kind="onekey.facility", title=f"{title}{n + 1}：{PLACES[n % 10]}的长椅需要更换", narrative="")
        m = flow.report(what, city.resident).matter
        flow.merge(m, city.dispatcher, whole)
        flow.unmerge(m, city.dispatcher, "不是同一件")
        found.append(m)
    settle()
    for m in found:
        Advice.objects.update_or_create(
            matter=m,
            defaults={
                "version": "story", "kind": SUGGESTED, "probability": 0.8, "words": ["长椅"], "at": clock.now(),
                "alternatives": [[code, 0.05] for code in ALTERNATIVES], "body": "330402015.command",
            },
        )  # fmt: skip
    return found


def now(m: Matter) -> Matter:
    return Matter.objects.get(pk=m.pk)


def here(page: Any) -> str:
    """The number of the line that has the focus."""
    return str(page.evaluate("document.activeElement?.closest('li.line')?.dataset.id ?? ''"))


def shown(page: Any, number: str) -> None:
    """Wait until the pane shows a matter."""
    page.wait_for_selector(f"#pane .look[data-number='{number}']")


def chosen(page: Any, name: str, wanted: str) -> None:
    """Go down a list with the arrows until a choice stands there."""
    for _ in range(400):
        if page.evaluate("document.activeElement.value") == wanted:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{name}: {wanted} cannot be reached")


def test_fifty_messages_by_keyboard_alone(person: Enter, live_city: Cast) -> None:
    messages = undispatched(live_city, 50, "逐件")
    target = flow.report(garage(kind="onekey.facility", title="逐件并入", narrative=""), live_city.resident).matter
    page = person("li.juan")

    def accept() -> None:
        page.keyboard.press("a")

    def other() -> None:
        page.keyboard.press("2")

    def dispatch() -> None:
        page.keyboard.press("d")
        chosen(page, "lead", "330402.water")
        page.keyboard.press("Enter")

    def merge() -> None:
        page.keyboard.press("m")
        page.keyboard.type(target.number)
        page.keyboard.press("Enter")

    def refuse() -> None:
        page.keyboard.press("r")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")

    def escalate() -> None:
        page.keyboard.press("e")
        page.keyboard.type("需要区里协调经费")
        page.keyboard.press("Enter")

    acts: list[Callable[[], None]] = [accept, other, dispatch, merge, refuse, escalate]
    plan = {m.number: acts[n % len(acts)] for n, m in enumerate(messages)}
    left = dict(plan)
    page.goto("/desk/?tab=dispatch")
    page.keyboard.press("j")
    page.keyboard.press("Space")
    for _ in range(400):
        number = here(page)
        if not left:
            break
        assert number, "the focus was lost"
        shown(page, number)
        if (act := left.pop(number, None)) is None:
            page.keyboard.press("j")
        else:
            act()
        page.wait_for_function(MOVED if left else SENT_OFF, arg=number)
    assert not left
    page.wait_for_load_state("networkidle")
    water = body("330402.water").pk
    for m in messages:
        is_, act = now(m), plan[m.number]
        match act.__name__:
            case "accept":
                assert (is_.state, is_.kind) == (WORKING, SUGGESTED)
                assert is_.lead_id is not None
            case "other":
                assert (is_.state, is_.kind) == (REPORTED, ALTERNATIVES[1])
            case "dispatch":
                assert (is_.state, is_.lead_id) == (WORKING, water)
            case "merge":
                assert (is_.state, is_.of_id) == (MERGED, target.pk)
            case "refuse":
                assert is_.state == REFUSED
            case "escalate":
                assert (is_.state, is_.level) == (REPORTED, "county")


def test_what_was_done_by_mistake_is_taken_back_by_a_key(person: Enter, live_city: Cast) -> None:
    (m,) = undispatched(live_city, 1, "误按")
    page = person("li.juan")
    page.goto(f"/desk/?tab=dispatch&number={m.number}")
    page.keyboard.press("j")
    page.keyboard.press("Space")
    shown(page, m.number)
    page.keyboard.press("1")
    page.wait_for_selector(".of-queue [data-key=u]")
    assert now(m).kind == ALTERNATIVES[0]
    page.keyboard.press("u")
    page.wait_for_function("() => document.querySelector('.of-queue')?.textContent.includes('撤销')")
    page.wait_for_function("() => !document.querySelector('.of-queue [data-key=u]')")
    assert now(m).kind == "onekey.facility"


def test_two_clerks_at_once_the_second_sees_what_the_first_did(person: Enter, live_city: Cast) -> None:
    messages = undispatched(live_city, 3, "同时")
    number = messages[0].number[:6]
    first, second = person("li.juan"), person("chen.min")
    for page in (first, second):
        page.goto(f"/desk/?tab=dispatch&kind=onekey.facility&number={number}")
        for m in messages:
            page.evaluate(f"document.querySelector('#l-{m.number} .title').focus()")
            page.keyboard.press("x")
        assert "3" in page.inner_text("#chosen-n")
    first.click("#bulk button[value=dispatch]")
    first.wait_for_selector("#over[open] select[name=lead]")
    chosen(first, "lead", "330402.water")
    first.keyboard.press("Tab")
    first.keyboard.press("Tab")
    first.keyboard.press("Tab")
    first.keyboard.press("Enter")
    first.wait_for_function("() => document.querySelector('.of-queue')?.textContent.includes('3')")
    second.click("#bulk button[value=refuse]")
    second.wait_for_selector("#over[open] textarea[name=reason]")
    second.fill("#over textarea[name=reason]", "不属于受理范围")
    second.fill("#over input[name=route]", "信访部门")
    second.click("#over .btn-primary")
    second.wait_for_selector("#over .told-many .why")
    told = second.inner_text("#over")
    assert "您查看之后事项已有变化" in told
    assert "派单" in told
    assert "七星街道综合信息指挥室" in told
    for m in messages:
        assert (now(m).state, now(m).lead_id) == (WORKING, body("330402.water").pk)


def test_the_queue_lives(person: Enter, live_city: Cast) -> None:
    page = person("sun.li")
    page.goto("/desk/?tab=sign")
    page.wait_for_selector("#live[data-state=on]", state="attached")
    page.mouse.move(5, 5)
    m = flow.report(garage(title="直播进水一处"), live_city.resident).matter
    page.wait_for_function(
        "number => document.getElementById(`l-${number}`) || !document.querySelector('#fresh-ones').hidden",
        arg=m.number,
    )
    if page.is_visible("#fresh-ones"):
        page.click("#fresh-ones")
    page.wait_for_selector(f"#l-{m.number}")
    order = Order.objects.get(matter=m, body=live_city.water.body)
    assert (order.state, order.role != LEAD) == (SENT, True)
    flow.sign(order, live_city.water)
    page.wait_for_selector(f"#l-{m.number}.gone")
    page.keyboard.press("j")
    page.keyboard.press("j")


def test_keys_are_listed_and_can_be_switched_off(person: Enter, live_city: Cast) -> None:
    flow.report(garage(title="按键一处"), live_city.resident)
    page = person("li.juan")
    page.goto("/desk/?tab=open")
    page.keyboard.press("?")
    page.wait_for_selector("dialog.keys[open]")
    text = page.inner_text("dialog.keys")
    assert "下一条" in text
    assert "筛选" in text
    assert "登记" in text
    page.check("[data-keys-off]")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert here(page) == ""
    page.click(".tools [data-keys-sheet]")
    page.uncheck("[data-keys-off]")
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    assert here(page)
    page.keyboard.press("f")
    page.keyboard.type("jx2")
    assert page.input_value("#f-number") == "jx2"
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_url("**/desk/hot")


def test_nothing_serious_for_axe_zh_and_en_desk_and_phone(person: Enter, live_city: Cast) -> None:
    messages = undispatched(live_city, 2, "检查")
    for more in ({"locale": "zh-CN"}, {"locale": "en-US"}, {"locale": "zh-CN", **PHONE}):
        page = person("li.juan", **more)
        page.goto(f"/desk/?tab=dispatch&number={messages[0].number[:6]}&kind=onekey.facility")
        page.keyboard.press("f")
        assert axe(page) == []
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("j")
        page.keyboard.press("Space")
        page.wait_for_selector("#pane .look")
        page.keyboard.press("r")
        assert axe(page) == []
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.keyboard.press("x")
        page.click("#bulk button[value=dispatch]")
        page.wait_for_selector("#over[open] select")
        assert axe(page) == []
        width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width <= 0
