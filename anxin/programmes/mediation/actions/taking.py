"""From the application to the meeting: register, accept, tell, parties, mediators; risk, responsibility, police."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import transaction

from anxin.kernel import areas, bodies, clock, flow, registry, rights
from anxin.kernel.bodies import Actor, Post
from anxin.kernel.errors import BadInput, NothingSaid, NotNow
from anxin.kernel.matters import Matter, Report
from anxin.kernel.orders import SENT, WITHDRAWN, Order
from anxin.kernel.people import Particulars
from anxin.programmes.mediation import rules
from anxin.programmes.mediation.actions.acting import Doing, act, begin, conclude, weigh
from anxin.programmes.mediation.kinds import DISPUTE
from anxin.programmes.mediation.models import (
    ACCEPTED,
    APPLIED,
    DECLINED,
    GOING,
    MEDIATING,
    OPEN,
    STOPPED,
    Dispute,
    Invited,
    Mediator,
    Party,
    Referral,
)

LEVELS = ("grid", "village", "town", "county", "city")
PAPERS = ("evidence", "attorney", "investigation", "explanation", "identity")


@transaction.atomic
def register(
    by: Actor, *, area: str, title: str, narrative: str = "", sort: str = "", amount: int | None = None,
    applicant: Particulars | None = None, address: str = "", channel: str = "desk",
) -> Matter:  # fmt: skip
    """Take an application down, written or spoken: a matter with its dispute, and the applicant as the first party.

    The applicant is a party, not somebody the hotline calls back. Raises what `flow.report` raises, NotAllowed. Sent
    twice under one key it is one. `amount` in fen.
    """
    rights.enter(by, "mediation.take")
    told = Report(kind=DISPUTE, title=title, narrative=narrative, area=area, address=address, channel=channel)
    change = flow.report(told, by)
    if not change.repeated:
        begin([change.matter])
        d = Dispute.objects.get(pk=change.matter.pk)
        d.sort, d.amount = sort, amount
        weigh(d, areas.today())
        d.save()
        if applicant is not None:
            x = Doing(d, change.matter, by, clock.now(), areas.today())
            Party.objects.create(dispute=d, side="a", person=x.person(applicant))
    return change.matter


@act(APPLIED)
def accept(
    x: Doing, source: str, form: str, sort: str, barred: Collection[str] = (), amount: int | None = None,
    people: int = 2, in_public: bool = False,
) -> str:  # fmt: skip
    """Accept after the check whether it may be mediated; free of charge (art. 4). Raises OutOfScope."""
    table = rules.norm("scope", x.day)
    if grounds := "；".join(rules.said(table.value[each]) for each in barred if each in table.value):
        raise rules.OutOfScope(f"{grounds}（{table.source}）", fields={"barred": grounds})
    x.d.source, x.d.form, x.d.sort, x.d.people, x.d.in_public = source, form, sort, people, in_public
    x.d.amount = x.d.amount if amount is None else amount
    x.d.stage, x.d.accepted_on = ACCEPTED, x.day
    x.d.due_on = clock.last_day(clock.due(x.now, registry.rule("mediation.settle", x.now).limit))
    if x.m.lead_id is None and x.by.body is not None:
        flow.dispatch(x.m, x.by.let(), bodies.directory().by_id[x.by.body], reason="调解委员会自行受理")
    order = Order.objects.filter(matter=x.m, body=x.by.body, state=SENT).first()
    if order is not None:
        flow.sign(order, x.by.under(None))
    x.d.body_id = x.d.body_id or x.m.lead_id or x.by.body
    weigh(x.d, x.day)
    x.facts |= {"source": source, "form": form, "sort": sort}
    return "受理，不收取任何费用（人民调解法第4条）"


@act(APPLIED)
def decline(x: Doing, ground: str, route: str) -> str:
    """Do not accept: say why, and which way is right. Raises BadInput for no ground or route."""
    table = rules.norm("scope", x.day).value
    if ground not in table or not route.strip():
        raise BadInput(fields={"ground" if ground not in table else "route": "必填"})
    x.d.reason, x.d.outcome, x.d.ended_on = ground, "declined", x.day
    flow.refuse(x.m, x.by.let(), rules.said(table[ground]), route)
    x.d.stage = DECLINED
    return f"不予受理：{rules.said(table[ground])}；告知：{route}"


@act(APPLIED, *GOING)
def party(
    x: Doing, side: str, person: Particulars | None = None, title: str = "", agent: bool = False, county: str = "",
    court: str = "", reporter: bool = False,
) -> str:  # fmt: skip
    """Add a party: a person, or an organisation (`title`) with who stands for it. `reporter`: who reported is it."""
    if side not in ("a", "b"):
        raise BadInput(fields={"side": "必填"})
    token = x.m.person_id if reporter else None
    found = areas.tree().by_code.get(county)
    Party.objects.create(
        dispute=x.d, side=side, title=title.strip(), person_id=token or x.person(person).pk, agent=agent,
        court=court.strip(), county_id=found.pk if found else None,
    )  # fmt: skip
    return "登记当事人（申请方）" if side == "a" else "登记当事人（被申请方）"


@act(*GOING)
def tell(x: Doing, parties: Collection[int]) -> str:
    """Tell parties their rights and duties before mediation (art. 23, 24)."""
    x.facts["parties"] = str(x.d.parties.filter(pk__in=list(parties)).update(told_at=x.now))
    return "已告知人民调解的性质、当事人的权利和义务"


@act(APPLIED, *GOING)
def answer(x: Doing, party: int, willing: bool, words: str = "") -> str:
    """A party's own words: willing, or a clear refusal, which stops the mediation at once (art. 17)."""
    row = x.party(party)
    row.willing, row.answered_at = willing, x.now
    row.save()
    x.d.reached_at = x.d.reached_at or x.now
    if willing:
        return "当事人同意调解"
    x.d.reason = "refused"
    x.keep("ending", words or "一方当事人明确拒绝调解", party=row)
    conclude(x, STOPPED, "refused", "一方当事人明确拒绝调解，终止（人民调解法第17条），已告知其他途径")
    return f"一方当事人明确拒绝调解，不得调解（人民调解法第17条）。{words}"


@act(*GOING)
def appoint(
    x: Doing, post: str = "", chosen: str = "committee", relation: str = "", party: int | None = None,
    consented: Collection[int] = (), declared: bool = False, person: Particulars | None = None, title: str = "",
    court: str = "",
) -> str:  # fmt: skip
    """Name a mediator, by the committee or as the parties choose (art. 19), with the relation that was declared.

    Kin and whoever has an own interest is refused (Related); lighter relations need the consent of the other side. A
    mediator of a committee elsewhere comes with name, committee and its court. Raises Undeclared.
    """
    if not relation and not declared:
        raise rules.Undeclared
    related = x.party(party or 0) if relation else None
    if related is not None:
        others = rules.parties_of(x.d, "b" if related.side == "a" else "a")
        rules.check_relation(relation, others, consented, x.day)
    found = may_mediate(x.d, x.m).get(post)
    if found is None and not title:
        raise BadInput(fields={"post": post or "必填"})
    if found is not None and x.d.mediators.filter(post=found, left_at=None).exists():
        raise NotNow
    Mediator.objects.create(
        dispute=x.d, post=found, person=None if found else x.person(person), title=title, court=court, chosen=chosen,
        relation=relation, party=related, consented=sorted(consented), since=x.now,
    )  # fmt: skip
    x.facts |= {"chosen": chosen, "relation": relation, "post": post}
    return "确定人民调解员"


def may_mediate(d: Dispute, m: Matter) -> dict[str, Post]:
    """The mediators' posts of every committee with a standing order about the dispute, by code."""
    ordered = Order.objects.filter(matter=m).exclude(state=WITHDRAWN).values_list("body", flat=True)
    rows = Post.objects.filter(role="mediator", body__in=[*ordered, d.body_id]).select_related("body")
    return {post.code: post for post in rows.order_by("code")}


@act(*GOING)
def release(x: Doing, mediator: int, reason: str) -> str:
    """A mediator withdraws or is replaced, with the reason."""
    if not x.d.mediators.filter(pk=mediator, left_at=None).update(left_at=x.now, left_why=reason):
        raise BadInput(fields={"mediator": "必填"})
    return f"更换人民调解员：{reason}"


@act(*GOING)
def invite(x: Doing, sort: str, person: Particulars, consented: Collection[int]) -> str:
    """Invite relatives, neighbours, colleagues, experts or organisations, with the consent of the parties (art. 20)."""
    agreed = x.all_consent(consented)
    Invited.objects.create(dispute=x.d, sort=sort, person=x.person(person), consented=agreed, at=x.now)
    x.facts["invited"] = sort
    return "经当事人同意，邀请有关人员参加调解"


@act(*OPEN)
def enclose(
    x: Doing, sort: str, text: str = "", place: str = "", party: int | None = None, file: bytes | None = None
) -> str:
    """Put a paper into the file: an investigation, evidence, a copy of an identity paper, a power of attorney ..."""
    row = x.party(party) if party else None
    if sort not in PAPERS or not (file or text.strip() or sort == "identity"):
        raise BadInput(fields={"sort" if sort not in PAPERS else "text": "必填"})
    if sort == "identity":
        x.d.parties.filter(pk=x.party(party or 0).pk).update(identified_at=x.now)
    x.keep(sort, text, file, place=place, party=row)
    x.facts["paper"] = sort
    return text or "材料入卷"


def ready(x: Doing) -> None:
    """Raise what still stands in the way of a meeting: sides, notice, mediator, cooling-off."""
    rows = list(x.d.parties.all())
    if {each.side for each in rows} != {"a", "b"}:
        raise rules.SidesNeeded
    if not all(each.told_at for each in rows):
        raise rules.NoticeNeeded
    if not x.d.mediators.filter(left_at=None).exists():
        raise rules.MediatorNeeded
    if x.d.cooling_until is not None and x.now < x.d.cooling_until:
        raise rules.CoolingOff(f"{x.d.cooling_until.astimezone(clock.TZ):%Y-%m-%d %H:%M}")


@act(*GOING)
def meet(x: Doing, text: str, place: str = "", in_public: bool = False, file: bytes | None = None) -> str:
    """A mediation meeting with its record; in public or not as the parties choose (art. 23)."""
    ready(x)
    if not text.strip():
        raise NothingSaid(fields={"text": "必填"})
    x.keep("meeting", text, file, place=place, facts={"public": in_public})
    x.d.stage, x.d.in_public, x.d.reached_at = MEDIATING, in_public, x.d.reached_at or x.now
    return "召开调解会，制作调解笔录"


@act(*GOING)
def cool(x: Doing, consented: Collection[int], until: date | None = None) -> str:
    """A cooling-off until a day at most so far ahead, or (no day) its early end: all parties consent."""
    x.all_consent(consented)
    most = rules.norm("cooling", x.day).value
    if until is not None and not x.day < until <= x.day + timedelta(days=most):
        raise BadInput(fields={"until": f"1-{most} 天"})
    x.d.cooling_until = datetime.combine(until, datetime.min.time(), clock.TZ) if until else x.now
    return f"双方同意冷静至 {until}" if until else "双方同意提前结束冷静期"


@act(*OPEN)
def refer(x: Doing, route: str, to: str, why: str = "") -> str:
    """Show another way (arbitration, an agency, a court, legal aid, counselling) and send on; a receipt must come."""
    Referral.objects.create(dispute=x.d, route=route, to=to.strip(), why=why, sent_at=x.now)
    x.facts["route"] = route
    return f"引导移送：{to}。{why}"


@act(*OPEN)
def received(x: Doing, referral: int, receipt: str) -> str:
    """The receipt of a referral."""
    if not x.d.referrals.filter(pk=referral, receipt_at=None).update(receipt_at=x.now, receipt=receipt.strip()):
        raise BadInput(fields={"referral": "必填"})
    return f"收到移送回执：{receipt}"


@act(*GOING)
def extend(x: Doing, until: date, consented: Collection[int]) -> str:
    """More time for mediation, once, with the consent of all parties."""
    x.all_consent(consented)
    most = rules.norm("extension", x.day).value
    if x.d.extended or x.d.due_on is None:
        raise NotNow
    if not x.d.due_on < until <= x.d.due_on + timedelta(days=most):
        raise BadInput(fields={"until": f"{x.d.due_on} + 1-{most} 天"})
    x.d.due_on, x.d.extended = until, True
    return f"经双方同意，调解期限延长至 {until}"


@act(*OPEN)
def assess(
    x: Doing, factors: Collection[str] = (), repeats: int = 0, imminent_on: date | None = None, words: str = ""
) -> str:
    """Look at the risk of the dispute again: circumstances -> colour -> lead, first contact, reviews, revisits."""
    if unknown := set(factors) - set(rules.norm("risk", x.day).value["factors"]):
        raise BadInput(fields={"factors": "、".join(sorted(unknown))})
    x.d.factors, x.d.repeats, x.d.imminent_on = sorted(set(factors)), max(repeats, 0), imminent_on
    risk = weigh(x.d, x.day)
    x.d.review_on = x.day + timedelta(days=risk["cadence"]) if risk["cadence"] else None
    x.facts |= {name: str(risk[name]) for name in ("colour", "score", "stamp")}
    return f"风险研判：{rules.said(risk['title'])}（{risk['score']} 分，{risk['stamp']}）{words}"


@act(*OPEN, right="mediation.steer")
def contract(x: Doing, post: str, words: str = "") -> str:
    """Name who is responsible (包案), not below the level the colour asks for. Raises LeadTooLow."""
    found = Post.objects.select_related("body__area", "area").filter(code=post).first()
    if found is None:
        raise BadInput(fields={"post": post})
    band = rules.band(x.d.colour)
    least = {"town_command": "town", "committee": "village", "mediation": "grid"}[band["body"]]
    area = found.area or found.body.area
    if LEVELS.index(area.level) < LEVELS.index(least):
        raise rules.LeadTooLow(rules.said(band["lead"]))
    if area.pk not in areas.tree().chain(x.d.village_id or x.d.town_id or x.d.county_id or 0, x.day):
        raise BadInput(fields={"post": str(found)})
    x.d.lead = found
    x.facts["post"] = post
    return f"包案责任人：{found}。{words}"


@act(*OPEN)
def police(x: Doing, words: str = "") -> str:
    """Report to the police at once: the quarrel may become a public-order or criminal case (art. 25). One tap."""
    words = words or "纠纷可能激化为治安案件或刑事案件，报告公安机关（人民调解法第25条）"
    flow.transfer_to_police(x.m, x.voice(), words)
    x.d.police_at = x.now
    return words


@act(*OPEN)
def receipt(x: Doing, number: str) -> str:
    """The receipt of the police, where it came by telephone or on paper; through 110 it comes by itself."""
    if x.d.police_at is None:
        raise NotNow
    if x.m.police == "sent":
        flow.take_back_from_police(x.m, x.by.let(), "accepted", number)
    x.d.receipt_at, x.d.receipt = x.d.receipt_at or x.now, number.strip()
    return f"公安机关回执：{number}"
