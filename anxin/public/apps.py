"""The residents' pages as a Django app."""

from django.apps import AppConfig


class Public(AppConfig):
    """The app."""

    name = "anxin.public"
    label = "public"

    def ready(self) -> None:
        """What the worker must know before it begins."""
        from anxin.public.opendata import release  # noqa: F401 - importing it is what makes its timed work known
