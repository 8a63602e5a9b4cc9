"""Coordinates at the edge: what Chinese base maps speak (GCJ-02, BD-09), and what the house speaks (WGS-84).

The shift of GCJ-02 is the published approximation on the Krasovsky ellipsoid; its inverse is found by iteration, to
less than a centimetre. BD-09 is GCJ-02 bent once more. Outside the rectangle around China nothing is shifted. Points
are (lat, lon) in degrees. `browser/lib/gcj.ts` does the same in the browser; a test keeps the two alike.
"""

from __future__ import annotations

from collections.abc import Callable
from math import atan2, cos, hypot, pi, sin, sqrt

Pair = tuple[float, float]
DATUMS = {"wgs84": "WGS-84", "gcj02": "GCJ-02", "bd09": "BD-09"}
SOUTH, NORTH, WEST, EAST = 0.8293, 55.8271, 72.004, 137.8347
_LONG_AXIS, _FLATNESS = 6_378_245.0, 0.006_693_421_622_965_943
_BEND = pi * 3000 / 180


def _waves(x: float, y: float) -> Pair:
    short = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + short
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    north += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + short
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    east += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    return north, east


def _solve(shift: Callable[[float, float], Pair], lat: float, lon: float, rounds: int) -> Pair:
    guess_lat, guess_lon = lat, lon
    for _ in range(rounds):
        shown_lat, shown_lon = shift(guess_lat, guess_lon)
        guess_lat, guess_lon = guess_lat + lat - shown_lat, guess_lon + lon - shown_lon
    return guess_lat, guess_lon


def to_gcj02(lat: float, lon: float) -> Pair:
    """A WGS-84 point as a GCJ-02 map shows it."""
    if not (SOUTH <= lat <= NORTH and WEST <= lon <= EAST):
        return lat, lon
    north, east = _waves(lon - 105, lat - 35)
    angle = lat / 180 * pi
    bend = 1 - _FLATNESS * sin(angle) ** 2
    radius = _LONG_AXIS * (1 - _FLATNESS) / (bend * sqrt(bend))
    return lat + north * 180 / (radius * pi), lon + east * 180 / (_LONG_AXIS / sqrt(bend) * cos(angle) * pi)


def from_gcj02(lat: float, lon: float) -> Pair:
    """A GCJ-02 point in WGS-84."""
    return _solve(to_gcj02, lat, lon, 6)


def gcj02_to_bd09(lat: float, lon: float) -> Pair:
    """A GCJ-02 point as a BD-09 map shows it."""
    far = hypot(lon, lat) + 0.00002 * sin(lat * _BEND)
    angle = atan2(lat, lon) + 0.000003 * cos(lon * _BEND)
    return far * sin(angle) + 0.006, far * cos(angle) + 0.0065


def bd09_to_gcj02(lat: float, lon: float) -> Pair:
    """A BD-09 point in GCJ-02."""
    start_lat, start_lon = lat - 0.006, lon - 0.0065
    far = hypot(start_lon, start_lat) - 0.00002 * sin(start_lat * _BEND)
    angle = atan2(start_lat, start_lon) - 0.000003 * cos(start_lon * _BEND)
    guess_lat, guess_lon = far * sin(angle), far * cos(angle)
    for _ in range(6):
        shown_lat, shown_lon = gcj02_to_bd09(guess_lat, guess_lon)
        guess_lat, guess_lon = guess_lat + lat - shown_lat, guess_lon + lon - shown_lon
    return guess_lat, guess_lon


def to_bd09(lat: float, lon: float) -> Pair:
    """A WGS-84 point as a BD-09 map shows it."""
    return gcj02_to_bd09(*to_gcj02(lat, lon))


def from_bd09(lat: float, lon: float) -> Pair:
    """A BD-09 point in WGS-84."""
    return from_gcj02(*bd09_to_gcj02(lat, lon))


def to(datum: str, lat: float, lon: float) -> Pair:
    """A WGS-84 point in a datum of `DATUMS`."""
    return {"gcj02": to_gcj02, "bd09": to_bd09}[datum](lat, lon) if datum != "wgs84" else (lat, lon)


def back(datum: str, lat: float, lon: float) -> Pair:
    """A point of a datum of `DATUMS` in WGS-84."""
    return {"gcj02": from_gcj02, "bd09": from_bd09}[datum](lat, lon) if datum != "wgs84" else (lat, lon)
