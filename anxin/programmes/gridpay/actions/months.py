"""A month's way: reckoned, drawn, made known, objected to and answered, approved, locked, given out as payroll."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anxin.kernel import areas, changes, clock, deeds, rights
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor
from anxin.kernel.calendar import months_after
from anxin.kernel.errors import BadInput, NotFound, NotNow
from anxin.programmes.gridpay import models as book
from anxin.programmes.gridpay.actions.writing import county_of, note, own_contract, said
from anxin.programmes.gridpay.figures import reading, shown
from anxin.programmes.gridpay.rules import entry, formula
from anxin.tables import Column


@transaction.atomic
def reckon(by: Actor, county: Area, month: date) -> book.Run:
    """Reckon a month of a county, anew as long as it has not been made known; draws the events for a second look.

    Raises MonthNotOver, Locked.
    """
    rights.enter(by, "gridpay.manage", area=county.pk)
    month = month.replace(day=1)
    if months_after(month, 1) > areas.today():
        raise entry.MonthNotOver
    now = clock.now()
    run, _made = book.Run.objects.select_for_update().get_or_create(county=county, month=month, defaults={"asof": now})
    if run.state != book.OPEN:
        raise entry.Locked
    f, held = formula.declared(month), reading.contracts(county, month)
    run.asof, run.stamps = now, dict(f.stamps)
    told = reading.read(run, held)
    if not run.seed:
        events = sorted(e["id"] for each in told.values() for e in each["events"])
        run.seed = sha256(repr(events).encode()).hexdigest()[:16]
        _draw(run, told, held, reading.drawn_for(run, told, f))
    run.save()
    run.statements.exclude(contract__in=held).delete()
    rows = [reading.statement_of(run, each, told[each.pk], f) for each in held]
    columns = ["inputs", "lines", "score", "gross", "bonus", "deduct", "pay", "digest", "town"]
    book.Statement.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["run", "contract"], update_fields=columns, batch_size=300
    )
    whole = sha256("".join(each.digest for each in rows).encode()).hexdigest()[:32]
    note(by, "month", run.pk, {}, {"asof": now, "posts": len(rows), "pay": sum(e.pay for e in rows), "digest": whole})
    return run


def _draw(run: book.Run, told: dict[int, dict[str, Any]], held: list[book.Contract], drawn: list[int]) -> None:
    """Hand each drawn event to the worker of another grid, of the same town where there is one."""
    owner = {e["id"]: pk for pk, each in told.items() for e in each["events"]}
    known = {each.pk: each for each in held}
    town = {each.pk: reading.terms(each, run.month).town for each in held}
    for matter in drawn:
        mine = known[owner[matter]]
        others = [c for c in held if c.post.area_id != mine.post.area_id and c.account_id != mine.account_id]
        near = [c for c in others if town[c.pk] == town[mine.pk]] or others
        if not near:
            continue
        chosen = min(near, key=lambda c: sha256(f"{run.seed}:{matter}:{c.post_id}".encode()).hexdigest())
        book.Draw.objects.create(run=run, matter_id=matter, reporter_id=mine.post_id, checker_id=chosen.post_id)


def _locked(pk: int, by: Actor, right: str) -> book.Run:
    run = deeds.held(book.Run.objects.all(), pk=pk)
    rights.enter(by, right, area=run.county_id)
    return run


@transaction.atomic
def publish(by: Actor, pk: int) -> book.Run:
    """Make the statements known to the workers; from now on they may object for five working days.

    The figures are reckoned once more, so that the second looks count. Raises ChecksOpen, Locked.
    """
    run = _locked(pk, by, "gridpay.manage")
    if run.state != book.OPEN:
        return run
    if run.draws.filter(done_at=None).exists():
        raise entry.ChecksOpen
    run = reckon(by, run.county, run.month)
    run.state, run.published_at, run.published_post = book.PUBLISHED, clock.now(), by.post
    run.save()
    note(by, "month", run.pk, {"state": book.OPEN}, {"state": book.PUBLISHED})
    return run


@transaction.atomic
def approve(by: Actor, pk: int) -> book.Run:
    """Approve a month: another post than made it known, after the days for objections and with none unanswered."""
    run = _locked(pk, by, "gridpay.approve")
    if run.state in (book.APPROVED, book.LOCKED):
        return run
    if run.state != book.PUBLISHED or run.published_at is None:
        raise NotNow
    if by.post == run.published_post:
        raise entry.SameHand
    waiting = book.Objection.objects.filter(statement__run=run, decided_at=None)
    if areas.today() <= shown.last_day_to_object(run.published_at) or waiting.exists():
        raise entry.ObjectionsOpen
    run.state, run.approved_post = book.APPROVED, by.post
    run.save()
    note(by, "month", run.pk, {"state": book.PUBLISHED}, {"state": book.APPROVED})
    return run


@transaction.atomic
def lock(by: Actor, pk: int) -> book.Run:
    """Lock an approved month for good: the database refuses any change of its statements from now on."""
    run = _locked(pk, by, "gridpay.manage")
    if run.state == book.LOCKED:
        return run
    if run.state != book.APPROVED:
        raise NotNow
    run.state, run.locked_at = book.LOCKED, clock.now()
    run.save()
    note(by, "month", run.pk, {"state": book.APPROVED}, {"state": book.LOCKED})
    return run


@transaction.atomic
def object_to(
    by: Actor, words: str, *, statement: book.Statement | None = None, evaluation: book.Evaluation | None = None,
    procedure: book.Procedure | None = None, line: str = ""
) -> book.Objection:  # fmt: skip
    """Object to the own statement or evaluation within five working days, to a procedure while it goes on.

    Raises NotFound, NotAllowed, ObjectionLate, NotNow (one at a time).
    """
    thing = statement or evaluation or procedure
    if thing is None:
        raise NotFound
    shown.see(by, thing.contract)
    own_contract(by, thing.contract)
    if changes.repeated(by, "gridpay.objection"):
        return book.Objection.objects.filter(made_post=by.post).latest("pk")
    if statement is not None:
        book.Run.objects.select_for_update().get(pk=statement.run_id)
        if statement.run.state != book.PUBLISHED or statement.run.published_at is None:
            raise NotNow if statement.run.published_at is None else entry.ObjectionLate
    since = statement.run.published_at if statement else evaluation.decided_at if evaluation else None
    if (since and areas.today() > shown.last_day_to_object(since)) or (procedure and procedure.ended_at):
        raise entry.ObjectionLate
    if book.Objection.objects.filter(
        statement=statement, evaluation=evaluation, procedure=procedure, decided_at=None
    ).exists():
        raise NotNow
    row = book.Objection.objects.create(statement=statement, evaluation=evaluation, procedure=procedure, line=line[:20],
                                   words=said(words, "words"), made_at=clock.now(), made_post=by.post)  # fmt: skip
    note(by, "objection", row.pk, {}, {"made": True, "line": row.line})
    return row


@transaction.atomic
def decide(by: Actor, pk: int, *, upheld: bool, answer: str, amount: int = 0, level: str = "") -> book.Objection:
    """Answer an objection: somebody else than who objects and who made known what is objected to. What is upheld adds
    `amount` fen to a statement, or puts another `level` in an evaluation. Raises SameHand, Locked."""
    row = deeds.held(book.Objection.objects.all(), pk=pk)
    contract = shown.contract_of(row)
    rights.enter(by, "gridpay.decide", area=county_of(contract.post.area_id or 0).pk)
    maker = (row.statement.run.published_post if row.statement else row.evaluation.decided_post if row.evaluation
             else row.procedure.opened_post if row.procedure else None)  # fmt: skip
    if by.post in (row.made_post, maker) or by.account == contract.account_id:
        raise entry.SameHand
    if row.decided_at is not None:
        raise NotNow
    if not 0 <= amount <= 10**7 or (amount and (not upheld or row.statement is None)) or level not in ("", *"ABCD"):
        raise BadInput(fields={"amount": "更正金额只随成立的工资异议写入，0 至 100,000 元"})
    row.upheld, row.answer, row.amount = upheld, said(answer, "answer"), amount
    row.decided_at, row.decided_post = clock.now(), by.post
    row.save()
    note(by, "objection", row.pk, {"decided": False}, {"decided": True, "upheld": upheld, "amount": amount})
    if row.statement is not None and amount:
        run = book.Run.objects.select_for_update().get(pk=row.statement.run_id)
        if run.state != book.PUBLISHED:
            raise entry.Locked
        s = row.statement
        told = {**s.inputs, "adjust": [*s.inputs["adjust"], [row.pk, amount]]}
        found = formula.reckon(reading.terms(s.contract, run.month), told, reading.formula_by(run))
        before = s.pay
        reading.written(s, told, found).save()
        note(by.under(None), "statement", s.pk, {"pay": before}, {"pay": s.pay})
    if row.evaluation is not None and upheld and level:
        before_level, row.evaluation.level = row.evaluation.level, level
        row.evaluation.save()
        note(by.under(None), "evaluation", row.evaluation.pk, {"level": before_level}, {"level": level}, answer)
    return row


@transaction.atomic
def payroll(by: Actor, pk: int, reason: str, town: Area | None = None) -> tuple[list[Column], list[list[object]]]:
    """The payroll of an approved month: columns and rows with names, each reading of a name journalled (工资核发)."""
    run = _locked(pk, by, "gridpay.export")
    if run.state not in (book.APPROVED, book.LOCKED):
        raise NotNow
    why = said(reason)
    rows = run.statements.select_related("contract__account", "contract__post__body", "town").order_by("post__code")
    columns = [
        Column("town", _("镇街")), Column("post", _("岗位编码")), Column("who", _("姓名")),
        Column("grade", _("等级档次")),
        Column("score", _("得分")), *(Column(code, title, "fen") for code, title in _sums()),
        Column("pay", _("应发"), "fen")
    ]  # fmt: skip
    out: list[list[object]] = []
    for each in rows.filter(town=town) if town else rows:
        token = each.contract.account.person_id
        who = (
            rights.open_person(
                by, token, right="gridpay.export", area=run.county_id, purpose="payroll", reason=why
            ).name
            if token
            else ""
        )
        sums = {line["code"]: line["amount"] for line in each.lines}
        out.append([
            each.town.name, each.contract.post.code, who, f"{each.contract.grade}-{each.contract.step}",
            f"{each.score / 100:.2f}", *(sums[code] for code, _title in _sums()), each.pay
        ])  # fmt: skip
    note(by, "payroll", run.pk, {}, {"rows": len(out), "town": town.code if town else "", "at": clock.now()}, why)
    return columns, out


def _sums() -> list[tuple[str, str]]:
    titles = (
        _("基本工资"), _("绩效工资"), _("事件奖励"), _("工龄工资"), _("证书津贴"), _("异议更正"),
        _("扣减"), _("补足最低工资"),
    )  # fmt: skip
    return list(zip(formula.SUMS, titles, strict=True))
