"""Drawings without script: the plan of each floor, the map of the buildings, bars by month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any

from anxin.kernel import areas
from anxin.kernel.norms import Norm
from anxin.programmes.apartments import rules
from anxin.programmes.apartments.models import WORDS, Building, Room, Stay, said
from anxin.web.drawing import Bar, Frame
from anxin.web.drawing import bars as figure

WIDTH, HIGH, GAP, A_ROW = 900, 96, 6, 6
MAP_WIDTH, MAP_HEIGHT = 560, 360
CHART_WIDTH, CHART_HEIGHT = 560, 120


def plan(rooms: Sequence[Room], stays: Sequence[Stay], norm: Norm) -> list[dict[str, Any]]:
    """The floors of a building, the lowest first: rooms as wide as their area, each with its beds and who is over."""
    held: dict[int, set[int]] = {}
    for stay in stays:
        held.setdefault(stay.room_id, set()).add(stay.bed)
    floors = []
    for floor, members in groupby(rooms, key=lambda room: room.floor):
        listed, boxes = list(members), list[dict[str, Any]]()
        for first in range(0, len(listed), A_ROW):
            row = listed[first : first + A_ROW]
            whole, x = float(sum(room.usable for room in row)), 0.0
            space = (WIDTH - GAP * (len(row) - 1)) * min(1.0, len(row) / A_ROW + 0.2)
            for room in row:
                width = space * float(room.usable) / whole
                boxes.append(_room(room, held.get(room.pk, set()), norm, x, first // A_ROW * (HIGH + GAP), width))
                x += width + GAP
        floors.append({"floor": floor, "rooms": boxes, "height": -(-len(listed) // A_ROW) * (HIGH + GAP)})
    return floors


def _room(room: Room, held: set[int], norm: Norm, x: float, y: float, width: float) -> dict[str, Any]:
    most, people = rules.capacity(room, norm), len(held)
    state = "other" if room.use != "bedroom" else "over" if people > most else "full" if people == most else "some"
    beds = [
        {"x": round(x + 16 + 18 * (bed - 1), 1), "y": y + 76, "held": bed in held}
        for bed in range(1, room.beds + 1) if 16 + 18 * bed < width
    ]  # fmt: skip
    return {
        "room": room, "most": most, "people": people, "state": "free" if state == "some" and not people else state,
        "x": round(x, 1), "y": y, "width": round(width, 1), "tx": round(x + 9, 1), "ty": y + 24, "sy": y + 48,
        "beds": beds, "use": said(WORDS["uses"][room.use]),
    }  # fmt: skip


def site(rows: Sequence[Building], marks: dict[int, str]) -> dict[str, Any] | None:
    """The buildings on the outline of their village; None where none has a position."""
    placed = [row for row in rows if row.lat is not None and row.lon is not None]
    if not placed:
        return None
    lats, lons = [row.lat or 0.0 for row in placed], [row.lon or 0.0 for row in placed]
    bounds = (min(lons) - 0.002, min(lats) - 0.0015, max(lons) + 0.002, max(lats) + 0.0015)
    frame = Frame.of(bounds, MAP_WIDTH, MAP_HEIGHT, 20)
    villages = [areas.tree().areas[pk] for pk in {row.house.village_id for row in placed}]
    shapes = [frame.path(shape) for village in villages if (shape := areas.geometry(village)) is not None]
    dots = []
    for row in placed:
        x, y = frame.at(row.lon or 0.0, row.lat or 0.0)
        dots.append({"row": row, "x": x, "y": y, "state": marks.get(row.pk, "some")})
    return {"shapes": shapes, "dots": dots, "width": MAP_WIDTH, "height": MAP_HEIGHT}


def bars(months: Sequence[tuple[date, int, int]]) -> list[tuple[date, Bar, Bar]]:
    """By month two bars of one scale, the first number and the second."""
    days, *counts = zip(*months, strict=True)
    labels, most = [str(day.month) for day in days], max(map(max, counts))
    drawn = (figure(each, labels, width=CHART_WIDTH, height=CHART_HEIGHT, gap=4, most=most) for each in counts)
    return list(zip(days, *drawn, strict=True))
