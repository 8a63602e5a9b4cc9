"""The grid channel."""

from anxin.kernel.registry import Channel

CHANNEL = Channel(code="grid", title="grid", title_en="grid")
