"""Norms change with laws: each day has its version, an installation may write its own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.test import override_settings

from anxin.kernel import registry
from anxin.kernel.errors import UnknownRule
from anxin.kernel.limits import BadRule
from anxin.kernel.norms import Norm, norm_on

OLD = Norm(code="x.rate", title="率", value=3, version="1", effective=date(2020, 1, 1), source="试", provenance="INF")
NEW = Norm(
    code="x.rate", title="率", value=4, version="2", effective=date(2024, 7, 1), until=date(2026, 1, 1), source="试",
    provenance="INF",
)  # fmt: skip


@pytest.mark.parametrize(
    ("day", "value"),
    [
        (date(2020, 1, 1), 3), (date(2024, 6, 30), 3), (date(2024, 7, 1), 4), (date(2025, 12, 31), 4),
        (date(2026, 1, 1), 3),
    ],
)  # fmt: skip
def test_a_day_has_its_version(day: date, value: int) -> None:
    assert norm_on([NEW, OLD], "x.rate", day).value == value


def test_before_the_first_there_is_none() -> None:
    with pytest.raises(UnknownRule):
        norm_on([OLD], "x.rate", date(2019, 12, 31))


def test_a_norm_without_its_paper_is_none() -> None:
    with pytest.raises(BadRule):
        Norm(code="x", title="", value=1, version="1", effective=date(2020, 1, 1), source="", provenance="INF")


def test_every_declared_norm_says_what_it_is() -> None:
    for code, versions in registry.norms().items():
        owner = code.split(".")[0]
        assert owner in {programme.code for programme in registry.programmes()}, code
        for each in versions:
            assert all((each.title, each.title_en)), each.stamp
        assert len({each.version for each in versions}) == len(versions), code


def test_the_own_file_needs_a_norm_that_exists(tmp_path: Path) -> None:
    own = tmp_path / "rules.toml"
    own.write_text('[[norm]]\ncode = "nobody.knows"\nvalue = 1\nversion = "z"\n', "utf-8")
    with override_settings(RULES_FILE=str(own)), pytest.raises(BadRule):
        registry.norms()
