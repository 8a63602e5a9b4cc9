"""Maps as a Django app."""

from django.apps import AppConfig


class Maps(AppConfig):
    """The app."""

    name = "anxin.maps"
    label = "maps"
