"""A town as it stood at a past moment, folded from the journal up to then; nothing is read from how it stands now.

Which matters are looked at is asked of the tables (what is open now or ended since the night began); what they were at
the moment is the journal's word alone. Merged matters are looked at for sixty days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Q

from anxin.kernel import replay
from anxin.kernel.areas import Area
from anxin.kernel.journal import Entry
from anxin.kernel.matters import MERGED, OPEN, Matter
from anxin.kernel.orders import Check
from anxin.programmes.situation.figures.room import of

MERGED_FOR = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Happened:
    """One entry of the night: which matter, what, when."""

    matter: int
    verb: str
    at: datetime
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Then:
    """A matter as it stood: the folded columns of itself, its orders and its clocks."""

    pk: int
    row: Mapping[str, Any]
    orders: Sequence[Mapping[str, Any]]

    @property
    def state(self) -> str:
        """Its state then."""
        return str(self.row["state"])

    @property
    def open(self) -> bool:
        """Whether somebody still had to do something."""
        return self.state in OPEN

    def moment(self, column: str) -> datetime | None:
        """One of its moments."""
        said = self.row.get(column)
        return datetime.fromisoformat(said) if said else None


@dataclass(frozen=True)
class Town:
    """A town as it stood at a moment: its matters (open ones, those of the night), what happened in the night."""

    moment: datetime
    matters: Mapping[int, Then]
    night: Sequence[Happened]

    @property
    def open(self) -> list[Then]:
        """What was open, the most urgent first."""
        far = self.moment + timedelta(days=9999)
        return sorted(
            (each for each in self.matters.values() if each.open),
            key=lambda each: (each.moment("due_at") or far, each.pk),
        )


def town(area: Area, moment: datetime, since: datetime) -> Town:
    """The town at a moment; `since`: from when on entries are told one by one (when the night began)."""
    rows = Matter.objects.filter(reported_at__lte=moment, **of(area))
    looked = rows.filter(
        Q(state__in=OPEN) | Q(state=MERGED, reported_at__gte=moment - MERGED_FOR) | Q(closed_at__gte=since)
    )
    ids = list(looked.order_by().values_list("pk", flat=True))
    entries = (
        Entry.objects.filter(matter__in=ids, at__lte=moment)
        .order_by("matter_id", "seq")
        .values_list("matter_id", "verb", "at", "data")
    )
    matters: dict[int, Then] = {}
    night: list[Happened] = []
    column = f"{area.level}_id"
    for pk, group in groupby(entries.iterator(2000), key=lambda each: each[0]):
        told = list(group)
        folded = replay.fold([data for _, _, _, data in told])
        row = folded.get("m")
        if row is None or (of(area) and row.get(column) != area.pk):
            continue
        orders = [value for key, value in folded.items() if key[0] == "o"]
        matters[pk] = Then(pk, {"urgency": "ordinary", **row}, orders)
        night += [Happened(pk, verb, at, data.get("facts", {})) for _, verb, at, data in told if at > since]
    return Town(moment, matters, sorted(night, key=lambda each: (each.at, each.matter)))


def checks_due(area: Area, day: date, moment: datetime, most: int) -> tuple[int, list[Check]]:
    """The looks after closing that were due on a day and not done yet at a moment: how many, and the first of them."""
    within = {f"matter__{name}": value for name, value in of(area).items()}
    rows = Check.objects.filter(due_on=day, **within).order_by()
    parts = rows.filter(done_at__isnull=True), rows.filter(done_at__gt=moment)  # each along an index of its own
    due = sorted(pk for part in parts for pk in part.values_list("pk", flat=True))
    return len(due), list(Check.objects.filter(pk__in=due[:most]).select_related("matter").order_by("pk"))
