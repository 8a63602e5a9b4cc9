"""Finding a body while one types: by name, by the first letters of its pinyin, by what it is for; suggestions first.

Without words the answer is whom one would ask anyway, each with the reason: the rule of the kind, what the system
understood, whom another body has proposed, who led such matters lately.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from anxin.kernel import access, areas, bodies, registry
from anxin.kernel.areas import Place
from anxin.kernel.bodies import Body, Directory
from anxin.kernel.matters import Matter
from anxin.kernel.orders import RETURNING, Order
from anxin.understanding import advice
from anxin.web import session, words

LOOSE = 4
"""From this match on nearness counts for less than a better match elsewhere."""
SHOWN, LATELY, LONGEST = 12, 200, 60
"""Bodies in one answer; matters of the kind looked at for who led lately [INF]; letters of a question."""


@dataclass(frozen=True, slots=True)
class Known:
    """A body with everything it can be found by."""

    body: Body
    said: str
    letters: str
    pinyin: str


@lru_cache(maxsize=2)
def _known(directory: Directory) -> tuple[Known, ...]:
    """All bodies with their pinyin; made once for each edition of the directory."""
    from pypinyin import Style, lazy_pinyin

    found = []
    for body in directory.by_id.values():
        letters = "".join(each[:1] for each in lazy_pinyin(body.name, style=Style.FIRST_LETTER))
        said = f"{body.name} {body.function} {body.kind} {body.code}".lower()
        found.append(Known(body, said, letters.lower(), "".join(lazy_pinyin(body.name)).lower()))
    return tuple(found)


def search(matter: Matter, typed: str) -> list[tuple[Body, str]]:
    """Bodies that fit what was typed, each with the area it is for: those in charge of the place first."""
    said = typed.strip().lower()[:LONGEST]
    tree, day = areas.tree(), areas.today()
    place = next((x for x in (matter.grid_id, matter.village_id, matter.town_id, matter.county_id) if x), None)
    near = {area: rank for rank, area in enumerate(tree.chain(place, day) if place is not None else [])}
    found = []
    for each in _known(bodies.directory()):
        match = _match(each, said)
        if match is not None:
            away = near.get(each.body.area_id, len(near) + 1)
            found.append((match >= LOOSE, away, match, each.body.name, each.body))
    found.sort(key=lambda one: one[:4])
    return [
        (body, tree.areas[body.area_id].name if body.area_id in tree.areas else "") for *_key, body in found[:SHOWN]
    ]


def _match(each: Known, said: str) -> int | None:
    """How well: the name begins so (0), has it (1), the letters begin so (2), have it (3), the pinyin has it (4), the
    name has its characters in this order (5: 住建 for 住房和城乡建设局)."""
    if each.said.startswith(said):
        return 0
    if said in each.said:
        return 1
    if said.isascii() and said:
        if each.letters.startswith(said):
            return 2
        if said in each.letters:
            return 3
        if len(said) > 2 and said in each.pinyin:
            return 4
    elif len(said) > 1:
        rest = iter(each.body.name)
        if all(letter in rest for letter in said):
            return 5
    return None


def suggested(matter: Matter) -> list[tuple[Body, str]]:
    """Whom one would ask anyway, each with the reason, in this order; a body once."""
    found: dict[int, tuple[Body, str]] = {}
    for body, why in _suggested(matter):
        found.setdefault(body.pk, (body, why))
    return list(found.values())[:SHOWN]


def _suggested(matter: Matter) -> Iterator[tuple[Body, str]]:
    directory = bodies.directory()
    place = Place(matter.grid_id, matter.village_id, matter.town_id, matter.county_id)
    kind = registry.kinds().get(matter.kind)
    for order in Order.objects.filter(matter=matter, state=RETURNING, proposed__isnull=False):
        if order.proposed_id in directory.by_id:
            yield (
                directory.by_id[order.proposed_id],
                gettext("%(body)s退件时建议") % {"body": words.body(order.body_id)},
            )
    for role, part in (("lead", kind.lead), *(("helper", each) for each in kind.helpers)) if kind else ():
        pk = directory.find(part.role, place)
        if pk is not None:
            yield directory.by_id[pk], gettext("按类别规则%(role)s") % {"role": words.say(words.ROLES, role)}
    understood = advice.of(matter)
    if understood is not None and understood.body in directory.by_code:
        yield directory.by_code[understood.body], gettext("系统建议")
    rows = Matter.objects.filter(kind=matter.kind, lead__isnull=False).order_by("-reported_at")
    lately = Counter(
        lead for lead, county in rows.values_list("lead_id", "county_id")[:LATELY] if county == matter.county_id
    )
    for pk, count in lately.most_common(5):
        if pk in directory.by_id:
            yield directory.by_id[pk], gettext("近期同类事项主办 %(count)d 件") % {"count": count}


@require_safe
def bodies_page(request: HttpRequest, number: str) -> HttpResponse:
    """`/desk/matters/<number>/bodies?q=`: bodies for the field one types in, as JSON. Raises NotFound."""
    found = access.matter(session.actor(request), number)
    typed = request.GET.get("q", "")[:LONGEST]
    rows = search(found, typed) if typed.strip() else suggested(found)
    answer: dict[str, Any] = {
        "bodies": [{"code": body.code, "name": body.name, "why": why} for body, why in rows],
        "typed": typed,
    }
    return JsonResponse(answer, json_dumps_params={"ensure_ascii": False})


@require_safe
def grounds_page(request: HttpRequest, number: str) -> HttpResponse:
    """`/desk/matters/<number>/grounds?q=`: lines of the lists a hand-back may point to, as JSON. Raises NotFound."""
    found = access.matter(session.actor(request), number)
    english = words.english()
    rows = registry.grounds(found.kind, request.GET.get("q", "")[:LONGEST], areas.today())
    listed = [
        {"title": each.title_en if english else each.title, "quote": each.quote, "taker": each.taker} for each in rows
    ]
    return JsonResponse({"grounds": listed}, json_dumps_params={"ensure_ascii": False})
