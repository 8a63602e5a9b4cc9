"""The police platform 110: calls that are not for the police come in, emergencies go out, answers both ways."""

from anxin.channels.police.send import send, tells
from anxin.kernel.registry import Channel

CHANNEL = Channel(
    code="police",
    title="110报警服务台",
    title_en="110 police platform",
    urls="anxin.channels.police.receive",
    send=send,
    tells=tells,
)
