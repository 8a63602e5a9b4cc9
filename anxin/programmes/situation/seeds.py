"""A believable room for the demo: a roster of three weeks, a hand-over note, a rule, the hours that passed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from anxin.kernel import areas, bodies, clock
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor, Post
from anxin.programmes.situation.actions import roster, warnings
from anxin.programmes.situation.actions.roster import Overlaps, Planned
from anxin.programmes.situation.figures import asof
from anxin.programmes.situation.models import HandOver, Pulse, Shift, WarningRule
from anxin.programmes.situation.rules import platforms

TOWN = "330402015"
RULE = '当 到件 近 1 小时 在 全镇 >= 8 则 预警 "一小时内来件集中" 致 调度员、值班领导'
"""A rule of the town's own, beside the declared ones."""


def plant() -> None:
    """Put the roster and the rules of 七星街道 into the demo city; harmless when repeated."""
    town = areas.tree().by_code.get(TOWN)
    if town is None or Shift.objects.filter(town=town).exists():
        return
    monday = areas.today() - timedelta(days=areas.today().weekday())
    with clock.at(clock.now() - timedelta(days=8)):  # the week before last knew already who would be on duty
        _roster(town, monday)
    _note(town)
    _rule(town)
    _pulse(town)
    warnings.watch(clock.now(), [town.pk])


def _roster(town: Area, day: date) -> None:
    known = {post.code: post for post in roster.posts(town)}
    by = _actor(known[f"{TOWN}.command.leader"])
    plan = platforms.plan().platforms
    committees = [post for post in known.values() if post.body.kind == "committee" and post.role == "clerk"]
    dispatchers = [known[f"{TOWN}.command.dispatcher-{number}"] for number in (1, 2)]
    for offset in range(-7, 14):
        begin = datetime.combine(day + timedelta(days=offset), time(8), clock.TZ)
        half = begin + timedelta(hours=12)
        wanted = [
            Planned(known[f"{TOWN}.command.leader"], "leader", begin, half),
            Planned(known[f"{TOWN}.command.supervisor"], "leader", half, half + timedelta(hours=12)),
            Planned(dispatchers[offset % 2], "dispatcher", begin, half),
            Planned(dispatchers[(offset + 1) % 2], "dispatcher", half, half + timedelta(hours=12)),
            Planned(known[f"{TOWN}.team.head"], "field", begin, half),
            Planned(known[f"{TOWN}.team.field-1"], "field", half, half + timedelta(hours=12)),
        ]
        for place, platform in enumerate(plan):
            if place < len(committees):
                wanted.append(
                    Planned(committees[place], "platform", begin, begin + timedelta(hours=9, minutes=30), platform.code)
                )
        for each in wanted:
            try:
                roster.plan(town, each, by)
            except Overlaps:
                continue


def _note(town: Area) -> None:
    by = _actor(Post.objects.get(code=f"{TOWN}.command.dispatcher-2"))
    HandOver.objects.create(
        town=town, at=clock.now() - timedelta(hours=2), post=by.post,
        text="夜间湘南公寓车库已抽干，上午水利再到场看一次排水沟；湘城雅苑电梯维保今天下午到。",
    )  # fmt: skip


def _actor(post: Post) -> Actor:
    return bodies.actor_of(Post.objects.select_related("body__area", "area").get(pk=post.pk), None)


def _rule(town: Area) -> None:
    if not WarningRule.objects.filter(town=town).exists():
        by = _actor(Post.objects.get(code=f"{TOWN}.command.leader"))
        warnings.decide(town, "burst", RULE, areas.today(), "七星街道演示规则", by)


def _pulse(town: Area) -> None:
    """What stood in the town in the hours before, from the journal."""
    now = clock.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    rows = []
    for back in range(24):
        at = hour - timedelta(hours=back)
        then = asof.town(town, at, at).open
        due = [moment for each in then if (moment := each.moment("due_at")) is not None]
        rows.append(
            Pulse(
                town=town, at=at, open=len(then), overdue=sum(1 for each in due if each < at),
                soon=sum(1 for each in due if at <= each < at + timedelta(hours=1)),
                unsigned=sum(1 for each in then for order in each.orders if order.get("state") == "sent"),
            )
        )  # fmt: skip
    Pulse.objects.bulk_create(rows, ignore_conflicts=True)
