"""A synthetic city of matters with whole lives, the same for the same seed, told through the same verbs as real ones.

Numbers are this project's own and plausible, none is anybody's statistic: which kinds are frequent, how long bodies
take, how often a matter comes back. Persons have names from a list and numbers that cannot be dialled. Each matter
carries `source_ref` "synthetic:<seed>:<number>", so that nobody takes it for a real one.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import accumulate
from typing import Any

import shapely
from django.db import connection, connections
from shapely.geometry import shape

from anxin.kernel import areas, bodies, clock, flow, journal, registry, running
from anxin.kernel.bodies import SYSTEM, Actor, Body, Post
from anxin.kernel.clock import Travel, Unit
from anxin.kernel.errors import InTheFuture, UnknownBody
from anxin.kernel.form import TOLERANCE
from anxin.kernel.journal import Change
from anxin.kernel.matters import Report
from anxin.kernel.orders import HELPER, LEAD, SENT, SIGNED, WITHDRAWN, Order
from anxin.kernel.people import Particulars
from anxin.kernel.registry import Kind
from anxin.loading.lives import settle
from anxin.loading.loading import CHUNK, Outcome, Progress, alone, flush, keys_present, no_collecting
from anxin.loading.wrong import LoadStopped

DAYS = 302
MATTERS = 138_462
"""What Jiashan's grids took in within 302 days, 99.9 % of it closed (guide 14, F14-F15)."""
STILL_OPEN = 0.001
POINTS = 24
"""Places of matters in each grid."""

WEIGHTS = {
    "parking": 14, "noise": 11, "sanitation": 11, "property": 9, "consumer": 9, "facility": 7, "quarrel": 6, "road": 5,
    "labour": 5, "environment": 4, "housing": 4, "water": 4, "power": 3, "enquiry": 6, "construction": 3, "fire": 3,
    "animal": 3, "gas": 1, "safety": 2, "market": 2, "education": 2, "health": 2, "welfare": 2, "transport": 2,
    "tourism_culture": 1, "rural": 2, "network": 1, "other": 2,
}  # fmt: skip
"""How often each kind comes, out of all; a kind that is not listed counts 1."""
CHANNELS = (("hotline", 48), ("grid", 27), ("police", 14), ("web", 11))
NATURES = (("help", 55), ("complaint", 25), ("consult", 10), ("report", 7), ("suggestion", 3))
BY_HOUR = (1, 1, 1, 1, 1, 2, 4, 7, 10, 11, 10, 8, 6, 7, 9, 9, 8, 7, 6, 6, 5, 4, 3, 2)
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗沈陆钱姚"
GIVEN = "伟芳娜敏静丽强磊洋勇艳杰娟涛明超霞平刚英华玉萍红建国志文"
SINCE = ("今天早上", "昨天晚上", "上周开始", "这几天", "已经有半个月", "刚才")
EFFECT = ("影响出行", "影响休息", "老人孩子不方便", "怕出安全问题", "邻居都有意见", "生意受影响")
RESULTS = (
    "已到场处置，问题已消除",
    "已约谈责任方，当场整改",
    "已修复并复查",
    "已调解，双方达成一致",
    "已答复政策，诉求人认可",
)
NOT_SOLVED = ("处理后又出现", "只解决了一部分", "责任方没有照做")
LAWFUL = "经核查，诉求事项无法律政策依据，已书面说明理由并告知其他途径"


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where a matter may be: a grid's code, the words for it and points inside (lat, lon)."""

    name: str
    points: tuple[tuple[float, float], ...]


class Scene:
    """The stage: grids of one county, the posts that act, the kinds and how often each comes."""

    def __init__(self, county: str, seed: int, until: datetime, days: int = DAYS) -> None:
        self.seed, self.until, self.days = seed, until, days
        self.since = until - timedelta(days=days)
        self.grids = list(_grids(county, seed))
        if not self.grids:
            raise UnknownBody(f"{county} 没有网格")
        # a procedure of its own (mediation) is no life the desk's verbs tell
        self.kinds = [kind for kind in registry.kinds().values() if kind.whole.startswith("handle.")]
        self._weights = list(accumulate(WEIGHTS.get(kind.code.split(".")[-1], 1) for kind in self.kinds))
        self._channels = [name for name, _ in CHANNELS], list(accumulate(share for _, share in CHANNELS))
        self._natures = [name for name, _ in NATURES], list(accumulate(share for _, share in NATURES))
        self._hours = list(accumulate(BY_HOUR))
        self._posts: dict[tuple[int, str], Actor] = {}
        for post in Post.objects.select_related("body__area", "area").order_by("pk"):
            self._posts.setdefault((post.body_id, post.role), bodies.actor_of(post, None))
        hotline = bodies.directory().find("hotline", areas.Place(None, None, None, None))
        if hotline is None:
            raise UnknownBody("hotline")
        self.callback = self._posts[hotline, "callback"]

    @cached_property
    def channel_actors(self) -> dict[str, Actor]:
        """Who hands in what comes through a channel."""
        return {
            name: Actor(role="resident" if name == "web" else "channel", channel=name) for name in self._channels[0]
        }

    def worker(self, body: int) -> Actor:
        """The post of a body that does its orders."""
        for role in ("dispatcher", "clerk", "field", "desk"):
            if (found := self._posts.get((body, role))) is not None:
                return found
        return Actor(role="clerk", body=body)

    def arbiter(self, body: int) -> Actor:
        """Who decides on hand-backs and extensions: the house itself stands in for the county's desk."""
        return SYSTEM

    def kind(self, dice: random.Random) -> Kind:
        """A kind, as often as its weight says."""
        return dice.choices(self.kinds, cum_weights=self._weights)[0]

    def channel(self, dice: random.Random) -> str:
        """A channel by its share."""
        return dice.choices(self._channels[0], cum_weights=self._channels[1])[0]

    def nature(self, dice: random.Random) -> str:
        """A nature by its share."""
        return dice.choices(self._natures[0], cum_weights=self._natures[1])[0]

    def moment(self, dice: random.Random, number: int, count: int) -> datetime:
        """When matter `number` of `count` was reported: evenly over the days, by the hour as people call."""
        day = (self.since + timedelta(days=self.days * number / count)).astimezone(clock.TZ)
        hour = dice.choices(range(24), cum_weights=self._hours)[0]
        there = day.replace(hour=hour, minute=dice.randrange(60), second=dice.randrange(60), microsecond=0)
        return min(max(there, self.since), self.until - timedelta(minutes=90))


def _grids(county: str, seed: int) -> Iterator[_Grid]:
    tree, dice = areas.tree(), random.Random(f"grids:{seed}")
    today = areas.today()
    for area in tree.areas.values():
        if area.level != "grid" or not area.code.startswith(county) or area.valid_to is not None:
            continue
        border = shape(area.boundary or {})
        west, south, east, north = border.bounds
        tried = [(dice.uniform(south, north), dice.uniform(west, east)) for _ in range(POINTS * 4)]
        inside = shapely.contains_xy(border, [lon for _, lon in tried], [lat for lat, _ in tried])
        points = tuple(point for point, good in zip(tried, inside, strict=True) if good)[:POINTS]
        if not points:
            middle = border.representative_point()
            points = ((middle.y, middle.x),)
        village = tree.place(area.pk, today).village
        yield _Grid(f"{tree.areas[village].name if village else ''}{area.name}", points)


def still_open(count: int, seed: int) -> frozenset[int]:
    """Which of so many matters are open at the end: one in a thousand, most of them among the newest."""
    dice, found = random.Random(f"open:{seed}"), set[int]()
    while len(found) < round(count * STILL_OPEN):
        newest = dice.random() < 0.6
        found.add(count - 1 - dice.randrange(max(1, min(count, round(count * (0.03 if newest else 0.25))))))
    return frozenset(found)


def report_of(scene: Scene, dice: random.Random, number: int) -> Report:
    """What is reported as matter `number`."""
    kind, channel = scene.kind(dice), scene.channel(dice)
    grid = scene.grids[number * 523 % len(scene.grids)] if dice.random() < 0.5 else dice.choice(scene.grids)
    lat, lon = dice.choice(grid.points)
    word = dice.choice(kind.words) if kind.words else kind.title
    person = None
    if channel in ("hotline", "web"):
        name = dice.choice(SURNAMES) + dice.choice(GIVEN) + (dice.choice(GIVEN) if dice.random() < 0.6 else "")
        person = Particulars(name=name, phone=f"000{dice.randrange(10**8):08d}")
    urgent = dice.random()
    return Report(
        kind=kind.code, title=f"{grid.name}{word}问题",
        narrative=f"{grid.name}一带有{word}问题，{dice.choice(SINCE)}，{dice.choice(EFFECT)}，请派人处理。",
        nature=scene.nature(dice), channel=channel, source_ref=f"synthetic:{scene.seed}:{number}",
        urgency="emergency" if urgent < 0.002 else "urgent" if urgent < 0.03 else "ordinary",
        person=person, lat=lat, lon=lon, address=f"{grid.name}{dice.randrange(1, 400)}号",
    )  # fmt: skip


class _Player:
    """One life being told: the dice, the travelling clock and how much faster than life it must go to end in time."""

    def __init__(self, scene: Scene, dice: random.Random, time: Travel, change: Change) -> None:
        self.scene, self.dice, self.time, self.change = scene, dice, time, change
        self.matter = change.matter
        room = scene.until - time.moment
        self.most = room / 40
        whole = running.whole(change)
        in_hours = whole is not None and whole.unit == Unit.HOUR
        self.haste = min(1.0, whole.amount / 80) if whole is not None and in_hours else 1.0

    def wait(self, seconds: float) -> None:
        """Let time pass, less where the limit is in hours.

        Near the end of the story no step may take more than a fortieth of what is left.
        """
        hurried = seconds * self.haste if seconds > 900 else seconds
        self.time.advance(min(timedelta(seconds=round(hurried)), self.most))

    def often(self, share: float, usual: tuple[float, float], late: tuple[float, float]) -> None:
        """Wait as usual (seconds) in a share of cases, else late."""
        self.wait(self.dice.uniform(*(usual if self.dice.random() < share else late)))

    def lead(self) -> Order | None:
        """The standing order of the lead."""
        return next((o for o in self.change.orders if o.role == LEAD and o.state != WITHDRAWN), None)

    def helpers(self) -> list[Order]:
        """The standing orders of helpers that still have to do something."""
        return [o for o in self.change.orders if o.role == HELPER and o.state in (SENT, SIGNED)]

    def take(self, order: Order) -> None:
        """The lead signs, calls the person and goes there."""
        by, dice = self.scene.worker(order.body_id), self.dice
        town = by.role == "dispatcher"
        self.often(0.97, (5, 55) if town else (300, 6000), (61, 900) if town else (7300, 30000))
        flow.sign(order, by)
        self.often(0.95, (20, 110) if town else (600, 9000), (200, 2400) if town else (90_000, 180_000))
        reached = dice.random() < 0.97
        flow.contact(order, by, reached=reached, text="" if reached else "电话无人接听")
        if not reached:
            self.wait(1200)
            flow.contact(order, by)
        if town and registry.kind(self.matter.kind).on_site:
            self.often(0.94, (300, 1500), (1900, 5000))
            flow.arrive(order, by)

    def work(self, order: Order) -> None:
        """Helpers do their parts, then the lead finishes and answers."""
        by, dice = self.scene.worker(order.body_id), self.dice
        if self.matter.police == "sent":
            self.wait(1800)
            flow.take_back_from_police(self.matter, SYSTEM, "done", "已到场处置，无需警务措施")
        for helper in self.helpers():
            hand = self.scene.worker(helper.body_id)
            if helper.state == SENT:
                self.often(0.95, (60, 3000), (7300, 20000))
                flow.sign(helper, hand)
            self.often(0.96, (1800, 40_000), (200_000, 400_000))
            flow.finish(helper, hand, dice.choice(RESULTS))
        self.often(0.95, (600, 30_000), (80_000, 200_000))
        result = dice.choice(RESULTS)
        flow.finish(order, by, result)
        self.wait(dice.uniform(60, 3600))
        flow.reply(self.matter, by, f"您反映的问题{result}。")

    def ask(self, again: bool) -> bool:
        """The call-back desk asks; answers whether the matter may be closed."""
        dice, desk = self.dice, self.scene.callback
        self.often(0.98, (20_000, 90_000), (250_000, 500_000))
        for _ in range(3):
            if dice.random() < 0.93:
                break
            flow.call_back(self.matter, desk, reached=False)
            self.wait(20_000)
        else:
            flow.close(self.matter, desk)
            return True
        said = dice.random()
        if said < 0.955:
            word = "satisfied" if said < 0.85 else "fairly" if said < 0.94 else "dissatisfied"
            flow.call_back(self.matter, desk, reached=True, solved=True, satisfied=word)
            flow.close(self.matter, desk)
            return True
        flow.call_back(
            self.matter, desk, reached=True, solved=False, satisfied="dissatisfied", unfinished=dice.choice(NOT_SOLVED)
        )
        if again or said > 0.985:
            flow.close(self.matter, desk, explained=LAWFUL)
            return True
        flow.reopen(self.matter, desk, dice.choice(NOT_SOLVED))
        return False

    def by_the_way(self, order: Order) -> None:
        """What happens to some matters only: a hand-back, more time, a stand-still, a card, another voice."""
        dice, scene = self.dice, self.scene
        if (chance := dice.random()) > 0.08:
            return
        by = scene.worker(order.body_id)
        if chance < 0.015 and self.time.moment < order.sent_at + timedelta(hours=6):
            proposed = bodies.directory().by_id[scene.callback.body or 0]
            flow.hand_back(order, by, "不属于本单位职责", "职责清单", proposed)
            self.wait(3600)
            flow.decide_hand_back(order, scene.arbiter(order.body_id), False, "属本单位职责，维持原派单")
        elif chance < 0.03 and self.matter.due_at is not None and self.time.moment < self.matter.due_at:
            flow.ask_more_time(order, by, 1, "需要采购配件")
            self.wait(3600)
            flow.decide_more_time(order, scene.arbiter(order.body_id), dice.random() < 0.8, "情况属实")
        elif chance < 0.04:
            flow.suspend(
                self.matter, scene.arbiter(order.body_id), "等待诉求人补充材料", self.time.moment + timedelta(days=5)
            )
            self.wait(86_400)
            flow.resume(self.matter, scene.arbiter(order.body_id), "材料已补齐")
        elif chance < 0.05:
            flow.supervise(self.matter, scene.arbiter(order.body_id), "yellow", "临近时限")
        else:
            flow.add_voice(self.matter, scene.channel_actors["web"], "我家也是")

    def live(self, upto: int) -> None:
        """Tell the life; `upto` is how far an open matter got (0 reported, 1 at work, 2 asked for a result)."""
        order = self.lead()
        if order is None:
            order = self.send_by_hand()
        if upto == 0:
            return
        self.take(order)
        self.by_the_way(order)
        if upto == 1:
            return
        self.work(order)
        if upto == 2:
            return
        for turn in range(3):
            if self.ask(turn > 0):
                return
            self.work(order)

    def send_by_hand(self) -> Order:
        """Where no rule names a body, the dispatcher of the hotline sends it to the town or stays with it."""
        directory, m = bodies.directory(), self.matter
        place = areas.Place(m.grid_id, m.village_id, m.town_id, m.county_id)
        found = directory.find("town_command", place)
        body: Body = directory.by_id[found if found is not None else self.scene.callback.body or 0]
        self.wait(600)
        flow.dispatch(m, SYSTEM, body, reason="人工派单")
        order = self.lead()
        assert order is not None
        return order


def life(scene: Scene, number: int, count: int, open_ones: frozenset[int], key: str | None = None) -> Change:
    """Tell the life of matter `number` of `count`; to be called inside `journal.bulk`. Returns the change."""
    dice = random.Random(f"{scene.seed}:{number}")
    with clock.at(scene.moment(dice, number, count)) as time:
        what = report_of(scene, dice, number)
        change = flow.report(what, scene.channel_actors[what.channel].under(key))
        if number not in open_ones:
            _Player(scene, dice, time, change).live(3)
            return change
        _Player(scene, dice, time, change).live(dice.randrange(3))
    settle(change, scene.until)
    return change


# ---- telling a whole city ------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class City:
    """Which synthetic city is told: how many matters, from which seed, where, over how many days, up to when."""

    count: int
    until: datetime
    seed: int = 1
    county: str = "330421"
    days: int = DAYS

    @property
    def load(self) -> str:
        """What the load is known by."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:12]


def fill(
    count: int,
    *,
    seed: int = 1,
    county: str = "330421",
    until: datetime | None = None,
    workers: int = 2,
    progress: Progress | None = None,
) -> Outcome:
    """Tell a synthetic city up to a moment (last midnight), a thousand matters a transaction; run again, it goes on.

    Two processes have a connection each and share the matters between them. Raises LoadStopped when one of them ended
    before its work was done, AlreadyLoading.
    """
    today = clock.now().astimezone(clock.TZ)
    until = until or today.replace(hour=0, minute=0, second=0, microsecond=0)
    city = City(count=count, until=until, seed=seed, county=county)
    if city.until > clock.now() + TOLERANCE:
        raise InTheFuture(fields={"until": str(city.until)})
    scene = Scene(city.county, city.seed, city.until, city.days)
    with alone(city.load):
        if workers > 1:
            return _share(city, scene, workers, progress)
        return _tell_part(city, scene, 0, 1, progress or (lambda done: None))


def _share(city: City, scene: Scene, workers: int, progress: Progress | None) -> Outcome:
    fork = multiprocessing.get_context("fork")
    seen: Any = fork.Array("q", workers)
    ears, children = [], []
    for number in range(workers):
        ear, mouth = fork.Pipe(duplex=False)
        child = fork.Process(target=_child, args=(city, scene, number, workers, seen, mouth), daemon=True)
        child.start()
        mouth.close()
        ears.append(ear)
        children.append(child)
    out, ended = Outcome(city.load), 0
    for ear, child in zip(ears, children, strict=True):
        while not ear.poll(0.25) and child.is_alive():
            if progress:
                progress(sum(seen[:]))
        try:
            out.add(ear.recv())
            ended += 1
        except EOFError:
            pass
        child.join()
    if ended < workers:
        raise LoadStopped
    return out


def _child(city: City, scene: Scene, number: int, workers: int, seen: Any, mouth: Any) -> None:
    """One process of several: with a connection of its own, the parent's (which holds the lock) is left alone."""
    connection.connection = None

    def note(done: int) -> None:
        seen[number] = done

    mouth.send(_tell_part(city, scene, number, workers, note))
    mouth.close()
    connections.close_all()


def _tell_part(city: City, scene: Scene, number: int, workers: int, progress: Progress) -> Outcome:
    out, open_ones = Outcome(city.load), still_open(city.count, city.seed)
    spans = range(0, city.count, CHUNK)[number::workers]
    with no_collecting(), journal.bulk(quiet=True) as bulk:
        for since in spans:
            keys = {n: f"load:{city.load}:{n}" for n in range(since, min(since + CHUNK, city.count))}
            present = keys_present(keys.values())
            for n, key in keys.items():
                out.rows += 1
                if key in present:
                    out.repeated += 1
                else:
                    out.note(life(scene, n, city.count, open_ones, key))
            flush(bulk)
            progress(out.rows)
    return out
