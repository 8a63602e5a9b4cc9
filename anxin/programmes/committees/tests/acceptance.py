"""F30: 226 committees audited (five haves, members, terms). F31: six professional committees, eleven gold rooms."""

from __future__ import annotations

import random
from datetime import date, timedelta

from anxin.kernel import areas, bodies, flow
from anxin.kernel.acceptance import Scenario, Stage
from anxin.kernel.bodies import Actor, Body
from anxin.kernel.matters import Report
from anxin.kernel.people import Particulars
from anxin.programmes.committees import rules
from anxin.programmes.committees.actions import experts, members
from anxin.programmes.committees.actions.experts import Conflicted
from anxin.programmes.committees.figures import audit
from anxin.programmes.committees.models import Committee, Expert, GoldRoom, Member, Referral

COUNTY, SUPERVISOR, JUSTICE = "330483", "330483.centre.supervisor", "330483.justice.clerk"
PROFESSIONAL = ("market", "textile", "labour", "property", "medical", "traffic")


def village_bodies(count: int) -> list[Body]:
    """So many village committees of 桐乡市; those of communities set up since the list of 2023 are added."""
    tree = areas.tree()
    county, day = tree.by_code[COUNTY], areas.today()
    inside = tree.under(county.pk, day)
    found = [
        each for each in Body.objects.filter(kind="mediation", function="").order_by("code") if each.area_id in inside
    ]
    for number in range(count - len(found)):
        area = tree.areas[found[number].area_id]
        found.append(_body(f"{area.code}.mediation-new", "", f"{area.name}新设社区人民调解委员会", area))
    bodies.DIRECTORY.changed()
    return found[:count]


def _body(code: str, function: str, title: str, area: areas.Area) -> Body:
    row, _made = Body.objects.get_or_create(
        code=code,
        defaults={
            "kind": "mediation",
            "function": function,
            "name": title,
            "area": area,
            "valid_from": date(2020, 1, 1),
        },
    )
    return row


def f30(stage: Stage, *, count: int = 226) -> None:
    """Every committee is set up with 3 to 9 members; some break each rule on purpose; the audit finds exactly those."""
    stage.say(f"设定的输入：{count} 个委员会每20个中各有一个故意违反一条规则，审核须恰好查出这些；现有村社不足的补设")
    dice, by, today = random.Random(30), stage.by(SUPERVISOR), areas.today()
    rows: list[Committee] = []
    wrong = {"woman": 0, "chair": 0, "expired": 0, "lacking": 0, "unreviewed": 0, "few": 0}
    expiring = elected = 0
    items = [item for item, _title, _english in rules.value("five_haves", today)]
    for place, body in enumerate(stage.track(village_bodies(count), "设立、选举、复核")):
        row = members.set_up(body, today - timedelta(days=4 * 365), by, minority=False)
        rows.append(row)
        broken = {3: "woman", 5: "chair", 7: "expired", 11: "lacking", 13: "unreviewed", 17: "few"}.get(place % 20, "")
        if broken:
            wrong[broken] += 1
        size = 2 if broken == "few" else 3 + dice.randrange(7)
        elected += size
        soon = not broken and place % 20 == 0
        expiring += 1 if broken == "expired" else size if soon else 0
        for seat in range(size):
            ago = 3 * 365 + 40 if broken == "expired" and seat == 0 else 3 * 365 - 30 if soon else 400
            members.elect(
                row, Particulars(name=f"委员{place}-{seat}", phone=f"000{place:04d}{seat:04d}"),
                today - timedelta(days=ago), by, chair=seat == 0 and broken != "chair",
                woman=seat == 1 and broken != "woman", adult=True,
            )  # fmt: skip
        if broken != "unreviewed":
            members.review(row, today.year, {item: not (broken == "lacking" and item == "seal") for item in items}, by)
    found = audit.audit(rows)
    total = sum(each.seats.members for each in found)
    stage.figure("调委会", len(found), count)
    stage.figure("委员总数与选举的相同", total, elected)
    stage.holds(f"委员总数在 {3 * count} 与 {9 * count} 之间（每会3至9人）", 3 * count <= total <= 9 * count, total)
    stage.holds("每个委员会的委员不超过 9 人", all(each.seats.members <= 9 for each in found))
    for fault, expected in wrong.items():
        stage.figure(rules.FAULTS[fault][0], audit.counted(found).get(fault, 0), expected)
    stage.figure("五有齐全且合规", sum(not each.faults for each in found), count - sum(wrong.values()))
    stage.figure("任期届满或90天内届满的委员", len(audit.expiring(by)), min(expiring, 500))
    stage.holds("未有人被自动免职", not Member.objects.filter(committee__in=rows, left_on__isnull=False).exists())
    try:
        full = next(each for each in found if each.seats.members == 9)
        members.elect(full.committee, Particulars(name="第十人"), today, by, adult=True)
        stage.holds("第十名委员被拒绝", False)
    except members.TooMany as error:
        stage.holds("第十名委员被拒绝", True, error.message)


def f31(stage: Stage) -> None:
    """Six committees with three experts each; a matter is referred, an expert with a tie is refused; eleven rooms."""
    by, today = stage.by(SUPERVISOR), areas.today()
    county = areas.tree().by_code[COUNTY]
    rows = []
    for field in stage.track(PROFESSIONAL, "专业调委会"):
        title = rules.FIELDS[field]["title"]
        row = members.set_up(
            _body(f"{COUNTY}.mediation-{field}", field, f"桐乡市{title}人民调解委员会", county), today, by, field=field
        )
        bodies.DIRECTORY.changed()
        for number in range(3):
            tie = f"92330483MA{number:07d}X"
            experts.engage(
                row, Particulars(name=f"专家{field}{number}", phone=f"0001{number:07d}"), [field, "law"], [tie], by
            )
        rows.append(row)
    stage.figure("专业调委会", Committee.objects.filter(pk__in=[each.pk for each in rows]).count(), 6)
    stage.figure("在册专家", Expert.objects.filter(left_on=None, committee__in=rows).count(), 18)
    textile = rows[1]
    one, other = list(textile.experts.order_by("pk")[:2])
    matter = flow.report(Report(kind="onekey.quarrel", title="毛衫色差纠纷", area=f"{COUNTY}101025"), by).matter
    _refused(stage, "与当事企业有关系的专家被拒绝", matter.number, textile, by, one, parties=one.ties)
    _refused(stage, "声明近亲属关系的专家被拒绝", matter.number, textile, by, one, relation="kin")
    experts.refer(matter.number, textile, "textile", by, expert=other, parties=one.ties)
    stage.figure("转介", Referral.objects.filter(matter=matter).count(), 1)
    stage.figure("转介在事项流水中", matter.journal.filter(data__facts__about=experts.REFERRED).count(), 1)
    norm = rules.value("gold", today)
    for number in stage.track(range(11), "金牌调解室"):
        day = today.replace(year=today.year - 2, month=1, day=10)
        who = Particulars(name=f"金牌{number}")
        room = experts.name_room(f"GOLD-{number + 1:02d}", f"金牌调解室{number + 1}", rows[number % 6], who, day, by)
        if number == 10:
            continue  # nobody has looked at this one
        good = number != 9
        experts.look_at_room(
            room, today.year - 1, norm["cases"], norm["cases"] if good else norm["cases"] // 2, norm["trainings"],
            "kept" if good else "improve", by,
        )  # fmt: skip
    found = [each for each in audit.rooms(by) if each.room.code.startswith("GOLD-")]
    stage.figure("金牌调解室", len(found), 11)
    stage.figure("去年复评符合条件", sum(each.last is not None and each.last.meets for each in found), 9)
    stage.figure("待复评", [each.room.code for each in found if each.due], ["GOLD-11"])
    stage.figure("未因复评自动撤名", GoldRoom.objects.filter(ended_on=None, code__startswith="GOLD-").count(), 11)


def _refused(stage: Stage, title: str, number: str, of: Committee, by: Actor, expert: Expert, **more: object) -> None:
    try:
        experts.refer(number, of, "textile", by, expert=expert, **more)  # type: ignore[arg-type]
        stage.holds(title, False)
    except Conflicted as error:
        stage.holds(title, not Referral.objects.filter(matter__number=number).exists(), error.message)


SCENARIOS = (
    Scenario(code="F30", title="226个调委会的五有与组成", title_en="226 committees audited", run=f30),
    Scenario(code="F31", title="专业调委会与金牌调解室", title_en="Professional committees and gold rooms", run=f31),
)
