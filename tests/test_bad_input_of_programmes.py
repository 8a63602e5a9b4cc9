"""The doors of the programmes with books: who they are for walks through their demo, and every form that is met there
bears hostile words and wrong kinds of values. A door that takes something in and is met by nobody needs its line here.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any
from urllib.parse import urljoin

import pytest
from django.urls import Resolver404, resolve

from anxin.kernel import clock
from tests.cast import Cast
from tests.test_bad_input_everywhere import (
    MIXED,
    SCRIPT,
    TYPED,
    WRONG,
    City,
    Findings,
    Form,
    Reading,
    Sending,
    _browser,
    every_address,
    sample,
)

WHO: dict[str, tuple[str, ...]] = {
    "mediation": ("lu.ping", "zhuang.yan"),
    "committees": ("zhuang.yan", "lu.ping"),
    "markets": ("gu.jun", "lu.ping", "zhuang.yan"),
    "apartments": ("xu.qiang", "fei.ming", "jin.li", "gong.liang"),
    "sixsystems": ("tao.yong", "bao.min", "mo.fan", "zhu.hong"),
    "gridpay": ("sheng.li", "zhu.hong"),
}
"""Who reads the rooms of a programme."""
UNMET: frozenset[str] = frozenset({"gridpay/do/<str:action>/<int:pk>", "apartments/visits/<int:pk>"})
"""Doors whose forms stand on pages of another day (a month to be approved, a visit begun): their stories tell them."""
MOST = 40
"""Pages one person looks at in one programme."""
ACTS = ("act", "action", "sort")


def met(code: str, login: str, client: Any) -> list[Form]:
    """The forms somebody meets who follows the links of a programme: one page for each sort of address."""
    forms: list[Form] = []
    further, went = [f"/{code}/"], set()
    for _each in range(MOST):
        if not further:
            break
        path = further.pop(0)
        answer = client.get(path)
        if answer.status_code != 200 or answer.streaming or "html" not in answer["Content-Type"]:
            assert answer.status_code < 500, (login, path)
            continue
        seen = Reading(login, path, answer.content.decode())
        forms += [form for form in seen.forms if form.path.startswith(f"/{code}/")]
        for link in sorted(seen.links):
            where = urljoin(path, link).partition("#")[0]
            try:
                place = resolve(where.partition("?")[0])
            except Resolver404:
                continue
            asked = tuple(sorted(set(re.findall(r"[?&](\w+)=", where))))
            mark = (place.route, *(place.kwargs.get(name) for name in ACTS), asked)
            if where.startswith(f"/{code}/") and mark not in went:
                went.add(mark)
                further.append(where)
    return forms


@pytest.mark.parametrize("code", WHO)
def test_every_form_of_a_programme_bears_nonsense(
    cast: Cast, code: str, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FILES = tmp_path / "files"
    import_module(f"anxin.programmes.{code}.seeds").plant()
    people = {login: _browser(login) for login in WHO[code]}
    findings = Findings()
    sending = Sending(City("", "", [], people), findings)
    forms: dict[tuple[Any, ...], Form] = {}
    for login in WHO[code]:
        for form in met(code, login, people[login]):
            place = resolve(form.path.partition("?")[0])
            names = tuple(sorted({re.sub(r"\d+", "", name) for name, _sort, _value in form.fields}))
            forms.setdefault((place.route, *(place.kwargs.get(name) for name in ACTS), names), form)
    assert forms, "nobody meets a form"
    keep = ("do", "verb", "act", "key", "csrfmiddlewaretoken")
    for form in forms.values():
        texts = [name for name, sort, _value in form.fields if sort in TYPED and name not in keep]
        for called, hostile in (("script", SCRIPT), ("mixed", MIXED), ("nul", "水\x00"), ("long", "水" * 60_000)):
            if texts:
                said = form.data(lambda n, s, v, hostile=hostile: hostile if s in TYPED and n not in keep else v)
                sending.post(f"{called} {form.login} {form.path} {texts}", form, said)
        places = {name: place for place, (name, _sort, _value) in enumerate(form.fields)}
        for first in (0, 3):

            def nonsense(name: str, _sort: str, value: str, first: int = first, places: Any = places) -> str:
                return value if name in keep else WRONG[(first + places[name]) % len(WRONG)]

            sending.post(f"nonsense {first} {form.login} {form.path}", form, form.data(nonsense))
        sending.post(f"no boundary {form.path}", form, b"--x\r\n\r\n", content_type="multipart/form-data; boundary=y")
    assert not findings.wrong, "\n".join(findings.wrong)
    known = {form.route for form in forms.values()} | UNMET
    missing = []
    for route, _pattern in every_address():
        if route.startswith(f"{code}/") and route not in known:
            answer = people[WHO[code][0]].post(sample(route))
            if answer.status_code not in (404, 405):
                missing.append(f"{route}: {answer.status_code}")
    assert not missing, (missing, sorted(known), clock.now())
