"""Drills (演练): begun, answered, ended. They live in their own tables and touch nothing else.

No matter, order, notice, delivery or job is ever made by one: nothing of a drill can be counted, sent or called. The
limits are those that hold in earnest, read from the rules of the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from anxin.kernel import areas, changes, clock, registry
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import BadInput, NotAllowed, NotFound, NotNow, UnknownRule
from anxin.programmes.situation.models import Drill, DrillStep
from anxin.programmes.situation.rules import entry, scenarios
from anxin.understanding import redaction

REVIEW_LENGTH = 2000
FALLBACK = {"sign": timedelta(minutes=1), "contact": timedelta(minutes=3), "arrive": timedelta(minutes=30),
            "feedback": timedelta(hours=24)}  # fmt: skip
"""Where no programme declares these limits: guide 2.7 (S33)."""


class DrillRuns(NotNow):
    """该镇街已有演练在进行，请先结束。"""

    code = "drill_runs"


class NotYourStep(NotAllowed):
    """这一步不由您的岗位完成。"""

    code = "not_your_step"


def due(code: str, moment: datetime) -> datetime:
    """By when a step is due that opens now, by the rule in force."""
    if code == scenarios.CHOICE:
        return moment + timedelta(minutes=scenarios.CHOICE_MINUTES)
    try:
        return clock.due(moment, registry.rule(code, moment).limit)
    except UnknownRule:
        return moment + FALLBACK[code]


@transaction.atomic
def begin(town: Area, scenario: str, by: Actor) -> Drill:
    """Begin a drill in a town. Raises DrillRuns, BadInput, NotAllowed."""
    entry.enter_room(by, "drill", town.pk)
    chosen = scenarios.BY_CODE.get(scenario)
    if chosen is None:
        raise BadInput(fields={"scenario": _("请选择一个脚本")})
    if changes.repeated(by, "drill"):
        return Drill.objects.filter(town=town).latest("pk")
    now = clock.now()
    try:
        with transaction.atomic():
            made = Drill.objects.create(town=town, scenario=scenario, began_at=now, began_post=by.post)
    except IntegrityError as error:
        raise DrillRuns from error
    DrillStep.objects.bulk_create(
        [
            DrillStep(
                drill=made, place=place, role=each.role, act=each.act, limit=each.limit, expected=list(each.expected),
                opened_at=now if place == 0 else None, due_at=due(each.limit, now) if place == 0 else None,
            )
            for place, each in enumerate(chosen.steps)
        ]
    )  # fmt: skip
    changes.record(by, "drill", str(made.pk), {}, {"town": town.code, "scenario": scenario})
    return made


def is_asked(step: DrillStep, by: Actor, town: int) -> bool:
    """Whether a post may do a step: its role, in the town of the drill or over it."""
    if not entry.in_room(by, "answer", town):
        return False
    if step.role == "field":
        return by.role in ("field", "grid_worker", "grid_head", "auxiliary_police")
    if step.role == "leader":
        return by.role in ("leader", "supervisor")
    return by.role == step.role


@transaction.atomic
def answer(drill: int, place: int, by: Actor, chosen: Sequence[str] = ()) -> DrillStep:
    """A post does its step; the next one opens. Harmless when the same post repeats it.

    Raises NotYourStep, NotNow (not its turn, or done by somebody else), NotFound.
    """
    row = Drill.objects.select_for_update().filter(pk=drill).first()
    if row is None or not entry.in_room(by, "answer", row.town_id):
        raise NotFound
    steps = list(row.steps.all())
    step = next((each for each in steps if each.place == place), None)
    if step is None:
        raise NotFound
    if step.done_at is not None and step.done_post == by.post:
        return step
    if row.ended_at is not None or step.opened_at is None or step.done_at is not None:
        raise NotNow
    if not is_asked(step, by, row.town_id):
        raise NotYourStep
    told = scenarios.BY_CODE[row.scenario].steps[place]
    codes = {code for code, _ in told.choices}
    picked = [code for code in dict.fromkeys(chosen) if code in codes]
    if told.choices and not picked:
        raise BadInput(fields={"chosen": _("请至少选一项")})
    now = clock.now()
    step.done_at, step.done_post, step.chosen = now, by.post, picked
    step.save(update_fields=["done_at", "done_post", "chosen"])
    changes.record(by, "drill", str(drill), {}, {f"step_{place}": step.act})
    after = next((each for each in steps if each.place == place + 1), None)
    if after is not None:
        DrillStep.objects.filter(pk=after.pk).update(opened_at=now, due_at=due(after.limit, now))
    return step


@transaction.atomic
def end(drill: int, by: Actor) -> Drill:
    """End a drill, finished or not. Harmless when repeated. Raises NotFound, NotAllowed."""
    row = Drill.objects.select_for_update(of=("self",)).select_related("town").filter(pk=drill).first()
    if row is None:
        raise NotFound
    entry.enter_room(by, "drill", row.town_id)
    if row.ended_at is None:
        row.ended_at, row.ended_post = clock.now(), by.post
        row.save(update_fields=["ended_at", "ended_post"])
        changes.record(by, "drill", str(drill), {"ended": False}, {"ended": True})
    return row


@transaction.atomic
def conclude(drill: int, text: str, by: Actor) -> Drill:
    """Write down what the review of an ended drill found (rules and places, nobody's name). Raises NotNow."""
    row = Drill.objects.select_for_update(of=("self",)).select_related("town").filter(pk=drill).first()
    if row is None:
        raise NotFound
    entry.enter_room(by, "drill", row.town_id)
    if row.ended_at is None:
        raise NotNow
    before = {"review": bool(row.review)}
    row.review = redaction.redact(text.strip()[:REVIEW_LENGTH].replace("\x00", ""))
    row.save(update_fields=["review"])
    changes.record(by, "drill", str(drill), before, {"review": bool(row.review)})
    return row


def running(by: Actor) -> list[Drill]:
    """The drills a post may take part in or look at now."""
    rows = Drill.objects.filter(ended_at=None).select_related("town")
    return [
        each for each in rows
        if entry.in_room(by, "answer", each.town_id) or entry.in_room(by, "view", each.town_id)
    ]  # fmt: skip


def towns(by: Actor) -> list[Area]:
    """The towns whose room a post may enter, by code."""
    tree, day = areas.tree(), areas.today()
    return sorted(
        (
            each for each in tree.areas.values()
            if each.level == "town" and each.valid_to is None and each.valid_from <= day
            and entry.in_room(by, "view", each.pk)
        ),
        key=lambda each: each.code,
    )  # fmt: skip
