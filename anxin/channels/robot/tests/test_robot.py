"""What a robot says in the chat group of a body, and which robots there are."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from anxin.channels.conftest import Listener
from anxin.channels.robot.send import send
from anxin.channels.wire import NotReceived
from anxin.kernel import clock, flow, jobs, people
from anxin.kernel.errors import BadInput
from anxin.kernel.matters import Matter
from anxin.kernel.notices import Delivery
from anxin.notifications import actions
from anxin.notifications.models import ROBOT, Way
from tests.cast import Cast, body, garage

ELSEWHERE = [
    "json://127.0.0.1/",
    "mailto://somebody:secret@mail.example",
    "https://oapi.dingtalk.com/robot/send?access_token=abcdefgh12345",
    "dingtalk://short/",
    "wecombot://two words-12345",
    "wecombot://abcdefgh-12345?overflow=split",
    "dingtalk://SECabcdefgh@token12345/\njson://127.0.0.1/",
]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_a_group_has_a_robot_of_dingtalk_or_wecom_and_no_other(cast: Cast, address: str) -> None:
    with pytest.raises(BadInput):
        actions.open_way(cast.supervisor, ROBOT, address, body=body("330402.water"))
    assert not Way.objects.filter(kind=ROBOT).exists()


def group(cast: Cast, address: str) -> Delivery:
    """A group of the drainage office with a robot at an address, and a new order for the office."""
    office, moment = body("330402.water"), clock.now()
    Way.objects.create(
        body=office, kind=ROBOT, address=people.lock(address), mark=b"robot", created_at=moment, confirmed_at=moment
    )
    with clock.at(moment) as travel:
        matter = flow.report(garage(urgency="emergency"), cast.resident).matter
        flow.dispatch(matter, cast.dispatcher, office)
        jobs.drain(ticks=False)
        travel.advance(timedelta(minutes=1))
        jobs.drain(ticks=False)
    return Delivery.objects.get(channel=ROBOT)


def test_a_group_hears_number_and_place_and_no_words_of_the_report(cast: Cast, listener: Listener) -> None:
    """The protocols of the makers cannot be led to this machine; Apprise speaks its plainest one here instead."""
    send(group(cast, f"json://{listener.host}/group"))
    [(path, _headers, posted)] = listener.got
    said, matter = msgspec.json.decode(posted), Matter.objects.latest("pk")
    assert (path, said["title"][:3]) == ("/group", "安心：")
    assert matter.number in said["message"]
    assert "七星街道" in said["message"]
    for told in (matter.title, matter.narrative[:8], "王建国"):
        assert told not in posted.decode()


def test_a_robot_that_takes_nothing_is_tried_again(cast: Cast, listener: Listener) -> None:
    listener.status = 500
    with pytest.raises(NotReceived):
        send(group(cast, f"json://{listener.host}/"))


def test_an_address_that_is_none_fails_visibly(cast: Cast) -> None:
    with pytest.raises(NotReceived):
        send(group(cast, "carrier-pigeon://home"))


def test_a_group_that_was_given_up_hears_nothing(cast: Cast, listener: Listener) -> None:
    delivery = group(cast, f"json://{listener.host}/")
    actions.close_way(cast.supervisor, Way.objects.get(kind=ROBOT).pk)
    send(delivery)
    assert listener.got == []
