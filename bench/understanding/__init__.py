"""Understanding: kind, place, duplicates, danger, hot issues, redaction, reply check, and how fast all of it is."""

from __future__ import annotations

import importlib
import os

PARTS = ("kind", "place", "near", "danger", "hot", "redaction", "reply", "speed")


def run() -> bool:
    """Measure every part, or those named in ANXIN_PARTS (comma separated); print and keep; whether bounds are met."""
    import django

    django.setup()
    from bench.figures import Bench, console

    bench = Bench("understanding", "Understanding: is it right, does it know when it is not, is it fast")
    wanted = [part for part in os.environ.get("ANXIN_PARTS", "").split(",") if part] or PARTS
    for part in PARTS:
        if part in wanted:
            console.print(f"{part} ...")
            importlib.import_module(f"bench.understanding.{part}").measure(bench)
    return bench.done()
