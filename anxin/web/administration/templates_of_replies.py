"""Templates for replies: which are offered for a matter to a body, and how their blanks are filled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from anxin.kernel import areas, clock
from anxin.kernel.bodies import Body
from anxin.kernel.errors import BadInput
from anxin.kernel.matters import Matter
from anxin.web import words
from anxin.web.administration.models import ReplyTemplate

BLANKS: Mapping[str, str] = {
    "number": gettext_noop("事项编号"),
    "title": gettext_noop("事项标题"),
    "kind": gettext_noop("事项类别"),
    "body": gettext_noop("答复单位"),
    "due": gettext_noop("办理期限"),
    "town": gettext_noop("所在镇街"),
    "today": gettext_noop("今天的日期"),
}
"""What may stand in braces in a template."""
_BLANK = re.compile(r"\{([^{}\n]{0,40})\}")
TEXT_LENGTH, TITLE_LENGTH = 2000, 60


class UnknownBlank(BadInput):
    """模板里有不认识的占位符，请从列出的占位符中选用。"""

    code = "unknown_blank"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A template as it is offered for one matter: its title, and its text with the blanks filled."""

    pk: int
    title: str
    text: str


def templates_for(matter: Matter, body: Body | int | None) -> list[Offer]:
    """The templates a body may begin its reply to a matter with, the nearest first, filled in.

    Nearest: its own, then those of the place (village before town before county), then the city's; among equals those
    of the very kind before those of every kind. Shape: list of Offer, at most 50.
    """
    pk = body.pk if isinstance(body, Body) else body
    places = [matter.grid_id, matter.village_id, matter.town_id, matter.county_id]
    today = areas.today()
    tree, place = areas.tree(), next((each for each in places if each is not None), None)
    chain = tree.chain(place, today) if place is not None else []
    rows = ReplyTemplate.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=today),
        Q(kinds=[]) | Q(kinds__contains=[matter.kind]),
        Q(body=None) | Q(body=pk),
        Q(area=None) | Q(area__in=chain),
        valid_from__lte=today,
    )

    def near(row: ReplyTemplate) -> tuple[int, int, int, str]:
        where = chain.index(row.area_id) if row.area_id in chain else len(chain)
        return (0 if row.body_id else 1, where, 0 if row.kinds else 1, row.title)

    name = words.body(pk)
    return [
        Offer(pk=row.pk, title=row.title, text=filled(row.text, matter, name)) for row in sorted(rows, key=near)[:50]
    ]


def filled(text: str, matter: Matter, body: str) -> str:
    """A template's text with its blanks filled from a matter; `body` is the name of who replies."""
    due = matter.due_at
    values = {
        "number": matter.number,
        "title": matter.title,
        "kind": words.kind(matter.kind),
        "body": body,
        "due": date_format(clock.last_day(due), "DATE_FORMAT") if due else "",
        "town": matter.town.name if matter.town else "",
        "today": date_format(areas.today(), "DATE_FORMAT"),
    }
    return substituted(text, values)


def substituted(text: str, values: Mapping[str, str]) -> str:
    """A template's text with these values in its blanks; a blank nobody knows stays as it is."""
    return _BLANK.sub(lambda found: values.get(found[1], found[0]), text)


def check(text: str) -> None:
    """Raise UnknownBlank when a template has blanks nobody can fill."""
    unknown = [found for found in _BLANK.findall(text) if found not in BLANKS]
    if unknown:
        named = "、".join(f"{{{each}}}" for each in dict.fromkeys(unknown))
        known = " ".join(f"{{{each}}}" for each in BLANKS)
        raise UnknownBlank(fields={"text": _("{named}：可用的有 {known}").format(named=named, known=known)})
