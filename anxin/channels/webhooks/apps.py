"""Webhooks as a Django app: it keeps who has subscribed."""

from django.apps import AppConfig


class Webhooks(AppConfig):
    """The app."""

    name = "anxin.channels.webhooks"
    label = "webhooks"

    def ready(self) -> None:
        """What the worker must know before it begins."""
        from anxin.channels.webhooks import replay  # noqa: F401 - importing it is what makes its job known
