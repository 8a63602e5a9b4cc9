"""Every page of the programmes with what they show in the demo: nothing serious for axe, nothing wider than a phone.

One begins in a programme's own room and follows its links, one of each shape, as somebody who works there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models

from anxin.kernel.matters import Matter
from tests.browser import test_pages
from tests.browser.conftest import Enter
from tests.browser.test_pages import Look
from tests.cast import Cast

PEOPLE = {
    "mediation": ("lu.ping", "zhuang.yan"),
    "committees": ("lu.ping", "zhuang.yan"),
    "markets": ("gu.jun",),
    "apartments": ("xu.qiang", "gong.liang", "jin.li"),
    "sixsystems": ("tao.yong", "mo.fan", "zhu.hong"),
    "gridpay": ("sheng.li", "zhu.hong"),
}
"""Who is at home in which programme."""
MOST = 8
"""Pages of one person in one programme."""
NOT_PAGES = re.compile(r"form=|empty=|\.(docx|pdf|csv|xlsx|zip|json|svg|png)\b")


def of_programmes() -> list[type[models.Model]]:
    """The tables of the programmes."""
    return [m for each in apps.get_app_configs() if each.name.startswith("anxin.programmes") for m in each.get_models()]


def _emptied() -> None:
    """Take away what the programmes have shown, so that their own stories find their tables as they were."""
    own = [model._meta.db_table for model in of_programmes()]
    guarded = ["kernel_alteration", *own]
    with connection.cursor() as cursor:
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"TRUNCATE {', '.join(guarded)} CASCADE")
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.fixture
def shown(live_city: Cast) -> Iterator[None]:
    """What the programmes show in the demo, in the city that is served."""
    _emptied()
    for path in settings.PROGRAMMES:
        if path.startswith("anxin.programmes."):
            try:
                seeds = import_module(f"{path}.seeds")
            except ModuleNotFoundError:
                continue
            seeds.plant()
    yield
    _emptied()


def _quoted() -> re.Pattern[str]:
    """What stands in the tables is quoted, in whatever language it was written."""
    names = set(Matter.objects.values_list("title", flat=True))
    for model in of_programmes():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.TextField | models.CharField):
                names |= set(model._default_manager.values_list(field.name, flat=True).distinct()[:500])
    longest = sorted((each for each in names if each and re.search("[\u4e00-\u9fff]", each)), key=len, reverse=True)
    return re.compile("|".join([*map(re.escape, longest), test_pages.data().pattern]))


def shape(address: str) -> str:
    """An address without what tells one row from another."""
    path, _, query = address.partition("?")
    path = re.sub(r"/[^/]*\d[^/]*", "/1", path)
    return path + "?" + "&".join(sorted(each.partition("=")[0] for each in query.split("&")))


def walk(look: Look, code: str, seen: set[str]) -> None:
    """Look at one page of each shape that can be reached from a programme's front page."""
    todo, looked = [f"/{code}/"], 0
    while todo and looked < MOST:
        address = todo.pop(0)
        if shape(address) in seen:
            continue
        seen.add(shape(address))
        looked += 1
        look.at(address)
        for link in look.links(rf"^(/{code}/|\?)"):
            full = (address.partition("?")[0] + link if link.startswith("?") else link).partition("#")[0]
            if not NOT_PAGES.search(full):
                todo.append(full)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_of_the_programmes(person: Enter, shown: None, monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    quoted = _quoted()
    monkeypatch.setattr(test_pages, "data", lambda: quoted)
    installed = {path.rpartition(".")[2] for path in settings.PROGRAMMES}
    found: list[str] = []
    for code in PEOPLE.keys() & installed:
        seen: set[str] = set()
        for login in PEOPLE[code]:
            look = Look(person(login, reduced_motion="reduce"), language)
            walk(look, code, seen)
            found += look.found
    assert "\n".join(dict.fromkeys(found)) == ""
