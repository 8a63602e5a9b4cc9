"""The police channel."""

from anxin.kernel.registry import Channel

CHANNEL = Channel(code="police", title="police", title_en="police")
