"""What stories in a real browser need: the city really served, a browser, people signed in, and what axe finds."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from anxin.kernel import clock
from anxin.kernel.jobs import Job
from anxin.web.models import Failure
from tests.cast import Cast

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 780},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
"""A small telephone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All stories in a browser share one served city: they run one after another in one process."""
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.xdist_group("browser"))


def chromium() -> str:
    """The Chromium of the machine (`ANXIN_BROWSER` may name another), or nothing."""
    return os.environ.get("ANXIN_BROWSER") or next((found for name in NAMES if (found := shutil.which(name))), "")


@pytest.fixture(scope="session")
def driver() -> Iterator[Any]:
    """What drives browsers, one for all stories. They are passed over where there is no browser to drive."""
    if not chromium():
        pytest.skip("no Chromium on this machine (Debian: apt install chromium; or set ANXIN_BROWSER)")
    sync_api = pytest.importorskip("playwright.sync_api")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the browser's driver has a loop in this thread; our code has none
    with sync_api.sync_playwright() as found:
        yield found


@pytest.fixture(scope="session")
def browser(driver: Any) -> Iterator[Any]:
    """A browser without a window."""
    found = driver.chromium.launch(
        executable_path=chromium(),
        args=["--no-sandbox", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"],
    )
    yield found
    found.close()


def free_port() -> int:
    """A port nobody uses just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def environment(var: Path) -> dict[str, str]:
    """The environment of a program that shall work on the database of these stories."""
    d = connection.settings_dict
    where = f"{d['USER']}:{d['PASSWORD']}@/{d['NAME']}" if d["PASSWORD"] else f"{d['USER']}@/{d['NAME']}"
    host = f"host={d['HOST']}&port={d['PORT']}"
    keys = {
        "ANXIN_SECRET_KEY": settings.SECRET_KEY,
        "ANXIN_PHONE_MARK_KEY": settings.PHONE_MARK_KEY,
        "ANXIN_PEOPLE_KEYS": ",".join(key.decode() for key in settings.PEOPLE_KEYS),
    }
    keys["ANXIN_AROUND_SECONDS"] = "0"  # stories do not wait
    return {**os.environ, **keys, "DATABASE_URL": f"postgresql://{where}?{host}", "ANXIN_VAR": str(var)}


@pytest.fixture(scope="session")
def served(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the city is served, by the server and the worker of the house, on the database of the tests."""
    if not (settings.BUILT / ".vite" / "manifest.json").exists():
        pytest.skip("the browser's part is not built (run/test does it; or npm ci && npm run build)")
    var, port = tmp_path_factory.mktemp("var"), free_port()
    with django_db_blocker.unblock():
        env = environment(var)
        Failure.objects.all().delete()  # what earlier stories have tried
    log = (var / "log").open("w")
    words = [[sys.executable, "-m", "anxin", "serve", "--port", str(port)], [sys.executable, "-m", "anxin", "work"]]
    running = [subprocess.Popen(each, env=env, stdout=log, stderr=log, cwd=ROOT) for each in words]
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(1800):
            try:
                urllib.request.urlopen(f"{base}/healthz", timeout=2).read()
                break
            except OSError:
                if any(each.poll() is not None for each in running):
                    break
                time.sleep(0.1)
        else:
            pytest.fail(f"the server does not answer:\n{(var / 'log').read_text()[-2000:]}")
        yield base
    finally:
        for each in running:
            each.terminate()
        for each in running:
            each.wait(timeout=20)
        log.close()


Enter = Callable[..., Any]


@pytest.fixture
def person(browser: Any, served: str, live_city: Cast) -> Iterator[Enter]:
    """Another person with a browser of their own: `person()` a resident, `person("li.juan")` somebody signed in.

    Further words go to the browser's context (`**PHONE`, locale="en"). Errors of a page's scripts fail the story.
    """
    contexts: list[Any] = []
    wrong: list[str] = []

    def enter(login: str = "", **more: Any) -> Any:
        context = browser.new_context(base_url=served, locale=more.pop("locale", "zh-CN"), **more)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
        if login:
            sign_in(page, login)
        return page

    yield enter
    for context in contexts:
        context.close()
    assert wrong == []


def sign_in(page: Any, login: str) -> None:
    """Sign in with the demo's password, on the sign-in page."""
    page.goto("/desk/sign-in")
    with_password(page, login)


def with_password(page: Any, login: str) -> None:
    """Fill in the sign-in page one stands before, and send it."""
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", settings.DEMO_PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_load_state()
    assert "sign-in" not in page.url, page.inner_text("main")


AT_REST = """async () => {
  const moves = (each) => each.playState === 'running' && each.effect.getTiming().iterations !== Infinity;
  const busy = () => document.querySelector('.pane[inert], .htmx-request, .line.leaving')
    || document.getAnimations().some(moves);
  for (let turn = 0; busy() && turn < 600; turn += 1) await new Promise(requestAnimationFrame);
}"""


def axe(page: Any) -> list[str]:
    """What axe finds serious or critical on a page, one line each."""
    if not AXE.exists():
        pytest.skip("axe is not installed (npm ci)")
    # a pane that is being fetched is dimmed on purpose: what people read is the page that has come to rest
    page.evaluate(AT_REST)
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{page.url} {each['id']}: {each['help']}: " + " | ".join(node["html"][:120] for node in each["nodes"][:4])
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
    ]


def settle(most: float = 60) -> None:
    """Wait until the worker has nothing left to do."""
    end = time.monotonic() + most
    while Job.objects.filter(dead_at=None, due__lte=clock.now()).exists() and time.monotonic() < end:
        time.sleep(0.2)
