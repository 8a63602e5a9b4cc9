"""The pages of mediation and their addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from anxin.programmes.mediation.pages import lists, one, papers

app_name = "mediation"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", lists.page, name="list"),
    path("new", lists.new, name="new"),
    path("three", lists.three, name="three"),
    path("<str:number>", one.page, name="one"),
    path("<str:number>/paper/<slug:code>", papers.page, name="paper"),
    path("<str:number>/<slug:code>", one.page, name="act"),
]
