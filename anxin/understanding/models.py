"""What understanding keeps: models and their figures, advice on each matter, what is switched off, hot issues.

All of it is derived: it may be thrown away and made again from the matters. No name, number or address of a person is
kept here; words that `redaction` would hide are left out before anything is written.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q, QuerySet

from anxin.kernel.matters import Matter


class ModelVersion(models.Model):
    """A model of kinds that was learned here: when, from how many matters, how good, and whether it is in use.

    `weights` is the file itself, so that every host can have it; `figures` say how it and its forerunner did on the
    newest matters. `until`: the newest matter it has learned from.
    """

    version = models.TextField(unique=True)
    made_at = models.DateTimeField()
    trained_on = models.IntegerField()
    until = models.DateTimeField(null=True)
    figures = models.JSONField(default=dict)
    sha256 = models.TextField()
    weights = models.BinaryField()
    in_use = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["in_use"], condition=Q(in_use=True), name="one_model_in_use")
        ]

    def __str__(self) -> str:
        return self.version


class Advice(models.Model):
    """What was suggested for a matter, by which version of the model, on which words, and why. A person decides.

    `kind` is empty where the model abstained or the kind is switched off; `alternatives`: [code, probability];
    `candidates`: codes of areas to choose from; `apart`: metres between phone and named place; `dangers`: [what,
    [words], reason]; `raised`: the house has raised the urgency on them; `twins`: [id of a matter, probability,
    [words], reason]. `at`: when it was last said or withdrawn. `version` is empty where nothing was ever suggested.
    `earlier`: what was said before the words were corrected: [version, kind, probability, moment].
    """

    matter = models.OneToOneField(Matter, models.PROTECT, primary_key=True, related_name="advice")
    version = models.TextField(default="")
    kind = models.TextField(default="")
    probability = models.FloatField(default=0)
    words = models.JSONField(default=list)
    alternatives = models.JSONField(default=list)
    area = models.TextField(default="")
    candidates = models.JSONField(default=list)
    place_words = models.JSONField(default=list)
    place_reason = models.TextField(default="")
    apart = models.IntegerField(null=True)
    body = models.TextField(default="")
    body_probability = models.FloatField(default=0)
    body_reason = models.TextField(default="")
    dangers = models.JSONField(default=list)
    raised = models.BooleanField(default=False)
    twins = models.JSONField(default=list)
    earlier = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index("at", name="advice_at")]


class Switch(models.Model):
    """A kind for which nothing is suggested any more, since when, and from which post it was switched off."""

    kind = models.TextField(primary_key=True)
    since = models.DateTimeField()
    account = models.BigIntegerField(null=True)
    post = models.BigIntegerField(null=True)


class HotIssue(models.Model):
    """Matters about the same trouble at the same place, under a number that stays while matters join.

    `people`: different persons; `trend`: rising, steady or falling; `why`: the formula of the heat with the figures.
    `counted_at`: the calculation that found it last; `current`: that was the newest one; `new`: alerted, and nobody of
    the staff has looked at it yet.
    """

    number = models.TextField(unique=True)
    title = models.TextField()
    place = models.TextField(default="")
    words = models.JSONField(default=list)
    first = models.DateTimeField()
    last = models.DateTimeField()
    size = models.IntegerField()
    people = models.IntegerField()
    recent = models.IntegerField(default=0)
    earlier = models.IntegerField(default=0)
    trend = models.TextField()
    heat = models.FloatField()
    why = models.TextField()
    day = models.DateField()
    counted_at = models.DateTimeField()
    current = models.BooleanField(default=True)
    new = models.BooleanField(default=False)
    alerted_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    seen_post = models.BigIntegerField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index("heat", name="hot_heat", condition=Q(current=True)),
            models.Index("alerted_at", name="hot_new", condition=Q(new=True)),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def name(self) -> str:
        """What it is called: its own words."""
        return self.title

    def matters(self) -> QuerySet[Matter]:
        """Its matters, the newest first; the caller asks `access` which of them the reader may see."""
        return Matter.objects.filter(hot_in__issue=self).order_by("-reported_at", "-pk")


class HotMember(models.Model):
    """A matter belongs to a hot issue."""

    issue = models.ForeignKey(HotIssue, models.CASCADE, related_name="members")
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="hot_in")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["issue", "matter"], name="once_in_an_issue")]
