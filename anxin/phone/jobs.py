"""Timed work of the phone: photos whose act never came go."""

from __future__ import annotations

from anxin.kernel import clock, jobs
from anxin.phone import models


@jobs.every(seconds=24 * 3600)
def let_photos_go() -> None:
    """A phone that was lost, or a person who gave up, leaves nothing lying here."""
    models.let_go(clock.now())
