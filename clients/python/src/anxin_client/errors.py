"""What can go wrong between a program and a city."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import httpx


class AnxinError(Exception):
    """The city refused. `status`: of HTTP; `code`: a lasting word; `fields`: what each wrong field is told."""

    def __init__(self, status: int, code: str, message: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.fields = status, code, message, dict(fields or {})


class Wrong(AnxinError):
    """What was sent is wrong; sending it again will not help."""


class NotAllowed(AnxinError):
    """No key, a wrong key, or not entitled."""


class NotFound(AnxinError):
    """It does not exist, or may not be known."""


class TooMany(AnxinError):
    """Too much at once; wait."""


class NotReady(AnxinError):
    """Not now, or out of reach. Sending the same under the same key again is harmless."""


_BY_STATUS: Mapping[int, type[AnxinError]] = {401: NotAllowed, 403: NotAllowed, 404: NotFound, 429: TooMany}


def check(answer: httpx.Response) -> Any:
    """The JSON of a good answer. Raises the error of any other, in whichever of the two forms it is told."""
    try:
        told = answer.json()
    except ValueError:
        told = None
    if answer.is_success and told is not None:
        return told
    kind = NotReady if answer.status_code >= 500 or answer.is_success else _BY_STATUS.get(answer.status_code, Wrong)
    if isinstance(told, Mapping) and "error" in told:
        raise kind(answer.status_code, str(told["error"]), str(told.get("message", "")), told.get("fields"))
    if isinstance(told, Sequence) and told and isinstance(told[0], Mapping):
        lines = [str(each.get("description", "")) for each in told]
        fields = dict(line.split(": ", 1) for line in lines if ": " in line)
        raise kind(answer.status_code, str(told[0].get("code", answer.status_code)), "\n".join(lines), fields)
    raise kind(answer.status_code, str(answer.status_code), answer.reason_phrase)


def out_of_reach(error: httpx.HTTPError) -> NotReady:
    """A city that does not answer."""
    return NotReady(0, "out_of_reach", type(error).__name__)
