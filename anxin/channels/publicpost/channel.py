"""Public posts on the net: an operator pastes a link, an own summary and a place. Nothing is crawled."""

from anxin.kernel.registry import Channel

CHANNEL = Channel(
    code="publicpost",
    title="网络公开信息",
    title_en="Public posts",
    urls="anxin.channels.publicpost.receive",
)
