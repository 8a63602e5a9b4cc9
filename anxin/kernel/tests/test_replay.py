"""Whatever the desk does, in whatever order: the journal folds to the tables, and a load tells the same story."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from anxin.kernel import clock, errors, flow, jobs, journal, replay, telling
from anxin.kernel.bodies import SYSTEM, Body
from anxin.kernel.journal import Entry, Words
from anxin.kernel.matters import CLOSED, MERGED, OPEN, REFUSED, REPORTED, Matter
from anxin.kernel.orders import LEAD, WITHDRAWN, Check, Clock, Order
from anxin.kernel.tests.conftest import MONDAY
from anxin.kernel.tests.stories import body_of, now
from anxin.kernel.verbs import VERBS
from tests.cast import Cast, garage

pytestmark = pytest.mark.django_db


# ---- any verb at any moment -------------------------------------------------------------------------------------

HOURS = st.sampled_from([0.01, 0.5, 2, 9, 25, 72, 200, 800])
ASKED: dict[str, Callable[[Any, list[Body]], dict[str, Any]]] = {
    "merge": lambda draw, bodies: {},
    "unmerge": lambda draw, bodies: {"reason": "不是一件事"},
    "reclassify": lambda draw, bodies: {"kind": draw(st.sampled_from(["onekey.water", "plain.noise"])), "reason": "改"},
    "refuse": lambda draw, bodies: {"reason": "诉讼中", "route": "法院"},
    "dispatch": lambda draw, bodies: {
        "lead": draw(st.sampled_from(bodies)),
        "helpers": [(each, "协助") for each in draw(st.lists(st.sampled_from(bodies), max_size=2))],
        "designated": draw(st.booleans()),
    },
    "sign": lambda draw, bodies: {},
    "contact": lambda draw, bodies: {"reached": draw(st.booleans())},
    "arrive": lambda draw, bodies: {},
    "note": lambda draw, bodies: {"text": "记一笔"},
    "consult": lambda draw, bodies: {"topic": "谁管", "decision": "街道"},
    "hand_back": lambda draw, bodies: {"reason": "不归", "basis": "三定", "proposed": draw(st.sampled_from(bodies))},
    "decide_hand_back": lambda draw, bodies: {
        "accept": draw(st.booleans()), "reason": "裁定", "body": draw(st.sampled_from(bodies)),
    },
    "ask_more_time": lambda draw, bodies: {"amount": draw(st.integers(1, 5)), "reason": "鉴定"},
    "decide_more_time": lambda draw, bodies: {"grant": draw(st.booleans()), "reason": "审批"},
    "suspend": lambda draw, bodies: {"reason": "等", "until": clock.now() + timedelta(hours=draw(HOURS))},
    "resume": lambda draw, bodies: {},
    "finish": lambda draw, bodies: {"result": "办好了"},
    "reply": lambda draw, bodies: {"text": "已办"},
    "call_back": lambda draw, bodies: {"reached": draw(st.booleans()), "solved": draw(st.booleans())},
    "reopen": lambda draw, bodies: {"reason": "又来", "recurred": draw(st.booleans())},
    "close": lambda draw, bodies: {"explained": draw(st.sampled_from(["", "依法不能"]))},
    "track": lambda draw, bodies: {"months": draw(st.sampled_from([1, 3, 6])), "recurred": draw(st.booleans())},
    "supervise": lambda draw, bodies: {"colour": draw(st.sampled_from(["yellow", "red"])), "reason": "急"},
    "escalate": lambda draw, bodies: {"reason": "难"},
    "transfer_to_police": lambda draw, bodies: {"reason": "动手"},
    "take_back_from_police": lambda draw, bodies: {"outcome": draw(st.sampled_from(["accepted", "returned", "done"]))},
    "correct": lambda draw, bodies: {"reason": "错", "urgency": draw(st.sampled_from(["ordinary", "emergency"]))},
    "add_voice": lambda draw, bodies: {},
    "erase_words": lambda draw, bodies: {"reason": "本人申请删除"},
    "warn": lambda draw, bodies: {},
}  # fmt: skip


def machine_of(cast: Cast) -> type[RuleBasedStateMachine]:
    bodies = [body_of(by) for by in (cast.dispatcher, cast.water, cast.power, cast.fire)]

    class Desk(RuleBasedStateMachine):
        """One matter, and whatever can be done with it at any moment."""

        def __init__(self) -> None:
            super().__init__()
            self.stack = ExitStack()
            self.stack.enter_context(transaction.atomic())
            self.travel = self.stack.enter_context(clock.at(MONDAY))

        def teardown(self) -> None:
            if hasattr(self, "matter"):
                assert replay.check(since=self.matter.pk, upto=self.matter.pk).sound
            transaction.set_rollback(True)
            self.stack.close()

        @initialize(
            kind=st.sampled_from(["onekey.water", "plain.noise", "plain.waits"]),
            urgency=st.sampled_from(["ordinary", "emergency"]),
        )
        def begin(self, kind: str, urgency: str) -> None:
            self.other = flow.report(garage(kind="plain.noise"), SYSTEM).matter
            self.matter = flow.report(garage(kind=kind, urgency=urgency), SYSTEM).matter

        @rule(data=st.data())
        def act(self, data: Any) -> None:
            matter, orders = now(self.matter), list(Order.objects.filter(matter=self.matter).order_by("pk"))
            targets: list[tuple[str, Matter | Order]] = []
            for name, verb in sorted(VERBS.items()):
                if name in ("add_voice", "note", "consult"):
                    continue  # they move nothing, and would fill the story
                on: list[Matter | Order] = [*orders] if verb.on_order else [matter]
                fits = [each for each in on if verb.fits(matter, each if isinstance(each, Order) else None)]
                targets += [(name, each) for each in fits]
            name, target = data.draw(st.sampled_from(targets))
            self.attempt(name, target, data)

        def attempt(self, name: str, target: Matter | Order, data: Any) -> None:
            """Use a verb; refused, it leaves nothing."""
            asked = ASKED[name](data.draw, bodies) | ({"into": self.other} if name == "merge" else {})
            before = now(self.matter).entries
            try:
                VERBS[name](target, SYSTEM, **asked)
            except (errors.NotNow, errors.BadInput):
                assert now(self.matter).entries == before

        @rule(data=st.data())
        def go_on(self, data: Any) -> None:
            """What usually comes next."""
            matter, orders = now(self.matter), list(Order.objects.filter(matter=self.matter).order_by("-role", "pk"))
            for name in ("decide_hand_back", "sign", "hand_back", "finish"):
                fitting = [order for order in orders if VERBS[name].fits(matter, order)]
                if fitting and (name != "hand_back" or data.draw(st.integers(0, 3)) == 3):
                    return self.attempt(name, fitting[-1], data)
            usual = {"reported": "dispatch", "finished": "reply", "closed": "track", "merged": "unmerge"}
            if matter.state == "replied":
                self.attempt("call_back" if matter.solved is None else "close", matter, data)
            elif matter.state in usual:
                self.attempt(usual[matter.state], matter, data)
            return None

        @rule(hours=HOURS)
        def wait(self, hours: float) -> None:
            self.travel.advance(timedelta(hours=hours))
            telling.ring()

        @invariant()
        def holds(self) -> None:
            if hasattr(self, "matter"):
                sound(self.matter)

    return Desk


def sound(told: Matter) -> None:
    """What is always so of a matter."""
    matter = now(told)
    orders = list(Order.objects.filter(matter=matter).exclude(state=WITHDRAWN))
    leads = [order for order in orders if order.role == LEAD]
    if matter.state in (REPORTED, REFUSED, MERGED):
        assert (orders, matter.lead_id) == ([], None)
    else:
        assert [order.body_id for order in leads] == [matter.lead_id]
        assert len({order.body_id for order in orders}) == len(orders)
    running = list(Clock.objects.filter(matter=matter, stopped_at=None))
    whole = [each for each in running if each.order_id is None and each.code.startswith("handle.")]
    assert len(whole) == (matter.state in OPEN)
    if whole:
        assert whole[0].due_at == matter.due_at
    else:
        assert running == []
    for each in running:
        assert each.order_id is None or each.order_id in {order.pk for order in orders}
        assert (each.paused_until is None) == (not each.pauses or each.pauses[-1][1] is not None)
        assert each.rings_at is not None or each.rung == 100
    assert not Clock.objects.filter(matter=matter, rings_at__isnull=False).exclude(stopped_at=None).exists()
    assert (matter.closed_at is not None) == (matter.state in (CLOSED, REFUSED))
    seqs = list(Entry.objects.filter(matter=matter).order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, matter.entries + 1))
    assert replay.check(since=matter.pk, upto=matter.pk, chain=False).differences == []


def test_whatever_is_done_in_whatever_order_the_journal_folds_to_the_tables(cast: Cast) -> None:
    assert set(ASKED) == set(VERBS)
    run_state_machine_as_test(
        machine_of(cast),
        settings=settings(
            max_examples=15,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


# ---- in bulk and singly -----------------------------------------------------------------------------------------


class Teller:
    """Tells a story, and finds the orders of the matter where they stand: in memory or in the tables."""

    def __init__(self, cast: Cast, travel: clock.Travel, loading: journal.Bulk | None) -> None:
        self.cast, self.travel, self.loading = cast, travel, loading

    def report(self, **more: Any) -> Matter:
        return flow.report(garage(**more), SYSTEM).matter

    def order(self, matter: Matter, role: str = LEAD) -> Order:
        if self.loading is not None:
            rows = self.loading.changes[matter.pk].orders
        else:
            rows = list(Order.objects.filter(matter=matter).order_by("pk"))
        return [each for each in rows if each.role == role and each.state != WITHDRAWN][-1]

    def later(self, hours: float) -> None:
        self.travel.advance(timedelta(hours=hours))


def the_garage(t: Teller) -> Matter:
    matter = t.report()
    t.later(0.01)
    for role in ("lead", "helper"):
        flow.sign(t.order(matter, role), SYSTEM)
    flow.contact(t.order(matter), SYSTEM, text="已联系")
    t.later(20)
    flow.finish(t.order(matter, "helper"), SYSTEM, "排水完毕")
    flow.finish(t.order(matter), SYSTEM, "已办结", proof=["a" * 64])
    flow.reply(matter, SYSTEM, "已办")
    flow.call_back(matter, SYSTEM, reached=True, solved=True, satisfied="satisfied")
    flow.close(matter, SYSTEM)
    return matter


def handed_back_and_forth(t: Teller) -> Matter:
    matter = t.report(kind="plain.noise")
    flow.hand_back(t.order(matter), SYSTEM, "不归我管", "三定方案", body_of(t.cast.fire))
    t.later(2)
    flow.decide_hand_back(t.order(matter), SYSTEM, True, "属消防", body_of(t.cast.fire))
    flow.sign(t.order(matter), SYSTEM)
    flow.ask_more_time(t.order(matter), SYSTEM, 3, "需鉴定")
    flow.decide_more_time(t.order(matter), SYSTEM, True, "同意")
    flow.suspend(matter, SYSTEM, "等鉴定", clock.now() + timedelta(days=3))
    t.later(48)
    flow.resume(matter, SYSTEM)
    flow.dispatch(matter, SYSTEM, body_of(t.cast.water), [(body_of(t.cast.power), "断电")], designated=True)
    return matter


def taken_up_again(t: Teller) -> Matter:
    matter = t.report(kind="plain.noise", urgency="emergency")
    flow.take_back_from_police(matter, SYSTEM, "done", "已处置")
    for _ in range(2):
        if t.order(matter).state == "sent":
            flow.sign(t.order(matter), SYSTEM)
        flow.finish(t.order(matter), SYSTEM, "办好了")
        flow.reply(matter, SYSTEM, "办好了")
        for _ in range(3):
            flow.call_back(matter, SYSTEM, reached=False)
        flow.close(matter, SYSTEM)
        t.later(24 * 31)
        flow.track(matter, SYSTEM, 1, True, "又来了")
    return matter


def sorted_out(t: Teller) -> Matter:
    matter = t.report(kind="plain.waits", person=None)
    flow.correct(matter, SYSTEM, "听错了", address="湘南公寓二期", urgency="emergency")
    flow.reclassify(matter, SYSTEM, "onekey.water", "是积水")
    flow.merge(matter, SYSTEM, t.report(kind="plain.noise"), "同一处")
    flow.unmerge(matter, SYSTEM, "不是")
    flow.refuse(matter, SYSTEM, "诉讼中", "法院")
    return matter


def told(matter: Matter) -> str:
    """Everything kept of a matter, without ids and what is drawn by lot."""
    rows: dict[str, Any] = {"m": Matter.objects.filter(pk=matter.pk).values().get()}
    names = {str(matter.pk): "M"}
    for letter, table in (("o", Order), ("c", Clock), ("k", Check)):
        kept = list(table.objects.filter(matter=matter).order_by("pk").values())
        names |= {str(row["id"]): f"{letter.upper()}{place}" for place, row in enumerate(kept)}
        rows[letter] = kept
    entries = Entry.objects.filter(matter=matter).order_by("seq")
    left_out = ("id", "written_at", "xact", "prev", "hash")
    rows["e"] = [{name: value for name, value in row.items() if name not in left_out} for row in entries.values()]
    rows["w"] = list(Words.objects.filter(entry__in=entries).order_by("entry__seq").values_list("texts", flat=True))
    for drawn in ("person_id", "follow_code", "of_id"):
        if rows["m"][drawn]:
            names[str(rows["m"][drawn])] = drawn
    text = json.dumps(rows, default=str, ensure_ascii=False, sort_keys=True)
    for said in rows["e"]:
        for values in said["data"].get("set", {}).values():
            names |= {str(values[drawn]): drawn for drawn in ("person_id", "of_id") if values.get(drawn)}
    for pk in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<![0-9a-f])([ock]?){re.escape(pk)}(?![0-9a-f])", rf"\1{names[pk]}", text)
    return text


@pytest.mark.parametrize("story", [the_garage, handed_back_and_forth, taken_up_again, sorted_out])
def test_a_load_tells_the_same_story(cast: Cast, story: Callable[[Teller], Matter]) -> None:
    with clock.at(MONDAY) as travel:
        singly = story(Teller(cast, travel, None))
    with clock.at(MONDAY) as travel, journal.bulk() as loading:
        loaded = story(Teller(cast, travel, loading))
    assert told(loaded) == told(singly)
    sound(loaded)


def test_a_refused_verb_of_a_load_is_not_half_said(cast: Cast) -> None:
    with clock.at(MONDAY) as travel, journal.bulk() as loading:
        t = Teller(cast, travel, loading)
        matter = t.report(kind="plain.noise")
        with pytest.raises(errors.PauseTooLong):
            flow.suspend(matter, SYSTEM, "要等一年", MONDAY + timedelta(days=365))
        flow.note(matter, SYSTEM, "照常办理")
    last = Words.objects.filter(entry__matter=matter).latest("entry__seq")
    assert last.texts == {"note": "照常办理"}
    sound(matter)


def test_what_a_refused_verb_left_half_done_is_not_loaded_at_all(cast: Cast) -> None:
    with clock.at(MONDAY) as travel, journal.bulk() as loading:
        t = Teller(cast, travel, loading)
        whole, half = t.report(kind="plain.noise"), t.report(kind="plain.noise")
        with pytest.raises(errors.UnknownBody):
            flow.dispatch(half, SYSTEM, Body(pk=10**9, name="没有这一单位"))
    assert Matter.objects.filter(pk=whole.pk).exists()
    assert not Matter.objects.filter(pk=half.pk).exists()
    assert jobs.drain(ticks=False) >= 2


def test_a_load_that_fails_loads_nothing(cast: Cast) -> None:
    def load() -> None:
        with journal.bulk() as loading:
            Teller(cast, clock.Travel(MONDAY), loading).report()
            raise ZeroDivisionError

    before = Matter.objects.count()
    with pytest.raises(ZeroDivisionError):
        load()
    assert Matter.objects.count() == before
    assert journal.bulk_now() is None


def test_a_load_may_be_written_in_parts(cast: Cast) -> None:
    with clock.at(MONDAY) as travel, journal.bulk() as loading:
        t = Teller(cast, travel, loading)
        first = t.report(kind="plain.noise")
        assert loading.flush() == 1
        flow.note(first, SYSTEM, "写入之后")  # now like anybody else
        second = t.report(kind="plain.noise")
    assert now(first).entries == 3
    assert now(second).entries == 2
    for each in (first, second):
        sound(each)


# ---- the fold ---------------------------------------------------------------------------------------------------


def test_a_move_that_does_not_follow_is_told() -> None:
    begun = {"moves": {"m": [None, "reported"]}, "set": {"m": {"state": "reported"}}}
    assert replay.fold([begun]) == {"m": {"state": "reported"}}
    for wrong in ({"moves": {"m": ["working", "closed"]}}, {"moves": {"o1": ["sent", "signed"]}}, begun):
        with pytest.raises(replay.JournalDiffers):
            replay.fold([begun, wrong])


def test_a_due_moment_is_computed_from_the_journal_alone() -> None:
    row = {
        "started_at": "2026-07-06T01:00:00Z", "amount": 2, "unit": "workday",
        "pauses": [["2026-07-07T01:00:00+00:00", "2026-07-08T01:00:00+00:00"]],
    }  # fmt: skip
    assert replay.due_of(row) == datetime(2026, 7, 10, tzinfo=clock.TZ)
