"""The pages of the apartments and their addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "apartments"
urlpatterns: list[URLPattern | URLResolver] = []
