"""Blue-collar apartments (蓝领公寓): a book. Farmhouses entrusted to the village, let whole, lived in, looked after."""

from __future__ import annotations

from django.db.models import Q

from anxin.kernel.bodies import Actor, Body
from anxin.kernel.errors import NotAllowed
from anxin.kernel.registry import Figure, Kind, Page, Part, Programme
from anxin.programmes.apartments import figures, jobs, rules
from anxin.programmes.apartments.actions.visits import HAZARD
from anxin.programmes.apartments.models import Building

__all__ = ["PROGRAMME", "jobs"]


def _clocks(kind: Kind, body: Body, role: str) -> tuple[str, ...]:
    return ("apartments.sign", "apartments.fix.serious")


def may_open(by: Actor, sha256: str) -> bool:
    """Whether a photo or scan belongs to a building the reader may see."""
    try:
        seen = Building.objects.filter(rules.visible(by))
    except NotAllowed:
        return False
    return seen.filter(Q(photos__file=sha256) | Q(papers__file=sha256)).exists()


PROGRAMME = Programme(
    code="apartments",
    title="蓝领公寓",
    title_en="Blue-collar apartments",
    kinds=(
        Kind(
            code=HAZARD, title="公寓重大隐患", title_en="Serious hazard in an apartment building",
            lead=Part(role="department:fire", task="到场核查，督促整改"), clocks=_clocks, whole="apartments.whole",
            needs_proof=False,
        ),
    ),
    rules=rules.RULES,
    norms=rules.NORMS,
    rights=rules.RIGHTS,
    after=jobs.AFTER,
    figures=(
        Figure(
            code="apartments.yearly", title="隐患、纠纷同比（附分母）", title_en="Hazards and quarrels, year on year",
            unit="per year", source="秀洲蓝领公寓：隐患 -78%、纠纷 -10.2%", compute=figures.yearly,
        ),
    ),
    pages=(
        Page(
            title="蓝领公寓", title_en="Apartments", url="apartments:front", icon="building-community", key="b",
            roles=frozenset(role.partition("@")[0] for role in rules.RIGHTS["apartments.see"]),
        ),
    ),
    urls="anxin.programmes.apartments.pages",
    files=may_open,
    acceptance="anxin.programmes.apartments.tests.acceptance",
)  # fmt: skip
