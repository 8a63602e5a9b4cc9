"""Micro-reviews: what happened, why here, what is changed by whom, how one will know, and whether it comes back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from anxin.kernel import access, changes, clock, flow, rights
from anxin.kernel.bodies import Actor, Body
from anxin.kernel.errors import BadInput, NotFound
from anxin.kernel.matters import Matter
from anxin.programmes.sixsystems import rules
from anxin.programmes.sixsystems.actions import locked, said
from anxin.programmes.sixsystems.models import Measure, Meeting, Milestone, Review
from anxin.programmes.sixsystems.rules import REVIEWED, PlanIncomplete, WatchNotOver
from anxin.understanding import redaction

ABOUT = "sixsystems.review"
TEXTS = ("happened", "reason", "known", "elsewhere")


@transaction.atomic
def begin(matter: Matter, by: Actor, meeting: Meeting | None = None) -> Review:
    """Open a micro-review of an event, settled or not; one that is open already is that one."""
    access.check(by, "note", matter)
    rights.enter(by, ABOUT, view="sixsystems.view", area=Review(matter=matter).where)
    new = {"meeting": meeting, "opened_at": clock.now(), "opened_post": by.post}
    row, made = Review.objects.exclude(state="closed").get_or_create(matter=matter, defaults=new)
    if made:
        changes.record(by, ABOUT, str(row.pk), {}, {"matter": matter.number, "meeting": meeting and meeting.pk})
    return row


@transaction.atomic
def describe(review: int, by: Actor, cause: str, delivered_on: date | None = None, unsold: int | None = None,
             **texts: str) -> Review:  # fmt: skip
    """Write down what the group found: happened, reason, known, elsewhere, and the sort of root cause."""
    row = locked(Review, review, by, ABOUT, "open", "watching")
    if cause not in rules.value("causes", clock.local_day(clock.now())) or (unsold is not None and unsold < 0):
        raise BadInput(fields={"cause": cause})
    before: dict[str, Any] = {"cause": row.cause, "delivered_on": row.delivered_on, "unsold": row.unsold}
    row.cause, row.delivered_on, row.unsold = cause, delivered_on, unsold
    for name in TEXTS:
        setattr(row, name, redaction.redact(texts.get(name, "").strip())[:2000])
    row.save()
    after = {"cause": cause, "delivered_on": delivered_on, "unsold": unsold}
    changes.record(by, ABOUT, str(row.pk), before, after)
    return row


@transaction.atomic
def add_milestone(review: int, title: str, body: Body, due_on: date, by: Actor, budget: int | None = None) -> Milestone:
    """Add a step to the plan: what, whose, by when, for how much (fen)."""
    row = locked(Review, review, by, ABOUT, "open", "watching")
    if budget is not None and budget < 0:
        raise BadInput(fields={"budget": str(budget)})
    told = said(title, "title", 200)
    made = Milestone.objects.create(review=row, title=told, body=body, due_on=due_on, budget=budget)
    changes.record(by, ABOUT, str(row.pk), {}, {"milestone": made.pk, "body": body.code, "due_on": due_on})
    return made


@transaction.atomic
def reach(review: int, milestone: int, by: Actor) -> None:
    """A step of the plan is done."""
    row = locked(Review, review, by, ABOUT, "open", "watching")
    if not row.milestones.filter(pk=milestone, done_at=None).update(done_at=clock.now()):
        raise NotFound
    changes.record(by, ABOUT, str(row.pk), {}, {"milestone": milestone, "done": True})


@transaction.atomic
def measure(review: int, title: str, unit: str, before: Decimal, on: date, by: Actor, lower: bool = True) -> Measure:
    """Add a measure with its value before the plan."""
    row = locked(Review, review, by, ABOUT, "open", "watching")
    made = Measure.objects.create(
        review=row, title=said(title, "title", 100), unit=unit.strip()[:20], before=before, before_on=on, lower=lower
    )
    changes.record(by, ABOUT, str(row.pk), {}, {"measure": made.pk, "before": str(before), "on": on})
    return made


@transaction.atomic
def measured(review: int, measure: int, after: Decimal, on: date, by: Actor) -> None:
    """Write down the value after the plan; not earlier than the one before it."""
    row = locked(Review, review, by, ABOUT, "watching")
    found = row.measures.filter(pk=measure).first()
    if found is None:
        raise NotFound
    if on < found.before_on:
        raise BadInput(fields={"on": str(on)})
    was = str(found.after) if found.after is not None else None
    found.after, found.after_on = after, on
    found.save(update_fields=["after", "after_on"])
    changes.record(by, ABOUT, str(row.pk), {"after": was}, {"measure": measure, "after": str(after), "on": on})


@transaction.atomic
def settle(review: int, by: Actor) -> Review:
    """The plan stands: root cause, at least one step and one measure with its value before. The watch begins.

    The watch is the matter's own looks after one, three and six months (they are planned when it is closed).
    """
    row = locked(Review, review, by, ABOUT, "open")
    if not (row.cause and row.reason and row.milestones.exists() and row.measures.exists()):
        raise PlanIncomplete
    row.state = "watching"
    row.save(update_fields=["state"])
    facts = {"review": str(row.pk), "cause": row.cause}
    told = f"微复盘形成改进方案：{row.milestones.count()} 项"
    flow.note(row.matter, by.under(None), told, about=REVIEWED, facts=facts)
    changes.record(by, ABOUT, str(row.pk), {"state": "open"}, {"state": "watching"})
    return row


@transaction.atomic
def look(review: int, months: int, recurred: bool, text: str, by: Actor) -> Review:
    """Look after 1, 3 or 6 months whether it has come back; then matter and review are taken up again."""
    row = locked(Review, review, by, ABOUT, "watching")
    flow.track(row.matter, by.under(None), months, recurred, text)
    if recurred:
        row.state = "open"
        row.save(update_fields=["state"])
    changes.record(by, ABOUT, str(row.pk), {}, {"look": months, "recurred": recurred, "at": clock.now()})
    return row


@transaction.atomic
def close(review: int, by: Actor) -> Review:
    """End a review: every step done, every measure taken again, the look after six months done and nothing back."""
    row = locked(Review, review, by, ABOUT, "watching")
    looks = {each.months: each for each in row.matter.checks.order_by("pk")}
    over = set(looks) >= {1, 3, 6} and all(each.done_at and not each.recurred for each in looks.values())
    if not over or row.milestones.filter(done_at=None).exists() or row.measures.filter(after=None).exists():
        raise WatchNotOver
    row.state, row.closed_at = "closed", clock.now()
    row.save(update_fields=["state", "closed_at"])
    changes.record(by, ABOUT, str(row.pk), {"state": "watching"}, {"state": "closed"})
    return row
