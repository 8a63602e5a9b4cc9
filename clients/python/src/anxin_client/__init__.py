"""A client for Anxin: GeoReport for apps, signed reports for platforms, open data, webhooks taken in."""

from anxin_client.errors import AnxinError, NotAllowed, NotFound, NotReady, TooMany, Wrong
from anxin_client.georeport import Attribute, GeoReport, Request, Service, Taken
from anxin_client.opendata import Month, OpenData
from anxin_client.platform import Body, Matter, Page, Platform, Receipt
from anxin_client.webhooks import BadSignature, Event, read_event

__all__ = [
    "AnxinError", "Attribute", "BadSignature", "Body", "Event", "GeoReport", "Matter", "Month", "NotAllowed",
    "NotFound", "NotReady", "OpenData", "Page", "Platform", "Receipt", "Request", "Service", "Taken", "TooMany",
    "Wrong", "read_event",
]  # fmt: skip
