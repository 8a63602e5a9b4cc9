"""The demo city is whole: its areas tile, its bodies and cast are complete, its messages are in order."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest
import shapely
from shapely.geometry import Point

from anxin.city.areas import CITY, HEXING, HEXING_SINCE, JIASHAN, areas
from anxin.city.bodies import CAST, STORY_GRID, bodies, posts
from anxin.city.facts import AreaFact
from anxin.city.landmarks import landmarks
from anxin.city.messages import messages
from anxin.city.tiling import as_shape

# The second level of the kinds of `onekey`, said again here because a test of the city needs no programme.
KINDS = {
    "onekey.facility",
    "onekey.water",
    "onekey.power",
    "onekey.gas",
    "onekey.road",
    "onekey.parking",
    "onekey.noise",
    "onekey.environment",
    "onekey.sanitation",
    "onekey.construction",
    "onekey.property",
    "onekey.housing",
    "onekey.fire",
    "onekey.safety",
    "onekey.consumer",
    "onekey.market",
    "onekey.labour",
    "onekey.quarrel",
    "onekey.animal",
    "onekey.education",
    "onekey.health",
    "onekey.welfare",
    "onekey.transport",
    "onekey.enquiry",
    "onekey.tourism_culture",
    "onekey.rural",
    "onekey.network",
    "onekey.other",
}

BEFORE, AFTER = HEXING_SINCE - timedelta(days=1), HEXING_SINCE


@pytest.fixture(scope="module")
def history() -> list[AreaFact]:
    return list(areas())


@pytest.fixture(scope="module")
def today(history: list[AreaFact]) -> list[AreaFact]:
    return [fact for fact in history if fact.holds_on(AFTER)]


def test_the_city_has_its_counties_towns_and_grids(history: list[AreaFact]) -> None:
    def count(day: date, level: str) -> int:
        return sum(1 for fact in history if fact.level == level and fact.holds_on(day))

    assert count(AFTER, "county") == 7
    assert (count(BEFORE, "town"), count(AFTER, "town")) == (72, 69)
    assert count(BEFORE, "village") == count(AFTER, "village") == 1202
    assert sum(fact.level == "grid" and fact.code.startswith(JIASHAN) for fact in history) == 821
    assert count(AFTER, "microgrid") > 0


@pytest.mark.parametrize("day", [BEFORE, AFTER])
def test_each_code_occurs_once_below_a_parent_of_that_day(history: list[AreaFact], day: date) -> None:
    facts = [fact for fact in history if fact.holds_on(day)]
    known = {fact.code for fact in facts}
    assert len(known) == len(facts)
    assert all(fact.parent_code in known for fact in facts if fact.parent_code)
    assert max(Counter((fact.parent_code, fact.name) for fact in facts).values()) == 1


def test_what_was_drawn_by_us_says_so(today: list[AreaFact]) -> None:
    for fact in today:
        assert fact.approximate == (fact.level not in ("province", "city", "county")), fact.code


@pytest.mark.parametrize("day", [BEFORE, AFTER])
def test_children_fill_their_parent(history: list[AreaFact], day: date) -> None:
    shapes = {fact.code: as_shape(fact.boundary) for fact in history if fact.boundary and fact.holds_on(day)}
    filled: dict[str, float] = defaultdict(float)
    for fact in history:
        if fact.holds_on(day) and fact.parent_code in shapes:
            filled[fact.parent_code] += shapes[fact.code].area
    for code, area in filled.items():
        assert area == pytest.approx(shapes[code].area, rel=1e-9), code


@pytest.mark.parametrize("day", [BEFORE, AFTER])
def test_every_point_lies_in_one_grid_and_in_its_parents(history: list[AreaFact], day: date) -> None:
    by_code = {fact.code: fact for fact in history if fact.holds_on(day)}
    city = as_shape(by_code[CITY].boundary)
    chance, points = random.Random("a thousand points"), list[Point]()
    west, south, east, north = city.bounds
    while len(points) < 1000:
        point = Point(chance.uniform(west, east), chance.uniform(south, north))
        if city.contains(point):
            points.append(point)
    found: list[dict[str, str]] = [{} for _ in points]
    for level in ("county", "town", "village", "grid"):
        facts = [fact for fact in by_code.values() if fact.level == level]
        tree = shapely.STRtree([as_shape(fact.boundary) for fact in facts])
        which, where = tree.query(points, predicate="within")
        assert Counter(which.tolist()) == Counter(range(len(points))), level
        for number, at in zip(which.tolist(), where.tolist(), strict=True):
            found[number][level] = facts[at].code
    for codes in found:
        assert by_code[codes["grid"]].parent_code == codes["village"]
        assert by_code[codes["village"]].parent_code == codes["town"]
        assert by_code[codes["town"]].parent_code == codes["county"]


def test_the_same_city_is_drawn_each_time(history: list[AreaFact]) -> None:
    assert list(areas()) == history


def test_the_four_streets_gave_way_to_one(history: list[AreaFact]) -> None:
    moved = {fact.code for fact in history if fact.level == "village" and fact.parent_code == HEXING}
    assert len(moved) == 31
    names = {fact.name for fact in history if fact.level == "town" and fact.valid_to == HEXING_SINCE}
    assert names == {"建设街道", "解放街道", "新嘉街道", "新兴街道"}


def test_landmarks_lie_where_they_say(today: list[AreaFact]) -> None:
    shapes = {fact.code: as_shape(fact.boundary) for fact in today if fact.boundary}
    places = list(landmarks(today))
    assert len(places) >= 150
    assert len({(place.town_code, place.name) for place in places}) == len(places)
    for place in places:
        assert shapes[place.village_code or place.town_code].contains(Point(place.lon, place.lat)), place.name
        assert shapes[place.town_code].contains(Point(place.lon, place.lat)), place.name


def test_bodies_and_posts_are_in_order(today: list[AreaFact]) -> None:
    known_areas = {fact.code for fact in today}
    seen: set[str] = set()
    named: set[str] = set()
    for body in bodies(today):
        assert body.code not in seen, body
        assert body.name not in named, body
        assert body.area_code in known_areas, body
        assert body.parent_code is None or body.parent_code in seen, body
        seen.add(body.code)
        named.add(body.name)
    every = list(posts(today))
    assert len({post.code for post in every}) == len(every)
    assert all(post.body_code in seen and post.area_code in known_areas for post in every)
    for town in (fact for fact in today if fact.level == "town"):
        assert {f"{town.code}.command", f"{town.code}.team", f"{town.code}.police"} <= seen


def test_the_cast_is_complete(today: list[AreaFact]) -> None:
    every = {post.code: post for post in posts(today)}
    assert len({member.name for member in CAST}) == len({member.login for member in CAST}) == len(CAST) == 33
    roles = {member.name: {every[code].role for code in member.posts} for member in CAST}
    assert roles == {
        "王建国": set(), "许静": set(), "陈敏": {"seat"}, "冯雪": {"callback"}, "赵强": {"calltaker"},
        "林波": {"operator"}, "李娟": {"dispatcher"}, "周伟": {"field"}, "吴芳": {"grid_worker"},
        "孙立": {"clerk"}, "何丽": {"clerk"}, "马骏": {"clerk"}, "钱进": {"clerk"},
        "郑华": {"arbiter", "supervisor"}, "沈涛": {"leader"}, "高扬": {"admin"},
        "陆平": {"mediator"}, "施慧": {"mediator"}, "庄严": {"clerk"}, "顾军": {"manager"}, "徐强": {"manager"},
        "费明": {"village"}, "金丽": {"employer"}, "汤海": {"grid_worker"}, "姚兰": {"dispatcher"}, "龚亮": {"clerk"},
        "陶勇": {"grid_head"}, "盛丽": {"grid_worker"}, "奚强": {"auxiliary_police"}, "柏云": {"grid_worker"},
        "鲍敏": {"village"}, "莫凡": {"dispatcher"}, "祝红": {"supervisor"},
    }  # fmt: skip
    held = [code for member in CAST for code in member.posts]
    assert len(set(held)) == len(held)
    places = {place.name: place for place in landmarks(today)}
    assert all(member.landmark in places for member in CAST if member.resident)
    garage = places["湘南公寓"]
    grid = next(fact for fact in today if fact.code == STORY_GRID)
    assert grid.name == "湘南网格"
    assert as_shape(grid.boundary).contains(Point(garage.lon, garage.lat))


def test_messages_are_of_known_kinds_places_and_offices(today: list[AreaFact]) -> None:
    county_of = {fact.name: fact.parent_code for fact in today if fact.level == "town"}
    landmark_names = {(place.town_code, place.name) for place in landmarks(today)}
    town_codes = {fact.name: fact.code for fact in today if fact.level == "town"}
    offices = {body.code for body in bodies(today)}
    every = list(messages())
    assert len(every) >= 420
    assert {message.kind for message in every} == KINDS
    assert {message.town for message in every} == set(town_codes)
    assert {message.channel for message in every} == {"hotline", "police", "grid", "publicpost", "web"}
    for message in every:
        assert message.nature in {"咨询", "求助", "投诉", "举报", "建议"}, message.id
        assert message.urgency in {"ordinary", "urgent", "emergency"}, message.id
        assert len(message.needs) in (0, 2, 3, 4, 5), message.id
        assert len(set(message.needs)) == len(message.needs), message.id
        assert all(f"{county_of[message.town]}.{office}" in offices for office in message.needs), message.id
        if message.landmark:
            assert (town_codes[message.town], message.landmark) in landmark_names, message.id


def test_each_message_is_written_once_and_twins_point_back() -> None:
    earlier: dict[str, str] = {}
    twins = 0
    every = list(messages())
    assert len({message.text for message in every}) == len({message.id for message in every}) == len(every)
    for message in every:
        if message.twin:
            twins += 1
            assert earlier[message.twin] == f"{message.kind} {message.town}", message.id
        earlier[message.id] = f"{message.kind} {message.town}"
    assert twins >= 40


def test_messages_carry_no_telephone_or_identity_numbers() -> None:
    for message in messages():
        assert not re.search(r"\d{7,}", message.text + message.place), message.id
