"""What happens by itself: a dispute beside each new matter, the risk reckoned anew every hour, texts erased in time."""

from __future__ import annotations

from typing import Any

from anxin.kernel import areas, jobs
from anxin.kernel.registry import Reaction
from anxin.programmes.mediation.actions import acting, ending
from anxin.programmes.mediation.kinds import DISPUTE
from anxin.programmes.mediation.models import Dispute


def _begin(pairs: list[tuple[Any, Any]]) -> None:
    acting.begin([matter for matter, _entry in pairs])


AFTER = (
    Reaction(
        verb="report", do_all=_begin, kinds=(DISPUTE,), title="建立纠纷台账", title_en="The dispute is entered",
        source="人民调解法第27条（登记、归档）", provenance="LAW",
    ),
)  # fmt: skip


@jobs.every(seconds=3600)
def risks() -> None:
    """Colours follow the day and the version in force."""
    ending.recompute(Dispute.objects.all(), areas.today())


@jobs.every(seconds=86400)
def erase() -> None:
    """The texts of files whose time is over go."""
    ending.erase(areas.today())
