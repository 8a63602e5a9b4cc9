"""The hands of a body: whoever does the work of an order, and what is asked of a change."""

from __future__ import annotations

from anxin.kernel import flow, jobs, telling
from anxin.kernel.bodies import Actor
from anxin.kernel.journal import Change, Entry
from anxin.kernel.matters import Matter
from anxin.kernel.orders import HELPER, LEAD, WITHDRAWN, Clock, Order
from tests.cast import Cast


def hand(order: Order) -> Actor:
    """Somebody of the body the order was sent to."""
    return Actor(role="clerk", body=order.body_id)


def lead_of(matter: Matter) -> Order:
    """The standing order of the lead."""
    return matter.orders.exclude(state=WITHDRAWN).get(role=LEAD)


def helpers_of(matter: Matter) -> list[Order]:
    """The standing orders of the helpers."""
    return list(matter.orders.exclude(state=WITHDRAWN).filter(role=HELPER).order_by("pk"))


def outcomes(matter: Matter) -> dict[str, str]:
    """How each limit of a matter ended, by code (of several the last)."""
    return dict(Clock.objects.filter(matter=matter.pk).order_by("pk").values_list("code", "outcome"))


def verbs(matter: Matter) -> list[str]:
    """What happened to a matter, in order."""
    return list(Entry.objects.filter(matter=matter.pk).order_by("seq").values_list("verb", flat=True))


def stands(matter: Matter) -> Matter:
    """The matter as it stands now."""
    return Matter.objects.get(pk=matter.pk)


def to_result(change: Change, proof: list[str]) -> Change:
    """Everybody signs, the lead calls the person, all finish."""
    lead = lead_of(change.matter)
    flow.sign(lead, hand(lead))
    flow.contact(lead, hand(lead))
    for order in helpers_of(change.matter):
        flow.sign(order, hand(order))
        flow.finish(order, hand(order), "已处置")
    return flow.finish(lead, hand(lead), "问题已消除", proof)


def to_reply(change: Change, cast: Cast, proof: list[str]) -> Change:
    """As `to_result`, and the hotline answers the person."""
    to_result(change, proof)
    return flow.reply(change.matter, cast.seat, "您反映的问题已处理")


def hear() -> None:
    """Let the clocks ring and the reactions speak."""
    telling.ring()
    jobs.drain(ticks=False)
