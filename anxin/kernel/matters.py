"""Matters: what is the matter, where, who raised it, how far it is.

A matter keeps its area path as it stood on the day of the report, so that later re-parenting leaves old
statistics right. Only `flow.py` moves `state`; the database refuses anyone else.

    reported -> working -> finished -> replied -> closed
       |           ^          |           |         |
       v           +----------+-----------+---------+   (reopened)
    refused · merged
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db import models

from anxin.kernel.people import Particulars

REPORTED, WORKING, FINISHED, REPLIED, CLOSED = "reported", "working", "finished", "replied", "closed"
REFUSED, MERGED = "refused", "merged"
STATES = {
    REPORTED: "待派单",
    WORKING: "办理中",
    FINISHED: "待答复",
    REPLIED: "待回访",
    CLOSED: "已办结",
    REFUSED: "不予受理",
    MERGED: "已并件",
}
OPEN = (REPORTED, WORKING, FINISHED, REPLIED)
NATURES = {"consult": "咨询", "help": "求助", "complaint": "投诉", "report": "举报", "suggestion": "建议"}
URGENCIES = {"ordinary": "一般", "urgent": "紧急", "emergency": "特急"}
COLOURS = {"": "未督办", "yellow": "黄牌督办", "red": "红牌督办"}

POLICE = {"": "", "sent": "已推送110", "accepted": "110已受理", "returned": "110已退回", "done": "110已处置"}
LEVELS = {"grid": "网格", "village": "村社", "town": "镇街", "county": "县级", "city": "市级"}
SATISFACTION = {"satisfied": "满意", "fairly": "基本满意", "dissatisfied": "不满意"}

TITLE_LENGTH, NARRATIVE_LENGTH = 120, 4000
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is reported: the form every door fills in, whoever fills it in.

    Place: `lat`, `lon` (WGS-84 degrees) or `area` (code of a grid, village, town or county) or neither. `person`: who
    reports, for contact only. `occurred_at`: when it happened. `of`: number of the matter it came out of.
    """

    kind: str
    title: str
    narrative: str = ""
    nature: str = "help"
    urgency: str = "ordinary"
    channel: str = "web"
    source_ref: str = ""
    person: Particulars | None = None
    confidential: bool = False
    lat: float | None = None
    lon: float | None = None
    area: str = ""
    address: str = ""
    occurred_at: datetime | None = None
    of: str = ""


class Matter(models.Model):
    """One matter. `title`, `narrative`, `address` may hold personal words: they are erasable, never journalled."""

    id = models.BigIntegerField(primary_key=True)
    number = models.TextField(unique=True)
    follow_code = models.TextField()
    state = models.TextField()
    kind = models.TextField()
    nature = models.TextField(default="help")
    urgency = models.TextField(default="ordinary")
    title = models.TextField(default="")
    narrative = models.TextField(default="")
    address = models.TextField(default="")
    channel = models.TextField()
    source_ref = models.TextField(default="")
    person = models.ForeignKey("kernel.Person", models.PROTECT, null=True, db_index=False, related_name="matters")
    confidential = models.BooleanField(default=False)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    grid = models.ForeignKey("kernel.Area", models.PROTECT, null=True, db_index=False, related_name="+")
    village = models.ForeignKey(
        "kernel.Area", models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    town = models.ForeignKey(
        "kernel.Area", models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    county = models.ForeignKey(
        "kernel.Area", models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    lead = models.ForeignKey("kernel.Body", models.PROTECT, null=True, db_index=False, related_name="+")
    occurred_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    colour = models.TextField(default="")
    level = models.TextField(default="town")
    police = models.TextField(default="")
    tries = models.SmallIntegerField(default=0)
    reopened = models.SmallIntegerField(default=0)
    solved = models.BooleanField(null=True)
    satisfied = models.TextField(default="")
    voices = models.IntegerField(default=0)
    of = models.ForeignKey("self", models.PROTECT, null=True, db_index=False, related_name="linked")
    entries = models.IntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index("reported_at", name="matter_reported"),
            models.Index("state", "reported_at", name="matter_state"),
            models.Index("kind", "reported_at", name="matter_kind"),
            models.Index("channel", "reported_at", name="matter_channel"),
            models.Index("lead", "reported_at", name="matter_lead"),
            models.Index("county", "reported_at", name="matter_county"),
            models.Index("town", "reported_at", name="matter_town"),
            models.Index("grid", "reported_at", name="matter_grid"),
            models.Index("urgency", "reported_at", name="matter_urgent", condition=~models.Q(urgency="ordinary")),
            models.Index("colour", "reported_at", name="matter_colour", condition=~models.Q(colour="")),
            models.Index(
                "reported_at", name="matter_carded", condition=models.Q(state__in=OPEN) & ~models.Q(colour="")
            ),
            models.Index("reported_at", name="matter_voices", condition=models.Q(voices__gt=0)),
            models.Index("due_at", name="matter_due", condition=models.Q(state__in=OPEN)),
            models.Index("reported_at", name="matter_open", condition=models.Q(state__in=OPEN)),
            models.Index("county", "reported_at", name="matter_open_county", condition=models.Q(state__in=OPEN)),
            models.Index("town", "reported_at", name="matter_open_town", condition=models.Q(state__in=OPEN)),
            models.Index("town", "closed_at", name="matter_town_closed", condition=models.Q(closed_at__isnull=False)),
            models.Index(
                "reported_at", name="matter_to_close", condition=models.Q(state=REPLIED, solved__isnull=False)
            ),
            models.Index("person", name="matter_person", condition=models.Q(person__isnull=False)),
            models.Index("of", name="matter_of", condition=models.Q(of__isnull=False)),
            models.Index("channel", "source_ref", name="matter_source", condition=~models.Q(source_ref="")),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something about it."""
        return self.state in OPEN


PERSONAL = frozenset({"title", "narrative", "address", "lat", "lon", "follow_code"})
"""Columns that may say who or where a person is: they stay out of the journal."""


def number(day: Any, serial: int) -> str:
    """The number one says on the telephone: the day and a serial (261124-1000123)."""
    return f"{day:%y%m%d}-{serial}"


def follow_code() -> str:
    """Eight letters and figures, none easily mistaken, with which a resident follows the matter."""
    drawn = secrets.randbelow(len(_LETTERS) ** 8)
    return "".join(_LETTERS[drawn // len(_LETTERS) ** place % len(_LETTERS)] for place in range(8))
