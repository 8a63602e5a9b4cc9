"""How a question is put: one pool of connections, tried again where that is harmless."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from anxin_client.errors import AnxinError, NotReady, TooMany, check, out_of_reach


class Client:
    """A connection to one city. `tries`: how often something harmless to repeat is sent; waits 1 s, 2 s, 4 s ..."""

    def __init__(
        self, base: str, *, language: str = "zh-hans", timeout: float = 10.0, tries: int = 3,
        sleep: Callable[[float], None] = time.sleep, http: httpx.Client | None = None,
    ) -> None:  # fmt: skip
        self._http = http or httpx.Client(timeout=timeout)
        self._base, self._language, self._tries, self._sleep = base.rstrip("/"), language, max(tries, 1), sleep

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def _send(self, method: str, path: str, *, headers: Callable[[], Mapping[str, str]] = dict, **more: Any) -> Any:
        """Send until it is answered; what the city refuses is not sent again. `headers` are made anew each time."""
        for number in range(1, self._tries + 1):
            try:
                own = {"accept": "application/json", "accept-language": self._language, **headers()}
                return check(self._http.request(method, self._base + path, headers=own, **more))
            except httpx.HTTPError as error:
                failed: AnxinError = out_of_reach(error)
            except (NotReady, TooMany) as error:
                failed = error
            if number < self._tries:
                self._sleep(2.0 ** (number - 1))
        raise failed
