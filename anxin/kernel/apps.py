"""The kernel as a Django app."""

from django.apps import AppConfig


class Kernel(AppConfig):
    """What every programme shares."""

    name = "anxin.kernel"
    label = "kernel"
    default_auto_field = "django.db.models.BigAutoField"
