"""The pages of the grid's six systems and their addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from anxin.programmes.sixsystems.pages import ground, looking, rounds

app_name = "sixsystems"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", ground.front, name="front"),
    path("grids/<str:code>", ground.grid, name="grid"),
    path("meetings", rounds.meetings_list, name="meetings"),
    path("meetings/<int:pk>", rounds.meeting, name="meeting"),
    path("loop", rounds.loop_board, name="loop"),
    path("open", rounds.still_open, name="open"),
    path("traces", looking.traces_list, name="traces"),
    path("traces/<int:pk>", looking.trace, name="trace"),
    path("reviews", looking.reviews_list, name="reviews"),
    path("reviews/<int:pk>", looking.review, name="review"),
]
