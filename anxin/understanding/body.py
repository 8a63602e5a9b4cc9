"""Which body will in the end do it: the one the kind's rule names, corrected by what became of such matters here.

Counted once a day from the matters of the last year that were done: who led when they were done, in the same town, in
the same county, in the whole city; and who handed them back. Where little is known the wider circle counts, in the end
the rule: each circle is weighed against the wider one as if that had been seen three times [INF]. What other towns'
own bodies did counts for the body that has the same office here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import connection

from anxin.kernel import areas, bodies, clock, registry
from anxin.kernel.areas import Place
from anxin.kernel.bodies import Body, Directory
from anxin.kernel.errors import UnknownKind
from anxin.kernel.matters import CLOSED, FINISHED, REPLIED
from anxin.kernel.orders import WITHDRAWN

SPAN = timedelta(days=365)
"""How far back one looks [INF]."""
PRIOR = 3.0
"""Matters the wider circle is worth in the narrower one [INF]."""
ENOUGH = 5
"""Matters from which a circle is named as the reason [INF]."""

_ASKED = """
    SELECT kind, town_id, county_id, lead_id, count(*), 0 FROM kernel_matter
    WHERE reported_at >= %(since)s AND state = ANY(%(done)s) AND lead_id IS NOT NULL
    GROUP BY kind, town_id, county_id, lead_id
    UNION ALL
    SELECT m.kind, m.town_id, m.county_id, o.body_id, 0, count(*) FROM kernel_order o
    JOIN kernel_matter m ON m.id = o.matter_id
    WHERE m.reported_at >= %(since)s AND o.sent_at >= %(since)s AND o.hand_backs > 0 AND o.state = %(withdrawn)s
    GROUP BY m.kind, m.town_id, m.county_id, o.body_id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """The body that will probably do it (its code, empty: nobody can be named), how probably, and why."""

    body: str = ""
    probability: float = 0.0
    reason: str = ""


@dataclass(slots=True)
class _Circle:
    """What became of one kind of matter in one town, county, or all over: by body."""

    done: Counter[int] = field(default_factory=Counter)
    back: Counter[int] = field(default_factory=Counter)

    def without(self, other: _Circle) -> _Circle:
        """What lies in this circle and not in one inside it."""
        return _Circle(self.done - other.done, self.back - other.back)


_Seen = tuple[int | None, _Circle, Counter[int]]
"""The circle a reason speaks of: its area, what was done there by the offices here, and by whom it really was."""


class Past:
    """What became of the matters of the last year, by kind and place."""

    def __init__(self, rows: Iterable[tuple[str, int | None, int | None, int, int, int]]) -> None:
        self.towns: dict[tuple[str, int], _Circle] = {}
        self.counties: dict[tuple[str, int], _Circle] = {}
        self.city: dict[str, _Circle] = {}
        for kind, town, county, body, done, back in rows:
            circles = [self.city.setdefault(kind, _Circle())]
            if county is not None:
                circles.append(self.counties.setdefault((kind, county), _Circle()))
            if town is not None:
                circles.append(self.towns.setdefault((kind, town), _Circle()))
            for circle in circles:
                circle.done[body] += done
                circle.back[body] += back

    def likely(self, kind: str, place: Place) -> Likely:
        """The body that will probably do a matter of a kind at a place. Raises UnknownKind."""
        declared, directory = registry.kind(kind), bodies.directory()
        ruled = directory.find(declared.lead.role, place)
        if place.county is None and declared.place_needed:
            return Likely(reason="地点尚不明确，暂不能判断由哪个单位办理。")
        chances: dict[int, float] = {ruled: 1.0} if ruled is not None else {}
        told: _Seen | None = None
        circles = list(self._circles(kind, place))
        for (area, circle), (_, narrower) in zip(circles, [*circles[1:], (None, _Circle())], strict=False):
            here = _as_here(circle, directory, place)
            only = _as_here(circle.without(narrower), directory, place)  # nothing is counted twice
            left = {body: max(0, count - only.back[body]) for body, count in only.done.items()}
            known, base = sum(left.values()) + sum(only.back.values()), PRIOR if chances else 0.0
            if known + base == 0:
                continue
            both = {*left, *chances}
            chances = {b: (left.get(b, 0) + base * chances.get(b, 0.0)) / (known + base) for b in both}
            if sum(here.done.values()) >= ENOUGH:
                told = area, here, circle.done
        if not chances:
            return Likely(reason="规则未指定单位，近一年也没有办结记录，请人工派单。")
        best = max(sorted(chances), key=lambda each: chances[each])
        body = directory.by_id[best]
        return Likely(
            body=body.code, probability=round(chances[best], 4), reason=_reason(kind, body, ruled == best, told)
        )

    def _circles(self, kind: str, place: Place) -> Iterable[tuple[int | None, _Circle]]:
        """From the widest to the narrowest."""
        if (found := self.city.get(kind)) is not None:
            yield None, found
        if place.county is not None and (found := self.counties.get((kind, place.county))) is not None:
            yield place.county, found
        if place.town is not None and (found := self.towns.get((kind, place.town))) is not None:
            yield place.town, found


def _as_here(circle: _Circle, directory: Directory, place: Place) -> _Circle:
    """The same counts under the bodies that have those offices at a place; offices nobody has here are left out."""
    here = _Circle()
    for body in {*circle.done, *circle.back}:
        if (known := directory.by_id.get(body)) is None:
            continue  # it exists no longer
        one = body if _in_charge(known, place) else directory.find(_role(known), place)
        if one is not None:
            here.done[one] += circle.done[body]
            here.back[one] += circle.back[body]
    return here


def _role(body: Body) -> str:
    return f"{body.kind}:{body.function}" if body.function else body.kind


def _in_charge(body: Body, place: Place) -> bool:
    return body.area.level == "city" or body.area_id in (place.grid, place.village, place.town, place.county)


def _reason(kind: str, body: Body, ruled: bool, told: _Seen | None) -> str:
    title = registry.kind(kind).title
    if told is None:
        why = "按职责规则" if ruled else "按少量办结记录"
        return f"{why}，“{title}”类事项由{body.name}办理；近一年办结记录不足 {ENOUGH} 件。"
    area, circle, own = told
    where = areas.tree().areas[area].name if area is not None else "全市"
    done, back = circle.done[body.pk], circle.back[body.pk]
    who = f"由{body.name}办结" if own[body.pk] == done else f"由各地同职能单位（此处为{body.name}）办结"
    returned = f"，退回 {back} 件" if back else ""
    rule = "，与职责规则一致" if ruled else "，与职责规则指定的单位不同"
    return f"近一年{where}“{title}”类事项 {sum(circle.done.values())} 件中 {done} 件{who}{returned}{rule}。"


_past: tuple[tuple[date, str], Past] | None = None


def past(moment: datetime | None = None) -> Past:
    """What became of the matters of the last year, counted once a day (one question)."""
    global _past
    now = moment or clock.now()
    key = clock.local_day(now), str(connection.settings_dict["NAME"]) + str(settings.VAR)
    if _past is None or _past[0] != key:
        since = datetime.combine(key[0], time(), clock.TZ) - SPAN
        with connection.cursor() as cursor:
            cursor.execute(_ASKED, {"since": since, "done": [FINISHED, REPLIED, CLOSED], "withdrawn": WITHDRAWN})
            _past = key, Past(cursor.fetchall())
    return _past[1]


def count_anew() -> None:
    """Count again at the next question, without waiting for the next day."""
    global _past
    _past = None


def likely(asked: Mapping[int, tuple[str, Place]]) -> dict[int, Likely]:
    """The body for each of many matters, by id: (kind, place). At most one question to the database."""
    known = past()
    found = {}
    for pk, (kind, place) in asked.items():
        try:
            found[pk] = known.likely(kind, place)
        except UnknownKind:
            found[pk] = Likely(reason="类别未知，请先改类。")
    return found
