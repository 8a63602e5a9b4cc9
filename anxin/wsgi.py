"""The WSGI application, served by granian."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxin.settings")
_pages = get_wsgi_application()

from django.conf import settings  # noqa: E402 - Django must be ready first

from anxin.api.reports import in_front_of  # noqa: E402

_application = in_front_of(_pages)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Everything but live updates. Behind one of our own proxies the asker's address is the last one the proxy adds."""
    if environ.get("PATH_INFO") == "/desk/live":  # under another server a stream would take a thread: pages ask instead
        start_response("204 No Content", [("Cache-Control", "no-store")])
        return []
    if settings.PROXIES and environ.get("REMOTE_ADDR") in settings.PROXIES:
        asker = environ.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        environ["REMOTE_ADDR"] = asker or environ["REMOTE_ADDR"]
    return _application(environ, start_response)
