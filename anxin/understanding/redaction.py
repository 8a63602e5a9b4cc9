"""What must not stand in anything public: names, numbers of persons, plates, accounts, addresses of doors.

`spans` finds them in the original text (offsets are those of the text given), `redact` puts a mark like 〔姓名〕 in
their place. Redacting twice gives the same as once. Decisions: a post is no person (王局长, 校长, 网格员 stay, with
the surname, since people act there for the public); a private form of address loses the surname (王先生 becomes
〔姓名〕先生); masked numbers (138****0000) go as well; a building, a road and its number stay (it is a place), a unit
or a room behind it goes together with the building. Hotlines (12345, 110, 96xxx, 400-), dates, amounts, articles of
law and numbers of matters (261124-1000123) stay. It is an aid: a person reads before anything is published. Every
list in this file is this project's own [INF]; the check digit of an identity number follows GB 11643.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import rjieba
from ahocorasick_rs import AhoCorasick, MatchKind

MARKS = {
    "name": "〔姓名〕",
    "id": "〔身份证号〕",
    "phone": "〔电话〕",
    "plate": "〔车牌〕",
    "bank": "〔银行卡号〕",
    "account": "〔账号〕",
    "email": "〔邮箱〕",
    "wechat": "〔社交账号〕",
    "house": "〔门牌〕",
    "passport": "〔证件号〕",
    "unread": "〔余下部分未检查〕",
}
"""What is put in the place of what was found, by sort."""
ROUNDS = 6
"""Readings until nothing is found any more: what stood behind a number may be seen only when it is gone."""
READ = 4_000
"""Characters that are read; what comes after them was not looked at and is withheld as a whole."""
MOST_NAMES = 60
"""Different names of one text that are looked for again wherever they stand."""


@dataclass(frozen=True, slots=True)
class Span:
    """One thing found: from `start` to before `end` in the original text, and of which sort (a key of MARKS)."""

    start: int
    end: int
    what: str


# --- the text, same length, easier to read


def _split(words: str) -> list[str]:
    return words.split("/")


def _table() -> dict[int, str]:
    table = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    table.update({0x3000: " ", 0xA0: " ", 0x2003: " ", 0x2009: " ", 0x202F: " "})
    table.update(dict.fromkeys(map(ord, "–—―－‐‑−﹣"), "-"))
    table.update(dict.fromkeys(map(ord, "•‧・･∙⋅"), "·"))
    table.update(
        {ord(a): b for a, b in zip("號樓單棟戶門電話機聯繫絡層①②③", "号楼单栋户门电话机联系络层123", strict=True)}
    )
    table.update(
        {
            ord(a): b
            for a, b in zip(
                "張劉陳楊趙吳孫羅鄭謝許韓馮鄧蕭呂魏蔣範鐘盧陸廖鄒閻龍賀龔錢湯嚴賴華葉馬黃蘇於",
                "张刘陈杨赵吴孙罗郑谢许韩冯邓萧吕魏蒋范钟卢陆廖邹阎龙贺龚钱汤严赖华叶马黄苏于",
                strict=True,
            )
        }
    )
    return table


_WIDTH = _table()
_SPOKEN = {
    ord(a): b
    for a, b in zip("零〇○幺一二两三四五六七八九壹贰叁肆伍陆柒捌玖么", "00011223456789" + "1234567891", strict=True)
}
_LONE = re.compile("[\ud800-\udfff]")


def _even(text: str) -> str:
    """Half width, one form of dash and dot, a few characters simplified; as long as the original."""
    even = text.translate(_WIDTH)
    try:
        even.encode()
    except UnicodeEncodeError:
        even = _LONE.sub("?", even)
    return even


# --- numbers

_GAP = r"[ \-.]{0,2}"
_ID18 = re.compile(
    rf"(?<![0-9A-Za-z])[1-9](?:{_GAP}\d){{5}}{_GAP}(?:1[ ]?[89]|2[ ]?0)(?:{_GAP}\d){{9}}{_GAP}[0-9Xx](?![0-9A-Za-z])"
)
_ID15 = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?![0-9A-Za-z])")
_ID_HIDDEN = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{2,9}[*xX]{4,14}[0-9Xx]{2,4}(?![0-9A-Za-z*])")
_MOBILE = re.compile(
    rf"(?<![0-9A-Za-z])(?:\(?(?:\+|00)?86\)?[ \-]{{0,2}})?1[ ]?[3-9](?:{_GAP}\d){{9}}(?!\d|[ \-.]?\d"
    rf"{{2}}|[A-Za-z]*\d|\.\d|(?:多|余|万|亿)?[元块万亿])"
)
_MOBILE_HIDDEN = re.compile(r"(?<!\d)1[3-9]\d[ \-]?[*xX]{3,5}[ \-]?\d{3,5}(?!\d)")
_LANDLINE = re.compile(
    r"(?<![0-9A-Za-z\-])(?:\(?(?:\+?86[ \-]?)?\(?0(?:10|2\d|[3-9]\d{2})\)?)[ \-]{0,2}[2-8]\d{2,3}[ \-]?\d{4}"
    r"(?:(?:[ ]?(?:转|分机|ext\.?|-)[ ]?)\d{1,6})?(?!\d)"
)
_DIGITS = re.compile(r"(?<![0-9A-Za-z.])\d(?:[ \-]?\d){5,29}(?![0-9A-Za-z])")
_BANK = re.compile(r"(?<![0-9A-Za-z])\d{4}(?:[ \-]?\d{4}){3}(?:[ \-]?\d{1,3})?(?![0-9A-Za-z])")
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][ ]?[A-Za-z][ ·\-.]{0,2}"
    r"(?=[A-Za-z0-9]{0,5}\d)(?:[A-Za-z0-9]{6}|[A-Za-z0-9]{5}|[A-Za-z0-9]{4}[学警港澳挂试])(?![A-Za-z0-9])"
)
_EMAIL = re.compile(r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,5}")
_SOCIAL = re.compile(
    r"(?:微信|微信号|wechat|weixin|vx|v信|威信|薇信|wx|qq|扣扣|企鹅号|抖音号|微博|小红书号|快手号|支付宝账号|支付宝)"
    r"(?:号码|账号|号|id)?(?:[ :是为加]|也是|同号){0,4}"
    r"([A-Za-z][A-Za-z0-9_\-]{4,29}|[1-9]\d{3}[ ]?\d{1,8})(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_PASSPORT = re.compile(
    r"(?<![0-9A-Za-z])(?:[EGDPSKLeg]\d{8}|E[A-Z]\d{7}|[HMCW]\d{8}(?:\d{2})?|[0-9]{8}(?=\(?台胞证)|1[4"
    r"5]\d{7})(?![0-9A-Za-z])"
)
_LETTERED = re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{1,3}-?\d{5,20}(?![0-9A-Za-z])")
_NEAR = 12
"""Characters before a number in which a word says what it is."""
_CALLS = tuple(
    _split("电话/手机/联系方式/联系我/号码/tel/phone/座机/固话/打我/拨打/致电/传真/联系人/call/mobile/小灵通/宅电")
)
_ACCOUNTS = tuple(
    _split(
        "账号/帐号/账户/帐户/户号/卡号/客户编号/客户号/用户号/用户编号/社保号/医保号/医保卡/社保卡/"
        "公积金/学号/准考证/病历号/住院号/存折/account/水表号/电表号/燃气号/缴费号/缴费编号/会员号/"
        "驾驶证号/残疾证号/档案编号/acct"
    )
)
_BANKS = tuple(_split("银行/卡号/借记/信用卡/储蓄/工行/农行/建行/中行/农信/开户/打到/转到/card/尾号"))
_PAPERS = tuple(_split("发票/发票代码/订单/快递/运单/单号/工单/编号/期号/彩票/批号/型号/受理"))
_IDS = ("身份证", "证件号", "公民身份", "身份号码", "id card", "id no", "id number")
_PASSES = ("护照", "passport", "通行证", "台胞证", "军官证", "回乡证", "居留证")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def valid_id(number: str) -> bool:
    """Whether eighteen characters end in the right check character (GB 11643)."""
    if len(number) != 18 or not number[:17].isascii() or not number[:17].isdigit():
        return False
    rest = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False)) % 11
    return "10X98765432"[rest] == number[17].upper()


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        worth = int(digit) * (2 if place % 2 else 1)
        total += worth - 9 if worth > 9 else worth
    return total % 10 == 0


def _said(even: str, start: int, words: Iterable[str], near: int = _NEAR) -> bool:
    before = even[max(0, start - near) : start].lower()
    return any(word in before for word in words)


def _plausible_id(digits: str) -> bool:
    month, day = int(digits[10:12]), int(digits[12:14])
    return 1 <= month <= 12 and 1 <= day <= 31


def _numbers(even: str) -> Iterator[Span]:
    """Identity numbers, telephones, accounts, passports in digits."""
    for found in _ID18.finditer(even):
        digits = re.sub(r"[ \-.]", "", found[0])
        if _plausible_id(digits) or valid_id(digits) or _said(even, found.start(), _IDS):
            yield Span(found.start(), found.end(), "id")
    for pattern, what in (
        (_ID_HIDDEN, "id"),
        (_MOBILE, "phone"),
        (_MOBILE_HIDDEN, "phone"),
        (_LANDLINE, "phone"),
    ):
        for found in pattern.finditer(even):
            yield Span(found.start(), found.end(), what)
    for found in _ID15.finditer(even):
        yield Span(found.start(), found.end(), "id")
    for found in _BANK.finditer(even):
        digits = re.sub(r"[ \-]", "", found[0])
        if _said(even, found.start(), _ACCOUNTS) and not _said(even, found.start(), _BANKS):
            yield Span(found.start(), found.end(), "account")
        elif (
            digits[0] in "34569" and (_luhn(digits) or digits[:2] in ("62", "43", "45", "60", "95", "52", "55"))
        ) or _said(even, found.start(), _BANKS):
            yield Span(found.start(), found.end(), "bank")
    for found in _DIGITS.finditer(even):
        count = sum(map(str.isdigit, found[0]))
        start, end = found.span()
        if even[end : end + 1] in ("元", "万", "块", "亿", "%", "年"):
            continue
        if _said(even, start, _IDS) and count >= 14:
            yield Span(start, end, "id")
        elif _said(even, start, _PASSES) and count >= 7:
            yield Span(start, end, "passport")
        elif _said(even, start, _BANKS) and count >= 12:
            yield Span(start, end, "bank")
        elif _said(even, start, _ACCOUNTS) and count >= 6:
            yield Span(start, end, "account")
        elif (
            7 <= count <= 13
            and _said(even, start, _CALLS, 8)
            and not _said(even, start, _PAPERS, 24)
            and not found[0].startswith(("400", "800"))
        ):
            yield Span(start, end, "phone")
    for found in _LETTERED.finditer(even):
        if _said(even, found.start(), _PASSES):
            yield Span(found.start(), found.end(), "passport")
        elif _said(even, found.start(), _ACCOUNTS) or _said(even, found.start(), _BANKS):
            yield Span(found.start(), found.end(), "account")
    for found in _PASSPORT.finditer(even):
        if found[0][0].isalpha() or _said(even, found.start(), _PASSES):
            yield Span(found.start(), found.end(), "passport")


_SAID_RUN = re.compile(
    r"[0-9零〇○幺一二两三四五六七八九壹贰叁肆伍陆柒捌玖么](?:[ \-,，、.]{0,2}[0-9零〇○幺一二两三四"
    r"五六七八九壹贰叁肆伍陆柒捌玖么]){6,24}"
)


def _spoken_numbers(even: str) -> Iterator[Span]:
    """Numbers written as they are said: 幺三八..., or mixed with digits."""
    for found in _SAID_RUN.finditer(even):
        if found[0].translate(_SPOKEN) == found[0]:
            continue
        digits = re.sub(r"[^0-9]", "", found[0].translate(_SPOKEN))
        start, end = found.span()
        if re.fullmatch(r"(?:86)?1[3-9]\d{9}", digits):
            yield Span(start, end, "phone")
        elif len(digits) in (17, 18) and (_plausible_id(digits + "0") or _said(even, start, _IDS)):
            yield Span(start, end + (even[end : end + 1] in ("X", "x")), "id")
        elif re.fullmatch(r"0\d{2,3}[2-8]\d{6,7}", digits) or (7 <= len(digits) <= 12 and _said(even, start, _CALLS)):
            yield Span(start, end, "phone")
        elif len(digits) >= 15 or (len(digits) >= 8 and _said(even, start, _ACCOUNTS)):
            yield Span(start, end, "bank")


# --- doors

_NO = r"(?:[A-Za-z]?\d{1,4}[A-Za-z]?|[A-Za-z]|[一二三四五六七八九十百零〇两]{1,5}|[东西南北中甲乙丙丁])"
_BUILDING = rf"{_NO}[ ]?(?:号楼|幢|栋|座|号院|弄|#楼|#|号|组|楼)"
_UNIT = rf"{_NO}[ ]?(?:单元|门洞|门|梯|座|栋|幢|号楼|层|楼|区|号)"
_ROOM = (
    r"(?:[A-Za-z]?-?\d{2,5}[A-Za-z]?(?!\d)(?:[ ]?(?:室|号房|房间|户|房|号))?|[零〇一二三四五六七八九十]{2"
    r",6}[ ]?(?:室|户|房|号)|[一二三四五六七八九][零〇一二三四五六七八九]{2,3}|\d{1,2}[ ]?(?:室|户|号房)|"
    r"[东西南北中]户)"
)
_DOOR = re.compile(
    rf"(?<![0-9A-Za-z])(?:{_BUILDING}[ ,\-]{{0,2}}(?:{_UNIT}[ ,\-]{{0,2}}){{1,2}}(?:{_ROOM})?|"
    rf"{_BUILDING}[ ,\-]{{0,2}}{_ROOM}|{_NO}[ ]?单元[ ,\-]{{0,2}}{_ROOM})"
)
_DASHED = re.compile(
    r"(?<![0-9A-Za-z\-/.])[A-Za-z]?\d{1,3}-\d{1,2}-\d{3,4}(?![0-9\-/.])(?:室|户|房)?|(?<![0-9A-Za-z\-"
    r"/.])[A-Za-z]?\d{1,3}-\d{3,4}(?:室|户|房)|(?<=[苑园村里湾城府居庭墅院区寓郡邸轩阁厦幢栋])[A-Za-z"
    r"]?\d{1,3}-\d{3,4}(?![0-9\-/.])"
)
_ROOM_ALONE = re.compile(
    r"(?<![0-9A-Za-z年月.])[A-Za-z]?\d{3,4}[A-Za-z]?[ ]?(?:室|号房|房间)(?![外内]?(?:温|外温|内温))"
)
_GROUP = re.compile(r"(?<![0-9A-Za-z])(?:\d{1,3}|[一二三四五六七八九十]{1,3})组[ ]?\d{1,4}号(?![线楼院路文令])")


def _doors(even: str) -> Iterator[Span]:
    for found in _DOOR.finditer(even):
        said = found[0]
        if not re.search(r"室|户|房|单元|\d{3,5}[A-Za-z]?$|\d{2}[A-Za-z]$|[零〇一二三四五六七八九]{3}", said):
            continue
        if not re.search(r"号楼|幢|栋|座|弄|单元|#|室|号院|组|楼", said):
            continue
        tail = even[found.end() : found.end() + 1]
        if (
            tail
            in (
                "年",
                "元",
                "万",
                "米",
                "平",
                "人",
                "辆",
                "个",
                "块",
                "亩",
                "吨",
                "月",
                "日",
                "天",
                "度",
                "套",
                "名",
                "份",
                "次",
                "岁",
                "多",
                "%",
                "余",
                ".",
            )
            and said[-1].isdigit()
        ):
            continue
        yield Span(found.start(), found.end(), "house")
    for pattern in (_DASHED, _ROOM_ALONE, _GROUP):
        for found in pattern.finditer(even):
            yield Span(found.start(), found.end(), "house")
    for found in _HOME.finditer(even):
        yield Span(*found.span(1), "house")


_HOME = re.compile(
    r"(?:家住|住在|住址|户籍地址?|家庭地址|家庭住址|我家在|租住|居住)[^\n。;；]{0,24}?((?:[一二三四五六七八九十\d]"
    r"{1,4}组[ ]?)?\d{1,4}(?:-\d{1,3})?号)(?![线楼院路文令a-zA-Z0-9])"
)


# --- names

SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任"
    "沈姚卢姜崔钟谭"
    "陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文"
    "牛樊葛邢安齐易乔"
    "伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单裴霍涂成苗谷盛曲翁冉骆蓝路游"
    "辛靳欧管柴蒙鲍"
    "华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧"
    "闵苟邬边卞姬师"
    "仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝宣胥展池糜诸储濮屠蔺匡花文饶练芮占卓仝亓仉禹漆苌郁"
    "鞠竺斯嵇羊褟计干居浦钮闻姒茅归朴"
)
"""Common surnames of one character: facts, in no order."""
PLAIN_SURNAMES = frozenset(
    "王李张刘陈杨赵吴周徐孙朱胡郭何罗郑梁谢宋唐许韩冯邓曹彭曾萧肖蔡潘袁董余苏吕魏蒋沈姜范傅付钟卢汪戴"
    "崔任陆廖姚邱夏谭韦贾邹熊孟秦阎薛侯雷龚邵钱顾倪俞翁褚屠缪"
)
"""Surnames that are no everyday word: enough to take 小张, 老李 for a person."""
_UNCUED = SURNAMES - set(
    "和时于应方向明全关安常任何连曾严高查付成计单解房商左文路华顾管白温夏谷游雷麻黄马司车平金花柏桂阳农古"
)
"""Surnames that make a name of three characters without anything around it."""
_PARTICLES = frozenset("时于应向全任何连曾付计单解商卫关安常")
"""Surnames that more often are a little word: a weak cue is not enough for them."""
COMPOUND = _split(
    "欧阳/上官/司马/诸葛/夏侯/皇甫/尉迟/公孙/慕容/令狐/宇文/长孙/司徒/东方/南宫/独孤/端木/西门/百里/呼延/"
    "轩辕/东郭/"
    "申屠/淳于/单于/澹台/濮阳/公冶/钟离/闻人/万俟/赫连/第五/司空/鲜于/太史/闾丘/拓跋/完颜/纳兰/爱新觉罗"
)
STRONG = _split(
    "我叫/本人叫/自称/中文名/中文名叫/中文名字/病人/化名/伤者/住院病人/名叫/名字叫/名字是/名为/姓名/"
    "联系人/户主/户名/收款人/举报人/投诉人/申请人/反映人/被投诉人/被举报人/报案人/报警人/受害人/"
    "当事人/委托人/承租人/出租人/法定代表人/法人代表/开户名/监护人/死者/伤者/患者/落款/署名/签名/代表人/"
    "经手人/来电人/来信人/求助人/信访人/"
    "写信人/留言人/诉求人/业主代表/收件人/寄件人/肇事者/嫌疑人/犯罪嫌疑人/被告/原告/欠款人/欠条人/借款人/"
    "担保人/车主/原名/化名/曾用名/叫做/那个叫/一个叫/人叫/的叫/他叫/她叫/孩子叫/儿子叫/女儿叫/老公叫/"
    "老婆叫/男的叫/女的叫/老板叫/房东叫/真名/实名/找我"
)
"""Words after which a name stands."""
WEAK = _split(
    "本人/我/我是/我系/我儿子/我女儿/儿子/女儿/老公/丈夫/妻子/老婆/父亲/母亲/爸爸/妈妈/我爸/我妈/爷爷/"
    "奶奶/外公/外婆/哥哥/姐姐/弟弟/妹妹/邻居/楼上的/楼下的/隔壁的/对门的/同村的/隔壁/楼上/楼下/对门/楼长/"
    "栋长/群主/师傅/爸/妈/学籍/房东/租客/租户/"
    "老板/店主/司机/老板娘/村民/居民/业主/住户/户/同学/学生/同事/朋友/网友/老人/孤寡老人/独居老人/残疾人/"
    "低保户/贫困户/工友/包工头/中介/班主任/老师/保安/物业/民警/辅警/"
    "医生/护士/网格员/负责人/法人/经理/主任/书记/举报/投诉/实名举报/控告/起诉/状告/感谢/表扬/叫/是/和/与/"
    "跟/找/由/给/被/向/问/请/@/致/及/同/让/把/对/经办/侄子/孙子/孙女/外甥/叔叔/舅舅/姑姑/阿姨/女士/先生/"
    "男子/女子/职工/员工/工人/农民工/户籍/退役军人/租给/转给/欠/经办人/受理人/回复/联系"
)
"""Words after which a name may stand: it must also end like one."""
TITLES = _split(
    "先生/女士/小姐/老师/师傅/经理/阿姨/大爷/大妈/大叔/大伯/大娘/大姐/大哥/叔叔/伯伯/奶奶/爷爷/医生/护士/"
    "同学/老板/老板娘/律师/同志/教练/嫂子/阿婆/阿公/阿叔/婆婆/老太/老伯/老太太/老先生/太太/夫人/"
    "某某/某/女儿/师父/店长/总经理/会计/司机/小朋友/总"
)
"""Private forms of address: the name before them goes."""
POSTS = _split(
    "局长/书记/主任/科长/处长/所长/镇长/县长/市长/区长/院长/校长/队长/站长/厅长/部长/省长/乡长/村长/主席/"
    "秘书长/委员/组长/支书/股长/警官/警长/法官/检察官/庭长/司令/指导员/社长/园长/董事长"
)
"""Posts: who stands before them acts for the public and stays."""
_CALLED = (*POSTS, *(title for title in TITLES if len(title) > 1 and title != "女儿"))
_AFTER = set("，。；、：！？,.;:!?()（）[]【】《》“”\"'\n\r\t |/\\〔〕-—~*…") | set(
    "的是在住男女系与和因被把向从到已今现先同等家说于来对电手身年也及将未曾不没有给都就自就请跟叫让去又"
)
_ENDS = set("，。；、：！？,.;:!?()（）[]【】\"'\n\r\t |/\\〔〕…") | {""}
_STOP = set(
    "的是在住说和与了吗呢吧啊呀哦我你他她它们这那哪个有没不被把将从到向就都也很太最更又再还只已会能可要想"
    "让使给为因所以但而且或及等着过来去上下里外前后左右先男女"
    "年月日号楼室幢栋路街区县市省镇乡村组队局委办厅处科部公司厂店院校站所人员机电话手问题情况事件时间地址"
    "元万千百块钱"
)
"""Characters a given name does not end with, where nothing else says that it is one."""
_NEVER = _STOP - set("月元千百先年来日里前科站队地时同")
NOT_NAMES = frozenset(
    _split(
        "孔明灯/长度/段长/应学/时回/时关/任课/全角/全世/全英/夏令/连文/雷暴/吉尼/华尔/苗族/时间/于由/应对/方承/方提/方告/高潮/高三/高一/"
        "高二/关切/安宁/安享/安门/桂林/夏天/黄平/祝好/明明/付定/花子/何居/房补/马连/文中/全部/全新/文艺/"
        "文具/花园/花坛/花木/花草/花钱/练习/练车/白云/方案/方便/方式/方法/方向/方面/高度/高空/高速/高温/"
        "高峰/高层/高中/高新/高铁/高压/高考/高额/安全/安装/安排/安置/安静/安心/安保/安居/金额/金融/金属/"
        "成本/成立/成人/成员/成功/成都/时间/时候/时常/时代/"
        "平时/平台/平安/平湖/常年/常常/常见/路口/路面/路灯/路边/路段/车辆/车位/车库/车主/车站/车牌/全部/"
        "全体/全家/全面/全国/全市/全村/管理/管道/管网/水平/白天/白色/黄色/黄线/黄金/马上/马路/温度/温馨/"
        "包括/包工/包含/"
        "何时/何况/任何/任务/任意/任由/应该/应当/应急/于是/曾经/曾多/项目/单位/单元/单独/单价/计划/计算/"
        "程序/程度/解决/解释/解放/强烈/相关/周边/周围/周末/周一/周二/周三/周四/周五/周六/周日/周期/许多/"
        "许可/家长/和谐/和平/"
        "向东/向西/向南/向北/向前/向上/向下/万元/万一/万达/万科/万平/明天/明显/明确/明知/连续/连接/连夜/"
        "边上/边界/边缘/左右/左侧/右侧/左转/关于/关系/关注/关心/关闭/关键/师傅/师生/和我/和你/古城/古镇/"
        "农民/农村/农业/农田/农户/农贸/"
        "江南/江苏/江边/江西/河南/石头/石材/石门/林业/林地/林场/林木/叶子/花园/花费/文明/文化/文件/文字/"
        "文书/武汉/武装/武术/毛病/毛坯/毛巾/史上/钱款/钱财/钱包/严重/严格/严肃/严禁/严查/严厉/宁可/宁静/"
        "宁波/宁愿/"
        "简单/简直/简易/吉利/吉林/商业/商铺/商场/商家/商户/商店/商品/沙子/沙石/沙发/米线/米面/柏油/柏树/"
        "席位/冷漠/冷水/冷气/景区/景观/景色/党员/党委/党支/党组/费用/费力/宫颈/全是/全都/全程/易燃/易爆/"
        "易发/易拉/"
        "游客/游戏/游泳/游玩/路人/路过/路基/阳台/阳光/司机/司法/麦田/连廊/艾滋/牛肉/牛奶/羊肉/龙虾/龙头/"
        "蒙混/符合/符号/舒适/舒服/纪律/纪检/纪委/童装/童年/毕业/毕竟/盛夏/曲折/谷物/房屋/房子/房产/房东/"
        "房租/房间/房价/"
        "华东/华丽/房管/居民/居住/居委/居然/居家/储蓄/储存/展示/展开/宣传/宣布/归还/归属/干部/干扰/干净/"
        "干涉/干活/计生/计量/池塘/查处/查看/查询/查明/查封/麻烦/麻将/麻木/迟迟/迟到/明火/荣誉/桑拿/仲裁/"
        "桂花/桂苑/全额/"
        "应付/应诉/边坡/师资/商量/商议/诸多/诸如/浦东/浦江/闻到/闻讯/归类/温州/温暖/向我/向您/向其/向他/"
        "向有/文章/常住/施工/施救/白血/白条/宗教/申请/申报/申诉/申办/申领/党和/田地/田间/田里/孔雀/尚未/"
        "尚有/尚且/左手/"
        "杜绝/陶瓷/汤圆/戴着/戴头/莫名/莫非/游船/章程/章节/甘蔗/甘肃/柳树/柳州/梅雨/凌晨/凌乱/苗木/苗圃/"
        "苗头/辛苦/辛勤/管辖/管控/蓝天/蓝色/蓝领/蒙古/鲍鱼/华侨/华府/谢谢/谢意/贺卡/金牌/黎明/顾客/顾问/"
        "顾虑/石油/石化/"
        "王店/王江/陈旧/陈述/陈设/陈列/余额/余下/余新/余杭/沈荡/沈阳/朱红/周全/周知/周转/徐州/徐徐/许久/"
        "许愿/何必/何处/何以/何人/何去/何种/高桥/高照/郭店/秦山/武原/嘉善/姚庄/陶庄/凌公/干窑/丁栅/丁字/"
        "丁香/魏塘/罗星/曹桥/钟埭/新仓/"
        "林埭/石门/崇福/洲泉/河山/高桥/乌镇/濮院/屠甸/梧桐/马桥/海洲/袁花/盐官/许村/周王/斜桥/丁桥/长安/"
        "黄湾/尖山/百步/于城/通元/澉浦/西塘/洪合/王江泾/油车/新塍/高新/马家浜/梅里/余贤/凤桥/大桥/"
        "何时能/任何人/全小区/高层住/安全隐/常务副/关工委/应急管/万家丽/连锁店/金秋路/向阳路/文昌路/文桥/"
        "向阳/中山/解放/"
        "康复/康养/连带/吉祥/包庇/包装/包间/包里/包裹/管家/管事/管不/管好/成为/成年/成了/成片/成绩/成天/"
        "时段/时效/时不/年年/申明/安抚/安检/安顿/项链/向来/任职/任性/解除/解答/解封/单车/单据/单方/单行/"
        "都市/凡是/柴油/"
        "关门/关停/关怀/于今/于法/于我/于此/毛坯房/费解/米左/沙土/石子/石块/田园/白酒/白跑/白交/黄泥/"
        "黄豆/段时/段落/程控/江河/汪洋/华联/路线/路障/路牌/路况/景点/温泉/温室/沙滩/米饭/米粉/文旅/文体/"
        "文盲/文凭/"
        "古树/古道/古建/农药/农历/农机/农忙/农林/易于/商贩/商务/商住/商谈/全天/全年/全责/全身/全套/全方/"
        "牛皮/马桶/马达/龙卷/熊孩/熊猫/江水/金钱/金银/金卡/平房/平均/平米/平方/平常/平静/武警/武力/车道/"
        "车流/车祸/车子/车速/车管/车窗/车灯/"
        "连日/连累/冷库/冷静/温馨/解决问/解释说/计入/查清/查实/应聘/应有/应由/应予/宁夏/石桥/安徽/成交/"
        "时刻/时限/时至/常识/常规/方圆/方才/向导/向政/万分/万般/明白/明年/明细/明令/明码/齐全/齐心/易被/"
        "易滑/纪念/单子/单身/关爱/关掉/关押/关联/关节/"
        "于情/于理/于民/党中/党政/党建/党工/党纪/尚可/尚属/文明办/全程监/许诺/戴口/宣判/宣称/辛酸/屈服/"
        "简介/简历/简化/简陋/甚至/谷底/曲线/卓越/郎中/古玩/和睦/和解/和气/和尚/欧洲/欧式/艾灸/童鞋/管委/"
        "管护/管好/管网/管线/管理员"
    )
)
"""Everyday words and places that begin like a surname."""
_HAN = re.compile(r"[\u4e00-\u9fff\u3400-\u4dbf]")
_MINORITY = re.compile(r"[\u4e00-\u9fff]{1,8}(?:·[\u4e00-\u9fff]{1,8}){1,3}")
_BORROWED = set(
    "阿艾安奥巴白贝比博布达丹迪蒂杜多尔法菲夫哈赫胡吉加江杰卡凯克库拉莱兰勒雷里力丽利莉林龙鲁路罗洛马玛买"
    "迈曼米敏莫姆木穆纳乃尼娜努诺帕皮普"
    "其乔热日茹萨赛桑沙山什史斯苏索塔台泰提铁图托瓦维温乌吾西希夏肖谢雅亚叶伊依尤于约泽扎兹孜卓族尔汗江古"
    "丽别克买提买买吐逊逊拜克热合曼扎西次仁央金多吉旦增才让格桑卓玛拉姆德吉白玛仁青"
    "卜不都呷曲惹嫫且沙日合提江尔巴依木吾买肉孜帕夏迪丽热尼赛"
    "耶约翰玛丽安东尼奥戴维彼得保罗查理乔治威廉詹姆斯汤姆迈克罗伯特理德生森顿逊顿儿娃宝力特巴图孟和其木格"
    "娜仁呼格吉勒图雅苏日娜敖登高娃赛罕乌云"
)
_FOREIGN = re.compile(
    r"(?:(?i:my name is|name|my name's|i am called|name:|this is|i'm|i am|mr\.?|mrs\.?|ms\.?|miss|dr"
    r"\.?|contact|call me|regards,|sincerely,|yours,|姓名[:：]?|我叫|名叫|叫))\s{0,3}"
    r"([A-Z][A-Za-z'\-]{1,19}(?:[ ][A-Z][A-Za-z'.\-]{0,19}){0,3})(?![A-Za-z0-9])"
)
_CAPITALS = re.compile(
    r"(?<=[\u4e00-\u9fff:：])[ ]?([A-Z][a-z]{1,14})[ ]([A-Z][a-z]{1,14})(?=$|[,，。;；、!！?？\u4e00-\u9fff)）\s])"
)
_NOT_FOREIGN = frozenset(
    _split(
        "I/A/The/This/That/Jiaxing/Nanhu/Xiuzhou/Haining/Tongxiang/Haiyan/Pinghu/Jiashan/China/"
        "Chinese/English/American/British/Not/Building/Road/Room/Please/Help/Very/Writing/Living/"
        "Calling/Here/Sir/Madam/Monday/Tuesday/Wednesday/Thursday/Friday/Saturday/Sunday/POS/KTV/"
        "ETC/APP/VIP/WiFi/CEO"
    )
)
_PINYIN = frozenset(
    _split(
        "Wang/Li/Zhang/Liu/Chen/Yang/Zhao/Huang/Zhou/Wu/Xu/Sun/Hu/Zhu/Gao/Lin/He/Guo/Ma/Luo/Liang/"
        "Song/Zheng/Xie/Han/Tang/Feng/Yu/Dong/Xiao/Cheng/Cao/Yuan/Deng/Shen/Zeng/Peng/Lu/Su/Jiang/"
        "Cai/Jia/Ding/Wei/Xue/Ye/Yan/Pan/Du/Dai/Xia/Zhong/Tian/Ren/Fan/Fang/Shi/Yao/Tan/Liao/Zou/"
        "Xiong/Jin/Hao/Kong/Bai/Cui/Kang/Mao/Qiu/Qin/Gu/Hou/Shao/Meng/Long/Wan/Duan/Qian/Tao/Lei"
    )
)
_ROMAN = re.compile(r"(?<![A-Za-z])([A-Z][a-z]{1,5})[ ]([A-Z][a-z]{1,6}(?:[ \-]?[a-z]{2,6})?)(?![A-Za-z])")
_SPEAKER = re.compile(r"(?:^|\n|】|\])[ \t]{0,4}([\u4e00-\u9fff]{2,4})[ ]?(?::|[ ]\d{1,2}:\d{2})", re.MULTILINE)
_LAST = re.compile(
    r"(?:^|[\n。!?;,，！？；~ 》）)])[ \t]{0,20}([\u4e00-\u9fff]{2,4})(?=[ \t\n,，、]{0,8}(?:敬上|敬"
    r"启|拜上|启|呈|上|书|谨启|叩首)?[ \t,，。]{0,8}(?:\d{2,4}[年./\-]\d{1,2}[月./\-]\d{1,2}日?)?[\s"
    r"。!！]{0,40}$)"
)


def _length(even: str, at: int, strict: bool) -> int:
    """How long the name that begins at a place is, surname included; 0: there is none. `strict`: it must end so."""
    head = even[at : at + 2]
    surname = 2 if head in COMPOUND else 1 if head[:1] in SURNAMES else 0
    if even[at : at + 4] == "爱新觉罗":
        surname = 4
    if not surname:
        return 0
    given = ""
    for one in even[at + surname : at + surname + 2]:
        if not _HAN.match(one):
            break
        given += one
    if not given or given[0] in _STOP:
        return 0
    if even[at : at + 2] in NOT_NAMES or even[at : at + 3] in NOT_NAMES:
        return 0
    for count in (2, 1):
        if len(given) < count or given[count - 1] in _STOP:
            continue
        after = even[at + surname + count : at + surname + count + 1]
        ends = after == "" or after in _AFTER or not _HAN.match(after) or _begins_word(even, at + surname + count)
        if ends:
            return surname + count
    if strict:
        return 0
    return surname + (2 if len(given) == 2 and given[1] not in _STOP else 1)


_BEGINNINGS = frozenset(
    _split(
        "电话/手机/身份/先生/女士/联系/同志/老师/反映/举报/投诉/今年/现年/住在/家住/经常/多次/欠我/"
        "打我/殴打/骗走/拖欠/以及/承包/经营/户口/微信/账号/一家/夫妇/夫妻/父子/母女/本人/出生/生于/"
        "强行/私自/违法/擅自/利用/伙同/带人/开车/驾驶/占用/答应/承诺/告诉/认为/表示/要求/申请/居住/"
        "租住/购买/患有/因病/去世/死亡/受伤/摔倒/走失/失踪/下班/上班/名下/这个/这人/此人/当时/昨天/"
        "今天/明天"
    )
)
"""Words that do not go on with a name."""


def _begins_word(even: str, at: int) -> bool:
    return even[at : at + 2] in _BEGINNINGS


@cache
def _cues() -> tuple[AhoCorasick, list[tuple[str, str]]]:
    kinds = [(word, "strong") for word in STRONG] + [(word, "weak") for word in WEAK]
    kinds += [(word, "title") for word in TITLES] + [(word, "nick") for word in ("小", "老", "阿")]
    return AhoCorasick([word for word, _ in kinds], matchkind=MatchKind.Standard), kinds


_Words = dict[int, tuple[str, str]]
_PLACE_ENDS = set("门阁祠殿寨峪沟坪洼坡岭洲岛沙号楼路街镇村桥浜区港塘湾里弄巷庙山湖河苑园府城场站厂店乡组队")


def _tagged(even: str) -> _Words:
    """The words of the text with their sort, by where they begin."""
    at, words = 0, {}
    for word, sort in rjieba.tag(even):
        words[at] = (word, sort)
        at += len(word)
    return words


def _worded(even: str, words: _Words, at: int) -> int:
    """How long the name is that the division into words sees at a place; 0: none."""
    word, sort = words.get(at, ("", ""))
    surname = 2 if even[at : at + 2] in COMPOUND else 1 if word[:1] in SURNAMES else 0
    if not surname or even[at : at + 2] in NOT_NAMES or even[at : at + 3] in NOT_NAMES:
        return 0
    if even.startswith(_CALLED, at + surname):
        return 0
    length = len(word)
    if length == surname and surname == 1 and word not in PLAIN_SURNAMES and sort != "nr":
        return 0
    if length == surname or (length == surname + 1 and surname == 2):
        after = words.get(at + length, ("", ""))[0]
        if len(after) + length - surname <= 2 and all(map(_HAN.match, after)):
            length += len(after)
    elif not sort.startswith("nr"):
        return 0
    given = even[at + surname : at + length]
    if not 1 <= len(given) <= 2 or any(each in _NEVER or not _HAN.match(each) for each in given):
        return 0
    return 0 if even[at + length : at + length + 1] in _PLACE_ENDS else length


def _plain_names(even: str, words: _Words) -> Iterator[Span]:
    """Names of three characters that the division into words knows as names, with nothing around them."""
    for at, (word, sort) in words.items():
        if (
            len(word) == 3
            and sort.startswith("nr")
            and word[0] in _UNCUED
            and _worded(even, words, at) == 3
            and (even[at + 3 : at + 5] not in POSTS and word[2] not in _PLACE_ENDS)
        ):
            yield Span(at, at + 3, "name")


_SHOPS = tuple(_split("面馆/饭店/烧烤/超市/小吃/火锅/餐/生煎/家/村/庄/早餐/包子/麻辣/菜馆/店/记/理发/修车"))
_DOES = _split(
    "欠/上个月/上月/去年/今年/昨天/昨晚/今天/前天/经常/长期/多次/强行/承诺/答应/拖欠/拒/霸占/侵占/殴打/"
    "打伤/打人/骗/说/打电话/未经/私自/擅自/违规/把/将/仗着/带人/伙同/借/一直/天天/每天/住/租/的儿子/"
    "的女儿/家/是我/您好/你好"
)


def _beginning_names(even: str, words: _Words) -> Iterator[Span]:
    """Names a sentence begins with, before what a person does."""
    for found in _BEGIN.finditer(even):
        at = found.end()
        if even[at] not in SURNAMES and even[at : at + 2] not in COMPOUND:
            continue
        length = _worded(even, words, at) or (3 if _length(even, at, True) == 3 else 0)
        if length < 3 and even[at : at + 3] and _is_name(even[at : at + 3]) and even[at] in SURNAMES:
            length = 3
        numbered = found[0][:1].isdigit()
        if numbered and not length:
            length = next((n for n in (3, 2) if _is_name(even[at : at + n]) and even[at + n : at + n + 1] in _ENDS), 0)
        if (length >= 3 and even.startswith(tuple(_DOES), at + length)) or (
            numbered and length and even[at + length : at + length + 1] in _ENDS
        ):
            yield Span(at, at + length, "name")


_BEGIN = re.compile(r"(?:(?<![\d.])\d{1,2}[.、)] ?|^|[\n。!?;,】、]) {0,4}(?=[\u4e00-\u9fff])")


def _full_names(even: str, words: _Words) -> Iterator[Span]:
    """Chinese names of Han people found by the words around them."""
    machine, kinds = _cues()
    tried: set[tuple[int, str]] = set()
    for index, start, end in machine.find_matches_as_indexes(even, overlapping=True):
        word, kind = kinds[index]
        if kind == "title":
            yield from _before_title(even, words, start, word, end)
            continue
        if kind == "nick":
            if (
                even[end : end + 1] in PLAIN_SURNAMES
                and (start == 0 or even[start - 1] in _AFTER or even[start - 1] in "我找给问叫")
                and (
                    even[end + 1 : end + 2] in _AFTER
                    or even[end + 1 : end + 2] == ""
                    or (start in words and end + 1 in words)
                )
                and not even.startswith(_SHOPS, end + 1)
            ):
                yield Span(start, end + 1, "name")
            continue
        at = end
        while at < len(even) and at - end < 4 and even[at] in " :：是为叫“\"'（(\t|":
            at += 1
        if (at, kind) in tried:
            continue
        tried.add((at, kind))
        if even[at : at + 1] not in SURNAMES and even[at : at + 2] not in COMPOUND:
            continue
        length = _worded(even, words, at)
        if kind == "weak" and even[at] in _PARTICLES and not words.get(at, ("", ""))[1].startswith("nr"):
            continue
        sure = length >= 3 and (even[at] in PLAIN_SURNAMES or words[at][1].startswith("nr"))
        if not length and kind == "weak" and at not in words:
            continue
        if not length:
            length = _length(even, at, strict=kind == "weak" or (at == end and word in ("找我", "的叫", "实名")))
        if not length:
            continue
        name = even[at : at + length]
        after = even[at + length : at + length + 2]
        if after in POSTS or even[at + 1 : at + 3] in POSTS or even[at + 2 : at + 4] in POSTS:
            continue
        if kind == "weak" and not sure and not _ends_well(even, at + length, name):
            continue
        yield Span(at, at + length, "name")


def _ends_well(even: str, end: int, name: str) -> bool:
    """Whether a name after a weak cue is followed by what follows a name; two characters need a clearer end."""
    after = even[end : end + 1]
    if after == "" or after in _ENDS or after.isascii():
        return True
    if _begins_word(even, end):
        return True
    return after == "的" or (len(name) >= 3 and after in _AFTER)


def _before_title(even: str, words: _Words, start: int, title: str, end: int) -> Iterator[Span]:
    if title == "总" and (even[end : end + 1] not in _ENDS and not _begins_word(even, end)):
        return
    if title in ("某", "女儿") and title == "女儿":
        return
    for length in (4, 3, 2, 1):
        at = start - length
        if at < 0:
            continue
        name = even[at:start]
        if not all(map(_HAN.match, name)):
            continue
        surname = 2 if name[:2] in COMPOUND else 1 if name[0] in SURNAMES else 0
        if not surname or length - surname > 2 or name in NOT_NAMES or name[:2] in NOT_NAMES:
            continue
        if length > surname and any(each in _STOP for each in name[surname:]):
            continue
        before = even[at - 1 : at]
        clear = (
            before == ""
            or not _HAN.match(before)
            or before in _AFTER
            or before in "找问叫请给我您位小老个名为致谢及由见"
        )
        if length == 2 and surname == 1 and name[0] in "和向于与应全成" and name[1] in PLAIN_SURNAMES:
            continue
        if length == surname:
            if name[0] in "和向于任应时常关应全成车管安解都" or (title in ("某", "某某") and not clear):
                continue
            if clear or name[0] in PLAIN_SURNAMES:
                yield Span(at, start, "name")
                return
        elif clear or (length >= 3 and at in words):
            yield Span(at, start, "name")
            return


def _beside_numbers(even: str, numbers: list[Span]) -> Iterator[Span]:
    """Names that stand directly before or behind a telephone, an identity number, an account."""
    for number in numbers:
        if number.what not in ("phone", "id", "bank", "account", "passport", "email"):
            continue
        head = even[max(0, number.start - 24) : number.start]
        found = _NAME_BEFORE.search(head)
        if found:
            at = max(0, number.start - 24) + found.start(1)
            word = found[1]
            known = word in NOT_NAMES or word[:2] in NOT_NAMES or word.endswith(tuple(POSTS))
            if not known and _length(even, at, False) and not any(each in _STOP for each in word[1:]):
                yield Span(at, at + len(word), "name")
        tail = even[number.end : number.end + 10]
        found = _NAME_BEHIND.match(tail)
        if (
            found
            and found[1][0] in SURNAMES
            and found[1][:2] not in NOT_NAMES
            and not any(e in _STOP for e in found[1][1:])
        ):
            yield Span(number.end + found.start(1), number.end + found.end(1), "name")


_NAME_BEFORE = re.compile(
    r"(?:^|[\s,，。;；:：、(（/|!！】\]\-\"“]|人|主|户|叫|是|工|生|民|长|老板|联系)([\u4e00-\u9fff]{2,4})"
    r"(?:[\s,，:：、/|(（\-\"”<]|男|女|汉族|\d{1,2}岁|的|先生|女士|联系|电话|手机|号码?|身份证|身份|"
    r"证件|账户?|卡号|微信|同号|tel|是|为|银行){0,8}$"
)
_NAME_BEHIND = re.compile(
    r"[\s,，:：、()（/|]{0,3}(?:联系人[:：]?)?([\u4e00-\u9fff]{2,3})(?=$|[\s,，。;；、)）/|!！\n])"
)


def _table_names(text: str, even: str) -> Iterator[Span]:
    """Cells under a heading 姓名 of a pasted table."""
    column, at = -1, 0
    for line in even.split("\n"):
        mark = next((each for each in ("\t", "|", ",") if each in line), "")
        if not mark:
            column, at = -1, at + len(line) + 1
            continue
        cells, place = line.split(mark), at
        headed = [n for n, cell in enumerate(cells) if cell.strip() in _HEADINGS and len(cells) > 1]
        for n, cell in enumerate(cells):
            bare = cell.strip()
            if n == column and not headed and 2 <= len(bare) <= 4 and all(map(_HAN.match, bare)):
                begin = place + cell.index(bare)
                yield Span(begin, begin + len(bare), "name")
            place += len(cell) + 1
        column = headed[0] if headed else column
        at += len(line) + 1


_HEADINGS = tuple(_split("姓名/联系人/户主/业主/业主姓名/申请人/名字/租客/学生/学生姓名/村民/员工/工人/报名人"))


def _other_names(text: str, even: str) -> Iterator[Span]:
    for found in _MINORITY.finditer(even):
        parts = found[0].split("·")
        first = _trimmed(parts[0])
        if all(each in _BORROWED for part in (first, *parts[1:-1]) for each in part) and first:
            last = parts[-1]
            keep = 0
            while keep < len(last) and last[keep] in _BORROWED and last[keep] not in "的在住是":
                keep += 1
            if keep:
                yield Span(found.start() + len(parts[0]) - len(first), found.end() - len(last) + keep, "name")
    for found in _CAPITALS.finditer(even):
        if found[1] not in _NOT_FOREIGN and found[2] not in _NOT_FOREIGN:
            yield Span(found.start(), found.end(), "name")
    for found in _FOREIGN.finditer(even):
        said = found[1].split(" ")
        while said and said[-1].strip(".") in _NOT_FOREIGN:
            said.pop()
        if said and said[0] not in _NOT_FOREIGN:
            yield Span(found.start(1), found.start(1) + len(" ".join(said)), "name")
    for found in _ROMAN.finditer(even):
        if found[1] in _PINYIN and found[2] not in (
            "Lu",
            "Road",
            "Street",
            "Town",
            "Village",
            "City",
            "District",
        ):
            yield Span(found.start(), found.end(), "name")
    for found in _SPEAKER.finditer(even):
        if _is_name(found[1]):
            yield Span(*found.span(1), "name")
    tail = max(0, len(even) - 120)
    found_last = _LAST.search(even[tail:])
    if found_last and _is_name(found_last[1]):
        yield Span(tail + found_last.start(1), tail + found_last.end(1), "name")
    yield from _table_names(text, even)


def _trimmed(part: str) -> str:
    """The end of a part that is made of characters foreign names are written with."""
    at = len(part)
    while at and part[at - 1] in _BORROWED:
        at -= 1
    return part[at:]


def _is_name(word: str) -> bool:
    """Whether two to four characters standing alone are a name."""
    surname = 2 if word[:2] in COMPOUND else 1 if word[:1] in SURNAMES else 0
    given = word[surname:]
    if not surname or not 1 <= len(given) <= 2 or word in NOT_NAMES or word[:2] in NOT_NAMES:
        return False
    return not any(each in _NEVER for each in given) and not word.endswith((*TITLES, *POSTS))


def _again(even: str, names: set[str]) -> Iterator[Span]:
    """The same names wherever else they stand."""
    long = sorted(name for name in names if len(name) >= 3 or (len(name) == 2 and name[0] in PLAIN_SURNAMES))
    if long:
        for _, start, end in AhoCorasick(long[:MOST_NAMES]).find_matches_as_indexes(even):
            yield Span(start, end, "name")


_MATTER = re.compile(r"(?<!\d)\d{6}-\d{7}(?!\d)")
_MARKED = re.compile("〔[^〔〕]{1,8}〕")
_ORDER = {
    what: rank
    for rank, what in enumerate(
        ("unread", "email", "id", "bank", "phone", "account", "passport", "plate", "wechat", "house", "name")
    )
}


def spans(text: str) -> list[Span]:
    """Everything in the text that belongs to a person, in order, none overlapping; offsets of the text as given.

    Never raises. A name is found by what stands around it, so a bare name in the middle of a sentence may be missed.
    A text longer than READ ends in one span of the sort `unread`: what nobody looked at is not public.
    """
    withheld = text.removesuffix(MARKS["unread"])
    even = _even(withheld[:READ])
    found = [Span(READ, len(text), "unread")] if len(withheld) > READ else []
    if any(map(str.isdigit, even)):
        found += _numbers(even)
        for pattern, what in ((_PLATE, "plate"), (_EMAIL, "email")):
            found += [Span(*each.span(), what) for each in pattern.finditer(even)]
    elif "@" in even:
        found += [Span(*each.span(), "email") for each in _EMAIL.finditer(even)]
    found += _spoken_numbers(even)
    found += [Span(*each.span(1), "wechat") for each in _SOCIAL.finditer(even)]
    found += _doors(even)
    words = _tagged(even)
    found += _full_names(even, words)
    found += _plain_names(even, words)
    found += _beginning_names(even, words)
    found += _beside_numbers(even, found)
    found += _other_names(text, even)
    kept = [each.span() for pattern in (_MATTER, _MARKED) for each in pattern.finditer(even)]
    found += _again(even, {even[each.start : each.end] for each in found if each.what == "name"})
    return _settled(found, kept)


def _settled(found: list[Span], kept: list[tuple[int, int]]) -> list[Span]:
    """None overlapping: the surer sort first, then the longer."""
    chosen: list[Span] = []
    taken: set[int] = set()
    for start, end in kept:
        taken.update(range(start, end))
    found = list(dict.fromkeys(found))
    for each in sorted(found, key=lambda span: (_ORDER[span.what], span.start - span.end, span.start)):
        if each.start < each.end and taken.isdisjoint(range(each.start, each.end)):
            chosen.append(each)
            taken.update(range(each.start, each.end))
    return sorted(chosen, key=lambda span: span.start)


def redact(text: str) -> str:
    """The text with a mark in the place of everything that belongs to a person; once more gives the same.

    Never raises; what is not found stays, so a person reads it before it is published.
    """
    for _ in range(ROUNDS):
        found = spans(text)
        if not found:
            break
        parts: list[str] = []
        at = 0
        for each in found:
            parts += (text[at : each.start], MARKS[each.what])
            at = each.end
        text = "".join(parts) + text[at:]
    return text
