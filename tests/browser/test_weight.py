"""What a page weighs: compressed script and style, as they come over the wire, before any map."""

from __future__ import annotations

from typing import Any

import pytest

from anxin.kernel import flow
from tests.browser.conftest import PHONE, Enter
from tests.cast import Cast, garage

WEIGHT = """() => performance.getEntriesByType('resource')
    .filter((each) => /\\.(js|css)(\\?|$)/.test(each.name) && !/maplibre|\\/map-/.test(each.name))
    .map((each) => [each.name, each.encodedBodySize])"""
PAGES = [
    ("", "/report", 60),
    ("", "/", 60),
    ("", "/around", 60),
    ("li.juan", "/desk/", 150),
    ("li.juan", "/desk/matters/{number}", 150),
    ("li.juan", "/desk/new", 150),
    ("li.juan", "/desk/notifications/", 150),
    ("wu.fang", "/phone/", 60),
]


@pytest.mark.parametrize(("login", "address", "most"), PAGES)
def test_pages_are_light(person: Enter, live_city: Cast, login: str, address: str, most: int) -> None:
    number = flow.report(garage(), live_city.resident).matter.number
    page = person(login, **(PHONE if not login else {}))
    answer = page.goto(address.format(number=number))
    assert answer.ok, (page.url, answer.status, page.inner_text("body")[:300])
    page.wait_for_load_state("networkidle") if "/desk/" not in address else page.wait_for_timeout(800)
    found: list[list[Any]] = page.evaluate(WEIGHT)
    assert found
    assert sum(size for _name, size in found) <= most * 1000, found
