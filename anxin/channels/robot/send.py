"""A notification in the chat group of a body."""

from __future__ import annotations

import apprise

from anxin.channels.wire import NotReceived
from anxin.kernel.notices import Delivery
from anxin.notifications.message import compose


def send(delivery: Delivery) -> None:
    """Send one message. Raises NotReceived."""
    message = compose(delivery)
    if message is None:
        return
    asset = apprise.AppriseAsset(app_id="Anxin", app_desc="安心", app_url="", secure_logging=True)
    group = apprise.Apprise(asset=asset)
    if not group.add(message.address):
        raise NotReceived("机器人地址无法识别")
    if not group.notify(title=f"安心：{message.subject}", body="\n".join([*message.lines, message.link]).strip()):
        raise NotReceived("机器人没有接收")
