"""The kind of matter this programme owns: a dispute, led by the people's mediation committee of the village."""

from __future__ import annotations

from anxin.kernel.bodies import Body
from anxin.kernel.registry import Kind, Part

DISPUTE = "mediation.dispute"


def _clocks(kind: Kind, body: Body, role: str) -> tuple[str, ...]:
    return ("sign.mediation", "feedback.mediation")


KINDS = (
    Kind(
        code=DISPUTE,
        title="人民调解纠纷",
        title_en="Dispute for people's mediation",
        lead=Part(role="mediation", task="受理登记、告知权利义务、组织调解"),
        clocks=_clocks,
        whole="mediation.whole",
        private=True,
        place_needed=True,
        needs_proof=False,
    ),
)
