"""quarter.csv by hand: how its last four columns follow from the others, without the formula of the house.

Three rows worked out, then the same steps for all sixty. Amounts in yuan as exact fractions.

Row 2, July (star2-1, certificate assistant, five years): patrol 18 of 20 = 27.00; all five events good = 25.00; six
clocks of seven kept = 17.14; nobody was called back, so 80 % = 12.00; three hours of four = 7.50; together 88.64. Bonus
10 + 4 x 5 = 30. Pay 3,250 + 1,500 x 88.64 % + 30 + 5 x 50 + 200 = 5,009.60.
Row 4, July (trainee1-1): nothing done, an event made up, three clocks missed: 12.00 for want of calls. 2,600 + 180 =
2,780; two findings ask for 600, a fifth would be 556, the minimum wage of 2,260 leaves 520: pay 2,260.
Row 16, July (trainee1-1, since the 16th): 16 of 31 days, so 11 rounds and 3 hours are the whole; 96.67. Bonus 54 and
2,600 x 16/31 = 1,341.94, 1,500 x 96.67 % x 16/31 = 748.41 (half a fen up): 2,144.35.
"""

from __future__ import annotations

import csv
from calendar import monthrange
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

ROWS = list(csv.DictReader((Path(__file__).parents[1] / "quarter.csv").open(encoding="utf-8")))
BASE = {
    "trainee": (2600, 2700, 2800), "star1": (2900, 3020, 3140), "star2": (3250, 3380, 3510),
    "star3": (3650, 3800, 3950), "star4": (4120, 4300, 4480), "star5": (4680, 4900, 5120),
}  # fmt: skip
CERTIFICATE = {"": 0, "assistant": 200, "social": 400, "senior": 600}
FINDING = {"unseen": 100, "unreported": 300, "unhandled": 300}
MINIMUM, PERFORMANCE = 2260, 1500


def cents(what: Fraction) -> Fraction:
    """To the hundredth, half up."""
    return Fraction(int(what * 100 + Fraction(1, 2)), 100)


def by_hand(row: dict[str, str]) -> tuple[Fraction, Fraction, Fraction, Fraction]:
    """Score, bonus, deduction, pay of a row."""
    n = {name: int(row[name]) for name in row if row[name].isdigit()}
    month, begins = date(2026, n["month"], 1), date.fromisoformat(row["from"])
    whole = monthrange(2026, n["month"])[1]
    here = Fraction(whole - max((begins - month).days, 0), whole)
    rounds, hours = -int(-20 * here // 1), -int(-4 * here // 1)

    def points(most: int, part: Fraction | int, of: int) -> Fraction:
        return cents(most * min(Fraction(part) / of, Fraction(1)) if of else most * Fraction(8, 10))

    good, calls = n["iii"] + n["ii"] + n["i"], n["pleased"] + n["fairly"] + n["cross"]
    score = (
        points(30, n["patrol"], rounds)
        + points(25, good, good + n["duplicate"] + n["made_up"])
        + points(20, n["met"], n["met"] + n["missed"])
        + points(15, n["pleased"] + n["fairly"] * Fraction(6, 10), calls)
        + points(10, n["hours"], hours)
    )
    # the first twenty of the grades I and II are paid; who was called back first had the gravest event, half more each
    paid = [10] * n["iii"] + ([5] * n["ii"] + [2] * n["i"])[:20]
    solved = paid[: n["pleased"] + n["fairly"]]
    bonus = sum(paid) + Fraction(sum(solved), 2) - 5 * n["made_up"]
    bonus = max(Fraction(0), min(bonus, Fraction(600)))
    if row["post"] == "20":  # a second post: on record, not paid
        return score, Fraction(0), Fraction(0), Fraction(0)
    since = date.fromisoformat(row["since"])
    years = max(0, month.year - since.year - ((month.month, 1) < (since.month, since.day)))
    gross = bonus + sum(
        cents(part * here)
        for part in (
            Fraction(BASE[row["grade"]][n["step"] - 1]), PERFORMANCE * score / 100, Fraction(50 * min(years, 15)),
            Fraction(CERTIFICATE[row["certificate"]]),
        )
    )  # fmt: skip
    floor = cents(MINIMUM * here)
    asked = sum(FINDING[each] for each in row["findings"].split("+") if each)
    deducted = max(Fraction(0), min(Fraction(asked), Fraction(int(gross * 20), 100), gross - floor))
    return score, bonus, deducted, max(gross - deducted, floor)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['post']}-{row['month']}")
def test_a_row_follows_by_hand(row: dict[str, str]) -> None:
    assert by_hand(row) == tuple(Fraction(row[name]) for name in ("score", "bonus", "deducted", "pay"))


def test_sixty_rows() -> None:
    assert len(ROWS) == 60
    assert len({row["post"] for row in ROWS}) == 20
