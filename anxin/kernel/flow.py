"""The verbs, in life order: the way of a matter from the report to the last look after closing.

Nothing else moves a state. Every verb is one transaction: lock, check, change, write down, tell (see `verbs.py`).
Call them with the matter or order and the actor: `flow.sign(order, by)`; `by.under(key)` makes a retry harmless.
Sources of the way: field guide 2.4-2.7; where a rule has a legal model the verb names it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import IntegrityError, connection, transaction

from anxin.kernel import access, areas, clock, house, journal, people, registry, running
from anxin.kernel.bodies import SYSTEM, Actor, Body, Post
from anxin.kernel.calendar import months_after
from anxin.kernel.command import Asked, send, send_by_rule, withdraw
from anxin.kernel.errors import (
    BadInput,
    BasisNeeded,
    Designated,
    HelpersAtWork,
    LimitReached,
    NothingSaid,
    NotNow,
    PersonNotAsked,
    ReasonNeeded,
    TextTooLong,
    TooLate,
    UnknownBody,
)
from anxin.kernel.form import check_form, corrected, matter_of
from anxin.kernel.journal import Change, fingerprint
from anxin.kernel.matters import (
    CLOSED,
    COLOURS,
    FINISHED,
    LEVELS,
    MERGED,
    NARRATIVE_LENGTH,
    OPEN,
    REFUSED,
    REPLIED,
    REPORTED,
    SATISFACTION,
    WORKING,
    Matter,
    Report,
)
from anxin.kernel.orders import ACTIVE, HELPER, LEAD, RETURNING, SENT, SIGNED, WITHDRAWN, Check, Order
from anxin.kernel.orders import FINISHED as DONE
from anxin.kernel.rows import make, new_id
from anxin.kernel.verbs import VERBS, digest, guards, needed, tell, verb

__all__ = ["VERBS"]
TRACKING_MONTHS = (1, 3, 6)
REOPENS = 2
ERASED = "（文字已删除）"
CALL_BACK_TRIES = 3
FACT_LENGTH = 80
DANGER = "危及生命财产或公共安全，先行派警（R4）"


# ---- the report -------------------------------------------------------------------------------------------------


def report(what: Report, by: Actor) -> Change:
    """Take in a report: it is stored, owned by a body and timed before the answer goes out.

    Raises UnknownKind, OutsideTheCity, InTheFuture, NothingSaid, TextTooLong, BadInput, NotAllowed. The same `by.key`
    returns the first matter again (`repeated`), or raises KeyReused when it was used for another report.
    """
    kind = house.kind_for(what.kind)
    check_form(what)
    moment = clock.now()
    person = people.seal(what.person, moment) if what.person and what.person != people.Particulars() else None
    matter = matter_of(what, kind, moment, person)
    access.check(by, "report", matter)
    c = Change(by, moment, matter)
    if person is not None:
        c.add(person)
    c.add(matter)
    c.facts["said"] = fingerprint("\n".join((matter.title, matter.narrative, matter.address)))
    said = digest("report", *(getattr(what, name) for name in Report.__slots__)) if by.key else ""
    return _keep_report(c, kind, said)


def _keep_report(c: Change, kind: registry.Kind, said: str) -> Change:
    for guard in guards(kind.code, "report"):
        guard(c)
    if said:
        c.facts["digest"] = said
    c.set(c.matter, due_at=running.start(c, kind.whole_for(c.matter.urgency)).due_at)
    first = c.write_down("report")
    tell(c, first.pk, "report")
    send_by_rule(c, kind)
    if c.matter.urgency == "emergency" and c.matter.channel != "police":
        transfer_to_police.run(c, SYSTEM, None, DANGER)
    if (bulk := journal.bulk_now()) is not None:
        bulk.changes[c.matter.pk] = c
        return c
    try:
        if connection.in_atomic_block:
            with transaction.atomic():
                c.save()
        else:
            c.save()
    except IntegrityError:
        if first.key is None or (earlier := journal.entry_under(first.key)) is None:
            raise
        journal.same_or_refuse(earlier, said)
        c = Change(c.actor, c.moment, Matter.objects.get(pk=earlier.matter_id))
        first, c.repeated = earlier, True
    c.entry = first
    return c


# ---- sorting ----------------------------------------------------------------------------------------------------


@verb("并件", states=(REPORTED, WORKING))
def merge(c: Change, into: Matter, reason: str = "") -> None:
    """Join a matter to the one that was reported first; its voice is counted there. Undone by `unmerge`."""
    if into.pk == c.matter.pk or into.state in (MERGED, REFUSED):
        raise BadInput(fields={"into": into.number})
    for order in c.orders:
        if order.state != WITHDRAWN:
            withdraw(c, order)
    running.stop(c, cancelled=True)
    c.say(reason=reason)
    c.set(c.matter, state=MERGED, of_id=into.pk, lead_id=None)


@verb("撤销并件", states=(MERGED,))
def unmerge(c: Change, reason: str = "") -> None:
    """Make a merged matter one of its own again; its clock counts from the first report."""
    c.say(reason=reason)
    kind = registry.kind(c.matter.kind)
    whole = running.start(c, kind.whole_for(c.matter.urgency), since=c.matter.reported_at)
    c.set(c.matter, state=REPORTED, of_id=None, due_at=whole.due_at)


@verb("改类", states=OPEN)
def reclassify(c: Change, kind: str, reason: str) -> None:
    """Give a matter another kind; the limit of the new kind counts from the first start, never anew."""
    new = registry.kind(kind)
    needed(ReasonNeeded, reason=reason)
    c.say(reason=reason)
    running.replace(c, new.whole_for(c.matter.urgency))
    c.set(c.matter, kind=new.code)


@verb("不予受理", states=(REPORTED, WORKING))
def refuse(c: Change, reason: str, route: str) -> None:
    """Refuse what the hotline does not take, saying why and which way is right. Source: guide 2.3 [LAW:WF 19]."""
    needed(ReasonNeeded, reason=reason, route=route)
    for order in c.orders:
        if order.state != WITHDRAWN:
            withdraw(c, order)
    running.stop(c, cancelled=True)
    c.say(reason=reason, route=route)
    c.set(c.matter, state=REFUSED, lead_id=None, closed_at=c.moment)


# ---- the order --------------------------------------------------------------------------------------------------


@verb("派单", states=(REPORTED, WORKING))
def dispatch(
    c: Change, lead: Body, helpers: Sequence[Asked] = (), task: str = "", designated: bool = False, reason: str = "",
    only: bool = False,
) -> None:  # fmt: skip
    """Order one body to lead and any others to help: the one-key command (R9), one number, a clock for each part.

    A lead that changes is withdrawn; with `only`, every body that is not named. `designated`: decided by a meeting;
    such a lead may not hand back (R8).
    """
    if any(body.valid_to is not None for body in (lead, *(body for body, _ in helpers))):
        raise UnknownBody
    asked = [(lead.pk, task), *((body.pk, part) for body, part in helpers)]
    for order in c.orders:
        gone = order.body_id not in dict(asked) if only and order.role != LEAD else order.body_id != lead.pk
        if order.state != WITHDRAWN and gone and (only or order.role == LEAD):
            withdraw(c, order)
    c.say(reason=reason)
    send(c, registry.kind(c.matter.kind), asked, designated=designated)


@verb("签收", states=OPEN, order=(SENT,))
def sign(c: Change) -> None:
    """The body takes the order."""
    c.set(_order(c), state=SIGNED, signed_at=c.moment)
    _take_in_hand(c)
    running.stop(c, "sign", order=c.order)


@verb("联系诉求人", states=OPEN, order=(SIGNED,))
def contact(c: Change, reached: bool = True, text: str = "") -> None:
    """The body has called the person; a try that reached nobody is noted and the clock runs on."""
    c.facts["reached"] = reached
    c.say(note=text)
    _take_in_hand(c)
    if reached:
        c.set(_order(c), contacted_at=c.moment)
        running.stop(c, "contact", order=c.order)


@verb("到场", states=OPEN, order=(SIGNED,))
def arrive(c: Change, lat: float | None = None, lon: float | None = None) -> None:
    """Somebody is on the spot. Only the distance to the place (metres) is kept, no position: no trails of staff."""
    if lat is not None and lon is not None and c.matter.lat is not None and c.matter.lon is not None:
        c.facts["metres"] = areas.metres(lat, lon, c.matter.lat, c.matter.lon)
    c.set(_order(c), arrived_at=c.moment)
    _take_in_hand(c)
    running.stop(c, "arrive", order=c.order)


@verb("记录")
def note(c: Change, text: str, about: str = "", facts: Mapping[str, str] | None = None) -> None:
    """Write something down; a programme or channel names its own step in `about` (mediation.met).

    `facts` are short and say nothing of persons (codes, moments, figures): they stay in the journal for good.
    """
    needed(NothingSaid, text=text)
    if len(text) > NARRATIVE_LENGTH or any(len(each) > FACT_LENGTH for each in (facts or {}).values()):
        raise TextTooLong
    c.facts |= facts or {}
    if about:
        c.facts["about"] = about
    c.say(note=text)


@verb("会商", states=OPEN)
def consult(
    c: Change, topic: str, decision: str, participants: Sequence[Body] = (), options: str = "",
    posts: Sequence[Post] = (), lead: Body | None = None, task: str = "", due: date | None = None,
) -> None:  # fmt: skip
    """Record a consultation: who took part (bodies, and persons by their posts), what was weighed, what was decided.

    `lead`, `task` and `due` (a day) are the work it agreed on; dispatching it is another step (R8: `designated`).
    """
    needed(NothingSaid, topic=topic, decision=decision)
    c.facts["participants"] = [body.pk for body in participants]
    more = {"posts": [post.pk for post in posts], "lead": lead.pk if lead else None, "due": due and due.isoformat()}
    c.facts |= {name: value for name, value in more.items() if value}
    c.say(topic=topic, options=options, decision=decision, task=task)


@verb("申请退件", states=(WORKING,), order=(SENT, SIGNED))
def hand_back(c: Change, reason: str, basis: str, proposed: Body, public: str = "") -> None:
    """Ask to be relieved of an order, with the basis and the body that should have it; the arbiter decides.

    Once for each body, within the limit `return.ask`, never after designation; `public` is what the person is told.
    Source: guide 2.6, [LAW:WF 22] R8.
    """
    order = _order(c)
    needed(BasisNeeded, reason=reason, basis=basis)
    if proposed.pk == order.body_id:
        raise BasisNeeded(fields={"proposed": proposed.name})
    if order.designated:
        raise Designated
    if sum(o.hand_backs for o in c.orders if o.body_id == order.body_id) >= 1:
        raise LimitReached("每个单位对同一事项可申请退件一次")
    if c.moment > clock.due(order.sent_at, registry.rule("return.ask", order.sent_at).limit):
        raise TooLate
    c.say(reason=reason, basis=basis, public=public)
    running.start(c, "return.decide", order)
    c.set(order, state=RETURNING, hand_backs=order.hand_backs + 1, proposed_id=proposed.pk)


@verb("裁定退件", states=(WORKING,), order=(RETURNING,))
def decide_hand_back(c: Change, accept: bool, reason: str, body: Body | None = None, designated: bool = False) -> None:
    """Decide a hand-back: the order goes to another body, or stays, and then may not be handed back again."""
    order = _order(c)
    needed(ReasonNeeded, reason=reason)
    c.facts["accepted"] = accept
    c.say(reason=reason)
    running.stop(c, "return.decide", order=order)
    if not accept:
        c.set(order, state=SIGNED if order.signed_at else SENT, designated=True)
        return
    if body is None:
        raise UnknownBody
    withdraw(c, order)
    if order.role == LEAD:
        send(c, registry.kind(c.matter.kind), [(body.pk, order.task)], designated=designated)
    else:
        lead = next(o for o in c.orders if o.role == LEAD and o.state != WITHDRAWN)
        send(c, registry.kind(c.matter.kind), [(lead.body_id, lead.task), (body.pk, order.task)], designated=False)


@verb("申请延期", states=(WORKING,), order=(SIGNED,))
def ask_more_time(c: Change, amount: int, reason: str) -> None:
    """The lead asks for so many more units of the whole limit: before it ends, once, at most as many again.

    A matter gets more time once, whoever leads it by then.

    Source: guide 10 (extension) [BK].
    """
    order, whole = _order(c), running.whole(c)
    needed(ReasonNeeded, reason=reason)
    if order.role != LEAD or whole is None:
        raise NotNow
    if order.more_asked or order.more_granted or any(each.more_granted > 0 for each in c.orders):
        raise LimitReached
    if c.moment > running.due(c, whole):
        raise TooLate
    if not 0 < amount <= whole.amount:
        raise BadInput(fields={"amount": f"1-{whole.amount}"})
    c.say(reason=reason)
    c.set(order, more_asked=amount)


@verb("审批延期", states=(WORKING,), order=(SIGNED,))
def decide_more_time(c: Change, grant: bool, reason: str) -> None:
    """Grant or refuse more time; the new due moment is computed from the first start."""
    order, whole = _order(c), running.whole(c)
    needed(ReasonNeeded, reason=reason)
    if not order.more_asked or order.more_granted or whole is None:
        raise NotNow
    c.facts["granted"] = grant
    c.say(reason=reason)
    if grant:
        running.extend(c, whole, order.more_asked)
    c.set(order, more_granted=order.more_asked if grant else -1)


@verb("挂起", states=(WORKING,))
def suspend(c: Change, reason: str, until: datetime) -> None:
    """Let the handling clocks stand still for a reason, until a moment at the latest; the rule sets the maximum."""
    needed(ReasonNeeded, reason=reason)
    if until <= c.moment:
        raise BadInput(fields={"until": "须晚于现在"})
    c.say(reason=reason)
    running.pause(c, until)


@verb("恢复", states=(WORKING,))
def resume(c: Change, reason: str = "") -> None:
    """Let the clocks run on."""
    c.say(reason=reason)
    if not running.resume(c):
        raise NotNow


# ---- the result -------------------------------------------------------------------------------------------------


@verb("办结反馈", states=(WORKING,), order=(SIGNED,))
def finish(c: Change, result: str, proof: Sequence[str] = ()) -> None:
    """A body reports its part done, with the result and proof (hashes of files, as the kind's guard demands).

    The lead comes last: it may finish only when every helper has.
    """
    order = _order(c)
    needed(NothingSaid, result=result)
    if order.role == LEAD and any(o.role == HELPER and o.state in ACTIVE for o in c.orders):
        raise HelpersAtWork
    c.facts["proof"] = list(proof)
    c.say(result=result)
    running.stop(c, "feedback", order=order)
    running.stop(c, order=order, cancelled=True)  # a contact or visit that never was is not "in time"
    c.set(order, state=DONE, finished_at=c.moment)
    if order.role == LEAD:
        c.set(c.matter, state=FINISHED)


@verb("答复", states=(FINISHED,))
def reply(c: Change, text: str, public: str = "") -> None:
    """Answer the person; `public` is the version without anything personal. The call-back clock starts."""
    needed(NothingSaid, text=text)
    c.say(reply=text, public=public)
    running.start(c, "callback")
    c.set(c.matter, state=REPLIED)


@verb("回访", states=(REPLIED,))
def call_back(
    c: Change, reached: bool, solved: bool | None = None, satisfied: str = "", comment: str = "", unfinished: str = ""
) -> None:
    """Ask the person: solved? satisfied? Nobody reached counts as a try. Done by another than the handler."""
    if satisfied and satisfied not in SATISFACTION:
        raise BadInput(fields={"satisfied": "、".join(SATISFACTION.values())})
    if reached and solved is None:
        raise BadInput(fields={"solved": "必填"})
    c.facts["reached"] = reached
    c.say(comment=comment, unfinished=unfinished)
    c.set(c.matter, tries=c.matter.tries + 1)
    if reached:
        c.set(c.matter, solved=solved, satisfied=satisfied)
        running.stop(c, "callback")


@verb("重办", states=(REPLIED, CLOSED))
def reopen(c: Change, reason: str, recurred: bool = False) -> None:
    """Take the matter up again: the lead has it back, with a limit of its own. Twice at most, except on recurrence."""
    needed(ReasonNeeded, reason=reason)
    if c.matter.reopened >= REOPENS and not recurred:
        raise LimitReached
    c.say(reason=reason)
    c.facts["recurred"] = recurred
    running.stop(c, cancelled=c.matter.state == REPLIED)
    lead = next(o for o in c.orders if o.role == LEAD and o.state != WITHDRAWN)
    c.set(lead, state=SIGNED, finished_at=None)
    whole = running.start(c, "handle.again")
    c.set(
        c.matter,
        state=WORKING,
        reopened=c.matter.reopened + 1,
        solved=None,
        satisfied="",
        tries=0,
        closed_at=None,
        due_at=whole.due_at,
    )


@verb("办结归档", states=(REPLIED,))
def close(c: Change, explained: str = "") -> None:
    """Close: the person was asked and says it is solved, or could not be reached in three tries, or was given a
    lawful reason why not (`explained`). Looks after 1, 3 and 6 months are planned, at each closing anew."""
    m = c.matter
    if m.solved is None and m.tries < CALL_BACK_TRIES and m.person_id is not None:
        raise PersonNotAsked
    if m.solved is False and not explained.strip():
        raise ReasonNeeded(fields={"explained": "诉求人表示未解决：请重办，或写明依法不能解决的理由"})
    c.say(explained=explained)
    running.stop(c)
    c.set(m, state=CLOSED, closed_at=c.moment)
    today = clock.local_day(c.moment)
    for months in TRACKING_MONTHS:
        due = months_after(today, months)
        if (waiting := next((k for k in c.checks if k.months == months and k.done_at is None), None)) is not None:
            c.set(waiting, due_on=due)
        else:
            c.add(make(Check, id=new_id(), matter_id=m.pk, months=months, due_on=due))


# ---- afterwards and alongside -----------------------------------------------------------------------------------


@verb("长效跟踪", states=(CLOSED,))
def track(c: Change, months: int, recurred: bool, text: str = "") -> None:
    """Look again after 1, 3 or 6 months; when it has come back the matter is taken up again at once."""
    check = next((k for k in c.checks if k.months == months and k.done_at is None), None)
    if check is None:
        raise NotNow
    c.facts["months"], c.facts["recurred"] = months, recurred
    c.say(note=text)
    c.set(check, done_at=c.moment, recurred=recurred)
    if recurred:
        c.then = lambda: reopen.run(c, SYSTEM, None, text or "跟踪发现问题再次出现", recurred=True)


@verb("督办", states=OPEN)
def supervise(c: Change, colour: str, reason: str) -> None:
    """Put a yellow or red card on a matter, or take it off. It marks the matter, never a person."""
    if colour not in COLOURS:
        raise BadInput(fields={"colour": colour})
    needed(ReasonNeeded, reason=reason)
    c.say(reason=reason)
    c.set(c.matter, colour=colour)


@verb("提级", states=OPEN)
def escalate(c: Change, reason: str) -> None:
    """Lift a matter one level: village, town, county, city."""
    needed(ReasonNeeded, reason=reason)
    levels = list(LEVELS)
    if c.matter.level == levels[-1]:
        raise LimitReached
    c.say(reason=reason)
    c.set(c.matter, level=levels[levels.index(c.matter.level) + 1])


@verb("推送110")
def transfer_to_police(c: Change, reason: str) -> None:
    """Call 110 in, beside the civil handling, which goes on (R4, R6)."""
    needed(ReasonNeeded, reason=reason)
    if c.matter.police in ("sent", "accepted"):
        raise NotNow
    c.say(reason=reason)
    c.set(c.matter, police="sent")


@verb("110反馈")
def take_back_from_police(c: Change, outcome: str, text: str = "") -> None:
    """What 110 answers: accepted, returned as not for the police, or done. The civil handling goes on (R7)."""
    if outcome not in ("accepted", "returned", "done") or not c.matter.police:
        raise BadInput(fields={"outcome": outcome})
    c.say(note=text)
    c.set(c.matter, police=outcome)


@verb("更正")
def correct(
    c: Change,
    reason: str,
    title: str | None = None,
    narrative: str | None = None,
    address: str | None = None,
    nature: str | None = None,
    urgency: str | None = None,
    lat: float | None = None,
    lon: float | None = None,
) -> None:
    """Correct what was taken down wrong, with a reason; what stood there before stays with the entry.

    Another urgency brings its own limit, from the first start; an emergency is told to 110 at once (R4).
    """
    needed(ReasonNeeded, reason=reason)
    m = c.matter
    values = corrected(
        m, title=title, narrative=narrative, address=address, nature=nature, urgency=urgency, lat=lat, lon=lon
    )
    c.facts["corrected"] = sorted(values)
    c.say(
        reason=reason,
        before="\n".join(
            str(getattr(m, name)) for name in ("title", "narrative", "address", "lat", "lon") if name in values
        ),
    )
    kind, before = registry.kind(m.kind), m.urgency
    c.set(m, **values)
    if m.is_open and kind.whole_for(before) != kind.whole_for(m.urgency):
        running.replace(c, kind.whole_for(m.urgency))
    if m.is_open and m.urgency == "emergency" != before and not m.police:
        c.then = lambda: transfer_to_police.run(c, SYSTEM, None, DANGER)


@verb("删除文字")
def erase_words(c: Change, reason: str) -> None:
    """Erase what was told and written about a matter, for good: its words, and those of every entry until now.

    That it was done, when, from which post and why stays; the entries keep their fingerprints, so the journal stays
    whole. Source: Personal Information Protection Law art. 47.
    """
    needed(ReasonNeeded, reason=reason)
    journal.erase_words(c.matter.pk, c.moment)
    c.set(c.matter, title=ERASED, narrative="", address="")
    c.say(reason=reason)


@verb("附议", states=OPEN)
def add_voice(c: Change, text: str = "") -> None:
    """Somebody else has the same trouble: their voice is counted, no second matter is made."""
    c.say(note=text)
    c.set(c.matter, voices=c.matter.voices + 1)


@verb("时限提醒")
def warn(c: Change) -> None:
    """The clock rings: 50, 80 or 100 % of a limit has run, or a pause has reached its end. Done by the house.

    NotNow when nothing rings after all.
    """
    if resumed := running.resume(c, ended=True):
        c.facts["resumed"] = resumed
    heard = []
    for each in running.of(c):
        if each.rings_at is not None and each.rings_at <= c.moment and (percent := running.ring(c, each)):
            heard.append([each.pk, each.code, percent])
    if not c.altered:
        raise NotNow(verb="warn")  # another worker was here first; nothing to write down
    c.facts["rung"] = heard


def _take_in_hand(c: Change) -> None:
    """The order is on the desk of whoever of its body did something about it last."""
    if c.actor.post is not None and c.actor.body == _order(c).body_id:
        c.set(_order(c), post_id=c.actor.post)


def _order(c: Change) -> Order:
    assert c.order is not None
    return c.order
