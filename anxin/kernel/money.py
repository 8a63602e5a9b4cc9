"""Money: always a whole number of fen (分, a hundredth of a yuan), never a fraction; written and shared out here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from anxin.kernel.errors import BadInput

MOST = 10**15
"""No sum of this house is larger: ten million million yuan in fen."""
_WRITTEN = re.compile(r"(-?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.([0-9]{1,2}))?")


def yuan(fen: int) -> str:
    """A sum as it is written, in yuan: 123456 -> 1,234.56."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{rest:02d}"


def fen(text: str) -> int:
    """A sum somebody wrote in yuan (1,234.5 or ￥1234.50元), in fen. Raises BadInput for anything else."""
    plain = text.strip().replace("，", ",").removeprefix("￥").removeprefix("¥").removesuffix("元").strip()
    found = _WRITTEN.fullmatch(plain)
    if found is None or len(plain) > 22:
        raise BadInput("金额请写成 1234.56 这样的元，至多两位小数")
    sign, whole, rest = found.groups()
    amount = int(whole.replace(",", "")) * 100 + int((rest or "").ljust(2, "0"))
    if amount > MOST:
        raise BadInput("金额过大")
    return -amount if sign else amount


def part(amount: int, share: Fraction) -> int:
    """A part of a sum, rounded to the fen, half away from nothing: part(100, Fraction(1, 3)) -> 33."""
    exact = abs(amount) * share
    if exact < 0:
        return -part(abs(amount), -share) if amount >= 0 else part(abs(amount), -share)
    rounded = (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
    return rounded if amount >= 0 else -rounded


def share(total: int, weights: Sequence[int]) -> list[int]:
    """Share a sum out by weights so that nothing is left and nothing is missing (largest remainder, first come first).

    Raises BadInput when there is no weight at all, or a negative one.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise BadInput("没有可分配的份额")
    sign, amount = (-1, -total) if total < 0 else (1, total)
    given = [amount * weight // whole for weight in weights]
    left = amount - sum(given)
    for index in sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % whole), i))[:left]:
        given[index] += 1
    return [sign * each for each in given]
