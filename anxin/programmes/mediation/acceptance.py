"""Scenarios of the field guide that mediation answers for."""

from __future__ import annotations

from anxin.kernel.acceptance import Scenario

SCENARIOS: tuple[Scenario, ...] = ()
