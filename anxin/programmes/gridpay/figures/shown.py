"""Pay as the screens show it: sums by town, a preview of other numbers, evaluations, who may be promoted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Avg, Count, QuerySet, Sum

from anxin.kernel import areas, clock, registry, rights
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import NotFound
from anxin.programmes.gridpay import models as book
from anxin.programmes.gridpay.figures import reading
from anxin.programmes.gridpay.rules import formula
from anxin.programmes.gridpay.rules.formula import Formula

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
    return rows if reach is None else rows.filter(town__in=reach)


def by_town(run: book.Run, by: Actor) -> list[dict[str, Any]]:
    """Posts, mean score and sums (fen) of each town the reader may see, one question."""
    rows = seen(by, book.Statement.objects.filter(run=run)).order_by().values("town")
    rows = rows.annotate(
        posts=Count("pk"),
        score=Avg("score"),
        gross=Sum("gross"),
        bonus=Sum("bonus"),
        deduct=Sum("deduct"),
        pay=Sum("pay"),
    )
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
    return begin, list(known.filter(month__gte=begin, month__lt=reading.month_after(begin, 3)).order_by("month"))


@dataclass(frozen=True)
class Compared:
    """What a post was paid over some months, and what it would have been paid by other numbers (fen)."""

    post: Any
    was: int
    would: int

    @property
    def more(self) -> int:
        """The difference."""
        return self.would - self.was


def preview(runs: list[book.Run], town: Area | None, changed: Mapping[str, Any], by: Actor) -> list[Compared]:
    """Reckon the statements of some months again with some numbers changed; nothing is written."""
    sums: dict[int, list[Any]] = {}
    for run in runs:
        f: Formula = reading.formula_by(run).but(changed)
        rows = seen(by, book.Statement.objects.filter(run=run)).select_related(
            "contract__post__area", "contract__post__body"
        )
        for each in rows.filter(town=town) if town else rows:
            would = formula.reckon(reading.terms(each.contract, run.month), each.inputs, f).pay
            held = sums.setdefault(each.post_id, [each.contract.post, 0, 0])
            held[1], held[2] = held[1] + each.pay, held[2] + would
    return sorted((Compared(*each) for each in sums.values()), key=lambda each: str(each.post.code))


@dataclass(frozen=True)
class Quarter:
    """A contract's quarter: mean score of its months (hundredths), the level it stands for, what was decided."""

    contract: book.Contract
    months: int
    score: int
    proposed: str
    evaluation: book.Evaluation | None


def quarter(by: Actor, county: Area, begin: date, *, only: int | None = None) -> list[Quarter]:
    """The quarter of each contract the reader may see; months count once they are approved."""
    f = formula.declared(begin)
    rows = book.Statement.objects.filter(
        run__county=county, run__month__gte=begin, run__month__lt=reading.month_after(begin, 3), run__state__in=SETTLED
    )
    rows = rows if only is not None else seen(by, rows)
    means = rows.filter(contract=only) if only is not None else rows
    found = {
        pk: (n, round(mean))
        for pk, n, mean in means.order_by().values_list("contract").annotate(Count("pk"), Avg("score"))
    }
    held = book.Contract.objects.filter(pk__in=found).select_related("post__area", "post__body", "account__person")
    decided = {
        e.contract_id: e for e in book.Evaluation.objects.filter(contract__in=found, span=book.QUARTER, period=begin)
    }
    return [
        Quarter(each, *found[each.pk], formula.level_of(found[each.pk][1], f), decided.get(each.pk))
        for each in held.defer("post__area__boundary").order_by("post__code")
    ]


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
        if reading.month_after(earlier.period, 3) != kept[-1].period:
            break
        kept.append(earlier)
    return kept


def unmet(contract: book.Contract) -> list[str]:
    """Which conditions of a promotion are not met: two_a, certificate, complaint, top (none: it may be proposed)."""
    last = levels(contract)
    found = [] if [each.level for each in last] == ["A", "A"] else ["two_a"]
    if not contract.certificate:
        found.append("certificate")
    since = last[-1].period if last else date(2000, 1, 1)
    if book.Effort.objects.filter(
        post=contract.post_id, sort=book.COMPLAINT, day__gte=since, confirmed_at__isnull=False
    ).exists():
        found.append("complaint")
    if contract.grade == GRADES[-1]:
        found.append("top")
    return found


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
    return thing.contract


def steps_of(f: Formula, ground: str) -> list[list[str]]:
    """The steps (code, right, waiting rule) of a ground: once D the short way, all else the full one."""
    return list(f["exit"]["d_once" if ground == "d_once" else "full"])
