"""The description of the whole JSON API (OpenAPI 3.1), put together from what each package says of its doors.

Served at `/api/openapi.json`. A test walks the addresses: a door for programs that is not described here fails it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from anxin.api.answers import door, json

DESCRIBED = (
    "anxin.api.described", "anxin.phone.described", "anxin.channels.described", "anxin.channels.open311.described",
)  # fmt: skip
"""Modules whose DOORS are described."""
JSON = "application/json"
Schema = Mapping[str, Any]
TEXT: Schema = {"type": "string"}


class Wrong(msgspec.Struct):
    """What went wrong: a lasting code, a sentence in the language asked for, and which fields it is about."""

    error: str
    message: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """An argument in the address (path), behind the question mark (query) or in a header."""

    name: str
    told: str
    where: str = "query"
    schema: Schema = field(default_factory=lambda: TEXT)
    required: bool = False
    example: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What comes back with a status: a type of ours or a schema; nothing where there is no body."""

    told: str
    body: Any = None
    media: str = JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One door. `keys`: who may use it (names of KEYS, any of them; empty: everybody). `wrong`: the form of errors."""

    path: str
    method: str
    title: str
    told: str = ""
    group: str
    keys: tuple[str, ...] = ()
    arguments: tuple[Argument, ...] = ()
    body: Any = None
    bodies: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Answer]
    wrong: Any = Wrong

    @property
    def sample(self) -> str:
        """An address that belongs to it."""
        found = self.path
        for each in self.arguments:
            found = found.replace(f"{{{each.name}}}", each.example or "x")
        return found


KEYS: Mapping[str, Schema] = {
    "session": {
        "type": "apiKey", "in": "cookie", "name": "sessionid",
        "description": "The session of a member of staff who is signed in at /desk/sign-in. A change also needs the "
        "form token (X-CSRFToken) that /phone/now hands out.",
    },
    "channel": {
        "type": "apiKey", "in": "header", "name": "webhook-signature",
        "description": "Standard Webhooks: webhook-id (the idempotency key), webhook-timestamp and webhook-signature "
        "over id.timestamp.body with the secret of a channel; a question (GET) signs its query. At /api/ the header "
        "anxin-channel names the channel.",
    },
}  # fmt: skip


def doors() -> Sequence[Door]:
    """Every door that is described."""
    return [each for module in DESCRIBED for each in import_module(module).DOORS]


def _is_type(body: Any) -> bool:
    return body is not None and not isinstance(body, Mapping)


@cache
def description() -> Mapping[str, Any]:
    """The document."""
    every = doors()
    types: list[Any] = []
    for each in every:
        spoken = [each.body, each.wrong, *each.bodies.values(), *(answer.body for answer in each.answers.values())]
        types += [body for body in spoken if _is_type(body)]
    found, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    place = iter(found)
    paths: dict[str, dict[str, Any]] = {}
    for each in every:
        spoken = [each.body, each.wrong, *each.bodies.values(), *(answer.body for answer in each.answers.values())]
        schemas = [next(place) if _is_type(body) else body for body in spoken]
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each, schemas)
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "安心 Anxin",
            "version": "1",
            "summary": "What programs may ask of the city and tell it.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": settings.SITE_URL}],
        "tags": [{"name": name} for name in dict.fromkeys(each.group for each in every)],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": KEYS},
    }


def _operation(each: Door, schemas: Sequence[Any]) -> dict[str, Any]:
    body, wrong, *rest = schemas
    bodies = dict(zip(each.bodies, rest[: len(each.bodies)], strict=True)) or ({JSON: body} if body else {})
    found: dict[str, Any] = {
        "operationId": f"{each.method.lower()}_{each.path.strip('/')}".translate(_NAME),
        "summary": each.title,
        "description": each.told or each.title,
        "tags": [each.group],
        "security": [{name: []} for name in each.keys],
        "parameters": [
            {
                "name": one.name, "in": one.where, "description": one.told, "schema": one.schema,
                "required": one.required or one.where == "path", **({"example": one.example} if one.example else {}),
            }
            for one in each.arguments
        ],
        "responses": {
            "4XX": {"description": "What was asked or sent is wrong.", "content": {JSON: {"schema": wrong}}},
            "503": {"description": "Not now; try again.", "content": {JSON: {"schema": wrong}}},
            **{
                status: {
                    "description": answer.told,
                    **({"content": {answer.media: {"schema": schema}}} if answer.body is not None else {}),
                }
                for (status, answer), schema in zip(each.answers.items(), rest[len(each.bodies) :], strict=True)
            },
        },
    }  # fmt: skip
    if bodies:
        found["requestBody"] = {
            "required": True, "content": {media: {"schema": schema} for media, schema in bodies.items()},
        }  # fmt: skip
    return found


_NAME = str.maketrans(dict.fromkeys("/.{}-", "_"))


@door("GET")
def openapi(request: HttpRequest) -> HttpResponse:
    """`/api/openapi.json`: the description itself, for everybody and every page."""
    response = json(description())
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
