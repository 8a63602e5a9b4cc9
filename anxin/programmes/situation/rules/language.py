"""The language in which warning rules are written: read, checked, and said again in Chinese and English.

    当 超时 在 全镇 > 3 则 预警 "超时较多" 致 调度员
    when overdue in town > 3 then warn "超时较多" to dispatcher

    rule      = when condition {and condition} then warn "words" to role {, role}
    condition = quantity [span] {clause} (">" | ">=") bound
    quantity  = open | unassigned | overdue | emergencies | due span | unsigned span | arrived span
    span      = number (minutes | hours | days)
    clause    = town | each (village | grid | address | kind | platform)
              | (kind | platform | channel | grid) name
    bound     = number | usual [+ number sd]

Small words (in, of, at, on, within, for, 在, 按 ...) may stand between and mean nothing. There are matters and places
in it and no word for a person: a rule about persons cannot be written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import get_language

from anxin.kernel.errors import BadInput
from anxin.understanding import redaction

LONGEST, MOST_CONDITIONS, LONGEST_WORDS, LARGEST = 600, 4, 60, 100_000
LONGEST_SPAN = timedelta(days=60)
USUAL_SPAN = timedelta(days=7)
"""What is compared with the usual looks at no more than a week, since the weeks before are compared one by one."""
QUANTITIES: Mapping[str, tuple[str, str, bool]] = {
    "open": ("未办结", "open", False),
    "unassigned": ("待派单", "unassigned", False),
    "overdue": ("超时", "overdue", False),
    "emergencies": ("特急", "emergencies", False),
    "due": ("将到期", "due", True),
    "unsigned": ("待签收", "unsigned", True),
    "arrived": ("到件", "arrived", True),
}
"""Code, Chinese word, English word, whether a span of time belongs to it."""
DIMENSIONS: Mapping[str, tuple[str, str]] = {
    "village": ("每个村社", "each village"),
    "grid": ("每个网格", "each grid"),
    "address": ("每个地址", "each address"),
    "kind": ("每个类别", "each kind"),
    "platform": ("每个平台", "each platform"),
}
FILTERS: Mapping[str, tuple[str, str]] = {
    "kind": ("类别", "kind"),
    "platform": ("平台", "platform"),
    "channel": ("渠道", "channel"),
    "grid": ("网格", "grid"),
}
ROLES: Mapping[str, tuple[str, str]] = {
    "leader": ("值班领导", "leader"),
    "dispatcher": ("调度员", "dispatcher"),
    "platform": ("平台负责人", "platform lead"),
}
UNITS: Mapping[str, tuple[str, str, timedelta]] = {
    "minute": ("分钟", "minutes", timedelta(minutes=1)),
    "hour": ("小时", "hours", timedelta(hours=1)),
    "day": ("天", "days", timedelta(days=1)),
}
SMALL = {
    "due": ("内", "within"),
    "unsigned": ("超过", "for"),
    "arrived": ("近", "within"),
}
_PERSONS = (
    "person", "people", "persons", "name", "names", "phone", "caller", "callers", "resident", "residents", "reporter",
    "reporters", "account", "identity", "gender", "age", "人", "人员", "个人", "姓名", "名字", "电话", "手机", "身份证",
    "来电人", "诉求人", "报告人", "反映人", "居民", "上访人", "账号", "性别", "年龄", "户籍", "民族",
)  # fmt: skip
_KEYWORDS: dict[str, tuple[str, str]] = {}


def _know(sort: str, code: str, *said: str) -> None:
    for each in said:
        _KEYWORDS[each] = (sort, code)


_know("when", "", "当", "when")
_know("and", "", "并且", "而且", "且", "and")
_know("then", "", "则", "就", "then")
_know("warn", "", "预警", "warn")
_know("to", "", "致", "给", "to")
_know(
    "small",
    "",
    "在",
    "于",
    "按",
    "近",
    "内",
    "以内",
    "超过",
    "满",
    "属于",
    "来自",
    "in",
    "at",
    "on",
    "of",
    "for",
    "within",
    "from",
    "the",
)
_know("town", "", "全镇", "全街道", "镇街", "town")
_know("usual", "", "平时", "usual")
_know("sd", "", "倍标准差", "标准差", "sd")
_know("each", "", "每个", "每", "each", "any")
_know("village", "", "村社", "village")
_know("address", "", "地址", "同一地址", "address")
for _code, (_zh, _en, _spans) in QUANTITIES.items():
    _know("quantity", _code, _zh, _en)
_know("quantity", "emergencies", "emergency")
for _code, (_zh, _en) in FILTERS.items():
    _know(_code, _code, _zh, _en)
for _code, (_zh, _en) in ROLES.items():
    _know("role", _code, _zh, *([_en] if " " not in _en else []))
_know("role", "leader", "领导")
_know("role", "dispatcher", "值班调度", "指挥调度员")
_know("lead", "", "lead")
for _code, (_zh, _en, _length) in UNITS.items():
    _know("unit", _code, _zh, _en, _en[:-1])
_know("unit", "day", "日")
for _word in _PERSONS:
    _know("person", "", _word)
_CHINESE = sorted((word for word in _KEYWORDS if not word.isascii()), key=len, reverse=True)
_ENGLISH = re.compile(r"[A-Za-z][A-Za-z0-9_.]*")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_STRING = re.compile(r'"([^"\n]*)"|“([^”\n]*)”|「([^」\n]*)」')
_SIGNS = {">=": ">=", "≥": ">=", "＞=": ">=", ">": ">", "＞": ">", "+": "+", "＋": "+", ",": ",", "，": ",", "、": ","}

_WRONG: Mapping[str, tuple[str, str]] = {
    "letter": ("看不懂“{found}”", "“{found}” is not understood"),
    "string": ("引号没有合上", "this quotation mark is not closed"),
    "expected": ("这里应当是{zh}，却是“{found}”", "{en} should stand here, not “{found}”"),
    "ended": ("规则没有写完，缺少{zh}", "the rule is not finished: {en} is missing"),
    "person": (
        "规则只能针对事项和地点，不能针对人（“{found}”）",
        "rules are about matters and places, never about persons (“{found}”)",
    ),
    "long": ("规则过长（最多 {most} 字）", "the rule is too long (at most {most} letters)"),
    "many": ("条件过多（最多 {most} 个）", "too many conditions (at most {most})"),
    "words": ("预警语须为 1 到 {most} 字", "the words of a warning must have 1 to {most} letters"),
    "personal": ("预警语里不能有个人信息（“{found}”）", "the words of a warning may hold nothing personal (“{found}”)"),
    "large": ("数字过大（最多 {most}）", "the number is too large (at most {most})"),
    "zero": ("必须大于零", "it must be greater than zero"),
    "span": ("时间过长（最多 {most} 天）", "this time is too long (at most {most} days)"),
    "usual": (
        "只有“到件”可以与平时比较，且不超过 7 天",
        "only “arrived” within at most 7 days can be compared with the usual",
    ),
    "groups": ("几个条件的范围必须相同", "all conditions must look at the same places"),
    "twice": ("“{found}”重复", "“{found}” stands twice"),
    "unknown": ("没有这个{zh}：“{found}”", "there is no such {en}: “{found}”"),
    "after": ("规则到此应当结束，后面还有“{found}”", "the rule should end here, but “{found}” follows"),
}


class RuleNotUnderstood(BadInput):
    """预警规则看不懂，请按提示修改。"""

    code = "rule_not_understood"

    def __init__(self, what: str, line: int, column: int, **told: object) -> None:
        self.what, self.line, self.column, self.told = what, line, column, told
        super().__init__(self.said(english=(get_language() or "").startswith("en")), fields={"text": self.said()})

    def said(self, *, english: bool = False) -> str:
        """What is wrong and where, in one language."""
        chinese, foreign = _WRONG[self.what]
        if english:
            return f"line {self.line}, column {self.column}: {foreign.format(**self.told)}."
        return f"第 {self.line} 行第 {self.column} 列：{chinese.format(**self.told)}。"


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time."""

    amount: int
    unit: str

    @property
    def length(self) -> timedelta:
        """As a length."""
        return self.amount * UNITS[self.unit][2]


@dataclass(frozen=True, slots=True)
class Condition:
    """So many matters of a sort within each place: more than a number, or more than usual by `sd` deviations.

    `strict`: more than, not as many as. `each`: what it is counted for one by one; none: for the whole town.
    """

    quantity: str
    span: Span | None = None
    only: tuple[tuple[str, str], ...] = ()
    each: tuple[str, ...] = ()
    strict: bool = True
    number: int | None = None
    sd: float | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that was understood."""

    conditions: tuple[Condition, ...]
    words: str
    to: tuple[str, ...]

    @property
    def each(self) -> tuple[str, ...]:
        """What it is counted for one by one; the same in all conditions."""
        return self.conditions[0].each


@dataclass(frozen=True, slots=True)
class _Token:
    sort: str
    code: str
    text: str
    line: int
    column: int


Known = Mapping[str, Mapping[str, str]]
"""Names that exist: "kind", "platform", "channel", "grid" -> what may be written (title or code) -> code."""


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at, line, began = 0, 1, 0
    while at < len(text):
        letter, column = text[at], at - began + 1
        if letter == "\n":
            line, began = line + 1, at + 1
        if letter.isspace():
            at += 1
            continue
        if letter == "#":
            at = text.find("\n", at) if "\n" in text[at:] else len(text)
            continue
        token = _token(text, at, line, column)
        found.append(token)
        at += len(token.text)
    return found


def _token(text: str, at: int, line: int, column: int) -> _Token:
    if text[at] in '"“「':
        if (said := _STRING.match(text, at)) is None:
            raise RuleNotUnderstood("string", line, column)
        return _Token("string", next(part for part in said.groups() if part is not None), said.group(), line, column)
    for sign in sorted(_SIGNS, key=len, reverse=True):
        if text.startswith(sign, at):
            return _Token("sign", _SIGNS[sign], sign, line, column)
    if (said := _NUMBER.match(text, at)) is not None:
        return _Token("number", said.group(), said.group(), line, column)
    if (said := _ENGLISH.match(text, at)) is not None:
        word = said.group()
        sort, code = _KEYWORDS.get(word.lower(), ("name", word))
        return _Token(sort, code, word, line, column)
    for word in _CHINESE:
        if text.startswith(word, at):
            sort, code = _KEYWORDS[word]
            return _Token(sort, code, word, line, column)
    raise RuleNotUnderstood("letter", line, column, found=text[at : at + 8].split("\n")[0])


class _Reader:
    def __init__(self, text: str, known: Known | None) -> None:
        if len(text) > LONGEST:
            raise RuleNotUnderstood("long", 1, 1, most=LONGEST)
        self.tokens, self.known, self.at = _tokens(text), known, 0
        lines = text.split("\n")
        self.end = (len(lines), len(lines[-1]) + 1)

    @property
    def now(self) -> _Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def skip(self) -> None:
        while self.now is not None and self.now.sort == "small":
            self.at += 1

    def wrong(self, zh: str, en: str) -> RuleNotUnderstood:
        token = self.now
        if token is None:
            return RuleNotUnderstood("ended", *self.end, zh=zh, en=en)
        if token.sort == "person":
            return RuleNotUnderstood("person", token.line, token.column, found=token.text)
        return RuleNotUnderstood("expected", token.line, token.column, zh=zh, en=en, found=token.text)

    def take(self, sort: str, zh: str, en: str, code: str = "") -> _Token:
        token = self.now
        if token is None or token.sort != sort or (code and token.code != code):
            raise self.wrong(zh, en)
        self.at += 1
        return token

    def has(self, sort: str, code: str = "") -> bool:
        token = self.now
        return token is not None and token.sort == sort and (not code or token.code == code)

    def rule(self) -> Rule:
        self.take("when", "“当”", "“when”")
        conditions = [self.condition()]
        while self.has("and"):
            token = self.tokens[self.at]
            self.at += 1
            conditions.append(self.condition())
            if len(conditions) > MOST_CONDITIONS:
                raise RuleNotUnderstood("many", token.line, token.column, most=MOST_CONDITIONS)
            if set(conditions[-1].each) != set(conditions[0].each):
                raise RuleNotUnderstood("groups", token.line, token.column)
        self.take("then", "“则”", "“then”")
        self.take("warn", "“预警”", "“warn”")
        words = self.words()
        self.take("to", "“致”", "“to”")
        to = [self.role()]
        while self.has("sign", ","):
            self.at += 1
            to.append(self.role())
        if (rest := self.now) is not None:
            raise RuleNotUnderstood("after", rest.line, rest.column, found=rest.text)
        return Rule(tuple(conditions), words, tuple(dict.fromkeys(to)))

    def words(self) -> str:
        token = self.take("string", "引号里的预警语", "the words of the warning in quotation marks")
        said = token.code.strip()
        if not 1 <= len(said) <= LONGEST_WORDS:
            raise RuleNotUnderstood("words", token.line, token.column, most=LONGEST_WORDS)
        if (spans := redaction.spans(said)) and said[spans[0].start : spans[0].end]:
            found = said[spans[0].start : spans[0].end]
            raise RuleNotUnderstood("personal", token.line, token.column, found=found)
        return said

    def role(self) -> str:
        if self.has("platform"):
            self.at += 1
            if self.has("lead"):
                self.at += 1
            return "platform"
        return self.take("role", "值班领导、调度员或平台负责人", "leader, dispatcher or platform lead").code

    def condition(self) -> Condition:
        self.skip()
        quantity = self.take("quantity", "一个数量（未办结、超时、到件……）", "a quantity (open, overdue, arrived ...)")
        span = self.span() if QUANTITIES[quantity.code][2] else None
        only, each = self.clauses()
        sign = self.take("sign", "“>”或“>=”", "“>” or “>=”")
        if sign.code not in (">", ">="):
            self.at -= 1
            raise self.wrong("“>”或“>=”", "“>” or “>=”")
        number, sd = self.bound(quantity, span)
        return Condition(quantity.code, span, only, each, sign.code == ">", number, sd)

    def span(self) -> Span:
        self.skip()
        number = self.take("number", "一个时间（如 7 天）", "a time (7 days)")
        amount = self.whole(number)
        unit = self.take("unit", "分钟、小时或天", "minutes, hours or days")
        if amount * UNITS[unit.code][2] > LONGEST_SPAN:
            raise RuleNotUnderstood("span", number.line, number.column, most=LONGEST_SPAN.days)
        return Span(amount, unit.code)

    def whole(self, token: _Token) -> int:
        if "." in token.code:
            raise RuleNotUnderstood(
                "expected", token.line, token.column, zh="整数", en="a whole number", found=token.text
            )
        if len(token.code) > 6 or int(token.code) > LARGEST:
            raise RuleNotUnderstood("large", token.line, token.column, most=LARGEST)
        if int(token.code) == 0:
            raise RuleNotUnderstood("zero", token.line, token.column)
        return int(token.code)

    def clauses(self) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
        only: dict[str, str] = {}
        each: list[str] = []
        while True:
            self.skip()
            token = self.now
            if token is None or token.sort in ("sign", "and", "then"):
                return tuple(sorted(only.items())), tuple(sorted(each, key=list(DIMENSIONS).index))
            self.at += 1
            if token.sort == "town":
                continue
            if token.sort == "each":
                self.skip()
                dimension = self.now
                if dimension is None or dimension.sort not in DIMENSIONS:
                    raise self.wrong("村社、网格、地址、类别或平台", "village, grid, address, kind or platform")
                self.at += 1
                if dimension.sort in each:
                    raise RuleNotUnderstood("twice", dimension.line, dimension.column, found=dimension.text)
                each.append(dimension.sort)
            elif token.sort == "address":
                each.append("address")
            elif token.sort in FILTERS:
                if token.sort in only:
                    raise RuleNotUnderstood("twice", token.line, token.column, found=token.text)
                only[token.sort] = self.named(token.sort)
            else:
                self.at -= 1
                raise self.wrong("范围、“>”或“>=”", "a place, “>” or “>=”")

    def named(self, sort: str) -> str:
        token = self.now
        zh, en = FILTERS[sort]
        if token is None or token.sort not in ("string", "name", "number"):
            raise self.wrong(f"{zh}的名称", f"the name of a {en}")
        self.at += 1
        if self.known is None:
            return token.code
        if (code := self.known.get(sort, {}).get(token.code)) is None:
            raise RuleNotUnderstood("unknown", token.line, token.column, zh=zh, en=en, found=token.code)
        return code

    def bound(self, quantity: _Token, span: Span | None) -> tuple[int | None, float | None]:
        if not self.has("usual"):
            token = self.take("number", "一个数或“平时”", "a number or “usual”")
            if token.code == "0":
                return 0, None
            return self.whole(token), None
        usual = self.take("usual", "“平时”", "“usual”")
        if quantity.code != "arrived" or span is None or span.length > USUAL_SPAN:
            raise RuleNotUnderstood("usual", usual.line, usual.column)
        if not self.has("sign", "+"):
            return None, 2.0
        self.at += 1
        number = self.take("number", "几倍标准差", "how many standard deviations")
        self.take("sd", "“倍标准差”", "“sd”")
        if not 0 < float(number.code) <= 10:
            raise RuleNotUnderstood("large", number.line, number.column, most=10)
        return None, float(number.code)


def read(text: str, known: Known | None = None) -> Rule:
    """The rule a text says. With `known`, names are looked up too. Raises RuleNotUnderstood with line and column."""
    return _Reader(text.replace("\r\n", "\n"), known).rule()


def say(rule: Rule, *, english: bool = False, names: Mapping[tuple[str, str], str] | None = None) -> str:
    """A rule in words again: read anew it is the same rule. `names`: (sort, code) -> title to be shown for it."""
    at = int(english)
    parts = [("当", "when")[at]]
    for place, condition in enumerate(rule.conditions):
        if place:
            parts.append(("并且", "and")[at])
        parts.extend(_said(condition, at, names or {}))
    to = ("、", ", ")[at].join(ROLES[role][at] for role in rule.to)
    parts += [("则", "then")[at], ("预警", "warn")[at], f'"{rule.words}"', ("致", "to")[at], to]
    return " ".join(parts)


def _pair(known: tuple[str, str, bool]) -> tuple[str, str]:
    return known[0], known[1]


def _said(condition: Condition, at: int, names: Mapping[tuple[str, str], str]) -> list[str]:
    parts = [_pair(QUANTITIES[condition.quantity])[at]]
    if condition.span is not None:
        zh, en, _length = UNITS[condition.span.unit]
        span = f"{condition.span.amount} {(zh, en)[at]}"
        small = SMALL[condition.quantity][at]
        parts.append(f"{span}{small}" if small == "内" else f"{small} {span}")
    for sort, code in condition.only:
        said = names.get((sort, code), code)
        parts.append(f'{FILTERS[sort][at]} "{said}"')
    if not condition.each and not any(sort == "grid" for sort, _ in condition.only):
        parts.append(("在 全镇", "in town")[at])
    parts += [f"{('按', 'in')[at]} {DIMENSIONS[each][at]}" for each in condition.each]
    parts.append(">" if condition.strict else ">=")
    if condition.sd is None:
        parts.append(str(condition.number))
    else:
        parts.append(f"{('平时', 'usual')[at]} + {condition.sd:g} {('倍标准差', 'sd')[at]}")
    return parts


def marked(text: str, wrong: RuleNotUnderstood) -> Sequence[str]:
    """The line in which something is wrong, and below it a mark under the column, for a page in one width."""
    lines = text.replace("\r\n", "\n").split("\n")
    line = lines[wrong.line - 1] if wrong.line <= len(lines) else ""
    blank = "".join("　" if ord(letter) > 0x2E80 else " " for letter in line[: wrong.column - 1])
    return line, blank + "^"
