"""Unified social credit codes: the check character finds a wrong or swapped letter."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from anxin.kernel import bodies, norms, uscc
from anxin.kernel.limits import BadRule
from anxin.kernel.uscc import BadCode
from tests.cast import Cast, actor

BODY = some.text(uscc.LETTERS, min_size=17, max_size=17)


@given(body=BODY, place=some.integers(0, 16), other=some.sampled_from(uscc.LETTERS))
def test_one_wrong_letter_is_found(body: str, place: int, other: str) -> None:
    code = body + uscc.letter(body)
    assert uscc.check(f" {code.lower()} ") == code
    if body[place] != other:
        with pytest.raises(BadCode):
            uscc.check(code[:place] + other + code[place + 1 :])


@pytest.mark.parametrize("wrong", ["", "123", "9133048301IOSVZ0000", "91330483MA28A1B2C3D", "你" * 18])
def test_what_is_none(wrong: str) -> None:
    with pytest.raises(BadCode):
        uscc.check(wrong)


def test_norms_of_a_file(tmp_path: Path) -> None:
    place = tmp_path / "lists.toml"
    place.write_text('[[norm]]\ncode = "a"\ntitle = "x"\nvalue = 1\nsource = "s"\nprovenance = "INF"\n', "utf-8")
    found = norms.read(place, "x", date(2020, 1, 1))
    assert [(each.stamp, each.value, each.effective) for each in found] == [("x.a@1", 1, date(2020, 1, 1))]
    place.write_text('[[norm]]\ncode = "a"\ntitle = "x"\nvalue = 1\n', "utf-8")
    with pytest.raises(BadRule):
        norms.read(place, "x", date(2020, 1, 1))


def test_who_holds_a_post_acts(cast: Cast) -> None:
    assert bodies.at_post("330483101.market.manager") == actor("330483101.market.manager")
