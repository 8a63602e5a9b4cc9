"""How long, and whose: the time limits of one-key requests as versioned, sourced rules; which of them run for whom.

`provenance` says how sure a value is (tags of the field guide): LAW a statute (often another city's, as a model),
S.. a published practice, BK general knowledge, INF a default of this project. Jiaxing's own 12345 limits are not
public; nothing here claims to be them. An installation sets its own versions in the file named by ANXIN_RULES.
"""

from __future__ import annotations

from datetime import date

from anxin.kernel.bodies import Body
from anxin.kernel.clock import Limit, Rule, Unit
from anxin.kernel.orders import LEAD
from anxin.kernel.registry import Kind

BEGAN = date(2000, 1, 1)
"""The default versions count for loaded history as well."""


def _rule(
    code: str, amount: int, unit: Unit, source: str, provenance: str, *, max_pause: Limit | None = None
) -> Rule:
    return Rule(
        code=code, version="1", limit=Limit(amount=amount, unit=unit), effective=BEGAN, source=source,
        provenance=provenance, max_pause=max_pause,
    )


PAUSE = Limit(amount=30, unit=Unit.DAY)
"""How long clocks may stand still altogether. Default of the project [INF]."""

RULES: tuple[Rule, ...] = (
    _rule("sign", 1, Unit.MINUTE, "海宁长安镇：镇街1分钟签收", "S33"),
    _rule("contact", 3, Unit.MINUTE, "海宁长安镇、嘉北街道：3分钟联系诉求人并派出力量", "S33"),
    _rule("arrive", 30, Unit.MINUTE, "海宁长安镇：镇域内30分钟到场", "S33"),
    _rule("feedback", 24, Unit.HOUR, "海宁长安镇：24小时反馈结果", "S33", max_pause=PAUSE),
    _rule("sign.department", 2, Unit.HOUR, "本项目默认值：部门签收", "INF"),
    _rule("contact.department", 1, Unit.WORKDAY, "本项目默认值：部门联系诉求人", "INF"),
    _rule("feedback.department", 3, Unit.WORKDAY, "本项目默认值：部门反馈", "INF", max_pause=PAUSE),
    _rule("handle.ordinary", 5, Unit.WORKDAY, "潍坊市12345条例第20条、济南市12345条例第24条（他市立法作参考）", "LAW",
          max_pause=PAUSE),
    _rule("handle.emergency", 2, Unit.HOUR, "北京市接诉即办服务标准（征求意见稿）：危及生命财产2小时反馈", "S42"),
    _rule("handle.timely", 24, Unit.HOUR, "北京市接诉即办服务标准（征求意见稿）：水电气热24小时", "S42", max_pause=PAUSE),
    _rule("handle.general", 7, Unit.DAY, "北京市接诉即办服务标准（征求意见稿）：一般7日", "S42", max_pause=PAUSE),
    _rule("handle.complex", 15, Unit.DAY, "北京市接诉即办服务标准（征求意见稿）：复杂15日", "S42", max_pause=PAUSE),
    _rule("handle.consult", 1, Unit.WORKDAY, "简单咨询1个工作日", "BK"),
    _rule("handle.again", 5, Unit.WORKDAY, "回访不满意重办5个工作日", "BK", max_pause=PAUSE),
    _rule("callback", 3, Unit.WORKDAY, "答复后3个工作日内回访", "BK"),
    _rule("return.ask", 1, Unit.WORKDAY, "收到后1个工作日内申请退件", "INF"),
    _rule("return.decide", 1, Unit.WORKDAY, "1个工作日内裁定退件", "INF"),
    _rule("verify", 2, Unit.HOUR, "本项目默认值：网络线索线下核实", "INF"),
)

FIRST_LINE = frozenset({"town_command", "team", "committee", "police"})


def clocks(kind: Kind, body: Body, role: str) -> tuple[str, ...]:
    """Which limits run for a body: the town's minutes for the first line, office limits for departments.

    The lead contacts the person; helpers only sign and feed back.
    """
    if body.kind in FIRST_LINE:
        own: tuple[str, ...] = ("sign", "contact", "arrive", "feedback") if kind.on_site else ("sign", "contact", "feedback")
        return own if role == LEAD else ("sign", "feedback")
    own = ("sign.department", "contact.department", "feedback.department")
    return own if role == LEAD else (own[0], own[2])
