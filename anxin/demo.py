"""The demo: from an empty database to a served city in which messages keep coming in and somebody acts.

It prepares the database, plants the city, tells two weeks of history (nine of the street the story is set in, so that
what is usual there is known), starts server and worker, stands in for 12345 and 110 (`fake.py` of the channels, over
real signed HTTP), plays the flooded garage step by step, and then lets people report and bodies work until it is
stopped. Everything is done through the same verbs and doors as in earnest.
"""

from __future__ import annotations

import io
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from PIL import Image, ImageDraw
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from anxin.channels.hotline.fake import FakeHotline
from anxin.channels.police.fake import FakePolice
from anxin.channels.publicpost import receive
from anxin.city import seed
from anxin.city.bodies import CAST
from anxin.city.facts import MessageFact
from anxin.city.messages import messages
from anxin.city.seed import DEMO_PASSWORD
from anxin.kernel import areas, bodies, clock, files, flow, journal, registry
from anxin.kernel.bodies import Actor, Post
from anxin.kernel.errors import AnxinError
from anxin.kernel.matters import FINISHED, OPEN, REPLIED, WORKING, Matter, Report
from anxin.kernel.orders import LEAD, SENT, SIGNED, Order
from anxin.kernel.people import Particulars
from anxin.kernel.registry import Programme
from anxin.loading.synthetic import BY_HOUR

console = Console()
HISTORY = timedelta(days=14)
TOWN, WEEKS = "七星街道", timedelta(weeks=9, days=1)
"""The street of the story, and how far its history goes back: what is usual looks at eight weeks."""
STORY = "七星街道湘南公寓车库被水淹"


class _Over(Exception):
    """Somebody has stopped the demo, or its time is over."""


def run(*, port: int, seconds: float | None, pace: float, history: int) -> None:
    """Play the demo until it is stopped (or `seconds` after serving began). `pace`: seconds between two steps."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        with ExitStack() as stack:
            _play(stack, port, seconds, pace, history)
    except (_Over, KeyboardInterrupt):
        console.print("\n再见。演示已停止，数据留在 var/ 中，再次运行会接着用。 · Stopped; the data stay in var/.")


def _stop(number: int, frame: FrameType | None) -> None:
    raise _Over


def _play(stack: ExitStack, port: int, seconds: float | None, pace: float, history: int) -> None:

    console.rule("安心 Anxin · 演示城市 demo city")

    call_command("migrate", verbosity=0, interactive=False)
    if not seed.is_planted():
        with console.status("建立演示城市：区划、网格、单位、岗位（约十秒） · planting the city, some ten seconds ..."):
            seed.plant()
    city = _City(random.Random(20261124))
    if not Matter.objects.exists():
        city.tell_history(history)
    _plant_programmes()
    secrets = settings.CHANNEL_SECRETS
    hotline = stack.enter_context(FakeHotline(secrets["hotline"]))
    police = stack.enter_context(FakePolice(secrets["police"]))
    urls = {"hotline": hotline.url, "police": police.url}
    environment = {**os.environ, "ANXIN_CHANNEL_URLS": json.dumps(urls)}
    base = f"http://127.0.0.1:{port}"
    console.print("启动网页服务和后台任务 · starting server and worker ...")
    stack.enter_context(_beside(environment, "serve", "--port", str(port), "--workers", "1", "--threads", "4"))
    stack.enter_context(_beside(environment, "work"))
    _wait_for(f"{base}/healthz")
    _say_where(base)
    police.on_message = lambda got: _answer_as_police(base, police, got.data.get("matter", ""), got.type)
    began = time.monotonic()
    end = began + seconds if seconds is not None else None
    _Story(city, base, pace, end).tell()
    _keep_going(city, hotline, police, base, pace, end)


def _plant_programmes() -> None:
    """What each programme shows in the demo (its `seeds.py`, where it has one); harmless when repeated."""
    for programme in registry.programmes():
        if seeds := _seeds(programme):
            with console.status(f"{programme.title} · {programme.title_en} ..."):
                seeds.plant()


def _seeds(programme: Programme) -> Any:
    """The module that plants a programme's part of the demo (`KEEPER`: the post from which to look at it), or None."""
    place = next((path for path in settings.PROGRAMMES if path.endswith(f".{programme.code}")), "")
    return import_module(f"{place}.seeds") if place and find_spec(f"{place}.seeds") else None


def _say_where(base: str) -> None:

    console.rule("打开浏览器 · open in a browser")
    console.print(f"居民页面 residents   {base}/")
    console.print(f"工作台   desk        {base}/desk/     密码 password: [bold]{DEMO_PASSWORD}")
    table = Table("登录名 login", "姓名", "岗位 post", box=None)

    for member in CAST:
        posts = Post.objects.filter(code__in=member.posts).select_related("body")
        if not member.resident:
            table.add_row(member.login, member.name, "、".join(str(post) for post in posts))
    console.print(table)
    rooms = Table(box=None)
    for head in ("专题 programme", "地址 address", "用谁登录 sign in as"):
        rooms.add_column(head, overflow="fold")
    for programme in registry.programmes():
        keeper = getattr(_seeds(programme), "KEEPER", "")
        for page in programme.pages[:1]:
            for member in (each for each in CAST if keeper in each.posts):
                rooms.add_row(
                    f"{page.title} {page.title_en}", f"{base}{reverse(page.url)}", f"{member.login} ({member.name})"
                )
    console.print(rooms)
    console.print("按 Ctrl-C 停止 · Ctrl-C stops everything\n")


@contextmanager
def _beside(environment: dict[str, str], *arguments: str) -> Iterator[None]:
    """`anxin ARGUMENTS` beside the demo, ended with it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "anxin", *arguments],
        env={**environment, "ANXIN_LOG": environment.get("ANXIN_LOG", "WARNING")},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(url: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                answer.read()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{url} 没有响应，请看上面的日志 · does not answer, see the log above")


def _answer_as_police(base: str, police: FakePolice, number: str, kind: str) -> None:
    """110 takes a call for help and, a little later, says it is done."""
    if not number or kind != "police.called":
        return

    def answer() -> None:
        police.respond(base, number, "accepted", "已派警力到场")
        time.sleep(4)
        police.respond(base, number, "done", "现场已控制，无人员伤亡")

    threading.Thread(target=answer, daemon=True).start()


def _fits_anywhere(message: MessageFact) -> bool:
    """Whether a message names neither its town nor its place, so that it may have come from any street."""
    words = message.text
    named = message.landmark or message.town[:2] in words or message.place[:2] in words
    return not named and message.urgency != "emergency"


class _City:
    """Who acts in the demo, and what people say in it."""

    def __init__(self, dice: random.Random) -> None:

        self.dice = dice
        self.messages = list(messages())
        self._posts: dict[tuple[int, str], Actor] = {}
        self.by_code: dict[str, Actor] = {}
        for post in Post.objects.select_related("body__area", "area").prefetch_related("holdings").order_by("pk"):
            holder = next((held.account_id for held in post.holdings.all() if held.valid_to is None), None)
            actor = bodies.actor_of(post, holder)
            self.by_code[post.code] = actor
            self._posts.setdefault((post.body_id, post.role), actor)
        self.seat = self.by_code["330400.hotline.seat-1"]
        self.callback = self.by_code["330400.hotline.callback-1"]
        self.proof = self._photo()

    def _photo(self) -> str:
        """A plain picture that stands for the proof of the demo's results."""
        picture = Image.new("RGB", (640, 400), "#e7efe7")
        ImageDraw.Draw(picture).rectangle((40, 40, 600, 360), outline="#2f6f4f", width=8)
        out = io.BytesIO()
        picture.save(out, "PNG")
        return files.keep(out.getvalue()).sha256

    def worker(self, body: int) -> Actor:
        """The post of a body that does its orders."""

        for role in ("dispatcher", "clerk", "field", "desk"):
            if (found := self._posts.get((body, role))) is not None:
                return found
        return Actor(role="clerk", body=body)

    def place_of(self, message: MessageFact) -> tuple[float, float, str]:
        """A point (lat, lon) and words for a message's place: its landmark's grid, else some grid of its town."""

        tree = areas.tree()
        landmark, town = message.landmark, message.town
        known = [a for a in tree.areas.values() if a.level == "grid" and a.valid_to is None and a.lat is not None]
        if landmark and (named := [a for a in known if landmark in a.aliases]):
            chosen = named[0]
        else:
            town_pk = next((a.pk for a in tree.areas.values() if a.level == "town" and a.name == town), None)
            inside = [a for a in known if tree.place(a.pk, areas.today()).town == town_pk] or known
            chosen = self.dice.choice(inside)
        where = message.place or f"{chosen.name}{self.dice.randrange(1, 400)}号"
        return chosen.lat or 0.0, chosen.lon or 0.0, f"{town}{where}"

    def tell_history(self, count: int) -> None:
        """Let `count` messages have come in over the last fortnight, and as many in the street of the story over weeks.

        What is written for that street came in since yesterday; its weeks before are told with words that fit anywhere.
        """
        until, dice = clock.now(), self.dice
        street = [each for each in self.messages if each.town == TOWN and each.title != STORY][: count // 10]
        usual = [each for each in self.messages if each.town != TOWN and _fits_anywhere(each)]
        rest = [each for each in self.messages if each.town != TOWN and not _fits_anywhere(each)]
        some = count - len(street)
        chosen = dice.sample(rest, some) if some <= len(rest) else dice.choices(rest, k=some)
        dice.shuffle(usual)
        told = [(each, HISTORY * (1 - place / some)) for place, each in enumerate(chosen)]
        told += [(each, timedelta(days=dice.random())) for each in street]
        told += [
            (replace(usual[place % len(usual)], town=TOWN, place=""), WEEKS * (1 - place / count))
            for place in range(count)
        ]
        columns = (
            TextColumn("讲述两周的往事 · two weeks of history"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=console) as bar, journal.bulk(quiet=True):
            task = bar.add_task("", total=len(told))
            for place, (message, ago) in enumerate(told):
                self._tell(message, self._when(until - ago, until), until, place)
                bar.advance(task)

    def _when(self, day: datetime, until: datetime) -> datetime:
        """A moment of that day at which people call; of today, one that has passed."""
        there = day.astimezone(clock.TZ).replace(
            hour=self.dice.choices(range(24), BY_HOUR)[0],
            minute=self.dice.randrange(60),
            second=self.dice.randrange(60),
        )
        return there if there < until - timedelta(minutes=5) else there - timedelta(days=1)

    def _tell(self, message: MessageFact, since: datetime, until: datetime, place: int) -> None:
        """One message as it came in then, and what was done about it up to now."""
        natures = {"咨询": "consult", "求助": "help", "投诉": "complaint", "举报": "report", "建议": "suggestion"}
        lat, lon, words = self.place_of(message)
        person = Particulars(name=self.dice.choice("王李张陈沈陆钱姚") + "某", phone=f"000{place:08d}")
        with clock.at(since) as travel:
            by = Actor(role="resident" if message.channel == "web" else "channel", channel=message.channel)
            change = flow.report(
                Report(
                    kind=message.kind, title=message.title, narrative=message.narrative,
                    nature=natures[message.nature], urgency=message.urgency, channel=message.channel,
                    lat=lat, lon=lon, address=words, person=person if message.has_contact else None,
                ),
                by,
            )  # fmt: skip
            for _ in range(20):
                travel.advance(timedelta(minutes=self.dice.expovariate(1 / (2 if _ < 3 else 240))))
                if clock.now() >= until or not self.act(change.matter, change.orders):
                    break

    def act(self, matter: Matter, orders: list[Order]) -> bool:
        """Do the next thing somebody would do about a matter; False when nothing is left or it is not possible."""
        try:
            if matter.state == WORKING:
                if waiting := [o for o in orders if o.state == SENT]:
                    flow.sign(waiting[0], self._by(waiting[0]))
                    return True
                lead = next((o for o in orders if o.role == LEAD and o.state == SIGNED), None)
                if lead is None:
                    return False
                if lead.contacted_at is None and matter.person_id:
                    flow.contact(lead, self._by(lead), text="已电话联系，约定处理时间")
                elif lead.arrived_at is None and registry.kind(matter.kind).on_site:
                    flow.arrive(lead, self._by(lead), matter.lat, matter.lon)
                elif helping := [o for o in orders if o.role != LEAD and o.state == SIGNED]:
                    flow.finish(helping[0], self._by(helping[0]), "本单位部分已办理完毕", proof=[self.proof])
                else:
                    flow.finish(lead, self._by(lead), "已到场处置，问题已解决并复查", proof=[self.proof])
                return True
            if matter.state == FINISHED:
                flow.reply(matter, self.seat, "您反映的问题已处理完毕，感谢您的监督。", public="该问题已处理完毕。")
                return True
            if matter.state == REPLIED:
                if matter.solved is None and matter.person_id:
                    happy = self.dice.random() < 0.92
                    flow.call_back(
                        matter, self.callback, reached=True, solved=happy,
                        satisfied=self.dice.choice(["satisfied", "satisfied", "fairly"]) if happy else "dissatisfied",
                    )  # fmt: skip
                elif matter.solved is False:
                    flow.reopen(matter, self.callback, "诉求人反映问题仍在")
                else:
                    flow.close(matter, self.callback)
                return True
        except AnxinError:
            return False
        return False

    def _by(self, order: Order) -> Actor:
        return self.worker(order.body_id)


class _Story:
    """The flooded garage (scenario F8), told on the terminal while it happens."""

    def __init__(self, city: _City, base: str, pace: float, end: float | None) -> None:
        self.city, self.base, self.pace, self.end = city, base, pace, end
        self.place = 0

    def step(self, who: str, does: str, then: str = "") -> None:
        """Say what has just happened, and wait a little."""

        self.place += 1
        at = clock.now().astimezone(clock.TZ)
        console.print(f"[dim]{at:%H:%M:%S}[/] {self.place:>2}. [bold]{who}[/] {does} [dim]{then}")
        _pause(self.pace, self.end)

    def tell(self) -> None:
        """Play it."""

        by, body = self.city.by_code, bodies.body
        grid = by["330402015004003.worker"]
        console.rule("故事：被水淹的车库 · the flooded garage")
        now = clock.now()
        told = {
            "link": f"https://www.douyin.com/video/demo-{int(now.timestamp())}", "title": STORY,
            "summary": "有居民发视频称湘南公寓地下车库进水，水已没过车轮，配电间就在旁边。", "kind": "onekey.water",
            "nature": "help", "urgency": "emergency", "lat": 30.7856, "lon": 120.8330, "area": "",
            "address": "七星街道湘南公寓地下车库", "handle": "", "captured_at": now.isoformat(),
        }  # fmt: skip
        change = receive.take(told, None, by["330402.network.operator-1"])
        matter = change.matter
        where = f"{self.base}/desk/matters/{matter.number}"
        named = {"sign": "签收", "contact": "联系", "arrive": "到场", "handle.emergency": "全程"}
        self.step(
            "林波（网络治理中心）",
            "粘贴链接、写下摘要和地点，事项已派单、已推送110",
            where,
        )
        self.step("系统", f"编号 {matter.number}，主办：{matter.lead}；" + "、".join(
            f"{name} {clock.Limit(amount=c.amount, unit=clock.Unit(c.unit))}"
            for c in change.clocks if (name := named.get(c.code))))  # fmt: skip
        flow.note(
            matter,
            grid,
            "到现场看了：地下车库积水约30厘米，还在涨，配电间门口有水。",
            "publicpost.verified",
            {"found": "yes"},
        )
        self.step("吴芳（湘南网格）", "到现场核实，情况属实")
        dispatcher = by["330402015.command.dispatcher-1"]
        lead = next(o for o in change.orders if o.role == "lead")
        flow.sign(lead, dispatcher)
        self.step("李娟（七星街道指挥室）", "1分钟内签收")
        flow.contact(lead, dispatcher, text="联系物业，已停用电梯、疏散车主")
        self.step("李娟", "3分钟内联系到物业")
        helpers = {
            "330402.water": "排水抢险",
            "330402.power": "切断车库电源、检修配电间",
            "330402.fire": "警戒、协助抽水",
        }
        flow.dispatch(
            matter, dispatcher, body("330402015.command"), [(body(code), task) for code, task in helpers.items()],
            "现场指挥、安置车主",
        )  # fmt: skip
        self.step("李娟", "一键指令：水利、供电、消防同时收到，一个单号、各有时限")
        orders = {o.body_id: o for o in Matter.objects.get(pk=matter.pk).orders.exclude(state="withdrawn")}
        for code, words in (
            ("330402.water", "孙立（水利局）"),
            ("330402.power", "何丽（供电所）"),
            ("330402.fire", "马骏（消防）"),
        ):
            order = orders[body(code).pk]
            if order.state == "sent":
                flow.sign(order, by[f"{code}.clerk"])
            self.step(words, "签收协办单")
        flow.arrive(lead, dispatcher, 30.7858, 120.8331)
        self.step("周伟（七星街道处置队）", "到场，只记录离事发地点的距离，不留轨迹")
        for code, words, result in (
            ("330402.power", "何丽（供电所）", "已断电检修，配电间未进水"),
            ("330402.water", "孙立（水利局）", "两台泵车排水两小时，积水排空"),
            ("330402.fire", "马骏（消防）", "现场警戒解除"),
        ):
            flow.finish(orders[body(code).pk], by[f"{code}.clerk"], result, proof=[self.city.proof])
            self.step(words, f"反馈：{result}")
        flow.finish(lead, dispatcher, "车库积水排空，排水沟清淤，物业加装挡水板", proof=[self.city.proof])
        self.step("李娟", "主办反馈（附整改照片；无佐证不能办结）")
        flow.reply(matter, self.city.seat, "湘南公寓车库积水已排空，用电恢复。", public="湘南公寓车库积水已处理完毕。")
        self.step("陈敏（12345）", "答复")
        flow.note(
            matter, by["330402.network.operator-1"], "官方账号已在原帖下答复：车库积水已排空，感谢提醒。",
            receive.REPLIED, {"at": clock.now().isoformat()},
        )  # fmt: skip
        self.step("林波", "用官方账号在原帖下答复（人工），已登记")
        self._wait_for_police(matter)
        flow.close(matter, by["330402.centre.supervisor"])
        self.step("郑华（社会治理中心）", "核对后归档；1、3、6个月后回头看", where)
        console.rule("之后：来件不断，各单位接着办 · and so it goes on")

    def _wait_for_police(self, matter: Matter) -> None:
        """110 answers over its own channel; the worker's next turn brings it, or the demo answers for it."""

        for _ in range(60):
            if Matter.objects.get(pk=matter.pk).police in ("", "done", "returned"):
                self.step("110", "处置完毕，反馈已回")
                return
            _pause(0.25, self.end)
        flow.take_back_from_police(matter, Actor(role="channel", channel="police"), "done", "现场已控制")
        self.step("110", "处置完毕，反馈已回")


def _pause(seconds: float, end: float | None) -> None:
    """Wait, unless the demo's time is over."""
    if end is not None and time.monotonic() + seconds > end:
        raise _Over
    time.sleep(seconds)


def _keep_going(
    city: _City, hotline: FakeHotline, police: FakePolice, base: str, pace: float, end: float | None
) -> None:
    """New messages over the channels, and bodies that work on what is open, until stopped."""

    turn = 0
    senders: dict[str, Callable[..., tuple[int, dict[str, object]]]] = {"hotline": hotline.order, "police": police.push}
    while True:
        if turn % 4 == 0:
            _one_more(city, senders, base, turn)
        open_ones = list(
            Matter.objects.filter(state__in=OPEN).exclude(channel="publicpost").order_by("-reported_at")[:60]
        )
        if open_ones:
            matter = city.dice.choice(open_ones)
            city.act(matter, list(matter.orders.exclude(state="withdrawn").order_by("pk")))
        turn += 1
        _pause(pace, end)


def _one_more(
    city: _City, senders: dict[str, Callable[..., tuple[int, dict[str, object]]]], base: str, turn: int
) -> None:

    channel = city.dice.choice(list(senders))
    message = city.dice.choice([m for m in city.messages if m.channel == channel])
    lat, lon, words = city.place_of(message)
    number = f"D{int(clock.now().timestamp())}-{turn}"
    status, said = senders[channel](
        base, number, title=message.title, narrative=message.narrative, kind=message.kind, urgency=message.urgency,
        place={"lat": lat, "lon": lon, "address": words}, contact={"name": "某先生", "phone": f"000{turn:08d}"},
    )  # fmt: skip
    at = clock.now().astimezone(clock.TZ)
    where = said.get("matter") or said.get("number") or ""
    console.print(f"[dim]{at:%H:%M:%S}[/] {channel:8} {status} {message.title} [dim]{base}/desk/matters/{where}")
