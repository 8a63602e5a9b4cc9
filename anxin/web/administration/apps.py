"""Administration as a Django app."""

from django.apps import AppConfig


class Administration(AppConfig):
    """The app."""

    name = "anxin.web.administration"
    label = "administration"
