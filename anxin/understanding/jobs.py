"""When understanding speaks: the emergency path first, then advice on what came in; hot issues by the hour.

Everything here happens after the commit, in the worker: nothing is added to the time a report takes.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction

from anxin.kernel import flow, jobs
from anxin.kernel.bodies import SYSTEM
from anxin.kernel.journal import Entry
from anxin.kernel.matters import REPORTED, WORKING, Matter
from anxin.kernel.registry import Reaction
from anxin.understanding import advice, danger, hotspots, known
from anxin.understanding.models import Advice

Told = list[tuple[Any, Any]]
RAISE, SHOW = "raise", "show"
"""What ANXIN_DANGER may say: raise the urgency at once and call 110 in (R4), or only show the words on the desk."""
TEXTS = frozenset({"title", "narrative", "lat"})
"""What a correction must have touched for the words to be read anew."""

AT_WORK = (REPORTED, WORKING)
"""While nothing is done yet: what was done already needs nobody to hurry."""


def _matters(told: Told) -> list[Matter]:
    """Each matter once."""
    return list({matter.pk: matter for matter, _ in told}.values())


def heed_danger(told: Told) -> None:
    """Raise a report in which a danger is heard to an emergency at once, so that 110 is called in.

    The reason says on which words. Never where a person has set the urgency since, or the work is done; never what
    110 handed over itself: it has heard it first.
    """
    _heed([(matter, known.text_of(matter.title, matter.narrative)) for matter in _matters(told)])


def heed_voice(told: Told) -> None:
    """The same for what somebody adds to a matter that is known already: the second caller may see it burn."""
    _heed([(matter, entry.words.texts.get("note", "")) for matter, entry in told if getattr(entry, "words", None)])


def _heed(said: list[tuple[Matter, str]]) -> None:
    if settings.DANGER != RAISE:
        return
    for matter, text in said:
        if matter.urgency != "emergency" and matter.state in AT_WORK and matter.channel != "police":
            heard = danger.read(text)
            if heard:
                _raise(matter, heard)


@transaction.atomic
def _raise(matter: Matter, heard: tuple[danger.Danger, ...]) -> None:
    now = Matter.objects.select_for_update(of=("self",), no_key=True).get(pk=matter.pk)
    decided = Entry.objects.filter(
        matter=matter.pk, verb="correct", data__facts__corrected__contains=["urgency"]
    ).exists()
    if decided or now.state not in AT_WORK or now.urgency == "emergency":
        return
    words = "".join(f"“{word}”" for each in heard for word in each.words[:4])[:200]
    what = "、".join(danger.TITLES[each.what] for each in heard)
    why = f"诉求中提到{words}，可能有{what}，按先行派警规则（R4）自动提为特急；如与实际不符，请更正紧急程度。"
    flow.correct(now, SYSTEM, why, urgency="emergency")
    Advice.objects.filter(matter=matter.pk).update(raised=True)


def heed_corrected_danger(told: Told) -> None:
    """The same for words that were corrected; where a person has set the urgency, that stands."""
    heed_danger([(matter, entry) for matter, entry in told if _touched(entry, TEXTS)])


def advise(told: Told) -> None:
    """Suggest kind, place, body and twins of what came in, and remember it."""
    advice.give([matter for matter in _matters(told) if matter.title != flow.ERASED])
    _note_raised(told)


def advise_anew(told: Told) -> None:
    """Words or place were corrected: suggest anew."""
    read = [(matter, entry) for matter, entry in told if _touched(entry, TEXTS)]
    advise([(matter, entry) for matter, entry in read if matter.is_open])


def _note_raised(told: Told) -> None:
    """Advice is written after the urgency was raised; it says so."""
    by_the_house = Entry.objects.filter(
        matter__in=[matter.pk for matter, _ in told],
        verb="correct",
        role="system",
        data__facts__corrected__contains=["urgency"],
    )
    raised = list(by_the_house.values_list("matter_id", flat=True))
    if raised:
        Advice.objects.filter(matter__in=raised).update(raised=True)


def _touched(entry: Entry, names: frozenset[str]) -> bool:
    return not names.isdisjoint(entry.data.get("facts", {}).get("corrected", ()))


def forget(told: Told) -> None:
    """Merged into another, or refused: not offered as known already any more."""
    advice.withdraw(_matters(told), words=False)


def erase(told: Told) -> None:
    """The words are erased: so is everything that was read in them."""
    advice.withdraw(_matters(told), words=True)


def name_bodies(told: Told) -> None:
    """Another kind: another body, perhaps."""
    advice.name_bodies(_matters(told))


AFTER: tuple[Reaction, ...] = (
    Reaction(
        verb="report",
        do_all=heed_danger,
        title="听到危险即提为特急并推送110，写明依据哪些词",
        title_en="Words of danger raise a report to an emergency at once and call 110 in, saying on which words",
        source="指南2.4 R4",
        provenance="S36",
    ),
    Reaction(
        verb="correct",
        do_all=heed_corrected_danger,
        title="更正后的文字中听到危险，同样处理；人已定过紧急程度的不再改",
        title_en="The same for corrected words; an urgency a person has set stands",
        source="指南2.4 R4",
        provenance="S36",
    ),
    Reaction(
        verb="add_voice",
        do_all=heed_voice,
        title="附议的文字中听到危险，同样处理",
        title_en="The same for the words of a voice that is added",
        source="指南2.4 R4",
        provenance="S36",
    ),
    Reaction(
        verb="report",
        do_all=advise,
        title="给出类别、地点、承办单位和疑似重复的建议，附理由",
        title_en="Kind, place, body and probable repetitions are suggested, with reasons",
        source="指南2.3、2.5",
        provenance="INF",
    ),
    Reaction(
        verb="correct",
        do_all=advise_anew,
        title="文字或地点更正后重新给出建议",
        title_en="Suggested anew when words or place are corrected",
        source="指南2.5",
        provenance="INF",
    ),
    Reaction(
        verb="reclassify",
        do_all=name_bodies,
        title="改类后重新建议承办单位；改类即为今后学习的依据",
        title_en="Another kind, another body; the correction is learned from",
        source="指南2.5",
        provenance="INF",
    ),
    Reaction(
        verb="merge",
        do_all=forget,
        title="并件后不再作为疑似重复提示",
        title_en="Merged: not offered as known already any more",
        source="指南5.4（核实、去重）",
        provenance="INF",
    ),
    Reaction(
        verb="unmerge",
        do_all=advise,
        title="撤销并件后重新给出建议",
        title_en="Suggested anew when a merge is undone",
        source="指南5.4（核实、去重）",
        provenance="INF",
    ),
    Reaction(
        verb="refuse",
        do_all=forget,
        title="不予受理后不再作为疑似重复提示",
        title_en="Refused: not offered as known already any more",
        source="指南5.4（核实、去重）",
        provenance="INF",
    ),
    Reaction(
        verb="erase_words",
        do_all=erase,
        title="文字删除后，从中读出的一切同时删除",
        title_en="Words erased: everything read in them goes as well",
        source="个人信息保护法第47条",
        provenance="LAW",
    ),
)
"""What happens after a verb, by understanding."""


@jobs.every(seconds=3600, name="understanding.hot")
def count_hot() -> None:
    """Hot issues, anew every hour."""
    hotspots.count()
