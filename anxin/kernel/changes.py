"""The book of changes: who changed what of the house (an area, a post, a limit ...), when, from what to what, and why.

What happens to a matter stands in its journal; everything else somebody alters by hand stands here. Add only: the
database refuses UPDATE, DELETE and TRUNCATE, numbers the changes of a subject and chains them by SHA-256 (migration
0006). Personal particulars never go in: a person is named by account or token.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.utils.translation import gettext as _

from anxin.kernel import clock
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import KeyReused, NotNow, TextTooLong

REASON_LENGTH = 1000


class Stale(NotNow):
    """您打开页面之后，别人已经改过这一项。请核对下面的改动后重新提交，您填写的内容仍在。"""


class Alteration(models.Model):
    """One change of one subject. `about` is the sort of thing, `subject` its lasting code, `effective` from which day.

    `before` and `after` hold only what changed; an empty `before` is a beginning.
    """

    about = models.TextField()
    subject = models.TextField()
    seq = models.IntegerField(null=True)
    at = models.DateTimeField()
    role = models.TextField()
    account = models.BigIntegerField(null=True)
    post = models.BigIntegerField(null=True)
    body = models.BigIntegerField(null=True)
    key = models.TextField(null=True)
    before = models.JSONField(encoder=DjangoJSONEncoder)
    after = models.JSONField(encoder=DjangoJSONEncoder)
    reason = models.TextField(default="")
    effective = models.DateField(null=True)
    prev = models.BinaryField(null=True)
    hash = models.BinaryField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["about", "subject", "seq"], name="alteration_once"),
            models.UniqueConstraint(fields=["key"], condition=models.Q(key__isnull=False), name="alteration_key_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["-at"], name="alteration_at")]


def record(
    by: Actor,
    about: str,
    subject: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    reason: str = "",
    effective: date | None = None,
) -> None:
    """Write a change down, in the transaction that makes it. What is the same before and after is left out.

    Nothing is written where nothing changed. `by.key` marks the row, so that `repeated` recognises a second sending;
    of several changes under one key only the first may carry it (`by.under(None)` for the others). Raises
    TextTooLong for a reason over 1,000 letters.
    """
    if len(reason) > REASON_LENGTH:
        raise TextTooLong(fields={"reason": _("不超过 {most} 字").format(most=REASON_LENGTH)})
    names = [name for name in {**before, **after} if before.get(name, _GONE) != after.get(name, _GONE)]
    if not names:
        return
    Alteration.objects.create(
        about=about,
        subject=subject,
        at=clock.now(),
        role=by.role,
        account=by.account,
        post=by.post,
        body=by.body,
        key=by.key,
        before={name: before[name] for name in names if name in before},
        after={name: after[name] for name in names if name in after},
        reason=reason.strip(),
        effective=effective,
    )


_GONE = object()


def of(about: str, subject: str) -> models.QuerySet[Alteration]:
    """The history of a subject, newest first."""
    return Alteration.objects.filter(about=about, subject=subject).order_by("-seq")


def edition(about: str, subject: str) -> int:
    """How often a subject has been changed: a page carries this number, so that a stale one is known."""
    return of(about, subject).values_list("seq", flat=True).first() or 0


def repeated(by: Actor, about: str) -> bool:
    """Whether what the actor sends under this key has been done already; a second sending waits for the first.

    To be asked first, in the transaction of the change. Raises KeyReused when the key stood for another sort of thing.
    """
    if by.key is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [by.key])
    found = Alteration.objects.filter(key=by.key).values_list("about", "account").first()
    if found is not None and found != (about, by.account):
        raise KeyReused(fields={"key": by.key})
    return found is not None


def check_fresh(about: str, subject: str, seen: int) -> None:
    """Raise Stale when a subject has been changed since its reader saw it; locks it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT kernel_alteration_lock(%s, %s)", [about, subject])
    if edition(about, subject) != seen:
        raise Stale(about=about, subject=subject, seen=seen)


def broken() -> list[int]:
    """The changes whose number or fingerprint does not follow from the one before; none, unless somebody tampered."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM (SELECT a.id, seq, prev, hash, kernel_alteration_hash(about, subject, seq, at, role,"
            "  account, post, body, key, before, after, reason, effective, prev) AS again,"
            "  lag(hash) OVER w AS last, row_number() OVER w AS place"
            "  FROM kernel_alteration a WINDOW w AS (PARTITION BY about, subject ORDER BY seq)) AS chain"
            " WHERE seq <> place OR prev IS DISTINCT FROM last OR hash <> again ORDER BY id"
        )
        return [row[0] for row in cursor.fetchall()]
