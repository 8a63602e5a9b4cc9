"""The pages of pay in both languages, with bounded questions to the database; what is typed wrong is not lost."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anxin.kernel import clock
from anxin.programmes.gridpay import models as book
from anxin.programmes.gridpay import seeds
from anxin.programmes.gridpay.actions import ladder, months
from anxin.programmes.gridpay.tests.conftest import JULY, Stand
from anxin.web.tests.desk_client import Person

MOST = 26


@pytest.fixture
def run(stand: Stand, now: clock.Travel) -> book.Run:
    """July made known."""
    return seeds.settle(stand.zhuhong, JULY, clock.now())


def test_every_page_in_both_languages(stand: Stand, run: book.Run, now: clock.Travel) -> None:
    contract = stand.contract("2")
    book.Evaluation.objects.create(contract=contract, span="quarter", period=JULY, score=5_000, proposed="D", level="D",
                                   decided_at=clock.now(), decided_post=stand.zhuhong.post)  # fmt: skip
    p = ladder.begin(stand.zhuhong, contract, "d_once", "一次D等")
    own = stand.statement().pk
    watched = ["", f"months/{run.pk}", f"months/{run.pk}?town=330421002&page=2", f"statements/{own}", "records",
               "formula", "formula?cap=1000&seniority.year=6000", "formula?weights.patrol=99", "ladder",
               "ladder?quarter=x", "contracts",
               f"procedures/{p.pk}", f"do/publish/{run.pk}"]  # fmt: skip
    pages = [("zhu.hong", each) for each in watched] + [
        ("shen.tao", each) for each in ("", f"months/{run.pk}", "ladder")
    ]
    pages += [("sheng.li", each) for each in ("", f"statements/{own}", "records")] + [
        ("tao.yong", "records"),
        ("bai.yun", ""),
    ]
    people = {login: Person(login) for login, _ in pages}
    for login, path in pages:
        for language in ("zh-hans", "en"):
            people[login].client.cookies["django_language"] = language
            with CaptureQueriesContext(connection) as asked:
                page = people[login].read(f"/gridpay/{path}")
            assert len(asked) <= MOST, (path, len(asked), [each["sql"][:90] for each in asked.captured_queries])
            assert not re.search(r'style="|<script>|\{%|\{\{', page), path
            if language == "en":
                text = re.sub(
                    r"<title>.*?</title>|<svg.*?</svg>|<option.*?</option>",
                    "",
                    page.split("<main")[1].split("</main>")[0],
                )
                assert not set(re.findall(r">([^<>]*[得应扣暂]分?[^<>]*)<", text)) & {"得分", "应发", "扣减"}, path


def test_more_posts_ask_no_more_questions(stand: Stand, run: book.Run) -> None:
    zhuhong = Person("zhu.hong")
    zhuhong.read(f"/gridpay/months/{run.pk}")
    counted = []
    for rows in (3, 1):
        book.Statement.objects.filter(post=stand.posts["2"], pk__gt=0 if rows == 1 else 2**62).delete()
        with CaptureQueriesContext(connection) as asked:
            zhuhong.read(f"/gridpay/months/{run.pk}")
        counted.append(len(asked))
    assert abs(counted[0] - counted[1]) <= 1  # a stay is noted as seen now and then


def test_what_is_typed_wrong_stays_typed(stand: Stand, run: book.Run) -> None:
    s = stand.statement()
    shengli = Person("sheng.li")
    answer = shengli.client.post(f"/gridpay/do/object/{s.pk}", {"line": "crown", "words": "我的理由写了很多"})
    assert answer.status_code == 400
    assert "我的理由写了很多" in answer.content.decode()
    assert shengli.client.post(f"/gridpay/do/object/{s.pk}", {"words": ""}).status_code == 400
    for action in ("object", "decide", "payroll", "enter", "take_on", "begin"):
        for pk in (0, 2**40):
            sent = {"words": "x", "reason": "x", "answer": "x", "ground": "d_once", "line": ""}
            assert shengli.client.post(f"/gridpay/do/{action}/{pk}", sent).status_code in (400, 403, 404), action
    assert shengli.client.get("/gridpay/do/fly/1").status_code == 404
    assert shengli.client.get("/gridpay/statements/99999999999999999999").status_code == 404


def test_a_trial_shows_both_sums_and_writes_nothing(stand: Stand, run: book.Run) -> None:
    zhuhong = Person("zhu.hong")
    before = list(book.Statement.objects.values_list("digest", flat=True))
    page = zhuhong.read("/gridpay/formula?seniority.year=6000")
    years = sum(
        line["how"]["years"]
        for each in book.Statement.objects.all()
        for line in each.lines
        if line["code"] == "seniority"
    )
    assert f"+{years * 10:,}.00" in page
    assert list(book.Statement.objects.values_list("digest", flat=True)) == before
    assert 'role="alert"' in zhuhong.read("/gridpay/formula?weights.patrol=99")


def test_the_payroll_is_given_out_once_approved(stand: Stand, run: book.Run, now: clock.Travel) -> None:
    zhuhong = Person("zhu.hong")
    assert zhuhong.client.post(f"/gridpay/do/payroll/{run.pk}", {"reason": "发放"}).status_code == 409
    now.advance(timedelta(days=9))
    months.approve(stand.shentao, run.pk)
    zhuhong.sign_in("zhu.hong")
    answer = zhuhong.client.post(f"/gridpay/do/payroll/{run.pk}", {"reason": "发放"})
    assert answer.status_code == 200
    assert answer.content[:2] == b"PK"
    assert Person("sheng.li").client.post(f"/gridpay/do/payroll/{run.pk}", {"reason": "看"}).status_code == 403
