"""The forms of the acts, declared in `acts.toml`, and the lists they offer on a dispute, in the reader's language."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from anxin.kernel import areas
from anxin.kernel.bodies import Post
from anxin.kernel.matters import Matter
from anxin.programmes.mediation import rules
from anxin.programmes.mediation.actions import taking
from anxin.programmes.mediation.models import Dispute
from anxin.web.declared import Choices, DeclaredForm, half

TABLE: dict[str, Any] = tomllib.loads((Path(__file__).parent / "acts.toml").read_text("utf-8"))
LISTS: Mapping[str, Mapping[str, str]] = TABLE["lists"]
WAYS: Mapping[str, str] = TABLE["ways"]
KNOWN: Mapping[str, Mapping[str, Any]] = TABLE["acts"]
FORMS: Mapping[str, Sequence[str]] = TABLE["forms"]


def named(listed: str, code: str) -> str:
    """The title of a code of a list; the code where it has none."""
    return half(LISTS[listed].get(code, code))


def people_of(d: Dispute) -> Choices:
    """The parties as they are shown: side, organisation or masked name."""
    rows = sorted(d.parties.all(), key=lambda each: (each.side, each.pk))
    return [(str(each.pk), f"{named('sides', each.side)} {each.title or each.person.masked_name}") for each in rows]


def _leads(d: Dispute, m: Matter) -> Choices:
    roles, kinds = ("leader", "supervisor", "dispatcher", "clerk", "village", "mediator"), ("town_command", "committee")
    rows = Post.objects.select_related("body").filter(role__in=roles, body__area__in=[d.village_id, d.town_id])
    return [(each.code, str(each)) for each in rows.order_by("body__code", "code") if each.body.kind in kinds]


def _norm(code: str, *path: str) -> Choices:
    table = rules.norm(code).value
    rows = {each: title for step in path for each, title in table[step].items()} if path else table
    return [(each, half(title if isinstance(title, str) else title["title"])) for each, title in rows.items()]


def _terms(d: Dispute, m: Matter) -> Choices:
    found = rules.current(d)
    return [(str(e.pk), f"{e.what} {e.due_on}") for e in found.terms.filter(done_on=None)] if found else []


OFFERED: Mapping[str, Callable[[Dispute, Matter], Choices]] = {
    "parties": lambda d, m: people_of(d),
    "posts": lambda d, m: [(code, str(post)) for code, post in taking.may_mediate(d, m).items()],
    "leads": _leads,
    "named": lambda d, m: [(str(e.pk), str(e.post or e.title)) for e in d.mediators.all() if e.left_at is None],
    "referrals": lambda d, m: [(str(e.pk), e.to) for e in d.referrals.all() if e.receipt_at is None],
    "terms": _terms,
    "applications": lambda d, m: [(str(e.pk), f"{e.court} {e.docket}") for e in d.confirmations.all() if not e.outcome],
    "courts": lambda d, m: [(c, f"{c}（{named('grounds', why)}）") for c, why in rules.courts(d, areas.today())],
    "counties": lambda d, m: [(a.code, a.name) for a in areas.tree().areas.values() if a.level == "county"],
    "scope": lambda d, m: _norm("scope"),
    "relations": lambda d, m: _norm("conflict", "barred", "consent"),
    "factors": lambda d, m: _norm("risk", "factors"),
    "touches": lambda d, m: _norm("confirmation", "barred"),
    "refusals": lambda d, m: _norm("confirmation", "rejected", "barred"),
}


class ActForm(DeclaredForm):
    """The form of an act on a dispute."""

    def __init__(self, code: str, d: Dispute, m: Matter, *args: Any, **more: Any) -> None:
        def offered(listed: str) -> Choices:
            return OFFERED[listed](d, m) if listed in OFFERED else [(c, half(t)) for c, t in LISTS[listed].items()]

        super().__init__(KNOWN[code]["fields"], offered, *args, **more)
