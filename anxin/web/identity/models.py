"""What is kept about proving who one is: secrets, passkeys, stays at the desk, links, and the book of sign-ins."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from anxin.kernel.people import Account


class Safety(models.Model):
    """How one account is secured beyond its password. `sealed` is the secret of the one-time codes, encrypted.

    `last_step` is the newest time step (of 30 seconds) a code was taken for, so that no code is good twice;
    `new_password` says that the present one was set by somebody else; `handle` is what passkeys know the account by.
    """

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="safety")
    new_password = models.BooleanField(default=False)
    handle = models.BinaryField(unique=True)
    sealed = models.BinaryField(null=True)
    since = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)


class RecoveryCode(models.Model):
    """A code for the day the telephone is lost: good once; only its fingerprint is kept."""

    account = models.ForeignKey(Account, models.CASCADE)
    fingerprint = models.BinaryField(unique=True)
    used_at = models.DateTimeField(null=True)


class Passkey(models.Model):
    """A key that never leaves somebody's device; here is only its public half."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="passkeys")
    credential = models.BinaryField(unique=True)
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField()
    transports = models.TextField(default="")
    name = models.TextField()
    added_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Stay(models.Model):
    """One stay at the desk, from signing in until its end. `network` is only the front part of the address.

    `session` is the key of its browser session while it lasts, so that ending the one ends the other.
    """

    account = models.ForeignKey(Account, models.CASCADE)
    how = models.TextField()
    device = models.TextField()
    handheld = models.BooleanField(default=False)
    network = models.TextField()
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    session = models.TextField(default="")
    end = models.TextField(default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["account"], condition=models.Q(ended_at=None), name="stay_open"),
        ]


class PasswordLink(models.Model):
    """A link with which somebody sets a password, once, until `until`; the signature is in the link, not here."""

    account = models.ForeignKey(Account, models.CASCADE)
    made_at = models.DateTimeField()
    made_by = models.BigIntegerField(null=True)
    until = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Elsewhere(models.Model):
    """Who an account is at the city's own identity service: linked on purpose, never guessed from a name."""

    account = models.OneToOneField(Account, models.CASCADE, related_name="elsewhere")
    issuer = models.TextField()
    subject = models.TextField()
    linked_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["issuer", "subject"], name="elsewhere_once")]


class Line(models.Model):
    """One line of the book of sign-ins. Add only: the database refuses anything else (migration 0002)."""

    at = models.DateTimeField()
    account = models.BigIntegerField(null=True)
    what = models.TextField()
    how = models.TextField(default="")
    network = models.TextField(default="")
    by = models.BigIntegerField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["account", "-id"], name="line_account"),
        ]
