"""The addresses of a city that has an identity service of its own."""

from __future__ import annotations

from django.urls import include, path

from anxin.urls import urlpatterns as of_every_city

urlpatterns = [path("channels/identity/", include("anxin.channels.identity.receive")), *of_every_city]
