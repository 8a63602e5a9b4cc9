"""A believable first street of 罗星街道 for the demo: events at every step, two meetings, a trace-back, a review."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from anxin.kernel import areas, bodies, clock
from anxin.kernel.bodies import Post, at_post
from anxin.kernel.errors import AnxinError
from anxin.kernel.matters import Report
from anxin.programmes.sixsystems.actions import grids, loop, meetings, reviews, traces
from anxin.programmes.sixsystems.models import Meeting

TOWN, VILLAGE, GRID = "330421002", "330421002001", "330421002001001"
KEEPER = f"{GRID}.head"
"""The post from which the demo looks at what is planted here."""
EVENTS = (
    ("parking", "东门车位争执", "", ""),
    ("fire", "楼道堆放纸箱", "I", "已当场清走"),
    ("rental", "出租房未登记", "", ""),
    ("appearance", "垃圾桶满溢", "I", "已通知清运，当场清理"),
    ("facility", "路灯不亮", "", ""),
    ("dispute", "楼上漏水纠纷", "III", ""),
)


def plant() -> None:
    """Put it into the demo city; harmless when repeated."""
    grid = areas.tree().by_code.get(GRID)
    if grid is None or Meeting.objects.filter(area=grid).exists():
        return
    now, head, worker = clock.now(), at_post(f"{GRID}.head"), at_post(f"{GRID}.worker")
    village, county, desk = (
        at_post(f"{VILLAGE}.committee.village"),
        at_post("330421.centre.supervisor"),
        at_post(f"{TOWN}.command.supervisor"),
    )
    committee, spot = bodies.body(f"{VILLAGE}.committee"), areas.geometry(grid).representative_point()
    made = []
    for days, (kind, title, grade, result) in enumerate(EVENTS):
        with clock.at(now - timedelta(days=9 - days)):
            what = Report(kind=f"sixsystems.{kind}", title=title, lat=spot.y, lon=spot.x, channel="grid")
            made.append(loop.take(what, grade, worker, result))
    with clock.at(now - timedelta(days=7)):
        first = meetings.begin(meetings.plan(grid, clock.now(), head).pk, head)
        meetings.attend(first.pk, first.expected, head)
        day = areas.today()
        meetings.decide(first.pk, "清点东门未售车位，约开发商商谈", committee, day + timedelta(days=5), head, made[0])
        meetings.decide(first.pk, "楼道每周巡查一次并拍照", committee, day + timedelta(days=14), head)
        meetings.close(first.pk, "议定车位和楼道两件事。", head)
        review = reviews.begin(made[0], village, first)
        texts = {
            "happened": "两户争抢东门车位，网格员和辅警当场劝和。",
            "reason": "地面车位少，地下未售车位空置。",
            "known": "三个月来已有五起。",
        }
        reviews.describe(review.pk, village, "facility", day - timedelta(days=900), 36, **texts)
        told = "开发商把36个未售车位出租给业主"
        reviews.add_milestone(review.pk, told, committee, day + timedelta(days=30), village, 120_000)
        reviews.measure(review.pk, "月均停车争执", "起", Decimal(6), day, village)
        reviews.settle(review.pk, village)
    meetings.plan(grid, now + timedelta(hours=2), head)
    meetings.plan(areas.tree().by_code[TOWN], now + timedelta(days=1), desk)
    trace = traces.begin(made[2], "media", county)
    traces.find(trace.pk, 0, "diligent", county, "巡查记录显示当日到过现场")
    doors = [(f"{GRID}-{n}", f"东门路{n}号", spot.y, spot.x) for n in range(1, 25)]
    grids.register(doors, areas.tree().by_code[TOWN], desk)
    try:
        leader = Post.objects.get(code=f"{TOWN}.command.leader")
        grids.assign(grid, leader, "cadre", areas.today() - timedelta(days=30), desk)
    except AnxinError:
        return
