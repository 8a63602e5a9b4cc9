"""Telling a subscriber again what happened in a span of time: the journal is walked once, in the background.

The ids stay what they were, so a receiver that has some of it already takes it once.
"""

from __future__ import annotations

from datetime import datetime

from anxin.channels.webhooks import send
from anxin.channels.webhooks.models import Subscriber
from anxin.kernel import clock, jobs
from anxin.kernel.errors import BadInput
from anxin.kernel.journal import Entry
from anxin.kernel.notices import Delivery

JOB = "webhooks.replay"
STEP = 5000
"""Entries told again in one job."""


def begin(code: str, since: datetime, until: datetime) -> None:
    """Queue telling a subscriber again what happened from a moment (included) to another (excluded).

    Raises BadInput when the span is none.
    """
    if since >= until:
        raise BadInput(fields={"until": "<="})
    run = str(int(clock.now().timestamp()))
    jobs.add(JOB, {"to": code, "since": since.isoformat(), "until": until.isoformat(), "after": 0, "run": run})


@jobs.handler(JOB, batch=1)
def walk(batch: list[jobs.Job]) -> None:
    """One step through the journal; queues the next."""
    for job in batch:
        what = dict(job.payload)
        subscriber = Subscriber.objects.filter(code=what["to"], on=True).first()
        since, until = (datetime.fromisoformat(what[name]) for name in ("since", "until"))
        wanted = Entry.objects.filter(pk__gt=what["after"], at__gte=since, at__lt=until)
        rows = list(wanted.order_by("pk").select_related("matter")[:STEP])
        if subscriber is None or not rows:
            return
        _queue(subscriber, rows, what["run"])
        jobs.add(JOB, {**what, "after": rows[-1].pk})


def _queue(subscriber: Subscriber, rows: list[Entry], run: str) -> None:
    moment = clock.now()
    told = [(row, name) for row in rows if (name := send.event(row.matter, row))]
    Delivery.objects.bulk_create(
        [
            Delivery(
                channel=send.CODE,
                key=f"{send.CODE}:{row.pk}:{subscriber.code}:{run}",
                matter=row.matter,
                payload={"to": subscriber.code, "type": name, "entry": row.pk},
                next_at=moment,
                created_at=moment,
            )
            for row, name in told
            if send.wants(subscriber, row.matter, name)
        ],
        ignore_conflicts=True,
    )
