"""The phone in a real browser: a day without a network, killed on the way; a full storage; a clock that is off."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from PIL import Image, ImageDraw

from anxin.kernel import clock, flow
from anxin.kernel.files import Attachment
from anxin.kernel.journal import Entry
from anxin.kernel.matters import Matter
from anxin.kernel.orders import Order
from tests.browser.conftest import PHONE, axe, chromium, free_port
from tests.cast import GARAGE, Cast, body, garage

HERE = {"latitude": GARAGE[0], "longitude": GARAGE[1], "accuracy": 12}
LEAST = 48
"""Pixels anything to be pressed is high and wide at least."""


class Network:
    """The way from the phone to the server; it can be cut, and it can lose answers the server has already given."""

    def __init__(self, base: str) -> None:
        self.server = ("127.0.0.1", int(base.rpartition(":")[2]))
        self.on, self.loses, self._heard = True, 0, 0
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if not self.on:
                near.close()
                continue
            try:
                far = socket.create_connection(self.server)
            except OSError:
                near.close()
                continue
            self._open |= {near, far}
            threading.Thread(target=self._pump, args=(near, far, False), daemon=True).start()
            threading.Thread(target=self._pump, args=(far, near, True), daemon=True).start()

    def _pump(self, one: socket.socket, other: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                self._heard += answers
                if answers and self.loses and self._heard % self.loses == 0:
                    break
                other.sendall(data)
        for each in (one, other):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
            self._open.discard(each)

    def cut(self) -> None:
        """No network: nothing gets through, and what was on its way is lost."""
        self.on = False
        for each in list(self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def mend(self, *, loses: int = 0) -> None:
        """There is a network again; of its answers every so-manieth may be lost."""
        self.on, self.loses = True, loses

    def end(self) -> None:
        """Take it down."""
        self.cut()
        self._listener.close()


@pytest.fixture
def network(served: str) -> Iterator[Network]:
    """A network of one's own."""
    found = Network(served)
    yield found
    found.end()


class Device:
    """A phone whose browser can be killed without warning and started again; what is stored stays."""

    def __init__(self, driver: Any, profile: Path, base: str) -> None:
        self.driver, self.profile, self.base = driver, profile, base
        self.start()

    def start(self) -> None:
        """Open the browser on the phone's page."""
        port = free_port()
        words = [
            chromium(), "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--accept-lang=zh-CN",
            f"--remote-debugging-port={port}", f"--user-data-dir={self.profile}", "about:blank",
        ]  # fmt: skip
        self.process = subprocess.Popen(
            words, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/json/version", timeout=1).read()
                break
            except OSError:
                time.sleep(0.1)
        self.browser = self.driver.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        context = self.browser.contexts[0]
        context.grant_permissions(["geolocation"], origin=self.base)
        context.set_geolocation(HERE)
        self.page = context.pages[0] if context.pages else context.new_page()
        self.page.set_viewport_size(PHONE["viewport"])
        self.page.set_default_timeout(60_000)

    def kill(self) -> None:
        """The battery is empty: everything ends at once, nothing is closed properly."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=20)
        with suppress(Exception):
            self.browser.close()


@pytest.fixture
def device(driver: Any, network: Network, tmp_path: Path, live_city: Cast) -> Iterator[Device]:
    """One phone with a memory of its own."""
    found = Device(driver, tmp_path / "profile", network.base)
    yield found
    found.kill()


def until(page: Any, said: str) -> None:
    """Wait until a script says yes. (A wait inside the page would need `eval`, which its policy forbids.)"""
    for _ in range(600):
        with suppress(Exception):
            if page.evaluate(said):
                return
        page.wait_for_timeout(100)
    pytest.fail(f"never: {said}\n{page.inner_text('body')[:500]}")


def fill_in(page: Any, login: str) -> None:
    """The sign-in page of the desk, which leads back to the phone."""
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", settings.DEMO_PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/phone/**")


def enter(page: Any, base: str, login: str) -> None:
    """Sign in and take the day along; wait until the phone could start without a network."""
    page.goto(f"{base}/desk/sign-in?next=/phone/")
    fill_in(page, login)
    page.wait_for_selector("#state")
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    until(page, "navigator.serviceWorker.controller !== null")
    until(page, "document.querySelector('h1 small')?.textContent")


Hand = Callable[..., Any]


@pytest.fixture
def hand(person: Any, network: Network) -> Hand:
    """A phone in somebody's hand: `hand("wu.fang")` is its page, signed in, with the day taken along."""

    def give(login: str, **more: Any) -> Any:
        page = person("", **PHONE, geolocation=HERE, permissions=["geolocation"], **more)
        page.set_default_timeout(60_000)
        enter(page, network.base, login)
        return page

    return give


def picture(n: int) -> bytes:
    """A photo as a camera makes it: lying on its side, saying where and with what it was taken."""
    out = io.BytesIO()
    image = Image.new("RGB", (2000, 1500), (40 + n * 3 % 200, 90, 200 - n * 3 % 180))
    ImageDraw.Draw(image).text((80, 80), f"photo {n}", fill="white", font_size=300)
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Somebody's phone"
    exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 47.0, 8.0), 3: "E", 4: (120.0, 49.0, 58.0)})
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def shots(first: int, count: int) -> list[dict[str, Any]]:
    """Photos to be taken."""
    return [
        {"name": f"IMG_{n}.jpg", "mimeType": "image/jpeg", "buffer": picture(n)} for n in range(first, first + count)
    ]


def to(page: Any, where: str) -> None:
    """Go to a screen by its address."""
    page.evaluate("where => { location.hash = where }", f"#/{where}")


def write_report(page: Any, text: str, first: int = 0, count: int = 0, *, send: bool = True) -> None:
    """Report something with photos."""
    to(page, "report")
    page.wait_for_selector("#words-words")
    if count:
        page.set_input_files("#camera", shots(first, count))
        until(page, f"document.querySelectorAll('.shots li').length === {count}")
    page.fill("#words-words", text)
    if send:
        page.click("#send")
        until(page, "!location.hash.includes('report')")
    else:
        page.wait_for_timeout(700)


def waiting(page: Any, state: str = "waiting") -> int:
    """How many acts of a state lie on the phone."""
    return int(
        page.evaluate(
            """state => new Promise((give, fail) => {
                const open = indexedDB.open('anxin-phone');
                open.onerror = fail;
                open.onsuccess = () => {
                    const all = open.result.transaction('acts').objectStore('acts').getAll();
                    all.onsuccess = () => {
                        open.result.close();
                        give(all.result.filter(each => each.state === state).length);
                    };
                };
            })""",
            state,
        )
    )


def until_sent(page: Any, *, seconds: int = 90) -> None:
    """Press "send now" until nothing waits; sign in again where a killed browser has forgotten who it was."""
    to(page, "outbox")
    for _ in range(seconds * 2):
        if waiting(page) == 0:
            return
        if page.query_selector("#again") is not None:
            page.click("#again")
            fill_in(page, "wu.fang")
            to(page, "outbox")
        if (button := page.query_selector("#send-now")) is not None:
            with suppress(Exception):
                button.click(timeout=500)
        page.wait_for_timeout(500)
    pytest.fail(f"still {waiting(page)} on the phone: {page.inner_text('body')[:600]}")


def test_a_day_without_a_network_killed_twice_arrives_exactly_once(
    device: Device, network: Network, served: str, live_city: Cast
) -> None:
    began, mark = clock.now(), os.urandom(3).hex()
    enter(device.page, network.base, "wu.fang")
    network.cut()

    for n in range(12):
        write_report(device.page, f"{mark}巡查第{n:02}件：井盖破损", n * 2, 2)
    write_report(device.page, f"{mark}巡查第12件：井盖破损", 24, 2, send=False)
    device.kill()  # in the middle of a report that was not sent

    device.start()
    device.page.goto(f"{network.base}/phone/#/outbox")
    device.page.wait_for_selector("#sum")
    assert waiting(device.page) == 12
    assert waiting(device.page, "draft") == 1
    device.page.click("a:has-text('继续写')")
    until(device.page, "document.querySelectorAll('.shots li').length === 2")
    assert "第12件" in device.page.input_value("#words-words")
    device.page.reload()
    until(device.page, "document.querySelector('#words-words')?.value.includes('第12件')")
    device.page.click("#send")
    until(device.page, "!location.hash.includes('report')")
    for n in range(13, 30):
        write_report(device.page, f"{mark}巡查第{n}件：井盖破损", n * 2, 2)
    assert waiting(device.page) == 30
    to(device.page, "outbox")
    until(device.page, "document.querySelector('#sum').textContent.includes('还有 60 张照片')")

    network.mend()
    device.page.wait_for_timeout(300)
    if waiting(device.page) == 30:
        device.page.click("#send-now, #again >> nth=0")
        if "sign-in" in device.page.url:
            network.loses = 9
            fill_in(device.page, "wu.fang")
    network.loses = 9  # a bad network: every ninth answer is lost after the server has given it
    for _ in range(100):
        if Matter.objects.filter(title__contains=mark).count() >= 8:
            break
        device.page.wait_for_timeout(100)
    device.kill()  # in the middle of sending
    device.start()
    device.page.goto(f"{network.base}/phone/#/outbox")
    device.page.wait_for_selector("#sum")
    device.page.wait_for_timeout(1500)
    network.mend()
    until_sent(device.page)

    arrived = list(Matter.objects.filter(title__contains=mark).order_by("pk"))
    assert len(arrived) == 30
    assert [each.title[6:12] for each in arrived] == [f"巡查第{n:02}件" for n in range(30)]
    assert all(each.reported_at >= began and each.grid is not None for each in arrived)
    assert all(each.occurred_at is not None and each.occurred_at <= each.reported_at for each in arrived)
    photos = list(Attachment.objects.filter(matter__in=arrived).select_related("file"))
    assert len(photos) == 60
    assert len({each.file_id for each in photos}) == 60
    assert {(each.file.width, each.file.height) for each in photos} == {(1200, 1600)}
    assert Entry.objects.filter(matter__in=arrived, verb="report").count() == 30
    for each in photos[:3]:
        with Image.open(io.BytesIO(_stored(served, device, each.file_id))) as image:
            assert not image.getexif()
            assert image.size == (1200, 1600)
    assert waiting(device.page, "done") == 30


def _stored(served: str, device: Device, sha256: str) -> bytes:
    """The photo as the server hands it out."""
    answer = device.page.request.get(f"{device.base}/desk/files/{sha256}")
    assert answer.status == 200
    return bytes(answer.body())


def test_a_report_takes_four_taps(hand: Hand, live_city: Cast) -> None:
    page, before = hand("wu.fang"), set(Matter.objects.values_list("pk", flat=True))
    page.tap("nav a[href='#/report']")  # 1
    page.wait_for_selector(".place b")
    with page.expect_file_chooser() as chooser:
        page.tap("label.photo")  # 2: the camera
    chooser.value.set_files(shots(90, 1))
    page.wait_for_selector(".shots li")
    page.tap(".chips .chip >> nth=0")  # 3
    page.tap("#send")  # 4
    until(page, "document.querySelector('#state').textContent.includes('全部已发送')")
    for _ in range(40):
        if Matter.objects.exclude(pk__in=before).exists():
            break
        page.wait_for_timeout(250)
    found = Matter.objects.exclude(pk__in=before).get()
    assert "现场照片" in found.title
    assert found.grid is not None
    assert found.grid.name == "湘南网格"
    assert found.attachments.count() == 1


@pytest.fixture
def flooded(live_city: Cast) -> Matter:
    """The garage is under water, and the field team is sent to help."""
    change = flow.report(garage(), live_city.resident)
    lead = next(each for each in change.orders if each.role == "lead")
    flow.dispatch(change.matter, live_city.dispatcher, lead.body, [(body("330402015.team"), "抽水、警戒")])
    return change.matter


def own(matter: Matter) -> Order:
    """The field team's order."""
    return Order.objects.get(matter=matter, body__code="330402015.team")


def test_an_order_from_signing_to_finishing_in_a_basement(hand: Hand, network: Network, flooded: Matter) -> None:
    page, order = hand("zhou.wei"), own(flooded)
    network.cut()
    to(page, f"task/{order.pk}")
    page.tap("button.next:has-text('签收')")
    page.tap("button.next:has-text('联系诉求人')")
    page.tap("#number")
    page.wait_for_selector("text=查看电话需要网络")
    page.tap("#reached")
    page.tap("button.next:has-text('到场')")
    page.wait_for_selector("button.next:has-text('办结反馈')")
    page.tap("a:has-text('处置前拍照')")
    page.set_input_files("#camera", shots(91, 1))
    page.wait_for_selector(".shots li")
    page.tap("#send")
    page.tap("button.next:has-text('办结反馈')")
    page.set_input_files("#camera", shots(92, 1))
    page.wait_for_selector(".shots li")
    page.tap(".chip >> nth=0")
    page.tap("#send")
    until(page, "location.hash.split('/').length === 3")
    assert waiting(page) == 5
    assert own(flooded).state == "sent"
    network.mend()
    until_sent(page)
    assert own(flooded).state == "finished"
    done = list(Entry.objects.filter(matter=flooded, order_id=order.pk).order_by("seq").values_list("verb", flat=True))
    assert done == ["sign", "contact", "arrive", "finish"]
    assert set(flooded.attachments.values_list("label", flat=True)) == {"before", "after"}
    assert "00000000001" not in page.evaluate("document.body.innerText")


def test_somebody_was_quicker_and_nothing_is_lost(
    hand: Hand, network: Network, flooded: Matter, live_city: Cast
) -> None:
    page, order = hand("zhou.wei"), own(flooded)
    network.cut()
    to(page, f"task/{order.pk}")
    page.tap("button.next:has-text('签收')")
    to(page, f"task/{order.pk}/finish")
    page.set_input_files("#camera", shots(93, 1))
    page.wait_for_selector(".shots li")
    page.fill("#words-result", "水已抽干，留一台泵")
    page.tap("#send")
    until(page, "location.hash.split('/').length === 3")
    flow.sign(order, live_city.field)
    flow.finish(own(flooded), live_city.field, "同事已处置")
    network.mend()
    to(page, "outbox")
    page.tap("#send-now")
    card = page.wait_for_selector(".card[data-act]")
    text = card.inner_text()
    assert "别人先办了这一步" in text
    assert "办结反馈" in text
    page.wait_for_selector("blockquote:has-text('水已抽干，留一台泵')") if "水已抽干" in text else None
    while page.query_selector(".card[data-act] button:has-text('改为记录发送')"):
        page.tap(".card[data-act] button:has-text('改为记录发送') >> nth=0")
        page.wait_for_timeout(800)
    until_sent(page)
    notes = Entry.objects.filter(matter=flooded, verb="note").select_related("words")
    assert any("水已抽干，留一台泵" in each.words.texts["note"] for each in notes)
    assert flooded.attachments.count() == 1


def test_the_session_has_ended_and_nothing_is_lost(hand: Hand, network: Network, live_city: Cast) -> None:
    page, mark = hand("wu.fang"), os.urandom(3).hex()
    network.cut()
    write_report(page, f"{mark}楼道灯不亮", 94, 1)
    Session.objects.all().delete()
    network.mend()
    to(page, "outbox")
    page.tap("#send-now")
    page.wait_for_selector("text=登录已结束，登录后发送 1 项待发内容")
    assert waiting(page) == 1
    page.tap("main a:has-text('登录后发送')")
    fill_in(page, "wu.fang")
    until_sent(page)
    assert Matter.objects.filter(title__contains=mark).count() == 1


def test_the_phone_changes_hands(hand: Hand, network: Network, live_city: Cast) -> None:
    page, mark = hand("wu.fang"), os.urandom(3).hex()
    network.cut()
    write_report(page, f"{mark}护栏松动", 95, 1)
    network.mend()
    page.context.clear_cookies()
    enter(page, network.base, "zhou.wei")
    to(page, "outbox")
    page.wait_for_selector("text=另一账号有 1 项未发内容，已封存")
    assert mark not in page.inner_text("body")
    assert waiting(page) == 0
    assert not Matter.objects.filter(title__contains=mark).exists()
    page.context.clear_cookies()
    enter(page, network.base, "wu.fang")
    until_sent(page)
    found = Matter.objects.get(title__contains=mark)
    assert found.attachments.count() == 1
    assert Entry.objects.get(matter=found, verb="report").account == live_city.grid.account
    to(page, "me")
    page.tap("#sign-out")
    page.tap("dialog button.bad")
    page.wait_for_selector("#sign-in")
    assert waiting(page, "done") == 0


FULL = """() => {
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (value, ...more) {
        const refused = self.full === 'everything' || (self.full === 'photos' && value && value.blob);
        if (refused) throw new DOMException('full', 'QuotaExceededError');
        return put.call(this, value, ...more);
    };
}"""
"""A phone without room, as its browser would say it. (Chromium 156 takes an override of the quota by its debugger and
does not keep to it; on a really small disk it says just this.)"""


def test_a_full_storage_keeps_the_words_and_says_what_to_do(hand: Hand, network: Network, live_city: Cast) -> None:
    page, mark = hand("wu.fang"), os.urandom(3).hex()
    network.cut()
    to(page, "report")
    page.wait_for_selector("#words-words")
    page.fill("#words-words", f"{mark}满了也不能丢字")
    page.wait_for_timeout(600)
    page.evaluate(FULL)
    page.evaluate("self.full = 'photos'")
    page.set_input_files("#camera", shots(96, 1))
    page.wait_for_selector("text=手机存储已满：文字已保留，这张照片没有保存")
    assert "可用" in page.inner_text("#say")
    assert waiting(page, "draft") == 1
    page.evaluate("self.full = 'everything'")
    page.fill("#words-words", f"{mark}满了也不能丢字，一个也不能")
    page.wait_for_selector("text=文字也没能保存")
    page.wait_for_selector("#say button:has-text('复制文字')")
    page.tap("#send")
    page.wait_for_timeout(500)
    assert "report" in page.evaluate("location.hash")
    page.evaluate("self.full = ''")
    page.tap("#send")
    until(page, "!location.hash.includes('report')")
    network.mend()
    until_sent(page)
    found = Matter.objects.get(title__contains=mark)
    assert "一个也不能" in found.narrative
    assert found.attachments.count() == 0


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_an_hour_off(hand: Hand, network: Network, live_city: Cast, hours: int) -> None:
    page, mark = hand("wu.fang"), os.urandom(3).hex()
    page.clock.set_fixed_time(clock.now() + timedelta(hours=hours))
    write_report(page, f"{mark}钟不准")
    until_sent(page)
    found = Matter.objects.get(title__contains=mark)
    assert found.occurred_at is not None
    assert timedelta(0) <= found.reported_at - found.occurred_at < timedelta(seconds=40)
    assert abs(Entry.objects.get(matter=found, verb="report").data["facts"]["phone_off"] + hours * 3600) < 40
    to(page, "me")
    page.wait_for_selector("text=手机时间偏差 60 分钟")


SMALL = """least => [
  ...'a button input select textarea summary'.split(' ').map(each => `main ${each}`), 'nav a', 'header a']
  .flatMap(each => [...document.querySelectorAll(each)])
  .filter(each => each.checkVisibility() && !each.closest('svg') && !['checkbox', 'file'].includes(each.type))
  .map(each => [each.outerHTML.slice(0, 90), each.getBoundingClientRect()])
  .filter(([, seen]) => seen.height < least - 0.5 || seen.width < least - 0.5)
  .map(([html, seen]) => `${html} ${seen.width}x${seen.height}`)"""


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_every_screen_can_be_used_by_everybody(
    hand: Hand, network: Network, flooded: Matter, locale: str, live_city: Cast
) -> None:
    page, order = hand("zhou.wei", locale=locale), own(flooded)
    network.cut()
    write_report(page, "路灯不亮", 97, 1)
    write_report(page, "还没写完", 98, 1, send=False)
    screens = ["today", f"task/{order.pk}", "report", "outbox", "map", "me"]
    screens += [f"task/{order.pk}/{name}" for name in ("contact", "finish", "consult", "before")]
    wrong: list[str] = []
    for how in ("", "large", "sun", "night"):
        page.evaluate(
            """how => {
                const of = document.documentElement.dataset;
                of.size = how === 'large' ? 'large' : '';
                of.sun = how === 'sun' ? 'yes' : '';
                of.light = how === 'night' ? 'night' : 'day';
            }""",
            how,
        )
        for screen in screens:
            to(page, screen)
            page.wait_for_timeout(250)
            wrong += [f"{how} {screen}: {each}" for each in axe(page)]
            wrong += [f"{how} {screen}: {each}" for each in page.evaluate(SMALL, LEAST)]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wrong.append(f"{how} {screen}: wider than the phone")
    assert wrong == []
    if locale == "en-GB":
        for screen in screens:
            to(page, screen)
            page.wait_for_timeout(150)
            left = page.evaluate("document.querySelector('nav').innerText + document.querySelector('h1').innerText")
            assert left.isascii() or screen.startswith("task") or screen in ("today", "map"), left
    page.go_back()
    page.wait_for_timeout(150)
    assert "task" in page.evaluate("location.hash")


def test_the_shell_is_light() -> None:
    import gzip
    import json

    built = settings.BUILT
    known = json.loads((built / ".vite" / "manifest.json").read_text("utf-8"))
    files: set[str] = set()

    def add(name: str) -> None:
        files.add(known[name]["file"])
        files.update(known[name].get("css", ()))
        for each in known[name].get("imports", ()):
            add(each)

    add("anxin/phone/browser/phone.ts")
    add("anxin/phone/browser/phone-style.scss")
    assert sum(len(gzip.compress((built / each).read_bytes())) for each in files) <= 60_000
