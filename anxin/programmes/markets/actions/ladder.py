"""The ladder of a market quarrel: zone keeper, community mediator, professional committee; then mediation or court.

Each step has a limit of its own (rule) and one body. A step that fails or lapses hands on to the next; nothing is
decided about anybody by itself. The words of a step go into the matter's journal, the table keeps codes and moments.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from anxin.kernel import access, areas, bodies, changes, clock, files, flow, registry, rights
from anxin.kernel.bodies import SYSTEM, Actor, Body
from anxin.kernel.errors import AnxinError, BadInput, NotFound, NothingSaid, NotNow
from anxin.kernel.matters import OPEN, Matter, Report
from anxin.kernel.orders import LEAD, SENT, SIGNED, WITHDRAWN, Order
from anxin.kernel.people import Particulars
from anxin.programmes.markets.actions import register
from anxin.programmes.markets.models import ROUTES, Evidence, Market, Quarrel, Rung, Zone
from anxin.programmes.markets.rules.declared import ITEMS, KIND, MEDIATION, SORTS, STEP_RULES

log = logging.getLogger(__name__)
SOURCE = "markets:"
"""How a report says which zone it came from (source_ref)."""
STEPPED, ENDED = "markets.step", "markets.ended"
"""`about` of the notes that say that a step ended and where the quarrel went."""


class NotYourStep(NotNow):
    """这一步不由您的单位办理，请查看纠纷现在在哪一级。"""


class NoMoreSteps(NotNow):
    """三级调解已经结束，不能再办理。"""

    code = "ladder_over"


def quarrel(by: Actor, number: str) -> Quarrel:
    """The quarrel behind a matter the post may see, or whose step is its body's. Raises NotFound."""
    found = Quarrel.objects.select_related("matter", "market__organiser", "zone", "stall", "raised").filter(
        matter__number=number
    ).first()  # fmt: skip
    if found is None or not (access.sees(by, found.matter) or found.market.organiser_id == by.body):
        raise NotFound
    return found


@transaction.atomic
def report(
    of: Market,
    sort: str,
    title: str,
    words: str,
    by: Actor,
    *,
    zone: Zone | None = None,
    person: Particulars | None = None,
) -> Quarrel:
    """Take in a quarrel at the market itself, once under a key. Raises NotAllowed, BadInput, what the report raises."""
    register.enter(by, of, "markets.report")
    if sort not in SORTS:
        raise BadInput(fields={"sort": _("请从清单中选择")})
    place = register.community(of.pk)
    told = Report(
        kind=KIND, title=title, narrative=words, nature="help", channel="desk", person=person,
        source_ref=f"{SOURCE}{zone.code if zone else of.code}", area=place.code if place else "",
        address=f"{of.title}{zone.title if zone else ''}",
    )  # fmt: skip
    return begin(flow.report(told, by).matter, of, zone, sort)


@transaction.atomic
def begin(matter: Matter, of: Market, zone: Zone | None, sort: str = "") -> Quarrel:
    """Put a matter on the first step; harmless when it stands there already."""
    new = {"market": of, "zone": zone, "sort": sort, "opened_at": matter.reported_at}
    row, made = Quarrel.objects.get_or_create(matter=matter, defaults=new)
    if made:
        _step(row, 1, of.organiser, matter.reported_at)
    return row


def from_source(matter: Matter) -> Quarrel | None:
    """Put a resident's report on the ladder, when it came through the code of a zone or names a market."""
    prefix, _colon, rest = matter.source_ref.partition(":")
    code, _slash, sort = rest.partition("/")
    if f"{prefix}:" != SOURCE or not code:
        return None
    zone = Zone.objects.select_related("market__organiser").filter(code=code).first()
    of = zone.market if zone else Market.objects.select_related("organiser").filter(code=code).first()
    return begin(matter, of, zone, sort if sort in SORTS else "") if of else None


def _step(row: Quarrel, level: int, body: Body, at: datetime) -> Rung:
    rule = registry.rule(STEP_RULES[level], at)
    rung = Rung.objects.create(
        quarrel=row, level=level, body=body, rule=rule.stamp, began_at=at, due_at=clock.due(at, rule.limit)
    )
    lead = Order.objects.filter(matter=row.matter_id, role=LEAD).exclude(state=WITHDRAWN).first()
    matter = Matter.objects.get(pk=row.matter_id)
    if matter.state in ("reported", "working") and (lead is None or lead.body_id != body.pk):
        flow.dispatch(matter, SYSTEM, body, task=_("第%(n)s级调解") % {"n": level}, reason=rule.stamp)
    return rung


def next_body(row: Quarrel, level: int) -> Body | None:
    """Who tries on a step: the organiser, the mediators of the community, the nearest professional committee."""
    if level == 1:
        return bodies.directory().by_id[row.market.organiser_id]
    area = register.community(row.market_id)
    if area is None:
        return None
    place = areas.tree().place(area.pk, areas.today())
    directory = bodies.directory()
    roles = ("mediation", "committee") if level == 2 else ("mediation:market", "mediation:textile")
    found = next((pk for role in roles if (pk := directory.find(role, place)) is not None), None)
    return directory.by_id[found] if found else None


def _open(row: Quarrel, by: Actor) -> Rung:
    """The open step, locked, when it is the post's own. Raises NotYourStep, NoMoreSteps."""
    Quarrel.objects.select_for_update().get(pk=row.pk)
    rung = Rung.objects.select_related("body").filter(quarrel=row, ended_at=None).first()
    if rung is None:
        raise NoMoreSteps
    if by.role != "system" and not rights.entitled(by, "markets.step", body=rung.body_id):
        raise NotYourStep
    return rung


def _said(words: str) -> str:
    if not words.strip():
        raise NothingSaid(fields={"words": _("必填")})
    return words


@transaction.atomic
def settle(row: Quarrel, words: str, by: Actor) -> None:
    """The quarrel is settled on this step: the order is finished with these words. Raises NothingSaid, NotYourStep."""
    if not changes.repeated(by, "markets.step"):
        rung = _open(row, by)
        _end(row, rung, "settled", by)
        _finish(row, _said(words), by.under(None))


@transaction.atomic
def hand_on(row: Quarrel, words: str, by: Actor) -> Rung | None:
    """This step could not settle it: the next body takes over; after the last step it goes to mediation."""
    if changes.repeated(by, "markets.step"):
        return Rung.objects.filter(quarrel=row, ended_at=None).first()
    return _on(row, _open(row, by), "failed", _said(words), by)


@transaction.atomic
def leave(row: Quarrel, route: str, words: str, by: Actor) -> None:
    """End the ladder before its last step: into people's mediation, or telling the way to court. Raises NotYourStep."""
    if changes.repeated(by, "markets.step"):
        return
    if route not in ROUTES:
        raise BadInput(fields={"route": _("请从清单中选择")})
    _end(row, _open(row, by), "left", by)
    _leave(row, route, _said(words), by.under(None))


def _on(row: Quarrel, rung: Rung, how: str, words: str, by: Actor) -> Rung | None:
    _end(row, rung, how, by)
    facts = {"level": str(rung.level), "how": how}
    flow.note(Matter.objects.get(pk=row.matter_id), by.under(None), words, STEPPED, facts)
    for level in range(rung.level + 1, 4):
        if (body := next_body(row, level)) is not None:
            return _step(row, level, body, clock.now())
    _leave(row, "mediation", words, SYSTEM)
    return None


def _end(row: Quarrel, rung: Rung, how: str, by: Actor) -> None:
    Rung.objects.filter(pk=rung.pk).update(ended_at=clock.now(), how=how)
    changes.record(by, "markets.step", f"{row.pk}/{rung.level}", {"how": ""}, {"how": how, "rule": rung.rule})


def _finish(row: Quarrel, words: str, by: Actor, **values: Any) -> None:
    """Finish the order of whoever leads the matter, signing it first where nobody has, and close the ladder."""
    order = Order.objects.filter(matter=row.matter_id, role=LEAD).exclude(state=WITHDRAWN).first()
    if order is not None:
        if order.state == SENT:
            flow.sign(order, by)
            order.refresh_from_db()
        if order.state == SIGNED:
            flow.finish(order, by, words)
    Quarrel.objects.filter(pk=row.pk).update(ended_at=clock.now(), **values)


def _leave(row: Quarrel, route: str, words: str, by: Actor) -> None:
    """On to mediation (a matter of another programme, by its code) or to court; the market's own part is over."""
    matter, raised = Matter.objects.get(pk=row.matter_id), None
    if route == "mediation" and MEDIATION in registry.kinds():
        place = register.community(row.market_id)
        told = Report(
            kind=MEDIATION, title=f"{row.market.title}：{SORTS.get(row.sort, {}).get('title', '市场纠纷')}"[:120],
            narrative=words or matter.narrative, channel="desk", area=place.code if place else "",
            address=matter.address, source_ref=f"{SOURCE}{row.market.code}", of=matter.number,
        )  # fmt: skip
        raised = flow.report(told, by).matter
    said = _("三级调解未成，转人民调解") if route == "mediation" else _("三级调解未成，已告知可以仲裁或者诉讼")
    flow.note(matter, by, words or said, ENDED, {"route": route, "raised": raised.number if raised else ""})
    _finish(row, f"{said} {raised.number if raised else ''}".strip(), by, route=route, raised=raised)


def lapse(moment: datetime, *, limit: int = 200) -> int:
    """Hand on what has not been settled in time; returns how many. Matters that are over leave the ladder.

    What cannot be handed on (a body that is gone) is left for the next time and does not hold up the others.
    """
    due = Rung.objects.filter(ended_at=None).filter(Q(due_at__lte=moment) | ~Q(quarrel__matter__state__in=OPEN))
    count = 0
    for pk in list(due.order_by("due_at").values_list("quarrel", flat=True)[:limit]):
        try:
            with transaction.atomic():
                count += _lapse(pk, moment)
        except AnxinError:
            log.exception("markets.lapse %s", pk)
    return count


def _lapse(pk: int, moment: datetime) -> int:
    rows = Quarrel.objects.select_for_update(of=("self",)).select_related("market__organiser", "matter")
    row = rows.get(pk=pk)
    rung = Rung.objects.filter(quarrel=row, ended_at=None).first()
    if rung is None:
        return 0
    if row.matter.state not in ("reported", "working"):
        _end(row, rung, "settled" if row.matter.state in ("finished", "replied", "closed") else "left", SYSTEM)
        Quarrel.objects.filter(pk=pk).update(ended_at=moment)
    elif rung.due_at <= moment:
        _on(row, rung, "lapsed", _("超过%(rule)s时限，自动转下一级") % {"rule": rung.rule}, SYSTEM)
    return 1


@transaction.atomic
def show(row: Quarrel, item: str, by: Actor, content: bytes | None = None) -> Evidence:
    """A party has shown a thing of the kit; a scan is kept where there is one. Raises BadInput, NotAPicture."""
    if item not in ITEMS:
        raise BadInput(fields={"item": _("请从清单中选择")})
    if not access.sees(by, row.matter) and not rights.entitled(by, "markets.step", body=row.market.organiser_id):
        raise NotFound
    kept = files.keep(content) if content else None
    if changes.repeated(by, "markets.evidence"):
        return Evidence.objects.get(quarrel=row, item=item)
    found, made = Evidence.objects.get_or_create(
        quarrel=row, item=item, defaults={"file": kept, "at": clock.now(), "post": by.post}
    )
    if not made and kept is not None:
        Evidence.objects.filter(pk=found.pk).update(file=kept)
    after = {"file": kept.sha256 if kept else "", "again": not made}
    changes.record(by, "markets.evidence", f"{row.pk}/{item}", {}, after)
    return found
