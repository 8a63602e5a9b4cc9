"""Passwords: what a good one is, changing it, the first one from the administration, and links with which one is set.

The rules follow NIST SP 800-63B: length, not known from leaks, nothing of oneself; no demand for signs or capitals,
and nobody must change a password only because it is old.
"""

from __future__ import annotations

import re
from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from anxin.kernel import changes, clock, people
from anxin.kernel.bodies import SYSTEM, Actor
from anxin.kernel.errors import BadInput, NotFound
from anxin.kernel.people import Account
from anxin.web.identity import book, stays
from anxin.web.identity.models import PasswordLink, Safety
from anxin.web.identity.safety import of

SHORTEST, LONGEST = 10, 200
OWN_REST = 8
"""So many letters must remain of a password when one's own login and name are taken out [INF]."""
DIFFERENT = 5
"""So many different letters at least: aaaaaaaaaa is long and no secret [INF]."""
LASTS = timedelta(days=3)
"""How long a link for setting a password is good [INF]."""
SALT = "anxin set password"


class WeakPassword(BadInput):
    """这个密码不够安全，请换一个。"""

    code = "weak_password"


class LinkOver(NotFound):
    """这个链接已经用过、已经失效或不完整。请向管理人员要一个新的链接。"""

    code = "link_over"


def why_weak(password: str, account: Account) -> list[str]:
    """What is wrong with a password for an account, in sentences; none when it is good."""
    wrong: list[str] = []
    if not SHORTEST <= len(password) <= LONGEST:
        wrong.append(
            _("密码须有 {shortest} 到 {longest} 个字符，可以是一句话，空格也算。").format(
                shortest=SHORTEST, longest=LONGEST
            )
        )
    if len(set(password)) < DIFFERENT:
        wrong.append(_("密码中不同的字符太少。"))
    try:
        CommonPasswordValidator().validate(password)
    except ValidationError:
        wrong.append(_("这是很多人用过的密码，容易被猜到。"))
    rest = password.casefold()
    for own in _own(account):
        rest = rest.replace(own, "")
    if rest != password.casefold() and len(rest) < OWN_REST:
        wrong.append(_("密码不能由自己的姓名或账号加上几个字符组成。"))
    return wrong


def _own(account: Account) -> list[str]:
    """What is known of somebody: the login, its pieces in any order, the name. That the name was read is on record."""
    login = account.login.casefold()
    pieces = [each for each in re.split(r"[^a-z0-9]+", login) if each]
    own = {login, "".join(pieces), "".join(reversed(pieces)), "anxin"}
    if account.person is not None:
        told = people.read(account.person.token, SYSTEM, purpose="subject", fields=("name",), reason="核对新密码")
        own |= {told.name.casefold(), account.login.casefold()}
    return sorted((each for each in own if len(each) > 1), key=len, reverse=True)


def prove(account: Account | None, password: str) -> bool:
    """Whether the password is the account's and the account may sign in; takes as long when there is none."""
    if account is None or not account.has_usable_password():
        make_password(password)
        return False
    return check_password(password, account.password) and account.is_active


def check(account: Account, password: str) -> None:
    """Raise WeakPassword, saying why, unless the password is good for the account."""
    if wrong := why_weak(password, account):
        raise WeakPassword(" ".join(wrong))


def _set(account: Account, password: str, *, given: bool) -> None:
    account.set_password(password)
    account.save(update_fields=["password"])
    safety = of(account)
    safety.new_password = given
    safety.save(update_fields=["new_password"])


def change(request: HttpRequest, account: Account, password: str, *, stay: int | None) -> None:
    """Change one's own password; every other stay at the desk ends. Raises WeakPassword, also for the same again."""
    if check_password(password, account.password):
        raise WeakPassword(_("新密码和原来的一样。"))
    check(account, password)
    with transaction.atomic():
        _set(account, password, given=False)
        stays.end_all(account.pk, "password", but=stay)
        book.write(request, "password", account.pk)


def give(request: HttpRequest, account: Account, password: str, by: Actor) -> None:
    """Set somebody's first password: good for one signing in, after which a new one must be chosen.

    Whether the actor may is decided by the caller (`managing.check`). Raises WeakPassword.
    """
    check(account, password)
    with transaction.atomic():
        _set(account, password, given=True)
        stays.end_all(account.pk, "password")
        changes.record(by, "account", account.login, {}, {"password": "given"})
        book.write(request, "password_given", account.pk, by=by.account)


@transaction.atomic
def link(request: HttpRequest, account: Account, by: Actor, reason: str = "") -> str:
    """The address at which somebody may set a password once, within three days; links handed out before are void.

    Whether the actor may is decided by the caller (`managing.check`).
    """
    moment = clock.now()
    PasswordLink.objects.filter(account=account, used_at=None).update(until=moment)
    row = PasswordLink.objects.create(account=account, made_at=moment, made_by=by.account, until=moment + LASTS)
    changes.record(by, "account", account.login, {}, {"password": "link"}, reason)
    book.write(request, "link_made", account.pk, by=by.account)
    return reverse("identity:set", args=[signing.dumps(row.pk, salt=SALT)])


def linked(token: str, *, use: bool = False) -> PasswordLink:
    """The link a token stands for, while it is good; `use` locks it for the transaction. Raises LinkOver."""
    try:
        pk = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        raise LinkOver from None
    rows = PasswordLink.objects.select_related("account")
    row = (
        (rows.select_for_update(of=("self",)) if use else rows)
        .filter(pk=pk, used_at=None, until__gt=clock.now())
        .first()
    )
    if row is None or not row.account.is_active:
        raise LinkOver
    return row


def set_by_link(request: HttpRequest, token: str, password: str) -> Account:
    """Set the password of a link's account; the link is used up, every stay ends. Raises LinkOver or WeakPassword."""
    check(linked(token).account, password)
    with transaction.atomic():
        row = linked(token, use=True)
        _set(row.account, password, given=False)
        row.used_at = clock.now()
        row.save(update_fields=["used_at"])
        stays.end_all(row.account.pk, "password")
        book.write(request, "link_used", row.account.pk, by=row.made_by)
    return row.account


def must_change(account: Account) -> bool:
    """Whether the present password was set by somebody else."""
    return Safety.objects.filter(account=account, new_password=True).exists()
