"""The row in which stands how an account is secured."""

from __future__ import annotations

import secrets

from anxin.kernel.people import Account
from anxin.web.identity.models import Safety


def of(account: Account) -> Safety:
    """The row of an account, made when it is first needed."""
    return Safety.objects.get_or_create(account=account, defaults={"handle": secrets.token_bytes(32)})[0]
