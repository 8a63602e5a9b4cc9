"""The web channel."""

from anxin.kernel.registry import Channel

CHANNEL = Channel(code="web", title="web", title_en="web")
