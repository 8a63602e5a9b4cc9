"""The formula of floating pay: terms, what was read, and norms give the lines of a statement. Nothing is asked here.

    pay = base + performance x score x coefficient + bonus + seniority + certificate - deduction, at least the floor

All money in fen, rounded half up to the fen line by line; points in hundredths. Source: guide 5.5 [INF].
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from anxin.kernel import money, registry
from anxin.programmes.gridpay.rules.entry import NORMS, BadFormula

CODES = tuple(each.code.removeprefix("gridpay.") for each in NORMS)
ANSWERS = ("satisfied", "fairly", "dissatisfied")
SUMS = ("base", "performance", "bonus", "seniority", "certificate", "adjust", "deduct", "floor")
GOOD, BAD = "counted", ("duplicate", "false", "refused")
"""Fates of an event: counted; a duplicate, made up, refused; open (nobody took it yet) and unverified count nowhere."""


@dataclass(frozen=True)
class Formula:
    """The numbers of the formula by their short code, and the stamp of each."""

    values: Mapping[str, Any]
    stamps: Mapping[str, str]
    known: dict[tuple[str, str, bool], int] = field(default_factory=dict, repr=False, compare=False)
    """What one event adds by grade, fate and whether it was solved (fen), as far as it was asked."""

    def __getitem__(self, code: str) -> Any:
        return self.values[code]

    def but(self, changed: Mapping[str, Any]) -> Formula:
        """The same formula with some numbers changed, to try them."""
        return Formula({**self.values, **changed}, self.stamps)


def declared(day: date) -> Formula:
    """The formula as the house declares it on a day."""
    norms = {code: registry.norm(f"gridpay.{code}", day) for code in CODES}
    return Formula(
        {code: each.value for code, each in norms.items()}, {code: each.stamp for code, each in norms.items()}
    )


def check(code: str, value: Any) -> None:
    """Raise BadFormula for a value the formula cannot or may not have."""
    like = next((each.value for each in NORMS if each.code == f"gridpay.{code}"), None)
    numbers = list(value.values()) if isinstance(value, dict) else [value]
    if isinstance(like, int) != isinstance(value, int) or like is None or code in ("exit", "low", "base"):
        raise BadFormula(fields={"value": code})
    if any(type(each) is not int or not 0 <= each <= 10**8 for each in numbers):
        raise BadFormula(fields={"value": code})
    whole = {
        "weights": code != "weights" or sum(numbers) == 100,
        "limit": code != "limit" or value <= 20,
        "share": code not in ("neutral", "fairly") or value <= 100,
        "targets": code != "targets" or min(numbers) >= 1,
        "keys": not isinstance(like, dict)
        or ("default" in value if code == "coefficient" else set(value) == set(like)),
    }
    if not all(whole.values()):
        raise BadFormula(fields={"value": code})


@dataclass(frozen=True)
class Terms:
    """What a post is paid by in a month: grade and step, full years of service, days under contract of the month's."""

    grade: str
    step: int
    years: int
    certificate: str
    town: str
    days: int
    month_days: int
    paid: bool = True


@dataclass(frozen=True)
class Line:
    """One line: its code, points of how many (hundredths), fen, the numbers behind it, its evidence."""

    code: str
    amount: int = 0
    points: int | None = None
    most: int | None = None
    how: Mapping[str, Any] | None = None
    evidence: Sequence[Any] = ()


@dataclass(frozen=True)
class Reckoned:
    """A month reckoned: lines, score in hundredths of a point, sums in fen."""

    lines: tuple[Line, ...]
    score: int
    sums: Mapping[str, int]
    gross: int
    pay: int


NOTHING: Mapping[str, Any] = {
    "patrol": [], "learning": [], "events": [], "clocks": {"met": 0, "missed": 0, "late": []},
    "calls": {"satisfied": 0, "fairly": 0, "dissatisfied": 0, "of": []}, "traced": [], "adjust": []
}  # fmt: skip
"""What a month without anything looks like; the shape of what is read."""


def reckon(terms: Terms, told: Mapping[str, Any], f: Formula) -> Reckoned:
    """Reckon a month. The same terms, inputs and norms always give the same figures."""
    points = _points(told, f, terms)
    score = sum(each.points or 0 for each in points)
    bonus = _bonus(told["events"], f)
    asked, adjust = _asked(told["traced"], f), sum(each[1] for each in told["adjust"])
    a = _amounts(fixed(terms, f), score, bonus.amount, adjust, asked, f)
    base, coefficient = f["base"][terms.grade][terms.step - 1], coefficient_of(terms.town, f)
    parts = [
        Line("base", a["base"], how={"grade": terms.grade, "step": terms.step, "full": base}),
        Line("performance", a["performance"],
             how={"full": f["performance"], "score": score, "coefficient": coefficient}),
        Line(bonus.code, a["bonus"], how=bonus.how, evidence=bonus.evidence),
        Line("seniority", a["seniority"], how={"years": min(terms.years, f["seniority"]["most"])}),
        Line("certificate", a["certificate"], how={"held": terms.certificate}),
        Line("adjust", a["adjust"], evidence=[each[0] for each in told["adjust"]]),
        Line("deduct", a["deduct"], how={"asked": asked, "most": a["most"], "percent": f["limit"]},
             evidence=told["traced"]),
        Line("floor", a["floor"], how={"floor": a["least"]}),
    ]  # fmt: skip
    return Reckoned((*points, *parts), score, {each.code: each.amount for each in parts}, a["gross"], a["pay"])


SCORED = frozenset({"weights", "targets", "neutral", "fairly"})
REWARDED = frozenset({"rates", "low", "quality", "penalty", "cap"})
"""The numbers a score, and a bonus, goes by."""


def pay_again(known: Fixed, score: int, bonus: int, traced: Sequence[Any], adjust: Sequence[Any], f: Formula) -> int:
    """What a month pays by a formula that leaves its score and its bonus as they were."""
    return _amounts(known, score, bonus, sum(each[1] for each in adjust), _asked(traced, f), f)["pay"]


def coefficient_of(town: str, f: Formula) -> int:
    """The coefficient of a town, in per cent."""
    return int(f["coefficient"].get(town, f["coefficient"]["default"]))


def _asked(traced: Sequence[Sequence[Any]], f: Formula) -> int:
    return sum(f["deduction"].get(finding, 0) for _, finding in traced)


@dataclass(frozen=True)
class Fixed:
    """What of a month follows from the terms alone (fen): the parts, the least pay, performance as a fraction."""

    paid: bool
    base: int
    seniority: int
    certificate: int
    least: int
    above: int
    below: int


def fixed(terms: Terms, f: Formula) -> Fixed:
    """What the terms of a month give, whatever was done in it; performance is `above` x score over `below`."""
    days, whole, years = terms.days, terms.month_days, min(terms.years, f["seniority"]["most"])
    return Fixed(
        terms.paid, _part(f["base"][terms.grade][terms.step - 1] * days, whole),
        _part(f["seniority"]["year"] * years * days, whole),
        _part(f["certificate"].get(terms.certificate, 0) * days, whole), _part(f["floor"] * days, whole),
        f["performance"] * coefficient_of(terms.town, f) * days, 1_000_000 * whole,
    )  # fmt: skip


def _amounts(known: Fixed, score: int, bonus: int, adjust: int, asked: int, f: Formula) -> dict[str, int]:
    """The sums of a month (fen): its parts, together, what may be deducted at most, the least pay, the pay."""
    amounts = {
        "base": known.base, "performance": _part(known.above * score, known.below), "bonus": bonus,
        "seniority": known.seniority, "certificate": known.certificate, "adjust": adjust,
    }  # fmt: skip
    if not known.paid:
        amounts = dict.fromkeys(amounts, 0)
    gross, floor = sum(amounts.values()), known.least if known.paid else 0
    most = gross * f["limit"] // 100
    deduct = max(0, min(asked, most, gross - floor))
    lifted = max(0, floor - (gross - deduct))
    return {**amounts, "deduct": -deduct, "floor": lifted, "gross": gross, "most": most, "least": floor,
            "pay": gross - deduct + lifted}  # fmt: skip


def _part(above: int, below: int) -> int:
    """A sum over a number, to the fen, half up: `money.part` of what is not negative."""
    return (2 * above + below) // (2 * below)


def _points(told: Mapping[str, Any], f: Formula, terms: Terms) -> list[Line]:
    rounds, hours = len(told["patrol"]), sum(each[1] for each in told["learning"])
    patrol, learning = (
        max(1, -(-f["targets"][sort] * terms.days // terms.month_days)) for sort in ("patrol", "learning")
    )
    fates = [each["fate"] for each in told["events"]]
    good, judged = fates.count(GOOD), sum(fate == GOOD or fate in BAD for fate in fates)
    met, missed = told["clocks"]["met"], told["clocks"]["missed"]
    calls = told["calls"]
    asked = calls["satisfied"] + calls["fairly"] + calls["dissatisfied"]
    pleased = calls["satisfied"] * 100 + calls["fairly"] * f["fairly"]

    def line(code: str, part: int, whole: int, how: Mapping[str, Any], evidence: Sequence[Any]) -> Line:
        most = f["weights"][code] * 100
        points = _part(most * min(part, whole), whole) if whole else _part(most * f["neutral"], 100)
        return Line(code, 0, points, most, {**how, "neutral": None if whole else f["neutral"]}, evidence)

    return [
        line("patrol", rounds, patrol, {"done": rounds, "goal": patrol}, told["patrol"]),
        line("quality", good, judged, {"good": good, "judged": judged}, [e["number"] for e in told["events"]]),
        line("timeliness", met, met + missed, {"met": met, "missed": missed}, told["clocks"]["late"]),
        line("satisfaction", pleased, 100 * asked, {k: calls[k] for k in ANSWERS}, calls["of"]),
        line("learning", hours, learning, {"done": hours, "goal": learning}, [each[0] for each in told["learning"]]),
    ]  # fmt: skip


def _bonus(events: Sequence[Mapping[str, Any]], f: Formula) -> Line:
    """Events in the order of their report: low grades up to their number, the made-up ones against, within the cap."""
    low, total, shown = 0, 0, []
    some, most, known = f["low"]["grades"], f["low"]["most"], f.known
    for each in events:
        grade, fate, solved = each["grade"], each["fate"], each["solved"] is True
        if fate == GOOD and grade in some:
            low += 1
            if low > most:
                fate = "over"
        amount = known.get((grade, fate, solved))
        if amount is None:
            amount = known[grade, fate, solved] = _amount(f, grade, fate, solved)
        total += amount
        shown.append([each["number"], each["grade"], fate, amount])
    return Line("bonus", max(0, min(total, f["cap"])), how={"sum": total, "cap": f["cap"]}, evidence=shown)


def _amount(f: Formula, grade: str, fate: str, solved: bool) -> int:
    """What one event of a grade adds by its fate (fen)."""
    rate = f["rates"].get(grade, 0)
    if fate == GOOD:
        return money.part(rate, Fraction(f["quality"]["solved" if solved else "plain"], 100))
    return -money.part(rate, Fraction(f["penalty"], 100)) if fate == "false" else 0


def digest(inputs: Mapping[str, Any], lines: Any) -> str:
    """The fingerprint of what was read and what came out of it."""
    return hashlib.sha256(json.dumps([inputs, lines], sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:32]


def level_of(score: int, f: Formula) -> str:
    """The level a score (hundredths) stands for: by score alone, never by rank."""
    return next((level for level in ("A", "B", "C") if score >= f["levels"][level] * 100), "D")
