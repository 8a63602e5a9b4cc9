"""The doors of the desk."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.http import require_safe
from django.views.i18n import set_language

from anxin.web import (
    accuracy,
    bell,
    bulk,
    deliveries,
    desk,
    finding,
    hot,
    matter,
    photos,
    preview,
    printing,
    saved,
    search,
    signin,
    takedown,
    understood,
)

app_name = "desk"
urlpatterns = [
    path("", desk.queue_page, name="queue"),
    path("lines", desk.lines_now, name="lines"),
    path("points", desk.points, name="points"),
    path("search", search.page, name="search"),
    path("counts", desk.counts_now, name="counts"),
    path("views", saved.keep, name="views"),
    path("views/<int:pk>", saved.alter, name="view"),
    path("bulk", bulk.page, name="bulk"),
    path("bulk/undo", bulk.undo, name="bulk_undo"),
    path("matters/<str:number>/preview", preview.pane, name="preview"),
    path("sign-in", signin.sign_in, name="sign_in"),
    path("again", require_safe(signin.again), name="again"),
    path("sign-out", signin.sign_out, name="sign_out"),
    path("post", signin.choose_post, name="post"),
    path("language", set_language, name="language"),
    path("new", takedown.new, name="new"),
    path("new/look", takedown.look, name="new_look"),
    path("matters/<str:number>", matter.page, name="matter"),
    path("matters/<str:number>/person", matter.person, name="person"),
    path("matters/<str:number>/use/<slug:verb>", matter.use, name="use"),
    path("matters/<str:number>/look", matter.look, name="look"),
    path("matters/<str:number>/since", matter.since, name="since"),
    path("matters/<str:number>/bodies", finding.bodies_page, name="bodies"),
    path("matters/<str:number>/grounds", finding.grounds_page, name="grounds"),
    path("matters/<str:number>/print", printing.page, name="print"),
    path("matters/<str:number>/photos/<str:sha256>", photos.photo, name="photo"),
    path("matters/<str:number>/beside/<str:other>", understood.beside, name="beside"),
    path("hot", hot.page, name="hot"),
    path("accuracy", accuracy.page, name="accuracy"),
    path("files/<str:sha256>", photos.show, name="file"),
    path("notifications/", bell.page, name="notifications"),
    path("notifications/act", bell.act, name="notifications_act"),
    path("push-worker.js", bell.worker, name="push_worker"),
    path("deliveries", deliveries.page, name="deliveries"),
]
