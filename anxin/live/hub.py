"""The desks that listen in this process, and the loop that tells them.

One look at the journal every quarter of a second serves all of them; nobody listening, nobody looks. A desk that takes
nothing in is let go: it comes back with the id of what it heard last, and hears the rest.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from django.db import Error, connection

from anxin.live import bell, feed, readers
from anxin.live.feed import Key, News
from anxin.live.readers import Reader

log = logging.getLogger("anxin.live")
T = TypeVar("T")
EVERY, LONGEST = 0.25, 1.2
"""Seconds between two looks at the journal; more where much happens and a look costs more."""
BEAT = 15.0
"""Seconds after which a quiet connection shows that it stands."""
ASK = 2.0
"""Seconds between two looks at whether the sessions still stand, and at what is unread."""
WHOLE = 30
"""After so many of these looks each session has been asked for account, password and post again."""
BEHIND = 64
"""So much may wait for a desk that takes nothing in."""


class Desk:
    """One connection."""

    __slots__ = ("cookies", "data", "key", "languages", "open", "reader", "turn", "waiting", "woken")

    def __init__(self, reader: Reader, cookies: str, languages: str) -> None:
        self.reader, self.cookies, self.languages = reader, cookies, languages
        self.key = Key.of(reader.by, reader.language)
        self.data: str | None = None
        self.turn = hash(reader.session) % WHOLE
        self.waiting: deque[bytes] = deque()
        self.woken = asyncio.Event()
        self.open = True

    def put(self, told: bytes) -> None:
        """Something to send."""
        if len(self.waiting) >= BEHIND:
            self.close()
        self.waiting.append(told)
        self.woken.set()

    def close(self) -> None:
        """Let the connection end."""
        self.open = False
        self.woken.set()

    async def next(self) -> bytes:
        """All that waits to be sent, as soon as there is something; empty when the connection shall end."""
        while self.open and not self.waiting:
            self.woken.clear()
            await self.woken.wait()
        if not self.open:
            return b""
        told = b"".join(self.waiting)
        self.waiting.clear()
        return told


class Hub:
    """All desks of this process."""

    def __init__(self) -> None:
        self.desks: dict[Key, set[Desk]] = {}
        self.since = ""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="live")
        self._task: asyncio.Task[None] | None = None
        self._rounds = 0
        self._spent = 0.0
        self._unread: dict[int, int] = {}

    def __len__(self) -> int:
        return sum(map(len, self.desks.values()))

    def all(self) -> Iterable[Desk]:
        """Every desk."""
        return [desk for some in self.desks.values() for desk in some]

    async def ask(self, what: Callable[[], T]) -> T:
        """Ask the database in the thread of the hub."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, what)

    async def join(self, desk: Desk, since: str = "") -> None:
        """A desk begins to listen; since a moment, when it has listened before."""
        if self._task is None or self._task.done():
            self.since = ""
            self._task = asyncio.get_running_loop().create_task(self._run())
        self.desks.setdefault(desk.key, set()).add(desk)
        if not self.since:
            self.since = await self.ask(feed.now)
        if not since:
            return desk.put(feed.frame("hello", {}, self.since))
        if not feed.is_moment(since):
            return desk.put(feed.frame("reload", {}, self.since))
        try:
            news = await self.ask(lambda: feed.look(since, [desk.key]))
        except Error:  # a moment of another database
            return desk.put(feed.frame("reload", {}, self.since))
        desk.put(feed.frame("hello", {}) + news.frames.get(desk.key, b"") + f"id: {news.upto}\n\n".encode())

    def leave(self, desk: Desk) -> None:
        """A desk listens no more."""
        some = self.desks.get(desk.key, set())
        some.discard(desk)
        if not some:
            self.desks.pop(desk.key, None)

    def end(self) -> None:
        """The server stops: every connection ends."""
        for desk in self.all():
            desk.close()
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        beat = asked = time.monotonic()
        while self.desks:
            began = time.monotonic()
            try:
                await self._tell()
                if began - asked > ASK:
                    asked = began
                    await self._ask_again()
                    await self._ring()
            except Exception:  # whatever it was: a loop that ended would leave every desk listening to nothing
                log.exception("live updates wait for the database")
                await self.ask(lambda: connection.close())  # that of its thread
                await asyncio.sleep(1)
            if began - beat > BEAT:
                beat = began
                for desk in self.all():
                    desk.put(f": {len(self)}\nid: {self.since}\n\n".encode())
            await asyncio.sleep(max(EVERY, min(6 * self._spent, LONGEST)))  # intake comes first

    async def _tell(self) -> None:
        if not self.since:
            self.since = await self.ask(feed.now)
        keys = list(self.desks)
        news, self._spent = await self.ask(lambda: _timed(self.since, keys))
        self.since = news.upto
        for key, told in news.frames.items():
            for desk in self.desks.get(key, ()):
                desk.put(told)

    async def _ask_again(self) -> None:
        """Whose session has ended, or changed: signed out, another post, password changed, the shift is over."""
        desks = list(self.all())
        stand = await self.ask(lambda: readers.sessions({desk.reader.session for desk in desks}))
        self._rounds += 1
        for desk in desks:
            data = stand.get(desk.reader.session)
            if data is None:
                self._dismiss(desk)
            elif desk.data is None:
                desk.data = data
            elif data != desk.data or self._rounds % WHOLE == desk.turn:
                desk.data = data
                again = await self.ask(partial(readers.reader, desk.cookies, desk.languages))
                if again is None or again.by != desk.reader.by:
                    self._dismiss(desk)

    def _dismiss(self, desk: Desk) -> None:
        """Tell the browser to ask anew who it is, and end."""
        self.leave(desk)
        desk.put(feed.frame("bye", {}))
        asyncio.get_running_loop().call_later(0.5, desk.close)

    async def _ring(self) -> None:
        """The number of unread notices, where it has changed."""
        desks: dict[int, list[Desk]] = {}
        for desk in self.all():
            if desk.reader.by.account is not None:
                desks.setdefault(desk.reader.by.account, []).append(desk)
        unread = await self.ask(lambda: bell.unread(list(desks)))
        for account, count in unread.items():
            if self._unread.get(account) != count:
                for desk in desks[account]:
                    desk.put(feed.frame("bell", {"unread": count}))
        self._unread = dict(unread)


def _timed(since: str, keys: list[Key]) -> tuple[News, float]:
    """A look, and the seconds of processor it took."""
    began = time.thread_time()
    return feed.look(since, keys), time.thread_time() - began
