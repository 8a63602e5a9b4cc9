"""The scenarios at a small size; `anxin acceptance F28 F29` plays them in full."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from anxin.kernel.acceptance import Stage
from anxin.programmes.markets.tests import acceptance
from tests.cast import Cast


@pytest.mark.parametrize(
    "play",
    [lambda s: acceptance.f28(s, merchants=100, disputes=100), lambda s: acceptance.f29(s, each=1)],
)
def test_it_holds(play: Callable[[Stage], None], cast: Cast) -> None:
    stage = Stage()
    play(stage)
    assert stage.passed, [each for each in stage.shown if not each.holds]
