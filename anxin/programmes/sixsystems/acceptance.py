"""Scenarios of the field guide that the grid's book answers for."""

from __future__ import annotations

from anxin.kernel.acceptance import Scenario

SCENARIOS: tuple[Scenario, ...] = ()
