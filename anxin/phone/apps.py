"""The phone as a Django app."""

from django.apps import AppConfig


class Phone(AppConfig):
    """The app."""

    name = "anxin.phone"
    label = "phone"
