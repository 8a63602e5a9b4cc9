"""The addresses of maps."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from anxin.maps import pages

app_name = "maps"
urlpatterns: list[URLPattern | URLResolver] = [
    path("settings.json", pages.told, name="settings"),
    path("tiles/<str:version>/<int:z>/<int:x>/<int:y>.mvt", pages.tile, name="tile"),
    path("areas/<str:code>.json", pages.below, name="areas"),
    path("base.pmtiles", pages.base, name="base"),
]
