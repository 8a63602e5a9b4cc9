"""The areas as tiles and as GeoJSON: all of them, once each, as they stood on the day, and kept until they change."""

from __future__ import annotations

import gzip
import json
from datetime import date
from math import asinh, pi, radians, tan
from typing import Any

import mapbox_vector_tile  # type: ignore[import-untyped]
import pytest
from django.test import Client

from anxin.kernel import areas
from anxin.maps import basemap, layers, points
from anxin.maps.points import Spot
from tests.cast import GARAGE, Cast, area

NOW = date(2026, 11, 24)


def _at(lat: float, lon: float, z: int) -> tuple[int, int]:
    return int((lon + 180) / 360 * 2**z), int((1 - asinh(tan(radians(lat))) / pi) / 2 * 2**z)


def _read(raw: bytes) -> dict[str, list[dict[str, Any]]]:
    read = mapbox_vector_tile.decode(gzip.decompress(raw))
    return {name: [each["properties"] for each in layer["features"]] for name, layer in read.items()}


def test_the_tile_of_the_garage_has_its_grid_with_the_name_of_the_estate(cast: Cast) -> None:
    sheet, _version = layers.sheet(NOW)
    tile = _read(sheet.tile(14, *_at(*GARAGE, 14)))
    assert "湘南网格" in {each["name"] for each in tile["grid"]}
    label = next(each for each in tile["labels"] if each["name"] == "湘南网格")
    assert label["also"] == "湘南公寓"


def test_each_name_is_written_in_exactly_one_tile(cast: Cast) -> None:
    sheet, _version = layers.sheet(NOW)
    west, south, east, north = layers.city_box(areas.tree())
    (left, top), (right, bottom) = _at(north, west, 10), _at(south, east, 10)
    said: list[str] = []
    for x in range(left, right + 1):
        for y in range(top, bottom + 1):
            if raw := sheet.tile(10, x, y):
                said += [each["code"] for each in _read(raw).get("labels", [])]
    standing = [each for each in sheet.standing() if each.level in ("county", "town")]
    assert sorted(said) == sorted(each.code for each in standing)


def test_the_map_of_a_past_day_shows_what_stood_then(cast: Cast) -> None:
    now, then = layers.children("330402", NOW), layers.children("330402", date(2024, 6, 1))
    codes = [{each["properties"]["code"] for each in found["features"]} for found in (now, then)]
    assert "330402016" in codes[0]
    assert "330402007" not in codes[0]
    assert "330402007" in codes[1]
    assert "330402016" not in codes[1]
    assert layers.sheet(NOW)[1] != layers.sheet(date(2024, 6, 1))[1]
    assert layers.sheet(NOW)[1] == layers.sheet(date(2026, 11, 25))[1], "nothing changed overnight"


def test_neighbouring_towns_have_different_tints(cast: Cast) -> None:
    sheet, _version = layers.sheet(NOW)
    towns = sheet.levels["town"]
    touching = [
        (one, other)
        for one, other in towns.index.query(towns.shapes, predicate="touches").T.tolist()
        if towns.shapes[one].intersection(towns.shapes[other]).length > 100
    ]
    same = [pair for pair in touching if towns.tints[pair[0]] == towns.tints[pair[1]]]
    assert touching
    assert len(same) <= len(touching) // 50


def test_a_tile_is_asked_for_once_and_kept_for_good_until_an_area_changes(cast: Cast, client: Client) -> None:
    told = client.get("/maps/settings.json").json()
    x, y = _at(*GARAGE, 13)
    address = told["tiles"].format(z=13, x=x, y=y)
    first = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert first.status_code == 200
    assert first["Content-Encoding"] == "gzip"
    assert "immutable" in first["Cache-Control"]
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    plain = client.get(address)
    assert gzip.decompress(first.content) == plain.content
    areas.move_under(area("330402015004003"), area("330402015001"), date(2026, 11, 1))
    after = client.get("/maps/settings.json").json()
    assert after["tiles"] != told["tiles"]
    old = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert old.status_code == 200
    assert "immutable" not in old["Cache-Control"]


@pytest.mark.parametrize("wrong", ["x", "1.20261399w", "1.20261124z", "../../etc"])
def test_an_address_that_is_none_is_not_found(cast: Cast, client: Client, wrong: str) -> None:
    assert client.get(f"/maps/tiles/{wrong}/3/1/1.mvt").status_code in (400, 404)
    assert client.get("/maps/tiles/1.20261124w/3/99/1.mvt").status_code == 404
    assert client.get("/maps/tiles/1.20261124w/23/1/1.mvt").status_code == 404
    assert client.get("/maps/areas/999.json").status_code == 404
    assert client.get("/maps/areas/330402.json?on=soon").status_code == 400


def test_what_lies_outside_the_city_is_an_empty_tile(cast: Cast, client: Client) -> None:
    told = client.get("/maps/settings.json").json()
    assert client.get(told["tiles"].format(z=10, x=0, y=0)).status_code == 204


def test_the_areas_below_one_come_as_geojson_in_wgs84(cast: Cast, client: Client) -> None:
    answer = client.get("/maps/areas/330402015.json")
    body = json.loads(answer.content)
    assert body["area"]["name"] == "七星街道"
    assert len(body["features"]) >= 3
    west, south, east, north = body["area"]["box"]
    assert south < GARAGE[0] < north
    assert west < GARAGE[1] < east
    assert client.get("/maps/areas/330402015.json", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    alone = json.loads(client.get("/maps/areas/330402015004003.json").content)
    assert next(each["properties"]["level"] for each in alone["features"]) in ("microgrid", "grid")


def test_the_grids_of_a_town_come_in_one_answer(cast: Cast, client: Client) -> None:
    body = json.loads(client.get("/maps/areas/330402015~grid.json").content)
    assert {each["properties"]["level"] for each in body["features"]} == {"grid"}
    assert "湘南网格" in {each["properties"]["name"] for each in body["features"]}
    assert client.get("/maps/areas/330402015~house.json").status_code == 404


def test_a_base_map_in_gcj02_moves_the_tiles_not_the_geojson(cast: Cast) -> None:
    plain, _version = layers.sheet(NOW)
    moved, version = layers.sheet(NOW, "gcj02")
    east = moved.names[1][0][0] - plain.names[1][0][0]
    assert 400 < east < 700
    assert version.endswith("g")


def test_points_carry_what_the_list_says_and_no_more_digits_than_needed() -> None:
    made = points.geojson([Spot(id="1", lat=30.123456789, lon=120.0, title="积水", tone="late", more={"state": "x"})])
    assert made["features"][0]["geometry"]["coordinates"] == [120.0, 30.123457]
    assert made["features"][0]["properties"] == {
        "id": "1", "title": "积水", "text": "", "tone": "late", "url": "", "count": 1, "state": "x",
    }  # fmt: skip


def test_the_base_map_is_read_from_the_settings_and_only_its_host_may_be_asked(tmp_path: Any) -> None:
    assert basemap.read("").told() is None
    assert basemap.read("").hosts == ()
    sky = basemap.read("tianditu:0123abc")
    assert sky.hosts == ("https://*.tianditu.gov.cn",)
    assert len(sky.tiles) == 2
    assert sky.datum == "wgs84"
    own = basemap.read("https://tiles.example.cn:8443/{z}/{x}/{y}.png", datum="gcj02")
    assert own.hosts == ("https://tiles.example.cn:8443",)
    assert own.datum == "gcj02"
    assert basemap.read("/tiles/{z}/{x}/{y}.png").hosts == ()
    (tmp_path / "city.pmtiles").write_bytes(b"PMTiles")
    assert basemap.read("pmtiles:city.pmtiles", var=tmp_path).url == "/maps/base.pmtiles"
    assert basemap.read("pmtiles:https://maps.example.cn/a.pmtiles").hosts == ("https://maps.example.cn",)
    for wrong in (
        "tianditu:", "tianditu:a b", "pmtiles:no.pmtiles", "pmtiles:", "https://a/{z}/{x}",
        "//evil.example/{z}/{x}/{y}",
        "https://a.example; script-src *;/{z}/{x}/{y}", "javascript:{z}/{x}/{y}",
    ):  # fmt: skip
        with pytest.raises(basemap.BadBasemap):
            basemap.read(wrong, var=tmp_path)
    with pytest.raises(basemap.BadBasemap):
        basemap.read("", datum="mars")


def test_an_own_base_map_is_sent_in_pieces_only(client: Client, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/maps/base.pmtiles").status_code == 404
    (tmp_path / "city.pmtiles").write_bytes(bytes(range(256)) * 4)
    own = basemap.read("pmtiles:city.pmtiles", var=tmp_path)
    monkeypatch.setattr(basemap, "chosen", lambda: own)
    piece = client.get("/maps/base.pmtiles", headers={"Range": "bytes=10-19"})
    assert piece.status_code == 206
    assert piece.content == bytes(range(10, 20))
    assert piece["Content-Range"] == "bytes 10-19/1024"
    assert client.get("/maps/base.pmtiles", headers={"Range": "bytes=1000-2000"}).content == bytes(range(232, 256))
    for wrong in ("", "bytes=5-1", "bytes=5000-6000", "bytes=-5", "bytes=0-99999999999", "lines=1-2"):
        assert client.get("/maps/base.pmtiles", headers={"Range": wrong}).status_code == 416
