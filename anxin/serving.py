"""The running program: the web server, the worker beside it, and the check an operator can ask for."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import TYPE_CHECKING

import brotli
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from anxin.understanding.known import Follower

console = Console()


def serve(*, address: str, port: int, workers: int, threads: int) -> None:
    """Serve with granian until stopped."""
    from django.conf import settings
    from django.core.management import call_command
    from granian.constants import Interfaces
    from granian.server import Server

    compress(settings.BUILT)  # once for all that serve it
    call_command("collectstatic", interactive=False, verbosity=0)
    compress(Path(settings.STATIC_ROOT))
    follower = _follower()
    follower.start()
    os.environ["ANXIN_THREADS"] = str(threads)
    Server(
        "anxin.rsgi:application",
        address=address,
        port=port,
        interface=Interfaces.RSGI,
        workers=workers,
        backpressure=10_000,  # a desk that listens holds a connection; what waits for a thread waits in `rsgi.py`
        workers_kill_timeout=5,
        log_access=False,
        websockets=False,
    ).serve()
    follower.end()


COMPRESSED = frozenset({".js", ".mjs", ".css", ".svg", ".json", ".geojson", ".html", ".txt", ".webmanifest"})


def compress(folder: Path) -> None:
    """Put a brotli and a gzip copy beside each static file of text that has none as new; WhiteNoise hands them out."""
    for path in folder.rglob("*") if os.access(folder, os.W_OK) else ():
        if path.suffix not in COMPRESSED or not path.is_file():
            continue
        copies = {path.with_name(path.name + ".br"): brotli.compress, path.with_name(path.name + ".gz"): gzip.compress}
        for copy, pack in copies.items():
            if copy.exists() and copy.stat().st_mtime >= path.stat().st_mtime:
                continue
            fresh = copy.with_name(f"{copy.name}.{os.getpid()}")  # another server may be at it as well
            fresh.write_bytes(pack(path.read_bytes()))
            fresh.replace(copy)


def work() -> None:
    """Run the worker and the postman until stopped."""
    from anxin.kernel import jobs, registry
    from anxin.kernel.telling import Postman

    registry.programmes()  # what they do every so often must be known before the worker begins
    postman, follower = Postman(), _follower()
    postman.start()
    follower.start()
    try:
        jobs.work()
    finally:
        postman.end()
        follower.end()


def _follower() -> Follower:
    """What keeps this host's index of what is known already, and its model, up with the tables."""
    from anxin.understanding import history
    from anxin.understanding.known import Follower

    return Follower().beside(history.follow)


def check(*, chain: bool) -> int:
    """Fold the whole journal with a progress bar; 0 when it agrees with the tables, else 1."""
    from anxin.kernel import replay
    from anxin.kernel.matters import Matter

    total = Matter.objects.count()
    with Progress(
        TextColumn("核对流水"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    ) as bar:
        task = bar.add_task("", total=total)
        out = replay.check_in_parts(chain=chain, progress=lambda done: bar.update(task, completed=done))
        bar.update(task, completed=total)
    console.print(f"{out.matters} 件事项，{out.entries} 条流水，{out.clocks} 个时限")
    for sentence in out.differences:
        console.print(f"[red]{sentence}")
    console.print("[green]流水与数据表一致" if out.sound else f"[red]{out.count} 处不一致")
    return 0 if out.sound else 1


def index() -> None:
    """Take in the words of every matter anew, with a progress bar; safe beside running servers and workers."""
    from anxin.kernel import index as words
    from anxin.kernel.matters import Matter

    with Progress(
        TextColumn("建立搜索索引"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    ) as bar:
        task = bar.add_task("", total=Matter.objects.count())
        words.command(lambda done: bar.advance(task, done))
