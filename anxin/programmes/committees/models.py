"""What the committee book keeps: committees, members, reviews, decisions, experts, rooms, sweeps, returns.

A member, an expert and the mediator a room is named after are tokens; their names lie with the people's particulars.
Of a member only what a rule of composition counts is kept (a woman, a minority seat, the chair). Days are days in
Shanghai.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from anxin.kernel.columns import apart, link

LEAVINGS = {"term": "任期届满", "resigned": "辞任", "removed": "罢免", "dismissed": "解聘", "moved": "调离"}
MEASURES = {"criticism": "批评教育、责令改正", "removal": "罢免", "dismissal": "解聘"}
PROHIBITIONS = {
    "favour": "偏袒一方当事人",
    "insult": "侮辱当事人",
    "benefit": "索取、收受财物或者牟取其他不正当利益",
    "leak": "泄露当事人的个人隐私、商业秘密",
}
"""What a mediator must not do. Source: People's Mediation Law art. 15."""
RELATIONS = {"none": "无利害关系", "kin": "近亲属", "employer": "任职单位", "interest": "有其他利害关系"}
BANDS = {"": "50人以下", "50": "50至100人", "100": "100至500人", "500": "500人以上"}
"""How many people a dispute involves, as the monthly return asks (guide 5.3)."""


class Committee(models.Model):
    """A mediation committee: a body, what it is set up for, since when. `minority`: a minority member is due there."""

    body = models.OneToOneField("kernel.Body", models.PROTECT, related_name="+")
    field = models.TextField(default="")
    set_up_on = models.DateField()
    minority = models.BooleanField(default=False)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)

    def __str__(self) -> str:
        return self.body.name


class Member(models.Model):
    """A member of a committee from the election until he or she left; the term may be over before (expired)."""

    committee = link("committees.Committee", related_name="members")
    person = link("Person")
    post = link("Post", null=True)
    chair = models.BooleanField(default=False)
    woman = models.BooleanField(default=False)
    minority = models.BooleanField(default=False)
    elected_on = models.DateField()
    term_ends = models.DateField()
    norm = models.TextField()
    left_on = models.DateField(null=True)
    left_how = models.TextField(default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(left_on=None) | Q(left_on__gt=F("elected_on")), name="left_later"),
            apart("a_member_once", "committee", "person", begins="elected_on", until="left_on"),
            apart("one_chair", "committee", begins="elected_on", until="left_on", condition=Q(chair=True)),
        ]
        indexes: ClassVar = [models.Index("term_ends", name="member_term", condition=Q(left_on=None))]


class Measure(models.Model):
    """What was decided about a member who broke a prohibition, by which body, on which day. Never by itself."""

    member = link("committees.Member", related_name="measures")
    prohibition = models.TextField(choices=[(code, code) for code in PROHIBITIONS])
    measure = models.TextField(choices=[(code, code) for code in MEASURES])
    decided_on = models.DateField()
    body = link("Body")
    post = models.BigIntegerField()
    file = link("File", null=True)


class Telling(models.Model):
    """That the roster has to be told to the county's justice bureau: since when, until when; told; received."""

    committee = link("committees.Committee", related_name="tellings")
    since = models.DateField()
    due_at = models.DateTimeField()
    rule = models.TextField()
    told_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["committee"], condition=Q(told_at=None), name="one_open_telling")
        ]


class Review(models.Model):
    """The yearly look at what a committee must have; `found` says of each item of the list whether it is there."""

    committee = link("committees.Committee", related_name="reviews")
    year = models.SmallIntegerField()
    norm = models.TextField()
    found = models.JSONField()
    on = models.DateField()
    post = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["committee", "year"], name="one_review_a_year")]


class Proof(models.Model):
    """A photo or scan of one item of a review."""

    review = link("committees.Review", related_name="proofs")
    item = models.TextField()
    file = link("File")


class Expert(models.Model):
    """An expert of a professional committee: fields of knowledge, and enterprises with which there are ties (USCC)."""

    committee = link("committees.Committee", related_name="experts")
    person = link("Person")
    fields = models.JSONField(default=list)
    ties = models.JSONField(default=list)
    engaged_on = models.DateField()
    left_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["committee", "person"], condition=Q(left_on=None), name="an_expert_once")
        ]


class Referral(models.Model):
    """A matter that was brought before a professional committee, and who of its experts takes part."""

    matter = link("Matter")
    committee = link("committees.Committee", related_name="referrals")
    expert = link("committees.Expert", null=True)
    field = models.TextField()
    parties = models.JSONField(default=list)
    at = models.DateTimeField()
    post = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["matter", "committee"], name="referred_once")]


class GoldRoom(models.Model):
    """A gold-medal mediation room, named after a mediator, within a committee."""

    code = models.TextField(unique=True)
    title = models.TextField()
    committee = link("committees.Committee", related_name="rooms")
    person = link("Person")
    named_on = models.DateField()
    ended_on = models.DateField(null=True)


class RoomYear(models.Model):
    """What a room did in a year, and whether it keeps its name; under which version of the criteria."""

    room = link("committees.GoldRoom", related_name="years")
    year = models.SmallIntegerField()
    cases = models.IntegerField()
    settled = models.IntegerField()
    trainings = models.IntegerField()
    norm = models.TextField()
    meets = models.BooleanField()
    verdict = models.TextField()
    on = models.DateField()
    post = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["room", "year"], name="one_look_a_year"),
            models.CheckConstraint(condition=Q(settled__lte=F("cases")), name="settled_among_cases"),
        ]


class Sweep(models.Model):
    """That a committee went round on a day, weekly or (in the season) daily; also when nothing was found."""

    committee = link("committees.Committee", related_name="sweeps")
    on = models.DateField()
    rhythm = models.TextField()
    norm = models.TextField()
    post = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["committee", "on"], name="one_sweep_a_day")]


class Found(models.Model):
    """A dispute a sweep came upon: its class of the official list, how many people; the matter it became."""

    sweep = link("committees.Sweep", related_name="found")
    sort = models.TextField()
    band = models.TextField(default="")
    matter = models.OneToOneField("kernel.Matter", models.PROTECT, null=True, related_name="+")


class MonthlyReturn(models.Model):
    """The return of a county for a month as it was sent: the figures of that day, and a new edition when corrected."""

    area = link("Area")
    month = models.DateField()
    edition = models.SmallIntegerField()
    figures = models.JSONField()
    due_on = models.DateField()
    sent_at = models.DateTimeField()
    post = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["area", "month", "edition"], name="one_edition")]


class Notice(models.Model):
    """A contract form or notice handed out beforehand: for which season or class of dispute, from when to when."""

    title = models.TextField()
    sort = models.TextField()
    season = models.TextField(default="")
    text = models.TextField(default="")
    file = link("File", null=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
