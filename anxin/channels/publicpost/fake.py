"""Members of staff at their browsers, for tests and the demo: an operator who enters posts, others who do the steps."""

from __future__ import annotations

from typing import Any

import httpx2

Answer = tuple[int, dict[str, Any]]


class Staff:
    """Somebody signed in at the desk over HTTP; without a login, somebody who is not.

    `with Staff(base, "lin.bo", password) as operator: ...`
    """

    door = "/channels/publicpost/"

    def __init__(self, base: str, login: str = "", password: str = "") -> None:
        self._client = httpx2.Client(base_url=base, trust_env=False, timeout=30)
        self._client.get("/desk/sign-in").raise_for_status()
        if login:
            typed = {"login": login, "password": password, "csrfmiddlewaretoken": self._token()}
            answer = self._client.post("/desk/sign-in", data=typed)
            if not answer.is_redirect:
                raise PermissionError(login)

    def __enter__(self) -> Staff:
        return self

    def __exit__(self, *args: object) -> None:
        self._client.close()

    def _token(self) -> str:
        return str(self._client.cookies.get("csrftoken") or "")

    def page(self, language: str = "zh-hans") -> tuple[int, str]:
        """The operator's page."""
        answer = self._client.get(self.door, headers={"accept-language": language})
        return answer.status_code, answer.text

    def fill_in(self, screenshot: bytes | None = None, **typed: str) -> tuple[int, str]:
        """Fill in the page and send it; status and the page that comes back."""
        self._client.get(self.door)
        files = {"screenshot": ("post.png", screenshot, "image/png")} if screenshot else None
        answer = self._client.post(self.door, data={**typed, "csrfmiddlewaretoken": self._token()}, files=files)
        return answer.status_code, answer.text

    def enter(self, **told: Any) -> Answer:
        """Enter a post through the door for programs."""
        return self._json(self.door, told)

    def verified(self, number: str, *, found: bool, text: str) -> Answer:
        """Say that somebody was on the spot."""
        return self._json(f"{self.door}{number}/verified", {"found": found, "text": text})

    def replied(self, number: str, *, at: str, text: str) -> Answer:
        """Say that the post was answered from the official account."""
        return self._json(f"{self.door}{number}/replied", {"at": at, "text": text})

    def _json(self, door: str, told: dict[str, Any]) -> Answer:
        answer = self._client.post(door, json=told, headers={"x-csrftoken": self._token()})
        json = answer.headers.get("content-type", "").startswith("application/json")
        return answer.status_code, answer.json() if json else {}
