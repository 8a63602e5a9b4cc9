"""What the situation room keeps of its own: shifts, warning rules and warnings, platforms, drills, screens of the wall.

Nothing here belongs to a matter: a drill in particular lives in these tables only, so that it never mixes with what
really happens. No person's name or number is kept; a shift names a post and, where it is held, an account.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

DUTIES = {"leader": "值班领导", "dispatcher": "指挥调度", "platform": "平台值班", "field": "现场处置"}
"""What one is on duty as. Source: guide 3.1 (duty leader, dispatcher, platform lead), 2.2 (field team)."""
ACTS = {"sign": "签收", "contact": "联系报告人", "arrive": "到场", "finish": "反馈结果", "choose": "研判选择"}
"""What a step of a drill asks for."""


def _span() -> Func:
    return Func(F("begins"), F("ends"), function="tstzrange", output_field=DateTimeRangeField())


class Shift(models.Model):
    """A post on duty in a town from a moment to a moment. One that is taken back stays, with when (`withdrawn_at`)."""

    town = models.ForeignKey("kernel.Area", models.PROTECT, related_name="+")
    post = models.ForeignKey("kernel.Post", models.PROTECT, related_name="+")
    account = models.ForeignKey("kernel.Account", models.PROTECT, null=True, related_name="+")
    duty = models.TextField(choices=[(code, code) for code in DUTIES])
    platform = models.TextField(default="")
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends__gt=F("begins")), name="shift_ends_after_it_begins"),
            ExclusionConstraint(
                name="one_shift_a_post",
                expressions=[(_span(), RangeOperators.OVERLAPS), ("post", RangeOperators.EQUAL)],
                condition=Q(withdrawn_at=None),
            ),
            ExclusionConstraint(
                name="one_shift_an_account",
                expressions=[(_span(), RangeOperators.OVERLAPS), ("account", RangeOperators.EQUAL)],
                condition=Q(withdrawn_at=None, account__isnull=False),
            ),
            ExclusionConstraint(
                name="one_duty_leader",
                expressions=[(_span(), RangeOperators.OVERLAPS), ("town", RangeOperators.EQUAL)],
                condition=Q(withdrawn_at=None, duty="leader"),
            ),
        ]
        indexes: ClassVar = [models.Index("town", "begins", name="shift_town")]


class HandOver(models.Model):
    """What one shift tells the next. Personal words are covered before it is kept; the text goes after 90 days."""

    town = models.ForeignKey("kernel.Area", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    post = models.BigIntegerField(null=True)
    text = models.TextField()
    taken_at = models.DateTimeField(null=True)
    taken_post = models.BigIntegerField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["town", "-at"], name="handover_town")]


class WarningRule(models.Model):
    """One version of a warning rule, in force from a day on; an empty text: the rule is switched off.

    `town` empty: for every town. What a town decides stands before what all have, that before the declared default.
    """

    town = models.ForeignKey("kernel.Area", models.PROTECT, null=True, related_name="+")
    code = models.TextField()
    version = models.IntegerField()
    text = models.TextField(default="")
    effective = models.DateField()
    source = models.TextField()
    provenance = models.TextField(default="INF")
    decided_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["town", "code", "version"], name="warning_rule_once", nulls_distinct=False)
        ]


class Alarm(models.Model):
    """A warning that a rule has given for a town: on which numbers and matters, who took note of it with which words.

    `spot`: what it is about within the town ("grid:17", "kind:..."; addresses only as a fingerprint). `told`: [moment,
    number] whenever it grew. It ends when the rule no longer holds; within twelve hours it goes on as the same one.
    """

    town = models.ForeignKey("kernel.Area", models.PROTECT, related_name="+")
    code = models.TextField()
    version = models.TextField()
    spot = models.TextField(default="")
    words = models.TextField()
    to = models.JSONField(default=list)
    count = models.IntegerField()
    why = models.JSONField(default=list)
    matters = models.JSONField(default=list)
    told = models.JSONField(default=list)
    raised_at = models.DateTimeField()
    grown_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    noted_at = models.DateTimeField(null=True)
    noted_post = models.BigIntegerField(null=True)
    noted_count = models.IntegerField(null=True)
    noted_words = models.TextField(default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["town", "code", "spot"], condition=Q(ended_at=None), name="one_alarm_a_spot"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["town", "-raised_at"], name="alarm_town")]


class PlatformPlan(models.Model):
    """The platforms of the towns and which kinds lie on which, in force from a day on; the newest decided counts."""

    effective = models.DateField()
    platforms = models.JSONField()
    source = models.TextField()
    provenance = models.TextField(default="INF")
    decided_at = models.DateTimeField()


class Pulse(models.Model):
    """What stood in a town at a moment: written every quarter of an hour, kept for eight days (for the sparklines)."""

    town = models.ForeignKey("kernel.Area", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    open = models.IntegerField()
    soon = models.IntegerField()
    overdue = models.IntegerField()
    unsigned = models.IntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["town", "at"], name="pulse_once")]
        indexes: ClassVar = [models.Index("at", name="pulse_at")]


class Drill(models.Model):
    """An exercise in a town, from a scenario of the catalogue, begun and ended by a post."""

    town = models.ForeignKey("kernel.Area", models.PROTECT, related_name="+")
    scenario = models.TextField()
    began_at = models.DateTimeField()
    began_post = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_post = models.BigIntegerField(null=True)
    review = models.TextField(default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["town"], condition=Q(ended_at=None), name="one_drill_a_town")
        ]


class DrillStep(models.Model):
    """One step of a drill: which role it asks, for what, by when; which post answered when, and what it chose.

    `due_at` is empty until the step before it is done. `chosen` and `expected` are codes of the scenario's choices.
    """

    drill = models.ForeignKey(Drill, models.CASCADE, related_name="steps")
    place = models.SmallIntegerField()
    role = models.TextField()
    act = models.TextField(choices=[(code, code) for code in ACTS])
    limit = models.TextField(default="")
    expected = models.JSONField(default=list)
    opened_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    done_post = models.BigIntegerField(null=True)
    chosen = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["drill", "place"], name="drill_step_once")]
        ordering: ClassVar = ["place"]


class Screen(models.Model):
    """A screen on a wall that may show a town without anybody being signed in: one link, one screen, until revoked.

    `secret` is the fingerprint of what stands in the link, `bound` that of the cookie of the screen that opened it.
    """

    town = models.ForeignKey("kernel.Area", models.PROTECT, related_name="+")
    title = models.TextField()
    secret = models.TextField(unique=True)
    bound = models.TextField(default="")
    made_at = models.DateTimeField()
    made_post = models.BigIntegerField(null=True)
    seen_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
