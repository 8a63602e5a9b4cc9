"""Is it this one? Matters a resident may join, told so that a stranger learns nothing about a person.

Shown are a headline with its particulars taken out, the town, the day and how far it is. What is confidential, of a
private kind, or a report of wrongdoing is never shown, whatever its text. Whoever joins gets an address of their own
that shows progress only; number and follow code stay with the one who reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.signing import BadSignature, Signer, TimestampSigner
from django.utils.translation import gettext_lazy as _

from anxin.kernel import areas, clock, flow, registry
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import NotFound, OutsideTheCity
from anxin.kernel.journal import Change, Entry
from anxin.kernel.matters import CLOSED, FINISHED, MERGED, OPEN, REPLIED, REPORTED, WORKING, Matter
from anxin.public import timeline
from anxin.public.form import Typed, place_of
from anxin.public.timeline import Step
from anxin.understanding import advice, suggest
from anxin.understanding.known import numbers
from anxin.understanding.near import FORM
from anxin.understanding.redaction import redact

SHOWN, LOOKED_AT = 3, 12
"""Matters shown at most, and looked at before those that may not be shown are left out [INF]."""
WHOLE = 200
"""Characters of a narrative read for its headline [INF]."""
SHORTEST = 6
"""Characters a resident has typed before we look [INF]."""
VALID = timedelta(hours=2)
"""How long a matter that was offered can be joined [INF]."""
HIDDEN_NATURES = ("report",)
"""Reports of wrongdoing (举报) are about somebody: their headline is nobody's business [INF]."""
STATES = {
    REPORTED: _("已收到"),
    WORKING: _("正在办理"),
    FINISHED: _("已处理，等待答复"),
    REPLIED: _("已答复"),
    CLOSED: _("已办结"),
    MERGED: _("已合并办理"),
}
TOLD = ("sign", "arrive", "finish", "reply", "suspend", "resume", "reopen", "close", "track")
"""Steps that whoever joined is told of, by their titles in `timeline`; none of them speaks to the one who reported."""
_offered = TimestampSigner(salt="anxin.public.offered")
_joined = Signer(salt="anxin.public.joined")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A matter as a stranger may see it. `ref`: signed, good for joining it within two hours; empty: it is closed."""

    ref: str
    headline: str
    town: str
    day: date
    state: str
    voices: int


def public(matter: Matter) -> bool:
    """Whether anything of a matter may be shown to a stranger."""
    kind = registry.kinds().get(matter.kind)
    private = matter.confidential or kind is None or kind.private or matter.nature in HIDDEN_NATURES
    return not private and matter.state in STATES and matter.title not in ("", flow.ERASED)


def nearby(typed: Typed) -> list[Shown]:
    """The matters that are probably the one being typed, the most probable first. Never raises on any text."""
    if len(typed.said.strip()) < SHORTEST:
        return []
    text = f"{suggest.headline(typed.said)}\n{typed.address} {typed.said}"
    found = advice.near(text, areas=_areas(typed), least=FORM, limit=LOOKED_AT)
    return [shown(matter) for matter, _near in found if public(matter)][:SHOWN]


def _areas(typed: Typed) -> Sequence[int]:
    """Grid, village, town and county of what is being typed, 0 where not known."""
    try:
        area = place_of(typed)
    except OutsideTheCity:
        return ()
    if area is None:
        return ()
    return numbers(areas.tree().place(area, areas.today()))


def shown(matter: Matter) -> Shown:
    """What a stranger may see of a matter."""
    town = areas.tree().areas.get(matter.town_id or matter.county_id or 0)
    return Shown(
        ref=offer(matter) if matter.state in OPEN else "",
        headline=headline(matter),
        town=town.name if town else "",
        day=clock.local_day(matter.reported_at),
        state=str(STATES[matter.state]),
        voices=matter.voices,
    )


def offer(matter: Matter) -> str:
    """What a form carries so that a matter can be joined: good for two hours, made by nobody else."""
    return _offered.sign(str(matter.pk))


def headline(matter: Matter) -> str:
    """The title without names, numbers and house numbers.

    A title that was cut from the narrative is cut anew: half a number is not known for one.
    """
    cut = matter.title.removesuffix("…")
    whole = matter.narrative[:WHOLE] if cut != matter.title and matter.narrative.startswith(cut) else matter.title
    return suggest.headline(redact(whole))


def join(typed: Typed, ref: str, by: Actor) -> Change:
    """Add a voice to a matter that was offered; what was typed goes along for those who handle it.

    `by` carries the key of the form: sending twice counts once. Raises NotFound for what was not offered, is too old
    or may not be shown any more, NotNow when it is closed by now, KeyReused when the form was used for a report.
    """
    try:
        pk = int(_offered.unsign(ref, max_age=VALID))
    except (BadSignature, ValueError):
        raise NotFound from None
    matter = Matter.objects.filter(pk=pk).first()
    if matter is None or not public(matter):
        raise NotFound
    return flow.add_voice(matter, by, "\n".join(part for part in (typed.said.strip(), typed.address.strip()) if part))


def token(matter: Matter) -> str:
    """What stands in the address of somebody who joined: it opens progress, and nothing that can be done."""
    return _joined.sign(str(matter.pk))


def joined(given: str) -> Matter:
    """The matter behind such an address, or the one it was merged into. Raises NotFound."""
    try:
        pk = int(_joined.unsign(given))
    except (BadSignature, ValueError):
        raise NotFound from None
    found = Matter.objects.select_related("lead", "of__lead").filter(pk=pk).first()
    if found is not None and found.state == MERGED and found.of is not None:
        found = found.of
    if found is None or not public(found):
        raise NotFound
    return found


def steps(matter: Matter) -> list[Step]:
    """The way of a matter for whoever joined it, newest first: what was done, and the answer made for the public."""
    entries: Iterable[Entry] = Entry.objects.filter(matter=matter, verb__in=TOLD).select_related("words")
    return [
        Step(entry.at, str(timeline.STEPS[entry.verb]), _published(entry))
        for entry in sorted(entries, key=lambda each: -each.seq)
    ]


def _published(entry: Entry) -> str:
    texts = entry.words.texts if entry.verb == "reply" and hasattr(entry, "words") else None
    return str((texts or {}).get("public", ""))
