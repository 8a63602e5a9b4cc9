"""Before a reply goes out: what a reader would still ask, as hints to the clerk - never a block.

Hints look at the question and the reply side by side: is each thing asked answered, is there a rule where one is
needed, a day where something is promised, somebody who did something, more than phrases; are particulars of a person
in it, does a date lie where it cannot. Every list and number in this file is this project's own [INF].
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import rjieba

from anxin.understanding import redaction
from anxin.understanding.text import clean


def _split(words: str) -> list[str]:
    return words.split("/")


SHARE = 0.2
"""Share of the words of a thing asked that must come back in a reply that answers it."""
LEAST = 24
"""Characters that must be left of a reply without its phrases."""
MOST_ASKED = 12
"""Things asked of one message that are looked at."""
SIGNED = 45
"""Days by which the date under a reply may differ from today."""
PHRASES = _split(
    "高度重视/进一步加强/进一步加大/进一步落实/进一步核实/尽快/尽早/及时处理/及时反馈/相关部门/有关部门/"
    "按规定处理/依法依规处理/依法处理/按程序办理/感谢您的理解/感谢您的支持/感谢您的关心/"
    "感谢您对我们工作的支持/理解与监督/感谢您的监督/关心和支持/支持与理解/敬请谅解/敬请理解/请您谅解/"
    "请您理解/请您放心/予以重视/引起重视/加强监管/加大力度/严格落实/不断提高/努力做好/做好解释/积极协调/"
    "积极推进/统筹推进/持续关注/密切关注/切实解决/切实保障/全力以赴/适时/酌情/研究解决/研究处理/认真研究/"
    "转交/转办/已转/交由/已收悉/收悉/您好/网友/祝您生活愉快/现答复如下/回复如下/答复如下/现将有关情况/"
    "您的留言/您反映的问题/您反映的情况/特此回复/特此答复/调查核处/如有相关情况将/感谢/谢谢/工作的支持/"
    "工作的关心/我们将/我局将/责成/督促/调查处理/处理/办理/答复/反馈"
)
"""Phrases that say nothing by themselves: none of them is wrong beside something said."""
ASKING = _split(
    "请问/能否/能不能/可否/可不可以/有没有/什么时候/何时/多久/几时/为什么/为何/"
    "凭什么/怎么办/想问/想知道/想了解/请告知/请解释/请说明"
)
"""Words that ask, also without a question mark."""
_ASKS = re.compile("吗|呢|什么|多少|哪|谁|怎|是否|几|如何|何时|何处|可否|能否|有没有|是不是|会不会|需不需|要不要")
_RHETORIC = re.compile(
    "难道|何在|天理|良心|作何感想|怎样的心情|谁来管|谁来|有谁|还有没有王法|情何以堪|是不是要等|非要等|哪"
    "里去了|公道|怎么活|怎能|岂|何居心"
)
"""Questions that want no answer but a deed."""
DEMANDS = ("请求", "要求", "恳请", "希望", "请", "建议", "诉求")
WHEN = ("什么时候", "何时", "多久", "几时", "哪天", "几月", "哪年", "时间")
HOW_MUCH = ("多少钱", "收费", "费用", "标准", "价格", "补偿", "补贴")
RULES = _split("依据/合法/合规/规定/政策/标准/补偿/补贴/赔偿/收费/条件/资格/凭什么/违法/违规")
"""Words of a message after which a reader expects to be shown the rule."""
REFUSES = re.compile(
    "不予|不符合|不属于|未达到|暂不|不具备|没有政策|不可以|(?:无法|不能)(?:给予|予以|为您|享受|办理|"
    "受理|支持|安排|纳入|批准|立项|补偿|变更|申请|报销|入学|落户)"
)
PROMISES = _split(
    "我们将/我局将/我办将/街道将/公司将/中心将/下一步/正在办/正在推进/正在申报/正在协商/正在研究/"
    "正在制定/正在审批/正在积极/正在核实/正在建设/正在施工/计划/拟/尽快/将会/届时/抓紧/争取/后续/将对/"
    "将在/将于/将组织/将安排/将按"
)
DONE = _split(
    "已/经核/核实/现场/查看/调查/约谈/责令/整改/修复/维修/清理/安排/派/拆除/处罚/立案/回访/联系了/协调/"
    "召开/发函/组织/检查/告知/退还/支付/登记/完成/进行了/要求"
)
BODIES = re.compile(
    "局|办事处|街道|镇|乡|公司|中心|委员会|支队|大队|派出所|医院|学校|社区|村委|物业|政府|我司|我办|法院|"
    "管委会|站|处|所"
)
_BASIS = re.compile(
    r"《[^》]{2,60}》|第[0-9一二三四五六七八九十百零]+条|[〔\[（(]\d{4}[〕\])）]\s*第?\d+号|\d{4}年?第?\d"
    r"+号(?:文|令)|国家标准|GB[/ ]?T?\s*\d+"
)
_PERIOD = re.compile(
    r"\d+\s*(?:个)?\s*(?:工作日|天|日内|周|星期|个月|年内|小时|分钟)"
    r"|[一二三四五六七八九十两半]+(?:个)?(?:工作日|天内|日内|周内|星期内|个月|年内|小时内)"
    r"|\d{1,2}月(?:\d{1,2}[日号]|底|初|中旬|上旬|下旬|前|份|内)?|\d{4}年|年底|月底|季度|今年|明年|本月|下月"
    r"|本周|下周|当天|即日|春节|国庆|汛期前|开学前"
)
_DATE = re.compile(r"(\d{4})[年./\-](\d{1,2})[月./\-](\d{1,2})(?:日|号)?|(\d{4})年(\d{1,2})月")
_SIGNATURE = re.compile(r"(?:二[〇○零]|\d{4}[年./\-]).{0,14}$")
_NUMBERED = re.compile(r"(?:^|[\s。;:!?])\(?(?:\d{1,2}|[一二三四五六七八九十]{1,2})[、.)．)](?!\d)\s*")
_SENTENCE = re.compile(r"[^。!?;\n]+[。!?;]?")
_REFERRAL = re.compile(
    r"(?:请|可|建议)您?(?:到|向|与|前往|拨打|致电|联系|咨询|通过).{0,30}?(?:咨询|联系|反映|办理|了解|投诉"
    r"|申请)"
)
_CONTACT = re.compile(
    r"\d{3,4}-?\d{4,8}|\d{7,8}|123\d\d|9\d{4}|https?:|网站|0000-0+|路\d+号|\d+号窗口|地址|电话[:：]|官网|"
    r"网址|公众号|小程序|APP",
    re.IGNORECASE,
)
COMPLAINS = ("投诉", "举报", "扰民", "拖欠", "违规", "违法", "不作为", "乱收费", "强制", "破坏")
_NO_WORD = frozenset(
    _split(
        "我们/你们/他们/自己/什么/怎么/怎样/如何/为什么/为何/请问/能否/是否/可以/一个/"
        "这个/那个/领导/您好/你好/现在/问题/情况/相关/有关/部门/希望/请求/恳请/解决/处理/"
        "进行/没有/不能/因为/所以/但是/已经/还是/就是/这样/如果/或者/以及/谢谢/感谢/政府/"
        "回复/答复/尽快/何时/时候/多久/多少/哪里/咨询/反映/建议/要求/我家/本人/到底/究竟/"
        "有没有/能不能/是不是/一下/应该/需要/这些/那些/这里/那里/目前/今年/去年/市民/群众/"
        "百姓/老百姓/尊敬/书记/市长"
    )
)
_HAN = re.compile("[\u4e00-\u9fffA-Za-z0-9]")


@dataclass(frozen=True, slots=True)
class Hint:
    """What a reader may miss: an ascii `code`, a `sentence` that says what to add, `where`: the words it is about."""

    code: str
    sentence: str
    where: str = ""


def asked(question: str) -> tuple[str, ...]:
    """The single things a message asks or demands: sentences that ask, and numbered points; without duplicates.

    In a complaint a bare question mark is mostly anger: there only sentences that ask in so many words count.
    """
    said = clean(question)
    points = [part.strip() for part in _NUMBERED.split(said)[1:]]
    complains = any(word in said for word in COMPLAINS)
    found: list[str] = []
    for sentence in _SENTENCE.findall(said):
        bare = _NUMBERED.sub("", sentence).strip(" \n。!;?")
        asks = any(word in bare for word in ASKING) or (not complains and "?" in sentence and _ASKS.search(bare))
        if len(bare) >= 4 and asks and not _RHETORIC.search(bare):
            found.append(_core(bare))
    if len(points) >= 2:
        for point in points:
            first = _SENTENCE.findall(point)[:1]
            bare = first[0].strip(" \n。!;?") if first else ""
            if len(bare) >= 4 and any(word in bare for word in DEMANDS) and not any(bare in each for each in found):
                found.append(bare)
    return tuple(dict.fromkeys(found))[:MOST_ASKED]


def _core(sentence: str) -> str:
    """The part of a long sentence that asks: from 请问 on, or its last two clauses."""
    for word in ("请问", "想问", "想知道", "想了解"):
        _, marker, rest = sentence.rpartition(word)
        if marker and len(rest) >= 6:
            return rest.strip(" ,:")
    clauses = sentence.split(",")
    return ",".join(clauses[-2:]) if len(sentence) > 40 else sentence


def _content(text: str) -> set[str]:
    return {word for word in rjieba.cut(text) if len(word) >= 2 and _HAN.match(word) and word not in _NO_WORD}


def _answered(ask: str, reply: str, replied: set[str]) -> bool:
    if any(word in ask for word in WHEN) and _PERIOD.search(reply):
        return True
    if any(word in ask for word in HOW_MUCH) and re.search(r"\d+(?:\.\d+)?\s*(?:元|万|%|/)", reply):
        return True
    words = _content(ask)
    if not words:
        return True
    hits = sum(word in replied or word in reply or any(part in reply for part in _parts(word)) for word in words)
    return hits / len(words) >= SHARE


def _parts(word: str) -> Iterator[str]:
    """A longer word is met also by its halves: 停车位 by 停车."""
    if len(word) >= 3:
        yield word[:2]
        yield word[-2:]


def _unanswered(question: str, reply: str) -> Iterator[Hint]:
    replied = _content(reply)
    for ask in asked(question):
        if not _answered(ask, reply, replied):
            yield Hint(
                "unanswered",
                (f"来件问到“{ask[:40]}”，答复里没有看到回应，请逐项答复或说明为什么不答。"),
                ask[:60],
            )


def _without_phrases(body: str) -> str:
    for phrase in sorted(PHRASES, key=len, reverse=True):
        body = body.replace(phrase, "")
    return "".join(_HAN.findall(body))


def _body(reply: str) -> str:
    """The reply without the date and name under it."""
    return _SIGNATURE.sub("", reply.strip()).strip()


def _content_hints(question: str, reply: str) -> Iterator[Hint]:
    body = _body(reply)
    left = _without_phrases(body)
    empty = len(left) < LEAST
    if empty:
        said = next((phrase for phrase in PHRASES if phrase in body), "")
        yield Hint("empty", "去掉客套话后几乎没有内容，请写明查到了什么、做了什么、结果怎样。", said)
    found = REFUSES.search(body)
    refused = found[0] if found else ""
    asks = " ".join(asked(question))
    wanted = next((word for word in RULES if word in asks), "")
    if not empty and (refused or wanted) and not _BASIS.search(body):
        why = f"答复说“{refused}”" if refused else f"来件问到“{wanted}”"
        yield Hint("no_basis", f"{why}，但没有写依据，请写明法律、文件的名称和条款。", refused or wanted)
    promised = next((word for word in PROMISES if word in body), "")
    if promised and not _PERIOD.search(body[body.index(promised) :]) and not _PERIOD.search(body[-120:]):
        yield Hint("no_date", f"答复说“{promised}”，但没有写时间，请写明哪一天前完成，或什么时候再答复。", promised)
    complains = any(word in question for word in COMPLAINS)
    if complains and not any(word in body for word in DONE) and not _BASIS.search(body):
        yield Hint("no_action", "没有写做了什么，请写明核实、处理的经过和结果。")
    elif complains and not empty and not BODIES.search(body):
        yield Hint("no_actor", "没有写是谁处理的，请写明承办单位。")
    referral = _REFERRAL.search(body)
    if referral and not _CONTACT.search(body):
        yield Hint("no_contact", "请对方另找单位，但没有写电话或地址，请补上。", referral[0][:40])


OFFICE = ("联系人", "电话", "工作人员", "负责人", "热线", "经办", "书记", "局长")
"""Words before the name or number of somebody who stands in the reply for a body."""
_PRIVATE = {"id", "bank", "account", "plate", "house", "passport", "wechat", "email"}


def _particulars(question: str, reply: str) -> Iterator[Hint]:
    theirs = {question[each.start : each.end] for each in redaction.spans(question)}
    for each in redaction.spans(reply):
        said = reply[each.start : each.end]
        before = reply[max(0, each.start - 12) : each.start]
        office = any(word in before for word in OFFICE)
        if each.what == "unread":
            continue
        if said in theirs and (len(said) >= 2 or each.what != "name"):
            yield Hint("particulars", f"答复里照写了来件中的个人信息“{said}”，公开时请隐去。", said)
        elif each.what in _PRIVATE or (each.what in ("phone", "name") and not office and len(said) >= 3):
            if each.what == "phone" and not re.match(r"\+?(?:86)?[ \-]?1", said):
                continue
            yield Hint("other_person", f"答复里有他人的个人信息“{said}”，请核对是否必须写，公开时请隐去。", said)


def _dates(reply: str, today: date | None) -> Iterator[Hint]:
    for found in _DATE.finditer(reply):
        year, month, day = int(found[1] or found[4]), int(found[2] or found[5]), int(found[3] or 1)
        before = reply[max(0, found.start() - 10) : found.start()]
        try:
            said = date(year, month, day)
        except ValueError:
            if found[3] and re.search("[年/-]", found[0]) and 1900 <= year <= 2100:
                yield Hint("wrong_date", f"“{found[0]}”不是一个日期，请核对。", found[0])
            continue
        if today is None or not 1900 <= year <= 2100:
            continue
        rest = reply[found.end() :].strip(" \n。.")
        if not rest and found[3] and abs((said - today).days) > SIGNED:
            yield Hint("wrong_date", f"落款日期“{found[0]}”与今天相差很远，请核对年份。", found[0])
        elif re.search(
            "将于|计划(?:于|在)?|预计(?:于|在)?|拟于|拟在|争取(?:于|在)?|确保(?:于|在)?$", before
        ) and said < today.replace(day=1):
            yield Hint("wrong_date", f"“{found[0]}”说的是计划，但已经过去，请核对年份。", found[0])
        elif re.search("已于|已经于|已在", before) and said > today:
            yield Hint("wrong_date", f"“{found[0]}”说的是已办，但还没有到，请核对年份。", found[0])


def check(question: str, reply: str, *, today: date | None = None) -> tuple[Hint, ...]:
    """What a reader of the reply may still ask, each as a sentence that says what to add; empty: nothing found.

    `today`: the day on which it goes out; without it dates are only looked at for themselves. Hints, never a block.
    Never raises.
    """
    asked_, said = clean(question), clean(reply)
    hints = [*_unanswered(question, said), *_content_hints(asked_, said)]
    hints += [*_particulars(asked_, said), *_dates(said, today)]
    return tuple(dict.fromkeys(hints))
