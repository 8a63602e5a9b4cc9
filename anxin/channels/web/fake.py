"""A resident with a browser, for tests and the demo: fills in the public form, follows the matter, judges the answer.

The pages are read as they are served: fields are found by their form, hidden ones are sent along, nothing is guessed.
"""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urlsplit

import httpx2

NOT_TYPED = ("checkbox", "radio", "file", "submit")


class _Forms(HTMLParser):
    """The forms of a page: the values their fields have now, by name; the words of the page beside."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self.words: list[str] = []
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note forms and fields."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({})
            self._inside = True
        elif self._inside and tag in ("input", "textarea", "select") and given.get("type") not in NOT_TYPED:
            self.forms[-1][given.get("name", "")] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """Note where a form ends."""
        if tag == "form":
            self._inside = False

    def handle_data(self, data: str) -> None:
        """Note what can be read."""
        if data.strip():
            self.words.append(data.strip())


class Resident:
    """Somebody at home. `with Resident(base) as wang: number, code = wang.report("...", phone="...")`."""

    def __init__(self, base: str) -> None:
        self._client = httpx2.Client(base_url=base, trust_env=False, timeout=30, follow_redirects=True)

    def __enter__(self) -> Resident:
        return self

    def __exit__(self, *args: object) -> None:
        self._client.close()

    def report(self, said: str, *, photo: bytes | None = None, **typed: str) -> tuple[str, str]:
        """Fill in the form and send it; number and follow code. Raises ValueError with the page's words if it fails."""
        form = self._form("/report", "said")
        files = {"photos": ("photo.jpg", photo, "image/jpeg")} if photo else None
        answer = self._client.post("/report", data={**form, **typed, "said": said}, files=files)
        asked = next((each for each in _Forms(answer.text).forms if "said" in each and "ask" not in each), None)
        if answer.is_success and asked is not None:  # "is it this one?" - it is not
            answer = self._client.post("/report", data={**asked, **typed, "said": said})
        path = urlsplit(str(answer.url)).path.split("/")
        if not answer.is_success or len(path) != 4 or path[1] != "follow":
            raise ValueError(" ".join(_Forms(answer.text).words))
        return path[2], path[3]

    def follow(self, number: str, code: str) -> str:
        """What the page of the matter says, as running words. Raises LookupError when it is not to be found."""
        answer = self._client.get("/follow", params={"number": number, "code": code})
        if not answer.is_success:
            raise LookupError(number)
        return " ".join(_Forms(answer.text).words)

    def judge(self, number: str, code: str, answer: str, text: str = "") -> int:
        """Judge the answer: satisfied, fairly, dissatisfied, unsolved; the status of the page."""
        return self._act(number, code, "answer", text, answer=answer)

    def have_reopened(self, number: str, code: str, text: str) -> int:
        """Ask for it to be taken up again; the status of the page."""
        return self._act(number, code, "reopen", text)

    def add(self, number: str, code: str, text: str) -> int:
        """Add something to the matter; the status of the page."""
        return self._act(number, code, "voice", text)

    def _act(self, number: str, code: str, act: str, text: str, **more: str) -> int:
        door = f"/follow/{number}/{code}"
        form = next((each for each in self._forms(door) if each.get("act") == act), None)
        if form is None:
            raise LookupError(act)
        return int(self._client.post(door, data={**form, "text": text, **more}).status_code)

    def _form(self, page: str, field: str) -> dict[str, str]:
        return next(form for form in self._forms(page) if field in form)

    def _forms(self, page: str) -> list[dict[str, str]]:
        answer = self._client.get(page)
        answer.raise_for_status()
        return _Forms(answer.text).forms
