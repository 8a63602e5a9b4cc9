"""Residents on the web: they report and follow on pages of the house, so this channel only has a name."""

from anxin.kernel.registry import Channel

CHANNEL = Channel(code="web", title="网上诉求", title_en="Residents' web pages")
