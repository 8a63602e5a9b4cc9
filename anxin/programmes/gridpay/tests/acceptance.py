"""Scenario PAY: a believable quarter of twenty posts; every figure held against quarter.csv.

How its last four columns follow from the others is worked out by hand in tests/test_by_hand.py.
"""

from __future__ import annotations

from datetime import date, datetime

from anxin.kernel import areas, clock, money
from anxin.kernel.acceptance import Scenario, Stage
from anxin.kernel.errors import AnxinError
from anxin.programmes.gridpay import models as book
from anxin.programmes.gridpay import seeds
from anxin.programmes.gridpay.actions import months
from anxin.programmes.gridpay.figures import reading, shown


def _quarter(stage: Stage) -> None:
    stage.say("设定的输入：20个岗位一个季度的巡查、学习、事件、回访、时限和倒查认定（quarter.csv前19列），金额为本项目默认值；"
              "得分、奖励、扣减、应发从流水算出，与同表后4列的手工计算核对")  # fmt: skip
    county = areas.tree().by_code[seeds.COUNTY]
    by, leader = stage.by(f"{seeds.COUNTY}.centre.supervisor"), stage.by("330400.peace.leader")
    posts = seeds.tell(seeds.ROWS)
    number = {post.pk: name for name, post in posts.items()}
    for month in stage.track((7, 8, 9), "核算三个月"):
        run = seeds.settle(by, date(seeds.YEAR, month, 1), datetime(seeds.YEAR, month + 1, 9, 9, tzinfo=clock.TZ))
        rows = {row["post"]: row for row in seeds.ROWS if row["month"] == str(month)}
        found = {number[each.post_id]: each for each in run.statements.all()}
        stage.figure(f"{month}月 岗位数", len(found), len(rows))
        wrong = [
            f"{name}: {field} {said} != {rows[name][field]}"
            for name, each in sorted(found.items(), key=lambda pair: int(pair[0]))
            for field, said in (
                ("score", each.score), ("bonus", each.bonus), ("deducted", each.deduct), ("pay", each.pay)
            )
            if said != money.fen(rows[name][field])  # hundredths of a point are written like fen
        ]  # fmt: skip
        stage.holds(
            f"{month}月 得分、奖励、扣减、应发逐岗与手工计算一致", not wrong, "；".join(wrong) or "20 岗全部一致"
        )
        due = sum(money.fen(row["pay"]) for row in rows.values())
        stage.figure(f"{month}月 应发合计（元）", money.yuan(sum(each.pay for each in found.values())), money.yuan(due))
        counted = sum(e["fate"] == "counted" for each in found.values() for e in each.inputs["events"])
        stage.figure(f"{month}月 抽查件数（{counted} 件的3%，进一）", run.draws.count(), -(-counted * 3 // 100))
        same_grid = [
            d.pk for d in run.draws.select_related("reporter", "checker") if d.reporter.area_id == d.checker.area_id
        ]
        stage.holds(f"{month}月 抽查都由其他网格进行", not same_grid)
        with clock.at(datetime(seeds.YEAR, month + 1, 20, 9, tzinfo=clock.TZ)):
            months.approve(leader, run.pk)
            months.lock(by, run.pk)
            stage.holds(f"{month}月 再从记录重算，与锁定的完全相同", not reading.replay(run))
    run = book.Run.objects.get(month=date(seeds.YEAR, 9, 1))
    try:
        months.reckon(by, county, run.month)
        stage.holds("锁定后重算被拒绝", False)
    except AnxinError as error:
        stage.holds("锁定后重算被拒绝", True, error.code)
    _begin, runs = shown.last_quarter(county, date(seeds.YEAR, 10, 20))
    same = shown.preview(runs, None, {}, by)
    stage.figure("试算：数值不改，差额（元）", money.yuan(sum(each.more for each in same)), "0.00")
    more = shown.preview(runs, None, {"seniority": {"year": 6000, "most": 15}}, by)
    years = sum(
        min(15, line["how"]["years"]) * 1000
        for each in book.Statement.objects.filter(run__in=runs, contract__paid=True).exclude(contract__post=posts["16"])
        for line in each.lines if line["code"] == "seniority"
    )  # fmt: skip
    stage.figure("试算：工龄工资每年加10元，差额（元）", money.yuan(sum(each.more for each in more)), money.yuan(years))


PAY = Scenario(code="PAY", title="网格员薪金：20个岗位一个季度", title_en="Pay of 20 posts, a quarter", run=_quarter)
SCENARIOS: tuple[Scenario, ...] = (PAY,)
