"""E-mail: what staff asked to be told by mail."""

from anxin.channels.email.send import send
from anxin.kernel.registry import Channel

CHANNEL = Channel(code="email", title="电子邮件", title_en="E-mail", send=send)
