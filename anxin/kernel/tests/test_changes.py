"""The book of changes: who altered the house, and that nobody can alter the book."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from anxin.kernel import access, areas, changes
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import KeyReused, NotAllowed, TextTooLong
from tests.cast import Cast, area

DAY = date(2027, 1, 1)


def test_who_changed_what_when_and_why_is_read_newest_first(cast: Cast) -> None:
    """郑华 gives a post another title, and then another."""
    by = cast.supervisor
    changes.record(by, "post", "330402.water.clerk", {"title": "承办联络员"}, {"title": "承办员"}, "改称")
    changes.record(
        by, "post", "330402.water.clerk", {"title": "承办员", "body": 1}, {"title": "联络员", "body": 1}, effective=DAY
    )
    last, first = changes.of("post", "330402.water.clerk")
    assert (first.before, first.after, first.reason) == ({"title": "承办联络员"}, {"title": "承办员"}, "改称")
    assert (last.after, last.effective) == ({"title": "联络员"}, DAY), "what stayed the same is not repeated"
    assert (last.account, last.post, last.role) == (by.account, by.post, "supervisor")
    assert (first.seq, last.seq, bytes(last.prev or b"")) == (1, 2, bytes(first.hash or b""))
    assert changes.broken() == []


def test_what_did_not_change_is_not_written(cast: Cast) -> None:
    """Saving a page without touching it leaves no line."""
    changes.record(cast.supervisor, "post", "x", {"title": "一"}, {"title": "一"})
    assert not changes.of("post", "x").exists()
    with pytest.raises(TextTooLong):
        changes.record(cast.supervisor, "post", "x", {}, {"title": "一"}, "字" * 1001)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE kernel_alteration SET reason = '别的'",
        "DELETE FROM kernel_alteration",
        "TRUNCATE kernel_alteration",
    ],
)
def test_the_book_is_add_only(cast: Cast, sql: str) -> None:
    """Nobody rewrites, tears out or empties."""
    changes.record(cast.supervisor, "post", "x", {}, {"title": "一"})
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_tampering_with_the_table_itself_shows(cast: Cast) -> None:
    """Whoever owns the table and takes the trigger away still breaks the chain."""
    for title in ("一", "二", "三"):
        changes.record(cast.supervisor, "post", "x", {}, {"title": title})
    middle = changes.of("post", "x")[1]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kernel_alteration DISABLE TRIGGER USER")
        cursor.execute("UPDATE kernel_alteration SET reason = '别的' WHERE id = %s", [middle.pk])
        cursor.execute("ALTER TABLE kernel_alteration ENABLE TRIGGER USER")
    assert changes.broken() == [middle.pk]


def test_a_second_click_is_recognised_and_a_key_is_not_lent(cast: Cast) -> None:
    """The same key of the same person: done already; of another sort: refused."""
    by = cast.supervisor.under("post-change-1")
    assert not changes.repeated(by, "post")
    changes.record(by, "post", "x", {}, {"title": "一"})
    assert changes.repeated(by, "post")
    with pytest.raises(KeyReused):
        changes.repeated(by, "area")
    with pytest.raises(KeyReused):
        changes.repeated(cast.leader.under("post-change-1"), "post")


def test_a_page_that_has_become_stale_is_noticed(cast: Cast) -> None:
    """Two open the same page; the second to save is told."""
    seen = changes.edition("post", "x")
    changes.check_fresh("post", "x", seen)
    changes.record(cast.supervisor, "post", "x", {}, {"title": "一"})
    with pytest.raises(changes.Stale):
        changes.check_fresh("post", "x", seen)


def test_who_may_change_what(cast: Cast) -> None:
    """The administrator everything; the county's desk the posts of its county; nobody else anything."""
    admin = Actor(role="admin", area=area("330400").pk, area_level="city")
    qixing, jiashan = area("330402015").pk, area("330421").pk
    for what in access.ADMINISTERS:
        access.administer(admin, what, area=jiashan)
    access.administer(cast.supervisor, "posts", area=qixing)
    for by, what, where in (
        (cast.supervisor, "posts", jiashan),
        (cast.supervisor, "limits", qixing),
        (cast.dispatcher, "posts", qixing),
        (cast.leader, "people", qixing),
        (admin, "weather", qixing),
    ):
        with pytest.raises(NotAllowed):
            access.administer(by, what, area=where)
    assert access.administers(cast.supervisor, "people"), "whether any can be changed is asked without a place"
    assert areas.tree()
