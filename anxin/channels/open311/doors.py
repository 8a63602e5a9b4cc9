"""The addresses of GeoReport v2: discovery, services, definitions, requests in and out, tokens. XML and JSON alike."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import re_path
from django.utils.translation import get_language

from anxin.channels.open311 import asked, attributes, receive, shown
from anxin.channels.open311.shape import answer, door, missing
from anxin.kernel import areas, house, registry
from anxin.kernel.registry import Kind

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
CHANGESET = "2026-11-24T00:00:00+08:00"
"""When the description of the endpoint last changed."""


def jurisdictions() -> set[str]:
    """What this city may be called by: what the installation says, else the code of the city."""
    if settings.JURISDICTION:
        return {settings.JURISDICTION}
    return {area.code for area in areas.tree().areas.values() if area.level == "city"}


def _here(request: HttpRequest) -> None:
    """Raise NotFound when another jurisdiction is asked for; one city is served, so none need be named."""
    named = asked.one(request.GET, "jurisdiction_id")
    if not named and request.method == "POST":
        named = receive.form_of(request).get("jurisdiction_id", "").strip()
    if named and named not in jurisdictions():
        raise missing("jurisdiction_id")


@door("GET")
def discovery(request: HttpRequest, form: str) -> HttpResponse:
    """Where the endpoint is, what it speaks, whom to ask for a key."""
    endpoint = {
        "specification": SPECIFICATION,
        "url": request.build_absolute_uri("/open311/v2"),
        "changeset": CHANGESET,
        "type": "test" if settings.DEMO else "production",
        "formats": ["text/xml", "application/json"],
    }
    told = {
        "changeset": CHANGESET,
        "contact": settings.OPEN311_CONTACT,
        "key_service": settings.OPEN311_CONTACT,
        "endpoints": [endpoint],
    }
    return answer(form, "discovery", told)


@door("GET")
def services(request: HttpRequest, form: str) -> HttpResponse:
    """The services: kinds that may be reported here."""
    _here(request)
    return answer(form, "services", [_service(kind) for kind in shown.services().values()])


def _service(kind: Kind) -> dict[str, object]:
    english = not (get_language() or "").startswith("zh")
    owner = registry.owners()[kind.code]
    return {
        "service_code": kind.code,
        "service_name": house.title(kind, english=english),
        "description": f"{owner.title_en if english else owner.title} · {house.title(kind, english=english)}",
        "metadata": bool(attributes.of(kind.code)),
        "type": "realtime",
        "keywords": ",".join(kind.words[:12]) or None,
        "group": owner.title_en if english else owner.title,
    }


@door("GET")
def service(request: HttpRequest, form: str, code: str) -> HttpResponse:
    """What a service asks for."""
    _here(request)
    if code not in shown.services():
        raise missing("service_code")
    return answer(form, "service_definition", attributes.definition(code))


@door("GET", "POST")
def requests(request: HttpRequest, form: str) -> HttpResponse:
    """GET: requests by filters. POST: a new one (201; 200 when the same had been sent before)."""
    if request.method == "POST":
        receive.client(receive.form_of(request))
        _here(request)
        told, new = receive.take(request)
        return answer(form, "service_requests", [told], 201 if new else 200)
    _here(request)
    what = asked.wanted(request.GET)
    extended = asked.one(request.GET, "extensions").lower() == "true"
    rows = asked.found(what)
    response = answer(form, "service_requests", shown.requests(rows, extended=extended))
    if not what.ids and len(rows) == what.size:
        query = request.GET.copy()
        query["page"] = str(what.page + 1)
        response.headers["Link"] = f'<{request.build_absolute_uri(request.path)}?{query.urlencode()}>; rel="next"'
    return response


@door("GET")
def one(request: HttpRequest, form: str, number: str) -> HttpResponse:
    """One request, still as a list. What may not be known is answered like what does not exist."""
    _here(request)
    rows = asked.found(asked.Wanted(ids=(number,)))
    if not rows:
        raise missing("service_request_id")
    extended = asked.one(request.GET, "extensions").lower() == "true"
    return answer(form, "service_requests", shown.requests(rows, extended=extended))


@door("GET")
def token(request: HttpRequest, form: str, number: str) -> HttpResponse:
    """The id behind a token. Every request has its id at once, which is its own token."""
    _here(request)
    if not asked.found(asked.Wanted(ids=(number,))):
        raise missing("token")
    return answer(form, "service_requests", [{"service_request_id": number.lower(), "token": number}])


@door("GET", "POST", "PUT", "PATCH", "DELETE")
def nothing(request: HttpRequest, form: str, **named: str) -> HttpResponse:
    """No such address: told in GeoReport's own form all the same."""
    raise missing(request.path.rpartition(".")[0][:200] or request.path[:200])


# two slashes: clients put one between an endpoint that ends in one and the resource
FORMAT = r"\.(?P<format>xml|json)$"
urlpatterns = [
    re_path(rf"^(?:v2/+)?discovery{FORMAT}", discovery, name="open311-discovery"),
    re_path(rf"^v2/+services{FORMAT}", services, name="open311-services"),
    re_path(rf"^v2/+services/(?P<code>[\w.-]{{1,100}}){FORMAT}", service, name="open311-service"),
    re_path(rf"^v2/+requests{FORMAT}", requests, name="open311-requests"),
    re_path(rf"^v2/+requests/(?P<number>[\w-]{{1,100}}){FORMAT}", one, name="open311-request"),
    re_path(rf"^v2/+tokens/(?P<number>[\w-]{{1,100}}){FORMAT}", token, name="open311-token"),
    re_path(r"^(?:.*\.(?P<format>json))?.*$", nothing),
]
