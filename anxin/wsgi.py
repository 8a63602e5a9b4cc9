"""The WSGI application, served by granian."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxin.settings")
_pages = get_wsgi_application()

from django.conf import settings  # noqa: E402 - Django must be ready first
from whitenoise import WhiteNoise  # noqa: E402

from anxin.api.reports import in_front_of  # noqa: E402

HASHED = re.compile(r"/built/.*-[\w-]{8}\.\w+$")
"""Files whose name changes with what is in them: kept for good by whoever has fetched them."""


def _static(headers: Any, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"


_application: Any = WhiteNoise(
    in_front_of(_pages),
    root=settings.STATIC_ROOT if Path(settings.STATIC_ROOT).exists() else None,
    prefix=settings.STATIC_URL,
    max_age=300,
    immutable_file_test=lambda path, url: HASHED.search(url) is not None,
    allow_all_origins=False,
    add_headers_function=_static,
)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Everything but live updates. Behind one of our own proxies the asker's address is the last one the proxy adds."""
    if environ.get("PATH_INFO") == "/desk/live":  # under another server a stream would take a thread: pages ask instead
        start_response("204 No Content", [("Cache-Control", "no-store")])
        return []
    if settings.PROXIES and environ.get("REMOTE_ADDR") in settings.PROXIES:
        asker = environ.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        environ["REMOTE_ADDR"] = asker or environ["REMOTE_ADDR"]
    answer: Iterable[bytes] = _application(environ, start_response)
    return answer
