"""What is said around the name of a place: whether it is meant as one, whether the thing is there, how far from it."""

from __future__ import annotations

import re

GAP = " 的,，、:：·-—_()（）\n"
"""What may stand between a place and the place inside it."""
TAIL_ROAD = re.compile(
    r"[东南西北中]{0,2}(?:路|大道|大街|街(?!道))|"
    r"巷|弄(?!堂)|线|高速|公路|快速|桥|塘(?!桥)|河(?!长)|港|江|银行|晚报|日报|早报|[一二三四五六七八九十\d]+号线"
)
"""Behind a name without its suffix: the name of a road, water or bank that may be anywhere (嘉善大道, 平湖塘)."""
TAIL_PLACE = re.compile(
    r"这边|那边|这里|那里|这儿|那儿|这块|那块|一带|镇上|街上|老街|集镇|镇区|派出所|卫生院|卫生服务|办事处|街道办|镇政府|居委|村委|"
    r"第?(?:\d{1,2}|[一二三四五六七八九十]{1,3})号?网格|收费站|中心小学|中心幼儿园|中心校"
)
"""Behind an everyday word: what makes it the name of a town or community."""
TAIL_END = re.compile(r"$|[\s,.;!?:，。；！？：、的里内有]|这|那|附近|周边")
NUMBERED = re.compile(r"第?(\d{1,2}|[一二三四五六七八九十]{1,3})号?网格")
LIVES = re.compile(r"(?:住在|家住|我住|住|家在|位于|地处|坐落|座落|来自|地址|地点|老家)(?:[是为在于:：]{0,2})$")
_NOT = re.compile(r"(?:不是|不在|并非|没在)(?:说|讲|指)?$")
_EXAMPLE = re.compile(r"(?:比如|例如|好比|像|学习|参照|对比|不如|隔壁|别的|其他|看看|人家|同样是)(?:的|说|一下)?$")
_FROM = re.compile(r"(?:户籍|户口|老家|籍贯|来自|我是|本人是|俺是|阿拉是|娘家|婆家)(?:地)?(?:[是在:：]{0,2})$")
_FROM_AFTER = re.compile(r"(?:这边|那边)?(?:本地|当地)?(?:人(?![民行大口])|户口|户籍|籍)")
_WORK = re.compile(r"(?:公司|单位|厂里|学校|上班|工作|读书)(?:地)?(?:[是在:：]{0,2})$")
_WORK_AFTER = re.compile(r"(?:这边|那边|这里|那里)?(?:上班|工作|打工|读书|上学|做生意)")
_HOME = re.compile(r"(?:住在|家住|我住|住|家在|租房|租在)(?:[是在:：]{0,2})$")
_HOME_AFTER = re.compile(r"(?:这边|那边|这里|那里)?(?:租房|租的|(?:的)?(?:居民|村民|业主|住户|市民))")
_BODY_AFTER = re.compile(
    r"(?:人民)?(?:政府|办事处|街道办|派出所|城管|执法|信访|公安|法院|交警|领导|干部|书记|镇长|区长|县长|市长)"
)
_WAY = re.compile(r"(?:路过|经过|途经|从|由|到|去|至|往|开往|前往|回|离|距|距离|通往)$")
_HERE = re.compile(
    r"(?:在|位于|地处|地点|地址|现场|位置|位置在|事发地|反映|投诉|举报|坐落|座落|说的是|指的是|"
    r"而是|是在|应该是|归|属于)(?:[是为于在:：]{0,2})$"
)
_ARRIVED = re.compile(r"(?:开|走|骑|打车|坐车|乘车|赶|送|跑)到$")
BREATH = re.compile(r"[,，。；;!！?？\n]|到|去|往|至|和|与|跟|在|、")
"""Between two places: what shows that the second is not meant to lie in the first."""
THAT = re.compile(r"(?:[这那]边|里面)?的?[那这](?:个|家|座)|里面的?")
_ACROSS = re.compile(r"(?:省|市)?[^\W\da-zA-Z到去往来在至和与跟的人是从]{0,3}")
TOGETHER = re.compile(
    r"(?!.*(?:开|走|骑|打车|坐车|乘车|赶|送|跑)到)"
    r"[^,，。；;!！?？\n]{0,6}?(?:到|至|和|与|跟|及|以及|、|通往|~|—|-)"
)
"""Between two places that are meant both: a stretch from one to the other, or a list."""
_SIDE = "东南|东北|西南|西北|东|南|西|北"
_DIRECTION = re.compile(rf"(?:往|向|朝|以|偏|正)(?:着)?({_SIDE})")
_GATE = re.compile(
    rf"[^,，。；;!！?？\n]{{0,3}}?({_SIDE})(?:大)?"
    r"(?:门|侧|面|边|头|首|口|端|角|出口|入口|围墙|方向|方|区)"
)
_DISTANCE = re.compile(
    r"(?<![深宽高长厚])(?<![深宽高长厚]约)"
    r"(\d{1,5}(?:\.\d{1,2})?|[一二两三四五六七八九十百千半几]{1,6})\s{0,2}(?:多|来|余)?\s{0,2}"
    r"(米|公里|千米|里路|里地|里|公尺|km|m)(?![a-z\d深宽高长厚])",
    re.I,
)
_AWAY = re.compile(r"处|外|远|左右|附近|开外|的地方|的位置|地方|有|是|$|[,，。；;!！?？\s)）]")
_SENTENCE = re.compile(r"[。；;!！?？\n]")
_METRES = {"公里": 1000, "千米": 1000, "km": 1000, "里路": 500, "里地": 500, "里": 500}


def role(text: str, start: int, end: int) -> float:
    """How likely a place is where the thing is [INF].

    2 said to be, 1 nothing said, 0.5 on the way, 0.3 a home, 0.2 a body or place of work, 0 where somebody comes
    from, -1 compared with, -2 said not to be.
    """
    before = text[max(0, start - 8) : start]
    if _NOT.search(before):
        return -2
    if _EXAMPLE.search(before):
        return -1
    if _FROM.search(before) or _FROM_AFTER.match(text, end):
        return 0
    if _WORK.search(before) or _WORK_AFTER.match(text, end) or _BODY_AFTER.match(text, end):
        return 0.2
    if _HOME.search(before) or _HOME_AFTER.match(text, end):
        return 0.3
    if _ARRIVED.search(before):
        return 1
    if _WAY.search(before):
        return 0.5
    return 2 if _HERE.search(before) else 1


def beyond(text: str, end: int, start: int) -> bool:
    """Whether a name follows right behind a city or province that is not ours."""
    return 0 <= start - end <= 4 and _ACROSS.fullmatch(text, end, start) is not None


def offset(text: str, start: int, end: int) -> tuple[str, int | None]:
    """Direction and metres said right behind a name, or with the name behind 距."""
    window = _SENTENCE.split(text[end : end + 24], maxsplit=1)[0]
    to = _DIRECTION.search(window) or _GATE.match(window)
    said = _DISTANCE.search(window)
    away = text[max(0, start - 1) : start] in ("距", "离") or "距" in text[max(0, start - 12) : start]
    if said and not (to or away or _AWAY.match(window, said.end())):
        said = None
    if said and to is None and not away and said.start() > 3:
        said = None
    return (to[1] if to else ""), (_metres(said[1], said[2].lower()) if said else None)


def _metres(count: str, unit: str) -> int | None:
    """Metres of a distance as people say it; 几百米 is no number."""
    if count[0].isdigit():
        much = float(count)
    else:
        much, ones = 0.0, 0.0
        if "几" in count:
            return None
        for one in count:
            if one in "百千十":
                much += (ones or 1) * {"十": 10, "百": 100, "千": 1000}[one]
                ones = 0
            elif one == "半":
                much += 0.5
            elif not ones:
                ones = "零一二三四五六七八九".index(one.replace("两", "二"))
        much += ones
    return round(much * _METRES.get(unit, 1))
