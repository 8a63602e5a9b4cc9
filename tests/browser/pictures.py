"""Pictures of every page, at the size of a desk and of a small phone, taken from a fresh demo city.

Run by `run/pictures`; writes docs/pictures/*.webp and the page that shows them. Words on the command line take only
the pages whose name begins with one of them.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
    Shown("administration", "gao.yang", "/desk/administration/", "系统管理 administration"),
    Shown("administration-areas", "gao.yang", "/desk/administration/areas/330402015", "区划 area", sizes=("desk",)),
    Shown(
        "administration-kinds", "gao.yang", "/desk/administration/kinds/onekey.water", "类别 a kind", sizes=("desk",)
    ),
    Shown("situation", "li.juan", "/situation/", "七星阁 situation room"),
    Shown("situation-county", "zheng.hua", "/situation/", "区县总览 towns of a county", sizes=("desk",)),
    Shown("situation-rules", "zheng.hua", "/situation/330402015/rules", "预警规则 rules of warning", sizes=("desk",)),
    Shown("situation-roster", "li.juan", "/situation/330402015/roster", "值班表 roster", sizes=("desk",)),
    Shown("situation-drills", "li.juan", "/situation/drills", "演练 drills", sizes=("desk",)),
    Shown("situation-wall", "li.juan", "/situation/wall", "大屏 the wall", sizes=("desk",)),
    Shown("situation-briefing", "li.juan", "/situation/briefing", "晨报 morning briefing"),
    Shown("mediation", "lu.ping", "/mediation/", "人民调解 mediation"),
    Shown("mediation-dispute", "lu.ping", "/mediation/{dispute}", "一件纠纷 a dispute"),
    Shown("mediation-three", "zhuang.yan", "/mediation/three", "三优化 three improvements", sizes=("desk",)),
    Shown("committees", "zhuang.yan", "/committees/", "调委会 mediation committees"),
    Shown("committees-return", "zhuang.yan", "/committees/return", "月报 monthly return", sizes=("desk",)),
    Shown("committees-prevention", "lu.ping", "/committees/prevention", "预防 prevention", sizes=("desk",)),
    Shown("markets", "gu.jun", "/markets/", "市场 markets"),
    Shown("markets-ladder", "gu.jun", "/markets/disputes", "纠纷台阶 the ladder", sizes=("desk",)),
    Shown("markets-reckon", "gu.jun", "/markets/reckon", "计算 calculation aids", sizes=("desk",)),
    Shown("markets-statistics", "gu.jun", "/markets/statistics", "统计 statistics", sizes=("desk",)),
    Shown("apartments", "xu.qiang", "/apartments/", "新居民公寓 apartments"),
    Shown("sixsystems", "tao.yong", "/sixsystems/", "网格六项机制 the six systems"),
    Shown("gridpay", "zhu.hong", "/gridpay/", "网格员待遇 pay of the grid"),
    Shown("phone", "wu.fang", "/phone/", "手机端 the grid worker's phone", sizes=("phone",)),
)


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
            _take([each for each in PAGES if not wanted or each.name.startswith(tuple(wanted))], base, chromium())
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
    dispute = Matter.objects.filter(kind="mediation.dispute", state="working").order_by("-pk").first()
    found["dispute"] = dispute.number if dispute is not None else ""
    return found


def _take(pages: list[Shown], base: str, path: str) -> None:
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import sign_in

    numbers = _numbers()
    WHERE.mkdir(exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--enable-unsafe-swiftshader"])
        for shown in track(pages, "拍摄 · taking", console=console):
            for size in shown.sizes:
                context = browser.new_context(base_url=base, locale="zh-CN", reduced_motion="reduce", **SIZES[size])
                context.add_cookies([{"name": "django_language", "value": shown.language, "url": base}])
                page = context.new_page()
                if shown.login:
                    sign_in(page, shown.login)
                page.goto(shown.address.format(**numbers))
                page.wait_for_timeout(1500)
                if shown.act:
                    page.click(shown.act)
                    page.wait_for_timeout(800)
                _keep(page.screenshot(full_page=True), f"{shown.name}-{size}")
                context.close()
        browser.close()
    _index()


def _keep(png: bytes, name: str) -> None:
    with Image.open(io.BytesIO(png)) as image:
        image.crop((0, 0, image.width, min(image.height, HIGHEST))).save(WHERE / f"{name}.webp", quality=60, method=6)


def _index() -> None:
    lines = [
        "# Pictures of every page",
        "",
        "Taken by `run/pictures` from the demo city; persons and messages are",
        "invented.",
        "",
    ]
    for shown in PAGES:
        taken = [size for size in shown.sizes if (WHERE / f"{shown.name}-{size}.webp").exists()]
        if taken:
            lines += [
                f"## {shown.title}",
                "",
                *(f"![{shown.title}, {size}]({shown.name}-{size}.webp)" for size in taken),
                "",
            ]
    (WHERE / "README.md").write_text("\n".join(lines))


if __name__ == "__main__":
    main(sys.argv[1:])
