"""Hot issues and the measure of suggestions on the desk: who sees what, and on which figures it stands."""

from __future__ import annotations

from datetime import timedelta

import pytest

from anxin.kernel import clock, flow, jobs, telling
from anxin.kernel.matters import Matter
from anxin.understanding import advice, hotspots
from anxin.understanding.hot import Issue
from anxin.understanding.models import HotIssue, ModelVersion
from anxin.web import accuracy, hot
from anxin.web.tests.desk_client import Forms, Person
from tests.cast import ELSEWHERE, Cast, garage

pytestmark = pytest.mark.django_db


def issue(number: str, members: list[Matter], **more: object) -> Issue:
    """An issue as the hourly counting finds it."""
    now = clock.now()
    said: dict[str, object] = {
        "number": number, "name": "湘南公寓车库进水", "place": "七星街道", "last": now, "first": now - timedelta(3),
        "members": tuple(str(m.pk) for m in members), "people": 6, "trend": "rising", "recent": 5, "earlier": 1,
        "heat": 8.4, "why": "热度 =（声音 6.0 + …）× 增长 1.4 = 8.4", "words": ("车库", "进水"),
    }  # fmt: skip
    return Issue(**{**said, **more})  # type: ignore[arg-type]


def test_the_situation_room_sees_what_is_hot_why_and_its_members(cast: Cast) -> None:
    with clock.at(clock.now() - timedelta(days=3)) as moment:
        matters = [flow.report(garage(), cast.resident).matter]
        moment.advance(timedelta(days=2))
        matters += [flow.report(garage(), cast.resident).matter for _ in range(2)]
        moment.advance(timedelta(days=1))
        hotspots.keep([issue("H1", matters)], clock.now())
        li = Person("li.juan")
        page = li.read("/desk/hot")
        for said in ("湘南公寓车库进水", "新出现", "上升", "8.4", "热度 =（声音 6.0", "近14天 5，前14天 1"):
            assert said in page
        assert "<rect" in page
        assert "每90天减半" in page, "the formula itself"
        assert all(m.number in page for m in matters)
        assert "style=" not in page
        assert 'href="/desk/hot"' in li.read("/desk/")
        form = Forms(page).forms[""]
        assert form["number"] == "H1"
        assert li.client.post("/desk/hot", form).status_code == 303
        assert HotIssue.objects.get(number="H1").seen_post == cast.dispatcher.post
        assert "新出现" not in li.read("/desk/hot")


def test_members_and_issues_out_of_sight_are_not_named(cast: Cast) -> None:
    here = flow.report(garage(), cast.resident).matter
    away = [flow.report(garage(lat=ELSEWHERE[0], lon=ELSEWHERE[1]), cast.resident).matter for _ in range(2)]
    shared, foreign = issue("H1", [here, away[0]]), issue("H2", [away[1]], name="嘉善的事")
    hotspots.keep([shared, foreign], clock.now())
    page = Person("li.juan").read("/desk/hot")
    assert here.number in page
    assert "其中您可查看 1 件" in page
    assert away[0].number not in page
    assert "嘉善的事" not in page
    assert "嘉善的事" in Person("shen.tao").read("/desk/hot")
    assert Person("li.juan").client.post("/desk/hot", {"number": "H2"}).status_code == 404
    for login in ("sun.li", "wu.fang", "chen.min"):
        somebody = Person(login)
        somebody.read("/desk/hot", 403)
        somebody.read("/desk/accuracy", 403)
        assert "/desk/hot" not in somebody.read("/desk/")


def test_a_long_list_of_members_is_opened_on_demand(cast: Cast) -> None:
    matters = [flow.report(garage(person=None), cast.resident).matter for _ in range(12)]
    hotspots.keep([issue("H1", matters)], clock.now())
    li = Person("li.juan")
    page = li.read("/desk/hot")
    assert sum(m.number in page for m in matters) == hot.MEMBERS
    assert "再看 2 件" in page
    assert all(m.number in li.read("/desk/hot?all=H1") for m in matters)


def test_a_chart_has_at_most_thirty_bars_and_counts_every_matter(cast: Cast) -> None:
    now = clock.now()
    matters = [Matter(reported_at=now - timedelta(days=days)) for days in (0, 0, 5, 64)]
    chart = hot.timeline(matters)
    assert chart is not None
    assert (len(chart.bars), chart.days, sum(bar.count for bar in chart.bars)) == (22, 3, 4)
    assert hot.timeline(matters[:2]) is None


def test_what_became_of_suggestions_is_counted_and_the_curves_are_drawn(cast: Cast) -> None:
    right = flow.report(garage(), cast.resident).matter
    wrong = flow.report(garage(kind="onekey.other"), cast.resident).matter
    telling.ring()
    jobs.drain(ticks=False)
    figures = {
        "macro_f1": 0.812, "accuracy": 0.9, "ece": 0.021, "messages": 400,
        "bins": [[0.35, 0.4, 40], [0.95, 0.97, 360]], "curve": [[0.0, 0.0, 0.9], [0.5, 0.1, 0.97]],
    }  # fmt: skip
    ModelVersion.objects.create(
        version="v1", made_at=clock.now(), trained_on=900, figures={"new": figures, "old": {}}, sha256="", weights=b"",
        in_use=True,
    )  # fmt: skip
    page = Person("shen.tao").read("/desk/accuracy?days=90")
    for said in ("供水排水积水", "81.2%", "0.021", "校准曲线", "97.0%", "<polyline", "已开启"):
        assert said in page
    assert "关闭</button>" not in page.partition('<template id="keys-sheet">')[0], "a leader looks on"
    assert right.pk != wrong.pk


def test_a_kind_is_switched_off_and_on_by_the_supervisor_only(cast: Cast) -> None:
    zheng, li = Person("zheng.hua", strict=False), Person("li.juan")
    zheng.act_as(cast.supervisor.post)
    flow.report(garage(), cast.resident)
    telling.ring()
    jobs.drain(ticks=False)
    door = "/desk/accuracy"
    assert li.client.post(door, {"kind": "onekey.water", "on": "0"}).status_code == 403
    assert Person("zheng.hua", strict=True).client.post(door, {"kind": "onekey.water", "on": "0"}).status_code == 403
    assert zheng.client.post(door, {"kind": "onekey.water", "on": "0"}).status_code == 303
    assert advice.switched_off() == {"onekey.water"}
    page = zheng.read(door)
    assert "已关闭建议的类别" in page
    assert "监督" in page or "督" in page, "from which post"
    assert zheng.client.post(door, {"kind": "onekey.water", "on": "1"}).status_code == 303
    assert advice.switched_off() == frozenset()
    assert zheng.client.post(door, {"kind": "no.such", "on": "0"}).status_code == 404


def test_curves_without_figures_are_not_drawn() -> None:
    assert accuracy.calibration(()) is None
    assert accuracy.abstention([]) is None
    drawn = accuracy.abstention([(0.0, 0.0, 0.9), (0.4, 0.2, 1.0)])
    assert drawn is not None
    assert drawn["most"] == "20%"
