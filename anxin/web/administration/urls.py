"""The addresses of administration."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from anxin.web.administration import (
    accounts,
    bodies_in_charge,
    days,
    front,
    kinds_of_matters,
    limits_of_time,
    open_data,
    places,
    posts,
    replies,
    table,
    ways_in_and_out,
)

app_name = "administration"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", front.page, name="front"),
    path("history", front.book, name="history"),
    path("areas", places.page, name="areas"),
    path("areas/<str:code>", places.one, name="area"),
    path("areas/<str:code>/boundary.geojson", places.geojson, name="boundary"),
    path("areas/<str:code>/<slug:name>", places.act, name="area_act"),
    path("bodies", bodies_in_charge.page, name="bodies"),
    path("bodies.csv", table.export, name="export"),
    path("bodies/new", bodies_in_charge.new, name="new_body"),
    path("bodies/import", table.take_in, name="import"),
    path("bodies/<str:code>", bodies_in_charge.one, name="body"),
    path("bodies/<str:code>/<slug:name>", bodies_in_charge.act, name="body_act"),
    path("posts/<str:code>", posts.one, name="post"),
    path("posts/<str:code>/<slug:name>", posts.act, name="post_act"),
    path("people", accounts.page, name="people"),
    path("people/new", accounts.new, name="new_person"),
    path("people/<str:login>", accounts.one, name="person"),
    path("people/<str:login>/<slug:name>", accounts.act, name="person_act"),
    path("kinds", kinds_of_matters.page, name="kinds"),
    path("kinds/<str:code>", kinds_of_matters.one, name="kind"),
    path("kinds/<str:code>/routes/<int:pk>/end", kinds_of_matters.end_routing, name="end_routing"),
    path("kinds/<str:code>/<slug:name>", kinds_of_matters.act, name="kind_act"),
    path("limits", limits_of_time.page, name="limits"),
    path("limits/<str:code>", limits_of_time.one, name="limit"),
    path("limits/<str:code>/new", limits_of_time.new, name="new_limit"),
    path("limits/<str:code>/<int:pk>/withdraw", limits_of_time.withdraw, name="withdraw"),
    path("calendar", days.now, name="calendar-now"),
    path("calendar/<int:year>", days.page, name="calendar"),
    path("calendar/<int:year>/set", days.act, name="calendar_act"),
    path("channels", ways_in_and_out.page, name="channels"),
    path("channels/<str:code>", ways_in_and_out.one, name="channel"),
    path("channels/<str:code>/switch", ways_in_and_out.act, name="channel_act"),
    path("open-data", open_data.page, name="open_data"),
    path("open-data/<str:month>", open_data.one, name="open_data_month"),
    path("open-data/<str:month>/publish", open_data.act, name="open_data_act"),
    path("templates", replies.page, name="templates"),
    path("templates/new", replies.new, name="new_template"),
    path("templates/<int:pk>", replies.one, name="template"),
    path("templates/<int:pk>/<slug:name>", replies.act, name="template_act"),
]
