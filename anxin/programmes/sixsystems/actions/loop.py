"""The closed loop: an event is taken in with its grade; what is settled on the spot is written down in one go."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from anxin.kernel import bodies, flow
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import NothingSaid
from anxin.kernel.matters import Matter, Report
from anxin.kernel.orders import SENT
from anxin.programmes.sixsystems.kinds import FIRST_GRADE
from anxin.programmes.sixsystems.rules import GRADED, SELF, UnknownGrade


@transaction.atomic
def take(what: Report, grade: str, by: Actor, result: str = "", proof: Sequence[str] = ()) -> Matter:
    """Report an event with the grade its reporter suggests (empty: that of its class).

    Grade I: the grid has settled it already; with the result it goes its whole way at once, only logged. Raises
    UnknownGrade where the reporter is not of a grid, NothingSaid without a result.
    """
    if grade == SELF:
        if by.area_level != "grid" or what.urgency == "emergency" or what.person is not None:
            raise UnknownGrade
        if not result.strip():
            raise NothingSaid(fields={"result": what.kind})
    change = flow.report(what, by)
    matter, alone = change.matter, by.under(None)
    if change.repeated:
        return matter
    if grade and grade != FIRST_GRADE.get(matter.kind) and what.urgency != "emergency":
        flow.note(matter, alone, f"建议分级 {grade}", about=GRADED, facts={"grade": grade})
    if grade == SELF:
        if matter.lead_id != by.body:
            own = bodies.directory().by_id[by.body or 0]
            change = flow.dispatch(matter, by.let(), own, reason="网格自办，按上报登记")
        lead = next(each for each in change.orders if each.body_id == by.body and each.state == SENT)
        flow.sign(lead, alone)
        flow.finish(lead, alone, result, proof)
        flow.reply(matter, alone, result)
        flow.close(matter, by.let())
    matter.refresh_from_db()
    return matter
