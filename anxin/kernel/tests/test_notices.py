"""After the commit everybody who asked is told: once, again when it failed, and nobody waits for a silent one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from anxin.kernel import areas, clock, errors, flow, jobs, journal, notices, telling
from anxin.kernel.bodies import SYSTEM
from anxin.kernel.journal import Entry
from anxin.kernel.matters import Matter
from anxin.kernel.notices import DEAD, SENT, TRIES, WAITING, Delivery
from anxin.kernel.orders import Clock
from anxin.kernel.people import RETENTION, Erasure, Person
from anxin.kernel.registry import Channel, Reaction
from anxin.kernel.tests.conftest import MONDAY, declare_anew
from anxin.kernel.tests.programme import PROGRAMME
from anxin.kernel.tests.stories import closed, now, opened, replied, signed
from tests.cast import Cast, garage

pytestmark = pytest.mark.django_db
Declare = Callable[..., None]


class Line:
    """The other side of a channel: it takes what it is sent, unless it is silent."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.tried = 0
        self.silent = False

    def send(self, delivery: Delivery) -> None:
        self.tried += 1
        if self.silent:
            raise ConnectionError("no answer from 00000000001")
        self.heard.append(delivery.payload)


@pytest.fixture(autouse=True)
def _an_empty_table(db: None) -> None:
    """What stories that really commit have left to do is not done here."""
    jobs.Job.objects.all().delete()
    Delivery.objects.all().delete()


@pytest.fixture
def sms() -> Line:
    return Line()


@pytest.fixture
def hotline() -> Line:
    return Line()


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch, settings: Any, sms: Line, hotline: Line) -> Iterator[Declare]:
    """Install two channels, and a programme that reacts."""

    def told(matter: Matter, entry: Entry) -> dict[str, Any] | None:
        return {"number": matter.number, "verb": entry.verb} if matter.channel == "hotline" else None

    def told_by_sms(matter: Matter, entry: Entry) -> dict[str, Any] | None:
        return {"thanks": matter.number} if entry.verb == "report" else None

    lines = {
        "hotline": Channel(code="hotline", title="热线", title_en="Hotline", send=hotline.send, tells=told),
        "sms": Channel(code="sms", title="短信", title_en="SMS", send=sms.send, tells=told_by_sms),
    }
    for code, channel in lines.items():
        monkeypatch.setitem(sys.modules, f"installed.{code}.channel", SimpleNamespace(CHANNEL=channel))
    settings.CHANNELS = [f"installed.{code}" for code in lines]

    def install(*reactions: Reaction) -> None:
        programme = replace(PROGRAMME, after=reactions)
        monkeypatch.setitem(sys.modules, "installed.programme", SimpleNamespace(PROGRAMME=programme))
        settings.PROGRAMMES = ["installed"]
        declare_anew()

    install()
    yield install
    declare_anew()


def tell() -> int:
    """Let the workers do what is due; the clocks do not tick here."""
    return jobs.drain(ticks=False)


def person_of(matter: Matter) -> Person:
    assert matter.person_id is not None
    return Person.objects.get(pk=matter.person_id)


def states(channel: str = "hotline") -> list[str]:
    return list(Delivery.objects.filter(channel=channel).order_by("pk").values_list("state", flat=True))


# ---- told once --------------------------------------------------------------------------------------------------


def test_every_entry_is_told_once_to_each_who_asked(cast: Cast, declare: Declare, sms: Line, hotline: Line) -> None:
    matter = opened(cast.hotline, channel="hotline")
    assert Delivery.objects.count() == 0  # nothing leaves before the commit
    tell()
    telling.deliver()
    assert [each["verb"] for each in hotline.heard] == ["report", "dispatch"]
    assert sms.heard == [{"thanks": matter.number}]
    assert set(Delivery.objects.values_list("state", flat=True)) == {SENT}
    assert telling.deliver() == 0


def test_a_job_that_comes_twice_tells_once(cast: Cast, declare: Declare, hotline: Line) -> None:
    matter = opened(cast.hotline, channel="hotline")
    for entry in Entry.objects.filter(matter=matter):
        jobs.add("tell", {"matter": matter.pk, "entry": entry.pk, "verb": entry.verb})
    tell()
    telling.deliver()
    assert len(hotline.heard) == 2


def test_a_change_that_is_undone_tells_nobody(cast: Cast, declare: Declare) -> None:
    matter = opened(cast.resident, channel="web")
    tell()
    with pytest.raises(errors.NotNow):
        flow.reply(matter, SYSTEM, "太早")
    assert tell() == 0


def test_a_quiet_load_tells_nobody_and_a_loud_one_does(cast: Cast, declare: Declare) -> None:
    with journal.bulk(quiet=True):
        opened(SYSTEM, channel="hotline")
    assert tell() == 0
    with journal.bulk():
        opened(SYSTEM, channel="hotline")
    tell()
    assert len(states()) == 2


# ---- tried again ------------------------------------------------------------------------------------------------


def test_what_fails_is_tried_again_ever_more_rarely_and_given_up_visibly(
    cast: Cast, declare: Declare, hotline: Line, monday: clock.Travel
) -> None:
    notices.queue("hotline", "k1", {"n": 1}, clock.now())
    hotline.silent = True
    waits = []
    for turn in range(1, TRIES + 1):
        telling.deliver()
        delivery = Delivery.objects.get(key="k1")
        assert delivery.tries == turn
        assert telling.deliver() == 0  # not before its time
        waits.append(delivery.next_at - clock.now())
        monday.advance(waits[-1])
    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=2)
    assert (delivery.state, telling.deliver()) == (DEAD, 0)
    assert [each.key for each in notices.dead()] == ["k1"]
    assert "ConnectionError" in delivery.error
    hotline.silent = False
    notices.revive(delivery.pk, clock.now())
    telling.deliver()
    assert (states(), hotline.heard) == ([SENT], [{"n": 1}])


def test_waiting_grows_to_ten_minutes_and_no_more() -> None:
    assert [notices.backoff(n).total_seconds() for n in (1, 2, 3, 9, 10, 20)] == [2, 4, 8, 512, 600, 600]


def test_only_what_is_dead_is_revived(cast: Cast, declare: Declare, monday: clock.Travel) -> None:
    first = notices.queue("hotline", "k1", {}, clock.now())
    telling.deliver()
    notices.revive(first.pk, clock.now())
    assert states() == [SENT]


def test_one_key_is_queued_once(cast: Cast) -> None:
    first = notices.queue("hotline", "k1", {"n": 1}, MONDAY)
    assert notices.queue("hotline", "k1", {"n": 2}, MONDAY).pk == first.pk
    assert Delivery.objects.get(key="k1").payload == {"n": 1}


def test_a_silent_line_holds_up_nobody_else(
    cast: Cast, declare: Declare, sms: Line, hotline: Line, monday: clock.Travel
) -> None:
    hotline.silent = True
    for number in range(120):
        notices.queue("hotline", f"old-{number}", {"n": number}, MONDAY - timedelta(hours=1))
    notices.queue("sms", "new", {"thanks": "1"}, MONDAY)
    telling.deliver()
    assert sms.heard == [{"thanks": "1"}]
    assert hotline.tried == 1  # one try a round, not a hundred
    assert set(states()) == {WAITING}
    assert sum(Delivery.objects.values_list("tries", flat=True)) == 1
    monday.advance(timedelta(minutes=2))
    hotline.silent = False
    while telling.deliver():
        pass
    assert sorted(each["n"] for each in hotline.heard) == list(range(120))


def test_a_channel_that_is_gone_fails_visibly(cast: Cast, declare: Declare, monday: clock.Travel) -> None:
    notices.queue("pigeon", "k1", {}, clock.now())
    telling.deliver()
    assert "pigeon" in Delivery.objects.get(key="k1").error


def test_a_message_taken_by_a_postman_who_fell_is_sent_by_the_next(
    cast: Cast, declare: Declare, hotline: Line, monday: clock.Travel
) -> None:
    notices.queue("hotline", "k1", {}, clock.now())
    telling._take(10)  # and there the first one fell
    assert telling.deliver() == 0
    monday.advance(telling.LEASE)
    assert telling.deliver() == 1
    assert len(hotline.heard) == 1


# ---- reactions --------------------------------------------------------------------------------------------------


def test_reactions_come_after_the_commit_to_the_kinds_they_asked_for(cast: Cast, declare: Declare) -> None:
    heard: list[tuple[str, str]] = []
    many: list[int] = []

    def noise(matter: Matter, entry: Entry) -> None:
        heard.append((matter.kind, entry.verb))

    declare(
        Reaction(verb="report", do=noise, kinds=("plain.noise",)),
        Reaction(verb="report", do_all=lambda pairs: many.append(len(pairs))),
    )
    opened(cast.resident, "plain.noise")
    opened(cast.resident, "plain.quarrel")
    assert (heard, many) == ([], [])
    tell()
    assert (heard, many) == ([("plain.noise", "report")], [2])


def test_a_failing_reaction_undoes_nothing_and_holds_up_nobody(
    cast: Cast, declare: Declare, hotline: Line, monday: clock.Travel
) -> None:
    broken, heard = [True], list[str]()

    def fragile(matter: Matter, entry: Entry) -> None:
        flow.note(matter, SYSTEM, "试一下")
        if broken[0]:
            raise LookupError("not ready")

    def sound(matter: Matter, entry: Entry) -> None:
        heard.append(matter.number)

    declare(Reaction(verb="report", do=fragile), Reaction(verb="report", do=sound))
    matter = opened(cast.hotline, channel="hotline")
    tell()
    assert now(matter).state == "working"
    assert heard == [matter.number]
    telling.deliver()
    assert [each["verb"] for each in hotline.heard] == ["report", "dispatch"]
    assert not Entry.objects.filter(matter=matter, verb="note").exists()  # what it did is undone
    assert jobs.waiting() == {"react": 1}
    broken[0] = False
    monday.advance(timedelta(minutes=11))
    tell()
    assert Entry.objects.filter(matter=matter, verb="note").count() == 1
    assert (jobs.waiting(), heard) == ({}, [matter.number])


def test_a_reaction_that_never_works_is_dead_and_visible(cast: Cast, declare: Declare, monday: clock.Travel) -> None:
    def hopeless(matter: Matter, entry: Entry) -> None:
        raise LookupError("never")

    declare(Reaction(verb="report", do=hopeless))
    opened(cast.resident)
    for _ in range(TRIES + 1):
        tell()
        monday.advance(timedelta(minutes=11))
    [dead] = jobs.list_dead()
    assert (dead.name, dead.attempts) == ("react", TRIES)


# ---- the clock's own work ---------------------------------------------------------------------------------------


def test_one_matter_that_cannot_ring_stops_no_other(cast: Cast, monday: clock.Travel) -> None:
    one, two = signed(cast), signed(cast)
    spoilt = Clock.objects.filter(matter=one, code="feedback")
    [stood] = spoilt.values("started_at", "rings_at")
    spoilt.update(started_at=MONDAY.replace(year=1890), rings_at=MONDAY)  # a time no calendar knows
    monday.advance(timedelta(hours=1))
    telling.ring()
    assert Entry.objects.filter(matter=two, verb="warn").exists()
    assert not Entry.objects.filter(matter=one, verb="warn").exists()
    spoilt.update(**stood)


def test_many_clocks_ring_together_and_each_is_written_down(
    cast: Cast, monday: clock.Travel, django_assert_max_num_queries: Any
) -> None:
    matters = [opened(cast.resident) for _ in range(12)]
    monday.advance(timedelta(days=3))
    with django_assert_max_num_queries(12):
        telling.ring()
    for matter in matters:
        entry = Entry.objects.get(matter=matter, verb="warn")
        assert (entry.seq, entry.role) == (now(matter).entries, "system")
        assert {pk for pk, _, _ in entry.data["facts"]["rung"]} == {
            each.pk for each in Clock.objects.filter(matter=matter, rung__gt=0)
        }
        assert jobs.Job.objects.filter(payload__entry=entry.pk).exists()


def test_how_long_a_person_is_kept_counts_from_the_closing(cast: Cast, monday: clock.Travel) -> None:
    matter = closed(cast)
    tell()
    until = date(2026, 7, 6) + RETENTION

    def kept() -> date | None:
        return person_of(matter).keep_until

    assert kept() == until
    monday.advance(timedelta(days=31))
    flow.track(matter, cast.dispatcher, 1, False)
    tell()
    assert kept() == until  # a look afterwards does not prolong it
    flow.reopen(matter, cast.callback, "没有修好")
    tell()
    assert kept() is None


@pytest.mark.parametrize("ending", ["refuse", "merge"])
def test_what_ends_otherwise_is_let_go_as_well(cast: Cast, monday: clock.Travel, ending: str) -> None:
    matter = opened(cast.resident)
    if ending == "refuse":
        flow.refuse(matter, cast.seat, "已进入诉讼", "法院")
    else:
        flow.merge(matter, cast.dispatcher, opened(cast.resident))
    tell()
    assert person_of(matter).keep_until == date(2026, 7, 6) + RETENTION


def test_a_loaded_history_lets_its_persons_go_too(cast: Cast) -> None:
    with clock.at(MONDAY) as then, journal.bulk(quiet=True):
        change = flow.report(garage(kind="plain.noise"), SYSTEM)
        order = change.orders[0]
        flow.sign(order, SYSTEM)
        then.advance(timedelta(days=2))
        flow.finish(order, SYSTEM, "办好了")
        flow.reply(change.matter, SYSTEM, "办好了")
        flow.call_back(change.matter, SYSTEM, reached=True, solved=True)
        flow.close(change.matter, SYSTEM)
    person = person_of(change.matter)
    assert person.keep_until == date(2026, 7, 8) + RETENTION
    with clock.at(MONDAY + RETENTION + timedelta(days=4)):
        telling.let_go()
    assert Erasure.objects.filter(person=person.pk).exists()


def test_nobody_is_erased_while_the_matter_is_open(cast: Cast, monday: clock.Travel) -> None:
    matter = replied(cast)
    tell()
    monday.advance(timedelta(days=4000))
    telling.let_go()
    assert person_of(matter).erased_at is None
    assert areas.today() > date(2037, 1, 1)
