"""Wrong tries: each makes the next wait longer, for one account from one address; the office behind it works on.

Counted in the database (as fingerprints, for people type anything there), so that every process knows them. A try is
counted before it is judged: many at once gain nothing. All numbers are ours [INF]; NIST SP 800-63B asks for at most
100 wrong tries on an account.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.db.models import F
from django.utils.translation import gettext

from anxin.kernel import clock
from anxin.kernel.errors import NotAllowed
from anxin.web.models import Failure


class LockedOut(NotAllowed):
    """尝试次数过多，请稍后再试。"""

    status, code = 429, "locked_out"


@dataclass(frozen=True)
class Patience:
    """So many wrong tries are free; then one waits `first`, doubled each time up to `most`. After `forget`: anew."""

    free: int
    first: timedelta
    most: timedelta
    forget: timedelta


PAIR = Patience(5, timedelta(minutes=1), timedelta(hours=1), timedelta(hours=2))
"""One account from one address."""
LOGIN = Patience(50, timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=12))
"""One account from anywhere: somebody guesses from many addresses."""
ADDRESS = Patience(200, timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=1))
"""One address, whatever the account: hundreds of people may sit behind it."""
Marks = Sequence[tuple[str, Patience]]


def marks(login: str, address: str) -> Marks:
    """What a try of this login from this address counts under."""
    login = login.casefold()
    return (
        (_mark("pair", f"{login} {address}"), PAIR),
        (_mark("login", login), LOGIN),
        (_mark("address", address), ADDRESS),
    )


def code_marks(account: int) -> Marks:
    """What a try of a one-time or recovery code of an account counts under."""
    return ((_mark("code", str(account)), PAIR),)


def _mark(sort: str, text: str) -> str:
    return hashlib.sha256(f"anxin sign-in {sort} {text}".encode("utf-8", "surrogatepass")).hexdigest()


def count(who: Marks) -> None:
    """Count a try before it is judged. Raises LockedOut, saying for how long, when it comes too early."""
    moment = clock.now()
    with connection.cursor() as cursor:
        for mark, patience in who:
            cursor.execute(
                "INSERT INTO web_failure AS f (who, count, last_at) VALUES (%(who)s, 1, %(now)s)"
                " ON CONFLICT (who) DO UPDATE SET last_at = %(now)s,"
                "  count = CASE WHEN f.last_at < %(old)s THEN 1 ELSE least(f.count + 1, 1000) END"
                " WHERE f.count < %(free)s OR f.last_at <= %(now)s"
                "  - least(%(first)s * power(2, least(f.count - %(free)s, 20)), %(most)s) * interval '1 second'"
                " RETURNING count",
                {
                    "who": mark, "now": moment, "old": moment - patience.forget, "free": patience.free,
                    "first": patience.first.total_seconds(), "most": patience.most.total_seconds(),
                },
            )  # fmt: skip
            if cursor.fetchone() is None:
                raise LockedOut(_wait(mark, patience))


def _wait(mark: str, patience: Patience) -> str:
    found = Failure.objects.filter(who=mark).first()  # gone, when a good try was judged meanwhile
    left = timedelta()
    if found is not None:
        doubled = patience.first * 2 ** max(0, min(found.count - patience.free, 20))
        left = found.last_at + min(doubled, patience.most) - clock.now()
    minutes = max(1, math.ceil(left / timedelta(minutes=1)))
    return gettext("约 {minutes} 分钟后可以再试。").format(minutes=minutes)


def succeeded(who: Marks) -> None:
    """A good try: the account's counts are cleared, the address gets its one try back; what has grown old goes."""
    for mark, patience in who:
        if patience is ADDRESS:
            Failure.objects.filter(who=mark, count__gt=0).update(count=F("count") - 1)
        else:
            Failure.objects.filter(who=mark).delete()
    Failure.objects.filter(last_at__lt=clock.now() - LOGIN.forget).delete()
