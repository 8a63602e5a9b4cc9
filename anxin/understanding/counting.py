"""Hot issues counted in a process of their own, gently: it knows no table, so it begins at once."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from datetime import datetime
from multiprocessing.connection import Connection

from anxin.understanding import hot
from anxin.understanding.hot import Issue, Message


def count(told: Sequence[Message], earlier: Sequence[Issue], now: datetime) -> list[Issue]:
    """As `hot.issues`, in another process, after everything else. Raises ChildProcessError when it ended early."""
    spawn = multiprocessing.get_context("spawn")
    ear, mouth = spawn.Pipe(duplex=False)
    child = spawn.Process(target=_child, args=(mouth, told, earlier, now), daemon=True)
    child.start()
    mouth.close()
    try:
        found: list[Issue] = ear.recv()
    except EOFError:
        raise ChildProcessError("hot issues could not be counted") from None
    child.join()
    return found


def _child(mouth: Connection, told: Sequence[Message], earlier: Sequence[Issue], now: datetime) -> None:
    os.nice(10)
    mouth.send(hot.issues(told, before=earlier, now=now))
    mouth.close()
