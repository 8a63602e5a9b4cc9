"""What must be so, or must happen, with a verb on a dispute, in its transaction."""

from __future__ import annotations

from collections.abc import Mapping

from anxin.kernel.journal import Change
from anxin.kernel.registry import Guard
from anxin.programmes.mediation.models import APPLIED, FILED, MEDIATING, STOPPED, Dispute
from anxin.programmes.mediation.rules import FileIncomplete, missing


def _file_complete(c: Change) -> None:
    found = Dispute.objects.filter(pk=c.matter.pk).first()
    if found is None or found.stage not in (FILED, STOPPED) or (found.accepted_on and found.stage != FILED):
        lacks = missing(found) if found is not None else ["调解申请书或受理登记表"]
        raise FileIncomplete("；".join(lacks) or "尚未立卷编号")


def _reached(c: Change) -> None:
    if c.facts.get("reached"):
        Dispute.objects.filter(pk=c.matter.pk, reached_at=None).update(reached_at=c.moment)


def _police_told(c: Change) -> None:
    Dispute.objects.filter(pk=c.matter.pk).update(police_at=c.moment)


def _police_answered(c: Change) -> None:
    if c.matter.police in ("accepted", "done"):
        Dispute.objects.filter(pk=c.matter.pk, receipt_at=None).update(receipt_at=c.moment)


def _moves(stage: str) -> Guard:
    def move(c: Change) -> None:
        Dispute.objects.filter(pk=c.matter.pk).update(stage=stage)

    return Guard(
        title="纠纷随事项变化", title_en="The dispute follows its matter", source="本项目默认值", provenance="INF",
        check=move,
    )  # fmt: skip


def _guard(title: str, title_en: str, source: str, provenance: str, check: object) -> Guard:
    return Guard(title=title, title_en=title_en, source=source, provenance=provenance, check=check)  # type: ignore[arg-type]


BEFORE: Mapping[str, tuple[Guard, ...]] = {
    "close": (
        _guard(
            "卷宗齐备并编号", "The file is complete and numbered", "卷宗规范（地方公开文本）", "S93", _file_complete
        ),
    ),
    "contact:after": (_guard("记录首次联系", "First contact", "本项目默认值", "INF", _reached),),
    "transfer_to_police:after": (
        _guard("记录报告公安机关", "Reported to the police", "人民调解法第25条", "LAW", _police_told),
    ),
    "take_back_from_police:after": (
        _guard("记录公安机关回执", "Receipt of the police", "人民调解法第25条", "LAW", _police_answered),
    ),
    "refuse:after": (_moves(STOPPED),),
    "merge:after": (_moves(STOPPED),),
    "unmerge:after": (_moves(APPLIED),),
    "reopen:after": (_moves(MEDIATING),),
}
