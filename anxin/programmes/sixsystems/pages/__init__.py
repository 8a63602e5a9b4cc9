"""The pages of the grid's six systems and their addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "sixsystems"
urlpatterns: list[URLPattern | URLResolver] = []
