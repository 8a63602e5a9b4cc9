"""The rules of the grid: limits and norms (rules.toml), who may do what, codes of its steps, what it refuses."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from anxin.kernel import limits, norms, registry, rights
from anxin.kernel.errors import BadInput, GuardRefused, NotNow

_FILE, BEGAN = Path(__file__).with_name("rules.toml"), date(2000, 1, 1)
TABLES: Mapping[str, Any] = tomllib.loads(_FILE.read_text("utf-8"))
NORMS, RULES = norms.read(_FILE, "sixsystems", BEGAN), limits.read(_FILE, BEGAN)

SELF, EMERGENCY = "I", "E"
GRADES: Mapping[str, tuple[str, str, str, str]] = {code: tuple(said) for code, said in TABLES["grades"].items()}
LEVEL_BODY = {"village": "committee", "town": "town_command", "county": "centre"}
"""Which sort of body leads at a level."""
GRADED, VERIFIED, TOLD = "sixsystems.graded", "sixsystems.verified", "sixsystems.told"
REPEATED, HANDED, TRACED = "sixsystems.repeated", "sixsystems.handed", "sixsystems.traced"
REVIEWED = "sixsystems.reviewed"
VERDICTS, LISTENERS = ({code: tuple(said) for code, said in TABLES[each].items()} for each in ("verdicts", "listeners"))
DUTIES, NODES, FINDINGS, WHY, OUTCOMES = (TABLES[each] for each in ("duties", "nodes", "findings", "why", "outcomes"))
RIGHTS = rights.read(_FILE, "sixsystems")
GRADERS = frozenset({"grid_head", "village", "clerk", "dispatcher", "desk", "supervisor"})


class OpenMatters(NotNow):
    """网格内还有未办结事项（或地址），不能撤销；请先办结，或写明并入的网格并报批移交，没有坐标的先补正地点。"""


class OwnApproval(NotNow):
    """申请与审批、认定与答复不能是同一岗位。"""


class DutyOverlaps(NotNow):
    """该岗位在这一网格的任职时间重叠。"""


class DoorOutside(BadInput):
    """这些地址不在任何一个网格内。"""


class ReporterMayNotHandle(GuardRefused):
    """报办分离：上报的岗位不能处置或核实自己上报的事件（I级自办除外）。"""


class UnknownGrade(GuardRefused):
    """事件分级只有 I、II、III、IV、E；I级自办只能由网格在上报时登记，改级由网格长、村社、镇街或县级进行。"""


class NobodyTold(GuardRefused):
    """办结前须向报告人反馈并登记。"""


class AskAbove(NotNow):
    """本级例会只能把任务交给本村社；交给其他单位须由镇街或县级例会议定。"""


class NotATrigger(BadInput):
    """没有这一倒查启动情形，或反复发生的次数不足。"""


class FindingsMissing(NotNow):
    """每个环节都要有认定和依据，免责的要写明清单中的情形。"""


class ObjectionOpen(NotNow):
    """异议期未满，或异议尚未答复，不能办结倒查。"""


class PlanIncomplete(NotNow):
    """复盘须写明根因，至少有一项改进措施和一项改进前的指标，才能定案。"""


class WatchNotOver(NotNow):
    """改进措施、改进后的指标和1、3、6个月跟踪全部完成且未复发后，才能结束复盘。"""


def value(code: str, day: date) -> Any:
    """The value of one of our norms on a day."""
    return registry.norm(f"sixsystems.{code}", day).value


def grade_of(rule: str) -> str:
    """The grade a limit belongs to; empty for a limit of another sort."""
    return next((code for code, said in GRADES.items() if said[2] == rule), "")
