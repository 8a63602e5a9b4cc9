"""A desk that listens hears what its post sees, at once, and nothing else: over a real server and real connections."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from anxin.kernel import access, clock, flow, heaps, journal, queue
from anxin.kernel.bodies import Actor
from anxin.kernel.journal import Change
from anxin.kernel.matters import Matter
from anxin.kernel.orders import Check, Clock, Order
from anxin.live.places import HEAPS, Seen, heaps_of, sees
from tests import cast as the_cast
from tests.cast import Cast

ROOT = Path(__file__).resolve().parents[1]


class Desk:
    """A browser that listens: events as they come."""

    def __init__(self, port: int, cookies: str, since: str = "") -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
        headers = {"Cookie": cookies, "Accept-Language": "zh-hans"}
        self.line.request("GET", "/desk/live", headers={**headers, "Last-Event-ID": since} if since else headers)
        self.answer = self.line.getresponse()
        self.status, self.ident = self.answer.status, ""

    def events(self) -> Iterator[tuple[str, Any]]:
        """Every event until the stream ends."""
        name, data = "", ""
        while raw := self.answer.readline():
            said = raw.decode().rstrip("\n")
            field, _, value = said.partition(": ")
            if field == "id":
                self.ident = value
            elif field == "event":
                name = value
            elif field == "data":
                data = value
            elif not said:
                if data:
                    yield name, json.loads(data)
                name, data = "", ""

    def hear(self, number: str, verb: str | None = None) -> Any:
        """The next event about a matter (by a verb)."""
        for name, data in self.events():
            if name == "matter" and data["number"] == number and (verb is None or verb in data["verbs"]):
                return data
        raise AssertionError("the stream ended")

    def begin(self) -> Desk:
        """Wait until the stream has begun."""
        assert next(iter(self.events()))[0] == "hello"
        return self

    def close(self) -> None:
        """The lid is shut."""
        if self.answer.fp is not None:
            self.answer.close()
        self.line.close()


def environment(var: Path) -> dict[str, str]:
    """The environment of a server on the database of these stories."""
    d = connection.settings_dict
    where = f"{d['USER']}:{d['PASSWORD']}@/{d['NAME']}" if d["PASSWORD"] else f"{d['USER']}@/{d['NAME']}"
    return {
        **os.environ,
        "ANXIN_SECRET_KEY": settings.SECRET_KEY,
        "ANXIN_PHONE_MARK_KEY": settings.PHONE_MARK_KEY,
        "ANXIN_PEOPLE_KEYS": ",".join(key.decode() for key in settings.PEOPLE_KEYS),
        "DATABASE_URL": f"postgresql://{where}?host={d['HOST']}&port={d['PORT']}",
        "ANXIN_VAR": str(var),
    }


@pytest.fixture(scope="module")
def port(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where the city is served, by two processes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found = int(probe.getsockname()[1])
    var = tmp_path_factory.mktemp("var")
    with django_db_blocker.unblock():
        env = environment(var)
    with (var / "log").open("w") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "anxin", "serve", "--port", str(found)], env=env, stdout=log, stderr=log, cwd=ROOT
        )
        try:
            for _ in range(400):
                time.sleep(0.1)
                with socket.socket() as one:
                    if one.connect_ex(("127.0.0.1", found)) == 0:
                        break
            yield found
        finally:
            running.terminate()
            running.wait(timeout=20)
            said = (var / "log").read_text()
    assert "Traceback" not in said, said[-3000:]


@pytest.fixture
def sit(port: int, live_city: Cast) -> Iterator[Any]:
    """Sits somebody down before a desk that listens: login (and code of the post, where it has several)."""
    desks: list[Desk] = []

    def down(login: str, since: str = "") -> Desk:
        client = Client(HTTP_ACCEPT_LANGUAGE="zh-hans")
        client.post("/desk/sign-in", {"login": login, "password": settings.DEMO_PASSWORD})
        desk = Desk(port, f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}", since)
        desk.client = client  # type: ignore[attr-defined]
        desks.append(desk)
        return desk if since else desk.begin()

    yield down
    for desk in desks:
        desk.close()


def garage(by: Actor, **more: object) -> Change:
    """A garage nobody has told of before."""
    return flow.report(the_cast.garage(title=f"湘南公寓地下车库进水 {uuid.uuid4().hex[:6]}", **more), by)


def test_a_desk_hears_at_once_what_its_post_sees_with_its_line_and_heaps(sit: Any, live_city: Cast) -> None:
    town, water, stranger = sit("li.juan"), sit("sun.li"), sit("qian.jin")
    m = garage(live_city.resident).matter
    heard = town.hear(m.number)
    assert "report" in heard["verbs"]
    assert "open" in heard["tabs"]
    assert m.title in heard["html"]
    order = Order.objects.get(matter=m, body=live_city.water.body)
    assert "sign" in water.hear(m.number)["tabs"]
    flow.sign(order, live_city.water)
    signed = water.hear(m.number, "sign")
    assert {"hand", "mine", "body"} <= set(signed["tabs"])
    assert "sign" not in signed["tabs"]
    other = flow.dispatch(m, live_city.supervisor, the_cast.body("330402.enforcement"), only=True).matter
    assert stranger.hear(m.number)["verbs"] == ["dispatch"]  # heard of nothing before it was ordered to its body
    gone = water.hear(other.number)
    assert gone == {"number": m.number, "verbs": [], "tabs": [], "gone": True}


def test_signing_out_ends_the_stream(sit: Any, live_city: Cast) -> None:
    desk = sit("sun.li")
    desk.client.post("/desk/sign-out")
    assert [name for name, _ in desk.events()][-1] == "bye"


def test_another_post_ends_the_stream_so_that_the_browser_asks_anew(sit: Any, live_city: Cast) -> None:
    desk = sit("zheng.hua")
    time.sleep(2.6)  # the session has been seen once
    held = [a.post for a in access.posts_of(live_city.arbiter.account or 0)]
    assert len(held) > 1
    desk.client.post("/desk/post", {"post": str(held[1])})
    assert [name for name, _ in desk.events()][-1] == "bye"


def test_nobody_listens_without_a_post(port: int, live_city: Cast) -> None:
    assert Desk(port, "").status == 401
    assert Desk(port, f"{settings.SESSION_COOKIE_NAME}=made-up").status == 401


def test_who_comes_back_hears_what_was_missed(sit: Any, live_city: Cast) -> None:
    desk = sit("li.juan")
    first = garage(live_city.resident).matter
    desk.hear(first.number)
    while desk.answer.readline() != b"\n" or not desk.ident:  # the id stands after the last event of a look
        pass
    desk.close()
    missed = garage(live_city.resident).matter
    again = sit("li.juan", desk.ident or "")
    assert "report" in again.hear(missed.number)["verbs"]


def test_a_moment_of_another_database_means_reload(sit: Any, live_city: Cast) -> None:
    for since in ("made up", "99:1:", "1:" * 3000):
        desk = sit("li.juan", since)
        assert next(iter(desk.events()))[0] in ("reload", "many")


def test_a_load_of_history_is_told_once_not_row_by_row(sit: Any, live_city: Cast) -> None:
    desk = sit("chen.min")
    with journal.bulk(quiet=True):
        for _ in range(60):
            garage(live_city.resident)
    name, data = next(iter(desk.events()))
    assert name == "many"
    assert data["count"] == 60


def test_memory_and_database_say_the_same_of_heaps(cast: Cast) -> None:
    assert set(HEAPS) == {tab.code for tab in heaps.TABS}
    everybody = [
        getattr(cast, name) for name in cast.__dataclass_fields__ if name not in ("resident", "hotline", "police")
    ]

    def compare(m: Matter) -> None:
        m = Matter.objects.get(pk=m.pk)
        orders = list(Order.objects.filter(matter=m))
        clocks = list(Clock.objects.filter(matter=m, stopped_at=None))
        seen = Seen(m, (), clock.now(), clock.now(), orders, clocks, list(Check.objects.filter(matter=m, done_at=None)))
        for by in everybody:
            assert sees(by, seen) == access.sees(by, m), by.role
            there, _ = queue.where(by, m.pk)
            assert set(heaps_of(by, seen)) == set(there) - {"dormant"}, (by.role, m.state)

    with clock.at(clock.now()) as hands:
        m = garage(cast.resident).matter
        compare(m)
        lead = Order.objects.get(matter=m, role="lead")
        leading = next(by for by in everybody if by.body == lead.body_id)
        for order in Order.objects.filter(matter=m):
            flow.sign(order, next(by for by in everybody if by.body == order.body_id))
        compare(m)
        flow.ask_more_time(lead, leading, 2, "水泵要从外地调来")
        compare(m)
        flow.decide_more_time(lead, cast.arbiter, True, "属实")
        flow.supervise(m, cast.supervisor, "yellow", "进度慢")
        compare(m)
        hands.advance(timedelta(days=30))
        compare(m)


def fetch(port: int, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    """One answer."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    line.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = line.getresponse()
    content = answer.read()
    line.close()
    return answer, content


def test_pages_and_static_files_travel_compressed(port: int, live_city: Cast) -> None:
    page, content = fetch(port, "/", Accept_Encoding="gzip, br", Accept_Language="zh-hans")
    assert page.getheader("Content-Encoding") == "gzip"
    plain, whole = fetch(port, "/", Accept_Language="zh-hans")
    assert plain.getheader("Content-Encoding") is None
    assert len(content) < len(whole)
    mark, svg = fetch(port, "/static/desk/mark.svg")
    assert mark.status == 200
    assert svg.startswith(b"<svg")
    assert "max-age=300" in (mark.getheader("Cache-Control") or "")
    again, nothing = fetch(port, "/static/desk/mark.svg", If_None_Match=mark.getheader("ETag") or "")
    assert (again.status, nothing) == (304, b"")
    assert fetch(port, "/static/../settings.py")[0].status == 404


def test_what_carries_its_fingerprint_in_its_name_is_kept_for_good(port: int) -> None:
    manifest = settings.BUILT / ".vite" / "manifest.json"
    if not manifest.exists():
        pytest.skip("the browser's part is not built")
    name = json.loads(manifest.read_text())["anxin/web/browser/desk.ts"]["file"]
    answer, content = fetch(port, f"/static/built/{name}", Accept_Encoding="gzip, br")
    assert answer.getheader("Content-Encoding") == "br"
    assert "immutable" in (answer.getheader("Cache-Control") or "")
    assert len(content) < (settings.BUILT / name).stat().st_size / 2
