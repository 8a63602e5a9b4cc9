"""What the book of the grid keeps of its own: addresses, duties, meetings, trace-backs, reviews.

What happened to a matter stands in its journal; here stands what belongs to none. Nobody's name or number is kept:
people are named by their posts. Days are days in Shanghai, money is fen.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from anxin.kernel.columns import apart, link


class Door(models.Model):
    """An address of the register: where it is (WGS-84 degrees) and the one grid it lies in."""

    code = models.TextField(unique=True)
    title = models.TextField()
    lat = models.FloatField()
    lon = models.FloatField()
    grid = link("Area")


class Duty(models.Model):
    """A post that serves a grid beside its own work, from a day (included) to a day (excluded)."""

    grid = link("Area")
    post = link("Post")
    duty = models.TextField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            apart("one_duty_a_post_and_grid", "post", "grid", begins="valid_from", until="valid_to")
        ]


class Dissolution(models.Model):
    """A grid that is to end: what was open in it, into which grid that goes, who asked and who approved."""

    grid = link("Area")
    into = link("Area", null=True)
    reason = models.TextField()
    matters = models.JSONField(default=list)
    asked_at = models.DateTimeField()
    asked_post = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_post = models.BigIntegerField(null=True)
    approved = models.BooleanField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["grid"], condition=Q(decided_at=None), name="one_dissolution_asked")
        ]


class Meeting(models.Model):
    """A meeting of an area: planned, held (its agenda stands), closed with its minutes.

    `agenda`: [matter, [why ...]] in order; `expected` and `present`: posts.
    """

    area = link("Area")
    level = models.TextField()
    begins_at = models.DateTimeField()
    state = models.TextField(default="planned")
    chair = link("Post", null=True)
    agenda = models.JSONField(default=list)
    expected = models.JSONField(default=list)
    present = models.JSONField(default=list)
    minutes = models.TextField(default="")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["area", "begins_at"], name="meeting_once")]
        indexes: ClassVar = [models.Index(fields=["area", "-begins_at"], name="meeting_area")]

    @property
    def where(self) -> int | None:
        """The area whose rights count."""
        return self.area_id


class Decision(models.Model):
    """What a meeting decided: who does what by which day, on which matter or as which task, and what became of it."""

    meeting = link("sixsystems.Meeting", related_name="decisions")
    matter = link("Matter", null=True)
    task = link("Matter", null=True)
    body = link("Body")
    what = models.TextField()
    due_on = models.DateField()
    found = models.TextField(default="")
    found_in = link("sixsystems.Meeting", null=True)


class OfMatter(models.Model):
    """A book about one matter: it lies where the matter lies."""

    matter = link("Matter")
    state = models.TextField(default="open")
    opened_at = models.DateTimeField()
    opened_post = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def where(self) -> int | None:
        """The area whose rights count."""
        found: int | None = (
            self.matter.grid_id or self.matter.village_id or self.matter.town_id or self.matter.county_id
        )
        return found


class Trace(OfMatter):
    """A trace-back: for which matter and trigger, by which list of triggers, how far it is."""

    trigger = models.TextField()
    norm = models.TextField()
    decided_at = models.DateTimeField(null=True)
    decided_post = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["matter"], condition=~Q(state="closed"), name="one_trace_a_matter")
        ]


class Finding(models.Model):
    """One node of a trace-back: which post, what was found, why it is excused, what follows, what is objected."""

    trace = link("sixsystems.Trace", related_name="findings")
    place = models.SmallIntegerField()
    node = models.TextField()
    post = link("Post")
    finding = models.TextField(default="")
    exempt = models.TextField(default="")
    measure = models.TextField(default="none")
    ground = models.TextField(default="")
    objection = models.TextField(default="")
    objected_at = models.DateTimeField(null=True)
    answer = models.TextField(default="")
    upheld = models.BooleanField(null=True)
    answered_post = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["trace", "place"], name="finding_once")]
        ordering: ClassVar = ["place"]


class Review(OfMatter):
    """A micro-review: what happened, why here, what was known, where else; for parking, the delivery of the houses."""

    meeting = link("sixsystems.Meeting", null=True, related_name="reviews")
    cause = models.TextField(default="")
    happened = models.TextField(default="")
    reason = models.TextField(default="")
    known = models.TextField(default="")
    elsewhere = models.TextField(default="")
    delivered_on = models.DateField(null=True)
    unsold = models.IntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["matter"], condition=~Q(state="closed"), name="one_review_a_matter")
        ]


class Milestone(models.Model):
    """A step of the plan of a review: what, whose, by when, for how much (fen)."""

    review = link("sixsystems.Review", related_name="milestones")
    title = models.TextField()
    body = link("Body")
    due_on = models.DateField()
    budget = models.BigIntegerField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["due_on", "pk"]


class Measure(models.Model):
    """How one will know: a number before and after. `lower`: less is better."""

    review = link("sixsystems.Review", related_name="measures")
    title = models.TextField()
    unit = models.TextField(default="")
    lower = models.BooleanField(default=True)
    before = models.DecimalField(max_digits=12, decimal_places=2)
    before_on = models.DateField()
    after = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    after_on = models.DateField(null=True)

    class Meta:
        ordering: ClassVar = ["pk"]
