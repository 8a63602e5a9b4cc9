"""The description of the API is whole, and what the doors answer is what it says, whatever they are sent."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from typing import Any

import httpx2
import pytest
import requests
import schemathesis
from django.conf import settings as configured
from django.db import transaction
from django.test import Client
from django.urls import resolve
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as how
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks as formal

from anxin.api.description import description, doors
from anxin.channels import wire
from anxin.channels.open311 import receive
from anxin.kernel import clock, flow, registry
from anxin.public.rate import Limit
from tests.cast import Cast, garage
from tests.test_bad_input import signed_in
from tests.test_bad_input_everywhere import every_address

EXAMPLES = int(os.environ.get("ANXIN_FUZZ", "4"))
"""Examples for each door; many for the long run (docs/howto/open-doors.md)."""
FOR_PEOPLE = re.compile(
    r"desk/|(report|follow|around|notice|language|size)?$|report/near|\^?follow/|(language|size)/|maps/(tiles|base)|"
    r"phone/(sw\.js|manifest|$)|channels/identity/|open-data/$|open311/\^\(\?:\.\*|"
    rf"({'|'.join(each.code for each in registry.programmes())})/"
)
"""Pages, what their own scripts fetch, pictures of the map; and GeoReport's answer to unknown addresses."""
CHECKS = [
    not_a_server_error, formal.status_code_conformance, formal.content_type_conformance,
    formal.response_schema_conformance, formal.response_headers_conformance,
]  # fmt: skip


def test_every_door_for_programs_is_described() -> None:
    described = {resolve(door.sample).route.replace("^", "") for door in doors()}
    known = ((route, route.replace("^", "")) for route, _ in every_address())
    missing = [route for route, plain in known if plain not in described and not FOR_PEOPLE.match(route)]
    assert not missing, "\n".join(missing)


def test_every_door_that_is_described_takes_that_method(cast: Cast) -> None:
    client = signed_in(cast.dispatcher)
    for door in doors():
        with transaction.atomic():
            answer = client.generic(door.method, door.sample, content_type="application/json")
            transaction.set_rollback(True)
        assert answer.status_code != 405, door.path


def test_the_description_is_one(client: Client) -> None:
    answer = client.get("/api/openapi.json")
    assert answer.status_code == 200
    told = answer.json()
    assert told["openapi"] == "3.1.0"
    names = [one["operationId"] for path in told["paths"].values() for one in path.values()]
    assert len(names) == len(set(names)) == len(doors())
    text = answer.content.decode()
    for name in re.findall(r"#/components/schemas/([^\"]+)", text):
        assert name in told["components"]["schemas"]


SCHEMA = schemathesis.openapi.from_dict(dict(description()))
OPERATIONS: list[Any] = [found.ok() for found in SCHEMA.get_all_operations()]  # type: ignore[union-attr]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: f"{one.method.upper()} {one.path}")
def test_what_comes_back_is_what_is_said(cast: Cast, settings: Any, monkeypatch: Any, operation: Any) -> None:
    settings.OPEN311_KEYS = {"app": "key-of-the-app"}
    settings.DANGER = "show"
    monkeypatch.setattr(receive, "RATE", Limit(most=10**6))
    flow.report(garage(), cast.resident)
    staff = signed_in(cast.dispatcher)
    stranger = Client()
    turn = iter(range(10**9))

    def once(case: Any) -> None:
        number = next(turn)
        prepared = requests.Request(**case.as_transport_kwargs(base_url="http://testserver")).prepare()
        body: Any = prepared.body or b""
        body = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
        headers = {name.lower(): value for name, value in prepared.headers.items() if name.lower() != "content-length"}
        if operation.path.startswith("/open311/") and number % 2 and b"api_key=" in body:
            body = re.sub(rb"api_key=[^&]*", b"api_key=key-of-the-app", body)
        if number % 4 and _signed(operation.path):
            headers |= _signature(operation, prepared, body, headers)
        media = _plain(headers.pop("content-type", "application/octet-stream"))
        headers.pop("cookie", None)
        client = staff if number % 3 else stranger
        with transaction.atomic():
            answer = client.generic(
                prepared.method or "GET", prepared.path_url, body, content_type=media,
                headers={name: _plain(value) for name, value in headers.items()},
            )  # fmt: skip
            transaction.set_rollback(True)
        asked = httpx2.Request(prepared.method or "GET", "http://testserver/")
        told = httpx2.Response(
            answer.status_code, headers=list(answer.headers.items()), content=answer.content, request=asked
        )
        told.elapsed = timedelta(0)
        case.validate_response(told, checks=CHECKS)

    bound = how(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=EXAMPLES < 20,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate],
    )  # fmt: skip
    bound(given(case=operation.as_strategy())(once))()


def _plain(value: Any) -> str:
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    return text.replace("\r", "").replace("\n", "")


def _signed(path: str) -> bool:
    return path.startswith(("/api/reports", "/api/matters", "/channels/hotline", "/channels/police", "/channels/grid"))


def _signature(operation: Any, prepared: Any, body: bytes, headers: dict[str, Any]) -> dict[str, str]:
    """The headers of a platform that signs what it sends."""
    channel = operation.path.split("/")[2] if operation.path.startswith("/channels/") else "hotline"
    asking = operation.method.lower() == "get"
    said = prepared.path_url.partition("?")[2].encode() if asking else body
    try:
        said.decode()
    except UnicodeDecodeError:
        return {}
    number = prepared.path_url.partition("?")[0].rpartition("/")[2]
    key = f"state:{number}/1" if asking else "fuzz-1"
    made = wire.headers(configured.CHANNEL_SECRETS[channel], key, said, clock.now())
    made.pop("content-type")
    return {**made, "anxin-channel": channel}
