"""GeoReport v2 as its specification has it: what the clients in circulation do not check."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.conf import settings as configured
from django.test import Client
from pytest_django import Settings

from anxin.channels.open311 import attributes, ids, receive, shape, shown
from anxin.kernel import clock, flow
from anxin.kernel.matters import Matter
from anxin.public import around
from anxin.public.rate import Limit
from tests.cast import ELSEWHERE, GARAGE, OUTSIDE, Cast, actor, garage

KEY = "key-of-the-app"
V2 = "/open311/v2"
W3C = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
FIELDS = {
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description",
    "agency_responsible", "service_notice", "requested_datetime", "updated_datetime", "expected_datetime", "address",
    "address_id", "zipcode", "lat", "long", "media_url",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _app(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    settings.OPEN311_KEYS = {"app": KEY, "other": "another-key"}
    monkeypatch.setattr(receive, "RATE", Limit(most=10_000))
    around.forget()
    yield
    around.forget()


def get(
    client: Client, path: str, query: Any = None, *, status: int = 200, headers: dict[str, str] | None = None
) -> Any:
    """What a question in JSON is answered."""
    answer = client.get(f"{V2}{path}.json", query or {}, headers=headers or {})
    assert answer.status_code == status, answer.content.decode()
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    return json.loads(answer.content.decode("utf-8"))


def form(**more: Any) -> dict[str, Any]:
    """A good request."""
    told = {
        "api_key": KEY, "service_code": "onekey.water", "lat": str(GARAGE[0]), "long": str(GARAGE[1]),
        "description": "车库入口积水，水已没过脚踝",
    }  # fmt: skip
    return {name: value for name, value in {**told, **more}.items() if value is not None}


def post(client: Client, told: dict[str, Any], *, status: int = 201, format: str = "json", own: str = "") -> Any:
    """What a request is answered."""
    answer = client.post(f"{V2}/requests.{format}", told, headers={"idempotency-key": own} if own else {})
    assert answer.status_code == status, answer.content.decode()
    return json.loads(answer.content) if format == "json" else answer


def sent(client: Client, **more: Any) -> str:
    """The id of a new request."""
    return str(post(client, form(**more))[0]["service_request_id"])


def behind(number: str) -> Matter:
    """The matter behind an id."""
    return Matter.objects.get(pk=ids.inside(number) or 0)


def spark(element: ElementTree.Element) -> Any:
    """XML as the same value JSON carries, leaves as text; what is empty is null."""
    if element.tag in shape.ITEMS:
        assert all(child.tag == shape.ITEMS[element.tag] for child in element)
        return [spark(child) for child in element]
    if len(element):
        return {child.tag: spark(child) for child in element}
    return element.text or None


def leaves(value: Any) -> Any:
    """A JSON value with its leaves as XML writes them."""
    if isinstance(value, dict):
        return {key: leaves(each) for key, each in value.items()}
    if isinstance(value, list):
        return [leaves(each) for each in value]
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else None if value is None else str(value)


# ---- form ---------------------------------------------------------------------------------------------------------


def test_xml_and_json_carry_the_same_everywhere(cast: Cast, client: Client) -> None:
    number = sent(client, **{"attribute[DEPTH]": "wheel"}, description='<b>积水</b> & "水" \u0007')
    flow.report(garage(), cast.resident)
    pages = [
        "/discovery", "/services", "/services/onekey.water", "/services/onekey.road", "/requests",
        "/requests?extensions=true", f"/requests/{number}", f"/requests/{number}?extensions=true",
        f"/tokens/{number}", "/requests?status=nonsense", "/requests/nobody", "/services/nobody", "/no/such/door",
        "/requests?service_request_id=nobody",
    ]  # fmt: skip
    for page in pages:
        path, _, query = page.partition("?")
        as_json, as_xml = (client.get(f"{V2}{path}.{each}?{query}") for each in ("json", "xml"))
        assert as_json.status_code == as_xml.status_code, page
        assert as_xml.headers["Content-Type"] == "text/xml; charset=utf-8"
        assert as_json.headers["Content-Type"] == "application/json; charset=utf-8"
        text = as_xml.content.decode("utf-8")
        assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>'), page
        assert spark(ElementTree.fromstring(text)) == (leaves(json.loads(as_json.content)) or []), page


def test_the_roots_are_called_as_specified(cast: Cast, client: Client) -> None:
    number = sent(client)
    roots = {
        "/discovery": "discovery", "/services": "services", "/services/onekey.water": "service_definition",
        "/requests": "service_requests", f"/requests/{number}": "service_requests",
        f"/tokens/{number}": "service_requests", "/requests/nobody": "errors",
    }  # fmt: skip
    for path, root in roots.items():
        assert ElementTree.fromstring(client.get(f"{V2}{path}.xml").content).tag == root
    answer = post(client, form(), status=200, format="xml")
    assert [each.tag for each in ElementTree.fromstring(answer.content)[0]] == [
        "service_request_id", "service_notice", "account_id",
    ]  # fmt: skip


def test_discovery_says_where_and_what(cast: Cast, client: Client) -> None:
    assert client.get(f"{V2}//services.json").status_code == 200, "an endpoint with a slash at its end"
    for door in ("/open311/discovery.json", "/open311/v2/discovery.json"):
        told = client.get(door).json()
        assert set(told) == {"changeset", "contact", "key_service", "endpoints"}
        (endpoint,) = told["endpoints"]
        assert set(endpoint) == {"specification", "url", "changeset", "type", "formats"}
        assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
        assert endpoint["type"] in ("production", "test")
        assert endpoint["formats"] == ["text/xml", "application/json"]
        assert client.get(endpoint["url"].removeprefix("http://testserver") + "/services.json").status_code == 200
        assert W3C.fullmatch(told["changeset"])


def test_services_and_their_definitions(cast: Cast, client: Client) -> None:
    offered = get(client, "/services")
    codes = [each["service_code"] for each in offered]
    assert "onekey.water" in codes
    assert not {"onekey.quarrel", "mediation.dispute", "onekey.enquiry", "onekey.other"} & set(codes)
    for each in offered:
        assert set(each) == {"service_code", "service_name", "description", "metadata", "type", "keywords", "group"}
        assert each["type"] == "realtime"
        assert isinstance(each["metadata"], bool)
        defined = get(client, f"/services/{each['service_code']}")
        assert defined["service_code"] == each["service_code"]
        assert bool(defined["attributes"]) == each["metadata"]
        assert [a["order"] for a in defined["attributes"]] == list(range(1, len(defined["attributes"]) + 1))
        for attribute in defined["attributes"]:
            assert attribute["datatype"] in attributes.DATATYPES
            assert isinstance(attribute["required"], bool)
            assert isinstance(attribute["variable"], bool)
            assert bool(attribute["values"]) == (attribute["datatype"] in attributes.LISTS)
            assert all(set(value) == {"key", "name"} for value in attribute["values"])
    chinese, english = (
        get(client, "/services/onekey.water", headers={"accept-language": each}) for each in ("zh-hans", "en")
    )
    assert chinese["attributes"][0]["description"] == "积水有多深"
    assert english["attributes"][0]["description"] == "How deep is the water"
    assert set(attributes.table()) <= set(codes), "no question for a kind that is not offered"


def test_a_request_has_every_field_and_ids_and_moments_as_specified(cast: Cast, client: Client) -> None:
    number = sent(client)
    assert re.fullmatch(r"[\w-]+", number, re.ASCII)
    (found,) = get(client, f"/requests/{number}")
    assert set(found) == FIELDS
    assert found["service_request_id"] == number
    assert found["status"] == "open"
    assert all(W3C.fullmatch(found[name]) for name in ("requested_datetime", "updated_datetime", "expected_datetime"))
    assert found["requested_datetime"].endswith("+08:00")
    assert re.fullmatch(r"[\w-]+", found["address_id"], re.ASCII)
    assert isinstance(found["lat"], float)
    assert isinstance(found["long"], float)
    assert get(client, f"/tokens/{number}") == [{"service_request_id": number, "token": number}]


# ---- the matrix of what goes wrong ----------------------------------------------------------------------------------

LONG = "水" * 4001
MATRIX: list[tuple[int, str, dict[str, Any]]] = [
    (403, "api_key", {"api_key": None}),
    (403, "api_key", {"api_key": ""}),
    (403, "api_key", {"api_key": "wrong"}),
    (403, "api_key", {"api_key": "wrong", "service_code": "nobody", "lat": None}),
    (404, "service_code", {"service_code": "nobody"}),
    (404, "", {"service_code": "onekey.quarrel"}),
    (404, "", {"service_code": "onekey.enquiry"}),
    (404, "jurisdiction_id", {"jurisdiction_id": "elsewhere.gov"}),
    (400, "service_code", {"service_code": None}),
    (400, "service_code", {"service_code": " "}),
    (400, "lat", {"lat": None, "long": None}),
    (400, "lat", {"lat": "", "long": "", "address_string": "", "address_id": ""}),
    (400, "long", {"long": None}),
    (400, "lat", {"lat": None}),
    (400, "lat", {"lat": "north"}),
    (400, "lat", {"lat": "nan"}),
    (400, "lat", {"lat": "inf"}),
    (400, "lat", {"lat": "91"}),
    (400, "long", {"long": "1e999"}),
    (400, "", {"lat": str(OUTSIDE[0]), "long": str(OUTSIDE[1])}),
    (400, "address_id", {"lat": None, "long": None, "address_id": "999999"}),
    (400, "description", {"description": LONG}),
    (400, "address_string", {"address_string": "路" * 301}),
    (400, "email", {"email": "not a mail"}),
    (400, "phone", {"phone": "call me"}),
    (400, "media_url", {"media_url": "javascript:alert(1)"}),
    (400, "media_url", {"media_url": "file:///etc/passwd"}),
    (400, "media_url", {"media_url": "http://name:word@example.org/x.jpg"}),
    (400, "attribute[WHAT]", {"service_code": "onekey.facility"}),
    (400, "attribute[WHAT]", {"service_code": "onekey.facility", "attribute[WHAT]": ""}),
    (400, "attribute[DEPTH]", {"attribute[DEPTH]": "fathoms"}),
    (400, "attribute[DEPTH]", {"attribute[DEPTH]": ["ankle", "wheel"]}),
    (400, "attribute[SINCE]", {"attribute[SINCE]": "2026-11-24"}),
    (400, "attribute[METRES]", {"service_code": "onekey.road", "attribute[METRES]": "many"}),
    (400, "attribute[DANGERS]", {"service_code": "onekey.road", "attribute[DANGERS][]": ["walkers", "birds"]}),
    (400, "attribute[MARK]", {"service_code": "onekey.facility", "attribute[WHAT]": "lamp",
                              "attribute[MARK]": "9" * 256}),
    (400, "", {"description": "a\x00b"}),
]  # fmt: skip


@pytest.mark.parametrize(("status", "about", "changed"), MATRIX)
def test_what_is_wrong_with_a_request(
    cast: Cast, client: Client, status: int, about: str, changed: dict[str, Any]
) -> None:
    before = Matter.objects.count()
    told = post(client, form(**changed), status=status)
    assert isinstance(told, list)
    assert told
    assert all(set(each) == {"code", "description"} and each["code"] == status for each in told)
    assert any(about in each["description"] for each in told)
    assert Matter.objects.count() == before
    as_xml = ElementTree.fromstring(post(client, form(**changed), status=status, format="xml").content)
    assert spark(as_xml) == leaves(told)


def test_several_things_wrong_are_told_at_once(cast: Cast, client: Client) -> None:
    told = post(client, form(lat="x", email="x", service_code="onekey.facility"), status=400)
    assert len(told) == 3


@pytest.mark.parametrize(
    ("status", "path"),
    [
        (404, "/services/nobody"), (404, "/services/onekey.quarrel"), (404, "/requests/nobody"),
        (404, "/tokens/nobody"), (404, "/services?jurisdiction_id=elsewhere"),
        (404, "/services/onekey.water?jurisdiction_id=elsewhere"), (404, "/requests?jurisdiction_id=elsewhere"),
        (404, "/requests/nobody?jurisdiction_id=330400"), (404, "/nothing"), (404, "/requests/a/b"),
        (400, "/requests?start_date=yesterday"), (400, "/requests?start_date=2026-11-01"),
        (400, "/requests?start_date=2026-11-01T00:00:00"), (400, "/requests?end_date=2026-13-01T00:00:00Z"),
        (400, "/requests?start_date=2026-11-02T00:00:00Z&end_date=2026-11-01T00:00:00Z"),
        (400, "/requests?start_date=2026-01-01T00:00:00Z&end_date=2026-04-02T00:00:00Z"),
        (400, "/requests?start_date=0001-01-01T00:00:00Z"), (400, "/requests?end_date=9999-12-31T23:59:59-23:59"),
        (400, "/requests?status=done"), (400, "/requests?status=open,done"), (400, "/requests?page=0"),
        (400, "/requests?page=x"), (400, "/requests?page=99999999999"), (400, "/requests?page_size=-1"),
        (400, "/requests?updated_after=x"), (400, "/requests?updated_before=2026-11-01"),
        (400, "/requests?status=%00"), (400, "/requests/%00"),
        (200, "/services?jurisdiction_id=330400"), (200, "/services?jurisdiction_id="),
        (200, "/requests?service_code=nobody"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_question(cast: Cast, client: Client, status: int, path: str) -> None:
    name, _, query = path.partition("?")
    for form_ in ("json", "xml"):
        answer = client.get(f"{V2}{name}.{form_}?{query}")
        assert answer.status_code == status, answer.content
        assert answer.headers["Content-Type"] == shape.FORMATS[form_]


def test_another_method_is_refused_in_form(cast: Cast, client: Client) -> None:
    answer = client.delete(f"{V2}/requests.json")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, POST, HEAD"
    assert answer.json()[0]["code"] == 405
    assert client.post(f"{V2}/services.xml").status_code == 405
    assert client.head(f"{V2}/services.json").status_code == 200


def test_what_is_not_utf_8_or_not_a_form_is_refused(cast: Cast, client: Client) -> None:
    plain = "application/x-www-form-urlencoded"
    latin = f"api_key={KEY}&service_code=onekey.water&lat={GARAGE[0]}&long={GARAGE[1]}&description=%B3%B5%BF%E2"
    for body, media in (
        (latin, plain),
        (latin, f"{plain}; charset=gbk"),
        ("{}", "application/json"),
        ("x", "multipart/form-data"),
    ):
        answer = client.post(f"{V2}/requests.json", body, content_type=media)
        assert answer.status_code in (400, 403), (media, answer.content)
        assert set(answer.json()[0]) == {"code", "description"}
    good = f"api_key={KEY}&service_code=onekey.water&lat={GARAGE[0]}&long={GARAGE[1]}&description=%E8%BD%A6"
    answer = client.post(f"{V2}/requests.json", good, content_type=f"{plain}; charset=utf-8")
    assert answer.status_code == 201


def test_too_many_from_one_key_are_asked_to_wait(cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "RATE", Limit(most=1))
    sent(client)
    assert post(client, form(description="另一处"), status=429)[0]["code"] == 429
    post(client, form(description="另一处", api_key="another-key"))


# ---- taking in --------------------------------------------------------------------------------------------------


def test_a_report_becomes_a_matter_with_all_that_came_along(cast: Cast, client: Client) -> None:
    told = form(
        **{"attribute[DEPTH]": "wheel", "attribute[SINCE]": "2026-11-24T06:10:00+08:00", "attribute[COLOUR]": "red"},
        first_name="建国", last_name="王", phone="00000000001", email="wang@example.org", device_id="d1",
        account_id="a-7", media_url="https://example.org/p.jpg", address_string="湘南公寓地下车库",
        jurisdiction_id="330400",
    )  # fmt: skip
    (answer,) = post(client, told)
    m = behind(answer["service_request_id"])
    assert (m.kind, m.channel, m.state) == ("onekey.water", "open311", "working")
    assert m.town is not None
    assert m.town.code == "330402015"
    assert m.person is not None
    assert m.person.masked_name == "王**"
    assert answer["account_id"] == "a-7"
    assert m.number in answer["service_notice"]
    assert m.follow_code in answer["service_notice"]
    assert "COLOUR" in answer["service_notice"]
    notes = {e.data["facts"].get("about"): e for e in m.journal.filter(verb="note").select_related("words")}
    assert notes["open311.attributes"].data["facts"]["DEPTH"] == "wheel"
    assert "积水有多深：没过车轮" in notes["open311.attributes"].words.texts["note"]
    assert "SINCE" not in notes["open311.attributes"].data["facts"], "what is typed stays out of the journal's facts"
    assert "https://example.org/p.jpg" in notes["open311.media"].words.texts["note"]


def test_a_place_in_words_or_by_code_is_a_place(cast: Cast, client: Client) -> None:
    by_words = sent(client, lat=None, long=None, address_string="七星街道湘南公寓")
    by_code = sent(client, lat=None, long=None, address_id="330402015")
    for number in (by_words, by_code):
        m = behind(number)
        assert m.town is not None
        assert m.town.code == "330402015"


def test_an_empty_argument_is_none_at_all(cast: Cast, client: Client) -> None:
    empty = dict.fromkeys(
        ("email", "device_id", "account_id", "first_name", "last_name", "phone", "media_url", "address_string",
         "address_id", "jurisdiction_id", "attribute[DEPTH]"), "",
    )  # fmt: skip
    post(client, form(**empty))
    names = ("service_request_id", "service_code", "start_date", "end_date", "status", "page", "page_size",
             "updated_after", "updated_before", "extensions", "jurisdiction_id")  # fmt: skip
    assert get(client, "/requests", dict.fromkeys(names, "")) == get(client, "/requests")


def test_a_request_without_words_is_one(cast: Cast, client: Client) -> None:
    number = sent(client, description=None)
    assert get(client, f"/requests/{number}")[0]["service_code"] == "onekey.water"


def test_a_retry_is_one_request_and_another_key_is_another(cast: Cast, client: Client) -> None:
    with clock.at(datetime(2026, 11, 24, 9, 59, 30, tzinfo=clock.TZ)) as c:
        first = sent(client)
        c.advance(timedelta(minutes=1))
        again = post(client, form(), status=200)
        assert again[0]["service_request_id"] == first
        assert sent(client, api_key="another-key") != first
        assert sent(client, description="另一处积水") != first
        c.advance(timedelta(hours=3))
        assert sent(client) != first
        own = "0b6f-1"
        one = post(client, form(description="甲"), own=own)[0]["service_request_id"]
        assert post(client, form(description="甲"), status=200, own=own)[0]["service_request_id"] == one
        assert post(client, form(description="乙"), status=400, own=own)


def test_pictures_come_along_and_others_are_refused(cast: Cast, client: Client, photo: bytes) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    with_photo = form(media=SimpleUploadedFile("a.jpg", photo, "image/jpeg"))
    (answer,) = post(client, with_photo)
    m = behind(answer["service_request_id"])
    assert m.attachments.count() == 1
    assert get(client, f"/requests/{answer['service_request_id']}")[0]["media_url"] is None
    post(client, form(description="b", media=SimpleUploadedFile("a.exe", b"MZ", "image/jpeg")), status=400)


# ---- asking -------------------------------------------------------------------------------------------------------


def seen(client: Client, query: Any = None) -> list[str]:
    """The ids that are found."""
    return [each["service_request_id"] for each in get(client, "/requests", query)]


def test_filters(cast: Cast, client: Client) -> None:
    day = datetime(2026, 11, 20, 8, 0, tzinfo=clock.TZ)
    with clock.at(day) as c:
        water = sent(client)
        c.advance(timedelta(days=1))
        road = sent(client, service_code="onekey.road")
        c.advance(timedelta(days=1))
        noise = sent(client, service_code="onekey.noise", description="夜里施工")
        m = behind(road)
        flow.refuse(m, cast.supervisor, "不属于受理范围", "请向建设单位反映")
        mine = [noise, road, water]
        assert [each for each in seen(client) if each in mine] == mine, "newest first"
        assert seen(client, {"service_code": "onekey.road,onekey.noise"}) == [noise, road]
        assert seen(client, {"service_code": ["onekey.road", "onekey.water"]}) == [road, water]
        assert road in seen(client, {"status": "closed"})
        assert road not in seen(client, {"status": "open"})
        assert set(mine) <= set(seen(client, {"status": "open,closed"}))
        second = get(client, f"/requests/{road}")[0]["requested_datetime"]
        assert seen(client, {"start_date": second, "end_date": second}) == [road], "both ends count"
        assert seen(client, {"start_date": second.replace("+", " "), "end_date": second}) == [road]
        assert water in seen(client, {"end_date": "2026-11-20T09:00:00+08:00"})
        assert noise not in seen(client, {"end_date": "2026-11-20T00:30:00Z"})
        assert seen(client, {"start_date": "2026-11-22T00:00:00Z"}) == [noise]
        since = "2026-11-22T00:00:00+08:00"
        assert set(seen(client, {"updated_after": since})) == {road, noise}
        assert seen(client, {"updated_before": since}) == [water]
        assert get(client, f"/requests/{road}")[0]["status"] == "closed"
        assert "不予受理" in get(client, f"/requests/{road}")[0]["status_notes"]


def test_named_ids_override_all_else(cast: Cast, client: Client) -> None:
    with clock.at(datetime(2026, 3, 1, 8, 0, tzinfo=clock.TZ)) as c:
        old = sent(client)
        c.advance(timedelta(days=200))
        new = sent(client, description="又积水了")
        assert old not in seen(client)
        query = {
            "service_request_id": f"{old},{new},nobody", "status": "closed", "service_code": "onekey.noise",
            "start_date": "rubbish", "page": "0",
        }  # fmt: skip
        assert seen(client, query) == [old, new]
        assert seen(client, {"service_request_id": [old, new]}) == [old, new]
        assert get(client, "/requests", {"service_request_id": "nobody"}) == []


def test_ninety_days_and_a_thousand(cast: Cast, client: Client) -> None:
    with clock.at(datetime(2026, 6, 1, 8, 0, tzinfo=clock.TZ)) as c:
        first = sent(client)
        c.advance(timedelta(days=89))
        assert first in seen(client)
        c.advance(timedelta(days=2))
        assert first not in seen(client)
        assert first in seen(client, {"start_date": "2026-06-01T00:00:00Z"}), "90 days from the start that is given"
        assert first in seen(client, {"end_date": "2026-06-02T00:00:00Z"})
        exact = {"start_date": "2026-06-01T00:00:00Z", "end_date": "2026-08-30T00:00:00Z"}
        assert first in seen(client, exact)
    from anxin.channels.open311 import asked

    assert asked.Wanted().size == asked.MOST == 1000
    assert asked.wanted(__import__("django.http", fromlist=["QueryDict"]).QueryDict("page_size=5000")).size == 1000


def test_paging(cast: Cast, client: Client) -> None:
    numbers = [sent(client, description=f"积水 {n}") for n in range(5)][::-1]
    assert [seen(client, {"page_size": "2", "page": str(page)}) for page in (1, 2, 3)] == [
        numbers[:2], numbers[2:4], numbers[4:],
    ]  # fmt: skip
    assert seen(client, {"page_size": "2", "page": "9000"}) == []
    answer = client.get(f"{V2}/requests.json", {"page_size": "2", "status": "open"})
    assert 'rel="next"' in answer.headers["Link"]
    assert "page=2" in answer.headers["Link"]
    assert "Link" not in client.get(f"{V2}/requests.json", {"page_size": "50"}).headers


def test_extensions_tell_the_way_of_a_request(cast: Cast, client: Client) -> None:
    number = sent(client, **{"attribute[DEPTH]": "ankle"})
    m = behind(number)
    lead = m.orders.get(role="lead")
    by = next(each for each in (cast.dispatcher, cast.water) if each.body == lead.body_id)
    flow.sign(lead, by)
    (plain,), (found,) = get(client, f"/requests/{number}"), get(client, f"/requests/{number}", {"extensions": "true"})
    assert set(found) - set(plain) == {"extended_attributes", "attributes", "notes"}
    assert found["attributes"] == [{"code": "DEPTH", "value": "ankle"}]
    assert found["extended_attributes"]["detailed_status"] == "working"
    assert [note["type"] for note in found["notes"]] == ["sign"]
    assert all(W3C.fullmatch(note["datetime"]) for note in found["notes"])
    assert "notes" not in get(client, "/requests", {"extensions": "false"})[0]


def test_a_bounded_number_of_questions_to_the_database(
    cast: Cast, client: Client, django_assert_max_num_queries: Any
) -> None:
    for n in range(12):
        sent(client, description=f"积水 {n}")
    around.picture()
    with django_assert_max_num_queries(8):
        get(client, "/requests", {"extensions": "true"})


# ---- ids and what stays inside ------------------------------------------------------------------------------------


def test_ids_lead_back_and_cannot_be_made_up() -> None:
    for pk in (1, 1000, 2**40, 2**63 - 1):
        assert ids.inside(ids.outside(pk)) == pk
        assert re.fullmatch(r"[a-z2-7]{26}", ids.outside(pk))
    assert len({ids.outside(pk)[:8] for pk in range(500)}) == 500
    for bad in ("", "x", "a" * 26, "A" * 25 + "=", "水" * 26, ids.outside(7)[:-1] + "b", "1" * 26):
        assert ids.inside(bad) is None


def test_nothing_personal_goes_out(cast: Cast, client: Client) -> None:
    secret = form(
        description="我是王建国，住3幢502室，电话13800000000，车库进水", first_name="建国", last_name="王",
        phone="13800000000", email="wang@example.org", address_string="湘南公寓3幢502室",
        media_url="https://example.org/face.jpg", **{"attribute[DEPTH]": "ankle"},
    )  # fmt: skip
    number = post(client, secret)[0]["service_request_id"]
    m = behind(number)
    for page in (f"/requests/{number}", "/requests"):
        for form_ in ("json", "xml"):
            text = client.get(f"{V2}{page}.{form_}?extensions=true").content.decode()
            for word in ("王", "建国", "502", "138", "wang", "face.jpg", "公寓", m.number, m.follow_code):
                assert word not in text, word
            assert f"{GARAGE[0]}" not in text
            assert f"{GARAGE[1]}" not in text


def test_what_may_not_be_known_does_not_exist(cast: Cast, client: Client) -> None:
    hidden = [
        flow.report(garage(confidential=True), cast.resident).matter,
        flow.report(garage(kind="onekey.quarrel", title="邻居吵架"), cast.resident).matter,
        flow.report(garage(nature="report", title="举报某人"), cast.resident).matter,
        flow.report(garage(kind="onekey.enquiry", nature="consult"), cast.resident).matter,
        flow.report(garage(urgency="emergency"), cast.resident).matter,
        flow.report(garage(kind="onekey.labour", title="欠薪"), cast.resident).matter,
    ]
    shown_one = flow.report(garage(), cast.resident).matter
    everything = seen(client)
    assert ids.outside(shown_one.pk) in everything
    for matter in hidden:
        number = ids.outside(matter.pk)
        assert number not in everything
        assert get(client, "/requests", {"service_request_id": number}) == []
        assert get(client, f"/requests/{number}", status=404)[0]["code"] == 404
        get(client, f"/tokens/{number}", status=404)


def test_places_are_as_coarse_as_around(cast: Cast, client: Client) -> None:
    with clock.at(datetime(2026, 11, 24, 9, 20, tzinfo=clock.TZ)) as c:
        numbers = [sent(client, description=f"积水{n}", phone=f"0000000000{n}") for n in range(3)]
        levels = [get(client, f"/requests/{n}", {"extensions": "true"})[0] for n in numbers]
        assert {each["extended_attributes"]["place_level"] for each in levels} == {"town"}
        c.advance(timedelta(hours=1))
        around.forget()
        found = get(client, f"/requests/{numbers[0]}", {"extensions": "true"})[0]
        assert found["extended_attributes"]["place_level"] == "square", "three people have reported from it"
        assert abs(found["lat"] - GARAGE[0]) < 0.0019
        lone = sent(client, lat=str(ELSEWHERE[0]), long=str(ELSEWHERE[1]))
        c.advance(timedelta(hours=1))
        around.forget()
        assert get(client, f"/requests/{lone}", {"extensions": "true"})[0]["extended_attributes"]["place_level"] == (
            "town"
        )


def test_a_village_body_is_not_named(cast: Cast, client: Client) -> None:
    number = sent(client)
    m = behind(number)
    assert get(client, f"/requests/{number}")[0]["agency_responsible"] == (m.lead.name if m.lead else None)
    committee = actor("330402015004003.worker").body
    from anxin.kernel.bodies import Body

    flow.dispatch(m, cast.dispatcher, Body.objects.get(pk=committee or 0))
    assert get(client, f"/requests/{number}")[0]["agency_responsible"] is None


def test_the_answer_made_for_the_public_is_told(cast: Cast, client: Client) -> None:
    number = sent(client)
    m = behind(number)
    lead = m.orders.get(role="lead")
    by = next(each for each in (cast.dispatcher, cast.water) if each.body == lead.body_id)
    flow.sign(lead, by)
    for helper in m.orders.filter(role="helper"):
        helping = next(each for each in (cast.dispatcher, cast.water, cast.power) if each.body == helper.body_id)
        flow.sign(helper, helping)
        flow.finish(helper, helping, "已抽水", [])
    lead.refresh_from_db()
    from anxin.kernel import files

    flow.finish(lead, by, "已处理", [files.keep(_picture()).sha256])
    flow.reply(m, by, "王建国您好，已处理", "积水已排除。联系13800000000")
    found = get(client, f"/requests/{number}")[0]
    assert "积水已排除" in found["status_notes"]
    assert "138" not in found["status_notes"]
    assert "王建国" not in found["status_notes"]


def _picture() -> bytes:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (8, 8), (1, 2, 3)).save(out, "JPEG")
    return out.getvalue()


def test_keys_are_never_in_an_address(cast: Cast, client: Client) -> None:
    told = form(api_key=None)
    answer = client.post(f"{V2}/requests.json?api_key={KEY}", told)
    assert answer.status_code == 403
    assert configured.OPEN311_KEYS


def test_services_follow_what_the_house_decides(cast: Cast, client: Client) -> None:
    assert set(shown.services()) == {each["service_code"] for each in get(client, "/services")}
