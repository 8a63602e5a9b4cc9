"""Text messages: through the gateway of the city, over signed HTTP."""

from anxin.channels.sms.send import send
from anxin.kernel.registry import Channel

CHANNEL = Channel(code="sms", title="短信", title_en="Text message", send=send)
