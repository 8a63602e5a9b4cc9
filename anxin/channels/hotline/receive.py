"""What the hotline sends: new work orders, corrections, urging, call-backs, re-opening, closing, calls, danger.

One door for all messages, since only body and id are signed, not the address; and one for questions. The number the
hotline gives an order makes it one matter, however often it is sent. Whoever of its staff acts is named by post.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from msgspec import UNSET, Struct, UnsetType

from anxin.channels import message, transfer
from anxin.channels.message import Long, Moment, Number, Short, Story
from anxin.channels.transfer import Call
from anxin.kernel import areas, bodies, flow
from anxin.kernel.bodies import Actor
from anxin.kernel.matters import Matter

CODE = "hotline"


class NewOrder(Story, kw_only=True):
    """A work order of the hotline; `post`: whose it is; `call`: how the call came over, if it came from 110."""

    post: Short = ""
    call: Call | None = None


class Correction(Struct, kw_only=True, forbid_unknown_fields=True):
    """What was taken down wrong; fields that are left out stay as they are."""

    number: Number
    reason: Short
    post: Short = ""
    title: Short | UnsetType = UNSET
    narrative: Long | UnsetType = UNSET
    address: Short | UnsetType = UNSET
    nature: Short | UnsetType = UNSET
    urgency: Short | UnsetType = UNSET
    lat: float | UnsetType = UNSET
    lon: float | UnsetType = UNSET


class Words(Struct, kw_only=True, forbid_unknown_fields=True):
    """Something said about an order: urging it, re-opening it (why), closing it (the lawful reason why not solved)."""

    number: Number
    text: Long = ""
    post: Short = ""


class CalledBack(Struct, kw_only=True, forbid_unknown_fields=True):
    """What the person said when the hotline called back."""

    number: Number
    reached: bool
    solved: bool | None = None
    satisfied: Literal["", "satisfied", "fairly", "dissatisfied"] = ""
    comment: Long = ""
    unfinished: Long = ""
    post: Short = ""


class Recorded(Struct, kw_only=True, forbid_unknown_fields=True):
    """A call between the platforms about an order."""

    number: Number
    call: Call
    post: Short = ""


class Danger(Struct, kw_only=True, forbid_unknown_fields=True):
    """A unit of the hotline's side meets danger and wants 110 called in."""

    number: Number
    danger: Short
    text: Long = ""
    post: Short = ""


class _Message(Struct, kw_only=True, tag_field="type"):
    timestamp: Moment | None = None


class OrderCreated(_Message, tag="order.created"):
    """A new work order."""

    data: NewOrder


class OrderCorrected(_Message, tag="order.corrected"):
    """A correction."""

    data: Correction


class OrderUrged(_Message, tag="order.urged"):
    """The caller asks what has become of it."""

    data: Words


class OrderCalledBack(_Message, tag="order.called_back"):
    """The call-back desk has called the person."""

    data: CalledBack


class OrderReopened(_Message, tag="order.reopened"):
    """The call-back desk wants it taken up again."""

    data: Words


class OrderClosed(_Message, tag="order.closed"):
    """The call-back desk closes it."""

    data: Words


class CallRecorded(_Message, tag="call.recorded"):
    """A warm transfer, a three-way call or a first acceptance."""

    data: Recorded


class OrderDanger(_Message, tag="order.danger"):
    """Danger at an order."""

    data: Danger


Message = (
    OrderCreated
    | OrderCorrected
    | OrderUrged
    | OrderCalledBack
    | OrderReopened
    | OrderClosed
    | CallRecorded
    | OrderDanger
)


@csrf_exempt
@require_POST
def orders(request: HttpRequest) -> HttpResponse:
    """Take one message; the answer comes when it is stored. The same again is answered the same and does nothing."""
    key, said = message.read(request, CODE, Message)
    if isinstance(said, OrderCreated):
        return _take_order(key, said.data)
    matter, repeated = _DONE[type(said)](key, said.data)
    return message.answer(key, matter, repeated=repeated)


@require_GET
def order(request: HttpRequest, number: str) -> HttpResponse:
    """How far the order with the hotline's number is; the question is signed with the id "state:<number>/..."."""
    message.asked(request, CODE, number)
    return message.answer(request.headers["webhook-id"], message.matter_of(CODE, number))


def _take_order(key: str, told: NewOrder) -> HttpResponse:
    by = _seat(told.post)
    if told.call is not None:
        transfer.check_call(told.call)
    done = message.take(told, CODE, message.under(by, CODE, f"order:{told.number}"))
    if told.call is not None:
        transfer.write_down(done.matter, message.under(by, CODE, f"order:{told.number}:call"), told.call)
    return message.answer(key, done.matter, repeated=done.repeated, created=True)


def _seat(post: str, role: str = "seat") -> Actor:
    """The seat or call-back clerk the hotline names; without a name, the hotline itself in that office."""
    if post:
        return message.on_post(post, CODE, ("hotline",), ("seat", "callback", "supervisor"))
    return Actor(role=role, channel=CODE, body=bodies.directory().find("hotline", areas.Place(None, None, None, None)))


def _correct(key: str, told: Correction) -> tuple[Matter, bool]:
    by, values = _seat(told.post), {
        name: value
        for name in ("title", "narrative", "address", "nature", "urgency", "lat", "lon")
        if (value := getattr(told, name)) is not UNSET
    }  # fmt: skip
    for name, meaning in (("nature", message.nature), ("urgency", message.urgency)):
        if name in values:
            values[name] = meaning(values[name])
    done = flow.correct(message.matter_of(CODE, told.number), message.under(by, CODE, key), told.reason, **values)
    return done.matter, done.repeated


def _urge(key: str, told: Words) -> tuple[Matter, bool]:
    by = message.under(_seat(told.post), CODE, key)
    done = flow.note(message.matter_of(CODE, told.number), by, told.text or "诉求人催办", about="hotline.urged")
    return done.matter, done.repeated


def _call_back(key: str, told: CalledBack) -> tuple[Matter, bool]:
    by = message.under(_seat(told.post, "callback"), CODE, key)
    done = flow.call_back(
        message.matter_of(CODE, told.number), by, told.reached, told.solved, told.satisfied, told.comment,
        told.unfinished,
    )  # fmt: skip
    return done.matter, done.repeated


def _reopen(key: str, told: Words) -> tuple[Matter, bool]:
    by = message.under(_seat(told.post, "callback"), CODE, key)
    done = flow.reopen(message.matter_of(CODE, told.number), by, told.text)
    return done.matter, done.repeated


def _close(key: str, told: Words) -> tuple[Matter, bool]:
    by = message.under(_seat(told.post, "callback"), CODE, key)
    done = flow.close(message.matter_of(CODE, told.number), by, told.text)
    return done.matter, done.repeated


def _record(key: str, told: Recorded) -> tuple[Matter, bool]:
    by = message.under(_seat(told.post), CODE, key)
    done = transfer.write_down(message.matter_of(CODE, told.number), by, told.call)
    return done.matter, done.repeated


def _danger(key: str, told: Danger) -> tuple[Matter, bool]:
    by = message.under(_seat(told.post), CODE, key)
    done = transfer.call_police_in(message.matter_of(CODE, told.number), by, told.danger, told.text)
    return done.matter, done.repeated


_DONE: dict[type, Callable[[str, Any], tuple[Matter, bool]]] = {
    OrderCorrected: _correct,
    OrderUrged: _urge,
    OrderCalledBack: _call_back,
    OrderReopened: _reopen,
    OrderClosed: _close,
    CallRecorded: _record,
    OrderDanger: _danger,
}

urlpatterns = [path("orders", orders), path("orders/<str:number>", order)]
