"""Acceptance: scenarios of the programmes, each replayed with the demo city in a scratch database of this run."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

import django
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

console = Console()
SCRATCH = "anxin_scratch_"


def run(codes: Sequence[str]) -> int:
    """Run the scenarios with these codes (none: all), print what each showed; 0 when all hold, 1 otherwise.

    Each has a database of its own, copied from one with the demo city, so what a scenario leaves behind disturbs no
    other. 2 for a code nobody declares.
    """
    django.setup()
    from anxin.kernel import registry
    from anxin.kernel.acceptance import Scenario, Stage

    known = registry.scenarios()
    unknown = [code for code in codes if code.upper() not in known]
    if unknown:
        told = "、".join(known)
        console.print(f"没有这些场景 no such scenarios: {'、'.join(unknown)}。可选 known: {told}")
        return 2
    wanted: list[Scenario] = [known[code.upper()] for code in codes] or list(known.values())
    held: dict[str, bool] = {}
    with _city() as fresh:
        for scenario in wanted:
            console.rule(f"{scenario.code} {scenario.title}")
            stage = Stage(tell=lambda text: console.print(text, markup=False, highlight=False), progress=_progress)
            begun = time.monotonic()
            with fresh():
                try:
                    scenario.run(stage)
                except Exception:  # whatever it is: this scenario does not hold, the others are still replayed
                    console.print_exception(max_frames=8)
                    stage.holds("场景未能走完 the scenario broke down", False)
            held[scenario.code] = stage.passed
            sign = "通过 holds" if stage.passed else "不通过 does not hold"
            console.print(f"{scenario.code} {sign}（{time.monotonic() - begun:.1f} s）", style="bold")
    failed = [code for code, passed in held.items() if not passed]
    console.rule()
    console.print(
        f"{len(held) - len(failed)}/{len(held)} 通过 hold" + (f"；不通过 failed: {'、'.join(failed)}" if failed else "")
    )
    return 1 if failed else 0


def _progress(items: Iterable[Any], title: str) -> Iterable[Any]:
    listed = items if isinstance(items, (list, tuple, range)) else list(items)
    columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        yield from bar.track(listed, description=title)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


@contextmanager
def _city() -> Iterator[Any]:
    """A database with the demo city, and a way to get copies of it; all are dropped in the end, their files too."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection, connections
    from django.db.backends.base.base import BaseDatabaseWrapper

    from anxin.city import seed
    from anxin.kernel.areas import Copy

    db: BaseDatabaseWrapper = connections["default"]
    name, made, files = db.settings_dict["NAME"], f"{SCRATCH}{os.getpid()}", settings.FILES

    def alone(statement: str) -> None:
        connections.close_all()
        db.settings_dict["NAME"] = name
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connections.close_all()

    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname ~ %s", [f"^{SCRATCH}[0-9]+(_[0-9]+)?$"])
        left = [row[0] for row in cursor.fetchall() if not _runs(int(row[0].removeprefix(SCRATCH).split("_")[0]))]
    for each in left:  # of a run that was killed
        alone(f'DROP DATABASE IF EXISTS "{each}" WITH (FORCE)')

    def enter(database: str) -> None:
        connections.close_all()
        db.settings_dict["NAME"] = database
        for copy in Copy.EVERY:
            copy.forget()

    alone(f"CREATE DATABASE \"{made}\" TEMPLATE template0 ENCODING 'UTF8'")
    try:
        enter(made)
        with console.status("建立演示城市 · planting the demo city (20 s) ..."):
            call_command("migrate", verbosity=0, interactive=False)
            seed.plant()

        serial = itertools.count(1)

        @contextmanager
        def fresh() -> Iterator[None]:
            one = f"{made}_{next(serial)}"  # a name of its own each time: blocks of ids are remembered by it
            alone(f'CREATE DATABASE "{one}" TEMPLATE "{made}"')
            try:
                with TemporaryDirectory(prefix=SCRATCH) as settings.FILES:
                    enter(one)
                    yield
            finally:
                settings.FILES = files
                alone(f'DROP DATABASE IF EXISTS "{one}" WITH (FORCE)')

        yield fresh
    finally:
        alone(f'DROP DATABASE IF EXISTS "{made}" WITH (FORCE)')
