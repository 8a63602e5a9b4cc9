"""GeoReport v2 for the description of the API: the doors in JSON; each answers XML as well, under .xml."""

from __future__ import annotations

from typing import Any

from anxin.api.description import Answer, Argument, Door

TEXT = {"type": "string"}
EMPTY = {"type": ["string", "null"]}
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$"}
ID = {"type": "string", "pattern": r"^[\w-]+$"}


def shape(required: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An object with these fields, and others that may be left out; no more."""
    return {
        "type": "object", "required": list(required), "properties": {**required, **more}, "additionalProperties": False,
    }  # fmt: skip


def many(of: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A list."""
    return {"type": "array", "items": of, **more}


ERRORS = many(shape({"code": {"type": "integer"}, "description": TEXT}), minItems=1)
SERVICE = shape({
    "service_code": TEXT, "service_name": TEXT, "description": TEXT, "metadata": {"type": "boolean"},
    "type": {"enum": ["realtime", "batch", "blackbox"]}, "keywords": EMPTY, "group": EMPTY,
})  # fmt: skip
ATTRIBUTE = shape({
    "variable": {"type": "boolean"}, "code": TEXT,
    "datatype": {"enum": ["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]},
    "required": {"type": "boolean"}, "datatype_description": EMPTY, "order": {"type": "integer", "minimum": 1},
    "description": TEXT, "values": many(shape({"key": TEXT, "name": TEXT})),
})  # fmt: skip
DEFINITION = shape({"service_code": TEXT, "attributes": many(ATTRIBUTE)})
NOTE = shape({"datetime": MOMENT, "type": TEXT, "description": TEXT})
REQUEST = shape(
    {
        "service_request_id": ID, "status": {"enum": ["open", "closed"]}, "status_notes": EMPTY, "service_name": TEXT,
        "service_code": TEXT, "description": EMPTY, "agency_responsible": EMPTY, "service_notice": EMPTY,
        "requested_datetime": MOMENT, "updated_datetime": MOMENT,
        "expected_datetime": {"anyOf": [MOMENT, {"type": "null"}]}, "address": EMPTY, "address_id": EMPTY,
        "zipcode": EMPTY, "lat": {"type": ["number", "null"]}, "long": {"type": ["number", "null"]},
        "media_url": EMPTY,
    },
    extended_attributes=shape({"place_level": EMPTY, "detailed_status": TEXT, "voices": {"type": "integer"}}),
    attributes=many(shape({"code": TEXT, "value": EMPTY})),
    notes=many(NOTE),
)  # fmt: skip
TAKEN = shape({"service_request_id": ID, "service_notice": EMPTY, "account_id": EMPTY})
DISCOVERY = shape({
    "changeset": TEXT, "contact": TEXT, "key_service": TEXT,
    "endpoints": many(shape({
        "specification": TEXT, "url": TEXT, "changeset": TEXT, "type": {"enum": ["production", "test"]},
        "formats": many(TEXT),
    }), minItems=1),
})  # fmt: skip
FORM: dict[str, Any] = {
    "type": "object", "required": ["api_key", "service_code"],
    "properties": {
        **{name: {"type": "string"} for name in ("api_key", "service_code", "jurisdiction_id", "lat", "long",
           "address_string", "address_id", "email", "device_id", "account_id", "first_name", "last_name", "phone",
           "media_url")},
        "description": {"type": "string", "maxLength": 4000},
    },
}  # fmt: skip
HERE = Argument(name="jurisdiction_id", told="One city is served; it may be left out.")
CODE = Argument(name="code", told="A service_code.", where="path", example="onekey.water",
                schema={"type": "string", "pattern": r"^[A-Za-z0-9_.-]{1,100}$"})  # fmt: skip
NUMBER = Argument(name="number", told="An id.", where="path", example="a" * 26,
                  schema={"type": "string", "pattern": "^[A-Za-z0-9_-]{1,100}$"})  # fmt: skip
MORE = Argument(name="extensions", told="true: notes, attributes and extended_attributes as well.",
                schema={"enum": ["true", "false", ""]})  # fmt: skip
FILTERS = (
    Argument(name="service_request_id", told="Only these, with commas; overrides all other arguments."),
    Argument(name="service_code", told="Only of these services, with commas."),
    Argument(name="start_date", told="Reported from here on (W3C, with zone); 90 days at most."),
    Argument(name="end_date", told="Reported up to here."),
    Argument(name="status", told="open, closed."),
    Argument(name="updated_after", told="Something happened from here on."),
    Argument(name="updated_before", told="Nothing has happened since."),
    Argument(name="page", told="1 and on."),
    Argument(name="page_size", told="1 to 1,000, which is also the default."),
)


def _get(path: str, title: str, body: Any, *arguments: Argument) -> Door:
    return Door(
        path=f"/open311/{path}.json", method="GET", group="open311", title=title, arguments=(*arguments, HERE),
        answers={"200": Answer(told=title, body=body)}, wrong=ERRORS,
    )  # fmt: skip


DOORS = (
    _get("discovery", "Where GeoReport v2 is, and what it speaks", DISCOVERY),
    _get("v2/discovery", "The same, below the endpoint", DISCOVERY),
    _get("v2/services", "What may be reported", many(SERVICE)),
    _get("v2/services/{code}", "What a service asks for", DEFINITION, CODE),
    _get("v2/requests", "Requests by filters, newest first", many(REQUEST, maxItems=1000), *FILTERS, MORE),
    _get("v2/requests/{number}", "One request, still as a list", many(REQUEST, minItems=1, maxItems=1), NUMBER, MORE),
    _get("v2/tokens/{number}", "The id behind a token", many(shape({"service_request_id": ID, "token": TEXT})), NUMBER),
    Door(
        path="/open311/v2/requests.json", method="POST", group="open311", title="A new request",
        told="A form. lat and long, address_string or address_id is needed; attributes as attribute[CODE]. The header "
        "Idempotency-Key, or the same form within the hour, makes a retry one request.",
        bodies={
            "application/x-www-form-urlencoded": FORM,
            "multipart/form-data": {
                **FORM, "properties": {**FORM["properties"], "media": {"type": "string", "format": "binary"}},
            },
        },
        answers={
            "201": Answer(told="Taken in.", body=many(TAKEN, minItems=1, maxItems=1)),
            "200": Answer(told="The same had been sent before.", body=many(TAKEN, minItems=1, maxItems=1)),
        },
        wrong=ERRORS,
    ),
)  # fmt: skip
