"""A database of its own for a bench, with the demo city in it, and the programs that work on it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg

from bench.figures import console


def use(name: str, *, city: bool = True, keep: bool = False) -> str:
    """Create database anxin_bench_NAME anew on the server of this machine, migrate, plant the city; its URL.

    `keep`: one that is there already is taken as it is.
    """
    from anxin import embedded

    server = os.environ.get("ANXIN_BENCH_SERVER") or os.environ.get("DATABASE_URL") or embedded.ensure()
    os.environ["ANXIN_BENCH_SERVER"] = server
    database = f"anxin_bench_{name}"
    with psycopg.connect(server, autocommit=True) as connection:
        there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
        if not (keep and there):
            _remove(connection, database)
            connection.execute(f'CREATE DATABASE "{database}"')
    url = urlsplit(server)._replace(path=f"/{database}").geturl()
    os.environ["DATABASE_URL"] = url
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    if city:
        from anxin.city import seed

        console.print("planting the demo city ...")
        seed.plant()
    return url


def drop(name: str) -> None:
    """Remove the bench's database."""
    from django.db import connection

    connection.close()
    with psycopg.connect(os.environ["ANXIN_BENCH_SERVER"], autocommit=True) as other:
        _remove(other, f"anxin_bench_{name}")


def _remove(connection: psycopg.Connection, database: str) -> None:
    """Drop a database; the server's own cleaning may be at it for a while, and is not ours to end."""
    for _ in range(120):
        try:
            connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectInUse):
            time.sleep(0.5)
        else:
            return
    console.print(f"[yellow]{database} could not be removed yet; the next run does it")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def program(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """`anxin ARGUMENTS` beside the bench, ended with it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "anxin", *arguments], env={**os.environ, **environment}, start_new_session=True
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(url: str, seconds: float = 60) -> None:
    """Wait until a server answers."""
    end = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url, timeout=2).read()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
