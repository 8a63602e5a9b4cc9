"""高扬 before a page of administration: fills in, looks at what it brings with it, confirms."""

from __future__ import annotations

import html
import re
from typing import Any

from django.urls import reverse

from anxin.web.tests.desk_client import Forms, Person


class Administrator(Person):
    """Somebody who changes the house."""

    def __init__(self, login: str = "gao.yang") -> None:
        super().__init__(login)

    def open(self, name: str, /, *args: Any) -> tuple[str, dict[str, str]]:
        """The address of a form and what stands in it."""
        path = reverse(f"administration:{name}", args=args)
        return path, Forms(self.read(path)).forms[path]

    def preview(self, name: str, /, *args: Any, status: int = 200, **typed: Any) -> str:
        """What a change would bring with it; the page as text."""
        path, fields = self.open(name, *args)
        response = self.client.post(path, {**fields, **typed, "do": "preview"})
        assert response.status_code == status, (response.status_code, plain(response.content.decode()))
        self.last = path, Forms(response.content.decode()).forms.get(path, {})
        return plain(response.content.decode())

    def confirm(self, status: int = 303) -> Any:
        """Confirm what was just looked at."""
        path, fields = self.last
        response = self.client.post(path, {**fields, "do": "confirm"})
        assert response.status_code == status, (response.status_code, plain(response.content.decode()))
        return response

    def change(self, name: str, /, *args: Any, **typed: Any) -> str:
        """Look and confirm."""
        said = self.preview(name, *args, **typed)
        self.confirm()
        return said


def plain(page: str) -> str:
    """A page as one reads it."""
    main = page[page.find("<main") :]
    main = re.sub(r"<textarea[^>]*hidden.*?</textarea>", "", main, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", main)))
