"""Maps as a Django app."""

from django.apps import AppConfig


class Maps(AppConfig):
    """The app; a base map that cannot be is said at the start, not by an empty map."""

    name = "anxin.maps"
    label = "maps"

    def ready(self) -> None:
        """Read the settings of the base map."""
        from anxin.maps import basemap

        basemap.chosen()
