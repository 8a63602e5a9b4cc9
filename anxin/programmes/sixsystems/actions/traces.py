"""Trace-backs: was it seen, reported, handled, supervised? A finding per node, objection, and one note at the end."""

from __future__ import annotations

from django.db import transaction

from anxin.kernel import access, changes, clock, deeds, flow, registry, rights
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import NotFound, NotNow, TooLate
from anxin.kernel.matters import Matter
from anxin.programmes.sixsystems import figures, rules
from anxin.programmes.sixsystems.actions import locked, said
from anxin.programmes.sixsystems.models import Finding, Trace

ABOUT = "sixsystems.trace"


@transaction.atomic
def begin(matter: Matter, trigger: str, by: Actor) -> Trace:
    """Open a trace-back for a reason of the list; its nodes are proposed from the journal. Raises NotATrigger."""
    access.check(by, "note", matter)
    rights.enter(by, ABOUT, view="sixsystems.view", area=Trace(matter=matter).where)
    now = clock.now()
    norm = registry.norm("sixsystems.triggers", clock.local_day(now))
    once = trigger == "repeat" and not figures.repeated([(matter.grid_id or 0, matter.kind)], now)
    if trigger not in norm.value or once:
        raise rules.NotATrigger
    if changes.repeated(by, ABOUT):
        return Trace.objects.filter(matter=matter).latest("pk")
    with deeds.refusing(one_trace_a_matter=NotNow):
        made = Trace.objects.create(matter=matter, trigger=trigger, norm=norm.stamp, opened_at=now, opened_post=by.post)
    found = figures.nodes(matter, figures.timeline(matter))
    Finding.objects.bulk_create(
        Finding(trace=made, place=place, node=node, post_id=post) for place, (node, post) in enumerate(found)
    )
    changes.record(by, ABOUT, str(made.pk), {}, {"matter": matter.number, "trigger": trigger, "nodes": len(found)})
    return made


@transaction.atomic
def find(trace: int, place: int, finding: str, by: Actor, ground: str, exempt: str = "", measure: str = "none") -> None:
    """Say what was found at a node and on what ground; who did what was due is excused by a ground of the list.

    Whoever is found diligent or is excused gets no measure. Nothing follows by itself: the measure is a proposal.
    """
    row = locked(Trace, trace, by, ABOUT, "open")
    node = row.findings.filter(place=place).first()
    day = clock.local_day(clock.now())
    if node is None:
        raise NotFound
    if finding not in rules.FINDINGS or (exempt and exempt not in rules.value("diligence", day)) or not ground:
        raise rules.FindingsMissing
    if measure not in rules.value("measures", day) or finding == "diligent" or exempt:
        measure = "none"
    before = {"finding": node.finding, "exempt": node.exempt, "measure": node.measure}
    node.finding, node.exempt, node.measure = finding, exempt, measure
    node.ground = said(ground, "ground")
    node.save(update_fields=["finding", "exempt", "measure", "ground"])
    after = {"finding": finding, "exempt": exempt, "measure": measure}
    changes.record(by, ABOUT, str(row.pk), before, {**after, "place": place})


@transaction.atomic
def decide(trace: int, by: Actor) -> Trace:
    """Decide: every node has its finding; from now on the posts concerned may object."""
    row = locked(Trace, trace, by, ABOUT, "open")
    if not row.findings.exists() or row.findings.filter(finding="").exists():
        raise rules.FindingsMissing
    row.state, row.decided_at, row.decided_post = "decided", clock.now(), by.post
    row.save(update_fields=["state", "decided_at", "decided_post"])
    changes.record(by, ABOUT, str(row.pk), {"state": "open"}, {"state": "decided"})
    return row


@transaction.atomic
def object_to(trace: int, place: int, text: str, by: Actor) -> None:
    """A post concerned objects to what was found of it, within the limit. Raises TooLate, NothingSaid."""
    row = Trace.objects.select_for_update().filter(pk=trace, state="decided").first()
    node = row.findings.filter(place=place, post=by.post).first() if row is not None else None
    if row is None or node is None or row.decided_at is None:
        raise TooLate
    now = clock.now()
    if now > clock.due(row.decided_at, registry.rule("sixsystems.objection", row.decided_at).limit) or node.objection:
        raise TooLate
    node.objection, node.objected_at = said(text, "text"), now
    node.save(update_fields=["objection", "objected_at"])
    changes.record(by, ABOUT, str(row.pk), {}, {"objected": place, "at": now})


@transaction.atomic
def answer(trace: int, place: int, upheld: bool, text: str, by: Actor) -> None:
    """Answer an objection; another post than the one that decided. Upheld: the finding becomes 已尽责."""
    row = locked(Trace, trace, by, "sixsystems.answer", "decided")
    node = row.findings.filter(place=place, upheld=None).exclude(objection="").first()
    if node is None:
        raise NotFound
    if by.post is not None and by.post == row.decided_post:
        raise rules.OwnApproval
    before = {"finding": node.finding}
    node.upheld, node.answer, node.answered_post = upheld, said(text, "text"), by.post
    if upheld:
        node.finding, node.measure = "diligent", "none"
    node.save(update_fields=["upheld", "answer", "answered_post", "finding", "measure"])
    changes.record(by, ABOUT, str(row.pk), before, {"finding": node.finding, "answered": place, "upheld": upheld})


@transaction.atomic
def close(trace: int, by: Actor) -> Trace:
    """Close a trace-back when nobody can object any more, and write ONE note on the matter.

    Facts of the note, comma for comma the same order: `posts` (ids), `finding` (or "exempt"), `measure`.
    """
    row = locked(Trace, trace, by, ABOUT, "decided")
    assert row.decided_at is not None
    now, nodes = clock.now(), list(row.findings.all())
    waiting = any(each.objection and each.upheld is None for each in nodes)
    if waiting or now <= clock.due(row.decided_at, registry.rule("sixsystems.objection", row.decided_at).limit):
        raise rules.ObjectionOpen
    row.state, row.closed_at = "closed", now
    row.save(update_fields=["state", "closed_at"])
    facts = {
        "trace": str(row.pk),
        "posts": ",".join(str(each.post_id) for each in nodes),
        "finding": ",".join("exempt" if each.exempt else each.finding for each in nodes),
        "measure": ",".join(each.measure for each in nodes),
    }
    flow.note(row.matter, by.under(None), f"事后倒查办结：{len(nodes)} 个环节", about=rules.TRACED, facts=facts)
    changes.record(by, ABOUT, str(row.pk), {"state": "decided"}, {"state": "closed"})
    return row
