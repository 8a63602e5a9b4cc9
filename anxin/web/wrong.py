"""What a reader sees, and what the log keeps, when something goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.defaults import page_not_found

from anxin.api.answers import OtherMethod
from anxin.kernel.errors import AnxinError, BrokenEncoding, NotAllowed, NotFound, NotSignedIn
from anxin.web.signin import ask_to_sign_in, without_token

log = logging.getLogger("anxin")
OWN_FORM = ("/open311/",)
"""Doors whose standard has a form for errors; they look at what they are sent themselves."""


def wants_json(request: HttpRequest) -> bool:
    """Whether the asker is a program."""
    path = request.path
    door = path.startswith(("/api/", "/channels/", "/maps/", "/phone/", "/open-data/"))
    door = door and path not in ("/phone/", "/open-data/")
    return door or path.endswith(".json") or "application/json" in request.headers.get("Accept", "")


def errors_in_words(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer an AnxinError in the reader's language, with its status (middleware)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        texts = [request.path, *(text for values in request.GET.lists() for text in values[1])]
        if not request.path.startswith(OWN_FORM) and any("\x00" in text for text in texts):
            return answer(request, BrokenEncoding())  # no database can hold it
        response = get_response(request)
        if response.status_code == 405 and not response.content and wants_json(request):
            allowed = response.headers.get("Allow", "")
            response = answer(request, OtherMethod(allowed))
            response.headers["Allow"] = allowed
        return response

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, AnxinError):
            return None
        if error.status >= 500 or error.status == 401:
            log.warning("refused", extra={"code": error.code, "path": request.path})
        return answer(request, error)

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such address: in words for programs, the usual page for people."""
    if wants_json(request):
        return answer(request, NotFound())
    return page_not_found(request, exception)


def answer(request: HttpRequest, error: AnxinError) -> HttpResponse:
    """The error as JSON for programs, as a page for people; who is not signed in to the desk is asked to."""
    if wants_json(request):
        body = {"error": error.code, "message": error.message, "fields": error.fields}
        return JsonResponse(body, status=error.status, json_dumps_params={"ensure_ascii": False})
    room = request.method == "POST" and request.path.startswith("/situation/")
    if isinstance(error, NotSignedIn) and (room or request.path.startswith("/desk/")):
        return ask_to_sign_in(request)
    return render(request, "wrong.html", {"error": error}, status=error.status)


def no_token(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its token (CSRF): say so in words; going back keeps what was typed."""
    return (None if wants_json(request) else without_token(request)) or answer(request, NoToken())


class NoToken(NotAllowed):
    """页面已失效（安全校验未通过）：请返回上一页，刷新后重新提交。"""

    code = "no_token"
