"""A morning in the situation room of 七星街道: what 李娟 sees, what she does about it, and what 沈涛 looks at."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import docx
import pytest

from anxin.kernel import changes, clock, flow
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor, Post
from anxin.kernel.errors import NotAllowed, NothingSaid
from anxin.kernel.jobs import Job
from anxin.kernel.journal import Entry
from anxin.kernel.matters import Matter
from anxin.kernel.notices import Delivery
from anxin.kernel.orders import Order
from anxin.notifications.models import Notice
from anxin.programmes.situation import seeds
from anxin.programmes.situation.actions import drills, roster, warnings
from anxin.programmes.situation.figures import briefing, room
from anxin.programmes.situation.models import Alarm, Drill, Screen, Shift
from anxin.programmes.situation.pages import morning
from anxin.programmes.situation.tests.conftest import Tell
from anxin.web.tests.desk_client import Person
from tests.cast import Cast

HERE = "/situation/330402015"


def test_the_room_of_a_town(tuesday: clock.Travel, cast: Cast, town: Area, tell: Tell) -> None:
    tell(timedelta(hours=3), urgency="emergency")
    tell(timedelta(minutes=5), title="湘南公寓路灯不亮", kind="onekey.facility", address="湘南公寓北门")
    page = Person("li.juan").read("/situation/")
    assert "七星街道" in page
    assert "湘南公寓地下车库进水" in page
    standing = room.standing(town, clock.now())
    assert (standing.arrived.count, standing.open, standing.overdue, standing.emergencies) == (2, 2, 1, 1)
    assert standing.unsigned >= 2
    assert sum(queue.total for queue in room.queues(town, clock.now())) == 2
    emergency = next(q for q in room.queues(town, clock.now()) if q.platform.code == "emergency")
    assert emergency.states["unsigned"] == 1
    first = room.grids(town, clock.now())[0]
    assert (first.area.name, first.open) == ("湘南网格", 2)
    points = Person("li.juan").client.get(f"{HERE}/points.json").json()
    assert {each["properties"]["tone"] for each in points["features"]} == {"late", "good"}


def test_who_may_enter(cast: Cast, town: Area) -> None:
    assert Person("sun.li").client.get("/situation/").status_code == 403
    assert Person("li.juan").client.get("/situation/330402013").status_code in (403, 404)
    assert "南湖区" in Person("shen.tao").read("/situation/")
    assert "七星街道" in Person("shen.tao").read("/situation/?county=330402")
    assert Person("zheng.hua").client.get("/situation/?county=330421").status_code == 404
    assert Person().client.get("/situation/").status_code == 401


def test_a_warning_is_given_noted_and_comes_back_only_when_it_grew(
    tuesday: clock.Travel, cast: Cast, town: Area, tell: Tell
) -> None:
    for _ in range(3):
        tell(timedelta(hours=1))
    warnings.watch(clock.now(), [town.pk])
    alarm = Alarm.objects.get(town=town, code="address")
    assert (alarm.count, len(alarm.matters), alarm.to) == (3, 3, ["dispatcher", "platform"])
    lijuan = Person("li.juan")
    page = lijuan.read(HERE)
    assert "同一地址同类诉求反复出现" in page
    with pytest.raises(NothingSaid):
        warnings.note(alarm.pk, "  ", cast.dispatcher)
    sent = {"words": "已请水利派泵车，联系王建国 13800001234"}
    assert lijuan.client.post(f"{HERE}/warnings/{alarm.pk}", sent).status_code == 303
    alarm.refresh_from_db()
    assert alarm.noted_post == cast.dispatcher.post
    assert "13800001234" not in alarm.noted_words
    written = changes.of("alarm", str(alarm.pk)).get()
    assert alarm.noted_words not in str(written.after)
    warnings.watch(clock.now(), [town.pk])
    alarm.refresh_from_db()
    assert alarm.noted_at is not None
    tell()
    warnings.watch(clock.now(), [town.pk])
    alarm.refresh_from_db()
    assert alarm.noted_at is None
    assert alarm.count == 4
    assert [count for _, count in alarm.told] == [3, 4]
    with pytest.raises(NotAllowed):
        warnings.note(alarm.pk, "看到了", cast.supervisor.under(None).__class__(role="arbiter", area=cast.arbiter.area,
                      area_level="county"))  # fmt: skip


def test_a_warning_reaches_who_is_on_duty_or_else_who_looks_into_the_room(
    tuesday: clock.Travel, cast: Cast, town: Area, tell: Tell
) -> None:
    def heard(by: Actor) -> list[tuple[str, bool]]:
        rows = Notice.objects.filter(account=by.account, about="room", detail__contains="同一地址")
        return list(rows.order_by("pk").values_list("detail", "pressing"))

    for _ in range(3):
        tell(timedelta(hours=1))
    warnings.watch(clock.now(), [town.pk])
    assert heard(cast.dispatcher) == [("七星街道 同一地址同类诉求反复出现 3", False)]
    assert heard(cast.water) == []
    warnings.watch(clock.now(), [town.pk])
    assert len(heard(cast.dispatcher)) == 1
    page = Person("li.juan").read("/desk/notifications/")
    assert f'href="{HERE}#warnings"' in page
    assert "同一地址同类诉求反复出现 3" in page
    Shift.objects.create(
        town=town, post_id=cast.field.post or 0, account_id=cast.field.account, duty="dispatcher", made_at=clock.now(),
        begins=clock.now() - timedelta(hours=1), ends=clock.now() + timedelta(hours=7),
    )  # fmt: skip
    warnings.note(Alarm.objects.get(town=town, code="address").pk, "已请水利派泵车", cast.dispatcher)
    tell()
    warnings.watch(clock.now(), [town.pk])
    assert heard(cast.field) == [("七星街道 同一地址同类诉求反复出现 4", True)]
    assert len(heard(cast.dispatcher)) == 1


def test_a_warning_ends_and_within_half_a_day_is_the_same_one(
    tuesday: clock.Travel, cast: Cast, town: Area, tell: Tell
) -> None:
    for _ in range(3):
        tell(timedelta(days=6, hours=23))
    warnings.watch(clock.now(), [town.pk])
    alarm = Alarm.objects.get(town=town, code="address")
    warnings.note(alarm.pk, "已处理", cast.dispatcher)
    tuesday.advance(timedelta(hours=2))
    warnings.watch(clock.now(), [town.pk])
    assert Alarm.objects.get(pk=alarm.pk).ended_at is not None
    for _ in range(3):
        tell()
    warnings.watch(clock.now(), [town.pk])
    again = Alarm.objects.get(town=town, code="address")
    assert (again.pk, again.ended_at) == (alarm.pk, None)
    assert again.noted_at is not None


def test_duty_is_planned_copied_and_never_overlaps(tuesday: clock.Travel, cast: Cast, town: Area) -> None:
    lijuan, post = Person("li.juan"), "330402015.command.dispatcher-1"
    typed = {
        "post": post,
        "duty": "dispatcher",
        "platform": "",
        "day": "2026-11-24",
        "begins": "20:00",
        "ends": "08:00",
    }
    assert lijuan.client.post(f"{HERE}/roster", typed).status_code == 303
    shift = Shift.objects.get()
    assert (shift.ends - shift.begins, shift.account_id) == (timedelta(hours=12), cast.dispatcher.account)
    again = lijuan.client.post(f"{HERE}/roster", {**typed, "begins": "07:00", "ends": "21:00"})
    assert again.status_code == 400
    assert "与已有值班重叠" in again.content.decode()
    assert roster.copy_week(town, date(2026, 11, 30), cast.dispatcher) == (1, 0)
    assert roster.copy_week(town, date(2026, 11, 30), cast.dispatcher) == (0, 1)
    page = lijuan.read(f"{HERE}/roster?week=2026-11-30")
    assert "指挥调度员1" in page
    lijuan.client.post(f"{HERE}/roster/{shift.pk}/withdraw", {"week": "2026-11-24"})
    assert Shift.objects.get(pk=shift.pk).withdrawn_at is not None
    assert Person("sun.li").client.post(f"{HERE}/roster", typed).status_code in (403, 404)


def test_a_table_of_shifts_comes_in_whole_or_says_what_is_wrong_in_which_line(
    tuesday: clock.Travel, cast: Cast, town: Area
) -> None:
    good = (
        "开始,结束,值班,岗位,平台\n2026-11-25 08:00,2026-11-25 20:00,值班领导,指挥室主任,\n"
        "2026-11-25 08:00,2026-11-25 17:30,平台值班,330402015.team.head,应急管理\n"
    )
    bad = good + "2026-11-26 08:00,昨天,值班领导,指挥室主任,\n2026-11-25 10:00,2026-11-25 12:00,值班领导,督查员,\n"
    lijuan = Person("li.juan")
    answer = lijuan.client.post(f"{HERE}/roster/table", {"table": bad, "week": "2026-11-24"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "第 4 行" in page
    assert "昨天" in page
    assert not Shift.objects.exists()
    assert lijuan.client.post(f"{HERE}/roster/table", {"table": good}).status_code == 303
    assert set(Shift.objects.values_list("duty", "platform")) == {("leader", ""), ("platform", "emergency")}


def test_a_note_from_shift_to_shift_covers_what_is_personal(cast: Cast, town: Area) -> None:
    lijuan = Person("li.juan")
    lijuan.client.post(f"{HERE}/handover", {"text": "请给王先生回电 13800001234，车库还在抽水"})
    page = lijuan.read(HERE)
    assert "车库还在抽水" in page
    assert "13800001234" not in page


def test_the_briefing_of_a_past_morning_is_the_same_whenever_it_is_asked(
    tuesday: clock.Travel, cast: Cast, town: Area, tell: Tell
) -> None:
    late = tell(timedelta(hours=12), urgency="emergency")  # 21:30 the evening before
    tell(timedelta(hours=5), title="张伟家门口路灯不亮，电话13800001234", kind="onekey.facility")
    tell(timedelta(minutes=30), title="八点以后的")
    flow.sign(late.orders[0], cast.dispatcher)
    told = briefing.of(town, clock.local_day(clock.now()))
    before = morning.parts(told)
    assert told.numbers["arrived"] == told.numbers["open"] == 2
    assert (told.numbers["emergencies"], told.numbers["overdue"], told.numbers["newly_overdue"]) == (1, 1, 1)
    assert told.numbers["unsigned"] >= 2, "at eight nobody had signed"
    assert "13800001234" not in str(before)
    tuesday.advance(timedelta(days=3))
    flow.refuse(Matter.objects.get(title="八点以后的"), cast.seat, "不属于受理范围", "请联系物业")
    tell()
    again = morning.parts(briefing.of(town, date(2026, 11, 24)))
    for name in ("numbers", "queues", "grids", "lists", "spots", "counts"):
        assert again[name] == before[name], name


def test_page_and_paper_of_the_briefing_say_the_same(tuesday: clock.Travel, cast: Cast, town: Area, tell: Tell) -> None:
    seeds.plant()
    tell(timedelta(hours=5), urgency="emergency")
    lijuan = Person("li.juan")
    page = lijuan.read(f"{HERE}/briefing?day=2026-11-24")
    paper = lijuan.client.get(f"{HERE}/briefing.docx?day=2026-11-24")
    read = docx.Document(io.BytesIO(paper.content))
    rows = [[cell.text for cell in row.cells] for table in read.tables for row in table.rows]
    shown = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", page))
    numbers = {row[0]: row[1] for row in rows if row[0] in shown}
    assert len(numbers) == 10
    assert numbers == shown
    assert [row[0] for row in rows if row[0] == "值班领导" and "指挥室主任" in row[1]] == ["值班领导"]
    assert "指挥室主任" in page
    assert any("chart" in part.partname for part in read.part.package.iter_parts())
    assert lijuan.client.get(f"{HERE}/briefing?day=2031-01-01").status_code == 400


def test_a_drill_touches_nothing_but_itself(tuesday: clock.Travel, cast: Cast, town: Area, tell: Tell) -> None:
    tell()

    def real() -> list[int]:
        return [table.objects.count() for table in (Matter, Order, Entry, Job, Delivery)]

    before, standing = real(), room.standing(town, clock.now())
    lijuan = Person("li.juan")
    assert lijuan.client.post("/situation/drills", {"town": town.code, "scenario": "garage"}).status_code == 303
    drill = Drill.objects.get()
    page = lijuan.read(f"/situation/drills/{drill.pk}")
    assert "演练 DRILL" in page
    assert "演练 DRILL" in lijuan.read(HERE)
    where = f"/situation/drills/{drill.pk}"
    tuesday.advance(timedelta(seconds=40))
    lijuan.client.post(f"{where}/0")
    lijuan.client.post(f"{where}/1", {"chosen": ["keep_out", "emergency"]})
    tuesday.advance(timedelta(minutes=4))
    lijuan.client.post(f"{where}/2")
    lijuan.client.post(f"{where}/3", {"chosen": ["water", "market"]})
    assert lijuan.client.post(f"{where}/4").status_code == 403, "the field team's step"
    zhouwei = Person("zhou.wei")
    assert "演练 DRILL" in zhouwei.read("/situation/drills")
    zhouwei.client.post(f"{where}/4")
    assert Person("sun.li").client.get(where).status_code == 404
    assert lijuan.client.post(f"{where}/end").status_code == 303
    steps = list(drill.steps.all())
    assert [each.done_at is not None for each in steps] == [True, True, True, True, True, False]
    review = lijuan.read(where)
    assert "结束前没有完成" in review
    assert "与预案不同" in review
    assert review.count("超时</span>") == 1, "only the call was late"
    assert "li.juan" not in re.sub(r"<header.*?</div>\s*<main", "", review, flags=re.S)
    assert (real(), room.standing(town, clock.now()).open) == (before, standing.open)


def test_one_drill_at_a_time_and_the_city_may_begin_it(cast: Cast, town: Area) -> None:
    begun = drills.begin(town, "gas", cast.leader)
    with pytest.raises(drills.DrillRuns):
        drills.begin(town, "wages", cast.dispatcher)
    with pytest.raises(NotAllowed):
        drills.begin(town, "wages", cast.field)
    drills.end(begun.pk, cast.leader)
    assert drills.begin(town, "wages", cast.dispatcher).pk != begun.pk


def test_the_wall_shows_nothing_personal(tuesday: clock.Travel, cast: Cast, town: Area, tell: Tell) -> None:
    seeds.plant()
    change = tell(timedelta(hours=1), title="王建国家的车库", address="湘南公寓3幢2单元501室")
    wall = Person("li.juan").read("/situation/wall")
    data = Person("li.juan").client.get("/situation/wall/data.json").json()
    assert data["cells"]["n-open"] == "1"
    for said in (wall, str(data)):
        for secret in ("王建国", "湘南公寓", "501室", "3幢", change.matter.number, "li.juan", "120.83", "李娟"):
            assert secret not in said, secret
    assert "供水排水积水" in data["cells"]["clock-0-0"]
    assert data["cells"]["duty-0-1"]


def test_a_link_is_for_one_screen_until_it_is_revoked(cast: Cast, town: Area) -> None:
    lijuan = Person("li.juan")
    shown = lijuan.client.post(f"{HERE}/screens", {"title": "指挥室东墙"}).content.decode()
    link = re.search(r'value="http://testserver(/situation/wall/[^"]+)"', shown)
    assert link
    screen = Person()
    assert screen.client.get(link[1]).status_code == 303
    assert "七星街道" in screen.read("/situation/wall")
    assert screen.client.get(link[1]).status_code == 303, "the same screen may open it again"
    assert Person().client.get(link[1]).status_code == 403
    assert Person().client.get("/situation/wall").status_code == 401
    assert Person().client.get(link[1] + "x").status_code == 403
    assert screen.client.get("/situation/").status_code == 401, "a screen is nobody: it sees the wall only"
    row = Screen.objects.get()
    lijuan.client.post(f"{HERE}/screens/{row.pk}/revoke")
    assert screen.client.get("/situation/wall/data.json").status_code == 403


def test_the_demo_has_a_living_room(tuesday: clock.Travel, cast: Cast, town: Area, tell: Tell) -> None:
    tell(timedelta(hours=2))
    seeds.plant()
    seeds.plant()
    now = room.on_duty(town, clock.now(), clock.now())
    assert {each.duty for each in now} == {"leader", "dispatcher", "platform", "field"}
    assert len(room.pulse(town, clock.now(), 30)) == 24
    assert Post.objects.filter(pk__in=[each.post_id for each in now]).count() == len(now)
