"""Persons and their protected particulars: the only tables with names, numbers and contacts.

Everything else knows a person by a token. Particulars are encrypted at rest (Fernet, rotating keys from
settings.PEOPLE_KEYS), read through `read` only, which writes down who read what for which purpose in the same
transaction, and erased when their time is over; that something was erased stays on record.
Sources: Personal Information Protection Law art. 6, 19, 47, 51; Petition Regulation art. 30 (the reported party
never learns who reported).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, ClassVar

import msgspec
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models, transaction

from anxin.kernel import clock
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import BadInput, NotFound, ReasonNeeded

PURPOSES = {
    "contact": "联系诉求人办理事项",
    "callback": "回访诉求人",
    "verify": "核实诉求人身份",
    "emergency": "紧急救助",
    "subject": "本人申请查阅、更正或删除",
    "audit": "审计检查",
    "papers": "制作调解文书",
    "registration": "居住登记申报",
    "payroll": "工资核发",
}
RETENTION = timedelta(days=730)
"""How long a reporter's particulars stay after the last matter closed. Default of the project, guide 11.2 [INF]."""


FIELDS = {
    "name": "称呼诉求人、核实身份",
    "phone": "联系诉求人、回访",
    "address": "查找事发地点",
    "email": "答复诉求人",
    "id_number": "制作调解协议、申请司法确认、申报居住登记",
}
"""Every personal field and what it is for; a field without a purpose may not be stored (guide 11.1 PI-2)."""


class Particulars(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What is known of a person, each field for the purpose in FIELDS; nothing else is stored."""

    name: str = ""
    phone: str = ""
    address: str = ""
    email: str = ""
    id_number: str = ""


class Person(models.Model):
    """A person behind a token. Only masked forms stand in the clear."""

    token = models.UUIDField(primary_key=True)
    sealed = models.BinaryField(null=True)
    masked_name = models.TextField(default="")
    masked_phone = models.TextField(default="")
    phone_mark = models.BinaryField(null=True)
    created_at = models.DateTimeField()
    keep_until = models.DateField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index("phone_mark", name="person_phone", condition=models.Q(phone_mark__isnull=False)),
            models.Index("keep_until", name="person_keep", condition=models.Q(sealed__isnull=False)),
        ]


class Reading(models.Model):
    """Who read which particulars, when, from which post, for which purpose and matter. Add only."""

    person = models.ForeignKey(Person, models.PROTECT)
    matter = models.BigIntegerField(null=True)
    account = models.BigIntegerField(null=True)
    post = models.BigIntegerField(null=True)
    purpose = models.TextField()
    fields = models.TextField()
    reason = models.TextField(default="")
    at = models.DateTimeField()


class Erasure(models.Model):
    """That particulars were erased, when, by whom and why; never what they were. Add only."""

    person = models.ForeignKey(Person, models.PROTECT)
    account = models.BigIntegerField(null=True)
    reason = models.TextField()
    at = models.DateTimeField()


class Accounts(BaseUserManager["Account"]):
    """How accounts are made and found."""

    def create_user(self, login: str, password: str | None = None, **more: Any) -> Account:
        """A new account with a password (None: it cannot sign in)."""
        account = self.model(login=login, **more)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """What a member of staff signs in with. The name stands in the person's particulars, not here."""

    login = models.TextField(unique=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = Accounts()


@cache
def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.PEOPLE_KEYS])


def lock(text: str) -> bytes:
    """A short text (where a member of staff wants to be reached) encrypted with the keys of this house."""
    return _box().encrypt(text.encode())


def unlock(locked: bytes) -> str:
    """What `lock` has locked; empty when it was forgotten."""
    return _box().decrypt(locked).decode() if locked else ""


@cache
def _mark_key() -> bytes:
    return hashlib.sha256(b"anxin phone mark" + settings.PHONE_MARK_KEY.encode()).digest()


def phone_mark(phone: str) -> bytes | None:
    """A keyed fingerprint of a number, so that a repeated call is recognised without reading the number."""
    digits = re.sub(r"\D", "", phone)
    return hmac.digest(_mark_key(), digits.encode(), "sha256")[:16] if digits else None


def mask_name(name: str) -> str:
    """王建国 -> 王**."""
    name = name.strip()
    return name[:1] + "*" * min(max(len(name) - 1, 0), 3)


def mask_phone(phone: str) -> str:
    """13800000000 -> 138****0000; short numbers show nothing but their length."""
    digits = re.sub(r"\D", "", phone)
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 11 else "*" * len(digits)


def seal(particulars: Particulars, moment: datetime) -> Person:
    """A new, unsaved person holding these particulars, encrypted. Raises BadInput for over-long fields."""
    too_long = {name: "过长" for name in particulars.__struct_fields__ if len(getattr(particulars, name)) > 200}
    if too_long:
        raise BadInput(fields=too_long)
    return Person(
        token=uuid.uuid4(),
        sealed=_box().encrypt(msgspec.json.encode(particulars)),
        masked_name=mask_name(particulars.name),
        masked_phone=mask_phone(particulars.phone),
        phone_mark=phone_mark(particulars.phone),
        created_at=moment,
    )


def keep(particulars: Particulars) -> Person:
    """A new person behind a token, saved; until when it is kept is decided later. Raises as `seal`."""
    made = seal(particulars, clock.now())
    made.save(force_insert=True)
    return made


def _open(person: Person) -> Particulars:
    if person.sealed is None:
        return Particulars()
    return msgspec.json.decode(_box().decrypt(bytes(person.sealed)), type=Particulars)


@transaction.atomic
def read(
    token: uuid.UUID,
    by: Actor,
    *,
    purpose: str,
    fields: Iterable[str] = ("name", "phone"),
    matter: int | None = None,
    reason: str = "",
) -> Particulars:
    """Open the named particulars of a person; who read them, and why, is written down first.

    Whether the actor may is decided by `access.read_person`, the only caller. Raises ReasonNeeded for an unknown
    purpose, NotFound for an unknown token. Source: PIPL art. 51, guide 11.3 SEC-3.
    """
    if purpose not in PURPOSES:
        raise ReasonNeeded(fields={"purpose": "、".join(PURPOSES.values())})
    person = Person.objects.filter(pk=token).first()
    if person is None:
        raise NotFound
    asked = [name for name in fields if name in Particulars.__struct_fields__]
    Reading.objects.create(
        person=person,
        matter=matter,
        account=by.account,
        post=by.post,
        purpose=purpose,
        fields=",".join(asked),
        reason=reason,
        at=clock.now(),
    )
    opened = _open(person)
    return Particulars(**{name: getattr(opened, name) for name in asked})


@transaction.atomic
def erase(token: uuid.UUID, by: Actor, *, reason: str) -> None:
    """Erase a person's particulars for good and record that it was done. Harmless when repeated."""
    if not reason.strip():
        raise ReasonNeeded
    person = Person.objects.select_for_update().filter(pk=token).first()
    if person is None:
        raise NotFound
    if person.erased_at is None:
        moment = clock.now()
        Person.objects.filter(pk=token).update(
            sealed=None, phone_mark=None, masked_name="", masked_phone="", erased_at=moment
        )
        Erasure.objects.create(person=person, account=by.account, reason=reason, at=moment)


def erase_expired(by: Actor, day: date, *, limit: int = 500) -> int:
    """Erase particulars whose retention ended before a day; returns how many persons."""
    due = Person.objects.filter(keep_until__lt=day, sealed__isnull=False).values_list("pk", flat=True)[:limit]
    tokens = list(due)
    for token in tokens:
        erase(token, by, reason="保存期限届满")
    return len(tokens)


def rotate(*, limit: int = 1000) -> int:
    """Re-encrypt all particulars under the newest key, `limit` at a time; returns how many were moved.

    What is erased or changed meanwhile stays as it is.
    """
    moved, last = 0, uuid.UUID(int=0)
    while some := list(Person.objects.filter(sealed__isnull=False, pk__gt=last).order_by("pk")[:limit]):
        for person in some:
            same = Person.objects.filter(pk=person.pk, sealed=person.sealed)
            moved += same.update(sealed=_box().rotate(bytes(person.sealed or b"")))
        last = some[-1].pk
    return moved
