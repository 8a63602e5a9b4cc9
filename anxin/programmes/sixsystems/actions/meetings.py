"""Meetings: planned, opened with the agenda the area's matters make, decided, closed; the next one asks what became."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from anxin.kernel import access, areas, bodies, changes, clock, flow, rights
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor, Body, Post
from anxin.kernel.errors import BadInput
from anxin.kernel.matters import Matter, Report
from anxin.kernel.orders import LEAD, WITHDRAWN
from anxin.programmes.sixsystems import figures, rules
from anxin.programmes.sixsystems.actions import locked, said
from anxin.programmes.sixsystems.kinds import TASK
from anxin.programmes.sixsystems.models import Decision, Duty, Meeting
from anxin.programmes.sixsystems.rules import AskAbove

EXPECTED = {
    "grid": ("grid_head", "grid_worker", "auxiliary_police"),
    "village": ("grid_head", "village", "clerk"),
    "town": ("dispatcher", "supervisor", "leader", "village"),
    "county": ("desk", "supervisor", "leader"),
}
"""Whose posts are expected at which meeting [INF]."""


@transaction.atomic
def plan(area: Area, begins_at: datetime, by: Actor) -> Meeting:
    """Plan a meeting of a grid, village, town or county. Planned again for the same moment it is the same meeting."""
    rights.enter(by, "sixsystems.meet", view="sixsystems.view", area=area.pk)
    if area.level not in rules.value("rhythm", clock.local_day(begins_at)):
        raise BadInput(fields={"area": area.code})
    row, made = Meeting.objects.get_or_create(area=area, begins_at=begins_at, defaults={"level": area.level})
    if made:
        changes.record(by, "sixsystems.meeting", str(row.pk), {}, {"area": area.code, "begins_at": begins_at})
    return row


def expected(area: Area) -> QuerySet[Post]:
    """The posts expected at a meeting of an area: those of its level, and who serves a grid beside."""
    at: dict[str, object] = {"area": area} if area.level == "grid" else {"body__area": area}
    if area.level == "town":
        at = {"body__area__in": [area.pk, *(each.pk for each in figures.children(area))]}
    beside = Duty.objects.filter(grid=area, valid_to=None).values("post")
    rows = Post.objects.filter(Q(**at, role__in=EXPECTED[area.level]) | Q(pk__in=beside))
    return rows.select_related("body").order_by("body__code", "code")


@transaction.atomic
def begin(meeting: int, by: Actor) -> Meeting:
    """Open a meeting: its agenda is built from what is open, overdue, repeated and carried, and then stands."""
    row = locked(Meeting, meeting, by, "sixsystems.meet", "planned")
    now = clock.now()
    items = figures.agenda(row.area, now)
    row.state, row.chair_id, row.agenda = "held", by.post, [[each.matter.pk, each.why] for each in items]
    row.expected = [post.pk for post in expected(row.area)[:60]]
    row.present = [by.post] if by.post in row.expected else []
    row.save()
    changes.record(by, "sixsystems.meeting", str(row.pk), {"state": "planned"}, {"state": "held", "items": len(items)})
    return row


@transaction.atomic
def attend(meeting: int, present: Sequence[int], by: Actor) -> None:
    """Who is there: the expected posts among the named ones are, the others are not."""
    row = locked(Meeting, meeting, by, "sixsystems.meet", "held")
    before, row.present = row.present, [post for post in row.expected if post in present]
    row.save(update_fields=["present"])
    changes.record(by, "sixsystems.meeting", str(row.pk), {"present": before}, {"present": row.present})


@transaction.atomic
def decide(
    meeting: int, what: str, body: Body, due_on: date, by: Actor, matter: Matter | None = None, options: str = ""
) -> Decision:
    """Decide who does what by when. On a matter it is a consultation there, and, where the meeting may, its order.

    Without a matter, or where the meeting may not order, it becomes a task (`sixsystems.task`) of the area. A meeting
    of a grid or village orders nobody but its own committee. Raises AskAbove, NotNow, NothingSaid, BadInput.
    """
    row = locked(Meeting, meeting, by, "sixsystems.meet", "held")
    if due_on < clock.local_day(clock.now()):
        raise BadInput(fields={"due_on": str(due_on)})
    if changes.repeated(by, "sixsystems.decision"):
        return Decision.objects.filter(meeting=row).latest("pk")
    alone, made = by.under(None), Decision(meeting=row, body=body, what=said(what, "what"), due_on=due_on)
    directs = by.role in access.VERBS["dispatch"]
    own = bodies.directory().find("committee", areas.tree().place(row.area_id, areas.today()))
    if not directs and body.pk != own:
        raise AskAbove
    if matter is not None:
        access.check(by, "consult", matter)
        made.matter = matter
        there = list(Post.objects.filter(pk__in=row.present[:30]))
        flow.consult(matter, alone, f"{row.area.name}例会 {clock.local_day(row.begins_at)}", made.what, posts=there,
                     lead=body, task=made.what, due=due_on, options=options)  # fmt: skip
        leads = matter.orders.filter(role=LEAD).exclude(state=WITHDRAWN).values_list("body", flat=True)
        if directs and body.pk not in leads and matter.state in ("reported", "working"):
            flow.dispatch(matter, alone, body, task=made.what, designated=True, reason="例会议定")
    if matter is None or (not directs and matter.lead_id != body.pk):
        report = Report(
            kind=TASK, title=made.what[:100], narrative=made.what, area=row.area.code, channel="grid",
            nature="suggestion", of=matter.number if matter else "",
        )  # fmt: skip
        change = flow.report(report, alone)
        made.task = change.matter
        if change.matter.lead_id != body.pk and directs:
            flow.dispatch(change.matter, alone, body, task=made.what, designated=True, reason="例会议定")
    made.save()
    after = {"meeting": row.pk, "body": body.code, "due_on": due_on, "matter": made.matter_id, "task": made.task_id}
    changes.record(by, "sixsystems.decision", str(made.pk), {}, after)
    return made


@transaction.atomic
def close(meeting: int, minutes: str, by: Actor) -> Meeting:
    """Close a meeting with its minutes; what earlier meetings decided is looked through, and what became of it kept."""
    row = locked(Meeting, meeting, by, "sixsystems.meet", "held")
    now = clock.now()
    for each in figures.earlier(row.area, row.begins_at):
        each.found, each.found_in = figures.outcome(each, now), row
        each.save(update_fields=["found", "found_in"])
    row.state, row.minutes, row.closed_at = "closed", said(minutes, "minutes", 8000), now
    row.save(update_fields=["state", "minutes", "closed_at"])
    changes.record(by, "sixsystems.meeting", str(row.pk), {"state": "held"}, {"state": "closed"})
    return row
