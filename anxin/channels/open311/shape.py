"""One value, two forms: XML and JSON by the same mapping, and errors in the form of the question.

A list is an element with its items inside in XML and a bare array in JSON; what is empty is an empty element and null.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any
from xml.sax.saxutils import escape

import msgspec
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from anxin.kernel.errors import AnxinError, BadInput, BrokenEncoding, NotFound, NotReady, UnknownKind

log = logging.getLogger("anxin.open311")
FORMATS = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
ITEMS = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
    "notes": "note",
}
"""What the items of a list are called in XML."""
_NEVER = {code: None for code in range(32) if code not in (9, 10, 13)} | {0xFFFE: None, 0xFFFF: None}
STATUSES = (403, 404, 429, 503)
"""Besides these everything a caller does wrong is 400."""
View = Callable[..., HttpResponse]


def xml(name: str, value: Any) -> str:
    """A value as an element and all that is in it."""
    if value is None or value == "":
        return f"<{name}/>"
    if isinstance(value, dict):
        inside = "".join(xml(key, each) for key, each in value.items())
    elif isinstance(value, list):
        inside = "".join(xml(ITEMS[name], each) for each in value)
    elif isinstance(value, bool):
        inside = "true" if value else "false"
    else:
        inside = escape(str(value).translate(_NEVER))
    return f"<{name}>{inside}</{name}>"


def _emptied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _emptied(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_emptied(each) for each in value]
    return None if value == "" else value


def answer(form: str, root: str, value: Any, status: int = 200) -> HttpResponse:
    """A value in the form that was asked for; `root` is what it is called in XML."""
    if form == "json":
        body = msgspec.json.encode(_emptied(value))
    else:
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n{xml(root, value)}\n'.encode()
    return HttpResponse(body, content_type=FORMATS[form], status=status)


def refused(form: str, error: AnxinError) -> HttpResponse:
    """An error in the form that was asked for: one line for each thing that is wrong."""
    unknown = isinstance(error, UnknownKind)
    status = 404 if unknown else error.status if error.status in STATUSES or error.status >= 500 else 400
    told = [f"{name}: {sentence}" if sentence else name for name, sentence in error.fields.items()]
    lines = told if told and not unknown else [" ".join([error.message, *told])]
    return errors(form, status, lines)


def errors(form: str, status: int, lines: list[str]) -> HttpResponse:
    """Errors of one status."""
    return answer(form, "errors", [{"code": status, "description": line} for line in lines], status)


def door(*methods: str) -> Callable[[View], View]:
    """A view of GeoReport: `format` comes from the address, everything that goes wrong is told in it.

    What everybody may read, any page may read (CORS); nothing is kept longer than a minute.
    """
    allowed = [*methods, "HEAD"] if "GET" in methods else list(methods)

    def around(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, format: str = "xml", **named: Any) -> HttpResponse:
            form = format if format in FORMATS else "xml"
            response = _asked(view, request, form, named) if request.method in allowed else None
            if response is None:
                response = errors(form, 405, [", ".join(allowed)])
                response.headers["Allow"] = ", ".join(allowed)
            response.headers["X-Content-Type-Options"] = "nosniff"
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Vary"] = "Accept-Language"
            reading = request.method in ("GET", "HEAD") and response.status_code == 200
            response.headers["Cache-Control"] = "public, max-age=60" if reading else "no-store"
            return response

        return csrf_exempt(guarded)

    return around


def _asked(view: View, request: HttpRequest, form: str, named: dict[str, Any]) -> HttpResponse:
    try:
        if "\x00" in request.path or any("\x00" in text for each in request.GET.lists() for text in each[1]):
            raise BrokenEncoding
        try:
            return view(request, form, **named)
        except OperationalError:
            if connection.in_atomic_block:
                raise
            connection.close()
            return view(request, form, **named)
    except AnxinError as error:
        if error.status >= 500:
            log.warning("refused", extra={"code": error.code, "path": request.path})
        return refused(form, error)
    except (BadRequest, SuspiciousOperation, MultiPartParserError) as error:
        return refused(form, BadInput(str(error)))
    except OperationalError:
        log.exception("the database does not answer", extra={"path": request.path})
        return refused(form, NotReady())


def missing(what: str) -> NotFound:
    """Something that was named does not exist, or may not be known."""
    return NotFound(fields={what: _("不存在")})
