"""What a guard says, it says in the reader's language."""

from __future__ import annotations

import inspect

import pytest
from django.utils import translation

from anxin.kernel.errors import GuardRefused
from anxin.programmes.onekey import guards

OWN = [each for each in vars(guards).values() if isinstance(each, type) and each.__module__ == guards.__name__]
SPOKEN = [each for each in OWN if issubclass(each, GuardRefused)]


@pytest.mark.parametrize("error", SPOKEN)
def test_each_refusal_speaks_both_languages(error: type[GuardRefused]) -> None:
    with translation.override("zh-hans"):
        chinese = error().message
    with translation.override("en"):
        english = error().message
    assert chinese == inspect.getdoc(error)
    assert english.isascii(), english
    assert error.code != GuardRefused.code
