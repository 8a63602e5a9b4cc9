"""What sounds or looks like what: the mistakes people make when they type the name of a place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray
from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PINYIN_DICT

READINGS = 4
"""How many readings of one name are tried when its characters have several."""

LOOKALIKES = (
    "己已巳 末未 土士王 日曰目 人入八 大太犬天夫 玉王主 田由甲申 干千于 午牛 刀力刁 几凡 九丸 "
    "木本术 且目 白百自 今令 厂广 户尸 代伐 侯候 戊戌戍 治冶 洲州 浦埔蒲 塘糖搪唐 泾径经茎 "
    "栅册珊 埭棣隶 湘相箱 魏巍 塍滕胜腾 澉敢 濮璞仆 硖峡狭侠 圩圬 浜滨 荡汤 幢憧 栋拣 苑宛范 "
    "园圆 崇祟宗 凤风 鸣鸟呜 梧悟 桐铜洞 惠慧蕙 窑窖 姚桃挑 庄压 凝疑 武式 原愿 沈沉枕 罗萝 "
    "昌冒 官宫管 花化华 当挡 曹槽 乍昨 仓仑苍 陈阵 林淋 平乎 嘉喜 南男 合口台 钟钏 丁了 斜料 "
    "袁哀 丰羊 油抽 港巷 余佘金 长张 七匕 星昱 东车 城域成 桥侨娇 河何 新断 月用 里重 兴光 "
    "虹虾 泉皋 毛手 瓦互 亭享 缪谬 莲连 烟咽 槜携 麟鳞 栖牺 绮倚 沙纱 泗四 漾样 碧珀 聆玲铃 "
    "涛淘 尖尘 潮湖 独浊 芦户 泖柳 灵录 银根 杏吞 锦绵 语浯 晖辉 柳抑 兰三 枣束 望塑 步涉 "
    "通诵 元无 硕砌 淦金 陡徒 闻间 菜莱 川州 秀季莠 店点 周同 庙届"
)
"""Characters taken for one another by their shape, in groups; this project's own list [INF]."""

_WORD = re.compile(r"[a-z]+")
_BETWEEN = re.compile(r"[\s\d'’·\-]{0,3}")


def _plain(reading: str) -> str:
    """A syllable without its tone; ü is written v."""
    apart = unicodedata.normalize("NFD", reading.lower()).replace("u\u0308", "v")
    return "".join(c for c in apart if not unicodedata.combining(c))


def _merged(syllable: str) -> str:
    """The syllable as those hear it who do not tell zh from z, n from l, ing from in."""
    if syllable[:2] in ("zh", "ch", "sh"):
        syllable = syllable[0] + syllable[2:]
    elif syllable[:1] == "n" and len(syllable) > 1:
        syllable = "l" + syllable[1:]
    return syllable[:-1] if syllable.endswith(("ing", "eng")) else syllable


def _syllables(one: str) -> list[str]:
    """The merged readings of one character, the usual one first; a character without reading is its own."""
    said = PINYIN_DICT.get(ord(one))
    return list(dict.fromkeys(_merged(_plain(each)) for each in said.split(","))) if said else [one]


@cache
def _speakers() -> tuple[NDArray[np.uint32], dict[str, int]]:
    """For each code point the one that speaks for its syllable, and the speaker of each syllable."""
    table = np.arange(0x110000, dtype=np.uint32)
    speaker: dict[str, int] = {}
    for code in PINYIN_DICT:
        if 0x3400 <= code < 0xA000:
            table[code] = speaker.setdefault(_syllables(chr(code))[0], code)
    return table, speaker


def heard(text: str) -> str:
    """The text with every Chinese character replaced by one that speaks for its sound; of the same length.

    The text must hold no lone surrogates (see `text.clean`).
    """
    table, _ = _speakers()
    return table[np.frombuffer(text.encode("utf-32-le"), np.uint32)].tobytes().decode("utf-32-le")


def soundings(name: str) -> set[str]:
    """How a name may be heard: one string in the manner of `heard` for each reading of its characters."""
    _, speaker = _speakers()
    usual = [_merged(each) for each in lazy_pinyin(name, style=Style.NORMAL, v_to_u=False)]
    if len(usual) != len(name):
        return {heard(name)}
    each_way = []
    for one, in_the_word in zip(name, usual, strict=True):
        first = _syllables(one)[:1]
        each_way.append([chr(speaker[s]) if s in speaker else one for s in dict.fromkeys([*first, in_the_word])])
    return {"".join(way) for way, _ in zip(product(*each_way), range(READINGS), strict=False)}


@cache
def _shapes() -> dict[str, str]:
    like: dict[str, str] = {}
    for group in LOOKALIKES.split():
        for one in group:
            like[one] = "".join(dict.fromkeys(like.get(one, "") + group.replace(one, "")))
    return like


def misshapen(name: str) -> Iterator[str]:
    """The name with one character taken for another that looks like it."""
    like = _shapes()
    for place, one in enumerate(name):
        for other in like.get(one, ""):
            yield f"{name[:place]}{other}{name[place + 1 :]}"


def _blurred(letters: str) -> str:
    """Pinyin letters without the differences the region does not hear; the same for whole names and for parts."""
    for two, one in (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n")):
        letters = letters.replace(two, one)
    return letters.replace("n", "l").replace("v", "u")


def spelled(name: str) -> str:
    """A Chinese name in blurred pinyin letters, written as one word."""
    return _blurred("".join(_plain(each) for each in lazy_pinyin(name, style=Style.NORMAL, v_to_u=False)))


def in_letters(chinese: str, english: str) -> str:
    """A Chinese name with an English word behind it (Qixing Subdistrict), in the manner of `spelled`."""
    said = "".join(_plain(each) for each in lazy_pinyin(chinese, style=Style.NORMAL, v_to_u=False))
    return _blurred(said + english)


def _latin(one: str) -> str:
    """One character as a small Latin letter without its tone mark, where it is one."""
    if one.isascii():
        return one.lower()
    return _plain(one)[:1] if one < "\u0250" else one


def letters(text: str) -> tuple[str, dict[int, int], dict[int, int]]:
    """The Latin words of a text, blurred and run together where only spaces or tone numbers lie between them.

    Also where words begin and end: position in the letters to position in the text. Other words are set apart by a
    bar, so that a name never reaches over a sentence.
    """
    lowered = "".join(map(_latin, text))
    run: list[str] = []
    starts, ends = dict[int, int](), dict[int, int]()
    length, last, before = 0, -1, ""
    for word in _WORD.finditer(lowered):
        said = word.group()
        if last >= 0 and not _BETWEEN.fullmatch(lowered, last, word.start()):
            run.append("|")
            length += 1
        elif before.endswith("n") and said.startswith("g"):
            said = said[1:]
        plain = _blurred(said)
        starts[length] = word.start()
        run.append(plain)
        length += len(plain)
        ends[length] = last = word.end()
        before = word.group()
    return "".join(run), starts, ends
