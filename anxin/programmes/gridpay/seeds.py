"""A believable quarter of twenty posts of 罗星街道 (quarter.csv): contracts, patrol, learning, lives of matters.

The figures are this project's own. Accounts it makes cannot sign in; their persons are invented.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

from anxin.kernel import areas, bodies, clock, flow, journal, people
from anxin.kernel.bodies import Actor, Holding, Post
from anxin.kernel.matters import Matter, Report
from anxin.kernel.orders import WITHDRAWN, Order
from anxin.kernel.people import Account, Particulars
from anxin.programmes.gridpay import models as book
from anxin.programmes.gridpay.actions import months, writing
from anxin.programmes.gridpay.rules.entry import REPORTED_TRUE, TRACED

COUNTY, TOWN, YEAR, KIND = "330421", "330421002", 2026, "onekey.other"
KEEPER = f"{COUNTY}.centre.supervisor"
"""The post from which the demo looks at what is planted here."""
ROWS: list[dict[str, str]] = list(csv.DictReader((Path(__file__).parent / "quarter.csv").open(encoding="utf-8")))
DESKS = (
    f"{TOWN}.command.dispatcher-1", "330400.hotline.callback-1", "330400.hotline.seat-1",
    f"{COUNTY}.centre.supervisor",
)  # fmt: skip
GIVEN = "伟芳娜敏静丽强磊洋勇艳杰娟涛明超霞平刚英"


def plant() -> None:
    """The quarter and the month after it in the demo city: July and August locked, September approved, October made
    known and open to objections. Harmless when repeated; nothing before November 2026."""
    if TOWN not in areas.tree().by_code or book.Contract.objects.exists() or areas.today() < date(YEAR, 11, 1):
        return
    tell([*ROWS, *({**row, "month": "10"} for row in ROWS if row["month"] == "9")])
    by, leader = bodies.at_post(f"{COUNTY}.centre.supervisor"), bodies.at_post("330400.peace.leader")
    for number in (7, 8, 9):
        run = settle(by, date(YEAR, number, 1), datetime(YEAR, number + 1, 9, 9, tzinfo=clock.TZ))
        with clock.at(datetime(YEAR, number + 1, 20, 9, tzinfo=clock.TZ)):
            months.approve(leader, run.pk)
            if number < 9:
                months.lock(by, run.pk)
    settle(by, date(YEAR, 10, 1), clock.now())


def settle(by: Actor, month: date, moment: datetime) -> book.Run:
    """Reckon a month, find every second look true, make it known."""
    with clock.at(moment):
        run = months.reckon(by, areas.tree().by_code[COUNTY], month)
        for draw in run.draws.select_related("checker"):
            writing.look_again(bodies.at_post(draw.checker.code), draw.pk, "true", "到场核查，情况属实")
        return months.publish(by, run.pk)


def tell(rows: list[dict[str, str]]) -> dict[str, Post]:
    """Put contracts, entered work and the lives of matters of the rows into the city; the posts by their number."""
    posts = Post.objects.filter(role="grid_worker", code__startswith=TOWN).select_related("body__area", "area")
    by_number = {str(place): post for place, post in enumerate(posts.order_by("code")[:20], 1)}
    for row in {row["post"]: row for row in rows}.values():
        _contract(row, by_number)
    with journal.bulk(quiet=True) as bulk:
        desks = [bodies.at_post(code) for code in DESKS]
        for row in rows:
            _Month(row, by_number[row["post"]], desks).tell()
        bulk.flush()
    return by_number


def _contract(row: Mapping[str, str], posts: Mapping[str, Post]) -> None:
    post, number = posts[row["post"]], int(row["post"])
    second, since = number == 20, date.fromisoformat(row["from"])
    held = Holding.objects.filter(post=posts["1"] if second else post, valid_to=None).first()
    account = held.account if held else _account(post, number)
    if not Holding.objects.filter(post=post, account=account, valid_to=None).exists():
        Holding.objects.create(post=post, account=account, valid_from=since)
    by = bodies.at_post("330400.peace.leader" if second else f"{COUNTY}.centre.supervisor")
    writing.take_on(
        by, post=post, account=account, grade=row["grade"], step=int(row["step"]),
        since=date.fromisoformat(row["since"]),
        valid_from=since, certificate=row["certificate"], exception=second, reason="临时兼管相邻网格" if second else ""
    )  # fmt: skip


def _account(post: Post, number: int) -> Account:
    person = people.keep(Particulars(name=f"沈{GIVEN[number - 1]}"))
    return Account.objects.create(login=f"grid.{post.code}", person=person, password="!")


class _Month:
    """One row told: what the post reported, took in hand, patrolled and learned in a month."""

    def __init__(self, row: Mapping[str, str], post: Post, desks: list[Actor]) -> None:
        self.row, self.post, self.month = row, post, date(YEAR, int(row["month"]), 1)
        self.worker, clerk = bodies.actor_of(post, None), Post.objects.get(code=f"{post.body.code}.clerk")
        self.desk, self.callback, self.seat, self.office = desks
        self.clerk, self.grid = bodies.actor_of(clerk, None), post.area.code if post.area else ""
        self.at = datetime(YEAR, self.month.month, 20, 9, tzinfo=clock.TZ)

    def n(self, name: str) -> int:
        """A number of the row."""
        return int(self.row[name])

    def tell(self) -> None:
        """Everything of the month."""
        n = self.n
        matters: list[Matter] = []
        answers = (
            [("satisfied", True)] * n("pleased")
            + [("fairly", True)] * n("fairly")
            + [("dissatisfied", False)] * n("cross")
        )
        for called, grade in enumerate(("III",) * n("iii") + ("II",) * n("ii") + ("I",) * n("i")):
            matters.append(self._event(grade, "true", answers[called] if called < len(answers) else None))
        for _ in range(n("duplicate")):
            twin = self._report("II")
            with clock.at(self.at + timedelta(minutes=1)):
                flow.merge(twin, self.desk, into=matters[0])
        matters += [self._event("II", "false", None) for _ in range(n("made_up"))]
        tasks = [self._task(late=place >= n("met")) for place in range(n("met") + n("missed"))]
        if self.row["findings"]:
            found = self.row["findings"].split("+")
            facts = {"posts": ",".join([str(self.post.pk)] * len(found)), "finding": ",".join(found),
                     "measure": ",".join(["pay"] * len(found))}  # fmt: skip
            self._later(60)
            with clock.at(self.at):
                flow.note(
                    (matters or tasks)[0], self.office, "事后倒查办结", about=TRACED, facts=facts,
                )  # fmt: skip
        self._efforts()

    def _later(self, minutes: int) -> None:
        self.at += timedelta(minutes=minutes)

    def _report(self, grade: str) -> Matter:
        self._later(7)
        with clock.at(self.at):
            told = Report(
                kind=KIND, title="网格巡查发现的问题", area=self.grid, channel="grid",
            )  # fmt: skip
            m = flow.report(told, self.worker).matter
            flow.note(m, self.worker, f"分级：{grade}", about="sixsystems.graded", facts={"grade": grade})
        return m

    def _event(self, grade: str, verdict: str, answer: tuple[str, bool] | None) -> Matter:
        m = self._report(grade)
        with clock.at(self.at + timedelta(seconds=30)) as now:
            flow.sign(self._order(m), self.desk)
            flow.note(m, self.desk, "到场核实", about=REPORTED_TRUE, facts={"verdict": verdict})
            now.advance(timedelta(minutes=5))
            self._end(m, self.desk, answer)
        return m

    def _task(self, *, late: bool) -> Matter:
        self._later(20)
        with clock.at(self.at) as now:
            told = Report(kind=KIND, title="热线转来的诉求", area=self.grid, channel="hotline")
            m = flow.report(told, self.seat).matter
            flow.dispatch(m, self.desk, lead=self.post.body, only=True)
            now.advance(timedelta(minutes=10) if late else timedelta(seconds=30))
            flow.sign(self._order(m), self.worker)
            self._end(m, self.clerk, None)
        return m

    def _order(self, m: Matter) -> Order:
        running = journal.bulk_now()
        assert running is not None
        return next(o for o in running.changes[m.pk].orders if o.state != WITHDRAWN)

    def _end(self, m: Matter, by: Actor, answer: tuple[str, bool] | None) -> None:
        flow.finish(self._order(m), by, "已处理")
        flow.reply(m, by, "已处理完毕")
        if answer is not None:
            flow.call_back(m, self.callback, reached=True, solved=answer[1], satisfied=answer[0])
        flow.close(m, self.callback, explained="已依法答复，无法满足全部要求")

    def _efforts(self) -> None:
        """Confirmed by the head of the grid the next morning; a photo of the day would be the evidence."""
        first = max(self.month, date.fromisoformat(self.row["from"]))
        head = Post.objects.get(code=self.post.code.replace(".worker", ".head"))
        made = self.at.replace(hour=18)
        common = {
            "post": self.post, "entered_at": made, "entered_post": self.post.pk, "confirmed_at": made,
            "confirmed_post": head.pk,
        }  # fmt: skip
        days = [first + timedelta(days=place) for place in range(self.n("patrol"))]
        efforts = [book.Effort(sort=book.PATROL, day=day, words="巡查一轮", **common) for day in days]
        if self.n("hours"):
            efforts.append(
                book.Effort(sort=book.LEARNING, day=first, amount=self.n("hours"), words="网格员培训", **common)
            )
        book.Effort.objects.bulk_create(efforts)
