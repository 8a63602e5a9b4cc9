"""The addresses for programs."""

from django.urls import path, re_path

from anxin.api import description, health, matters, reports

urlpatterns = [
    path("api/reports", reports.create, name="api-report"),
    path("api/matters", matters.page, name="api-matters"),
    re_path(r"^api/matters/(?P<number>[0-9]{6}-[0-9]+)$", matters.one, name="api-matter"),
    path("api/openapi.json", description.openapi, name="api-description"),
    path("healthz", health.healthz, name="healthz"),
]
