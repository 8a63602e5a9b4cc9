"""What the apartments keep: houses, buildings, rooms, contracts, stays, visits, hazards, bills and the year's books.

Money is a whole number of fen; usable area is in m2 with two decimals; days are those of Asia/Shanghai, the last day of
a span is the first that no longer counts. No person's particulars stand here: only tokens of `people`.
"""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

from anxin.kernel import clock
from anxin.kernel.columns import apart, link

WORDS: dict[str, dict[str, str]] = tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))
"""What the codes of the book are called, Chinese and English ("卧室|Bedroom")."""
USES, STATUSES, PAPERS, RHYTHMS, GRADES, BILLS, LINES, DEVICES = (
    WORDS[each] for each in ("uses", "statuses", "papers", "rhythms", "grades", "bills", "lines", "devices")
)


def said(pair: str) -> str:
    """The Chinese or the English half of what something is called, as the reader reads."""
    return pair.split("|")[-1 if (get_language() or "").startswith("en") else 0]


class House(models.Model):
    """A farmhouse and its household: year built, whether it has a construction permit, visible damage since when.

    `former_rent`: what scattered letting brought its owner before, fen a year.
    """

    code = models.TextField(unique=True)
    village = link("Area")
    place = models.TextField()
    owner = link("Person")
    certificate = models.TextField(default="")
    built = models.SmallIntegerField()
    permit = models.BooleanField()
    damaged_on = models.DateField(null=True)
    former_rent = models.BigIntegerField(default=0)


class Building(models.Model):
    """What is let as one: a house in the hands of the village company, where it stands (WGS-84), and how far it is."""

    code = models.TextField(unique=True)
    house = models.OneToOneField(House, models.PROTECT, related_name="building")
    company = link("Body")
    title = models.TextField()
    floors = models.SmallIntegerField()
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    status = models.TextField(default="idle")
    since = models.DateField()

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(status__in=STATUSES), name="building_status_known")]

    def __str__(self) -> str:
        return self.title


class Entrustment(models.Model):
    """The contract of owner and village company: guaranteed rent (fen a year), rising by `step` per mille a year."""

    building = link("apartments.Building", related_name="entrustments")
    begins = models.DateField()
    ends = models.DateField()
    until = models.DateField()
    rent = models.BigIntegerField()
    step = models.SmallIntegerField(default=0)
    reserved = models.TextField(default="")
    restoration = models.TextField(default="")

    class Meta:
        constraints: ClassVar = [
            apart("one_entrustment_a_building", "building", begins="begins", until="until"),
            models.CheckConstraint(condition=Q(ends__gt=F("begins")), name="entrustment_ends_after"),
        ]


class Renovation(models.Model):
    """A renovation: what is done, its fire items (sorts of DEVICES), budget and cost in fen, over how many years."""

    building = link("apartments.Building", related_name="renovations")
    scope = models.TextField()
    items = models.JSONField(default=list)
    budget = models.BigIntegerField()
    cost = models.BigIntegerField(default=0)
    years = models.SmallIntegerField()
    begun_on = models.DateField(null=True)
    accepted_on = models.DateField(null=True)


class Paper(models.Model):
    """A paper of a building (PAPERS): number, days, whether it says yes, by which check-list, and its scan."""

    building = link("apartments.Building", related_name="papers")
    sort = models.TextField()
    number = models.TextField(default="")
    issued_on = models.DateField()
    valid_until = models.DateField(null=True)
    passed = models.BooleanField()
    stamp = models.TextField(default="")
    file = link("File", null=True)

    class Meta:
        indexes: ClassVar = [models.Index("building", "sort", name="paper_building")]


class Room(models.Model):
    """A room: floor, use, usable area in m2, beds. How many may sleep in it is reckoned by the norm of the day."""

    building = link("apartments.Building", related_name="rooms")
    floor = models.SmallIntegerField()
    number = models.TextField()
    use = models.TextField()
    usable = models.DecimalField(max_digits=7, decimal_places=2)
    beds = models.SmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["building", "number"], name="room_once"),
            models.CheckConstraint(condition=Q(usable__gt=0, beds__gte=0, use__in=USES), name="room_is_one"),
            models.CheckConstraint(condition=Q(use="bedroom") | Q(beds=0), name="beds_in_bedrooms_only"),
        ]


class Device(models.Model):
    """What is installed, in a room or (no room) in the public part. A camera never stands in a room."""

    building = link("apartments.Building", related_name="devices")
    room = link("apartments.Room", null=True)
    sort = models.TextField()
    place = models.TextField(default="")
    count = models.SmallIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(sort="camera", room__isnull=False), name="no_camera_in_a_room")
        ]


class Lease(models.Model):
    """A whole building let to an enterprise: rent (fen a year, due every so many months), deposit, who answers for
    safety (token), and since when its responsibility letter is signed."""

    code = models.TextField(unique=True)
    building = link("apartments.Building", related_name="leases")
    employer = link("Body")
    begins = models.DateField()
    ends = models.DateField()
    until = models.DateField()
    rent = models.BigIntegerField()
    deposit = models.BigIntegerField(default=0)
    months = models.SmallIntegerField(default=3)
    safety = link("Person", null=True)
    letter_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            apart("one_lease_a_building", "building", begins="begins", until="until"),
            models.CheckConstraint(condition=Q(ends__gt=F("begins")), name="lease_ends_after"),
        ]
        indexes: ClassVar = [models.Index("employer", "begins", name="lease_employer")]


class Stay(models.Model):
    """A worker (token) in a bed from a day to a day; when the police must know and were told, of both ends.

    `norm` is the stamp of the capacity it was let in by; `exception` says why beyond it (family, register).
    """

    lease = link("apartments.Lease", related_name="stays")
    room = link("apartments.Room", related_name="stays")
    bed = models.SmallIntegerField()
    worker = link("Person")
    begins = models.DateField()
    until = models.DateField(null=True)
    due_at = models.DateTimeField()
    reported_at = models.DateTimeField(null=True)
    left_due_at = models.DateTimeField(null=True)
    left_reported_at = models.DateTimeField(null=True)
    rule = models.TextField()
    norm = models.TextField()
    exception = models.TextField(default="")
    approver = models.BigIntegerField(null=True)

    @property
    def due_day(self) -> date:
        """The last day on which the police can be told in time."""
        return clock.last_day(self.due_at)

    class Meta:
        constraints: ClassVar = [
            apart("one_person_a_bed", "room", "bed", begins="begins", until="until"),
            apart("one_bed_a_person", "worker", begins="begins", until="until"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("begins")), name="stay_ends_after"),
        ]
        indexes: ClassVar = [
            models.Index("due_at", name="stay_to_report", condition=Q(reported_at=None)),
            models.Index(
                "left_due_at", name="stay_to_sign_off", condition=Q(left_reported_at=None, until__isnull=False)
            ),
        ]


class Visit(models.Model):
    """An inspection: rhythm, day it is due, the check-list with its version as it was when the visit began, answers."""

    building = link("apartments.Building", related_name="visits")
    rhythm = models.TextField()
    due_on = models.DateField()
    stamp = models.TextField(default="")
    items = models.JSONField(default=list)
    answers = models.JSONField(default=dict)
    began_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    post = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["building", "rhythm", "due_on"], name="visit_once_a_turn")
        ]
        indexes: ClassVar = [
            models.Index("due_on", name="visit_waiting", condition=Q(finished_at=None)),
            models.Index(fields=["finished_at", "building"], name="visit_finished"),
        ]


class Hazard(models.Model):
    """What was found wrong: grade, deadline, when it was put right and by whom, when another post looked again."""

    building = link("apartments.Building", related_name="hazards")
    room = link("apartments.Room", null=True)
    visit = link("apartments.Visit", null=True)
    item = models.TextField(default="")
    title = models.TextField()
    grade = models.TextField()
    found_at = models.DateTimeField()
    due_at = models.DateTimeField()
    rule = models.TextField()
    fixed_at = models.DateTimeField(null=True)
    fixed_post = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_post = models.BigIntegerField(null=True)
    matter = link("Matter", null=True)

    @property
    def due_said(self) -> str:
        """Until when, as it is written: the last day, with the hour only where the limit runs by hours."""
        local = self.due_at.astimezone(clock.TZ)
        return (
            f"{local:%m-%d %H:%M}" if (local.hour, local.minute) != (0, 0) else f"{clock.last_day(self.due_at):%m-%d}"
        )

    class Meta:
        indexes: ClassVar = [
            models.Index("found_at", name="hazard_found"),
            models.Index("due_at", name="hazard_open", condition=Q(closed_at=None)),
        ]


class Photo(models.Model):
    """A photo of a visit's item or of a hazard."""

    building = link("apartments.Building", related_name="photos")
    visit = link("apartments.Visit", null=True, related_name="photos")
    hazard = link("apartments.Hazard", null=True, related_name="photos")
    item = models.TextField(default="")
    file = link("File")


class Quarrel(models.Model):
    """That a quarrel was passed to mediation, as which matter; what was said stands there only."""

    building = link("apartments.Building", related_name="quarrels")
    at = models.DateTimeField()
    matter = link("Matter", null=True)

    class Meta:
        indexes: ClassVar = [models.Index("at", name="quarrel_at")]


class Bill(models.Model):
    """What an enterprise owes for a lease: sort, month, day it is due, fen; by meter where read; when it was paid."""

    lease = link("apartments.Lease", related_name="bills")
    sort = models.TextField()
    month = models.DateField()
    due_on = models.DateField()
    amount = models.BigIntegerField()
    reading = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    norm = models.TextField(default="")
    paid_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["lease", "sort", "month"], name="bill_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="bill_not_negative"),
        ]
        indexes: ClassVar = [models.Index("due_on", name="bill_due", condition=Q(paid_on=None))]


class Year(models.Model):
    """A company's year of account: decided by a vote, then locked; from then on the database refuses any change."""

    company = link("Body")
    year = models.SmallIntegerField()
    totals = models.JSONField(default=dict)
    net = models.BigIntegerField(default=0)
    reserve = models.BigIntegerField(default=0)
    dividend = models.BigIntegerField(default=0)
    norm = models.TextField(default="")
    noticed_on = models.DateField(null=True)
    decided_on = models.DateField(null=True)
    voters = models.IntegerField(default=0)
    in_favour = models.IntegerField(default=0)
    locked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["company", "year"], name="year_once")]


class Line(models.Model):
    """A line of the year's ledger, in fen: an income (rent), or a cost (all other sorts); a correction is negative."""

    company = link("Body")
    year = models.SmallIntegerField()
    day = models.DateField()
    sort = models.TextField()
    amount = models.BigIntegerField()
    text = models.TextField(default="")
    building = link("apartments.Building", null=True)
    bill = models.OneToOneField(Bill, models.PROTECT, null=True)

    class Meta:
        indexes: ClassVar = [models.Index("company", "year", name="line_year")]


class Share(models.Model):
    """Registered shares of a household (token) in the village's collective, from a day to a day."""

    company = link("Body")
    holder = link("Person")
    count = models.IntegerField()
    begins = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            apart("one_share_a_holder", "company", "holder", begins="begins", until="until"),
            models.CheckConstraint(condition=Q(count__gt=0), name="share_counts"),
        ]


class Portion(models.Model):
    """What a share was given of a year's dividend, in fen."""

    year = link("apartments.Year", related_name="portions")
    share = link("apartments.Share")
    amount = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["year", "share"], name="portion_once")]


class Adoption(models.Model):
    """Which rule set of capacity holds in a village from a day on, by which paper, decided by which post."""

    village = link("Area")
    rule_set = models.TextField()
    effective = models.DateField()
    source = models.TextField()
    post = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["village", "effective"], name="adoption_once")]


class Link(models.Model):
    """A personal way in for a landlord (of a house) or a worker (of a stay): only the code's fingerprint is kept."""

    person = link("Person")
    house = link("apartments.House", null=True)
    stay = models.ForeignKey(Stay, models.CASCADE, null=True, related_name="+")
    code = models.TextField()
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
