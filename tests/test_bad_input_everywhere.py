"""Every door that takes something in, found by walking the addresses: hostile words, wrong kinds of values, strangers.

A door that is new and stands on no page below makes the story of the doors fail until it has its line here.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote, quote_plus, urlencode, urljoin

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from anxin.kernel import areas, bodies, clock, flow
from anxin.kernel import house as decided
from anxin.kernel.bodies import Holding
from anxin.kernel.orders import Order
from anxin.kernel.people import Account
from anxin.programmes.situation.actions import drills, roster, screens, warnings
from anxin.programmes.situation.models import Alarm
from anxin.programmes.situation.rules import scenarios
from anxin.public import rate
from tests.cast import Cast, garage
from tests.test_bad_input import picture, signed_in

TOWN = "/situation/330402015"
SCRIPT = "'\"><script>x()</script>"
MIXED = "\u202e<b>{{7*7}}\u200f'😀;--"
LONG = "水" * 350_000
"""A pasted megabyte."""
WRONG = ("x", "-1", "²", "9" * 5000, "99999999999999999999", "2026-13-45", "")
NAMES = ("../../etc/passwd.jpg", "a.jpg\r\nX-Evil: y", "\u202egpj.exe", "<script>x()</script>.png", "水" * 300 + ".png")
FILES = "file"
TYPED = ("text", "search", "email", "url", "tel", "textarea")

READS = frozenset({
    "desk/language", "desk/administration/areas/<str:code>/boundary.geojson", "desk/sign-out", "phone/sign-out",
})  # fmt: skip
"""What answers every method and changes nothing, or nothing but the stay."""
SIGNED = frozenset({
    "api/reports", "channels/hotline/orders", "channels/police/calls", "channels/grid/messages",
})  # fmt: skip
"""Doors for platforms: what reaches them unsigned is not even read; what signed nonsense gets is told elsewhere."""
OTHERS = ("mediation/", "committees/", "markets/", "apartments/", "sixsystems/", "gridpay/")
"""Programmes with books: test_bad_input_of_programmes.py walks through them."""
OWN_SUITE = "open311/"
"""GeoReport answers everything in its own form, unknown addresses included: `channels/open311/tests` tells how."""


# ---- the doors --------------------------------------------------------------------------------------------------


@dataclass
class Form:
    """A form as it stands on a page: who reads it, where it is sent, its fields (name, sort, value)."""

    login: str
    page: str
    path: str
    fields: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def route(self) -> str:
        """The address in the list of doors."""
        return str(resolve(self.path.partition("?")[0]).route)

    def mark(self) -> tuple[Any, ...]:
        """What makes two forms the same."""
        place = resolve(self.path.partition("?")[0])
        verbs = [value for name, _sort, value in self.fields if name in ("verb", "do", "purpose")]
        names = sorted({re.sub(r"\d+", "", name) for name, _sort, _value in self.fields})
        return place.route, place.kwargs.get("name"), place.kwargs.get("verb"), *verbs, *names

    def data(self, of: Any) -> dict[str, list[str]]:
        """What is sent: for each field what `of(name, sort, value)` says."""
        found: dict[str, list[str]] = {}
        for name, sort, value in self.fields:
            if sort != FILES and name != "csrfmiddlewaretoken":
                found.setdefault(name, []).append(of(name, sort, value))
        return found


class Reading(HTMLParser):
    """The forms and links of a page."""

    def __init__(self, login: str, path: str, page: str) -> None:
        super().__init__()
        self.login, self.path = login, path
        self.forms: list[Form] = []
        self.links: set[str] = set()
        self._now: Form | None = None
        self._area: str | None = None
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Fields, their sort, what stands in them."""
        said = {name: value or "" for name, value in attrs}
        name, sort = said.get("name", ""), said.get("type", "text")
        if tag == "a":
            self.links.add(said.get("href", ""))
        elif tag == "form" and said.get("method", "").lower() == "post":
            self._now = Form(self.login, self.path, urljoin(self.path, said.get("action", "")).partition("#")[0])
            self.forms.append(self._now)
        elif self._now is None or (not name and tag != "option"):
            return
        elif tag == "input" and not (sort in ("radio", "checkbox") and "checked" not in said):
            self._now.fields.append((name, sort, said.get("value", "")))
        elif tag == "button" and said.get("value") and not any(each[0] == name for each in self._now.fields):
            self._now.fields.append((name, "button", said["value"]))
        elif tag == "textarea":
            self._area, self._name = "", name
        elif tag == "select":
            self._select = name
            self._now.fields.append((name, "select", ""))
        elif tag == "option" and self._select and said.get("value"):
            at = next(n for n, each in enumerate(self._now.fields) if each[0] == self._select)
            if not self._now.fields[at][2] or "selected" in said:
                self._now.fields[at] = (self._select, "select", said["value"])

    def handle_data(self, data: str) -> None:
        """What stands in a text area."""
        if self._area is not None:
            self._area += data

    def handle_endtag(self, tag: str) -> None:
        """The end of a field or form."""
        if tag == "textarea" and self._now is not None and self._area is not None:
            self._now.fields.append((self._name, "textarea", self._area))
            self._area = None
        elif tag == "select":
            self._select = ""
        elif tag == "form":
            self._now = None


def every_address() -> Iterator[tuple[str, URLPattern]]:
    """All doors of the house."""

    def walk(of: Any, before: str = "") -> Iterator[tuple[str, URLPattern]]:
        for each in of.url_patterns:
            if isinstance(each, URLResolver):
                yield from walk(each, before + str(each.pattern))
            else:
                yield before + str(each.pattern), each

    return walk(get_resolver())


def sample(route: str) -> str:
    """An address that belongs to a route."""
    route = re.sub(r"\(\?P<number>.*?\}?\)(?=[/$])", "261124-1", route)
    route = re.sub(r"\(\?P<code>.*?\)(?=[/$])", "AAAAAAAA", route)
    route = re.sub(r"\(\?P<sha256>.*?\)(?=[/$])", "a" * 64, route)
    route = re.sub(r"\(\?P<purpose>.*?\)", "enter", route)
    route = re.sub(r"<int:\w+>", "1", route)
    return "/" + re.sub(r"<\w+:\w+>", "x", route).replace("^", "").replace("$", "")


# ---- a city with something in it --------------------------------------------------------------------------------


@dataclass
class City:
    """What stands in the city, and who is signed in."""

    number: str
    follow: str
    pages: list[tuple[str, str]]
    clients: dict[str, Client]

    def client(self, login: str) -> Client:
        """The browser of somebody."""
        return self.clients[login]


WHO = ("li.juan", "sun.li", "gao.yang", "zheng.hua", "lin.bo", "chen.min", "shen.tao", "")


@pytest.fixture
def city(cast: Cast, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> City:
    """A matter under way, a warning, a drill, a wall, a view: a form of each sort stands somewhere."""
    settings.FILES = tmp_path / "files"
    for name in ("REPORTS", "GUESSES"):
        monkeypatch.setattr(rate, name, rate.Limit(most=10**9))
    settings.DANGER = "show"
    told = [flow.report(garage(), cast.resident) for _ in range(3)]
    matter = told[0].matter
    flow.dispatch(matter, cast.arbiter, lead=bodies.body("330402.water"), reason="排水由水利牵头")
    flow.sign(Order.objects.get(matter=matter, body__code="330402.water", role="lead"), cast.water)
    town = areas.tree().by_code["330402015"]
    warnings.watch(clock.now(), [town.pk])
    drill = drills.begin(town, scenarios.SCENARIOS[0].code, cast.dispatcher)
    screens.make(town, "大厅", cast.dispatcher)
    roster.hand_over(town, "今晚有雨，注意车库", cast.dispatcher)
    people = {login: _browser(login) for login in WHO}
    water = people["sun.li"]
    water.post("/desk/views", {"title": "我的", "query": "tab=all"})
    pages = [
        ("", "/report"), ("", "/follow"), ("", f"/follow/{matter.number}/{matter.follow_code}"), ("", "/desk/sign-in"),
        ("sun.li", "/desk/"), ("sun.li", "/desk/search"), ("chen.min", "/desk/new"), ("sun.li", "/desk/notifications/"),
        ("sun.li", f"/desk/matters/{matter.number}"), ("li.juan", f"/desk/matters/{told[1].matter.number}"),
        ("zheng.hua", f"/desk/matters/{told[1].matter.number}"), ("sun.li", f"/desk/matters/{matter.number}/print"),
        ("sun.li", "/desk/identity/"), ("sun.li", "/desk/identity/password"), ("sun.li", "/desk/identity/codes"),
        ("sun.li", "/desk/identity/prove"), ("gao.yang", "/desk/identity/accounts/sun.li"),
        ("li.juan", TOWN), ("li.juan", f"{TOWN}/roster"),
        ("shen.tao", f"{TOWN}/rules/new"), ("shen.tao", f"{TOWN}/rules"), ("shen.tao", f"{TOWN}/rules/address/edit"),

        ("li.juan", f"{TOWN}/screens"), ("li.juan", "/situation/drills"), ("li.juan", f"/situation/drills/{drill.pk}"),
        ("gao.yang", "/situation/platforms"), ("lin.bo", "/channels/publicpost/"),
    ]  # fmt: skip
    return City(matter.number, matter.follow_code, pages, people)


def _browser(login: str) -> Client:
    if not login:
        return Client(HTTP_ACCEPT_LANGUAGE="zh-hans")
    account = Account.objects.get(login=login)
    held = Holding.objects.filter(account=account, valid_to=None).select_related("post").first()
    assert held is not None
    client = signed_in(bodies.actor_of(held.post, account.pk))
    session = client.session
    session["proved"] = clock.now().isoformat()
    session.save()
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"
    return client


def forms_of(city: City) -> list[Form]:
    """Every sort of form there is on the pages, each once: those one link further in administration as well."""
    found: dict[tuple[Any, ...], Form] = {}
    went: set[tuple[Any, ...]] = set()

    def read(login: str, path: str, deep: int) -> None:
        answer = city.client(login).get(path)
        if answer.status_code != 200:
            assert deep, (login, path, answer.status_code)  # what is one link away may be for others
            return
        if "html" not in answer["Content-Type"]:
            return
        page = answer.content.decode()
        seen = Reading(login, path.partition("?")[0], page)
        for form in seen.forms:
            found.setdefault(form.mark(), form)
        for do in dict.fromkeys(re.findall(r'data-do="([^"]+)"', page)):
            if "?" not in path:
                read(login, f"{path}?do={do}", 0)
        for link in sorted(seen.links):
            if deep and link.startswith("/desk/administration/"):
                where = link.partition("?")[0].partition("#")[0]
                try:
                    place = resolve(where)
                except Resolver404:
                    continue
                mark = (place.route, place.kwargs.get("name"))
                if mark not in went:
                    went.add(mark)
                    further.append(where)

    for login, path in city.pages:
        read(login, path, 0)
    further = [
        "/desk/administration/bodies/330402.water", "/desk/administration/posts/330402.water.clerk",
        "/desk/administration/people/sun.li", "/desk/administration/kinds/onekey.water",
        "/desk/administration/calendar/2026", "/desk/administration/channels/hotline", "/desk/administration/",
    ]  # fmt: skip
    for _each in range(120):
        if further:
            read("gao.yang", further.pop(0), 1)
    return list(found.values())


# ---- what is sent, and what comes back --------------------------------------------------------------------------


@dataclass
class Findings:
    """What was wrong, all of it, so that one run tells everything."""

    wrong: list[str] = field(default_factory=list)

    def look(self, what: str, answer: Any, typed: str = "") -> None:
        """Never a breakdown, never a script; where it is refused, what was typed stands there still."""
        if answer.status_code >= 500:
            return self.wrong.append(f"{what}: {answer.status_code}")
        if any("\r" in value or "\n" in value for value in answer.headers.values()):
            self.wrong.append(f"{what}: broken header")
        if "html" not in answer.get("Content-Type", "") or answer.streaming:
            return None
        page = answer.content.decode()
        if "<script>x()" in page:
            self.wrong.append(f"{what}: a script in the page")
        if 400 <= answer.status_code < 500 and answer.status_code != 404 and typed and typed not in html.unescape(page):
            self.wrong.append(f"{what}: {answer.status_code}, what was typed is lost")
        return None


def _again(copies: list[tuple[Any, Any, Any]]) -> None:
    for copy, before, number in copies:
        copy._copy, copy._number = before, number


@dataclass
class Sending:
    """Sends to a door, looks at the answer and the page after it, and undoes it."""

    city: City
    findings: Findings

    def post(self, what: str, form: Form, data: Any, typed: str = "", **more: Any) -> None:
        """One sending."""
        client = self.city.client(form.login)
        kept = [(copy, copy._copy, copy._number) for copy in (areas.TREE, bodies.DIRECTORY, decided.HOUSE)]
        session = dict(client.cookies)
        try:
            with transaction.atomic():
                answer = client.post(form.path, data, **more)
                self.findings.look(what, answer, typed)
                if answer.status_code in (302, 303) and answer["Location"].startswith("/"):
                    self.findings.look(f"{what} -> {answer['Location'][:80]}", client.get(answer["Location"]))
                transaction.set_rollback(True)
        except Exception as error:  # the browser of the stories lets every breakdown through
            self.findings.wrong.append(f"{what}: {type(error).__name__}: {str(error)[:160]}")
        finally:
            client.cookies.clear()
            client.cookies.update(session)
            _again(kept)


def test_every_door_is_known(city: City) -> None:
    """A door that takes something in stands on one of the pages, or in one of the lists below."""
    client = city.client("gao.yang")
    known = {form.route for form in forms_of(city)} | READS | SIGNED | set(BARE) | set(JSON)
    missing = []
    for route, _pattern in every_address():
        path = sample(route)
        with transaction.atomic():
            try:
                answer = client.post(path)
                taken = answer.status_code != 405
            except Exception as error:
                raise AssertionError(f"POST {path}: {error!r}") from error
            transaction.set_rollback(True)
        if taken and route not in known and not route.startswith((OWN_SUITE, *OTHERS)):
            missing.append(f"{route} ({path}: {answer.status_code})")
    assert not missing, "\n".join(missing)


BARE: dict[str, tuple[str, dict[str, str]]] = {
    "desk/hot": ("zheng.hua", {"number": "T"}),
    "desk/accuracy": ("gao.yang", {"kind": "x", "on": "0"}),
    "desk/bulk": ("li.juan", {"verb": "note", "sure": "1", "m": "{number}~1", "key": "", "query": "", "text": "T"}),
    "desk/bulk/undo": ("li.juan", {"token": "x", "query": "x"}),
    "desk/search": ("li.juan", {"q": "00000000001", "purpose": "x"}),
    "desk/deliveries": ("gao.yang", {"what": "letter:1"}),
    "desk/identity/second": ("", {"code": "x"}),
    "desk/identity/codes/off": ("sun.li", {"page": "x"}),
    "desk/identity/recovery": ("sun.li", {"page": "x"}),
    "desk/identity/unlink": ("sun.li", {"page": "x"}),
    "desk/identity/stays/end": ("sun.li", {"page": "x"}),
    "desk/identity/stays/<int:pk>/end": ("sun.li", {"page": "x"}),
    "desk/identity/passkeys/<int:pk>": ("sun.li", {"name": "T", "do": "rename"}),
    "desk/identity/set/<str:token>": ("", {"new": "x", "again": "x"}),
    "desk/administration/limits/<str:code>/<int:pk>/withdraw": ("gao.yang", {"reason": "T", "do": "preview"}),
    "desk/administration/templates/<int:pk>/<slug:name>": ("gao.yang", {"title": "T", "text": "T", "do": "preview"}),
    "desk/administration/webhooks/<str:code>/<slug:name>": ("gao.yang", {"name": "T", "url": "T", "do": "preview"}),
    "desk/administration/kinds/<str:code>/routes/<int:pk>/end": ("gao.yang", {"day": "x", "reason": "T"}),
    "desk/matters/<str:number>/photos/<str:sha256>": ("li.juan", {"decision": "T", "x1": "T", "key": "x"}),
    "situation/<str:code>/roster/<int:pk>/withdraw": ("li.juan", {"week": "x"}),
    "situation/<str:code>/rules/<int:pk>/back": ("shen.tao", {"key": "x"}),
    "situation/drills/<int:pk>/review": ("li.juan", {"text": "T", "key": "x"}),
    "desk/post": ("sun.li", {"post": "1", "next": "x"}),
    "desk/new/look": ("chen.min", {"narrative": "T", "lat": "1", "lon": "1", "area": "T"}),
    "desk/matters/<str:number>/look": ("sun.li", {"text": "T", "public": "T"}),
    "report/near": ("", {"said": "T", "lat": "1", "lon": "1", "town": "1", "kind": "T"}),
}
"""Doors that scripts use, or that stand on no page of a quiet day: who, and the fields (T: a text)."""
JSON: dict[str, tuple[str, Any]] = {
    "phone/acts": ("li.juan", {"acts": [{"key": "k" * 20, "do": "report", "post": "T", "said": {"narrative": "T"}}]}),
    "phone/photos/<str:sha256>": ("li.juan", {"x": "T"}),
    "phone/person": ("li.juan", {"matter": "T", "purpose": "T"}),
    "phone/post": ("li.juan", {"post": "T"}),
    "channels/publicpost/<str:number>/verified": ("lin.bo", {"found": True, "text": "T", "key": "T"}),
    "channels/publicpost/<str:number>/replied": ("lin.bo", {"at": "T", "text": "T", "key": "T"}),
    "desk/identity/^passkey/(?P<purpose>enter|second|prove)/ask$": ("", {"login": "T"}),
    "desk/identity/^passkey/(?P<purpose>enter|second|prove)/take$": ("", {"answer": {"id": "T"}, "next": "T"}),
    "desk/identity/passkeys/new": ("sun.li", {"name": "T"}),
    "desk/identity/passkeys/add": ("sun.li", {"answer": {"id": "T"}, "name": "T"}),
}
"""Doors that take JSON."""


def _bare(city: City) -> list[Form]:
    made = []
    for route, (login, fields) in BARE.items():
        path = sample(route.replace("<str:number>", city.number))
        rows = [
            (name, "textarea" if value == "T" else "hidden", value.format(number=city.number))
            for name, value in fields.items()
        ]
        made.append(Form(login, path, path, rows))
    return made


def test_hostile_words_in_every_field(city: City) -> None:
    findings = Findings()
    sending = Sending(city, findings)
    for form in [*forms_of(city), *_bare(city)]:
        texts = [name for name, sort, _value in form.fields if sort in TYPED]
        quiet = {name for name, sort, _value in form.fields if sort == "password"}
        for called, hostile in (("script", SCRIPT), ("mixed", MIXED), ("nul", "水\x00"), ("long", LONG)):
            if not texts or (called == "long" and form.path.endswith("sign-in")):
                continue
            said = form.data(lambda name, sort, value, hostile=hostile: hostile if sort in TYPED else value)
            shown = hostile if called in ("script", "mixed") and not quiet else ""
            sending.post(f"{called} {form.login} {form.path} {texts}", form, said, shown)
        if texts:
            raw = "&".join(f"{quote_plus(name)}=%E6%B0%B4%FF%FE" for name in texts)
            rest = form.data(lambda _n, _s, value: value)
            plain = urlencode({name: each for name, each in rest.items() if name not in texts}, doseq=True)
            sending.post(
                f"broken {form.path}", form, f"{plain}&{raw}", content_type="application/x-www-form-urlencoded"
            )
    assert not findings.wrong, "\n".join(findings.wrong)


def test_wrong_kinds_of_values_in_every_field(city: City) -> None:
    findings = Findings()
    sending = Sending(city, findings)
    keep = ("do", "verb", "purpose")
    for form in [*forms_of(city), *_bare(city)]:
        places = {name: place for place, (name, _sort, _value) in enumerate(form.fields)}
        for first in (0, 2, 5):  # in each field other nonsense, three times over

            def nonsense(name: str, _sort: str, value: str, first: int = first, places: Any = places) -> str:
                return value if name in keep else WRONG[(first + places[name]) % len(WRONG)]

            sending.post(f"nonsense {first} {form.login} {form.path}", form, form.data(nonsense))
        sending.post(f"odd do {form.path}", form, form.data(lambda n, _s, v: "\u202e²" if n in keep else v))
        sending.post(f"no boundary {form.path}", form, b"--x\r\n\r\n", content_type="multipart/form-data; boundary=y")
    assert not findings.wrong, "\n".join(findings.wrong)


def test_hostile_names_of_files(city: City) -> None:
    findings = Findings()
    sending = Sending(city, findings)
    for form in forms_of(city):
        files = [name for name, sort, _value in form.fields if sort == FILES]
        for name in NAMES if files else ():
            said: dict[str, Any] = form.data(
                lambda _n, sort, value: "水泵已到" if sort in TYPED and not value else value
            )
            for each in files:
                sent = SimpleUploadedFile("x.png", picture(), "image/png")
                sent._name = name  # type: ignore[attr-defined]  # as a browser that does not clean names sends it
                said[each] = sent
            sending.post(f"file {name[:30]!r} {form.path}", form, said)
    assert not findings.wrong, "\n".join(findings.wrong)


def test_json_that_is_none(city: City) -> None:
    findings = Findings()
    sending = Sending(city, findings)
    for route, (login, said) in JSON.items():
        path = sample(route.replace("<str:sha256>", "a" * 64).replace("<str:number>", city.number))
        form = Form(login, path, path)
        good = json.dumps(said)
        bodies_ = [
            good, "", "{", "[]", "null", "1", '"x"', "[" * 100_000, '{"acts": {}}', '{"acts": [1]}', '{"post": 1}',
            good.replace('"T"', json.dumps(SCRIPT)), good.replace('"T"', '"\\u0000"'),
            good.replace('"T"', '"\\ud800"'),
            good.replace('"T"', json.dumps(MIXED)), good.replace('"T"', "9" * 400),
            good.replace('"T"', json.dumps(LONG)),
        ]  # fmt: skip
        for body in bodies_:
            sending.post(f"json {path} {body[:60]}", form, body, content_type="application/json")
    assert not findings.wrong, "\n".join(findings.wrong)


def test_absurd_questions(city: City) -> None:
    """Addresses with nonsense behind the question mark: an answer in words, never a breakdown."""
    findings = Findings()
    names = (
        "page", "before", "after", "sort", "tab", "q", "kind", "town", "state", "week", "under", "day", "seen", "do",
        "number", "code", "county", "since", "begin", "end", "due", "lat", "lon", "status", "year", "box", "view",
    )  # fmt: skip
    values = ("\x00", "²", "9" * 5000, "-1", SCRIPT, MIXED, "2026-13-45", "1~2~3", "nan", "../..", "0001-01-01")
    pages = [
        ("", "/around"), ("", "/around/places.json"), ("", "/report"), ("", "/follow"), ("", "/"),
        ("sun.li", "/desk/"), ("sun.li", "/desk/lines"), ("sun.li", "/desk/points"), ("sun.li", "/desk/counts"),
        ("sun.li", "/desk/search"), ("zheng.hua", "/desk/hot"), ("zheng.hua", "/desk/accuracy"),
        ("sun.li", "/desk/notifications/"), ("sun.li", "/api/matters"), ("sun.li", f"/desk/matters/{city.number}"),
        ("sun.li", f"/desk/matters/{city.number}/since"), ("sun.li", f"/desk/matters/{city.number}/preview"),
        ("sun.li", f"/desk/matters/{city.number}/bodies"), ("sun.li", f"/desk/matters/{city.number}/grounds"),
        ("gao.yang", "/desk/administration/areas"), ("gao.yang", "/desk/administration/bodies"),
        ("gao.yang", "/desk/administration/people"), ("gao.yang", "/desk/administration/kinds"),
        ("gao.yang", "/desk/administration/history"), ("gao.yang", "/desk/administration/templates"),
        ("gao.yang", "/desk/identity/log"), ("gao.yang", "/desk/identity/accounts"), ("li.juan", f"{TOWN}/roster"),
        ("li.juan", TOWN), ("li.juan", f"{TOWN}/points.json"), ("zheng.hua", f"{TOWN}/rules/new"),
        ("li.juan", f"{TOWN}/briefing"), ("li.juan", "/situation/"), ("li.juan", "/situation/briefing"),
        ("gao.yang", "/desk/deliveries"), ("li.juan", "/phone/day"), ("", "/maps/settings.json"),
        ("li.juan", "/situation/wall"), ("li.juan", "/situation/wall/data.json"),
    ]  # fmt: skip
    for login, path in pages:
        client = city.client(login)
        asked = ["&".join(f"{name}={quote(value)}" for name in names) for value in values]
        asked += [f"{name}=%FF%FE" for name in ("q", "tab")] + ["q=" + "x" * 100_000, "&".join(["q=1"] * 1500)]
        for query in asked:
            what = f"GET {path}?{query[:50]}"
            try:
                findings.look(what, client.get(f"{path}?{query}"))
            except Exception as error:  # as above
                findings.wrong.append(f"{what}: {type(error).__name__}: {str(error)[:160]}")
    assert not findings.wrong, "\n".join(findings.wrong)


def test_what_is_nobodys_and_what_is_others(city: City, cast: Cast) -> None:
    """Unknown ids are not found; those of others neither, or are forbidden; without token or from elsewhere nothing."""
    stranger = signed_in(cast.enforcement)
    findings = Findings()
    sending = Sending(city, findings)
    for form in [*forms_of(city), *_bare(city)]:
        if form.path.endswith("sign-out"):
            continue
        said = form.data(lambda _n, _s, value: value)
        strict = Client(enforce_csrf_checks=True, HTTP_ACCEPT_LANGUAGE="zh-hans")
        strict.cookies = SimpleCookie(city.client(form.login).cookies.output(header="", sep=";"))
        open_to_all = form.login == "" and "sign-in" not in form.path
        for called, more in (("no token", ""), ("foreign", "https://evil.example")):
            with transaction.atomic():
                answer = strict.post(form.path, said, headers={"origin": more} if more else None)
                transaction.set_rollback(True)
            if answer.status_code != 403 and not open_to_all:
                findings.wrong.append(f"{called} {form.login} {form.path}: {answer.status_code}")
        if re.search(r"/(matters|views|drills|warnings|roster|screens|administration)/", form.path):
            with transaction.atomic():
                answer = stranger.post(form.path, said)
                transaction.set_rollback(True)
            if answer.status_code not in (403, 404):
                findings.wrong.append(f"stranger {form.path}: {answer.status_code}")
        for unknown in {
            re.sub(r"\d{6}-\d+", "990101-1", form.path),
            re.sub(r"/\d{1,8}(?=/|$)", "/999999999", form.path),
        }:
            if unknown != form.path and not form.path.startswith(("/follow", "/desk/identity/", TOWN + "?")):
                sending.post(f"unknown {unknown}", Form(form.login, form.page, unknown), said)
                with transaction.atomic():
                    answer = city.client(form.login).post(unknown, said)
                    transaction.set_rollback(True)
                if answer.status_code not in (400, 403, 404):
                    findings.wrong.append(f"unknown {unknown}: {answer.status_code}")
    assert not findings.wrong, "\n".join(findings.wrong)
    assert Alarm.objects.exists()
