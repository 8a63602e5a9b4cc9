"""The ladder of a market quarrel: zone keeper, community mediator, professional committee; then mediation or court.

Each step has a limit of its own (rule) and one body. A step that fails or lapses hands on to the next; nothing is
decided about anybody by itself. The words of a step go into the matter's journal, the table keeps codes and moments.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from anxin.kernel import access, areas, bodies, changes, clock, files, flow, registry, rights
from anxin.kernel.bodies import SYSTEM, Actor, Body
from anxin.kernel.errors import BadInput, NotFound, NothingSaid, NotNow
from anxin.kernel.matters import OPEN, Matter, Report
from anxin.kernel.orders import LEAD, SENT, SIGNED, WITHDRAWN, Order
from anxin.kernel.people import Particulars
from anxin.programmes.markets.actions import register
from anxin.programmes.markets.models import Evidence, Market, Quarrel, Rung, Stall, Zone
from anxin.programmes.markets.rules.declared import ITEMS, KIND, MEDIATION, SORTS, STEP_RULES

SOURCE = "markets:"
"""How a report says which zone it came from (source_ref)."""
STEPPED, ENDED = "markets.step", "markets.ended"
"""`about` of the notes that say that a step ended and where the quarrel went."""


class NotYourStep(NotNow):
    """这一步不由您的单位办理，请查看纠纷现在在哪一级。"""

    code = "not_your_step"


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
    of: Market, sort: str, title: str, words: str, by: Actor, *, zone: Zone | None = None, stall: Stall | None = None,
    person: Particulars | None = None,
) -> Quarrel:  # fmt: skip
    """Take in a quarrel at the market itself. Raises BadInput and what the report raises; once under one key."""
    if sort not in SORTS:
        raise BadInput(fields={"sort": _("请从清单中选择")})
    place = register.community(of.pk)
    change = flow.report(
        Report(
            kind=KIND, title=title, narrative=words, nature="help", channel="desk", person=person,
            source_ref=f"{SOURCE}{zone.code if zone else of.code}", area=place.code if place else "",
            address=f"{of.title}{zone.title if zone else ''}{stall.number if stall else ''}",
        ),
        by,
    )  # fmt: skip
    return begin(change.matter, of, zone, stall, sort)


@transaction.atomic
def begin(matter: Matter, of: Market, zone: Zone | None, stall: Stall | None, sort: str = "") -> Quarrel:
    """Put a matter on the first step; harmless when it stands there already."""
    row, made = Quarrel.objects.get_or_create(
        matter=matter,
        defaults={"market": of, "zone": zone, "stall": stall, "sort": sort, "opened_at": matter.reported_at},
    )
    if made:
        _step(row, 1, of.organiser, matter.reported_at)
    return row


def from_source(matter: Matter) -> Quarrel | None:
    """Put a resident's report on the ladder, when it came through the code of a zone or names a market."""
    code = matter.source_ref.removeprefix(SOURCE).partition("/")[0] if matter.source_ref.startswith(SOURCE) else ""
    sort = matter.source_ref.rpartition("/")[2] if "/" in matter.source_ref else ""
    zone = Zone.objects.select_related("market__organiser").filter(code=code).first() if code else None
    of = zone.market if zone else Market.objects.select_related("organiser").filter(code=code).first() if code else None
    if of is None:
        return None
    return begin(matter, of, zone, None, sort if sort in SORTS else "")


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
        return row.market.organiser
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


@transaction.atomic
def settle(row: Quarrel, words: str, by: Actor) -> None:
    """The quarrel is settled on this step: the order is finished with these words. Raises NothingSaid, NotYourStep."""
    if changes.repeated(by, "markets.step"):
        return
    rung = _open(row, by)
    if not words.strip():
        raise NothingSaid(fields={"words": _("必填")})
    _end(row, rung, "settled", by)
    order = Order.objects.filter(matter=row.matter_id, body=rung.body, role=LEAD).exclude(state=WITHDRAWN).first()
    if order is not None:
        own = by.under(None)
        if order.state == SENT:
            flow.sign(order, own)
            order.refresh_from_db()
        if order.state == SIGNED:
            flow.finish(order, own, words)
    Quarrel.objects.filter(pk=row.pk).update(ended_at=clock.now())


@transaction.atomic
def hand_on(row: Quarrel, words: str, by: Actor) -> Rung | None:
    """This step could not settle it: the next body takes over; after the last step it goes to mediation."""
    if changes.repeated(by, "markets.step"):
        return Rung.objects.filter(quarrel=row, ended_at=None).first()
    rung = _open(row, by)
    if not words.strip():
        raise NothingSaid(fields={"words": _("必填")})
    return _on(row, rung, "failed", words, by)


def _on(row: Quarrel, rung: Rung, how: str, words: str, by: Actor) -> Rung | None:
    _end(row, rung, how, by)
    own = by.under(None)
    if words:
        facts = {"level": str(rung.level), "how": how}
        flow.note(Matter.objects.get(pk=row.matter_id), own, words, STEPPED, facts)
    for level in range(rung.level + 1, 4):
        if (body := next_body(row, level)) is not None:
            return _step(row, level, body, clock.now())
    _leave(row, "mediation", words, SYSTEM)
    return None


def _end(row: Quarrel, rung: Rung, how: str, by: Actor) -> None:
    Rung.objects.filter(pk=rung.pk).update(ended_at=clock.now(), how=how)
    changes.record(by, "markets.step", f"{row.pk}/{rung.level}", {"how": ""}, {"how": how, "rule": rung.rule})


@transaction.atomic
def leave(row: Quarrel, route: str, words: str, by: Actor) -> None:
    """End the ladder before its last step: into people's mediation, or telling the way to court. Raises NotYourStep."""
    if changes.repeated(by, "markets.step"):
        return
    rung = _open(row, by)
    if route not in ("mediation", "court"):
        raise BadInput(fields={"route": _("请从清单中选择")})
    if not words.strip():
        raise NothingSaid(fields={"words": _("必填")})
    _end(row, rung, "left", by)
    _leave(row, route, words, by.under(None))


def _leave(row: Quarrel, route: str, words: str, by: Actor) -> None:
    matter = Matter.objects.get(pk=row.matter_id)
    raised = None
    if route == "mediation" and MEDIATION in registry.kinds():
        place = register.community(row.market_id)
        raised = flow.report(
            Report(
                kind=MEDIATION, title=f"{row.market.title}：{SORTS.get(row.sort, {}).get('title', '市场纠纷')}"[:120],
                narrative=words or matter.narrative, channel="desk", area=place.code if place else "",
                address=matter.address, source_ref=f"{SOURCE}{row.market.code}", of=matter.number,
            ),
            by,
        ).matter  # fmt: skip
    said = _("三级调解未成，转人民调解") if route == "mediation" else _("三级调解未成，已告知可以仲裁或者诉讼")
    facts = {"route": route, "raised": raised.number if raised else ""}
    flow.note(matter, by, words or said, ENDED, facts)
    Quarrel.objects.filter(pk=row.pk).update(route=route, raised=raised, ended_at=clock.now())


def lapse(moment: datetime, *, limit: int = 200) -> int:
    """Hand on what has not been settled in time; returns how many. Matters that are over leave the ladder."""
    due = Rung.objects.filter(ended_at=None).filter(Q(due_at__lte=moment) | ~Q(quarrel__matter__state__in=OPEN))
    count = 0
    for pk in list(due.order_by("due_at").values_list("quarrel", flat=True)[:limit]):
        with transaction.atomic():
            row = (
                Quarrel.objects.select_for_update(of=("self",)).select_related("market__organiser", "matter").get(pk=pk)
            )
            rung = Rung.objects.filter(quarrel=row, ended_at=None).first()
            if rung is None:
                continue
            if row.matter.state not in ("reported", "working"):
                _end(row, rung, "settled" if row.matter.state in ("finished", "replied", "closed") else "left", SYSTEM)
                Quarrel.objects.filter(pk=pk).update(ended_at=moment)
            elif rung.due_at <= moment:
                _on(row, rung, "lapsed", _("超过%(rule)s时限，自动转下一级") % {"rule": rung.rule}, SYSTEM)
            count += 1
    return count


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
