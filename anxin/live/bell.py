"""How many notices each account has not read yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from anxin.notifications import actions


def unread(accounts: Sequence[int]) -> Mapping[int, int]:
    """By account; one question for all of them."""
    found = actions.unread_of(accounts)
    return {account: found.get(account, 0) for account in accounts}
