"""What is suggested for each matter, written down with its reasons; what is switched off; what became of it all.

It advises, a person decides. Nothing here changes a matter: `jobs.py` says when advice is given, and the one thing the
house does by itself, the emergency path of guide 2.4 R4, stands there as well.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from anxin.kernel import access, clock, registry
from anxin.kernel.areas import Copy, Place
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import NotAllowed
from anxin.kernel.flow import ERASED
from anxin.kernel.matters import MERGED, OPEN, REFUSED, Matter
from anxin.understanding import body, known, redaction, suggest
from anxin.understanding.danger import Danger
from anxin.understanding.models import Advice, HotIssue, HotMember, Switch
from anxin.understanding.near import DESK, Index, Near
from anxin.understanding.suggest import Suggestion

RECENT = timedelta(days=30)
"""How long after its closing a matter is still offered as "known already" [INF]."""
TWINS, ASKED = 5, 16
"""Matters named as probably the same; found ones looked at, since some may be closed long ago [INF]."""
HIDDEN = "…"


# ---- what is switched off -----------------------------------------------------------------------------------------

_SWITCHES: Copy[frozenset[str]] = Copy(
    "understanding.switches", lambda: frozenset(Switch.objects.values_list("kind", flat=True))
)


def switched_off() -> frozenset[str]:
    """The kinds for which kind and body are not suggested. Danger is always heard: R4 cannot be switched off here."""
    return _SWITCHES.get()


def switch(kind: str, on: bool, by: Actor) -> None:
    """Let a kind be suggested, or not any more. Raises NotAllowed, UnknownKind."""
    access.operate(by)
    code = registry.kind(kind).code
    if on:
        Switch.objects.filter(pk=code).delete()
    else:
        Switch.objects.get_or_create(kind=code, defaults={"since": clock.now(), "account": by.account, "post": by.post})
    _SWITCHES.changed()


# ---- nothing personal ---------------------------------------------------------------------------------------------


@lru_cache(maxsize=50_000)
def _says_personal(word: str) -> bool:
    """Whether a word says something personal wherever it stands."""
    return sum(letter.isdigit() for letter in word) > 4 or bool(redaction.spans(word))


class _Discreet:
    """Leaves out of words and sentences what `redaction` would hide in a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.spans = [(span.start, span.end) for span in redaction.spans(text)]  # in order, none overlapping
        self._ends = [end for _, end in self.spans]
        self._known: dict[str, bool] = {}

    def hides(self, word: str) -> bool:
        """Whether a word stands where something personal stands, or says something personal itself."""
        if word not in self._known:
            self._known[word] = self._hides(word)
        return self._known[word]

    def _hides(self, word: str) -> bool:
        start = self.text.find(word) if word and self.spans else -1
        while start >= 0:
            first = bisect_right(self._ends, start)
            if first < len(self.spans) and self.spans[first][0] < start + len(word):
                return True
            start = self.text.find(word, start + 1)
        return _says_personal(word)

    def words(self, words: Iterable[str]) -> list[str]:
        """Those of the words that may be kept."""
        return [word for word in words if not self.hides(word)]

    def sentence(self, said: str, words: Iterable[str]) -> str:
        """A reason without the words of it that may not be kept."""
        for word in sorted(words, key=len, reverse=True):
            if self.hides(word):
                said = said.replace(word, HIDDEN)
        return said


# ---- giving advice ------------------------------------------------------------------------------------------------


def give(matters: Sequence[Matter], moment: datetime | None = None) -> list[Advice]:
    """Suggest kind, place, body and twins for matters and write it down, in place of what was said before.

    Each is looked up before it becomes findable itself, so of two that come together the later names the earlier.
    """
    if not matters:
        return []
    now, off = moment or clock.now(), switched_off()
    index = known.writer()
    likely = body.likely({m.pk: (m.kind, place_of(m)) for m in matters if m.kind not in off})
    rows: list[Advice] = []
    twins: dict[int, tuple[list[Near], _Discreet]] = {}
    parts = [(m.title, m.narrative) if m.narrative else ("", m.title) for m in matters]
    for m, (headline, said), kind in zip(matters, parts, suggest.kinds(parts), strict=True):
        text = known.text_of(m.title, m.narrative)
        hint = suggest.suggest(said, headline=headline, lat=m.lat, lon=m.lon, kind=kind)
        discreet = _Discreet(text)
        row = _row(m, hint, off, discreet, now)
        if (will := likely.get(m.pk)) is not None:
            row.body, row.body_probability, row.body_reason = will.body, will.probability, will.reason
        if index is not None:
            at, where = m.reported_at.timestamp(), known.numbers(m)
            found = index.look(text, at=at, areas=where, limit=ASKED, least=DESK, but=(m.pk,))
            twins[m.pk] = (found, discreet)
            index.add(m.pk, text, at=at, areas=where)
        rows.append(row)
    living = _living({each.ident for found, _ in twins.values() for each in found}, now, index)
    for row in rows:
        if row.matter_id in twins:
            found, discreet = twins[row.matter_id]
            row.twins = [_twin(each, discreet) for each in [e for e in found if e.ident in living][:TWINS]]
    _keep_earlier(rows)
    fields = [f.name for f in Advice._meta.concrete_fields if f.name not in ("matter", "raised")]
    Advice.objects.bulk_create(rows, update_conflicts=True, unique_fields=["matter"], update_fields=fields)
    if index is not None:
        known.wrote([m.pk for m in matters], now)
    return rows


def _keep_earlier(rows: Sequence[Advice]) -> None:
    """Which version said what before, where it is said anew."""
    before = {said.matter_id: said for said in Advice.objects.filter(matter__in=[row.matter_id for row in rows])}
    for row in rows:
        if (said := before.get(row.matter_id)) is not None and said.version:
            last = [said.version, said.kind, said.probability, said.at.isoformat()]
            row.earlier = [*said.earlier, last]


def place_of(m: Matter) -> Place:
    """Where a matter is, as ids by level."""
    return Place(m.grid_id, m.village_id, m.town_id, m.county_id)


def _row(m: Matter, hint: Suggestion, off: frozenset[str], discreet: _Discreet, now: datetime) -> Advice:
    kind = hint.kind if hint.kind is not None and hint.kind not in off else ""
    return Advice(
        matter=m,
        version=hint.version,
        kind=kind,
        probability=hint.kind_probability if kind or not hint.kind else 0,
        words=discreet.words(hint.kind_words) if kind else [],
        alternatives=[[code, share] for code, share in hint.alternatives if code not in off],
        area=hint.area or "",
        candidates=list(hint.candidates),
        place_words=discreet.words(hint.place_words),
        place_reason=discreet.sentence(hint.place_reason, hint.place_words),
        apart=hint.apart,
        dangers=[_danger(each, discreet) for each in hint.dangers],
        at=now,
    )


def _danger(each: Danger, discreet: _Discreet) -> list[Any]:
    return [each.what, discreet.words(each.words), discreet.sentence(each.sentence, each.words)]


def _twin(each: Near, discreet: _Discreet) -> list[Any]:
    return [
        each.ident,
        round(each.probability, 4),
        discreet.words(each.words),
        discreet.sentence(each.reason, each.words),
    ]


def _living(named: set[int], now: datetime, index: Index | None) -> set[int]:
    """Those of the matters named that are open or closed lately; what is no matter at all is forgotten."""
    if index is None or not named:
        return set()
    there = set(Matter.objects.filter(pk__in=named).values_list("pk", flat=True))
    for gone in named - there:
        index.forget(gone)
    return set(offered(now).filter(pk__in=there).values_list("pk", flat=True))


def offered(moment: datetime) -> QuerySet[Matter]:
    """Matters that may be "known already": open, or closed within the last 30 days."""
    lately = Matter.objects.filter(closed_at__gte=moment - RECENT).exclude(state__in=(MERGED, REFUSED))
    return (Matter.objects.filter(state__in=OPEN) | lately).exclude(title=ERASED)


def withdraw(matters: Sequence[Matter], *, words: bool) -> None:
    """A matter is merged, refused or erased: it is not found any more; with `words`, nothing said of it stays."""
    now, index = clock.now(), known.writer()
    rows = [Advice(matter=m, at=now) for m in matters]
    fields = ["at"]
    if words:
        fields += ["words", "place_words", "place_reason", "dangers", "twins"]
        # They are named anew, without these words, when issues are counted next.
        HotIssue.objects.filter(members__matter__in=matters).update(title=HIDDEN, words=[])
        HotMember.objects.filter(matter__in=matters).delete()
    Advice.objects.bulk_create(rows, update_conflicts=True, unique_fields=["matter"], update_fields=fields)
    if index is not None:
        for m in matters:
            index.forget(m.pk)
        known.wrote([m.pk for m in matters], now)


def name_bodies(matters: Sequence[Matter]) -> None:
    """A matter has another kind or place: the body that will probably do it is named anew."""
    off = switched_off()
    likely = body.likely({m.pk: (m.kind, place_of(m)) for m in matters if m.kind not in off})
    rows = list(Advice.objects.filter(matter__in=[m.pk for m in matters]))
    for row in rows:
        will = likely.get(row.matter_id, body.Likely())
        row.body, row.body_probability, row.body_reason = will.body, will.probability, will.reason
    Advice.objects.bulk_update(rows, ["body", "body_probability", "body_reason"])


# ---- asking -------------------------------------------------------------------------------------------------------


def of(matter: Matter) -> Advice | None:
    """What was suggested for a matter; None while nothing was (it was loaded, or has only just come in)."""
    return Advice.objects.filter(matter=matter.pk).exclude(version="").first()


def near(
    text: str,
    *,
    areas: Sequence[int] = (),
    least: float = DESK,
    limit: int = TWINS,
    at: datetime | None = None,
    confidential: bool = False,
    but: Sequence[int] = (),
) -> list[tuple[Matter, Near]]:
    """Open and lately closed matters that a text probably speaks of, the most probable first; one question.

    `areas`: ids of grid, village, town, county where known (`known.numbers`); `least`: `near.FORM` while typing,
    `near.DESK` on the desk; `confidential`: also those whose being there is nobody's business (desk only). The caller
    asks `access` what the reader may see. Nothing while this host has no index yet.
    """
    if (index := known.reader()) is None or not text.strip():
        return []
    now = clock.now()
    found = index.look(text, at=(at or now).timestamp(), areas=tuple(areas), limit=ASKED, least=least, but=but)
    if not found:
        return []
    rows = offered(now).filter(pk__in=[each.ident for each in found])
    there = {m.pk: m for m in (rows if confidential else rows.filter(confidential=False))}
    return [(there[each.ident], each) for each in found if each.ident in there][:limit]


def hot() -> list[HotIssue]:
    """The hot issues of the newest calculation, hottest first."""
    return list(HotIssue.objects.filter(current=True).order_by("-heat", "first"))


def look_at(number: str, by: Actor) -> None:
    """Note that somebody of the staff has looked at a new hot issue. Raises NotAllowed for who is not of the staff."""
    if by.role not in access.AREAWORK | access.CITYWIDE:
        raise NotAllowed
    HotIssue.objects.filter(number=number, new=True).update(new=False, seen_at=clock.now(), seen_post=by.post)


# ---- measuring ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What became of the suggestions of one kind (its code and title), or of one version of the model.

    `made`: suggestions; `accepted`: the matter has that kind, and no clerk has moved it away; `corrected`: a clerk has
    given the matter another kind; the rest stood against another kind that nobody changed. `left_open`: matters of
    the kind for which the model abstained.
    """

    kind: str
    title: str
    made: int
    accepted: int
    corrected: int
    left_open: int


DONE = ("finished", "replied", "closed")
"""States in which people have worked on a matter to its end: a kind nobody changed until then counts as accepted."""
_MEASURED = """
    SELECT {by}, count(*) FILTER (WHERE a.kind <> ''),
        count(*) FILTER (WHERE a.kind = m.kind AND (m.state = ANY(%(done)s) OR r.matter_id IS NOT NULL)),
        count(*) FILTER (WHERE a.kind NOT IN ('', m.kind) AND r.matter_id IS NOT NULL),
        count(*) FILTER (WHERE a.kind = '')
    FROM kernel_matter m JOIN understanding_advice a ON a.matter_id = m.id AND a.version <> ''
    LEFT JOIN (SELECT DISTINCT matter_id FROM kernel_entry WHERE verb = 'reclassify' AND at >= %(since)s) r
        ON r.matter_id = m.id
    WHERE m.reported_at >= %(since)s GROUP BY 1 ORDER BY 2 DESC, 1"""


def _measured(by: str, since: datetime) -> list[tuple[str, int, int, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_MEASURED.format(by=by), {"since": since, "done": list(DONE)})
        return list(cursor.fetchall())


def _told(kind: str, title: str, counts: Sequence[int]) -> Measured:
    made, accepted, corrected, left_open = counts
    return Measured(kind=kind, title=title, made=made, accepted=accepted, corrected=corrected, left_open=left_open)


def measured(since: datetime) -> list[Measured]:
    """What became of the suggestions for matters reported since a moment, by kind."""
    titles = {code: kind.title for code, kind in registry.kinds().items()}
    rows = _measured("CASE WHEN a.kind <> '' THEN a.kind ELSE m.kind END", since)
    return [_told(k, titles.get(k, k), counts) for k, *counts in rows]


def measured_by_version(since: datetime) -> list[Measured]:
    """The same by version of the model (in place of the kind)."""
    rows = _measured("a.version", since)
    return [_told(version, version, counts) for version, *counts in rows]
