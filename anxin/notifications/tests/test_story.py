"""Who is told what, when it leaves the house, and what leaves it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

import anxin.kernel.telling  # noqa: F401 - who hands entries on
from anxin.channels.email.send import send as send_mail
from anxin.kernel import clock, flow, jobs
from anxin.kernel.errors import BadInput, NotAllowed, NotFound
from anxin.kernel.matters import Matter, Report
from anxin.kernel.notices import Delivery
from anxin.kernel.orders import Order
from anxin.notifications import actions, rules
from anxin.notifications.models import EMAIL, ROBOT, Notice, Way, Wish, usual_duty
from tests.cast import Cast, body, garage

TUESDAY = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
"""Ten in the morning in the city."""


def drain() -> Report:
    """Something that presses nobody."""
    return garage(title="湘南公寓下水道排水慢", narrative="湘南公寓门口下水道排水比较慢，希望有空来疏通一下。")


def told(account: int | None) -> list[tuple[str, bool]]:
    """What an account has been told, oldest first."""
    return list(Notice.objects.filter(account=account).order_by("pk").values_list("about", "pressing"))


def test_the_body_that_gets_an_order_hears_of_it_once(cast: Cast) -> None:
    matter = flow.report(drain(), cast.resident).matter
    jobs.drain(ticks=False)
    held = rules.HOLDERS.get().of_body(matter.lead_id)
    assert held
    for each in held:
        assert told(each.account) == [("order", False)]
    assert told(cast.enforcement.account) == []
    entry = matter.journal.get(verb="dispatch")
    actions.tell([(matter, entry)])
    assert len(told(held[0].account)) == 1


def test_nobody_is_told_of_their_own_doing_and_the_arbiter_hears_of_a_hand_back(cast: Cast) -> None:
    matter = flow.report(drain(), cast.resident).matter
    flow.dispatch(matter, cast.dispatcher, body("330402.enforcement"))
    order = Order.objects.get(matter=matter, body__code="330402.enforcement")
    flow.hand_back(order, cast.enforcement, reason="不属本单位", basis="清单 3.2", proposed=body("330402.water"))
    jobs.drain(ticks=False)
    assert ("back", False) in told(cast.arbiter.account)
    assert ("back", False) not in told(cast.enforcement.account)
    flow.decide_hand_back(order, cast.arbiter, accept=False, reason="属于")
    jobs.drain(ticks=False)
    assert ("decided", False) in told(cast.enforcement.account)


def test_a_clock_that_is_over_presses_and_goes_to_who_supervises(cast: Cast) -> None:
    with clock.at(TUESDAY) as moment:
        flow.report(drain(), cast.resident)
        jobs.drain(ticks=False)
        moment.advance(timedelta(minutes=5))
        jobs.drain()
        jobs.drain(ticks=False)
    assert ("clock", True) in told(cast.supervisor.account)


HOURS = [
    # told at (city), what presses, every minutes, leaves at (city)
    ("2026-11-24 10:00", False, 15, "2026-11-24 10:15"),
    ("2026-11-24 10:00", False, 0, "2026-11-24 10:00"),
    ("2026-11-24 10:00", True, 60, "2026-11-24 10:00"),
    ("2026-11-24 20:00", True, 15, "2026-11-24 20:00"),
    ("2026-11-24 20:00", False, 15, "2026-11-25 08:30"),
    ("2026-11-27 17:25", False, 15, "2026-11-30 08:30"),
    ("2026-11-24 07:00", False, 0, "2026-11-24 08:30"),
    ("2026-11-24 10:00", False, 1440, "2026-11-26 08:30"),
]


@pytest.mark.parametrize(("at", "pressing", "every", "leaves"), HOURS)
def test_what_does_not_press_waits_for_the_digest_and_for_duty(
    at: str, pressing: bool, every: int, leaves: str
) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=clock.TZ)
    found = actions.when(Wish(account_id=1, duty=usual_duty(), every=every), moment, pressing)
    assert f"{found.astimezone(clock.TZ):%Y-%m-%d %H:%M}" == leaves


def test_who_is_never_on_duty_still_hears_with_the_next_digest() -> None:
    moment = datetime(2026, 11, 24, 10, 0, tzinfo=clock.TZ)
    assert actions.when(Wish(account_id=1, duty=[[]] * 7), moment, False) == moment + timedelta(minutes=15)


@pytest.fixture
def mailed(cast: Cast) -> Way:
    """The drainage clerk has confirmed an e-mail address."""
    way = actions.open_way(cast.water, EMAIL, "sunli@anxin.example")
    code = _code(way)
    with pytest.raises(actions.WrongCode):
        actions.confirm(cast.water, way.pk, "000000" if code != "000000" else "111111")
    actions.confirm(cast.water, way.pk, code)
    return way


def _code(way: Way) -> str:
    delivery = Delivery.objects.get(key__startswith=f"confirm:{way.pk}:")
    send_mail(delivery)
    text = mail.outbox[-1].body
    return text.split("确认码 ")[1][:6]


def test_several_things_leave_as_one_mail_without_words_of_the_report(cast: Cast, mailed: Way) -> None:
    with clock.at(TUESDAY) as moment:
        for _ in range(3):
            matter = flow.report(drain(), cast.resident).matter
            flow.dispatch(matter, cast.dispatcher, body("330402.water"))
        jobs.drain(ticks=False)
        assert not Delivery.objects.filter(key__startswith="notify:").exists()
        moment.advance(timedelta(minutes=16))
        jobs.drain(ticks=False)
        delivery = Delivery.objects.get(key__startswith=f"notify:{mailed.pk}:")
        send_mail(delivery)
    letter = mail.outbox[-1]
    assert letter.to == ["sunli@anxin.example"]
    for matter in Matter.objects.order_by("-pk")[:3]:
        assert matter.number in letter.body
        assert matter.narrative[:8] not in letter.body
        assert matter.title not in f"{letter.body} {letter.subject}"
    assert "王" not in letter.body


def test_what_was_read_in_the_meantime_is_not_sent(cast: Cast, mailed: Way) -> None:
    with clock.at(TUESDAY) as moment:
        flow.dispatch(flow.report(drain(), cast.resident).matter, cast.dispatcher, body("330402.water"))
        jobs.drain(ticks=False)
        moment.advance(timedelta(minutes=16))
        jobs.drain(ticks=False)
        actions.read(cast.water.account or 0)
        before = len(mail.outbox)
        send_mail(Delivery.objects.get(key__startswith=f"notify:{mailed.pk}:"))
    assert len(mail.outbox) == before


BAD = [
    (EMAIL, "nobody"),
    (EMAIL, "a@b\r\nBcc: all@anxin.example"),
    ("sms", "110 abc"),
    ("webpush", '{"endpoint": "http://127.0.0.1/", "keys": {"p256dh": "", "auth": ""}}'),
    ("webpush", "[]"),
    ("webpush", '{"endpoint": "https://push.example/a", "keys": {"p256dh": "k", "auth": "a"}}'),
    ("webpush", '{"endpoint": "https://[::1/fcm.googleapis.com", "keys": {"p256dh": "k", "auth": "a"}}'),
    ("webpush", '{"endpoint": "https://fcm.googleapis.com@127.0.0.1/a", "keys": {"p256dh": "k", "auth": "a"}}'),
    ("pigeon", "home"),
]


@pytest.mark.parametrize(("kind", "address"), BAD)
def test_an_address_that_leads_nowhere_is_said_at_once(cast: Cast, kind: str, address: str) -> None:
    with pytest.raises(BadInput):
        actions.open_way(cast.water, kind, address)


def test_ways_are_ones_own_and_robots_belong_to_bodies(cast: Cast, mailed: Way) -> None:
    with pytest.raises(NotFound):
        actions.close_way(cast.power, mailed.pk)
    with pytest.raises(NotAllowed):
        actions.open_way(cast.water, ROBOT, "dingtalk://SECabcdefgh@token12345/", body=body("330402.water"))
    way = actions.open_way(cast.supervisor, ROBOT, "wecombot://abcdefgh-12345", body=body("330402.water"))
    assert b"abcdefgh" not in bytes(way.address)
    flow.dispatch(flow.report(drain(), cast.resident).matter, cast.dispatcher, body("330402.water"))
    jobs.drain(ticks=False)
    assert Notice.objects.filter(body__code="330402.water", about="order").exists()
    actions.close_way(cast.supervisor, way.pk)
    way.refresh_from_db()
    assert bytes(way.address) == b""


def test_the_page_shows_marks_and_keeps(cast: Cast, client: Client) -> None:
    flow.dispatch(flow.report(drain(), cast.resident).matter, cast.dispatcher, body("330402.water"))
    jobs.drain(ticks=False)
    client.post("/desk/sign-in", {"login": "sun.li", "password": settings.DEMO_PASSWORD})
    page = client.get("/desk/notifications/").content.decode()
    assert "新工单待签收" in page
    assert re.search(r'id="unread">[1-9]<', page)
    client.post("/desk/notifications/act", {"do": "read"})
    assert 'id="unread"><' in client.get("/desk/notifications/").content.decode()
    wrong: Any = client.post("/desk/notifications/act", {"do": "wish", "every": "15", "from0": "18:00", "to0": "08:00"})
    assert wrong.status_code == 400
    kept = client.post("/desk/notifications/act", {"do": "wish", "every": "60", "hear": ["order"]})
    assert kept.status_code == 303
    wish = Wish.objects.get(account=cast.water.account)
    assert (wish.every, "order" in wish.muted, "voice" in wish.muted) == (60, False, True)
