"""Who may do what with pay, the time limits, the norms as declared, and what is refused by which rule."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from anxin.kernel import limits, norms, rights
from anxin.kernel.errors import BadInput, GuardRefused, NotNow

_PLACE, BEGAN = Path(__file__).with_name("norms.toml"), date(2000, 1, 1)
NORMS, RULES = norms.read(_PLACE, "gridpay", BEGAN), limits.read(_PLACE, BEGAN)
RIGHTS = rights.read(_PLACE, "gridpay")
"""A worker reads the own post only; a month is made by the county's supervisor, approved by a leader."""
REPORTED_TRUE, TRACED = "sixsystems.verified", "sixsystems.traced"
"""Steps of the grid's own programme that pay reads in the journal: a third has verified; a trace-back is closed."""


# fmt: off
class TwoPosts(NotNow):
    """此人已在另一岗位计薪：一人多岗只在一个岗位计薪（本项目规则），第二岗位经他人批准可登记，只记绩效、不重复计发。"""
class PostTaken(NotNow):
    """该岗位在这段时间已有合同，请先结束原合同。"""
class MonthNotOver(NotNow):
    """当月尚未结束，不能核算。"""
class Locked(NotNow):
    """该月工资已锁定，不得再改；差错在下一月以异议更正方式补发。"""
class ChecksOpen(NotNow):
    """抽查尚未全部完成，不能公布（随机3%由其他网格核查）。"""
class ObjectionsOpen(NotNow):
    """异议期未满或仍有异议未答复，不能继续。"""
class ObjectionLate(NotNow):
    """已过异议期限（公布后5个工作日）。"""
class SameHand(GuardRefused):
    """申请、确认与决定须由不同的岗位、不同的人作出。"""
class EvidenceNeeded(BadInput):
    """须附佐证：一张照片或材料，或一件事项的编号。"""
class RecordedAlready(NotNow):
    """该岗位当日已有巡查记录，一天记一次。"""
class NotPromotable(NotNow):
    """晋升条件未满足（连续两个季度A等、持有资格证书、无查实投诉）。"""
class LastPlace(GuardRefused):
    """“末位”不等于“不能胜任工作”，不得作为调岗或解除的理由（最高人民法院指导案例18号；劳动合同法第39、40条）。"""
class GroundMissing(GuardRefused):
    """没有相应的考核或核查结果，不能启动这一程序。"""
class TooSoon(NotNow):
    """法定或约定的期间未满，不能进行这一步。"""
class NoDismissal(GuardRefused):
    """解除须先走完退出程序（取证、申辩、培训或调岗、再评、工会、提前30日通知），并由有权的人决定。"""
class BadFormula(BadInput):
    """数值不合要求：五项分值合计须为100，其余须为不小于零的整数，扣减上限不得超过20%。"""
# fmt: on
