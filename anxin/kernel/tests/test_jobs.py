"""Jobs happen with their change or not at all, in batches, again when they fail, in nobody's way."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from anxin.kernel import clock, jobs
from anxin.kernel.errors import NotFound

NIGHT = datetime(2026, 7, 1, 19, 30, tzinfo=UTC)  # half past three, when the garage of 湘南公寓 was flooded
Told = list[list[str]]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _only_what_the_story_says(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "HANDLERS", {})
    monkeypatch.setattr(jobs, "TICKS", {})
    jobs.Job.objects.all().delete()
    jobs.Tick.objects.all().delete()


@pytest.fixture
def told() -> Told:
    """Who was told, batch by batch; the address 无此人 makes the telling fail."""
    batches: Told = []

    @jobs.handler("tell", batch=8, tries=3)
    def tell(batch: list[jobs.Job]) -> None:
        names = [job.payload["whom"] for job in batch]
        jobs.add("told", names)  # work in the database, to be rolled back with the rest
        if "无此人" in names:
            raise LookupError("no such person: 无此人\nDETAIL: 13800000000")
        batches.append(names)

    return batches


@pytest.fixture
def night() -> Iterator[clock.Travel]:
    with clock.at(NIGHT) as travel:
        yield travel


def tell(*names: str, **when: Any) -> None:
    for name in names:
        jobs.add("tell", {"whom": name}, **when)


def test_a_job_is_queued_with_its_change_or_not_at_all(told: Told) -> None:
    with transaction.atomic():
        tell("王建国")
        transaction.set_rollback(True)  # the change was refused
    assert jobs.waiting() == {}
    tell("王建国")
    assert jobs.drain() == 1
    assert told == [["王建国"]]
    assert jobs.waiting() == {"told": 1}  # its handler belongs to a programme that is not here


def test_jobs_come_in_batches_the_oldest_first(told: Told, night: clock.Travel) -> None:
    tell("李娟", after=NIGHT - timedelta(minutes=1))
    tell(*"一二三四五六七八")
    assert jobs.drain() == 9
    assert told == [["李娟", *"一二三四五六七"], ["八"]]


def test_one_statement_writes_the_change_and_its_job(told: Told) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH change AS (SELECT 1) INSERT INTO {jobs.TABLE} ({', '.join(jobs.COLUMNS)})"
            f" SELECT {jobs.VALUES} FROM change ON CONFLICT DO NOTHING",
            jobs.row("tell", {"whom": "陈敏"}),
        )
    jobs.add_all(jobs.row("tell", {"whom": name}) for name in ("赵强", "周伟"))
    assert jobs.drain() == 3
    assert sorted(chain(*told)) == sorted(["陈敏", "赵强", "周伟"])


def test_a_later_job_waits_for_its_moment(told: Told, night: clock.Travel) -> None:
    tell("冯雪", after=NIGHT + timedelta(days=30))
    assert jobs.drain() == 0
    assert jobs.waiting() == {"tell": 1}
    night.advance(timedelta(days=30))
    assert jobs.drain() == 1
    assert told == [["冯雪"]]


def test_while_a_key_waits_it_is_not_queued_again(told: Told) -> None:
    tell("孙立", "孙立", key="孙立")
    tell("孙立")
    assert jobs.waiting() == {"tell": 2}
    with pytest.raises(IntegrityError), transaction.atomic():
        jobs.add_all([jobs.row("tell", {"whom": "孙立"}, key="孙立")])
    jobs.drain()
    tell("孙立", key="孙立")
    assert jobs.drain() == 1


def test_a_poisoned_job_holds_nobody_up(told: Told) -> None:
    tell("孙立", "何丽", "无此人", "马骏", "钱进", "吴芳")
    jobs.drain()
    assert sorted(chain(*told)) == sorted(["孙立", "何丽", "马骏", "钱进", "吴芳"])
    told_in_database = jobs.Job.objects.filter(name="told").values_list("payload", flat=True)
    assert sorted(chain(*told_in_database)) == sorted(chain(*told))
    left = jobs.Job.objects.get(name="tell")
    assert (left.payload, left.attempts, left.dead_at) == ({"whom": "无此人"}, 1, None)
    assert left.error.startswith("LookupError: no such person: 无此人 (tell:")
    assert "13800000000" not in left.error


def test_it_is_tried_later_and_later_then_is_dead_until_revived(told: Told, night: clock.Travel) -> None:
    tell("无此人", key="k")
    tries = []
    for second in range(20):
        if jobs.drain():
            tries.append(second)
        night.advance(timedelta(seconds=1))
    assert tries == [0, 2, 6]
    assert jobs.waiting() == {}
    dead = jobs.list_dead().get()
    assert (dead.attempts, dead.dead_at) == (3, NIGHT + timedelta(seconds=6))

    jobs.Job.objects.filter(pk=dead.pk).update(payload={"whom": "许静"})
    jobs.revive(dead.pk)
    assert jobs.drain() == 1
    assert told == [["许静"]]
    assert not jobs.list_dead().exists()
    with pytest.raises(NotFound):
        jobs.revive(dead.pk)


def test_a_dead_job_that_was_queued_anew_is_revived_once(told: Told, night: clock.Travel) -> None:
    tell("无此人", key="k")
    for _ in range(3):
        jobs.drain()
        night.advance(timedelta(seconds=10))
    tell("许静", key="k")
    jobs.revive(jobs.list_dead().get().pk)
    assert jobs.drain() == 1
    assert told == [["许静"]]


def test_a_name_has_one_handler(told: Told) -> None:
    with pytest.raises(ValueError, match="tell"):
        jobs.handler("tell")(print)
    jobs.every(seconds=1, name="ticking")(threading.Barrier(1).reset)
    with pytest.raises(ValueError, match="ticking"):
        jobs.every(seconds=1, name="ticking")(print)


def test_a_periodic_task_runs_when_its_time_has_come(night: clock.Travel) -> None:
    ran: list[datetime] = []

    @jobs.every(seconds=60)
    def tick() -> None:
        ran.append(clock.now())
        if len(ran) == 2:
            raise OSError("the line is dead")

    for _ in range(13):
        jobs.drain()
        night.advance(timedelta(seconds=10))
    assert ran == [NIGHT, NIGHT + timedelta(seconds=60), NIGHT + timedelta(seconds=120)]
    assert jobs.Tick.objects.get().error == ""
    jobs.drain(ticks=False)
    assert len(ran) == 3


def test_a_failed_tick_is_written_down() -> None:
    @jobs.every(seconds=60, name="warn")
    def warn() -> None:
        raise OSError("the line is dead")

    jobs.drain()
    assert jobs.Tick.objects.get(name="warn").error.startswith("OSError: the line is dead (warn:")
