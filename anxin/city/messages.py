"""The messages of the demo city, written one by one in the voices of those who report."""

from __future__ import annotations

import json
from collections.abc import Iterator

from anxin.city.facts import DATA, MessageFact

__all__ = ["MessageFact", "messages"]


def messages() -> Iterator[MessageFact]:
    """Every message in the order of the file; a message that repeats an earlier one names it in `twin`.

    `needs` names two to five offices by the second half of their body's code (`water` for `330402.water`), the
    first as the lead; it is empty where one office is enough.
    """
    with (DATA / "messages.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield MessageFact(**{**row, "needs": tuple(row["needs"])})
