"""A month read from the journal, post by post: what pay goes by, each with its evidence.

Nothing is counted that the worker wrote alone: an event must be accepted and verified by somebody else, patrol and
learning confirmed, call-backs are those the call-back desk made. The same journal gives the same reading.
"""

from __future__ import annotations

import calendar
import copy
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from hashlib import sha256
from typing import Any

from django.db.models import Q

from anxin.kernel import areas, clock, registry
from anxin.kernel.areas import Area
from anxin.kernel.calendar import months_after
from anxin.kernel.journal import Entry
from anxin.kernel.matters import MERGED, REFUSED, Matter
from anxin.programmes.gridpay import models as book
from anxin.programmes.gridpay.rules import formula
from anxin.programmes.gridpay.rules.entry import REPORTED_TRUE, TRACED
from anxin.programmes.gridpay.rules.formula import Formula, Reckoned, Terms

GRADE_OF_LEVEL = {"grid": "I", "village": "II", "town": "III", "county": "IV", "city": "IV"}
"""Where a report names no grade, the level it began at says it (guide 5.3)."""


def span(month: date) -> tuple[datetime, datetime]:
    """A month as moments (Asia/Shanghai): from its beginning up to, not including, the next."""
    return datetime.combine(month, time(), clock.TZ), datetime.combine(months_after(month, 1), time(), clock.TZ)


def formula_by(run: book.Run) -> Formula:
    """The formula a run went by, whatever versions have been declared since."""
    known = {norm.stamp: norm.value for versions in registry.norms().values() for norm in versions}
    return Formula({code: known[stamp] for code, stamp in run.stamps.items()}, run.stamps)


def contracts(county: Area, month: date) -> list[book.Contract]:
    """The contracts that held on some day of a month, by post."""
    rows = book.Contract.objects.filter(
        post__area__in=areas.tree().under(county.pk, month), valid_from__lt=months_after(month, 1)
    )
    rows = rows.exclude(valid_to__lte=month).select_related("post__area", "post__body", "account__person")
    return list(rows.defer("post__area__boundary").order_by("post__code", "valid_from"))


def terms(contract: book.Contract, month: date, town: str = "") -> Terms:
    """What a contract pays by in a month; `town`: the code of its town, where that is known already."""
    end = months_after(month, 1)
    last = min(contract.valid_to or end, end)
    days = (last - max(contract.valid_from, month)).days
    born, year = contract.since, month.year
    years = year - born.year - ((month.month, 1) < (born.month, born.day))
    return Terms(
        contract.grade, contract.step, max(0, years), contract.certificate,
        town or _town(contract, month).code, days,
        calendar.monthrange(month.year, month.month)[1], contract.paid
    )  # fmt: skip


def _town(contract: book.Contract, day: date) -> Area:
    tree = areas.tree()
    place = tree.place(contract.post.area_id or 0, day)
    return tree.areas[place.town or place.county or contract.post.area_id or 0]


@dataclass
class Life:
    """What became of a matter, as far as its entries say."""

    state: str = ""
    grade: str = ""
    urgent: bool = False
    verdict: str = ""
    solved: bool | None = None
    satisfied: str = ""
    finished_by: int | None = None
    taken: bool = False

    def fate(self, drawn: str = "") -> str:
        """What an event counts as: a second look on the spot stands before what a verifier noted."""
        verdict = drawn or self.verdict
        if self.state == REFUSED:
            return "refused"
        if self.state == MERGED or verdict == "duplicate":
            return "duplicate"
        if verdict == "false":
            return "false"
        if not self.taken:
            return "open"
        return "counted" if verdict == "true" or self.finished_by is not None else "unverified"


def read(run: book.Run, held: Sequence[book.Contract]) -> dict[int, dict[str, Any]]:
    """What each contract's month holds (shape: formula.NOTHING), as of the run's moment."""
    begin, end = span(run.month)
    told: dict[int, dict[str, Any]] = {each.pk: copy.deepcopy(dict(formula.NOTHING)) for each in held}
    by_post: dict[int, list[book.Contract]] = {}
    for each in held:
        by_post.setdefault(each.post_id, []).append(each)

    def whose(post: int | None, day: date) -> int | None:
        fit = (c for c in by_post.get(post or 0, ()) if c.valid_from <= day and (not c.valid_to or day < c.valid_to))
        return next((c.pk for c in fit), None)

    acts = Entry.objects.filter(at__gte=begin, at__lt=end, at__lte=run.asof).filter(
        Q(post__in=by_post) | Q(verb="note", data__facts__about=TRACED)
    )
    reported: dict[int, tuple[int, int]] = {}
    handled: dict[int, int] = {}
    traced: list[tuple[int, int, str]] = []
    late: dict[int, list[int]] = {}
    for matter, verb, at, post, data in acts.order_by("at", "id").values_list("matter", "verb", "at", "post", "data"):
        facts = data.get("facts", {})
        day = clock.local_day(at)
        if facts.get("about") == TRACED:
            lists = [str(facts.get(name, "")).split(",") for name in ("posts", "finding", "measure")]
            for blamed, finding, measure in zip(*lists, strict=False):
                if measure == "pay" and (held_by := whose(int(blamed), day)) is not None:
                    traced.append((held_by, matter, finding))
            continue
        owner = whose(post, day)
        if owner is None or post is None:
            continue
        if verb == "report":
            reported[matter] = (owner, post)
        elif verb == "finish":
            handled[matter] = owner
        for key, values in data.get("set", {}).items():
            if key.startswith("c") and values.get("outcome") in ("met", "missed"):
                told[owner]["clocks"][values["outcome"]] += 1
                if values["outcome"] == "missed":
                    late.setdefault(owner, []).append(matter)
    seen = {*reported, *handled, *(matter for _, matter, _ in traced), *(m for some in late.values() for m in some)}
    numbers = dict(Matter.objects.filter(pk__in=seen).values_list("pk", "number"))
    lives = _lives({*reported, *handled}, run.asof, {matter: post for matter, (_, post) in reported.items()})
    drawn = (
        dict(book.Draw.objects.filter(run=run, done_at__lte=run.asof).values_list("matter", "result")) if run.pk else {}
    )
    for matter, (owner, _) in reported.items():
        life = lives[matter]
        told[owner]["events"].append({
            "id": matter, "number": numbers[matter], "grade": "E" if life.urgent else life.grade,
            "fate": life.fate(drawn.get(matter, "")), "solved": life.solved is True
        })  # fmt: skip
    for matter, owner in {**{m: o for m, (o, _) in reported.items()}, **handled}.items():
        if said := lives[matter].satisfied:
            told[owner]["calls"][said] += 1
            told[owner]["calls"]["of"].append(numbers[matter])
    for owner, matter, finding in traced:
        told[owner]["traced"].append([numbers[matter], finding])
    for owner, some in late.items():
        told[owner]["clocks"]["late"] = sorted({numbers[matter] for matter in some})
    _efforts(run, told, whose, by_post)
    _adjusted(run, told)
    return told


def _lives(matters: Iterable[int], asof: datetime, reporter: Mapping[int, int]) -> dict[int, Life]:
    rows = Entry.objects.filter(matter__in=list(matters), at__lte=asof).order_by("matter", "seq")
    lives: dict[int, Life] = {matter: Life() for matter in matters}
    for matter, verb, role, post, data in rows.values_list("matter", "verb", "role", "post", "data"):
        life, facts, alien = lives[matter], data.get("facts", {}), post != reporter.get(matter)
        mine = data.get("set", {}).get("m", {})
        if "m" in data.get("moves", {}):
            life.state = data["moves"]["m"][1]
        if verb == "report":
            life.grade = GRADE_OF_LEVEL.get(mine.get("level", "town"), "III")
        life.taken = life.taken or verb in ("sign", "finish")
        life.urgent = mine.get("urgency", "emergency" if life.urgent else "") == "emergency"
        life.grade = str(facts["grade"]) if "grade" in facts and verb == "note" else life.grade
        if verb == "note" and facts.get("about") == REPORTED_TRUE and alien:
            life.verdict = str(facts.get("verdict", ""))
        elif verb == "finish" and alien and post is not None:
            life.finished_by = post
        elif verb == "call_back" and role in ("callback", "seat") and alien:
            life.solved, life.satisfied = mine.get("solved", life.solved), mine.get("satisfied", life.satisfied)
        elif verb == "reopen":
            life.solved, life.satisfied = None, ""
    return lives


def _efforts(run: book.Run, told: dict[int, dict[str, Any]], whose: Any, posts: Iterable[int]) -> None:
    end = months_after(run.month, 1)
    rows = book.Effort.objects.filter(post__in=list(posts), day__gte=run.month, day__lt=end, confirmed_at__lte=run.asof)
    for each in rows.filter(sort__in=(book.PATROL, book.LEARNING)).order_by("day", "pk"):
        if (owner := whose(each.post_id, each.day)) is not None:
            told[owner][each.sort].append(each.pk if each.sort == book.PATROL else [each.pk, each.amount])


def _adjusted(run: book.Run, told: dict[int, dict[str, Any]]) -> None:
    given = (
        book.Objection.objects.filter(statement__run=run, upheld=True, amount__gt=0)
        if run.pk
        else book.Objection.objects.none()
    )
    for pk, contract, amount in given.order_by("pk").values_list("pk", "statement__contract", "amount"):
        if contract in told:
            told[contract]["adjust"].append([pk, amount])


def drawn_for(run: book.Run, told: Mapping[int, Mapping[str, Any]], f: Formula) -> list[int]:
    """The matters to be looked at a second time: the share of the norm, rounded up, in an order the seed gives."""
    events = [e["id"] for each in told.values() for e in each["events"] if e["fate"] == formula.GOOD]
    order = sorted(events, key=lambda pk: sha256(f"{run.seed}:{pk}".encode()).hexdigest())
    return order[: math.ceil(len(events) * f["draw"] / 100)]


def statement_of(run: book.Run, contract: book.Contract, told: Mapping[str, Any], f: Formula) -> book.Statement:
    """The statement of a contract's month, not saved."""
    found = formula.reckon(terms(contract, run.month), told, f)
    return written(
        book.Statement(run=run, contract=contract, post_id=contract.post_id, town=_town(contract, run.month)),
        told,
        found,
    )


def written(statement: book.Statement, told: Mapping[str, Any], found: Reckoned) -> book.Statement:
    """A statement with what was reckoned put in."""
    statement.inputs = told
    statement.lines = [
        {"code": e.code, "amount": e.amount, "points": e.points, "most": e.most, "how": e.how or {},
         "evidence": [*e.evidence]}
        for e in found.lines
    ]  # fmt: skip
    statement.score, statement.gross, statement.pay = found.score, found.gross, found.pay
    statement.bonus, statement.deduct = found.sums["bonus"], -found.sums["deduct"]
    statement.digest = formula.digest(statement.inputs, statement.lines)
    return statement


def replay(run: book.Run) -> list[str]:
    """Read and reckon the month again by the norms of its day; the codes of posts whose figures differ (none: same)."""
    f, held = formula_by(run), contracts(run.county, run.month)
    told = read(run, held)
    kept = dict(run.statements.values_list("contract", "digest"))
    again = {each.pk: statement_of(run, each, told[each.pk], f).digest for each in held}
    names = {each.pk: each.post.code for each in held}
    return sorted(names.get(pk, str(pk)) for pk in kept.keys() | again.keys() if kept.get(pk) != again.get(pk))


def quarter_of(day: date) -> date:
    """The first day of the quarter a day lies in."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
