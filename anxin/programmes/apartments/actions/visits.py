"""Looking: visits at their four rhythms, what they find, until when it is put right, and the second look."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from anxin.kernel import areas, bodies, clock, files, flow, registry
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import BadInput, NotAllowed, NotFound, NothingSaid
from anxin.kernel.matters import Report
from anxin.programmes.apartments import rules
from anxin.programmes.apartments.actions import Done, company, writes
from anxin.programmes.apartments.models import GRADES, RHYTHMS, Building, Hazard, Photo, Room, Visit

HAZARD = "apartments.hazard"
LIVED_IN = ("accepted", "let", "suspended")
WHO: Mapping[str, frozenset[str]] = {
    "daily": frozenset({"manager"}), "weekly": frozenset({"manager"}),
    "monthly": frozenset({"village", "grid_worker", "grid_head"}), "quarterly": frozenset({"clerk"}),
}  # fmt: skip
"""Whose each rhythm is: the company's, the village's and its grid's, the fire brigade's. Guide 4.3 [INF]."""


def falls_due(day: date) -> list[str]:
    """Which rhythms begin a turn on a day: every day, Mondays, the first of a month, the first of a quarter."""
    turns = {"daily": True, "weekly": day.weekday() == 0, "monthly": day.day == 1, "quarterly": day.day == 1
             and day.month % 3 == 1}  # fmt: skip
    return [rhythm for rhythm, now in turns.items() if now]


def plan(day: date, rows: Collection[Building]) -> int:
    """Put down the visits that fall due on a day, once for each building; returns how many are new."""
    before = Visit.objects.filter(due_on=day).count()
    made = [Visit(building=row, rhythm=rhythm, due_on=day) for row in rows for rhythm in falls_due(day)]
    Visit.objects.bulk_create(made, ignore_conflicts=True)
    return Visit.objects.filter(due_on=day).count() - before


def _checklist(rhythm: str, day: date) -> dict[str, Any]:
    norm = registry.norm(f"apartments.checklist.{rhythm}", day)
    return {"stamp": norm.stamp, "items": norm.value}


@writes("visit", "apartments.visit")
def begin(row: Building, by: Actor, *, rhythm: str, day: date | None = None) -> Done[Visit]:
    """Begin a visit: from here on it keeps the check-list in its version of today, whatever is changed later."""
    if rhythm not in RHYTHMS or by.role not in WHO[rhythm] | {"system"}:
        raise NotAllowed(rhythm=rhythm)
    visit, _new = Visit.objects.get_or_create(building=row, rhythm=rhythm, due_on=day or areas.today())
    if visit.began_at is None:
        for name, value in _checklist(rhythm, areas.today()).items():
            setattr(visit, name, value)
        visit.began_at, visit.post = clock.now(), by.post
        visit.save()
    return Done(visit, {"began": visit.began_at, "checklist": visit.stamp}, subject=str(visit.pk))


@writes("visit", "apartments.visit")
def finish(
    row: Building,
    by: Actor,
    *,
    pk: int,
    answers: Mapping[str, str],
    photos: Mapping[str, Sequence[bytes]] | None = None,
) -> Done[list[Hazard]]:
    """End a visit: each item of its list is "ok", "bad" or "none" (does not apply); what is bad becomes a hazard.

    Raises VisitOver, BadInput where an item is left out.
    """
    visit = Visit.objects.select_for_update().filter(pk=pk, building=row).first()
    if visit is None or visit.began_at is None:
        raise NotFound
    if visit.finished_at is not None:
        raise rules.VisitOver
    left = [each["code"] for each in visit.items if answers.get(each["code"]) not in ("ok", "bad", "none")]
    if left:
        raise BadInput(fields={code: _("请逐项填写") for code in left})
    visit.answers = {each["code"]: answers[each["code"]] for each in visit.items}
    visit.finished_at, visit.post = clock.now(), by.post
    visit.save()
    found = []
    for each in visit.items:
        shots = [files.keep(shot) for shot in (photos or {}).get(each["code"], ())]
        Photo.objects.bulk_create(Photo(building=row, visit=visit, item=each["code"], file=shot) for shot in shots)
        if visit.answers[each["code"]] == "bad":
            title = each["text"].partition("|")[0]
            found.append(_hazard(row, by, title, each.get("grade", "general"), item=each["code"], visit=visit))
    return Done(found, {"answers": visit.answers}, subject=str(visit.pk))


@writes("round", "apartments.visit", find=company)
def round_done(
    body: bodies.Body, by: Actor, *, rhythm: str, day: date, bad: Mapping[str, Sequence[str]] | None = None
) -> Done[list[Hazard]]:
    """A round through all lived-in buildings of a company that are due: all in order except what is named.

    `bad`: items of the check-list that are wrong, by code of the building. One row in the book of changes for a round.
    """
    if rhythm not in RHYTHMS or by.role not in WHO[rhythm] | {"system"}:
        raise NotAllowed(rhythm=rhythm)
    rows = list(Building.objects.filter(company=body, status__in=LIVED_IN).select_related("house__village"))
    listed, moment, wrong = _checklist(rhythm, areas.today()), clock.now(), bad or {}
    known = {code for each in rows for code in wrong if each.code == code}
    codes = {each["code"]: each for each in listed["items"]}
    if known != set(wrong) or not {item for items in wrong.values() for item in items} <= set(codes):
        raise BadInput(fields={"bad": _("没有这一楼栋或检查项")})
    due = [Visit(building=row, rhythm=rhythm, due_on=day) for row in rows]
    Visit.objects.bulk_create(due, ignore_conflicts=True)
    visits = list(Visit.objects.filter(building__in=rows, rhythm=rhythm, due_on=day, finished_at=None))
    for visit in visits:
        visit.stamp, visit.items = listed["stamp"], listed["items"]
        visit.began_at, visit.finished_at, visit.post = visit.began_at or moment, moment, by.post
    by_pk, found = {row.pk: row for row in rows}, []
    for visit in visits:
        row = by_pk[visit.building_id]
        visit.answers = {code: "bad" if code in wrong.get(row.code, ()) else "ok" for code in codes}
        for item in wrong.get(row.code, ()):
            told = codes[item]
            found.append(_hazard(row, by, told["text"].partition("|")[0], told["grade"], item=item, visit=visit))
    Visit.objects.bulk_update(visits, ["stamp", "items", "answers", "began_at", "finished_at", "post"])
    return Done(found, {"rhythm": rhythm, "day": day, "visits": len(visits), "hazards": len(found)})


@writes("hazard", "apartments.see")
def hazard(
    row: Building, by: Actor, *, title: str, grade: str = "general", number: str = "", shots: Sequence[bytes] = ()
) -> Done[Hazard]:
    """Report a hazard outside of a visit; whoever may see the building may speak up."""
    if not title.strip() or len(title) > 200:
        raise NothingSaid(fields={"title": _("请写明隐患，不超过200字")})
    here = Room.objects.filter(building=row, number=number).first() if number else None
    made = _hazard(row, by, title.strip(), grade, room=here)
    Photo.objects.bulk_create(Photo(building=row, hazard=made, file=files.keep(shot)) for shot in shots)
    return Done(made, {"hazard": made.pk, "grade": grade}, subject=str(made.pk))


def _hazard(
    row: Building, by: Actor, title: str, grade: str, *, item: str = "", visit: Visit | None = None,
    room: Room | None = None,
) -> Hazard:  # fmt: skip
    """A serious one is also a matter: it reaches the fire brigade as an order, with its own clock."""
    if grade not in GRADES:
        raise BadInput(fields={"grade": grade})
    now = clock.now()
    due, rule = rules.due(f"fix.{grade}", now)
    made = Hazard.objects.create(
        building=row, room=room, visit=visit, item=item, title=title, grade=grade, found_at=now, due_at=due, rule=rule
    )
    if grade == "serious":
        told = Report(
            kind=HAZARD, title=f"{row.title}：{title}"[:120], nature="report", urgency="urgent", channel="web",
            lat=row.lat, lon=row.lon, area=row.house.village.code, address=f"{row.house.place}（{row.code}）",
        )  # fmt: skip
        made.matter = flow.report(told, by.under(f"{by.key}.{made.pk}" if by.key else None)).matter
        made.save(update_fields=["matter"])
    return made


def _found(row: Building, pk: int) -> Hazard:
    found = Hazard.objects.select_for_update(of=("self",)).filter(pk=pk, building=row, closed_at=None).first()
    if found is None:
        raise NotFound
    return found


@writes("hazard", "apartments.check_in")
def fix(row: Building, by: Actor, *, pk: int, said: str, shots: Sequence[bytes] = ()) -> Done[Hazard]:
    """The company or the enterprise has put a hazard right, with what was done and a photo."""
    found = _found(row, pk)
    if not said.strip():
        raise NothingSaid(fields={"said": _("请写明整改措施")})
    found.fixed_at, found.fixed_post = clock.now(), by.post
    found.save(update_fields=["fixed_at", "fixed_post"])
    Photo.objects.bulk_create(Photo(building=row, hazard=found, item="fixed", file=files.keep(shot)) for shot in shots)
    return Done(found, {"fixed": found.fixed_at}, reason=said, subject=str(pk))


@writes("hazard", "apartments.visit")
def recheck(row: Building, by: Actor, *, pk: int, good: bool, said: str = "") -> Done[Hazard]:
    """Another post looks again: closed when it is good, else open anew with its old deadline. Raises FixedByItself."""
    found = _found(row, pk)
    if found.fixed_at is None:
        raise BadInput(_("尚未整改，不能复查"))
    if by.post is not None and by.post == found.fixed_post:
        raise rules.FixedByItself
    found.closed_at, found.closed_post = (clock.now(), by.post) if good else (None, None)
    found.fixed_at = found.fixed_at if good else None
    found.save(update_fields=["closed_at", "closed_post", "fixed_at"])
    return Done(found, {"closed": found.closed_at}, reason=said, subject=str(pk))


def open_visits(by: Actor, rows: Collection[int], day: date) -> Any:
    """The visits of some buildings that are due or under way for the reader's role, the oldest first."""
    mine = [rhythm for rhythm, roles in WHO.items() if by.role in roles]
    recent = Q(due_on__lte=day, due_on__gt=day - timedelta(days=92))
    return Visit.objects.filter(recent, building__in=rows, rhythm__in=mine, finished_at=None).order_by("due_on")


def put_right(pairs: list[tuple[Any, Any]]) -> None:
    """What the fire brigade finished as an order counts as put right; somebody still has to look again."""
    moment: datetime = clock.now()
    Hazard.objects.filter(matter__in=[matter for matter, _entry in pairs], fixed_at=None).update(fixed_at=moment)
