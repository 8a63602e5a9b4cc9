"""Duties stay with the post when its holder changes; the nearest body in charge is found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.db import Error, transaction

from anxin.kernel import access, areas, bodies, clock, errors, flow
from anxin.kernel.areas import Place
from anxin.kernel.bodies import Body, Holding, Post
from anxin.kernel.people import Account
from anxin.kernel.tests.conftest import MONDAY
from anxin.kernel.tests.stories import helper, opened
from tests.cast import Cast, area

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 6)


@pytest.fixture(autouse=True)
def _the_bodies_as_they_are(db: None) -> Iterator[None]:
    bodies.directory()
    copy, number = bodies.DIRECTORY._copy, bodies.DIRECTORY._number
    yield
    bodies.DIRECTORY._copy, bodies.DIRECTORY._number = copy, number


@pytest.fixture
def water_desk(cast: Cast) -> Post:
    """The desk of 孙立 in the water office."""
    return Post.objects.get(code="330402.water.clerk")


def hand_over(post: Post, day: date) -> Account:
    """A new person takes the post over on a day."""
    Holding.objects.filter(post=post, valid_to=None).update(valid_to=day)
    account = Account.objects.create_user(f"new.clerk.{post.pk}")
    Holding.objects.create(post=post, account=account, valid_from=day)
    return account


def test_duties_stay_with_the_post(cast: Cast, water_desk: Post, monday: clock.Travel) -> None:
    matter = opened(cast.resident, "onekey.water")
    flow.sign(helper(matter), cast.water)
    new = hand_over(water_desk, DAY)
    [by] = bodies.actors(new.pk, DAY)
    assert (by.role, by.post, by.body) == ("clerk", water_desk.pk, cast.water.body)
    assert access.sees(by, matter)
    change = flow.finish(helper(matter), by, "接手后排水完毕")
    assert change.entry is not None
    assert (change.entry.account, change.entry.post) == (new.pk, water_desk.pk)


def test_who_has_left_has_no_post_from_that_day(cast: Cast, water_desk: Post) -> None:
    assert cast.water.account is not None
    hand_over(water_desk, DAY)
    assert bodies.actors(cast.water.account, DAY) == []
    assert [by.post for by in bodies.actors(cast.water.account, DAY - timedelta(days=1))] == [water_desk.pk]
    with clock.at(MONDAY):
        assert access.posts_of(cast.water.account) == []


def test_one_holder_a_day(cast: Cast, water_desk: Post) -> None:
    other = Account.objects.create_user("other.clerk")
    for begin, end in ((DAY, None), (DAY, DAY + timedelta(days=9))):
        with pytest.raises(Error), transaction.atomic():
            Holding.objects.create(post=water_desk, account=other, valid_from=begin, valid_to=end)
    Holding.objects.filter(post=water_desk).update(valid_to=DAY)
    Holding.objects.create(post=water_desk, account=other, valid_from=DAY)  # the day itself is the new one's


def test_one_person_may_hold_several_posts(cast: Cast, water_desk: Post) -> None:
    assert cast.power.account is not None
    Holding.objects.filter(post=water_desk).update(valid_to=DAY)
    Holding.objects.create(post=water_desk, account_id=cast.power.account, valid_from=DAY)
    assert [by.body for by in bodies.actors(cast.power.account, DAY)] == [cast.power.body, cast.water.body]


def test_a_post_acts_in_its_own_area_or_its_bodys(cast: Cast) -> None:
    assert (cast.grid.area_level, cast.grid.area) == ("grid", area("330402015004003").pk)
    assert (cast.water.area_level, cast.water.area) == ("county", area("330402").pk)


# ---- finding ----------------------------------------------------------------------------------------------------


def here() -> Place:
    return areas.tree().place(area("330402015004003").pk, DAY)


@pytest.mark.parametrize(
    ("role", "code"),
    [
        ("committee", "330402015004.committee"),
        ("town_command", "330402015.command"),
        ("police", "330402015.police"),
        ("department:water", "330402.water"),
        ("company:power", "330402.power"),
        ("hotline", "330400.hotline"),
    ],
)
def test_the_nearest_body_in_charge_is_found(cast: Cast, role: str, code: str) -> None:
    found = bodies.directory().find(role, here())
    assert bodies.directory().by_id[found or 0].code == code


def test_without_a_place_only_the_city_answers(cast: Cast) -> None:
    directory, nowhere = bodies.directory(), Place(None, None, None, None)
    assert directory.find("town_command", nowhere) is None
    assert directory.by_id[directory.find("department:water", nowhere) or 0].code == "330400.water"
    assert directory.find("nobody", here()) is None


def test_a_nearer_body_takes_over_and_one_that_is_closed_gives_way(cast: Cast) -> None:
    Body.objects.create(
        code="330402015.water", kind="department", function="water", name="七星街道水务站", area=area("330402015"),
        valid_from=DAY,
    )  # fmt: skip
    bodies.DIRECTORY.changed()
    assert bodies.directory().by_id[bodies.directory().find("department:water", here()) or 0].name == "七星街道水务站"
    Body.objects.filter(code__in=["330402015.water", "330402.water"]).update(valid_to=DAY)
    bodies.DIRECTORY.changed()
    assert bodies.directory().by_id[bodies.directory().find("department:water", here()) or 0].code == "330400.water"
    with pytest.raises(errors.UnknownBody):
        bodies.body("330402.water")
