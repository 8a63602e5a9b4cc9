"""Whole lives: what happened to a matter after its report, told again with the same verbs at those moments.

A source seldom tells everything. A step it does not tell, but which must have happened because a later one did, is
written down at the next moment that is known, marked `assumed`, and its clock is cancelled: nobody is praised or blamed
for what is not known. Whoever did it is not known either: the actor is the house (channel `load`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from anxin.kernel import areas, bodies, clock, flow, running
from anxin.kernel.bodies import Actor, Body
from anxin.kernel.clock import Travel
from anxin.kernel.errors import InTheFuture, UnknownBody
from anxin.kernel.form import TOLERANCE
from anxin.kernel.journal import Change
from anxin.kernel.matters import OPEN, Report
from anxin.kernel.orders import FINISHED, HELPER, LEAD, SENT, WITHDRAWN, Order
from anxin.loading.wrong import WrongOrder

LOADER = Actor(role="system", channel="load")
"""Who acts when history is loaded."""
MOMENTS = (
    "dispatched_at",
    "signed_at",
    "contacted_at",
    "arrived_at",
    "finished_at",
    "replied_at",
    "called_back_at",
    "closed_at",
)
"""The moments of a life after the report, in their order."""
SEE_REPLY = "来源未载办理结果，见答复"
NO_RESULT, NO_REPLY, NO_HELP = "来源未载办理结果", "来源未载答复全文", "来源未载协办情况"
NO_BODY, NO_CALL, NO_REASON = "来源未载承办单位，记在热线名下", "来源以答复为办结，未载回访", "来源未载不能解决的依据"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a source tells of a life after the report; what it does not tell is None or empty."""

    dispatched_at: datetime | None = None
    signed_at: datetime | None = None
    contacted_at: datetime | None = None
    arrived_at: datetime | None = None
    finished_at: datetime | None = None
    replied_at: datetime | None = None
    called_back_at: datetime | None = None
    closed_at: datetime | None = None
    body: Body | None = None
    result: str = ""
    reply: str = ""
    reached: bool | None = None
    solved: bool | None = None
    satisfied: str = ""
    comment: str = ""
    explained: str = ""

    def known(self) -> list[tuple[str, datetime]]:
        """The told moments, in the order of the steps."""
        return [(name, moment) for name in MOMENTS if (moment := getattr(self, name)) is not None]


class Telling:
    """One life being told: the change, what is told of it, and the clock that travels along."""

    def __init__(self, change: Change, told: Told, time: Travel) -> None:
        self.change, self.told, self.time, self.matter = change, told, time, change.matter
        self.known = told.known()

    def reaches(self, step: str) -> bool:
        """Whether a step, or one after it, is told."""
        return any(MOMENTS.index(name) >= MOMENTS.index(step) for name, _ in self.known)

    def go(self, step: str, *clocks: str, order: Order | None = None) -> bool:
        """Travel to the moment of a step, else to the next one that is told; answers whether it is told itself.

        The clocks of a step that is not told are cancelled with the entry that is written next.
        """
        moment = next(at for name, at in self.known if MOMENTS.index(name) >= MOMENTS.index(step))
        self.time.advance(moment - self.time.moment)
        told = getattr(self.told, step) is not None
        if not told:
            self.assume(*clocks, order=order)
        return told

    def assume(self, *clocks: str, order: Order | None = None) -> None:
        """Mark what is written down next as assumed."""
        self.change.moment = self.time.moment
        self.change.facts["assumed"] = True
        if clocks:
            running.stop(self.change, *clocks, order=order, cancelled=True)

    def lead(self) -> Order | None:
        """The standing order of the lead."""
        return next((o for o in self.change.orders if o.role == LEAD and o.state != WITHDRAWN), None)

    def tell(self, *, leave_open: bool) -> None:
        """Tell the life as far as it is told. `leave_open`: an answered matter still waits for its call-back."""
        if not self.known:
            return
        lead = self.sent()
        if self.reaches("signed_at"):
            self.go("signed_at", "sign", order=lead)
            flow.sign(lead, LOADER)
        if self.told.contacted_at:
            self.go("contacted_at")
            flow.contact(lead, LOADER)
        if self.told.arrived_at:
            self.go("arrived_at")
            flow.arrive(lead, LOADER)
        if self.reaches("finished_at"):
            self.finished(lead)
        if self.reaches("replied_at"):
            self.go("replied_at")
            flow.reply(self.matter, LOADER, self.told.reply or self.told.result or NO_REPLY)
            self.ended(leave_open)

    def sent(self) -> Order:
        """The lead's order: as the rule sent it, else by hand to the body that is told, else to the hotline."""
        lead, body = self.lead(), self.told.body
        if lead is None or (body is not None and lead.body_id != body.pk):
            if body is None:
                nowhere = areas.Place(None, None, None, None)
                found = bodies.directory().find("hotline", nowhere)
                if found is None:
                    raise UnknownBody(fields={"body": "hotline"})
                hotline = bodies.directory().by_id[found]
            self.go("dispatched_at")
            flow.dispatch(self.matter, LOADER, body or hotline, reason="" if body else NO_BODY)
            lead = self.lead()
            assert lead is not None
        return lead

    def finished(self, lead: Order) -> None:
        """The helpers' parts, of which sources say nothing, then the lead's."""
        self.go("finished_at")
        for helper in [o for o in self.change.orders if o.role == HELPER and o.state not in (FINISHED, WITHDRAWN)]:
            self.assume("sign", "feedback", order=helper)
            if helper.state == SENT:
                flow.sign(helper, LOADER)
                self.assume()
            flow.finish(helper, LOADER, NO_HELP)
        untold = [
            code
            for code, step in (("contact", "contacted_at"), ("arrive", "arrived_at"), ("feedback", "finished_at"))
            if getattr(self.told, step) is None
        ]
        self.go("finished_at")
        self.change.moment = self.time.moment
        if untold:
            running.stop(self.change, *untold, order=lead, cancelled=True)
        flow.finish(lead, LOADER, self.told.result or (SEE_REPLY if self.told.reply else NO_RESULT))

    def ended(self, leave_open: bool) -> None:
        """The call-back and the closing."""
        told, asked = self.told, False
        if told.called_back_at or told.solved is not None or told.satisfied:
            at = told.called_back_at or told.closed_at or told.replied_at
            if at is not None and at > self.time.moment:
                self.time.advance(at - self.time.moment)
            if told.called_back_at is None:
                self.assume("callback")
            solved = told.solved if told.solved is not None else told.satisfied != "dissatisfied"
            asked = told.reached is not False
            flow.call_back(
                self.matter, LOADER, reached=asked, solved=solved if asked else None,
                satisfied=told.satisfied if asked else "", comment=told.comment,
            )  # fmt: skip
        if told.closed_at is None and (leave_open or told.called_back_at):
            return
        if self.matter.person_id is not None and self.matter.solved is None:
            return  # somebody must still be asked
        if told.closed_at is not None:
            self.go("closed_at")
        else:
            self.assume("callback")
        if not asked:
            self.change.moment = self.time.moment
            running.stop(self.change, "callback", cancelled=True)
        missing = told.explained or NO_REASON if self.matter.solved is False else "" if asked else NO_CALL
        flow.close(self.matter, LOADER, explained=missing)


def tell(
    report: Report, reported_at: datetime, told: Told, by: Actor, now: datetime, *, leave_open: bool = False
) -> Change:
    """Report a matter at its moment and tell the rest of its life; to be called inside `journal.bulk`.

    Raises WrongOrder, InTheFuture, and what the verbs raise.
    """
    before = "reported_at", reported_at
    for name, moment in told.known():
        if moment < before[1]:
            raise WrongOrder(f"{name} 早于 {before[0]}", fields={name: str(moment), before[0]: str(before[1])})
        before = name, moment
    if before[1] > now + TOLERANCE:
        raise InTheFuture(fields={before[0]: str(before[1])})
    with clock.at(reported_at) as time:
        change = flow.report(report, by)
        if not change.repeated:
            Telling(change, told, time).tell(leave_open=leave_open)
    settle(change, now)
    return change


def settle(change: Change, moment: datetime) -> None:
    """Note in one entry which warnings an open matter's clocks have given by a moment: history does not ring."""
    due = any(c.stopped_at is None and c.rings_at is not None and c.rings_at <= moment for c in change.clocks)
    if due and change.matter.state in OPEN:
        with clock.at(moment):
            flow.warn(change.matter, LOADER)
