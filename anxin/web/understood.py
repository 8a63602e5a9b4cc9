"""What the system understood of a matter, shown beside it: kind, place, body, danger, twins; a person decides.

Nothing here moves anything. Every click goes through the forms of the verbs (`forms.py`), and a matter the reader may
not see is never named, counted or hinted at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from anxin.kernel import access, areas, bodies, flow, registry
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import NotFound
from anxin.kernel.journal import Entry
from anxin.kernel.matters import MERGED, REFUSED, Matter
from anxin.understanding import advice, reply
from anxin.understanding.known import numbers, text_of
from anxin.understanding.models import Advice
from anxin.understanding.near import FORM, Near
from anxin.understanding.redaction import MARKS, redact, spans
from anxin.web import reasons, session, words

SHOWN, TYPED, LOOKED_AT = 5, 3, 15
"""Twins shown at most, while a report is taken down, and looked at before what may not be seen is left out [INF]."""
KIN = 21
"""Matters shown at most that one came out of or that came out of it."""
ALTERNATIVES = 3
"""Other kinds offered at most [INF]."""
NewKey = Callable[[], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two matters that may be one: `later` goes into `earlier`. Keys are empty where the reader may not."""

    later: Matter
    earlier: Matter
    merge_key: str = ""
    undo_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """A matter that may be the same one, in words."""

    matter: Matter
    percent: int
    words: str
    reason: str
    state: str
    place: str
    pair: Pair | None = None
    voice_key: str = ""


# ---- one matter -------------------------------------------------------------------------------------------------


def panel(by: Actor, m: Matter, new_key: NewKey) -> dict[str, Any] | None:
    """What was suggested when the matter came in, and what became of it; None where nothing was written down."""
    found = advice.of(m)
    if found is None:
        return None
    offered = ([[found.kind, found.probability]] if found.kind else []) + list(found.alternatives)
    others = {code: (code, words.kind(code), percent(p)) for code, p in offered if code in registry.kinds()}
    others.pop(m.kind, None)
    sorts = access.may(by, "reclassify", m, seen=True) and flow.VERBS["reclassify"].fits(m)
    because = words.listed(list(found.words)) or "—"
    return {
        "kind": words.kind(found.kind) if found.kind else "",
        "percent": percent(found.probability),
        "kind_words": words.listed(list(found.words)),
        "others": list(others.values())[:ALTERNATIVES],
        "key": new_key() if sorts else "",
        "because": gettext("按系统建议改类，依据：%(words)s") % {"words": because},
        "outcome": _outcome(found, m),
        "place": area_path(found.area),
        "candidates": [area_path(code) for code in found.candidates],
        "place_reason": reasons.in_words(found.place_reason),
        "apart": found.apart,
        "body": _body(found.body),
        "body_percent": percent(found.body_probability),
        "body_reason": reasons.in_words(found.body_reason),
        "body_code": found.body,
        "danger_words": danger_of(found),
        "raised": found.raised,
        "version": found.version,
        "at": found.at,
    }


def _outcome(found: Advice, m: Matter) -> str:
    """What became of the suggested kind."""
    if not found.kind:
        return ""
    if found.kind == m.kind:
        return gettext("类别已采纳")
    changed = Entry.objects.filter(matter=m, verb="reclassify").exists()
    return gettext("类别已改正") if changed else gettext("与登记的类别不同")


def danger_of(found: Advice) -> str:
    """The words that sound dangerous, in a row."""
    return words.listed(list(dict.fromkeys(word for _what, heard, _why in found.dangers for word in heard)))


def _body(code: str) -> str:
    found = bodies.directory().by_code.get(code)
    return found.name if found else ""


def twins(by: Actor, m: Matter, new_key: NewKey) -> list[Twin]:
    """Matters that are probably the same one, as far as the reader may see them; none for one that is over."""
    if m.state in (MERGED, REFUSED):
        return []
    text = text_of(m.title, m.narrative)
    found = advice.near(text, areas=numbers(m), least=FORM, limit=LOOKED_AT, confidential=True, but=(m.pk,))
    return _seen(by, found, lambda other: _pair(by, m, other, new_key))


def _seen(
    by: Actor, found: Sequence[tuple[Matter, Near]], pair: Callable[[Matter], Pair | None], voice: NewKey | None = None
) -> list[Twin]:
    """The first few of those the reader may see, asked in one question."""
    rows = Matter.objects.filter(pk__in=[m.pk for m, _ in found])
    allowed = set(access.seen_among(by, rows).values_list("pk", flat=True))
    return [
        Twin(
            matter=m,
            percent=percent(near.probability),
            words=words.listed(list(near.words)),
            reason=reasons.in_words(near.reason),
            state=words.state(m.state),
            place=place_name(m),
            pair=pair(m),
            voice_key=voice() if voice and access.may(by, "add_voice", m, seen=True) and _open_to_voices(m) else "",
        )
        for m, near in found
        if m.pk in allowed
    ][:SHOWN]


def _open_to_voices(m: Matter) -> bool:
    return flow.VERBS["add_voice"].fits(m)


def typed(by: Actor, text: str, place: Sequence[int], new_key: NewKey) -> list[Twin]:
    """What a caller tells, known already: matters the reader may see, with a key where a voice may be added."""
    if not text.strip():
        return []
    found = advice.near(text, areas=place, least=FORM, limit=LOOKED_AT, confidential=True)
    return _seen(by, found, lambda other: None, new_key)[:TYPED]


def _pair(by: Actor, one: Matter, other: Matter, new_key: NewKey) -> Pair:
    """Which of two goes into which (the one reported later into the earlier), and whether the reader may do it."""
    earlier, later = sorted((one, other), key=lambda each: (each.reported_at, each.pk))
    merges = earlier.is_open and flow.VERBS["merge"].fits(later) and access.may(by, "merge", later, seen=True)
    joined, into = (later, earlier) if later.of_id == earlier.pk else (earlier, later)
    undone = joined.state == MERGED and joined.of_id == into.pk and access.may(by, "unmerge", joined, seen=True)
    if undone:
        later, earlier = joined, into
    return Pair(
        later=later, earlier=earlier, merge_key=new_key() if merges else "", undo_key=new_key() if undone else ""
    )


def kin(by: Actor, m: Matter) -> list[Matter]:
    """What a matter came out of or was merged into, then what came out of it, as far as the reader may see them."""
    near = Matter.objects.filter(Q(of=m.pk) | Q(pk=m.of_id) if m.of_id is not None else Q(of=m.pk))
    return sorted(access.seen_among(by, near).order_by("pk")[:KIN], key=lambda each: each.pk != m.of_id)


def joined(by: Actor, m: Matter, family: Sequence[Matter], new_key: NewKey) -> list[Pair]:
    """What was merged into a matter, or where it was merged to (of its `kin`): to be looked at again and undone."""
    return [_pair(by, m, each, new_key) for each in family if (m.state if each.pk == m.of_id else each.state) == MERGED]


@require_safe
def beside(request: HttpRequest, number: str, other: str) -> HttpResponse:
    """`/desk/matters/<number>/beside/<other>`: two matters side by side, to be merged or parted. Raises NotFound."""
    from anxin.web.matter import new_key

    by = session.actor(request)
    one, two = access.matter(by, number), access.matter(by, other)
    if one.pk == two.pk:
        raise NotFound
    pair = _pair(by, one, two, new_key)
    text, where = text_of(two.title, two.narrative), numbers(two)
    found = advice.near(text, areas=where, least=0.0, limit=LOOKED_AT, confidential=True, but=(two.pk,))
    near = next((n for m, n in found if m.pk == one.pk), None)
    shared = near.words if near else ()
    sides = [_side(each, shared) for each in sorted((one, two), key=lambda each: (each.reported_at, each.pk))]
    away = None
    if one.lat is not None and one.lon is not None and two.lat is not None and two.lon is not None:
        away = areas.metres(one.lat, one.lon, two.lat, two.lon)
    shown = {
        "sides": sides,
        "pair": pair,
        "back": one,
        "percent": percent(near.probability) if near else None,
        "words": words.listed(list(shared)),
        "reason": reasons.in_words(near.reason) if near else "",
        "metres": away,
    }
    return render(request, "desk/understood.html", shown)


def _side(m: Matter, shared: Sequence[str]) -> dict[str, Any]:
    return {
        "matter": m,
        "state": words.state(m.state),
        "kind": words.kind(m.kind),
        "channel": words.channel(m.channel),
        "place": place_name(m),
        "title": marked(m.title, shared),
        "narrative": marked(m.narrative, shared),
        "photos": m.attachments.count(),
    }


def marked(text: str, shared: Sequence[str]) -> SafeString:
    """A text with the shared words marked, everything else escaped."""
    known = sorted({each for each in shared if each}, key=len, reverse=True)
    if not known:
        return format_html("{}", text)
    parts = re.split("(" + "|".join(map(re.escape, known)) + ")", text)
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", part) if place % 2 else part,) for place, part in enumerate(parts))
    )


# ---- a reply before it goes out ---------------------------------------------------------------------------------


def reply_hints(m: Matter, text: str, public: str) -> list[str]:
    """What might be missing in an answer, and what in its public version looks personal; sending is always possible."""
    said = [each.sentence for each in reply.check(text_of(m.title, m.narrative), text, today=areas.today())]
    if public.strip() and redact(public) != public:
        said.append("公开答复里好像有个人信息（姓名、电话、证件号、车牌或门牌），公开前请核对。")
    return [reasons.in_words(each) for each in said]


def personal(text: str) -> SafeString:
    """A text with what looks personal marked, everything else escaped."""
    parts, at = [], 0
    for each in spans(text):
        parts += [(text[at : each.start], ""), (text[each.start : each.end], each.what)]
        at = each.end
    parts.append((text[at:], ""))
    shown = (format_html('<mark title="{}">{}</mark>', MARKS[what], said) if what else said for said, what in parts)
    return format_html_join("", "{}", ((each,) for each in shown))


# ---- in words ---------------------------------------------------------------------------------------------------


def percent(probability: float) -> int:
    """A probability as a whole number of hundredths; never 100, since nothing here is certain."""
    return min(round(probability * 100), 99)


def area_path(code: str | None) -> str:
    """An area with what it lies in, from the county down; empty when unknown."""
    tree = areas.tree()
    area = tree.by_code.get(code or "")
    chain = tree.chain(area.pk, areas.today()) if area is not None else []
    names = [tree.areas[pk].name for pk in reversed(chain) if tree.areas[pk].level not in ("province", "city")]
    return " ".join(names) or (area.name if area else "")


def place_name(m: Matter) -> str:
    """The town and what lies below it, as far as known."""
    tree = areas.tree().areas
    return " ".join(tree[pk].name for pk in (m.town_id or m.county_id, m.grid_id or m.village_id) if pk and pk in tree)
