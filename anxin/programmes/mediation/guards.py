"""What must be so, or must happen, with a verb on a dispute, in its transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from anxin.kernel.journal import Change
from anxin.kernel.registry import Guard
from anxin.programmes.mediation.models import APPLIED, FILED, MEDIATING, STOPPED, Dispute
from anxin.programmes.mediation.rules import FileIncomplete, missing


def _file_complete(c: Change) -> None:
    found = Dispute.objects.filter(pk=c.matter.pk).first()
    if found is None or found.stage not in (FILED, STOPPED) or (found.accepted_on and found.stage != FILED):
        lacks = missing(found) if found is not None else ["调解申请书或受理登记表"]
        raise FileIncomplete("；".join(lacks) or "尚未立卷编号")


def _set(when: Callable[[Change], bool] = lambda c: True, **values: Any) -> Callable[[Change], None]:
    """A change of the dispute with the verb: empty columns named `None` take its moment, others their value."""

    def follow(c: Change) -> None:
        rows = Dispute.objects.filter(pk=c.matter.pk, **{name: None for name, value in values.items() if value is None})
        if when(c):
            rows.update(**{name: c.moment if value is None else value for name, value in values.items()})

    return follow


def _guard(title: str, title_en: str, source: str, check: Callable[[Change], None], tag: str) -> tuple[Guard, ...]:
    return (Guard(title=title, title_en=title_en, source=source, provenance=tag, check=check),)


FOLLOWS = ("纠纷随事项变化", "The dispute follows its matter", "本项目默认值")
BEFORE: Mapping[str, tuple[Guard, ...]] = {
    "close": _guard(
        "卷宗齐备并编号", "The file is complete and numbered", "卷宗规范（地方公开文本）", _file_complete, "S93"
    ),
    "contact:after": _guard(
        "记录首次联系", "First contact", "本项目默认值", _set(lambda c: bool(c.facts.get("reached")), reached_at=None),
        "INF",
    ),
    "transfer_to_police:after": _guard(
        "记录报告公安机关", "Reported to the police", "人民调解法第25条", _set(police_at=None), "LAW"
    ),
    "take_back_from_police:after": _guard(
        "记录公安机关回执", "Receipt of the police", "人民调解法第25条",
        _set(lambda c: c.matter.police in ("accepted", "done"), receipt_at=None), "LAW",
    ),
    "refuse:after": _guard(*FOLLOWS, _set(stage=STOPPED), "INF"),
    "merge:after": _guard(*FOLLOWS, _set(stage=STOPPED), "INF"),
    "unmerge:after": _guard(*FOLLOWS, _set(stage=APPLIED), "INF"),
    "reopen:after": _guard(*FOLLOWS, _set(stage=MEDIATING), "INF"),
}  # fmt: skip
