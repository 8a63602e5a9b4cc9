"""Webhooks: platforms that have subscribed are told what happens, signed by Standard Webhooks."""

from anxin.channels.webhooks.send import send, tells
from anxin.kernel.registry import Channel

CHANNEL = Channel(
    code="webhooks",
    title="事件推送",
    title_en="Webhooks",
    urls="anxin.channels.webhooks.pages",
    at="desk/administration/webhooks/",
    room=("webhooks", "webhook"),
    send=send,
    tells=tells,
)
