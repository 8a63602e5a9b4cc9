"""The staff desk as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Sign-in, queue, matter page."""

    name = "anxin.web"
    label = "web"
