"""The addresses of phone."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from anxin.phone import doors, shell

app_name = "phone"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", shell.page, name="shell"),
    path("sw.js", shell.worker, name="worker"),
    path("manifest.webmanifest", shell.manifest, name="manifest"),
    path("now", doors.now, name="now"),
    path("day", doors.today, name="day"),
    path("photos/<str:sha256>", doors.photo, name="photo"),
    path("acts", doors.act, name="acts"),
    path("person", doors.person, name="person"),
    path("post", doors.post, name="post"),
    path("sign-out", doors.sign_out, name="sign_out"),
]
