"""The journal is add only, chained and sealed: the database refuses what is not told, and what is forged shows."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import Error, connection, transaction

from anxin.kernel import clock, flow, replay, seals
from anxin.kernel.journal import Entry, Words, fingerprint
from anxin.kernel.matters import Matter
from anxin.kernel.orders import Clock, Order
from anxin.kernel.seals import Seal
from anxin.kernel.tests.stories import closed, lead, now, opened, signed
from tests.cast import Cast


def run(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def forging() -> Iterator[None]:
    """Somebody who owns the tables switches the promises of the database off; undone afterwards."""
    with undone():
        run("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("matter", "order", "clock", "check", "entry", "words", "seal"):
            run(f"ALTER TABLE kernel_{table} DISABLE TRIGGER USER")
        run("SET CONSTRAINTS ALL DEFERRED")
        yield


def found(matter: Matter) -> list[str]:
    """What the fold finds of one matter."""
    return replay.check(since=matter.pk, upto=matter.pk).differences


# ---- what the database refuses ----------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE kernel_entry SET verb = 'nothing' WHERE matter_id = {0}",
        "UPDATE kernel_entry SET data = '{{}}' WHERE matter_id = {0}",
        "DELETE FROM kernel_entry WHERE matter_id = {0}",
        "TRUNCATE kernel_entry CASCADE",
        "TRUNCATE kernel_matter CASCADE",
        "DELETE FROM kernel_matter WHERE id = {0}",
        "DELETE FROM kernel_order WHERE matter_id = {0}",
        "UPDATE kernel_matter SET state = 'closed' WHERE id = {0}",
        "UPDATE kernel_order SET state = 'finished' WHERE matter_id = {0}",
        "UPDATE kernel_seal SET entries = 0",
        "DELETE FROM kernel_seal",
        "TRUNCATE kernel_seal",
        "TRUNCATE kernel_reading",
        "TRUNCATE kernel_erasure",
        # an entry after a gap; an entry twice; an entry of another state than the row takes
        "INSERT INTO kernel_entry (id, matter_id, seq, at, verb, role, channel, data)"
        " VALUES (1, {0}, 99, now(), 'note', 'seat', '', '{{}}')",
        "INSERT INTO kernel_entry (id, matter_id, seq, at, verb, role, channel, data)"
        " VALUES (1, {0}, 1, now(), 'note', 'seat', '', '{{}}')",
        "INSERT INTO kernel_entry (id, matter_id, seq, at, verb, role, channel, data)"
        " VALUES (1, {0}, {1}, now(), 'refuse', 'seat', '', '{{\"moves\": {{\"m\": [\"working\", \"refused\"]}}}}');"
        " UPDATE kernel_matter SET state = 'closed' WHERE id = {0}",
        "INSERT INTO kernel_entry (id, matter_id, seq, at, verb, role, channel, data)"
        " VALUES (1, {0}, {1}, now(), 'close', 'seat', '', '{{\"moves\": {{\"m\": [\"replied\", \"closed\"]}}}}');"
        " UPDATE kernel_matter SET state = 'closed' WHERE id = {0}",
    ],
)
def test_the_database_refuses_what_is_not_told(cast: Cast, sql: str) -> None:
    matter = signed(cast)
    with undone():
        Seal.objects.create(at=clock.now(), upto="0", entries=0, digest=b"")
        run("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(Error) as refused, transaction.atomic():
            run(sql.format(matter.pk, now(matter).entries + 1))
    assert any(word in str(refused.value) for word in ("add only", "without an entry", "no predecessor", "entry_once"))


@pytest.mark.django_db
def test_a_state_told_rightly_is_accepted(cast: Cast) -> None:
    matter = signed(cast)
    with undone():
        run(
            "INSERT INTO kernel_entry (id, matter_id, seq, at, verb, role, channel, data) VALUES"
            " (1, %s, %s, now(), 'refuse', 'seat', '', '{\"moves\": {\"m\": [\"working\", \"refused\"]}}')",
            matter.pk,
            now(matter).entries + 1,
        )
        run("UPDATE kernel_matter SET state = 'refused' WHERE id = %s", matter.pk)
        run("SET CONSTRAINTS ALL IMMEDIATE")


# ---- what is forged shows ---------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE kernel_entry SET data = data || '{{\"x\": 1}}' WHERE matter_id = {0} AND seq = 2", "校验链断裂"),
        ("UPDATE kernel_entry SET at = at - interval '1 hour' WHERE matter_id = {0} AND seq = 2", "校验链断裂"),
        ("UPDATE kernel_entry SET account = 999 WHERE matter_id = {0} AND seq = 3", "校验链断裂"),
        ("UPDATE kernel_entry SET role = 'system' WHERE matter_id = {0} AND seq = 3", "校验链断裂"),
        ("DELETE FROM kernel_entry WHERE matter_id = {0} AND seq = 2", "校验链断裂"),
        ("DELETE FROM kernel_entry WHERE matter_id = {0} AND seq = {1}", "应有"),
        ("DELETE FROM kernel_entry WHERE matter_id = {0}", "没有流水"),
        ("UPDATE kernel_matter SET state = 'closed' WHERE id = {0}", "m.state"),
        ("UPDATE kernel_matter SET county_id = NULL WHERE id = {0}", "m.county_id"),
        ("UPDATE kernel_order SET signed_at = signed_at - interval '1 hour' WHERE matter_id = {0}", "signed_at"),
        ("UPDATE kernel_clock SET due_at = due_at + interval '1 day' WHERE matter_id = {0}", "due_at"),
        ("DELETE FROM kernel_clock WHERE matter_id = {0} AND code = 'arrive'", "不在表中"),
        (
            "INSERT INTO kernel_check (id, matter_id, months, due_on) VALUES (1, {0}, 1, now())",
            "不在流水中",
        ),
        ("UPDATE kernel_words SET texts = '{{\"note\": \"另一番话\"}}' WHERE entry_id IN"
         " (SELECT id FROM kernel_entry WHERE matter_id = {0})", "指纹不符"),
        ("DELETE FROM kernel_words WHERE entry_id IN (SELECT id FROM kernel_entry WHERE matter_id = {0})", "指纹不符"),
    ],
)  # fmt: skip
def test_what_is_forged_shows(cast: Cast, sql: str, said: str) -> None:
    matter = signed(cast)
    flow.note(matter, cast.seat, "居民又来电催办")
    assert found(matter) == []
    with forging():
        run(sql.format(matter.pk, now(matter).entries))
        assert any(said in difference for difference in found(matter))


@pytest.mark.django_db
def test_a_forged_due_moment_shows_even_when_chain_and_table_agree(cast: Cast) -> None:
    matter = signed(cast)
    due = Clock.objects.get(matter=matter, order=None)
    with forging():
        later = due.due_at.replace(year=2030).isoformat()
        run(
            "UPDATE kernel_entry SET data = jsonb_set(data, ARRAY['set', %s, 'due_at'], to_jsonb(%s::text))"
            " WHERE matter_id = %s AND seq = 1",
            f"c{due.pk}", later, matter.pk,
        )  # fmt: skip
        run("UPDATE kernel_clock SET due_at = %s WHERE id = %s", later, due.pk)
        for seq in range(1, now(matter).entries + 1):  # and every hash after it
            run(
                "UPDATE kernel_entry e SET prev = b.hash, hash = kernel_entry_hash(e, b.hash) FROM"
                " (SELECT (SELECT hash FROM kernel_entry WHERE matter_id = %s AND seq = %s) AS hash) b"
                " WHERE e.matter_id = %s AND e.seq = %s",
                matter.pk, seq - 1, matter.pk, seq,
            )  # fmt: skip
        said = found(matter)
        assert said
        assert all("重算" in each for each in said)


@pytest.mark.django_db
def test_one_forged_matter_does_not_hide_or_spoil_the_others(cast: Cast) -> None:
    matters = [signed(cast) for _ in range(3)]
    with forging():
        run("UPDATE kernel_entry SET data = '{\"moves\": {\"m\": [\"closed\", \"merged\"]}}'"
            " WHERE matter_id = %s AND seq = 2", matters[1].pk)  # fmt: skip
        outcome = replay.check(since=matters[0].pk, upto=matters[2].pk)
        assert outcome.matters == 3
        assert any(str(matters[1].pk) in said for said in outcome.differences)
        assert not any(str(each.pk) in said for said in outcome.differences for each in (matters[0], matters[2]))
        with pytest.raises(replay.JournalDiffers):
            replay.check(since=matters[0].pk, upto=matters[2].pk, raise_on_difference=True)


# ---- the seals --------------------------------------------------------------------------------------------------


def sealed() -> list[str]:
    """What the check finds wrong with seals."""
    return [said for said in replay.check(since=2**61).differences if "封存" in said]


def test_a_whole_matter_that_vanishes_shows_in_the_seal(live_city: Cast) -> None:
    matter = closed(live_city)
    everything_is_sealed()  # in one seal, or in several where another database held some entries back
    assert sealed() == []
    with forging():
        run("DELETE FROM kernel_words WHERE entry_id IN (SELECT id FROM kernel_entry WHERE matter_id = %s)", matter.pk)
        for table in ("entry", "clock", "check", "order"):
            run(f"DELETE FROM kernel_{table} WHERE matter_id = %s", matter.pk)
        run("DELETE FROM kernel_matter WHERE id = %s", matter.pk)
        told = [re.fullmatch(r"(.+) 的封存不符：应有 (\d+) 条，实有 (\d+) 条", said) for said in found(matter)]
        assert sum(int(said[2]) - int(said[3]) for said in told if said) == matter.entries
        assert {said[1] for said in told if said} <= {str(each.at) for each in Seal.objects.all()}
        assert all(told)


def unsealed() -> int:
    """Entries no seal covers yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kernel_entry WHERE xact >="
                       " (SELECT upto::xid8 FROM kernel_seal ORDER BY id DESC LIMIT 1)")  # fmt: skip
        return int(cursor.fetchone()[0])


def everything_is_sealed() -> None:
    """Seal until no entry is left out."""
    end = time.monotonic() + 20
    while Seal.objects.count() == 0 or unsealed():
        assert time.monotonic() < end
        seals.seal(clock.now())
        time.sleep(0.02)


def sealed_soon(least: int = 1) -> int:
    """Seal until so many entries are; other databases of the server may hold the horizon back for a moment."""
    count, end = 0, time.monotonic() + 20
    while count < least and time.monotonic() < end:
        count += seals.seal(clock.now())
        time.sleep(0.02)
    return count


def test_a_seal_that_vanishes_shows_in_the_next(live_city: Cast) -> None:
    for _ in range(2):
        opened(live_city.resident)
        assert sealed_soon(2) >= 2
    assert seals.seal(clock.now()) == 0  # nothing new, no empty seal
    with forging():
        run("DELETE FROM kernel_seal WHERE id = (SELECT max(id) - 1 FROM kernel_seal)")
        assert sealed()


def test_what_commits_late_is_sealed_later_and_never_missed(live_city: Cast) -> None:
    opened(live_city.resident)
    sealed_soon(2)
    written, go = threading.Event(), threading.Event()
    slow: list[Matter] = []

    def report_slowly() -> None:
        try:
            with transaction.atomic():
                slow.append(opened(live_city.seat))
                written.set()
                go.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=report_slowly)
    thread.start()
    assert written.wait(10)
    quick = opened(live_city.resident)
    assert seals.seal(clock.now()) == 0  # the quick one has a later transaction than one that is still open
    go.set()
    thread.join(10)
    count = Entry.objects.filter(matter__in=[quick.pk, slow[0].pk]).count()
    assert sealed_soon(4) == count == 4
    assert sealed() == []


# ---- words ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_words_that_are_erased_leave_their_fingerprint(cast: Cast) -> None:
    matter = signed(cast)
    change = flow.note(matter, cast.seat, "王建国的电话已记录")
    assert change.entry is not None
    Words.objects.filter(entry=change.entry.pk).update(texts={}, erased_at=datetime(2026, 7, 1, tzinfo=UTC))
    assert found(matter) == []
    entry = Entry.objects.get(pk=change.entry.pk)
    assert entry.data["words"] == {"note": fingerprint("王建国的电话已记录")}
    assert "王建国" not in str(entry.data)


@pytest.mark.django_db
def test_what_was_said_first_has_its_fingerprint_too(cast: Cast) -> None:
    matter = opened(cast.resident)
    entry = Entry.objects.get(matter=matter, seq=1)
    said = "\n".join((matter.title, matter.narrative, matter.address))
    assert entry.data["facts"]["said"] == fingerprint(said)


@pytest.mark.django_db
def test_the_fold_gives_the_tables(cast: Cast) -> None:
    matter = closed(cast)
    told = list(Entry.objects.filter(matter=matter).order_by("seq").values_list("data", flat=True))
    folded = replay.fold(told)
    assert folded["m"]["state"] == "closed"
    assert folded[f"o{lead(matter).pk}"]["state"] == "finished"
    rows = Order.objects.filter(matter=matter).count() + Clock.objects.filter(matter=matter).count() + 3 + 1
    assert len(folded) == rows
    outcome = replay.check(since=matter.pk, upto=matter.pk)
    assert (outcome.matters, outcome.entries, outcome.sound) == (1, len(told), True)
