"""July of 盛丽 and 柏云: read from the journal, made known, objected to, answered, approved, locked, paid."""

from __future__ import annotations

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.db import IntegrityError, connection, transaction

from anxin.kernel import areas, bodies, changes, clock, flow
from anxin.kernel.errors import NotAllowed, NotFound, NotNow
from anxin.kernel.matters import Report
from anxin.kernel.people import Reading
from anxin.programmes.gridpay import models as book
from anxin.programmes.gridpay import seeds
from anxin.programmes.gridpay.actions import months, writing
from anxin.programmes.gridpay.figures import reading, shown
from anxin.programmes.gridpay.rules import entry
from anxin.programmes.gridpay.tests.conftest import JULY, Stand
from anxin.tables import xlsx
from anxin.web.tests.desk_client import Person


def _published(stand: Stand) -> book.Run:
    run = months.reckon(stand.zhuhong, areas.tree().by_code["330421"], JULY)
    for draw in run.draws.select_related("checker"):
        writing.look_again(bodies.at_post(draw.checker.code), draw.pk, "true", "属实")
    return months.publish(stand.zhuhong, run.pk)


def test_a_month_from_the_journal_to_the_bank(stand: Stand, now: clock.Travel) -> None:
    run = _published(stand)
    s = stand.statement()
    assert (s.score, s.bonus, s.pay) == (10_000, 7_700, 617_700)
    assert not reading.replay(run)
    with pytest.raises(entry.ObjectionsOpen):
        months.approve(stand.shentao, run.pk)

    shengli = Person("sheng.li")
    page = shengli.read(f"/gridpay/statements/{s.pk}")
    assert "6,177.00" in page
    assert s.inputs["events"][0]["number"] in page
    sent = {"key": "k" * 20, "line": "bonus", "words": "有一件未计奖，附回执"}
    assert shengli.client.post(f"/gridpay/do/object/{s.pk}", sent).status_code == 303
    assert shengli.client.post(f"/gridpay/do/object/{s.pk}", sent).status_code == 303  # a retry is harmless
    objection = book.Objection.objects.get()
    with pytest.raises(entry.SameHand):
        months.decide(stand.zhuhong, objection.pk, upheld=True, answer="同意")  # who made it known does not answer
    with pytest.raises(NotAllowed):
        months.decide(stand.shengli, objection.pk, upheld=True, answer="同意")
    months.decide(stand.shentao, objection.pk, upheld=True, answer="核实无误，补计一件", amount=1_000)
    assert stand.statement().pay == 618_700
    assert not reading.replay(run)

    now.advance(timedelta(days=8))
    with pytest.raises(entry.ObjectionLate):
        months.object_to(stand.shengli, "再提", statement=s)
    with pytest.raises(NotNow):
        months.lock(stand.zhuhong, run.pk)
    months.approve(stand.shentao, run.pk)
    columns, rows = months.payroll(stand.zhuhong, run.pk, "8月发放7月工资")
    assert Reading.objects.filter(purpose="payroll", reason="8月发放7月工资").count() == len(rows) == 3
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx("工资表", columns, rows))).active
    assert sheet is not None
    assert (sheet["C2"].value, float(str(sheet.cell(2, 14).value))) == ("盛丽", 6187.0)
    months.lock(stand.zhuhong, run.pk)
    with pytest.raises(entry.Locked):
        months.reckon(stand.zhuhong, areas.tree().by_code["330421"], JULY)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE gridpay_statement SET pay = pay + 1")
    assert not reading.replay(run)
    assert not changes.broken()


def test_what_is_told_later_changes_no_locked_month_but_a_new_reading(stand: Stand, now: clock.Travel) -> None:
    run = _published(stand)
    seen = stand.statement("2").digest
    writing_after = book.Effort(
        post=stand.posts["2"], sort=book.LEARNING, day=date(2026, 7, 30), amount=4, entered_at=clock.now(),
        confirmed_at=clock.now() + timedelta(hours=1), confirmed_post=1,
    )  # fmt: skip
    writing_after.save()
    assert not reading.replay(run)
    assert stand.statement("2").digest == seen


def test_a_worker_sees_the_own_post_only(stand: Stand) -> None:
    run = _published(stand)
    own, other = stand.statement("1"), stand.statement("2")
    shengli = Person("sheng.li")
    assert shengli.client.get(f"/gridpay/statements/{own.pk}").status_code == 200
    assert shengli.client.get(f"/gridpay/statements/{other.pk}").status_code == 404
    for closed in (f"/gridpay/months/{run.pk}", "/gridpay/formula", "/gridpay/ladder", "/gridpay/contracts"):
        assert shengli.client.get(closed).status_code == 403, closed
    with pytest.raises(NotFound):
        months.object_to(stand.shengli, "别人的", statement=other)
    for stranger in ("sun.li", "tao.yong", "mo.fan"):
        assert Person(stranger).client.get(f"/gridpay/statements/{own.pk}").status_code == 404
    assert Person("li.juan").client.get("/gridpay/").status_code == 403
    assert Person("zheng.hua").client.get(f"/gridpay/statements/{own.pk}").status_code == 404  # another county
    assert Person().client.get("/gridpay/").status_code == 401
    with pytest.raises(NotAllowed):
        months.payroll(stand.shengli, run.pk, "看看")
    assert not shown.seen(stand.shengli, book.Statement.objects.filter(post=stand.posts["2"])).exists()


def test_before_it_is_made_known_nobody_below_sees_it(stand: Stand) -> None:
    months.reckon(stand.zhuhong, areas.tree().by_code["330421"], JULY)
    assert Person("sheng.li").client.get(f"/gridpay/statements/{stand.statement().pk}").status_code == 404


def test_the_second_look_is_by_another_grid_and_counts(stand: Stand) -> None:
    run = months.reckon(stand.zhuhong, areas.tree().by_code["330421"], JULY)
    draw = run.draws.select_related("reporter", "checker").first()
    assert draw is not None
    assert draw.reporter.area_id != draw.checker.area_id
    with pytest.raises(entry.ChecksOpen):
        months.publish(stand.zhuhong, run.pk)
    reporter, checker = bodies.at_post(draw.reporter.code), bodies.at_post(draw.checker.code)
    with pytest.raises(NotFound):
        writing.look_again(reporter, draw.pk, "true", "我自己看过")
    before = book.Statement.objects.get(run=run, post=draw.reporter)
    writing.look_again(checker, draw.pk, "false", "现场没有这个问题")
    for other in run.draws.filter(done_at=None).select_related("checker"):
        writing.look_again(bodies.at_post(other.checker.code), other.pk, "true", "属实")
    months.publish(stand.zhuhong, run.pk)
    after = book.Statement.objects.get(run=run, post=draw.reporter)
    assert after.bonus < before.bonus
    assert after.score < before.score
    assert book.Run.objects.get(pk=run.pk).draws.count() == run.draws.count()
    assert not reading.replay(book.Run.objects.get(pk=run.pk))


def test_nobody_counts_what_nobody_else_saw(stand: Stand, now: clock.Travel) -> None:
    august = areas.tree().by_code["330421"]
    grid = areas.tree().areas[stand.posts["1"].area_id or 0].code
    m = flow.report(Report(kind=seeds.KIND, title="堆物", area=grid, channel="grid"), stand.shengli).matter
    flow.note(m, stand.shengli, "我核实了", about=entry.REPORTED_TRUE, facts={"verdict": "true"})
    writing.enter(stand.shengli, post=stand.posts["1"], sort="patrol", day=date(2026, 8, 10), matter=m)
    with pytest.raises(entry.RecordedAlready):
        writing.enter(stand.shengli, post=stand.posts["1"], sort="patrol", day=date(2026, 8, 10), matter=m)
    now.advance(timedelta(days=25))
    run = months.reckon(stand.zhuhong, august, date(2026, 8, 1))
    told = book.Statement.objects.get(run=run, post=stand.posts["1"]).inputs
    assert [each["fate"] for each in told["events"]] == ["open"]
    assert told["patrol"] == []
    effort = book.Effort.objects.latest("pk")
    with pytest.raises((entry.SameHand, NotAllowed)):
        writing.confirm(stand.shengli, effort.pk)
    writing.confirm(stand.taoyong, effort.pk)
    flow.sign(m.orders.get(role="lead"), bodies.at_post(f"{seeds.TOWN}.command.dispatcher-1"))
    flow.note(
        m,
        bodies.at_post(f"{seeds.TOWN}.command.dispatcher-1"),
        "到场属实",
        about=entry.REPORTED_TRUE,
        facts={"verdict": "true"},
    )
    run = months.reckon(stand.zhuhong, august, date(2026, 8, 1))
    told = book.Statement.objects.get(run=run, post=stand.posts["1"]).inputs
    assert ([each["fate"] for each in told["events"]], told["patrol"]) == (["counted"], [effort.pk])
