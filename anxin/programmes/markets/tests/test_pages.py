"""The pages of the markets: who reads them, in two languages, how many questions they ask, what their forms do."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anxin.kernel.bodies import Actor
from anxin.kernel.matters import Matter
from anxin.programmes.markets import seeds
from anxin.programmes.markets.actions import ladder
from anxin.programmes.markets.models import Market, Quarrel, Zone
from anxin.web.tests.desk_client import Forms, Person

MOST = 20


def _pages(market: Market, number: str) -> list[str]:
    return [
        "/markets/", "/markets/statistics", "/markets/disputes", "/markets/disputes?over=1",
        f"/markets/disputes/{number}",
        f"/markets/{market.code}", f"/markets/{market.code}/posters", "/markets/points.json",
        "/markets/reckon?which=late&principal=100000&due=2025-01-01&until=2025-12-31&added=30",
        "/markets/reckon?which=deposit&price=1000&paid=300&broke=taker&day=2025-01-01",
        "/markets/reckon?which=reduction&price=50&quantity=10&good=50&actual=30&day=2025-01-01",
    ]  # fmt: skip


def test_pages_answer_in_both_languages_with_few_questions(market: Market, gujun: Actor) -> None:
    row = ladder.report(market, "arrears", "拖欠货款", "欠款。", gujun)
    person = Person("gu.jun")
    for path in _pages(market, row.matter.number):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            person.read(path)
        assert len(asked) <= MOST, (path, len(asked))
    person.client.cookies["language"] = "en"
    english = Client(HTTP_ACCEPT_LANGUAGE="en", headers={})
    english.cookies = person.client.cookies
    page = english.get("/markets/").content.decode()
    assert "Markets" in page
    for path in _pages(market, row.matter.number):
        assert english.get(path).status_code == 200


def test_what_is_reckoned_shows_every_step(market: Market) -> None:
    page = Person("gu.jun").read(
        "/markets/reckon?which=late&principal=100,000.00&due=2025-04-30&until=2025-05-31&added=30"
    )
    assert "LPR 3.10% × (1 + 30%)" in page
    assert "LPR 3.00%" not in page  # published after the breach had begun
    assert "markets.lpr@20241021" in page
    wrong = Person("gu.jun").client.get("/markets/reckon?which=late&principal=x&due=2025-04-30&until=2025-05-31")
    assert wrong.status_code == 400


def test_the_forms_of_a_market(market: Market, zone: Zone) -> None:
    gujun = Person("gu.jun")
    here = f"/markets/{market.code}"
    forms = gujun.read(here)
    sent = {"do": "report", "sort": "quality", "zone": zone.code, "title": "色差", "words": "染色不均", "key": "x" * 20}
    assert gujun.client.post(here, sent).status_code == 303
    assert gujun.client.post(here, sent).status_code == 303
    row = Quarrel.objects.get()
    assert row.zone == zone
    assert Forms(forms).forms
    wrong = gujun.client.post(here, {"do": "closing", "told": "2026-11-24", "closes": "2026-12-01", "key": "y" * 20})
    assert wrong.status_code == 409
    assert "第25条" in wrong.content.decode()
    assert 'value="2026-12-01"' in wrong.content.decode()
    steps = f"/markets/disputes/{row.matter.number}"
    assert gujun.client.post(steps, {"do": "settle", "words": "", "key": "z" * 20}).status_code == 400
    assert gujun.client.post(steps, {"do": "settle", "words": "换货", "key": "w" * 20}).status_code == 303
    assert Matter.objects.get(pk=row.matter_id).state == "finished"


def test_the_code_on_the_wall_leads_to_the_report(market: Market, zone: Zone) -> None:
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-hans")
    page = client.get(f"/markets/q/{zone.code}").content.decode()
    assert page.index("110") < page.index("拖欠货款")
    link = page.split('class="door" href="')[1].split('"')[0].replace("&amp;", "&")
    form = Forms(client.get(link).content.decode()).forms["/report"]
    assert (form["kind"], form["ref"], form["area"]) == (
        "markets.dispute",
        f"markets:{zone.code}/arrears",
        "330483101025",
    )
    assert client.post("/report", {**form, "said": "对方欠货款两个月不付", "ask": ""}).status_code == 303
    matter = Matter.objects.get(kind="markets.dispute")
    assert matter.village is not None
    assert matter.village.code == "330483101025"
    row = ladder.from_source(matter)
    assert row is not None
    assert (row.zone, row.sort) == (zone, "arrears")
    assert client.get("/markets/q/NOBODY").status_code == 404
    assert "Payment arrears" in Client(HTTP_ACCEPT_LANGUAGE="en").get(f"/markets/q/{zone.code}").content.decode()


def test_strangers(market: Market, gujun: Actor) -> None:
    row = ladder.report(market, "arrears", "拖欠货款", "欠款。", gujun)
    for path in _pages(market, row.matter.number):
        assert Person().client.get(path).status_code == 401
        assert Person("qian.jin").client.get(path).status_code in (403, 404)
    assert Person("zhu.hong").client.get(f"/markets/{market.code}").status_code == 404
    assert market.title not in Person("zhu.hong").read("/markets/")


def test_the_code_is_a_drawing(market: Market, zone: Zone) -> None:
    answer = Person("gu.jun").client.get(f"/markets/{market.code}/{zone.code}.svg")
    assert answer["Content-Type"] == "image/svg+xml"
    assert b"<svg" in answer.content
    assert Person("gu.jun").client.get(f"/markets/{market.code}/NOPE.svg").status_code == 404


@pytest.mark.usefixtures("cast", "tuesday")
def test_the_demo_is_planted_once() -> None:
    seeds.plant()
    seeds.plant()
    assert Market.objects.count() == 20
    page = Person("gu.jun").read("/markets/")
    assert "濮院毛纱市场" in page
