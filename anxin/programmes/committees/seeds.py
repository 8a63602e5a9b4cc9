"""A believable book for the demo: committees of 桐乡, members, reviews, experts, rooms, a few sweeps."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction

from anxin.kernel import areas, bodies, clock, people
from anxin.kernel.bodies import Actor, Body
from anxin.kernel.calendar import months_after
from anxin.kernel.people import Particulars
from anxin.programmes.committees import rules
from anxin.programmes.committees.actions import experts, members, sweeps
from anxin.programmes.committees.actions.sweeps import Finding
from anxin.programmes.committees.models import Committee, Member, Review

COUNTY, STORY = "330483", "330483101025"
KEEPER = f"{COUNTY}.justice.clerk"
"""The post from which the demo looks at what is planted here."""
SURNAMES = "陆施沈朱徐钱吴俞姚张周范"
PROFESSIONAL = ("market", "textile", "labour", "property", "medical", "traffic")
CONTRACT = "品名、数量、单价；质量标准与样品封存；交货日期与地点；付款日期；违约责任；争议先行调解。"


@transaction.atomic
def plant() -> None:
    """Put the committees of 桐乡市 into the demo city, that of 濮凤社区 act by act; harmless when repeated."""
    if STORY not in areas.tree().by_code or Committee.objects.exists():
        return
    by, tree, today = bodies.at_post(f"{COUNTY}.centre.supervisor"), areas.tree(), areas.today()
    county = tree.by_code[COUNTY]
    for field in PROFESSIONAL:
        title = f"桐乡市{rules.FIELDS[field]['title']}人民调解委员会"
        told = {"kind": "mediation", "function": field, "area": county, "valid_from": date(2021, 1, 1), "name": title}
        Body.objects.get_or_create(code=f"{COUNTY}.mediation-{field}", defaults=told)
    bodies.DIRECTORY.changed()
    found = Body.objects.filter(kind="mediation", area__in=tree.under(county.pk, today)).order_by("code")
    story = members.set_up(Body.objects.get(code=f"{STORY}.mediation"), date(2023, 4, 1), by)
    rest = [
        Committee(body=body, field=body.function, set_up_on=date(2021, 3, 1), lat=tree.areas[body.area_id].lat,
                  lon=tree.areas[body.area_id].lon)
        for body in found if body.pk != story.body_id
    ]  # fmt: skip
    _fill(Committee.objects.bulk_create(rest), today)
    for row in Committee.objects.exclude(field="").select_related("body"):
        for number in range(3):
            who = Particulars(name=f"{SURNAMES[number]}工", phone=f"00001{number:06d}")
            experts.engage(row, who, [row.field, "law"][: 1 + number % 2], [], by)
    _story(story, by, today)


def _fill(rows: list[Committee], today: date) -> None:
    """Members and reviews of the other committees; every seventh has something wrong."""
    items = [item for item, _zh, _en in rules.value("five_haves", today)]
    persons, seats, reviews = [], [], []
    for place, row in enumerate(rows):
        fault, ago = place % 7, (400, 1060, 1120, 200, 700)[place % 5] if place % 7 == 2 else 300
        for seat in range(3 + place % 4):
            who = people.seal(Particulars(name=f"{SURNAMES[(place + seat) % 12]}委员"), clock.now())
            persons.append(who)
            since = today - timedelta(days=ago)
            seats.append(
                Member(committee=row, person=who, chair=seat == 0, woman=seat == 1 and fault != 3, elected_on=since,
                       term_ends=months_after(since, 36), norm=rules.stamp("term_years", since))
            )  # fmt: skip
        if fault != 4:
            said = {item: item != "sign" or fault != 5 for item in items}
            reviews.append(
                Review(committee=row, year=today.year, on=today, norm=rules.stamp("five_haves", today), found=said)
            )
    people.Person.objects.bulk_create(persons)
    Member.objects.bulk_create(seats)
    Review.objects.bulk_create(reviews)


def _story(story: Committee, by: Actor, today: date) -> None:
    for seat, name in enumerate(("陆平", "施慧", "沈明")):
        since = today - timedelta(days=1060)
        members.elect(story, Particulars(name=name), since, by, chair=seat == 0, woman=seat == 1, adult=True)
    members.tell_roster(story, by)
    members.review(story, today.year, {item: True for item, _zh, _en in rules.value("five_haves", today)}, by)
    mediator = bodies.at_post(f"{STORY}.mediation.mediator-1")
    finds = [
        Finding(sort="economic", title="毛纱货款多笔拖欠，商户聚集询问", band="50", address="濮院毛纱市场"),
        Finding(sort="labour", title="打样工讨要两个月工资", address="濮院样衣打版市场"),
    ]
    sweeps.sweep(story, today, finds, mediator)
    for number, title in enumerate(("陆平调解室", "施慧调解室", "毛衫行业调解室")):
        who = Particulars(name=("陆平", "施慧", "沈明")[number])
        room = experts.name_room(f"JP-{number + 1:02d}", title, story, who, date(today.year - 2, 5, 1), by)
        if number < 2:
            experts.look_at_room(room, today.year - 1, 42 + number, 41, 5, "kept", by)
    sweeps.publish("毛衫购销合同（示范文本）", "contract", by, season="毛衫产销旺季", text=CONTRACT)
    sweeps.publish("旺季赊销风险提示", "credit", by, season="毛衫产销旺季", text="先核对主体和授权，写明付款日。")
