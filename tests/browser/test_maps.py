"""Maps in a real browser, as served: really drawn, used without a mouse, and done without where they cannot be."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from anxin.kernel import clock, flow
from anxin.kernel.people import Particulars
from tests.browser.conftest import PHONE, Enter, axe
from tests.cast import GARAGE, Cast, garage


def watch(page: Any) -> list[str]:
    """What the browser refuses or complains of on a page; a tile no longer wanted is none of it."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("requestfailed", lambda each: None if "ABORTED" in (each.failure or "") else said.append(each.url))
    return said


def colours(page: Any) -> int:
    """How many colours the drawn map has, counted on a picture of it: one or two, and nothing was drawn."""
    canvas = page.locator("anxin-map canvas")
    picture = Image.open(io.BytesIO(canvas.screenshot())).convert("RGB").resize((300, 200))
    return len(picture.getcolors(100_000) or [])


@pytest.fixture
def known(live_city: Cast) -> None:
    """Three neighbours have reported a dark street lamp, an hour and more ago."""
    with clock.at(clock.now() - timedelta(hours=2)):
        for each in range(3):
            who = Particulars(name="许静", phone=f"0000000007{each}")
            lamp = garage(person=who, kind="onekey.facility", title="路灯不亮", narrative="门口的路灯晚上不亮。")
            flow.report(lamp, live_city.resident)


def test_the_map_of_the_city_is_really_drawn_under_the_policy_and_needs_no_base_map(person: Enter, known: None) -> None:
    page = person(viewport={"width": 1280, "height": 860})
    said = watch(page)
    answer = page.goto("/around")
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    page.wait_for_selector("anxin-map[data-open]", timeout=60_000)
    page.wait_for_timeout(800)
    assert colours(page) > 200
    assert said == []
    assert axe(page) == []


def test_the_map_is_fetched_on_a_phone_only_when_it_is_asked_for(person: Enter, known: None) -> None:
    page = person(**PHONE)
    fetched: list[str] = []
    page.on("response", lambda response: fetched.append(response.url))
    page.goto("/around")
    page.wait_for_timeout(500)
    assert not [url for url in fetched if "maplibre" in url]
    size = page.evaluate(
        "performance.getEntriesByType('resource').filter((e) => /\\.(js|css)$/.test(e.name))"
        ".reduce((sum, e) => sum + (e.encodedBodySize || 0), 0)"
    )
    assert size < 60_000
    page.click("#show-map")
    page.wait_for_selector("anxin-map[data-open]", timeout=60_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_list_and_map_show_the_same_and_point_at_each_other(person: Enter, known: None) -> None:
    page = person(viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
    page.goto("/around?place=330402015")
    page.wait_for_selector("anxin-map[data-open]", timeout=60_000)
    listed = set(page.eval_on_selector_all("#around-list [data-id]", "(all) => all.map((e) => e.dataset.id)"))
    drawn = page.evaluate(
        "fetch(document.querySelector('anxin-map').getAttribute('layer')).then((a) => a.json())"
        ".then((all) => all.features.map((f) => f.id))"
    )
    assert listed <= set(drawn)
    one = page.locator("#around-list [data-id]").first
    page.evaluate("(id) => document.querySelector('anxin-map').map.choose(id)", one.get_attribute("data-id"))
    assert one.get_attribute("data-chosen") is not None
    last = page.locator("#around-list [data-id]").last
    last.locator("a").first.focus()
    assert last.get_attribute("data-chosen") is not None


def test_a_place_is_chosen_with_the_keyboard_alone(person: Enter, live_city: Cast) -> None:
    page = person(viewport={"width": 900, "height": 800}, reduced_motion="reduce")
    page.goto("/around")
    page.evaluate(
        """async ([lat, lon]) => {
            const old = document.querySelector('anxin-map');
            const map = document.createElement('anxin-map');
            const wanted = { lat, lon, zoom: 15, picks: '', wait: '' };
            for (const name in wanted) map.setAttribute(name, wanted[name]);
            map.addEventListener('anxin-pick', (event) => { window.picked = event.detail; });
            window.made = map;
            document.querySelector('#show-map').click();
            await customElements.whenDefined('anxin-map');
            old.replaceWith(map);
            await map.open();
        }""",
        list(GARAGE),
    )
    page.locator("anxin-map canvas").focus()
    page.keyboard.press("Enter")
    first = page.evaluate("window.picked")
    assert abs(first["lat"] - GARAGE[0]) < 1e-5
    assert abs(first["lon"] - GARAGE[1]) < 1e-5
    assert first["area"]["name"] == "湘南网格"
    assert "湘南网格" in page.inner_text(".map-live")
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "+", "Shift+ArrowUp"):
        page.keyboard.press(key)
        page.wait_for_timeout(60)
    page.keyboard.press("Enter")
    second = page.evaluate("window.picked")
    assert second["lat"] > first["lat"]
    assert second["lon"] > first["lon"]
    assert second["by"] == "keyboard"
    assert axe(page) == []


def test_where_no_map_can_be_drawn_the_list_is_said_to_have_it_all(person: Enter, known: None) -> None:
    page = person(viewport={"width": 1280, "height": 860})
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null;")
    page.goto("/around")
    page.wait_for_selector(".map-none", timeout=30_000)
    assert "列表" in page.inner_text(".map-none")
    assert page.locator("#around-list li").count() >= 1
    english = person(viewport={"width": 1280, "height": 860}, locale="en-GB")
    english.add_init_script("HTMLCanvasElement.prototype.getContext = () => null;")
    english.goto("/around")
    english.wait_for_selector(".map-none", timeout=30_000)
    assert "list" in english.inner_text(".map-none")


def test_what_is_nearest_is_found_without_telling_anybody_where_one_is(person: Enter, known: None) -> None:
    page = person(**PHONE, geolocation={"latitude": GARAGE[0], "longitude": GARAGE[1]}, permissions=["geolocation"])
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url + (request.post_data or "")))
    page.goto("/around")
    page.click("#near-me")
    page.wait_for_selector("#nearest li", timeout=20_000)
    assert page.locator("#nearest li a").first.get_attribute("href").startswith("/around?place=")
    assert not [each for each in asked if f"{GARAGE[0]:.3f}" in each or f"{GARAGE[1]:.3f}" in each]


def test_me_too_adds_a_voice_to_what_is_known(person: Enter, known: None) -> None:
    page = person(**PHONE)
    page.goto("/around?place=330402015&state=open")
    page.locator(".me-too").first.click()
    page.locator("button[name=same]").first.click()
    page.wait_for_url("**/follow/joined/**")
    assert "已加上您的声音" in page.inner_text("main")
