"""Screens on a wall: a signed link, good for the one screen that opens it first, until it is revoked."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from anxin.kernel import changes, clock
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import AnxinError, BadInput, NotFound
from anxin.programmes.situation.models import Screen
from anxin.programmes.situation.rules import entry

SALT = "anxin.situation.screen"
SEEN = 60
"""Seconds after which it is written down again that a screen is there."""


class ScreenRefused(AnxinError):
    """这个大屏链接无效、已撤销，或已在另一块屏幕上使用。请到大屏管理重新生成。"""

    status, code = 403, "screen_refused"


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def make(town: Area, title: str, by: Actor) -> tuple[Screen, str]:
    """A new screen and the word that stands in its link, shown once. Raises BadInput, NotAllowed."""
    entry.enter_room(by, "screen", town.pk)
    said = title.strip()
    if not said or len(said) > 40 or "\x00" in said:
        raise BadInput(fields={"title": _("请写明屏幕挂在哪里（不超过 40 字）")})
    secret = secrets.token_urlsafe(24)
    row = Screen.objects.create(town=town, title=said, secret=_mark(secret), made_at=clock.now(), made_post=by.post)
    changes.record(by, "screen", str(row.pk), {}, {"town": town.code, "title": said})
    return row, signing.Signer(salt=SALT).sign(secret)


@transaction.atomic
def revoke(screen: int, by: Actor) -> None:
    """A screen shows nothing any more. Harmless when repeated. Raises NotFound, NotAllowed."""
    row = Screen.objects.select_for_update().filter(pk=screen).first()
    if row is None:
        raise NotFound
    entry.enter_room(by, "screen", row.town_id)
    if row.revoked_at is None:
        Screen.objects.filter(pk=screen).update(revoked_at=clock.now())
        changes.record(by, "screen", str(screen), {"revoked": False}, {"revoked": True})


@transaction.atomic
def bind(word: str, cookie: str) -> tuple[Screen, str]:
    """The first screen that opens a link gets it for good: the screen, and what its cookie is to hold.

    Raises ScreenRefused for a forged or revoked link, and for any other screen.
    """
    try:
        secret = signing.Signer(salt=SALT).unsign(word)
    except signing.BadSignature:
        raise ScreenRefused from None
    row = Screen.objects.select_for_update(of=("self",)).select_related("town").filter(secret=_mark(secret)).first()
    if row is None or row.revoked_at is not None:
        raise ScreenRefused
    if row.bound:
        if not _is_bound(row, cookie):
            raise ScreenRefused
        return row, cookie
    own = f"{row.pk}.{secrets.token_urlsafe(32)}"
    row.bound, row.seen_at = _mark(own), clock.now()
    row.save(update_fields=["bound", "seen_at"])
    return row, own


def _is_bound(row: Screen, cookie: str) -> bool:
    return bool(cookie) and hmac.compare_digest(row.bound, _mark(cookie))


def shown_to(cookie: str) -> Screen | None:
    """The screen a cookie belongs to, if it may still show anything; that it was there is noted now and then."""
    pk = cookie.partition(".")[0]
    if not (pk.isascii() and pk.isdigit()) or len(pk) > 18:
        return None
    row = Screen.objects.select_related("town").filter(pk=int(pk), revoked_at=None).first()
    if row is None or not _is_bound(row, cookie):
        return None
    now = clock.now()
    if row.seen_at is None or (now - row.seen_at).total_seconds() > SEEN:
        Screen.objects.filter(pk=row.pk).update(seen_at=now)
    return row
