"""高扬 changes areas: a village goes to another town, a grid gets a surveyed boundary, nothing is deleted."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from shapely.affinity import translate
from shapely.geometry import mapping

from anxin.kernel import areas, changes, flow
from anxin.kernel.areas import Area, Standing
from anxin.web.administration import outlines
from anxin.web.administration.tests.admin_client import Administrator, plain
from tests.cast import Cast, garage

VILLAGE, GRID, TOWN, OTHER = "330402015004", "330402015004003", "330402015", "330402013"


def test_a_village_goes_to_another_town_from_a_day_on(cast: Cast) -> None:
    """Open matters stay, statistics of past days stay, the tree of that day is another."""
    flow.report(garage(), cast.resident)
    gao, day = Administrator(), areas.today() + timedelta(days=30)
    said = gao.preview("area_act", VILLAGE, "move", parent=OTHER, day=day.isoformat(), reason="区划调整")
    assert "现有 1 件未办结事项" in said
    assert "还没有保存" in said
    assert not Standing.objects.filter(area__code=VILLAGE, parent__code=OTHER).exists(), "a preview changes nothing"
    gao.confirm()
    tree, pk = areas.tree(), Area.objects.get(code=VILLAGE).pk
    assert tree.areas[tree.parent(pk, areas.today()) or 0].code == TOWN
    assert tree.areas[tree.parent(pk, day) or 0].code == OTHER
    (line,) = changes.of("area", VILLAGE)
    assert (line.account, line.effective, line.reason) == (cast.admin.account, day, "区划调整")
    assert OTHER in line.after["parent"]
    page = plain(gao.read(reverse("administration:area", args=[VILLAGE])))
    assert "区划调整" in page
    assert "gao.yang" in page


def test_a_move_into_the_past_or_to_where_it_is_keeps_what_was_typed(cast: Cast) -> None:
    """Wrong input is said at its field, nothing is lost, nothing is changed."""
    gao = Administrator()
    yesterday = (areas.today() - timedelta(days=1)).isoformat()
    said = gao.preview("area_act", VILLAGE, "move", parent=TOWN, day=yesterday, reason="照文件", status=400)
    assert "须是今天或以后的日期" in said
    assert "现在就在这一上级之下" in said
    assert gao.last[1]["reason"] == "照文件"
    assert not changes.of("area", VILLAGE).exists()


def test_a_name_and_the_ways_people_call_it(cast: Cast) -> None:
    """An alias goes, another comes; whoever is called the same is named."""
    gao = Administrator()
    said = gao.change("area_act", TOWN, "rename", name="七星街道", aliases="七星\n七星桥")
    assert "将不再识别" in said
    assert Area.objects.get(code=TOWN).aliases == ["七星", "七星桥"]
    assert changes.of("area", TOWN)[0].before == {"aliases": ["七星", "七星镇"]}


def test_an_area_with_others_below_cannot_be_closed(cast: Cast) -> None:
    """The preview stops it and says which; a grid may be closed, and is still there."""
    gao = Administrator()
    said = gao.preview("area_act", VILLAGE, "close", day=areas.today().isoformat())
    assert "请先划归别处或停用" in said
    assert "确认保存" not in said
    day = areas.today() + timedelta(days=10)
    lone = next(a for a in areas.tree().areas.values() if a.level == "grid" and a.code.startswith("330402013"))
    said = gao.change("area_act", lone.code, "close", day=day.isoformat(), successor=VILLAGE)
    assert "不属于任何网格" in said
    row = Area.objects.get(code=lone.code)
    assert row.valid_to == day
    assert areas.tree().areas[row.pk].valid_to is None, "until that day it holds"
    gao.preview("area_act", lone.code, "close", day=day.isoformat(), status=400)


def test_a_boundary_is_looked_at_before_it_is_taken_in(cast: Cast) -> None:
    """From a file; gaps and overlaps in square metres; then it decides where a point lies."""
    gao, grid = Administrator(), Area.objects.get(code=GRID)
    old = areas.geometry(grid)
    middle = areas.geometry(Area.objects.get(code=VILLAGE)).centroid
    whole = translate(old, (middle.x - old.centroid.x) / 2, (middle.y - old.centroid.y) / 2)
    file = SimpleUploadedFile("湘南.geojson", json.dumps(mapping(whole)).encode(), "application/geo+json")
    said = gao.preview("area_act", GRID, "boundary", file=file, surveyed="on")
    assert "平方米不属于任何同级区域的空隙" in said
    assert "与相邻区域重叠" in said
    gao.confirm()
    row = Area.objects.get(code=GRID)
    assert not row.approximate
    assert areas.geometry(row).equals_exact(whole, 1e-6)
    assert changes.of("area", GRID)[0].after["approximate"] is False


BOWTIE = '{"type": "Polygon", "coordinates": [[[120.8,30.7],[120.9,30.8],[120.9,30.7],[120.8,30.8],[120.8,30.7]]]}'
ELSEWHERE = '{"type": "Polygon", "coordinates": [[[121.4,31.2],[121.5,31.2],[121.5,31.3],[121.4,31.2]]]}'
SWAPPED = '{"type": "Polygon", "coordinates": [[[30.7,120.8],[30.7,120.9],[30.8,120.9],[30.7,120.8]]]}'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "请选择文件或粘贴内容"),
        ("{", "不是 JSON 文件"),
        ('{"type": "Point", "coordinates": [120.8, 30.7]}', "须是 Polygon 或 MultiPolygon"),
        ('{"type": "FeatureCollection", "features": []}', "须正好有一个要素"),
        ('{"type": "Polygon", "coordinates": [[[120.8, 30.7], [120.9, 30.7]]]}', "每个环至少四个点"),
        (SWAPPED, "写反了"),
        ('{"type": "Polygon", "coordinates": "x"}', "坐标不成形状"),
        ('{"type": "Polygon", "coordinates": [[1, 2, 3, 4]]}', "不是坐标"),
        (BOWTIE, "自相交"),
        (ELSEWHERE, "在本市范围之外"),
        ("[" * 5000, "不是 JSON 文件"),
    ],
)  # fmt: skip
def test_a_boundary_that_cannot_be_is_refused_in_words(cast: Cast, text: str, why: str) -> None:
    """Each mistake in its own words; what was pasted is still there."""
    gao = Administrator()
    assert why in gao.preview("area_act", GRID, "boundary", geojson=text, status=400)
    assert gao.last[1]["geojson"] == text


def test_a_new_area_has_a_code_for_good(cast: Cast) -> None:
    """A code twice is refused; the new one stands under its parent from the day on."""
    gao = Administrator()
    said = gao.preview("area_act", VILLAGE, "new", new_code=GRID, name="新网格", level="grid", status=400)
    assert "这个代码已经有了" in said
    gao.change("area_act", VILLAGE, "new", new_code=f"{VILLAGE}099", name="湘北网格", level="grid")
    new = Area.objects.get(code=f"{VILLAGE}099")
    assert areas.tree().chain(new.pk, areas.today())[1] == Area.objects.get(code=VILLAGE).pk
    gao.read(reverse("administration:area", args=[new.code]))


def test_sizes_are_square_metres() -> None:
    """A square of a thousandth of a degree at 30.75° north is about 95.6 m by 111.2 m."""
    size = outlines.square_metres(shapely.box(120.8, 30.75, 120.801, 30.751))
    assert 10_500 < size < 10_750
