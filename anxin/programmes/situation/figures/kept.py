"""An answer kept for some seconds in this process: what many screens ask at once is counted once.

Nothing is kept inside a transaction, where the answer may never come true.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import TypeVar

from django.db import connection

T = TypeVar("T")
MOST = 2000
_kept: dict[Hashable, tuple[float, object]] = {}
_lock = threading.Lock()


def kept(key: Hashable, seconds: float, make: Callable[[], T]) -> T:
    """What `make` answers, at most so many seconds old."""
    if connection.in_atomic_block:
        return make()
    now = time.monotonic()
    with _lock:
        found = _kept.get(key)
    if found is not None and found[0] > now:
        return found[1]  # type: ignore[return-value]
    made = make()
    with _lock:
        if len(_kept) >= MOST:
            _kept.clear()
        _kept[key] = (now + seconds, made)
    return made
