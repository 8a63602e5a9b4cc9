"""A dispute over arrears in 濮院, from the application to the numbered file, as 陆平 and 施慧 live it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from anxin.kernel import changes, clock, flow, jobs, replay, telling
from anxin.kernel.bodies import Actor
from anxin.kernel.journal import Entry
from anxin.kernel.matters import CLOSED, FINISHED, Matter, Report
from anxin.kernel.people import Particulars, Person, Reading
from anxin.programmes.mediation import rules, seeds
from anxin.programmes.mediation.actions import ending, taking
from anxin.programmes.mediation.models import AGREED, FILED, MEDIATING, PERFORMED, Dispute
from tests.cast import Cast

pytestmark = pytest.mark.django_db
COURT = "桐乡市人民法院"
ONE, TWO = "330483101025.mediation.mediator-1", "330483101025.mediation.mediator-2"


def dispute(pk: int) -> Dispute:
    return Dispute.objects.get(pk=pk)


def test_from_the_application_to_the_file(now: clock.Travel, luping: Actor, shihui: Actor) -> None:
    pk = seeds.take(luping, 0, title="羊毛衫货款拖欠", amount=8_600_000)
    d, matter = dispute(pk), Matter.objects.get(pk=pk)
    assert matter.lead is not None
    assert matter.lead.code == "330483101025.mediation"
    assert (d.stage, d.due_on) == ("accepted", date(2026, 12, 24))
    with pytest.raises(rules.MediatorNeeded):
        taking.meet(pk, luping, "到场")
    seeds.meet(pk, luping, ONE, TWO)
    assert dispute(pk).stage == MEDIATING
    now.advance(timedelta(days=1))
    seeds.agree(pk, shihui, fen=8_600_000)
    d = dispute(pk)
    assert (d.stage, d.outcome, d.ended_on) == (AGREED, "agreed", date(2026, 11, 25))
    matter.refresh_from_db()
    assert matter.state == FINISHED
    with pytest.raises(rules.FileIncomplete, match="履行"):
        ending.file(pk, luping)
    now.advance(timedelta(days=3))
    seeds.perform(pk, luping)
    assert dispute(pk).stage == PERFORMED
    ending.file(pk, luping)
    d = dispute(pk)
    matter.refresh_from_db()
    assert (d.stage, d.file_number, matter.state) == (FILED, "（2026）人调字第1号", CLOSED)
    assert d.keep_until is not None
    assert d.keep_until.year == 2031
    assert set(Person.objects.filter(pk__in=d.parties.values("person")).values_list("keep_until", flat=True)) == {
        d.keep_until
    }
    told = list(Entry.objects.filter(matter=pk, verb="note").values_list("data__facts__about", flat=True))
    assert {"mediation.accept", "mediation.tell", "mediation.meet", "mediation.agree", "mediation.file"} <= set(told)
    assert changes.of("mediation.file", matter.number).count() == 1
    assert not changes.broken()
    assert not Reading.objects.filter(purpose="papers").exists(), "nobody's particulars were needed so far"
    replay.check(raise_on_difference=True)


def test_one_sent_twice_is_done_once(now: clock.Travel, luping: Actor) -> None:
    pk = seeds.take(luping, 0)
    by = luping.under("mediation:test:0123456789abcdef")
    taking.enclose(pk, by, "evidence", "对账单")
    taking.enclose(pk, by, "evidence", "对账单")
    assert dispute(pk).records.filter(sort="evidence").count() == 1


def test_a_resident_reports_and_the_committee_finds_it(now: clock.Travel, cast: Cast, luping: Actor) -> None:
    change = flow.report(
        Report(
            kind="mediation.dispute", title="毛衫退货争执", area="330483101025", person=Particulars(name="王建国"),
            channel="web",
        ),
        cast.resident,
    )  # fmt: skip
    assert telling.tell is not None
    jobs.drain(ticks=False)
    pk = change.matter.pk
    assert dispute(pk).stage == "applied"
    assert change.matter.confidential
    taking.accept(pk, luping, "application", "oral", "quality")
    taking.party(pk, luping, "a", reporter=True)
    assert dispute(pk).parties.get().person_id == change.matter.person_id
