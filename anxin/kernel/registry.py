"""What a programme and a channel may declare, and who declared it.

A programme is declared once, at import, in frozen dataclasses that carry small functions. The registry only reads
the lists in settings and answers questions; it never writes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from anxin.kernel import clock, limits
from anxin.kernel.clock import BadRule, Rule
from anxin.kernel.errors import UnknownKind
from anxin.kernel.norms import Norm, norm_on

if TYPE_CHECKING:
    from anxin.kernel.acceptance import Scenario
    from anxin.kernel.bodies import Actor, Body
    from anxin.kernel.journal import Change
    from anxin.kernel.matters import Matter


@dataclass(frozen=True, kw_only=True)
class Guard:
    """What must be so, or must happen, with a verb: runs inside its transaction, never speaks to the outside.

    Declared under "finish" it runs before the verb, under "finish:after" on what the verb did and said, before that
    is written down. `check` raises GuardRefused to stop it all, or starts and stops clocks on the change.
    """

    title: str
    title_en: str
    source: str
    provenance: str
    check: Callable[[Change], None]

    def __call__(self, change: Change) -> None:
        """Let the change pass, or raise."""
        self.check(change)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One body's part of an order: which body is asked for, and what it shall do.

    `role` names a function, not a body ("town_command", "department:water"): the body in charge of the place is
    looked up at dispatch, so a kind works in every town.
    """

    role: str
    task: str = ""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of matter: what it is called, who leads and helps, and which clocks run.

    `clocks` says which limits run for a body that leads or helps; `whole` runs for the matter from the report until
    it is closed. Both are codes of rules; the version in force on the day is stamped on the clock.
    """

    code: str
    title: str
    title_en: str
    lead: Part
    helpers: tuple[Part, ...] = ()
    clocks: Callable[[Kind, Body, str], tuple[str, ...]]
    on_site: bool = False
    whole: str = "handle.ordinary"
    words: tuple[str, ...] = ()
    emergency: bool = False
    private: bool = False
    place_needed: bool = True
    needs_proof: bool = True
    whole_by_urgency: Mapping[str, str] = field(default_factory=dict)

    def whole_for(self, urgency: str) -> str:
        """The rule of the whole limit at an urgency."""
        return self.whole_by_urgency.get(urgency, self.whole)


@dataclass(frozen=True, kw_only=True)
class Reaction:
    """What a programme does after a verb has been committed: a job, run at least once, in its own transaction.

    `do` is given (matter, entry) for each entry; `do_all` a list of such pairs at once, where one question to the
    database answers for many.
    """

    verb: str
    do: Callable[[Any, Any], None] | None = None
    do_all: Callable[[list[tuple[Any, Any]]], None] | None = None
    kinds: tuple[str, ...] = ()
    title: str = ""
    title_en: str = ""
    source: str = ""
    provenance: str = ""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A number a programme counts from the journal."""

    code: str
    title: str
    title_en: str
    unit: str
    source: str
    compute: Callable[..., Any]


@dataclass(frozen=True, kw_only=True)
class Fact:
    """What a step asks for beside its words. It stays in the journal for good, so it says nothing of persons.

    `sort`: "choice" (one of `choices`: code -> title, English title), "several" (any of them, kept as codes with a
    comma between) or "moment" (a time, kept as ISO).
    """

    name: str
    title: str
    title_en: str
    sort: str = "choice"
    choices: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    required: bool = True


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of a programme's own life, written down by `flow.note(..., about=code)`, for the matters it `fits`.

    A step that asks for something (`asks`) has a form of its own on the desk, under the letter `key`; `text` is what
    its words are called (Chinese, English). `roles`: whose it is (empty: everybody who may write a note). `after`: it
    is offered only once that other step is on record. `once`: not again.
    """

    code: str
    title: str
    title_en: str
    fits: Callable[[Matter], bool] = lambda matter: True
    asks: tuple[Fact, ...] = ()
    text: tuple[str, str] = ("", "")
    roles: frozenset[str] = frozenset()
    after: str = ""
    once: bool = False
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class Ground:
    """A line of a list that a body may point to when it hands an order back: what to quote, who takes it instead."""

    title: str
    title_en: str
    taker: str
    quote: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Page:
    """A room a programme adds to the desk: name of its address, icon, the key after `g`, for which roles or right."""

    title: str
    title_en: str
    url: str
    icon: str
    key: str = ""
    roles: frozenset[str] = frozenset()
    right: str = ""


@dataclass(frozen=True, kw_only=True)
class Programme:
    """One programme: kinds, rules, guards (`before`, verb -> guards), reactions (`after`), own steps and pages.

    `grounds` answers which lines of its lists speak to some words and a kind on a day, the nearest first.
    `rights`: which roles ("manager", or "clerk@department:fire" for those of such a body) may do what in its own
    books (`rights.py` asks). `files`: whether a reader may open a file through one of its rows. `acceptance`: the
    module of its scenarios. `beside`: the address of the page that the programme has for a matter of its kinds.
    """

    code: str
    title: str
    title_en: str
    kinds: tuple[Kind, ...] = ()
    rules: tuple[Rule, ...] = ()
    before: Mapping[str, tuple[Guard, ...]] = field(default_factory=dict)
    after: tuple[Reaction, ...] = ()
    figures: tuple[Figure, ...] = ()
    steps: tuple[Step, ...] = ()
    grounds: Callable[[str, str, date], Sequence[Ground]] | None = None
    pages: tuple[Page, ...] = ()
    urls: str = ""
    norms: tuple[Norm, ...] = ()
    rights: Mapping[str, frozenset[str]] = field(default_factory=dict)
    files: Callable[[Actor, str], bool] | None = None
    acceptance: str = ""
    beside: Callable[[Matter], str] | None = None


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One way in or out: `urls` (module with urlpatterns), `send` delivers one payload and raises when it fails.

    `at`: where its doors stand when a standard says so, else under channels/<code>/. `tells` answers which payload the
    other side gets for a verb on a matter that came through this channel (None: nothing; several sides: a list, each
    naming in `to` whose it is). `room`: name of its page in administration, and the icon.
    """

    code: str
    title: str
    title_en: str
    urls: str = ""
    at: str = ""
    send: Callable[[Any], None] | None = None
    tells: Callable[[Any, Any], dict[str, Any] | list[dict[str, Any]] | None] | None = None
    room: tuple[str, str] | None = None


def _declared(paths: Iterable[str], module: str, name: str) -> tuple[Any, ...]:
    return tuple(getattr(import_module(f"{path}.{module}"), name) for path in paths)


@cache
def programmes() -> tuple[Programme, ...]:
    """The programmes of this installation, in the order of settings.PROGRAMMES."""
    return _declared(settings.PROGRAMMES, "programme", "PROGRAMME")


@cache
def channels() -> Mapping[str, Channel]:
    """The channels of this installation by code, from settings.CHANNELS."""
    found: tuple[Channel, ...] = _declared(settings.CHANNELS, "channel", "CHANNEL")
    return {channel.code: channel for channel in found}


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind of matter by its code."""
    return {kind.code: kind for programme in programmes() for kind in programme.kinds}


@cache
def owners() -> Mapping[str, Programme]:
    """Which programme declared a kind; only it may put guards on the kind."""
    return {kind.code: programme for programme in programmes() for kind in programme.kinds}


def kind(code: str) -> Kind:
    """The kind with this code. Raises UnknownKind."""
    try:
        return kinds()[code]
    except KeyError:
        raise UnknownKind(code, fields={"kind": code}) from None


def steps(kind_code: str) -> tuple[Step, ...]:
    """The steps the owner of a kind writes down beside the verbs."""
    owner = owners().get(kind_code)
    return owner.steps if owner else ()


def grounds(kind_code: str, said: str, day: date) -> Sequence[Ground]:
    """The lines of the lists of a kind's owner that some words touch (none: those of the kind), nearest first."""
    owner = owners().get(kind_code)
    return owner.grounds(said, kind_code, day) if owner and owner.grounds else ()


def guards(kind_code: str, verb: str) -> tuple[Guard, ...]:
    """The guards the owner of a kind has put before a verb."""
    owner = owners().get(kind_code)
    return owner.before.get(verb, ()) if owner else ()


@cache
def reactions() -> Mapping[str, tuple[Reaction, ...]]:
    """The reactions after each verb, in the order of the programmes."""
    found: dict[str, list[Reaction]] = {}
    for programme in programmes():
        for reaction in programme.after:
            found.setdefault(reaction.verb, []).append(reaction)
    return {verb: tuple(each) for verb, each in found.items()}


@cache
def rights() -> Mapping[str, frozenset[str]]:
    """Which roles may do what in the programmes' own books, by the code of the right."""
    return {code: roles for programme in programmes() for code, roles in programme.rights.items()}


@cache
def scenarios() -> Mapping[str, Scenario]:
    """The acceptance scenarios of all programmes by code, in their order."""
    modules = [import_module(programme.acceptance) for programme in programmes() if programme.acceptance]
    return {each.code: each for module in modules for each in module.SCENARIOS}


@lru_cache(maxsize=2)
def _norms(own: str) -> Mapping[str, tuple[Norm, ...]]:
    rows = tomllib.loads(Path(own).read_text("utf-8")).get("norm", []) if own else []
    declared = [each for programme in programmes() for each in programme.norms]
    titles = {each.code: each for each in declared}
    found: dict[str, list[Norm]] = {}
    for each in (*declared, *(_norm_from(row, titles) for row in rows)):
        found.setdefault(each.code, []).append(each)
    return {code: tuple(versions) for code, versions in found.items()}


def _norm_from(row: Mapping[str, Any], known: Mapping[str, Norm]) -> Norm:
    try:
        like = known[row["code"]]
        return replace(like, until=None, **row)
    except (KeyError, TypeError) as error:
        raise BadRule(f"{row.get('code', '')}: {error}") from None


def norms() -> Mapping[str, tuple[Norm, ...]]:
    """Every norm by code, all versions: those the programmes declare and those of the installation (ANXIN_RULES)."""
    return _norms(settings.RULES_FILE)


def norm(code: str, day: date) -> Norm:
    """The version of a norm in force on a day (Shanghai date). Raises UnknownRule."""
    return norm_on(norms().get(code, ()), code, day)


def rules_from(place: str) -> tuple[Rule, ...]:
    """The installation's own versions of time limits, from a TOML file (`limits.read`); none when no file is named."""
    return limits.read(Path(place)) if place else ()


_decided: list[Callable[[], tuple[Rule, ...]]] = [tuple]


def decided_rules(ask: Callable[[], tuple[Rule, ...]]) -> None:
    """Where versions of limits that were decided on the desk are read (`house.py`)."""
    _decided[0] = ask


@lru_cache(maxsize=8)
def _rules_by_code(own: tuple[Rule, ...] = ()) -> Mapping[str, tuple[Rule, ...]]:
    found: dict[str, list[Rule]] = {}
    for each in (*(r for p in programmes() for r in p.rules), *rules_from(settings.RULES_FILE), *own):
        found.setdefault(each.code, []).append(each)
    return {code: tuple(rules) for code, rules in found.items()}


def rules() -> Mapping[str, tuple[Rule, ...]]:
    """Every time-limit rule by code, all versions: the programmes', the installation's (ANXIN_RULES), the desk's."""
    return _rules_by_code(_decided[0]())


@lru_cache(maxsize=4096)
def _rule_on(code: str, day: date, own: tuple[Rule, ...] = ()) -> Rule:
    return clock.rule_on(_rules_by_code(own).get(code, ()), code, day)


def rule(code: str, moment: datetime) -> Rule:
    """The version of a rule in force at a moment, by the day in the city. Raises UnknownRule."""
    return _rule_on(code, moment.astimezone(clock.TZ).date(), _decided[0]())
