"""What the administration may do about somebody's sign-in: hand out a link, end stays, clear a lost second proof."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest

from anxin.kernel import access, changes, clock
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import BadInput, NotAllowed
from anxin.kernel.people import Account
from anxin.web.identity import book, stays
from anxin.web.identity.models import Elsewhere, Passkey, RecoveryCode, Safety


def check(by: Actor, account: Account) -> None:
    """Raise NotAllowed unless the post looks after the account."""
    if not access.looks_after(by, account.pk):
        raise NotAllowed


@transaction.atomic
def end_stays(request: HttpRequest, account: Account, by: Actor) -> int:
    """End every stay of somebody; how many there were."""
    check(by, account)
    ended = sign_out(request, account, by)
    changes.record(by, "account", account.login, {"stays": ended}, {"stays": 0})
    return ended


def sign_out(request: HttpRequest, account: Account, by: Actor) -> int:
    """End every stay of somebody and say so in the book of sign-ins; how many there were.

    That it was decided is written down by the caller, in the same transaction.
    """
    ended = stays.end_all(account.pk, "admin")
    book.write(request, "ended_all", account.pk, by=by.account)
    return ended


@transaction.atomic
def clear_second(request: HttpRequest, account: Account, by: Actor) -> None:
    """Clear somebody's one-time codes, recovery codes and passkeys (telephone lost), and end every stay."""
    check(by, account)
    Safety.objects.filter(account=account).update(sealed=None, since=None)
    RecoveryCode.objects.filter(account=account).delete()
    Passkey.objects.filter(account=account).delete()
    stays.end_all(account.pk, "admin")
    changes.record(by, "account", account.login, {}, {"second": "cleared"})
    book.write(request, "reset", account.pk, by=by.account)


@transaction.atomic
def link_elsewhere(request: HttpRequest, account: Account, issuer: str, subject: str, by: Actor) -> None:
    """Say who an account is at the city's identity service. Raises BadInput when that person is linked already."""
    if not issuer or not 1 <= len(subject) <= 255:
        raise BadInput
    if Elsewhere.objects.filter(issuer=issuer, subject=subject).exclude(account=account).exists():
        raise AlreadyLinked
    Elsewhere.objects.update_or_create(
        account=account, defaults={"issuer": issuer, "subject": subject, "linked_at": clock.now()}
    )
    changes.record(by, "account", account.login, {}, {"elsewhere": "linked"})
    book.write(request, "linked", account.pk, by=None if by.account == account.pk else by.account)


@transaction.atomic
def unlink_elsewhere(request: HttpRequest, account: Account, by: Actor) -> None:
    """The account is nobody at the city's identity service any longer; stays begun that way end."""
    if Elsewhere.objects.filter(account=account).delete()[0]:
        changes.record(by, "account", account.login, {}, {"elsewhere": ""})
        book.write(request, "unlinked", account.pk, by=None if by.account == account.pk else by.account)


class AlreadyLinked(BadInput):
    """这个统一身份已经绑定了另一个账号。"""

    code = "already_linked"
