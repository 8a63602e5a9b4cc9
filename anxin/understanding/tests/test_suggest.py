"""What a message seems to say: the kind, the place, and the words that sound like danger."""

from __future__ import annotations

import pytest

from anxin.kernel import areas, registry
from anxin.understanding.suggest import catch_all, dangers, suggest
from tests.cast import ELSEWHERE, GARAGE, OUTSIDE, Cast, area

pytestmark = pytest.mark.django_db


def level(code: str | None) -> str:
    return area(code or "").level


def test_wangs_garage_is_found_by_the_name_of_his_estate(cast: Cast) -> None:
    found = suggest("七星街道湘南公寓地下车库进水，积水没过车轮")
    assert area(found.area or "").name == "湘南网格"
    assert found.kind == "onekey.water"
    assert {"进水", "积水"} <= set(found.kind_words)
    assert "湘南公寓" in "".join(found.place_words)
    assert "没过" in found.danger_words


def test_a_name_that_two_towns_share_is_offered_not_guessed(cast: Cast) -> None:
    found = suggest("瓶山社区门口路灯不亮")
    assert found.area is None
    assert {area(code).name for code in found.candidates} == {"瓶山社区"}
    assert len(found.candidates) == 2
    assert found.kind == "onekey.facility"


def test_the_town_named_beside_it_decides(cast: Cast) -> None:
    found = suggest("嘉善县瓶山社区门口路灯不亮")
    assert found.area == "330421002015"
    assert found.candidates == ()


def test_everyday_words_are_no_places(cast: Cast) -> None:
    found = suggest("城市建设很好，解放思想，生活幸福")
    assert (found.area, found.candidates, found.place_words) == (None, (), ())


def test_a_point_says_more_than_a_name_and_outside_the_city_the_name_counts(cast: Cast) -> None:
    here = areas.tree().areas[areas.tree().grid_at(*ELSEWHERE)].code
    assert suggest("七星街道有路灯坏了", lat=ELSEWHERE[0], lon=ELSEWHERE[1]).area == here
    assert suggest("七星街道有路灯坏了", lat=OUTSIDE[0], lon=OUTSIDE[1]).area == area("330402015").code


def test_a_town_that_was_dissolved_leads_to_the_one_that_took_its_place(cast: Cast) -> None:
    found = suggest("新嘉街道的路灯")
    assert area(found.area or "").name == "禾兴街道"


def test_what_may_be_two_kinds_is_left_to_a_person_with_both_named(cast: Cast) -> None:
    found = suggest("停水")
    assert found.kind == "onekey.water"
    unclear = suggest("有个问题想反映一下")
    assert unclear.kind in (None, "onekey.other")
    assert unclear.version


def test_danger_is_rather_heard_too_often(cast: Cast) -> None:
    heard = "三楼着火了/闻到很浓的煤气味/有人持刀/水位还在上涨/孩子走失了/老人昏迷/there is a SMELL OF GAS"
    for said in heard.split("/"):
        assert dangers(said), said
    assert dangers("路灯坏了三天") == ()


def test_what_fits_nothing_has_a_kind_too(cast: Cast) -> None:
    assert suggest("嗯").kind in (None, "onekey.other")
    assert not registry.kind(catch_all()).words


def test_nothing_said_and_point_in_grid(cast: Cast) -> None:
    assert suggest("") == suggest("   ")
    assert level(suggest("", lat=GARAGE[0], lon=GARAGE[1]).area) == "grid"
