"""How often one address may send something in: a small memory in this process, nothing is written down."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections import OrderedDict, deque

from anxin.kernel.errors import TooManyReports

MOST, WITHIN = 20, 600.0
"""So many submissions from one address within so many seconds, in each server process. Default of the project [INF]."""
KNOWN = 20_000
"""Addresses remembered at most; the one seen longest ago is forgotten first."""


class Limit:
    """Counts what comes from an address; addresses are kept as fingerprints under a key that dies with the process."""

    def __init__(self, most: int = MOST, within: float = WITHIN) -> None:
        self.most, self.within = most, within
        self._key = secrets.token_bytes(16)
        self._lock = threading.Lock()
        self._seen: OrderedDict[bytes, deque[float]] = OrderedDict()

    def count(self, address: str) -> None:
        """Count one submission. Raises TooManyReports when there were too many already; those are not counted."""
        now = time.monotonic()
        mark = hashlib.blake2b(address.encode(), key=self._key, digest_size=16).digest()
        with self._lock:
            times = self._seen.setdefault(mark, deque())
            self._seen.move_to_end(mark)
            while times and times[0] <= now - self.within:
                times.popleft()
            if len(times) >= self.most:
                raise TooManyReports
            times.append(now)
            if len(self._seen) > KNOWN:
                self._seen.popitem(last=False)


REPORTS = Limit()
"""New reports and words added to one."""
GUESSES = Limit(most=30)
"""Attempts to open a matter with number and code that failed."""
LOOKS = Limit(most=200)
"""Look-ups of what a report may be the same as, while it is typed."""
