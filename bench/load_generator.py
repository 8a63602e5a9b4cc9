"""Send prepared HTTP requests over so many connections, as light on the processor as Python allows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Sent:
    """What came back: seconds each answered request took, and how many there were of each status."""

    seconds: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    elapsed: float = 0.0


class _Line(asyncio.Protocol):
    """One connection: the next request goes out when the answer to the last has come."""

    def __init__(self, requests: Iterator[bytes], sent: Sent, end: float, done: asyncio.Future[None]) -> None:
        self.requests, self.sent, self.end, self.done = requests, sent, end, done
        self.buffer = b""
        self.began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = transport
        self._next()

    def _next(self) -> None:
        request = next(self.requests, None) if time.perf_counter() < self.end else None
        if request is None:
            self.transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        self.began = time.perf_counter()
        self.transport.write(request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        """Gather one answer."""
        self.buffer += data
        head = self.buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        lower = self.buffer[:head].lower()
        mark = lower.find(b"content-length:")
        length = int(lower[mark + 15 :].split(b"\r\n", 1)[0]) if mark >= 0 else 0
        if len(self.buffer) < head + 4 + length:
            return
        status = int(self.buffer[9:12])
        self.buffer = self.buffer[head + 4 + length :]
        self.sent.seconds.append(time.perf_counter() - self.began)
        self.sent.statuses[status] = self.sent.statuses.get(status, 0) + 1
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        """The other side is gone."""
        if not self.done.done():
            self.done.set_result(None)


async def _send(port: int, requests: Iterator[bytes], lines: int, seconds: float, sent: Sent) -> None:
    loop = asyncio.get_running_loop()
    end = time.perf_counter() + seconds
    ends = [loop.create_future() for _ in range(lines)]
    for done in ends:
        await loop.create_connection(lambda done=done: _Line(requests, sent, end, done), "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*ends)


def send(port: int, requests: list[bytes], *, lines: int, seconds: float) -> Sent:
    """Send requests over `lines` connections until the time is over or none is left."""
    sent = Sent()
    began = time.perf_counter()
    asyncio.run(_send(port, iter(requests), lines, seconds, sent))
    sent.elapsed = time.perf_counter() - began
    return sent
