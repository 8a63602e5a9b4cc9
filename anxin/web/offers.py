"""Which verbs and steps a reader is offered on a matter now: with their keys, in their groups, and one as its form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from anxin.kernel import access, flow
from anxin.kernel.orders import Order
from anxin.kernel.verbs import Verb
from anxin.web import forms, words
from anxin.web.forms import Ask, Desk

LETTERS: Mapping[str, str] = {
    "sign": "s", "contact": "c", "arrive": "a", "finish": "f", "reply": "r", "call_back": "b", "close": "x",
    "track": "t", "resume": "e", "dispatch": "d", "note": "n", "consult": "h", "ask_more_time": "m", "hand_back": "w",
    "decide_hand_back": "v", "decide_more_time": "y", "reopen": "o", "supervise": "q", "escalate": "z", "suspend": "p",
    "transfer_to_police": "P", "take_back_from_police": "B", "add_voice": "V", "reclassify": "l", "correct": "C",
    "merge": "M", "unmerge": "U", "refuse": "R", "erase_words": "X",
}  # fmt: skip
"""The key of each verb on the matter page; a capital is pressed with Shift."""
GROUPS: Mapping[Any, tuple[str, ...]] = {
    _("办理"): (
        "sign", "contact", "arrive", "finish", "reply", "call_back", "close", "track", "ask_more_time", "hand_back",
    ),
    _("调派"): (
        "dispatch", "consult", "decide_hand_back", "decide_more_time", "transfer_to_police", "take_back_from_police",
    ),
    _("督办与时限"): ("supervise", "escalate", "suspend", "resume", "reopen"),
    _("登记与更正"): ("note", "add_voice", "reclassify", "correct", "merge", "unmerge", "refuse", "erase_words"),
}  # fmt: skip
"""How the verbs stand together in the menu; steps of a programme stand with what is written down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A verb its reader may use now; `form` stands in the one that is open, `key` makes sending it twice harmless."""

    name: str
    verb: Verb[Any]
    order: Order | None
    ask: type[Ask]
    main: bool
    form: Ask | None = None
    key: str = ""
    hints: Sequence[str] = ()
    """What might be missing in a reply that was looked over (`checked`) before it is sent."""
    checked: bool = False
    preview: Sequence[Mapping[str, Any]] | None = None
    letter: str = ""
    several: bool = False
    """Whether it is offered for more than one order, so that each must say which."""

    @property
    def title(self) -> str:
        """What the verb is called."""
        step = self.ask.step
        if step is not None:
            return step.title_en if (get_language() or "").startswith("en") else step.title
        return words.verb(self.verb.name)

    @property
    def anchor(self) -> str:
        """What it is called on the page."""
        return f"{self.name}-{self.order.pk}" if self.order else self.name

    @property
    def role(self) -> str:
        """On whose order it is used: 主办 七星街道."""
        return f"{words.say(words.ROLES, self.order.role)} {words.body(self.order.body_id)}" if self.order else ""


def offers(desk: Desk) -> list[Offer]:
    """Every verb and step the reader may use on the matter or one of its orders now, without their forms."""
    found: list[Offer] = []
    taken: set[str] = set()
    for name, ask in forms.asks(desk.matter.kind).items():
        verb = flow.VERBS[ask.verb or name]
        targets: Sequence[Order | None] = desk.orders if verb.on_order else (None,)
        for order in targets:
            if not (access.may(desk.by, verb.name, desk.matter, order, seen=True) and verb.fits(desk.matter, order)):
                continue
            at = replace(desk, order=order)
            if not ask.possible(at):
                continue
            letter = ask.step.key if ask.step else LETTERS.get(name, "")
            offer = Offer(
                name=name, verb=verb, order=order, ask=ask, main=ask.leads(at), letter="" if letter in taken else letter
            )
            taken.add(letter)
            found.append(offer)
    count = Counter(each.name for each in found)
    return [replace(each, several=count[each.name] > 1) for each in found]


def filled(offer: Offer, desk: Desk, key: str, data: Any = None, files: Any = None, first: Any = None) -> Offer:
    """The offer with its form: empty, with first values, or as it was sent."""
    at = replace(desk, order=offer.order)
    return replace(offer, form=offer.ask(at, data, files, auto_id=f"{offer.anchor}-%s", initial=first), key=key)


def grouped(found: Sequence[Offer]) -> list[tuple[str, list[Offer]]]:
    """The offers as they stand in the menu."""
    groups = [(str(title), [each for each in found if each.name in names]) for title, names in GROUPS.items()]
    groups[-1][1].extend(each for each in found if each.ask.step is not None)
    return [(title, each) for title, each in groups if each]
