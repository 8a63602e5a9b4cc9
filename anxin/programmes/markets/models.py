"""What the market book keeps: markets, zones with their code, stalls, tenancies, merchants, the ladder.

Money is whole fen, areas are m2 with two places, days are days in Shanghai. A merchant is an enterprise (its code is
public); a person is known by a token only. Which community a market lies in holds from a day to a day.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

LEVELS = {1: "摊区管理员", 2: "社区调解员", 3: "专业调委会"}
"""Who tries on each step of the ladder."""
ENDS = {
    "settled": "当场解决",
    "failed": "未能解决",
    "lapsed": "超时自动上交",
    "left": "已转出",
}
"""How a step ended."""
ROUTES = {"mediation": "转人民调解", "court": "告知诉讼途径"}
"""Where a quarrel goes that no step has solved."""


def _span(begin: str, end: str) -> Func:
    return Func(F(begin), F(end), function="daterange", output_field=DateRangeField())


class Market(models.Model):
    """A market and whoever runs it. A closing is told at least so many days before it (norm markets.closing_notice)."""

    code = models.TextField(unique=True)
    title = models.TextField()
    sectors = models.TextField(default="")
    organiser = models.ForeignKey("kernel.Body", models.PROTECT, related_name="+")
    lat = models.FloatField()
    lon = models.FloatField()
    complaint_point = models.TextField(default="")
    opened_on = models.DateField()
    closing_told_on = models.DateField(null=True)
    closes_on = models.DateField(null=True)
    closing_norm = models.TextField(default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(closes_on=None) | Q(closing_told_on__isnull=False), name="closing_is_told_before"
            )
        ]

    def __str__(self) -> str:
        return self.title


class Belonging(models.Model):
    """Which community a market lies in, from a day (included) to a day (excluded). One a day."""

    market = models.ForeignKey(Market, models.PROTECT, related_name="belongings")
    area = models.ForeignKey("kernel.Area", models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="one_community_a_day",
                expressions=[
                    (_span("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                    ("market", RangeOperators.EQUAL),
                ],
            )
        ]


class Zone(models.Model):
    """A part of a market with an intake code of its own; `x`, `y`, `wide`, `high`: where it stands on the plan (m)."""

    market = models.ForeignKey(Market, models.PROTECT, related_name="zones")
    code = models.TextField(unique=True)
    title = models.TextField()
    keeper = models.ForeignKey("kernel.Post", models.PROTECT, null=True, related_name="+")
    x = models.IntegerField(default=0)
    y = models.IntegerField(default=0)
    wide = models.IntegerField(default=40)
    high = models.IntegerField(default=30)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["market", "title"], name="zone_title_once")]

    def __str__(self) -> str:
        return self.title


class Stall(models.Model):
    """One stall; its number is its own within the market."""

    market = models.ForeignKey(Market, models.PROTECT, related_name="stalls", db_index=False)
    zone = models.ForeignKey(Zone, models.PROTECT, related_name="stalls")
    number = models.TextField()
    m2 = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    closed_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["market", "number"], name="stall_number_once")]


class Merchant(models.Model):
    """Who trades: an enterprise or household business by its unified code; whoever speaks for it is a token."""

    uscc = models.TextField(unique=True)
    title = models.TextField()
    sector = models.TextField(default="")
    person = models.ForeignKey("kernel.Person", models.PROTECT, null=True, related_name="+")
    entered_on = models.DateField()


class Tenancy(models.Model):
    """Which merchant has a stall, from a day (included) to a day (excluded). One a day.

    `breach`, `settling`: the written agreement names the liability for breach and how quarrels are settled.
    """

    stall = models.ForeignKey(Stall, models.PROTECT, related_name="tenancies")
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="tenancies")
    begins = models.DateField()
    ends = models.DateField(null=True)
    breach = models.BooleanField(default=False)
    settling = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends=None) | Q(ends__gt=F("begins")), name="tenancy_ends_later"),
            ExclusionConstraint(
                name="one_merchant_a_stall",
                expressions=[(_span("begins", "ends"), RangeOperators.OVERLAPS), ("stall", RangeOperators.EQUAL)],
            ),
        ]


class Quarrel(models.Model):
    """A matter of kind markets.dispute in the market's own words: where, what sort, how far it got on the ladder."""

    matter = models.OneToOneField("kernel.Matter", models.PROTECT, related_name="+")
    market = models.ForeignKey(Market, models.PROTECT, related_name="quarrels", db_index=False)
    zone = models.ForeignKey(Zone, models.PROTECT, null=True, related_name="+")
    stall = models.ForeignKey(Stall, models.PROTECT, null=True, related_name="+")
    sort = models.TextField()
    opened_at = models.DateTimeField()
    route = models.TextField(default="")
    raised = models.ForeignKey("kernel.Matter", models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index("market", "opened_at", name="quarrel_market")]


class Rung(models.Model):
    """One step of the ladder: which body tries, until when, under which rule, how it ended. One open for a quarrel."""

    quarrel = models.ForeignKey(Quarrel, models.PROTECT, related_name="rungs")
    level = models.SmallIntegerField()
    body = models.ForeignKey("kernel.Body", models.PROTECT, related_name="+")
    rule = models.TextField()
    began_at = models.DateTimeField()
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    how = models.TextField(default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["quarrel"], condition=Q(ended_at=None), name="one_open_rung"),
            models.UniqueConstraint(fields=["quarrel", "level"], name="a_rung_is_climbed_once"),
        ]
        indexes: ClassVar = [models.Index("due_at", name="rung_due", condition=Q(ended_at=None))]


class Evidence(models.Model):
    """A thing of the evidence kit that a party has shown, with its scan where there is one."""

    quarrel = models.ForeignKey(Quarrel, models.PROTECT, related_name="evidence")
    item = models.TextField()
    file = models.ForeignKey("kernel.File", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    post = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["quarrel", "item"], name="evidence_once")]
