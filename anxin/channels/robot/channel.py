"""Robots in the chat groups of bodies: DingTalk and WeCom."""

from anxin.channels.robot.send import send
from anxin.kernel.registry import Channel

CHANNEL = Channel(code="robot", title="群机器人", title_en="Chat robot", send=send)
