"""Timed work of the room: rules asked every minute, the pulse of each town every quarter, old notes forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Q

from anxin.kernel import areas, clock, jobs
from anxin.kernel.matters import OPEN, Matter
from anxin.kernel.orders import SENT, Order
from anxin.programmes.situation.actions import roster, warnings
from anxin.programmes.situation.figures.room import SOON, UNSIGNED
from anxin.programmes.situation.models import Pulse

QUARTER, KEPT = timedelta(minutes=15), timedelta(days=8)


@jobs.every(seconds=60)
def watch() -> None:
    """Ask all warning rules of all towns."""
    warnings.watch(clock.now())


@jobs.every(seconds=300)
def feel_the_pulse() -> None:
    """Write down what stands in each town, once a quarter of an hour."""
    now = clock.now()
    quarter = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    if not Pulse.objects.filter(at=quarter).exists():
        write_pulse(quarter, now)
    Pulse.objects.filter(at__lt=now - KEPT).delete()


def write_pulse(at: datetime, now: datetime) -> None:
    """Two questions for the whole city; towns with nothing open get a row of zeros."""
    rows = (
        Matter.objects.filter(state__in=OPEN, town__isnull=False)
        .order_by()
        .values("town")
        .annotate(
            open=Count("pk"),
            soon=Count("pk", filter=Q(due_at__gte=now, due_at__lt=now + SOON)),
            overdue=Count("pk", filter=Q(due_at__lt=now)),
        )
    )
    found: dict[int, dict[str, int]] = {
        row["town"]: {name: int(row[name]) for name in ("open", "soon", "overdue")} for row in rows
    }
    unsigned = dict(
        Order.objects.filter(state=SENT, sent_at__lt=now - UNSIGNED, matter__state__in=OPEN, matter__town__isnull=False)
        .order_by()
        .values_list("matter__town")
        .annotate(Count("pk"))
    )
    nothing: dict[str, int] = {}
    day = areas.today()
    towns = [
        a.pk for a in areas.tree().areas.values() if a.level == "town" and a.valid_to is None and a.valid_from <= day
    ]
    Pulse.objects.bulk_create(
        [
            Pulse(
                town_id=town, at=at, unsigned=unsigned.get(town, 0),
                **{name: found.get(town, nothing).get(name, 0) for name in ("open", "soon", "overdue")},
            )
            for town in towns
        ],
        ignore_conflicts=True,
    )  # fmt: skip


@jobs.every(seconds=24 * 3600)
def forget_notes() -> None:
    """The words of old hand-over notes go."""
    roster.forget(clock.now())
