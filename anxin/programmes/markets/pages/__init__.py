"""The pages of the market book and their addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from anxin.programmes.markets.pages import intake, ladder, one, overview

app_name = "markets"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", overview.front, name="front"),
    path("points.json", overview.spots, name="points"),
    path("statistics", overview.statistics, name="statistics"),
    path("tables", overview.take_in, name="tables"),
    path("disputes", ladder.page, name="disputes"),
    path("disputes/<str:number>", ladder.one, name="dispute"),
    path("reckon", ladder.reckon, name="reckon"),
    path("q/<str:code>", intake.page, name="intake"),
    path("<str:code>", one.page, name="market"),
    path("<str:code>/posters", one.posters, name="posters"),
    path("<str:code>/<str:zone>.svg", one.picture, name="picture"),
]
