"""The hotline 12345: work orders come in, what becomes of them goes out."""

from anxin.channels.hotline.send import send, tells
from anxin.kernel.registry import Channel

CHANNEL = Channel(
    code="hotline",
    title="12345热线",
    title_en="12345 hotline",
    urls="anxin.channels.hotline.receive",
    send=send,
    tells=tells,
)
