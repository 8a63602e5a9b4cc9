"""The scenario PAY holds: a quarter of twenty posts, figure by figure."""

from __future__ import annotations

from anxin.kernel.acceptance import Stage
from anxin.programmes.gridpay.tests.acceptance import SCENARIOS
from tests.cast import Cast


def test_a_quarter_of_twenty_posts(cast: Cast) -> None:
    stage = Stage()
    SCENARIOS[0].run(stage)
    assert stage.passed, [each for each in stage.shown if not each.holds]
