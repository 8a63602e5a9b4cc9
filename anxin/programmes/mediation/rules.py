"""May it, by which article, how long: the questions of mediation, answered from versioned tables; nothing is written.

TJ: People's Mediation Law; CPL: Civil Procedure Law as of the day; MSJS: its judicial interpretation. Limits and tables
stand in `norms.toml` with source and provenance; what an installation decides differently stands before them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from anxin.kernel import areas, clock, limits, norms, registry, rights
from anxin.kernel.errors import BadInput, GuardRefused, NotNow, TooLate
from anxin.kernel.norms import Norm
from anxin.programmes.mediation.models import AGREED, FILED, PERFORMED, Agreement, Dispute

BEGAN = date(2000, 1, 1)
_PLACE = Path(__file__).parent / "norms.toml"
NORMS, RULES = norms.read(_PLACE, "mediation", BEGAN), limits.read(_PLACE, BEGAN)
RIGHTS = rights.read(_PLACE, "mediation")
"""What may be done, and from which posts: of the area, or of a body that has an order about the dispute."""


# fmt: off
class OutOfScope(BadInput):
    """不属于人民调解范围，不能受理：请作出不予受理并告知正确途径。"""
class PartyRefused(NotNow):
    """一方当事人明确拒绝调解的，不得调解（人民调解法第17条）。"""
class NoticeNeeded(NotNow):
    """须先告知每一方当事人的权利和义务（人民调解法第23条、第24条），才能调解。"""
class SidesNeeded(NotNow):
    """须登记双方当事人。"""
class MediatorNeeded(NotNow):
    """须先指定或由当事人选择一名或数名人民调解员（人民调解法第19条）。"""
class Related(GuardRefused):
    """调解员与当事人有应当回避的关系，不能调解本纠纷。"""
class Undeclared(BadInput):
    """须先询问并声明调解员与各方当事人的关系。"""
class ConsentNeeded(BadInput):
    """须征得有关当事人同意并记录。"""
class CoolingOff(NotNow):
    """冷静期内不安排调解；双方同意可提前结束。"""
class ElementsMissing(BadInput):
    """调解协议要素不全（人民调解法第28条、第29条：当事人基本情况，主要事实、争议事项和责任，内容，履行方式、期限）。"""
class SignaturesMissing(BadInput):
    """书面协议自各方当事人签名、调解员签名并加盖调解委员会印章之日起生效（人民调解法第29条），请补齐。"""
class RoutesNeeded(BadInput):
    """调解不成的，应当终止调解并告知可以通过仲裁、行政、司法等途径维护权利（人民调解法第26条）。"""
class NoAgreement(NotNow):
    """没有有效的调解协议。"""
class TooLateToConfirm(TooLate):
    """司法确认须自调解协议生效之日起三十日内共同申请（人民调解法第33条、民事诉讼法第205条），期限已过。"""
class JointNeeded(BadInput):
    """司法确认须由双方当事人共同申请（人民调解法第33条、民事诉讼法第205条）。"""
class NotConfirmable(GuardRefused):
    """人民法院对这类协议的司法确认申请裁定不予受理（民诉法解释第355条）。"""
class NoJurisdiction(BadInput):
    """这个法院对司法确认申请没有管辖权（民事诉讼法第205条、民诉法解释第352条）。"""
class DuplicateDocket(GuardRefused):
    """同一调解协议已由另一有管辖权的法院立案，由最先立案的法院管辖（民诉法解释第352条）。"""
class FileIncomplete(GuardRefused):
    """卷宗不齐，不能立卷归档。"""
class LeadTooLow(BadInput):
    """包案人的层级低于这一风险颜色的要求。"""
class Frozen(GuardRefused):
    """三优化的口径、基期和目标一经采用不得更改，期间也不得重叠。"""
class Hindsight(BadInput):
    """目标须在期初定下，基期须已经结束：不得事后挑选。"""
# fmt: on


def norm(code: str, day: date | None = None) -> Norm:
    """The version of a table in force on a day (today)."""
    return registry.norm(f"mediation.{code}", day or areas.today())


def said(text: str, english: bool = False) -> str:
    """The Chinese or the English half of a table's title."""
    return text.split("|")[-1 if english else 0]


# ---- risk of the dispute ----------------------------------------------------------------------------------------


def risk(d: Dispute, day: date) -> dict[str, Any]:
    """Circumstances -> points (`why`) -> the band of the day: colour, lead, cadence, revisits; with its stamp."""
    table, flag = norm("risk", day), norm("prominent", day).value
    t = table.value
    why = [(each, t["factors"][each]["points"]) for each in d.factors if each in t["factors"]]
    why += [("repeats", points) for least, points in t["repeats"] if d.repeats >= least][:1]
    why += [("failures", min(d.failures * t["failures"][0], t["failures"][1]))] if d.failures else []
    why += [("debt", points) for least, points in t["debts"] if (d.amount or 0) >= least][:1]
    why += [("people", points) for least, points in t["people"] if d.people >= least][:1]
    near, points = t["imminent"]
    if d.imminent_on is not None and day <= d.imminent_on <= day + timedelta(days=near):
        why.append(("imminent", points))
    score = sum(points for _factor, points in why)
    found = next(each for each in t["bands"] if score >= each["least"])
    prominent = found["colour"] in flag["colours"] or d.people >= flag["people"]
    return {**found, "score": score, "why": why, "prominent": prominent, "stamp": table.stamp}


def band(colour: str, day: date | None = None) -> Mapping[str, Any]:
    """What a colour means on a day."""
    return next(each for each in norm("risk", day).value["bands"] if each["colour"] == colour)


def first_due(d: Dispute) -> datetime:
    """Until when somebody must be reached first, at its colour: counted from the beginning, never anew."""
    return clock.due(d.opened_at, registry.rule(f"mediation.first.{d.colour}", d.opened_at).limit)


# ---- who may mediate --------------------------------------------------------------------------------------------


def check_relation(sort: str, others: Collection[int], consented: Collection[int], day: date) -> None:
    """Raise Related for a barred relation, ConsentNeeded where the other side has not consented to a lighter one."""
    table = norm("conflict", day)
    if sort in table.value["barred"]:
        raise Related(f"{said(table.value['barred'][sort])}（{table.source}，{table.stamp}）")
    if sort in table.value["consent"] and not set(others) <= set(consented):
        raise ConsentNeeded(said(table.value["consent"][sort]), fields={"consented": "须征得另一方同意"})
    if sort and sort not in table.value["consent"]:
        raise BadInput(fields={"relation": sort})


# ---- confirmation by a court ------------------------------------------------------------------------------------


def confirm_until(agreement: Agreement) -> datetime:
    """The end of the last day on which confirmation may be asked for (30 days, the day of effect not counted)."""
    return clock.due(agreement.effective_at, registry.rule("mediation.confirm", agreement.effective_at).limit)


def courts(d: Dispute, day: date) -> list[tuple[str, str]]:
    """The courts that may confirm by the law of a day, each with its ground; an inviting court excludes the others."""
    ways, names = norm("confirmation", day).value["courts"], norm("courts", day).value
    codes = areas.tree().areas
    at = {"subject": [d.county_id], "domicile": [], "committee": []}
    outside: list[tuple[str, str]] = []
    for party in d.parties.all():
        at["domicile"].append(party.county_id)
        outside += [(party.court, "domicile")] if party.court else []
    for each in d.mediators.select_related("post__body").filter(left_at=None):
        if each.post is not None:
            chain = areas.tree().chain(each.post.body.area_id, day)
            at["committee"] += [pk for pk in chain if codes[pk].level == "county"]
        outside += [(each.court, "committee")] if each.court else []
    if not at["committee"] and not any(ground == "committee" for _court, ground in outside):
        at["committee"] = [d.county_id]
    found = [
        (names[codes[pk].code], ground)
        for ground in ("committee", "domicile", "subject")
        for pk in at[ground]
        if pk is not None and codes[pk].code in names
    ]
    found = [*found, *outside]
    if d.source == "court" and "inviting" in ways:
        found = [(names[codes[d.county_id].code], "inviting")] if d.county_id else []
    elif "intermediate" in ways:
        found.append((names["city"], "intermediate"))
    return list({court: (court, ground) for court, ground in reversed(found) if ground in ways}.values())[::-1]


def check_confirmable(agreement: Agreement, day: date) -> None:
    """Raise TooLateToConfirm after the 30 days, NotConfirmable for what a court does not accept."""
    if clock.now() > (until := confirm_until(agreement)):
        raise TooLateToConfirm(f"最后一日：{clock.last_day(until)}")
    barred = norm("confirmation", day).value["barred"]
    if touched := [said(barred[each]) for each in agreement.touches if each in barred]:
        raise NotConfirmable("；".join(touched))


# ---- the file ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Leaf:
    """A line of the directory of a file: whether the file must have it, whether it is there."""

    code: str
    title: str
    must: bool
    there: bool


def leaves(d: Dispute) -> list[Leaf]:
    """The directory: what every file must have, and what this one needs because of what has happened."""
    table = norm("file", d.filed_on).value
    sorts = set(d.records.values_list("sort", flat=True))
    parties, referrals, asked = list(d.parties.all()), list(d.referrals.all()), list(d.confirmations.all())
    agreement = current(d)
    terms = list(agreement.terms.all()) if agreement else []
    there = {
        "application": bool(d.accepted_on),
        "notice": bool(parties) and all(each.told_at for each in parties),
        "identity": bool(parties) and all(each.identified_at for each in parties),
        "record": "meeting" in sorts or d.outcome == "stopped",
        "ending": agreement is not None or "ending" in sorts,
        "cover": True,
        "receipt": bool(terms) and all(each.done_on for each in terms),
        "revisit": d.revisits_done >= d.revisits_due,
        "confirmation": any(each.outcome for each in asked),
        "police": d.receipt_at is not None,
        "referral": all(each.receipt_at for each in referrals),
    }
    needed = {
        "attorney": any(each.agent for each in parties),
        "investigation": "investigation" in sorts,
        "evidence": "evidence" in sorts,
        "receipt": bool(terms) and d.stage in (AGREED, PERFORMED, FILED),
        "revisit": agreement is not None and d.revisits_due > 0,
        "confirmation": bool(asked),
        "police": d.police_at is not None or (d.colour == "red" and not d.receipt_at),
        "referral": bool(referrals),
        "explanation": "explanation" in sorts,
    }
    found = [Leaf(code, title, True, there[code]) for code, title in table["must"].items()]
    return found + [
        Leaf(code, title, True, there.get(code, code in sorts))
        for code, title in table["needed"].items()
        if needed[code]
    ]


def missing(d: Dispute) -> list[str]:
    """Titles of what the file still lacks."""
    return [said(leaf.title) for leaf in leaves(d) if not leaf.there]


def current(d: Dispute) -> Agreement | None:
    """The agreement that stands, if any."""
    return next((each for each in d.agreements.all() if each.replaced_at is None), None)


def parties_of(d: Dispute, side: str = "") -> Sequence[int]:
    """The parties (keys), of one side or of both."""
    rows = d.parties.filter(side=side) if side else d.parties.all()
    return list(rows.order_by("pk").values_list("pk", flat=True))


def behind(indicator: Mapping[str, Any], value: float, aim: float) -> bool:
    """Whether a value of an indicator falls short of an aim, the way it should go."""
    return value < aim if indicator["better"] == "up" else value > aim
