"""One-time codes from a telephone (TOTP, RFC 6238) and recovery codes for the day it is lost."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta
from functools import cache

import pyotp
import segno
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from anxin.kernel import access, clock
from anxin.kernel.errors import BadInput
from anxin.kernel.people import Account
from anxin.web.identity import attempts, book
from anxin.web.identity.models import Passkey, RecoveryCode, Safety
from anxin.web.identity.safety import of

STEP = timedelta(seconds=30)
TOLERATED = (0, -1, 1)
"""Steps a telephone's clock may be off."""
CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters nobody mistakes for others; 16 of them are 79 bits, so that a plain fingerprint keeps the secret."""


class WrongCode(BadInput):
    """验证码不对或已经用过，请等下一个验证码再试。"""

    code = "wrong_code"


@cache
def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.PEOPLE_KEYS])


def new_secret() -> str:
    """A secret for a telephone, in the letters people can type."""
    return pyotp.random_base32()


def address(secret: str, account: Account) -> str:
    """What the QR code says (otpauth://)."""
    return pyotp.TOTP(secret).provisioning_uri(name=account.login, issuer_name=f"安心 {settings.CITY_NAME}")


def picture(secret: str, account: Account) -> str:
    """The QR code as the address of a picture (SVG in a data: URI)."""
    return segno.make(address(secret, account), error="m").svg_data_uri(scale=5, light="#fff", dark="#000")


def _step(secret: str, code: str) -> int | None:
    totp = pyotp.TOTP(secret)
    now = int(clock.now().timestamp() // STEP.total_seconds())
    good = [now + off for off in TOLERATED if secrets.compare_digest(totp.generate_otp(now + off), code)]
    return good[0] if good else None


def _digits(code: str) -> str:
    return re.sub(r"\D", "", code)[:12]


def is_on(account: Account) -> bool:
    """Whether an account is asked for one-time codes."""
    return Safety.objects.filter(account=account, sealed__isnull=False).exists()


def turn_on(request: HttpRequest, account: Account, secret: str, code: str) -> list[str]:
    """Ask for one-time codes from now on, once a first code proves that the telephone has the secret.

    Returns the recovery codes, to be shown once. Raises WrongCode or LockedOut.
    """
    attempts.count(attempts.code_marks(account.pk))
    step = _step(secret, _digits(code))
    if step is None:
        raise WrongCode
    attempts.succeeded(attempts.code_marks(account.pk))
    with transaction.atomic():
        safety = of(account)
        safety.sealed, safety.since, safety.last_step = _box().encrypt(secret.encode()), clock.now(), step
        safety.save(update_fields=["sealed", "since", "last_step"])
        book.write(request, "codes_on", account.pk)
        return new_recovery(request, account)


@transaction.atomic
def turn_off(request: HttpRequest, account: Account) -> None:
    """Ask for codes no longer; recovery codes go with them unless a passkey remains."""
    Safety.objects.filter(account=account).update(sealed=None, since=None)
    if not Passkey.objects.filter(account=account).exists():
        RecoveryCode.objects.filter(account=account).delete()
    book.write(request, "codes_off", account.pk)


@transaction.atomic
def new_recovery(request: HttpRequest, account: Account) -> list[str]:
    """Ten new recovery codes, to be shown once; those from before are void."""
    made = ["-".join("".join(secrets.choice(ALPHABET) for _n in range(4)) for _g in range(4)) for _c in range(CODES)]
    RecoveryCode.objects.filter(account=account).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(account=account, fingerprint=_print(account, each)) for each in made)
    book.write(request, "recovery", account.pk)
    return made


def recovery_left(account: Account) -> int:
    """How many recovery codes are unused."""
    return RecoveryCode.objects.filter(account=account, used_at=None).count()


def _print(account: Account, code: str) -> bytes:
    plain = re.sub(r"[^a-z0-9]", "", code.casefold())
    return hashlib.sha256(f"anxin recovery {account.pk} {plain}".encode()).digest()


def prove(account: Account, code: str) -> str:
    """Which proof a typed code is: "code" or "recovery". Raises WrongCode (also for one used before) or LockedOut."""
    marks = attempts.code_marks(account.pk)
    attempts.count(marks)
    how = _take(account, code)
    if not how:
        raise WrongCode
    attempts.succeeded(marks)
    return how


def _take(account: Account, code: str) -> str:
    if len(re.sub(r"\W", "", code)) > 8:
        rows = RecoveryCode.objects.filter(account=account, fingerprint=_print(account, code), used_at=None)
        return "recovery" if rows.update(used_at=clock.now()) else ""
    safety = Safety.objects.filter(account=account, sealed__isnull=False).first()
    if safety is None or safety.sealed is None:
        return ""
    step = _step(_box().decrypt(bytes(safety.sealed)).decode(), _digits(code))
    if step is None:
        return ""
    return "code" if Safety.objects.filter(account=account, last_step__lt=step).update(last_step=step) else ""


def demanded(account: Account) -> bool:
    """Whether one of the account's posts has a role of which the installation demands a second proof."""
    if not settings.SECOND_FACTOR:
        return False
    everybody = "*" in settings.SECOND_FACTOR
    return any(everybody or each.role in settings.SECOND_FACTOR for each in access.posts_of(account.pk))


def has_second(account: Account) -> bool:
    """Whether the account has a second proof to give."""
    return is_on(account) or Passkey.objects.filter(account=account).exists()


def must_follow(account: Account, how: str) -> bool:
    """Whether a second proof must follow the first. A passkey is two at once: the device, and what unlocks it."""
    return not is_two(how) and (is_on(account) or (demanded(account) and has_second(account)))


def is_two(how: str) -> bool:
    """Whether the proofs given are two."""
    return how == "passkey" or "+" in how


def is_missing(account: Account, how: str) -> bool:
    """Whether a second proof is demanded, was not given, and the account has none yet."""
    return not is_two(how) and demanded(account) and not has_second(account)
