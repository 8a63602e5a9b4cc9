"""A quarrel over a late payment in 濮院: from the code on the wall over three steps to the mediators."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from anxin.kernel import areas, changes, clock, flow, uscc
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import NotAllowed, NotFound, NothingSaid
from anxin.kernel.journal import Entry
from anxin.kernel.matters import Matter, Report
from anxin.kernel.orders import LEAD, WITHDRAWN, Order
from anxin.kernel.uscc import BadCode
from anxin.programmes.markets import figures
from anxin.programmes.markets.actions import ladder, register
from anxin.programmes.markets.actions.ladder import NoMoreSteps, NotYourStep
from anxin.programmes.markets.actions.register import ClosingTooSoon, MovedBefore, StallTaken
from anxin.programmes.markets.models import Belonging, Market, Merchant, Quarrel, Rung, Stall, Tenancy, Zone
from tests.cast import RESIDENT, Cast, actor

HOUR = timedelta(hours=1)


def _lead(matter: Matter) -> Order:
    return Order.objects.exclude(state=WITHDRAWN).get(matter=matter, role=LEAD)


def test_a_quarrel_is_settled_by_the_keeper(market: Market, zone: Zone, gujun: Actor, tuesday: clock.Travel) -> None:
    row = ladder.report(market, "arrears", "拖欠货款", "欠毛衫货款两个月。", gujun.under("k" * 20), zone=zone)
    again = ladder.report(market, "arrears", "拖欠货款", "欠毛衫货款两个月。", gujun.under("k" * 20), zone=zone)
    assert again.pk == row.pk
    rung = Rung.objects.get(quarrel=row)
    assert (rung.level, rung.body, rung.due_at - rung.began_at) == (1, market.organiser, 2 * HOUR)
    assert row.matter.village is not None
    assert row.matter.village.code == "330483101025"
    assert _lead(row.matter).body_id == market.organiser_id
    tuesday.advance(HOUR)
    ladder.settle(row, "对账后当日付清。", gujun)
    rung.refresh_from_db()
    assert rung.how == "settled"
    assert Matter.objects.get(pk=row.matter_id).state == "finished"
    with pytest.raises(NoMoreSteps):
        ladder.settle(row, "又一次", gujun)


def test_three_steps_and_into_mediation(
    market: Market, zone: Zone, gujun: Actor, luping: Actor, tuesday: clock.Travel
) -> None:
    row = ladder.report(market, "quality", "色差退货", "染色不均。", gujun, zone=zone)
    with pytest.raises(NotYourStep):
        ladder.settle(row, "不是我的", luping)
    with pytest.raises(NothingSaid):
        ladder.hand_on(row, "  ", gujun)
    second = ladder.hand_on(row, "双方不肯让步", gujun)
    assert second is not None
    assert (second.level, second.body_id, second.due_at - second.began_at) == (2, luping.body, 24 * HOUR)
    assert _lead(row.matter).body_id == luping.body
    with pytest.raises(NotYourStep):
        ladder.hand_on(row, "还是我来", gujun)
    tuesday.advance(25 * HOUR)
    assert ladder.lapse(clock.now()) == 1
    assert Rung.objects.get(quarrel=row, level=2).how == "lapsed"
    row.refresh_from_db()
    assert row.route == "mediation" or Rung.objects.filter(quarrel=row, level=3).exists()
    said = Entry.objects.filter(matter=row.matter_id, verb="note", data__facts__about=ladder.STEPPED)
    assert [each.data["facts"]["how"] for each in said.order_by("seq")] == ["failed", "lapsed"]


def test_the_way_to_court_is_told(market: Market, gujun: Actor) -> None:
    row = ladder.report(market, "deposit", "定金", "不退定金。", gujun)
    ladder.leave(row, "court", "一方拒绝调解", gujun)
    row.refresh_from_db()
    assert (row.route, row.raised) == ("court", None)
    note = Entry.objects.get(matter=row.matter_id, verb="note", data__facts__about=ladder.ENDED)
    assert note.data["facts"]["route"] == "court"


def test_a_report_from_the_code_of_a_zone_is_put_on_the_ladder_once(market: Market, zone: Zone, cast: Cast) -> None:
    what = Report(
        kind="markets.dispute", title="货不对板", source_ref=f"markets:{zone.code}/quality", area="330483101025"
    )
    matter = flow.report(what, RESIDENT).matter
    row = ladder.from_source(matter)
    assert row is not None
    assert ladder.from_source(matter) == row
    assert (row.zone, row.sort, row.market) == (zone, "quality", market)
    plain = flow.report(Report(kind="markets.dispute", title="货不对板", area="330483101025"), RESIDENT).matter
    assert ladder.from_source(plain) is None


def test_evidence_is_ticked_off_and_seen_by_those_who_see_the_matter(market: Market, gujun: Actor, cast: Cast) -> None:
    row = ladder.report(market, "quality", "色差", "色差。", gujun)
    ladder.show(row, "sample", gujun, b"%PDF-1.4 test")
    kept = ladder.show(row, "sample", gujun)
    assert kept.file_id
    assert register.evidence_file(gujun, kept.file_id)
    assert not register.evidence_file(cast.enforcement, kept.file_id)
    with pytest.raises(NotFound):
        ladder.quarrel(cast.enforcement, row.matter.number)


def test_a_market_moves_and_its_figures_stay_right(
    market: Market, supervisor: Actor, gujun: Actor, tuesday: clock.Travel
) -> None:
    ladder.report(market, "arrears", "移动之前", "一。", gujun)
    day = areas.today() + timedelta(days=6)
    register.move(market, "330483101021", day, "网格调整", supervisor)
    assert str(register.community(market.pk)) == "濮凤社区"
    assert str(register.community(market.pk, day)) == "双贤社区"
    tuesday.advance(timedelta(days=7))
    ladder.report(market, "arrears", "移动之后", "二。", gujun)
    first = areas.today() - timedelta(days=30)
    tree = areas.tree().by_code
    counts = figures.by_community([market.pk], first, areas.today())
    assert counts == {(tree["330483101025"].pk, market.pk): 1, (tree["330483101021"].pk, market.pk): 1}
    with pytest.raises(MovedBefore):
        register.move(market, "330483101022", date(2015, 1, 1), "", supervisor)
    with pytest.raises(MovedBefore):  # quarrels of the days since then stand in the figures of the old community
        register.move(market, "330483101022", areas.today(), "", supervisor)
    assert changes.of("markets.belonging", market.code).count() == 1
    assert Belonging.objects.filter(market=market).count() == 2


def test_what_the_register_refuses(market: Market, supervisor: Actor, gujun: Actor, cast: Cast) -> None:
    stall = Stall.objects.select_related("market").get(market=market, number="A01")
    other = Merchant.objects.exclude(tenancies__stall=stall).first()
    assert other is not None
    with pytest.raises(StallTaken):
        register.let(stall, other, date(2025, 1, 1), gujun, breach=True, settling=True)
    standing = Tenancy.objects.get(stall=stall)
    register.end(standing.pk, date(2025, 1, 1), gujun)
    register.let(stall, other, date(2025, 1, 1), gujun, breach=True, settling=True)
    assert figures.lacking(market) == 1
    today = areas.today()
    with pytest.raises(ClosingTooSoon) as caught:
        register.tell_closing(market, today, today + timedelta(days=59), gujun)
    assert "第25条" in caught.value.message
    register.tell_closing(market, today, today + timedelta(days=60), gujun)
    market.refresh_from_db()
    assert market.closing_norm == "markets.closing_notice@1"
    for wrong in ("91330483MA00000001", "123", "92330483MA00000I0X", ""):
        with pytest.raises(BadCode):
            uscc.check(wrong)
    with pytest.raises(NotAllowed):
        register.add_zone(market, "C区", cast.enforcement)


def test_the_share_counts_what_came_out_of_a_quarrel_once(market: Market, gujun: Actor, cast: Cast) -> None:
    town, today = areas.tree().by_code["330483101"].pk, areas.today()
    row = ladder.report(market, "arrears", "一", "一", gujun)
    flow.report(Report(kind="onekey.quarrel", title="邻里", area="330483101021", of=row.matter.number), cast.seat)
    flow.report(Report(kind="onekey.quarrel", title="邻里", area="330483101021"), cast.seat)
    flow.report(Report(kind="onekey.noise", title="噪声", area="330483101021"), cast.seat)
    found = figures.share(town, today, today)
    assert (found.all, found.markets, found.percent, found.at_least(80)) == (2, 1, 50.0, False)
    assert [(month.month, each.all) for month, each in figures.by_month(town, today, today)] == [(today.month, 2)]


def test_who_sees_which_markets(market: Market, gujun: Actor, luping: Actor, cast: Cast) -> None:
    assert [each.market for each in figures.lines(gujun)] == [market]
    assert [each.market for each in figures.lines(luping)] == [market]
    assert figures.lines(actor("330421.centre.supervisor")) == []
    line = figures.lines(gujun)[0]
    assert (line.zones, line.stalls, line.let) == (2, 6, 6)


def test_a_quarrel_that_was_closed_elsewhere_leaves_the_ladder(market: Market, gujun: Actor, cast: Cast) -> None:
    row = ladder.report(market, "arrears", "一", "一", gujun)
    flow.refuse(row.matter, cast.seat, "已起诉", "请到法院")
    assert ladder.lapse(clock.now()) == 1
    assert Quarrel.objects.get(pk=row.pk).ended_at is not None
    assert Rung.objects.get(quarrel=row).how == "left"
