"""How far a matter may have come when a story begins: short ways to each state, through the verbs only."""

from __future__ import annotations

from typing import Any

from anxin.kernel import flow
from anxin.kernel.bodies import Actor, Body, directory
from anxin.kernel.matters import Matter
from anxin.kernel.orders import HELPER, LEAD, Order
from tests.cast import Cast, garage


def opened(by: Actor, kind: str = "plain.noise", **more: Any) -> Matter:
    """A matter that has just been reported and, where its kind says to whom, sent."""
    return flow.report(garage(kind=kind, **more), by).matter


def order_of(matter: Matter, role: str = LEAD) -> Order:
    """The standing order of a role, as it is now."""
    return Order.objects.exclude(state="withdrawn").get(matter=matter, role=role)


def lead(matter: Matter) -> Order:
    """The lead's order."""
    return order_of(matter, LEAD)


def helper(matter: Matter) -> Order:
    """The helper's order, where there is one."""
    return order_of(matter, HELPER)


def now(matter: Matter) -> Matter:
    """The matter as it is now."""
    return Matter.objects.get(pk=matter.pk)


def signed(cast: Cast, kind: str = "plain.noise", **more: Any) -> Matter:
    """The town has signed."""
    matter = opened(cast.resident, kind, **more)
    flow.sign(lead(matter), cast.dispatcher)
    return matter


def finished(cast: Cast, **more: Any) -> Matter:
    """The town says it is done."""
    matter = signed(cast, **more)
    flow.finish(lead(matter), cast.dispatcher, "已处理")
    return matter


def replied(cast: Cast, **more: Any) -> Matter:
    """The resident has the answer."""
    matter = finished(cast, **more)
    flow.reply(matter, cast.seat, "已处理，请查看")
    return matter


def closed(cast: Cast, **more: Any) -> Matter:
    """The resident was asked and content; the matter is closed."""
    matter = replied(cast, **more)
    flow.call_back(matter, cast.callback, reached=True, solved=True, satisfied="satisfied")
    flow.close(matter, cast.callback)
    return now(matter)


def in_state(cast: Cast, state: str) -> Matter:
    """A matter in a state."""
    if state in ("finished", "closed"):
        return now({"finished": finished, "closed": closed}[state](cast))
    if state == "replied":
        matter = replied(cast)
        flow.call_back(matter, cast.callback, reached=True, solved=True)
        return now(matter)
    matter = opened(cast.resident, "plain.waits" if state == "reported" else "plain.noise")
    if state == "merged":
        flow.merge(matter, cast.dispatcher, opened(cast.resident))
    elif state == "refused":
        flow.refuse(matter, cast.seat, "已进入诉讼程序", "请向南湖区人民法院反映")
    return now(matter)


def order_in_state(cast: Cast, state: str) -> Order:
    """The order of a lead in a state."""
    matter = finished(cast) if state == "finished" else opened(cast.resident)
    order = lead(matter)
    if state in ("signed", "returning"):
        flow.sign(order, cast.dispatcher)
    if state == "returning":
        flow.hand_back(order, cast.dispatcher, "不属本街道", "三定方案第五条", body_of(cast.enforcement))
    if state == "withdrawn":
        flow.dispatch(matter, cast.arbiter, body_of(cast.enforcement))
    return Order.objects.get(pk=order.pk)


def body_of(by: Actor) -> Body:
    """The body an actor works for."""
    return directory().by_id[by.body or 0]
