"""What a program gets back: JSON, and errors in the language it asked for."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

import msgspec
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from anxin.kernel.errors import AnxinError, BadInput, NotReady

log = logging.getLogger("anxin.api")
View = Callable[..., HttpResponse]


class OtherMethod(BadInput):
    """这一接口只接受另一种请求方法。"""

    status, code = 405, "other_method"


def json(value: Any, status: int = 200) -> HttpResponse:
    """A value as JSON."""
    response = HttpResponse(msgspec.json.encode(value), content_type="application/json", status=status)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def wrong(error: AnxinError) -> HttpResponse:
    """An error as JSON: its code, its sentence, and which fields it is about."""
    return json({"error": error.code, "message": error.message, "fields": error.fields}, error.status)


def door(method: str) -> Callable[[View], View]:
    """A view for programs, on one method: errors become JSON; a connection that was lost is opened anew once.

    Doing it again is harmless, since whatever changes something goes under a key. No cookie gives authority for a
    change here, so no form token is asked for.
    """

    def around(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
            if request.method != method and not (method == "GET" and request.method == "HEAD"):
                response = wrong(OtherMethod(method))
                response.headers["Allow"] = f"{method}, HEAD" if method == "GET" else method
                return response
            with translation.override(translation.get_language_from_request(request)):
                try:
                    try:
                        return view(request, *args, **named)
                    except OperationalError:
                        if connection.in_atomic_block:
                            raise
                        connection.close()
                        return view(request, *args, **named)
                except AnxinError as error:
                    if error.status == 401:
                        log.warning("refused", extra={"code": error.code, "path": request.path})
                    return wrong(error)
                except OperationalError:
                    log.exception("the database does not answer", extra={"path": request.path})
                    return wrong(NotReady())

        return csrf_exempt(guarded)

    return around


def understood(body: bytes, shape: Any) -> Any:
    """The body of a request in its shape. Raises BadInput naming the field that is wrong; NUL characters are."""
    if b"\\u0000" in body:
        raise BadInput(fields={"body": translation.gettext("含有不可识别的字符")})
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        sentence, _, where = str(error).partition(" - at `")
        raise BadInput(fields={where.strip("`").removeprefix("$.").strip("$") or "body": sentence}) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(fields={"body": f"JSON: {error}"}) from error
