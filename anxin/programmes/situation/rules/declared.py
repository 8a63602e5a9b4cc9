"""Warning rules that hold where a town has decided nothing else, and which version of which rule is in force.

Every number is a default of this project [INF] unless its source says otherwise; a town writes its own version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from anxin.kernel import areas, registry
from anxin.kernel.areas import Copy
from anxin.programmes.situation.models import WarningRule
from anxin.programmes.situation.rules import language, platforms
from anxin.programmes.situation.rules.language import Known, Rule, RuleNotUnderstood


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A version of a rule: its code, number, text, from which day on, and on which paper it rests."""

    code: str
    version: str
    text: str
    effective: date
    source: str
    provenance: str
    title: str = ""
    title_en: str = ""
    row: int | None = None
    own: bool = False

    @property
    def stamp(self) -> str:
        """What stands on each warning that was given under this version."""
        return f"{self.code}@{self.version}"


def _default(code: str, title: str, title_en: str, text: str, source: str, provenance: str = "INF") -> Written:
    return Written(
        code=code, version="0", text=text, effective=date(2000, 1, 1), source=source, provenance=provenance,
        title=title, title_en=title_en,
    )  # fmt: skip


DEFAULTS: tuple[Written, ...] = (
    _default(
        "unsigned", "无人签收", "Nobody signs",
        '当 待签收 超过 5 分钟 在 全镇 >= 1 则 预警 "工单无人签收" 致 调度员',
        "镇街1分钟签收（S33）；5分钟为本项目默认值",
    ),
    _default(
        "overdue", "超时积压", "Overdue heap up",
        '当 超时 在 全镇 > 3 则 预警 "超时事项较多" 致 调度员、值班领导',
        "本项目默认值",
    ),
    _default(
        "due", "集中到期", "Many due at once",
        '当 将到期 1 小时内 在 全镇 >= 5 则 预警 "一小时内集中到期" 致 调度员',
        "本项目默认值",
    ),
    _default(
        "emergency", "特急在办", "Emergencies at once",
        '当 特急 在 全镇 >= 2 则 预警 "多起特急同时在办" 致 值班领导、调度员',
        "本项目默认值",
    ),
    _default(
        "address", "同址同类", "The same at one address",
        '当 到件 近 7 天 按 每个地址 按 每个类别 >= 3 则 预警 "同一地址同类诉求反复出现" 致 调度员、平台负责人',
        "解读：7日内同址同类3件即为热点", "INF",
    ),
    _default(
        "above", "高于平时", "More than usual",
        '当 到件 近 7 天 按 每个网格 按 每个类别 > 平时 + 2 倍标准差 则 预警 "该网格此类诉求高于平时" 致 平台负责人',
        "解读：高于前8周均值加2倍标准差", "INF",
    ),
    _default(
        "platform", "平台积压", "A platform is full",
        '当 未办结 按 每个平台 >= 60 则 预警 "平台积压" 致 平台负责人',
        "本项目默认值",
    ),
)  # fmt: skip
TITLES: Mapping[str, tuple[str, str]] = {each.code: (each.title, each.title_en) for each in DEFAULTS}


def _load() -> list[WarningRule]:
    return list(WarningRule.objects.filter(withdrawn_at=None).order_by("effective", "version", "pk"))


RULES: Copy[list[WarningRule]] = Copy("situation.rules", _load)


def written(row: WarningRule) -> Written:
    """A decided version as the room reads it."""
    title, title_en = TITLES.get(row.code, (row.code, row.code))
    version = f"{row.version}" if row.town_id is None else f"{row.version}t"
    return Written(
        code=row.code, version=version, text=row.text, effective=row.effective, source=row.source,
        provenance=row.provenance, title=title, title_en=title_en, row=row.pk, own=row.town_id is not None,
    )  # fmt: skip


def in_force(town: int, day: date | None = None) -> list[Written]:
    """The version of each rule that holds for a town on a day, also those switched off (empty text)."""
    on = day or areas.today()
    found = {each.code: each for each in DEFAULTS}
    for general in (True, False):
        for row in RULES.get():
            mine = row.town_id is None if general else row.town_id == town
            if mine and row.effective <= on:
                found[row.code] = written(row)
    return list(found.values())


def known() -> Known:
    """The names a rule may use, by title and by code."""
    kinds: dict[str, str] = {}
    for code, kind in registry.kinds().items():
        kinds |= {code: code, code.rpartition(".")[2]: code, kind.title: code, kind.title_en: code}
    plan = platforms.plan()
    there = {name: each.code for each in plan.platforms for name in (each.code, each.title, each.title_en)}
    channels = {"desk": "desk"}
    for code, channel in registry.channels().items():
        channels |= {code: code, channel.title: code, channel.title_en: code}
    tree = areas.tree()
    grids = {area.code: str(area.pk) for area in tree.areas.values() if area.level == "grid"}
    grids |= {area.name: str(area.pk) for area in tree.areas.values() if area.level == "grid" and area.valid_to is None}
    return {"kind": kinds, "platform": there, "channel": channels, "grid": grids}


@lru_cache(maxsize=512)
def _understood(text: str, edition: object) -> Rule | None:
    try:
        return language.read(text, known())
    except RuleNotUnderstood:
        return None


def understood(text: str) -> Rule | None:
    """A rule as it was written; None where it names what is there no longer, or is switched off."""
    return _understood(text, id(platforms.plan())) if text.strip() else None
