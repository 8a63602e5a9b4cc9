"""Sent twice is done once; at the same moment one wins; many hands on few matters do not lock each other out."""

from __future__ import annotations

import random
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import connection

from anxin.kernel import errors, flow
from anxin.kernel.bodies import SYSTEM
from anxin.kernel.journal import Entry
from anxin.kernel.matters import Matter
from anxin.kernel.orders import Order
from anxin.kernel.tests.stories import body_of, lead, now, opened, signed
from anxin.kernel.verbs import VERBS
from tests.cast import Cast, garage


def new_key() -> str:
    """A key nobody has used."""
    return f"test-{uuid.uuid4()}"


def at_once(*stories: Callable[[], Any]) -> list[Any]:
    """What each story answers, or which error of ours it raises, all begun at the same moment."""
    gate = threading.Barrier(len(stories))

    def run(story: Callable[[], Any]) -> Any:
        try:
            gate.wait(10)
            return story()
        except errors.AnxinError as refused:
            return type(refused)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(stories)) as pool:
        return list(pool.map(run, stories))


# ---- the same key -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_same_report_under_the_same_key_is_one_matter(cast: Cast) -> None:
    by = cast.resident.under(new_key())
    first, again = flow.report(garage(), by), flow.report(garage(), by)
    assert (first.repeated, again.repeated) == (False, True)
    assert first.entry is not None
    assert again.entry is not None
    assert (first.matter.pk, first.entry.pk) == (again.matter.pk, again.entry.pk)
    assert first.entry.verb == "report"


@pytest.mark.django_db
@pytest.mark.parametrize("other", [{"title": "另一件事"}, {"urgency": "urgent"}, {"lat": 30.79}, {"person": None}])
def test_another_report_under_the_same_key_is_refused(cast: Cast, other: dict[str, Any]) -> None:
    by = cast.resident.under(new_key())
    flow.report(garage(), by)
    before = Matter.objects.count()
    with pytest.raises(errors.KeyReused):
        flow.report(garage(**other), by)
    assert Matter.objects.count() == before


@pytest.mark.django_db
def test_a_verb_under_the_same_key_is_done_once(cast: Cast) -> None:
    matter, by = opened(cast.resident), cast.dispatcher.under(new_key())
    first, again = flow.sign(lead(matter), by), flow.sign(lead(matter), by)
    assert first.entry is not None
    assert again.entry is not None
    assert (again.repeated, again.entry.pk) == (True, first.entry.pk)
    assert again.order is not None
    assert again.order.state == "signed"
    assert Entry.objects.filter(matter=matter, verb="sign").count() == 1


@pytest.mark.django_db
def test_a_key_stands_for_one_verb_on_one_matter_with_one_content(cast: Cast) -> None:
    matter, other, key = signed(cast), signed(cast), new_key()
    flow.note(matter, cast.seat.under(key), "第一次")
    wrongs: tuple[Callable[[], Any], ...] = (
        lambda: flow.note(matter, cast.seat.under(key), "第二次"),
        lambda: flow.note(other, cast.seat.under(key), "第一次"),
        lambda: flow.add_voice(matter, cast.seat.under(key), "第一次"),
        lambda: flow.report(garage(), cast.seat.under(key)),
    )
    for wrong in wrongs:
        with pytest.raises(errors.KeyReused):
            wrong()
    assert flow.note(matter, cast.seat.under(key), "第一次").repeated
    assert now(other).entries == 3


@pytest.mark.django_db
def test_a_key_used_up_on_a_refusal_can_be_used_again(cast: Cast) -> None:
    matter, key = opened(cast.resident), new_key()
    with pytest.raises(errors.NotNow):
        flow.finish(lead(matter), cast.dispatcher.under(key), "办好了")
    flow.sign(lead(matter), cast.dispatcher)
    assert not flow.finish(lead(matter), cast.dispatcher.under(key), "办好了").repeated


# ---- at the same moment -----------------------------------------------------------------------------------------


def test_five_at_once_make_one_matter(live_city: Cast) -> None:
    by = live_city.resident.under(new_key())
    changes = at_once(*[lambda: flow.report(garage(), by)] * 5)
    assert len({change.matter.pk for change in changes}) == 1
    assert sorted(change.repeated for change in changes) == [False, True, True, True, True]
    assert Matter.objects.filter(journal__key=by.key).count() == 1


def test_five_times_the_same_verb_at_once_is_done_once(live_city: Cast) -> None:
    matter, by = signed(live_city), live_city.seat.under(new_key())
    changes = at_once(*[lambda: flow.note(matter, by, "居民催办")] * 5)
    assert sorted(change.repeated for change in changes) == [False, True, True, True, True]
    assert Entry.objects.filter(key=by.key).count() == 1


def test_one_key_on_two_matters_at_once_is_used_once(live_city: Cast) -> None:
    matters, by = [signed(live_city) for _ in range(4)], live_city.seat.under(new_key())
    answers = at_once(*[partial(flow.note, each, by, "催办") for each in matters])
    assert sum(answer is errors.KeyReused for answer in answers) == 3
    assert Entry.objects.filter(key=by.key).count() == 1


def test_two_clerks_on_one_matter_at_once(live_city: Cast) -> None:
    matter = opened(live_city.resident)
    order = lead(matter)
    answers = at_once(*[lambda: flow.sign(order, live_city.dispatcher)] * 2)
    assert [answer for answer in answers if isinstance(answer, type)] == [errors.NotNow]
    refused = at_once(
        lambda: flow.refuse(matter, live_city.seat, "重复", "见另件"),
        lambda: flow.finish(order, live_city.dispatcher, "办好了"),
    )
    assert sum(answer is errors.NotNow for answer in refused) == 1
    assert now(matter).state in ("refused", "finished")


def test_two_matters_merged_into_each_other_at_once(live_city: Cast) -> None:
    for _ in range(3):
        one, two = opened(live_city.resident), opened(live_city.resident)
        by = live_city.dispatcher
        answers = at_once(partial(flow.merge, one, by, two), partial(flow.merge, two, by, one))
        assert sum(isinstance(answer, type) for answer in answers) == 1
        assert sorted([now(one).state, now(two).state]) == ["merged", "working"]


def test_many_hands_on_few_matters_do_not_lock_each_other_out(live_city: Cast) -> None:
    matters = [flow.report(garage(), live_city.resident).matter for _ in range(3)]
    bodies = [body_of(by) for by in (live_city.dispatcher, live_city.water, live_city.power, live_city.fire)]
    begun = {matter.pk: now(matter).entries for matter in matters}

    def verb(dice: random.Random) -> Any:
        matter = Matter.objects.get(pk=dice.choice(matters).pk)
        orders = list(Order.objects.filter(matter=matter))
        on_order = {
            "sign": (), "contact": (), "hand_back": ("不归我管", "三定方案", dice.choice(bodies)),
            "decide_hand_back": (dice.random() < 0.5, "裁定", dice.choice(bodies)), "finish": ("办好了",),
        }  # fmt: skip
        on_matter: dict[str, tuple[Any, ...]] = {
            "note": ("记一笔",), "reply": ("已办",), "call_back": (True, True), "close": (), "reopen": ("又来了",),
            "merge": (dice.choice(matters),), "unmerge": (), "dispatch": (dice.choice(bodies),),
            "supervise": ("red", "急"), "add_voice": (),
        }  # fmt: skip
        if dice.random() < 0.4 and orders:
            name = dice.choice(sorted(on_order))
            return VERBS[name](dice.choice(orders), SYSTEM, *on_order[name])
        name = dice.choice([*sorted(on_matter), "note", "note", "add_voice", "unmerge", "unmerge", "reopen"])
        return VERBS[name](matter, SYSTEM, *on_matter[name])

    def hand(number: int) -> Counter[str]:
        dice, count = random.Random(number), Counter[str]()
        try:
            for _ in range(40):
                try:
                    verb(dice)
                    count["done"] += 1
                except (errors.NotNow, errors.BadInput):
                    count["refused"] += 1
        finally:
            connection.close()
        return count

    with ThreadPoolExecutor(5) as pool:
        total = sum(pool.map(hand, range(5)), Counter[str]())
    assert total.total() == 200
    assert total["done"] > 40
    assert sum(now(matter).entries - begun[matter.pk] for matter in matters) == total["done"]
