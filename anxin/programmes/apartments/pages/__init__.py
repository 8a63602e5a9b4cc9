"""The pages of the apartments and their addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from anxin.programmes.apartments.pages import front, looking, mine, one

app_name = "apartments"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", front.page, name="front"),
    path("capacity", front.capacity, name="capacity"),
    path("table/<slug:sort>", front.table, name="table"),
    path("registration", front.registration, name="registration"),
    path("visits", looking.page, name="visits"),
    path("visits/<int:pk>", looking.one, name="visit"),
    path("years/<str:code>/<int:year>", one.year, name="year"),
    path("c/<str:code>/<slug:act>", one.company_act, name="company_act"),
    path("b/<str:code>", one.page, name="one"),
    path("b/<str:code>/<slug:act>", one.act, name="act"),
    re_path(r"^mine/(?P<pk>[0-9]{1,18})/(?P<code>[0-9A-Za-z]{1,16})$", mine.page, name="mine"),
]
