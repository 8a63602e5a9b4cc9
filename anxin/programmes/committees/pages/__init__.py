"""The pages of the committee book and their addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from anxin.programmes.committees.pages import monthly, one, overview, work

app_name = "committees"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", overview.front, name="front"),
    path("points.json", overview.spots, name="points"),
    path("expiring", overview.expiring, name="expiring"),
    path("experts", work.professional, name="experts"),
    path("rooms", work.rooms, name="rooms"),
    path("sweeps", work.sweeping, name="sweeps"),
    path("return", monthly.page, name="return"),
    path("prevention", work.prevention, name="prevention"),
    path("<str:code>", one.page, name="committee"),
]
