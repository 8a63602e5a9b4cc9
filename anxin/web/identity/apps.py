"""Identity as a Django app."""

from django.apps import AppConfig


class Identity(AppConfig):
    """The app."""

    name = "anxin.web.identity"
    label = "identity"
