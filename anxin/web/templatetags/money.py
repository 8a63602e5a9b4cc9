"""Template filters `{% load money %}`: sums in fen written in yuan, hundredths, tables of a norm."""

from __future__ import annotations

from typing import Any

from django import template

from anxin.kernel import money

register = template.Library()


@register.filter
def yuan(fen: Any) -> str:
    """A sum in fen as it is written in yuan: 123456 -> 1,234.56; nothing for nothing."""
    return money.yuan(fen) if isinstance(fen, int) else ""


@register.filter
def hundredths(value: Any) -> str:
    """Hundredths as a number with two places: 8750 -> 87.50; nothing for nothing."""
    return f"{value / 100:.2f}" if isinstance(value, int | float) else ""


@register.filter
def percent(part: Any, whole: Any) -> str:
    """A part of a whole in percent, for the width of a bar."""
    return f"{100 * part / whole:.1f}" if whole else "0"


@register.filter
def plain(value: Any) -> str:
    """A number, list or table of a norm as one line: name value, name value."""
    if isinstance(value, dict):
        return " · ".join(f"{name} {plain(each)}" for name, each in value.items())
    return " / ".join(plain(each) for each in value) if isinstance(value, list) else str(value)
