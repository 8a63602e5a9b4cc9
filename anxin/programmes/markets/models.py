"""What the market book keeps: markets, zones with their code, stalls, tenancies, merchants, the ladder.

Money is whole fen, areas are m2 with two places, days are days in Shanghai. A merchant is an enterprise (its code is
public); a person is known by a token only. Which community a market lies in holds from a day to a day.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from anxin.kernel.columns import apart, link

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


class Market(models.Model):
    """A market and whoever runs it. A closing is told at least so many days before it (norm markets.closing_notice)."""

    code = models.TextField(unique=True)
    title = models.TextField()
    sectors = models.TextField(default="")
    organiser = link("Body")
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

    market = link("markets.Market", related_name="belongings")
    area = link("Area")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [apart("one_community_a_day", "market", begins="valid_from", until="valid_to")]


class Zone(models.Model):
    """A part of a market with an intake code of its own; `x`, `y`, `wide`, `high`: where it stands on the plan (m)."""

    market = link("markets.Market", related_name="zones")
    code = models.TextField(unique=True)
    title = models.TextField()
    keeper = link("Post", null=True)
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

    market = link("markets.Market", related_name="stalls", db_index=False)
    zone = link("markets.Zone", related_name="stalls")
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
    person = link("Person", null=True)
    entered_on = models.DateField()


class Tenancy(models.Model):
    """Which merchant has a stall, from a day (included) to a day (excluded). One a day.

    `breach`, `settling`: the written agreement names the liability for breach and how quarrels are settled.
    """

    stall = link("markets.Stall", related_name="tenancies")
    merchant = link("markets.Merchant", related_name="tenancies")
    begins = models.DateField()
    ends = models.DateField(null=True)
    breach = models.BooleanField(default=False)
    settling = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends=None) | Q(ends__gt=F("begins")), name="tenancy_ends_later"),
            apart("one_merchant_a_stall", "stall", begins="begins", until="ends"),
        ]


class Quarrel(models.Model):
    """A matter of kind markets.dispute in the market's own words: where, what sort, how far it got on the ladder."""

    matter = models.OneToOneField("kernel.Matter", models.PROTECT, related_name="+")
    market = link("markets.Market", related_name="quarrels", db_index=False)
    zone = link("markets.Zone", null=True)
    stall = link("markets.Stall", null=True)
    sort = models.TextField()
    opened_at = models.DateTimeField()
    route = models.TextField(default="")
    raised = link("Matter", null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index("market", "opened_at", name="quarrel_market")]


class Rung(models.Model):
    """One step of the ladder: which body tries, until when, under which rule, how it ended. One open for a quarrel."""

    quarrel = link("markets.Quarrel", related_name="rungs")
    level = models.SmallIntegerField()
    body = link("Body")
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

    quarrel = link("markets.Quarrel", related_name="evidence")
    item = models.TextField()
    file = link("File", null=True)
    at = models.DateTimeField()
    post = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["quarrel", "item"], name="evidence_once")]
