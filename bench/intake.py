"""Intake: reports a second through the HTTP door with everything done before the answer, against pgbench.

The reference is pgbench inserting the rows of one such report (person, matter, orders, clocks, entries, jobs) in one
transaction, on the same server, in the same run. The load generator runs on the same cores, as does the worker that
keeps the queue short.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import random
import re
import shutil
import subprocess
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from bench import scratch
from bench.figures import Bench, console, p
from bench.load_generator import send

BURNING = 0.01
"""Share of the reports that tell of danger."""
LINES = 32
SECONDS = float(os.environ.get("ANXIN_BENCH_SECONDS", "15"))
MOST = 40_000
SERVE = os.environ.get("ANXIN_BENCH_SERVE", "").split()
KEY = f"bench:{uuid.uuid4().hex}"


def run() -> bool:
    """Measure; whether every bound is met."""
    url = scratch.use("intake")
    bench = Bench("intake", f"Intake at {LINES} connections, {SECONDS:.0f} s each")
    bodies = _bodies(2000)
    secret = "whsec_" + base64.b64encode(b"bench secret of thirty-two bytes").decode()
    requests = _requests(bodies, secret, MOST)
    port = scratch.free_port()
    settings = {"ANXIN_CHANNEL_SECRETS": json.dumps({"hotline": secret})}
    with scratch.program("serve", "--port", str(port), *SERVE, **settings), scratch.program("work", **settings):
        scratch.wait_for(f"http://127.0.0.1:{port}/healthz")
        console.print("warming up ...")
        send(port, requests[:1000], lines=LINES, seconds=5)
        before = _count("kernel_matter")
        console.print("measuring ...")
        sent = send(port, requests[1000:], lines=LINES, seconds=SECONDS)
        stored = _count("kernel_matter") - before
        left, began = _count("kernel_job"), time.perf_counter()
        while _count("kernel_job") and time.perf_counter() - began < 60:
            time.sleep(0.05)
        emptied = time.perf_counter() - began
    reference = _pgbench(url)  # last: what it leaves looks like reports, with jobs to do and clocks that ring
    accepted = sent.statuses.get(201, 0)
    rate = accepted / sent.elapsed
    bench.add(
        "reports accepted",
        rate,
        "1/s",
        reference=reference,
        reference_name="pgbench",
        bound="ratio >= 0.25",
        met=None if reference is None else rate >= 0.25 * reference,
    )
    bench.add("reports accepted (floor)", rate, "1/s", bound=">= 300", met=rate >= 300)
    bench.add("time to answer, p50", p(sent.seconds, 0.5) * 1000, "ms")
    bench.add(
        "time to answer, p95", p(sent.seconds, 0.95) * 1000, "ms", bound="< 120", met=p(sent.seconds, 0.95) < 0.12
    )
    bench.add("jobs waiting at the end", left, "jobs")
    bench.add("queue empty after", emptied, "s", bound="<= 10", met=emptied <= 10)
    bench.add("accepted but not stored", accepted - stored, "reports", bound="= 0", met=accepted == stored)
    refused = sum(sent.statuses.values()) - accepted
    bench.add("refused", refused, "reports", bound="= 0", met=refused == 0)
    met = bench.done()
    scratch.drop("intake")
    return met


def _count(table: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def _bodies(count: int) -> list[dict[str, Any]]:
    """Reports in the demo city: its own messages at random points of random grids, one in a hundred of them burning.

    A quarter of the city's own messages tell of danger, since they were written for stories; of 23,200 public messages
    0.3 % do. Each emergency costs the worker a call to 110, so their share decides what the worker has to do.
    """
    from anxin.city.messages import messages
    from anxin.kernel import areas
    from anxin.understanding import danger

    chance = random.Random(20261124)
    grids = [a for a in areas.tree().areas.values() if a.level == "grid" and a.valid_to is None]
    told: list[Any] = []
    burning: list[Any] = []
    for message in messages():
        (burning if danger.read(f"{message.title}\n{message.narrative}") else told).append(message)
    some = [chance.choice(burning if chance.random() < BURNING else told) for _ in range(count)]
    return [
        {
            "kind": message.kind,
            "title": message.title,
            "narrative": message.narrative,
            "lat": grid.lat,
            "lon": grid.lon,
            "urgency": "ordinary",
            "person": {"name": "测试甲", "phone": f"000{chance.randrange(10**8):08}"},
        }
        for message, grid in ((message, chance.choice(grids)) for message in some)
    ]


def _requests(bodies: list[dict[str, Any]], secret: str, count: int) -> list[bytes]:
    """Signed requests as they go over the wire, each under a key of its own."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    stamp = str(int(time.time()))
    made = []
    encoded = [json.dumps(body, ensure_ascii=False).encode() for body in bodies]
    for place in range(count):
        body, ident = encoded[place % len(encoded)], f"msg_{uuid.uuid4().hex}"
        digest = hmac.digest(key, f"{ident}.{stamp}.".encode() + body, hashlib.sha256)
        head = (
            "POST /api/reports HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"anxin-channel: hotline\r\nwebhook-id: {ident}\r\nwebhook-timestamp: {stamp}\r\n"
            f"webhook-signature: v1,{base64.b64encode(digest).decode()}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        made.append(head.encode() + body)
    return made


def _pgbench(url: str) -> float | None:
    """Transactions a second pgbench reaches inserting the rows of one report."""
    program = shutil.which("pgbench") or next(iter(map(str, Path("/usr/lib/postgresql").glob("*/bin/pgbench"))), None)
    if program is None:
        console.print("[yellow]no pgbench on this machine: the ratio is left out")
        return None
    script = _script()
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    environment = {
        **os.environ,
        "PGHOST": unquote(parts.hostname or query.get("host", [""])[0]),
        "PGUSER": parts.username or "",
        "PGPORT": str(parts.port or 5432),
        "PGPASSWORD": unquote(parts.password or ""),
    }
    with tempfile.NamedTemporaryFile("w", suffix=".sql", delete=False) as file:
        file.write(script)
    console.print("pgbench inserting the same rows ...")
    said = subprocess.run(
        [
            program,
            "-n",
            "-M",
            "prepared",
            "-c",
            str(LINES),
            "-j",
            "2",
            "-T",
            str(int(SECONDS)),
            "-f",
            file.name,
            parts.path.lstrip("/"),
        ],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    Path(file.name).unlink()
    found = re.search(r"tps = ([\d.]+)", said.stdout)
    if found is None:
        raise RuntimeError(said.stdout + said.stderr)
    return float(found[1])


def _script() -> str:
    """The rows of one report, as reported through flow, as a pgbench script with ids of its own."""
    from django.db import connection

    from anxin.kernel import flow, jobs
    from anxin.kernel.bodies import Actor
    from anxin.kernel.matters import Report
    from anxin.kernel.people import Particulars

    body = _bodies(1)[0]
    person = Particulars(**body.pop("person"))
    change = flow.report(
        Report(**body, channel="hotline", person=person), Actor(role="channel", channel="hotline", key=KEY)
    )
    matter = change.matter
    ids = [matter.pk, *(o.pk for o in change.orders), *(c.pk for c in change.clocks)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM kernel_entry WHERE matter_id = %s ORDER BY seq", [matter.pk])
        ids += [row[0] for row in cursor.fetchall()]
    lines = ["\\set base random(1, 1000000000000000)", "BEGIN;"]
    where = {
        "kernel_person": f"token = '{matter.person_id}'",
        "kernel_matter": f"id = {matter.pk}",
        "kernel_order": f"matter_id = {matter.pk}",
        "kernel_clock": f"matter_id = {matter.pk}",
        "kernel_entry": f"matter_id = {matter.pk}",
        "kernel_job": f"(payload->>'matter')::bigint = {matter.pk}",
    }
    for table, condition in where.items():
        lines.append(_insert(table, condition, ids, str(matter.person_id), matter.number))
    lines.append("COMMIT;")
    jobs.Job.objects.all().delete()
    return "\n".join(lines)


def _insert(table: str, condition: str, ids: list[int], token: str, number: str) -> str:
    from django.db import connection

    made_by_database = ("xact", "prev", "hash", "written_at") if table == "kernel_entry" else ()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_identity = 'NO'"
            " ORDER BY ordinal_position",
            [table],
        )
        columns = [row[0] for row in cursor.fetchall() if row[0] not in made_by_database]
        quoted = " || ', ' || ".join(f'quote_nullable("{column}"::text)' for column in columns)
        cursor.execute(f"SELECT {quoted} FROM {table} WHERE {condition} ORDER BY 1")
        rows = [row[0] for row in cursor.fetchall()]
    for place, ident in enumerate(sorted(ids, reverse=True)):
        rows = [re.sub(rf"'{ident}'", f":base::bigint * 64 + {place}", row) for row in rows]
        rows = [row.replace(str(ident), str(10**9 + place)) for row in rows]
    rows = [
        row.replace(f"'{token}'", "gen_random_uuid()")
        if table == "kernel_person"
        else row.replace(f"'{token}'", "NULL")
        for row in rows
    ]
    rows = [
        re.sub(r"'\d{6}-\d+'", "(:base::bigint)::text", row, count=1) if table == "kernel_matter" else row
        for row in rows
    ]
    rows = [row.replace(f"'{KEY}'", "(:base::bigint)::text") for row in rows]
    if table == "kernel_entry":
        rows = [_with_own_orders(row, sorted(ids, reverse=True)) for row in rows]
    names = ", ".join(f'"{column}"' for column in columns)
    return f"INSERT INTO {table} ({names}) VALUES " + ", ".join(f"({row})" for row in rows) + ";"


def _with_own_orders(row: str, ids: list[int]) -> str:
    """The data of an entry names the orders that move: each transaction has orders of its own."""
    data = re.search(r"'(\{.*\})'", row)
    assert data is not None
    said = f"'{data[1]}'"
    for place in range(len(ids)):
        if f'"o{10**9 + place}"' in data[1]:
            said = f"replace({said}, 'o{10**9 + place}', 'o' || (:base::bigint * 64 + {place}))"
    return row.replace(data[0], f"({said})::jsonb")
