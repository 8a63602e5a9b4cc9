"""Tables as people keep them: a row stays a row, a moment is read as databases write it, a broken line is named."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from anxin.kernel.clock import TZ
from anxin.kernel.errors import BadInput
from anxin.understanding import tables


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"])
def test_an_odd_line_break_inside_a_cell_begins_no_row(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "told.csv"
    path.write_text(f"id,text\n1,车库{mark}进水\n2,路灯\n", "utf-8")
    assert [(line, row["id"]) for line, row in tables.rows(path)] == [(2, "1"), (3, "2")]


def test_a_quoted_cell_may_have_lines_and_the_line_of_the_next_row_is_known(tmp_path: Path) -> None:
    path = tmp_path / "told.csv"
    path.write_text('id,text\r\n1,"车库\r\n进水"\r\n\r\n2,路灯\r\n', "utf-8", newline="")
    assert [(line, row["id"]) for line, row in tables.rows(path)] == [(2, "1"), (5, "2")]


@pytest.mark.parametrize("said", ["2026-11-24 08:05:09.123", "2026/11/24 8:05:09", "2026.11.24 08:05:09.0"])
def test_a_moment_is_read_as_tables_write_it(said: str) -> None:
    assert tables.moment(said) == datetime(2026, 11, 24, 8, 5, 9, tzinfo=TZ)


def test_a_line_nested_without_end_is_named(tmp_path: Path) -> None:
    path = tmp_path / "told.jsonl"
    path.write_text('{"text": "路灯"}\n{"text": ' + "[" * 100_000 + "\n", "utf-8")
    with pytest.raises(BadInput, match="第 2 行"):
        list(tables.rows(path))
