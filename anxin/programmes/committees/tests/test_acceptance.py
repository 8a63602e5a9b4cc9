"""The scenarios at a small size; `anxin acceptance F30 F31` plays them in full."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from anxin.kernel.acceptance import Stage
from anxin.programmes.committees.tests import acceptance
from tests.cast import Cast


@pytest.mark.parametrize("play", [lambda stage: acceptance.f30(stage, count=24), acceptance.f31])
def test_it_holds(play: Callable[[Stage], None], cast: Cast) -> None:
    stage = Stage()
    play(stage)
    assert stage.passed, [each for each in stage.shown if not each.holds]
