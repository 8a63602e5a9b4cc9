"""Headers every page of the house carries: nothing from elsewhere is loaded, nothing inline is run."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from anxin.maps import basemap

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
OF_A_FILE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""For photos and papers people have sent: whatever they contain does nothing."""


def policy() -> str:
    """The policy of a page: nothing from elsewhere, but the pictures of the base map the operator has chosen."""
    hosts = " ".join(basemap.chosen().hosts)
    if not hosts:
        return POLICY
    return POLICY.replace("img-src 'self' data:", f"img-src 'self' data: {hosts}; connect-src 'self' {hosts}")


def strict(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Add the headers (middleware); a view that has set its own keeps it. Staff pages are kept nowhere."""
    allowed = policy()

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", allowed)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(self)")
        if request.path.startswith("/desk/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware
