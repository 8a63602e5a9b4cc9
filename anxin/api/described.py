"""What the doors of the house itself do, for the description of the API: reports, matters, health, the open map."""

from __future__ import annotations

from anxin.api.description import TEXT, Answer, Argument, Door
from anxin.api.health import Health
from anxin.api.matters import FILTERS, Page, Row
from anxin.api.reports import Taken, Told

NUMBER = Argument(
    name="number", told="The number of a matter.", where="path", example="261124-1000123",
    schema={"type": "string", "pattern": "^[0-9]{6}-[0-9]{1,18}$"},
)  # fmt: skip
CHANNEL = Argument(name="anxin-channel", told="The channel whose secret signed it.", where="header", example="hotline")
COLLECTION = {
    "type": "object",
    "required": ["type", "features"],
    "properties": {"type": {"const": "FeatureCollection"}, "features": {"type": "array", "items": {"type": "object"}}},
}
GEO = "application/geo+json"
TABS = "Which heap of the desk; without it all the asker may see."

DOORS = (
    Door(
        path="/api/reports", method="POST", group="reports", keys=("channel",), body=Told, arguments=(CHANNEL,),
        title="Report a matter",
        told="A signed report becomes a matter: stored, owned by a body and timed before the answer goes out. The same "
        "webhook-id again is answered with 200 and the first matter; with other content it is refused (409).",
        answers={
            "201": Answer(told="Taken in.", body=Taken),
            "200": Answer(told="The same had been sent before.", body=Taken),
        },
    ),
    Door(
        path="/api/matters", method="GET", group="matters", keys=("session", "channel"), title="A page of matters",
        told="Fifty at most, newest first, of those the asker may see. `before` of an answer asks for the next ones.",
        arguments=(
            *(Argument(name=name, told=TABS if name == "tab" else f"Only of this {name}.") for name in FILTERS),
            Argument(name="overdue", told="1: only those past their limit.", schema={"type": "string", "enum": ["1"]}),
            Argument(name="before", told="Where the last page ended."),
            Argument(name="anxin-channel", told="The channel that signed the question.", where="header"),
        ),
        answers={"200": Answer(told="A page.", body=Page)},
    ),
    Door(
        path="/api/matters/{number}", method="GET", group="matters", keys=("session", "channel"), title="One matter",
        arguments=(NUMBER, Argument(name="anxin-channel", told="The channel that signed.", where="header")),
        answers={"200": Answer(told="The matter.", body=Row)},
    ),
    Door(
        path="/healthz", method="GET", group="operations", title="How the installation is",
        answers={
            "200": Answer(told="The database answers.", body=Health),
            "503": Answer(told="It does not.", body=Health),
        },
    ),
    Door(
        path="/api/openapi.json", method="GET", group="operations", title="This description",
        answers={"200": Answer(told="OpenAPI 3.1.", body={"type": "object", "required": ["openapi", "paths"]})},
    ),
    Door(
        path="/around/places.json", method="GET", group="open", title="What is going on nearby, by place",
        told="Places as finely as three different people have reported from; fixed once an hour.",
        arguments=(
            Argument(name="kind", told="Only of this kind."),
            Argument(name="state", told="Only what is open or done.", schema={"enum": ["open", "done"]}),
            Argument(name="days", told="How far back.", schema={"enum": ["7", "30", "90"]}),
            Argument(name="place", told="Only in this area or square."),
        ),
        answers={"200": Answer(told="GeoJSON.", body=COLLECTION, media=GEO)},
    ),
    Door(
        path="/open-data/index.json", method="GET", group="open", title="The months of open data that are out",
        answers={"200": Answer(told="Months and files.", body={"type": "object", "required": ["licence", "months"]})},
    ),
    Door(
        path="/open-data/{month}/{name}", method="GET", group="open", title="A file of open data",
        told="CSV, Parquet, datapackage.json (the dictionary) or README.md of a month.",
        arguments=(
            Argument(name="month", told="YYYY-MM.", where="path", example="2026-10",
                     schema={"type": "string", "pattern": "^20[0-9]{2}-(0[1-9]|1[0-2])$"}),
            Argument(name="name", told="The file.", where="path", example="README.md",
                     schema={"type": "string", "pattern": "^[A-Za-z.-]{1,60}$"}),
        ),
        answers={"200": Answer(told="The file.")},
    ),
    Door(
        path="/maps/settings.json", method="GET", group="open", title="What a map must know before it is drawn",
        arguments=(Argument(name="on", told="The day (YYYY-MM-DD); without it today."),),
        answers={
            "200": Answer(told="Tiles, extent, base map.", body={"type": "object", "required": ["tiles", "box"]}),
        },
    ),
    Door(
        path="/maps/areas/{code}.json", method="GET", group="open", title="The areas under one, with their borders",
        arguments=(
            Argument(name="code", told="The code of an area; `~grid` behind it for its grids.", where="path",
                     example="330402015", schema={"type": "string", "pattern": "^[0-9a-z~.-]{1,40}$"}),
            Argument(name="on", told="The day (YYYY-MM-DD); without it today.", schema=TEXT),
        ),
        answers={"200": Answer(told="GeoJSON.", body=COLLECTION, media=GEO)},
    ),
)  # fmt: skip
