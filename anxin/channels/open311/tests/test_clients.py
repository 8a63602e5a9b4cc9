"""A client of others, as it installs from the index, against a city that is really served."""

from __future__ import annotations

from collections.abc import Callable

import httpx2
import pytest
from pytest_django import Settings

from tests.cast import GARAGE, Cast

georeport = pytest.importorskip("georeport")


@pytest.mark.parametrize("form", ["json", "xml"])
def test_georeport_reads_a_served_city(
    base: str, live_city: Cast, settings: Settings, unique: Callable[[str], str], form: str
) -> None:
    settings.OPEN311_KEYS = {"app": "key-of-the-app"}
    client = georeport.GeoReport(f"{base}/open311/v2", jurisdiction="330400", output_format=form)
    services = client.get_service_list()
    assert "onekey.water" in {each["service_code"] for each in services}
    assert client.get_service_definition("onekey.water")["service_code"] == "onekey.water"
    told = {
        "api_key": "key-of-the-app", "service_code": "onekey.water", "lat": GARAGE[0], "long": GARAGE[1],
        "description": unique("积水"),
    }  # fmt: skip
    answer = httpx2.post(f"{base}/open311/v2/requests.json", data=told, trust_env=False)
    assert answer.status_code == 201
    number = answer.json()[0]["service_request_id"]
    found = client.get_service_requests(service_request_id=number)
    one = found if isinstance(found, dict) else found[0]
    assert one["service_request_id"] == number
    assert one["status"] == "open"
    every = client.get_service_requests(service_code="onekey.water", status="open")
    assert number in {each["service_request_id"] for each in ([every] if isinstance(every, dict) else every)}
    single = client.get_service_request(number)
    assert (single if isinstance(single, dict) else single[0])["service_request_id"] == number
