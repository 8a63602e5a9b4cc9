"""Server time of queue, matter, search and situation pages at 10,000 and at 1,000,000 matters, in one run.

The two sizes are made as in `lists.py`: whole synthetic lives, then copies by SQL, the index of words with them. What
is measured is the whole request in this process, templates included. `ANXIN_BENCH_KEEP=1` keeps the database.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from bench import lists, scratch
from bench.figures import Bench, console, p
from bench.lists import LARGE, SMALL

ROUNDS = int(os.environ.get("ANXIN_BENCH_ROUNDS", "40"))
KEEP = os.environ.get("ANXIN_BENCH_KEEP") == "1"
BOUND = 50
POSTS = {
    "dispatcher": "330421001.command.dispatcher-1",
    "clerk": "330421.enforcement.clerk",
    "arbiter": "330421.centre.arbiter",
}
Measured = dict[str, tuple[list[float], float]]
"""Seconds of each request, and the processor's seconds of one (page and database), by name of the figure."""


def run() -> bool:
    """Measure; whether every bound is met."""
    scratch.use("pages", keep=KEEP)
    from anxin.kernel.matters import Matter
    from anxin.loading import synthetic

    small: Measured = {}
    if not Matter.objects.exists():
        console.print(f"telling {SMALL:,} synthetic lives ...")
        synthetic.fill(SMALL)
        _index()
        lists._analyze()
        small = _measure()
        console.print(f"multiplying to {LARGE:,} ...")
        lists._multiply(LARGE // SMALL)
        _multiply_index(LARGE // SMALL)
        lists._analyze()
    large = _measure()
    bench = Bench("pages", f"Pages of the desk, p95 of {ROUNDS} requests, {SMALL:,} and {LARGE:,} matters")
    for name, (seconds, spent) in large.items():
        fast = p(seconds, 0.95) * 1000
        before = p(small[name][0], 0.95) * 1000 if name in small else None
        bench.add(
            name, fast, "ms", reference=before, reference_name=f"at {SMALL:,}", bound=f"< {BOUND}", met=fast < BOUND
        )
        bench.notes.append(f"{name}: p50 {p(seconds, 0.5) * 1000:.1f} ms, processor {spent * 1000:.1f} ms")
    met = bench.done()
    if not KEEP:
        scratch.drop("pages")
    return met


def _index() -> None:
    from anxin.kernel import index

    began, done = time.perf_counter(), 0

    def count(more: int) -> None:
        nonlocal done
        done += more

    index.command(count)
    took = time.perf_counter() - began
    console.print(f"  words of {done:,} matters taken in within {took:.1f} s ({done / took:,.0f}/s)")


def _multiply_index(times: int) -> None:
    """The words of the copies; the index is built at the end, as after a load."""
    from django.db import connection

    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX searchable_marks")
        cursor.execute(
            "INSERT INTO kernel_searchable (matter_id, at, marks) SELECT s.matter_id + n * 1000000000000::bigint,"
            " s.at - n * interval '7919 seconds', s.marks FROM kernel_searchable s, generate_series(1, %s) n",
            [times - 1],
        )
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute(
            "CREATE INDEX searchable_marks ON kernel_searchable USING gin (marks) WITH (gin_pending_list_limit = 1024)"
        )
        cursor.execute("SELECT pg_total_relation_size('kernel_searchable'), pg_relation_size('searchable_marks')")
        whole, index = cursor.fetchone()
    console.print(
        f"  words of the copies in {time.perf_counter() - began:.0f} s;"
        f" {whole / 1e6:,.0f} MB, {index / 1e6:,.0f} MB of it the index"
    )


def _asked() -> list[tuple[str, str, str]]:
    """Who asks for what: name of the figure, login, address."""
    from anxin.kernel.matters import Matter

    middle = Matter.objects.filter(pk__lt=10**12).order_by("-reported_at")
    number = middle[500].number
    closed = middle.filter(state="closed", entries__gte=8)[100].number
    still = middle.exclude(state__in=("closed", "refused", "merged"))
    busy = still[3].number
    asked = [
        ("queue: seat, all", "chen.min", "/desk/?tab=all"),
        ("queue: seat, open and late", "chen.min", "/desk/?tab=open&overdue=1"),
        ("queue: seat, a kind", "chen.min", "/desk/?tab=all&kind=onekey.parking"),
        ("queue: seat, a town by urgency", "chen.min", "/desk/?tab=all&town=330421001&sort=due"),
        ("queue: dispatcher", "dispatcher", "/desk/"),
        ("queue: dispatcher, warnings", "dispatcher", "/desk/?tab=warning"),
        ("queue: clerk", "clerk", "/desk/"),
        ("queue: clerk, done", "clerk", "/desk/?tab=finished"),
        ("queue: arbiter", "arbiter", "/desk/"),
        ("queue: call-back", "feng.xue", "/desk/"),
        ("queue: leader, late", "shen.tao", "/desk/?tab=overdue"),
        ("counts: seat", "chen.min", "/desk/counts"),
        ("matter: closed, whole life", "chen.min", f"/desk/matters/{closed}"),
        ("matter: open", "chen.min", f"/desk/matters/{busy}"),
        ("matter: arbiter", "arbiter", f"/desk/matters/{busy}"),
    ]
    for who in ("chen.min", "dispatcher", "clerk"):
        role = "seat" if who == "chen.min" else who
        for name, words in (
            ("2 letters", "停车"), ("2 letters, rare", "井盖"), ("4 letters", "地下车库"), ("two words", "小区 噪音"),
            ("place", "魏塘街道"), ("place and word", "魏塘 漏水"), ("number", number), ("4 digits", number[-4:]),
            ("day", number[:6]), ("none found", "恐龙化石"),
        ):  # fmt: skip
            asked.append((f"search: {role}, {name}", who, f"/desk/search?q={words}"))
    asked.append(("search: seat, typing", "chen.min", "/desk/search?part=list&q=停车"))
    return asked


def _measure() -> Measured:
    from django.conf import settings
    from django.db import connection
    from django.test.client import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import NoReverseMatch, reverse

    from anxin.kernel.bodies import Post
    from bench.seats import sit

    settings.ALLOWED_HOSTS = ["*"]
    asked = _asked()
    for name, who, url in (
        ("situation room", "dispatcher", "situation:room"),
        ("hot issues", "dispatcher", "desk:hot"),
    ):
        try:
            asked.append((name, who, reverse(url)))
        except NoReverseMatch:
            continue
    clients: dict[str, Any] = {}
    found: Measured = {}
    for name, who, path in asked:
        if who not in clients:
            clients[who] = Client()
            if who in POSTS:  # the lives are told in one county: its posts have all of them to look at
                _, cookie = sit(Post.objects.select_related("body__area", "area").get(code=POSTS[who]))
                name_of, _, value = cookie.partition("=")
                clients[who].cookies[name_of] = value
            else:
                lists._sign_in(clients[who], who)
        client = clients[who]
        answer: Any = None
        for _ in range(3):
            answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
        if os.environ.get("ANXIN_BENCH_SQL"):
            with CaptureQueriesContext(connection) as queries:
                client.get(path)
                asked_of = connection.queries_log
                slow = sorted(asked_of, key=lambda each: -float(each["time"]))[:2]
                console.print(len(asked_of), [(each["time"], each["sql"][:700]) for each in slow], markup=False)
            del queries
        seconds, spent = [], _processor()
        for _ in range(ROUNDS):
            began = time.perf_counter()
            client.get(path)
            seconds.append(time.perf_counter() - began)
        spent = (_processor() - spent) / ROUNDS
        found[name] = (seconds, spent)
        console.print(
            f"  {name:36} {p(seconds, 0.5) * 1000:7.1f} {p(seconds, 0.95) * 1000:7.1f} ms, {spent * 1000:.1f} of work"
        )
    return found


def _processor() -> float:
    """Seconds of processor this process and the one of the database that answers it have used."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return time.process_time() + (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
