"""The client against a city that is really served."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from anxin_client import (
    BadSignature,
    GeoReport,
    NotAllowed,
    NotFound,
    NotReady,
    OpenData,
    Platform,
    Wrong,
    read_event,
)
from django.conf import settings as configured
from pytest_django import Settings

from anxin.channels import wire
from anxin.channels.conftest import base as base
from anxin.channels.conftest import photo as photo
from anxin.channels.conftest import unique as unique
from anxin.kernel import clock
from anxin.public.opendata import release
from tests.cast import GARAGE, OUTSIDE, Cast


@pytest.fixture
def city(base: str, settings: Settings) -> Iterator[GeoReport]:
    settings.OPEN311_KEYS = {"app": "key-of-the-app"}
    settings.DANGER = "show"
    with GeoReport(base, api_key="key-of-the-app", http=httpx.Client(trust_env=False, timeout=30)) as found:
        yield found


def test_an_app(city: GeoReport, base: str, unique: Callable[[str], str], photo: bytes) -> None:
    services = {each.service_code: each for each in city.services()}
    assert services["onekey.water"].metadata
    (depth, _since) = city.attributes("onekey.water")
    assert depth.values["ankle"]
    key = unique("app").replace(".", "-")
    told: dict[str, Any] = {"lat": GARAGE[0], "long": GARAGE[1], "attributes": {"DEPTH": "ankle"}, "key": key}
    taken = city.report("onekey.water", "车库入口积水", **told, photos=[photo])
    assert city.report("onekey.water", "车库入口积水", **told, photos=[photo]) == taken
    found = city.request(taken.service_request_id, extensions=True)
    assert found.status == "open"
    assert found.told["attributes"] == [{"code": "DEPTH", "value": "ankle"}]
    since = datetime.now(UTC) - timedelta(days=1)
    rows = city.requests(services=["onekey.water"], status="open", updated_after=since, page_size=2)
    assert taken.service_request_id in {each.service_request_id for each in rows}


def test_what_a_city_refuses(city: GeoReport, base: str) -> None:
    with pytest.raises(Wrong) as wrong:
        city.report("onekey.water", "积水", lat=OUTSIDE[0], long=OUTSIDE[1])
    assert wrong.value.status == 400
    with pytest.raises(Wrong) as wrong:
        city.report("onekey.facility", "灯不亮", address="湘南公寓", phone="x")
    assert set(wrong.value.fields) == {"phone", "attribute[WHAT]"}
    for call in (lambda: city.request("nobody"), lambda: city.attributes("nobody")):
        with pytest.raises(NotFound):
            call()
    with GeoReport(base, http=httpx.Client(trust_env=False)) as stranger, pytest.raises(NotAllowed):
        stranger.report("onekey.water", "积水", lat=GARAGE[0], long=GARAGE[1])
    with pytest.raises(ValueError, match="zone"):
        next(city.requests(start=datetime(2026, 1, 1)))


def test_a_platform(base: str, live_city: Cast, settings: Settings, unique: Callable[[str], str]) -> None:
    settings.DANGER = "show"
    secret = configured.CHANNEL_SECRETS["hotline"]
    with Platform(base, channel="hotline", secret=secret, http=httpx.Client(trust_env=False, timeout=30)) as side:
        key = unique("platform")
        told = {"kind": "onekey.water", "lat": GARAGE[0], "lon": GARAGE[1], "source_ref": key}
        first = side.report("车库进水", key=key, **told)
        assert first.lead is not None
        assert first.due_at is not None
        again = side.report("车库进水", key=key, **told)
        assert (again.number, again.repeated) == (first.number, True)
        assert side.matter(first.number).kind == "onekey.water"
        assert first.number in {each.number for each in side.page(kind="onekey.water").matters}
        assert next(side.matters()).number
        with pytest.raises(NotFound):
            side.matter("990101-1")
        with pytest.raises(Wrong):
            side.report("车库进水", kind="nothing.known")
    with (
        Platform(base, channel="hotline", secret="whsec_AAAA", http=httpx.Client(trust_env=False)) as liar,
        pytest.raises(NotAllowed),
    ):
        liar.report("车库进水")


def test_open_data(base: str, settings: Settings, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.VAR = tmp_path
    monkeypatch.setattr(release, "is_published", lambda month: month == "2025-03")
    release.make("2025-03")
    with OpenData(base, http=httpx.Client(trust_env=False, timeout=30)) as data:
        (month,) = data.months()
        assert json.loads(data.content(month, "datapackage.json"))["resources"]
        assert list(data.rows(month, "handling-by-kind")) == []
        with pytest.raises(NotFound):
            data.content(month, "nothing.csv")


def test_taking_webhooks_in() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"type": "matter.closed", "timestamp": "2026-11-24T08:00:00+08:00", "data": {"matter": "261124-1"}}'
    headers = wire.headers(secret, "evt_1", body, clock.now())
    event = read_event(secret, headers, body)
    assert (event.id, event.type, event.data["matter"]) == ("evt_1", "matter.closed", "261124-1")
    for bad in (body.replace(b"closed", b"opened"), b""):
        with pytest.raises(BadSignature):
            read_event(secret, headers, bad)
    with pytest.raises(BadSignature):
        read_event(secret, {}, body)


def test_a_city_that_does_not_answer_is_asked_again() -> None:
    waited: list[float] = []
    answers = iter([httpx.Response(503), httpx.ConnectError("x"), httpx.Response(200, json=[])])

    def answer(request: httpx.Request) -> httpx.Response:
        found = next(answers)
        if isinstance(found, Exception):
            raise found
        return found

    http = httpx.Client(transport=httpx.MockTransport(answer))
    assert GeoReport("http://city", http=http, sleep=waited.append).services() == []
    assert waited == [1.0, 2.0]
    http = httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(503)))
    with pytest.raises(NotReady):
        GeoReport("http://city", http=http, sleep=waited.append).services()
