"""Notifications as a Django app."""

from django.apps import AppConfig


class Notifications(AppConfig):
    """The app."""

    name = "anxin.notifications"
    label = "notifications"
