"""The hotline channel."""

from anxin.kernel.registry import Channel

CHANNEL = Channel(code="hotline", title="hotline", title_en="hotline")
