"""Coordinates at the edge: GCJ-02, which most Chinese maps speak, into WGS-84, which the house speaks.

The shift is the published approximation on the Krasovsky ellipsoid; its inverse is found by iteration, to less than a
centimetre. Points outside the rectangle around China are not shifted.
"""

from __future__ import annotations

from math import cos, pi, sin, sqrt

SYSTEMS = {"wgs84": "WGS-84", "gcj02": "GCJ-02"}
_LONG_AXIS, _FLATNESS = 6_378_245.0, 0.006_693_421_622_965_943


def _waves(x: float, y: float) -> tuple[float, float]:
    short = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + short
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3 + (
        160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)
    ) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + short
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3 + (
        150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)
    ) * 2 / 3
    return north, east


def to_gcj02(lat: float, lon: float) -> tuple[float, float]:
    """A WGS-84 point (degrees) as GCJ-02 shows it."""
    if not (0.8293 <= lat <= 55.8271 and 72.004 <= lon <= 137.8347):
        return lat, lon
    north, east = _waves(lon - 105, lat - 35)
    angle = lat / 180 * pi
    bend = 1 - _FLATNESS * sin(angle) ** 2
    radius = _LONG_AXIS * (1 - _FLATNESS) / (bend * sqrt(bend))
    return lat + north * 180 / (radius * pi), lon + east * 180 / (_LONG_AXIS / sqrt(bend) * cos(angle) * pi)


def from_gcj02(lat: float, lon: float) -> tuple[float, float]:
    """A GCJ-02 point (degrees) in WGS-84."""
    guess_lat, guess_lon = lat, lon
    for _ in range(6):
        shown_lat, shown_lon = to_gcj02(guess_lat, guess_lon)
        guess_lat, guess_lon = guess_lat + lat - shown_lat, guess_lon + lon - shown_lon
    return guess_lat, guess_lon
