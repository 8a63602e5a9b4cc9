"""Evaluation, grading, promotion and the procedure of leaving: decided by persons, each step with its reason."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction

from anxin.kernel import areas, changes, clock, registry, rights
from anxin.kernel.bodies import Actor
from anxin.kernel.calendar import months_after
from anxin.kernel.errors import BadInput, NotFound, NotNow
from anxin.programmes.gridpay import models as book
from anxin.programmes.gridpay.actions.writing import county_of, note, said
from anxin.programmes.gridpay.figures import reading, shown
from anxin.programmes.gridpay.rules import entry, formula

TARGETS = ("grade", "grid_head", "committee", "establishment")
OUTCOMES = {
    "assess": ("fit", "unfit"), "protected": ("no", "yes"), "training": ("trained", "moved"),
    "decision": ("kept", "moved", "terminate")
}  # fmt: skip
ENDS = {("assess", "fit"), ("protected", "yes"), ("decision", "kept"), ("decision", "moved"), ("decision", "terminate")}


@transaction.atomic
def evaluate(by: Actor, contract: book.Contract, begin: date, level: str, reason: str = "") -> book.Evaluation:
    """Decide the level of a quarter. All its months must be approved; a level other than the score's needs a reason."""
    rights.enter(by, "gridpay.manage", area=contract.post.area_id)
    if changes.repeated(by, "gridpay.evaluation"):
        return book.Evaluation.objects.filter(contract=contract).latest("pk")
    county = county_of(contract.post.area_id or 0)
    begin = reading.quarter_of(begin)
    found = next(iter(shown.quarter(by, county, begin, only=contract.pk)[1]), None)
    if found is None or months_after(begin, 3) > areas.today() or found.months < _due(contract, begin):
        raise entry.MonthNotOver
    if level not in ("A", "B", "C", "D"):
        raise BadInput(fields={"level": "A、B、C、D"})
    if found.evaluation is not None:
        raise NotNow
    if level != found.proposed:
        reason = said(reason)
    row = book.Evaluation.objects.create(contract=contract, span=book.QUARTER, period=begin, score=found.score,
                                    level=level,
                                    proposed=found.proposed, reason=reason, decided_at=clock.now(),
                                    decided_post=by.post)  # fmt: skip
    note(by, "evaluation", row.pk, {}, {"period": begin, "level": level, "proposed": found.proposed}, reason)
    return row


def _due(contract: book.Contract, begin: date) -> int:
    """How many months of a quarter a contract has."""
    months = [months_after(begin, n) for n in range(3)]
    return sum(
        contract.valid_from < months_after(m, 1) and (contract.valid_to is None or contract.valid_to > m)
        for m in months
    )


@transaction.atomic
def grade_year(by: Actor, contract: book.Contract, year: int) -> book.Evaluation:
    """The level of a year: the mean score of its evaluated quarters, four of them."""
    rights.enter(by, "gridpay.manage", area=contract.post.area_id)
    rows = book.Evaluation.objects.filter(contract__in=shown.chain(contract), span=book.QUARTER, period__year=year)
    scores = [each.score for each in rows]
    if len(scores) < 4:
        raise entry.MonthNotOver
    score = round(sum(scores) / 4)
    level = formula.level_of(score, formula.declared(date(year, 12, 1)))
    row, made = book.Evaluation.objects.get_or_create(
        contract=contract, span=book.YEAR, period=date(year, 1, 1),
        defaults={"score": score, "proposed": level, "level": level, "decided_at": clock.now(),
                  "decided_post": by.post}
    )  # fmt: skip
    if made:
        note(by, "evaluation", row.pk, {}, {"period": row.period, "level": level, "span": book.YEAR})
    return row


@transaction.atomic
def promote(by: Actor, contract: book.Contract, target: str, reason: str) -> book.Contract:
    """Promote: up a grade from the next month on, or a recommendation for another post (grid head, committee,
    establishment), which others decide by their own rules. Raises NotPromotable with what is missing, SameHand."""
    rights.enter(by, "gridpay.approve", area=contract.post.area_id)
    if target not in TARGETS:
        raise BadInput(fields={"target": "必选"})
    if by.account == contract.account_id:
        raise entry.SameHand
    if changes.repeated(by, "gridpay.promotion"):
        return book.Contract.objects.filter(post=contract.post_id).latest("pk")
    held = book.Contract.objects.select_for_update(of=("self",)).get(pk=contract.pk)
    missing = [each for each in shown.unmet(held) if each != "top" or target == "grade"]
    if missing:
        raise entry.NotPromotable("、".join(missing), fields=dict.fromkeys(missing, "未满足"))
    if held.valid_to is not None:
        raise NotNow
    why = said(reason)
    if target != "grade":
        note(by, "promotion", held.pk, {}, {"target": target, "at": clock.now()}, why)
        return held
    begin = months_after(areas.today().replace(day=1), 1)
    held.valid_to = begin
    held.save()
    up = shown.GRADES[shown.GRADES.index(held.grade) + 1]
    new = book.Contract.objects.create(post_id=held.post_id, account_id=held.account_id, grade=up, step=1,
                                  since=held.since,
                                  certificate=held.certificate, paid=held.paid, valid_from=begin)  # fmt: skip
    note(
        by, "promotion", held.pk, {"grade": held.grade, "step": held.step}, {"grade": up, "step": 1, "from": begin}, why
    )
    return new


# ---- the procedure of leaving -----------------------------------------------------------------------------------


@transaction.atomic
def begin(by: Actor, contract: book.Contract, ground: str, reason: str, matter: str = "") -> book.Procedure:
    """Begin a procedure. Grounds: D once; D twice in a row; serious falsification (an event found made up, `matter`).

    Being last is no ground (LastPlace). Nothing follows by itself: every step is done by a post, in order.
    """
    rights.enter(by, "gridpay.manage", area=contract.post.area_id)
    if changes.repeated(by, "gridpay.procedure"):
        return book.Procedure.objects.filter(contract=contract).latest("pk")
    if ground == "last_place":
        raise entry.LastPlace
    why, last = said(reason), [each.level for each in shown.levels(contract)]
    fit = {
        "d_once": lambda: last[:1] == ["D"], "d_twice": lambda: last == ["D", "D"],
        "falsification": lambda: _made_up(contract, matter)
    }.get(ground)  # fmt: skip
    if fit is None or not fit():
        raise entry.GroundMissing
    if book.Procedure.objects.filter(contract=contract, ended_at=None).exists():
        raise NotNow
    f = formula.declared(areas.today())
    row = book.Procedure.objects.create(contract=contract, ground=ground, norm=f.stamps["exit"], reason=why,
                                   opened_at=clock.now(), opened_post=by.post)  # fmt: skip
    book.Step.objects.bulk_create(
        book.Step(procedure=row, place=place, code=code, right=f"gridpay.{right}", after=after)
        for place, (code, right, after) in enumerate(shown.steps_of(f, ground))
    )
    note(by, "procedure", row.pk, {}, {"ground": ground, "norm": row.norm, "matter": matter}, why)
    return row


def _made_up(contract: book.Contract, number: str) -> bool:
    rows = book.Statement.objects.filter(contract__in=shown.chain(contract), run__state__in=shown.SETTLED)
    return bool(number) and rows.filter(inputs__events__contains=[{"number": number, "fate": "false"}]).exists()


@transaction.atomic
def do_step(by: Actor, procedure: book.Procedure, code: str, reason: str, outcome: str = "") -> book.Step:
    """Do the next step of a procedure, from a post entitled to it, with its reason; never before its time.

    Raises NotAllowed, NotNow (not the next one), TooSoon, ObjectionsOpen, SameHand (who opened it decides nothing).
    """
    contract = procedure.contract
    held = book.Procedure.objects.select_for_update().get(pk=procedure.pk)
    step = held.steps.filter(done_at=None).first()
    if held.ended_at is not None or step is None or step.code != code:
        raise NotNow
    rights.enter(by, step.right, area=county_of(contract.post.area_id or 0).pk)
    if by.account == contract.account_id or (step.right != "gridpay.manage" and by.post == held.opened_post):
        raise entry.SameHand
    if book.Objection.objects.filter(procedure=held, decided_at=None).exists():
        raise entry.ObjectionsOpen
    if step.not_before is not None and areas.today() < step.not_before:
        raise entry.TooSoon(f"{step.not_before:%Y-%m-%d}（{step.after}）")
    if outcome not in OUTCOMES.get(code, ("",)):
        raise BadInput(fields={"outcome": "必选"})
    now = clock.now()
    step.reason, step.outcome, step.done_at, step.done_post = said(reason), outcome, now, by.post
    step.save()
    following = held.steps.filter(done_at=None).first()
    if following is None or (code, outcome) in ENDS:
        held.outcome, held.ended_at = outcome or "done", now
        held.save()
    elif following.after:
        following.not_before = clock.last_day(clock.due(now, registry.rule(following.after, now).limit)) + timedelta(
            days=1
        )
        following.save()
    note(by, "procedure", held.pk, {}, {"step": code, "outcome": outcome, "at": now}, step.reason)
    return step


@transaction.atomic
def end_contract(
    by: Actor, contract: book.Contract, last: date, reason: str, *, dismissal: bool = False
) -> book.Contract:
    """End a contract after a last day. A dismissal needs a procedure that ended with that decision (NoDismissal)."""
    rights.enter(by, "gridpay.approve", area=contract.post.area_id)
    if (
        dismissal
        and not book.Procedure.objects.filter(contract__in=shown.chain(contract), outcome="terminate").exists()
    ):
        raise entry.NoDismissal
    held = book.Contract.objects.select_for_update(of=("self",)).get(pk=contract.pk)
    if held.valid_to is not None:
        raise NotNow
    if last < max(held.valid_from, areas.today()) and dismissal:
        raise BadInput(fields={"last": "不能早于今天"})
    held.valid_to = date.fromordinal(last.toordinal() + 1)
    held.save()
    note(by, "contract", held.pk, {"to": None}, {"to": held.valid_to, "dismissal": dismissal}, said(reason))
    return held


def procedure(pk: int) -> book.Procedure:
    """A procedure with its contract. Raises NotFound."""
    found = book.Procedure.objects.select_related("contract__post__body", "contract__post__area").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found
