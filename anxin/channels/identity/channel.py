"""The city's identity service: no matters come from it, only people who have proved who they are."""

from anxin.kernel.registry import Channel

CHANNEL = Channel(
    code="identity", title="统一身份认证", title_en="Identity service", urls="anxin.channels.identity.receive"
)
