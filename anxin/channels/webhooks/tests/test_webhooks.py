"""A platform subscribes, is told, misses something, and is told again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings
from standardwebhooks import Webhook

from anxin.channels.conftest import Listener
from anxin.channels.webhooks import pages, replay, send
from anxin.channels.webhooks.models import SUBSCRIBERS, Subscriber
from anxin.kernel import changes, clock, flow, jobs, people, telling
from anxin.kernel.changes import Alteration
from anxin.kernel.notices import DEAD, SENT, TRIES, WAITING, Delivery
from tests.cast import Cast, garage
from tests.test_bad_input import signed_in

HOME = "/desk/administration/webhooks/"


@pytest.fixture(autouse=True)
def _anew(settings: Settings) -> Iterator[None]:
    settings.WEBHOOK_PLAIN_HOSTS = ["127.0.0.1"]
    SUBSCRIBERS.forget()
    yield
    SUBSCRIBERS.forget()


def subscribe(url: str, code: str = "data-bureau", **more: Any) -> tuple[Subscriber, str]:
    """A platform that has subscribed, and its secret."""
    secret = pages.fresh_secret()
    values = {"title": "数据局", "url": url, "sealed": people.lock(secret), "created_at": clock.now(), **more}
    row = Subscriber.objects.create(code=code, **values)
    SUBSCRIBERS.changed()
    return row, secret


def post() -> None:
    """Tell and send, once."""
    jobs.drain(ticks=False)
    while telling.deliver():
        pass


def heard(listener: Listener, secret: str) -> list[tuple[str, dict[str, Any]]]:
    """What arrived, with a good signature: id and message."""
    found = []
    for _path, headers, body in listener.got:
        Webhook(secret).verify(body, headers)
        found.append((headers["webhook-id"], json.loads(body)))
    return found


def test_what_happens_is_told_signed_and_without_words(cast: Cast, listener: Listener) -> None:
    _row, secret = subscribe(f"http://{listener.host}/hook")
    m = flow.report(garage(), cast.resident).matter
    flow.report(garage(confidential=True), cast.resident)
    flow.report(garage(kind="onekey.quarrel", title="邻居吵架"), cast.resident)
    post()
    told = heard(listener, secret)
    assert {message["data"]["matter"] for _id, message in told} == {m.number}
    assert [message["type"] for _id, message in told] == ["matter.reported", "matter.dispatched"]
    text = b"".join(body for _path, _headers, body in listener.got).decode()
    for word in ("湘南", "车库", "王", "30.78", m.follow_code):
        assert word not in text
    data = told[0][1]["data"]
    assert data["place"]["town"] == "330402015"
    assert data["kind"] == "onekey.water"
    assert Delivery.objects.filter(channel="webhooks", state=SENT).count() == 2


def test_only_what_was_asked_for(cast: Cast, listener: Listener) -> None:
    from anxin.kernel import areas

    elsewhere = areas.tree().by_code["330421002"].pk
    subscribe(f"http://{listener.host}/a", "closed-only", events=["matter.closed"])
    subscribe(f"http://{listener.host}/b", "roads-only", kinds=["onekey.road"])
    subscribe(f"http://{listener.host}/c", "elsewhere", area_id=elsewhere)
    subscribe(f"http://{listener.host}/d", "off", on=False)
    subscribe(f"http://{listener.host}/e", "town", area_id=areas.tree().by_code["330402015"].pk)
    flow.report(garage(), cast.resident)
    post()
    assert {path for path, _headers, _body in listener.got} == {"/e"}


def test_one_that_fails_is_tried_again_and_holds_up_nobody(cast: Cast, listener: Listener) -> None:
    subscribe("http://127.0.0.1:9/nobody", "aaa-dead")
    _row, secret = subscribe(f"http://{listener.host}/hook", "zzz-alive")
    with clock.at(clock.now()) as c:
        flow.report(garage(), cast.resident)
        post()
        assert len(heard(listener, secret)) == 2
        failing = Delivery.objects.filter(channel="webhooks", payload__to="aaa-dead")
        assert set(failing.values_list("state", flat=True)) == {WAITING}
        for _each in range(2 * TRIES + 2):
            c.advance(timedelta(minutes=11))
            telling.deliver()
            telling.deliver()
        assert DEAD in set(failing.values_list("state", flat=True))
        assert len(listener.got) == 2, "what was received is not sent again"


def test_what_was_missed_is_told_again_under_the_same_id(cast: Cast, listener: Listener) -> None:
    with clock.at(clock.now()) as c:
        start = clock.now()
        row, secret = subscribe(f"http://{listener.host}/hook")
        flow.report(garage(), cast.resident)
        post()
        middle = clock.now() + timedelta(minutes=1)
        c.advance(timedelta(minutes=2))
        later = flow.report(garage(), cast.resident).matter
        post()
        first = heard(listener, secret)
        replay.begin(row.code, middle, clock.now() + timedelta(seconds=1))
        post()
        again = heard(listener, secret)[len(first) :]
        assert {message["data"]["matter"] for _id, message in again} == {later.number}
        assert {each for each, _ in again} <= {each for each, _ in first}
        replay.begin(row.code, start, clock.now() + timedelta(seconds=1))
        post()
        assert len(heard(listener, secret)) >= 2 * len(first)


def test_what_has_become_confidential_since_stays_inside(cast: Cast, listener: Listener) -> None:
    subscribe(f"http://{listener.host}/hook")
    m = flow.report(garage(), cast.resident).matter
    jobs.drain(ticks=False)
    from anxin.kernel.matters import Matter

    entry = m.journal.first()
    assert entry is not None
    assert send.event(m, entry) == "matter.reported"
    m.confidential = True
    assert send.event(m, entry) == ""
    assert Matter.objects.get(pk=m.pk).confidential is False
    telling.deliver()


# ---- the administrator's room -----------------------------------------------------------------------------------


def admin(cast: Cast) -> Client:
    """The administrator, who has just proved who they are."""
    client = signed_in(cast.admin)
    session = client.session
    session["proved"] = clock.now().isoformat()
    session.save()
    return client


def do(client: Client, path: str, **said: Any) -> Any:
    """Fill in and confirm."""
    key = "k" * 20 + str(Alteration.objects.count())
    return client.post(path, {**said, "do": "confirm", "key": key})


def test_the_administrator_keeps_subscribers(cast: Cast, settings: Settings) -> None:
    client = admin(cast)
    assert "还没有订阅" in client.get(HOME).content.decode()
    told = {"new_code": "data-bureau", "name": "数据局", "url": "https://data.example.org/hook"}
    answer = do(client, f"{HOME}new", **{**told, "url": "http://data.example.org/hook"})
    assert answer.status_code == 400, "https only"
    answer = do(client, f"{HOME}new", **told)
    assert answer.status_code == 303, answer.content.decode()[:3000]
    first = client.get(answer["Location"]).content.decode()
    row = Subscriber.objects.get(code="data-bureau")
    secret = people.unlock(bytes(row.sealed))
    assert secret in first
    assert secret not in client.get(answer["Location"]).content.decode(), "shown once"
    assert secret not in str(list(Alteration.objects.values_list("before", "after")))
    do(client, f"{HOME}data-bureau/secret")
    row.refresh_from_db()
    assert len(people.unlock(bytes(row.sealed)).split()) == 2
    do(client, f"{HOME}data-bureau/secret")
    row.refresh_from_db()
    assert people.unlock(bytes(row.sealed)) != secret
    do(client, f"{HOME}data-bureau/again", since="2026-11-01T00:00", until="2026-11-02T00:00")
    do(client, f"{HOME}data-bureau/switch")
    row.refresh_from_db()
    assert not row.on
    assert changes.of("webhook", "data-bureau").count() == 5
    assert client.get(HOME, headers={"accept-language": "en"}).status_code == 200
    assert HOME in client.get("/desk/administration/").content.decode()


@pytest.mark.parametrize("path", [HOME, f"{HOME}new", f"{HOME}data-bureau", f"{HOME}data-bureau/switch"])
def test_nobody_else_may(cast: Cast, path: str) -> None:
    subscribe("https://data.example.org/hook")
    for who in (cast.supervisor, cast.dispatcher):
        assert signed_in(who).get(path).status_code == 403


@pytest.mark.parametrize(
    ("url", "is_good"),
    [
        ("https://x.example.org/hook", True), ("http://x.example.org", False), ("ftp://x", False), ("", False),
        ("https://a:b@x.example.org", False), ("https://[::1", False), ("https://x.example.org:99999", False),
        ("http://inside.example.org/hook", True),
    ],
)  # fmt: skip
def test_where_messages_may_go(settings: Settings, url: str, is_good: bool) -> None:
    settings.WEBHOOK_PLAIN_HOSTS = ["inside.example.org"]
    assert pages.good(url) is is_good
