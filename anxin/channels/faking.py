"""The other side of a wire, for tests and the demo: a small platform that checks our signatures and remembers.

It can be told to fail so many times, to be slow, or to answer rubbish; and it can knock at our door, properly signed,
or with one byte off. Only `fake.py` of the channels and tests use it.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import httpx2
import msgspec
from standardwebhooks import Webhook, WebhookVerificationError

from anxin.channels import wire
from anxin.kernel import clock


@dataclass(frozen=True, slots=True)
class Got:
    """One message that arrived, with a good signature, for the first time."""

    key: str
    type: str
    data: dict[str, Any]


class OtherSide:
    """A platform on a free port of this machine. `with FakeHotline(secret) as hotline: ... hotline.url`."""

    channel = ""
    door = ""

    def __init__(self, secret: str, port: int = 0) -> None:
        self.secret = secret
        self.got: list[Got] = []
        self.repeated: list[str] = []
        self.refused = 0
        self.tried = 0
        self.on_message: Callable[[Got], None] | None = None
        self._trouble: list[tuple[str, float]] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """Where it takes messages."""
        return f"http://127.0.0.1:{self._server.server_port}/anxin"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def fail(self, times: int, status: int = 503) -> None:
        """Answer the next messages with an error."""
        self._trouble += [("fail", float(status))] * times

    def be_slow(self, seconds: float, times: int = 1) -> None:
        """Take so long over the next messages."""
        self._trouble += [("slow", seconds)] * times

    def talk_rubbish(self, times: int) -> None:
        """Answer the next messages with a friendly page and status 200, and keep nothing."""
        self._trouble += [("rubbish", 0.0)] * times

    def types(self, number: str = "") -> list[str]:
        """What arrived, by type, in the order it came; of one order where its number is given."""
        return [each.type for each in self.got if number in ("", each.data.get("number"), each.data.get("matter"))]

    def last(self, kind: str) -> dict[str, Any]:
        """The data of the newest message of a type."""
        return next(each.data for each in reversed(self.got) if each.type == kind)

    # ---- knocking at our door

    def say(
        self, base: str, kind: str, data: dict[str, Any], *, key: str = "", spoil: bool = False
    ) -> tuple[int, dict[str, Any]]:
        """Send us a message, signed; returns status and answer. `spoil`: one byte is changed on the way."""
        body = msgspec.json.encode({"type": kind, "timestamp": clock.now(), "data": data})
        signed = wire.headers(self.secret, key or f"msg-{uuid.uuid4().hex}", body, clock.now())
        sent = body[:-3] + bytes([body[-3] ^ 1]) + body[-2:] if spoil else body
        return self._answer(httpx2.post(base + self.door, content=sent, headers=signed, trust_env=False, timeout=30))

    def ask(self, base: str, number: str, *, about: str = "") -> tuple[int, dict[str, Any]]:
        """Ask us how far an order is. `about`: another number in the signed id (must be refused)."""
        signed = wire.headers(self.secret, f"state:{about or number}/{uuid.uuid4().hex}", b"", clock.now())
        return self._answer(httpx2.get(f"{base}{self.door}/{number}", headers=signed, trust_env=False, timeout=30))

    @staticmethod
    def _answer(answer: httpx2.Response) -> tuple[int, dict[str, Any]]:
        said = answer.json() if answer.headers.get("content-type", "").startswith("application/json") else {}
        return answer.status_code, said

    # ---- being knocked at

    def _take(self, key: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        with self._lock:
            self.tried += 1
            what, how = self._trouble.pop(0) if self._trouble else ("", 0.0)
        if what == "slow":
            time.sleep(how)
        if what == "fail":
            return int(how), b"{}"
        if what == "rubbish":
            return 200, b"<html>Welcome to the gateway</html>"
        try:
            told = Webhook(self.secret).verify(body, headers)
        except (WebhookVerificationError, ValueError):
            with self._lock:
                self.refused += 1
            return 401, b"{}"
        got = Got(key, told["type"], told["data"])
        with self._lock:
            new = all(each.key != key for each in self.got)
            if new:
                self.got.append(got)
            else:
                self.repeated.append(key)
        if new and self.on_message is not None:
            self.on_message(got)
        return 200, msgspec.json.encode({"received": key})

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        side = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                status, said = side._take(self.headers.get("webhook-id", ""), dict(self.headers.items()), body)
                self.send_response(status)
                self.send_header("content-type", "application/json" if said.startswith(b"{") else "text/html")
                self.send_header("content-length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing: the demo's terminal belongs to the story."""

        return Handler
