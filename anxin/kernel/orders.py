"""Orders: who must do what by when; the clocks that run; the checks after closing.

A command (一键指令) is one order number with one lead and any helpers; each body has an order of its own under that
number, with clocks for its part, while the matter has a clock for the whole.

    order: sent -> signed -> finished
             \\        \\-> returning -> withdrawn (handed back) | signed (refused)
              \\-> withdrawn
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from anxin.kernel.matters import Matter

SENT, SIGNED, RETURNING, FINISHED, WITHDRAWN = "sent", "signed", "returning", "finished", "withdrawn"
STATES = {
    SENT: "待签收",
    SIGNED: "办理中",
    RETURNING: "退件审核中",
    FINISHED: "已反馈",
    WITHDRAWN: "已撤回",
}
ACTIVE = (SENT, SIGNED, RETURNING)
LEAD, HELPER = "lead", "helper"


class Order(models.Model):
    """What one body has to do about a matter. `post`: the post of that body that took it in hand last."""

    id = models.BigIntegerField(primary_key=True)
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="orders")
    number = models.TextField()
    role = models.TextField()
    body = models.ForeignKey("kernel.Body", models.PROTECT, db_index=False, related_name="orders")
    state = models.TextField()
    task = models.TextField(default="")
    designated = models.BooleanField(default=False)
    sent_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    contacted_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    hand_backs = models.SmallIntegerField(default=0)
    more_asked = models.IntegerField(default=0)
    more_granted = models.IntegerField(default=0)
    proposed = models.ForeignKey("kernel.Body", models.PROTECT, null=True, db_index=False, related_name="+")
    post = models.ForeignKey("kernel.Post", models.PROTECT, null=True, db_index=False, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["matter"], condition=Q(role=LEAD) & ~Q(state=WITHDRAWN), name="one_lead_a_matter"
            ),
            models.UniqueConstraint(fields=["matter", "body"], condition=~Q(state=WITHDRAWN), name="one_order_a_body"),
        ]
        indexes: ClassVar = [
            models.Index("body", "state", "sent_at", name="order_body"),
            models.Index("body", "sent_at", name="order_standing", condition=Q(state__in=ACTIVE)),
            models.Index(
                "post", "sent_at", name="order_post", condition=Q(post__isnull=False, state__in=(SIGNED, RETURNING))
            ),
            models.Index("sent_at", name="order_returning", condition=Q(state=RETURNING)),
            models.Index(
                "sent_at", name="order_more_time", condition=Q(state=SIGNED, more_asked__gt=0, more_granted=0)
            ),
        ]


class Clock(models.Model):
    """A running limit. `pauses` is a list of [from, to] in ISO form; `rings_at` is the next warning (50, 80, 100 %)."""

    id = models.BigIntegerField(primary_key=True)
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="clocks")
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="clocks", db_index=False)
    code = models.TextField()
    rule = models.TextField()
    amount = models.IntegerField()
    unit = models.TextField()
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    pauses = models.JSONField(default=list)
    paused_until = models.DateTimeField(null=True)
    rung = models.SmallIntegerField(default=0)
    rings_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    outcome = models.TextField(default="")

    class Meta:
        indexes: ClassVar = [
            models.Index("rings_at", name="clock_rings", condition=Q(rings_at__isnull=False)),
            models.Index("due_at", name="clock_soon", condition=Q(stopped_at=None, rung=80)),
        ]


OUTCOMES = {"": "计时中", "met": "按时", "missed": "超时", "cancelled": "已取消"}


class Check(models.Model):
    """A look after closing (1, 3, 6 months): has it come back?"""

    id = models.BigIntegerField(primary_key=True)
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="checks")
    months = models.SmallIntegerField()
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True)
    recurred = models.BooleanField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index("due_on", name="check_due", condition=Q(done_at__isnull=True)),
            models.Index("due_on", name="check_done", condition=Q(done_at__isnull=False)),
        ]
