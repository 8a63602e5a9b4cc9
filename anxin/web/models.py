"""Failed sign-ins: counted in the database, so that every process of the server knows them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection, models
from django.db.models import Q

from anxin.kernel import clock
from anxin.kernel.errors import NotAllowed

TRIES = 5
LOCK = timedelta(minutes=15)


class LockedOut(NotAllowed):
    """登录失败次数过多，请 15 分钟后再试。"""

    status, code = 429, "locked_out"


class Failure(models.Model):
    """How often signing in failed for one login or from one address; a fingerprint, for people type anything there."""

    who = models.TextField(primary_key=True)
    count = models.SmallIntegerField()
    last_at = models.DateTimeField()


def marks(login: str, address: str) -> tuple[str, str]:
    """What failures of this login and from this address are counted under."""
    return _mark("login", login.casefold()), _mark("address", address)


def _mark(sort: str, text: str) -> str:
    return hashlib.sha256(f"anxin sign-in {sort} {text}".encode("utf-8", "surrogatepass")).hexdigest()


def check_lock(who: Iterable[str]) -> None:
    """Raise LockedOut while one of them has failed `TRIES` times and the last time is less than `LOCK` ago."""
    locked = Q(who__in=list(who), count__gte=TRIES, last_at__gt=clock.now() - LOCK)
    if Failure.objects.filter(locked).exists():
        raise LockedOut


def count_failure(who: Iterable[str]) -> None:
    """Count one more failure for each; after a quiet quarter of an hour the count begins anew."""
    moment = clock.now()
    with connection.cursor() as cursor:
        for each in sorted(who):
            cursor.execute(
                "INSERT INTO web_failure AS f (who, count, last_at) VALUES (%s, 1, %s) ON CONFLICT (who) DO UPDATE"
                " SET count = CASE WHEN f.last_at < %s THEN 1 ELSE least(f.count + 1, 1000) END, last_at = %s",
                [each, moment, moment - LOCK, moment],
            )


def forget_failures(login_mark: str) -> None:
    """A good sign-in clears the login (not the address), and whatever has grown old."""
    Failure.objects.filter(Q(who=login_mark) | Q(last_at__lt=_old(clock.now()))).delete()


def _old(moment: datetime) -> datetime:
    return moment - 4 * LOCK
