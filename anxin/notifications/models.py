"""What was told to whom, by which ways somebody can be reached, and when they want to be."""

from __future__ import annotations

from datetime import time
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

EMAIL, SMS, PUSH, ROBOT = "email", "sms", "webpush", "robot"
WAYS = {EMAIL: "电子邮件", SMS: "短信", PUSH: "浏览器推送", ROBOT: "群机器人（钉钉、企业微信）"}
EVERY = {0: "随时", 15: "每 15 分钟汇总", 60: "每小时汇总", 1440: "每天上班时汇总"}
"""How many minutes what does not press is collected."""


class Notice(models.Model):
    """One thing told to an account, or to the chat group of a body. `about` is a code of `rules.RULES`.

    It tells of an entry of a matter, or of something else on the desk: then `link` is its path, `detail` says what.
    """

    account = models.ForeignKey("kernel.Account", models.PROTECT, null=True, db_index=False, related_name="notices")
    body = models.ForeignKey("kernel.Body", models.PROTECT, null=True, db_index=False, related_name="+")
    post = models.BigIntegerField(null=True)
    matter = models.ForeignKey("kernel.Matter", models.PROTECT, null=True, db_index=False, related_name="notices")
    entry = models.BigIntegerField(null=True)
    link = models.TextField(default="")
    about = models.TextField()
    detail = models.TextField(default="")
    pressing = models.BooleanField(default=False)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(account__isnull=False) ^ Q(body__isnull=False), name="told_to_one"),
            models.CheckConstraint(
                condition=Q(matter__isnull=False, entry__isnull=False, link="")
                | Q(matter__isnull=True, entry__isnull=True, link__startswith="/"),
                name="told_of_one",
            ),
            models.UniqueConstraint(
                fields=["account", "entry", "about"], condition=Q(account__isnull=False), name="told_once"
            ),
            models.UniqueConstraint(
                fields=["body", "entry", "about"], condition=Q(body__isnull=False), name="told_once_a_body"
            ),
        ]
        indexes: ClassVar = [
            models.Index("account", models.F("id").desc(), name="notice_list", condition=Q(account__isnull=False)),
            models.Index("account", name="notice_unread", condition=Q(read_at=None, account__isnull=False)),
            models.Index("account", "body", name="notice_unsent", condition=Q(sent_at=None)),
            models.Index("at", name="notice_age"),
        ]


class Way(models.Model):
    """A way out of the house: `address` is encrypted (a mail address, a number, a push subscription, a robot)."""

    account = models.ForeignKey("kernel.Account", models.PROTECT, null=True, related_name="ways")
    body = models.ForeignKey("kernel.Body", models.PROTECT, null=True, related_name="ways")
    kind = models.TextField(choices=[(code, code) for code in WAYS])
    label = models.TextField(default="")
    address = models.BinaryField()
    mark = models.BinaryField()
    only_pressing = models.BooleanField(default=False)
    code = models.TextField(default="")
    code_until = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(account__isnull=False) ^ Q(body__isnull=False), name="way_of_one"),
            models.UniqueConstraint(
                fields=["account", "kind", "mark"], condition=Q(ended_at=None), name="way_once_an_account"
            ),
        ]


def usual_duty() -> list[list[str]]:
    """Monday to Friday from half past eight to half past five: [from, to] for each day of the week, empty for none."""
    return [["08:30", "17:30"]] * 5 + [[], []]


class Wish(models.Model):
    """When somebody is on duty and how they want to be told. Nobody has to say anything: the defaults hold."""

    account = models.OneToOneField("kernel.Account", models.PROTECT, primary_key=True, related_name="wish")
    duty = models.JSONField(default=usual_duty)
    every = models.IntegerField(default=15)
    pressing_always = models.BooleanField(default=True)
    muted = models.JSONField(default=list)

    def hours(self, weekday: int) -> tuple[time, time] | None:
        """Duty of a day of the week (Monday 0): from and to, or None."""
        day: list[Any] = self.duty[weekday] if weekday < len(self.duty) else []
        return (time.fromisoformat(day[0]), time.fromisoformat(day[1])) if len(day) == 2 else None
