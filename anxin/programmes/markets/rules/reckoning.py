"""Calculation aids: late-payment interest, deposit, price reduction. Exact fractions, whole fen, every step shown.

They help parties to agree; they decide nothing. Each answer carries the formula, its source and the version of every
number it used (`stamps`). Pure: the norms of a day are given by the caller (`Ask`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from anxin.kernel import money
from anxin.kernel.errors import BadInput

Ask = Callable[[str, date], Any]
"""The norm with a code on a day (registry.norm)."""
MOST_DAYS = 366 * 20
_NOTE_AGREED = gettext_noop(
    "约定的违约金超过损失百分之三十的，可以请求适当减少（民法典第585条、合同编通则解释第65条）。"
)
MOST = 10**15


@dataclass(frozen=True, slots=True)
class Line:
    """One step: what it is, how it was reckoned, what came out (fen; None for a line without an amount)."""

    title: str
    how: str
    fen: int | None = None


@dataclass(frozen=True, slots=True)
class Reckoned:
    """The outcome (fen) with its steps, formula, source, the versions used, and what to keep in mind."""

    title: str
    fen: int
    formula: str
    source: str
    lines: Sequence[Line]
    stamps: Sequence[str]
    notes: Sequence[str] = field(default=())


class NotReckoned(BadInput):
    """无法计算，请核对填写的金额和日期。"""


def _amount(name: str, fen: int, *, least: int = 0) -> None:
    if not least <= fen <= MOST:
        raise NotReckoned(fields={name: _("金额须不小于 %(least)s 元") % {"least": money.yuan(least)}})


def late_interest(
    principal: int, due: date, until: date, ask: Ask, *, added: Fraction | None = None,
    agreed: Fraction | None = None, paid: Sequence[tuple[date, int]] = (),
) -> Reckoned:  # fmt: skip
    """What a late payment costs from the day after it was due up to and including `until`.

    `agreed`: the rate of the contract (per cent a year); without one the one-year LPR that held when the breach began
    (the day after `due`) plus `added` per cent (30 to 50 by law). `paid`: part payments (day, fen) reduce what is owed
    from the next day on. Each stretch with one debt is rounded half up to the fen; the total is the sum of the
    stretches. Raises NotReckoned.
    """
    _amount("principal", principal, least=1)
    if until <= due or (until - due).days > MOST_DAYS:
        raise NotReckoned(fields={"until": _("须晚于应付款日，且不超过二十年")})
    low, high = ask("markets.late_low", until), ask("markets.late_high", until)
    added = Fraction(ask("markets.late_usual", until).value) if added is None else added
    if agreed is None and not Fraction(low.value) <= added <= Fraction(high.value):
        said = {"low": low.value, "high": high.value}
        raise NotReckoned(fields={"added": _("法律规定的加计幅度为 %(low)s%%至%(high)s%%") % said})
    if agreed is not None and not 0 < agreed <= 100:
        raise NotReckoned(fields={"agreed": _("年利率须大于 0，不超过 100%")})
    payments = sorted(paid)
    if any(fen <= 0 or not due <= on <= until for on, fen in payments) or sum(fen for _on, fen in payments) > principal:
        raise NotReckoned(fields={"paid": _("还款须在应付款日与截止日之间，合计不超过拖欠金额")})
    year = ask("markets.year_days", until)
    stamps = [year.stamp]
    if agreed is None:
        rate = ask("markets.lpr", due + timedelta(days=1))
        yearly, how = Fraction(rate.value) * (1 + added / 100), f"LPR {rate.value}% × (1 + {_plain(added)}%)"
        stamps.append(rate.stamp)
    else:
        yearly, how = agreed, _("约定年利率 %(rate)s%%") % {"rate": _plain(agreed)}
    lines = [Line(_("拖欠货款"), _("应付款日 %(day)s") % {"day": due}, principal)]
    total, debt, day = 0, principal, due + timedelta(days=1)
    while day <= until:
        while payments and payments[0][0] < day:
            on, fen = payments.pop(0)
            debt -= fen
            left = {"day": on, "left": money.yuan(debt)}
            lines.append(Line(_("部分还款"), _("%(day)s，此后以余额 %(left)s 元计") % left, -fen))
        if debt == 0:
            break
        last = min([until, *(on for on, _fen in payments)])
        days = (last - day).days + 1
        part = money.part(debt, yearly / 100 * days / year.value)
        span = _("%(a)s 至 %(b)s，%(n)s 天") % {"a": day, "b": last, "n": days}
        lines.append(Line(span, f"{money.yuan(debt)} × {how} × {days} / {year.value}", part))
        total, day = total + part, last + timedelta(days=1)
    formula = _("每段：欠款 × 年利率 × 天数 ÷ 计息年天数，四舍五入到分；各段相加")
    note = _(
        "利率取违约发生时（应付款日次日）的一年期LPR，此后报价变动不影响；当时的报价尚未录入的，请先由管理员录入。"
    )
    if agreed is not None:
        source, note = _("合同约定；《民法典》第585条"), _(_NOTE_AGREED)
    else:
        source = low.source
        stamps.append(low.stamp)
    return Reckoned(_("逾期付款损失"), total, formula, source, lines, list(dict.fromkeys(stamps)), [note])


def _plain(share: Fraction) -> str:
    """1.5 for 3/2, up to six places."""
    return f"{float(share):.6f}".rstrip("0").rstrip(".")


def deposit(price: int, paid: int, broke: str, day: date, ask: Ask, *, undone: int | None = None) -> Reckoned:
    """What is due from the deposit rule: the giver who broke loses it, the taker who broke returns it twice.

    Only so much as the cap of the price counts as deposit, what lies above is a prepayment and goes back; `undone` (fen
    of the price): only that part was not performed, so the rule holds for its share. Raises NotReckoned.
    """
    _amount("price", price, least=1)
    _amount("paid", paid, least=1)
    if broke not in ("giver", "taker"):
        raise NotReckoned(fields={"broke": _("请选择哪一方违约")})
    cap = ask("markets.deposit_cap", day)
    most = int(Fraction(price) * Fraction(cap.value) / 100)
    counts = min(paid, most)
    above = paid - counts
    stamps = [cap.stamp]
    lines = [
        Line(_("合同标的额"), "", price),
        Line(_("定金上限"), f"{money.yuan(price)} × {cap.value}%", most),
        Line(_("已付定金"), "", paid),
        Line(_("产生定金效力的部分"), f"min({money.yuan(paid)}, {money.yuan(most)})", counts),
    ]
    if above:
        lines.append(Line(_("超过部分按预付款返还"), f"{money.yuan(paid)} − {money.yuan(counts)}", above))
    share = counts
    if undone is not None and undone != price:
        part = ask("markets.deposit_part", day)
        stamps.append(part.stamp)
        if not 0 < undone <= price:
            raise NotReckoned(fields={"undone": _("未履行部分须大于 0，不超过合同标的额")})
        share = money.part(counts, Fraction(undone, price))
        how = f"{money.yuan(counts)} × {money.yuan(undone)} / {money.yuan(price)}"
        lines.append(Line(_("按未履行部分比例适用"), how, share))
    back = above + counts - share if broke == "giver" else above + counts + share
    said = _("给付方违约：无权请求返还") if broke == "giver" else _("收受方违约：双倍返还")
    how = f"{money.yuan(above)} + {money.yuan(counts)} {'−' if broke == 'giver' else '+'} {money.yuan(share)}"
    lines.append(Line(_("应返还给付方"), f"{said}：{how}", back))
    return Reckoned(
        _("定金罚则"), back, _("应返还 = 超过上限部分 + 定金 ∓ 适用罚则的定金"), f"{cap.source}、第587条",
        lines, stamps,
        [_("写明“订金”“押金”而没有定金性质的，不适用定金罚则。"),
         _("同时约定违约金的，只能选择适用一种（民法典第588条）。")],
    )  # fmt: skip


def reduction(price: int, quantity: int, good: int, actual: int, day: date, ask: Ask, *, paid: int = 0) -> Reckoned:
    """The price reduction for goods that are not as agreed: the difference of their market values on delivery.

    `price`, `good`, `actual`: fen a piece (agreed, value as agreed, value as delivered); `quantity`: pieces not as
    agreed; `paid`: fen already paid for them. Raises NotReckoned.
    """
    _amount("price", price, least=1)
    _amount("good", good, least=1)
    _amount("actual", actual)
    _amount("paid", paid)
    if not 0 < quantity <= 10_000_000:
        raise NotReckoned(fields={"quantity": _("数量须大于 0")})
    if actual > good:
        raise NotReckoned(fields={"actual": _("实际价值不应高于合格品价值")})
    norm = ask("markets.reduction", day)
    whole, less = price * quantity, min((good - actual) * quantity, price * quantity)
    left = whole - less
    lines = [
        Line(_("不符部分的合同价款"), f"{money.yuan(price)} × {quantity}", whole),
        Line(_("每件差价"), f"{money.yuan(good)} − {money.yuan(actual)}", good - actual),
        Line(_("减少价款"), f"{money.yuan(good - actual)} × {quantity}", less),
        Line(_("减价后应付"), f"{money.yuan(whole)} − {money.yuan(less)}", left),
    ]
    if paid:
        title = _("应退还") if paid > left else _("尚应付")
        lines.append(Line(title, f"|{money.yuan(paid)} − {money.yuan(left)}|", abs(paid - left)))
    notes = [_("没有市场价的，可共同委托专业调委会的面料或质量专家评定；减价不超过该部分价款。")]
    formula = _("减价 =（合格品交付时市场价值 − 实际交付品市场价值）× 数量")
    return Reckoned(_("质量减价"), less, formula, norm.source, lines, [norm.stamp], notes)
