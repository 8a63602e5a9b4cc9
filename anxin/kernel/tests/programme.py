"""A small programme for the kernel's own tests: kinds that need no guard, limits that are easy to count."""

from __future__ import annotations

from datetime import date

from anxin.kernel.bodies import Body
from anxin.kernel.clock import Limit, Rule, Unit
from anxin.kernel.orders import LEAD
from anxin.kernel.registry import Kind, Part, Programme


def _rule(code: str, amount: int, unit: Unit, *, pause: int = 0) -> Rule:
    return Rule(
        code=code,
        version="1",
        limit=Limit(amount=amount, unit=unit),
        effective=date(2000, 1, 1),
        source="内核测试",
        provenance="INF",
        max_pause=Limit(amount=pause, unit=Unit.DAY) if pause else None,
    )


RULES = (
    _rule("sign", 1, Unit.MINUTE),
    _rule("contact", 3, Unit.MINUTE),
    _rule("arrive", 30, Unit.MINUTE),
    _rule("feedback", 24, Unit.HOUR, pause=30),
    _rule("sign.department", 2, Unit.HOUR),
    _rule("feedback.department", 3, Unit.WORKDAY, pause=30),
    _rule("handle.ordinary", 5, Unit.WORKDAY, pause=30),
    _rule("handle.timely", 24, Unit.HOUR, pause=30),
    _rule("handle.emergency", 2, Unit.HOUR, pause=1),
    _rule("handle.again", 5, Unit.WORKDAY, pause=30),
    _rule("callback", 3, Unit.WORKDAY),
    _rule("return.ask", 1, Unit.WORKDAY),
    _rule("return.decide", 1, Unit.WORKDAY),
)


def clocks(kind: Kind, body: Body, role: str) -> tuple[str, ...]:
    """The town counts in minutes, a department in hours and days; helpers only sign and feed back."""
    if body.kind in ("town_command", "team"):
        return ("sign", "contact", "arrive", "feedback") if role == LEAD else ("sign", "feedback")
    return ("sign.department", "feedback.department")


def _kind(code: str, lead: str, *helpers: str, whole: str = "handle.ordinary", private: bool = False) -> Kind:
    return Kind(
        code=code,
        title=code,
        title_en=code,
        lead=Part(role=lead, task="牵头"),
        helpers=tuple(Part(role=role, task="协助") for role in helpers),
        clocks=clocks,
        whole=whole,
        whole_by_urgency={"emergency": "handle.emergency"},
        private=private,
    )


PROGRAMME = Programme(
    code="plain",
    title="内核测试",
    title_en="Tests of the kernel",
    kinds=(
        _kind("onekey.water", "town_command", "department:water", whole="handle.timely"),
        _kind("plain.noise", "town_command"),
        _kind("plain.quarrel", "town_command", private=True),
        _kind("plain.waits", "nobody"),
    ),
    rules=RULES,
)
