"""What happens after a verb: sent by grade, one level up when overdue, repeated or cross-department, reviewed again."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from anxin.kernel import areas, bodies, clock, flow
from anxin.kernel.bodies import SYSTEM
from anxin.kernel.errors import LimitReached
from anxin.kernel.matters import REPORTED, WORKING, Matter
from anxin.kernel.orders import ACTIVE, SENT
from anxin.kernel.registry import Reaction
from anxin.programmes.sixsystems import figures, rules
from anxin.programmes.sixsystems.actions import reviews
from anxin.programmes.sixsystems.kinds import EVENTS, KINDS
from anxin.programmes.sixsystems.rules import GRADED, GRADES, LEVEL_BODY, REPEATED

OWN = tuple(kind.code for kind in KINDS)


def _facts(entry: Any) -> dict[str, Any]:
    found: dict[str, Any] = entry.data.get("facts", {})
    return found


@transaction.atomic
def send_by_grade(matter: Matter, entry: Any) -> None:
    """A new grade brings the body of its level, while nobody has begun."""
    grade = GRADES.get(str(_facts(entry).get("grade", "")))
    if _facts(entry).get("about") != GRADED or grade is None or grade[3] not in LEVEL_BODY:
        return
    now = Matter.objects.select_for_update(of=("self",)).get(pk=matter.pk)
    place = areas.Place(now.grid_id, now.village_id, now.town_id, now.county_id)
    body = bodies.directory().find(LEVEL_BODY[grade[3]], place)
    untouched = not now.orders.filter(state__in=ACTIVE).exclude(state=SENT).exists()
    if body is not None and body != now.lead_id and now.state in (REPORTED, WORKING) and untouched:
        by = SYSTEM.under(f"sixsystems.grade.{entry.pk}")
        flow.dispatch(now, by, bodies.directory().by_id[body], reason=f"按分级派单：{grade[0]}")


@transaction.atomic
def _lift(matter: Matter, entry: Any, why: str, *, upto: str = "city") -> None:
    now = Matter.objects.select_for_update(of=("self",)).get(pk=matter.pk)
    if now.is_open and now.level != upto:
        try:
            flow.escalate(now, SYSTEM.under(f"sixsystems.lift.{entry.pk}"), why)
        except LimitReached:
            return  # the city is the highest level


def lift_overdue(matter: Matter, entry: Any) -> None:
    """One level up when the whole limit has run out."""
    if any(code.startswith("handle.grid.") and percent == 100 for _, code, percent in _facts(entry).get("rung", ())):
        _lift(matter, entry, "超时未办结，提级一级")


def lift_repeated(told: list[tuple[Any, Any]]) -> None:
    """One level up, and a note, when the same class has come again and again in the same grid."""
    again = figures.repeated([(matter.grid_id, matter.kind) for matter, _ in told if matter.grid_id], clock.now())
    for matter, entry in told:
        if (matter.grid_id, matter.kind) in again:
            by = SYSTEM.under(f"sixsystems.repeat.{entry.pk}")
            flow.note(matter, by, "同一网格同类事件反复发生，请提交例会会商", about=REPEATED)
            _lift(matter, entry, "同一网格同类事件反复发生，提级一级")


def lift_joint(matter: Matter, entry: Any) -> None:
    """One level up when several departments have to act together."""
    helping = matter.orders.filter(state__in=ACTIVE, body__kind="department").values("body").distinct().count()
    if helping >= rules.value("departments", clock.local_day(clock.now())):
        _lift(matter, entry, "跨部门事项，提级一级", upto="county")


def review_again(matter: Matter, entry: Any) -> None:
    """What has come back is reviewed: why did it?"""
    if _facts(entry).get("recurred"):
        reviews.begin(matter, SYSTEM)


def _reaction(verb: str, title: str, title_en: str, source: str, kinds: Any = EVENTS, **do: Any) -> Reaction:
    return Reaction(verb=verb, title=title, title_en=title_en, source=source, provenance="INF", kinds=kinds, **do)


_AGAIN = "本项目默认值：复发即重开并查根因"
_UP = "本项目默认值：超时、反复、跨部门提级一级"
AFTER: tuple[Reaction, ...] = (
    _reaction("note", "分级后按级派单", "Sent to the level of its grade", "本项目默认值：分级后派单", do=send_by_grade),
    _reaction("warn", "超时提级一级", "One level up when overdue", _UP, OWN, do=lift_overdue),
    _reaction("report", "反复发生提级一级", "One level up when repeated", _UP, do_all=lift_repeated),
    _reaction("dispatch", "跨部门提级一级", "One level up when several departments act", _UP, do=lift_joint),
    _reaction("track", "跟踪发现复发，重开微复盘", "Reviewed again when it has come back", _AGAIN, do=review_again),
)
"""What happens after a verb, by this programme."""
