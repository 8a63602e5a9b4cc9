"""Grids: which posts serve them beside, the addresses in them, and how a grid ends without losing what is open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from shapely import union_all
from shapely.geometry import mapping

from anxin.kernel import areas, changes, clock, deeds, flow, rights
from anxin.kernel.areas import Area, Standing
from anxin.kernel.bodies import Actor, Post
from anxin.kernel.errors import BadInput, NotFound
from anxin.programmes.sixsystems import figures, rules
from anxin.programmes.sixsystems.actions import said
from anxin.programmes.sixsystems.models import Dissolution, Door, Duty


@transaction.atomic
def assign(grid: Area, post: Post, duty: str, since: date, by: Actor) -> Duty:
    """Let a post serve a grid from a day on. Raises DutyOverlaps, BadInput, NotAllowed."""
    rights.enter(by, "sixsystems.book", view="sixsystems.view", area=grid.pk)
    if duty not in rules.DUTIES:
        raise BadInput(fields={"duty": duty})
    if changes.repeated(by, "sixsystems.duty"):
        return Duty.objects.filter(grid=grid, post=post).latest("pk")
    with deeds.refusing(one_duty_a_post_and_grid=rules.DutyOverlaps):
        made = Duty.objects.create(grid=grid, post=post, duty=duty, valid_from=since)
    after = {"grid": grid.code, "post": post.code, "duty": duty, "from": since}
    changes.record(by, "sixsystems.duty", str(made.pk), {}, after, effective=since)
    return made


@transaction.atomic
def release(duty: int, day: date, by: Actor) -> None:
    """End a duty on a day; one that would end before it began ends on its first day."""
    row = deeds.held(Duty.objects.all(), pk=duty, valid_to=None)
    rights.enter(by, "sixsystems.book", view="sixsystems.view", area=row.grid_id)
    row.valid_to = max(day, row.valid_from)
    row.save(update_fields=["valid_to"])
    changes.record(by, "sixsystems.duty", str(row.pk), {"to": None}, {"to": row.valid_to}, effective=row.valid_to)


@transaction.atomic
def register(doors: Sequence[tuple[str, str, float, float]], area: Area, by: Actor) -> int:
    """Take addresses (code, words, lat, lon) into the register, each into the one grid it lies in.

    Raises DoorOutside with the codes that lie in no grid of the area: then none is taken in.
    """
    rights.enter(by, "sixsystems.book", area=area.pk)
    places = figures.place([(lat, lon) for _, _, lat, lon in doors], figures.grids_under(area))
    if outside := [door[0] for door, found in zip(doors, places, strict=True) if not found]:
        raise rules.DoorOutside("、".join(outside[:20]))
    rows = [Door(code=code, title=title, lat=lat, lon=lon, grid_id=min(found))
            for (code, title, lat, lon), found in zip(doors, places, strict=True)]  # fmt: skip
    Door.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["code"], update_fields=["title", "lat", "lon", "grid"],
        batch_size=5000,
    )  # fmt: skip
    now = clock.now().isoformat(timespec="seconds")
    changes.record(by, "sixsystems.doors", area.code, {}, {"taken_in": len(rows), "at": now})
    return len(rows)


@transaction.atomic
def ask_to_end(grid: Area, reason: str, by: Actor, into: Area | None = None) -> Dissolution:
    """Ask that a grid ends. With open matters, or addresses, it must say into which grid of the town they go.

    Raises OpenMatters with their numbers where none is named.
    """
    rights.enter(by, "sixsystems.book", view="sixsystems.view", area=grid.pk)
    if grid.level != "grid" or grid.valid_to is not None:
        raise NotFound
    rows = list(figures.still_open(grid).values_list("number", "lat").order_by("number"))
    numbers = [number for number, _ in rows]
    if into is None and (rows or Door.objects.filter(grid=grid).exists()):
        raise rules.OpenMatters(
            "、".join(numbers[:20]) + (f" …（{len(rows)}）" if len(rows) > 20 else ""), numbers=numbers
        )
    if lost := [number for number, lat in rows if lat is None]:
        raise rules.OpenMatters("、".join(lost))
    if into is not None and (into.level != "grid" or into.valid_to is not None or into.pk == grid.pk
                             or figures.scope(into)["town"] != figures.scope(grid)["town"]):  # fmt: skip
        raise BadInput(fields={"into": into.code})
    if changes.repeated(by, "sixsystems.dissolution"):
        return Dissolution.objects.filter(grid=grid).latest("pk")
    now = clock.now()
    told = {"reason": said(reason, "reason", 500), "matters": numbers}
    with transaction.atomic():
        Dissolution.objects.filter(grid=grid, decided_at=None).update(decided_at=now, approved=False)
        made = Dissolution.objects.create(grid=grid, into=into, asked_at=now, asked_post=by.post, **told)
    after = {"grid": grid.code, "into": into.code if into else "", "matters": len(numbers)}
    changes.record(by, "sixsystems.dissolution", str(made.pk), {}, after, reason)
    return made


@transaction.atomic
def decide_end(dissolution: int, approve: bool, by: Actor) -> Dissolution:
    """Approve that a grid ends, or not; another post than the one that asked. What is open goes over, one by one.

    The grid ends today, its ground goes to the other grid, each open matter gets the new grid and a note.
    """
    row = deeds.held(Dissolution.objects.select_related("grid", "into"), pk=dissolution, decided_at=None)
    rights.enter(by, "sixsystems.approve", view="sixsystems.view", area=row.grid_id)
    if by.post is not None and by.post == row.asked_post:
        raise rules.OwnApproval
    row.decided_at, row.decided_post, row.approved = clock.now(), by.post, approve
    row.save(update_fields=["decided_at", "decided_post", "approved"])
    changes.record(by, "sixsystems.dissolution", str(row.pk), {"approved": None}, {"approved": approve}, row.reason)
    if approve:
        _end(row, by.under(None), row.decided_at)
    return row


def _end(row: Dissolution, by: Actor, now: datetime) -> None:
    grid, into, day = row.grid, row.into, clock.local_day(now)
    waiting = list(figures.still_open(grid))
    if into is None and (waiting or Door.objects.filter(grid=grid).exists()):
        raise rules.OpenMatters("、".join(each.number for each in waiting[:20]))
    if lost := [each.number for each in waiting if each.lat is None]:
        raise rules.OpenMatters("、".join(lost))
    grid.valid_to = max(day, grid.valid_from + timedelta(days=1))
    grid.save(update_fields=["valid_to"])
    Standing.objects.filter(area=grid, valid_to=None, valid_from__lt=grid.valid_to).update(valid_to=grid.valid_to)
    changes.record(by, "area", grid.code, {"valid_to": None}, {"valid_to": grid.valid_to}, row.reason)
    if into is not None:
        pieces = [each for each in (areas.geometry(grid), areas.geometry(into)) if each is not None]
        into.boundary = mapping(union_all(pieces)) if pieces else None
        into.save(update_fields=["boundary"])
        changes.record(by, "area", into.code, {}, {"ground_of": grid.code}, row.reason)
        Door.objects.filter(grid=grid).update(grid=into)
    Duty.objects.filter(grid=grid, valid_to=None, valid_from__lte=grid.valid_to).update(valid_to=grid.valid_to)
    areas.TREE.changed()
    for each in waiting:
        assert into is not None
        flow.correct(each, by, f"网格 {grid.name} 撤销，移交 {into.name}", lat=each.lat, lon=each.lon)
        facts = {"from": grid.code, "into": into.code, "approved_by": str(by.post)}
        flow.note(each, by, f"随网格撤并移交：{grid.name} → {into.name}。{row.reason}", about=rules.HANDED, facts=facts)
