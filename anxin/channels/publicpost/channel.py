"""The publicpost channel."""

from anxin.kernel.registry import Channel

CHANNEL = Channel(code="publicpost", title="publicpost", title_en="publicpost")
