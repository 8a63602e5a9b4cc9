"""Every page of administration opens for 高扬, in both languages; others are kept out."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.conf import settings
from django.urls import reverse

from anxin.kernel import clock, registry
from anxin.kernel.areas import Area
from anxin.web.administration.tests.admin_client import Administrator
from anxin.web.tests.desk_client import Forms, Person
from tests.cast import Cast

GRID = "330402015004003"
PAGES = [
    ("front",), ("history",), ("areas",), ("area", "330402015"), ("area", "330402015004003"),
    ("area_act", "330402015", "rename"), ("area_act", "330402015004", "move"), ("area_act", "330402015004003", "close"),
    ("area_act", "330402015004003", "boundary"), ("area_act", "330402015004", "new"), ("boundary", "330402015"),
    ("bodies",), ("export",), ("new_body",), ("import",), ("body", "330402.water"),
    ("body_act", "330402.water", "edit"),
    ("body_act", "330402.water", "close"), ("body_act", "330402.water", "new-post"), ("post", "330402.water.clerk"),
    ("post_act", "330402.water.clerk", "edit"), ("post_act", "330402.water.clerk", "hand-over"), ("people",),
    ("new_person",), ("person", "sun.li"), ("person_act", "sun.li", "lock"), ("person_act", "sun.li", "link"),
    ("person_act", "sun.li", "end-stays"), ("kinds",), ("kind", "onekey.water"), ("kind_act", "onekey.water", "call"),
    ("kind_act", "onekey.water", "shut"), ("kind_act", "onekey.water", "reopen"), ("kind_act", "onekey.water", "route"),
    ("limits",), ("limit", "handle.timely"), ("new_limit", "handle.timely"), ("calendar", 2026), ("calendar", 2027),
    ("calendar_act", 2027), ("channels",), ("channel", "hotline"), ("channel_act", "hotline"), ("templates",),
    ("new_template",),
]  # fmt: skip


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_opens_for_the_administrator(cast: Cast, language: str) -> None:
    """高扬 looks at everything once."""
    gao = Person("gao.yang")
    gao.client.cookies["django_language"] = language
    for name, *args in PAGES:
        page = gao.read(reverse(f"administration:{name}", args=args))
        assert name in ("boundary", "export") or 'id="main"' in page


def test_every_kind_and_limit_has_its_page(cast: Cast) -> None:
    """What is declared can be read, whatever it is."""
    gao = Person("gao.yang")
    for code in registry.kinds():
        gao.read(reverse("administration:kind", args=[code]))
    for code in registry.rules():
        gao.read(reverse("administration:limit", args=[code]))


@pytest.mark.parametrize("login", ["li.juan", "chen.min", "shen.tao", "zhao.qiang"])
def test_who_administers_nothing_is_kept_out(cast: Cast, login: str) -> None:
    """A dispatcher, a seat, a leader and a call-taker see no page of administration."""
    person = Person(login)
    for name, *args in PAGES:
        person.read(reverse(f"administration:{name}", args=args), status=403)


def test_the_countys_desk_sees_its_posts_and_people_only(cast: Cast) -> None:
    """郑华 as supervisor of 南湖区: its bodies, not those of 嘉善县; no limits, no areas."""
    zheng = Person("zheng.hua")
    zheng.act_as(cast.supervisor.post)
    assert "330402.water" in zheng.read(reverse("administration:bodies"))
    zheng.read(reverse("administration:body", args=["330402.water"]))
    zheng.read(reverse("administration:person", args=["sun.li"]))
    zheng.read(reverse("administration:body", args=["330421.water"]), status=403)
    zheng.read(reverse("administration:person", args=["chen.min"]), status=403)
    for name, *args in PAGES:
        if name in (
            "areas",
            "area",
            "area_act",
            "limits",
            "new_limit",
            "kinds",
            "channels",
            "calendar",
            "import",
            "export",
        ):
            zheng.read(reverse(f"administration:{name}", args=args), status=403)


def test_what_is_not_there_is_not_found(cast: Cast) -> None:
    """Codes nobody has, acts nobody can, and strange letters."""
    gao = Person("gao.yang")
    for path in (
        "areas/nobody", "areas/330402015/dance", "bodies/nobody", "posts/nobody/edit", "people/nobody", "kinds/nobody",
        "limits/nobody", "limits/nobody/new", "calendar/1999", "calendar/3000/set", "channels/nobody",
        "templates/999999",
        "limits/handle.timely/999999/withdraw", "kinds/onekey.water/routes/999999/end", "people/sun.li/marry",
    ):  # fmt: skip
        gao.read(f"/desk/administration/{path}", status=404)


def test_who_proved_long_ago_who_they_are_is_asked_again_and_nothing_typed_is_lost(cast: Cast) -> None:
    with clock.at(clock.now() - timedelta(minutes=20)):
        gao = Administrator()
        path, fields = gao.open("area_act", GRID, "rename")
    typed = {**fields, "name": "湘南新网格", "do": "confirm"}
    asked = gao.client.post(path, typed)
    assert (asked.status_code, asked["Location"]) == (303, f"/desk/identity/prove?next={quote(path, safe='')}")
    assert Area.objects.get(code=GRID).name != "湘南新网格"
    assert gao.client.get(path).status_code == 303, "not even the form"
    proved = gao.client.post("/desk/identity/prove", {"password": settings.DEMO_PASSWORD, "next": path})
    assert (proved.status_code, proved["Location"]) == (303, path)
    assert Forms(gao.read(path)).forms[path]["name"] == "湘南新网格"
