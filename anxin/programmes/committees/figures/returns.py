"""The monthly return on disputes (矛盾纠纷排查调处月报), computed from matters and journal, cell by cell.

Rows: found (排查数), taken up (调处数), rate of taking up, settled (成功数), rate of success. Columns: the level that
handled it (county, town, village), the sum, and the year so far. Definitions [INF]: found = matters of kind mediation.*
reported in the month (each finding of a sweep raises one); taken up = of those, the ones a body has signed; settled =
of those, the ones the journal notes as agreed (norm committees.settled_notes) or the parties call solved. The year
sums its months, so no number changes after the fact other than by a new edition. Source: guide 5.3 [S40].
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from fractions import Fraction
from typing import Any

from django.db.models import Exists, OuterRef, Q

from anxin.kernel import areas, clock
from anxin.kernel.areas import Area
from anxin.kernel.calendar import months_after
from anxin.kernel.journal import Entry
from anxin.kernel.matters import Matter
from anxin.kernel.orders import WITHDRAWN, Order
from anxin.programmes.committees import rules
from anxin.programmes.committees.models import BANDS, Found

COLUMNS = ("county", "town", "village", "subtotal", "year")
ROWS = ("found", "taken", "taken_rate", "settled", "settled_rate")


@dataclass(slots=True)
class Cell:
    """Three counts and the two rates that follow (per cent, one place)."""

    found: int = 0
    taken: int = 0
    settled: int = 0

    def add(self, other: Cell) -> None:
        """Count these in, too."""
        self.found, self.taken = self.found + other.found, self.taken + other.taken
        self.settled += other.settled

    @property
    def taken_rate(self) -> str:
        """Taken up of found."""
        return percent(self.taken, self.found)

    @property
    def settled_rate(self) -> str:
        """Settled of taken up."""
        return percent(self.settled, self.taken)


@dataclass(slots=True)
class Return:
    """The return of an area for a month."""

    area: Area
    month: date
    due: date
    columns: dict[str, Cell]
    classes: dict[str, Cell] = field(default_factory=dict)
    bands: dict[str, int] = field(default_factory=dict)

    @property
    def large(self) -> int:
        """Disputes of a hundred people and more, which the return asks for by themselves."""
        return self.bands.get("100", 0) + self.bands.get("500", 0)


def percent(part: int, whole: int) -> str:
    """A share with one place, half up; a dash where there is nothing to divide."""
    if not whole:
        return "–"
    tenths = int(Fraction(part * 1000, whole) + Fraction(1, 2))
    return f"{tenths // 10}.{tenths % 10}%"


def month_before(day: date) -> date:
    """The first day of the last month that is over."""
    return months_after(day.replace(day=1), -1)


def due_on(month: date) -> date:
    """Until which day the return of a month must be sent (norm committees.return_day)."""
    after = months_after(month, 1)
    return after.replace(day=int(rules.value("return_day", after)))


def monthly(area: Area, month: date) -> Return:
    """The return of a county (or town) for a month."""
    first = month.replace(month=1, day=1)
    rows = _rows(area, first, months_after(month, 1))
    columns = {name: Cell() for name in COLUMNS}
    classes: dict[str, Cell] = {code: Cell() for code in rules.CLASSES}
    bands: Counter[str] = Counter(dict.fromkeys(BANDS, 0))
    for row in rows:
        cell = Cell(1, int(row.taken), int(row.settled))
        columns["year"].add(cell)
        if row.on < month:
            continue
        columns[row.level].add(cell)
        columns["subtotal"].add(cell)
        classes[row.sort].add(cell)
        bands[row.band] += 1
    return Return(area, month, due_on(month), columns, classes, dict(bands))


@dataclass(frozen=True, slots=True)
class _Row:
    on: date
    level: str
    sort: str
    band: str
    taken: bool
    settled: bool


def _rows(area: Area, first: date, until: date) -> Sequence[_Row]:
    """One line for each matter of mediation of an area in a span; four questions, whatever the number."""
    begin, end = (datetime.combine(day, time(), clock.TZ) for day in (first, until))
    notes = rules.value("settled_notes", until)
    agreed = Entry.objects.filter(matter=OuterRef("pk"), verb="note", data__facts__about__in=notes)
    signed = Order.objects.filter(matter=OuterRef("pk"), signed_at__isnull=False).exclude(state=WITHDRAWN)
    level = {"county": Q(county=area.pk), "town": Q(town=area.pk), "village": Q(village=area.pk)}[area.level]
    matters = (
        Matter.objects.filter(level, reported_at__gte=begin, reported_at__lt=end, kind__startswith="mediation.")
        .exclude(state="merged")
        .annotate(agreed=Exists(agreed), signed=Exists(signed))
        .values_list("pk", "reported_at", "lead__area__level", "solved", "agreed", "signed")
    )
    found = list(matters)
    pks = [pk for pk, *_rest in found]
    sort: dict[int, tuple[str, str]] = {}
    for pk, facts in Entry.objects.filter(matter__in=pks, verb="note", data__facts__has_key="class").values_list(
        "matter", "data__facts"
    ):
        sort[pk] = facts["class"], facts.get("band", "")
    sort.update(
        {
            pk: (code, band)
            for pk, code, band in Found.objects.filter(matter__in=pks).values_list("matter", "sort", "band")
        }
    )
    return [
        _Row(
            clock.local_day(at), where if where in ("county", "town", "village") else "town",
            sort.get(pk, ("other", ""))[0] if sort.get(pk, ("other", ""))[0] in rules.CLASSES else "other",
            sort.get(pk, ("other", ""))[1] if sort.get(pk, ("other", ""))[1] in BANDS else "",
            bool(signed), bool(agreed or solved),
        )
        for pk, at, where, solved, agreed, signed in found
    ]  # fmt: skip


def plain(what: Return) -> dict[str, Any]:
    """A return as it is kept when it is sent."""

    def cell(each: Cell) -> list[int]:
        return [each.found, each.taken, each.settled]

    return {
        "total": cell(what.columns["subtotal"]),
        "columns": {name: cell(each) for name, each in what.columns.items()},
        "classes": {code: cell(each) for code, each in what.classes.items() if each.found},
        "bands": what.bands, "large": what.large, "made_on": str(areas.today()),
    }  # fmt: skip
