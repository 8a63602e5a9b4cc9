"""The rules between the two numbers, 12345 and 110: whose call it is, and what is written down about the call.

R1-R5 decide on a call, R6 calls 110 in, R7 asks for joint mediation, R8 settles who is in charge. R9, the one-key
command, is the verb `flow.dispatch` itself. The decision is a pure function; what follows from it are kernel verbs.
Source: national opinion on linking 110 and 12345 as reported, guide 2.3-2.4 [S36][S38]; R8 [LAW:WF art. 22].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from django.db import transaction
from msgspec import Meta, Struct

from anxin.kernel import areas, bodies, flow, journal
from anxin.kernel.bodies import SYSTEM, Actor, Body
from anxin.kernel.errors import BadInput, UnknownBody
from anxin.kernel.form import not_in_the_future
from anxin.kernel.journal import Change
from anxin.kernel.matters import Matter
from anxin.kernel.orders import WITHDRAWN

Side = Literal["hotline", "police"]
SIDES: dict[Side, str] = {"hotline": "12345", "police": "110"}
OTHER: dict[Side, Side] = {"hotline": "police", "police": "hotline"}

WAYS = {
    "own": "本平台受理",
    "at_once": "立即派警",
    "push": "系统推送",
    "warm_transfer": "一键转接",
    "three_way": "三方通话",
    "first_accepts": "首接受理",
}
DANGERS = {"violence": "发生暴力", "loss_of_control": "现场失控", "crime": "涉嫌违法犯罪", "life": "危及生命财产安全"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is known when the platform that answered asks whose call it is.

    `owner`: whose it clearly is, None when that is unclear or both. `written`: it was accepted or handled already, or
    came by internet, so that nobody is on the line. `conferred`: the three-way call was held; `agreed`: on whom.
    """

    answered_by: Side
    owner: Side | None = None
    danger: bool = False
    written: bool = False
    conferred: bool = False
    agreed: Side | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do with the call: the rule, the way, and which side accepts (None: not yet decided)."""

    rule: str
    way: str
    accepts: Side | None


def whose(asked: Question) -> Decision:
    """Decide on a call by R1-R5. Danger comes before any debate and stops no civil handling."""
    if asked.danger:
        return Decision(rule="R4", way="at_once", accepts="police")
    if asked.owner == asked.answered_by:
        return Decision(rule="", way="own", accepts=asked.owner)
    if asked.owner is not None:
        if asked.written:
            return Decision(rule="R5", way="push", accepts=asked.owner)
        return Decision(rule="R1", way="warm_transfer", accepts=asked.owner)
    if asked.written or asked.conferred:
        if asked.agreed is not None:
            return Decision(rule="R2", way="three_way", accepts=asked.agreed)
        return Decision(rule="R3", way="first_accepts", accepts=asked.answered_by)
    return Decision(rule="R2", way="three_way", accepts=None)


class Call(Struct, kw_only=True, forbid_unknown_fields=True):
    """A call between the platforms, as either of them reports it: who answered, what was decided, when. No sound."""

    way: Literal["warm_transfer", "three_way", "first_accepts"]
    answered_by: Side
    accepted_by: Side
    began_at: Annotated[datetime, Meta(tz=True)]
    seconds: Annotated[int, Meta(ge=0, le=24 * 3600)] = 0
    said: Annotated[str, Meta(max_length=1000)] = ""


RULE_OF = {"warm_transfer": "R1", "three_way": "R2", "first_accepts": "R3"}


def check_call(call: Call) -> None:
    """Raise BadInput for a call that the rules do not know: a transfer to oneself, or R3 with another accepting."""
    not_in_the_future(began_at=call.began_at)
    stays = call.accepted_by == call.answered_by
    if (call.way == "warm_transfer" and stays) or (call.way == "first_accepts" and not stays):
        sides = f"{SIDES[call.answered_by]} → {SIDES[call.accepted_by]}"
        raise BadInput(fields={"accepted_by": f"{WAYS[call.way]}：{sides}"})


def write_down(matter: Matter, by: Actor, call: Call) -> Change:
    """Keep a call with the matter it was about, as a structured entry. Raises BadInput (see `check_call`)."""
    check_call(call)
    told = f"{WAYS[call.way]}：{SIDES[call.answered_by]}接听，{SIDES[call.accepted_by]}受理。{call.said}"
    return flow.note(
        matter, by, told, about=f"call.{call.way}",
        facts={
            "rule": RULE_OF[call.way], "answered_by": call.answered_by, "accepted_by": call.accepted_by,
            "began_at": call.began_at.isoformat(), "seconds": str(call.seconds),
        },
    )  # fmt: skip


def call_police_in(matter: Matter, by: Actor, danger: str, said: str = "") -> Change:
    """R6: a unit at work meets violence, loss of control or crime and calls 110 in; the civil handling goes on."""
    if danger not in DANGERS:
        raise BadInput(fields={"danger": "、".join(DANGERS.values())})
    return flow.transfer_to_police(matter, by, f"{DANGERS[danger]}（R6）。{said}".strip())


def ask_for_joint_mediation(matter: Matter, key: str) -> None:
    """R7: the police were there first; the town leads the mediation and the police station of the place helps.

    Adds the police station to the command if it is not in it. Raises UnknownBody where nobody leads or no station is
    known, so that a person decides. The same `key` does it once.
    """
    if journal.entry_under(key) is not None:
        return
    directory = bodies.directory()
    place = areas.Place(matter.grid_id, matter.village_id, matter.town_id, matter.county_id)
    station, lead = directory.find("police", place), matter.lead_id or directory.find("town_command", place)
    if station is None or lead is None:
        raise UnknownBody("联合调处")
    standing = [order for order in matter.orders.exclude(state=WITHDRAWN).order_by("pk") if order.body_id != lead]
    helpers = [(directory.by_id[order.body_id], order.task) for order in standing]
    if station not in {order.body_id for order in standing}:
        helpers.append((directory.by_id[station], "维护现场秩序、联合调处"))
    reason = "公安先期处置，镇街与派出所联合调处（R7）"
    flow.dispatch(matter, SYSTEM.under(key), directory.by_id[lead], helpers, reason=reason)


def settle_ownership(
    matter: Matter, by: Actor, lead: Body, present: Sequence[Body], decision: str, helpers: Sequence[Body] = ()
) -> Change:
    """R8: a joint meeting, or whoever may designate, says who is in charge; that body may not hand back.

    Without anybody present it is a designation. Raises NothingSaid without a decision.
    """
    topic = "权属争议联席会议（R8）" if present else "指定承办（R8）"
    with transaction.atomic():
        flow.consult(matter, by, topic, decision, present)
        return flow.dispatch(matter, by, lead, [(body, "") for body in helpers], designated=True, reason=decision)
