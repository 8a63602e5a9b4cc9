"""The doors of the desk."""

from __future__ import annotations

from django.urls import path
from django.views.i18n import set_language

from anxin.web import accuracy, deliveries, desk, hot, matter, photos, signin, takedown, understood

app_name = "desk"
urlpatterns = [
    path("", desk.queue_page, name="queue"),
    path("sign-in", signin.sign_in, name="sign_in"),
    path("sign-out", signin.sign_out, name="sign_out"),
    path("post", signin.choose_post, name="post"),
    path("language", set_language, name="language"),
    path("new", takedown.new, name="new"),
    path("matters/<str:number>", matter.page, name="matter"),
    path("matters/<str:number>/person", matter.person, name="person"),
    path("matters/<str:number>/use/<slug:verb>", matter.use, name="use"),
    path("matters/<str:number>/beside/<str:other>", understood.beside, name="beside"),
    path("hot", hot.page, name="hot"),
    path("accuracy", accuracy.page, name="accuracy"),
    path("files/<str:sha256>", photos.show, name="file"),
    path("deliveries", deliveries.page, name="deliveries"),
]
