"""138,462 matters with their whole life: loaded through the verbs, folded again, every clock recomputed."""

from __future__ import annotations

import os
import time

from bench import scratch
from bench.figures import Bench, console

MATTERS = int(os.environ.get("ANXIN_BENCH_MATTERS", "138462"))


def run() -> bool:
    """Measure; whether every bound is met."""
    scratch.use("life")
    from anxin.kernel import replay
    from anxin.kernel.matters import OPEN, Matter
    from anxin.loading import synthetic

    bench = Bench("life", f"{MATTERS:,} matters with their whole life (scenario F14, synthetic)")
    console.print(f"loading {MATTERS:,} lives ...")
    began = time.perf_counter()
    synthetic.fill(MATTERS)
    loaded = time.perf_counter() - began
    bench.add("load", loaded, "s", bound="< 300", met=loaded < 300 * MATTERS / 138462)
    bench.add("load", MATTERS / loaded, "matters/s")
    began = time.perf_counter()
    out = replay.check_in_parts()
    folded = time.perf_counter() - began
    bench.add("fold, compare, recompute every clock, verify the chain", folded, "s", bound="< 60", met=folded < 60)
    bench.add("entries", out.entries, "entries")
    bench.add("clocks recomputed", out.clocks, "clocks")
    bench.add("differences", out.count, "differences", bound="= 0", met=out.sound)
    left = Matter.objects.filter(state__in=OPEN).count()
    bench.add(
        "still open (99.9 % closed)", left, "matters", bound="69 - 207", met=MATTERS != 138462 or 69 <= left <= 207
    )
    bench.add("size of the database", _size() / MATTERS / 1000, "kB per matter")
    met = bench.done()
    scratch.drop("life")
    return met


def _size() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])
