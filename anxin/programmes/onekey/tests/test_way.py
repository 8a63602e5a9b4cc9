"""The way of a kind, printed: complete, in both languages, and as data."""

from __future__ import annotations

import json

import pytest

from anxin.kernel import flow, registry
from anxin.kernel.errors import UnknownKind
from anxin.programmes.onekey import way
from tests.cast import Cast


@pytest.mark.parametrize("code", sorted(registry.kinds()))
def test_every_kind_has_a_whole_way(code: str) -> None:
    found = way.way(way.find(code))
    assert [step["verb"] for step in found["steps"]] == ["report", *flow.VERBS]
    assert found["route"][0]["role"] == "lead"
    assert any(limit["runs"] == "whole" and "ordinary" in limit["urgency"] for limit in found["limits"])
    assert all(limit["source"] and limit["provenance"] for limit in found["limits"])
    assert json.loads(json.dumps(found)) == found


@pytest.mark.django_db
def test_a_place_names_the_bodies_and_each_language_its_words(
    cast: Cast, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    way.command("water", "七星街道")
    said = capsys.readouterr().out
    for words in ("七星街道综合信息指挥室", "南湖区水利局", "sign@1", "佐证", "12388", "黄牌"):
        assert words in said
    way.command("onekey.water", en=True)
    said = capsys.readouterr().out
    for words in ("Water, drainage and flooding", "town command room", "proof", "yellow card"):
        assert words in said
    way.command("water", "330402015", as_json=True)
    assert json.loads(capsys.readouterr().out)["route"][1]["body"] == "南湖区水利局"


def test_an_unknown_kind_or_place_is_told_with_what_is_alike(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UnknownKind):
        way.find("moon")
    with pytest.raises(SystemExit) as stopped:
        way.command("wather")
    assert stopped.value.code == 2
    assert "onekey.water" in capsys.readouterr().out
