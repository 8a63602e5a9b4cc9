"""A member of the cast before the screen: signs in, reads pages, fills in the forms as they stand there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

from django.conf import settings
from django.test import Client


class Forms(HTMLParser):
    """The forms of a page: where each is sent, and what stands in its fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self._now: dict[str, str] | None = None
        self._area = self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Fields and their values."""
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._now = {}
            self.forms.setdefault(said.get("action", ""), self._now)
        elif self._now is not None and tag == "input" and said.get("name"):
            loose = said.get("type") in ("radio", "checkbox") and "checked" not in said
            if not loose and said.get("type") != "file":
                self._now[said["name"]] = said.get("value", "")
        elif self._now is not None and tag == "textarea":
            self._area = said["name"]
            self._now[self._area] = ""
        elif self._now is not None and tag == "select":
            self._select = said["name"]
        elif self._now is not None and tag == "option" and self._select and self._chosen(said):
            self._now[self._select] = said.get("value", "")

    def _chosen(self, said: dict[str, str]) -> bool:
        return "selected" in said or self._now is None or self._select not in self._now

    def handle_data(self, data: str) -> None:
        """What stands in a text area."""
        if self._area and self._now is not None:
            self._now[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        """The end of a field or form."""
        if tag == "textarea" and self._now is not None:
            self._now[self._area] = self._now[self._area].removeprefix("\n").removeprefix("\r\n")
            self._area = ""
        elif tag == "select":
            self._select = ""
        elif tag == "form":
            self._now = None


class Offered(Mapping[str, dict[str, str]]):
    """The menu of verbs on a matter: what stands open, and what is behind a line of the menu."""

    def __init__(self, person: Person, number: str) -> None:
        self.person, self.address = person, f"/desk/matters/{number}"
        page = person.read(self.address)
        self.open = self._of(page)
        lines = re.findall(r'data-do="([^"]+)"', page)
        self.menu = {each if each.startswith("step-") else each.partition("-")[0]: each for each in reversed(lines)}
        self.doing = re.findall(r'id="([^"]+)" class="doing"', page)

    def _of(self, page: str) -> dict[str, dict[str, str]]:
        begin = f"{self.address}/use/"
        found = Forms(page).forms
        return {place.removeprefix(begin): fields for place, fields in found.items() if place.startswith(begin)}

    def __getitem__(self, verb: str) -> dict[str, str]:
        """The form of a verb, as it stands on the page or after pressing its line."""
        if verb in self.open and (verb not in self.menu or self.menu[verb] in self.doing):
            return self.open[verb]
        return self._of(self.person.read(f"{self.address}?do={self.menu[verb]}"))[verb]

    def __iter__(self) -> Iterator[str]:
        """The verbs."""
        return iter({**self.menu, **self.open})

    def __len__(self) -> int:
        """How many."""
        return len({**self.menu, **self.open})


class Person:
    """One of the cast at a desk."""

    def __init__(self, login: str = "", *, strict: bool = False) -> None:
        self.client = Client(enforce_csrf_checks=strict, HTTP_ACCEPT_LANGUAGE="zh-hans")
        if login:
            self.sign_in(login)

    def sign_in(self, login: str, password: str = settings.DEMO_PASSWORD, **more: str) -> Any:
        """Sign in."""
        return self.client.post("/desk/sign-in", {"login": login, "password": password, **more})

    def act_as(self, post: int | None) -> None:
        """Choose the post."""
        assert self.client.post("/desk/post", {"post": str(post)}).status_code == 303

    def read(self, path: str, status: int = 200) -> str:
        """A page."""
        response = self.client.get(path)
        assert response.status_code == status, (path, response.status_code)
        return str(response.content.decode())

    def forms(self, number: str) -> Offered:
        """The verbs offered on a matter, with what stands in their forms; a form is opened when it is looked at."""
        return Offered(self, number)

    def send(self, number: str, verb: str, fields: dict[str, Any], **typed: Any) -> Any:
        """Send a form of a matter."""
        return self.client.post(f"/desk/matters/{number}/use/{verb}", {**fields, **typed})

    def use(self, number: str, verb: str, **typed: Any) -> Any:
        """Open a matter, fill in the form of a verb and send it."""
        response = self.send(number, verb, self.forms(number)[verb], **typed)
        assert response.status_code == 303, response.content.decode()
        return response
