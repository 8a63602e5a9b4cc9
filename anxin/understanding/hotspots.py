"""Hot issues of the city: counted every hour from the matters of the last month, kept under stable numbers, alerted.

A small city is counted at once. In a large one the counting (a minute and a half for 100,000 matters) goes to a
process of its own, so that the worker goes on hearing of emergencies. Confidential matters and erased words are left
out; persons are told apart by a fingerprint that is made for the counting and kept nowhere.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from anxin.kernel import areas, clock, flow
from anxin.kernel.bodies import SYSTEM
from anxin.kernel.flow import ERASED
from anxin.kernel.matters import MERGED, OPEN, REFUSED, Matter
from anxin.understanding import counting, hot, redaction
from anxin.understanding.hot import Issue, Message
from anxin.understanding.known import text_of
from anxin.understanding.models import HotIssue, HotMember
from anxin.understanding.text import clean

log = logging.getLogger("anxin.understanding")
WINDOW = timedelta(days=30)
"""How far back is counted [INF]."""
MOST = 100_000
"""Matters counted at most, the newest [INF]."""
AT_ONCE = 500
"""Matters counted in the worker itself; more go to a process of their own [INF]."""
ALERT_PEOPLE, ALERT_HEAT = 5, 4.0
"""Different people, and heat, from which a new issue alerts the situation room [INF]."""

READ, OPENING = 50, 1_000
"""Messages of an issue looked through for names, and characters of each [INF]."""

_counting = threading.Lock()


def messages(now: datetime) -> list[Message]:
    """The matters of the last month as messages, the oldest first."""
    rows = (
        Matter.objects.filter(reported_at__gt=now - WINDOW, reported_at__lte=now, confidential=False)
        .exclude(state=REFUSED)
        .exclude(title=ERASED)
        .order_by("-reported_at")
        .values_list(
            "pk", "reported_at", "title", "narrative", "county_id", "town_id", "village_id", "person_id",
            "person__phone_mark", "voices",
        )[:MOST]
    )  # fmt: skip
    salt, known = secrets.token_bytes(16), areas.tree().areas
    found = []
    for pk, at, title, narrative, *places, token, mark, voices in rows.iterator(chunk_size=2000):
        who = bytes(mark) if mark is not None else token.bytes if token is not None else b""
        names = tuple(known[place].name for place in places if place is not None and place in known)
        found.append(
            Message(
                ident=str(pk),
                at=at,
                text=text_of(title, narrative),
                areas=names,
                person=hashlib.blake2b(who, key=salt, digest_size=8).hexdigest() if who else "",
                agree=voices,
            )
        )
    return found[::-1]


def before() -> list[Issue]:
    """The issues as they were kept last, with their members: so that each keeps its number."""
    kept = HotIssue.objects.filter(current=True).prefetch_related("members").order_by("-heat", "number")
    return [
        Issue(
            number=each.number, name=each.title, place=each.place, first=each.first, last=each.last,
            members=tuple(str(member.matter_id) for member in each.members.all()), people=each.people,
            trend=each.trend, recent=each.recent, earlier=each.earlier, heat=each.heat, why=each.why,
            words=tuple(each.words),
        )
        for each in kept
    ]  # fmt: skip


def count(*, wait: bool = False) -> bool:
    """Count anew; whether it was begun (not while the last counting still runs). `wait`: until it is kept."""
    now = clock.now()
    told = messages(now)
    if len(told) <= AT_ONCE or wait:
        keep(hot.issues(told, before=before(), now=now), now)
        return True
    if not _counting.acquire(blocking=False):
        return False
    threading.Thread(target=_beside, args=(told, before(), now), name="hot", daemon=True).start()
    return True


def _beside(told: Sequence[Message], earlier: Sequence[Issue], now: datetime) -> None:
    """Let a process of its own count, and keep what it finds."""
    try:
        keep(counting.count(told, earlier, now), now)
    except Exception:  # a thread of its own: nobody above would hear of it
        log.exception("hot issues could not be counted and kept")
    finally:
        connection.close()
        _counting.release()


@transaction.atomic
def keep(found: Sequence[Issue], now: datetime) -> list[HotIssue]:
    """Write down what was found, in place of the last calculation; alert what is new and hot. Returns those."""
    HotIssue.objects.filter(current=True).update(current=False)
    known = {each.number: each for each in HotIssue.objects.filter(number__in=[each.number for each in found])}
    there = set(
        Matter.objects.filter(pk__in={int(m) for each in found for m in each.members}).values_list("pk", flat=True)
    )
    alerted = []
    for each in found:
        row = known.get(each.number) or HotIssue(number=each.number)
        row.title, row.place, row.words = _told(each)
        row.first, row.last, row.size, row.people = each.first, each.last, len(each.members), each.people
        row.recent, row.earlier, row.trend = each.recent, each.earlier, each.trend
        row.heat, row.why, row.day, row.counted_at = each.heat, each.why, clock.local_day(now), now
        row.current = True
        if row.alerted_at is None and row.people >= ALERT_PEOPLE and row.heat >= ALERT_HEAT:
            row.new, row.alerted_at = True, now
            alerted.append(row)
        row.save()
        row.members.all().delete()
        HotMember.objects.bulk_create(
            HotMember(issue=row, matter_id=int(member)) for member in each.members if int(member) in there
        )
    HotMember.objects.filter(issue__current=False).delete()
    # Their words stand in no list of members any more: an erasure would not find them.
    HotIssue.objects.filter(current=False).exclude(title="").update(title="", words=[])
    for row in alerted:
        _alert(row)
    return alerted


def _told(each: Issue) -> tuple[str, str, list[str]]:
    """Name, place and words of an issue without those that stand in somebody's name, number or door in its messages.

    A bare word does not show that it is a name; the sentences it comes from do.
    """
    personal: set[str] = set()
    texts = Matter.objects.filter(pk__in=[int(member) for member in each.members[:READ]])
    for title, narrative in texts.values_list("title", "narrative"):
        said = text_of(title, narrative)[:OPENING]
        personal |= {clean(said[span.start : span.end]) for span in redaction.spans(said)}
    place = redaction.redact(each.place)
    names = {one for one in personal if len(one) > 1}
    words = [
        word for word in each.words if not redaction.spans(word) and not any(word in o or o in word for o in names)
    ]
    name = each.name if words == list(each.words) else " ".join(part for part in (place, *words) if part)
    return redaction.redact(name) or "…", place, words


def _alert(row: HotIssue) -> None:
    """Tell it where it is worked on: a note on its newest matter that is still open. The desk shows all new ones."""
    newest = row.matters().exclude(state=MERGED).filter(state__in=OPEN).first()
    if newest is not None:
        flow.note(
            newest,
            SYSTEM,
            f"新热点：{row.title}（{row.place or '地点不一'}），{row.people} 人、{row.size} 件，热度 {row.heat:.1f}。",
            facts={"hot": row.number},
        )
