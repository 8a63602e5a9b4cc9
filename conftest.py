"""What every test gets: the demo city in the database, the cast, and a journal that must agree with the tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation

from anxin.kernel import areas, bodies, house, replay
from tests import cast as the_cast


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_keepdb: bool,
    django_db_createdb: bool,
    django_db_blocker: Any,
) -> Iterator[None]:
    """Make the test database and plant the demo city once.

    In place of the plug-in's own, which makes none when only stories with `live_city` are run: they would then write
    into the real database.
    """
    from django.test.utils import setup_databases, teardown_databases

    from anxin.city import seed

    with django_db_blocker.unblock():
        keep = django_db_keepdb and not django_db_createdb
        made = setup_databases(
            verbosity=0, interactive=False, aliases={"default"}, serialized_aliases=set(), keepdb=keep
        )
        seed.plant()
        _sweep()
    yield
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            teardown_databases(made, verbosity=0)


def _sweep() -> None:
    """Clear away what stories that really commit have left in an earlier run; whoever owns the tables can."""
    from django.db import connection, transaction

    from anxin.kernel.matters import Matter

    if not Matter.objects.exists():
        return
    guarded = ("entry", "seal", "reading", "erasure")
    with transaction.atomic(), connection.cursor() as cursor:
        for table in guarded:
            cursor.execute(f"ALTER TABLE kernel_{table} DISABLE TRIGGER USER")
        cursor.execute("TRUNCATE kernel_matter, kernel_job, kernel_seal, kernel_reading, kernel_erasure CASCADE")
        for table in guarded:
            cursor.execute(f"ALTER TABLE kernel_{table} ENABLE TRIGGER USER")


@pytest.fixture
def cast(db: None) -> the_cast.Cast:
    """The named cast on its posts."""
    return the_cast.gather()


@pytest.fixture
def live_city(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[the_cast.Cast]:
    """The cast, with a database that really commits (for servers, threads, processes); nothing is cleaned away.

    Stories that use it must not assume that they are alone in the city.
    """
    with django_db_blocker.unblock():
        yield the_cast.gather()
        replay.check(raise_on_difference=True)


@pytest.fixture(autouse=True)
def _own_language() -> None:
    """A page asked for in English leaves its language with the thread: every story begins in Chinese."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def _nothing_decided_without_a_database(request: pytest.FixtureRequest) -> Iterator[None]:
    """A story that only reckons does not ask the database what the house has decided."""
    if {"db", "transactional_db", "live_city"} & set(request.fixturenames):
        yield
        return
    with house.undecided():
        yield


@pytest.fixture(autouse=True)
def _journal_agrees(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every test: the folded journal equals the tables."""
    rolled_back = "db" in request.fixturenames and "live_city" not in request.fixturenames
    if rolled_back:
        request.getfixturevalue("db")  # so that it is still there when the story is over
    copies: list[Any] = [areas.TREE, bodies.DIRECTORY, house.HOUSE]
    known = [(copy._copy, copy._number) for copy in copies]
    yield
    if rolled_back:
        replay.check(raise_on_difference=True)
        for copy, (before, number) in zip(copies, known, strict=True):
            if number != copy._number or copy._copy is not before:  # what the story changed is rolled back
                copy._copy, copy._number = before, number
