"""Saved views: kept under a title, shared with the body, the first one seen; nobody touches those of others."""

from __future__ import annotations

import re
from typing import Any

import pytest

from anxin.kernel import changes, flow
from anxin.web import saved
from anxin.web.saved_view import SavedView
from anxin.web.tests.desk_client import Person
from tests.cast import Cast, garage

pytestmark = pytest.mark.django_db


def keep(who: Person, title: str, query: str, **more: Any) -> SavedView:
    response = who.client.post("/desk/views", {"title": title, "query": query, **more})
    assert response.status_code == 303, response.content.decode()[:300]
    return SavedView.objects.latest("pk")


def titles(page: str) -> list[str]:
    return re.findall(r'data-view="\d+"[^>]*>.*?</svg>([^<]+)<span', page)


def test_an_address_is_kept_and_opened_again(cast: Cast) -> None:
    noise = flow.report(garage(kind="onekey.noise"), cast.resident).matter
    flow.report(garage(), cast.resident)
    li = Person("li.juan")
    view = keep(li, "噪声", "sort=due&tab=open&kind=onekey.noise&after=xyz&evil=1")
    assert view.query == "tab=open&kind=onekey.noise&sort=due"
    page = li.read("/desk/?" + view.query)
    assert titles(page) == ["噪声"]
    assert 'aria-current="true"' in page
    assert noise.number in page
    assert li.client.get("/desk/counts").json()["views"] == {str(view.pk): 1}


def test_the_first_one_seen_is_the_chosen_one_and_the_address_says_so(cast: Cast) -> None:
    li = Person("li.juan")
    keep(li, "超时", "tab=overdue", standard="1")
    response = li.client.get("/desk/")
    assert (response.status_code, response["Location"]) == (302, "?tab=overdue")
    assert li.client.get("/desk/?tab=open").status_code == 200
    keep(li, "在办", "tab=open", standard="1")
    assert li.client.get("/desk/")["Location"] == "?tab=open"
    assert SavedView.objects.filter(standard=True).count() == 1


def test_a_shared_view_is_seen_by_the_body_and_by_nobody_else(cast: Cast) -> None:
    sun, he = Person("sun.li"), Person("he.li")
    view = keep(sun, "水利在办", "tab=body", shared="1")
    assert SavedView.objects.get(pk=view.pk).shared_with == cast.water.body
    assert titles(he.read("/desk/?tab=sign")) == []
    same_body = next(v for v in saved.views(cast.water) if v.pk == view.pk)
    assert (same_body.own, same_body.shared) == (True, True)
    assert he.client.post(f"/desk/views/{view.pk}", {"do": "drop"}).status_code == 404
    assert he.client.post(f"/desk/views/{view.pk + 999}", {"do": "drop"}).status_code == 404
    assert SavedView.objects.filter(pk=view.pk).exists()


def test_views_are_renamed_moved_and_let_go_and_it_is_written_down(cast: Cast) -> None:
    li = Person("li.juan")
    one, two = keep(li, "甲", "tab=open"), keep(li, "乙", "tab=all")
    assert li.client.post(f"/desk/views/{two.pk}", {"do": "up"}).status_code == 303
    assert titles(li.read("/desk/?tab=open")) == ["乙", "甲"]
    li.client.post(f"/desk/views/{one.pk}", {"do": "rename", "title": "  <b>丙</b> "})
    assert "&lt;b&gt;丙&lt;/b&gt;" in li.read("/desk/?tab=open")
    li.client.post(f"/desk/views/{one.pk}", {"do": "share"})
    li.client.post(f"/desk/views/{one.pk}", {"do": "unshare"})
    li.client.post(f"/desk/views/{one.pk}", {"do": "drop"})
    assert not SavedView.objects.filter(pk=one.pk).exists()
    history = list(changes.of("saved_view", str(one.pk)).values_list("before", "after"))
    assert len(history) == 5
    assert history[0][1] == {}
    assert li.client.post(f"/desk/views/{two.pk}", {"do": "explode"}).status_code == 400
    assert li.client.post("/desk/views", {"title": " ", "query": "tab=open"}).status_code == 400


def test_the_same_title_again_gets_the_new_address_and_there_is_an_end(cast: Cast) -> None:
    li = Person("li.juan")
    keep(li, "我的", "tab=open")
    keep(li, "我的", "tab=all")
    assert SavedView.objects.get().query == "tab=all"
    for n in range(saved.MOST - 1):
        keep(li, f"第{n}个", "tab=open")
    assert li.client.post("/desk/views", {"title": "太多", "query": "tab=open"}).status_code == 409
