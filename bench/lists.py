"""Queue page and API list of 50, with any one filter, at 10,000 and at 1,000,000 matters.

The first ten thousand are whole lives told by the synthetic city. The million is made of them by SQL: matters, orders
and clocks copied with other numbers, places and times (journal left out, since lists do not read it). Both sizes are
measured in this run, on the server of this machine, in this process: the whole request, templates included.
"""

from __future__ import annotations

import os
import time
from typing import Any

from bench import scratch
from bench.figures import Bench, console, p

SMALL, LARGE = 10_000, int(os.environ.get("ANXIN_BENCH_ROWS", "1000000"))
ROUNDS = 40


def run() -> bool:
    """Measure; whether every bound is met."""
    scratch.use("lists")
    from anxin.loading import synthetic

    console.print(f"telling {SMALL:,} synthetic lives ...")
    synthetic.fill(SMALL)
    _analyze()
    small = _measure()
    console.print(f"multiplying to {LARGE:,} ...")
    _multiply(LARGE // SMALL)
    _analyze()
    large = _measure()
    bench = Bench("lists", f"Queue page and API list of 50, p95 of {ROUNDS} requests, {SMALL:,} and {LARGE:,} matters")
    for name, (seconds, queries) in large.items():
        before, before_queries = small[name]
        fast = p(seconds, 0.95) * 1000
        reference = p(before, 0.95) * 1000
        bench.add(
            name,
            fast,
            "ms",
            reference=reference,
            reference_name=f"at {SMALL:,}",
            bound="< 30, <= 1.5x",
            met=fast < 30 and fast <= 1.5 * reference,
        )
        if queries != before_queries:
            bench.add(f"{name}: queries", queries, "queries", reference=before_queries, bound="the same", met=False)
    bench.notes.append(
        "The million is resampled from ten thousand synthetic lives by SQL, with times and places moved."
    )
    met = bench.done()
    scratch.drop("lists")
    return met


def _measure() -> dict[str, tuple[list[float], int]]:
    """Seconds of each request and number of queries, by what was asked."""
    from django.conf import settings
    from django.db import connection
    from django.test.client import Client
    from django.test.utils import CaptureQueriesContext

    settings.ALLOWED_HOSTS = ["*"]
    found: dict[str, tuple[list[float], int]] = {}
    for who, path in _asked():
        client = Client(headers={"accept": "application/json"} if path.startswith("/api") else {})
        _sign_in(client, who)
        answer: Any = None
        for _ in range(3):
            answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        seconds = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            client.get(path)
            seconds.append(time.perf_counter() - began)
        asked, _, number = path.partition("number=")  # the number asked for differs from size to size
        found[f"{who} {asked}{'number=...' if number else ''}"] = (seconds, len(queries))
    return found


def _sign_in(client: Any, login: str) -> None:
    from anxin.city.seed import DEMO_PASSWORD

    client.post("/desk/sign-in", {"login": login, "password": DEMO_PASSWORD})


def _asked() -> list[tuple[str, str]]:
    """Whose queue with which one filter."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM kernel_matter ORDER BY reported_at DESC OFFSET 500 LIMIT 1")
        number = cursor.fetchone()[0]
    filters = [
        "", "state=closed", "state=working", "kind=onekey.parking", "kind=onekey.network", "channel=police",
        "channel=web", "town=330421001", "urgency=emergency", "colour=yellow", "overdue=1", f"number={number[:8]}",
    ]  # fmt: skip
    asked = [("chen.min", f"/desk/?tab=all&{each}".rstrip("&")) for each in filters]
    asked += [("chen.min", f"/api/matters?{each}".rstrip("?")) for each in filters]
    asked += [("zheng.hua", "/desk/"), ("feng.xue", "/desk/"), ("sun.li", "/desk/"), ("li.juan", "/desk/")]
    return asked


def _analyze() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _multiply(times: int) -> None:
    """Copy matters, orders and clocks so many times, with other ids, numbers, times and grids."""
    from django.db import connection

    tables = ("kernel_matter", "kernel_order", "kernel_clock")
    offset = 10**12
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for copy in range(1, times):
            for table in tables:
                names, values = _columns(table, copy * offset, copy)
                cursor.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} WHERE id < {offset}")
            if copy % 10 == 0:
                console.print(f"  {copy * SMALL:,}", end=" ")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    console.print()


def _columns(table: str, offset: int, copy: int) -> tuple[str, str]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s ORDER BY 1", [table]
        )
        columns = cursor.fetchall()
    values = []
    for name, sort in columns:
        value = f'"{name}"'
        if name in ("id", "matter_id", "order_id", "of_id"):
            value = f'"{name}" + {offset}'
        elif name == "number":
            value = f"\"number\" || '-{copy}'"
        elif sort == "timestamp with time zone":
            value = f"\"{name}\" - interval '{copy * 7919} seconds'"
        elif name == "person_id":
            value = "NULL::uuid"
        values.append(value)
    return ", ".join(f'"{name}"' for name, _ in columns), ", ".join(values)
