"""What is counted: disputes by colour and stage, and the three indicators over a period by frozen definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Avg, Count, F, Q, QuerySet

from anxin.kernel import areas, clock, rights
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor
from anxin.kernel.orders import WITHDRAWN, Order
from anxin.programmes.mediation import rules
from anxin.programmes.mediation.models import OPEN, Dispute, Plan

COLOURS = ("red", "orange", "yellow", "blue")
AGREED_OUTCOMES, LOST = ("agreed",), ("failed", "refused", "stopped")


def seen_by(by: Actor) -> QuerySet[Dispute]:
    """The disputes a post may see: those of its area where the programme lets it in, and those with an order to it."""
    rows = Dispute.objects.all()
    if rights.entitled(by, "mediation.see") and by.area_level in ("village", "town", "county", "city"):
        if by.area_level == "city":
            return rows
        if by.area_level != "village":
            return rows.filter(**{by.area_level: by.area})
        return rows.filter(Q(village=by.area) | Q(pk__in=_ordered(by)))
    return rows.filter(pk__in=_ordered(by))


def _ordered(by: Actor) -> QuerySet[Order, dict[str, Any]]:
    return Order.objects.filter(body=by.body).exclude(state=WITHDRAWN).values("matter")  # type: ignore[return-value]


def only(what: str) -> Q | None:
    """What is narrowed down to: prominent ones, late for the first contact or a review, police without a receipt."""
    return {
        "prominent": Q(prominent=True),
        "late": Q(reached_at=None, first_due_at__lt=clock.now(), stage__in=("applied", "accepted")),
        "review": Q(review_on__lt=areas.today(), stage__in=("applied", "accepted", "mediating")),
        "police": Q(police_at__isnull=False, receipt_at=None),
    }.get(what)


def counts(rows: QuerySet[Dispute]) -> dict[str, int]:
    """Open disputes by colour and by what is late, in one question."""
    wanted = {colour: Q(colour=colour) for colour in COLOURS} | {
        name: found for name in ("prominent", "late", "review", "police") if (found := only(name)) is not None
    }
    shown = {name: Count("pk", filter=each) for name, each in wanted.items()}
    return rows.filter(stage__in=OPEN).aggregate(**shown)


@dataclass(frozen=True, slots=True)
class Measured:
    """An indicator over a period: its value (None: nothing to divide by) and what it was reckoned from."""

    value: float | None
    count: int
    of: int


def measure(area: Area, begins: date, ends: date, table: Sequence[Mapping[str, Any]]) -> dict[str, Measured]:
    """The indicators of an area from a day to a day (both in), by the formulas of the table."""
    level = {} if area.level == "city" else {area.level: area.pk}
    taken = Dispute.objects.filter(accepted_on__range=(begins, ends), **level).count()
    over = Dispute.objects.filter(ended_on__range=(begins, ends), accepted_on__isnull=False, **level)
    found = over.aggregate(
        good=Count("pk", filter=Q(outcome__in=AGREED_OUTCOMES)),
        all=Count("pk", filter=Q(outcome__in=AGREED_OUTCOMES + LOST)),
        days=Avg(F("ended_on") - F("accepted_on")),
    )
    mean = found["days"].total_seconds() / 86400 if found["days"] is not None else None
    share = 100 * found["good"] / found["all"] if found["all"] else None
    known = {
        "accepted": Measured(float(taken), taken, taken),
        "share_agreed": Measured(None if share is None else round(share, 2), found["good"], found["all"]),
        "mean_days": Measured(None if mean is None else round(mean, 2), found["all"], found["all"]),
    }
    return {each["code"]: known[each["formula"]] for each in table}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one frozen indicator has come."""

    row: Mapping[str, Any]
    now: Measured
    met: bool | None


def progress(plan: Plan) -> list[Progress]:
    """The three indicators of a plan, measured by the definitions it was adopted with."""
    found = measure(plan.area, plan.begins, plan.ends, plan.indicators)
    told = []
    for row in plan.indicators:
        now = found[row["code"]]
        told.append(Progress(row, now, None if now.value is None else not rules.behind(row, now.value, row["target"])))
    return told
