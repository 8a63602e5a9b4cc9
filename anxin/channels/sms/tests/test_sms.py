"""What the gateway of text messages is handed: a code to confirm a number, then what presses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django import Settings

from anxin.channels.sms.fake import FakeGateway
from anxin.channels.sms.send import LONGEST, send
from anxin.channels.wire import NoAddress, NotReceived
from anxin.kernel import clock, flow, jobs
from anxin.kernel.matters import Matter
from anxin.kernel.notices import Delivery
from anxin.notifications import actions
from anxin.notifications.models import SMS, Way
from tests.cast import Cast, body, garage

SECRET = "whsec_c3Rvcmllcy1hYm91dC10ZXh0LW1lc3NhZ2Vz"


@pytest.fixture
def gateway(cast: Cast, settings: Settings) -> Iterator[FakeGateway]:
    """The city's gateway, known to Anxin."""
    with FakeGateway(SECRET) as side:
        settings.CHANNEL_URLS, settings.CHANNEL_SECRETS = {"sms": side.url}, {"sms": SECRET}
        yield side


@pytest.fixture
def number(cast: Cast, gateway: FakeGateway) -> Way:
    """The drainage clerk has confirmed a number with the code that came to it."""
    way = actions.open_way(cast.water, SMS, "138 0000-1234")
    send(Delivery.objects.get(channel=SMS))
    told = gateway.got[-1].data
    assert told["to"] == "13800001234"
    actions.confirm(cast.water, way.pk, re.findall(r"[0-9]{6}", told["text"])[0])
    return way


def pressing(cast: Cast, count: int = 1) -> Delivery:
    """Emergencies are sent to the drainage office."""
    with clock.at(clock.now()) as travel:
        for _ in range(count):
            matter = flow.report(garage(urgency="emergency"), cast.resident).matter
            flow.dispatch(matter, cast.dispatcher, body("330402.water"))
        jobs.drain(ticks=False)
        travel.advance(timedelta(minutes=1))
        jobs.drain(ticks=False)
    return Delivery.objects.get(channel=SMS, key__startswith="notify:")


def test_what_presses_comes_as_one_short_message_without_words_of_the_report(
    cast: Cast, number: Way, gateway: FakeGateway
) -> None:
    delivery = pressing(cast, 12)
    send(delivery)
    send(delivery)  # the answer was lost on the way
    [told] = [got for got in gateway.got if got.key == delivery.key]
    assert gateway.repeated == [delivery.key]
    assert told.type == "sms.send"
    assert len(told.data["text"]) <= LONGEST
    matter = Matter.objects.filter(number__in=re.findall(r"[0-9]{6}-[0-9A-Z-]+", told.data["text"])).first()
    assert matter is not None
    assert matter.title not in told.data["text"]
    assert matter.narrative[:8] not in told.data["text"]


def test_a_gateway_in_trouble_is_tried_again(cast: Cast, number: Way, gateway: FakeGateway) -> None:
    delivery = pressing(cast)
    gateway.fail(1)
    gateway.talk_rubbish(1)
    for _ in range(2):
        with pytest.raises(NotReceived):
            send(delivery)
    send(delivery)
    assert gateway.got[-1].key == delivery.key


def test_without_a_gateway_nothing_is_sent(cast: Cast, number: Way, settings: Settings) -> None:
    delivery = pressing(cast)
    settings.CHANNEL_URLS = {}
    with pytest.raises(NoAddress):
        send(delivery)
