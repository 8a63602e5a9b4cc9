"""A believable book for the demo: committees of 桐乡, members, reviews, experts, rooms, a few sweeps."""

from __future__ import annotations

from datetime import date, timedelta

from anxin.kernel import areas, bodies
from anxin.kernel.bodies import Actor, Body, Post
from anxin.kernel.people import Particulars
from anxin.programmes.committees import rules
from anxin.programmes.committees.actions import experts, members, sweeps
from anxin.programmes.committees.actions.sweeps import Finding
from anxin.programmes.committees.models import Committee

COUNTY, TOWN, STORY = "330483", "330483101", "330483101025"
SURNAMES = "陆施沈朱徐钱吴俞姚张周范"
PROFESSIONAL = ("market", "textile", "labour", "property", "medical", "traffic")


def plant() -> None:
    """Put the committees of 桐乡市 into the demo city, those of 濮院 with members; harmless when repeated."""
    if STORY not in areas.tree().by_code or Committee.objects.exists():
        return
    by, today = _actor(f"{COUNTY}.centre.supervisor"), areas.today()
    tree = areas.tree()
    inside = tree.under(tree.by_code[COUNTY].pk, today)
    for body in Body.objects.filter(kind="mediation", function="", area__in=inside).order_by("code"):
        row = members.set_up(body, date(2021, 3, 1), by)
        if body.code.startswith(TOWN):
            _members(row, by, today)
    for field in PROFESSIONAL:
        _professional(field, by)
    mediator = _actor(f"{STORY}.mediation.mediator-1")
    story = Committee.objects.select_related("body").get(body__code=f"{STORY}.mediation")
    finds = [
        Finding(sort="economic", title="毛纱货款多笔拖欠，商户聚集询问", band="50", address="濮院毛纱市场"),
        Finding(sort="labour", title="打样工讨要两个月工资", address="濮院样衣打版市场"),
    ]
    sweeps.sweep(story, today - timedelta(days=1), finds, mediator)
    sweeps.sweep(story, today, [], mediator)
    for number, title in enumerate(("陆平调解室", "施慧调解室", "毛衫行业调解室")):
        who = Particulars(name=("陆平", "施慧", "沈明")[number])
        room = experts.name_room(f"JP-{number + 1:02d}", title, story, who, date(today.year - 2, 5, 1), by)
        if number < 2:
            experts.look_at_room(room, today.year - 1, 42 + number, 41, 5, "kept", by)
    sweeps.publish("毛衫购销合同（示范文本）", "contract", by, season="毛衫产销旺季", text=CONTRACT)
    sweeps.publish(
        "旺季赊销风险提示",
        "credit",
        by,
        season="毛衫产销旺季",
        text="先核对主体和授权，写明付款日、质量异议期和争议解决方式。",
    )


CONTRACT = "品名、数量、单价；质量标准与样品封存；交货日期与地点；付款日期；违约责任；争议先行调解。"


def _members(row: Committee, by: Actor, today: date) -> None:
    number = row.pk % 5
    since = today - timedelta(days=(400, 1060, 1120, 200, 700)[number])
    for seat in range(3 + number):
        who = Particulars(name=SURNAMES[(row.pk + seat) % len(SURNAMES)] + "委员", phone=f"0000{row.pk:04d}{seat:03d}")
        members.elect(row, who, since, by, chair=seat == 0, woman=seat == 1 and number != 3, adult=True)
    members.tell_roster(row, by)
    if number != 4:
        items = [item for item, _title, _english in rules.value("five_haves", today)]
        members.review(row, today.year, {item: item != "sign" or number != 1 for item in items}, by)


def _professional(field: str, by: Actor) -> None:
    area = areas.tree().by_code[COUNTY]
    body, _made = Body.objects.get_or_create(
        code=f"{COUNTY}.mediation-{field}",
        defaults={
            "kind": "mediation", "function": field, "area": area, "valid_from": date(2021, 1, 1),
            "name": f"桐乡市{rules.FIELDS[field]['title']}人民调解委员会",
        },
    )  # fmt: skip
    bodies.DIRECTORY.changed()
    row = members.set_up(body, date(2021, 3, 1), by, field=field)
    for number in range(3):
        who = Particulars(name=f"{SURNAMES[number]}工", phone=f"00001{number:06d}")
        experts.engage(row, who, [field, "law"][: 1 + number % 2], [], by)


def _actor(code: str) -> Actor:
    post = Post.objects.select_related("body__area", "area").get(code=code)
    holding = post.holdings.filter(valid_to=None).first()
    return bodies.actor_of(post, holding.account_id if holding else None)
