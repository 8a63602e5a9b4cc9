"""Which body will in the end do it: the rule, corrected by what became of such matters here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from anxin.kernel import flow
from anxin.kernel.areas import Place
from anxin.kernel.bodies import SYSTEM, Actor
from anxin.kernel.matters import Matter
from anxin.kernel.orders import LEAD, WITHDRAWN
from anxin.understanding import body
from anxin.understanding.advice import place_of
from tests.cast import ELSEWHERE, Cast, garage
from tests.cast import body as the_body

pytestmark = pytest.mark.django_db
KIND = "onekey.parking"


@pytest.fixture(autouse=True)
def _counted_now(settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path
    body.count_anew()


def parked(cast: Cast, **more: Any) -> Matter:
    """A matter of parking; a question, so that no photo is asked for."""
    told = {"kind": KIND, "title": "违停", "narrative": "门口停满了车", "person": None, "nature": "consult"}
    return flow.report(garage(**{**told, **more}), cast.resident).matter


def done(cast: Cast, code: str = "", **more: Any) -> Matter:
    """A matter that was done by whom the rule names, or by another body it was sent to."""
    matter = parked(cast, **more)
    if code:
        flow.dispatch(matter, SYSTEM, the_body(code), reason="属其职责", only=True)
    standing = matter.orders.exclude(state=WITHDRAWN)
    for order in (*standing.filter(role="helper"), standing.get(role=LEAD)):
        by = Actor(role="clerk", body=order.body_id)
        flow.sign(order, by)
        flow.finish(order, by, "已处理")
    return matter


def likely(matter: Matter) -> body.Likely:
    """Who will do it, by all that is known at this moment."""
    body.count_anew()
    return body.likely({1: (matter.kind, place_of(matter))})[1]


def test_where_nothing_is_known_the_rule_says_who(cast: Cast) -> None:
    found = likely(parked(cast))
    assert found.body == "330402015.command"
    assert found.reason.startswith("按职责规则")


def test_the_body_that_does_it_in_this_town_is_named_with_the_count(cast: Cast) -> None:
    for _ in range(8):
        done(cast, "330402.enforcement")
    done(cast)
    found = likely(parked(cast))
    assert found.body == "330402.enforcement"
    assert found.probability > 0.6
    assert "近一年七星街道“停车”类事项 9 件中 8 件由" in found.reason
    assert "与职责规则指定的单位不同" in found.reason


def test_a_few_exceptions_do_not_overrule_the_rule(cast: Cast) -> None:
    done(cast, "330402.enforcement")
    assert likely(parked(cast)).body == "330402015.command"


def test_what_a_body_handed_back_counts_against_it(cast: Cast) -> None:
    for _ in range(4):
        done(cast, "330402.enforcement")
    assert likely(parked(cast)).body == "330402.enforcement"
    for _ in range(4):
        matter = parked(cast)
        sent = flow.dispatch(matter, SYSTEM, the_body("330402.enforcement"), reason="试派", only=True)
        order = next(o for o in sent.orders if o.role == LEAD and o.state != WITHDRAWN)
        flow.hand_back(order, cast.enforcement, "不属本单位", "职责清单", the_body("330402015.command"))
        flow.decide_hand_back(order, cast.arbiter, True, "属实", the_body("330402015.command"))
    assert likely(parked(cast)).body == "330402015.command"


def test_what_other_towns_own_bodies_do_counts_for_the_same_office_here(cast: Cast) -> None:
    for _ in range(6):
        done(cast, lat=ELSEWHERE[0], lon=ELSEWHERE[1])
    found = likely(parked(cast))
    assert found.body == "330402015.command"
    assert "全市“停车”类事项 6 件中 6 件由各地同职能单位（此处为七星街道" in found.reason


def test_where_the_place_is_unknown_nobody_is_named(cast: Cast) -> None:
    body.count_anew()
    found = body.likely({1: (KIND, Place(None, None, None, None)), 2: ("onekey.nobody", Place(None, None, None, None))})
    assert (found[1].body, found[2].body) == ("", "")
    assert "地点" in found[1].reason


def test_the_past_is_counted_once_a_day_in_one_question(cast: Cast, django_assert_num_queries: Any) -> None:
    asked = {n: (KIND, place_of(parked(cast))) for n in range(3)}
    body.count_anew()
    body.likely(asked)
    with django_assert_num_queries(0):
        body.likely(asked)
