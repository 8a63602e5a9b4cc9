"""How the installation is, for whoever watches it: GET /healthz."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.db import Error, connection
from django.db.models import Max
from django.http import HttpRequest, HttpResponse

from anxin.api.answers import door, json
from anxin.kernel import clock
from anxin.kernel.errors import NotReady
from anxin.kernel.jobs import HANDLERS, Job, Tick


class Health(msgspec.Struct):
    """Seconds since the worker was last seen (None: never) and since the oldest due job waits (0: none)."""

    database: bool
    worker_seen: float | None
    oldest_job: float
    message: str = ""


@door("GET")
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the database answers, else 503; how far the worker lags is said, not judged."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        now = clock.now()
        seen = Tick.objects.aggregate(last=Max("ran_at"))["last"]
        due = Job.objects.filter(dead_at=None, due__lte=now)
        oldest = [due.filter(name=name).order_by("due").values_list("due", flat=True).first() for name in HANDLERS]
    except Error:
        connection.close()
        return json(Health(False, None, 0.0, NotReady().message), 503)
    waits = [_seconds(now, each) for each in oldest if each is not None]
    return json(Health(True, _seconds(now, seen) if seen else None, max(waits, default=0.0)))


def _seconds(now: datetime, then: datetime) -> float:
    return round(max((now - then).total_seconds(), 0.0), 1)
