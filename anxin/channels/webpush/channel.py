"""Web push: to browsers and phones that have asked for it."""

from anxin.channels.webpush.send import send
from anxin.kernel.registry import Channel

CHANNEL = Channel(code="webpush", title="浏览器推送", title_en="Web push", send=send)
