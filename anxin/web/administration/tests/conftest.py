"""Copies of slow tables that a story has changed are forgotten with it: its changes are rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from anxin.kernel import areas, bodies, house


@pytest.fixture(autouse=True)
def _copies_as_before() -> Iterator[None]:
    copies: list[Any] = [areas.TREE, bodies.DIRECTORY, house.HOUSE]
    before = [(copy._copy, copy._number) for copy in copies]
    yield
    for copy, (known, number) in zip(copies, before, strict=True):
        if copy._copy is not known or copy._number != number:
            copy._copy, copy._number = known, number
