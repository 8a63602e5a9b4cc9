"""The addresses of phone."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "phone"
urlpatterns: list[URLPattern | URLResolver] = []
