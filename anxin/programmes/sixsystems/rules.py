"""The rules of the grid: limits and norms (rules.toml), who may do what, codes of its steps, what it refuses."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from anxin.kernel import limits, norms, registry
from anxin.kernel.errors import BadInput, GuardRefused, NotNow

_FILE, BEGAN = Path(__file__).with_name("rules.toml"), date(2000, 1, 1)
TABLES: Mapping[str, list[dict[str, Any]]] = tomllib.loads(_FILE.read_text("utf-8"))
NORMS, RULES = norms.read(_FILE, "sixsystems", BEGAN), limits.read(_FILE, BEGAN)

SELF, EMERGENCY = "I", "E"
GRADES: Mapping[str, tuple[str, str, str, str]] = {
    "I": ("I 自办", "I on the spot", "handle.grid.self", "grid"),
    "II": ("II 村社办", "II village", "handle.grid.village", "village"),
    "III": ("III 镇街办", "III town", "handle.grid.town", "town"),
    "IV": ("IV 县级联办", "IV county", "handle.grid.county", "county"),
    "E": ("E 紧急", "E emergency", "handle.grid.emergency", "town"),
}
"""A grade: its title (Chinese, English), its limit and the level it begins at. Source: guide 5.3 [INF]."""
LEVEL_BODY = {"village": "committee", "town": "town_command", "county": "centre"}
"""Which sort of body leads at a level."""
GRADED, VERIFIED, TOLD = "sixsystems.graded", "sixsystems.verified", "sixsystems.told"
REPEATED, HANDED, TRACED = "sixsystems.repeated", "sixsystems.handed", "sixsystems.traced"
REVIEWED = "sixsystems.reviewed"
VERDICTS = {
    "true": ("属实", "As reported"),
    "duplicate": ("重复上报", "A duplicate"),
    "false": ("不属实", "Not as reported"),
}
LISTENERS = {"reporter": ("报告人", "Who reported"), "residents": ("相关居民", "Residents concerned")}
DUTIES = {"part_time": "兼职网格员", "cadre": "包联干部", "micro": "微网格长", "other": "其他力量"}
"""As what a post serves a grid beside the three the kernel knows (S65: 1+3+N)."""
NODES = {"seen": "发现", "reported": "上报", "handled": "处置", "supervised": "督办"}
FINDINGS = {
    "unseen": "未发现",
    "unreported": "未上报",
    "unhandled": "未处置",
    "unsupervised": "未督办",
    "diligent": "已尽责",
}
WHY = {"open": "未办结", "overdue": "超时", "repeated": "反复发生", "carried": "上次议定"}
OUTCOMES = {"done": "按期完成", "late": "逾期完成", "open": "办理中", "overdue": "已逾期"}

_GRID = frozenset({"grid_worker", "grid_head", "auxiliary_police"})
_DESK = frozenset({"dispatcher", "desk", "arbiter", "supervisor", "leader"})
RIGHTS: Mapping[str, frozenset[str]] = {
    "sixsystems.view": _GRID | _DESK | {"village"},
    "sixsystems.book": frozenset({"dispatcher", "supervisor", "desk"}),
    "sixsystems.approve": frozenset({"supervisor"}),
    "sixsystems.meet": frozenset({"grid_head", "village", "dispatcher", "supervisor"}),
    "sixsystems.review": frozenset({"grid_head", "village", "dispatcher", "supervisor"}),
    "sixsystems.trace": frozenset({"supervisor"}),
    "sixsystems.answer": frozenset({"leader", "arbiter"}),
}
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
