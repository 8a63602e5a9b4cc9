"""Finding a matter by number, words, place or person, among those a post may see.

`index.py` proposes; what is shown is read from the matter itself, so words that were erased are not found even before
the index has let go of them, and what it does not know yet is found by looking through the newest.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from anxin.kernel import access, areas, clock, index, people, registry
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import NotAllowed, ReasonNeeded
from anxin.kernel.index import RUN, pairs, plain
from anxin.kernel.matters import OPEN, Matter
from anxin.kernel.orders import FINISHED, RETURNING, SENT, SIGNED
from anxin.kernel.people import Person, Reading
from anxin.kernel.rows import writable

_OWN_STATES = ((SENT, 300), (SIGNED, 300), (RETURNING, 60), (FINISHED, 400))
_OWN = " UNION ALL ".join(
    "(SELECT m.* FROM (SELECT matter_id FROM kernel_order WHERE body_id = %s AND state = %s"
    " ORDER BY sent_at DESC LIMIT %s) AS o JOIN kernel_matter m ON m.id = o.matter_id)"
    for _ in _OWN_STATES
)
"""The newest orders of a body, what it works on first."""
LIMIT, LONGEST = 20, 100
"""Hits of one search; letters of what is searched for."""
NEWEST = 2500
"""So many of the newest matters are looked through one by one: what the index does not know yet, and frequent words."""
PROPOSED = 40
"""Matters the index proposes at once; some are none, since pairs of letters are not yet the word."""
PLACES = 12
"""Areas one word may mean."""
_NUMBER = re.compile(r"\d{2,6}(-\d*)?|\d{4,20}")
_PHONE = re.compile(r"(?!\d{6}-)[+\d][\d\s-]{6,18}")


@dataclass(frozen=True, slots=True)
class Hit:
    """A matter that was found: why ("number", "words", "person"), and its words in pieces, those asked for marked."""

    matter: Matter
    why: str
    title: tuple[tuple[str, bool], ...]
    snippet: tuple[tuple[str, bool], ...]


# ---- finding ----------------------------------------------------------------------------------------------------


def find(by: Actor, words: str, limit: int = LIMIT) -> list[Hit]:
    """What a post finds: by exact number (then only that), then what is open, then the newest. Nothing it may not see.

    Words (two letters at least) must all be there, each in the text or as the name of a place; digits are the day and
    serial of a number, any four or more in a row of it, or a number another platform gave.
    """
    said = words.strip()[:LONGEST]
    asked = [each for each in dict.fromkeys(plain(said).split()) if len(each) > 1][:6]
    if not asked or not writable(said):
        return []
    found: dict[int, Hit] = {}
    for m in _by_number(by, said, limit) if len(asked) == 1 else ():
        found[m.pk] = _hit(m, "number", asked)
    if len(found) < limit and not any(hit.matter.number == said for hit in found.values()):
        for m in _by_words(by, [_Word(each) for each in asked], limit):
            found.setdefault(m.pk, _hit(m, "words", asked))
    return sorted(found.values(), key=lambda hit: _rank(hit, said))[:limit]


def _rank(hit: Hit, said: str) -> tuple[bool, bool, float]:
    """The number itself, then what is open, then the newest."""
    m = hit.matter
    return said not in (m.number, m.source_ref), m.state not in OPEN, -m.reported_at.timestamp()


def _shown(by: Actor, rows: QuerySet[Matter]) -> QuerySet[Matter]:
    return access.seen_among(by, rows).select_related("lead")


def _by_number(by: Actor, said: str, limit: int) -> list[Matter]:
    exact = Q(number=said) | Q(channel__in=list(registry.channels()), source_ref=said)
    found = list(_shown(by, Matter.objects.filter(exact))[:limit])
    if not _NUMBER.fullmatch(said):
        return found
    day, dash, serial = said.partition("-")
    if len(day) == 6 and (span := _span(day)) is not None:
        rows = access.matters(by).filter(reported_at__gte=span[0], reported_at__lt=span[1])
        if dash and serial:
            rows = rows.filter(number__startswith=said)
        found += rows.select_related("lead").order_by("-reported_at")[:limit]
    elif not dash and len(day) >= 4:
        ids = _proposed(_scope(by), [("marks @> %s::int[]", [sorted(index.quads(day))])], PROPOSED)
        found += [m for m in _shown(by, Matter.objects.filter(pk__in=ids)) if day in m.number.partition("-")[2]]
    return found


def _span(day: str) -> tuple[datetime, datetime] | None:
    try:
        begin = datetime.combine(datetime.strptime(f"20{day}", "%Y%m%d").date(), time(), clock.TZ)  # noqa: DTZ007
    except ValueError:
        return None
    return begin, begin + timedelta(days=1)


class _Word:
    """One word: its pairs of letters, the places it may mean."""

    def __init__(self, said: str) -> None:
        self.runs = [run for run in RUN.findall(said) if len(run) > 1]
        self.said, self.pairs = said, sorted(pairs(said))
        self.areas = _named(said)

    def stands_in(self, m: Matter, text: str) -> bool:
        """Whether the word is in a matter's text, or names one of its areas."""
        at = (m.grid_id, m.village_id, m.town_id, m.county_id)
        return any(pk in self.areas for pk in at) or bool(self.runs and all(run in text for run in self.runs))

    def condition(self) -> tuple[str, list[Any]]:
        """What the index is asked."""
        if not self.areas:
            return "marks @> %s::int[]", [self.pairs]
        return "(marks @> %s::int[] OR marks && %s::int[])", [self.pairs or [0], [index.area(pk) for pk in self.areas]]

    def rows(self) -> tuple[str, list[Any]]:
        """What the table of matters is asked; letters with two cases are compared without."""
        like = "%" + re.sub(r"([%_\\])", r"\\\1", self.said) + "%"
        way = "LIKE" if self.said.upper() == self.said else "ILIKE"
        where = [f"{name} {way} %s" for name in ("title", "narrative", "address")]
        if not self.areas:
            return f"({' OR '.join(where)})", [like] * 3
        where += [f"{level}_id = ANY(%s)" for level in ("town", "grid", "village", "county")]
        return f"({' OR '.join(where)})", [like] * 3 + [sorted(self.areas)] * 4


def _named(said: str) -> frozenset[int]:
    """Areas of today whose name begins with a word or holds it, larger ones first."""
    rank = {level: n for n, level in enumerate(areas.LEVELS)}
    found = [
        (rank[area.level], area.pk)
        for area in areas.tree().areas.values()
        if area.valid_to is None and said in area.name and rank[area.level] >= rank["county"]
    ]
    return frozenset(pk for _, pk in sorted(found)[:PLACES])


def _by_words(by: Actor, words: Sequence[_Word], limit: int) -> list[Matter]:
    """Open ones, the newest, and, where that is not enough, older ones, some months at a time."""
    asked, scope = [word.condition() for word in words], _scope(by)
    found = {m.pk: m for m in _newest(by, words, limit)}
    ids = _proposed(scope, [*asked, ("marks @> %s::int[]", [[index.IS_OPEN]])], PROPOSED)
    _take(by, words, found, ids)
    for months in (range(2), range(2, 6), range(6, 24), None):
        if len(found) >= limit:
            break
        when = [] if months is None else [("marks && %s::int[]", [[index.month(clock.now(), n) for n in months]])]
        _take(by, words, found, _proposed(scope, [*asked, *when], 4 * PROPOSED if months is None else PROPOSED))
    return list(found.values())


def _take(by: Actor, words: Sequence[_Word], found: dict[int, Matter], ids: Iterable[int]) -> None:
    """Those that were proposed rightly."""
    for m in _shown(by, Matter.objects.filter(pk__in=[pk for pk in ids if pk not in found])):
        text = plain(f"{m.title}\n{m.narrative}\n{m.address}")
        if all(word.stands_in(m, text) for word in words):
            found[m.pk] = m


def _newest(by: Actor, words: Sequence[_Word], limit: int) -> list[Matter]:
    """Among the newest the post may see: read one by one along an index, so a frequent word is found at once."""
    scope = access.scope_of(by)
    if scope is None:
        parts, params = _OWN, [value for state, most in _OWN_STATES for value in (by.body, state, most)]
    elif "village" in scope or "channel" in scope:
        return []  # no index leads there newest first
    else:
        named = " AND ".join(f"{name}_id = %s" for name in scope)  # names of levels: our own words
        parts = f"SELECT * FROM kernel_matter {named and f'WHERE {named}'} ORDER BY reported_at DESC LIMIT %s"
        params = [*scope.values(), NEWEST]
    where = " AND ".join(word.rows()[0] for word in words)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM ({parts}) AS m WHERE {where} LIMIT %s",
            [*params, *(value for word in words for value in word.rows()[1]), limit],
        )
        ids = [row[0] for row in cursor.fetchall()]
    return list(Matter.objects.filter(pk__in=ids).select_related("lead"))


def _scope(by: Actor) -> list[int] | None:
    """Marks of which a matter must have one for the post to see it; None: it may see all (or is asked row by row)."""
    scope = access.scope_of(by)
    if scope == {} or by.role == "channel":
        return None
    found = [] if by.body is None else [index.body(by.body)]
    if scope is not None:
        found += [index.FROM_PUBLIC_POSTS if name == "channel" else index.area(pk) for name, pk in scope.items()]
    return found


def _proposed(scope: list[int] | None, asked: Sequence[tuple[str, list[Any]]], most: int) -> list[int]:
    """What the index proposes, the newest first."""
    parts = [*asked, *([] if scope is None else [("marks && %s::int[]", [scope])])]
    where, params = " AND ".join(said for said, _ in parts), [each for _, some in parts for each in some]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH hits AS MATERIALIZED (SELECT matter_id, at FROM kernel_searchable WHERE {where})"
            " SELECT matter_id FROM hits ORDER BY at DESC LIMIT %s",
            [*params, most],
        )
        return [row[0] for row in cursor.fetchall()]


# ---- a person ---------------------------------------------------------------------------------------------------


def names_a_person(said: str) -> bool:
    """Whether what was typed is a telephone number or a person's token."""
    said = said.strip()
    return _token(said) is not None or (bool(_PHONE.fullmatch(said)) and len(re.sub(r"\D", "", said)) >= 7)


def _token(said: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(said) if len(said) in (32, 36) else None
    except ValueError:
        return None


@transaction.atomic
def of_person(by: Actor, said: str, *, purpose: str, limit: int = LIMIT) -> list[Hit]:
    """The matters behind a telephone number or a person's token, as far as the post may see them.

    The number is compared by its keyed fingerprint. That it was looked up, by whom and for which purpose, is written
    down for every person it fits, whatever is shown. Confidential matters open only to the hotline and the call-back
    desk. Raises NotAllowed, ReasonNeeded for an unknown purpose. Source: PIPL art. 51, guide 11.3 SEC-3.
    """
    if by.role not in access.READ_PERSON:
        raise NotAllowed
    if purpose not in people.PURPOSES:
        raise ReasonNeeded(fields={"purpose": "、".join(people.PURPOSES.values())})
    token, mark = _token(said.strip()), people.phone_mark(said)
    persons = list(Person.objects.filter(Q(pk=token) if token else Q(phone_mark=mark)).order_by("-created_at")[:200])
    rows = access.seen_among(by, Matter.objects.filter(person__in=persons))
    if by.role not in ("seat", "callback"):
        rows = rows.exclude(confidential=True)
    found = list(rows.select_related("lead").order_by("-reported_at")[:limit])
    shown, moment = {m.person_id: m.pk for m in found}, clock.now()
    Reading.objects.bulk_create(
        Reading(
            person=person, matter=shown.get(person.pk), account=by.account, post=by.post, purpose=purpose,
            fields="token" if token else "phone_mark", reason="按电话或标识查找", at=moment,
        )
        for person in persons
    )  # fmt: skip
    return sorted((_hit(m, "person", ()) for m in found), key=lambda hit: hit.matter.state not in OPEN)


# ---- showing ----------------------------------------------------------------------------------------------------


def _hit(m: Matter, why: str, words: Sequence[str]) -> Hit:
    text = f"{m.narrative} {m.address}".strip()
    places = [place for word in words if (place := text.lower().find(word)) >= 0]
    first = max(0, min(places) - 12) if places else 0
    cut = ("…" if first else "") + text[first : first + 70] + ("…" if len(text) > first + 70 else "")
    return Hit(m, why, marked(m.title or m.number, words), marked(cut, words))


def marked(text: str, words: Sequence[str]) -> tuple[tuple[str, bool], ...]:
    """A text in pieces, those that were searched for marked."""
    if not words:
        return ((text, False),)
    said = re.compile("(" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")", re.I)
    return tuple((piece, n % 2 == 1) for n, piece in enumerate(said.split(text)) if piece)
