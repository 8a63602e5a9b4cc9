"""Every page, Chinese and English, on a desk and on a small phone: nothing serious for axe, nothing wider than it."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings

from anxin.kernel import flow
from tests.browser.conftest import PHONE, Enter, axe
from tests.cast import Cast, garage

DESK = {
    "li.juan": ["/desk/", "/desk/new", "/desk/hot", "/desk/accuracy", "/desk/matters/{number}"],
    "sun.li": ["/desk/", "/desk/matters/{number}"],
}
PUBLIC = ["/", "/report", "/follow", "/follow/{number}/{code}", "/notice", "/desk/sign-in"]


@pytest.fixture
def garage_matter(live_city: Cast) -> Any:
    """The garage, reported and dispatched."""
    return flow.report(garage(), live_city.resident).matter


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_pages_are_for_everybody(person: Enter, garage_matter: Any, language: str, size: str) -> None:
    found: list[str] = []
    more = PHONE if size == "phone" else {"viewport": {"width": 1440, "height": 900}}
    for login, addresses in (("", PUBLIC), *DESK.items()):
        page = person(login, **more)
        page.context.add_cookies(
            [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": page.context.pages[0].url
              if login else page.goto("/").url}]
        )  # fmt: skip
        for address in addresses:
            page.goto(address.format(number=garage_matter.number, code=garage_matter.follow_code))
            found += axe(page)
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if wide > 0:
                found.append(f"{page.url}: {wide} px wider than the screen")
    assert found == []
