"""What everybody may see of what is going on nearby: that, and nothing else, whatever is asked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as how
from hypothesis import strategies as st

from anxin.kernel import areas, clock, flow
from anxin.kernel.bodies import SYSTEM
from anxin.kernel.matters import Matter, Report
from anxin.kernel.people import Particulars
from anxin.public import around, near
from tests.cast import GARAGE, Cast, garage

MORNING = datetime(2026, 11, 24, 9, 20, tzinfo=clock.TZ)


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    around.forget()
    yield
    around.forget()


def tell(cast: Cast, number: int, **more: Any) -> Matter:
    """Somebody with a telephone of their own reports water near the garage."""
    who = Particulars(name=f"居民{number}", phone=f"{number:011d}")
    return flow.report(garage(**{"person": who, "title": "地下车库进水", **more}), cast.resident).matter


def see(client: Client, query: str = "", path: str = "/around") -> str:
    answer = client.get(f"{path}{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def list_of(shown: str) -> list[str]:
    return re.findall(r'<li data-id="([^"]+)"', shown)


def test_what_three_people_report_from_a_square_is_named_by_the_square_and_by_the_town_before(
    cast: Cast, client: Client
) -> None:
    with clock.at(MORNING) as c:
        tell(cast, 1)
        tell(cast, 2)
        c.advance(timedelta(hours=1))
        assert set(list_of(see(client))) == {"330402015"}, "two people: the town only"
        tell(cast, 3)
        c.advance(timedelta(hours=1))
        (square,) = set(list_of(see(client)))
        assert square.startswith("s")
        item = around.picture().items[0]
        assert 0 < areas.metres(item.place.lat, item.place.lon, *GARAGE) < 150


def test_one_person_who_reports_often_is_one_person_and_all_without_a_number_are_one(
    cast: Cast, client: Client
) -> None:
    with clock.at(MORNING) as c:
        for _ in range(4):
            tell(cast, 1)
            tell(cast, 2, person=None)
        c.advance(timedelta(hours=1))
        assert set(list_of(see(client))) == {"330402015"}


def test_it_is_shown_with_the_next_full_hour_so_that_nobody_can_watch_who_is_writing(
    cast: Cast, client: Client
) -> None:
    with clock.at(MORNING) as c:
        see(client)
        tell(cast, 1)
        c.advance(timedelta(minutes=30))
        assert list_of(see(client)) == []
        c.advance(timedelta(minutes=10))
        assert len(list_of(see(client))) == 1


@pytest.mark.parametrize(
    "hidden",
    [
        {"confidential": True},
        {"kind": "onekey.quarrel"},
        {"kind": "onekey.labour"},
        {"kind": "onekey.health"},
        {"kind": "onekey.other"},
        {"nature": "report"},
        {"nature": "consult"},
        {"urgency": "emergency", "narrative": "车库进水漏电，有人触电了"},
    ],
)
def test_what_may_not_be_shown_is_neither_in_the_list_nor_on_the_map(
    cast: Cast, client: Client, hidden: dict[str, Any]
) -> None:
    with clock.at(MORNING) as c:
        for each in (1, 2, 3):
            matter = tell(cast, each, **hidden)
            if hidden.get("urgency") == "emergency" and not matter.police:
                flow.transfer_to_police(matter, cast.dispatcher, reason="有人触电")
        c.advance(timedelta(hours=1))
        assert list_of(see(client)) == []
        assert json.loads(see(client, path="/around/places.json"))["features"] == []


def test_what_becomes_confidential_within_the_hour_is_gone_at_once(cast: Cast, client: Client) -> None:
    with clock.at(MORNING) as c:
        matter = tell(cast, 1)
        c.advance(timedelta(hours=1))
        token = around.picture().items[0].token
        assert len(list_of(see(client))) == 1
        flow.erase_words(matter, SYSTEM, "本人要求删除")
        assert list_of(see(client)) == []
        assert around.offer(token) is None


def test_filters_stand_in_the_address_and_never_make_a_place_finer(cast: Cast, client: Client) -> None:
    with clock.at(MORNING) as c:
        for each in (1, 2, 3):
            tell(cast, each)
        tell(cast, 4, kind="onekey.road", lat=GARAGE[0] + 0.01)
        c.advance(timedelta(hours=1))
        everything = {item.token: item.place.code for item in around.picture().items}
        water, road = see(client, "?kind=onekey.water"), see(client, "?kind=onekey.road&state=open&days=7")
        assert len(list_of(water)) == 3
        assert len(list_of(road)) == 1
        for code in set(everything.values()):
            assert set(list_of(see(client, f"?place={code}"))) <= set(everything.values())
        assert len(list_of(see(client, "?place=330402015"))) == 4, "a town has what is named more finely within it"
        assert list_of(see(client, "?place=330402015004003&kind=onekey.road")) == []
        assert list_of(see(client, "?state=done")) == []
        for wrong in ("?page=99999999999", "?page=-1", "?days=x&kind=no", "?place=' or 1=1", "?page=²"):
            see(client, wrong)


def test_pages_are_short_and_lead_on(cast: Cast, client: Client) -> None:
    with clock.at(MORNING) as c:
        for each in range(25):
            tell(cast, each + 1)
        c.advance(timedelta(hours=1))
        first = see(client)
        second = see(client, "?page=2")
        assert (len(list_of(first)), len(list_of(second))) == (20, 5)
        assert 'rel="next"' in first
        assert 'rel="prev"' in second


def test_me_too_leads_to_the_form_with_what_it_is_and_not_a_word_more(cast: Cast, client: Client) -> None:
    with clock.at(MORNING) as c:
        matter = tell(cast, 1, title="王建国家的车库进水")
        c.advance(timedelta(hours=1))
        token = around.picture().items[0].token
        assert f"/report?like={token}" in see(client)
        shown = around.offer(token)
        assert shown is not None
        assert shown.headline == "供水排水积水"
        assert str(matter.pk) not in token
        assert around.offer("nothing") is None
        assert near.public(matter)


MARK = "叒"
"""In everything anybody writes here, and in nothing of ours."""
WORDS = st.text("水电路灯垃圾噪音王建国张伟李娜湘南公寓8幢302室13800138000浙F12345@.", min_size=6, max_size=40).map(
    lambda text: MARK + text
)


@how(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    told=st.lists(
        st.tuples(
            WORDS, WORDS, st.floats(-0.004, 0.004), st.floats(-0.004, 0.004), st.integers(1, 6),
            st.sampled_from(["onekey.water", "onekey.road", "onekey.noise", "onekey.quarrel", "onekey.property"]),
        ),
        min_size=1,
        max_size=8,
    )
)  # fmt: skip
def test_no_word_no_name_no_number_and_no_exact_point_is_ever_in_an_answer(
    cast: Cast, client: Client, told: list[tuple[str, str, float, float, int, str]]
) -> None:
    around.forget()
    with clock.at(MORNING + timedelta(days=1)) as c:
        said, at = [], []
        for title, narrative, north, east, who, kind in told:
            lat, lon = GARAGE[0] + north, GARAGE[1] + east
            matter = flow.report(
                Report(
                    kind=kind, title=title, narrative=narrative, lat=lat, lon=lon, address=f"{MARK}{who}幢",
                    person=Particulars(name=f"{MARK}{who}", phone=f"{who:011d}"),
                ),
                cast.resident,
            ).matter  # fmt: skip
            said += [MARK, f"{who:011d}", matter.number, matter.follow_code]
            at.append((lat, lon))
        c.advance(timedelta(hours=1))
        page, spots = see(client), see(client, path="/around/places.json")
        shown = around.picture()
    for words in said:
        assert words not in page
        assert words not in spots
    for lat, lon in at:
        for answer in (page, spots):
            assert f"{lat:.5f}" not in answer
            assert f"{lon:.5f}" not in answer
    people: dict[str, set[bytes]] = {}
    for matter in Matter.objects.filter(kind__in=around.kinds()).select_related("person"):
        mark = bytes(matter.person.phone_mark or b"") if matter.person else b""
        people.setdefault(around._square(matter.lat or 0, matter.lon or 0), set()).add(mark)
    for item in shown.items:
        assert item.place.level != "square" or len(people[item.place.code]) >= around.K
