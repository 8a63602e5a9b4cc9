"""The pages of the committees: who reads them, in two languages, how many questions they ask, what their forms do."""

from __future__ import annotations

import io
from datetime import timedelta

import docx
import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anxin.kernel import areas, clock, people
from anxin.kernel.bodies import Actor
from anxin.programmes.committees import seeds
from anxin.programmes.committees.actions import members, sweeps
from anxin.programmes.committees.models import Committee, GoldRoom, MonthlyReturn, Notice, Sweep
from anxin.web.tests.desk_client import Person

MOST = 20
PAGES = (
    "/committees/", "/committees/points.json", "/committees/expiring", "/committees/experts", "/committees/rooms",
    "/committees/sweeps", "/committees/return", "/committees/prevention", "/committees/330483101025.mediation",
)  # fmt: skip


def test_pages_answer_in_both_languages_with_few_questions(committee: Committee, luping: Actor) -> None:
    sweeps.sweep(committee, areas.today(), [sweeps.Finding(sort="family", title="漏水")], luping)
    person = Person("zhuang.yan")
    english = Client(HTTP_ACCEPT_LANGUAGE="en")
    english.cookies = person.client.cookies
    for path in PAGES:
        with CaptureQueriesContext(connection) as asked:
            person.read(path)
        assert len(asked) <= MOST, (path, len(asked))
        assert english.get(path).status_code == 200
    assert "wrong" not in english.get("/committees/").content.decode()


def test_who_may_look_where(committee: Committee) -> None:
    for path in PAGES:
        assert Person().client.get(path).status_code == 401
        assert Person("sun.li").client.get(path).status_code == 403
    assert Person("zhu.hong").client.get(PAGES[-1]).status_code in (403, 404)
    assert "濮凤社区" not in Person("zhu.hong").read("/committees/")
    assert "濮凤社区" in Person("lu.ping").read("/committees/?fault=unreviewed")


def test_a_name_is_opened_one_at_a_time_and_written_down(committee: Committee) -> None:
    member = members.standing(committee)[0]
    lu = Person("lu.ping")
    assert "陆平" not in lu.read(PAGES[-1]).split("<h1>")[1]
    lu.read(f"{PAGES[-1]}?open={member.pk}")
    assert not people.Reading.objects.filter(person=member.person).exists()  # a link opens nothing
    answer = lu.client.post(PAGES[-1], {"do": "open", "member": member.pk})
    assert "陆平" in answer.content.decode()
    assert people.Reading.objects.filter(person=member.person, purpose="papers").count() == 1


def test_elected_and_reviewed_by_the_forms(committee: Committee) -> None:
    zhuang, here = Person("zhuang.yan"), PAGES[-1]
    sent = {"do": "elect", "name": "钱明", "elected_on": "2026-11-01", "key": "a" * 20}
    wrong = zhuang.client.post(here, sent)
    assert wrong.status_code == 400
    assert 'value="钱明"' in wrong.content.decode()
    assert zhuang.client.post(here, {**sent, "adult": "1"}).status_code == 303
    assert len(members.standing(committee)) == 4
    review = dict.fromkeys(("place", "sign", "seal", "records", "ledger"), "1")
    assert zhuang.client.post(here, {"do": "review", "key": "b" * 20, **review}).status_code == 303
    assert committee.reviews.get().found["seal"] is True
    assert zhuang.client.post(here, {"do": "tell", "key": "c" * 20}).status_code == 303


def test_the_return_as_page_paper_and_table(committee: Committee, luping: Actor, tuesday: clock.Travel) -> None:
    sweeps.sweep(committee, areas.today(), [sweeps.Finding(sort="economic", title="货款", band="100")], luping)
    tuesday.advance(timedelta(days=10))
    zhuang = Person("zhuang.yan")
    page = zhuang.read("/committees/return?month=2026-11")
    assert "排查数" in page
    word = zhuang.client.get("/committees/return?month=2026-11&form=docx").content
    assert any("排查数" in cell.text for table in docx.Document(io.BytesIO(word)).tables for cell in table._cells)
    sheet = openpyxl.load_workbook(io.BytesIO(zhuang.client.get("/committees/return?month=2026-11&form=xlsx").content))
    assert sheet.active is not None
    assert sheet.active["A2"].value == "排查数"
    assert zhuang.client.post("/committees/return?month=2026-11", {"do": "send", "key": "r" * 20}).status_code == 303
    assert MonthlyReturn.objects.get().figures["large"] == 1
    assert Person("zhuang.yan").client.get("/committees/return?month=nonsense").status_code == 200


def test_a_sweep_a_notice_and_the_roster_as_a_table(committee: Committee) -> None:
    lu, zhuang = Person("lu.ping"), Person("zhuang.yan")
    sent = {"do": "sweep", "committee": committee.body.code, "on": "2026-11-24", "title1": "欠薪",
            "sort1": "labour", "key": "s" * 20}  # fmt: skip
    assert lu.client.post("/committees/sweeps", sent).status_code == 303
    assert Sweep.objects.get().found.count() == 1
    text = {"do": "publish", "title": "范本", "sort": "contract", "text": "一", "key": "p" * 20}
    assert lu.client.post("/committees/prevention", text).status_code == 403
    assert zhuang.client.post("/committees/prevention", text).status_code == 303
    assert Notice.objects.count() == 1
    book = openpyxl.load_workbook(io.BytesIO(zhuang.client.get("/committees/?form=xlsx").content))
    assert book.active is not None
    assert book.active.max_row == 2


@pytest.mark.usefixtures("cast", "tuesday")
def test_the_demo_is_planted_once() -> None:
    seeds.plant()
    seeds.plant()
    assert Committee.objects.filter(field="").count() == 221
    assert GoldRoom.objects.count() == 3
    reader = Person("zhuang.yan")
    reader.read("/committees/")
    with CaptureQueriesContext(connection) as asked:
        reader.read("/committees/")
    assert len(asked) <= MOST
    for path in PAGES:
        Person("zhuang.yan").read(path)
