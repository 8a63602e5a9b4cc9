"""Limits and the kind of the market book. Its numbers (norms, each with source and provenance), sorts of quarrel and
evidence kit stand in `lists.toml`. Money is whole fen; shares and rates are exact decimals in text, in per cent."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from anxin.kernel import limits, norms
from anxin.kernel.bodies import Body
from anxin.kernel.registry import Kind, Part

BEGAN = date(2000, 1, 1)
PLACE = Path(__file__).parent / "lists.toml"
LISTS: Mapping[str, Any] = tomllib.loads(PLACE.read_text("utf-8"))
SORTS: Mapping[str, Mapping[str, Any]] = LISTS["sort"]
"""Sorts of quarrel (code -> title, title_en, kit: what evidence it needs). Source: guide 9.5 [INF]."""
ITEMS: Mapping[str, Mapping[str, str]] = LISTS["item"]
KIND, MEDIATION = "markets.dispute", "mediation.dispute"
STEP_RULES = {1: "feedback.markets_keeper", 2: "feedback.markets_community", 3: "feedback.markets_professional"}
NORMS, RULES = norms.read(PLACE, "markets", BEGAN), limits.read(PLACE, BEGAN)


def clocks(kind: Kind, body: Body, role: str) -> tuple[str, ...]:
    """The limit of the step a body stands on: organiser, community, professional committee (one with a function)."""
    level = 1 if body.kind == "organiser" else 2 if body.kind in ("mediation", "committee") and not body.function else 3
    return (STEP_RULES[level],) if role == "lead" else ()


KINDS = (
    Kind(
        code=KIND, title="市场交易纠纷", title_en="Market dispute", clocks=clocks, whole="handle.markets",
        lead=Part(role="organiser:market", task="现场先行调解，收集证据"), on_site=True, needs_proof=False,
        words=tuple(LISTS["words"].split()),
    ),
)  # fmt: skip
