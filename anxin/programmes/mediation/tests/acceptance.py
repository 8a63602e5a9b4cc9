"""Scenarios of the field guide that mediation answers for: F16 prominent disputes, F20 joint files, F32 indicators."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Q

from anxin.kernel import areas, bodies, clock, flow, journal
from anxin.kernel.acceptance import Scenario, Stage
from anxin.kernel.bodies import SYSTEM
from anxin.kernel.errors import AnxinError
from anxin.kernel.matters import Matter, Report
from anxin.programmes.mediation import figures, rules, seeds
from anxin.programmes.mediation.actions import acting, ending, taking
from anxin.programmes.mediation.kinds import DISPUTE
from anxin.programmes.mediation.models import FILED, Dispute, Plan

MATTERS, DISPUTES, FLAGGED = 138_462, 13_846, 1_170
HEAVY: tuple[dict[str, Any], ...] = (
    {"factors": ["threat", "injury"]}, {"factors": ["weapon"], "repeats": 2}, {"factors": ["dependants", "threat"]},
    {"factors": ["injury"]}, {"amount": 210_000_000, "factors": ["crowd"]}, {"people": 60},
    {"factors": ["weapon"], "repeats": 3, "failures": 1},
)  # fmt: skip
LIGHT: tuple[dict[str, Any], ...] = (
    {}, {}, {"factors": ["dependants"]}, {"factors": ["crowd"]}, {"factors": ["threat"]}, {"repeats": 3},
    {"amount": 60_000_000}, {"failures": 1}, {"people": 49, "repeats": 2},
)  # fmt: skip
"""Circumstances that the rule must flag, and such as it must not."""
HERE, THERE = "330483101025", "330411005201"
COURTS = {HERE: "桐乡市人民法院", THERE: "嘉兴市秀洲区人民法院"}


def prominent(
    stage: Stage, total: int = DISPUTES, flagged: int = FLAGGED, others: int = MATTERS - DISPUTES
) -> None:  # fmt: skip
    """F16: of 138,462 matters 1,170 disputes are flagged by the rule, each with colour, lead, cadence and revisits."""
    drawn, day = random.Random(16), areas.today()
    grids = [a.code for a in areas.tree().areas.values() if a.level == "grid" and a.code.startswith("330421")]
    facts = [HEAVY[n % len(HEAVY)] if n < flagged else drawn.choice(LIGHT) for n in range(total)]
    drawn.shuffle(facts)
    stage.say(f"设定的输入：{total} 件纠纷，其中 {flagged} 件带有规则应当认定为突出的情节；另有 {others} 件其他事项。"
              "颜色、责任人、周期、回访由规则算出，并与不用规则表的手算核对")  # fmt: skip
    before = Matter.objects.count()
    _others(stage, others, grids)
    _told(stage, [(clock.now(), drawn.choice(grids), each) for each in facts])
    changed = ending.recompute(Dispute.objects.all(), day)
    stage.figure("按规则重新研判改变的", changed, sum(_points(each) > 0 for each in facts))
    rows = Dispute.objects.filter(prominent=True)
    stage.figure("突出矛盾纠纷", rows.count(), flagged)
    stage.figure("手算为突出的", sum(_prominent(each) for each in facts), flagged)
    whole = Matter.objects.count() - before
    stage.figure("全部事项", whole, total + others)
    share, said = 100 * rows.count() / whole, 0.845 if whole == MATTERS else 100 * flagged / (total + others)
    stage.figure("占全部事项（%）", round(share, 3), round(said, 3))
    lacks = Q(colour="") | Q(lead=None) | Q(cadence=0) | Q(revisits_due=0) | Q(stamp="") | Q(first_due_at=None)
    stage.figure("缺颜色、责任人、研判周期、回访或规则版本的", rows.filter(lacks).count(), 0)
    by_hand = sorted(_colour(each) for each in facts)
    stage.holds("每件颜色与手算一致", by_hand == sorted(Dispute.objects.values_list("colour", flat=True)))
    red = list(Dispute.objects.filter(colour="red").values_list("pk", "body__code"))
    for n, (pk, body) in enumerate(stage.track(red, "红色纠纷一键报告公安")):
        by = stage.by(f"{body}.mediator-1")
        taking.police(pk, by)
        taking.receipt(pk, by, f"回执{n + 1}号")
    told = Dispute.objects.filter(colour="red", police_at__isnull=False).exclude(receipt="")
    stage.figure("红色纠纷有公安回执的", told.count(), by_hand.count("red"))
    stage.figure("各色（红橙黄蓝）", [figures.counts(Dispute.objects.all())[c] for c in figures.COLOURS])


def _points(each: Mapping[str, Any]) -> int:
    """Reckoned a second time, without the table of the rule."""
    known = {"threat": 30, "weapon": 40, "injury": 40, "dependants": 10, "crowd": 15}
    points = sum(known[factor] for factor in each.get("factors", ()))
    points += {0: 0, 1: 0, 2: 10, 3: 20}[each.get("repeats", 0)] + 15 * each.get("failures", 0)
    yuan = each.get("amount", 0) // 100
    points += 25 if yuan >= 2_000_000 else 15 if yuan >= 500_000 else 5 if yuan >= 50_000 else 0
    return int(points + (15 if each.get("people", 2) >= 50 else 0))


def _colour(each: Mapping[str, Any]) -> str:
    points = _points(each)
    return "red" if points >= 60 else "orange" if points >= 35 else "yellow" if points >= 15 else "blue"


def _prominent(each: Mapping[str, Any]) -> bool:
    return _colour(each) in ("red", "orange") or each.get("people", 2) >= 50


def _others(stage: Stage, count: int, grids: Sequence[str]) -> None:
    """Matters that are no disputes, in bulk: what the prominent ones are a share of."""
    with journal.bulk(quiet=True) as bulk:
        for n in stage.track(range(count), "登记其他事项"):
            flow.report(
                Report(kind="onekey.other", title="其他事项", area=grids[n % len(grids)], channel="grid"), SYSTEM
            )
            if n % 1000 == 999:
                bulk.flush()


def _told(stage: Stage, rows: Sequence[tuple[datetime, str, Mapping[str, Any]]]) -> None:
    """Disputes in bulk: when, where, and what of them is known."""
    for first in stage.track(range(0, len(rows), 2000), "登记"):
        some = rows[first : first + 2000]
        with journal.bulk(quiet=True):
            made = []
            for at, area, _facts in some:
                with clock.at(at):
                    made.append(
                        flow.report(Report(kind=DISPUTE, title="纠纷", area=area, channel="grid"), SYSTEM).matter
                    )
        acting.begin(Matter.objects.filter(pk__in=[m.pk for m in made]))
        found = Dispute.objects.in_bulk([m.pk for m in made])
        for m, (_at, _area, facts) in zip(made, some, strict=True):
            for name, value in facts.items():
                setattr(found[m.pk], name, value)
        names = {name for _at, _area, facts in some for name in facts}
        Dispute.objects.bulk_update(found.values(), names or {"people"}, batch_size=1000)


def joint(stage: Stage, count: int = 12) -> None:
    """F20: joint files with a mediator of each side; two confirmed by a court, one on each side; one failed."""
    here, there = stage.by(f"{HERE}.mediation.mediator-1"), stage.by(f"{THERE}.mediation.mediator-1")
    desk, refused, incomplete = f"{HERE}.mediation.mediator-1", [], 0
    for n in stage.track(range(count), "联合调解"):
        pk = seeds.take(here, 2 * n, title=f"两地经营户货款纠纷 {n + 1}", source="department")
        m = Matter.objects.get(pk=pk)
        flow.dispatch(m, SYSTEM, bodies.body(f"{HERE}.mediation"), [(bodies.body(f"{THERE}.mediation"), "联合调解")])
        taking.appoint(pk, here, desk, "parties", declared=True)
        taking.appoint(pk, there, f"{THERE}.mediation.mediator-1", "parties", declared=True)
        taking.meet(pk, there, "两地调解员共同主持，双方到场。", place="交界处联合调解室")
        if n == count - 1:
            ending.fail(pk, here, "双方差距过大", ["court", "arbitration"])
        else:
            seeds.agree(pk, here)
        if n < 2:
            refused.append(_confirm(pk, here, (HERE, THERE) if n == 0 else (THERE, HERE)))
        incomplete += bool(n < count - 1 and _code(ending.file, pk, here) == "file_incomplete")
        seeds.perform(pk, here)
        ending.file(pk, here)
    rows = Dispute.objects.filter(stage=FILED)
    stage.figure("联合调解卷宗", rows.count(), count)
    two = [d for d in rows if d.mediators.values("post__body").distinct().count() == 2]
    stage.figure("两地调解员各一名的", len(two), count)
    stage.figure("卷宗齐备的", sum(not rules.missing(d) for d in rows), count)
    stage.figure("未齐备时被拒的", incomplete, count - 1)
    stage.figure("卷号", sorted(d.file_serial or 0 for d in rows), list(range(1, count + 1)))
    won = [c.court for d in rows for c in d.confirmations.filter(outcome="confirmed")]
    stage.figure("法院裁定有效的", sorted(won), sorted(COURTS.values()))
    stage.figure("另一法院重复立案被拒", refused, ["duplicate_docket", "duplicate_docket"])
    lost = rows.get(outcome="failed").records.get(sort="ending").facts["routes"]
    stage.figure("调解不成并告知途径的", lost, ["arbitration", "court"])


def _confirm(pk: int, by: Any, order: tuple[str, str]) -> str:
    """Both courts are asked; the first dockets and confirms, the second is refused: by which rule."""
    sides, papers = rules.parties_of(Dispute(pk=pk)), ["agreement", "proof", "identity"]
    for where in order:
        ending.confirm(pk, by, COURTS[where], "written", sides, papers)
    first, second = Dispute.objects.get(pk=pk).confirmations.order_by("pk")
    ending.docket(pk, by, first.pk, f"（{areas.today().year}）浙{order[0][:6]}诉前调确{pk}号", areas.today())
    refused = _code(ending.docket, pk, by, second.pk, "（重复）1号", areas.today())
    ending.ruling(pk, by, first.pk, "confirmed", areas.today())
    return refused


def _code(do: Any, *said: Any) -> str:
    """By which rule something is refused; empty where it is not."""
    try:
        with transaction.atomic():
            do(*said)
    except AnxinError as error:
        return error.code
    return ""


def three(stage: Stage) -> None:
    """F32: three indicators with baseline and target; definitions frozen, nothing picked afterwards."""
    area, by = areas.tree().by_code["330483"], stage.by("330483.justice.clerk")
    _told(stage, [row for span in ((2025, 60, 40, 50, 12), (2026, 48, 42, 45, 8)) for row in _year(*span)])
    base, period = (date(2025, 1, 1), date(2025, 12, 31)), (date(2026, 1, 1), date(2026, 12, 31))
    aims = {"volume": 54.0, "resolved": 90.0, "days": 10.0}
    with clock.at(datetime(2026, 1, 6, 9, tzinfo=clock.TZ)):
        stage.figure(
            "目标差于基期", _code(ending.adopt, area, base, period, {**aims, "resolved": 70.0}, by), "bad_input"
        )
        stage.figure(
            "只选两项", _code(ending.adopt, area, base, period, {"volume": 54.0, "days": 10.0}, by), "bad_input"
        )
        plan = ending.adopt(area, base, period, aims, by)
        again = (date(2026, 7, 1), date(2026, 12, 1))
        stage.figure("期中另定目标", _code(ending.adopt, area, base, again, aims, replace(by, key=None)), "frozen")
    with clock.at(datetime(2026, 12, 20, 9, tzinfo=clock.TZ)):
        late = (date(2026, 11, 1), date(2027, 1, 1))
        stage.figure("事后定目标", _code(ending.adopt, area, base, late, aims, by), "hindsight")
        stage.holds("数据库拒绝改动口径", _altered(plan))
        found = figures.progress(Plan.objects.get(pk=plan.pk))
    stage.figure(
        "基期", {e.row["code"]: e.row["baseline"] for e in found}, {"volume": 60.0, "resolved": 80.0, "days": 12.0}
    )
    stage.figure("现值", {e.row["code"]: e.now.value for e in found}, {"volume": 48.0, "resolved": 93.33, "days": 8.0})
    stage.figure("分子分母", [(e.now.count, e.now.of) for e in found], [(48, 48), (42, 45), (45, 45)])
    stage.holds("三项都达到", all(e.met for e in found))
    stage.figure("口径版本", plan.stamp, "mediation.three@1")


def _altered(plan: Plan) -> bool:
    try:
        with transaction.atomic():
            Plan.objects.filter(pk=plan.pk).update(indicators=[])
    except DatabaseError:
        return True
    return False


def _year(year: int, taken: int, agreed: int, ended: int, days: int) -> list[tuple[datetime, str, dict[str, Any]]]:
    """A year of disputes: so many taken, ended after so many days, agreed."""
    rows = []
    for n in range(taken):
        at = datetime(year, 1, 10, 10, tzinfo=clock.TZ) + timedelta(days=4 * n)
        began = clock.local_day(at)
        facts: dict[str, Any] = {"accepted_on": began, "stage": "mediating", "ended_on": None, "outcome": ""}
        if n < ended:
            over = {"ended_on": began + timedelta(days=days), "outcome": "agreed" if n < agreed else "failed"}
            facts |= {**over, "stage": "agreed" if n < agreed else "failed"}
        rows.append((at, HERE, facts))
    return rows


SCENARIOS: tuple[Scenario, ...] = (
    Scenario(code="F16", title="1,170 件突出矛盾纠纷", title_en="1,170 prominent disputes", run=prominent),
    Scenario(code="F20", title="12 件联合调解", title_en="12 joint mediations", run=joint),
    Scenario(code="F32", title="三优化", title_en="Three improvements", run=three),
)
