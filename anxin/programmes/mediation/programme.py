"""People's mediation (人民调解): a case. The whole procedure of the law beside a matter, from application to file."""

from __future__ import annotations

from django.urls import reverse

from anxin.kernel.bodies import Actor
from anxin.kernel.matters import Matter
from anxin.kernel.registry import Page, Programme, Step
from anxin.programmes.mediation import figures, forms, jobs, rules
from anxin.programmes.mediation.guards import BEFORE
from anxin.programmes.mediation.kinds import KINDS
from anxin.programmes.mediation.models import Record, Term

__all__ = ["PROGRAMME", "jobs"]
ROLES = frozenset(role.partition("@")[0] for role in rules.RIGHTS["mediation.see"])


def _own_page(matter: Matter) -> bool:
    """The acts stand on the dispute's own page; the desk shows them in the timeline and does not offer them."""
    return False


def may_open(by: Actor, sha256: str) -> bool:
    """Whether a file belongs to a dispute the reader may see."""
    seen = figures.seen_by(by)
    return (
        Record.objects.filter(file=sha256, dispute__in=seen).exists()
        or Term.objects.filter(proof=sha256, agreement__dispute__in=seen).exists()
    )


PROGRAMME = Programme(
    code="mediation",
    title="人民调解",
    title_en="People's mediation",
    kinds=KINDS,
    rules=rules.RULES,
    norms=rules.NORMS,
    rights=rules.RIGHTS,
    before=BEFORE,
    after=jobs.AFTER,
    steps=tuple(
        Step(code=f"mediation.{code}", title=rules.said(each), title_en=rules.said(each, True), fits=_own_page)
        for code, each in ((code, act["title"]) for code, act in forms.KNOWN.items())
    ),
    pages=(
        Page(title="人民调解", title_en="Mediation", url="mediation:list", icon="scale", key="j", roles=ROLES),
    ),
    urls="anxin.programmes.mediation.pages",
    files=may_open,
    acceptance="anxin.programmes.mediation.tests.acceptance",
    beside=lambda matter: reverse("mediation:one", args=[matter.number]),
)  # fmt: skip
