"""What the stories of the channels need: Anxin served over HTTP, and the other sides, all on free ports."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from wsgiref.simple_server import WSGIRequestHandler

import pytest
from django.conf import settings as configured
from django.core.servers.basehttp import ThreadedWSGIServer
from django.core.wsgi import get_wsgi_application
from PIL import Image
from pytest_django import Settings

from anxin.channels.grid.fake import FakeGridApp
from anxin.channels.hotline.fake import FakeHotline
from anxin.channels.police.fake import FakePolice
from anxin.kernel import clock, files, jobs, notices, telling
from anxin.kernel.notices import Delivery
from tests.cast import Cast


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture(autouse=True)
def _nobody_listens_for_danger(settings: Settings) -> None:
    """These stories are about the exchange; an emergency is one here because somebody says so."""
    settings.DANGER = "show"


class Listener:
    """A server on a free port of this machine that keeps what is posted to it and answers with a status."""

    def __init__(self) -> None:
        self.status = 201
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                listener.got.append((self.path, {name.lower(): said for name, said in self.headers.items()}, body))
                self.send_response(listener.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def host(self) -> str:
        """Where it listens: address and port."""
        return f"127.0.0.1:{self.server.server_port}"


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Somebody outside who takes what is posted."""
    found = Listener()
    thread = threading.Thread(target=found.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield found
    found.server.shutdown()
    found.server.server_close()
    thread.join(timeout=5)


@pytest.fixture
def base(live_city: Cast) -> Iterator[str]:
    """Where Anxin is served for this test."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), _Silent)
    server.set_app(get_wsgi_application())
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)


@pytest.fixture
def sides(live_city: Cast, settings: Settings) -> dict[str, str]:
    """The addresses of the other sides; what earlier stories have left unsent is written off."""
    jobs.drain(ticks=False)
    Delivery.objects.filter(state=notices.WAITING).update(state=notices.DROPPED)
    settings.CHANNEL_URLS = {}
    urls: dict[str, str] = settings.CHANNEL_URLS
    return urls


@pytest.fixture
def hotline(sides: dict[str, str]) -> Iterator[FakeHotline]:
    """The hotline's platform, known to Anxin."""
    with FakeHotline(configured.CHANNEL_SECRETS["hotline"]) as side:
        sides["hotline"] = side.url
        yield side


@pytest.fixture
def police(sides: dict[str, str]) -> Iterator[FakePolice]:
    """110's platform, known to Anxin."""
    with FakePolice(configured.CHANNEL_SECRETS["police"]) as side:
        sides["police"] = side.url
        yield side


@pytest.fixture
def grid_app(sides: dict[str, str]) -> Iterator[FakeGridApp]:
    """The grid workers' app, known to Anxin."""
    with FakeGridApp(configured.CHANNEL_SECRETS["grid"]) as side:
        sides["grid"] = side.url
        yield side


@pytest.fixture
def post_goes_out() -> Callable[[], None]:
    """Tell what has been written down and send what is queued, once."""

    def go() -> None:
        jobs.drain(ticks=False)
        while telling.deliver():
            pass

    return go


@pytest.fixture
def unique() -> Callable[[str], str]:
    """Numbers no other story uses."""
    start, count = f"{clock.now():%y%m%d%H%M%S%f}", iter(range(1, 10_000))
    return lambda prefix: f"{prefix}-{start}-{next(count)}"


@pytest.fixture
def photo() -> bytes:
    """A photo somebody took."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (40, 90, 160)).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def proof(live_city: Cast, photo: bytes) -> list[str]:
    """The photo, stored."""
    return [files.keep(photo).sha256]
