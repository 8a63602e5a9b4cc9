"""Moments as GeoReport writes them: the W3C profile of ISO 8601, always with the zone."""

from __future__ import annotations

import re
from datetime import datetime

from django.utils.translation import gettext as _

from anxin.kernel import clock
from anxin.kernel.errors import BadInput

_W3C = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)(Z|[+-]\d\d:\d\d)", re.ASCII)
_LOST_PLUS = re.compile(r"(?<=\d) (?=\d\d:\d\d$)", re.ASCII)


def moment(name: str, text: str) -> datetime:
    """A moment somebody sent, with its zone. A plus that became a space on its way through an address is one again.

    Raises BadInput naming the argument for anything else, a moment without zone included.
    """
    found = _W3C.fullmatch(_LOST_PLUS.sub("+", text.strip()))
    try:
        if found is None:
            raise ValueError
        told = datetime.fromisoformat(found[1] + found[2].replace("Z", "+00:00"))
        if not 1900 < told.year < 2200:
            raise ValueError
    except ValueError:
        sentence = _("须为带时区的 W3C 时间，如 2026-11-24T08:00:00+08:00")
        raise BadInput(fields={name: sentence}) from None
    return told


def written(at: datetime | None) -> str | None:
    """A moment as it is sent: the city's own time with its offset, to the second."""
    return at.astimezone(clock.TZ).isoformat(timespec="seconds") if at else None
