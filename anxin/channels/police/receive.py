"""What 110 sends: calls that are not for the police (R5), answers to calls for help, requests for joint mediation (R7).

One door for all messages, since only body and id are signed, not the address; and one for questions. A call has the
number 110 gave it, and is one matter however often it is sent.
"""

from __future__ import annotations

from typing import Literal

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from msgspec import Struct

from anxin.channels import message, transfer
from anxin.channels.message import Long, Moment, Number, Story
from anxin.channels.transfer import Call
from anxin.kernel import flow
from anxin.kernel.bodies import Actor
from anxin.kernel.journal import Change

CODE = "police"
BY = Actor(role="channel", channel=CODE)


class NewCall(Story, kw_only=True):
    """A call 110 passes on. `done_so_far`: what the patrol has done on the spot; `call`: if it came by telephone."""

    done_so_far: Long = ""
    call: Call | None = None


class Answer(Struct, kw_only=True, forbid_unknown_fields=True):
    """What 110 says to a call for help: accepted, returned as not for the police (why), or done."""

    matter: Number
    outcome: Literal["accepted", "returned", "done"]
    text: Long = ""


class Recorded(Struct, kw_only=True, forbid_unknown_fields=True):
    """A call between the platforms about a call 110 has passed on."""

    number: Number
    call: Call


class _Message(Struct, kw_only=True, tag_field="type"):
    timestamp: Moment | None = None


class CallPushed(_Message, tag="call.pushed"):
    """R5: a call that is not for the police."""

    data: NewCall


class MediationAsked(_Message, tag="mediation.asked"):
    """R7: a quarrel that might become violent; the police were there first and ask for joint mediation."""

    data: NewCall


class PoliceAnswered(_Message, tag="police.answered"):
    """The answer to a call for help."""

    data: Answer


class CallRecorded(_Message, tag="call.recorded"):
    """A warm transfer, a three-way call or a first acceptance."""

    data: Recorded


Message = CallPushed | MediationAsked | PoliceAnswered | CallRecorded


@csrf_exempt
@require_POST
def calls(request: HttpRequest) -> HttpResponse:
    """Take one message; the answer comes when it is stored. The same again is answered the same and does nothing."""
    key, said = message.read(request, CODE, Message)
    if isinstance(said, PoliceAnswered):
        by = message.under(BY, CODE, key)
        done = flow.take_back_from_police(
            message.matter_here(said.data.matter), by, said.data.outcome, said.data.text
        )  # fmt: skip
    elif isinstance(said, CallRecorded):
        matter = message.matter_of(CODE, said.data.number)
        done = transfer.write_down(matter, message.under(BY, CODE, key), said.data.call)
    else:
        done = _take_call(said.data)
        if isinstance(said, MediationAsked):
            transfer.ask_for_joint_mediation(done.matter, f"{CODE}:call:{said.data.number}:mediation")
        return message.answer(key, done.matter, repeated=done.repeated, created=True)
    return message.answer(key, done.matter, repeated=done.repeated)


@require_GET
def call(request: HttpRequest, number: str) -> HttpResponse:
    """How far the call with 110's number is; the question is signed with the id "state:<number>/..."."""
    message.asked(request, CODE, number)
    return message.answer(request.headers["webhook-id"], message.matter_of(CODE, number))


def _take_call(told: NewCall) -> Change:
    if told.call is not None:
        transfer.check_call(told.call)
    own = f"call:{told.number}"
    done = message.take(told, CODE, message.under(BY, CODE, own))
    if told.done_so_far.strip():
        by = message.under(BY, CODE, f"{own}:first")
        flow.note(done.matter, by, told.done_so_far, about="police.first")
    if told.call is not None:
        transfer.write_down(done.matter, message.under(BY, CODE, f"{own}:call"), told.call)
    return done


urlpatterns = [path("calls", calls), path("calls/<str:number>", call)]
