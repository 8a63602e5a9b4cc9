"""The reasons and hints of the understanding, which come as Chinese sentences, for readers of English.

What is a name, or was quoted from a message, stays as it is; everything around it is said in English. A sentence of a
later version that is not known here is shown as it came.
"""

from __future__ import annotations

import re
from functools import lru_cache

from django.utils.translation import get_language

SENTENCES: tuple[tuple[str, str], ...] = (
    (r"都提到((?:“[^”]*”)+)", r"Both mention \1"),
    (r"用词相近", "Similar words"),
    (r"，同一网格", ", the same grid"),
    (r"，同一(?:村社|社区|村)", ", the same village or community"),
    (r"，同一(?:镇街|街道|镇)", ", the same town"),
    (r"，同一(?:县区|县市区|县|区县|区)", ", the same county"),
    (r"，相隔不到一小时", ", less than an hour apart"),
    (r"，(\d+) 小时([前后])", r", \1 hours \2"),
    (r"，(\d+) 天([前后])", r", \1 days \2"),
    (r"，约 (\d+) 个月([前后])", r", about \1 months \2"),
    (r"，约 (\d+) 年([前后])", r", about \1 years \2"),
    (r"文中没有认得的地名", "No place name was recognised in the text"),
    (r"文中只说不在何处，没有说在何处", "The text only says where it is not"),
    (r"“([^”]*)”是旧称；", r"\1 is a former name; "),
    (r"文中写((?:“[^”]*”)+)", r"The text says \1"),
    (r"不止一处：([^，]*)，请选定", r", which is more than one place: \1 - please choose"),
    (r"涉及几处：([^，]*)，请选定", r", which are several places: \1 - please choose"),
    (r"，即", ", that is "),
    (r"，没有更细的地名", ", and nothing more precise"),
    (r"；手机定位在其中的", "; the phone is in its grid "),
    (r"；手机定位不在此处，相距约(\d+)米，请核实", r"; the phone is elsewhere, about \1 m away - please check"),
    (r"；手机定位在", "; the phone is in "),
    (r"地点尚不明确，暂不能判断由哪个单位办理", "The place is not known yet, so no body can be named"),
    (
        r"规则未指定单位，近一年也没有办结记录，请人工派单",
        "No rule names a body, nothing was closed lately: dispatch by hand",
    ),
    (r"类别未知，请先改类", "Unknown kind: change the kind first"),
    (r"按职责规则，“([^”]*)”类事项由(.*?)办理", r"By the rule of duties, “\1” is handled by \2"),
    (r"按少量办结记录，“([^”]*)”类事项由(.*?)办理", r"By the few that were closed, “\1” is handled by \2"),
    (r"；近一年办结记录不足 (\d+) 件", r"; fewer than \1 were closed in the last year"),
    (
        r"近一年(.*?)“([^”]*)”类事项 (\d+) 件中 (\d+) 件由各地同职能单位（此处为(.*?)）办结",
        r"In the last year \4 of \3 “\2” matters in \1 were closed by the offices of this duty (here \5)",
    ),
    (
        r"近一年(.*?)“([^”]*)”类事项 (\d+) 件中 (\d+) 件由(.*?)办结",
        r"In the last year \4 of \3 “\2” matters in \1 were closed by \5",
    ),
    (r"，退回 (\d+) 件", r", \1 handed back"),
    (r"，与职责规则一致", ", as the rule of duties says"),
    (r"，与职责规则指定的单位不同", ", other than the rule of duties says"),
    (
        r"来件问到“([^”]*)”，答复里没有看到回应，请逐项答复或说明为什么不答",
        r"The message asks “\1”, which the reply does not answer: answer it, or say why not",
    ),
    (
        r"去掉客套话后几乎没有内容，请写明查到了什么、做了什么、结果怎样",
        "Without the phrases hardly anything is left: say what was found, what was done, with what result",
    ),
    (
        r"答复说“([^”]*)”，但没有写依据，请写明法律、文件的名称和条款",
        r"The reply says “\1” without a ground: name the law or paper and its article",
    ),
    (
        r"来件问到“([^”]*)”，但没有写依据，请写明法律、文件的名称和条款",
        r"The message asks about “\1” and no ground is given: name the law or paper and its article",
    ),
    (
        r"答复说“([^”]*)”，但没有写时间，请写明哪一天前完成，或什么时候再答复",
        r"The reply says “\1” without a time: say by which day, or when the next answer comes",
    ),
    (
        r"没有写做了什么，请写明核实、处理的经过和结果",
        "Nothing is said of what was done: say how it was checked and handled",
    ),
    (r"没有写是谁处理的，请写明承办单位", "Nothing is said of who handled it: name the body"),
    (r"请对方另找单位，但没有写电话或地址，请补上", "The person is sent elsewhere without a number or address: add it"),
    (
        r"答复里照写了来件中的个人信息“([^”]*)”，公开时请隐去",
        r"The reply repeats a personal detail of the message, “\1”: leave it out in public",
    ),
    (
        r"答复里有他人的个人信息“([^”]*)”，请核对是否必须写，公开时请隐去",
        r"The reply has a personal detail of somebody else, “\1”: is it needed? Leave it out in public",
    ),
    (
        r"公开答复里好像有个人信息（姓名、电话、证件号、车牌或门牌），公开前请核对",
        "The public reply seems to have personal details (name, number, plate, door): check before it is public",
    ),
    (r"“([^”]*)”不是一个日期，请核对", r"“\1” is no date, please check"),
    (
        r"落款日期“([^”]*)”与今天相差很远，请核对年份",
        r"The date “\1” under the reply is far from today, please check the year",
    ),
    (r"“([^”]*)”说的是计划，但已经过去，请核对年份", r"“\1” is said of a plan but is over, please check the year"),
    (
        r"“([^”]*)”说的是已办，但还没有到，请核对年份",
        r"“\1” is said to be done but has not come yet, please check the year",
    ),
    (r"元旦", "New Year"),
    (r"春节", "Spring Festival"),
    (r"清明节?", "Qingming"),
    (r"劳动节", "Labour Day"),
    (r"端午节?", "Dragon Boat"),
    (r"中秋节?", "Mid-Autumn"),
    (r"国庆节?", "National Day"),
    (r"调休上班", ", worked instead"),
)
"""Chinese as the understanding writes it, and how it is said in English; in the order in which they are tried."""
_KNOWN = tuple((re.compile(pattern), said) for pattern, said in SENTENCES)
_ENDS = str.maketrans({"。": ". ", "；": "; ", "、": ", "})


def in_words(sentence: str) -> str:
    """A reason in the reader's language."""
    return _english(sentence) if (get_language() or "").startswith("en") else sentence


@lru_cache(maxsize=4096)
def _english(sentence: str) -> str:
    said = sentence
    for pattern, english in _KNOWN:
        said = pattern.sub(english, said)
    return said.replace(" 前", " earlier").replace(" 后", " later").translate(_ENDS).strip()
