"""Every point of the city is in one grid; a grid may move to another village, and what was counted stays counted."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
import shapely
from django.db import Error, transaction
from django.db.models import Count
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry
from shapely.prepared import prep

from anxin.kernel import areas, clock, errors, flow
from anxin.kernel.areas import Area, Standing
from anxin.kernel.matters import Matter
from anxin.kernel.tests.conftest import MONDAY
from tests.cast import ELSEWHERE, GARAGE, OUTSIDE, Cast, area, garage

pytestmark = pytest.mark.django_db
FROM = date(2026, 8, 1)


@pytest.fixture(autouse=True)
def _the_map_as_it_is(db: None) -> Iterator[None]:
    """What a story moves is undone; the copy of the map in this process must not remember it."""
    areas.tree()
    copy, number = areas.TREE._copy, areas.TREE._number
    yield
    areas.TREE._copy, areas.TREE._number = copy, number


def another_village(of: Area) -> Area:
    """Another village of the same town."""
    tree = areas.tree()
    town = tree.place(of.pk, FROM).town
    return next(
        each
        for each in tree.areas.values()
        if each.level == "village" and tree.parent(each.pk, FROM) == town and each.pk != tree.parent(of.pk, FROM)
    )


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=clock.TZ)


# ---- moving under another parent --------------------------------------------------------------------------------


def test_a_grid_moves_from_a_day_on_and_old_matters_stay_where_they_were(cast: Cast) -> None:
    grid = area("330402015004003")
    village, other = areas.tree().place(grid.pk, FROM).village, another_village(grid)
    with clock.at(at(FROM - timedelta(days=2))):
        before = flow.report(garage(), cast.resident).matter
        areas.move_under(grid, other, FROM)
        still = flow.report(garage(), cast.resident).matter
    with clock.at(at(FROM)):
        after = flow.report(garage(), cast.resident).matter
        flow.correct(before, cast.seat, "定位偏了", lat=GARAGE[0], lon=GARAGE[1])
    assert [each.village_id for each in (before, still, after)] == [village, village, other.pk]
    assert {each.grid_id for each in (before, still, after)} == {grid.pk}
    assert Matter.objects.get(pk=before.pk).village_id == village  # corrected later, counted as on its own day
    told = Matter.objects.filter(pk__in=[before.pk, still.pk, after.pk])
    assert dict(told.values_list("village").annotate(Count("pk"))) == {village: 2, other.pk: 1}


def test_the_path_of_a_past_day_is_that_of_the_day(cast: Cast) -> None:
    grid = area("330402015004003")
    old, other = areas.tree().place(grid.pk, FROM), another_village(grid)
    areas.move_under(grid, other, FROM)
    tree = areas.tree()
    assert tree.place(grid.pk, FROM - timedelta(days=1)) == old
    assert tree.place(grid.pk, FROM).village == other.pk
    levels = [tree.areas[each].level for each in tree.chain(grid.pk, FROM)]
    assert levels == ["grid", "village", "town", "county", "city", "province"]


def test_a_village_may_move_to_another_town_with_all_its_grids(cast: Cast) -> None:
    village = area("330402015004")
    tree = areas.tree()
    old = tree.parent(village.pk, FROM)
    town = next(each for each in tree.areas.values() if each.level == "town" and each.pk != old)
    areas.move_under(village, town, FROM)
    tree = areas.tree()
    place = tree.place(area("330402015004003").pk, FROM)
    assert (place.town, place.county) == (town.pk, tree.parent(town.pk, FROM))
    assert tree.place(area("330402015004003").pk, FROM - timedelta(days=1)).town == old


def test_one_parent_a_day(cast: Cast) -> None:
    grid = area("330402015004003")
    other = another_village(grid)
    with pytest.raises(Error), transaction.atomic():
        Standing.objects.create(area=grid, parent=other, valid_from=FROM)
    areas.move_under(grid, other, FROM)
    with pytest.raises(Error), transaction.atomic():
        Standing.objects.create(area=grid, parent=other, valid_from=FROM - timedelta(days=9), valid_to=FROM)
    assert Standing.objects.filter(area=grid, valid_to=None).count() == 1


def test_what_cannot_be_moved_is_told(cast: Cast) -> None:
    grid, other = area("330402015004003"), area("330402015004004")
    with pytest.raises(errors.BadInput):
        areas.move_under(grid, other, FROM)  # a grid under a grid
    village = another_village(grid)
    areas.move_under(grid, village, FROM)
    for day in (FROM, FROM - timedelta(days=1)):
        with pytest.raises(errors.BadInput):
            areas.move_under(grid, village, day)


# ---- where a point lies -----------------------------------------------------------------------------------------


def city() -> BaseGeometry:
    """The whole city: all its counties together."""
    counties = [areas.geometry(each) for each in areas.tree().areas.values() if each.level == "county"]
    whole: BaseGeometry = shapely.union_all([each for each in counties if each is not None])
    return whole


def grids() -> list[Area]:
    return [each for each in areas.tree().areas.values() if each.level == "grid" and each.boundary]


PLACES = st.tuples(st.floats(30.2, 31.1), st.floats(120.2, 121.3))


def test_every_point_of_the_city_is_in_exactly_one_grid(cast: Cast) -> None:
    whole, known = city(), {each.pk: areas.geometry(each) for each in grids()}
    inside = prep(whole)

    @settings(max_examples=150, deadline=None, derandomize=True, database=None)
    @given(PLACES)
    def look(place: tuple[float, float]) -> None:
        point = shapely.points(place[1], place[0])
        if inside.contains(point):
            found = areas.tree().grid_at(*place)
            assert known[found].intersects(point)
            assert areas.tree().grid_at(*place) == found
        elif whole.distance(point) > 0.001:
            with pytest.raises(errors.OutsideTheCity):
                areas.tree().grid_at(*place)

    look()


def test_a_point_on_a_border_belongs_to_one_of_the_neighbours(cast: Cast) -> None:
    tree, known = areas.tree(), grids()[:200]

    @settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
    @given(st.sampled_from(known), st.floats(0, 1))
    def walk(grid: Area, share: float) -> None:
        line = areas.geometry(grid).boundary
        for lon, lat in (line.interpolate(share, normalized=True).coords[0], shapely.get_coordinates(line)[0]):
            found = areas.geometry(tree.areas[tree.grid_at(lat, lon)])
            assert found.distance(shapely.points(lon, lat)) < areas.SLIVER

    walk()


@pytest.mark.parametrize(
    "place",
    [OUTSIDE, (0.0, 0.0), (91.0, 120.8), (30.78, 181.0), (math.nan, 120.8), (math.inf, 120.8), (120.8, 30.78)],
)
def test_outside_is_told(cast: Cast, place: tuple[float, float]) -> None:
    with pytest.raises(errors.OutsideTheCity):
        areas.tree().grid_at(*place)


def test_a_report_may_name_an_area_instead_of_a_point(cast: Cast) -> None:
    named = (("330402015004003", "town", True), ("330402015", "town", False), ("330402", "county", False))
    for code, level, grid in named:
        matter = flow.report(garage(lat=None, lon=None, area=code), cast.seat).matter
        assert (matter.level, matter.grid_id is not None) == (level, grid)
        assert matter.county_id == area("330402").pk


# ---- metres -----------------------------------------------------------------------------------------------------


def test_metres_agree_with_known_distances() -> None:
    assert areas.metres(30.0, 120.0, 31.0, 120.0) == pytest.approx(111_195, abs=1)
    assert areas.metres(0.0, 0.0, 0.0, 90.0) == pytest.approx(6_371_008.8 * math.pi / 2, abs=1)
    assert areas.metres(*GARAGE, *GARAGE) == 0
    assert areas.metres(*GARAGE, *ELSEWHERE) == areas.metres(*ELSEWHERE, *GARAGE)
    assert areas.metres(0.0, 0.0, 0.0, 180.0) == pytest.approx(6_371_008.8 * math.pi, abs=1)


def test_the_copy_notices_a_change_made_elsewhere(cast: Cast) -> None:
    copy = areas.Copy("areas", lambda: Area.objects.get(code="330402").name, every=0.0)
    was = copy.get()
    Area.objects.filter(code="330402").update(name="改名区")
    assert copy.get() == was  # nobody said so
    areas.TREE.changed()
    assert copy.get() == "改名区"


def test_the_day_in_the_city_begins_at_its_own_midnight() -> None:
    with clock.at(MONDAY.replace(hour=0, minute=30)):
        assert areas.today() == date(2026, 7, 6)
