"""The catalogue of drills: what is played, what each role is to do, and which answer is expected. Our own [INF].

Limits are codes of the time-limit rules that hold in earnest (sign, contact, arrive, feedback), read on the day of the
drill; a choice has three minutes. Nothing in here is sent anywhere: 110, 119 and 12345 are named, never called.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CHOICE = "choice"
CHOICE_MINUTES = 3
"""Minutes for a choice [INF]."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is told to a role and what it is to do. `choices`: code, (Chinese, English); `expected`: the right ones."""

    role: str
    act: str
    told: tuple[str, str]
    limit: str = ""
    choices: tuple[tuple[str, tuple[str, str]], ...] = ()
    expected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """A drill: what it is called, what is said to have happened, and its steps in their order."""

    code: str
    title: tuple[str, str]
    told: tuple[str, str]
    steps: tuple[Step, ...]


DISPATCHER, FIELD, LEADER = "dispatcher", "field", "leader"
_SIGN = Step(DISPATCHER, "sign", ("工单到了，请签收。", "The order is here: sign for it."), "sign")
_CONTACT = Step(
    DISPATCHER,
    "contact",
    ("请联系报告人，问清现场情况。", "Contact the person who reported; ask what it looks like."),
    "contact",
)
_ARRIVE = Step(FIELD, "arrive", ("请到现场。", "Go there."), "arrive")
_FINISH = Step(FIELD, "finish", ("处置完毕后反馈结果。", "When it is settled, say so."), "feedback")


def _choose(role: str, zh: str, en: str, choices: Mapping[str, tuple[str, str]], expected: tuple[str, ...]) -> Step:
    return Step(role, "choose", (zh, en), CHOICE, tuple(choices.items()), expected)


SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "garage",
        ("地下车库进水", "A flooded garage"),
        (
            "暴雨，一小区地下车库进水，已没过车轮，配电间在旁边，有车主想下去挪车。",
            "Heavy rain; a garage under a housing estate fills with water, above the wheels; the switch room is next "
            "to it and owners want to go down to their cars.",
        ),
        (
            _SIGN,
            _choose(
                DISPATCHER, "先做什么？（可多选）", "What first? (several may be right)",
                {
                    "keep_out": ("禁止人员进入车库，先断电", "Keep everybody out, power off first"),
                    "move_cars": ("组织车主抓紧挪车", "Let owners move their cars"),
                    "emergency": ("有人被困即报119、110", "If anybody is trapped: 119, 110"),
                    "wait": ("等水务部门到场再说", "Wait for the water department"),
                },
                ("keep_out", "emergency"),
            ),
            _CONTACT,
            _choose(
                DISPATCHER, "一键指令给谁？（可多选）", "To whom goes the one-key command?",
                {
                    "water": ("水利（排水）", "Water department (pumping)"),
                    "power": ("供电（断电检修）", "Power company (power off)"),
                    "fire": ("消防（警戒、抽水）", "Fire brigade"),
                    "market": ("市场监管", "Market supervision"),
                    "labour": ("人社", "Labour office"),
                },
                ("water", "power", "fire"),
            ),
            _ARRIVE,
            _FINISH,
        ),
    ),
    Scenario(
        "gas",
        ("楼道有燃气味", "A smell of gas"),
        (
            "居民反映楼道有很浓的燃气味，楼上有老人没有应门。",
            "A strong smell of gas on the stairs; an elderly neighbour does not answer the door.",
        ),
        (
            _SIGN,
            _choose(
                DISPATCHER, "在电话里先告诉报告人什么？（可多选）", "What do you tell the caller first?",
                {
                    "out": ("离开楼道，到室外再打电话", "Leave the stairs, telephone from outside"),
                    "no_spark": ("不开关灯、不按电梯和门铃", "No switches, no lift, no door bell"),
                    "valve": ("能安全够到就关阀门", "Close the valve if it is safely in reach"),
                    "ring": ("按门铃把邻居叫出来", "Ring at the neighbours' doors"),
                    "look": ("用打火机看看哪里漏", "Look for the leak with a lighter"),
                },
                ("out", "no_spark", "valve"),
            ),
            _CONTACT,
            _choose(
                DISPATCHER, "立即通知谁？（可多选）", "Who is told at once?",
                {
                    "fire": ("119消防", "119, fire brigade"),
                    "gas": ("燃气公司抢修", "Gas company"),
                    "police": ("110疏散和警戒", "110, to clear the building"),
                    "property": ("下周约谈物业", "The property manager, next week"),
                },
                ("fire", "gas", "police"),
            ),
            _ARRIVE,
            _FINISH,
        ),
    ),
    Scenario(
        "wages",
        ("市场多人讨薪", "Unpaid wages at a market"),
        (
            "市场门口四十多人聚集，称被拖欠三个月工资，有人提到要堵路。",
            "Some forty people stand at the gate of a market: three months' wages are unpaid; somebody speaks of "
            "blocking the road.",
        ),
        (
            _SIGN,
            _CONTACT,
            _choose(
                LEADER, "带班领导如何定？（可多选）", "What does the duty leader decide?",
                {
                    "meet": ("请代表到会议室，当场登记诉求", "Ask for spokespersons, take down what is claimed"),
                    "labour": ("人社、市场方、企业到场联合调处", "Labour office, market and employer meet"),
                    "police": ("公安在旁维持秩序，不先动手", "Police keep order, at a distance"),
                    "list": ("登记带头人员身份备查", "Write down who leads"),
                    "disperse": ("先清场再谈", "Clear the place first"),
                },
                ("meet", "labour", "police"),
            ),
            _ARRIVE,
            _FINISH,
        ),
    ),
    Scenario(
        "stairs",
        ("楼道飞线充电冒烟", "A smoking scooter battery"),
        ("一楼楼道电瓶车充电冒烟，楼上有人。", "A scooter battery smokes downstairs; there are people upstairs."),
        (
            _SIGN,
            _choose(
                DISPATCHER, "先做什么？", "What first?",
                {
                    "fire": ("报119，通知楼上关门待援、不走烟道", "119; upstairs: doors shut, not through smoke"),
                    "field": ("先派处置队看看", "Send the field team to look first"),
                    "note": ("登记为消防隐患，三日内整改", "Write it down as a fire hazard"),
                },
                ("fire",),
            ),
            _CONTACT,
            _ARRIVE,
            _FINISH,
        ),
    ),
)  # fmt: skip
BY_CODE: Mapping[str, Scenario] = {each.code: each for each in SCENARIOS}
