"""What goes out: the requests everybody may know of, without a word anybody wrote, places as coarse as on `/around`.

What is shown and how finely a place is named follows `anxin/public/around.py` (at least K different people must have
reported from a place). What that hour's picture does not hold - older, or reported a minute ago - is placed by its
town.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anxin.channels.open311 import ids
from anxin.channels.open311.moments import written
from anxin.kernel import areas, bodies, flow, house, registry
from anxin.kernel.areas import Tree
from anxin.kernel.journal import Entry
from anxin.kernel.matters import CLOSED, MERGED, OPEN, REFUSED, Matter
from anxin.public import around, near, timeline
from anxin.public.around import Place
from anxin.understanding.redaction import redact

CODE = "open311"
ATTRIBUTES = f"{CODE}.attributes"
MOVED = ("report", "dispatch", "refuse", "merge", "unmerge", *near.TOLD)
"""What counts as an update: what whoever joined a matter would be told of."""
WIDE = ("town", "county", "city", "province")
"""Bodies of such areas are named as responsible; one of a village would say where the report came from."""


def services() -> Mapping[str, registry.Kind]:
    """The kinds that may be reported here: open, and of those everybody may see afterwards."""
    seen = set(around.kinds())
    return {code: kind for code, kind in house.open_kinds().items() if code in seen and kind.place_needed}


def visible() -> QuerySet[Matter]:
    """All requests that may be known."""
    own = Q(channel=CODE, state__in=(REFUSED, MERGED))
    return Matter.objects.filter(
        Q(state__in=around.STATES) | own,
        confidential=False, police="", kind__in=around.kinds(), nature__in=around.NATURES,
    ).exclude(title__in=("", flow.ERASED))  # fmt: skip


def updated() -> Subquery:
    """When something last happened to a matter that the outside would be told of."""
    told = Entry.objects.filter(matter=OuterRef("pk"), verb__in=MOVED)
    return Subquery(told.order_by("-seq").values("at")[:1])


@dataclass(frozen=True, slots=True)
class _Told:
    """What the journal says of one matter to the outside."""

    notes: Sequence[Mapping[str, Any]] = ()
    answer: str = ""
    given: tuple[tuple[str, str], ...] = ()


def requests(matters: Iterable[Matter], *, extended: bool) -> list[dict[str, Any]]:
    """Requests as they are sent. Two or three questions to the database for all of them."""
    rows = list(matters)
    tree, places, known = areas.tree(), around.picture().at, bodies.directory().by_id
    told = _told([row.pk for row in rows], extended)
    return [_request(row, tree, places, known, told.get(row.pk, _Told()), extended) for row in rows]


def _request(
    m: Matter, tree: Tree, places: Mapping[int, Place], known: Mapping[int, bodies.Body], told: _Told, extended: bool
) -> dict[str, Any]:
    place = places.get(m.pk) or around.by_town(tree, m.town_id, m.county_id)
    lead = known.get(m.lead_id or 0)
    name = around.kind_title(m.kind)
    moved: datetime = getattr(m, "updated", None) or m.reported_at
    found: dict[str, Any] = {
        "service_request_id": ids.outside(m.pk),
        "status": "open" if m.state in OPEN else "closed",
        "status_notes": " ".join(part for part in (stand(m.state), told.answer) if part),
        "service_name": name,
        "service_code": m.kind,
        "description": " · ".join(part for part in (name, around.place_name(place) if place else "") if part),
        "agency_responsible": lead.name if lead is not None and lead.area.level in WIDE else None,
        "service_notice": None,
        "requested_datetime": written(m.reported_at),
        "updated_datetime": written(m.closed_at if m.state in (CLOSED, REFUSED) and m.closed_at else moved),
        "expected_datetime": written(m.due_at) if m.state in OPEN else None,
        "address": around.place_name(place) if place else None,
        "address_id": place.code.replace(".", "-") if place else None,
        "zipcode": None,
        "lat": round(place.lat, 4) if place else None,
        "long": round(place.lon, 4) if place else None,
        "media_url": None,
    }
    if extended:
        found["extended_attributes"] = {
            "place_level": place.level if place else None,
            "detailed_status": m.state,
            "voices": m.voices,
        }
        found["attributes"] = [{"code": code, "value": value} for code, value in told.given]
        found["notes"] = list(told.notes)
    return found


def stand(state: str) -> str:
    """How far a request is, in the reader's language."""
    return pgettext("what became of it", "不予受理") if state == REFUSED else str(near.STATES[state])


def _told(pks: list[int], extended: bool) -> dict[int, _Told]:
    """The answers made for the public; with `extended` every step that is told outside, and values chosen from lists.

    What was typed freely stays inside; an answer goes through the redaction once more.
    """
    verbs = [*near.TOLD, "note"] if extended else ["reply"]
    entries = Entry.objects.filter(matter__in=pks, verb__in=verbs).select_related("words").order_by("matter", "seq")
    found: dict[int, _Told] = {}
    for entry in entries:
        so_far = found.get(entry.matter_id, _Told())
        facts = entry.data.get("facts", {})
        if entry.verb == "note":
            if facts.get("about") == ATTRIBUTES:
                given = tuple((k, v) for k, v in facts.items() if k not in ("about", "digest"))
                found[entry.matter_id] = _Told(so_far.notes, so_far.answer, given)
            continue
        texts = entry.words.texts if entry.verb == "reply" and hasattr(entry, "words") else None
        answer = redact(str((texts or {}).get("public", "")))
        step = {
            "datetime": written(entry.at),
            "type": entry.verb,
            "description": " ".join(part for part in (str(timeline.STEPS[entry.verb]), answer) if part),
        }
        found[entry.matter_id] = _Told((*so_far.notes, step), answer or so_far.answer, so_far.given)
    return found


def notice(matter: Matter, link: str) -> str:
    """What whoever reported is told at once: the number, the code to follow it, where."""
    sentence = _("事项编号 {number}，查询码 {code}。查询进展：{link}")
    return sentence.format(number=matter.number, code=matter.follow_code, link=link)
