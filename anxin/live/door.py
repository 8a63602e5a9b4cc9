"""`/desk/live`: the stream a desk listens to (Server-Sent Events).

Events: `hello` (the stream begins), `matter` (one has changed: number, verb, heaps, line), `many` (more than can be
told one by one), `bell` (unread notices), `reload` (what was missed cannot be told any more), `bye` (ask who you are).
The id of an event is a moment (`feed.py`); whoever comes back with `Last-Event-ID` or `?since=` hears what was missed.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from anxin.live import readers
from anxin.live.hub import Desk, Hub
from anxin.live.readers import PATH

if TYPE_CHECKING:
    from granian._granian import RSGIHTTPProtocol as HTTPProtocol
    from granian.rsgi import Scope

MOST = 5000
"""Connections of one process."""
STREAM = [
    ("content-type", "text/event-stream; charset=utf-8"),
    ("cache-control", "no-store"),
    ("x-accel-buffering", "no"),
    ("x-content-type-options", "nosniff"),
]
PLAIN = [("content-type", "text/plain; charset=utf-8"), ("cache-control", "no-store")]
hub = Hub()

__all__ = ["PATH", "answer", "hub"]


async def answer(scope: Scope, protocol: HTTPProtocol, threads: Executor) -> None:
    """Let a desk listen until it goes, or its session ends. 401 for nobody, 403 from other sites, 503 when full."""
    get = scope.headers.get
    if scope.method != "GET":
        return protocol.response_empty(405, PLAIN)
    if get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return protocol.response_empty(403, PLAIN)
    if len(hub) >= MOST:
        return protocol.response_empty(503, [*PLAIN, ("retry-after", "30")])
    cookies, languages = get("cookie", ""), get("accept-language", "")
    loop = asyncio.get_running_loop()
    reader = await loop.run_in_executor(threads, readers.reader, cookies, languages)
    if reader is None:
        return protocol.response_empty(401, PLAIN)
    since = get("last-event-id", "") or parse_qs(scope.query_string).get("since", [""])[0]
    desk = Desk(reader, cookies, languages)
    gone = asyncio.ensure_future(protocol.client_disconnect())
    gone.add_done_callback(lambda _: desk.close())
    try:
        stream = protocol.response_stream(200, STREAM)
        await stream.send_bytes(b"retry: 2000\n\n")
        await hub.join(desk, since)
        while told := await desk.next():
            await stream.send_bytes(told)
    except RuntimeError:  # granian's word for a connection that is gone
        pass
    finally:
        hub.leave(desk)
        gone.cancel()
