"""Pages travel compressed; pictures and papers as they are.

Django pads each compressed page by a random length, so that nobody can guess at what it hides from its size (BREACH);
the tokens of forms are masked anew for each page besides.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

TEXTS = ("text/", "application/json", "application/geo+json", "application/manifest+json", "image/svg+xml")


class Compressed(GZipMiddleware):
    """Compress what is text, for whoever takes it."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The answer, compressed where that is worth it."""
        if not response.headers.get("Content-Type", "").startswith(TEXTS):
            return response
        return super().process_response(request, response)
