"""The heaps on a desk: who has which, and what lies in each; every one is read along an index of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from anxin.kernel import areas, clock
from anxin.kernel.access import AREAWORK, BODYWORK, CITYWIDE, STEERING, VERBS, matters, scope_of
from anxin.kernel.bodies import Actor
from anxin.kernel.journal import Entry
from anxin.kernel.matters import CLOSED, FINISHED, OPEN, REPLIED, REPORTED, Matter
from anxin.kernel.orders import ACTIVE, HELPER, LEAD, RETURNING, SENT, SIGNED, Check, Clock, Order
from anxin.kernel.orders import FINISHED as DONE

CHECKED = timedelta(days=62)
"""How long a look that fell due stays on the heap; afterwards it stands with its matter only."""
DORMANT = 7
"""After so many days in which nothing has happened a matter is one that sleeps [INF]."""
OVERSEES = AREAWORK | CITYWIDE
"""Posts that look at the matters of an area; the others look at the orders to their body."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One heap on the desk: who has it, its rows (matters, orders or checks), and whether it is worth counting.

    `pressing`: the most urgent stands first, whatever else is asked.
    """

    code: str
    title: str
    roles: frozenset[str]
    rows: Callable[[Actor], QuerySet[Any]]
    counted: bool = True
    pressing: bool = False


def _own(*states: str) -> Callable[[Actor], QuerySet[Any]]:
    return lambda by: (
        Order.objects.filter(body=by.body, state__in=states)
        if len(states) > 1
        else Order.objects.filter(body=by.body, state=states[0])
    )


def _lately() -> tuple[date, date]:
    return areas.today() - CHECKED, areas.today()


def _within(by: Actor, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Orders or checks of matters the post may see."""
    scope = scope_of(by)
    if scope is None:
        return rows.filter(matter__lead=by.body)
    return rows.filter(**{f"matter__{name}": value for name, value in scope.items()})


def _mine(by: Actor) -> QuerySet[Any]:
    return Order.objects.filter(post=by.post, state__in=(SIGNED, RETURNING))


def _waiting(by: Actor) -> QuerySet[Any]:
    """What stands still at the reader's body until somebody else has decided or done their part."""
    helping = Order.objects.filter(matter=OuterRef("matter"), role=HELPER, state__in=ACTIVE)
    asked = Q(state=RETURNING) | Q(state=SIGNED, more_asked__gt=0, more_granted=0)
    led = Q(state=SIGNED, role=LEAD) & Q(Exists(helping))
    return Order.objects.filter(asked | led, body=by.body, state__in=ACTIVE)


def _soon(by: Actor) -> QuerySet[Any]:
    """Carded, or a limit of it is used up to 80 % and not over yet; from small indexes, however large the city is."""
    pressed = Clock.objects.filter(stopped_at=None, rung=80, due_at__gt=clock.now())
    if by.role in OVERSEES:
        carded = Matter.objects.filter(state__in=OPEN).exclude(colour="").values("pk")
        return matters(by).filter(pk__in=pressed.values("matter").union(carded, all=True), state__in=OPEN)
    part = Q(order=OuterRef("pk")) | Q(order=None)
    own = Q(Exists(pressed.filter(part, matter=OuterRef("matter"))))
    return Order.objects.filter(own | ~Q(matter__colour=""), body=by.body, state__in=ACTIVE)


def _late(by: Actor) -> QuerySet[Any]:
    """The limit of the whole, or of the reader's part, is over."""
    now = clock.now()
    if by.role in OVERSEES:
        return matters(by).filter(state__in=OPEN, due_at__lt=now)
    part = Clock.objects.filter(order=OuterRef("pk"), matter=OuterRef("matter"), stopped_at=None, due_at__lt=now)
    return Order.objects.filter(Q(matter__due_at__lt=now) | Exists(part), body=by.body, state__in=ACTIVE)


def still(rows: QuerySet[Any], at: str, days: int) -> QuerySet[Any]:
    """Those to which nothing has happened for so many days; a clock that rang is nothing that happened."""
    since = clock.now() - timedelta(days=days)
    moved = Entry.objects.filter(matter=OuterRef(f"{at}pk"), at__gte=since).exclude(verb="warn")
    rows = rows.filter(**{f"{at}state__in": OPEN, f"{at}reported_at__lt": since})
    return rows.filter(~Exists(moved))


TABS = (
    Tab("sign", "待签收", BODYWORK, _own(SENT)),
    Tab("mine", "我经办", BODYWORK, _mine),
    Tab("hand", "办理中", BODYWORK, _own(SIGNED)),
    Tab("answer", "待我答复", BODYWORK, lambda by: Matter.objects.filter(lead=by.body, state=FINISHED)),
    Tab("dispatch", "待派单", STEERING, lambda by: matters(by).filter(state=REPORTED)),
    Tab("reply", "待答复", frozenset({"seat"}), lambda by: matters(by).filter(state=FINISHED)),
    Tab("callback", "待回访", frozenset({"callback"}), lambda by: matters(by).filter(state=REPLIED, solved=None)),
    Tab(
        "returns",
        "退件待裁定",
        VERBS["decide_hand_back"],
        lambda by: _within(by, Order.objects.filter(state=RETURNING)),
    ),
    Tab(
        "extensions",
        "延期待审批",
        VERBS["decide_more_time"],
        lambda by: _within(by, Order.objects.filter(state=SIGNED, more_asked__gt=0, more_granted=0)),
    ),
    Tab("close", "待归档", VERBS["close"], lambda by: matters(by).filter(state=REPLIED, solved__isnull=False)),
    Tab("waiting", "等待他人", BODYWORK, _waiting),
    Tab("warning", "预警", BODYWORK | OVERSEES, _soon),
    Tab("overdue", "已超时", BODYWORK | OVERSEES, _late, pressing=True),
    Tab(
        "track",
        "到期跟踪",
        VERBS["track"],
        lambda by: _within(by, Check.objects.filter(done_at=None, due_on__range=_lately(), matter__state=CLOSED)),
        counted=False,
    ),
    Tab("returned", "退件审核中", BODYWORK, _own(RETURNING)),
    Tab("body", "本单位在办", BODYWORK, _own(*ACTIVE)),
    Tab("finished", "已反馈", BODYWORK, _own(DONE), counted=False),
    Tab("dormant", "久无进展", OVERSEES, lambda by: still(matters(by), "", DORMANT), counted=False),
    Tab("open", "辖区在办", AREAWORK | CITYWIDE | {"operator"}, lambda by: matters(by).filter(state__in=OPEN)),
    Tab("all", "全部事项", AREAWORK | CITYWIDE | {"operator", "channel"}, matters, counted=False),
)


def tabs(by: Actor) -> list[Tab]:
    """The heaps on the desk of a post, what waits for it first."""
    return [tab for tab in TABS if by.role in tab.roles]
