"""The grid workers' app: what they see in their grid comes in, what their committee has to do goes out."""

from anxin.channels.grid.send import send, tells
from anxin.kernel.registry import Channel

CHANNEL = Channel(
    code="grid",
    title="网格上报",
    title_en="Grid workers",
    urls="anxin.channels.grid.receive",
    send=send,
    tells=tells,
)
