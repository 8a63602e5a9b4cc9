"""The addresses of maps."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "maps"
urlpatterns: list[URLPattern | URLResolver] = []
