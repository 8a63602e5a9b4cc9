"""Coordinates at the edge: there and back, against another hand's work, and the browser's own copy."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anxin.kernel.areas import metres
from anxin.maps import gcj

LATS = st.floats(18.0, 53.5)
LONS = st.floats(73.5, 135.0)
ROOT = Path(__file__).parents[3]
LIB = Path(__file__).parents[1] / "browser" / "lib" / "gcj.ts"


def _apart(one: gcj.Pair, other: gcj.Pair) -> float:
    """Metres between two near points, on a plane."""
    return max(abs(one[0] - other[0]), abs(one[1] - other[1])) * 111_320


@given(LATS, LONS, st.sampled_from(sorted(gcj.DATUMS)))
def test_there_and_back_ends_within_half_a_metre(lat: float, lon: float, datum: str) -> None:
    assert _apart(gcj.back(datum, *gcj.to(datum, lat, lon)), (lat, lon)) < 0.5


@given(LATS, LONS)
def test_another_hand_comes_to_the_same(lat: float, lon: float) -> None:
    other = pytest.importorskip("prcoords")
    theirs = other.wgs_gcj(other.Coords(lat, lon), check_china=False)
    assert _apart(gcj.to_gcj02(lat, lon), (theirs.lat, theirs.lon)) < 0.5
    baidu = other.gcj_bd(other.Coords(lat, lon))
    assert _apart(gcj.gcj02_to_bd09(lat, lon), (baidu.lat, baidu.lon)) < 0.5


def test_the_shift_in_the_city_is_some_hundred_metres_and_none_abroad() -> None:
    shifted = gcj.to_gcj02(30.7856, 120.8330)
    assert 300 < metres(30.7856, 120.8330, *shifted) < 700
    assert gcj.to_gcj02(48.8584, 2.2945) == (48.8584, 2.2945)
    assert gcj.to("wgs84", 1.0, 2.0) == (1.0, 2.0)


def test_the_browser_shifts_alike() -> None:
    node = shutil.which("node")
    if not node or not (ROOT / "node_modules" / "vite").exists():
        pytest.skip("no node on this machine, or the packages of the browser's part are not there")
    points = [(30.7856, 120.8330), (22.5, 114.1), (45.75, 126.65), (48.8584, 2.2945)]
    asked = json.dumps([[lon, lat] for lat, lon in points])
    script = (
        "import { transformWithOxc } from 'vite'; import { readFileSync } from 'node:fs';"
        f"const file = {json.dumps(str(LIB))};"
        "const { code } = await transformWithOxc(readFileSync(file, 'utf8'), file);"
        "const { shown, meant } = await import('data:text/javascript,' + encodeURIComponent(code));"
        f"console.log(JSON.stringify({asked}.map((p) => [shown('gcj02', p), meant('gcj02', shown('gcj02', p))])))"
    )
    words = [node, "--input-type=module", "-e", script]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=ROOT)
    for (lat, lon), (there, back) in zip(points, json.loads(done.stdout), strict=True):
        ours = gcj.to_gcj02(lat, lon)
        assert _apart(ours, (there[1], there[0])) < 0.001
        assert _apart((lat, lon), (back[1], back[0])) < 0.5
