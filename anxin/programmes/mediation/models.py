"""What mediation keeps beside a matter: the dispute and its parties, mediators, records, agreement, confirmation, file.

Persons are tokens of the kernel, never names. Money is in fen, days are days of Asia/Shanghai. Free text calls the
parties 甲方 and 乙方; it is erased when the file's time is over (`jobs.erase`). Nothing here moves by itself: every
change goes through `actions`, is recorded in the book of changes and noted in the matter's journal.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from anxin.kernel import columns

APPLIED, ACCEPTED, MEDIATING, AGREED, PERFORMED = "applied", "accepted", "mediating", "agreed", "performed"
FAILED, STOPPED, DECLINED, FILED = "failed", "stopped", "declined", "filed"
GOING = (ACCEPTED, MEDIATING)
ENDED = (AGREED, PERFORMED, FAILED, STOPPED)
OPEN = (APPLIED, *GOING, *ENDED)


def _link(to: str, *, null: bool = True, index: bool = False) -> models.ForeignKey:  # type: ignore[type-arg]
    return columns.link(to, null=null, db_index=index)


class Dispute(models.Model):
    """One dispute, beside its matter. The risk is that of the dispute: `factors` are circumstances, never persons.

    `first_due_at`: until when somebody must be reached first; `reached_at`: when that was. `cadence`: days between two
    reviews (0: none). `file_year`, `file_serial`: (年)人调字第 号, counted for each committee and year.
    """

    matter = models.OneToOneField("kernel.Matter", models.PROTECT, primary_key=True, related_name="+")
    body = _link("Body")
    village, town, county = _link("Area"), _link("Area"), _link("Area")
    stage = models.TextField(default=APPLIED)
    sort, source, form, reason = (models.TextField(default="") for _ in range(4))
    opened_at = models.DateTimeField()
    accepted_on, due_on, ended_on, performed_on = (models.DateField(null=True) for _ in range(4))
    outcome = models.TextField(default="")
    in_public = models.BooleanField(default=False)
    extended = models.BooleanField(default=False)
    amount = models.BigIntegerField(null=True)
    people = models.IntegerField(default=2)
    factors = models.JSONField(default=list)
    repeats = models.SmallIntegerField(default=0)
    failures = models.SmallIntegerField(default=0)
    imminent_on = models.DateField(null=True)
    score = models.SmallIntegerField(default=0)
    colour = models.TextField(default="blue")
    prominent = models.BooleanField(default=False)
    stamp = models.TextField(default="")
    lead = _link("Post")
    first_due_at, reached_at = models.DateTimeField(null=True), models.DateTimeField(null=True)
    cadence = models.SmallIntegerField(default=0)
    review_on = models.DateField(null=True)
    revisits_due, revisits_done = models.SmallIntegerField(default=0), models.SmallIntegerField(default=0)
    cooling_until = models.DateTimeField(null=True)
    police_at, receipt_at = models.DateTimeField(null=True), models.DateTimeField(null=True)
    receipt = models.TextField(default="")
    file_year, file_serial = models.SmallIntegerField(null=True), models.IntegerField(null=True)
    filed_on, keep_until = models.DateField(null=True), models.DateField(null=True)
    kept = models.TextField(default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["body", "file_year", "file_serial"], name="mediation_file_once"),
            models.CheckConstraint(
                condition=~Q(stage=FILED) | Q(file_serial__isnull=False), name="mediation_filed_has_number"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["county", "-opened_at"], name="mediation_county"),
            models.Index(fields=["town", "-opened_at"], name="mediation_town"),
            models.Index(fields=["village", "-opened_at"], name="mediation_village"),
            models.Index(fields=["-opened_at"], name="mediation_opened"),
            models.Index(fields=["town", "colour", "-opened_at"], name="mediation_colour", condition=Q(stage__in=OPEN)),
            models.Index("county", "accepted_on", name="mediation_accepted"),
            models.Index("county", "ended_on", name="mediation_ended"),
            models.Index("keep_until", name="mediation_keep", condition=Q(keep_until__isnull=False)),
        ]

    @property
    def file_number(self) -> str:
        """(2026)人调字第12号; empty before it is filed."""
        return f"（{self.file_year}）人调字第{self.file_serial}号" if self.file_serial else ""


class Party(models.Model):
    """A side of the dispute: a person by token, or an organisation by its title with whoever stands for it.

    `county`, or `court` for a place outside the city, is where it is domiciled: a court of confirmation [CPL 205].
    """

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="parties")
    side = models.TextField(choices=[("a", "a"), ("b", "b")])
    title = models.TextField(default="")
    person = _link("Person")
    agent = models.BooleanField(default=False)
    county = _link("Area")
    court = models.TextField(default="")
    willing = models.BooleanField(null=True)
    answered_at, told_at, identified_at = (models.DateTimeField(null=True) for _ in range(3))


class Mediator(models.Model):
    """Who mediates: a post of a committee here, or a person of one elsewhere with the court of its place."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="mediators")
    post = _link("Post")
    person = _link("Person")
    title, court = models.TextField(default=""), models.TextField(default="")
    chosen = models.TextField(default="committee")
    relation = models.TextField(default="")
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="+")
    consented = models.JSONField(default=list)
    since = models.DateTimeField()
    left_at, left_why = models.DateTimeField(null=True), models.TextField(default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["dispute", "post"], condition=Q(left_at=None, post__isnull=False), name="mediation_once_a_post"
            ),
        ]


class Invited(models.Model):
    """Somebody invited to help (art. 20), with the parties that consented."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="invited")
    sort = models.TextField()
    person = _link("Person")
    consented = models.JSONField(default=list)
    at = models.DateTimeField()


class Record(models.Model):
    """What was written down or handed in: an investigation, a meeting, evidence, a receipt, a revisit ..."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="records")
    sort = models.TextField()
    at = models.DateTimeField()
    post = models.BigIntegerField(null=True)
    place, text = models.TextField(default=""), models.TextField(default="")
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="+")
    facts = models.JSONField(default=dict)
    file = _link("File", index=True)


class Agreement(models.Model):
    """An agreement, written or oral, with every element of art. 28-30; one that was varied stays, with when."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="agreements")
    form = models.TextField(choices=[("written", "written"), ("oral", "oral")])
    happened, issues, duty, content, manner = (models.TextField(default="") for _ in range(5))
    touches = models.JSONField(default=list)
    signed = models.JSONField(default=list)
    due_on = models.DateField()
    effective_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dispute"], condition=Q(replaced_at=None), name="mediation_one_agreement"),
        ]


class Term(models.Model):
    """One thing to be done under an agreement: what, how much (fen), by when; when it was done and what proves it."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="terms")
    what = models.TextField()
    fen = models.BigIntegerField(null=True)
    due_on = models.DateField()
    done_on = models.DateField(null=True)
    proof = _link("File", index=True)


class Referral(models.Model):
    """Sent on to another way (arbitration, an agency, court, legal aid, counselling), with the receipt."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="referrals")
    route, to, why = models.TextField(), models.TextField(), models.TextField(default="")
    sent_at = models.DateTimeField()
    receipt_at, receipt = models.DateTimeField(null=True), models.TextField(default="")


class Confirmation(models.Model):
    """An application to a court to confirm the agreement, under the law of its day (`stamp`)."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="confirmations")
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+")
    court, ground, form, stamp = models.TextField(), models.TextField(), models.TextField(), models.TextField()
    applied_at = models.DateTimeField()
    docket = models.TextField(default="")
    docketed_on, ruling_due, ruled_on = (models.DateField(null=True) for _ in range(3))
    outcome, why = models.TextField(default=""), models.TextField(default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(docketed_on__isnull=False), name="mediation_one_docket"
            ),
        ]


class Plan(models.Model):
    """The three indicators of an area for a period: definitions, baseline and target, frozen when adopted.

    The database refuses to alter or delete one (migration 0001); two of an area never overlap.
    """

    area = _link("Area", null=False, index=True)
    baseline_from, baseline_to, begins, ends = (models.DateField() for _ in range(4))
    indicators = models.JSONField()
    stamp = models.TextField()
    adopted_at = models.DateTimeField()
    post = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(begins__gt=F("baseline_to"), ends__gt=F("begins"), baseline_to__gt=F("baseline_from")),
                name="mediation_plan_in_order",
            ),
            columns.apart("mediation_one_plan", "area", begins="begins", until="ends"),
        ]
