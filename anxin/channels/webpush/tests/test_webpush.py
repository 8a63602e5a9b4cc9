"""What a browser gets that asked for notifications, and what becomes of one that asks no more."""

from __future__ import annotations

import base64
import os
from datetime import timedelta

import http_ece  # type: ignore[import-untyped]  # comes with pywebpush and has no types
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pytest_django import Settings

from anxin.channels.conftest import Listener
from anxin.channels.webpush.send import send
from anxin.channels.wire import NotReceived
from anxin.kernel import clock, flow, jobs, people
from anxin.kernel.matters import Matter
from anxin.kernel.notices import Delivery
from anxin.notifications.models import PUSH, Way
from anxin.web import bell
from tests.cast import Cast, body, garage


class Browser:
    """A browser with keys of its own; what is pushed to it only it can read (RFC 8291)."""

    def __init__(self, host: str) -> None:
        self.key, self.auth = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
        public = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": _said(public), "auth": _said(self.auth)}
        self.subscription = msgspec.json.encode({"endpoint": f"http://{host}/push/sunli", "keys": keys}).decode()

    def read(self, pushed: bytes) -> dict[str, str]:
        """What the page's worker is handed."""
        plain = http_ece.decrypt(pushed, private_key=self.key, auth_secret=self.auth, version="aes128gcm")
        return msgspec.json.decode(plain, type=dict[str, str])


def _said(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.fixture
def browser(cast: Cast, listener: Listener, settings: Settings) -> Browser:
    """The drainage clerk's browser; its maker's push service is on this machine, and allowed."""
    settings.PUSH_HOSTS = ["127.0.0.1"]
    found, moment = Browser(listener.host), clock.now()
    Way.objects.create(
        account_id=cast.water.account, kind=PUSH, address=people.lock(found.subscription), mark=b"browser",
        created_at=moment, confirmed_at=moment,
    )  # fmt: skip
    return found


@pytest.fixture
def told(cast: Cast, browser: Browser) -> Delivery:
    """An emergency is sent to the drainage office: what presses leaves at once."""
    with clock.at(clock.now()) as moment:
        matter = flow.report(garage(urgency="emergency"), cast.resident).matter
        flow.dispatch(matter, cast.dispatcher, body("330402.water"))
        jobs.drain(ticks=False)
        moment.advance(timedelta(minutes=1))
        jobs.drain(ticks=False)
    return Delivery.objects.get(channel=PUSH, key__startswith="notify:")


def test_only_the_browser_can_read_what_is_pushed(
    cast: Cast, browser: Browser, told: Delivery, listener: Listener
) -> None:
    send(told)
    [(path, headers, pushed)] = listener.got
    matter = Matter.objects.latest("pk")
    assert (path, headers["urgency"], headers["ttl"]) == ("/push/sunli", "high", "3600")
    assert f"k={bell._public_key()}" in headers["authorization"]
    assert matter.number.encode() not in pushed
    read = browser.read(pushed)
    assert matter.number in read["body"]
    assert read["link"].endswith(f"/desk/matters/{matter.number}")
    assert matter.title not in str(read)
    assert matter.narrative[:8] not in str(read)


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_wants_no_more_is_forgotten(told: Delivery, listener: Listener, status: int) -> None:
    listener.status = status
    send(told)
    way = Way.objects.get(kind=PUSH)
    assert (way.ended_at is not None, bytes(way.address)) == (True, b"")
    send(told)
    assert len(listener.got) == 1


@pytest.mark.parametrize("status", [413, 429, 500])
def test_a_push_service_in_trouble_is_tried_again(told: Delivery, listener: Listener, status: int) -> None:
    listener.status = status
    with pytest.raises(NotReceived, match=str(status)):
        send(told)
    assert Way.objects.get(kind=PUSH).ended_at is None


@pytest.mark.parametrize("hosts", [[], ["push.example"], ["7.0.0.1"], ["127.0.0.1.example"]])
def test_nothing_is_pushed_to_other_hosts(
    told: Delivery, listener: Listener, settings: Settings, hosts: list[str]
) -> None:
    settings.PUSH_HOSTS = hosts  # nor to one whose name merely ends or begins alike
    with pytest.raises(NotReceived):
        send(told)
    assert listener.got == []


def test_a_service_that_does_not_answer_is_tried_again(told: Delivery, listener: Listener) -> None:
    listener.server.server_close()
    with pytest.raises(NotReceived):
        send(told)
