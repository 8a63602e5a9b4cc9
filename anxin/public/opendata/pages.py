"""The doors of open data, for everybody: a page, the list for programs, the files of each month let out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from anxin.maps import points
from anxin.public.opendata import release


def listed() -> list[dict[str, Any]]:
    """The months that are out, with their files."""
    return [
        {
            "month": month,
            "files": [
                {"name": name, "url": reverse("open-data-file", args=[month, name]), "bytes": place.stat().st_size}
                for name in sorted(release.NAMES)
                if (place := release.folder() / month / name).is_file()
            ],
        }
        for month in release.published()
    ]


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """`/open-data/`: what there is, what it holds, what was left out and why."""
    facts = {"city": settings.CITY_NAME, "months": listed(), "licence": release.LICENCE}
    return render(request, "public/open_data.html", facts)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """`/open-data/index.json`: the same for programs."""
    told = {"licence": release.LICENCE, "months": listed()}
    return _for_every_page(points.answer(request, told, keep="public, max-age=300", sort="json"))


@require_safe
def file(request: HttpRequest, month: str, name: str) -> HttpResponse:
    """`/open-data/<month>/<name>`: a file. Raises NotFound for what is not out."""
    place = release.file(month, name)
    response = HttpResponse(place.read_bytes(), content_type=release.MEDIA[place.suffix])
    response.headers["Cache-Control"] = "public, max-age=3600"
    return _for_every_page(response)


def _for_every_page(response: HttpResponse) -> HttpResponse:
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
