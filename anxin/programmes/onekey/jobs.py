"""What one-key requests do after a change: cards for what is late, a level up for what stays late, hints on repeats."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from anxin.kernel import clock, flow, registry
from anxin.kernel.bodies import SYSTEM
from anxin.kernel.errors import LimitReached
from anxin.kernel.journal import Entry
from anxin.kernel.matters import Matter
from anxin.kernel.registry import Reaction
from anxin.programmes.onekey.rules import REPEAT

LATE = {"alert": "5分钟无人签收", "handle.": "总时限已到"}


def give_cards(told: list[tuple[Any, Any]]) -> None:
    """Put a yellow card on matters whose whole limit or five-minute alert has run out; none that has a card."""
    for matter, entry in told:
        late = [why for code in _run_out(entry) for start, why in LATE.items() if code.startswith(start)]
        if late:
            _give_card(matter, entry, late[0])


@transaction.atomic
def _give_card(matter: Matter, entry: Entry, why: str) -> None:
    now = Matter.objects.select_for_update(of=("self",)).get(pk=matter.pk)
    if now.is_open and not now.colour:
        flow.supervise(now, SYSTEM.under(f"onekey.card.{entry.pk}"), "yellow", why)


def lift_late(told: list[tuple[Any, Any]]) -> None:
    """Lift matters one level that are still not done when the second limit after their due moment has run out."""
    for matter, entry in told:
        if "overdue.again" in _run_out(entry):
            _lift(matter, entry)


@transaction.atomic
def _lift(matter: Matter, entry: Entry) -> None:
    now = Matter.objects.select_for_update(of=("self",)).get(pk=matter.pk)
    if now.is_open and now.due_at is not None and now.due_at <= entry.at:
        try:
            flow.escalate(now, SYSTEM.under(f"onekey.lift.{entry.pk}"), "超时后仍未办结，按规则提级")
        except LimitReached:
            return  # the city is the highest level


def _run_out(entry: Entry) -> list[str]:
    return [code for _, code, percent in entry.data.get("facts", {}).get("rung", ()) if percent == 100]


_EARLIER = """
    SELECT DISTINCT ON (later.id) later.id, earlier.id, earlier.number, earlier.reported_at
    FROM kernel_matter later
    JOIN kernel_person caller ON caller.token = later.person_id
    JOIN kernel_person same ON same.phone_mark = caller.phone_mark
    JOIN kernel_matter earlier ON earlier.person_id = same.token
    WHERE later.id = ANY(%s)
      AND earlier.reported_at BETWEEN later.reported_at - %s AND later.reported_at - %s
      AND (earlier.kind = later.kind OR earlier.grid_id = later.grid_id)
    ORDER BY later.id, earlier.reported_at DESC"""


def hint_at_repeats(told: list[tuple[Any, Any]]) -> None:
    """Note on a report that the same number has called 8 minutes to 72 hours ago about the same kind or grid.

    A hint between two matters, for the desk to look at and for the figures; nothing is counted up on a person.
    """
    heard = {matter.pk: (matter, entry) for matter, entry in told if matter.person_id is not None}
    if not heard:
        return
    moment: datetime = max(entry.at for _, entry in heard.values())
    spans: list[Any] = [registry.rule(code, moment).limit.span for code in ("repeat.until", "repeat.from")]
    with connection.cursor() as cursor:
        cursor.execute(_EARLIER, [list(heard), *spans])
        found = cursor.fetchall()
    for later, earlier, number, at in found:
        matter, entry = heard[later]
        flow.note(
            matter,
            SYSTEM.under(f"onekey.repeat.{entry.pk}"),
            f"可能与 {number}（{at.astimezone(clock.TZ):%m-%d %H:%M}）为同一来电人再次反映，请核对是否并件。",
            about=REPEAT,
            facts={"earlier": str(earlier)},
        )


AFTER: tuple[Reaction, ...] = (
    Reaction(
        verb="warn",
        do_all=give_cards,
        title="总时限到期或5分钟无人签收，自动黄牌督办",
        title_en="A yellow card when the whole limit has run out or nobody has signed in five minutes",
        source="指南10（50/80/100%预警、黄红牌）、场景F7",
        provenance="INF",
    ),
    Reaction(
        verb="warn",
        do_all=lift_late,
        title="超时后再过一个时限仍未办结，自动提级一级",
        title_en="One level up when it is still not done a further limit after its due moment",
        source="指南5.3（超时、重复、跨部门提级一级）",
        provenance="INF",
    ),
    Reaction(
        verb="report",
        do_all=hint_at_repeats,
        title="8分钟至72小时内同一来电人再次反映，提示核对并件",
        title_en="A hint when the same caller reports again within 8 minutes to 72 hours",
        source="嘉兴市社会应急联动通报（重复报警率口径）",
        provenance="S45",
    ),
)
"""What happens after a verb, by this programme."""
