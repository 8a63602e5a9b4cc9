"""A notification as an e-mail."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from anxin.channels.wire import NoAddress, NotReceived
from anxin.kernel.notices import Delivery
from anxin.notifications.message import compose


def send(delivery: Delivery) -> None:
    """Send one message. Raises NoAddress, NotReceived."""
    if not settings.EMAIL_HOST and settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        raise NoAddress("email")
    message = compose(delivery)
    if message is None:
        return
    text = "\n".join([*message.lines, "", message.link]).strip()
    mail = EmailMessage(
        f"[安心] {message.subject}",
        text,
        settings.DEFAULT_FROM_EMAIL,
        [message.address],
        headers={"Message-ID": f"<{delivery.key.replace(':', '.')}@anxin>", "Auto-Submitted": "auto-generated"},
        connection=get_connection(timeout=10),
    )
    try:
        mail.send()
    except OSError as error:  # smtplib's errors are such, too
        raise NotReceived(type(error).__name__) from error
