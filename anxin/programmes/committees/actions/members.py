"""Committees and who sits in them: set up, elected, left, measures after a prohibition, roster told, reviewed.

Nothing happens to a member by itself: a term that is over is listed, a removal is a decision somebody entitled entered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anxin.kernel import areas, changes, clock, deeds, files, people, registry, rights
from anxin.kernel.bodies import Actor, Body, Post
from anxin.kernel.calendar import months_after
from anxin.kernel.errors import BadInput, NotFound, NotNow
from anxin.kernel.people import Particulars
from anxin.programmes.committees import rules
from anxin.programmes.committees.models import (
    LEAVINGS,
    MEASURES,
    PROHIBITIONS,
    Committee,
    Measure,
    Member,
    Proof,
    Review,
    Telling,
)


class TooMany(NotNow):
    """人民调解委员会由三至九名委员组成，不能再增加。"""

    code = "too_many_members"


class ChairTaken(NotNow):
    """该委员会已有主任，请先办理原主任离任。"""


class NotOfAge(BadInput):
    """人民调解员须为成年公民（人民调解法第14条）。"""


class SecondSeat(NotNow):
    """此人已是该委员会的在任委员。"""


def committee(by: Actor, body: str, *, right: str = "committees.look") -> Committee:
    """The committee of a body (its code), if the post may use the right on it. Raises NotFound, NotAllowed."""
    found = Committee.objects.select_related("body__area").filter(body__code=body).first()
    if found is None:
        raise NotFound
    rights.enter(by, right, area=found.body.area_id, body=found.body_id)
    return found


@transaction.atomic
def set_up(body: Body, day: date, by: Actor, *, field: str = "", minority: bool = False) -> Committee:
    """Enter a committee into the book; the roster has to be told from that day. Raises BadInput, NotAllowed."""
    rights.enter(by, "committees.keep", area=body.area_id)
    if body.kind != "mediation" or (field and field not in rules.FIELDS):
        raise BadInput(fields={"body": _("须为人民调解委员会"), "field": field})
    found = Committee.objects.filter(body=body).first()
    if found is not None:
        return found
    area = areas.tree().areas[body.area_id]
    row = Committee.objects.create(body=body, set_up_on=day, field=field, minority=minority, lat=area.lat, lon=area.lon)
    changes.record(by, "committees.committee", body.code, {}, {"set_up_on": day, "field": field})
    _must_tell(row, day)
    return row


def standing(of: Committee) -> list[Member]:
    """Who sits in a committee now, the chair first."""
    rows = of.members.filter(left_on=None).select_related("person", "post")
    return list(rows.order_by("-chair", "elected_on", "pk"))


@transaction.atomic
def elect(
    of: Committee, who: Particulars, elected_on: date, by: Actor, *, chair: bool = False, woman: bool = False,
    minority: bool = False, adult: bool = False, post: Post | None = None,
) -> Member:  # fmt: skip
    """A member was elected; the term is so many years (norm). Raises TooMany, ChairTaken, NotOfAge, BadInput."""
    rights.enter(by, "committees.keep", area=of.body.area_id, body=of.body_id)
    Committee.objects.select_for_update(of=("self",)).get(pk=of.pk)
    if changes.repeated(by, "committees.member"):
        return of.members.latest("pk")
    if not adult:
        raise NotOfAge(fields={"adult": _("必填")})
    if not who.name.strip() or elected_on > areas.today():
        raise BadInput(fields={"name": _("必填"), "elected_on": _("不能晚于今天")})
    _room(of)
    return _seat(of, people.keep(who), elected_on, by, chair=chair, woman=woman, minority=minority, post=post)


def _room(of: Committee) -> None:
    most = registry.norm("committees.members_most", areas.today())
    if of.members.filter(left_on=None).count() >= int(most.value):
        raise TooMany(most.source)


def _seat(of: Committee, person: people.Person, elected_on: date, by: Actor, **more: Any) -> Member:
    years = int(rules.value("term_years", elected_on))
    with deeds.refusing(one_chair=ChairTaken, a_member_once=SecondSeat):
        row = Member.objects.create(
            committee=of, person=person, elected_on=elected_on, term_ends=months_after(elected_on, 12 * years),
            norm=rules.stamp("term_years", elected_on), **more,
        )  # fmt: skip
    after = {"elected_on": elected_on, "chair": row.chair, "committee": of.body.code, "person": str(person.pk)}
    changes.record(by, "committees.member", str(row.pk), {}, after)
    _must_tell(of, areas.today())
    return row


@transaction.atomic
def re_elect(member: int, elected_on: date, by: Actor) -> Member:
    """A member was elected again: the old term is closed on that day and a new one begins. Raises BadInput."""
    row = _locked(member, by, "committees.keep")
    if changes.repeated(by, "committees.member"):
        return Member.objects.filter(committee=row.committee_id, person=row.person_id).latest("pk")
    if row.left_on is not None or not row.elected_on < elected_on <= areas.today():
        raise BadInput(fields={"elected_on": _("须晚于上次当选，且不晚于今天")})
    _leave(row, elected_on, "term", by.under(None), forget=False)
    kept = {"chair": row.chair, "woman": row.woman, "minority": row.minority, "post": row.post}
    return _seat(row.committee, row.person, elected_on, by, **kept)


@transaction.atomic
def leave(member: int, day: date, how: str, by: Actor) -> None:
    """A member leaves of own will, by the end of the term, or by moving on. A removal is a decision: `decide`."""
    row = _locked(member, by, "committees.keep")
    if changes.repeated(by, "committees.member") or row.left_on is not None:
        return
    if how not in ("term", "resigned", "moved"):
        raise BadInput(fields={"how": _("罢免、解聘须由有权单位决定并登记")})
    _leave(row, day, how, by)


def _leave(row: Member, day: date, how: str, by: Actor, *, forget: bool = True) -> None:
    if how not in LEAVINGS or not row.elected_on < day <= areas.today():
        raise BadInput(fields={"day": _("须晚于当选日，且不晚于今天")})
    Member.objects.filter(pk=row.pk).update(left_on=day, left_how=how)
    if forget:
        until = months_after(day, 12 * int(rules.value("keep_years", day)))
        people.Person.objects.filter(pk=row.person_id).update(keep_until=until)
    changes.record(by, "committees.member", str(row.pk), {"left_on": None}, {"left_on": day, "how": how})
    _must_tell(row.committee, areas.today())


def _locked(member: int, by: Actor, right: str) -> Member:
    row = deeds.held(Member.objects.select_related("committee__body", "person"), pk=member)
    rights.enter(by, right, area=row.committee.body.area_id, body=row.committee.body_id)
    return row


@transaction.atomic
def decide(member: int, prohibition: str, measure: str, day: date, by: Actor, *, paper: bytes | None = None) -> Measure:
    """Enter what was decided about a member who broke a prohibition: criticism by the committee, removal or dismissal
    by whoever elected or engaged (People's Mediation Law art. 15). Raises NotAllowed, BadInput."""
    right = "committees.criticise" if measure == "criticism" else "committees.remove"
    row = _locked(member, by, right)
    if prohibition not in PROHIBITIONS or measure not in MEASURES or by.body is None or by.post is None:
        raise BadInput(fields={"prohibition": prohibition, "measure": measure})
    if changes.repeated(by, "committees.measure"):
        return row.measures.latest("pk")
    if row.left_on is not None or not row.elected_on < day <= areas.today():
        raise BadInput(fields={"day": _("须在任职期间，且不晚于今天")})
    made = Measure.objects.create(
        member=row, prohibition=prohibition, measure=measure, decided_on=day, body_id=by.body, post=by.post,
        file=files.keep(paper) if paper else None,
    )  # fmt: skip
    after = {"prohibition": prohibition, "measure": measure, "decided_on": day}
    changes.record(by, "committees.measure", str(made.pk), {}, after)
    if measure != "criticism":
        _leave(row, day, "removed" if measure == "removal" else "dismissed", by.under(None))
    return made


# ---- the roster is told ----------------------------------------------------------------------------------------------


def _must_tell(of: Committee, day: date) -> None:
    now = clock.now()
    rule = registry.rule(rules.TELL, now)
    Telling.objects.get_or_create(
        committee=of, told_at=None,
        defaults={"since": day, "due_at": clock.due(now, rule.limit), "rule": rule.stamp},
    )  # fmt: skip


@transaction.atomic
def tell_roster(of: Committee, by: Actor) -> Telling | None:
    """The roster was told to the county's justice bureau; None when there is nothing to tell."""
    rights.enter(by, "committees.keep", area=of.body.area_id, body=of.body_id)
    row = Telling.objects.select_for_update().filter(committee=of, told_at=None).first()
    if changes.repeated(by, "committees.telling") or row is None:
        return row
    row.told_at = clock.now()
    row.save(update_fields=["told_at"])
    changes.record(by, "committees.telling", str(row.pk), {"told": False}, {"told": True, "rule": row.rule})
    return row


@transaction.atomic
def receive_roster(telling: int, by: Actor) -> None:
    """The justice bureau has received a roster. Harmless when repeated."""
    row = deeds.held(Telling.objects.select_related("committee__body"), pk=telling)
    rights.enter(by, "committees.receive", area=row.committee.body.area_id)
    if row.told_at is None or row.received_at is not None:
        return
    row.received_at = clock.now()
    row.save(update_fields=["received_at"])
    changes.record(by, "committees.telling", str(row.pk), {"received": False}, {"received": True})


# ---- the yearly look -------------------------------------------------------------------------------------------------


@transaction.atomic
def review(
    of: Committee, year: int, found: Mapping[str, bool], by: Actor, *, proofs: Sequence[tuple[str, bytes]] = ()
) -> Review:
    """The yearly look at the five haves, item by item, with photos or scans. One a year; under the list of its day."""
    rights.enter(by, "committees.review", area=of.body.area_id)
    day = areas.today()
    norm = registry.norm("committees.five_haves", day)
    items = [item for item, _title, _english in norm.value]
    if year != day.year or set(found) != set(items) or any(item not in items for item, _content in proofs):
        raise BadInput(fields={"found": "、".join(items)})
    if changes.repeated(by, "committees.review"):
        return Review.objects.get(committee=of, year=year)
    before = Review.objects.filter(committee=of, year=year).first()
    row, _made = Review.objects.update_or_create(
        committee=of, year=year, defaults={"norm": norm.stamp, "found": dict(found), "on": day, "post": by.post}
    )
    for item, content in proofs:
        Proof.objects.create(review=row, item=item, file=files.keep(content))
    changes.record(
        by, "committees.review", f"{of.body.code}/{year}", {"found": before.found if before else {}},
        {"found": dict(found), "norm": norm.stamp},
    )  # fmt: skip
    return row


def shows(by: Actor, sha256: str) -> bool:
    """Whether a post may open a file: a proof or a decision of a committee it may look at."""
    proofs = Proof.objects.filter(file=sha256).select_related("review__committee__body")
    papers = Measure.objects.filter(file=sha256).select_related("member__committee__body")
    bodies = [each.review.committee.body for each in proofs] + [each.member.committee.body for each in papers]
    return any(rights.entitled(by, "committees.look", area=each.area_id, body=each.pk) for each in bodies)
