"""The wall in a real browser: it turns for long without growing, outlives its server, takes a new build by itself."""

from __future__ import annotations

import json
import re
from typing import Any

from anxin.kernel import flow
from tests.browser.conftest import Enter, axe
from tests.cast import RESIDENT, Cast, garage

TURNS = 240
"""An hour of panels at fifteen seconds each, at sixty milliseconds."""


def _measured(page: Any) -> tuple[int, float]:
    """Nodes of the page, and megabytes of its scripts after a clearing."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.enable")
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    found = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return int(page.evaluate("document.querySelectorAll('*').length")), found["JSHeapUsedSize"] / 1e6


def _until(page: Any, holds: str, seconds: float = 20) -> None:
    """Wait until something is so on the page (its policy allows no waiting inside)."""
    for _ in range(int(seconds * 10)):
        if page.evaluate(holds):
            return
        page.wait_for_timeout(100)
    raise AssertionError(holds)


def _turned(page: Any, turns: int) -> None:
    _until(page, f"Number(document.body.dataset.turned) >= {turns}", 120)


def test_an_hour_of_panels_does_not_grow(person: Enter, live_city: Cast) -> None:
    change = flow.report(garage(), RESIDENT)
    wall = person("li.juan", viewport={"width": 1920, "height": 1080})
    wall.goto("/situation/wall?turn=60")
    _turned(wall, 40)
    nodes, megabytes = _measured(wall)
    assert change.matter.number not in wall.content()
    assert "王建国" not in wall.content()
    _turned(wall, 40 + TURNS)
    after, grown = _measured(wall)
    assert after == nodes
    assert grown < megabytes + 1, (megabytes, grown)
    assert axe(wall) == []


def test_figures_move_without_a_hand(person: Enter, live_city: Cast) -> None:
    wall = person("li.juan")
    wall.goto("/situation/wall?turn=200")
    before = int(wall.text_content("#n-open"))
    for _ in range(2):
        flow.report(garage(), RESIDENT)
    _until(wall, f"Number(document.querySelector('#n-open').textContent) >= {before + 2}")


def test_it_says_since_when_it_hears_nothing_and_recovers(person: Enter) -> None:
    wall = person("li.juan")
    wall.goto("/situation/wall?turn=200")
    wall.wait_for_timeout(500)
    assert (wall.text_content("#stale") or "") == ""
    wall.context.set_offline(True)
    wall.wait_for_selector("body.is-stale", timeout=15_000)
    assert re.search(r"\d\d:\d\d:\d\d", (wall.text_content("#stale") or ""))
    turned = int(wall.evaluate("document.body.dataset.turned"))
    _turned(wall, turned + 5)
    wall.context.set_offline(False)
    wall.wait_for_selector("body:not(.is-stale)", timeout=15_000)
    _until(wall, "document.querySelector('#stale').textContent === ''")


def test_a_new_build_is_loaded_once_the_server_stands(person: Enter) -> None:
    wall = person("li.juan")
    loads: list[str] = []
    wall.on("load", lambda: loads.append(wall.url))
    wall.goto("/situation/wall?turn=200")

    def newer(route: Any) -> None:
        answer = route.fetch()
        said = {**answer.json(), "build": "newer" if len(loads) < 2 else wall.evaluate("document.body.dataset.build")}
        route.fulfill(response=answer, body=json.dumps(said))

    wall.route("**/wall/data.json*", newer)
    for _ in range(100):
        if len(loads) >= 2:
            break
        wall.wait_for_timeout(100)
    assert len(loads) >= 2
    wall.unroute_all(behavior="ignoreErrors")
