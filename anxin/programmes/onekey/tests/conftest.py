"""What the stories of one-key requests need: a Monday morning, a stored photo, hands that do an order's work."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from anxin.kernel import clock, files

MONDAY = datetime(2026, 7, 6, 9, 0, tzinfo=clock.TZ)
"""A Monday with no holiday in the three weeks after it."""


@pytest.fixture(autouse=True)
def _nobody_listens_for_danger(settings: Any) -> None:
    """These stories set their urgency themselves; what words of danger do is told where they are heard."""
    settings.DANGER = "show"


@pytest.fixture
def monday() -> Iterator[clock.Travel]:
    """The clock stands at nine on a Monday until the story moves it."""
    with clock.at(MONDAY) as travel:
        yield travel


@pytest.fixture
def proof(db: None, settings: Any, tmp_path: Path) -> list[str]:
    """A photo of the result, stored."""
    settings.FILES = tmp_path
    out = io.BytesIO()
    Image.new("RGB", (32, 24), (60, 120, 60)).save(out, "PNG")
    return [files.keep(out.getvalue()).sha256]
