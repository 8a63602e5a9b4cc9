"""The phone as a Django app."""

from django.apps import AppConfig


class Phone(AppConfig):
    """The app."""

    name = "anxin.phone"
    label = "phone"

    def ready(self) -> None:
        """Timed work is known before a worker begins."""
        from anxin.phone import jobs  # noqa: F401
