"""The columns of a table: what each is called, what may stand in it, and how its cells are understood and written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from anxin.kernel import clock, money
from anxin.kernel.errors import AnxinError, BadInput
from anxin.kernel.rows import writable
from anxin.papers.paper import clean
from anxin.tables.cells import moment_of, text_of, truth_of, unsafe

SORTS = ("text", "int", "fen", "m2", "day", "choice", "truth")
LONGEST = 2000
EXACT = 10**15
"""From here on a spreadsheet keeps only the first fifteen digits of a number."""
_AREA = ("平方米", "㎡", "m²", "m2")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its code in the rows, its title (and other names it is known by), and the sort of its cells.

    sort: "text" -> str; "int" -> int; "fen" -> int, money written in yuan (1,234.56); "m2" -> Decimal, square metres
    with two places, never negative; "day" -> date, in Asia/Shanghai; "choice" -> a code of `choices` (code -> title),
    written as code or title; "truth" -> bool (是, 否). An empty cell is "" for text and choice, None for all others.
    """

    code: str
    title: str
    sort: str = "text"
    required: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    longest: int = LONGEST

    def __post_init__(self) -> None:
        if self.sort not in SORTS:
            raise ValueError(f"{self.code}: {self.sort} is none of {', '.join(SORTS)}")

    def read(self, cell: Any) -> Any:
        """The value of a cell. Raises BadInput whose message says what is wrong with it."""
        said = unsafe(text_of(cell)).strip()
        if not said or (self.sort != "text" and said in ("-", "--", "—", "/", "无")):
            if self.required:
                raise BadInput(_("不能为空"))
            return "" if self.sort in ("text", "choice") else None
        if len(said) > self.longest:
            raise BadInput(_("超过 %(n)d 字") % {"n": self.longest})
        if not writable(said):
            raise BadInput(_("含有不可识别的字符"))
        return _READ[self.sort](self, cell, said)

    def written(self, value: Any) -> Any:
        """A value as it is given out: text, int, Decimal (yuan, square metres), date, or None."""
        if value is None or value == "":
            return None
        match self.sort:
            case "fen":
                return Decimal(int(value)) / 100
            case "m2":
                return Decimal(value).quantize(Decimal("0.01"))
            case "int" | "day":
                return value
            case "choice":
                return clean(self.choices.get(str(value), str(value)))
            case "truth":
                return _("是") if value else _("否")
        return clean(value)


def _text(column: Column, cell: Any, said: str) -> str:
    if isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= EXACT:
        raise BadInput(_("数字过长，表格软件已丢失末几位；请把这一列设为文本后重新填写"))
    return clean(said)


def _number(said: str) -> Decimal:
    try:
        found = Decimal(said.replace(",", "").replace("，", ""))
    except InvalidOperation:
        raise BadInput from None
    if not found.is_finite() or abs(found) >= EXACT:
        raise BadInput
    return found


def _int(column: Column, cell: Any, said: str) -> int:
    try:
        found = _number(said)
    except BadInput:
        raise BadInput(_("“%(said)s”不是整数") % {"said": said[:20]}) from None
    if found != found.to_integral_value():
        raise BadInput(_("“%(said)s”不是整数") % {"said": said[:20]})
    return int(found)


def _fen(column: Column, cell: Any, said: str) -> int:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        said = _reckoned(cell)
    try:
        return money.fen(said)
    except AnxinError:
        raise BadInput(_("“%(said)s”：金额请写成 1234.56 这样的元，至多两位小数") % {"said": said[:20]}) from None


def _reckoned(cell: float) -> str:
    """A number a spreadsheet reckoned: 0.30000000000000004 is 0.3; a real third decimal stays and is refused."""
    return f"{round(cell, 6):.6f}".rstrip("0").rstrip(".") if abs(cell) < EXACT else str(cell)


def _m2(column: Column, cell: Any, said: str) -> Decimal:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        said = _reckoned(cell)
    for unit in _AREA:
        said = said.removesuffix(unit).strip()
    try:
        found = _number(said)
        exact = found.quantize(Decimal("0.01"))
        if found < 0 or exact != found:
            raise BadInput
    except (BadInput, InvalidOperation):
        raise BadInput(_("“%(said)s”：面积请写成 86.50 这样的平方米数，至多两位小数") % {"said": said[:20]}) from None
    return exact


def _day(column: Column, cell: Any, said: str) -> date:
    try:
        found = moment_of(cell if isinstance(cell, date | datetime | int | float) else said)
    except AnxinError:
        found = None
    if found is None:
        raise BadInput(_("“%(said)s”：日期请写成 2026-11-24") % {"said": said[:20]})
    return found.astimezone(clock.TZ).date()


def _choice(column: Column, cell: Any, said: str) -> str:
    if said in column.choices:
        return said
    for code, title in column.choices.items():
        if said.lower() in (str(title).lower(), code.lower()):
            return code
    shown = "、".join(str(title) for title in list(column.choices.values())[:12])
    raise BadInput(_("“%(said)s”不在可选项中：%(choices)s") % {"said": said[:20], "choices": shown})


def _truth(column: Column, cell: Any, said: str) -> bool:
    try:
        return bool(truth_of(said, column.code))
    except AnxinError:
        raise BadInput(_("“%(said)s”应为是或否") % {"said": said[:20]}) from None


_READ: Mapping[str, Callable[[Column, Any, str], Any]] = {
    "text": _text, "int": _int, "fen": _fen, "m2": _m2, "day": _day, "choice": _choice, "truth": _truth,
}  # fmt: skip
