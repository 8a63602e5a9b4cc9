"""How it ends: agreement or failure, performance, revisits, a court's confirmation, the file; the three indicators."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max, QuerySet

from anxin.kernel import areas, changes, clock, deeds, files, flow, registry, rights
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor
from anxin.kernel.calendar import months_after
from anxin.kernel.errors import BadInput, NotNow
from anxin.kernel.matters import FINISHED, REPLIED
from anxin.kernel.people import Person
from anxin.programmes.mediation import figures, rules
from anxin.programmes.mediation.actions.acting import Doing, Found, act, conclude, weigh
from anxin.programmes.mediation.actions.taking import ready
from anxin.programmes.mediation.models import (
    AGREED,
    ENDED,
    FAILED,
    FILED,
    GOING,
    OPEN,
    PERFORMED,
    Agreement,
    Confirmation,
    Dispute,
    Plan,
    Record,
    Term,
)

Wanted = tuple[str, int | None, date | None]
"""A term as it is typed: what, how much (fen), by when."""
GRACE = timedelta(days=31)
"""How long after its beginning a period's targets may still be set [INF]."""
WEIGHED = ("lead_id", "review_on", "score", "colour", "prominent", "stamp", "cadence", "revisits_due", "first_due_at")


@act(*GOING, AGREED)
def agree(
    x: Doing, form: str, happened: str, issues: str, duty: str, content: str, manner: str, terms: Sequence[Wanted],
    signed: Collection[int], mediator_signed: bool = False, sealed: bool = False, touches: Collection[str] = (),
    at: datetime | None = None, file: bytes | None = None,
) -> str:  # fmt: skip
    """Write down an agreement with every element of art. 28-30; in force once signed and sealed, or, spoken, agreed.

    Raises ElementsMissing (a term without a day is one), SignaturesMissing. One that a court did not confirm may be
    varied (CPL 206): the earlier one stays on record.
    """
    ready(x)
    earlier = rules.current(x.d)
    varied = x.d.stage == AGREED
    if varied and not x.d.confirmations.filter(agreement=earlier, outcome="rejected").exists():
        raise NotNow
    said = {"happened": happened, "issues": issues, "duty": duty, "content": content, "manner": manner}
    lacks = {name: "必填" for name, text in said.items() if not text.strip()}
    asked = [each for each in terms if each[0].strip() or each[1] or each[2]]
    days = [day for _what, _fen, day in asked if day is not None]
    when = at or x.now
    if not days or len(days) < len(asked):
        lacks["terms"] = "须写明每一项的履行期限"
    elif min(days) < clock.local_day(when):
        lacks["terms"] = "履行期限早于协议"
    if lacks:
        raise rules.ElementsMissing(fields=lacks)
    if when > x.now or form not in ("written", "oral"):
        raise BadInput(fields={"at" if when > x.now else "form": "有误"})
    if set(signed) != set(rules.parties_of(x.d)) or (form == "written" and not (mediator_signed and sealed)):
        raise rules.SignaturesMissing(fields={"signed": "须各方当事人、调解员签名并盖章"})
    x.d.agreements.filter(replaced_at=None).update(replaced_at=x.now)
    made = Agreement.objects.create(
        dispute=x.d, form=form, touches=sorted(touches), signed=sorted(signed), effective_at=when, due_on=max(days),
        **{name: text.strip() for name, text in said.items()},
    )  # fmt: skip
    rows = zip(asked, days, strict=True)
    Term.objects.bulk_create(Term(agreement=made, what=e[0].strip(), fen=e[1], due_on=day) for e, day in rows)
    if file:
        x.keep("agreement", file=file)
    words = "达成调解协议" if form == "written" else "达成口头调解协议，已记录"
    if not varied:
        conclude(x, AGREED, "agreed", words)
    x.facts |= {"form": form, "effective": when.isoformat(), "due": made.due_on.isoformat()}
    return f"{words}，{clock.local_day(when)} 生效，履行至 {made.due_on}"


@act(*GOING)
def fail(x: Doing, reason: str, routes: Collection[str]) -> str:
    """End without agreement and tell the ways that remain (art. 26). Raises RoutesNeeded when none was told."""
    if not routes:
        raise rules.RoutesNeeded(fields={"routes": "必填"})
    x.d.reason, x.d.failures = "failed", x.d.failures + 1
    x.keep("ending", reason, facts={"routes": sorted(routes)})
    conclude(x, FAILED, "failed", "调解不成，终止调解并告知其他途径（人民调解法第26条）")
    x.facts["routes"] = ",".join(sorted(routes))
    return f"调解不成，终止调解：{reason}"


@act(AGREED)
def perform(x: Doing, term: int, done_on: date, words: str = "", file: bytes | None = None) -> str:
    """A term was performed, with what proves it; when all are, the agreement is performed (art. 31)."""
    row = Term.objects.filter(agreement__dispute=x.d, agreement__replaced_at=None, pk=term, done_on=None).first()
    if row is None or done_on > x.day:
        raise BadInput(fields={"term" if row is None else "done_on": "有误"})
    row.done_on, row.proof = done_on, files.keep(file) if file else None
    row.save()
    x.keep("receipt", words or row.what)
    if not row.agreement.terms.filter(done_on=None).exists():
        x.d.stage, x.d.performed_on = PERFORMED, done_on
    return f"履行：{row.what}"


@act(AGREED, PERFORMED, FAILED)
def revisit(
    x: Doing, party: int, satisfied: str, performing: str, words: str = "", lawsuit: bool = False,
    relapse: bool = False, measures: str = "",
) -> str:  # fmt: skip
    """Look again at a party: performance, satisfaction, lawsuit, signs that it comes back, and what was done."""
    facts = {"satisfied": satisfied, "performing": performing, "lawsuit": lawsuit, "relapse": relapse}
    x.keep("revisit", words, party=x.party(party), facts={**facts, "measures": measures})
    x.d.revisits_done += 1
    if relapse and "relapse" not in x.d.factors:
        x.d.factors = sorted([*x.d.factors, "relapse"])
        weigh(x.d, x.day)
    x.facts |= {name: str(value) for name, value in facts.items()}
    return f"回访：{words}"


@act(AGREED, PERFORMED)
def confirm(x: Doing, court: str, form: str, joint: Collection[int], papers: Collection[str]) -> str:
    """Both parties ask a court to confirm, in writing or orally, within 30 days (CPL 205, MSJS 353, 354).

    Raises NoAgreement, JointNeeded, TooLateToConfirm, NotConfirmable, NoJurisdiction, BadInput for missing papers.
    """
    found = rules.current(x.d)
    if found is None:
        raise rules.NoAgreement
    if set(joint) != set(rules.parties_of(x.d)):
        raise rules.JointNeeded(fields={"joint": "须双方共同申请"})
    rules.check_confirmable(found, x.day)
    ground = dict(rules.courts(x.d, x.day)).get(court)
    if ground is None:
        raise rules.NoJurisdiction(fields={"court": court})
    if needed := {"agreement", "proof", "identity"} - set(papers):
        raise BadInput(fields={"papers": "、".join(sorted(needed))})
    stamp = rules.norm("confirmation", x.day).stamp
    Confirmation.objects.create(
        dispute=x.d, agreement=found, court=court, ground=ground, form=form, applied_at=x.now, stamp=stamp
    )
    x.facts |= {"court": court, "ground": ground}
    return f"双方共同向{court}申请司法确认"


@act(AGREED, PERFORMED)
def docket(x: Doing, confirmation: int, number: str, day: date) -> str:
    """A court has docketed the application: the first one keeps it (MSJS 352); the ruling is due in 30 days."""
    row = _asked(x, confirmation)
    first = x.d.confirmations.filter(agreement=row.agreement, docketed_on__isnull=False).first()
    if first is not None:
        raise rules.DuplicateDocket(f"{first.court} {first.docket}（{first.docketed_on}）")
    if not number.strip() or not clock.local_day(row.applied_at) <= day <= x.day:
        raise BadInput(fields={"day" if number.strip() else "number": "有误"})
    began = datetime.combine(day, datetime.min.time(), clock.TZ)
    row.ruling_due = clock.last_day(clock.due(began, registry.rule("mediation.ruling", began).limit))
    row.docket, row.docketed_on = number.strip(), day
    row.save()
    x.facts |= {"docket": row.docket, "court": row.court}
    return f"{row.court}立案：{row.docket}"


@act(AGREED, PERFORMED)
def ruling(x: Doing, confirmation: int, outcome: str, day: date, why: str = "") -> str:
    """What the court decided: confirmed (enforceable), rejected (vary, mediate again or sue), or not accepted.

    Raises BadInput for a ground that is none of the law's.
    """
    row = _asked(x, confirmation)
    law = rules.norm("confirmation", clock.local_day(row.applied_at)).value
    grounds = {"confirmed": {"": ""}, "rejected": law["rejected"], "not_accepted": law["barred"]}.get(outcome, {})
    if why not in grounds or not (row.docketed_on or clock.local_day(row.applied_at)) <= day <= x.day:
        raise BadInput(fields={"why" if why not in grounds else "day": "有误"})
    if row.docketed_on is None and outcome != "not_accepted":
        raise NotNow
    row.outcome, row.why, row.ruled_on = outcome, why, day
    row.save()
    x.facts |= {"outcome": outcome, "why": why}
    return f"{row.court}{law['ruling']}：{outcome} {rules.said(grounds[why])}"


def _asked(x: Doing, pk: int) -> Confirmation:
    row = x.d.confirmations.select_related("agreement").filter(pk=pk, outcome="").first()
    if row is None:
        raise BadInput(fields={"confirmation": str(pk)})
    return row


@act(*ENDED)
def file(x: Doing, kept: str = "short", words: str = "") -> str:
    """Bind the file: complete or refused with what is missing; (年)人调字第 号; kept as the table says; then closed.

    The matter is answered; it is closed at once where nobody reported who must be asked first.
    """
    years = rules.norm("keep", x.day).value.get(kept)
    if years is None:
        raise BadInput(fields={"kept": kept})
    lacks = rules.missing(x.d) if x.d.accepted_on else []
    if x.d.stage == AGREED:
        lacks.append("协议履行完毕")
    if lacks:
        raise rules.FileIncomplete("；".join(lacks))
    if x.d.file_serial is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(7021, %s)", [x.d.body_id])
        same = Dispute.objects.filter(body=x.d.body_id, file_year=x.day.year)
        x.d.file_year, x.d.file_serial = x.day.year, (same.aggregate(last=Max("file_serial"))["last"] or 0) + 1
    x.d.stage, x.d.filed_on, x.d.kept = FILED, x.day, kept
    x.d.keep_until = months_after(x.day, 12 * years) if years else None
    tokens = [*x.d.parties.values_list("person", flat=True), *x.d.invited.values_list("person", flat=True)]
    own = [each for each in tokens if each != x.m.person_id]
    Person.objects.filter(pk__in=own).update(keep_until=x.d.keep_until)
    x.d.save()
    x.m.refresh_from_db()
    if x.m.state == FINISHED:
        who = x.by.under(None) if x.by.body == x.m.lead_id else x.by.let()
        flow.reply(x.m, who, words or "纠纷已办结并立卷归档。")
        x.m.refresh_from_db()
    if x.m.state == REPLIED and x.m.person_id is None:
        flow.close(x.m, x.by.let())
    x.facts["file"] = x.d.file_number
    return f"立卷归档：{x.d.file_number}"


# ---- for many at once -------------------------------------------------------------------------------------------


@transaction.atomic
def recompute(rows: QuerySet[Dispute], day: date) -> int:
    """Reckon the risk of open disputes anew (a new version, a day that came near); returns how many were changed."""
    changed: list[Dispute] = []
    found: Found = {}
    for d in rows.filter(stage__in=OPEN).select_for_update(of=("self",), skip_locked=True):
        before = [getattr(d, name) for name in WEIGHED]
        weigh(d, day, found)
        if before != [getattr(d, name) for name in WEIGHED]:
            changed.append(d)
    Dispute.objects.bulk_update(changed, [name.removesuffix("_id") for name in WEIGHED], batch_size=1000)
    return len(changed)


@transaction.atomic
def erase(day: date) -> int:
    """Erase the texts of files whose time is over; that there was a file, its number and dates stay."""
    over = list(Dispute.objects.filter(keep_until__lt=day).values_list("pk", flat=True)[:500])
    Record.objects.filter(dispute__in=over).update(text="", place="", facts={}, file=None)
    Agreement.objects.filter(dispute__in=over).update(happened="", issues="", duty="", content="", manner="")
    Term.objects.filter(agreement__dispute__in=over).update(what="", proof=None)
    return Dispute.objects.filter(pk__in=over).update(keep_until=None)


@transaction.atomic
def adopt(
    area: Area, baseline: tuple[date, date], period: tuple[date, date], targets: Mapping[str, float], by: Actor
) -> Plan:
    """Adopt the three indicators for a period: definitions, baseline (reckoned, never typed) and target, for good.

    Raises Hindsight for targets set after the beginning or a baseline that is not over, Frozen for a second plan.
    """
    rights.enter(by, "mediation.plan", area=area.pk)
    today = areas.today()
    if changes.repeated(by, "mediation.plan"):
        return Plan.objects.get(area=area, begins=period[0])
    if today > period[0] + GRACE or not baseline[0] < baseline[1] < min(today, period[0]) < period[1]:
        raise rules.Hindsight(fields={"begins": str(period[0])})
    table = rules.norm("three", today)
    found = figures.measure(area, *baseline, table.value)
    rows = []
    for each in table.value:
        base, target = found[each["code"]], targets.get(each["code"])
        worse = target is not None and base.value is not None and rules.behind(each, target, base.value)
        if target is None or worse:
            raise BadInput(fields={each["code"]: "三项指标须一并定下不差于基期的目标"})
        rows.append({**each, "baseline": base.value, "of": [base.count, base.of], "target": target})
    with deeds.refusing(mediation_one_plan=rules.Frozen):
        made = Plan.objects.create(
            area=area, baseline_from=baseline[0], baseline_to=baseline[1], begins=period[0], ends=period[1],
            indicators=rows, stamp=table.stamp, adopted_at=clock.now(), post=by.post,
        )  # fmt: skip
    changes.record(by, "mediation.plan", f"{area.code}:{period[0]}", {}, {"indicators": rows, "stamp": table.stamp})
    return made
