"""What a reader sees, and what the log keeps, when something goes wrong."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from anxin.kernel.errors import AnxinError

log = logging.getLogger("anxin")


class JsonLine(logging.Formatter):
    """One line of JSON per event, with the matter's number where there is one, never with personal data."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "at": self.formatTime(record), "level": record.levelname, "logger": record.name,
            "event": record.getMessage(),
        }
        for name in ("matter", "code", "path", "channel"):
            if (value := getattr(record, name, None)) is not None:
                line[name] = value
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def wants_json(request: HttpRequest) -> bool:
    """Whether the asker is a program."""
    return request.path.startswith(("/api/", "/channels/")) or "application/json" in request.headers.get("Accept", "")


def errors_in_words(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer an AnxinError in the reader's language, with its status (middleware)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, AnxinError):
            return None
        if error.status >= 500 or error.status == 401:
            log.warning("refused", extra={"code": error.code, "path": request.path})
        return answer(request, error)

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


def answer(request: HttpRequest, error: AnxinError) -> HttpResponse:
    """The error as JSON for programs, as a page for people."""
    if wants_json(request):
        body = {"error": error.code, "message": error.message, "fields": error.fields}
        return JsonResponse(body, status=error.status, json_dumps_params={"ensure_ascii": False})
    return render(request, "wrong.html", {"error": error}, status=error.status)
