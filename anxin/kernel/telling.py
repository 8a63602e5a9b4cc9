"""After the commit: hand each entry to whoever asked, let the clocks ring, seal the journal, send what is queued.

Reactions and channels hear of an entry here, at least once, in a transaction of their own; nothing in here can stop
or change what has been decided.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import F

from anxin.kernel import areas, clock, flow, house, jobs, journal, people, registry, seals
from anxin.kernel.bodies import SYSTEM
from anxin.kernel.errors import NotNow
from anxin.kernel.journal import Entry
from anxin.kernel.matters import Matter
from anxin.kernel.notices import DEAD, SENT, TRIES, WAITING, Delivery, backoff
from anxin.kernel.orders import Clock
from anxin.kernel.people import RETENTION, Person

log = logging.getLogger("anxin.telling")
LEASE = timedelta(seconds=60)
"""How long a message stays with the postman who took it, before another may try."""
TOGETHER, ROUNDS = 200, 12
"""So many clocks ring in one transaction, and so often in a row before the worker looks at its jobs again."""


@jobs.handler("tell", batch=200)
def tell(batch: list[jobs.Job]) -> None:
    """Hand a batch of entries to the channels and the programmes' reactions."""
    matters = Matter.objects.in_bulk({job.payload["matter"] for job in batch})
    entries = Entry.objects.in_bulk({job.payload["entry"] for job in batch})
    told = [(matters[entry.matter_id], entry) for job in batch if (entry := entries.get(job.payload["entry"]))]
    told.sort(key=lambda pair: (pair[1].matter_id, pair[1].seq))  # jobs of one change are queued in any order
    _queue_deliveries(told)
    _keep_or_let_go(told)
    _react(told)


Told = Sequence[tuple[Matter, Entry]]


def _react(told: Told) -> None:
    """Let the programmes react; one that fails is tried again by itself and holds up nobody else."""
    for verb in dict.fromkeys(entry.verb for _, entry in told):
        for reaction in registry.reactions().get(verb, ()):
            heard = [
                (matter, entry)
                for matter, entry in told
                if entry.verb == verb and (not reaction.kinds or matter.kind in reaction.kinds)
            ]
            for pairs in [heard] if reaction.do_all is not None and heard else [[pair] for pair in heard]:
                try:
                    with transaction.atomic():
                        _run(reaction, pairs)
                except OperationalError:
                    raise
                except Exception:  # whatever a programme stumbles over: the others are told all the same
                    log.exception("a reaction failed and will be tried again", extra={"verb": verb})
                    for matter, entry in pairs:
                        what = {"matter": matter.pk, "entry": entry.pk, "reaction": _name(reaction)}
                        jobs.add("react", what, key=f"{entry.pk}:{_name(reaction)}")


def _run(reaction: registry.Reaction, pairs: Told) -> None:
    if reaction.do_all is not None:
        reaction.do_all(list(pairs))
    if reaction.do is not None:
        for matter, entry in pairs:
            reaction.do(matter, entry)


def _name(reaction: registry.Reaction) -> str:
    done = reaction.do_all or reaction.do
    return f"{done.__module__}.{done.__qualname__}" if done is not None else ""


@jobs.handler("react", batch=1)
def react(batch: list[jobs.Job]) -> None:
    """Try a reaction again that failed."""
    for job in batch:
        matter = Matter.objects.get(pk=job.payload["matter"])
        entry = Entry.objects.get(pk=job.payload["entry"])
        for reaction in registry.reactions().get(entry.verb, ()):
            if _name(reaction) == job.payload["reaction"]:
                _run(reaction, [(matter, entry)])


def _queue_deliveries(told: Sequence[tuple[Matter, Entry]]) -> None:
    moment = clock.now()
    speaking = [channel for channel in registry.channels().values() if channel.tells is not None]
    queued = [
        Delivery(
            channel=channel.code,
            key=f"{channel.code}:{entry.pk}{':' * bool(to)}{to}",
            matter=matter,
            payload=payload,
            next_at=moment,
            created_at=moment,
        )
        for matter, entry in told
        for channel in speaking
        if channel.tells is not None
        for payload in _payloads(channel.tells(matter, entry))
        for to in (payload.get("to", ""),)
    ]
    if queued:
        Delivery.objects.bulk_create(queued, ignore_conflicts=True)


def _payloads(told: dict[str, Any] | list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    return told if isinstance(told, list) else [told] if told is not None else []


def _keep_or_let_go(told: Sequence[tuple[Matter, Entry]]) -> None:
    """Retention runs from the day a matter ended, and stops running when it is taken up again (guide 11.2)."""
    ended: dict[date, set[uuid.UUID]] = {}
    for matter, entry in told:
        if matter.person_id and not matter.is_open:
            day = clock.local_day(matter.closed_at or entry.at)
            ended.setdefault(day, set()).add(matter.person_id)
    again = [
        matter.person_id for matter, entry in told if matter.person_id and matter.is_open and entry.verb != "report"
    ]
    for day, persons in ended.items():
        Person.objects.filter(pk__in=persons).update(keep_until=day + RETENTION)
    if again:
        Person.objects.filter(pk__in=again, keep_until__isnull=False).update(keep_until=None)


@jobs.every(seconds=1)
def ring() -> None:
    """Let the clocks ring whose moment has come; at most five seconds of work at a time."""
    for _ in range(ROUNDS):
        due = Clock.objects.filter(rings_at__lte=clock.now()).order_by("rings_at").values_list("matter_id", flat=True)
        found = list(due[:TOGETHER])
        _ring(list(dict.fromkeys(found)))
        if len(found) < TOGETHER:
            return


def _ring(matters: list[int]) -> None:
    """Let the clocks of some matters ring in one transaction, else in two halves, down to the one that cannot.

    A matter somebody is at right now is left for the next second.
    """
    try:
        with transaction.atomic(), journal.bulk(past=False) as together:
            for matter in together.take(matters, SYSTEM, clock.now()):
                try:
                    flow.warn(matter, SYSTEM)
                except NotNow:
                    continue  # stopped, or rung by another worker, since we looked
    except OperationalError:
        raise
    except Exception:  # whatever one clock's guards raise: the others ring all the same
        if len(matters) == 1:
            log.exception("a clock cannot ring", extra={"matter": matters[0]})
            return
        for half in (matters[::2], matters[1::2]):
            _ring(half)


@jobs.every(seconds=60)
def seal() -> None:
    """Seal what has been written since the last minute."""
    seals.seal(clock.now())


@jobs.every(seconds=3600)
def let_go() -> None:
    """Erase particulars whose time is over."""
    while people.erase_expired(SYSTEM, areas.today()) == 500:
        pass


def deliver(*, most: int = 50) -> int:
    """Send queued messages that are due, at most so many of each channel; returns how many were tried.

    A channel whose other side (of several, the one) does not answer is left alone for the rest of this round, so that
    one dead gateway does not hold up the others.
    """
    count, silent = 0, set[tuple[str, str]]()
    for delivery in _take(most):
        side = delivery.channel, str(delivery.payload.get("to", ""))
        if side in silent:
            Delivery.objects.filter(pk=delivery.pk).update(next_at=clock.now() + backoff(1))
            continue
        count += 1
        send = registry.channels()[delivery.channel].send if delivery.channel in registry.channels() else None
        try:
            if send is None:
                raise LookupError(f"channel {delivery.channel} cannot send")
            send(delivery)
        except Exception as error:  # whatever the code of a channel raises: it is tried again later
            silent.add(side)
            _failed(delivery, error)
        else:
            Delivery.objects.filter(pk=delivery.pk).update(state=SENT, sent_at=clock.now(), error="")
    return count


@transaction.atomic
def _take(most: int) -> list[Delivery]:
    """The oldest of each channel, so that what piles up for one that is silent does not stand before the others."""
    moment = clock.now()
    due = Delivery.objects.filter(state=WAITING, next_at__lte=moment).exclude(channel__in=house.decided().silent)
    taken = [
        delivery
        for channel in due.order_by("channel").values_list("channel", flat=True).distinct()
        for delivery in due.select_for_update(skip_locked=True).filter(channel=channel).order_by("next_at", "pk")[:most]
    ]
    Delivery.objects.filter(pk__in=[each.pk for each in taken]).update(next_at=moment + LEASE)
    return taken


def _failed(delivery: Delivery, error: Exception) -> None:
    tries = delivery.tries + 1
    said = f"{type(error).__name__}: {str(error)[:200]}"
    log.warning("delivery failed", extra={"channel": delivery.channel, "matter": delivery.matter_id})
    Delivery.objects.filter(pk=delivery.pk).update(
        tries=F("tries") + 1,
        error=said,
        state=DEAD if tries >= TRIES else WAITING,
        next_at=clock.now() + backoff(tries),
    )


class Postman(threading.Thread):
    """Sends what is queued, beside the worker, so that a slow other side never holds up the jobs."""

    def __init__(self, *, every: float = 0.2) -> None:
        super().__init__(name="postman", daemon=True)
        self._every, self._end = every, threading.Event()

    def run(self) -> None:
        """Until `end`."""
        while not self._end.wait(self._every):
            try:
                while deliver() and not self._end.is_set():
                    pass
            except OperationalError:
                log.warning("the database does not answer; trying again")
                connection.close()
                self._end.wait(1)
        connection.close()

    def end(self) -> None:
        """Stop after the message in hand."""
        self._end.set()
        self.join(timeout=15)
