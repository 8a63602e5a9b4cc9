"""The indicators against a count by hand: a dozen matters, two counties, both readings, with and without one left out.

The hand: Monday 2026-07-06, five working days end on 07-13 at 24:00, no holidays. A to L as told in `july`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from anxin.kernel import clock, flow, people
from anxin.kernel.bodies import Actor
from anxin.kernel.journal import Change
from anxin.kernel.matters import Matter
from anxin.kernel.people import Particulars
from anxin.programmes.onekey import actions, figures
from anxin.programmes.onekey.figures import Reading
from anxin.programmes.onekey.tests.hands import hand, hear, lead_of
from tests.cast import ELSEWHERE, Cast, body, garage


def july(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment of July 2026."""
    return datetime(2026, 7, day, hour, minute, tzinfo=clock.TZ)


SINCE, UNTIL = july(6), july(20)


@dataclass
class Teller:
    """Tells lives at the hours it is given."""

    cast: Cast
    proof: list[str]

    def report(self, at: datetime, phone: str = "", **more: object) -> Change:
        """A report; without a phone nobody is known."""
        person = Particulars(name="许静", phone=phone) if phone else None
        told: dict[str, object] = {"kind": "onekey.other", "channel": "hotline", "person": person, **more}
        with clock.at(at):
            return flow.report(garage(**told), self.cast.seat)

    def contact(self, matter: Matter, at: datetime) -> None:
        """The lead signs and calls."""
        lead = lead_of(matter)
        with clock.at(at):
            flow.sign(lead, hand(lead))
            flow.contact(lead, hand(lead))

    def result(self, matter: Matter, at: datetime) -> None:
        """The lead finishes and the hotline answers."""
        lead = lead_of(matter)
        with clock.at(at):
            flow.finish(lead, hand(lead), "已处理", self.proof)
            flow.reply(matter, self.cast.seat, "已处理")

    def ask(self, matter: Matter, at: datetime, said: str, solved: bool = True) -> None:
        """The call-back."""
        with clock.at(at):
            flow.call_back(matter, self.cast.callback, reached=True, solved=solved, satisfied=said)

    def close(self, matter: Matter, at: datetime, explained: str = "") -> None:
        """The closing."""
        with clock.at(at):
            flow.close(matter, self.cast.callback, explained)

    def life(self, matter: Matter, contact: datetime, closed: datetime, said: str = "", *, solved: bool = True) -> None:
        """Contact, result three hours before the closing, call-back, closing."""
        self.contact(matter, contact)
        self.result(matter, closed - timedelta(hours=3))
        if said:
            self.ask(matter, closed - timedelta(hours=1), said, solved)
        self.close(matter, closed, "" if solved else "依法不能解决")


@pytest.fixture
def told(cast: Cast, proof: list[str]) -> Iterator[dict[str, Matter]]:
    """The dozen."""
    tell = Teller(cast, proof)
    m: dict[str, Matter] = {}
    there: dict[str, Any] = {"lat": ELSEWHERE[0], "lon": ELSEWHERE[1]}
    # A closed after 25 h, in time; its number calls again after five minutes (B, too soon) and after 24 h (C).
    m["A"] = tell.report(july(6, 9), "0001").matter
    # B called again by C after 23 h 55 min; closed after 48 h.
    m["B"] = tell.report(july(6, 9, 5), "0001").matter
    # C contacted late, closed late after 192 h, not solved.
    m["C"] = tell.report(july(7, 9), "0001").matter
    # D in the other county; done again; closed after 72 h.
    m["D"] = tell.report(july(6, 10), "0002", **there).matter
    # E open and overdue, nobody contacted. F open, not yet due, contacted in time.
    m["E"] = tell.report(july(6, 11), **there).matter
    m["F"] = tell.report(july(17, 10), **there).matter
    # G an enquiry, closed after 6 h, no person. H refused. I merged into A while that was open.
    m["G"] = tell.report(july(6, 9), kind="onekey.enquiry", nature="consult").matter
    m["H"] = tell.report(july(6, 9)).matter
    m["I"] = tell.report(july(6, 9, 30)).matter
    # J closed after 46 h; K comes out of it four days later: J was not settled at once.
    m["J"] = tell.report(july(6, 12), "0003").matter
    # L is left out by a third party; contacted late, closed late after 240 h, not solved.
    m["L"] = tell.report(july(6, 8), "0005").matter
    with clock.at(july(6, 10)):
        flow.refuse(m["H"], cast.seat, "已进入诉讼", "人民法院")
        flow.merge(m["I"], cast.seat, m["A"], "同一件事")
    tell.life(m["A"], july(6, 9, 2), july(7, 10), "satisfied")
    tell.life(m["B"], july(6, 9, 7), july(8, 9, 5), "fairly")
    tell.life(m["C"], july(7, 9, 10), july(15, 9), "dissatisfied", solved=False)
    tell.contact(m["D"], july(6, 10, 1))
    tell.result(m["D"], july(6, 16))
    tell.ask(m["D"], july(7, 9), "dissatisfied", solved=False)
    with clock.at(july(7, 10)):
        flow.reopen(m["D"], cast.callback, "没有解决")
    tell.result(m["D"], july(9, 7))
    tell.ask(m["D"], july(9, 9), "satisfied")
    tell.close(m["D"], july(9, 10))
    tell.contact(m["F"], july(17, 10, 1))
    tell.life(m["G"], july(6, 10), july(6, 15))
    tell.life(m["J"], july(6, 12, 2), july(8, 10), "satisfied")
    tell.life(m["L"], july(6, 8, 5), july(16, 8), "dissatisfied", solved=False)
    with clock.at(july(16, 9)):
        actions.ask_to_leave_out(m["L"], cast.dispatcher, "unreasonable", "要求与事实不符")
        actions.leave_out(m["L"], cast.arbiter, "unreasonable", "同意剔除")
    # K contacted in time, handed on to a second lead that calls late; nobody reached in three tries; 96 h.
    m["K"] = tell.report(july(12, 10), "0004", of=m["J"].number).matter
    tell.contact(m["K"], july(12, 10, 2))
    with clock.at(july(12, 10, 5)):
        first = lead_of(m["K"])
        flow.hand_back(first, hand(first), "属执法事项", "职责清单", body("330402.enforcement"))
        flow.decide_hand_back(first, cast.arbiter, True, "属执法事项", body("330402.enforcement"))
    tell.contact(m["K"], july(14, 9))
    tell.result(m["K"], july(14, 10))
    for at in (july(14, 15), july(15, 9), july(15, 15)):
        with clock.at(at):
            flow.call_back(m["K"], cast.callback, reached=False)
    tell.close(m["K"], july(16, 10))
    with clock.at(UNTIL):
        yield m


def counts(reading: Reading) -> tuple[int | None, int, int | None, int]:
    """Part and whole, with and without what is left out."""
    return reading.part, reading.whole, reading.part_without, reading.whole_without


# Counted by hand: code of the figure, code of the reading, (part, whole, part without L, whole without L).
BY_HAND: tuple[tuple[str, str, tuple[int, int, int, int]], ...] = (
    ("closure", "of_received", (8, 10, 7, 9)),  # received ABCDEFGJKL, closed all but E and F
    ("closure", "of_due", (8, 9, 7, 8)),  # F is not yet due
    ("on_time", "of_due", (6, 9, 6, 8)),  # due ABCDEGJKL; late C, E, L
    ("on_time", "of_closed", (6, 8, 6, 7)),  # closed ABCDGJKL; late C, L
    ("response", "of_dispatched", (7, 10, 7, 9)),  # in time ABDFGJK
    ("response", "of_limits", (7, 11, 7, 10)),  # K has two limits, one met
    ("solved", "of_reached", (4, 6, 4, 5)),  # reached ABCDJL; solved ABDJ
    ("solved", "of_asked", (4, 7, 4, 6)),  # K asked, not reached
    ("satisfied", "satisfied_and_fairly", (4, 6, 4, 5)),  # ADJ satisfied, B fairly, C and L not
    ("satisfied", "satisfied_only", (3, 6, 3, 5)),
    ("first_time", "of_closed", (6, 8, 5, 7)),  # D was done again, J came back as K
    ("first_time", "of_watched", (0, 0, 0, 0)),  # nothing is thirty days closed
    ("repeated", "of_received", (2, 12, 2, 11)),  # A and B, by C
    ("repeated", "of_known", (2, 7, 2, 6)),  # numbers known: ABCDJKL
)


@pytest.mark.django_db
def test_each_reading_is_what_the_hand_counts(told: dict[str, Matter]) -> None:
    computed = {figure.code: figure.compute for figure in figures.FIGURES}
    for code, way, expected in BY_HAND:
        (row,) = computed[f"onekey.{code}"](SINCE, UNTIL)
        assert counts(row.reading(way)) == expected, (code, way)
        part, whole = expected[:2]
        assert row.reading(way).value == (part / whole if whole else None)


@pytest.mark.django_db
def test_hours_are_the_middle_of_what_the_hand_counts(told: dict[str, Matter]) -> None:
    """To the closing 6 25 46 48 72 96 192 240; to the result 3 22 43 45 48 69 189 237 (K took 48)."""
    (row,) = figures.hours(SINCE, UNTIL)
    to_close, to_result = row.reading("to_close"), row.reading("to_result")
    assert (to_close.value, to_close.value_without) == (60.0, 48.0)
    assert (to_result.value, to_result.value_without) == (46.5, 45.0)
    assert (to_close.part, to_close.whole, to_close.whole_without) == (None, 8, 7)


@pytest.mark.django_db
def test_a_month_later_those_closed_early_have_been_watched(told: dict[str, Matter]) -> None:
    """On 10 August at noon ABDGJ are thirty days closed; D was done again and J came back."""
    with clock.at(datetime(2026, 8, 10, 12, tzinfo=clock.TZ)):
        (row,) = figures.first_time(SINCE, UNTIL)
        assert counts(row.reading("of_watched")) == (3, 5, 3, 5)
        (then,) = figures.first_time(SINCE, UNTIL, asof=UNTIL)
        assert counts(then.reading("of_watched")) == (0, 0, 0, 0)


@pytest.mark.django_db
def test_counties_towns_and_kinds_add_up_to_the_whole(told: dict[str, Matter]) -> None:
    counties = {row.title: row for row in figures.closure(SINCE, UNTIL, by="county")}
    assert counts(counties["嘉善县"].reading("of_received"))[:2] == (1, 3)
    assert counts(counties["嘉善县"].reading("of_due"))[:2] == (1, 2)
    assert counts(counties["南湖区"].reading("of_received"))[:2] == (7, 7)
    kinds = {row.title: row for row in figures.closure(SINCE, UNTIL, by="kind")}
    assert counts(kinds["政务咨询"].reading("of_received"))[:2] == (1, 1)
    for figure in figures.FIGURES[:-1]:
        (whole,) = figure.compute(SINCE, UNTIL)
        for by in ("county", "town", "kind"):
            rows = figure.compute(SINCE, UNTIL, by=by)
            for place, reading in enumerate(whole.readings):
                parts = [counts(row.readings[place]) for row in rows]
                added = tuple(sum(each[i] or 0 for each in parts) for i in range(4))
                assert added == counts(reading), (figure.code, by, reading.code)


@pytest.mark.django_db
def test_a_period_begins_with_its_first_moment_and_ends_before_its_last(told: dict[str, Matter]) -> None:
    (row,) = figures.closure(july(6, 9), july(6, 10))
    assert row.reading("of_received").whole == 3  # A, B, G; D at ten is out, L at eight is out
    (row,) = figures.closure(july(1), july(2))
    assert counts(row.reading("of_received")) == (0, 0, 0, 0)
    assert row.reading("of_received").value is None
    assert figures.closure(july(1), july(2), by="county") == []


@pytest.mark.django_db
def test_what_was_known_on_an_earlier_day_is_counted_as_it_was(told: dict[str, Matter]) -> None:
    (row,) = figures.closure(SINCE, UNTIL, asof=july(7, 0))
    # Reported by then and kept: A B D E G J L; only G is closed, nothing else is due.
    assert counts(row.reading("of_received"))[:2] == (1, 7)
    assert counts(row.reading("of_due"))[:2] == (1, 1)


@pytest.mark.django_db
def test_an_erased_number_still_counts_where_the_hint_was_noted(cast: Cast, proof: list[str]) -> None:
    tell = Teller(cast, proof)
    first = tell.report(july(6, 9), "0009").matter
    with clock.at(july(6, 10)):
        again = tell.report(july(6, 10), "0009").matter
        hear()
        for matter in (first, again):
            assert matter.person_id is not None
            people.erase(matter.person_id, Actor(role="system"), reason="本人申请删除")
        (row,) = figures.repeated(SINCE, UNTIL)
    assert counts(row.reading("of_received"))[:2] == (1, 2)
    assert counts(row.reading("of_known"))[:2] == (1, 1)


@pytest.mark.django_db
def test_what_is_open_is_listed_by_level_and_age(told: dict[str, Matter]) -> None:
    """Guide 14, F15: overdue and not yet due apart, and both definitions agree with the count by hand."""
    found = figures.unresolved(SINCE, UNTIL)
    assert (found.received, found.open, found.overdue, found.not_due) == (10, 2, 1, 1)
    assert found.numbers == (told["E"].number, told["F"].number)
    assert found.by_level == {"镇街": 2}
    assert found.by_age == {"0-5": 1, "5-15": 1, "15-30": 0, "30+": 0}
    assert figures.agrees(found, "80")
    assert not figures.agrees(found, "99.9")


@pytest.mark.parametrize(
    ("received", "percent", "expected"),
    [(138_462, "99.9", (70, 207)), (10, "80", (2, 2)), (1000, "100", (0, 5)), (200, "99.5", (1, 1))],
)
def test_how_many_may_be_open_at_a_published_rate(received: int, percent: str, expected: tuple[int, int]) -> None:
    assert figures.open_range(received, percent) == expected
