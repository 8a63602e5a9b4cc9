"""The four platforms of a town and which kinds of matters lie on which: declared defaults, or what the house decided.

Names: 综治工作, 监管执法, 应急管理, 公共服务 as in the "141" system of a town (guide 0.1, S28). Which kind lies on
which platform is nobody's published list: a default of this project [INF], to be set on the page of the platforms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from anxin.kernel import areas
from anxin.kernel.areas import Copy
from anxin.programmes.situation.models import PlatformPlan

NAMES_SOURCE, NAMES_PROVENANCE = "“141”体系：镇街四平台", "S28"


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform: its code, what it is called, and the kinds that lie on it."""

    code: str
    title: str
    title_en: str
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """All platforms from a day on, with where that stands."""

    platforms: tuple[Platform, ...]
    effective: date
    source: str
    provenance: str

    def of(self, kind: str) -> str:
        """The platform a kind lies on; what nobody has placed lies on the last."""
        return self.by_kind.get(kind, self.platforms[-1].code)

    @property
    def by_kind(self) -> Mapping[str, str]:
        """Kind -> platform."""
        return {kind: platform.code for platform in self.platforms for kind in platform.kinds}


def _kinds(*names: str) -> tuple[str, ...]:
    return tuple(f"onekey.{name}" for name in names)


DEFAULT = Plan(
    (
        Platform(
            "order", "综治工作", "Comprehensive governance",
            _kinds("quarrel", "noise", "labour", "network", "animal", "market"),
        ),
        Platform(
            "enforcement", "监管执法", "Supervision and enforcement",
            _kinds("parking", "sanitation", "construction", "consumer", "environment", "housing", "property"),
        ),
        Platform(
            "emergency", "应急管理", "Emergency management",
            _kinds("fire", "safety", "gas", "water", "power"),
        ),
        Platform(
            "service", "公共服务", "Public services",
            _kinds("facility", "road", "enquiry", "education", "health", "welfare", "transport", "tourism_culture",
                   "rural", "other"),
        ),
    ),
    date(2000, 1, 1),
    "名称：" + NAMES_SOURCE + "（S28）；类别归属为本项目默认值",
    "INF",
)  # fmt: skip


def _load() -> list[Plan]:
    return [
        Plan(
            tuple(
                Platform(each["code"], each["title"], each["title_en"], tuple(each["kinds"])) for each in row.platforms
            ),
            row.effective,
            row.source,
            row.provenance,
        )
        for row in PlatformPlan.objects.order_by("effective", "pk")
    ]


PLANS: Copy[Sequence[Plan]] = Copy("situation.platforms", _load)


def plan(day: date | None = None) -> Plan:
    """The platforms on a day (today)."""
    on = day or areas.today()
    return next((each for each in reversed(PLANS.get()) if each.effective <= on), DEFAULT)
