"""The small book of pay: contracts, entered work, months and their statements, checks drawn, objections, evaluations,
procedures.

Money is whole fen, points are hundredths of a point, months are their first day (Asia/Shanghai). No name stands here:
who holds a post is its account; a score is of a month's work on a post and is never summed up over persons.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from anxin.kernel.columns import apart, link

OPEN, PUBLISHED, APPROVED, LOCKED = "open", "published", "approved", "locked"
PATROL, LEARNING, COMPLAINT = "patrol", "learning", "complaint"
QUARTER, YEAR = "quarter", "year"


class Contract(models.Model):
    """On which terms a post is paid while an account holds it: grade and step of the base table, service, certificate.

    `paid` False: a second post of the same person, recorded and never paid (`approved_post`, `reason`).
    """

    post = link("Post")
    account = link("Account")
    grade = models.TextField()
    step = models.SmallIntegerField(default=1)
    since = models.DateField()
    certificate = models.TextField(default="")
    paid = models.BooleanField(default=True)
    approved_post = models.BigIntegerField(null=True)
    reason = models.TextField(default="")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            apart("one_contract_a_post", "post", begins="valid_from", until="valid_to"),
            apart("one_paid_post_a_person", "account", begins="valid_from", until="valid_to", condition=Q(paid=True)),
        ]


class Effort(models.Model):
    """Work no journal shows (patrol in rounds, learning in hours), or a complaint found true; with its evidence.

    It counts once somebody else than the worker has confirmed it.
    """

    post = link("Post")
    sort = models.TextField(choices=[(each, each) for each in (PATROL, LEARNING, COMPLAINT)])
    day = models.DateField()
    amount = models.SmallIntegerField(default=1)
    words = models.TextField(default="")
    evidence = link("File", null=True)
    matter = link("Matter", null=True)
    entered_at = models.DateTimeField()
    entered_post = models.BigIntegerField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_post = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["post", "day"], condition=Q(sort=PATROL), name="one_patrol_record_a_day"),
            models.CheckConstraint(condition=Q(amount__gte=1, amount__lte=24), name="effort_amount"),
        ]
        indexes: ClassVar = [models.Index(fields=["-day", "-id"], name="effort_newest")]


class Run(models.Model):
    """One month of one county: reckoned as of a moment, made known, approved, locked. `stamps`: norms it went by."""

    county = link("Area")
    month = models.DateField()
    state = models.TextField(default=OPEN)
    asof = models.DateTimeField()
    seed = models.TextField(default="")
    stamps = models.JSONField(default=dict)
    published_at = models.DateTimeField(null=True)
    published_post = models.BigIntegerField(null=True)
    approved_post = models.BigIntegerField(null=True)
    locked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["county", "month"], name="one_run_a_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="run_month_is_its_first_day"),
        ]


class Statement(models.Model):
    """A post's month: what was read (`inputs`), each line with its evidence, the sums in fen, the digest of both."""

    run = link("gridpay.Run", related_name="statements")
    contract = link("gridpay.Contract", related_name="statements")
    post = link("Post")
    town = link("Area")
    inputs = models.JSONField()
    lines = models.JSONField()
    score = models.IntegerField()
    gross = models.IntegerField()
    bonus = models.IntegerField()
    deduct = models.IntegerField()
    pay = models.IntegerField()
    digest = models.TextField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "contract"], name="one_statement_a_month")]
        indexes: ClassVar = [models.Index("run", "town", name="statement_town")]


class Draw(models.Model):
    """A counted event drawn for a second look by the worker of another grid; `result` is what was found there."""

    run = link("gridpay.Run", related_name="draws")
    matter = link("Matter")
    reporter = link("Post")
    checker = link("Post")
    result = models.TextField(default="")
    words = models.TextField(default="")
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "matter"], name="one_draw_a_matter")]


class Evaluation(models.Model):
    """The level (A-D) of a quarter or a year under a contract: what the months say, what was decided, and why."""

    contract = link("gridpay.Contract", related_name="evaluations")
    span = models.TextField(choices=[(QUARTER, QUARTER), (YEAR, YEAR)])
    period = models.DateField()
    score = models.IntegerField()
    proposed = models.TextField()
    level = models.TextField()
    reason = models.TextField(default="")
    decided_at = models.DateTimeField()
    decided_post = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "span", "period"], name="one_evaluation_a_period")
        ]


class Procedure(models.Model):
    """What follows insufficient work: steps by persons, one after the other. It never ends a contract by itself."""

    contract = link("gridpay.Contract", related_name="procedures")
    ground = models.TextField()
    norm = models.TextField()
    reason = models.TextField()
    opened_at = models.DateTimeField()
    opened_post = models.BigIntegerField(null=True)
    outcome = models.TextField(default="")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract"], condition=Q(ended_at=None), name="one_procedure_a_contract")
        ]


class Step(models.Model):
    """One step of a procedure: not before which day, done when, from which post, with which outcome and reason."""

    procedure = link("gridpay.Procedure", related_name="steps")
    place = models.SmallIntegerField()
    code = models.TextField()
    right = models.TextField()
    after = models.TextField(default="")
    not_before = models.DateField(null=True)
    outcome = models.TextField(default="")
    reason = models.TextField(default="")
    done_at = models.DateTimeField(null=True)
    done_post = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["procedure", "place"], name="step_once")]
        ordering: ClassVar = ["place"]


class Objection(models.Model):
    """What a worker objects to, in a statement, an evaluation or a procedure, and what somebody else decided.

    `amount`: fen a decision adds to a statement.
    """

    statement = link("gridpay.Statement", null=True, related_name="objections")
    evaluation = link("gridpay.Evaluation", null=True, related_name="objections")
    procedure = link("gridpay.Procedure", null=True, related_name="objections")
    line = models.TextField(default="")
    words = models.TextField()
    made_at = models.DateTimeField()
    made_post = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_post = models.BigIntegerField(null=True)
    upheld = models.BooleanField(null=True)
    answer = models.TextField(default="")
    amount = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(statement__isnull=False, evaluation=None, procedure=None)
                | Q(statement=None, evaluation__isnull=False, procedure=None)
                | Q(statement=None, evaluation=None, procedure__isnull=False),
                name="objection_to_one_thing",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="objection_adds"),
        ]
