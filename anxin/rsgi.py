"""The application as granian serves it: live updates are answered here, all else by the WSGI pages in a few threads.

A desk that listens (`/desk/live`) holds a connection for a whole shift; a thread for each would be needed otherwise.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import TYPE_CHECKING, Any

from anxin import wsgi
from anxin.live import door

if TYPE_CHECKING:
    from granian._granian import RSGIHTTPProtocol as HTTPProtocol
    from granian.rsgi import Scope

Headers = list[tuple[str, str]]
_PLAIN = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


def environ_of(scope: Scope, body: bytes) -> dict[str, Any]:
    """A request as WSGI describes it (PEP 3333)."""
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode("utf-8", "replace").decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        key = _PLAIN.get(name) or f"HTTP_{name.upper().replace('-', '_')}"
        environ[key] = f"{environ[key]}{'; ' if name == 'cookie' else ','}{value}" if key in environ else value
    if body:
        environ["CONTENT_LENGTH"] = str(len(body))
    if scope.authority and "HTTP_HOST" not in environ:
        environ["HTTP_HOST"] = scope.authority
    return environ


def answer_of(application: Callable[..., Iterable[bytes]], environ: dict[str, Any]) -> tuple[int, Headers, bytes]:
    """Run a WSGI application to its end: status, headers, body."""
    begun: list[Any] = [500, []]

    def start(status: str, headers: Headers, failed: Any = None) -> Callable[[bytes], None]:
        begun[:] = int(status[:3]), headers
        return written.append

    written: list[bytes] = []
    parts = application(environ, start)
    try:
        written.extend(parts)
    finally:
        if (close := getattr(parts, "close", None)) is not None:
            close()
    return begun[0], begun[1], b"".join(written)


class Application:
    """Everything under one address."""

    def __init__(self) -> None:
        self.threads = ThreadPoolExecutor(int(os.environ.get("ANXIN_THREADS", "2")), thread_name_prefix="page")

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """Answer one request."""
        if scope.path == door.PATH:
            return await door.answer(scope, protocol, self.threads)
        body = b"" if scope.method in ("GET", "HEAD") else await protocol()
        run = asyncio.get_running_loop().run_in_executor
        status, headers, content = await run(self.threads, answer_of, wsgi.application, environ_of(scope, body))
        protocol.response_bytes(status, headers, content)

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        """The server ends."""
        self.threads.shutdown(wait=False, cancel_futures=True)


application = Application()
