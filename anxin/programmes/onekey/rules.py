"""How long, and whose: the time limits of one-key requests as versioned, sourced rules; which of them run for whom.

`provenance` says how sure a value is (tags of the field guide): LAW a statute (often another city's, as a model),
S.. a published practice, BK general knowledge, INF a default of this project. Jiaxing's own 12345 limits are not
public; nothing here claims to be them. An installation sets its own versions in the file named by ANXIN_RULES.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from anxin.kernel.bodies import Body
from anxin.kernel.clock import Limit, Rule, Unit
from anxin.kernel.orders import LEAD
from anxin.kernel.registry import Kind

BEGAN = date(2000, 1, 1)
"""The default versions count for loaded history as well."""


def _rule(code: str, amount: int, unit: Unit, source: str, provenance: str, *, max_pause: Limit | None = None) -> Rule:
    return Rule(
        code=code,
        version="1",
        limit=Limit(amount=amount, unit=unit),
        effective=BEGAN,
        source=source,
        provenance=provenance,
        max_pause=max_pause,
    )


PAUSE = Limit(amount=30, unit=Unit.DAY)
"""How long clocks may stand still altogether. Default of the project [INF]."""
CHANGAN = "海宁市长安镇公开报道的做法"
BEIJING = "北京市接诉即办服务标准（征求意见稿）"
HOTLINE = "GB/T 33358-2016 政府热线服务规范"

RULES: tuple[Rule, ...] = (
    _rule("hotline.answer", 15, Unit.SECOND, f"{HOTLINE}：15秒内接听", "S41"),
    _rule("hotline.media", 3, Unit.MINUTE, f"{HOTLINE}：短信、新媒体3分钟内开始答复", "S41"),
    _rule("hotline.mailbox", 24, Unit.HOUR, f"{HOTLINE}：信箱24小时内答复", "S41"),
    _rule("sign", 1, Unit.MINUTE, f"{CHANGAN}：镇街1分钟签收", "S33"),
    _rule("contact", 3, Unit.MINUTE, f"{CHANGAN}，嘉北街道亦同：3分钟联系诉求人并派出力量", "S33 S35"),
    _rule("arrive", 30, Unit.MINUTE, f"{CHANGAN}：镇域内30分钟到场", "S33"),
    _rule("feedback", 24, Unit.HOUR, f"{CHANGAN}：24小时反馈结果", "S33", max_pause=PAUSE),
    _rule("sign.department", 2, Unit.HOUR, "本项目默认值：部门签收", "INF"),
    _rule("contact.department", 1, Unit.WORKDAY, "本项目默认值：部门联系诉求人", "INF"),
    _rule("feedback.department", 3, Unit.WORKDAY, "本项目默认值：部门反馈", "INF", max_pause=PAUSE),
    _rule(
        "handle.ordinary",
        5,
        Unit.WORKDAY,
        "潍坊市12345条例第20条、济南市12345条例第24条（他市立法，作参考）",
        "LAW",
        max_pause=PAUSE,
    ),
    _rule("handle.emergency", 2, Unit.HOUR, f"{BEIJING}：危及生命财产2小时反馈", "S42"),
    _rule("handle.timely", 24, Unit.HOUR, f"{BEIJING}：水电气热24小时", "S42", max_pause=PAUSE),
    _rule("handle.general", 7, Unit.DAY, f"{BEIJING}：一般7日", "S42", max_pause=PAUSE),
    _rule("handle.complex", 15, Unit.DAY, f"{BEIJING}：复杂15日", "S42", max_pause=PAUSE),
    _rule("handle.consult", 1, Unit.WORKDAY, "简单咨询1个工作日", "BK"),
    _rule("handle.again", 5, Unit.WORKDAY, "回访不满意重办5个工作日", "BK", max_pause=PAUSE),
    _rule("callback", 3, Unit.WORKDAY, "答复后3个工作日内回访", "BK"),
    _rule("return.ask", 1, Unit.WORKDAY, "本项目默认值：收到后1个工作日内申请退件", "INF"),
    _rule("return.decide", 1, Unit.WORKDAY, "本项目默认值：1个工作日内裁定退件", "INF"),
    _rule("verify", 2, Unit.HOUR, "本项目默认值：网络线索线下核实", "INF"),
    _rule("alert", 5, Unit.MINUTE, "本项目默认值：网络线索、特急事项5分钟无人签收即亮黄牌", "INF"),
    _rule("overdue.again", 2, Unit.WORKDAY, "本项目默认值：超时后再过2个工作日仍未办结，提级一级", "INF"),
    _rule("repeat.from", 8, Unit.MINUTE, "嘉兴市社会应急联动通报：同一来电人8分钟后再次来电计为重复", "S45"),
    _rule("repeat.until", 72, Unit.HOUR, "嘉兴市社会应急联动通报：72小时内再次来电计为重复", "S45"),
    _rule("first.time", 30, Unit.DAY, "本项目默认值：办结后30日内未重办、无关联重复计为一次性化解", "INF"),
)
BUCKETS: Mapping[str, tuple[int, ...]] = {
    "sign": (30, 60, 120, 180),
    "arrive": (300, 600, 900, 1800),
    "feedback": (1800, 3600, 7200, 14400),
}
"""Edges, in seconds, of the spans in which a step's time is counted (not limits). Source: S43."""

FIRST_LINE = frozenset({"town_command", "team", "committee", "police"})


def clocks(kind: Kind, body: Body, role: str) -> tuple[str, ...]:
    """Which limits run for a body: the town's minutes for the first line, office limits for departments.

    The lead contacts the person; helpers only sign and feed back.
    """
    if body.kind in FIRST_LINE:
        own: tuple[str, ...] = ("sign", "contact", "feedback")
        if kind.on_site:
            own = ("sign", "contact", "arrive", "feedback")
        return own if role == LEAD else ("sign", "feedback")
    own = ("sign.department", "contact.department", "feedback.department")
    return own if role == LEAD else (own[0], own[2])


# ---- notes that count -------------------------------------------------------------------------------------------

VERIFIED = "publicpost.verified"
"""`about` of the note that says what was found on the spot of a public post."""
UNDER_POST = "publicpost.replied"
"""`about` of the note that says that the official account has answered under the post, and where."""
MEDIATED = "onekey.mediated"
"""`about` of the note that records a joint mediation (a consultation with participants counts as well)."""
REPEAT = "onekey.repeat"
"""`about` of the hint that the same reporter has called again; its fact `earlier` is the id of the earlier matter."""
ASKED, GRANTED = "onekey.exclusion.asked", "onekey.exclusion.granted"
"""`about` of asking for and granting that a matter is left out of the figures; its fact `reason` is one of these."""
EXCLUSIONS = {
    "unreasonable": "诉求不合理",
    "not_ours": "超出职权",
    "unreachable": "三次无法联系",
    "malicious": "恶意诉求",
}
EXCLUSIONS_EN = {
    "unreasonable": "Unreasonable",
    "not_ours": "Outside the powers of any body here",
    "unreachable": "Not reached in three tries",
    "malicious": "Malicious",
}
THREE_WAY = "onekey.three_way"
"""`about` of the note of a three-way call (R2); its facts: `line`, `began`, `ended`, `first`, `accepts`, `by`."""
LINES = {"12345": ("12345热线", "Hotline 12345"), "110": ("110", "110"), "caller": ("来电人", "Caller")}
"""Who was on the line of a three-way call."""
UNDECIDED = "undecided"
