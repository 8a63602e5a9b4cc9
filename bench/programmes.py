"""Server time of the pages of the six programmes, in a city filled to the size of their acceptance scenarios.

41 buildings with 608 bedrooms and 1,600 people, 821 posts with four months of pay, 226 committees, 20 markets with
10,000 merchants, 13,846 disputes, 821 grids with their addresses and a year of matters. Each page is found by
following the links of the programme from its front page, one of each sort for each reader.
`ANXIN_BENCH_PROGRAMMES=gridpay,markets` fills and measures only these, `ANXIN_BENCH_MATTERS` says how many matters the
year has, `ANXIN_BENCH_KEEP=1` keeps the database, `ANXIN_BENCH_SQL=1` says what the slow pages ask.
"""

from __future__ import annotations

import html
import os
import re
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from bench import lists, scratch
from bench.figures import Bench, console, p
from bench.pages import _processor

ROUNDS = int(os.environ.get("ANXIN_BENCH_ROUNDS", "40"))
MATTERS = int(os.environ.get("ANXIN_BENCH_MATTERS", "138462"))
KEEP = os.environ.get("ANXIN_BENCH_KEEP") == "1"
BOUND = 50
READERS: dict[str, tuple[str, ...]] = {
    "apartments": ("xu.qiang", "shen.tao", "jin.li"),
    "gridpay": ("zhu.hong", "shen.tao", "sheng.li", "tao.yong"),
    "committees": ("zhuang.yan", "lu.ping"),
    "markets": ("gu.jun", "shen.tao"),
    "mediation": ("lu.ping", "zhuang.yan"),
    "sixsystems": ("zhu.hong", "tao.yong"),
}
MORE: dict[str, tuple[str, ...]] = {
    "gridpay": ("formula?town=all", "formula?seniority.year=6000", "ladder?page=9", "contracts?page=9"),
    "apartments": ("?q=0", "capacity?page=5"),
    "committees": ("points.json",),
    "markets": ("points.json",),
}
"""Addresses no link of a front page leads to."""
SKIPPED = re.compile(r"form=(xlsx|csv|docx|pdf)|\.pdf|/registration")


def run() -> bool:
    """Fill, measure; whether every bound is met."""
    from django.db import transaction

    wanted = [each for each in os.environ.get("ANXIN_BENCH_PROGRAMMES", ",".join(READERS)).split(",") if each]
    scratch.use("programmes", keep=KEEP)
    for programme in wanted:
        began = time.perf_counter()
        if FILLED[programme]():
            continue
        console.print(f"filling {programme} ...")
        with transaction.atomic():
            FILL[programme]()
        console.print(f"  {time.perf_counter() - began:.0f} s")
    lists._analyze()
    bench = Bench("programmes", f"Pages of the programmes, p95 of {ROUNDS} requests")
    for programme in wanted:
        for name, seconds, spent, queries in _measured(programme):
            fast = p(seconds, 0.95) * 1000
            bench.add(name, fast, "ms", bound=f"< {BOUND}", met=fast < BOUND)
            bench.notes.append(
                f"{name}: p50 {p(seconds, 0.5) * 1000:.1f} ms, processor {spent * 1000:.1f} ms, {queries} queries"
            )
    met = bench.done()
    if not KEEP:
        scratch.drop("programmes")
    return met


# ---- filling -----------------------------------------------------------------------------------------------------


def _stage() -> Any:
    from anxin.kernel.acceptance import Stage

    return Stage()


def _apartments() -> None:
    """Scenario F9, and what two years leave behind: bills of each quarter, a visit a day."""
    from anxin.kernel import areas, clock
    from anxin.programmes.apartments.models import Bill, Building, Lease, Visit
    from anxin.programmes.apartments.tests import acceptance

    acceptance.f9(_stage())
    today, now = areas.today(), clock.now()
    months = [date(year, month, 1) for year in (today.year - 1, today.year) for month in (1, 4, 7, 10)]
    Bill.objects.bulk_create(
        Bill(lease=lease, sort="rent", month=month, due_on=month, amount=lease.rent // 4,
             paid_on=month if month < today - timedelta(days=60) else None)
        for lease in Lease.objects.all() for month in months
    )  # fmt: skip
    rows = list(Building.objects.all())
    Visit.objects.bulk_create(
        Visit(building=row, rhythm="daily", due_on=today - timedelta(days=back), began_at=now - timedelta(days=back),
              finished_at=now - timedelta(days=back) if back else None)
        for back in range(730) for row in rows
    )  # fmt: skip


def _gridpay() -> None:
    """The quarter of twenty posts, and the like for every other post of the county: months, work, evaluations."""
    from django.db import connection

    from anxin.kernel import areas, clock, people
    from anxin.kernel.bodies import Post
    from anxin.kernel.calendar import months_after
    from anxin.kernel.people import Account, Particulars
    from anxin.programmes.gridpay import models as book
    from anxin.programmes.gridpay import seeds
    from anxin.programmes.gridpay.figures import reading

    seeds.plant()
    told = list(book.Contract.objects.filter(paid=True, valid_to=None).order_by("pk"))
    months: dict[int, list[Any]] = {}
    for each in book.Statement.objects.order_by("run__month"):
        months.setdefault(each.contract_id, []).append(each)
    told = [each for each in told if len(months.get(each.pk, [])) == 4]
    county = areas.tree().by_code[seeds.COUNTY]
    inside = areas.tree().under(county.pk, areas.today())
    rest = Post.objects.filter(role="grid_worker", area__in=inside)
    rest = rest.exclude(pk__in=book.Contract.objects.values("post")).order_by("code")
    posts, now = list(rest), clock.now()
    persons = people.Person.objects.bulk_create(
        [people.seal(Particulars(name=f"演示{n:04d}"), now) for n in range(len(posts))], batch_size=1000
    )
    accounts = Account.objects.bulk_create(
        [Account(login=f"pay-{n}", person=person, password="!") for n, person in enumerate(persons)], batch_size=1000
    )
    pattern = [told[n % len(told)] for n in range(len(posts))]
    made = book.Contract.objects.bulk_create(
        book.Contract(post=post, account=account, grade=like.grade, step=like.step, since=like.since,
                      certificate=like.certificate, valid_from=like.valid_from)
        for post, account, like in zip(posts, accounts, pattern, strict=True)
    )  # fmt: skip
    town = {post.pk: areas.tree().place(post.area_id or 0, areas.today()).town or county.pk for post in posts}
    values = ("inputs", "lines", "score", "gross", "bonus", "deduct", "pay", "digest")
    with connection.cursor() as cursor:  # the database refuses to add to months that are locked
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE gridpay_statement DISABLE TRIGGER USER")
    book.Statement.objects.bulk_create(
        (
            book.Statement(run_id=each.run_id, contract=contract, post_id=contract.post_id,
                           town_id=town[contract.post_id], **{value: getattr(each, value) for value in values})
            for contract, like in zip(made, pattern, strict=True) for each in months[like.pk]
        ), batch_size=500,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE gridpay_statement ENABLE TRIGGER USER")
    month = months_after(areas.today().replace(day=1), -1)
    book.Effort.objects.bulk_create(
        (
            book.Effort(post=post, sort=book.PATROL, day=month + timedelta(days=n), words="巡查一轮", entered_at=now,
                        entered_post=post.pk, confirmed_at=now if n < 18 else None)
            for post in posts for n in range(20)
        ), batch_size=2000,
    )  # fmt: skip
    quarters = [months_after(reading.quarter_of(areas.today()), -3 * back) for back in (1, 2)]
    book.Evaluation.objects.bulk_create(
        book.Evaluation(contract=contract, span=book.QUARTER, period=quarter, score=9000, proposed="A", level="A",
                        decided_at=now)
        for contract in made for quarter in quarters[contract.pk % 2 :]
    )  # fmt: skip


def _committees() -> None:
    from anxin.programmes.committees import seeds
    from anxin.programmes.committees.tests import acceptance

    acceptance.f30(_stage())
    seeds.plant()


def _markets() -> None:
    from anxin.programmes.markets.tests import acceptance

    acceptance.f28(_stage())


def _mediation() -> None:
    from anxin.programmes.mediation import seeds
    from anxin.programmes.mediation.tests import acceptance

    acceptance.prominent(_stage(), others=0)
    seeds.plant()


def _sixsystems() -> None:
    from anxin.programmes.sixsystems import seeds
    from anxin.programmes.sixsystems.tests import acceptance

    seeds.plant()
    acceptance.grids_and_doors(_stage(), 168 if MATTERS > 100_000 else 20)
    acceptance.history(_stage(), MATTERS)


def _of(path: str, least: int) -> Callable[[], bool]:
    """Whether a table of a programme is filled already."""

    def there() -> bool:
        import importlib

        module, _, model = path.rpartition(".")
        return bool(getattr(importlib.import_module(f"anxin.programmes.{module}"), model).objects.count() >= least)

    return there


FILL: dict[str, Callable[[], None]] = {
    "apartments": _apartments, "gridpay": _gridpay, "committees": _committees, "markets": _markets,
    "mediation": _mediation, "sixsystems": _sixsystems,
}  # fmt: skip
FILLED = {
    "apartments": _of("apartments.models.Stay", 1600), "gridpay": _of("gridpay.models.Contract", 800),
    "committees": _of("committees.models.Committee", 200), "markets": _of("markets.models.Merchant", 9000),
    "mediation": _of("mediation.models.Dispute", 10000), "sixsystems": _of("sixsystems.models.Door", 10000),
}  # fmt: skip


# ---- measuring ---------------------------------------------------------------------------------------------------


def _found(client: Any, programme: str) -> Iterator[str]:
    """The addresses the links of a programme lead to, one of each sort (view and what is asked of it)."""
    from django.urls import Resolver404, resolve

    root = f"/{programme}/"
    asked_for = [root + each for each in MORE.get(programme, ())]
    waiting, known = [root, *asked_for], set[Any](asked_for)
    while waiting:
        address = waiting.pop(0)
        path, _, asked = address.partition("?")
        try:
            match = resolve(path)
        except Resolver404:
            continue
        sort = (match.url_name, tuple(sorted(each.partition("=")[0] for each in asked.split("&"))))
        if sort in known or (address in known and address not in asked_for):
            continue
        if address in asked_for:
            asked_for.remove(address)
        else:
            known.add(sort)
        answer = client.get(address)
        if answer.status_code != 200:
            continue
        yield address
        if "text/html" in answer["content-type"] and hasattr(answer, "content"):
            for link in re.findall(r'href="([^"#]+)"', answer.content.decode()):
                link = html.unescape(link)
                link = path + link if link.startswith("?") else link
                if link.startswith(root) and not SKIPPED.search(link):
                    waiting.append(link)


def _measured(programme: str) -> Iterator[tuple[str, list[float], float, int]]:
    """Name, seconds of each request, the processor's seconds of one, questions to the database of each page."""
    from django.conf import settings
    from django.db import connection
    from django.test.client import Client
    from django.test.utils import CaptureQueriesContext

    settings.ALLOWED_HOSTS = ["*"]
    for who in READERS[programme]:
        client = Client()
        lists._sign_in(client, who)
        for address in _found(client, programme):
            client.get(address)
            with CaptureQueriesContext(connection):
                client.get(address)
                queries = list(connection.queries_log)
            seconds, spent = [], _processor()
            for _ in range(ROUNDS):
                began = time.perf_counter()
                client.get(address)
                seconds.append(time.perf_counter() - began)
            spent = (_processor() - spent) / ROUNDS
            console.print(
                f"  {who:10} {address[:60]:60} {p(seconds, 0.5) * 1000:7.1f} {p(seconds, 0.95) * 1000:7.1f} ms,"
                f" {spent * 1000:.1f} of work, {len(queries)} queries",
                markup=False, highlight=False,
            )  # fmt: skip
            if os.environ.get("ANXIN_BENCH_SQL") and p(seconds, 0.5) * 1000 > BOUND / 2:
                for each in sorted(queries, key=lambda each: -float(each["time"]))[:4]:
                    console.print("      ", each["time"], each["sql"][:600], markup=False, highlight=False)
            yield f"{who} {address}", seconds, spent, len(queries)
