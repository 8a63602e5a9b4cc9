"""Tables of markets, stalls and merchants: every mistake is named with its line; all of it, or the good lines."""

from __future__ import annotations

import pytest

from anxin.kernel import uscc
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import NotAllowed
from anxin.programmes.markets.actions import sheets
from anxin.programmes.markets.models import Market, Merchant, Stall, Tenancy
from anxin.tables import NotTakenIn

STALLS = "市场代码,摊区,摊位号,面积\nPY-T1,C区,C01,12.5\nPY-T1,C区,C01,12.5\nPY-T1,C区,C02,abc\nPY-XX,C区,C03,\n"


def test_a_wrong_line_keeps_the_whole_table_out(market: Market, gujun: Actor) -> None:
    with pytest.raises(NotTakenIn) as caught:
        sheets.take_in("stalls", "stalls.csv", STALLS.encode(), gujun)
    assert [each.line for each in caught.value.wrong] == [3, 4, 5]
    assert not Stall.objects.filter(number="C01").exists()


def test_or_the_good_lines_land(market: Market, gujun: Actor) -> None:
    kept, wrong = sheets.take_in("stalls", "stalls.csv", STALLS.encode(), gujun.under("t" * 20), whole=False)
    assert (kept, len(wrong)) == (1, 3)
    assert sheets.take_in("stalls", "stalls.csv", STALLS.encode(), gujun.under("t" * 20), whole=False) == (0, [])
    good = "92330483MA0000777"
    code = good + uscc.letter(good)
    text = "市场代码,摊位号,统一社会信用代码,名称,开始日期\n" + "\n".join(
        [f"PY-T1,C01,{code},新商户,2025-01-01", f"PY-T1,C01,{code},新商户,2025-06-01", "PY-T1,C01,123,坏,2025-01-01"]
    )
    kept, wrong = sheets.take_in("merchants", "m.csv", text.encode("gb18030"), gujun, whole=False)
    assert (kept, [each.line for each in wrong]) == (1, [3, 4])
    assert Tenancy.objects.get(stall__number="C01").merchant == Merchant.objects.get(uscc=code)


def test_a_manager_takes_in_no_market(gujun: Actor, market: Market) -> None:
    head = "市场代码,市场名称,举办者单位代码,社区代码,纬度,经度,开业日期"
    text = f"{head}\nPY-N,新市场,330483101.market,330483101025,30.6,120.6,2025-01-01\n"
    with pytest.raises(NotAllowed):
        sheets.take_in("markets", "m.csv", text.encode(), gujun)
