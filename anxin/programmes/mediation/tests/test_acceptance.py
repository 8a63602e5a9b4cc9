"""The scenarios at a small scale."""

from __future__ import annotations

import pytest

from anxin.kernel import clock
from anxin.kernel.acceptance import Stage
from anxin.programmes.mediation.tests import acceptance
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def failed(stage: Stage) -> list[str]:
    return [f"{line.title}: {line.found} / {line.expected}" for line in stage.shown if not line.holds]


def test_prominent_disputes(now: clock.Travel, cast: Cast) -> None:
    stage = Stage()
    acceptance.prominent(stage, total=60, flagged=14, others=140)
    assert not failed(stage)


def test_joint_files(now: clock.Travel, cast: Cast) -> None:
    stage = Stage()
    acceptance.joint(stage, count=3)
    assert not failed(stage)


def test_three_improvements(now: clock.Travel, cast: Cast) -> None:
    stage = Stage()
    acceptance.three(stage)
    assert not failed(stage)
