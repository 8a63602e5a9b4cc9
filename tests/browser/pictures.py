"""Pictures of every page, at the size of a desk and of a small phone, taken from a fresh demo city.

Run by `run/pictures`; writes docs/pictures/*.webp and the page that shows them. Words on the command line take only
the pages whose name begins with one of them.
"""

from __future__ import annotations

import io
import itertools
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from PIL import Image
from rich.console import Console
from rich.progress import track

ROOT = Path(__file__).resolve().parents[2]
WHERE = ROOT / "docs" / "pictures"
SIZES: dict[str, dict[str, Any]] = {
    "desk": {"viewport": {"width": 1440, "height": 900}},
    "phone": {"viewport": {"width": 360, "height": 780}, "is_mobile": True, "has_touch": True},
}
HIGHEST = 2600
"""Pixels of height after which a picture is cut."""
console = Console()


@dataclass(frozen=True)
class Shown:
    """A page worth a picture: its name, whose it is ("" for a resident), its address and what it is."""

    name: str
    login: str
    address: str
    title: str
    sizes: tuple[str, ...] = ("desk", "phone")
    act: str = ""
    """A CSS selector to press before the picture is taken."""
    language: str = "zh-hans"


PAGES = (
    Shown("public-front", "", "/", "居民首页 residents' front page"),
    Shown("public-report", "", "/report", "反映问题 report"),
    Shown("public-report-en", "", "/report", "report, in English", language="en"),
    Shown("public-follow", "", "/follow/{closed}/{closed_code}", "查询进展 follow"),
    Shown("public-answer", "", "/follow/{replied}/{replied_code}", "解决了吗 solved? satisfied?"),
    Shown("public-around", "", "/around", "身边的事 what is going on nearby"),
    Shown("public-notice", "", "/notice", "个人信息告知 privacy notice"),
    Shown("desk-sign-in", "", "/desk/sign-in", "登录 sign in"),
    Shown("desk-queue", "li.juan", "/desk/", "工作台 queue"),
    Shown("desk-queue-en", "li.juan", "/desk/", "queue, in English", language="en"),
    Shown("desk-new", "chen.min", "/desk/new", "登记诉求 a caller on the line"),
    Shown("desk-matter", "li.juan", "/desk/matters/{working}", "事项 a matter"),
    Shown("desk-matter-closed", "zheng.hua", "/desk/matters/{closed}", "办结的事项 a closed matter"),
    Shown("desk-print", "li.juan", "/desk/matters/{working}/print", "工单打印 work order on paper", sizes=("desk",)),
    Shown("desk-search", "zheng.hua", "/desk/search?q=车库", "搜索 search"),
    Shown("desk-hot", "zheng.hua", "/desk/hot", "热点 hot issues"),
    Shown("desk-accuracy", "zheng.hua", "/desk/accuracy", "建议效果 how good suggestions are"),
    Shown("desk-identity", "li.juan", "/desk/identity/", "账号与安全 account and security"),
    Shown("desk-notifications", "li.juan", "/desk/notifications/", "提醒 notifications"),
    Shown("desk-map", "li.juan", "/desk/?tab=all&view=map", "地图 the queue as a map", sizes=("desk",)),
    Shown("phone", "wu.fang", "/phone/", "手机端 the grid worker's phone", sizes=("phone",)),
)
ROOMS: dict[str, tuple[str, ...]] = {
    "desk/administration": ("gao.yang", "zheng.hua"),
    "situation": ("li.juan", "zheng.hua"),
    "mediation": ("lu.ping", "zhuang.yan"),
    "committees": ("zhuang.yan", "lu.ping"),
    "markets": ("gu.jun", "lu.ping", "zhuang.yan"),
    "apartments": ("xu.qiang", "fei.ming", "jin.li", "gong.liang"),
    "sixsystems": ("tao.yong", "bao.min", "mo.fan", "zhu.hong"),
    "gridpay": ("sheng.li", "zhu.hong"),
}
"""Rooms with many pages: those they are for walk through them, and each sort of page has its picture taken once."""
MOST = 60
"""Pages one person looks at in one room."""


def main(wanted: list[str]) -> None:
    """Start a demo city, take the pictures, end it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxin.settings")
    import django

    django.setup()
    from tests.browser.conftest import chromium, free_port

    if not chromium():
        raise SystemExit("需要 Chromium（或设置 ANXIN_BROWSER） · a Chromium is needed (or set ANXIN_BROWSER)")
    port = free_port()
    words = [sys.executable, "-m", "anxin", "demo", "--port", str(port), "--pace", "0.3", "--history", "200"]
    with open(os.environ["ANXIN_VAR"] + "/demo.log", "w") as log:
        demo = subprocess.Popen(words, stdout=log, stderr=log, cwd=ROOT)
        try:
            base = f"http://127.0.0.1:{port}"
            _wait(base, demo)
            wished = tuple(wanted)
            pages = [each for each in PAGES if not wished or each.name.startswith(wished)]
            rooms = [room for room in ROOMS if not wished or room.replace("/", "-").startswith(wished)]
            _index(_take(pages, rooms, base, chromium()), whole=not wanted)
        finally:
            demo.terminate()
            demo.wait(timeout=30)


def _wait(base: str, demo: subprocess.Popen[bytes]) -> None:
    with console.status("建立演示城市，约一分钟 · making a demo city, about a minute"):
        for _ in range(1800):
            if demo.poll() is not None:
                raise SystemExit("the demo ended by itself")
            try:
                urllib.request.urlopen(f"{base}/healthz", timeout=2).read()
                break
            except OSError:
                time.sleep(0.1)
        time.sleep(45)  # let some life come in


def _numbers() -> dict[str, str]:
    """Numbers of matters as the addresses want them."""
    from anxin.kernel.matters import Matter

    found: dict[str, str] = {}
    rows = Matter.objects.filter(town__code="330402015", confidential=False).order_by("-reported_at")
    for state in ("working", "replied", "closed"):
        one = rows.filter(state=state).first() or Matter.objects.filter(state=state).order_by("-pk").first()
        if one is not None:
            found |= {state: one.number, f"{state}_code": one.follow_code}
    return found


def _take(pages: list[Shown], rooms: list[str], base: str, path: str) -> list[Shown]:
    from playwright.sync_api import sync_playwright

    numbers = _numbers()
    WHERE.mkdir(exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--enable-unsafe-swiftshader"])
        walked = [
            each for room in track(rooms, "走访 · walking", console=console) for each in _walk(browser, base, room)
        ]
        addresses = [(shown, shown.address.format(**numbers)) for shown in pages]
        for shown, address in track([*addresses, *((each, each.address) for each in walked)], "拍摄 · taking"):
            for size in shown.sizes:
                with _opened(browser, base, shown.login, language=shown.language, **SIZES[size]) as page:
                    page.goto(address)
                    page.wait_for_timeout(1200)
                    if shown.act:
                        page.click(shown.act)
                        page.wait_for_timeout(800)
                    _keep(page.screenshot(full_page=True), f"{shown.name}-{size}")
        browser.close()
    return [*pages, *walked]


@contextmanager
def _opened(browser: Any, base: str, login: str, *, language: str = "zh-hans", **size: Any) -> Iterator[Any]:
    from tests.browser.conftest import sign_in

    context = browser.new_context(base_url=base, locale="zh-CN", reduced_motion="reduce", **size)
    context.add_cookies([{"name": "django_language", "value": language, "url": base}])
    page = context.new_page()
    if login:
        sign_in(page, login)
    yield page
    context.close()


def _walk(browser: Any, base: str, room: str) -> list[Shown]:
    """One page for each sort of address that somebody meets who follows the links of a room."""
    from django.urls import Resolver404, resolve

    found: dict[str, Shown] = {}
    for login in ROOMS[room]:
        with _opened(browser, base, login, **SIZES["desk"]) as page:
            further, went = [f"/{room}/"], {f"/{room}/"}
            for _each in range(MOST):
                if not further:
                    break
                address = further.pop(0)
                answer = page.context.request.get(address)
                if not answer.ok or "text/html" not in answer.headers.get("content-type", ""):
                    continue
                route = resolve(address.partition("?")[0]).route
                page.goto(address)
                if route not in found:
                    name = "-".join(re.findall(r"[a-z_0-9]+", re.sub(r"<\w+:(\w+)>", r"\1", route)))
                    title = page.locator("h1").first.text_content(timeout=5000) or name
                    found[route] = Shown(name, login, address, " ".join(title.split()))
                for link in page.eval_on_selector_all("a[href]", "all => all.map((each) => each.getAttribute('href'))"):
                    where = urljoin(address, link).partition("#")[0].partition("?")[0]
                    try:
                        sort = resolve(where).route
                    except Resolver404:
                        continue
                    if where.startswith(f"/{room}/") and sort not in went and sort not in found:
                        went.add(sort)
                        further.append(where)
    return sorted(found.values(), key=lambda each: each.name)


def _keep(png: bytes, name: str) -> None:
    with Image.open(io.BytesIO(png)) as image:
        image.crop((0, 0, image.width, min(image.height, HIGHEST))).save(WHERE / f"{name}.webp", quality=60, method=6)


def _index(taken: list[Shown], *, whole: bool) -> None:
    """The page that shows them all; after a whole round, what nobody met any more goes, else the rest stays."""
    page = WHERE / "README.md"
    titles: dict[str, str] = {}
    if not whole:
        titles = {file: title for title, file in re.findall(r"!\[(.*?), \w+\]\((.*?)\)", page.read_text())}
    titles |= {f"{shown.name}-{size}.webp": shown.title for shown in taken for size in shown.sizes}
    for path in WHERE.glob("*.webp"):
        if path.name not in titles:
            path.unlink()
    lines = [
        "# Pictures of every page",
        "",
        "Taken by `run/pictures` from the demo city; persons and messages are invented.",
        "",
    ]
    for title, files in itertools.groupby(titles, key=titles.__getitem__):
        lines += [f"## {title}", "", *(f"![{title}, {file[:-5].rpartition('-')[2]}]({file})" for file in files), ""]
    page.write_text("\n".join(lines))


if __name__ == "__main__":
    main(sys.argv[1:])
