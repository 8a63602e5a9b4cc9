"""The residents' report page on an emulated slow telephone, and what pages weigh, in a real Chromium."""

from __future__ import annotations

from typing import Any

from bench import scratch
from bench.figures import Bench

ROUNDS = 7
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
"""1.6 Mbit/s down, 150 ms to and fro."""
CPU = 4
READY = """() => new Promise((done) => {
  const look = () => document.querySelector('#said')?.checkVisibility() && document.querySelector('.moves')
    ? done(performance.now()) : setTimeout(look, 20);
  look();
})"""


def run() -> bool:
    """Measure and print; whether the bounds are met."""
    url = scratch.use("browser")
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import PHONE, chromium

    bench = Bench("browser", "The report page on a slow telephone (4x slower, 1.6 Mbit/s, 150 ms)")
    if not chromium():
        bench.notes.append("skipped: no Chromium on this machine")
        return bench.done()
    port = scratch.free_port()
    base = f"http://127.0.0.1:{port}"
    with scratch.program("serve", "--port", str(port), DATABASE_URL=url), sync_playwright() as driver:
        scratch.wait_for(f"{base}/healthz")
        browser = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for address, bound in (("/report", 2.5), ("/", 0.0)):
            quick = [_visit(browser, base + address, PHONE, slow=False) for _ in range(ROUNDS)]
            slow = [_visit(browser, base + address, PHONE, slow=True) for _ in range(ROUNDS)]
            middle, ref = sorted(slow)[ROUNDS // 2] / 1000, sorted(quick)[ROUNDS // 2] / 1000
            bench.add(
                f"{address} usable, first visit, median of {ROUNDS}", middle, "s", reference=ref,
                reference_name="without slowing down", bound=f"< {bound} s" if bound else "",
                met=middle < bound if bound else None,
            )  # fmt: skip
        browser.close()
    scratch.drop("browser")
    return bench.done()


def _visit(browser: Any, address: str, phone: dict[str, Any], *, slow: bool) -> float:
    """Milliseconds until the page can be used, with nothing in the cache."""
    context = browser.new_context(**phone)
    page = context.new_page()
    if slow:
        tools = context.new_cdp_session(page)
        tools.send("Network.enable")
        tools.send("Network.emulateNetworkConditions", SLOW)
        tools.send("Emulation.setCPUThrottlingRate", {"rate": CPU})
    page.goto(address, wait_until="commit")
    if address.endswith("/report"):
        found = float(page.evaluate(READY))
    else:
        page.wait_for_load_state()
        found = float(page.evaluate("performance.now()"))
    context.close()
    return found
