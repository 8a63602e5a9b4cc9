"""Several workers beside each other, killed ones among them: every job is done once, whatever happens."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.db.utils import OperationalError
from pytest_django import DjangoDbBlocker

from anxin.kernel import jobs


@pytest.fixture(autouse=True)
def _queue_that_commits(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    monkeypatch.setattr(jobs, "HANDLERS", {})
    monkeypatch.setattr(jobs, "TICKS", {})
    with django_db_blocker.unblock():
        sweep()
        yield
        sweep()


def sweep() -> None:
    jobs.Job.objects.all().delete()
    jobs.Tick.objects.all().delete()


@pytest.fixture
def told() -> list[str]:
    """Who was told."""
    names: list[str] = []

    @jobs.handler("tell", batch=8)
    def tell(batch: list[jobs.Job]) -> None:
        names.extend(job.payload for job in batch)

    return names


def beside(action: Callable[[], object]) -> None:
    """Another worker: a thread with its own connection to the database, awaited."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            action()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


def run_sql(sql: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, [str(value) for value in values])


def test_two_workers_never_take_the_same_job() -> None:
    taken: list[list[str]] = []

    @jobs.handler("slow", batch=2)
    def slow(batch: list[jobs.Job]) -> None:
        taken.append([job.payload for job in batch])
        if len(taken) == 1:
            beside(lambda: jobs.work(once=True))

    jobs.add_all(jobs.row("slow", name) for name in "一二三四五")
    assert jobs.work(once=True) == 2
    assert taken == [["一", "二"], ["三", "四"], ["五"]]
    assert jobs.waiting() == {}


def test_the_jobs_of_a_killed_worker_are_taken_up_by_the_next(told: list[str]) -> None:
    @jobs.handler("check")
    def check(batch: list[jobs.Job]) -> None:
        jobs.add("tell", "半途")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone()
        beside(lambda: run_sql("SELECT pg_terminate_backend(%s::int)", pid))
        jobs.add("tell", "死后")

    jobs.add("check", 1)
    with pytest.raises(OperationalError, match="went away"):
        jobs.work(once=True)
    connection.close()
    assert list(jobs.Job.objects.values_list("name", "attempts")) == [("check", 0)]

    jobs.HANDLERS["check"] = jobs.Handler(lambda batch: jobs.add("tell", "孙立"), 8, 3)
    assert jobs.work(once=True) == 2
    assert told == ["孙立"]


def test_a_promise_broken_only_at_commit_is_a_failure_of_that_job() -> None:
    run_sql("CREATE TABLE said_only_once (whom text UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    try:

        @jobs.handler("once")
        def once(batch: list[jobs.Job]) -> None:
            for job in batch:
                run_sql("INSERT INTO said_only_once VALUES (%s)", job.payload)

        jobs.add_all(jobs.row("once", name) for name in ("许静", "王建国", "许静"))
        jobs.work(once=True)
        left = jobs.Job.objects.get()
        assert (left.payload, left.attempts) == ("许静", 1)
        with connection.cursor() as cursor:
            cursor.execute("SELECT whom FROM said_only_once")
            assert {whom for (whom,) in cursor.fetchall()} == {"许静", "王建国"}
    finally:
        run_sql("DROP TABLE said_only_once")


def test_a_key_queued_while_it_is_worked_on_runs_once_more() -> None:
    """Else what changed after the handler looked would never be seen."""
    seen: list[int] = []

    def again() -> None:
        jobs.add("count", 2, key="k")  # waits until the batch is committed
        connection.close()

    late = threading.Thread(target=again)

    @jobs.handler("count")
    def count(batch: list[jobs.Job]) -> None:
        seen.extend(job.payload for job in batch)
        if not late.ident:
            late.start()

    jobs.add("count", 1, key="k")
    jobs.work(once=True)
    late.join()
    jobs.work(once=True)
    assert seen == [1, 2]


def test_a_periodic_task_runs_in_one_worker_at_a_time() -> None:
    ran: list[str] = []

    @jobs.every(seconds=0)
    def tick() -> None:
        ran.append("tick")
        if len(ran) == 1:
            beside(jobs.drain)

    jobs.drain()
    assert ran == ["tick"]
    beside(jobs.drain)
    assert ran == ["tick", "tick"]


def test_a_worker_stops_when_told_and_finishes_its_batch(told: list[str]) -> None:
    jobs.add("tell", "林波")
    assert jobs.work(until=lambda: bool(told)) == 1
    assert told == ["林波"]
