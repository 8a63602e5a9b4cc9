"""How an act on a dispute is carried out: lock, enter, check the stage, do, record, note; and what all of them need."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, NamedTuple, ParamSpec

from django.db import transaction

from anxin.kernel import access, areas, bodies, changes, clock, files, flow, people, rights
from anxin.kernel.areas import Place
from anxin.kernel.bodies import Actor, Post
from anxin.kernel.errors import BadInput, NotFound, NotNow
from anxin.kernel.matters import Matter
from anxin.kernel.orders import FINISHED, SENT, WITHDRAWN, Order
from anxin.kernel.people import Particulars, Person
from anxin.programmes.mediation import rules
from anxin.programmes.mediation.kinds import DISPUTE
from anxin.programmes.mediation.models import STOPPED, Dispute, Party, Record

P = ParamSpec("P")


class Act(NamedTuple):
    """An act that is declared: in which stages it is possible (none: in any), by which right."""

    do: Callable[..., Dispute]
    stages: tuple[str, ...]
    right: str


ACTS: dict[str, Act] = {}
LONGEST = 1000
"""Letters of an act's words that go to the matter's journal; the whole stands with the dispute."""
SEEN = ("stage", "outcome", "colour", "score", "stamp", "lead_id", "due_on", "file_serial", "sort", "source")
Found = dict[tuple[int, str], int | None]
"""Posts found so far, by body and role, over many disputes."""


@dataclass(slots=True)
class Doing:
    """One act under way: the dispute and its matter, both locked, who does it, when; facts are for the journal."""

    d: Dispute
    m: Matter
    by: Actor
    now: datetime
    day: date
    facts: dict[str, str] = field(default_factory=dict)

    def party(self, pk: int) -> Party:
        """A party of this dispute. Raises BadInput."""
        found = self.d.parties.filter(pk=pk).first()
        if found is None:
            raise BadInput(fields={"party": str(pk)})
        return found

    def keep(self, sort: str, text: str = "", file: bytes | None = None, **more: Any) -> Record:
        """Put a record into the file of the dispute."""
        stored = files.keep(file) if file else None
        return Record.objects.create(
            dispute=self.d, sort=sort, at=self.now, post=self.by.post, text=text.strip(), file=stored, **more
        )

    def all_consent(self, consented: Iterable[int]) -> list[int]:
        """The parties that consented, when all did. Raises ConsentNeeded."""
        if missing := set(rules.parties_of(self.d)) - set(consented):
            raise rules.ConsentNeeded(fields={"consented": f"{len(missing)} 方未同意"})
        return sorted(consented)

    def person(self, given: Particulars | None) -> Person:
        """A new person behind a token. Raises BadInput without a name."""
        if given is None or not given.name.strip():
            raise BadInput(fields={"name": "必填"})
        return people.keep(given)

    def voice(self) -> Actor:
        """Who speaks in the matter's journal: the actor, let in by the programme where the kernel would not."""
        return self.by.under(None) if access.may(self.by, "note", self.m) else self.by.let()


def act(
    *stages: str, right: str = "mediation.handle"
) -> Callable[[Callable[Concatenate[Doing, P], str]], Callable[Concatenate[int, Actor, P], Dispute]]:
    """Declare an act: possible in these stages (none named: in any), for posts with the right."""

    def wrap(do: Callable[Concatenate[Doing, P], str]) -> Callable[Concatenate[int, Actor, P], Dispute]:
        about = f"mediation.{do.__name__}"

        @wraps(do)
        @transaction.atomic
        def call(pk: int, by: Actor, /, *args: P.args, **kwargs: P.kwargs) -> Dispute:
            x = entered(pk, by, right)
            if changes.repeated(by, about):
                return x.d
            if stages and x.d.stage not in stages:
                if x.d.stage == STOPPED and x.d.outcome == "refused":
                    raise rules.PartyRefused
                raise NotNow(act=about, stage=x.d.stage)
            before = {name: str(getattr(x.d, name) or "") for name in SEEN}
            words = do(x, *args, **kwargs)
            x.d.save()
            after = {name: str(getattr(x.d, name) or "") for name in SEEN}
            changes.record(by, about, x.m.number, before, {**after, "done": x.now.isoformat(), **x.facts})
            flow.note(x.m, x.voice(), words[:LONGEST], about, x.facts)
            return x.d

        ACTS[do.__name__] = Act(call, stages, right)
        return call

    return wrap


def sees(by: Actor, m: Matter) -> bool:
    """Whether a post may look at a dispute: by its order or area, or by the right of the programme."""
    area = m.village_id or m.town_id or m.county_id
    return access.sees(by, m) or rights.entitled(by, "mediation.see", area=area, body=m.lead_id)


def entitled(by: Actor, m: Matter, right: str) -> bool:
    """Whether a post has a right on a dispute: in its area, or because its body has an order about it."""
    area = m.village_id or m.town_id or m.county_id
    if rights.entitled(by, right, area=area, body=m.lead_id):
        return True
    ordered = Order.objects.filter(matter=m, body=by.body).exclude(state=WITHDRAWN)
    return rights.entitled(by, right, area=area, body=by.body) and ordered.exists()


def entered(pk: int, by: Actor, right: str) -> Doing:
    """The dispute under lock, for a post that has the right there. Raises NotFound, NotAllowed."""
    m = Matter.objects.select_for_update(of=("self",), no_key=True).filter(pk=pk, kind=DISPUTE).first()
    if m is None or not sees(by, m):
        raise NotFound
    if not entitled(by, m, right):
        raise rights.NotAllowed(right=right)
    begin([m])
    d = Dispute.objects.select_for_update(of=("self",)).get(pk=pk)
    return Doing(d, m, by, clock.now(), areas.today())


def begin(matters: Iterable[Matter]) -> None:
    """A dispute beside each matter that has none yet. Harmless when repeated."""
    wanted = {m.pk: m for m in matters}
    for pk in Dispute.objects.filter(pk__in=wanted).values_list("pk", flat=True):
        del wanted[pk]
    found: Found = {}
    rows = [
        Dispute(
            matter_id=m.pk, body_id=m.lead_id, village_id=m.village_id, town_id=m.town_id, county_id=m.county_id,
            opened_at=m.reported_at, police_at=m.reported_at if m.police else None,
        )
        for m in wanted.values()
    ]  # fmt: skip
    for row in rows:
        weigh(row, clock.local_day(row.opened_at), found)
    Dispute.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)


def weigh(d: Dispute, day: date, found: Found | None = None) -> dict[str, Any]:
    """Reckon the risk anew and set what follows: colour, who leads, first contact, reviews, revisits, with the stamp.

    A lead named by hand stays while the colour does. `found` remembers posts over many disputes.
    """
    risk = rules.risk(d, day)
    if d.colour != risk["colour"] or d.lead_id is None:
        d.lead_id = _lead_post(d, risk["body"], risk["role"], {} if found is None else found)
    if d.cadence != risk["cadence"] or d.colour != risk["colour"]:
        d.review_on = day + timedelta(days=risk["cadence"]) if risk["cadence"] else None
    d.revisits_due = risk.pop("revisits")
    for name in ("score", "colour", "prominent", "stamp", "cadence"):
        setattr(d, name, risk[name])
    d.first_due_at = rules.first_due(d)
    return risk


def _lead_post(d: Dispute, kind: str, role: str, found: Found) -> int | None:
    """The post the rule makes responsible (包案): of the town's command, the village, or the committee itself."""
    body = d.body_id
    if kind != "mediation":
        body = bodies.directory().find(kind, Place(None, d.village_id, d.town_id, d.county_id))
    if body is not None and (body, role) not in found:
        rows = Post.objects.filter(body=body, role=role).order_by("code")
        found[body, role] = rows.values_list("pk", flat=True).first()
    return None if body is None else found[body, role]


def conclude(x: Doing, stage: str, outcome: str, words: str) -> None:
    """The mediating is over: every order about it is finished, helpers first, and the clock of 30 days stops."""
    x.d.stage, x.d.outcome, x.d.ended_on = stage, outcome, x.day
    orders = Order.objects.filter(matter=x.m).exclude(state__in=(WITHDRAWN, FINISHED)).order_by("role", "pk")
    for order in orders:
        who = x.by.under(None) if access.may(x.by, "finish", x.m, order) else x.by.let()
        if order.state == SENT:
            flow.sign(order, who)
        flow.finish(order, who, words)
