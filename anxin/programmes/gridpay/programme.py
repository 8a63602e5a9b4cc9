"""Floating pay of full-time grid workers (薪金浮动制、晋升淘汰制): a reader of the journal with a small book."""

from __future__ import annotations

from anxin.kernel import rights
from anxin.kernel.bodies import Actor
from anxin.kernel.registry import Page, Programme
from anxin.programmes.gridpay.models import Effort
from anxin.programmes.gridpay.rules import entry

WATCHES, OWN, CONFIRM = (entry.RIGHTS[f"gridpay.{each}"] for each in ("view", "own", "confirm"))


def may_open(by: Actor, sha256: str) -> bool:
    """Whether a file is evidence of work on the reader's own post, or of an area the reader confirms in or watches."""
    rows = Effort.objects.filter(evidence=sha256).select_related("post")
    return any(
        each.post_id == by.post
        or rights.entitled(by, "gridpay.view", area=each.post.area_id)
        or rights.entitled(by, "gridpay.confirm", area=each.post.area_id)
        for each in rows
    )


PROGRAMME = Programme(
    code="gridpay",
    title="薪金浮动与晋升",
    title_en="Floating pay and the ladder",
    rules=entry.RULES,
    norms=entry.NORMS,
    rights=entry.RIGHTS,
    pages=(
        Page(title="薪金", title_en="Pay", url="gridpay:front", icon="coin-yuan", key="y", roles=OWN | WATCHES),
        Page(title="薪金记录", title_en="Records for pay", url="gridpay:records", icon="walk", roles=CONFIRM - WATCHES),
    ),
    urls="anxin.programmes.gridpay.pages",
    files=may_open,
    acceptance="anxin.programmes.gridpay.tests.acceptance",
)
