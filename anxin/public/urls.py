"""The residents' addresses."""

from django.urls import path, re_path

from anxin.public import around, pages
from anxin.public.opendata import pages as opendata

urlpatterns = [
    path("", pages.front, name="public-front"),
    path("report", pages.report, name="public-report"),
    path("report/near", pages.look, name="public-near"),
    path("follow/joined/<str:token>", pages.joined, name="public-joined"),
    path("follow", pages.find, name="public-find"),
    re_path(
        r"^follow/(?P<number>[0-9]{6}-[0-9]{1,18})/(?P<code>[0-9A-Za-z]{1,16})$", pages.follow, name="public-matter"
    ),
    re_path(
        r"^follow/(?P<number>[0-9]{6}-[0-9]{1,18})/(?P<code>[0-9A-Za-z]{1,16})/photos/(?P<sha256>[0-9a-f]{64})$",
        pages.photo,
        name="public-photo",
    ),
    path("around", around.around, name="public-around"),
    path("around/places.json", around.places, name="public-around-places"),
    path("open-data/", opendata.page, name="open-data"),
    path("open-data/index.json", opendata.index, name="open-data-index"),
    path("open-data/<str:month>/<str:name>", opendata.file, name="open-data-file"),
    path("notice", pages.notice, name="public-notice"),
    path("language/<str:code>", pages.language, name="public-language"),
    path("size/<str:code>", pages.size, name="public-size"),
]
