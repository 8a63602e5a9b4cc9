"""GeoReport v2 (Open311): what may be reported, reporting, what everybody may know."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anxin_client.sending import Client


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Something that may be reported; `metadata`: it asks further questions."""

    service_code: str
    service_name: str
    description: str
    metadata: bool
    group: str | None
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A question of a service; `values` by their keys."""

    code: str
    datatype: str
    required: bool
    description: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as everybody may know it; the place is coarse (WGS-84 degrees)."""

    service_request_id: str
    status: str
    status_notes: str | None
    service_code: str
    service_name: str
    requested: datetime
    updated: datetime
    expected: datetime | None
    address: str | None
    lat: float | None
    long: float | None
    told: Mapping[str, Any]
    """All that was said of it, as it came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """That a request is in; `notice` holds the number and the code to follow it."""

    service_request_id: str
    notice: str


class GeoReport(Client):
    """The door for apps. `GeoReport("https://city.example", api_key="...")`; reading needs no key."""

    def __init__(self, base: str, *, api_key: str = "", **more: Any) -> None:
        super().__init__(base, **more)
        self._api_key = api_key

    def services(self) -> list[Service]:
        """What may be reported."""
        return [
            Service(
                service_code=row["service_code"], service_name=row["service_name"], description=row["description"],
                metadata=row["metadata"], group=row["group"],
                keywords=tuple(each for each in (row["keywords"] or "").split(",") if each),
            )
            for row in self._send("GET", "/open311/v2/services.json")
        ]  # fmt: skip

    def attributes(self, service_code: str) -> list[Attribute]:
        """What a service asks. Raises NotFound."""
        told = self._send("GET", f"/open311/v2/services/{service_code}.json")
        return [
            Attribute(
                code=row["code"], datatype=row["datatype"], required=row["required"], description=row["description"],
                values={value["key"]: value["name"] for value in row["values"]},
            )
            for row in told["attributes"]
        ]  # fmt: skip

    def report(
        self, service_code: str, description: str = "", *, lat: float | None = None, long: float | None = None,
        address: str = "", area: str = "", name: str = "", phone: str = "", email: str = "",
        attributes: Mapping[str, str | Sequence[str]] | None = None, media_url: str = "",
        photos: Sequence[bytes] = (), key: str = "",
    ) -> Taken:  # fmt: skip
        """Report something. A point, an address or the code of an area is needed.

        `key` makes it one request however often it is sent; without one a key is drawn for this call. Raises
        NotAllowed, NotFound (service), Wrong with the fields, TooMany, NotReady.
        """
        form: dict[str, Any] = {
            "api_key": self._api_key, "service_code": service_code, "description": description,
            "address_string": address, "address_id": area, "last_name": name, "phone": phone, "email": email,
            "media_url": media_url,
        }  # fmt: skip
        if lat is not None and long is not None:
            form |= {"lat": f"{lat:.7f}", "long": f"{long:.7f}"}
        for code, value in (attributes or {}).items():
            form[f"attribute[{code}]" if isinstance(value, str) else f"attribute[{code}][]"] = value
        files = [("media", (f"{n}.jpg", photo, "image/jpeg")) for n, photo in enumerate(photos)] or None
        own = key or uuid.uuid4().hex
        told = self._send(
            "POST", "/open311/v2/requests.json", data={name: value for name, value in form.items() if value},
            files=files, headers=lambda: {"idempotency-key": own},
        )[0]  # fmt: skip
        return Taken(service_request_id=told["service_request_id"], notice=told["service_notice"] or "")

    def request(self, service_request_id: str, *, extensions: bool = False) -> Request:
        """One request. Raises NotFound."""
        query = {"extensions": "true"} if extensions else {}
        return _request(self._send("GET", f"/open311/v2/requests/{service_request_id}.json", params=query)[0])

    def requests(
        self, *, services: Sequence[str] = (), status: str = "", start: datetime | None = None,
        end: datetime | None = None, updated_after: datetime | None = None, page_size: int = 200,
    ) -> Iterator[Request]:  # fmt: skip
        """Requests, newest first, page by page; 90 days at most. Moments must have their zone."""
        query = {
            "service_code": ",".join(services), "status": status, "start_date": _moment(start),
            "end_date": _moment(end), "updated_after": _moment(updated_after), "page_size": str(page_size),
        }  # fmt: skip
        query = {name: value for name, value in query.items() if value}
        page = 0
        while True:
            page += 1
            rows = self._send("GET", "/open311/v2/requests.json", params={**query, "page": str(page)})
            yield from map(_request, rows)
            if len(rows) < page_size:
                return


def _moment(at: datetime | None) -> str:
    if at is None:
        return ""
    if at.tzinfo is None:
        raise ValueError("a moment without its zone")
    return at.isoformat(timespec="seconds")


def _request(row: Mapping[str, Any]) -> Request:
    return Request(
        service_request_id=row["service_request_id"], status=row["status"], status_notes=row["status_notes"],
        service_code=row["service_code"], service_name=row["service_name"],
        requested=datetime.fromisoformat(row["requested_datetime"]),
        updated=datetime.fromisoformat(row["updated_datetime"]),
        expected=datetime.fromisoformat(row["expected_datetime"]) if row["expected_datetime"] else None,
        address=row["address"], lat=row["lat"], long=row["long"], told=row,
    )  # fmt: skip
