"""The pages of mediation: in both languages, for whoever may, with a bounded number of questions; papers as files."""

from __future__ import annotations

import io
from datetime import timedelta

import docx
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anxin.kernel import clock
from anxin.kernel.bodies import Actor
from anxin.kernel.matters import Matter
from anxin.kernel.people import Reading
from anxin.programmes.mediation import seeds
from anxin.programmes.mediation.actions import ending, taking
from anxin.programmes.mediation.models import Dispute
from anxin.programmes.mediation.pages import papers
from anxin.web.tests.desk_client import Forms, Person
from tests.cast import Cast, actor

pytestmark = pytest.mark.django_db
ONE = "330483101025.mediation.mediator-1"


def number(pk: int) -> str:
    return Matter.objects.get(pk=pk).number


def test_every_page_in_both_languages(now: clock.Travel, luping: Actor) -> None:
    seeds.plant()
    stages = {d.stage: d for d in Dispute.objects.all()}
    assert {"accepted", "mediating", "agreed", "failed", "filed"} <= set(stages)
    lu, zhuang = Person("lu.ping"), Person("zhuang.yan")
    for language in ("zh-hans", "en"):
        for person in (lu, zhuang):
            person.client.post("/desk/language", {"language": language})
        page = lu.read("/mediation/")
        assert ("Take a dispute down" in page) == (language == "en")
        for query in ("?colour=red", "?only=late", "?only=prominent", "?only=review", "?stage=filed", "?number=x"):
            lu.read(f"/mediation/{query}")
        lu.read("/mediation/new")
        for d in stages.values():
            for who in (lu, zhuang):
                page = who.read(f"/mediation/{number(d.pk)}")
                assert "<svg" in page
        zhuang.read("/mediation/three")


def test_the_matter_leads_to_its_dispute(now: clock.Travel, luping: Actor) -> None:
    pk = seeds.take(luping, 0)
    page = Person("lu.ping").read(f"/desk/matters/{number(pk)}")
    assert f'href="/mediation/{number(pk)}"' in page
    assert "受理登记" in page


def test_a_form_for_every_act(now: clock.Travel, luping: Actor) -> None:
    seeds.plant()
    lu = Person("lu.ping")
    for d in Dispute.objects.all():
        page = lu.read(f"/mediation/{number(d.pk)}")
        for code in {line.split("#")[0] for line in page.split("?do=")[1:] for line in [line[:30]]}:
            assert 'class="doing"' in lu.read(f"/mediation/{number(d.pk)}?do={code}")


def test_taken_down_accepted_and_refused_on_the_page(now: clock.Travel, luping: Actor) -> None:
    lu = Person("lu.ping")
    form = Forms(lu.read("/mediation/new")).forms[""]
    sent = lu.client.post("/mediation/new", {**form, "title": "定金纠纷", "name": "赵建国", "sort": "deposit"})
    assert sent.status_code == 303
    assert lu.client.post("/mediation/new", {**form, "title": "定金纠纷", "name": "赵建国"}).status_code in (
        303,
        400,
        409,
    )
    d = Dispute.objects.get()
    at = sent["Location"]
    accept = {**Forms(lu.read(at)).forms[f"{at}/accept"], "amount": "12,000.50", "barred": "court"}
    page = lu.client.post(f"{at}/accept", accept)
    assert page.status_code == 400
    assert "人民法院已经受理" in page.content.decode()
    assert 'value="12,000.50"' in page.content.decode(), "nothing that was typed is lost"
    accept.pop("barred")
    assert lu.client.post(f"{at}/accept", {**accept, "amount": "twelve"}).status_code == 400
    assert lu.client.post(f"{at}/accept", accept).status_code == 303
    d.refresh_from_db()
    assert (d.stage, d.amount) == ("accepted", 1_200_050)
    assert lu.client.post(f"{at}/nothing").status_code == 404


def test_a_grid_worker_takes_one_down_and_need_not_see_it(now: clock.Travel, cast: Cast) -> None:
    wu = Person("wu.fang")
    form = Forms(wu.read("/mediation/new")).forms[""]
    sent = wu.client.post("/mediation/new", {**form, "title": "邻里口角", "name": "王建国", "area": "330402015004"})
    assert sent.status_code == 303
    assert "已登记" in wu.read(sent["Location"])
    assert Dispute.objects.get().village.name
    wu.read("/mediation/", status=403)


def test_strangers_see_nothing(now: clock.Travel, cast: Cast, luping: Actor) -> None:
    pk = seeds.take(luping, 0, title="保密的纠纷")
    at = f"/mediation/{number(pk)}"
    assert Person("qian.jin").client.get("/mediation/").status_code == 403
    for login in ("qian.jin", "sun.li", "fei.ming", "gu.jun"):
        for path in (at, f"{at}/paper/cover"):
            assert Person(login).client.get(path).status_code in (403, 404)
    assert "保密的纠纷" not in Person("fei.ming").read("/mediation/")
    assert Person().client.get("/mediation/").status_code == 401
    assert Person("zhuang.yan").client.get(at).status_code == 200
    steering = Person("shen.tao")
    assert steering.client.get(at).status_code == 200
    assert steering.client.post(f"{at}/accept").status_code == 403
    assert steering.client.get(f"{at}/paper/cover").status_code == 403


def test_papers_are_made_and_every_opening_is_on_record(now: clock.Travel, luping: Actor) -> None:
    pk = seeds.take(luping, 0, amount=1_000_000)
    seeds.meet(pk, luping, ONE)
    taking.assess(pk, luping, ["threat", "injury"])
    taking.police(pk, luping)
    taking.receipt(pk, luping, "回执1号")
    taking.enclose(pk, luping, "investigation", "到店查看样品，色差明显。", "市场三区")
    seeds.agree(pk, luping)
    now.advance(timedelta(days=1))
    seeds.perform(pk, luping)
    ending.file(pk, luping)
    d, lu = Dispute.objects.get(pk=pk), Person("lu.ping")
    made = {code for code, _title in papers.possible(d)}
    assert made == set(papers.KNOWN) - {"oral", "ending"}
    before = Reading.objects.count()
    for code in made:
        got = lu.client.get(f"/mediation/{number(pk)}/paper/{code}?form=docx")
        assert got.status_code == 200, code
        words = docx.Document(io.BytesIO(b"".join(got))) if got.streaming else docx.Document(io.BytesIO(got.content))
        text = "\n".join(p.text for p in words.paragraphs) + "\n".join(
            c.text for t in words.tables for r in t.rows for c in r.cells
        )
        assert papers.KNOWN[code]["title"].partition("|")[0] in text
        if code == "agreement":
            assert "赵建国" in text
            assert "陆平" not in text or "调解员" in text
            assert "10,000.00" in text
        if code == "leniency":
            assert "治安管理处罚法第九条" in text
            assert "履行证明" in text
    assert lu.client.get(f"/mediation/{number(pk)}/paper/agreement?form=pdf").content.startswith(b"%PDF-")
    assert lu.client.get(f"/mediation/{number(pk)}/paper/oral").status_code == 404
    assert Reading.objects.filter(purpose="papers").count() > before


def test_the_pages_ask_a_bounded_number_of_questions(now: clock.Travel, luping: Actor) -> None:
    seeds.plant()
    lu = Person("lu.ping")
    counts = []
    for _more in range(2):
        lu.read("/mediation/")
        with CaptureQueriesContext(connection) as asked:
            lu.read("/mediation/")
        counts.append(len(asked.captured_queries))
        for n in range(6):
            seeds.take(luping, 40 + 2 * n)
    assert counts[0] == counts[1] <= 16
    pk = Dispute.objects.filter(stage="agreed").first().pk  # type: ignore[union-attr]
    with CaptureQueriesContext(connection) as asked:
        lu.read(f"/mediation/{number(pk)}")
    assert len(asked.captured_queries) <= 60


def test_the_justice_bureau_acts_where_the_kernel_does_not_let_it_see(now: clock.Travel, luping: Actor) -> None:
    pk = seeds.take(luping, 0)
    clerk = actor("330483.justice.clerk")
    taking.enclose(pk, clerk, "explanation", "司法局核查情况")
    assert Dispute.objects.get(pk=pk).records.filter(sort="explanation", post=clerk.post).exists()
