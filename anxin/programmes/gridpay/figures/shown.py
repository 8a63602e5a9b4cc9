"""Pay as the screens show it: sums by town, a preview of other numbers, evaluations, who may be promoted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Avg, Count, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform

from anxin.kernel import areas, clock, registry, rights
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor
from anxin.kernel.calendar import months_after
from anxin.kernel.columns import among
from anxin.kernel.errors import NotFound
from anxin.programmes.gridpay import models as book
from anxin.programmes.gridpay.figures import reading
from anxin.programmes.gridpay.rules import formula
from anxin.programmes.gridpay.rules.formula import Formula, Terms

GRADES = ("trainee", "star1", "star2", "star3", "star4", "star5")
SETTLED = (book.APPROVED, book.LOCKED)


def is_own(by: Actor, contract: book.Contract) -> bool:
    """Whether a contract is the reader's own: this post, held by this account."""
    return by.account is not None and (by.account, by.post) == (contract.account_id, contract.post_id)


def may_see(by: Actor, contract: book.Contract) -> bool:
    """Whether a reader may see what a contract pays: the worker, and who watches over the area."""
    return is_own(by, contract) or rights.entitled(by, "gridpay.view", area=contract.post.area_id)


def see(by: Actor, contract: book.Contract) -> None:
    """Raise NotFound unless the reader may see it (`may_see`)."""
    if not may_see(by, contract):
        raise NotFound


def seen(by: Actor, rows: QuerySet[book.Statement]) -> QuerySet[book.Statement]:
    """Those of some statements a reader may see: of the own contract, or of the towns in the own area."""
    if not rights.entitled(by, "gridpay.view"):
        return rows.filter(contract__account=by.account, post=by.post).exclude(run__published_at=None)
    reach = rights.reach(by)
    return rows if reach is None else rows.filter(town__in=among(reach))


def by_town(run: book.Run, by: Actor) -> list[dict[str, Any]]:
    """Posts, mean score and sums (fen) of each town the reader may see, one question."""
    rows = seen(by, book.Statement.objects.filter(run=run)).order_by().values("town")
    rows = rows.annotate(
        posts=Count("pk"), score=Avg("score"), gross=Sum("gross"), bonus=Sum("bonus"), deduct=Sum("deduct"),
        pay=Sum("pay"),
    )  # fmt: skip
    tree = areas.tree().areas
    return sorted(({**row, "town": tree[row["town"]]} for row in rows), key=lambda row: str(row["town"].code))


def last_day_to_object(moment: Any) -> date:
    """The last day on which something made known at a moment may be objected to (working days)."""
    return clock.last_day(clock.due(moment, registry.rule("gridpay.objection", moment).limit))


def last_quarter(county: Area, today: date) -> tuple[date, list[book.Run]]:
    """The last quarter that is over (else the newest there is) and its months that have been made known."""
    known = book.Run.objects.filter(county=county, published_at__isnull=False).order_by("-month")
    newest = known.filter(month__lt=reading.quarter_of(today)).first() or known.first()
    begin = reading.quarter_of(newest.month if newest else today)
    return begin, list(known.filter(month__gte=begin, month__lt=months_after(begin, 3)).order_by("month"))


@dataclass(frozen=True)
class Compared:
    """What a post (its key) was paid over some months, and what it would have been paid by other numbers (fen)."""

    post: int
    was: int
    would: int

    @property
    def more(self) -> int:
        """The difference."""
        return self.would - self.was


def as_paid(runs: list[book.Run], town: Area | None, by: Actor) -> list[Compared]:
    """What a trial without a changed number says: each post is paid what it was paid; by the codes of the posts."""
    rows = seen(by, book.Statement.objects.filter(run__in=runs, **({"town": town} if town else {})))
    paid = rows.order_by("post__code").values("post", "post__code").annotate(paid=Sum("pay"))
    return [Compared(row["post"], row["paid"], row["paid"]) for row in paid]


def preview(runs: list[book.Run], town: Area | None, changed: Mapping[str, Any], by: Actor) -> list[Compared]:
    """Reckon the statements of some months again with some numbers changed, by the codes of posts; nothing is written.

    Only numbers a score or a bonus goes by need all that was read; whatever follows from the terms is reckoned once
    for all that have the same.
    """
    tree, anew = areas.tree().areas, bool(changed.keys() & (formula.SCORED | formula.REWARDED))
    told_of = book.Statement.objects.filter(run__in=runs, **({"town": town} if town else {}))
    held = {each.pk: each for each in book.Contract.objects.filter(pk__in=told_of.values("contract"))}
    formulas = {run.pk: (run.month, reading.formula_by(run).but(changed)) for run in runs}
    rows = seen(by, told_of).order_by("post__code").values_list(
        "post", "run", "contract", "town", "pay", "score", "bonus",
        *(("inputs",) if anew else (KeyTextTransform("traced", "inputs"), KeyTextTransform("adjust", "inputs"))),
    )  # fmt: skip
    known: dict[tuple[int, Terms], formula.Fixed] = {}
    sums: dict[int, list[int]] = {}
    for post, run, contract, place, pay, score, bonus, *told in rows:
        month, f = formulas[run]
        terms = reading.terms(held[contract], month, tree[place].code)
        kept = sums.setdefault(post, [0, 0])
        kept[0] += pay
        if anew:
            kept[1] += formula.reckon(terms, told[0], f).pay
            continue
        fixed = known.get((run, terms)) or known.setdefault((run, terms), formula.fixed(terms, f))
        traced, adjust = (json.loads(each) if each != "[]" else () for each in told)
        kept[1] += formula.pay_again(fixed, score, bonus, traced, adjust, f)
    return [Compared(post, *each) for post, each in sums.items()]


@dataclass(frozen=True)
class Quarter:
    """A contract's quarter: mean score of its months (hundredths), the level it stands for, what was decided."""

    contract: book.Contract
    months: int
    score: int
    proposed: str
    evaluation: book.Evaluation | None


def quarter(
    by: Actor, county: Area, begin: date, *, only: int | None = None, page: slice = slice(50)
) -> tuple[list[str], list[Quarter]]:
    """The levels of all contracts of a quarter the reader may see, and the rows of a page of them, by post.

    Months count once they are approved; what has not been decided stands at the level of its score.
    """
    f, end = formula.declared(begin), months_after(begin, 3)
    runs = book.Run.objects.filter(county=county, month__gte=begin, month__lt=end, state__in=SETTLED)
    rows = book.Statement.objects.filter(run__in=list(runs.values_list("pk", flat=True)))
    rows = seen(by, rows) if only is None else rows.filter(contract=only)
    means = rows.order_by("post__code").values_list("contract", "post__code")
    found = {pk: (n, round(mean)) for pk, _, n, mean in means.annotate(Count("pk"), Avg("score"))}
    evaluations = book.Evaluation.objects.filter(span=book.QUARTER, period=begin)
    decided = dict(evaluations.filter(contract__post__area__in=among(under(county))).values_list("contract", "level"))
    levels = [decided.get(pk) or formula.level_of(score, f) for pk, (_, score) in found.items()]
    some = list(found)[page]
    kept = {e.contract_id: e for e in evaluations.filter(contract__in=some)}
    held = book.Contract.objects.filter(pk__in=some).select_related("post__area", "account__person")
    return levels, [
        Quarter(each, *found[each.pk], formula.level_of(found[each.pk][1], f), kept.get(each.pk))
        for each in held.defer("post__area__boundary").order_by("post__code")
    ]


def under(county: Area) -> frozenset[int]:
    """The areas of a county today."""
    return areas.tree().under(county.pk, areas.today())


def chain(contract: book.Contract) -> list[int]:
    """The contracts one after the other on the same post and account: a promotion goes on with what was evaluated."""
    return list(
        book.Contract.objects.filter(post=contract.post_id, account=contract.account_id).values_list("pk", flat=True)
    )


def levels(contract: book.Contract, count: int = 2) -> list[book.Evaluation]:
    """The last quarterly evaluations, newest first, without a gap between them; fewer where there are no more."""
    rows = list(
        book.Evaluation.objects.filter(contract__in=chain(contract), span=book.QUARTER).order_by("-period")[:count]
    )
    kept = rows[:1]
    for earlier in rows[1:]:
        if months_after(earlier.period, 3) != kept[-1].period:
            break
        kept.append(earlier)
    return kept


def unmet(contract: book.Contract) -> list[str]:
    """Which conditions of a promotion are not met: two_a, certificate, complaint, top (none: it may be proposed)."""
    last = levels(contract)
    begin = last[0].period if last else date(2000, 1, 1)
    return missing([contract], begin)[contract.pk]


def missing(contracts: Sequence[book.Contract], begin: date) -> dict[int, list[str]]:
    """The same for some contracts by the quarter that begins on a day and the one before, in two questions."""
    before = months_after(begin, -3)
    posts = [each.post_id for each in contracts]
    graded: dict[tuple[int, int], list[str]] = {}
    rows = book.Evaluation.objects.filter(contract__post__in=posts, span=book.QUARTER, period__in=(before, begin))
    for post, account, level in rows.values_list("contract__post", "contract__account", "level"):
        graded.setdefault((post, account), []).append(level)
    complaints = book.Effort.objects.filter(post__in=posts, sort=book.COMPLAINT, day__gte=before)
    blamed = set(complaints.filter(confirmed_at__isnull=False).values_list("post", flat=True))
    return {
        each.pk: [
            code
            for code, wanting in (
                ("two_a", graded.get((each.post_id, each.account_id)) != ["A", "A"]),
                ("certificate", not each.certificate),
                ("complaint", each.post_id in blamed),
                ("top", each.grade == GRADES[-1]),
            )
            if wanting
        ]
        for each in contracts
    }


def open_objections(by: Actor) -> list[book.Objection]:
    """The objections waiting for an answer that the reader may decide, oldest first, at most a hundred."""
    rows = book.Objection.objects.filter(decided_at=None).order_by("made_at").select_related(
        "statement__contract__post__body", "statement__run", "evaluation__contract__post__body",
        "procedure__contract__post__body"
    )  # fmt: skip
    reach = rights.reach(by)
    found = [each for each in rows[:500] if reach is None or contract_of(each).post.area_id in reach]
    return found[:100]


def contract_of(objection: book.Objection) -> book.Contract:
    """Whose month, evaluation or procedure is objected to."""
    thing = objection.statement or objection.evaluation or objection.procedure
    assert thing is not None
    found: book.Contract = thing.contract
    return found


def steps_of(f: Formula, ground: str) -> list[list[str]]:
    """The steps (code, right, waiting rule) of a ground: once D the short way, all else the full one."""
    return list(f["exit"]["d_once" if ground == "d_once" else "full"])
