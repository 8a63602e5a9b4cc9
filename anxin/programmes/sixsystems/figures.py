"""What the book counts and reads: staff and gaps, the agenda of a meeting, what is open by age, a timeline, hints.

Every answer is bounded: open matters are few, and only they are looked at one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import shapely
from django.db.models import BooleanField, Count, F, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from shapely.geometry import shape

from anxin.kernel import areas, clock, registry
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Post
from anxin.kernel.calendar import months_after
from anxin.kernel.columns import among
from anxin.kernel.journal import Entry
from anxin.kernel.matters import CLOSED, MERGED, OPEN, REFUSED, Matter
from anxin.programmes.sixsystems import rules
from anxin.programmes.sixsystems.models import Decision, Meeting, Review

LONGEST = 40
"""Items an agenda has at most."""


# ---- grids and their posts ---------------------------------------------------------------------------------------


@dataclass
class Staff:
    """Who serves a grid on a day: posts and holders by role, and what is missing (role: none, vacant, too many)."""

    posts: dict[str, int] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    gaps: dict[str, str] = field(default_factory=dict)


def children(area: Area) -> list[Area]:
    """The areas right below one today, by code."""
    tree, day = areas.tree(), areas.today()
    found = (tree.areas[pk] for pk in tree.under(area.pk, day) if tree.parent(pk, day) == area.pk)
    return sorted((each for each in found if _stands(each, day)), key=lambda each: each.code)


def grids_under(area: Area) -> list[Area]:
    """The grids of an area today (a grid: itself), by code."""
    tree, day = areas.tree(), areas.today()
    found = (tree.areas[pk] for pk in tree.under(area.pk, day))
    return sorted((each for each in found if each.level == "grid" and _stands(each, day)), key=lambda each: each.code)


def _stands(area: Area, day: date) -> bool:
    return area.valid_from <= day and (area.valid_to is None or area.valid_to > day)


def staff(grids: Sequence[Area], day: date) -> dict[int, Staff]:
    """The staff of grids on a day against the norm of 1+3+N; two questions' work at most for a county."""
    norm: Mapping[str, Mapping[str, int]] = rules.value("staffing", day)
    found = {each.pk: Staff() for each in grids}
    today = Q(holdings__valid_from__lte=day) & (Q(holdings__valid_to=None) | Q(holdings__valid_to__gt=day))
    rows = Post.objects.filter(area__in=found, role__in=norm).values_list("area", "role")
    counted = rows.annotate(posts=Count("pk", distinct=True), held=Count("holdings", filter=today))
    for area, role, posts, held in counted:
        found[area].posts[role], found[area].held[role] = posts, held
    for each in found.values():
        for role, bound in norm.items():
            here = each.held.get(role, 0)
            if here < bound.get("least", 0):
                each.gaps[role] = "vacant" if each.posts.get(role) else "none"
            elif here > bound.get("most", here):
                each.gaps[role] = "many"
    return found


def place(points: Sequence[tuple[float, float]], grids: Sequence[Area]) -> list[list[int]]:
    """In which grids each point (lat, lon) lies: exactly one where the grids tile the ground, borders aside."""
    drawn = [each for each in grids if each.boundary]
    tree = shapely.STRtree([shape(each.boundary or {}) for each in drawn])
    spots = shapely.points([lon for _, lon in points], [lat for lat, _ in points])
    found: list[list[int]] = [[] for _ in points]
    for point, grid in zip(*tree.query(spots, predicate="within"), strict=True):
        found[int(point)].append(drawn[int(grid)].pk)
    return found


# ---- what is open ------------------------------------------------------------------------------------------------


def scope(area: Area) -> dict[str, int]:
    """The columns of matters of an area; with the town, so that an index of what is open is read."""
    if area.level == "city":
        return {}
    at = areas.tree().place(area.pk, areas.today())
    found = {area.level: area.pk}
    return {"town": at.town, **found} if at.town is not None else found


def still_open(area: Area) -> QuerySet[Matter]:
    """The open matters of an area."""
    return Matter.objects.filter(**scope(area), state__in=OPEN)


@dataclass
class Unresolved:
    """What is open, by level and band of age, overdue and not due yet kept apart."""

    bands: list[tuple[int, int | None]]
    rows: dict[str, list[list[int]]]
    total: int = 0
    overdue: int = 0


def band_of(bands: Sequence[tuple[int, int | None]], days: int) -> int:
    """Into which band so many days fall."""
    return next(place for place, (low, high) in enumerate(bands) if low <= days and (high is None or days < high))


def unresolved(area: Area, now: datetime) -> Unresolved:
    """What is open in an area now: level -> band -> [not due, overdue]; counted by the database, however much it is."""
    edges: list[int] = rules.value("ages", clock.local_day(now))
    bands: list[tuple[int, int | None]] = list(zip([0, *edges], [*edges, None], strict=True))
    out = Unresolved(bands, {})
    days = "width_bucket(floor(extract(epoch FROM %s - reported_at) / 86400), %s::numeric[])"
    rows = (
        still_open(area)
        .order_by()
        .annotate(band=RawSQL(days, (now, edges)), late=Coalesce(Q(due_at__lt=now), False, output_field=BooleanField()))
    )
    for level, band, late, count in rows.values_list("level", "band", "late").annotate(n=Count("pk")):
        out.rows.setdefault(level, [[0, 0] for _ in bands])[band][late] += count
        out.total, out.overdue = out.total + count, out.overdue + late * count
    return out


@dataclass(frozen=True)
class Rates:
    """Two rates of the same matters. Refused and merged ones are in neither.

    `closed / taken`: how many of all that came in are done (办结率). `in_time / due`: how many of those whose limit is
    over, or which are done, were done in time (按期办结率).
    """

    taken: int
    closed: int
    due: int
    in_time: int

    @property
    def done(self) -> float:
        """Closed out of all, percent."""
        return 100 * self.closed / self.taken if self.taken else 100.0

    @property
    def punctual(self) -> float:
        """In time out of what was due, percent."""
        return 100 * self.in_time / self.due if self.due else 100.0


def rates(area: Area, since: datetime, until: datetime, now: datetime) -> Rates:
    """Both rates of what was reported in an area in a span of time."""
    rows = Matter.objects.filter(**scope(area), reported_at__gte=since, reported_at__lt=until)
    closed, in_time = Q(state=CLOSED), Q(state=CLOSED, closed_at__lte=F("due_at"))
    return Rates(
        **rows.exclude(state__in=(REFUSED, MERGED)).aggregate(
            taken=Count("pk"), closed=Count("pk", filter=closed), in_time=Count("pk", filter=in_time),
            due=Count("pk", filter=closed | Q(due_at__lt=now)),
        )
    )  # fmt: skip


def repeated(of: Iterable[tuple[int, str]], now: datetime) -> set[tuple[int, str]]:
    """Those of some pairs (grid, kind) that were reported again and again, by the norm."""
    norm, asked = rules.value("repeat", clock.local_day(now)), set(of)
    since = now - timedelta(days=norm["days"])
    grids, kinds = {grid for grid, _kind in asked}, {kind for _grid, kind in asked}
    rows = Matter.objects.filter(grid__in=among(grids), kind__in=kinds, reported_at__gte=since).order_by()
    counted = rows.values_list("grid", "kind").annotate(n=Count("pk")).filter(n__gte=norm["times"])
    return asked & {(grid, kind) for grid, kind, _count in counted}


# ---- meetings ----------------------------------------------------------------------------------------------------


@dataclass
class Proposed:
    """A matter for the agenda and why."""

    matter: Matter
    why: list[str]


def agenda(area: Area, now: datetime) -> list[Proposed]:
    """What an area has to talk about: what it decided and is not done, what is overdue or repeated, the oldest."""
    found = still_open(area).order_by("reported_at").values_list("pk", "grid", "kind", "due_at")[:400]
    again = repeated([(grid, kind) for _pk, grid, kind, _due in found if grid], now)
    undone = [each for each in earlier(area, now) if outcome(each, now) in ("open", "overdue")]
    carried = {each.matter_id for each in undone} | {each.task_id for each in undone}
    reasons: dict[int, list[str]] = {}
    for pk, grid, kind, due in found:
        so = {"carried": pk in carried, "overdue": due is not None and due < now, "repeated": (grid, kind) in again}
        reasons[pk] = [*(why for why, holds in so.items() if holds), "open"]
    weight = {"carried": 4, "overdue": 2, "repeated": 1, "open": 0}
    chosen = sorted(reasons, key=lambda pk: -sum(weight[why] for why in reasons[pk]))[:LONGEST]
    rows = listed(Matter.objects.all()).in_bulk(chosen)
    return [Proposed(rows[pk], reasons[pk]) for pk in chosen]


def listed(rows: QuerySet[Matter]) -> QuerySet[Matter]:
    """Matters as a list shows them: with grid and lead, and no more of each than a line needs."""
    return rows.select_related("grid", "lead").only(
        "number", "title", "kind", "level", "state", "reported_at", "due_at", "closed_at", "grid__name", "lead__name"
    )


def earlier(area: Area, before: datetime) -> list[Decision]:
    """What the last meetings of an area decided and no later one has found done."""
    rows = Decision.objects.filter(meeting__area=area, meeting__begins_at__lt=before)
    rows = rows.exclude(found__in=("done", "late"))
    return list(rows.select_related("matter", "task", "body", "meeting").order_by("due_on", "pk")[:LONGEST])


def outcome(decision: Decision, now: datetime) -> str:
    """What became of a decision (OUTCOMES): its task, else the matter it was about."""
    of, due = decision.task or decision.matter, decision.due_on
    if of is not None and of.closed_at is not None:
        return "done" if clock.local_day(of.closed_at) <= due else "late"
    return "open" if clock.local_day(now) <= due else "overdue"


def next_meeting(area: Area, now: datetime) -> date | None:
    """By which day an area has to meet again, by the norm; None where its level has no rhythm."""
    every = rules.value("rhythm", clock.local_day(now)).get(area.level)
    last = Meeting.objects.filter(area=area).exclude(state="planned").order_by("-begins_at").first()
    if every is None:
        return None
    return clock.local_day(last.begins_at) + timedelta(days=every) if last else clock.local_day(now)


# ---- looking back ------------------------------------------------------------------------------------------------


def timeline(matter: Matter) -> list[Entry]:
    """What happened to a matter, step by step, from its journal; a clock that merely rang at half is left out."""
    rows = Entry.objects.filter(matter=matter).select_related("words").order_by("seq")[:200]
    return [each for each in rows if each.verb != "warn" or _run_out(each)]


def _run_out(entry: Entry) -> bool:
    return any(percent == 100 for _, _, percent in entry.data.get("facts", {}).get("rung", ()))


def nodes(matter: Matter, told: Sequence[Entry]) -> list[tuple[str, int]]:
    """The nodes a trace-back has to look at: which post had to see it, reported it, handled it, supervised it."""
    found: list[tuple[str, int]] = []
    posts = Post.objects.order_by("code")
    worker = posts.filter(area=matter.grid_id, role="grid_worker").first() if matter.grid_id else None
    overseer = posts.filter(body__area=matter.town_id, role="supervisor").first() if matter.town_id else None
    found += [("seen", worker.pk)] if worker else []
    verbs = {"reported": ("report",), "handled": ("sign", "finish"), "supervised": ("supervise", "escalate")}
    for node, steps in verbs.items():
        found += [(node, each.post) for each in told if each.verb in steps and each.post is not None]
    found += [("supervised", overseer.pk)] if overseer else []
    return list(dict.fromkeys(found))[:6]


def hints(review: Review, day: date) -> list[dict[str, Any]]:
    """What the law says to the case of a review. Parking: unsold spaces are leased two years after first delivery."""
    if review.matter.kind != "sixsystems.parking":
        return []
    norm = registry.norm("sixsystems.parking", day)
    since = months_after(review.delivered_on, 12 * norm.value["years"]) if review.delivered_on else None
    holds = since is not None and since <= day and bool(review.unsold)
    return [{"norm": norm, "since": since, "holds": holds, "known": since is not None and review.unsold is not None}]
