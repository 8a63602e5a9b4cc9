"""The worker of the stories: it does what is due, as `anxin work` would."""

from __future__ import annotations

from anxin.kernel import jobs, telling


def hear() -> None:
    """Let the worker do all that is due now."""
    assert telling.tell in {handler.work for handler in jobs.HANDLERS.values()}
    jobs.drain()
