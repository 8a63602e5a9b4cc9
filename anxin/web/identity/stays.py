"""Stays at the desk: they begin with signing in and end by themselves, by their owner, or by the administration."""

from __future__ import annotations

import re
from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from anxin.kernel import clock
from anxin.kernel.people import Account
from anxin.web.identity import book
from anxin.web.identity.models import Stay

LONGEST = timedelta(hours=8)
"""How long one signing-in lasts at most (a shift)."""
NOTED = timedelta(minutes=1)
"""How exactly it is known when somebody was last here."""
PROGRAMS = (
    ("wxwork", "企业微信"), ("MicroMessenger", "微信"), ("DingTalk", "钉钉"), ("QQBrowser", "QQ"),
    ("QihooBrowser", "360"), ("360SE", "360"), ("UCBrowser", "UC"), ("HuaweiBrowser", "Huawei"), ("Edg", "Edge"),
    ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"), ("OpenHarmony", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"),
    ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def device(agent: str) -> str:
    """What a browser calls itself, in two words: Chrome · Windows; empty when it says nothing known."""
    found = [next((said for sign, said in table if sign in agent), "") for table in (PROGRAMS, SYSTEMS)]
    return " · ".join(each for each in found if each)


def idle_limit() -> timedelta | None:
    """After how much quiet a stay ends; None: only after a shift."""
    return timedelta(minutes=settings.IDLE_MINUTES) if settings.IDLE_MINUTES else None


def begin(request: HttpRequest, account: Account, how: str) -> Stay:
    """A new stay of an account; `how` are the proofs, joined by +."""
    agent, moment = request.headers.get("User-Agent", ""), clock.now()
    return Stay.objects.create(
        account=account,
        how=how,
        device=device(agent),
        handheld=bool(re.search(r"Mobi|Android|iPad", agent)),
        network=book.network(request.META.get("REMOTE_ADDR", "")),
        began_at=moment,
        seen_at=moment,
    )


def running() -> QuerySet[Stay]:
    """The stays that have not ended. A telephone in a pocket, often without network, ends only with the shift."""
    moment = clock.now()
    rows = Stay.objects.filter(ended_at=None, began_at__gt=moment - LONGEST)
    quiet = idle_limit()
    return rows if quiet is None else rows.filter(Q(handheld=True) | Q(seen_at__gt=moment - quiet))


def here(pk: int, *, quietly: bool = False) -> Stay | None:
    """The running stay with its account, noting that it is in use (not `quietly`: a page that only listens)."""
    stay = running().select_related("account").filter(pk=pk, account__is_active=True).first()
    moment = clock.now()
    if stay is not None and not quietly and moment - stay.seen_at > NOTED:
        Stay.objects.filter(pk=pk).update(seen_at=moment)
    return stay


def of(account: int) -> QuerySet[Stay]:
    """The running stays of an account, the newest first."""
    return running().filter(account=account).order_by("-pk")


def sits_in(request: HttpRequest, pk: int) -> None:
    """Note in which browser session a stay sits, once that has been saved under its key."""
    request.session.save()
    Stay.objects.filter(pk=pk).update(session=request.session.session_key or "")


def end(account: int, pk: int, why: str) -> bool:
    """End one stay of an account, its browser session with it; whether there was one."""
    return _end(Stay.objects.filter(account=account, pk=pk, ended_at=None), why) > 0


def end_all(account: int, why: str, *, but: int | None = None) -> int:
    """End every stay of an account except one; how many ended."""
    rows = Stay.objects.filter(account=account, ended_at=None)
    if but is not None:
        rows = rows.exclude(pk=but)
    return _end(rows, why)


def _end(rows: QuerySet[Stay], why: str) -> int:
    found = list(rows.values_list("pk", "session"))
    Session.objects.filter(session_key__in=[session for _pk, session in found if session]).delete()
    Stay.objects.filter(pk__in=[pk for pk, _session in found]).update(ended_at=clock.now(), end=why, session="")
    return len(found)
