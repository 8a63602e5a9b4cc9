"""The kernel is tested with a programme of its own: no guard, reaction or channel of another room speaks in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from anxin.kernel import clock, registry

MONDAY = datetime(2026, 7, 6, 9, 0, tzinfo=clock.TZ)
"""A Monday morning with five plain working days after it."""


def declare_anew() -> None:
    """Forget what was declared, after the lists in the settings have changed."""
    for asked in (registry.programmes, registry.channels, registry.kinds, registry.owners, registry.reactions):
        asked.cache_clear()
    registry._rules_by_code.cache_clear()
    registry._norms.cache_clear()
    registry.rights.cache_clear()
    registry._rule_on.cache_clear()


@pytest.fixture(autouse=True)
def _a_plain_programme(settings: Any) -> Iterator[None]:
    settings.PROGRAMMES, settings.CHANNELS, settings.RULES_FILE = ["anxin.kernel.tests"], [], ""
    declare_anew()
    yield
    declare_anew()


@pytest.fixture
def monday() -> Iterator[clock.Travel]:
    """The clock stands at nine on a Monday until the story moves it."""
    with clock.at(MONDAY) as travel:
        yield travel
